"""The sections of the report on an orbit reached, and the pictures of what is seen from it."""

from __future__ import annotations

import numpy as np

from downrange.base import units
from downrange.replay.coverage_page_pictures import waits_picture
from downrange.replay.covered import Covered
from downrange.replay.draw_coverage import Shade, draw_coverage
from downrange.replay.figures import Drawn
from downrange.replay.model import Orbit
from downrange.replay.page import Section
from downrange.replay.pictures import drawn
from downrange.replay.told_orbit import coverage_table, orbit_table, passes_table, recognised_table


def orbit_section(orbit: Orbit) -> Section:
    """Return the orbit and the passes of the next day."""
    return Section(name="orbit", title="The orbit", tables=(orbit_table(orbit), passes_table(orbit)))


def coverage_section(found: Covered, figures: tuple[Drawn, ...]) -> Section:
    """Return what can be seen from the orbit, how often and how late."""
    return Section(
        name="coverage",
        title="What it can see",
        paragraphs=(coverage_sentence(found),),
        figures=figures,
        tables=(coverage_table(found), recognised_table(found)),
        items=found.notes,
    )


def coverage_sentence(found: Covered) -> str:
    """Say in one sentence how often and how late."""
    looks, waits = found.ends("looks_pday", by_day=True), found.ends("mean_wait_s", by_day=True)
    reach = found.seen.reach_deg
    if looks == (0.0, 0.0):
        return f"From this orbit the region ({found.region.title}) is never seen by day in {found.seen.days:g} days."
    if looks is None or waits is None:
        return f"How often one such satellite looks at {found.region.title} by day is UNKNOWN."
    return (
        f"By day, one such satellite looks at a point of the region ({found.region.title}) {looks[0]:.2f} to {looks[1]:.2f} "
        f"times a day, and a request waits {waits[0] / units.HOUR:.0f} to {waits[1] / units.HOUR:.0f} hours on average. The "
        f"range is that of its reach, {reach.low:g} to {reach.high:g}° off nadir, which nobody has published. The command "
        "“downrange coverage see” answers for more satellites, other cameras and other regions."
    )


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
