"""Alert: who must be warned, with what words, and when they may be let go.

In: falls ahead, a verdict, municipalities with people, an agency's policy.
Out: actions (issue, update, lift), CAP 1.2 messages, texts in Korean, Japanese and English, a score.
Start here: `Event`, `write`, `check`.
"""

from downrange.alert.cap import CapError, parse, reference, when, write
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
    Status,
)
from downrange.alert.outline import Outline, outline
from downrange.alert.rules import RULES, Context, check
from downrange.alert.schema import SchemaMissingError, schema_path

__all__ = [
    "NOBODY",
    "RULES",
    "Action",
    "Area",
    "AtRisk",
    "Band",
    "CapError",
    "Context",
    "Event",
    "Info",
    "Kind",
    "Lift",
    "Message",
    "Outline",
    "PlaceLike",
    "Problem",
    "Reason",
    "Reference",
    "Released",
    "SchemaMissingError",
    "Status",
    "check",
    "outline",
    "parse",
    "reference",
    "schema_path",
    "when",
    "write",
]
