"""What a text must hold before it may go out: source, hazard, reason, place, time, action, expiry, next update.

The linter reads the finished words, whoever wrote them: a text edited by hand is held to the same list. A pre-launch
notice must also say that nobody need shelter, a correction that it was a mistake, that there is no danger, and sorry.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from downrange.alert.model import Message, Problem, Status
from downrange.alert.policy import Policy
from downrange.alert.texts import clock, exercise_words, fields, plain
from downrange.alert.wording import BUDGETS, Wording, kind_of_text, language_of, wording

_CLOCK: Final = re.compile(r"(?<!\d)(\d{1,2}:\d{2})(?!\d)")
_CAPITALS: Final = re.compile(r"(?<![A-Za-z0-9-])[A-Z][A-Z0-9]*[A-Z](?![A-Za-z0-9-])")
_FIELD: Final = re.compile(r"\{(\w+)\}")
_SAID: Final[Mapping[str, str]] = {
    "reason": "does not say why",
    "action": "does not say what to do",
    "expiry": "does not say when it ends",
    "next-update": "does not say when or whether more will follow",
    "no-shelter": "does not say that nobody needs to take shelter yet",
    "mistake": "does not say that the earlier warning was wrong",
    "apology": "does not say sorry",
    "no-danger": "does not say that there is no danger",
}

_Faults = Iterator[tuple[str, str]]


def lint(text: str, message: Message, policy: Policy, *, language: str, code: str | None = None) -> tuple[Problem, ...]:
    """Return what a text lacks or must not say.

    code: the one municipality that a short text is for; without it the text must name all areas, and give UTC too
    """
    return lint_with(fields(message, policy, language), text, message, language=language, code=code)


def lint_with(
    known: Mapping[str, str], text: str, message: Message, *, language: str, code: str | None = None
) -> tuple[Problem, ...]:
    """Return what a text lacks or must not say, from fields already made."""
    words = wording(language)
    faults = (
        *_source_and_hazard(text, known, words),
        *_places(text, message, words, code),
        *_times(text, message, known, full=code is None),
        *_elements(text, message, known, words, full=code is None),
        *_degraded(text, message, words, full=code is None),
        *_frame(text, message, words, full=code is None),
        *_banned(text, message, known, words),
    )
    return tuple(Problem(rule=f"TEXT-{element}", where=language, seen=seen) for element, seen in faults)


def lint_message(message: Message, policy: Policy) -> tuple[Problem, ...]:
    """Return what is wrong with the full texts of a message, one by one and side by side."""
    found: list[Problem] = []
    clocks: dict[str, list[str]] = {}
    for info in message.infos:
        language = language_of(info.language)
        found += lint(plain(info), message, policy, language=language)
        clocks[language] = sorted(_CLOCK.findall(plain(info)))
    if missing := set(policy.languages) - set(clocks):
        found.append(Problem(rule="TEXT-languages", where=", ".join(sorted(missing)), seen="no text"))
    first = next(iter(clocks), "")
    found += [
        Problem(rule="TEXT-numbers", where=language, seen=f"times {own} differ from those in {first} {clocks[first]}")
        for language, own in clocks.items()
        if own != clocks[first]
    ]
    return tuple(found)


def _has(text: str, phrase: str) -> bool:
    """Say whether a phrase stands in the text; Latin letters only as whole words."""
    return bool(phrase) and _pattern(phrase).search(text) is not None


@functools.lru_cache(maxsize=8192)
def _pattern(phrase: str) -> re.Pattern[str]:
    """Return the pattern that finds a phrase, in capitals or not."""
    first = r"(?<![A-Za-z0-9])" if phrase[:1].isascii() and phrase[:1].isalnum() else ""
    last = r"(?![A-Za-z0-9])" if phrase[-1:].isascii() and phrase[-1:].isalnum() else ""
    return re.compile(f"{first}{re.escape(phrase)}{last}", re.IGNORECASE)


def _source_and_hazard(text: str, known: Mapping[str, str], words: Wording) -> _Faults:
    """Yield what is missing of who speaks and of what."""
    if known["agency"] not in text and known["agency_short"] not in text:
        yield "source", f"does not say who speaks: {known['agency']}"
    if not any(_has(text, word) for word in words.hazard):
        yield "hazard", "does not name the hazard"


def _places(text: str, message: Message, words: Wording, code: str | None) -> _Faults:
    """Yield the municipalities that are not named; a short text may leave out the rank of its own."""
    for area in message.areas:
        if code is None and words.name(area) not in text:
            yield "place", f"does not name {words.name(area)}"
        elif code == area.code and words.short_name(area) not in text:
            yield "place", f"does not name {words.short_name(area)}"


def _wanted(message: Message, *, full: bool) -> tuple[datetime, ...]:
    """Return the times that a text must give: when things may fall, or else when it was sent.

    A short notice of an announced launch tells one stretch, from the opening of the window to its own expiry.
    """
    if message.onset is None or message.until is None:
        return (message.sent,)
    advice = kind_of_text(message) == "advice"
    return (message.onset, message.expires if advice and not full else message.until)


def _times(text: str, message: Message, known: Mapping[str, str], *, full: bool) -> _Faults:
    """Yield the times that are missing, without zone or without UTC."""
    given = set(_CLOCK.findall(text))
    for moment in _wanted(message, full=full):
        if clock(moment) not in given:
            yield "time", f"does not say {clock(moment)}"
        if full and clock(moment.astimezone(UTC)) not in given:
            yield "utc", f"does not give {clock(moment)} in UTC"
    if known["zone"] not in text:
        yield "zone", f"does not name the zone {known['zone']}"
    if kind_of_text(message) == "advice" and not any(known[key] in text for key in ("first", "d_first")):
        yield "date", f"does not give the date of {known['d_first']}"
    if kind_of_text(message) == "warn" and message.until is not None and message.until < message.sent:
        yield "time", f"warns of what ended at {clock(message.until)}, before it is sent at {clock(message.sent)}"


def _elements(text: str, message: Message, known: Mapping[str, str], words: Wording, *, full: bool) -> _Faults:
    """Yield the elements for which none of the language's phrases stands in the text."""
    checks = words.checks[kind_of_text(message)]
    for element, said in _SAID.items():
        key = element if full else f"{element}_short"
        phrases = checks.get(key, checks.get(element, ()))
        if not phrases:
            continue
        filled = [done for phrase in phrases if (done := _phrase(phrase, known))]
        if not any(_has(text, phrase) for phrase in filled):
            yield element, f"{said}, as {filled[0]!r}" if filled else said


