"""What the terminal shows of a journal, of somebody's CAP files, and of an office just made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from downrange.alert import (
    Delivery,
    Entry,
    Looked,
    Pins,
    Problem,
    Proposed,
    Report,
    Status,
    Step,
    body_of,
    load_pins,
    open_office,
    read_journal,
    verify_file,
)
from downrange.base import InputError, iso
from downrange.earth import Place, places
from downrange.replay.alert_seat import Seat, status_in
from downrange.replay.show_alert import Shown, headed, names_told, office_json, titled
from downrange.replay.tables import Table, columns

if TYPE_CHECKING:
    from downrange.alert import PreAuthorisation

_LARGEST_BYTES: Final = 8_000_000  # no warning is larger
_TEXT: Final = 90  # characters of a body that stand on one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A journal as it is stored, and everything wrong with it."""

    status: Status
    folder: Path
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    places: Mapping[str, Place]

    @property
    def heading(self) -> str:
        """The line above it."""
        return headed(self.status, f"journal in {self.folder}")


def journal_read(folder: Path | None, *, signatures: bool = False) -> Read:
    """Read an office's journal, whole or broken; signatures: check those on the messages issued, too."""
    status = status_in(folder)
    where = folder or Path()
    entries, problems = read_journal(where)
    if signatures and entries and not problems:
        last = entries[-1].moment  # not now: the certificate may have expired since
        with closing(open_office(where, places=places(), now=lambda: last)) as office:
            problems = office.check()
    return Read(
        status=status,
        folder=where,
        entries=entries,
        problems=problems,
        places={place.code: place for place in places()},
    )


def journal_shown(read: Read, *, checked: bool) -> Shown:
    """Return the entries of a journal, one line each, and what is wrong; checked: the check was asked for."""
    entries = read.entries
    rows = tuple((str(one.seq), one.at[:19], one.who, one.step.value, entry_told(read.places, one)) for one in entries)
    note = f"The last entry is {entries[-1].seq}, hash {entries[-1].hash}" if entries else "No entry can be read."
    names = columns("entry >", "UTC !", "who", "step !", "what")
    table = Table(title=titled(read.status, "Journal"), columns=names, rows=rows, note=note)
    told = _problem_table(titled(read.status, "Check"), read.problems)
    return (table, told) if checked or read.problems else (table,), {
        "status": read.status.value,
        "entries": [_entry_json(one) for one in entries],
        "whole": not read.problems,
        "problems": [_problem_json(one) for one in read.problems],
    }


def entry_told(known: Mapping[str, Place], entry: Entry) -> str:
    """Say in a line what an entry did; a body that cannot be read is told, for the rest of the journal's sake."""
    try:
        body = body_of(entry)
    except InputError as problem:
        return f"UNREADABLE: {problem.seen}"
    return _TOLD[entry.step](known, body) if entry.step in _TOLD else _plain(body)


def _looked(_: Mapping[str, Place], body: Looked) -> str:
    """Say what the desk, or a person, saw."""
    told = body.situation
    seen = f"{told['verdict']}, p {float(told['p']):.3g}" if "verdict" in told else str(told.get("because", ""))
    return f"{body.event.code}: {_short(seen)}"


def _proposed(known: Mapping[str, Place], body: Proposed) -> str:
    """Say what was proposed, to whom, and why."""
    what = f"{body.kind.value} {body.lift.value}".strip()
    return f"{body.dispatch}: {what}: {names_told(known, body.codes)} ({_short(body.because) or body.reason.value})"


def _delivery(_: Mapping[str, Place], body: Delivery) -> str:
    """Say what a channel answered."""
    return f"{body.identifier} on {body.channel}: {_short(body.said)}"


def _plain(body: Any) -> str:  # noqa: ANN401 - one of the remaining bodies
    """Say what a step about one thing did: which, and why or on what authority."""
    name = getattr(body, "dispatch", "") or getattr(body, "preauthorisation", "")
    authority = getattr(body, "preauthorisation", "")
    why = getattr(body, "because", "") or getattr(body, "digest", "")[:12]
    on = f"as {authority} allows" if authority and authority != name else why
    return f"{name}: {_short(on)}".strip(": ")


