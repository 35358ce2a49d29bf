"""Pictures of an ensemble: footprint on the map, convergence with the count of flights, times of the impacts."""

from __future__ import annotations

from downrange.base import Array
from downrange.replay.draw_charts import Convergence, TimeBins, count, draw_convergence, draw_times
from downrange.replay.draw_footprint import draw_footprint
from downrange.replay.figures import Drawn
from downrange.replay.footprint_content import Cells, FootprintContent, LaunchPoint, Zone
from downrange.replay.pictures import drawn

__all__ = [
    "Cells",
    "Convergence",
    "LaunchPoint",
    "TimeBins",
    "Zone",
    "convergence_picture",
    "footprint_picture",
    "times_picture",
]


def footprint_picture(
    cells: Cells,
    zones: tuple[Zone, ...],
    *,
    title: str,
    pad: LaunchPoint | None = None,
    track: tuple[Array, Array] | None = None,
    note: str = "",
    name: str = "footprint",
) -> Drawn:
    """Return the map of the expected pieces per square kilometre with the outlines that hold them.

    title: names vehicle, site, body or all bodies; note: how many flights, which failures, under the map
    track: planned flight over the ground (lat_deg (n,), lon_deg (n,)); name: of the file
    """
    told = "Mercator. Coast: Natural Earth." if not note else f"{note} Mercator. Coast: Natural Earth."
    content = FootprintContent(title=title, cells=cells, zones=zones, pad=pad, track=track, note=told)
    outlined = "; ".join(zone.label for zone in zones) or "none"
    caption = f"{title}. Expected pieces per square kilometre and launch; outlines: {outlined}. {note}".strip()
    return drawn(name, draw_footprint(content), caption)


def convergence_picture(run: Convergence, *, title: str, name: str = "convergence") -> Drawn:
    """Return the picture of a number settling while flights come in, with its band and the rule to stop."""
    last = [text for text in (f"{run.quantity} over the count of flights", _rule(run)) if text]
    return drawn(name, draw_convergence(title, run), f"{title}. {'; '.join(last)}.")


def times_picture(bodies: tuple[TimeBins, ...], *, title: str, name: str = "times") -> Drawn:
    """Return the picture of when each body comes down; solid line: half are down, dashed: 99 %."""
    caption = f"{title}. Expected impacts a minute and launch; solid line: half are down, dashed line: 99 % are."
    return drawn(name, draw_times(title, bodies), caption)


def _rule(run: Convergence) -> str:
    """Say when the run was to stop, and when it did."""
    rule = (
        "" if run.target is None else f"to stop at ±{100.0 * run.target:g} % ({100.0 * run.confidence:g} % confidence)"
    )
    done = "" if run.stopped is None else f"stopped after {count(run.stopped)} flights"
    return ", ".join(text for text in (rule, done) if text)