def _phrase(phrase: str, known: Mapping[str, str]) -> str:
    """Return a phrase with its fields filled in; "" when the message has none of that name."""
    if "{" not in phrase:
        return phrase
    if any(name not in known for name in _FIELD.findall(phrase)):
        return ""
    return phrase.format_map(known)


def _degraded(text: str, message: Message, words: Wording, *, full: bool) -> _Faults:
    """Yield it when the tracking is incomplete and the text does not show it."""
    marks = (words.degraded,) if full else (words.degraded_short, words.about)
    if message.degraded and not any(mark.strip() in text for mark in marks):
        yield "degraded", f"does not say that the tracking is incomplete, as {marks[0]!r}"


def _frame(text: str, message: Message, words: Wording, *, full: bool) -> _Faults:
    """Yield what is wrong with exercise words."""
    allowed = {exercise_words(words, budget)[message.status] for budget in (BUDGETS[-1:] if full else BUDGETS)} - {""}
    if allowed and not any(text.startswith(word) and text.rstrip().endswith(word) for word in allowed):
        yield "exercise", f"{' or '.join(sorted(allowed))} must stand first and last"
    if message.status is Status.ACTUAL:
        marks = {mark for budget in BUDGETS for mark in exercise_words(words, budget).values() if mark}
        if any(_has(text, mark) for mark in marks):
            yield "exercise", "says that it is an exercise or a test, and it is not"


def _banned(text: str, message: Message, known: Mapping[str, str], words: Wording) -> _Faults:
    """Yield words that must not stand in a public text, and abbreviations that the public does not know."""
    for bad in words.banned:
        if _has(text, bad):
            yield "banned", f"{bad!r} must not stand in a public text"
    names = " ".join((known["agency"], known["agency_short"], known["origin"], known["places"], known["lifted"]))
    marks = (*exercise_words(words).values(), *exercise_words(words, BUDGETS[0]).values())
    allowed = {"UTC", message.zone, *words.known, *_CAPITALS.findall(names), *_CAPITALS.findall(" ".join(marks))}
    for found in dict.fromkeys(_CAPITALS.findall(text)):
        if found not in allowed:
            yield "abbreviation", f"{found!r} is an abbreviation that the public may not know"
