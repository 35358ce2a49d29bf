"""Positions and velocities of an object at given times, as an ephemeris message holds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from downrange.base import Array, after, gcrf_from_ecef, inertial_velocity, teme_from_ecef
from downrange.orbit._io_oem import OemFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Ephemeris:
    """States of one object in one frame.

    object_id: international designator as 2023-179A, or UNKNOWN
    frame:     whose axes the states are in; ITRF turns with the Earth, and so do its velocities
    start:     UTC of the first state
    t_s:       (n,) seconds after start, rising
    r_m:       (n, 3)
    v_mps:     (n, 3)
    source:    file, segment and the frame's name as written there
    """

    object_name: str
    object_id: str
    frame: OemFrame
    start: datetime
    t_s: Array
    r_m: Array
    v_mps: Array
    source: str

    def ecef(self) -> tuple[Array, Array]:
        """Return Earth-fixed positions [m] and velocities relative to the turning Earth [m/s], each (n, 3).

        From GCRF and TEME polar motion and UT1 - UTC are left out: up to 0.4 km, as in `oem_text`.
        """
        if self.frame is OemFrame.ITRF:
            return self.r_m, self.v_mps
        turn = teme_from_ecef if self.frame is OemFrame.TEME else gcrf_from_ecef
        rotations = np.stack([turn(after(self.start, t)) for t in self.t_s])
        r_ecef_m = np.einsum("nji,nj->ni", rotations, self.r_m)
        against = np.einsum("nji,nj->ni", rotations, self.v_mps)
        return r_ecef_m, against - inertial_velocity(r_ecef_m, np.zeros_like(r_ecef_m))
