"""The desk and what it saw as plain documents: what the journal keeps with each look, and reads back to the same bits.

A float that JSON cannot carry is written as a word: "nan", "inf", "-inf". Places are kept by code.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

from downrange.alert.desk import Desk, Situation, Told, Warned
from downrange.alert.model import AtRisk, PlaceLike, people_of
from downrange.alert.policy import Policy
from downrange.base import InputError

_WORDS: Final = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def desk_to_json(desk: Desk) -> dict[str, Any]:
    """Return the state of the desk, without its policy, as a document that JSON can carry.

    >>> from downrange.alert.policy import load_policy
    >>> desk_to_json(Desk(policy=load_policy()))
    {'t_s': '-inf', 'warned': [], 'told': []}
    """
    return {
        "t_s": _out(desk.t_s),
        "warned": [
            {
                "code": one.place.code,
                "since_s": _out(one.since_s),
                "arrival_s": _out(one.arrival_s),
                "quiet_s": _out(one.quiet_s),
                "by_hand": one.by_hand,
            }
            for one in desk.warned
        ],
        "told": [
            {"country": one.country, "expires_s": _out(one.expires_s), "falling": one.falling} for one in desk.told
        ],
    }


def desk_from_json(document: Mapping[str, Any], policy: Policy, places: Iterable[PlaceLike]) -> Desk:
    """Return the desk that `desk_to_json` wrote, under a policy; places: those known, the warned ones among them."""
    by_code = {place.code: place for place in places}
    warned = tuple(
        Warned(
            place=_place(by_code, one, "desk"),
            since_s=_in(one, "since_s", "desk"),
            arrival_s=_in(one, "arrival_s", "desk"),
            quiet_s=_in(one, "quiet_s", "desk"),
            by_hand=bool(_key(one, "by_hand", "desk")),
        )
        for one in _key(document, "warned", "desk")
    )
    told = tuple(
        Told(
            country=str(_key(one, "country", "desk")),
            expires_s=_in(one, "expires_s", "desk"),
            falling=bool(_key(one, "falling", "desk")),
        )
        for one in _key(document, "told", "desk")
    )
    return Desk(policy=policy, warned=warned, told=told, t_s=_in(document, "t_s", "desk"))


def situation_to_json(situation: Situation) -> dict[str, Any]:
    """Return what was known at one moment as a document that JSON can carry; people of a place come from the place."""
    return {
        "t_s": _out(situation.t_s),
        "verdict": situation.verdict,
        "p": _out(situation.p),
        "down_s": _out(situation.down_s),
        "passed": sorted(situation.passed),
        "at_risk": [
            {
                "code": one.place.code,
                "p": _out(one.p),
                "p_high": _out(one.p_high),
                "first_arrival_s": _out(one.first_arrival_s),
                "last_arrival_s": _out(one.last_arrival_s),
                "rows": one.rows,
            }
            for one in situation.at_risk
        ],
    }


def situation_from_json(document: Mapping[str, Any], places: Iterable[PlaceLike]) -> Situation:
    """Return the situation that `situation_to_json` wrote."""
    by_code = {place.code: place for place in places}
    return Situation(
        t_s=_in(document, "t_s", "situation"),
        verdict=str(_key(document, "verdict", "situation")),
        p=_in(document, "p", "situation"),
        at_risk=tuple(_at_risk(by_code, one) for one in _key(document, "at_risk", "situation")),
        down_s=_in(document, "down_s", "situation"),
        passed=frozenset(map(str, _key(document, "passed", "situation"))),
    )


def _at_risk(by_code: Mapping[str, PlaceLike], one: Mapping[str, Any]) -> AtRisk:
    """Return a place at risk as it was written."""
    place = _place(by_code, one, "situation")
    return AtRisk(
        place=place,
        p=_in(one, "p", "situation"),
        p_high=_in(one, "p_high", "situation"),
        people=people_of(place),
        first_arrival_s=_in(one, "first_arrival_s", "situation"),
        last_arrival_s=_in(one, "last_arrival_s", "situation"),
        rows=int(_key(one, "rows", "situation")),
    )


def _out(value: float) -> float | str:
    """Return a number as JSON can carry it."""
    number = float(value)
    return number if math.isfinite(number) else str(number)


def _in(document: Mapping[str, Any], key: str, where: str) -> float:
    """Return a number that was written by `_out`."""
    value = _key(document, key, where)
    if isinstance(value, str) and value in _WORDS:
        return _WORDS[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(where=where, key=key, seen=f"{value!r} is no number", cure=_CURE)
    return float(value)


_CURE: Final = "give the document as it was written; a changed one cannot be read back"


def _key(document: Mapping[str, Any], key: str, where: str) -> Any:  # noqa: ANN401 - whatever stands there
    """Return what stands under a key that must be there."""
    if key not in document:
        raise InputError(where=where, key=key, seen="missing", cure=_CURE)
    return document[key]


def _place(by_code: Mapping[str, PlaceLike], one: Mapping[str, Any], where: str) -> PlaceLike:
    """Return the place of a code."""
    code = str(_key(one, "code", where))
    if code not in by_code:
        raise InputError(
            where=where, key="code", seen=f"no place has the code {code!r}", cure="give the places it was written with"
        )
    return by_code[code]
