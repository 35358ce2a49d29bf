"""Which object of a catalogue, if any, came from a launch: yes, not catalogued yet, no, or unknown.

Bayes over what can have happened: nothing reached orbit; something did and is not listed yet; something did and is one
of the launches in the catalogue, each as likely as any of the past ten years before its evidence is weighed. A 'no'
needs a whole catalogue pulled long enough after the launch; an old pull never says no.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from downrange.base import InputError, after, iso, since
from downrange.orbit.catalogue import Catalogue, CatalogueObject
from downrange.orbit.launched import Candidate, CatalogueVerdict, CheckRule, Evidence, Joined, Launch, Listed
from downrange.orbit.model import Answer, Reached
from downrange.orbit.plane import drift_degps, geocentric_lat_deg, share_of_planes
from downrange.orbit.weigh import (
    existed_before,
    p_listed,
    weigh_designator,
    weigh_epoch,
    weigh_first_seen,
    weigh_height,
    weigh_inclination,
    weigh_phase,
    weigh_plane,
)

_HOUR_S = 3_600.0
_SHOWN = 8  # candidates kept in a verdict
_HOPELESS = 1e-7  # plane and place along the track cannot lift a smaller ratio to anything: some 2000 at best


def check(catalogue: Catalogue, launch: Launch, *, rule: CheckRule | None = None) -> CatalogueVerdict:
    """Return which object of the catalogue came from the launch, with the probability that something did."""
    rule = rule or CheckRule()
    _refuse_old_pull(catalogue, launch)
    weighed = [_weighed(found, launch, rule) for found in catalogue.objects]
    groups = _by_launch(weighed)
    p_group, p_reached = _posterior(groups, launch, rule, _p_listed(catalogue, launch, rule))
    candidates = sorted(
        (_with_p(one, p) for group, p in zip(groups, p_group, strict=True) for one in group),
        key=lambda one: (-one.p, -one.ratio, one.object.designator, one.object.number),
    )
    best = candidates[0]
    notes = _notes(catalogue, launch)
    answer, words = _decide(catalogue, launch, rule, best, p_reached)
    return CatalogueVerdict(
        answer=answer,
        p=p_reached,
        launch=launch,
        matched=tuple(_of_one_launch(best, candidates)) if answer is Listed.YES else (),
        candidates=tuple(candidates[:_SHOWN]),
        considered=len(candidates),
        ruled_out=sum(existed_before(found, launch, rule) for found in catalogue.objects),
        pulled=catalogue.pulled,
        waited_h=None if catalogue.pulled is None else since(launch.t0, catalogue.pulled) / _HOUR_S,
        wait_h=rule.wait_h,
        chance=_chance(launch),
        decides=_decides(launch, rule),
        words=words,
        notes=notes,
        source=catalogue.source,
    )


def joined(verdict: CatalogueVerdict, answer: Answer) -> Joined:
    """Return one answer from a catalogue and a track; where one says yes and the other no, unknown and the conflict.

    Where one of them does not know, the other decides. Two that agree are as sure as the surer.
    """
    said = _as_reached(verdict.answer)
    sides = f"catalogue: {verdict.answer.value}, track: {answer.answer.value}"
    if Reached.UNKNOWN not in (said, answer.answer) and said is not answer.answer:
        words = f"they contradict each other ({sides}): somebody has to look"
        return Joined(answer=Reached.UNKNOWN, p=math.nan, conflict=True, words=words)
    if said is answer.answer:
        surer = max(verdict.p, answer.p) if said is Reached.YES else min(verdict.p, answer.p)
        p = verdict.p if said is Reached.UNKNOWN or math.isnan(answer.p) else surer
        return Joined(answer=said, p=p, conflict=False, words=f"both say so ({sides})")
    if said is Reached.UNKNOWN:
        return Joined(answer=answer.answer, p=answer.p, conflict=False, words=f"the track decides ({sides})")
    return Joined(answer=said, p=verdict.p, conflict=False, words=f"the catalogue decides ({sides})")


def _weighed(found: CatalogueObject, launch: Launch, rule: CheckRule) -> Candidate:
    """Return an object with all that speaks for it and against it; p is still to come."""
    nearest = found.nearest(launch.injected)
    number = weigh_designator(found, launch, rule)
    evidence: list[Evidence] = [
        weigh_epoch(found, launch, rule),
        number,
        weigh_first_seen(found, launch, rule, numbered=number.ratio > 1.0),
        weigh_inclination(nearest, launch, rule),
        weigh_height(nearest, launch, rule),
    ]
    off, sigma = math.nan, math.nan
    if math.prod(one.ratio for one in evidence[1:]) > _HOPELESS:
        plane, off, sigma = weigh_plane(found, launch, rule)
        evidence[:0] = [plane, weigh_phase(nearest, launch, rule)]
    return Candidate(
        object=found,
        p=0.0,
        ratio=math.prod(one.ratio for one in evidence),
        off_plane_deg=off,
        off_plane_sigma_deg=sigma,
        evidence=tuple(evidence),
    )


def _with_p(found: Candidate, p: float) -> Candidate:
    """Return the candidate with the probability of its launch, none where it flew before."""
    return replace(found, p=p if found.ratio > 0.0 else 0.0)


def _by_launch(weighed: list[Candidate]) -> list[list[Candidate]]:
    """Return the objects of each launch together, those without a number alone."""
    groups: dict[object, list[Candidate]] = {}
    for k, one in enumerate(weighed):
        groups.setdefault(one.object.launch or k, []).append(one)
    return list(groups.values())


def _p_listed(catalogue: Catalogue, launch: Launch, rule: CheckRule) -> tuple[float, float]:
    """Return the probability that an object would be listed, as its presence needs it and as its absence does.

    They differ where the pull and the sets it holds do not go together: each takes what is worse for it.
    """
    pulled, newest = catalogue.pulled, catalogue.newest
    late = since(launch.t0, max(pulled or newest, newest)) / _HOUR_S
    if pulled is None or not _whole(catalogue, rule):
        return p_listed(late, rule), 0.0
    return p_listed(late, rule), p_listed(since(launch.t0, min(pulled, newest)) / _HOUR_S, rule)


def _posterior(
    groups: list[list[Candidate]], launch: Launch, rule: CheckRule, p_list: tuple[float, float]
) -> tuple[list[float], float]:
    """Return the probability of each launch in the catalogue, and that something reached orbit at all."""
    each = launch.p_reach * p_list[0] / max(len(groups), rule.past_launches)
    weights = [each * max(one.ratio for one in group) for group in groups]
    unseen = launch.p_reach * (1.0 - p_list[1])
    total = math.fsum(weights) + unseen + 1.0 - launch.p_reach
    return [weight / total for weight in weights], 1.0 - (1.0 - launch.p_reach) / total


def _of_one_launch(best: Candidate, candidates: list[Candidate]) -> list[Candidate]:
    """Return the best candidate and the others of its launch that were not there before."""
    if best.object.launch is None:
        return [best]
    return [one for one in candidates if one.object.launch == best.object.launch and one.ratio > 0.0]


def _decide(
    catalogue: Catalogue, launch: Launch, rule: CheckRule, best: Candidate, p_reached: float
) -> tuple[Listed, str]:
    """Return the answer and the rule that gave it."""
    if best.p >= rule.p_look:
        return _fits(best, rule)
    if catalogue.pulled is None:
        return Listed.UNKNOWN, "nothing fits, but when the catalogue was pulled is not known: absence proves nothing"
    if catalogue.pulled < _decides(launch, rule):
        return Listed.NOT_YET, _too_early(catalogue.pulled, launch, rule)
    doubt = _doubt(catalogue, launch, rule, p_reached)
    if doubt:
        return Listed.UNKNOWN, doubt
    words = f"nothing that fits was listed {rule.wait_h:g} h after lift-off or later (assumed to be long enough)"
    taken = "" if catalogue.whole else f"; {len(catalogue.objects)} objects taken as the whole catalogue"
    return Listed.NO, f"{words}{taken}"


def _whole(catalogue: Catalogue, rule: CheckRule) -> bool:
    """Say whether absence from the catalogue means something."""
    return catalogue.taken_as_whole(rule.whole_objects)


def _refuse_old_pull(catalogue: Catalogue, launch: Launch) -> None:
    """Refuse a pull before lift-off that holds element sets from after it: one of the two times is wrong."""
    pulled = catalogue.pulled
    if pulled is not None and pulled < launch.t0 < catalogue.newest:
        seen = f"{iso(pulled)} is before lift-off, and the file holds an element set of {iso(catalogue.newest)}"
        raise InputError(where=catalogue.source, key="pulled", seen=seen, cure="check the year of the pull")


def _fits(best: Candidate, rule: CheckRule) -> tuple[Listed, str]:
    """Return what an object that fits well allows to say."""
    label = best.object.label
    if best.p < rule.p_yes:
        return Listed.UNKNOWN, f"{label} may be it (p {best.p:.2f}), which is neither a match nor none"
    if not _is_new(best):
        words = "has the orbit, but neither its launch number nor a first sighting says that it is new"
        return Listed.UNKNOWN, f"{label} {words}"
    return Listed.YES, f"{label} fits with p {_p(best.p)}, at least {rule.p_yes:g} needed"


def _is_new(found: Candidate) -> bool:
    """Say whether its launch number or its first sighting speaks for an object: many share a plane."""
    return any(one.ratio > 1.0 for one in found.evidence if one.what in ("designator", "first seen"))


def _p(p: float) -> str:
    """Write a probability that never rounds to certainty."""
    return "above 0.999" if p > 0.999 else f"{p:.3f}"


def _doubt(catalogue: Catalogue, launch: Launch, rule: CheckRule, p_reached: float) -> str:
    """Return why the absence of a match in a late pull proves nothing; "" when it does."""
    if (catalogue.pulled is not None and catalogue.newest > catalogue.pulled) or catalogue.newest < launch.t0:
        words = "nothing fits, but the element sets are not those of the pull"
        return f"{words}: the newest is of {iso(catalogue.newest)}"
    if not _whole(catalogue, rule):
        if catalogue.whole is False:
            return "nothing fits, but the file is only a part of the catalogue: absence proves nothing"
        return (
            f"nothing fits, but the file holds so little ({len(catalogue.objects)}) that somebody must say it is whole"
        )
    if p_reached > rule.p_no:
        return f"nothing fits well, yet an orbit is {p_reached:.0%} probable, above {rule.p_no:.0%}"
    return ""


def _chance(launch: Launch) -> float:
    """Return how often the plane of any other launch would pass within two sigma of the injection point."""
    point = launch.injection
    lat = geocentric_lat_deg(point.lat_deg, point.alt_m)
    sigma = math.hypot(point.sigma_deg, launch.t0_sigma_s * drift_degps(lat, launch.inclination_deg))
    share = share_of_planes(-2.0 * sigma, 2.0 * sigma, lat, launch.inclination_deg)
    return share if point.southbound is None else 0.5 * share


def _too_early(pulled: datetime, launch: Launch, rule: CheckRule) -> str:
    """Say why a pull cannot say no."""
    hours = since(launch.t0, pulled) / _HOUR_S
    when = f"{hours:.1f} h after lift-off" if hours >= 0.0 else f"{-hours:.1f} h before lift-off"
    return f"nothing fits in a pull {when}; a 'no' needs one {rule.wait_h:g} h after it or later (assumed)"


def _decides(launch: Launch, rule: CheckRule) -> datetime:
    """Return from when a pull can say no."""
    return after(launch.t0, rule.wait_h * _HOUR_S)


def _notes(catalogue: Catalogue, launch: Launch) -> tuple[str, ...]:
    """Return what else a person must know."""
    notes = []
    if catalogue.pulled is not None and catalogue.newest > catalogue.pulled:
        notes.append(f"an element set of {iso(catalogue.newest)} is newer than the pull of {iso(catalogue.pulled)}")
    if catalogue.newest < launch.t0:
        notes.append(f"every element set is older than the launch; the newest is of {iso(catalogue.newest)}")
    return tuple(notes)


def _as_reached(seen: Listed) -> Reached:
    """Return what a catalogue's answer says about an orbit."""
    match seen:
        case Listed.YES:
            return Reached.YES
        case Listed.NO:
            return Reached.NO
        case Listed.NOT_YET | Listed.UNKNOWN:
            return Reached.UNKNOWN
        case _:
            assert_never(seen)
