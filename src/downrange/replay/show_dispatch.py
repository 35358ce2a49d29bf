"""What the terminal shows of one dispatch: everything that a person must read before they consent to it."""

from __future__ import annotations

import io
import zipfile
from typing import Any, Final

import numpy as np

from downrange.alert import BUDGETS, OPEN_STAGES, Dispatch, Message, ShortText, messages_of, read_snapshot
from downrange.base import InputError, after, iso
from downrange.replay.alert_seat import Seat
from downrange.replay.show_alert import (
    WHEN,
    Shown,
    clock_told,
    counted,
    dispatch_json,
    kind_told,
    missing,
    names_told,
    next_told,
    office_json,
    people_told,
    place_json,
    titled,
)
from downrange.replay.tables import Table, both_clocks, columns, number

_SURE_ROWS: Final = 12  # places at risk that a person reads; the rest is in the document
_LANGUAGES: Final = {"ko": "Korean", "ja": "Japanese", "en": "English", "zh": "Chinese", "tl": "Filipino"}


def dispatch_shown(seat: Seat, name: str) -> Shown:
    """Return a dispatch whole: what, whom, why, on what evidence, in which words, and whose consent it has."""
    one = seat.office.book.dispatch(name)
    messages = messages_of(one)
    evidence, known = _evidence(seat, one)
    tables = (
        _summary(seat, one),
        _areas(seat, one),
        *evidence,
        *(_full(seat, message) for message in messages),
        _short(seat, one),
        _consent(seat, one),
    )
    document = {
        **office_json(seat),
        **dispatch_json(seat, one),
        "places": [place_json(seat.places[code]) for code in one.proposed.codes if code in seat.places],
        "evidence": known,
        "messages": [_message_json(message) for message in messages],
        "short_texts": [
            {
                "identifier": draft.identifier,
                "code": text.code,
                "language": text.language,
                "budget": text.budget,
                "text": text.text,
            }
            for draft in one.messages
            for text in draft.texts
        ],
        "receipts": [
            {"identifier": identifier, "channel": channel, "said": said}
            for (identifier, channel), said in one.delivered.items()
        ],
        "without_receipt": [
            {"identifier": identifier, "channel": channel, "why": one.troubles.get((identifier, channel))}
            for identifier, channel in one.undelivered
        ],
    }
    return tuple(table for table in tables if table.rows), document


def xml_of(seat: Seat, name: str) -> tuple[str, ...]:
    """Return the messages of a dispatch as they are published, or as they are drafted while they are not."""
    one = seat.office.book.dispatch(name)
    return tuple(message.xml for message in (one.signed or one.messages))


def about_to(seat: Seat, name: str) -> str:
    """Say in one sentence what issuing a dispatch does, for whoever is about to do it; one that cannot go out is refused."""
    one = seat.office.book.dispatch(name)
    if one.stage in OPEN_STAGES and (gaps := missing(seat, one)):
        raise InputError(where=name, seen=f"it still needs {gaps}", cure=next_told(seat, one))
    proposed = one.proposed
    until = "" if proposed.last_arrival_s is None else _until(one)
    return (
        f"{name}: {kind_told(one)} {names_told(seat.places, proposed.codes)}; {people_told(counted(seat, proposed.codes))} people; "
        f"on {', '.join(proposed.channels) or 'no channel'}{until}."
    )


def _until(one: Dispatch) -> str:
    """Say until when things may fall."""
    last_s = one.proposed.last_arrival_s
    return "" if last_s is None else f"; falls until {both_clocks(after(one.proposed.event.t0, last_s))} {WHEN}"


def _summary(seat: Seat, one: Dispatch) -> Table:
    """Return what it is, in short."""
    proposed = one.proposed
    t0 = proposed.event.t0
    rows = [
        ("does", kind_told(one)),
        ("event", f"{proposed.event.code}, lift-off {clock_told(t0)}"),
        (
            "decided",
            f"{proposed.t_s:.0f} s after lift-off, by {one.author}, because: {proposed.because or proposed.reason.value}",
        ),
        ("people", people_told(counted(seat, proposed.codes))),
    ]
    if proposed.first_arrival_s is not None and proposed.last_arrival_s is not None:
        first, last = (both_clocks(after(t0, t_s)) for t_s in (proposed.first_arrival_s, proposed.last_arrival_s))
        rows.append(("falls", f"from {first} to {last} {WHEN}"))
    if proposed.degraded:
        rows.append(("tracking", "LOST OR DOUBTFUL when this was decided"))
    if proposed.p:
        rows.append(("greatest probability", f"{proposed.p:.3g} of something within the margin of a place"))
    rows.append(("goes to", ", ".join(proposed.channels)))
    if one.valid_until:
        rows.append(("draft good until", clock_told(one.valid_until)))
    return Table(
        title=titled(seat.status, f"{one.name}, {one.stage.value}"), columns=columns("what", ""), rows=tuple(rows)
    )


def _areas(seat: Seat, one: Dispatch) -> Table:
    """Return the places by name and code."""
    rows = tuple(
        (
            code,
            *((place.name_en, place.name_ko, place.name_ja) if (place := seat.places.get(code)) else ("", "", "")),
            people_told(counted(seat, [code])),
            "new" if code in one.proposed.added else "",
        )
        for code in one.proposed.codes
    )
    names = columns("code !", "place", "in Korean", "in Japanese", "people", "")
    return Table(title=titled(seat.status, "Places, and no other"), columns=names, rows=rows)


