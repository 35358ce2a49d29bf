"""From text to notices: cut into records, each read by the form its header names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from downrange.base import utc
from downrange.notice._encoding import decode
from downrange.notice._input import pieces
from downrange.notice._parts import units
from downrange.notice._split import is_bang, split
from downrange.notice._tokens import Cursor, TokenKind, tokens
from downrange.notice.about import about
from downrange.notice.levels import with_limits
from downrange.notice.model import Flag, FlagCode, Notice, NoticeError, NoticeKind, Shape
from downrange.notice.nga import read_nga, read_plain
from downrange.notice.notam import notam_header, read_notam

_MOST_CONTROLS: Final = 0.02
_DOMESTIC: Final = {"FDC": NoticeKind.FDC, "CARF": NoticeKind.CARF}
MOST_BYTES: Final = 8_000_000


def read(text: str, source: str = "", *, received: datetime | None = None) -> tuple[Notice, ...]:
    """Read every notice in a text.

    source:   where the text came from, for messages
    received: when it came in (UTC); dates the windows of a text that holds no year at all

    What cannot be read gives a flag with a reason. Only an empty text, and one that is no text, are refused.

    >>> notice, = read("B1234/26 NOTAMN Q) RPHI/QRALW/IV/NBO/W/000/999/1311N12917E114 A) RPHI B) 2601020000 "
    ...                "C) 2601022359 E) WI: 1454N 12840E - 1501N 12924E - 1126N 12954E - 1454N 12840E.")
    >>> notice.source_id, len(notice.areas[0].lat_deg), notice.flags
    ('B1234/26', 3, ())
    """
    if received is not None:
        received = utc(received, where="received")
    _refuse(text, source or "notice")
    row = tokens(text)
    if len(row) == 1:
        raise NoticeError(where=source or "notice", seen="holds only remarks, no notice", cure="give the notice's text")
    return read_tokens(Cursor(row), text, source, received)


def read_tokens(cur: Cursor, text: str, source: str, received: datetime | None) -> tuple[Notice, ...]:
    """Read every notice of a token row; the cursor counts the steps this took."""
    records = split(cur, text)
    merged = any(record.inline for record in records[1:])
    dressed: list[Notice] = []
    for unit in units(cur, records):
        notice = _read_record(unit.cursor, received)
        cur.steps += unit.cursor.steps
        begin, end = unit.pieces[0][0], unit.pieces[-1][1]
        flags = tuple(_placed(flag, begin, end) for flag in notice.flags if not (unit.whole and _asks_for_parts(flag)))
        if merged:
            message = f"{len(records)} messages stand in one record"
            flags += (Flag(code=FlagCode.MERGED_RECORDS, start=begin, stop=end, message=message),)
        row = unit.cursor.part(unit.cursor.begin, unit.cursor.stop).tail(unit.cursor.stop)
        notice = with_limits(row, notice)
        subject = about(row, notice)
        own = "\n".join(text[start:stop] for start, stop in unit.pieces)
        dressed.append(replace(notice, about=subject, text=own, source=source, flags=flags))
    return tuple(dressed)


def _asks_for_parts(flag: Flag) -> bool:
    return flag.code is FlagCode.MULTI_PART_MISSING


def _refuse(text: str, where: str) -> None:
    """Refuse an empty text and one that is no text."""
    if not text.strip():
        raise NoticeError(where=where, seen="is empty", cure="give the text of a notice")
    head = "".join(text[:10_000].split())
    controls = 0 if head.isprintable() else sum(not character.isprintable() for character in head)
    if "\0" in text or controls > _MOST_CONTROLS * min(len(text), 10_000):
        raise NoticeError(where=where, seen="is no text (control characters)", cure="give plain text, not a document")


def _placed(flag: Flag, start: int, stop: int) -> Flag:
    """Give a flag about the whole notice the place of the notice."""
    return replace(flag, start=start, stop=stop) if flag.stop == 0 else flag


def _read_record(cur: Cursor, received: datetime | None) -> Notice:
    """Read one message by the form its header names."""
    inner = cur.part(cur.begin, cur.stop)
    while inner.peek().text in {"(", "["}:
        inner.take()
    begin = inner.at
    if notam_header(inner) is not None:
        inner.at = begin
        notice = read_notam(inner, received)
    elif is_bang(inner) or (inner.peek().text in _DOMESTIC and inner.peek(2).text == "/"):
        notice = _read_bang(inner, received)
    elif inner.peek().text in "QA" and inner.peek(1).text == ")":
        notice = read_notam(inner, received)
    else:
        notice = read_nga(inner, received)
    cur.steps += inner.steps
    return notice


def _read_bang(cur: Cursor, received: datetime | None) -> Notice:
    """Read a domestic notice of the United States: `!FDC 1/4530 ...`, `!CARF 09/199 ...`, also without its `!`."""
    cur.mark("!")
    name = cur.take().text
    kind = _DOMESTIC.get(name, NoticeKind.OTHER)
    if cur.peek().kind is TokenKind.DIGITS and cur.peek(1).text == "/" and cur.peek(2).kind is TokenKind.DIGITS:
        name = f"{name} {cur.peek().text}/{cur.peek(2).text}"
        cur.at += 3
    return read_plain(cur, received, kind, name)


def read_file(path: Path | str, *, received: datetime | None = None) -> tuple[Notice, ...]:
    """Read every notice in a file: plain text, a web page or JSON; lines that start with # are remarks."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise NoticeError(where=str(path), seen="no such file", cure="check the path of the notice") from None
    except OSError as trouble:
        seen = f"cannot be read ({trouble.strerror or trouble})"
        raise NoticeError(where=str(path), seen=seen, cure="check that it is a file you may read") from None
    return read_bytes(raw, str(path), received=received)


