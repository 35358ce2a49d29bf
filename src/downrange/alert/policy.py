"""What an agency decides for itself: thresholds, margins, delays, languages; a TOML file that it owns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from importlib.resources import files
from typing import Any, Final

from downrange.alert.cap import UNSAFE
from downrange.base import InputError, refuse_unknown, toml_names, toml_table, toml_text

WAITS: Final = ("all down", "place")
_BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "p_warn": (1e-9, 1.0),
    "p_lift": (1e-9, 1.0),
    "margin_m": (0.0, 500_000.0),
    "bound_confidence": (0.5, 0.999999),
    "tail_inflation": (1.0, 100.0),
    "min_confidence": (0.5, 1.0),
    "decision_delay_s": (0.0, 3_600.0),
    "settle_s": (0.0, 3_600.0),
    "expiry_minutes": (1.0, 1_440.0),
    "renew_minutes": (0.0, 1_440.0),
    "expiry_warning_minutes": (0.0, 1_440.0),
    "next_update_minutes": (1.0, 1_440.0),
    "draft_minutes": (0.5, 60.0),
    "clock_tolerance_s": (0.0, 600.0),
    "min_reason_characters": (1.0, 200.0),
    "max_over_cover": (0.0, 1_000.0),
    "max_points": (4.0, 100.0),
}
_SHIPPED: Final = files("downrange.alert") / "data"
_TABLES: Final = ("title", "sender", "languages", "lift_waits_for", "agency", "agency_short", "verdicts", "numbers")


class Worth(Enum):
    """What a verdict is worth to the desk.

    NO_EVIDENCE frees nobody. IN_FLIGHT frees only places that were passed or whose time is over. FALLING means that
    no engine will carry anything farther than the falls say. ORBIT means that only the falls can come down.
    """

    NO_EVIDENCE = "no_evidence"
    IN_FLIGHT = "in_flight"
    FALLING = "falling"
    ORBIT = "orbit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """An agency's numbers; see data/founding.toml for what each means.

    lift_waits_for: "all down": while something falls anywhere, only places passed by are freed; "place": a place
              is freed as soon as nothing can reach it
    verdicts: what each word of the track is worth
    sources:  by name of the number, where it comes from, or "assumed: ..."
    """

    title: str
    sender: str
    languages: tuple[str, ...]
    lift_waits_for: str
    agency: Mapping[str, str]
    agency_short: Mapping[str, str]
    verdicts: Mapping[str, Worth]
    p_warn: float
    p_lift: float
    margin_m: float
    bound_confidence: float
    tail_inflation: float
    min_confidence: float
    decision_delay_s: float
    settle_s: float
    expiry_minutes: float
    renew_minutes: float
    expiry_warning_minutes: float
    next_update_minutes: float
    draft_minutes: float
    clock_tolerance_s: float
    min_reason_characters: float
    max_over_cover: float
    max_points: float
    sources: Mapping[str, str]

    def worth(self, verdict: str, p: float) -> Worth:
        """Return what a verdict with its probability is worth; one that is not sure enough is no evidence."""
        word = verdict.casefold()
        if word not in self.verdicts:
            raise InputError(
                where=self.title,
                key="verdicts",
                seen=f"does not say what the verdict {word!r} is worth",
                cure=f"add it to no_evidence, in_flight, falling or orbit; known are {', '.join(sorted(self.verdicts))}",
            )
        return self.verdicts[word] if p >= self.min_confidence else Worth.NO_EVIDENCE


def policy_names() -> tuple[str, ...]:
    """Return the names of the policies that come with the package.

    >>> policy_names()
    ('founding',)
    """
    return toml_names(_SHIPPED)


def text_languages() -> tuple[str, ...]:
    """Return the languages in which there are templates.

    >>> {"en", "ja", "ko"} <= set(text_languages())
    True
    """
    return toml_names(_SHIPPED / "texts")


def load_policy(name_or_path: str = "founding") -> Policy:
    """Read a policy by its name or from a TOML file; every fault is told with file, key and cure.

    >>> load_policy().p_warn
    0.001
    """
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="policy")
    return _policy(where, toml_table(where, text))


def _policy(where: str, table: Mapping[str, Any]) -> Policy:
    """Build the record from the table, key by key."""
    _exactly(where, "", table, _TABLES)
    numbers = _mapping(where, table, "numbers")
    _exactly(where, "numbers", numbers, tuple(_BOUNDS))
    values = {name: _number(where, name, numbers[name]) for name in _BOUNDS}
    languages = _languages(where, table["languages"])
    if UNSAFE.search(_word(where, "sender", table["sender"])):
        raise InputError(
            where=where,
            key="sender",
            seen=f"{table['sender']!r} holds a blank, comma, '<' or '&', which CAP cannot refer to",
            cure="write it as an address, such as desk@agency.example",
        )
    policy = Policy(
        title=_word(where, "title", table["title"]),
        sender=_word(where, "sender", table["sender"]),
        languages=languages,
        lift_waits_for=_choice(where, "lift_waits_for", table["lift_waits_for"], WAITS),
        agency=_names(where, table, "agency", languages),
        agency_short=_names(where, table, "agency_short", languages),
        verdicts=_verdicts(where, _mapping(where, table, "verdicts")),
        sources={name: numbers[name]["source"] for name in _BOUNDS},
        **values,
    )
    if policy.p_lift >= policy.p_warn:
        raise InputError(
            where=where,
            key="numbers.p_lift",
            seen=f"{policy.p_lift:g} is not below p_warn {policy.p_warn:g}",
            cure="lower it, or a place on the edge is warned and freed in turn",
        )
    if policy.renew_minutes >= policy.expiry_minutes:
        raise InputError(
            where=where,
            key="numbers.renew_minutes",
            seen=f"{policy.renew_minutes:g} is not below expiry_minutes {policy.expiry_minutes:g}",
            cure="lower it, or every warning is renewed at once",
        )
    if policy.expiry_warning_minutes >= policy.renew_minutes > 0.0:
        raise InputError(
            where=where,
            key="numbers.expiry_warning_minutes",
            seen=f"{policy.expiry_warning_minutes:g} is not below renew_minutes {policy.renew_minutes:g}",
            cure="lower it: the watchdog is for the warnings that should have been renewed and were not",
        )
    return policy


def _exactly(where: str, path: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """Name the first unknown key with the nearest known one, or the first that is missing."""
    refuse_unknown(where, path, table, known)
    for key in known:
        if key not in table:
            raise InputError(
                where=where,
                key=f"{path}.{key}".lstrip("."),
                seen="missing",
                cure="give it; the policy 'founding' that comes with the package shows its form",
            )


def _mapping(where: str, table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a sub-table."""
    value = table[key]
    if not isinstance(value, Mapping):
        raise InputError(where=where, key=key, seen=f"{value!r} is no table", cure=f"write it as [{key}]")
    return value


