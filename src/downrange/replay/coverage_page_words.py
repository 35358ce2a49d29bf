"""What reports on coverage say: boxes, rules, claims and figures in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from downrange.coverage import Accesses, Rectangle
from downrange.replay.tables import Table, columns, number

if TYPE_CHECKING:
    from downrange.coverage import Claim, Figure, Found, Revisit, Seen

_HOUR_S: Final = 3_600.0


def revisit_facts(always: Revisit, daylit: Revisit) -> tuple[tuple[str, str, str], ...]:
    """Return the boxes of a revisit."""
    percents = [float(percent) for percent in always.each.percents]
    waits = [
        (f"{percent:g} % of requests wait at most", hours(one), f"by day {hours(other)}")
        for percent, one, other in zip(percents, always.wait_s, daylit.wait_s, strict=True)
    ]
    return (
        (
            "Looks a day at a point",
            value(always.looks_pday),
            f"{_band(always.looks_pday)}by day {value(daylit.looks_pday)}",
        ),
        (
            "Mean wait",
            hours(always.mean_wait_s),
            f"{_band(always.mean_wait_s, _HOUR_S)}by day {hours(daylit.mean_wait_s)}",
        ),
        *waits[:2],
        ("Longest gap", hours(always.max_gap_s), f"at least; by day {hours(daylit.max_gap_s)}"),
        ("Never seen", _share(always.share_never), f"of the area; by day {_share(daylit.share_never)}"),
    )


def found_facts(found: Found) -> tuple[tuple[str, str, str], ...]:
    """Return the boxes of a search: for each number of satellites the best against the best naive one."""
    boxes = []
    for satellites in np.unique(found.satellites).tolist():
        best, naive = found.best(satellites), found.best(satellites, naive=True)
        if best is None:
            boxes.append((count(satellites), "UNKNOWN", "no layout tried flies that long and sees a point"))
            continue
        told = "no naive layout sees a point"
        if naive is not None:
            told = f"naive: {naive.mean_wait_s / _HOUR_S:.1f} h ({naive.layout.name})"
        wait = f"{best.mean_wait_s / _HOUR_S:.1f} h mean wait"
        boxes.append((count(satellites), wait, f"longest gap {best.max_gap_s / _HOUR_S:.1f} h; {told}"))
    return tuple(boxes)


def seen_facts(seen: Seen) -> tuple[tuple[str, str, str], ...]:
    """Return the boxes of `see`: for each number of satellites the waits over layouts and reaches."""
    boxes = []
    for satellites in sorted({row.satellites for row in seen.rows}):
        rows = [row for row in seen.rows if row.satellites == satellites]
        told = []
        for figure in ("mean_wait_s", "daylit_mean_wait_s"):
            ends = [bounds for row in rows if (bounds := row.bounds(figure)) is not None]
            low, high = min(end[0] for end in ends) / _HOUR_S, max(end[1] for end in ends) / _HOUR_S
            told.append(f"{low:.1f} to {high:.1f} h")
        boxes.append(
            (
                f"{count(satellites)}: mean wait",
                told[0],
                f"by day {told[1]}; over {len(rows)} layout{'s' * (len(rows) != 1)}",
            )
        )
    return tuple(boxes)


def claim_table(claim: Claim) -> Table:
    """Return a claim with its answer and what it rests on."""
    rows = tuple((part.question, str(part.holds).upper(), part.figures) for part in claim.parts)
    title = f"{str(claim.holds).upper()}: {claim.claim}"
    return Table(title=title, columns=columns("what it needs", "answer", "figures"), rows=rows)


def rules(found: Revisit) -> tuple[str, ...]:
    """Return how the figures of a revisit were counted."""
    named = {
        "Looks a day": found.looks_pday,
        "Longest gap": found.max_gap_s,
        "Mean wait": found.mean_wait_s,
        "Never seen": found.share_never,
    }
    return tuple(f"{name}: {figure.rule}." for name, figure in named.items())


def flags(found: Revisit, before: str) -> tuple[str, ...]:
    """Return what to know before figures are believed; before: words in front of each sentence."""
    return tuple(sentence(f"{before}{flag}") for flag in found.flags)


def sentence(text: str) -> str:
    """Return words as a sentence."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def sensor_words(looks: Accesses) -> str:
    """Return what the sensor reaches, in a few words."""
    sensor, field = looks.sensor, looks.sensor.field
    if isinstance(field, Rectangle):
        told = f"field of {2.0 * field.along_deg:g}° by {2.0 * field.across_deg:g}°"
    else:
        told = f"{field.half_angle_deg:g}° off nadir"
    if (field.roll_deg, field.pitch_deg) != (0.0, 0.0):
        told += f", rolled {field.roll_deg:g}°, pitched {field.pitch_deg:g}°"
    if sensor.agility is not None:
        told += f", turned by up to {sensor.agility.roll_deg:g}° in roll and {sensor.agility.pitch_deg:g}° in pitch"
    if sensor.min_elevation_deg > 0.0:
        told += f", {sensor.min_elevation_deg:g}° above the horizon or more"
    if sensor.min_sun_elevation_deg is not None:
        told += f", Sun {sensor.min_sun_elevation_deg:g}° up or more"
    return f"{told}, {sensor.nadir} nadir"


def count(satellites: int) -> str:
    """Return a number of satellites in words.

    >>> count(1), count(3)
    ('1 satellite', '3 satellites')
    """
    return f"{satellites} satellite{'s' * (satellites != 1)}"


def value(figure: Figure) -> str:
    """Return a figure with two decimals, or UNKNOWN."""
    return "UNKNOWN" if figure.value is None else f"{figure.value:.2f}"


def hours(figure: Figure) -> str:
    """Return a time in hours, or UNKNOWN."""
    return "UNKNOWN" if figure.value is None else f"{number(figure.value / _HOUR_S, 1)} h"


def _share(figure: Figure) -> str:
    return "UNKNOWN" if figure.value is None else f"{100.0 * figure.value:.1f} %"


def _band(figure: Figure, scale: float = 1.0) -> str:
    """Return the 95 % band of a figure, ready to go before other words."""
    if figure.low is None or figure.high is None:
        return ""
    return f"95 %: {figure.low / scale:.2f} to {figure.high / scale:.2f}; "