def read_bytes(raw: bytes, source: str = "", *, received: datetime | None = None) -> tuple[Notice, ...]:
    """Read every notice in the content of a file.

    UTF-8, or what a byte-order mark names. Other bytes are read as Windows-1252 where every one of them is a lone sign
    such as a degree sign, with a flag; else they are refused. Of a web page the tags become blanks, so that flags
    point into the page. Of JSON (`{"broadcast-warn": [...]}`, `{"notams": [...]}`) each record is a text of its own.

    >>> notice, = read_bytes(b'{"notams": [{"text": "B1/26 NOTAMN A) RPHI B) 2604010000 C) 2604022359 '
    ...                      b'E) WITHIN 5 NM OF 1000N02000E"}]}', "dump.json")
    >>> notice.source, notice.areas[0].radius_m
    ('dump.json[0]', 9260.0)
    """
    where = source or "notice"
    if len(raw) > MOST_BYTES:
        seen = f"is larger than {MOST_BYTES // 1_000_000} MB"
        raise NoticeError(where=where, seen=seen, cure="give a text of notices, cut into files")
    text, foreign = decode(raw, where)
    found = [
        notice
        for piece in pieces(text, where)
        for notice in read(piece.text, f"{source}{piece.name}", received=received)
    ]
    return tuple(found) if foreign < 0 else _foreign(found, text, raw[foreign])


def _foreign(notices: Iterable[Notice], text: str, byte: int) -> tuple[Notice, ...]:
    """Flag the notices whose letters were not UTF-8."""
    row: list[Notice] = []
    at = 0
    for notice in notices:
        at = max(text.find(notice.text, at), at)
        place = next((place for place, letter in enumerate(notice.text) if not letter.isascii()), -1)
        if place >= 0:
            message = (
                f"signs such as 0x{byte:02X} are not UTF-8: read as Windows-1252, {notice.text[place]!r} is the first"
            )
            flag = Flag(code=FlagCode.TEXT_DAMAGED, start=at + place, stop=at + place + 1, message=message)
            row.append(replace(notice, flags=(*notice.flags, flag)))
        else:
            row.append(notice)
        at += len(notice.text)
    return tuple(row)


def require_areas(notice: Notice) -> Notice:
    """Return the notice if it has a polygon or a circle; else explain what is missing and how to cure it."""
    if any(area.shape is not Shape.POINT for area in notice.areas):
        return notice
    reasons = notice.flagged(FlagCode.NO_AREA) or notice.flagged(FlagCode.INCOMPLETE_RING) or notice.flags[:1]
    start, stop = (reasons[0].start, reasons[0].stop) if reasons else (0, 0)
    why = f" ({reasons[0].message})" if reasons else ""
    raise NoticeError(
        where=notice.source or notice.source_id or "notice",
        key=f"area of {notice.source_id}" if notice.source_id else "area",
        seen=f"no polygon and no circle could be read{why}",
        cure="put the vertices behind the words that announce the area, as 145410N 1284006E or 14-54.10N 128-40.10E",
        start=start,
        stop=stop,
    )
