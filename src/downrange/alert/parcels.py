"""The short texts of a message, ready for its channels: every language, length and municipality that can be carried whole."""

from __future__ import annotations

from downrange.alert.lint import checker
from downrange.alert.model import Message, Problem, ShortText
from downrange.alert.policy import Policy
from downrange.alert.texts import TextTooLongError, short_with
from downrange.alert.wording import BUDGETS


def parcel_texts(message: Message, policy: Policy) -> tuple[tuple[ShortText, ...], tuple[Problem, ...]]:
    """Return the short texts of a message, and what stands against each that is missing.

    A text too long for its channel is left out and told, as TEXT-too-long; one that the linter does not pass is left
    out with all that it lacks. Neither stops the others.
    """
    texts: list[ShortText] = []
    problems: list[Problem] = []
    for language in policy.languages:
        held = checker(message, policy, language, full=False)
        for budget in BUDGETS:
            for area in message.areas:
                where = f"{language} {budget} {area.code}"
                try:
                    text = short_with(held.known, message, language=language, area=area, budget=budget)
                except TextTooLongError as too_long:
                    problems.append(Problem(rule="TEXT-too-long", where=where, seen=str(too_long)))
                    continue
                found = held.check(text, area.code)
                problems += [Problem(rule=one.rule, where=where, seen=one.seen) for one in found]
                if not found:
                    texts.append(ShortText(language=language, budget=budget, code=area.code, text=text))
    return tuple(texts), tuple(problems)
