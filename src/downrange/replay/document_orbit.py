"""What the JSON document of a replay says of an orbit reached, and of what can be seen from there; null is UNKNOWN."""

from __future__ import annotations

from typing import Any, Final

from downrange.base import iso
from downrange.orbit import CatalogueVerdict, Decay
from downrange.replay.coverage_answers import SeenAnswer
from downrange.replay.coverage_asked import Place
from downrange.replay.covered import Covered, Reach
from downrange.replay.model import Orbit
from downrange.replay.show_coverage import figure_document, rounded, sensor_document
from downrange.replay.show_coverage_see import see_shown
from downrange.track import Update

FIGURES: Final = ("looks_pday", "mean_gap_s", "max_gap_s", "mean_wait_s", "share_never")


def orbit_document(orbit: Orbit) -> dict[str, Any]:
    """Return elements, element set, heights as tracked, lifetime, catalogue, and the next day's passes."""
    elements = orbit.elements
    return {
        "epoch": iso(elements.epoch),
        "frame": str(elements.frame),
        "perigee_alt_m": rounded(elements.perigee_alt_m, 0),
        "apogee_alt_m": rounded(elements.apogee_alt_m, 0),
        "inclination_deg": rounded(elements.inclination_deg, 3),
        "raan_deg": rounded(elements.raan_deg, 3),
        "argp_deg": rounded(elements.argp_deg, 2),
        "period_s": rounded(elements.period_s, 1),
        "source": "end of the recomputed flight; heights over the equatorial radius",
        "tle": list(orbit.tle),
        "tracked": _tracked(orbit.tracked),
        "lifetime": _lifetime(orbit.lasts),
        "catalogue": _catalogue(orbit.catalogue),
        "passes": _passes(orbit),
    }


def _tracked(update: Update | None) -> dict[str, Any] | None:
    """Return the heights that the track found, with 1 sigma."""
    if update is None:
        return None
    return {
        "t_s": rounded(update.t_s, 1),
        "perigee_alt_m": rounded(update.perigee_m, 0),
        "perigee_sigma_m": rounded(update.perigee_sigma_m, 0),
        "apogee_alt_m": rounded(update.apogee_m, 0),
        "apogee_sigma_m": rounded(update.apogee_sigma_m, 0),
        "inclination_deg": rounded(update.inclination_deg, 4),
        "inclination_sigma_deg": rounded(update.inclination_sigma_deg, 4),
        "source": "the last reading of simulated sensors",
    }


def _lifetime(lasts: Decay) -> dict[str, Any]:
    """Return how long the orbit lasts."""
    return {
        "answer": str(lasts.answer),
        "days_low": rounded(lasts.days_low, 1),
        "days_middle": rounded(lasts.days_middle, 1),
        "days_high": rounded(lasts.days_high, 1),
        "method": lasts.method,
        "reasons": list(lasts.reasons),
    }


def _catalogue(verdict: CatalogueVerdict | None) -> dict[str, Any] | None:
    """Return what the scenario's element sets say."""
    if verdict is None:
        return None
    return {
        "answer": str(verdict.answer),
        "p": rounded(verdict.p, 4),
        "objects": [
            {
                "name": one.object.label,
                "number": one.object.number or None,
                "designator": one.object.designator or None,
                "p": rounded(one.p, 4),
                "matched": one in verdict.matched,
                "evidence": [{"what": e.what, "seen": e.seen, "expected": e.expected} for e in one.evidence],
            }
            for one in verdict.candidates
        ],
        "words": verdict.words,
        "notes": list(verdict.notes),
        "source": verdict.source,
    }


def _passes(orbit: Orbit) -> dict[str, Any]:
    """Return the passes of the day after insertion."""
    return {
        "over": orbit.over,
        "from": iso(orbit.starts),
        "hours": 24,
        "list": [
            {
                "rises": iso(one.rises),
                "culminates": iso(one.culminates),
                "sets": iso(one.sets),
                "max_elevation_deg": rounded(one.max_elevation_deg, 1),
                "range_m": rounded(one.range_m, -2),
                "daylight": one.daylight,
            }
            for one in orbit.passes
        ],
    }


def coverage_document(found: Covered) -> dict[str, Any]:
    """Return what `downrange coverage see --json` says of this satellite, and the revisit figures of each reach."""
    told = see_shown(seen_answer(found))[1]
    for key in ("claims", "out"):
        del told[key]
    return {
        **told,
        "gap": str(found.far.always.gap),
        "by_reach": [_reach(one) for one in (found.near, found.far)],
        "notes": list(found.notes),
    }


def seen_answer(found: Covered) -> SeenAnswer:
    """Return the answer in the form of `coverage see`, without the claims: they are about several satellites."""
    region = found.region
    place = Place(points=found.points, names=(), region=region, words=region.title, source=region.source)
    sources = (f"orbit: {found.seen.scenario.sources[0]}", *(f"{what}: {source}" for what, source in found.sources))
    return SeenAnswer(seen=found.seen, place=place, claims=(), sources=sources)


def _reach(one: Reach) -> dict[str, Any]:
    """Return the figures of one reach, at any time of day and by day, each with its rule."""
    return {
        "reach_deg": one.angle_deg,
        "sensor": sensor_document(one.looks.sensor),
        "windows": len(one.looks),
        **{
            key: {name: figure_document(one.figure(name, by_day=by_day)) for name in FIGURES}
            for key, by_day in (("any_time", False), ("by_day", True))
        },
    }
