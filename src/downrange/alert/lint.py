"""What a text must hold before it may go out: source, hazard, reason, place, time, action, expiry, next update.

The linter reads the finished words, whoever wrote them: a text edited by hand is held to the same list. A pre-launch
notice must also say that nobody need shelter, a correction that it was a mistake, that there is no danger, and sorry.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """What the texts of one message in one language are held to; made once, for all its texts.

    full:     whether it is for full texts, which name all areas and give UTC too; else for short ones
    said:     by element, what is wrong when none of its phrases stands in the text, and these phrases
    allowed:  the words in capitals that may
    """

    message: Message
    language: str
    words: Wording
    known: Mapping[str, str]
    full: bool
    said: tuple[tuple[str, str, tuple[str, ...]], ...]
    allowed: frozenset[str]

    def check(self, text: str, code: str | None = None) -> tuple[Problem, ...]:
        """Return what a text lacks or must not say; code: the one municipality that a short text is for."""
        faults = (
            *_source_and_hazard(text, self),
            *_places(text, self, code),
            *_times(text, self),
            *_elements(text, self),
            *_degraded(text, self),
            *_frame(text, self),
            *_banned(text, self),
        )
        return tuple(Problem(rule=f"TEXT-{element}", where=self.language, seen=seen) for element, seen in faults)


def checker(message: Message, policy: Policy, language: str, *, full: bool) -> Checker:
    """Return what the full or the short texts of a message in a language are held to."""
    known, words = fields(message, policy, language), wording(language)
    checks, said = words.checks[kind_of_text(message)], []
    for element, wrong in _SAID.items():
        phrases = checks.get(element if full else f"{element}_short", checks.get(element, ()))
        filled = [done for phrase in phrases if (done := _phrase(phrase, known))]
        if phrases:
            hint = f"{wrong}, as {filled[0]!r}" if filled else wrong
            said.append((element, hint, tuple(filled)))
    names = " ".join(
        (*(known[key] for key in ("agency", "agency_short", "origin", "places", "lifted")), *_marks(words))
    )
    return Checker(
        message=message,
        language=language,
        words=words,
        known=known,
        full=full,
        said=tuple(said),
        allowed=frozenset({"UTC", message.zone, *words.known, *_CAPITALS.findall(names)}),
    )


def lint(text: str, message: Message, policy: Policy, *, language: str, code: str | None = None) -> tuple[Problem, ...]:
    """Return what a text lacks or must not say.

    code: the one municipality that a short text is for; without it the text must name all areas, and give UTC too
    """
    return checker(message, policy, language, full=code is None).check(text, code)


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


def _standing(text: str, phrases: Iterable[str]) -> Iterator[str]:
    """Yield the phrases that stand in a text, in capitals or not; Latin letters count only as whole words."""
    folded = text.casefold()
    for phrase in phrases:
        if phrase.casefold() in folded and _pattern(phrase).search(text):
            yield phrase


@functools.lru_cache(maxsize=8192)
def _pattern(phrase: str) -> re.Pattern[str]:
    """Return the pattern that finds a phrase."""
    first = r"(?<![A-Za-z0-9])" if phrase[:1].isascii() and phrase[:1].isalnum() else ""
    last = r"(?![A-Za-z0-9])" if phrase[-1:].isascii() and phrase[-1:].isalnum() else ""
    return re.compile(f"{first}{re.escape(phrase)}{last}", re.IGNORECASE)


def _phrase(phrase: str, known: Mapping[str, str]) -> str:
    """Return a phrase with its fields filled in; "" when the message has none of that name."""
    if any(name not in known for name in _FIELD.findall(phrase)):
        return ""
    return phrase.format_map(known)


def _marks(words: Wording) -> tuple[str, ...]:
    """Return all words of a language that tell an exercise or a test, each once."""
    every = (*exercise_words(words).values(), *exercise_words(words, BUDGETS[0]).values())
    return tuple(dict.fromkeys(mark for mark in every if mark))


def _source_and_hazard(text: str, held: Checker) -> _Faults:
    """Yield what is missing of who speaks and of what."""
    if held.known["agency"] not in text and held.known["agency_short"] not in text:
        yield "source", f"does not say who speaks: {held.known['agency']}"
    if not any(_standing(text, held.words.hazard)):
        yield "hazard", "does not name the hazard"


def _places(text: str, held: Checker, code: str | None) -> _Faults:
    """Yield the municipalities that are not named; a short text may leave out the rank of its own."""
    for area in held.message.areas:
        if held.full and held.words.name(area) not in text:
            yield "place", f"does not name {held.words.name(area)}"
        elif code == area.code and held.words.short_name(area) not in text:
            yield "place", f"does not name {held.words.short_name(area)}"


def _wanted(message: Message, *, full: bool) -> tuple[datetime, ...]:
    """Return the times that a text must give: when things may fall, or else when it was sent.

    A short notice of an announced launch tells one stretch, from the opening of the window to its own expiry.
    """
    if message.onset is None or message.until is None:
        return (message.sent,)
    advice = kind_of_text(message) == "advice"
    return (message.onset, message.expires if advice and not full else message.until)


def _times(text: str, held: Checker) -> _Faults:
    """Yield the times that are missing, without zone or without UTC."""
    message, known, given = held.message, held.known, set(_CLOCK.findall(text))
    for moment in _wanted(message, full=held.full):
        if clock(moment) not in given:
            yield "time", f"does not say {clock(moment)}"
        if held.full and clock(moment.astimezone(UTC)) not in given:
            yield "utc", f"does not give {clock(moment)} in UTC"
    if known["zone"] not in text:
        yield "zone", f"does not name the zone {known['zone']}"
    kind = kind_of_text(message)
    if kind == "advice" and not any(known[key] in text for key in ("first", "d_first")):
        yield "date", f"does not give the date of {known['d_first']}"
    if kind == "warn" and message.until is not None and message.until < message.sent:
        yield "time", f"warns of what ended at {clock(message.until)}, before it is sent at {clock(message.sent)}"


def _elements(text: str, held: Checker) -> _Faults:
    """Yield the elements for which none of the language's phrases stands in the text."""
    for element, hint, phrases in held.said:
        if not any(_standing(text, phrases)):
            yield element, hint


def _degraded(text: str, held: Checker) -> _Faults:
    """Yield it when the tracking is incomplete and the text does not show it."""
    marks = (held.words.degraded,) if held.full else (held.words.degraded_short, held.words.about)
    if held.message.degraded and not any(mark.strip() in text for mark in marks):
        yield "degraded", f"does not say that the tracking is incomplete, as {marks[0]!r}"


def _frame(text: str, held: Checker) -> _Faults:
    """Yield what is wrong with exercise words."""
    status = held.message.status
    budgets = BUDGETS[-1:] if held.full else BUDGETS
    allowed = {exercise_words(held.words, budget)[status] for budget in budgets} - {""}
    if allowed and not any(text.startswith(word) and text.rstrip().endswith(word) for word in allowed):
        yield "exercise", f"{' or '.join(sorted(allowed))} must stand first and last"
    if status is Status.ACTUAL and any(_standing(text, _marks(held.words))):
        yield "exercise", "says that it is an exercise or a test, and it is not"


def _banned(text: str, held: Checker) -> _Faults:
    """Yield words that must not stand in a public text, and abbreviations that the public does not know."""
    for bad in _standing(text, held.words.banned):
        yield "banned", f"{bad!r} must not stand in a public text"
    for found in dict.fromkeys(_CAPITALS.findall(text)):
        if found not in held.allowed:
            yield "abbreviation", f"{found!r} is an abbreviation that the public may not know"
