"""What the terminal shows of an alert office: warnings in force, what waits for people, what owes a receipt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from downrange.alert import Book, Case, Dispatch, Kind, Stage, Standing, Status, consents_needed
from downrange.base import after, iso
from downrange.earth import People, Place, people_of
from downrange.replay.alert_seat import Seat
from downrange.replay.tables import Table, both_clocks, columns, number

Shown = tuple[tuple[Table, ...], dict[str, Any]]
WHEN: Final = "UTC (KST, JST)"
_SAID: Final = {
    Status.ACTUAL: "what is issued here warns people",
    Status.EXERCISE: "nobody is warned by what is done here",
    Status.TEST: "only test receivers hear what is done here",
}
_DOES: Final = {
    Kind.ISSUE: "warn",
    Kind.UPDATE: "update",
    Kind.LIFT: "lift",
    Kind.RETRACT: "take back",
    Kind.ADVISE: "advise",
}


def heading(seat: Seat) -> str:
    """Return the line above everything that an office shows; its status is the first and the last word."""
    return headed(seat.status, f"office of {seat.agency}, {clock_told(seat.now())}")


def headed(status: Status, about: str) -> str:
    """Return a heading with the status as the first and the last word."""
    word = status.value.upper()
    return f"{word} {about}: {_SAID[status]}. {word}"


def titled(status: Status, title: str) -> str:
    """Return the title of a table with the status first, and in exercises and tests last, too."""
    word = status.value.upper()
    return f"{word}: {title}" if status is Status.ACTUAL else f"{word}: {title} ({word})"


def clock_told(moment: datetime) -> str:
    """Write day and time as the desk reads them."""
    return f"{moment:%Y-%m-%d} {both_clocks(moment)} {WHEN}"


def office_json(seat: Seat) -> dict[str, Any]:
    """Return whose document this is: it stands first in each."""
    return {
        "status": seat.status.value,
        "agency": seat.agency,
        "sender": seat.office.policy.sender,
        "at": iso(seat.now()),
    }


def list_shown(seat: Seat) -> Shown:
    """Return how the office stands: in force, waiting, without receipt, authorised beforehand."""
    book, now = seat.office.book, seat.now()
    active, waiting = book.active(now), book.open_dispatches()
    owed = book.undelivered()
    tables = [_force_table(seat, active), _waiting_table(seat, waiting)]
    if owed:
        tables.append(_owed_table(seat, owed))
    if book.preauthorisations:
        tables.append(_authority_table(seat))
    return tuple(tables), {
        **office_json(seat),
        "in_force": [case_json(seat, case) for case in active],
        "waiting": [dispatch_json(seat, one) for one in waiting],
        "without_receipt": [
            {"dispatch": one.name, "identifier": name, "channel": channel, "why": one.troubles.get((name, channel))}
            for one, name, channel in owed
        ],
        "preauthorisations": list(book.preauthorisations.values()),
        "ended": [case_json(seat, case) for case in book.cases.values() if case not in active],
    }


def proposed_shown(seat: Seat, made: Sequence[Dispatch], title: str = "Proposed") -> Shown:
    """Return dispatches just made or changed, and what is to be done next."""
    rows = tuple(_waiting_row(seat, one) for one in made)
    note = next_told(seat, made[0]) if made else "There is nothing to be said that is not said already, or waiting."
    table = Table(title=titled(seat.status, f"{title}, {WHEN}"), columns=_WAITING if rows else (), rows=rows, note=note)
    return (table,), {**office_json(seat), "dispatches": [dispatch_json(seat, one) for one in made]}


def next_told(seat: Seat, one: Dispatch) -> str:
    """Say what is to be done with a dispatch, and with which command."""
    if one.stage is Stage.ISSUED:
        owed = ", ".join(dict.fromkeys(channel for _, channel in one.undelivered))
        return (
            f"Issued. No receipt yet from {owed}: downrange alert deliver" if owed else "Issued; every channel took it."
        )
    if one.stage in (Stage.REJECTED, Stage.WITHDRAWN):
        return f"{one.name} will not be issued: {one.dropped}"
    if is_stale(one, seat.now()):
        return f"Its draft is too old: downrange alert update {one.name} --as KEY"
    if missing(seat, one):
        who = "Then, somebody else" if one.consents else "Then two people, each"
        return f"Read it: downrange alert show {one.name}. {who}: downrange alert approve {one.name} --as KEY"
    return f"Read it: downrange alert show {one.name}. Then: downrange alert issue {one.name} --as KEY"


def _one_is_enough(seat: Seat, one: Dispatch) -> bool:
    """Say whether whoever issues it stands for it."""
    return consents_needed(seat.status, one.proposed) == 1


def is_stale(one: Dispatch, now: datetime) -> bool:
    """Say whether the times in a draft are no longer those of now."""
    return one.valid_until is not None and now > one.valid_until


def missing(seat: Seat, one: Dispatch) -> str:
    """Say what a dispatch that waits still needs before it can be issued; "" when nothing."""
    book = seat.office.book
    gaps = []
    if is_stale(one, seat.now()):
        gaps.append("a new draft")
    lacking = consents_needed(seat.status, one.proposed) - len(one.consents)
    if lacking > 0 and not (_one_is_enough(seat, one)):
        who = f" (not {', '.join(one.consents)})" if one.consents else ""
        gaps.append(f"{lacking} {'people' if lacking > 1 else 'more person'} to approve{who}")
    if ahead := _ahead(book, one):
        gaps.append(f"{ahead} issued first")
    return "; ".join(gaps)


def _ahead(book: Book, one: Dispatch) -> str:
    """Return the dispatch that must go out before this one, "" when none."""
    case = book.case(one.proposed.event.code, one.proposed.country)
    if one.proposed.based_on <= len(case.issued):
        return ""
    others = book.open_dispatches(case.event, case.country)
    return next((other.name for other in others if other.proposed.based_on == one.proposed.based_on - 1), "another")


def kind_told(one: Dispatch) -> str:
    """Say in words what a dispatch does."""
    lift = f": {one.proposed.lift}" if one.proposed.lift else ""
    added = f", {len(one.proposed.added)} new" if one.proposed.kind is Kind.UPDATE and one.proposed.added else ""
    return f"{_DOES[one.proposed.kind]}{lift}{added}"


def names_told(known: Mapping[str, Place], codes: Iterable[str], most: int = 6) -> str:
    """Return places by their English names, and how many more."""
    names = [known[code].name_en if code in known else code for code in codes]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def whom_told(seat: Seat, codes: Sequence[str]) -> str:
    """Write places by name, and on a line of its own how many people live there."""
    people = people_told(counted(seat, codes))
    return f"{names_told(seat.places, codes)}\n{people} people"


def counted(seat: Seat, codes: Iterable[str]) -> People:
    """Return the people of places by their codes."""
    return people_of([seat.places[code] for code in codes if code in seat.places])


def people_told(people: People) -> str:
    """Write people low–best–high; places without a figure are named as such, never counted as empty."""
    if people.best is None:
        return "UNKNOWN"
    unknown = f" and {len(people.unknown)} places UNKNOWN" if people.unknown else ""
    return f"{number(people.low)}–{number(people.best)}–{number(people.high)}{unknown}"


def people_json(people: People) -> dict[str, Any]:
    """Return people as a document."""
    return {
        "low": people.low,
        "best": people.best,
        "high": people.high,
        "unknown": [place.code for place in people.unknown],
    }


def place_json(place: Place) -> dict[str, Any]:
    """Return a place as a document."""
    return {
        "code": place.code,
        "name": {"en": place.name_en, "ko": place.name_ko, "ja": place.name_ja},
        "in": place.parent_en,
        "people": {"low": place.people_low, "best": place.people_best, "high": place.people_high},
    }


def places_shown(found: Sequence[Place]) -> Shown:
    """Return municipalities with their codes and people, and how to warn them."""
    rows = tuple(
        (
            one.code,
            f"{one.name_en} ({one.parent_en})" if one.parent_en else one.name_en,
            one.name_ko,
            one.name_ja,
            people_told(people_of([one])),
        )
        for one in found
    )
    names = columns("code !", "place", "in Korean", "in Japanese", "people low–best–high")
    words = " ".join(f"--place {one.code}" for one in found)
    note = f"Nobody is warned by this list. To warn all of them: {words}" if found else "No municipality lies there."
    table = Table(title="Municipalities", columns=names, rows=rows, note=note)
    return (table,), {"places": [place_json(one) for one in found], "people": people_json(people_of(found))}


def case_json(seat: Seat, case: Case) -> dict[str, Any]:
    """Return how a country stands in an event, as a document."""
    return {
        "event": case.event,
        "country": case.country,
        "standing": standing_told(case, seat.now()),
        "places": [place_json(seat.places[code]) for code in case.warned if code in seat.places],
        "codes": list(case.warned),
        "people": people_json(counted(seat, case.warned)),
        "falls_until": iso(case.told_until) if case.told_until else None,
        "expires": iso(case.expires) if case.expires else None,
        "channels": list(case.channels),
        "issued": list(case.issued),
    }


def standing_told(case: Case, now: datetime) -> str:
    """Say how a country stands; a warning whose time is over has expired, whether or not it was written down yet."""
    over = bool(case.warned) and case.expires is not None and case.expires <= now
    return Standing.EXPIRED.value if over else case.standing.value


def dispatch_json(seat: Seat, one: Dispatch) -> dict[str, Any]:
    """Return a dispatch as a document, without its texts."""
    proposed = one.proposed
    t0 = proposed.event.t0
    first, last = (
        None if t_s is None else iso(after(t0, t_s)) for t_s in (proposed.first_arrival_s, proposed.last_arrival_s)
    )
    return {
        "dispatch": one.name,
        "event": proposed.event.code,
        "country": proposed.country,
        "kind": proposed.kind.value,
        "lift": proposed.lift.value,
        "reason": proposed.reason.value,
        "because": proposed.because,
        "stage": one.stage.value,
        "codes": list(proposed.codes),
        "added": list(proposed.added),
        "people": people_json(counted(seat, proposed.codes)),
        "p": proposed.p,
        "first_arrival": first,
        "last_arrival": last,
        "degraded": proposed.degraded,
        "channels": list(proposed.channels),
        "author": one.author,
        "consents": list(one.consents),
        "missing": missing(seat, one) if one.stage in _OPEN else "",
        "digest": one.digest,
        "valid_until": iso(one.valid_until) if one.valid_until else None,
        "issued_at": iso(one.issued_at) if one.issued_at else None,
        "messages": [message.identifier for message in one.messages],
    }


_OPEN: Final = (Stage.PROPOSED, Stage.DRAFTED, Stage.APPROVED)
_WAITING: Final = columns("dispatch !", "what, whom", "good until !", "still needs")


def _waiting_row(seat: Seat, one: Dispatch) -> tuple[str, ...]:
    """Return one dispatch as text."""
    codes = one.proposed.codes
    good = "" if one.valid_until is None or one.stage not in _OPEN else both_clocks(one.valid_until, seconds=False)
    needs = (missing(seat, one) or "nothing: issue it") if one.stage in _OPEN else one.stage.value
    whom = f"{kind_told(one)}: {whom_told(seat, codes)}"
    return (one.name, whom, good, needs)


def _waiting_table(seat: Seat, waiting: Sequence[Dispatch]) -> Table:
    """Return what waits for people."""
    rows = tuple(_waiting_row(seat, one) for one in waiting)
    note = next_told(seat, waiting[0]) if waiting else "Nothing waits for anybody."
    return Table(
        title=titled(seat.status, f"Waiting for people, {WHEN}"), columns=_WAITING if rows else (), rows=rows, note=note
    )


def _force_table(seat: Seat, active: Sequence[Case]) -> Table:
    """Return who is under warning now."""
    rows = tuple(
        (
            f"{case.event} {case.country}\n{standing_told(case, seat.now())}",
            whom_told(seat, case.warned),
            both_clocks(case.told_until, seconds=False) if case.told_until else "",
            f"{both_clocks(case.expires, seconds=False)}\nin {_minutes(case, seat.now())}" if case.expires else "",
            "\n".join(case.channels),
        )
        for case in active
    )
    names = columns("event !", "whom", "falls until !", "ends by itself !", "channels")
    note = "" if active else "Nobody is under warning."
    return Table(
        title=titled(seat.status, f"Warnings in force, {WHEN}"), columns=names if rows else (), rows=rows, note=note
    )


def _minutes(case: Case, now: datetime) -> str:
    """Return how long a warning still lasts by itself."""
    return "" if case.expires is None else f"{max(0.0, (case.expires - now).total_seconds()) / 60.0:.0f} min"


def _owed_table(seat: Seat, owed: Sequence[tuple[Dispatch, str, str]]) -> Table:
    """Return which channels have not taken what."""
    rows = tuple(
        (one.name, identifier, channel, one.troubles.get((identifier, channel), "not tried yet"))
        for one, identifier, channel in owed
    )
    names = columns("dispatch", "message", "channel", "why")
    note = "Try again: downrange alert deliver"
    return Table(title=titled(seat.status, "Channels without a receipt"), columns=names, rows=rows, note=note)


def _authority_table(seat: Seat) -> Table:
    """Return what may go out without two people at the desk."""
    rows = tuple(
        (
            str(one["id"]),
            f"{one['event']} {one['country']}, {one['status']}: {', '.join(one['kinds'])}",
            names_told(seat.places, one["codes"]),
            f"{one['p_at_least']:g}",
            f"{one['starts']} to {one['ends']}",
            ", ".join(mark["name"] for mark in one["signed"]),
        )
        for one in seat.office.book.preauthorisations.values()
    )
    names = columns("name", "for", "places", "p at least >", "from, to", "signed by")
    return Table(title=titled(seat.status, "Authorised beforehand"), columns=names, rows=rows)
