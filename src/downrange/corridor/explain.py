"""Announced areas explained: one plane if it fits, else the dog-leg that does, else no single flight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from downrange.base import ModelError
from downrange.corridor.ascent import ORBIT_SPEED_MPS, azimuth_at
from downrange.corridor.dogleg import dog_leg
from downrange.corridor.model import Area, AreaPlane, DogLeg, Explained, Leg, Pad, PlaneFit, Verdict
from downrange.corridor.planes import one_plane, planes

# Assumed. Of launches that turn, those from Sriharikota to the pole turn most, by some 50 deg; the cost grows as the
# sine of half the turn, and at 60 deg it is the whole speed again.
MOST_TURN_DEG: Final = 60.0


def explain(
    site: Pad, areas: Sequence[Area], *, inclination_deg: float | None = None, speed_mps: float = ORBIT_SPEED_MPS
) -> Explained:
    """Return which flight explains announced areas: one that does not turn, one that does, or none.

    inclination_deg: of the orbit, when known: what the last stage must still turn is worked out too
    """
    plane = one_plane(site, areas, speed_mps=speed_mps)
    legs = dog_leg(site, areas, inclination_deg=inclination_deg, speed_mps=speed_mps)
    each = {one.label: one for one in planes(site, areas, speed_mps=speed_mps)}
    alone = tuple(each[label] for label in plane.labels)
    sharp = max(legs.legs, key=_proven_turn)
    if plane.accepted:
        verdict = Verdict.ONE_PLANE
    else:
        verdict = Verdict.DOG_LEG if _proven_turn(sharp) <= MOST_TURN_DEG else Verdict.NONE
    text = _sentence(verdict, plane, legs, sharp)
    if inclination_deg is not None and verdict is not Verdict.NONE:
        text += f" {_orbit_told(site, alone, plane, legs, inclination_deg, speed_mps)}"
    return Explained(verdict=verdict, planes=alone, plane=plane, dog_leg=legs, sentence=text)


def _proven_turn(leg: Leg) -> float:
    """Return the turn before a leg that the areas' own sizes cannot hide."""
    return max(0.0, abs(leg.turn_deg) - leg.turn_spread_deg)


def _sentence(verdict: Verdict, plane: PlaneFit, legs: DogLeg, sharp: Leg) -> str:
    """Write the finding for a person."""
    if verdict is Verdict.ONE_PLANE:
        return plane.sentence
    if verdict is Verdict.DOG_LEG:
        return f"{plane.sentence} A dog-leg does: {legs.sentence[:1].lower()}{legs.sentence[1:]}"
    return (
        f"No single flight explains these areas. {plane.sentence} Before the leg from {sharp.start} to {sharp.end} a "
        f"flight would have to turn {abs(sharp.turn_deg):.0f} deg, give or take {sharp.turn_spread_deg:.0f}, and none "
        f"turns more than about {MOST_TURN_DEG:.0f}. The usual causes are another site, areas of several launches, and an "
        "exchanged hemisphere."
    )


def _orbit_told(
    site: Pad,
    alone: Sequence[AreaPlane],
    plane: PlaneFit,
    legs: DogLeg,
    inclination_deg: float,
    speed_mps: float,
) -> str:
    """Write how an orbit's inclination goes together with the areas."""
    south = legs.legs[0].course_deg % 360.0 > 90.0 and legs.legs[0].course_deg % 360.0 < 270.0
    try:
        direct = azimuth_at(site.lat_deg, inclination_deg, speed_mps=speed_mps, southbound=south)
    except ModelError:
        return f"No direct ascent from {site.name} reaches {inclination_deg:.1f} deg."
    told = [one for one in alone if one.informs]
    holding = [one.label for one in told if _within(direct, one.course_low_deg, one.course_high_deg)]
    last = told[-1]
    off = (direct - last.course_mid_deg + 180.0) % 360.0 - 180.0
    where = (
        f"which {' and '.join(holding)} allow{'s' if len(holding) == 1 else ''}" if holding else "which no area allows"
    )
    fits = "as the areas say" if _within(direct, last.course_low_deg, last.course_high_deg) and plane.accepted else ""
    if fits:
        return f"A direct ascent to {inclination_deg:.1f} deg leaves on course {direct:.1f} deg, {fits}."
    return (
        f"A direct ascent to {inclination_deg:.1f} deg leaves on course {direct:.1f} deg, {where}; {last.label} lies on "
        f"course {last.course_mid_deg % 360.0:.1f} deg, for an orbit of {last.inclination_mid_deg:.1f} deg, so what flies on "
        f"from there must turn about {abs(off):.0f} deg to the {'right' if off > 0.0 else 'left'}."
    )


def _within(azimuth_deg: float, low_deg: float, high_deg: float) -> bool:
    """Say whether an azimuth lies between two, clockwise."""
    return (azimuth_deg - low_deg) % 360.0 <= high_deg - low_deg
