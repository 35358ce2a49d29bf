"""The life of warnings as a fold over journal entries: what may follow what, and who may do it.

proposed -> drafted -> approved -> issued, then updated, lifted, retracted or expired. Every rule is checked in `apply`,
for a step about to be written as for one read back, so a journal cannot hold what the rules forbid:

* an Actual warning, and every update that widens one, needs the consent of two different people, or a pre-authorisation
  that matches; a lift, a retraction and whatever frees or prolongs needs one; so does everything in Exercise and Test;
* a dispatch is issued once, as drafted, while its draft is fresh and nothing else was issued after it was proposed;
* a lift names only places under warning, and goes to exactly the channels that were used; it comes on evidence, or on a
  person's word once the last time told for falling pieces is over; never on silence;
* nothing is added to a warning that has expired; a status is for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from downrange.alert.book import OPEN_STAGES, Book, Case, Dispatch, LifeError, Stage, Standing, expiry_of, others_at
from downrange.alert.entries import (
    Approved,
    ClockSet,
    Delivery,
    Drafted,
    DraftMessage,
    Dropped,
    Entry,
    Expired,
    Issued,
    Looked,
    Opened,
    Preauthorised,
    Proposed,
    Revoked,
    Step,
    body_of,
    digest_of,
)
from downrange.alert.model import Kind, Status
from downrange.base import iso

if TYPE_CHECKING:
    from collections.abc import Iterable

    from downrange.alert.keys import Roster

TWO_PEOPLE: Final = 2


def apply(book: Book, entry: Entry, roster: Roster) -> Book:
    """Return the book after an entry; a step that the rules forbid raises LifeError and changes nothing."""
    body = body_of(entry)
    moment = entry.moment
    if entry.seq != book.seq + 1 or entry.prev != book.head:
        raise LifeError(
            where=f"journal entry {entry.seq}",
            seen=f"it does not follow entry {book.seq}",
            cure="check the journal: a line is missing, moved or doubled",
        )
    if (book.opened is None) != (entry.step is Step.OPENED):
        raise LifeError(
            where="journal", seen=f"{entry.step!s} as entry {entry.seq}", cure="open a journal once, before all else"
        )
    if book.at is not None and moment < book.at and entry.step is not Step.CLOCK:
        raise LifeError(
            where="clock",
            seen=f"{iso(moment)} is before the last entry, {iso(book.at)}",
            cure="set this machine's clock, or say that the last entry's was wrong",
        )
    who = _Who(name=entry.who, is_machine=bool(roster.find(entry.who).machine), roster=roster)
    after = _STEPS[entry.step](book, body, who, moment)
    return replace(after, at=moment, seq=entry.seq, head=entry.hash)


def fold(entries: Iterable[Entry], roster: Roster) -> Book:
    """Return the book of a whole journal."""
    book = Book()
    for entry in entries:
        book = apply(book, entry, roster)
    return book


def bytes_digest(messages: Iterable[DraftMessage]) -> str:
    """Return what an approval names: one digest over the bytes of all messages of a dispatch."""
    return digest_of("\n".join(digest_of(one.xml.encode()) for one in messages).encode())


def unsigned(xml: str) -> str:
    """Return a published message without its signature element: the bytes that were drafted.

    >>> unsigned("<alert>a<ds:Signature>b</ds:Signature></alert>")
    '<alert>a</alert>'
    """
    start, end = xml.find("<ds:Signature"), xml.rfind("</ds:Signature>")
    return xml if start < 0 or end < 0 else xml[:start] + xml[end + len("</ds:Signature>") :]


def widens(proposed: Proposed) -> bool:
    """Say whether a dispatch warns, or advises, anybody for the first time."""
    return proposed.kind in (Kind.ISSUE, Kind.ADVISE) or bool(proposed.added)


def consents_needed(status: Status, proposed: Proposed) -> int:
    """Return how many different people must stand for a dispatch."""
    return TWO_PEOPLE if status is Status.ACTUAL and widens(proposed) else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Who:
    """Who takes a step."""

    name: str
    is_machine: bool
    roster: Roster


def _refuse(key: str, seen: str, cure: str) -> LifeError:
    """Return the error of a step that is not allowed."""
    return LifeError(where="warning", key=key, seen=seen, cure=cure)


def _with(book: Book, dispatch: Dispatch) -> Book:
    """Return the book with a dispatch as it is now."""
    return replace(book, dispatches=MappingProxyType({**book.dispatches, dispatch.name: dispatch}))


def _open(book: Book, body: Opened, who: _Who, moment: datetime) -> Book:  # noqa: ARG001
    """Begin."""
    return replace(book, opened=body)


def _clock(book: Book, body: ClockSet, who: _Who, moment: datetime) -> Book:  # noqa: ARG001
    """Take a person's word for the time."""
    if who.is_machine or not body.because.strip():
        raise _refuse("clock", "set without a person's reason", "give one, as 'the clock ran an hour ahead'")
    return replace(book, clock_set=True)


