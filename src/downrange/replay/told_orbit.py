"""The tables of an orbit reached that the report and the terminal share: the orbit, its passes, what is seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from downrange.base import KST, units, utc
from downrange.orbit import CatalogueVerdict, Decay
from downrange.replay.model import Orbit
from downrange.replay.tables import Table, clock, columns, number
from downrange.track import Update

if TYPE_CHECKING:
    from downrange.replay.covered import Covered

_YEAR_DAYS = 365.25
_TWO_YEARS = 2.0 * _YEAR_DAYS


def orbit_table(orbit: Orbit) -> Table:
    """Return the orbit: as flown, as tracked, how long it lasts, what a catalogue says, the first pass."""
    elements, first = orbit.elements, orbit.passes[0] if orbit.passes else None
    over = orbit.over.partition(" (")[0]
    rows = (
        ("entered", f"{utc(elements.epoch):%d %B %Y}, {clock(elements.epoch)}"),
        (
            "heights",
            f"{number(elements.perigee_alt_m / 1e3, 1)} × {number(elements.apogee_alt_m / 1e3, 1)} km over the "
            f"equatorial radius, as flown; period {elements.period_s / 60.0:.1f} min",
        ),
        ("as tracked", tracked_words(orbit.tracked)),
        ("inclination", f"{elements.inclination_deg:.2f}° ({str(elements.frame).upper()})"),
        ("lasts", lasts_words(orbit.lasts)),
        ("in a catalogue", catalogue_words(orbit.catalogue)),
        (
            f"first in sight of {over}",
            "not within 24 hours"
            if first is None
            else f"{clock(first.culminates, seconds=False)}, {first.max_elevation_deg:.0f}° high, "
            f"by {'day' if first.daylight else 'night'}; {len(orbit.passes)} passes in 24 hours",
        ),
    )
    note = " ".join(f"{reason[0].upper()}{reason[1:]}." for reason in orbit.lasts.reasons)
    return Table(title="The orbit reached", columns=columns("what!", "is"), rows=rows, note=f"Lasts: {note}")


def tracked_words(update: Update | None) -> str:
    """Say what the track found, with 1 sigma."""
    if update is None or not math.isfinite(update.perigee_m):
        return "UNKNOWN: no reading after cut-off"
    return (
        f"perigee {number(update.perigee_m / 1e3, 2)} ± {number(update.perigee_sigma_m / 1e3, 2)} km, apogee "
        f"{number(update.apogee_m / 1e3, 2)} ± {number(update.apogee_sigma_m / 1e3, 2)} km at T+{update.t_s:.0f} s (1 sigma, "
        "simulated sensors; both move by kilometres within a revolution)"
    )


def lasts_words(lasts: Decay) -> str:
    """Say how long the orbit lasts."""
    if lasts.days_low is None or lasts.days_middle is None:
        return "UNKNOWN"
    high = "longer than can be told" if lasts.days_high is None else span_words(lasts.days_high)
    return f"{span_words(lasts.days_low)} to {high}, middle {span_words(lasts.days_middle)}"


def span_words(days: float) -> str:
    """Write a length of time in days, or in years where it is more than two.

    >>> span_words(0.31), span_words(108.2), span_words(1621.1), span_words(6079.0)
    ('0.3 days', '108 days', '4.4 years', '17 years')
    """
    if days >= _TWO_YEARS:
        years = days / _YEAR_DAYS
        return f"{years:.1f} years" if years < 10.0 else f"{years:.0f} years"
    return f"{days:.1f} days" if days < 10.0 else f"{days:.0f} days"


def catalogue_words(verdict: CatalogueVerdict | None) -> str:
    """Say whether an element set of the scenario came from this launch."""
    if verdict is None:
        return "UNKNOWN: the scenario holds no element set"
    launches = {str(one.object.launch) for one in verdict.matched if one.object.launch is not None}
    launched = f"; launch number {', '.join(sorted(launches))}" if launches else ""
    return f"{verdict.answer}: {verdict.words}{launched}; from {verdict.source}"


def passes_table(orbit: Orbit) -> Table:
    """Return the passes of the day after insertion."""
    rows = tuple(
        (
            f"{utc(one.rises):%d %b %H:%M:%S}",
            f"{one.culminates.astimezone(KST):%d %b %H:%M}",
            number(one.max_elevation_deg),
            number(one.range_m / 1e3),
            number((one.sets - one.rises).total_seconds() / 60.0, 1),
            "day" if one.daylight else "night",
        )
        for one in orbit.passes
    )
    names = columns(
        "rises (UTC)", "highest (KST)", "elevation [°] >", "distance [km] >", "above 10° for [min] >", "there it is"
    )
    return Table(
        title=f"Passes in sight of {orbit.over}, 24 hours from insertion",
        columns=names,
        rows=rows,
        note=f"Passes higher than 10° over the horizon; day: the Sun is up there. Element set: {orbit.tle[0]} / {orbit.tle[1]}",
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


_ROWS = (
    ("looks a day at a point", "looks_pday", 1.0, 2),
    ("mean gap [h]", "mean_gap_s", units.HOUR, 0),
    ("longest gap [h], at least", "max_gap_s", units.HOUR, 0),
    ("mean wait of a request [h]", "mean_wait_s", units.HOUR, 0),
    ("never seen [% of the area]", "share_never", 0.01, 1),
)


def coverage_table(found: Covered) -> Table:
    """Return how often and how late, as ranges over the reach that nobody knows."""
    seen = found.seen
    rows = [
        (label, *(_ends(found.ends(name, by_day=by_day), scale, digits) for by_day in (False, True)))
        for label, name, scale, digits in _ROWS
    ]
    (row,) = seen.rows
    late = row.bounds("know_mean_s")
    least = "+" if row.near.know_least or row.far.know_least else ""
    told = _ends(late, units.HOUR, 0)
    rows.append(("mean wait until it is known on the ground [h]", "–", f"{told}{least}" if late else told))
    reach = seen.reach_deg
    stations = " or ".join(one.name for one in seen.stations) or "UNKNOWN"
    note = (
        f"{len(found.points)} points, {seen.days:g} days from insertion. Ranges: over {reach.low:g} to {reach.high:g}° off "
        f"geocentric nadir ({reach.source}); horizon masked. Gaps {found.far.always.gap}, both ends of the span count. "
        f"Known: after the next whole pass over {stations}; +: some requests stay open. Cloud, tasking and power are not "
        "in it: UNKNOWN. No error of the orbit is in it."
    )
    return Table(
        title=f"How often it can look: {found.region.title}",
        columns=columns("figure", "any time of day >", f"sun over {seen.min_sun_deg:g}° >"),
        rows=tuple(rows),
        note=note,
    )


def _ends(ends: tuple[float, float] | None, scale: float, digits: int) -> str:
    """Write a range; one number where its ends read alike."""
    if ends is None or not all(math.isfinite(end) for end in ends):
        return "UNKNOWN"
    low, high = (number(end / scale, digits) for end in ends)
    return low if low == high else f"{low} to {high}"


def recognised_table(found: Covered) -> Table:
    """Return what the assumed camera could tell in one look."""
    from downrange.coverage import likelihood_words

    seen = found.seen
    tasks = list(dict.fromkeys(one.task for one in seen.what))
    by_name: dict[str, list[str]] = {}
    for one in seen.what:
        by_name.setdefault(one.subject.title, []).append(likelihood_words(one.p_low, one.p_high))
    rows = tuple((name, *cells) for name, cells in by_name.items())
    pixels = [_pixel(one.finest_m, one.coarsest_m) for one in (seen.down, seen.aside)]
    rating = "UNKNOWN" if seen.down.niirs is None else f"{seen.down.niirs.low:.1f} to {seen.down.niirs.high:.1f}"
    note = (
        f"{seen.camera.title}. Resolution on the ground {pixels[0]} straight down, {pixels[1]} at {seen.reach_deg.high:g}° "
        f"off nadir; NIIRS by GIQE-5 straight down {rating}. Probabilities by Johnson's criteria in clear air, over all "
        "that is not known of the camera: no measured figure of it is public."
    )
    return Table(
        title="What an assumed camera could tell in one look",
        columns=columns("subject", *(f"{task} >" for task in tasks)),
        rows=rows,
        note=note,
    )


def _pixel(finest_m: float | None, coarsest_m: float | None) -> str:
    """Write the resolution on the ground."""
    if finest_m is None:
        return "UNKNOWN"
    return f"{finest_m:.2g} m at best" if coarsest_m is None else f"{finest_m:.2g} to {coarsest_m:.2g} m"
