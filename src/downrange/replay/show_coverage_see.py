"""What the terminal shows of what a camera sees: what, how often, how late in one table, and the claims."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from downrange.base import after, iso, units
from downrange.replay.coverage_answers import SeenAnswer
from downrange.replay.coverage_page_words import claim_table
from downrange.replay.show_coverage import rounded
from downrange.replay.tables import Table, columns, number

if TYPE_CHECKING:
    from downrange.coverage import Claim, Often, Quality, Seen, SeenRow, What

Shown = tuple[tuple[Table, ...], dict[str, Any]]
_TASKS: Final = ("detect", "recognise", "identify")  # orient is in the document


def see_shown(answer: SeenAnswer, out: str | None = None) -> Shown:
    """Return the answer in one table, then the claims."""
    seen = answer.seen
    counts = sorted({row.satellites for row in seen.rows})
    names = columns("satellites", "in one look >", *(f"{n} >" for n in counts))
    blank = ("",) * len(counts)
    rows: list[tuple[str, ...]] = [
        ("WHAT a look shows", "", *blank),
        ("pixel straight down [m]", _pixel(seen.down), *blank),
        (f"pixel {seen.reach_deg.high:g}° off nadir [m]", _pixel(seen.aside), *blank),
        ("NIIRS by GIQE-5, straight down", _niirs(seen.down), *blank),
    ]
    rows += [(f"{one.subject.title}: {one.task}", _likely(one), *blank) for one in seen.what if one.task in _TASKS]
    for label, write in _PLAN:
        cells = (write([row for row in seen.rows if row.satellites == n]) if write else "" for n in counts)
        rows.append((label, "", *cells))
    stop = after(seen.start, seen.days * units.DAY)
    layouts = ", ".join(dict.fromkeys(row.layout for row in seen.rows))
    note = (
        f"Ranges: over the camera's assumed figures, over looks {seen.reach_deg.words}° off "
        f"geocentric nadir at most, and over layouts ({layouts}). {iso(seen.start)} to {iso(stop)}, {seen.points} points of "
        f"{seen.region}, horizon masked; by day: sun over {seen.min_sun_deg:g}° at the middle of a look. Gaps "
        "middle-to-middle, both ends of the span count. Probabilities: Johnson's criteria in clear air. Known: after the "
        f"next whole pass over {' or '.join(one.name for one in seen.stations) or 'UNKNOWN'}; with a +: at least, as "
        "some requests have no answer in the span. "
        f"Orbit: {seen.scenario.sources[0]}."
    )
    one = Table(
        title=f"What, how often, how late: {seen.camera.title} over {seen.region}, by number of satellites",
        columns=names,
        rows=tuple(rows),
        note=note,
    )
    known = Table(
        title="What to know before it is believed", columns=columns("note"), rows=tuple((x,) for x in seen.notes)
    )
    return (one, *(claim_table(claim) for claim in answer.claims), known), _see_document(answer, out)


def layouts_table(seen: Seen) -> Table:
    """Return every layout by itself, for the report: ranges over the reach alone."""
    plan = [(label, write) for label, write in _PLAN if label in _IN_REPORT and write is not None]
    names = columns("satellites >", "layout", *(f"{label} >" for label, _ in plan))
    rows = tuple((f"{row.satellites}", row.layout, *(write([row]) for _, write in plan)) for row in seen.rows)
    return Table(title=f"Each layout, looks {seen.reach_deg.words}° off nadir at most", columns=names, rows=rows)


def _pixel(quality: Quality) -> str:
    """Write the resolution on the ground."""
    if quality.finest_m is None:
        return "UNKNOWN"
    if quality.coarsest_m is None:
        return f"{quality.finest_m:.2g} at best"
    return _to(f"{quality.finest_m:.2g}", f"{quality.coarsest_m:.2g}")


def _niirs(quality: Quality) -> str:
    """Write a rating."""
    return "UNKNOWN" if quality.niirs is None else _to(f"{quality.niirs.low:.1f}", f"{quality.niirs.high:.1f}")


def _likely(what: What) -> str:
    """Write a probability over all that is not known."""
    from downrange.coverage import likelihood_words

    return likelihood_words(what.p_low, what.p_high)


def _over(rows: Sequence[SeenRow], figure: str, scale: float) -> str:
    """Write the ends of a figure over layouts and reaches; UNKNOWN where a part of it is."""
    ends = [row.bounds(figure) for row in rows]
    known = [end for end in ends if end is not None]
    if not known or len(known) < len(ends):
        return "UNKNOWN"
    low, high = min(end[0] for end in known), max(end[1] for end in known)
    return _to(_short(low / scale), _short(high / scale))


def _within(rows: Sequence[SeenRow]) -> str:
    """Write the share of requests that a look by day answers within an hour."""
    shares = [often.within[0] for row in rows for often in (row.near, row.far)]
    return _to(_short(100.0 * min(shares)), _short(100.0 * max(shares)))


def _known_within(rows: Sequence[SeenRow]) -> str:
    """Write how long half of the requests wait until it is known."""
    waits = [often.know_s[0] for row in rows for often in (row.near, row.far)]
    known = [wait for wait in waits if wait is not None]
    if not known:
        return "UNKNOWN"
    low = _short(min(known) / units.HOUR)
    return _to(low, _short(max(known) / units.HOUR)) if len(known) == len(waits) else f"{low} or more"


def _known_mean(rows: Sequence[SeenRow]) -> str:
    """Write the mean wait until it is known; at least, where some requests have no answer in the span."""
    told = _over(rows, "know_mean_s", units.HOUR)
    return (
        f"{told}+"
        if told != "UNKNOWN" and any(often.know_least for row in rows for often in (row.near, row.far))
        else told
    )


def _short(value: float) -> str:
    """Write a number with two digits or, from ten on, as a whole one.

    >>> _short(0.178), _short(4.96), _short(223.8), _short(0.0)
    ('0.18', '5.0', '224', '0')
    """
    return "0" if value == 0.0 else number(value, 2 if value < 1.0 else 1 if value < 10.0 else 0)


def _to(low: str, high: str) -> str:
    """Write a range; one number where its ends read alike."""
    return low if low == high else f"{low} to {high}"


_Plan = tuple[str, Callable[[Sequence["SeenRow"]], str] | None]
_PLAN: Final[tuple[_Plan, ...]] = (
    ("HOW OFTEN a point is seen", None),
    ("looks a day", lambda rows: _over(rows, "looks_pday", 1.0)),
    ("looks a day, by day", lambda rows: _over(rows, "daylit_looks_pday", 1.0)),
    ("longest gap by day [h], at least", lambda rows: _over(rows, "daylit_max_gap_s", units.HOUR)),
    ("never seen by day [% of area]", lambda rows: _over(rows, "daylit_share_never", 0.01)),
    ("HOW LATE a request is answered", None),
    ("mean wait for a look [h]", lambda rows: _over(rows, "mean_wait_s", units.HOUR)),
    ("mean wait for one by day [h]", lambda rows: _over(rows, "daylit_mean_wait_s", units.HOUR)),
    ("one by day within an hour [%]", _within),
    ("half are known after [h]", _known_within),
    ("mean wait until known [h]", _known_mean),
    ("mean wait for a clear one [h]", lambda rows: _over(rows, "clear_mean_wait_s", units.HOUR)),
)


_IN_REPORT: Final = frozenset(
    {
        "looks a day, by day",
        "longest gap by day [h], at least",
        "mean wait for a look [h]",
        "mean wait for one by day [h]",
        "mean wait until known [h]",
    }
)


def _see_document(answer: SeenAnswer, out: str | None) -> dict[str, Any]:
    """Return the answer for programs, in SI; null is UNKNOWN."""
    seen = answer.seen
    return {
        "camera": {
            "name": seen.camera.name,
            "title": seen.camera.title,
            "unknown": list(seen.camera.unknown),
            "sources": list(seen.camera.sources),
        },
        "region": seen.region,
        "points": seen.points,
        "start": iso(seen.start),
        "stop": iso(after(seen.start, seen.days * units.DAY)),
        "days": seen.days,
        "min_sun_deg": seen.min_sun_deg,
        "nadir": "geocentric",
        "reach_deg": [seen.reach_deg.low, seen.reach_deg.high],
        "reach_source": seen.reach_deg.source,
        "alt_m": rounded(seen.alt_m, 1),
        "down": _quality_document(seen.down),
        "aside": _quality_document(seen.aside),
        "what": [
            {
                "subject": one.subject.name,
                "title": one.subject.title,
                "task": one.task.value,
                "needed_gsd_m": rounded(one.down.needed_gsd_m),
                "p_low": rounded(one.p_low),
                "p_high": rounded(one.p_high),
            }
            for one in seen.what
        ],
        "rows": [
            {
                "satellites": row.satellites,
                "layout": row.layout,
                "source": row.source,
                "near": _often_document(row.near),
                "far": _often_document(row.far),
            }
            for row in seen.rows
        ],
        "claims": [_claim_document(claim) for claim in answer.claims],
        "stations": [{"name": one.name, "source": one.source} for one in seen.stations],
        "cloud": seen.cloud or None,
        "notes": list(seen.notes),
        "sources": list(answer.sources),
        "out": out,
    }


def _claim_document(claim: Claim) -> dict[str, Any]:
    """Return a claim with its answer and what it rests on, for programs."""
    return {
        "name": claim.name,
        "claim": claim.claim,
        "holds": claim.holds.value,
        "parts": [
            {
                "question": part.question,
                "holds": part.holds.value,
                "figures": part.figures,
                "rule": part.rule,
                "essential": part.essential,
            }
            for part in claim.parts
        ],
    }


def _quality_document(quality: Quality) -> dict[str, Any]:
    """Return what a camera gives in one look, for programs."""

    def ends(name: str) -> list[float | None] | None:
        bounds = getattr(quality, name)
        return None if bounds is None else [rounded(bounds.low), rounded(bounds.high)]

    return {
        "off_nadir_deg": quality.look.off_nadir_deg,
        "range_m": rounded(quality.look.range_m, 1),
        "elevation_deg": rounded(quality.look.elevation_deg, 3),
        **{name: ends(name) for name in ("gsd_m", "diffraction_m", "rer", "snr", "niirs")},
        "resolution_m": [rounded(quality.finest_m), rounded(quality.coarsest_m)],
        "unknown": list(quality.unknown),
    }


def _often_document(often: Often) -> dict[str, Any]:
    """Return the figures of one reach, for programs."""
    from downrange.coverage import WITHIN_H

    told: dict[str, Any] = {
        name: rounded(getattr(often, name))
        for name in (
            "reach_deg", "looks_pday", "mean_wait_s", "max_gap_s", "share_never", "daylit_looks_pday",
            "daylit_mean_wait_s", "daylit_max_gap_s", "daylit_share_never", "know_mean_s", "clear_looks_pday",
            "clear_mean_wait_s",
        )
    }  # fmt: skip
    told["within_h"] = {f"{hours:g}": rounded(share) for hours, share in zip(WITHIN_H, often.within, strict=True)}
    told["know_s"] = [rounded(wait if wait is None or math.isfinite(wait) else None) for wait in often.know_s]
    told["know_mean_is_least"] = often.know_least
    return told