def _look(book: Book, body: Looked, who: _Who, moment: datetime) -> Book:  # noqa: ARG001
    """Remember the desk's state."""
    return replace(book, desks=MappingProxyType({**book.desks, body.event.code: body}))


def _propose(book: Book, body: Proposed, who: _Who, moment: datetime) -> Book:
    """Take a proposal in; the same one twice is refused."""
    case = book.case(body.event.code, body.country)
    if body.dispatch in book.dispatches:
        raise _refuse(body.dispatch, "this name was used before", "propose under a new name")
    same = (body.kind, body.lift, set(body.codes), body.based_on)
    for one in book.open_dispatches(body.event.code, body.country):
        other = one.proposed
        if same == (other.kind, other.lift, set(other.codes), other.based_on):
            raise _refuse(one.name, "this is already proposed", "approve or reject that one")
    if not body.codes or not body.channels:
        raise _refuse(body.dispatch, "it names no place or no channel", "name the municipalities and the channels")
    own_word = not who.is_machine and not _carried_on(book, body)
    if own_word and not body.because.strip():
        raise _refuse(body.dispatch, "proposed by a person without a reason", "give the reason in words")
    if body.based_on == len(case.issued):  # what follows something that waits is held against the case when issued
        _check_against(case, body, moment)
    author = (who.name,) if own_word else ()
    return _with(book, Dispatch(proposed=body, author=who.name, stage=Stage.PROPOSED, consents=author))


def _carried_on(book: Book, body: Proposed) -> bool:
    """Say whether a proposal only carries on one that waited: then whoever made room for it does not stand for it."""
    if not body.carries:
        return False
    waited = book.dispatch(body.carries).proposed
    same = (waited.event.code, waited.country, waited.lift) == (body.event.code, body.country, body.lift)
    if not same or (body.kind is Kind.LIFT and not set(body.codes) <= set(waited.codes)):
        raise _refuse(body.dispatch, f"it does not carry on {body.carries}", "propose it as new, with a reason")
    return True


def _check_against(case: Case, body: Proposed, moment: datetime) -> None:
    """Refuse what does not fit how the country stands."""
    warned = set(case.warned) if case.warned and expiry_of(case) > moment else set()
    if body.kind in (Kind.LIFT, Kind.RETRACT):
        _check_end(case, body, warned, moment)
    else:
        _check_warning(case, body, warned)


def _check_end(case: Case, body: Proposed, warned: set[str], moment: datetime) -> None:
    """Refuse a lift or retraction that is not of exactly what was told, or that nothing supports."""
    codes = set(body.codes)
    if not codes <= warned:
        strange = ", ".join(sorted(codes - warned))
        raise _refuse(body.dispatch, f"{strange} not under warning", "lift exactly the places that were warned")
    if body.kind is Kind.RETRACT and codes != warned:
        raise _refuse(body.dispatch, "it takes back a part", "retract a mistake whole, or lift the part")
    if set(body.channels) != set(case.channels):
        told = ", ".join(case.channels)
        raise _refuse(body.dispatch, "it goes to other channels than the warning", f"lift on exactly {told}")
    if body.kind is Kind.LIFT and not body.evidence and case.told_until is not None and moment < case.told_until:
        raise _refuse(
            body.dispatch,
            f"pieces were said to fall until {iso(case.told_until)}, and nothing shows that they will not",
            "attach what was seen, wait for the desk's own lift, or retract a warning that was a mistake",
        )


