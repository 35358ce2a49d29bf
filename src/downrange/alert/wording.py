"""The templates of one language. Each language is one file in data/texts; a new one needs its file and nothing else.

A template is text with {fields}. All templates may name:

* who and where: {agency} {agency_short} {origin} {places} {added} {lifted}, in short texts {place} {place_short}
* moments in full, with date, zone and UTC: {t0} {sent} {first} {last} {expires} {next}
* the same as hours and minutes: {h_t0} {h_sent} ..., as short date with them: {d_t0} {d_sent} ..., and the {zone} for both
* from first to last with short dates: {window}; from first to expiry: {span}
* {reason}, the sentence why, in full texts; {degraded} and {about}, empty while the tracking is good
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from downrange.alert.model import Area, Kind, Lift, Message, Reason, Status
from downrange.base import InputError

BUDGETS: Final = (90, 157, 360)
PARTS: Final = ("headline", "description", "instruction")
PHASES: Final = ("advice", "notice_over", "warn", "lift_passed", "lift_not_coming", "correction")
CHECKS: Final = ("advice", "warn", "lift", "correction")
NATIVE: Final = {"KR": "ko", "JP": "ja"}  # the language in which a country writes its own places; elsewhere English
_FOLDER: Final = files("downrange.alert") / "data" / "texts"
_KINDS: Final = {"lift_passed": "lift", "lift_not_coming": "lift", "notice_over": "lift"}
_BY_HAND_LIFT: Final = "by_hand_lift"
_NOTICE_OVER: Final = "notice_over"
NOTICE: Final = ".notice"  # ends the code of the event that a pre-launch notice is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The templates of one language, as its file has them.

    tag:      the CAP language
    names:    languages to take the names of places from, the first that there is; "native" is that of the country
    drop:     endings that a name of a place loses in the shortest texts, where people leave them out
    event:    what CAP calls the event; a phase may have its own
    time, time_other_day: a moment in full, and when its UTC date is another one
    date:     a short date
    degraded, degraded_short, about: what a full text, a short one and one of 90 say when the tracking is incomplete
    zones:    what the public calls a time zone, by its abbreviation; without an entry the abbreviation itself
    exercise, exercise_short: by status, the word that stands first and last, in full texts and in those under 360
    reason:   a sentence by reason
    phases:   by phase, templates by part: headline, description, instruction, s360, s157, s90
    checks:   by kind of message, the phrases that show each element of it, any one of which will do
    hazard, known, banned: words for the hazard, abbreviations the public knows, and what must not stand in a text
    """

    tag: str
    names: tuple[str, ...]
    drop: tuple[str, ...]
    event: str
    joiner: str
    dash: str
    time: str
    time_other_day: str
    date: str
    months: tuple[str, ...]
    degraded: str
    degraded_short: str
    about: str
    zones: Mapping[str, str]
    exercise: Mapping[str, str]
    exercise_short: Mapping[str, str]
    reason: Mapping[str, str]
    phases: Mapping[str, Mapping[str, str]]
    checks: Mapping[str, Mapping[str, tuple[str, ...]]]
    hazard: tuple[str, ...]
    known: tuple[str, ...]
    banned: tuple[str, ...]

    def name(self, area: Area) -> str:
        """Return the name of a place, in this language or in the one that the file puts in its place."""
        for language in self.names:
            known = area.name.get(NATIVE.get(area.country, "en") if language == "native" else language)
            if known:
                return known
        raise InputError(
            where=f"texts {self.tag}",
            key="names",
            seen=f"{area.code} has a name in {', '.join(sorted(area.name)) or 'no language'} only",
            cure=f"put one of them after {', '.join(self.names)}",
        )

    def short_name(self, area: Area) -> str:
        """Return the name of a place as people say it, without the rank that they leave out."""
        name = self.name(area)
        ending = next((ending for ending in self.drop if name.endswith(ending)), "")
        return name.removesuffix(ending)

    def sentence(self, message: Message) -> str:
        """Return the template that says why a message is sent."""
        if phase(message) == _NOTICE_OVER:
            return self.reason[_NOTICE_OVER]
        by_hand_lift = message.reason is Reason.BY_HAND and message.kind is Kind.LIFT
        return self.reason[_BY_HAND_LIFT if by_hand_lift else message.reason]


