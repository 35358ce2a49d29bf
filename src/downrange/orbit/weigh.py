"""What speaks for an object and against it: each piece as a ratio of two densities.

Above: for an object of this launch. Below: for any other object, with the background of the rule. Each ratio has a
floor, the chance that the true object surprises: (1 - s) f / g + s.
"""

from __future__ import annotations

import math

from downrange.base import iso, since, units
from downrange.orbit.catalogue import CatalogueObject
from downrange.orbit.launched import CheckRule, Evidence, Launch
from downrange.orbit.model import ElementSet
from downrange.orbit.plane import (
    ahead_deg,
    drift_degps,
    geocentric_lat_deg,
    node_deg,
    off_plane_deg,
    plane_sigma_deg,
    share_of_planes,
    southbound,
)

_HOUR_S = 3_600.0
_TURN_DEG = 360.0


def existed_before(found: CatalogueObject, launch: Launch, rule: CheckRule) -> bool:
    """Say whether an object was in orbit, or in the catalogue, before the launch."""
    slack_s = rule.epoch_slack_h * _HOUR_S
    return since(launch.t0, found.sets[0].epoch) < -slack_s


def weigh_epoch(found: CatalogueObject, launch: Launch, rule: CheckRule) -> Evidence:
    """Weigh when its first element set is of: an object that flew before the launch did not come from it."""
    early = existed_before(found, launch, rule)
    return Evidence(
        what="epoch",
        seen=f"first set of {iso(found.sets[0].epoch)}",
        expected=f"after {iso(launch.t0)}",
        ratio=0.0 if early else 1.0,
    )


def weigh_designator(found: CatalogueObject, launch: Launch, rule: CheckRule) -> Evidence:
    """Weigh its launch number against those that a launch at this moment can have."""
    number = found.launch
    if number is None:
        return Evidence(what="designator", seen="none", expected=str(launch.numbers), ratio=1.0)
    ratio = _ratio(launch.numbers.p_of(number), 1.0 / rule.past_launches, rule.surprise_order)
    return Evidence(what="designator", seen=str(number), expected=str(launch.numbers), ratio=ratio)


def weigh_first_seen(found: CatalogueObject, launch: Launch, rule: CheckRule, *, numbered: bool) -> Evidence:
    """Weigh when the catalogue first listed it.

    numbered: its launch number fits already; then a fitting time is no news, as new numbers are all seen late
    """
    expected = f"some {rule.listed_median_h:g} h after lift-off"
    if found.first_seen is None:
        return Evidence(what="first seen", seen="not known", expected=expected, ratio=1.0)
    waited_h = since(launch.t0, found.first_seen) / _HOUR_S
    ours = _log_normal(waited_h, rule.listed_median_h, rule.listed_ln_sigma)
    ratio = _ratio(ours, 1.0 / rule.past_h, rule.surprise_order if waited_h < 0.0 else rule.surprise_shape)
    seen = f"{iso(found.first_seen)}, {abs(waited_h):.1f} h {'after' if waited_h >= 0.0 else 'before'} lift-off"
    return Evidence(what="first seen", seen=seen, expected=expected, ratio=min(ratio, 1.0) if numbered else ratio)


def weigh_inclination(found: ElementSet, launch: Launch, rule: CheckRule) -> Evidence:
    """Weigh its inclination against that planned."""
    i_deg = found.inclination_deg
    other = rule.sso_share * _normal(i_deg, rule.sso_deg, rule.sso_sigma_deg) + (1.0 - rule.sso_share) / rule.most_deg
    ours = _normal(i_deg, launch.inclination_deg, launch.inclination_sigma_deg)
    return Evidence(
        what="inclination",
        seen=f"{i_deg:.2f} deg",
        expected=f"{launch.inclination_deg:.2f} ±{launch.inclination_sigma_deg:.2f} deg",
        ratio=_ratio(ours, other, rule.surprise_shape),
    )


def weigh_height(found: ElementSet, launch: Launch, rule: CheckRule) -> Evidence:
    """Weigh its mean height against that planned."""
    height_m = 0.5 * (found.perigee_alt_m + found.apogee_alt_m)
    even = (1.0 - rule.crowd_share) / (rule.high_m - rule.low_m)
    other = rule.crowd_share * _normal(height_m, rule.crowd_m, rule.crowd_sigma_m) + even
    ours = _normal(height_m, 0.5 * (launch.perigee_alt_m + launch.apogee_alt_m), launch.alt_sigma_m)
    planned = f"{launch.perigee_alt_m / 1e3:.0f} x {launch.apogee_alt_m / 1e3:.0f}"
    return Evidence(
        what="height",
        seen=f"{found.perigee_alt_m / 1e3:.0f} x {found.apogee_alt_m / 1e3:.0f} km",
        expected=f"{planned} ±{launch.alt_sigma_m / 1e3:.0f} km",
        ratio=_ratio(ours, other, rule.surprise_shape),
    )