def _check_warning(case: Case, body: Proposed, warned: set[str]) -> None:
    """Refuse a warning that is none, or that frees somebody on the side."""
    codes = set(body.codes)
    if body.kind is Kind.UPDATE and not warned:
        raise _refuse(body.dispatch, "there is no warning to update", "issue one")
    if body.kind in (Kind.ISSUE, Kind.ADVISE) and warned:
        raise _refuse(body.dispatch, f"{body.country} is already under warning", "update that warning")
    if warned - codes:
        raise _refuse(body.dispatch, "it leaves out places under warning", "lift them; an update frees nobody")
    if codes - warned != set(body.added):
        raise _refuse(body.dispatch, "the places added are not those that are new", "name the new places as added")
    if warned and set(case.channels) - set(body.channels):
        raise _refuse(body.dispatch, "it leaves out channels already used", "name these too")


def _draft(book: Book, body: Drafted, who: _Who, moment: datetime) -> Book:  # noqa: ARG001
    """Attach the messages; drafting anew drops the approvals of the old draft."""
    one = book.dispatch(body.dispatch)
    if one.stage not in OPEN_STAGES or not body.messages or body.valid_until <= moment:
        raise _refuse(one.name, f"cannot be drafted: it is {one.stage!s}", "propose it anew")
    author = one.consents if one.stage is Stage.PROPOSED else tuple(n for n in one.consents if n == one.author)
    return _with(
        book,
        replace(
            one,
            stage=Stage.DRAFTED,
            messages=body.messages,
            digest=bytes_digest(body.messages),
            valid_until=body.valid_until,
            consents=author,
        ),
    )


def _approve(book: Book, body: Approved, who: _Who, moment: datetime) -> Book:
    """Count a person's consent."""
    one = book.dispatch(body.dispatch)
    if one.stage not in (Stage.DRAFTED, Stage.APPROVED):
        raise _refuse(one.name, f"cannot be approved: it is {one.stage!s}", "approve what is drafted")
    if who.is_machine:
        raise _refuse(one.name, f"{who.name} is a machine", "let a person approve")
    if body.digest != one.digest:
        raise _refuse(one.name, "the draft is not the one that was read", "read it again, then approve")
    _refuse_stale(one, moment)
    if who.name in one.consents:
        raise _refuse(one.name, f"{who.name} stands for it already", "let somebody else approve")
    consents = (*one.consents, who.name)
    enough = len(consents) >= consents_needed(_status(book), one.proposed)
    return _with(book, replace(one, consents=consents, stage=Stage.APPROVED if enough else one.stage))


def _drop(stage: Stage) -> Callable[[Book, Dropped, _Who, datetime], Book]:
    """Return the step that ends a dispatch before it is issued."""

    def drop(book: Book, body: Dropped, who: _Who, moment: datetime) -> Book:  # noqa: ARG001
        one = book.dispatch(body.dispatch)
        if one.stage not in OPEN_STAGES:
            raise _refuse(one.name, f"it is {one.stage!s}", "update, lift or retract what is out")
        if not body.because.strip():
            raise _refuse(one.name, "dropped without a reason", "give one")
        if stage is Stage.REJECTED and who.is_machine:
            raise _refuse(one.name, "rejected by a machine", "let a person reject")
        return _with(book, replace(one, stage=stage, dropped=body.because))

    return drop


def _refuse_stale(one: Dispatch, moment: datetime) -> None:
    """Stop where the times in a draft are no longer those of now."""
    if one.valid_until is not None and moment > one.valid_until:
        raise _refuse(one.name, f"its draft was good until {iso(one.valid_until)}", "draft it again and approve that")


