"""Navigational warnings of NGA and of NAVAREA coordinators, and texts without a header of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from downrange.notice._build import build
from downrange.notice._calendar import Anchor, at, stamp
from downrange.notice._cancels import Name, warning_name
from downrange.notice._dates import days, is_iso
from downrange.notice._elements import clock_element
from downrange.notice._tokens import Cursor, Lead, TokenKind
from downrange.notice.model import Flag, FlagCode, Notice, NoticeKind
from downrange.notice.phrases import phrases

_KINDS: Final = {
    "NAVAREA": NoticeKind.NAVAREA,
    "HYDROPAC": NoticeKind.HYDROPAC,
    "HYDROLANT": NoticeKind.HYDROLANT,
    "HYDROARC": NoticeKind.HYDROARC,
}
_LONGEST_SUBREGIONS: Final = 40
_LONGEST_WIRE: Final = 6
_DATES: Final = ("DATE", "DTG", "ISSUED", "DATED")


@dataclass(frozen=True, slots=True, kw_only=True)
class NgaHeader:
    """`ddhhmmZ MMM yy NAVAREA IV 207/26(11,26).`: the parts, the subregions read over."""

    name: str
    kind: NoticeKind
    issued: datetime | None
    year: int | None
    series: str = ""


def nga_header(cur: Cursor, *, strict: bool) -> NgaHeader | None:
    """Read the header of a warning of NGA, of another coordinator, or of a coast station.

    strict: accept only what cannot be the name of another message in a sentence: an issue time before the name,
            subregions behind the number, or the word WARNING
    """
    first = cur.at
    if not strict:
        _skip_wire(cur)
    moment = _issued(cur)
    found = _named(cur, strict=strict)
    if found is None:
        cur.at = first
        return None
    name, warning = found
    if strict and not (moment or warning or cur.peek().text == "("):
        cur.at = first
        return None
    if cur.mark("("):
        for _ in range(_LONGEST_SUBREGIONS):
            if cur.take().text == ")":
                break
    moment = moment or (None if strict else _dated_line(cur))
    kind = _KINDS.get(name.series.partition(" ")[0], NoticeKind.OTHER)
    return NgaHeader(name=name.text, kind=kind, issued=moment, year=name.year, series=name.series)


def _skip_wire(cur: Cursor) -> None:
    """Read over ZCZC with its code and SECURITE."""
    while cur.word("SECURITE", "SECURITY") or cur.mark(","):
        pass
    if cur.word("ZCZC"):
        for _ in range(_LONGEST_WIRE):
            if cur.peek().lead is Lead.BREAK or cur.done():
                break
            cur.take()
    code, digits = cur.peek(), cur.peek(1)
    coded = code.kind is TokenKind.LETTERS and len(code.text) == 2 and digits.lead is Lead.GLUED
    if coded and digits.kind is TokenKind.DIGITS and len(digits.text) == 2 and cur.peek(2).lead is Lead.BREAK:
        cur.at += 2


def _issued(cur: Cursor) -> datetime | None:
    """Read the issue time before the name."""
    here = cur.at
    if cur.word(*_DATES):
        cur.mark(":")
    found = stamp(cur)
    if found is None:
        cur.at = here
        return None
    return found.moment


def _named(cur: Cursor, *, strict: bool) -> tuple[Name, bool] | None:
    """Read the name, a title without a number before it, and say whether WARNING was part of it."""
    first = cur.at
    name = warning_name(cur)
    if name is None and not strict:
        # `JAPAN NAVTEX N.W. NR 1234/2023`: a country or a station stands before the series.
        for _ in range(2):
            if cur.peek().kind is TokenKind.LETTERS and cur.peek(1).text in {"NAVTEX", "COASTAL", "NAVAREA"}:
                cur.take()
                name = warning_name(cur)
                break
    if name is None:
        cur.at = first
        return None
    warning = any(cur.peek(place - cur.at).text == "WARNING" for place in range(first, cur.at))
    here = cur.at
    if name.year is None:
        again = warning_name(cur)
        if again is not None and again.year is not None:
            return again, warning
        cur.at = here
    return name, warning


def _dated_line(cur: Cursor) -> datetime | None:
    """Read `DATE:2023/08/22 0512 UTC` behind the name."""
    here = cur.at
    cur.mark(".")
    if not cur.word(*_DATES):
        cur.at = here
        return None
    cur.mark(":")
    found = stamp(cur)
    if found is not None:
        return found.moment
    row = days(cur) if is_iso(cur) else ()
    clock = clock_element(cur) if row else None
    if not row or row[0].first.month is None or row[0].first.year is None:
        cur.at = here
        return None
    day = row[0].first
    minutes = 0 if clock is None or clock.zone is None or clock.zone.offset_min != 0 else clock.minutes
    if clock is None and cur.digits(2):
        minutes = 60 * min(int(cur.peek(-1).text), 23)
        cur.word("UTC", "Z")
    return at(row[0].first.year, row[0].first.month.number, day.number, minutes)


def read_nga(cur: Cursor, received: datetime | None) -> Notice:
    """Read one warning from its header to the end of the cursor."""
    header = nga_header(cur, strict=False)
    if header is None:
        return read_plain(cur, received)
    anchor = Anchor(issued=header.issued, year=header.year, received=received)
    body = build(phrases(cur), anchor, received=received)
    return Notice(
        source_id=header.name,
        kind=header.kind,
        issued=body.issued,
        areas=body.areas,
        windows=body.windows,
        cancels=tuple(f"{header.series} {name}" if name[0].isdigit() else name for name in body.cancels),
        cancelled_by=body.cancelled_by,
        self_cancel=body.self_cancel,
        flags=body.flags,
    )


def read_plain(cur: Cursor, received: datetime | None, kind: NoticeKind = NoticeKind.OTHER, name: str = "") -> Notice:
    """Read a text without fields: flight restrictions, agency sheets, press copies."""
    begin = cur.peek()
    body = build(phrases(cur), Anchor(received=received), received=received)
    flags = list(body.flags)
    if body.press:
        kind = NoticeKind.PRESS if kind is NoticeKind.OTHER else kind
        message = "positions without hemispheres, as the press prints them: north and east assumed"
        flags.append(Flag(code=FlagCode.PRESS_COPY, start=begin.start, stop=cur.peek(-1).stop, message=message))
    return Notice(
        source_id=name,
        kind=kind,
        issued=body.issued,
        areas=body.areas,
        windows=body.windows,
        cancels=body.cancels,
        cancelled_by=body.cancelled_by,
        self_cancel=body.self_cancel,
        flags=tuple(flags),
    )
