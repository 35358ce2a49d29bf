"""What a person may do that the desk does not do by itself: warn more places, with a reason, and free some.

There is no area in either, only a list of places with codes: "areas that did not receive this" cannot be written.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from downrange.alert.desk import Desk, Told, Warned, expiry_s
from downrange.alert.model import Action, Kind, Lift, PlaceLike, Reason
from downrange.alert.policy import Policy
from downrange.base import InputError


def widen(
    desk: Desk, places: Sequence[PlaceLike], *, t_s: float, because: str, arrival_s: float = math.nan
) -> tuple[Desk, tuple[Action, ...]]:
    """Warn places that the desk did not propose, one action a country; those already warned are left as they are.

    because:   the person's reason, at least policy.min_reason_characters long; for the record
    arrival_s: until when something may fall there, as the person takes it; not given: the moment of the decision

    >>> from types import SimpleNamespace as Record
    >>> from downrange.alert.policy import load_policy
    >>> islet = Record(code="1", country="KR", name_en="Islet")
    >>> desk, (action,) = widen(Desk(policy=load_policy()), [islet], t_s=60.0, because="a ship saw it turn")
    >>> str(action.kind), str(action.reason), [place.code for place in desk.places()]
    ('issue', 'by_hand', ['1'])
    """
    said = _reason(because, desk.policy)
    _in_order(desk, t_s)
    _with_codes(places)
    known = {one.place.code for one in desk.warned}
    fresh = {place.code: place for place in places if place.code not in known}
    until_s = t_s if math.isnan(arrival_s) else max(arrival_s, t_s)
    actions = []
    for country in dict.fromkeys(place.country for place in fresh.values()):
        added = tuple(place for place in fresh.values() if place.country == country)
        kind = Kind.UPDATE if desk.places(country) else Kind.ISSUE
        warned = tuple(Warned(place=place, since_s=t_s, arrival_s=until_s, by_hand=True) for place in added)
        desk = replace(desk, t_s=t_s, warned=desk.warned + warned)
        last_s = max(one.arrival_s for one in desk.warned if one.place.country == country)
        action = Action(
            kind=kind,
            t_s=t_s,
            places=desk.places(country),
            added=added,
            reason=Reason.BY_HAND,
            first_arrival_s=t_s,
            last_arrival_s=max(t_s, last_s),
            because=said,
        )
        falling = any(one.falling for one in desk.told if one.country == country)
        told = Told(country=country, expires_s=expiry_s(action, desk.policy), falling=falling)
        desk = replace(desk, told=(*(one for one in desk.told if one.country != country), told))
        actions.append(action)
    return desk, tuple(actions)


def free(
    desk: Desk, codes: Iterable[str], *, t_s: float, because: str, lift: Lift = Lift.NOT_COMING
) -> tuple[Desk, tuple[Action, ...]]:
    """Free places under warning on a person's word, one action a country.

    lift: which all-clear people are told; a warning that never should have been is not lifted but retracted
    """
    said = _reason(because, desk.policy)
    _in_order(desk, t_s)
    if lift not in (Lift.PASSED, Lift.NOT_COMING):
        raise InputError(where="lift", key="lift", seen=f"{lift!r}", cure="say 'has passed' or 'will not come'")
    asked = tuple(dict.fromkeys(codes))
    warned = {one.place.code: one.place for one in desk.warned}
    for code in asked:
        if code not in warned:
            cure = f"name some of {', '.join(warned)}" if warned else "nobody is under warning"
            raise InputError(where="lift", key=code, seen="is not under warning", cure=cure)
    if not asked:
        raise InputError(where="lift", seen="no place", cure="name the places to be freed")
    groups: dict[str, list[PlaceLike]] = {}
    for code in asked:
        groups.setdefault(warned[code].country, []).append(warned[code])
    actions = tuple(
        Action(kind=Kind.LIFT, t_s=t_s, places=tuple(group), reason=Reason.BY_HAND, lift=lift, because=said)
        for group in groups.values()
    )
    left = tuple(one for one in desk.warned if one.place.code not in asked)
    countries = {one.place.country for one in left}
    told = tuple(one for one in desk.told if one.country in countries)
    return replace(desk, t_s=t_s, warned=left, told=told), actions


def _reason(because: str, policy: Policy) -> str:
    """Return a person's reason without blanks around it; one that says nothing is refused."""
    said = because.strip()
    if len(said) < policy.min_reason_characters:
        raise InputError(
            where="by hand",
            key="because",
            seen=f"{said!r}",
            cure=f"say why in {policy.min_reason_characters:.0f} characters or more: who saw what; it goes into the journal",
        )
    return said


def _in_order(desk: Desk, t_s: float) -> None:
    """Refuse a decision before the last look."""
    if not t_s >= desk.t_s:
        raise InputError(
            where="by hand",
            key="t_s",
            seen=f"{t_s:g} s comes after {desk.t_s:g} s",
            cure="decide on the desk as it is now",
        )


def _with_codes(places: Sequence[PlaceLike]) -> None:
    """Refuse an empty list, and places without a code."""
    if not places:
        raise InputError(where="widening", seen="no place", cure="name the municipalities, each by its code")
    for place in places:
        if not place.code:
            raise InputError(
                where="widening",
                seen=f"{place.name_en!r} has no code",
                cure="name municipalities by code; an area that nobody can look up cannot be warned",
            )