@functools.cache
def text_languages() -> tuple[str, ...]:
    """Return the languages that there are texts in.

    >>> text_languages()
    ('en', 'ja', 'ko', 'tl', 'zh')
    """
    names = (path.name for path in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@functools.cache
def wording(language: str) -> Wording:
    """Return the templates of a language ("en", "ko", "ja", ...)."""
    path = _FOLDER / f"{language}.toml"
    if not path.is_file():
        raise InputError(
            where="texts", key=language, seen="there is no such file", cure=f"add data/texts/{language}.toml"
        )
    return read_wording(path.read_text(encoding="utf-8"), where=f"data/texts/{language}.toml")


@functools.cache
def wording_of(tag: str) -> Wording:
    """Return the templates whose CAP language is this one."""
    for language in text_languages():
        if wording(language).tag == tag:
            return wording(language)
    raise InputError(where="texts", key=tag, seen="no file has this tag", cure="add a file in data/texts with it")


@functools.cache
def language_of(tag: str) -> str:
    """Return the language whose CAP tag is this one.

    >>> language_of("ko-KR")
    'ko'
    """
    return next((one for one in text_languages() if wording(one).tag == tag), tag.partition("-")[0])


def phase(message: Message) -> str:
    """Return which templates a message takes."""
    if message.kind is Kind.RETRACT or message.lift is Lift.MISTAKEN:
        return "correction"
    if message.kind is Kind.ADVISE:
        return "advice"
    if message.kind is not Kind.LIFT:
        return "warn"
    if message.event.code.endswith(NOTICE):
        return _NOTICE_OVER
    return "lift_passed" if message.lift is Lift.PASSED else "lift_not_coming"


def kind_of_text(message: Message) -> str:
    """Return which elements a message must hold: "advice", "warn", "lift" or "correction"."""
    return _KINDS.get(phase(message), phase(message))


def read_wording(text: str, *, where: str) -> Wording:
    """Read the file of a language; what is missing is named."""
    table: dict[str, Any] = tomllib.loads(text)
    try:
        return _wording(table)
    except KeyError as missing:
        raise InputError(
            where=where, key=str(missing.args[0]), seen="missing", cure="give it; en.toml shows the form of every entry"
        ) from None


def _wording(table: Mapping[str, Any]) -> Wording:
    """Build the record; a KeyError names what is missing."""
    lint = table["lint"]
    parts = (*PARTS, *(f"s{budget}" for budget in BUDGETS))
    return Wording(
        **{key: table[key] for key in ("tag", "event", "joiner", "dash", "time", "time_other_day", "date")},
        degraded=table["degraded"],
        degraded_short=table["degraded_short"],
        about=table["about"],
        names=tuple(table["names"]),
        drop=tuple(table["drop"]),
        months=tuple(table["months"]),
        zones=dict(table["zones"]),
        exercise={status: table["exercise"][status] for status in Status},
        exercise_short={status: table["exercise_short"][status] for status in Status},
        reason={reason: table["reason"][reason] for reason in (*Reason, _BY_HAND_LIFT, _NOTICE_OVER)},
        phases={
            phase: {part: table[phase][part] for part in parts} | {"event": table[phase].get("event", table["event"])}
            for phase in PHASES
        },
        checks={kind: {element: tuple(words) for element, words in lint[kind].items()} for kind in CHECKS},
        hazard=tuple(lint["hazard"]),
        known=tuple(lint["known"]),
        banned=tuple(lint["banned"]),
    )
