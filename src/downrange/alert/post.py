"""The post of an office: what was issued goes to each channel in order, and every receipt into the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from downrange.alert.book import Book, Dispatch
from downrange.alert.channels import ChannelDownError, ChannelRefusedError
from downrange.alert.entries import Delivery, Step
from downrange.alert.model import Parcel, Status

if TYPE_CHECKING:
    from downrange.alert.channels import Channel
    from downrange.alert.journal import Journal, Plan
    from downrange.alert.keys import Signer


Outcome = tuple[Step, Dispatch, str, str, str]


def send_all(
    journal: Journal, channels: Mapping[str, Channel], machine: Signer, status: Status, now: datetime
) -> tuple[tuple[Dispatch, str, str], ...]:
    """Send what owes a receipt; return what still does, as (dispatch, message, channel).

    Each channel gets its messages in the order of issue: behind one that it cannot take now, all others wait. The
    channels do not wait for each other.
    """
    from concurrent.futures import ThreadPoolExecutor, as_completed

    owed: dict[str, list[tuple[Dispatch, str]]] = {}
    for dispatch, identifier, name in journal.refresh().undelivered():
        owed.setdefault(name, []).append((dispatch, identifier))
    if owed:
        with ThreadPoolExecutor(max_workers=len(owed)) as pool:
            jobs = {pool.submit(_sent, channels.get(name), name, rows, status): name for name, rows in owed.items()}
            for job in as_completed(jobs):
                problem = job.exception()  # what no channel should raise must not cost the others their receipts
                outcomes = job.result() if problem is None else [_faulty(jobs[job], owed[jobs[job]][0], problem)]
                for outcome in outcomes:
                    _record(journal, machine, now, *outcome)
    return journal.book.undelivered()


def _sent(channel: Channel | None, name: str, owed: Sequence[tuple[Dispatch, str]], status: Status) -> list[Outcome]:
    """Send messages to one channel until it cannot take one; return what it said of each, for the journal."""
    done: list[Outcome] = []
    for dispatch, identifier in owed:
        try:
            if channel is None:
                raise _gone(name)
            said = channel.send(_parcel(dispatch, identifier, status)).said
            done.append((Step.DELIVERED, dispatch, identifier, name, said))
        except ChannelRefusedError as problem:  # it will never take this one; the ones after it may pass
            done.append((Step.UNDELIVERED, dispatch, identifier, name, str(problem)))
        except ChannelDownError as problem:
            done.append((Step.UNDELIVERED, dispatch, identifier, name, str(problem)))
            break
    return done


def _faulty(name: str, first: tuple[Dispatch, str], problem: BaseException) -> Outcome:
    """Return what is told of a channel whose own program failed."""
    said = (
        f"channel {name}: its program has a fault ({type(problem).__name__}: {problem}). Tell its makers, and tell the "
        "people there by another way."
    )
    return Step.UNDELIVERED, *first, name, said


def _gone(name: str) -> ChannelDownError:
    """Return the error of a channel that was used for a warning and is no longer there."""
    seen = "it is not configured here any more, and the warning went there: put it back"
    return ChannelDownError(channel=name, tried="send to it", seen=seen)


def _parcel(dispatch: Dispatch, identifier: str, status: Status) -> Parcel:
    """Return a message as a channel takes it."""
    (signed,) = (one for one in dispatch.signed if one.identifier == identifier)
    (draft,) = (one for one in dispatch.messages if one.identifier == identifier)
    return Parcel(identifier=identifier, status=status, xml=signed.xml.encode(), texts=draft.texts)


def _record(
    journal: Journal,
    machine: Signer,
    now: datetime,
    step: Step,
    dispatch: Dispatch,
    identifier: str,
    channel: str,
    said: str,
) -> None:
    """Keep a receipt, or why there is none; the same trouble again is not written again."""
    body = Delivery(dispatch=dispatch.name, identifier=identifier, channel=channel, said=said)

    def steps(book: Book) -> Plan:
        known = book.dispatch(dispatch.name)
        pair = (identifier, channel)
        told = step is Step.UNDELIVERED and known.troubles.get(pair) == said
        if pair in known.undelivered and not told:  # nobody else has been quicker
            yield step, body

    journal.append(machine, now, steps)
