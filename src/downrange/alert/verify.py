"""Messages held against everything that is known: a whole chain before it goes out, a single file of anybody.

A chain is checked message by message in the order of sending; of a file it is told what could not be checked, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from downrange.alert._document import open_document
from downrange.alert._shape import DS
from downrange.alert.cap import CapError, reference
from downrange.alert.draft import Chain
from downrange.alert.lint import lint_message
from downrange.alert.model import PlaceLike, Problem, Reference
from downrange.alert.read import Received, read_cap
from downrange.alert.rules import Context, check
from downrange.alert.sign import Pins, SignatureRefusedError, Verified, verify_xml
from downrange.base import iso, utc

_LANGUAGE_OF_ALL: Final = "the words: only a message that this program wrote is held against what it must say"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is known of one file.

    problems:  everything wrong with it; empty does not mean that everything could be checked
    checked:   what was looked at and holds, or is told in problems
    unchecked: what could not be looked at, and why
    notes:     what a person should know besides
    received:  the message; None when it cannot be read
    verified:  what its signature proves; None when nothing
    """

    problems: tuple[Problem, ...]
    checked: tuple[str, ...]
    unchecked: tuple[str, ...]
    notes: tuple[str, ...] = ()
    received: Received | None = None
    verified: Verified | None = None


def verify(chain: Chain, places: Iterable[PlaceLike], region_lonlat: Any = None) -> tuple[Problem, ...]:  # noqa: ANN401
    """Return everything wrong with the messages of a chain; empty when all of them may go out.

    places:        the municipalities, so that the polygons can be held against what they must cover
    region_lonlat: where the site's alerts belong, as shapely geometry of (lon, lat); None when unknown
    """
    found: list[Problem] = []
    published: list[Reference] = []
    footprints = {place.code: place.geometry_lonlat for place in places}
    for released in chain.released:
        context = Context(
            status=chain.status,
            published=tuple(published),
            footprints=footprints,
            max_over_cover=chain.policy.max_over_cover,
            region_lonlat=region_lonlat,
        )
        found += check(released.xml, context)
        found += lint_message(released.message, chain.policy)
        published.append(reference(released.message))
    return tuple(found)


def verify_file(xml: bytes, pins: Pins | None, now: datetime, context: Context | None = None) -> Report:
    """Return everything wrong with a file of anybody, what was checked, and what could not be.

    pins:    whose signature to believe; None leaves the signature unchecked, and says so
    now:     the moment at which the certificate must be valid
    context: what is known besides the file
    """
    context, now = context or Context(), utc(now)
    problems = list(check(xml, context))
    if any(problem.rule == "XML" for problem in problems):
        return Report(problems=tuple(problems), checked=("XML",), unchecked=("everything else: it cannot be opened",))
    received = _received(xml, problems)
    verified, unsure = _signature(xml, pins, now, problems)
    checked = ["the schema of CAP 1.2", "the rules R1 to R12", *(() if verified is None else verified.checked)]
    return Report(
        problems=tuple(problems),
        checked=tuple(checked),
        unchecked=(*unsure, *_gaps(context), _LANGUAGE_OF_ALL),
        notes=() if received is None else (*_standing(received, now), *received.notes),
        received=received,
        verified=verified,
    )


def _received(xml: bytes, problems: list[Problem]) -> Received | None:
    """Read the message; why it cannot be read is told when nothing else was."""
    try:
        return read_cap(xml)
    except CapError as problem:
        if not problems:
            problems.append(Problem(rule="READ", where=problem.key or "document", seen=problem.seen))
        return None


def _signature(
    xml: bytes, pins: Pins | None, now: datetime, problems: list[Problem]
) -> tuple[Verified | None, tuple[str, ...]]:
    """Verify the signature when somebody is pinned; else say why it was not checked."""
    if pins is None:
        signed = any(str(one.tag).startswith(DS) for one in open_document(xml).iter())
        why = (
            "nobody is pinned, and what a file says of its own signer proves nothing" if signed else "it is not signed"
        )
        return None, (f"the signature: {why}",)
    try:
        return verify_xml(xml, pins, now), ()
    except SignatureRefusedError as problem:
        problems.append(Problem(rule="SIGNATURE", where="signature", seen=f"{problem.seen}; {problem.cure}"))
        return None, ()


def _gaps(context: Context) -> tuple[str, ...]:
    """Say which rules had nothing to hold the file against."""
    rows = (
        (bool(context.published), "R1, R4: what was published before is not known here"),
        (bool(context.footprints), "R6: which areas the polygons must cover is not known here"),
        (context.status is not None, "R11: the run mode is not known here"),
        (context.region_lonlat is not None, "R12: the region of the alerts is not known here"),
    )
    return tuple(words for known, words in rows if not known)


def _standing(received: Received, now: datetime) -> tuple[str, ...]:
    """Say what a message is worth at a moment, whatever its form."""
    notes = [] if received.status == "Actual" else [f"it is no warning: its status is {received.status}"]
    if received.expires is not None and received.expires < now:
        notes.append(f"it expired at {iso(received.expires)}")
    if received.sent > now:
        notes.append(f"it says that it was sent at {iso(received.sent)}, which is yet to come: is a clock wrong?")
    return tuple(notes)
