"""What a message cannot say of itself, for the rules to hold it against."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from downrange.alert.model import Reference, Status

Found = Iterator[tuple[str, str]]
"""What a rule yields: where, and what was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the file cannot say of itself.

    status:          the run mode; None when nobody fixed one (a message of someone else)
    published:       every message that went out before, expired ones too
    footprints:      by geocode value, the area each polygon set must cover, as shapely geometry of (lon, lat)
    max_over_cover:  by how much polygons may exceed that area, as a fraction of it
    max_valid_s:     how long after it is sent a message may be valid
    clock_set:       a person has said that earlier messages carry the times of a wrong clock
    region_lonlat:   the region that the site's alerts belong to, None when unknown
    vague:           words that are no place ("areas that have not received ...")
    """

    status: Status | None = None
    published: tuple[Reference, ...] = ()
    footprints: Mapping[str, Any] = field(default_factory=dict)
    max_over_cover: float = math.inf
    max_valid_s: float = math.inf
    clock_set: bool = False
    region_lonlat: Any = None
    vague: tuple[str, ...] = (
        *("not received", "other area"),
        *("미수신", "그 밖의"),
        *("その他の地域", "未受信"),
        *("其他地区", "其他地區", "未收到"),
        *("iba pang lugar", "hindi nakatanggap"),
    )