def _issue(book: Book, body: Issued, who: _Who, moment: datetime) -> Book:
    """Publish a dispatch, once, as drafted."""
    one = book.dispatch(body.dispatch)
    proposed = one.proposed
    if one.stage not in (Stage.DRAFTED, Stage.APPROVED):
        raise _refuse(one.name, f"cannot be issued: it is {one.stage!s}", "issue what is drafted and approved, once")
    _refuse_stale(one, moment)
    case = book.case(proposed.event.code, proposed.country)
    if len(case.issued) != proposed.based_on:
        raise _refuse(one.name, "something else was issued since it was proposed", "propose it anew")
    _check_against(case, proposed, moment)
    _refuse_beside(book, proposed, moment)
    _refuse_changed(one, body)
    if any(message.expires <= moment for message in one.messages):
        raise _refuse(one.name, "what it says is already over", "reject it, or propose it anew")
    consents = _consents(book, one, body, who, moment)
    issued = replace(
        one,
        stage=Stage.ISSUED,
        consents=consents,
        preauthorisation=body.preauthorisation,
        issued_by=who.name,
        issued_at=moment,
        issued_seq=book.seq + 1,
        signed=body.messages,
    )
    cases = {**book.cases, (case.event, case.country): _case_after(case, issued)}
    return replace(_with(book, issued), cases=MappingProxyType(cases))


def _consents(book: Book, one: Dispatch, body: Issued, who: _Who, moment: datetime) -> tuple[str, ...]:
    """Return who stands for a dispatch that is being issued; too few are refused."""
    if body.preauthorisation:
        reasons = preauthorisation_gaps(book, body.preauthorisation, one.proposed, moment)
        if reasons:
            raise _refuse(
                one.name, f"pre-authorisation {body.preauthorisation}: {'; '.join(reasons)}", "let two people approve"
            )
        return one.consents
    needed = consents_needed(_status(book), one.proposed)
    consents = one.consents
    if needed == 1 and not consents and not who.is_machine:
        consents = (who.name,)
    if len(consents) < needed:
        raise _refuse(
            one.name,
            f"{len(consents)} of {needed} people stand for it ({', '.join(consents) or 'nobody'})",
            "let another person approve it" if needed > 1 else "let a person approve or issue it",
        )
    return consents


def preauthorisation_gaps(book: Book, name: str, proposed: Proposed, moment: datetime) -> tuple[str, ...]:
    """Return why a pre-authorisation does not stand for a dispatch; empty when it does."""
    from downrange.alert.preauth import matches, preauthorisation

    if name not in book.preauthorisations:
        return ("it is not in force here",)
    if proposed.beside:
        return (f"its places stand under the warning of {', '.join(proposed.beside)} too, which people must know of",)
    found = matches(
        preauthorisation(book.preauthorisations[name]),
        event=proposed.event.code,
        country=proposed.country,
        codes=proposed.codes,
        p=proposed.p,
        kind=proposed.kind,
        at=moment,
    )
    return tuple(found.reasons)


def _refuse_beside(book: Book, proposed: Proposed, moment: datetime) -> None:
    """Stop where another event's warning for the same places stands: one authority, one voice."""
    if not widens(proposed):
        return
    others = set(others_at(book, proposed.event.code, proposed.codes, moment)) - set(proposed.beside)
    if others:
        raise _refuse(
            proposed.dispatch,
            f"some of its places stand under the warning of {', '.join(sorted(others))}, which it does not know of",
            "propose it anew, or lift that one",
        )


def _refuse_changed(one: Dispatch, body: Issued) -> None:
    """Stop where what is to go out is not, to the byte, what was drafted."""
    drafted = [(message.identifier, message.xml) for message in one.messages]
    if [(message.identifier, unsigned(message.xml)) for message in body.messages] != drafted:
        raise _refuse(one.name, "the signed messages are not those drafted", "issue the draft as it is")


def _case_after(case: Case, issued: Dispatch) -> Case:
    """Return how a country stands after a dispatch."""
    proposed, last = issued.proposed, issued.messages[-1]
    names = (*case.issued, issued.name)
    if proposed.kind in (Kind.LIFT, Kind.RETRACT):
        left = tuple(code for code in case.warned if code not in proposed.codes)
        if left:
            return replace(case, warned=left, standing=Standing.UPDATED, issued=names, expires=last.expires)
        ended = Standing.RETRACTED if proposed.kind is Kind.RETRACT else Standing.LIFTED
        return replace(case, warned=(), standing=ended, told_until=None, channels=(), expires=None, issued=names)
    return replace(
        case,
        warned=proposed.codes,
        standing=_STANDS[proposed.kind],
        told_until=last.until,
        channels=proposed.channels,
        expires=last.expires,
        issued=names,
    )