def _word(where: str, key: str, value: object) -> str:
    """Return a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise InputError(where=where, key=key, seen=f"{value!r} is no text", cure="give it in quotation marks")
    return value


def _choice(where: str, key: str, value: object, choices: tuple[str, ...]) -> str:
    """Return one of a few words."""
    if value not in choices:
        raise InputError(where=where, key=key, seen=f"{value!r}", cure=f"write one of {', '.join(map(repr, choices))}")
    return str(value)


def _number(where: str, name: str, entry: object) -> float:
    """Return a number that has a source and lies within its bounds."""
    key = f"numbers.{name}"
    if not isinstance(entry, Mapping):
        raise InputError(
            where=where, key=key, seen=f"{entry!r} stands alone", cure=f"write [{key}] with value and source"
        )
    _exactly(where, key, entry, ("value", "source"))
    _word(where, f"{key}.source", entry["source"])
    value, (low, high) = entry["value"], _BOUNDS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(where=where, key=f"{key}.value", seen=f"{value!r} is no number", cure="give a number")
    if not low <= value <= high:
        raise InputError(
            where=where, key=f"{key}.value", seen=f"{value:g} is outside {low:g} to {high:g}", cure="correct the value"
        )
    return float(value)


def _languages(where: str, value: object) -> tuple[str, ...]:
    """Return the languages, each known and once."""
    if not isinstance(value, list) or not value or len(set(map(str, value))) != len(value):
        raise InputError(
            where=where, key="languages", seen=f"{value!r}", cure='give a list of different ones, as ["ko", "en"]'
        )
    for one in value:
        if one not in text_languages():
            raise InputError(
                where=where,
                key="languages",
                seen=f"there are no texts in {one!r}",
                cure=f"use some of {', '.join(text_languages())}",
            )
    return tuple(value)


def _names(where: str, table: Mapping[str, Any], key: str, languages: tuple[str, ...]) -> Mapping[str, str]:
    """Return a name in every language."""
    names = _mapping(where, table, key)
    for language in languages:
        if language not in names:
            raise InputError(where=where, key=f"{key}.{language}", seen="missing", cure="give the name in it")
    return {language: _word(where, f"{key}.{language}", names[language]) for language in languages}


def _verdicts(where: str, table: Mapping[str, Any]) -> Mapping[str, Worth]:
    """Return what each verdict is worth; none may stand in two lists."""
    _exactly(where, "verdicts", table, tuple(worth.value for worth in Worth))
    found: dict[str, Worth] = {}
    for worth in Worth:
        words = table[worth.value]
        if not isinstance(words, list):
            raise InputError(where=where, key=f"verdicts.{worth.value}", seen=f"{words!r}", cure="give a list of words")
        for word in words:
            name = _word(where, f"verdicts.{worth.value}", word).casefold()
            if name in found:
                raise InputError(
                    where=where, key=f"verdicts.{worth.value}", seen=f"{name!r} stands in two lists", cure="keep one"
                )
            found[name] = worth
    if found.get("unknown") is not Worth.NO_EVIDENCE:
        raise InputError(
            where=where,
            key="verdicts.no_evidence",
            seen="'unknown' is not in it",
            cure="put it there: not knowing frees nobody",
        )
    return found
