"""The pictures of what is seen from an orbit reached: a map of waits, and how they are distributed."""

from __future__ import annotations

import numpy as np

from downrange.base import units
from downrange.replay.coverage_page_pictures import waits_picture
from downrange.replay.covered import Covered
from downrange.replay.draw_coverage import Shade, draw_coverage
from downrange.replay.figures import Drawn
from downrange.replay.pictures import drawn


def coverage_pictures(found: Covered) -> tuple[Drawn, ...]:
    """Return the map of mean waits at both ends of the reach, and the distribution of waits at the greatest."""
    by_day = f"sun over {found.seen.min_sun_deg:g}° at the middle of a look"
    ends = (found.far,) if found.seen.reach_deg.exact else (found.far, found.near)
    shades = [
        Shade(
            value=np.where(one.daylit.each.never, np.nan, one.daylit.each.mean_wait_s / units.HOUR),
            title=f"{one.angle_deg:g}° off nadir",
            unit="h",
        )
        for one in ends
    ]
    ground = draw_coverage(
        "Mean wait for a look by day",
        found.points.lat_deg,
        found.points.lon_deg,
        shades,
        region_lonlat=found.region.geometry_lonlat,
    )
    caption = (
        f"Mean wait of a request at a random moment for a look by day ({by_day}), {found.seen.days:g} days from "
        f"insertion, {len(found.points)} points. Each map has its own scale."
    )
    far = found.far
    title = f"How long a request waits, {far.angle_deg:g}° off nadir"
    waits = waits_picture(title, [(1, far.always, far.daylit)], name="coverage-waits")
    return (drawn("coverage-map", ground, caption), waits)
