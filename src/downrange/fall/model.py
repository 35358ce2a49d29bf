"""Records of the fall room: impacts, crowds of possible falls, footprints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Impacts:
    """Where and when bodies came down, one row a body; NaN in every column for one that did not.

    t_s: seconds after lift-off; speed_mps: relative to the Earth
    """

    lat_deg: Array
    lon_deg: Array
    t_s: Array
    speed_mps: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Falls:
    """A weighted crowd of possible impacts, one row each.

    lat_deg, lon_deg, t_s: (n,) place and seconds after lift-off
    p: (n,) probability of this row's impact; rows of a body that will surely fall sum to 1
    body_index: (n,) which of `bodies` comes down there
    """

    lat_deg: Array
    lon_deg: Array
    t_s: Array
    p: Array
    body_index: NDArray[np.int64]
    bodies: tuple[str, ...]
    source: str

    def of(self, body: str) -> Falls:
        """Return the rows of one body."""
        keep = self.body_index == self.bodies.index(body)
        return Falls(
            lat_deg=self.lat_deg[keep],
            lon_deg=self.lon_deg[keep],
            t_s=self.t_s[keep],
            p=self.p[keep],
            body_index=np.zeros(int(keep.sum()), dtype=np.int64),
            bodies=(body,),
            source=self.source,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """Where one body may come down, as a normal distribution on the ground.

    lat_deg, lon_deg: its centre; sigma_major_m, sigma_minor_m: 1-sigma half axes; axis_deg: azimuth of the long one
    t_s, t_sigma_s: time of the fall after lift-off; t_q99_s: 99 % of the falls are over by then
    p_lands: share of the crowd that came down at all; samples: how many did
    """

    body: str
    lat_deg: float
    lon_deg: float
    sigma_major_m: float
    sigma_minor_m: float
    axis_deg: float
    t_s: float
    t_sigma_s: float
    t_q99_s: float
    p_lands: float
    samples: int
