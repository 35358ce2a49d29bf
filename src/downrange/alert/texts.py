"""The words of a message: full texts and short ones by budget, in every language from the same record.

A text that does not fit its budget is an error, never cut: half a sentence is worse than the longer channel.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from downrange.alert.gsm7 import size
from downrange.alert.model import Area, Info, Message
from downrange.alert.policy import Policy
from downrange.alert.wording import BUDGETS, PARTS, Wording, phase, wording
from downrange.base import DownrangeError, InputError

__all__ = ["BUDGETS", "TextTooLongError", "clock", "exercise_words", "fields", "infos", "plain", "short", "short_with"]

_LONG: Final = 360  # from this budget on the full exercise word fits


class TextTooLongError(DownrangeError):
    """A text that its channel cannot carry whole."""


def infos(message: Message, policy: Policy) -> tuple[Info, ...]:
    """Return the words of a message in all languages of the policy."""
    return tuple(_info(message, policy, language) for language in policy.languages)


def short(message: Message, policy: Policy, *, language: str, code: str, budget: int) -> str:
    """Return the text to one municipality for a channel of 90, 157 or 360 characters, exercise words included.

    Characters are GSM septets where that alphabet holds the text, else UCS-2 units: what a mobile network counts.
    """
    area = next((area for area in message.areas if area.code == code), None)
    if area is None:
        raise InputError(
            where=message.identifier, key=code, seen="is not an area of this message", cure="ask for one of its areas"
        )
    if budget not in BUDGETS:
        raise InputError(
            where="short text", key="budget", seen=f"{budget}", cure=f"ask for {', '.join(map(str, BUDGETS))}"
        )
    return short_with(fields(message, policy, language), message, language=language, area=area, budget=budget)


def short_with(known: Mapping[str, str], message: Message, *, language: str, area: Area, budget: int) -> str:
    """Return the short text to one area, from fields already made."""
    words = wording(language)
    names = {"place": words.name(area), "place_short": words.short_name(area)}
    text = _filled(words.phases[phase(message)][f"s{budget}"], {**known, **names})
    if message.degraded and budget != BUDGETS[0]:
        text = f"{text} {words.degraded_short}"
    text = _framed(text, exercise_words(words, budget)[message.status])
    if size(text) > budget:
        raise TextTooLongError(
            f"{message.identifier}: the {language} text to {names['place']} has {size(text)} characters, the channel takes "
            f"{budget}. {_way_out(budget)} agency_short.{language} in the policy, now {known['agency_short']!r}."
        )
    return text


def plain(info: Info) -> str:
    """Return the full text of a message in one language."""
    return f"{info.headline}\n{info.description}\n{info.instruction}"


def clock(moment: datetime) -> str:
    """Return hours and minutes as all texts print them."""
    return f"{moment.hour:02d}:{moment.minute:02d}"


def exercise_words(words: Wording, budget: int = _LONG) -> Mapping[str, str]:
    """Return by status the word that stands first and last in a text of that budget."""
    return words.exercise if budget >= _LONG else words.exercise_short


def fields(message: Message, policy: Policy, language: str) -> dict[str, str]:
    """Return all that a template of a message may name, but the place of a short text."""
    words = wording(language)
    zone = words.zones.get(message.zone, message.zone)
    moments = {
        "t0": message.event.t0.astimezone(message.sent.tzinfo),
        "sent": message.sent,
        "first": message.onset,
        "last": message.until,
        "expires": message.expires,
        "next": message.next_update,
    }
    known = {name: moment for name, moment in moments.items() if moment is not None}
    made = {
        "agency": policy.agency[language],
        "agency_short": policy.agency_short[language],
        "origin": _origin(message, language),
        "zone": zone,
        "places": _names(message.areas, words),
        "added": _names(message.added, words),
        "lifted": _names(message.lifted, words),
        "degraded": words.degraded if message.degraded else "",
        "about": words.about if message.degraded else "",
    }
    for name, moment in known.items():
        made[name] = _time(moment, zone, words)
        made[f"h_{name}"] = clock(moment)
        made[f"d_{name}"] = _day_and_clock(moment, words)
    if message.onset is not None:
        made["window"] = _from_to(message.onset, message.until or message.expires, words)
        made["span"] = _from_to(message.onset, message.expires, words)
    made["reason"] = _filled(words.sentence(message), made)
    return made


def _info(message: Message, policy: Policy, language: str) -> Info:
    """Return the words in one language."""
    words = wording(language)
    known = fields(message, policy, language)
    parts = words.phases[phase(message)]
    mark = exercise_words(words)[message.status]
    headline, description, instruction = (_framed(_filled(parts[part], known), mark) for part in PARTS)
    return Info(
        language=words.tag,
        event=parts["event"],
        sender_name=policy.agency[language],
        headline=headline,
        description=description,
        instruction=instruction,
    )


def _way_out(budget: int) -> str:
    """Return the beginning of the cure: which longer channel there is."""
    longer = next((one for one in BUDGETS if one > budget), None)
    return "Shorten" if longer is None else f"Use a channel of {longer} characters or more, or shorten"


def _framed(text: str, mark: str) -> str:
    """Return the text with the exercise word first and last."""
    return f"{mark} {text} {mark}" if mark else text


def _filled(template: str, known: Mapping[str, str]) -> str:
    """Fill a template in; a field that it names and we do not have is a fault of the template."""
    try:
        return " ".join(template.format_map(known).split())
    except KeyError:
        wanted = {name for _, name, _, _ in string.Formatter().parse(template) if name}
        raise InputError(
            where="texts",
            key=", ".join(sorted(wanted - known.keys())),
            seen="the template asks for it and the message has none",
            cure=f"use {', '.join(sorted(known))}",
        ) from None


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


def _names(areas: tuple[Area, ...], words: Wording) -> str:
    """Return the municipalities by name."""
    return words.joiner.join(map(words.name, areas))


def _time(moment: datetime, zone: str, words: Wording) -> str:
    """Return a moment in full: date, local time with its zone, and UTC with its date where that is another one."""
    world = moment.astimezone(UTC)
    template = words.time if world.date() == moment.date() else words.time_other_day
    return template.format(
        h=clock(moment),
        zone=zone,
        uh=clock(world),
        day=moment.day,
        month=moment.month,
        month_name=_month(moment, words),
        uday=world.day,
        umonth=world.month,
        umonth_name=_month(world, words),
    )


def _month(moment: datetime, words: Wording) -> str:
    """Return the month by name, "" in a language that counts them."""
    return words.months[moment.month - 1] if words.months else ""


def _day_and_clock(moment: datetime, words: Wording) -> str:
    """Return a short date with hours and minutes."""
    day = words.date.format(day=moment.day, month=moment.month, month_short=_month(moment, words)[:3])
    return f"{day} {clock(moment)}"


def _from_to(first: datetime, last: datetime, words: Wording) -> str:
    """Return a stretch of time with short dates, the second one only where it differs."""
    end = clock(last) if last.date() == first.date() else _day_and_clock(last, words)
    return f"{_day_and_clock(first, words)}{words.dash}{end}"