def weigh_plane(found: CatalogueObject, launch: Launch, rule: CheckRule) -> tuple[Evidence, float, float]:
    """Weigh how far the predicted injection point lies off its plane; return that angle and its sigma [deg] too."""
    point, moment, nearest = launch.injection, launch.injected, found.nearest(launch.injected)
    off = off_plane_deg(nearest, point.lat_deg, point.lon_deg, moment, alt_m=point.alt_m)
    lat = geocentric_lat_deg(point.lat_deg, point.alt_m)
    by_clock = launch.t0_sigma_s * drift_degps(lat, nearest.inclination_deg)
    sigma = math.hypot(point.sigma_deg, math.hypot(by_clock, plane_sigma_deg(nearest, moment)))
    other = share_of_planes(off - sigma, off + sigma, lat, nearest.inclination_deg) / (2.0 * sigma)
    ours = _normal(off, 0.0, sigma)
    seen, expected = f"{abs(off):.2f} deg off", f"0 ±{sigma:.2f} deg"
    if point.southbound is not None:
        south = southbound(nearest, point.lat_deg, point.lon_deg, moment, alt_m=point.alt_m)
        ours *= float(south is point.southbound)
        other *= 0.5
        seen += f", {_way(south)}"
        expected += f", {_way(point.southbound)}"
    if len(found.sets) > 1:
        seen += f"; {len(found.sets)} sets agree to {_spread(found, launch):.2f} deg"
    weighed = Evidence(what="plane", seen=seen, expected=expected, ratio=_ratio(ours, other, rule.surprise_plane))
    return weighed, off, sigma


def weigh_phase(found: ElementSet, launch: Launch, rule: CheckRule) -> Evidence:
    """Weigh how far along its orbit it was from the injection point at that moment; only from sets of the first days."""
    point, moment = launch.injection, launch.injected
    days = abs(since(found.epoch, moment)) / units.DAY
    if days > rule.phase_days:
        told = f"nearest set {days:.0f} days away: not compared"
        return Evidence(what="along track", seen=told, expected="at the point", ratio=1.0)
    ahead = ahead_deg(found, point.lat_deg, point.lon_deg, moment, alt_m=point.alt_m)
    if ahead is None:
        return Evidence(what="along track", seen="SGP4 cannot say", expected="at the point", ratio=1.0)
    by_clock = launch.t0_sigma_s * found.mean_motion_revpday * _TURN_DEG / units.DAY
    sigma = math.hypot(rule.phase_sigma_deg, math.hypot(by_clock, rule.phase_growth_degpday * days))
    return Evidence(
        what="along track",
        seen=f"{abs(ahead):.1f} deg {'ahead' if ahead >= 0.0 else 'behind'}",
        expected=f"0 ±{sigma:.1f} deg",
        ratio=_ratio(_normal(ahead, 0.0, sigma), 1.0 / _TURN_DEG, rule.surprise_phase),
    )


def p_listed(waited_h: float, rule: CheckRule) -> float:
    """Return the probability that an object has been listed so many hours after lift-off.

    >>> f"{p_listed(12.0, CheckRule()):.2f} {p_listed(72.0, CheckRule()):.3f} {p_listed(-1.0, CheckRule()):.0f}"
    '0.50 0.977 0'
    """
    if waited_h <= 0.0:
        return 0.0
    z = math.log(waited_h / rule.listed_median_h) / rule.listed_ln_sigma
    return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))


def _way(south: bool) -> str:
    """Write a direction of flight."""
    return "southbound" if south else "northbound"


def _spread(found: CatalogueObject, launch: Launch) -> float:
    """Return by how many degrees the nodes of an object's sets differ when carried to the launch."""
    first = node_deg(found.sets[0], launch.injected)
    turns = [(node_deg(one, launch.injected) - first + 180.0) % 360.0 - 180.0 for one in found.sets]
    return max(turns) - min(turns)


def _ratio(ours: float, other: float, surprise: float) -> float:
    """Return how many times likelier, with the chance of a surprise as its floor."""
    return (1.0 - surprise) * ours / max(other, 1e-300) + surprise


def _normal(x: float, mean: float, sigma: float) -> float:
    """Return the normal density."""
    return math.exp(-0.5 * ((x - mean) / sigma) ** 2) / (sigma * math.sqrt(2.0 * math.pi))


def _log_normal(x: float, median: float, ln_sigma: float) -> float:
    """Return the log-normal density; 0 below zero."""
    return _normal(math.log(x / median), 0.0, ln_sigma) / x if x > 0.0 else 0.0
