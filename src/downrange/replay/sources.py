"""Where every number of a replay came from, each source once, in the order in which the report meets it."""

from __future__ import annotations

from collections.abc import Iterator

from downrange.replay.model import Replay

_MODELS = (
    ("Earth", "ellipsoid, GM and rate: NIMA TR8350.2 (WGS 84); zonal harmonics J2 to J4: EGM96, NASA/TP-1998-206861"),
    ("air", "US Standard Atmosphere 1976, NOAA-S/T 76-1562"),
    ("coast", "Natural Earth 1:10m and 1:50m, public domain"),
)


def sources_of(replay: Replay) -> tuple[tuple[str, str], ...]:
    """Return (what, source) of everything that came from the world."""
    seen: dict[str, str] = {}
    for what, source in _all(replay):
        if source and source not in seen:
            seen[source] = what
    return tuple((what, source) for source, what in seen.items())


def _all(replay: Replay) -> Iterator[tuple[str, str]]:
    """Yield every pair, repeats included."""
    yield from _flown(replay)
    yield from _told(replay)
    for place in {place.code: place for one in replay.actions for place in one.places}.values():
        yield "people", getattr(place, "source", "")
    for key, figure in replay.vehicle.figures:
        yield f"vehicle, {key} ({figure.kind})", figure.source
    yield from _MODELS
    if replay.coverage is not None:
        yield from replay.coverage.sources


def _flown(replay: Replay) -> Iterator[tuple[str, str]]:
    """Yield what the flight, its areas and its sensors are from."""
    scenario = replay.scenario
    yield "lift-off", scenario.liftoff.source
    for claim in scenario.liftoff.claims:
        yield f"lift-off, {claim.authority}", claim.source
    yield "site", replay.site.source
    yield "orbit aimed at", scenario.orbit.source
    if scenario.failure is not None:
        yield "failure", scenario.failure.source
    for notice in scenario.notices:
        yield "notice", notice.source
    for area in replay.areas:
        yield f"area {area.label}", area.source
    yield "sensors", scenario.sensors.source
    yield "vehicle", scenario.vehicle_source


def _told(replay: Replay) -> Iterator[tuple[str, str]]:
    """Yield what history is from."""
    for alert in replay.scenario.history:
        for source in alert.sources:
            yield f"alert, {alert.authority}", source
    for fall in replay.scenario.reported_falls:
        yield "reported fall", fall.source
    for event in replay.scenario.reported_events:
        yield "reported event", event.source
    for one in replay.scenario.element_sets:
        yield f"element set of {one.name}", one.source