def _short(text: str) -> str:
    """Return a text as a line can bear it."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _TEXT else f"{flat[:_TEXT]}..."


_TOLD: Final[Mapping[Step, Callable[[Mapping[str, Place], Any], str]]] = {
    Step.OPENED: lambda _, body: f"{body.status.value} journal of {body.agency}",
    Step.LOOKED: _looked,
    Step.PROPOSED: _proposed,
    Step.DELIVERED: _delivery,
    Step.UNDELIVERED: _delivery,
    Step.EXPIRED: lambda _, body: f"{body.event} {body.country}",
    Step.PREAUTHORISED: lambda _, body: f"{body.document['id']}: {', '.join(body.document['codes'])}",
}


def _entry_json(one: Entry) -> dict[str, Any]:
    """Return an entry as it is stored."""
    return {
        "seq": one.seq,
        "at": one.at,
        "who": one.who,
        "step": one.step.value,
        "body": one.body,
        "prev": one.prev,
        "hash": one.hash,
        "sig": one.sig,
    }


def _problem_table(title: str, problems: Sequence[Problem]) -> Table:
    """Return what a check found."""
    rows = tuple((one.rule, one.where, one.seen) for one in problems)
    note = (
        f"{len(problems)} problem(s)." if problems else "Whole: numbers, hashes, signatures, rules and evidence hold."
    )
    return Table(title=title, columns=columns("rule", "where", "seen") if rows else (), rows=rows, note=note)


def _problem_json(one: Problem) -> dict[str, str]:
    """Return a problem as a document."""
    return {"rule": one.rule, "where": one.where, "seen": one.seen}


def verify_files(paths: Iterable[Path], pins: Sequence[str], now: datetime) -> tuple[tuple[str, Report], ...]:
    """Hold CAP files of anybody against schema, rules and signature; pins: certificates or fingerprints to believe."""
    believed: Pins | None = load_pins(pins) if pins else None
    return tuple((path.name, verify_file(_bytes(path), believed, now)) for path in paths)


def verified_shown(reports: Sequence[tuple[str, Report]]) -> Shown:
    """Return what is known of each file."""
    tables = tuple(table for name, report in reports for table in _report_tables(name, report))
    return tables, {"files": [_report_json(name, report) for name, report in reports]}


def _bytes(path: Path) -> bytes:
    """Read a file whole, as it is: a signature is over its very bytes."""
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_BYTES + 1)  # one more than is allowed, so that the check says so
    except OSError as problem:
        raise InputError(
            where=str(path), seen=f"cannot be read: {problem.strerror}", cure="check the path and its permissions"
        ) from None


def _report_tables(name: str, report: Report) -> Iterable[Table]:
    """Return the tables of one file."""
    received = report.received
    about = [] if received is None else _about(report)
    about += [("note", note) for note in report.notes]
    about += [("checked", one) for one in report.checked]
    about += [("NOT checked", one) for one in report.unchecked]
    said = (
        "Nothing wrong was found in what was checked." if not report.problems else f"{len(report.problems)} problem(s)."
    )
    yield Table(title=name, columns=columns("what", ""), rows=tuple(about), note=said)
    if report.problems:
        yield _problem_table(f"{name}: what is wrong", report.problems)


def _about(report: Report) -> list[tuple[str, str]]:
    """Return what a message says of itself, and what its signature proves."""
    received, verified = report.received, report.verified
    if received is None:
        return []
    signed = "nobody that is known" if verified is None else f"{verified.subject} (sha256 {verified.fingerprint[:16]})"
    headline = next((info.headline for info in received.infos if info.headline), "")
    return [
        ("message", f"{received.identifier} of {received.sender}"),
        ("status", f"{received.status}, {received.msg_type}"),
        ("sent", iso(received.sent)),
        ("says", headline),
        ("signed by", signed),
    ]


def _report_json(name: str, report: Report) -> dict[str, Any]:
    """Return what is known of one file as a document."""
    received, verified = report.received, report.verified
    return {
        "file": name,
        "well": not report.problems,
        "problems": [_problem_json(one) for one in report.problems],
        "checked": list(report.checked),
        "unchecked": list(report.unchecked),
        "notes": list(report.notes),
        "identifier": received.identifier if received else None,
        "status": received.status if received else None,
        "signed_by": verified.subject if verified else None,
        "fingerprint": verified.fingerprint if verified else None,
    }


def made_shown(folder: Path, status: Status, written: Sequence[Path], fingerprint: str) -> Shown:
    """Return what was made of a new office, and what is to be done before it can warn anybody."""
    steps = (
        (
            "people",
            f"each person makes a key: downrange alert keys NAME --out FOLDER; paste the lines into {folder}/people.toml",
        ),
        ("channels", f"say in {folder}/channels.toml where messages go"),
        ("policy", "copy the policy, put your own name and numbers in, and name the file in office.toml"),
        ("certificate", f"give {folder}/keys/agency.pem to your receivers by hand; sha256 {fingerprint}"),
        ("keys", f"keep {folder}/keys where only this office can read it"),
        ("then", f"downrange alert list --office {folder}"),
    )
    table = Table(title=titled(status, "a new office"), columns=columns("next", "what to do"), rows=steps)
    return (table,), {
        "status": status.value,
        "folder": str(folder),
        "written": [str(path) for path in written],
        "certificate_sha256": fingerprint,
    }


def authority_shown(seat: Seat, signed: PreAuthorisation, *, in_force: bool) -> Shown:
    """Return a pre-authorisation with its signatures."""
    rows = (
        ("event", f"{signed.event} {signed.country}, {signed.status.value}"),
        ("allows to", ", ".join(kind.value for kind in signed.kinds)),
        ("places", names_told(seat.places, signed.codes, most=99)),
        ("from a probability of", f"{signed.p_at_least:g}"),
        ("from, to", f"{iso(signed.starts)} to {iso(signed.ends)}"),
        ("signed by", ", ".join(mark.name for mark in signed.by)),
    )
    note = (
        f"In force: what matches goes out without waiting for anybody. Take it back: downrange alert revoke {signed.id}"
        if in_force
        else "Not in force: a second, different person must sign the same file."
    )
    table = Table(
        title=titled(seat.status, f"Pre-authorisation {signed.id}"), columns=columns("what", ""), rows=rows, note=note
    )
    return (table,), {**office_json(seat), "in_force": in_force, "preauthorisation": signed.document()}


def tick_shown(seat: Seat, told: dict[str, Any]) -> Shown:
    """Return what time asked for."""
    rows = [
        ("ENDS SOON", f"{one['event']} {one['country']} at {one['expires']}: renew or lift it")
        for one in told["ends_soon"]
    ]
    rows += [("no receipt", f"{one['dispatch']} on {one['channel']}") for one in told["without_receipt"]]
    note = "" if rows else "Nothing ends soon, and every channel has what was sent."
    table = Table(
        title=titled(seat.status, f"Watch at {told['at']}"),
        columns=columns("what", "") if rows else (),
        rows=tuple(rows),
        note=note,
    )
    return (table,), told
