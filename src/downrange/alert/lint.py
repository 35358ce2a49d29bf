"""What a text must hold before it may go out: source, hazard, reason, place, time, action, expiry, next update.

The linter reads the finished words, whoever wrote them: a text edited by hand is held to the same list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from downrange.alert.model import Kind, Message, Problem, Status
from downrange.alert.policy import Policy
from downrange.alert.texts import Wording, clock, plain, wording

_CLOCK: Final = re.compile(r"(?<!\d)(\d{1,2}:\d{2})(?!\d)")


def lint(text: str, message: Message, policy: Policy, *, language: str, code: str | None = None) -> tuple[Problem, ...]:
    """Return what a text lacks or must not say.

    code: the one municipality that a short text is for; without it the text must name all areas, and give UTC too
    """
    words = wording(language)
    faults = (
        *_source_and_hazard(text, policy, words, language),
        *_places(text, message, language, code),
        *_times(text, message, full=code is None),
        *_action(text, message, words),
        *_ends(text, message, words),
        *_frame(text, message, words),
    )
    return tuple(Problem(rule=f"TEXT-{element}", where=language, seen=seen) for element, seen in faults)


def lint_message(message: Message, policy: Policy) -> tuple[Problem, ...]:
    """Return what is wrong with the full texts of a message, one by one and side by side."""
    found: list[Problem] = []
    clocks: dict[str, list[str]] = {}
    for info in message.infos:
        language = info.language[:2]
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


_Faults = Iterator[tuple[str, str]]


def _has(text: str, words: tuple[str, ...]) -> bool:
    """Say whether one of the words stands in the text."""
    return any(word.casefold() in text.casefold() for word in words)


def _source_and_hazard(text: str, policy: Policy, words: Wording, language: str) -> _Faults:
    """Yield what is missing of who speaks and of what."""
    if not _has(text, (policy.agency[language], policy.agency_short[language])):
        yield "source", "does not say who speaks"
    if not _has(text, words.lint["hazard"]):
        yield "hazard", "does not name the hazard"
    if not _has(text, words.lint["reason"]):
        yield "reason", "does not say why"


def _places(text: str, message: Message, language: str, code: str | None) -> _Faults:
    """Yield the municipalities that are not named."""
    for area in message.areas:
        if code in (None, area.code) and area.name[language] not in text:
            yield "place", f"does not name {area.name[language]}"


def _times(text: str, message: Message, *, full: bool) -> _Faults:
    """Yield the times that are missing, without zone or without UTC."""
    wanted = (message.sent,) if message.kind is Kind.LIFT else (message.onset, message.until)
    times = [moment for moment in wanted if moment is not None]
    given = set(_CLOCK.findall(text))
    for moment in times:
        if clock(moment) not in given:
            yield "time", f"does not say {clock(moment)}"
        if full and clock(moment.astimezone(UTC)) not in given:
            yield "utc", f"does not give {clock(moment)} in UTC"
    if message.zone not in text:
        yield "zone", f"does not name the zone {message.zone}"


def _action(text: str, message: Message, words: Wording) -> _Faults:
    """Yield it when nobody is told what to do."""
    if not _has(text, words.lint["action_lift" if message.kind is Kind.LIFT else "action_warn"]):
        yield "action", "does not say what to do"


def _ends(text: str, message: Message, words: Wording) -> _Faults:
    """Yield what is missing of expiry and next update."""
    suffix = "lift" if message.kind is Kind.LIFT else "warn"
    if not _says(text, message.expires, words.lint[f"expiry_{suffix}"]):
        yield "expiry", f"does not say that it ends at {clock(message.expires)}"
    if not _says(text, message.next_update, words.lint[f"next_{suffix}"]):
        yield "next-update", "does not say when or whether more will follow"


def _says(text: str, moment: datetime | None, words: tuple[str, ...]) -> bool:
    """Say whether one of the words stands in the text, and the time when there is one."""
    return _has(text, words) and (moment is None or clock(moment) in _CLOCK.findall(text))


def _frame(text: str, message: Message, words: Wording) -> _Faults:
    """Yield what is wrong with exercise words, and words that must not be there."""
    word = words.exercise[message.status]
    if word and not (text.startswith(word) and text.rstrip().endswith(word)):
        yield "exercise", f"{word} must stand first and last"
    others = [other for status, other in words.exercise.items() if other and status != message.status]
    if message.status is Status.ACTUAL and _has(text, tuple(others)):
        yield "exercise", "says that it is an exercise or a test, and it is not"
    for bad in words.lint["banned"]:
        if bad.casefold() in text.casefold():
            yield "banned", f"{bad!r} must not stand in a public text"