def _evidence(seat: Seat, one: Dispatch) -> tuple[tuple[Table, ...], dict[str, Any]]:
    """Return the figures that the decision rests on."""
    digest = one.proposed.evidence
    if not digest:
        return (), {"digest": "", "what": "a person's word", "because": one.proposed.because}
    data = seat.office.journal.evidence(digest)
    if not _is_snapshot(data):
        row = ("file", f"{number(len(data))} bytes, sha256 {digest}")
        table = Table(title=titled(seat.status, "Evidence: what was seen"), columns=columns("what", ""), rows=(row,))
        return (table,), {"digest": digest, "what": "a file", "bytes": len(data)}
    found = read_snapshot(data)
    situation = found["situation"]
    telling = [risk for risk in situation["at_risk"] if risk["rows"] or risk["code"] in one.proposed.codes]
    rows = tuple(_risk_row(seat, one, risk) for risk in telling[:_SURE_ROWS])
    more = len(situation["at_risk"]) - len(rows)
    note = (
        f"Verdict: {situation['verdict']}, p {float(situation['p']):.3g}. {number(len(found['p']))} possible impacts of "
        f"{', '.join(found['bodies'])}.{f' No row comes near {more} more places.' if more > 0 else ''} Evidence {digest[:12]}."
    )
    names = columns("place", "probability >", "at most >", "rows >", "falls first !", "falls last !")
    table = Table(
        title=titled(seat.status, f"Evidence: what the desk saw, {WHEN}"), columns=names, rows=rows, note=note
    )
    kept = {key: value for key, value in found.items() if not isinstance(value, np.ndarray)}
    return (table,), {"digest": digest, "what": "falls and a verdict", "rows": len(found["p"]), **kept}


def _is_snapshot(data: bytes) -> bool:
    """Say whether evidence is a desk's snapshot, and not a file that a person gave."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return False
    with zipfile.ZipFile(io.BytesIO(data)) as kept:
        return "told.npy" in kept.namelist()


def _risk_row(seat: Seat, one: Dispatch, risk: dict[str, Any]) -> tuple[str, ...]:
    """Return a place at risk as text."""
    t0 = one.proposed.event.t0
    times = (float(risk["first_arrival_s"]), float(risk["last_arrival_s"]))
    return (
        names_told(seat.places, [risk["code"]]),
        f"{float(risk['p']):.2g}",
        f"{float(risk['p_high']):.2g}",
        number(risk["rows"]),
        *(both_clocks(after(t0, t_s), seconds=False) if np.isfinite(t_s) else "unknown" for t_s in times),
    )


def _full(seat: Seat, message: Message) -> Table:
    """Return the full texts of a message in all languages."""
    rows = tuple(
        (_LANGUAGES.get(info.language[:2], info.language) if not part else "", text)
        for info in message.infos
        for part, text in enumerate((info.headline, info.description, info.instruction))
    )
    note = (
        f"{message.msg_type}; urgency {message.urgency}, severity {message.severity}, certainty {message.certainty}; "
        f"ends by itself {both_clocks(message.expires)} {WHEN}."
    )
    title = titled(seat.status, f"Message {message.identifier}")
    return Table(title=title, columns=columns("language", "text"), rows=rows, note=note)


def _short(seat: Seat, one: Dispatch) -> Table:
    """Return the short texts as the first place gets them; where one does not fit, nobody gets it, and that is told."""
    told: dict[tuple[str, str, int], list[ShortText]] = {}
    for draft in one.messages:
        for language in seat.office.policy.languages:
            for budget in BUDGETS:
                mine = [text for text in draft.texts if (text.language, text.budget) == (language, budget)]
                told[draft.identifier, language, budget] = mine
    count = len(one.proposed.codes)
    rows = tuple(
        (
            _LANGUAGES.get(language, language),
            str(budget),
            f"{len(texts)} of {count}" if len(texts) < count else "all",
            texts[0].text if texts else "DOES NOT FIT: a channel of this size gets nothing in this language",
        )
        for (_, language, budget), texts in told.items()
    )
    note = "As the first place reads it; each place reads its own name. All of them: --json"
    names = columns("language", "characters >", "places", "text")
    return Table(title=titled(seat.status, "Short texts"), columns=names, rows=rows, note=note)


def _consent(seat: Seat, one: Dispatch) -> Table:
    """Return who stands for it, and what an approver types."""
    rows = [
        ("stand for it", ", ".join(one.consents) or "nobody yet"),
        ("still needs", missing(seat, one) or "nothing"),
        ("digest of these bytes", one.digest),
    ]
    if one.issued_by:
        rows[1] = ("issued", f"by {one.issued_by}, {clock_told(one.issued_at)}" if one.issued_at else one.issued_by)
        rows += [("receipt", f"{channel}: {said}") for (_, channel), said in one.delivered.items()]
        rows += [
            ("NO RECEIPT", f"{channel}: {one.troubles.get((name, channel), '')}") for name, channel in one.undelivered
        ]
        note = next_told(seat, one)
    elif one.dropped:
        note = next_told(seat, one)
    else:
        note = f"To approve exactly this: downrange alert approve {one.name} --digest {one.digest[:12]} --as KEY"
    return Table(title=titled(seat.status, "Consent"), columns=columns("what", ""), rows=tuple(rows), note=note)


def _message_json(message: Message) -> dict[str, Any]:
    """Return a message as a document."""
    return {
        "identifier": message.identifier,
        "msg_type": message.msg_type,
        "sent": iso(message.sent),
        "until": iso(message.until) if message.until else None,
        "expires": iso(message.expires),
        "next_update": iso(message.next_update) if message.next_update else None,
        "urgency": message.urgency,
        "severity": message.severity,
        "certainty": message.certainty,
        "references": [str(one) for one in message.references],
        "texts": [
            {
                "language": info.language,
                "headline": info.headline,
                "description": info.description,
                "instruction": info.instruction,
            }
            for info in message.infos
        ],
    }
