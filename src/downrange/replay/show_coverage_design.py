"""What the terminal shows of a search for a layout: naive and best, and why."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from downrange.base import units
from downrange.replay.coverage_design import Designed
from downrange.replay.show_coverage import looking_document, rounded, sensor_document, sensor_words
from downrange.replay.tables import Table, columns, number

if TYPE_CHECKING:
    from downrange.coverage import Tried

Shown = tuple[tuple[Table, ...], dict[str, Any]]


def design_shown(designed: Designed, out: str | None = None) -> Shown:
    """Return what a search found: for each number the best naive layout and the best of all, and why."""
    found = designed.found
    names = columns(
        "satellites >",
        "which",
        "layout",
        "mean wait [h] >",
        f"{found.question.objective.percent:g} % within [h] >",
        "longest gap [h] >",
        "looks a day >",
        "never seen [%] >",
        "front",
    )
    on_front = {one.place for one in designed.front.best}
    rows: list[tuple[str, ...]] = []
    for count in found.question.room.counts:
        naive, best = found.best(count, naive=True), found.best(count)
        if best is None:
            rows.append((f"{count}", "UNKNOWN", "none tried flies that long and sees a point", *("",) * 6))
            continue
        if naive is not None and naive.place != best.place:
            rows.append(_tried_row("naive", naive, on_front))
        rows.append(_tried_row("best" if naive is None or naive.place != best.place else "best, naive", best, on_front))
    looking, question = designed.looking, found.question
    note = (
        f"{found.words()} Each: {sensor_words(question.sensor)}; {len(question.points)} points of {looking.place.words}; "
        f"looks: {'by day and night' if question.objective.min_sun_deg is None else f'sun over {question.objective.min_sun_deg:g}° at mid-window'}. "
        f"Gaps middle-to-middle, both ends of the span count. Around: {looking.sources[0]}. "
        "Front: no layout tried with as many satellites or fewer has a shorter mean wait."
    )
    tables = [
        Table(
            title=f"Layouts for {looking.place.words}, best by {question.objective.describe()}",
            columns=names,
            rows=tuple(rows),
            note=note,
        )
    ]
    tables.append(_tracks_table(designed))
    if designed.steady is not None:
        tables.append(_steady_table(designed))
    return tuple(tables), _design_document(designed, out)


def _tracks_table(designed: Designed) -> Table:
    """Return how the ground tracks of layouts repeat, and what they never see."""
    first = designed.tracks[0][1]
    swath = not all(math.isnan(one.unseen_share) for _, one in designed.tracks)
    names = columns(
        "satellites >",
        "layout",
        "repeats after",
        "tracks of their own >",
        "widest strip between [deg] >",
        *(("never seen [%] >", "in strips up to [deg] >") if swath else ()),
        "resonates",
    )
    rows = []
    for tried, found in designed.tracks:
        count = len(tried.layout.slots)
        repeat = f"{found.turns} d, {found.revolutions} rev" if found.turns else "not in the span"
        strips = (number(100.0 * found.unseen_share, 0), number(found.hole_deg, 2)) if swath else ()
        own = f"{found.distinct} of {count}"
        says = "yes" if found.resonant else "no"
        rows.append((f"{count}", tried.layout.name, repeat, own, number(found.largest_gap_deg, 2), *strips, says))
    note = (
        f"{first.revpnodalday:.3f} revolutions a day. Where tracks repeat and satellites share them, more satellites see "
        "no more places, only sooner. Strips: degrees of longitude between northbound tracks at the equator"
        + (f", and what a swath never meets at latitude {first.lat_deg:.1f}°." if swath else ".")
    )
    return Table(
        title="Why: ground tracks of even spacing in one plane and of the best found",
        columns=names,
        rows=tuple(rows),
        note=note,
    )


def _tried_row(which: str, tried: Tried, on_front: set[int]) -> tuple[str, ...]:
    """Return the row of one layout."""
    return (
        f"{len(tried.layout.slots)}",
        which,
        tried.layout.name,
        number(tried.mean_wait_s / units.HOUR, 1),
        number(tried.wait_s / units.HOUR, 1),
        number(tried.max_gap_s / units.HOUR, 1, unknown="-"),
        number(tried.looks_pday, 2),
        number(100.0 * tried.share_never, 1),
        "yes" if tried.place in on_front else "",
    )


def _steady_table(designed: Designed) -> Table:
    """Return how the best layout bears satellites off their places."""
    steady = designed.steady
    if steady is None or not steady.tries:
        return Table(
            title="When satellites are off their places: UNKNOWN, none of the tries flies", columns=(), rows=()
        )
    scale, unit = (units.HOUR, " h") if steady.statistic.value not in ("looks a day", "share never seen") else (1.0, "")
    low, value, high = (f"{number(x / scale, 2)}{unit}" for x in (steady.low, steady.value, steady.high))
    note = (
        f"When each satellite is off its place by {steady.sigma_deg:g}° (one sigma, assumed): {steady.statistic.value} "
        f"{low} to {high} in {steady.tries} tries (5 to 95 %); {value} in place."
    )
    return Table(title="How steady the best of all is", columns=(), rows=(), note=note)


def _design_document(designed: Designed, out: str | None) -> dict[str, Any]:
    """Return a search for programs."""
    found, question, steady = designed.found, designed.found.question, designed.steady
    return {
        **looking_document(designed.looking),
        "sensor": sensor_document(question.sensor),
        "objective": question.objective.describe(),
        "min_sun_deg": question.objective.min_sun_deg,
        "seed": found.seed,
        "layouts": len(found.rows),
        "resumed": found.resumed,
        "fallen": found.fallen,
        "by_number": [
            {
                "satellites": count,
                "naive": _tried_document(found.best(count, naive=True)),
                "best": _tried_document(found.best(count)),
            }
            for count in question.room.counts
        ],
        "front": [_tried_document(one) for one in designed.front.best],
        "lessons": list(designed.lessons),
        "tracks": [
            {
                "satellites": len(tried.layout.slots),
                "layout": tried.layout.name,
                "revpnodalday": rounded(one.revpnodalday),
                "repeat_turns": one.turns or None,
                "repeat_revolutions": one.revolutions or None,
                "distinct": one.distinct,
                "largest_gap_deg": rounded(one.largest_gap_deg),
                "lat_deg": rounded(one.lat_deg),
                "hole_deg": rounded(one.hole_deg),
                "unseen_share": rounded(one.unseen_share),
                "resonant": one.resonant,
            }
            for tried, one in designed.tracks
        ],
        "steady": None
        if steady is None
        else {
            "statistic": steady.statistic.value,
            "value": rounded(steady.value),
            "low": rounded(steady.low),
            "high": rounded(steady.high),
            "sigma_deg": steady.sigma_deg,
            "tries": steady.tries,
            "source": "assumed",
        },
        "out": out,
    }


def _tried_document(tried: Tried | None) -> dict[str, Any] | None:
    """Return one layout for programs; null is UNKNOWN."""
    if tried is None:
        return None
    orbit = tried.layout.orbit
    return {
        "layout": tried.layout.name,
        "naive": tried.naive,
        "satellites": len(tried.layout.slots),
        "planes": tried.layout.planes,
        "alt_m": rounded(orbit.alt_m, 1),
        "inclination_deg": rounded(orbit.inclination_deg),
        "slots": [
            {"raan_deg": rounded(slot.raan_deg), "mean_anomaly_deg": rounded(slot.mean_anomaly_deg)}
            for slot in tried.layout.slots
        ],
        "mean_wait_s": rounded(tried.mean_wait_s, 3),
        "wait_s": rounded(tried.wait_s, 3),
        "max_gap_s": rounded(tried.max_gap_s, 3),
        "looks_pday": rounded(tried.looks_pday),
        "share_never": rounded(tried.share_never),
    }
