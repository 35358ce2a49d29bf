"""Announced areas explained: one plane if it fits, else the dog-leg that does, else no single flight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from downrange.base import ModelError
from downrange.corridor.ascent import ORBIT_SPEED_MPS, azimuth_at
from downrange.corridor.dogleg import dog_leg_through
from downrange.corridor.model import Area, AreaPlane, DogLeg, Explained, Leg, Pad, PlaneFit, Verdict
from downrange.corridor.planes import area_plane, plane_through
from downrange.corridor.swaths import swaths

# Assumed. Of launches that turn, those from Sriharikota to the pole turn most, by some 50 deg; the cost grows as the
# sine of half the turn, and at 60 deg it is the whole speed again.
MOST_TURN_DEG: Final = 60.0
# Assumed. What is dropped on the way up comes down nearer; farther off a stage has all but reached orbit, and is often
# turned, or brought down a revolution later, on purpose.
FAR_M: Final = 8_000_000.0


def explain(
    site: Pad, areas: Sequence[Area], *, inclination_deg: float | None = None, speed_mps: float = ORBIT_SPEED_MPS
) -> Explained:
    """Return which flight explains announced areas: one that does not turn, one that does, or none.

    Areas that begin more than 8,000 km away are left out where there are nearer ones, and said to be.
    inclination_deg: of the orbit, when known: what the last stage must still turn is worked out too
    """
    everything = swaths(site, areas)
    near = [swath for swath in everything if swath.near_m <= FAR_M]
    seen = near if any(swath.thrown.informs for swath in near) else everything
    plane = plane_through(site, seen, speed_mps=speed_mps)
    legs = dog_leg_through(site, seen, inclination_deg=inclination_deg, speed_mps=speed_mps)
    alone = tuple(area_plane(site, swath, speed_mps=speed_mps) for swath in everything)
    sharp = max(legs.legs, key=_proven_turn)
    if plane.accepted:
        verdict = Verdict.ONE_PLANE
    else:
        verdict = Verdict.DOG_LEG if _proven_turn(sharp) <= MOST_TURN_DEG else Verdict.NONE
    text = _sentence(verdict, plane, legs, sharp)
    if inclination_deg is not None and verdict is not Verdict.NONE:
        told = [one for one in alone if one.informs and one.label in plane.labels]
        text += f" {_orbit_told(site, told, plane, legs, inclination_deg, speed_mps)}"
    text += "".join(
        f" {swath.label} begins {swath.near_m / 1e3:,.0f} km away and is left out: what falls there had all but reached orbit."
        for swath in everything
        if swath.label not in plane.labels
    )
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
    told: Sequence[AreaPlane],
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
