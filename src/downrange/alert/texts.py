"""The words of a message: full texts and short ones by budget, in every language from the same record.

A text that does not fit its budget is an error, never cut: half a sentence is worse than the longer channel.
"""

from __future__ import annotations

import functools
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Final

from downrange.alert.model import Area, Info, Kind, Lift, Message, Reason, Status
from downrange.alert.policy import Policy
from downrange.base import DownrangeError, InputError

BUDGETS: Final = (90, 157, 360)
_PARTS: Final = ("headline", "description", "instruction")
_PHASES: Final = ("warn", "lift_passed", "lift_not_coming")


class TextTooLongError(DownrangeError):
    """A text that its channel cannot carry whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The templates of one language, as its file has them.

    phases: by phase ("warn", "lift_passed", "lift_not_coming"), templates by part
    lint:   words that show each element, and banned ones
    """

    tag: str
    event: str
    joiner: str
    time: str
    months: tuple[str, ...]
    degraded: str
    degraded_short: str
    exercise: Mapping[str, str]
    reason: Mapping[str, str]
    phases: Mapping[str, Mapping[str, str]]
    lint: Mapping[str, tuple[str, ...]]


@functools.cache
def wording(language: str) -> Wording:
    """Return the templates of a language ("en", "ko" or "ja")."""
    path = files("downrange.alert") / "data" / "texts" / f"{language}.toml"
    if not path.is_file():
        raise InputError(
            where="texts", key=language, seen="there is no such file", cure=f"add data/texts/{language}.toml"
        )
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return Wording(
        tag=table["tag"],
        event=table["event"],
        joiner=table["joiner"],
        time=table["time"],
        months=tuple(table["months"]),
        degraded=table["degraded"],
        degraded_short=table["degraded_short"],
        exercise={status: table["exercise"][status] for status in Status},
        reason={reason: table["reason"][reason] for reason in Reason},
        phases={phase: table[phase] for phase in _PHASES},
        lint={key: tuple(words) for key, words in table["lint"].items()},
    )


def phase(message: Message) -> str:
    """Return which templates a message takes."""
    if message.kind is not Kind.LIFT:
        return "warn"
    return "lift_passed" if message.lift is Lift.PASSED else "lift_not_coming"


def infos(message: Message, policy: Policy) -> tuple[Info, ...]:
    """Return the words of a message in all languages of the policy."""
    return tuple(_info(message, policy, language) for language in policy.languages)


def short(message: Message, policy: Policy, *, language: str, code: str, budget: int) -> str:
    """Return the text to one municipality for a channel of 90, 157 or 360 characters, exercise words included."""
    words = wording(language)
    template = words.phases[phase(message)].get(f"s{budget}")
    if template is None:
        raise TextTooLongError(
            f"{message.identifier}: no {language} text of {budget} characters exists, because all that a warning must "
            f"say does not fit. Use a channel of {_longer(words, message, budget)} characters or more."
        )
    area = next((area for area in message.areas if area.code == code), None)
    if area is None:
        raise InputError(
            where=message.identifier, key=code, seen="is not an area of this message", cure="ask for one of its areas"
        )
    text = _filled(template, _fields(message, policy, words, language) | {"place": area.name[language]})
    if message.degraded:
        text = f"{text} {words.degraded_short}"
    text = _framed(text, message, words)
    if len(text) > budget:
        raise TextTooLongError(
            f"{message.identifier}: the {language} text to {area.name[language]} has {len(text)} characters, the channel "
            f"takes {budget}. Use a longer channel, or give the agency a shorter name in agency_short."
        )
    return text


def plain(info: Info) -> str:
    """Return the full text of a message in one language."""
    return f"{info.headline}\n{info.description}\n{info.instruction}"


def clock(moment: datetime) -> str:
    """Return hours and minutes as all texts print them."""
    return f"{moment:%H:%M}"


def _longer(words: Wording, message: Message, budget: int) -> str:
    """Return the least budget above this one for which there is a text, or "more"."""
    kinds = words.phases[phase(message)]
    return next((str(one) for one in BUDGETS if one > budget and f"s{one}" in kinds), "more")


def _info(message: Message, policy: Policy, language: str) -> Info:
    """Return the words in one language."""
    words = wording(language)
    fields = _fields(message, policy, words, language)
    fields["reason"] = _filled(words.reason[message.reason], fields)
    parts = words.phases[phase(message)]
    headline, description, instruction = (_framed(_filled(parts[part], fields), message, words) for part in _PARTS)
    return Info(
        language=words.tag,
        event=words.event,
        sender_name=policy.agency[language],
        headline=headline,
        description=description,
        instruction=instruction,
    )


def _framed(text: str, message: Message, words: Wording) -> str:
    """Return the text with the exercise word first and last."""
    word = words.exercise[message.status]
    return f"{word} {text} {word}" if word else text


def _filled(template: str, fields: Mapping[str, str]) -> str:
    """Fill a template in; a field that it names and we do not have is a fault of the template."""
    wanted = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    if missing := wanted - fields.keys():
        raise InputError(
            where="texts",
            key=", ".join(sorted(missing)),
            seen="the template asks for it and the message has none",
            cure=f"use {', '.join(sorted(fields))}",
        )
    return " ".join(template.format_map(fields).split())


def _fields(message: Message, policy: Policy, words: Wording, language: str) -> dict[str, str]:
    """Return all that a template may name."""
    moments = {
        "t0": message.event.t0.astimezone(message.sent.tzinfo),
        "sent": message.sent,
        "first": message.onset,
        "last": message.until,
        "expires": message.expires,
        "next": message.next_update,
    }
    known = {name: moment for name, moment in moments.items() if moment is not None}
    return (
        {name: _time(moment, message.zone, words) for name, moment in known.items()}
        | {f"h_{name}": clock(moment) for name, moment in known.items()}
        | {
            "agency": policy.agency[language],
            "agency_short": policy.agency_short[language],
            "origin": _origin(message, language),
            "zone": message.zone,
            "places": _names(message.areas, words, language),
            "added": _names(message.added, words, language),
            "lifted": _names(message.lifted, words, language),
            "degraded": words.degraded if message.degraded else "",
        }
    )


def _origin(message: Message, language: str) -> str:
    """Return who launched, in the language."""
    if language not in message.event.origin:
        raise InputError(
            where=f"event {message.event.code}",
            key=f"origin.{language}",
            seen="missing",
            cure="say who launched in every language of the policy",
        )
    return message.event.origin[language]


def _names(areas: tuple[Area, ...], words: Wording, language: str) -> str:
    """Return the municipalities by name."""
    return words.joiner.join(area.name[language] for area in areas)


def _time(moment: datetime, zone: str, words: Wording) -> str:
    """Return a moment in full: date, local time with its zone, and UTC."""
    return words.time.format(
        h=clock(moment),
        zone=zone,
        uh=clock(moment.astimezone(UTC)),
        day=moment.day,
        month=moment.month,
        month_name=words.months[moment.month - 1] if words.months else "",
    )