_STANDS: Final = {Kind.ISSUE: Standing.WARNED, Kind.UPDATE: Standing.UPDATED, Kind.ADVISE: Standing.ADVISED}


def _deliver(book: Book, body: Delivery, who: _Who, moment: datetime) -> Book:  # noqa: ARG001
    """Keep a receipt; a message has one a channel."""
    one, pair = book.dispatch(body.dispatch), (body.identifier, body.channel)
    if pair not in one.undelivered:
        raise _refuse(one.name, f"{body.channel} owes no receipt for {body.identifier}", "deliver what is outstanding")
    troubles = {key: why for key, why in one.troubles.items() if key != pair}
    return _with(book, replace(one, delivered={**one.delivered, pair: body.said}, troubles=troubles))


def _undeliver(book: Book, body: Delivery, who: _Who, moment: datetime) -> Book:  # noqa: ARG001
    """Keep why a channel did not take a message."""
    one, pair = book.dispatch(body.dispatch), (body.identifier, body.channel)
    if pair not in one.undelivered:
        raise _refuse(one.name, f"{body.channel} owes no receipt for {body.identifier}", "deliver what is outstanding")
    return _with(book, replace(one, troubles={**one.troubles, pair: body.said}))


def _expire(book: Book, body: Expired, who: _Who, moment: datetime) -> Book:  # noqa: ARG001
    """End a warning whose time is over."""
    case = book.case(body.event, body.country)
    if not case.warned or moment < expiry_of(case):
        raise _refuse(f"{body.event} {body.country}", "nothing there has expired", "lift what is in force")
    ended = replace(case, warned=(), told_until=None, channels=(), expires=None, standing=Standing.EXPIRED)
    return replace(book, cases=MappingProxyType({**book.cases, (body.event, body.country): ended}))


def _preauthorise(book: Book, body: Preauthorised, who: _Who, moment: datetime) -> Book:
    """Take a pre-authorisation in, if its two signatures hold."""
    from downrange.alert.preauth import check_preauthorisation, preauthorisation

    document = preauthorisation(body.document)
    check_preauthorisation(document, who.roster, moment)
    if document.status is not _status(book):
        seen = f"it was signed for {document.status.value}, and this journal is for {_status(book).value}"
        raise _refuse(document.id, seen, "have one signed for this run mode")
    if document.id in book.revoked:
        raise _refuse(document.id, "it was taken back", "have a new one signed, under another name")
    if document.id in book.preauthorisations:
        raise _refuse(document.id, "this pre-authorisation is in force already", "give the new one another name")
    return replace(book, preauthorisations=MappingProxyType({**book.preauthorisations, document.id: body.document}))


def _revoke(book: Book, body: Revoked, who: _Who, moment: datetime) -> Book:  # noqa: ARG001
    """Take a pre-authorisation back."""
    if body.preauthorisation not in book.preauthorisations or who.is_machine:
        raise _refuse(body.preauthorisation, "no person can take that back", "name one that is in force")
    left = {name: one for name, one in book.preauthorisations.items() if name != body.preauthorisation}
    return replace(book, preauthorisations=MappingProxyType(left), revoked=book.revoked | {body.preauthorisation})


def _status(book: Book) -> Status:
    """Return the status of the journal."""
    if book.opened is None:
        raise LifeError(where="journal", seen="not opened", cure="open it first")
    return book.opened.status


_STEPS: Final[Mapping[Step, Callable[[Book, Any, _Who, datetime], Book]]] = {
    Step.OPENED: _open,
    Step.CLOCK: _clock,
    Step.LOOKED: _look,
    Step.PROPOSED: _propose,
    Step.DRAFTED: _draft,
    Step.APPROVED: _approve,
    Step.REJECTED: _drop(Stage.REJECTED),
    Step.WITHDRAWN: _drop(Stage.WITHDRAWN),
    Step.ISSUED: _issue,
    Step.DELIVERED: _deliver,
    Step.UNDELIVERED: _undeliver,
    Step.EXPIRED: _expire,
    Step.PREAUTHORISED: _preauthorise,
    Step.REVOKED: _revoke,
}
