"""The rules that the CAP schema does not know, R1 to R12, each a function; `check` runs the schema and all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from downrange.alert._context import Context, Found
from downrange.alert._document import open_document
from downrange.alert._rules_area import r5, r6, r7, r8, r12
from downrange.alert._rules_message import r1, r2, r3, r4, r9, r10, r11
from downrange.alert.cap import CapError
from downrange.alert.model import Problem
from downrange.alert.schema import schema_problems

__all__ = ["RULES", "Context", "check"]

RULES: Final[Mapping[str, Callable[[Any, Context], Found]]] = {
    "R1": r1,
    "R2": r2,
    "R3": r3,
    "R4": r4,
    "R5": r5,
    "R6": r6,
    "R7": r7,
    "R8": r8,
    "R9": r9,
    "R10": r10,
    "R11": r11,
    "R12": r12,
}


def check(xml: bytes, context: Context | None = None) -> tuple[Problem, ...]:
    """Return everything wrong with a message: XML, schema, then rules R1 to R12; empty when it may go out."""
    try:
        root = open_document(xml)
    except CapError as problem:
        return (Problem(rule="XML", where="document", seen=problem.seen),)
    found = list(schema_problems(root))
    for name, rule in RULES.items():
        found += [Problem(rule=name, where=where, seen=seen) for where, seen in rule(root, context or Context())]
    return tuple(found)
