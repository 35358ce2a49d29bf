"""The parts of one NOTAM, put together: `PART 1 OF 2` and `PART 2 OF 2` under one number are one text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from downrange.notice._split import Record
from downrange.notice._tokens import Cursor, Lead, Token, TokenKind
from downrange.notice.notam import notam_header

_MOST: Final = 20


class Unit(NamedTuple):
    """What is read as one notice: its tokens, where its pieces stand in the text, whether they are all its parts."""

    cursor: Cursor
    pieces: tuple[tuple[int, int], ...]
    whole: bool = False


class _Part(NamedTuple):
    """One part: its number, the tokens before the body, of the body, and from F) on."""

    number: int
    head: Sequence[Token]
    body: Sequence[Token]
    tail: Sequence[Token]


def units(cur: Cursor, records: Iterable[Record]) -> list[Unit]:
    """Return what is read as one notice each, in the order of print; parts in their order stand where the first stood."""
    found: list[Unit | None] = []
    rows: dict[tuple[str, int], list[tuple[int, _Part]]] = {}
    for record in records:
        inner = cur.part(record.start, record.stop)
        row = inner.tail(record.stop - record.start)
        part = _part(inner, row)
        if part is not None:
            rows.setdefault((part[0], part[1]), []).append((len(found), part[2]))
        found.append(Unit(inner, ((row[0].start, row[-1].stop),)))
    for (_, of), members in rows.items():
        numbers = [part.number for _, part in members]
        if len(numbers) > 1 and all(sooner < later for sooner, later in pairwise(numbers)):  # else spans run backward
            joined = _joined([part for _, part in members], [found[place] for place, _ in members], of)
            for place, _ in members:
                found[place] = None
            found[members[0][0]] = joined
    return [unit for unit in found if unit is not None]


def _part(cur: Cursor, row: Sequence[Token]) -> tuple[str, int, _Part] | None:
    """Return number of the notice, number of parts and the part, None when this is no part of a NOTAM."""
    if "PART" not in [token.text for token in row]:
        return None
    place = next((at for at, token in enumerate(row) if _is_part(row, at, token)), -1)
    header = notam_header(cur) if place >= 0 else None
    if header is None:
        return None
    after = cur.at - cur.begin
    cur.at = cur.begin
    number, of = int(row[place + 1].text), int(row[place + 3].text)
    if not 1 <= number <= of <= _MOST:
        return None
    opens = _field(row, "E", after)
    closes = _field(row, "F", opens if opens >= 0 else after)
    begin, end = opens + 2 if opens >= 0 else after, closes if closes >= 0 else len(row)
    return header.name, of, _Part(number, row[:begin], row[begin:end], row[end:])


def _is_part(row: Sequence[Token], at: int, token: Token) -> bool:
    """Say whether PART x OF y stands here."""
    if token.text != "PART" or at + 3 >= len(row) or row[at + 2].text != "OF":
        return False
    return all(row[at + step].kind is TokenKind.DIGITS and len(row[at + step].text) <= 2 for step in (1, 3))


def _field(row: Sequence[Token], letter: str, begin: int) -> int:
    """Return where a field begins, -1 when it is not there."""
    for at in range(begin, len(row) - 1):
        if row[at].text == letter and row[at + 1].text == ")" and row[at].lead is not Lead.GLUED:
            return at
    return -1


def _joined(parts: Sequence[_Part], pieces: Sequence[Unit | None], of: int) -> Unit:
    """Return the parts as one text: the fields of the first, all bodies in order, the limits of height once."""
    tail = next((part.tail for part in reversed(parts) if part.tail), ())
    row = [*parts[0].head, *(token for part in parts for token in part.body), *tail]
    end = Token(TokenKind.END, "", row[-1].stop, row[-1].stop, Lead.BREAK)
    places = tuple(sorted(place for unit in pieces if unit is not None for place in unit.pieces))
    return Unit(Cursor([*row, end]), places, whole=len(parts) == of)
