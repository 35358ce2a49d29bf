"""Alert: who must be warned, with what words, and when they may be let go.

In: falls ahead, a verdict, municipalities with people, an agency's policy.
Out: actions (issue, update, lift), CAP 1.2 messages, texts in Korean, Japanese and English, a score.
Start here: `look`, `watch`, `release`, `verify`, `score`.
"""

from downrange.alert.cap import CapError, parse, reference, when, write
from downrange.alert.desk import Desk, Situation, Told, Warned, decide, expiry_s, look, watch
from downrange.alert.draft import Chain, follow, release
from downrange.alert.exposure import FallsLike, assess, last_arrival_s, upper_bound
from downrange.alert.lint import lint, lint_message
from downrange.alert.model import (
    NOBODY,
    Action,
    Area,
    AtRisk,
    Band,
    Event,
    Info,
    Kind,
    Lift,
    Message,
    PlaceLike,
    Problem,
    Reason,
    Reference,
    Released,
    Ring,
    Status,
    people_of,
)
from downrange.alert.outline import Outline, outline
from downrange.alert.passage import passed_by
from downrange.alert.policy import Policy, Worth, load_policy, policy_names
from downrange.alert.rules import RULES, Context, check
from downrange.alert.schema import SchemaMissingError, schema_path
from downrange.alert.score import PersonMinutes, Score, Spell, person_minutes, score, spells, tenth_and_median
from downrange.alert.texts import BUDGETS, TextTooLongError, infos, plain, short
from downrange.alert.verify import verify

__all__ = [
    "BUDGETS",
    "NOBODY",
    "RULES",
    "Action",
    "Area",
    "AtRisk",
    "Band",
    "CapError",
    "Chain",
    "Context",
    "Desk",
    "Event",
    "FallsLike",
    "Info",
    "Kind",
    "Lift",
    "Message",
    "Outline",
    "PersonMinutes",
    "PlaceLike",
    "Policy",
    "Problem",
    "Reason",
    "Reference",
    "Released",
    "Ring",
    "SchemaMissingError",
    "Score",
    "Situation",
    "Spell",
    "Status",
    "TextTooLongError",
    "Told",
    "Warned",
    "Worth",
    "assess",
    "check",
    "decide",
    "expiry_s",
    "follow",
    "infos",
    "last_arrival_s",
    "lint",
    "lint_message",
    "load_policy",
    "look",
    "outline",
    "parse",
    "passed_by",
    "people_of",
    "person_minutes",
    "plain",
    "policy_names",
    "reference",
    "release",
    "schema_path",
    "score",
    "short",
    "spells",
    "tenth_and_median",
    "upper_bound",
    "verify",
    "watch",
    "when",
    "write",
]
