"""Navigational warnings of NGA and of NAVAREA coordinators, and texts without a header of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from downrange.notice._build import build
from downrange.notice._calendar import Anchor, century, stamp
from downrange.notice._clauses import series_name
from downrange.notice._tokens import Cursor
from downrange.notice.model import Flag, FlagCode, Notice, NoticeKind
from downrange.notice.phrases import phrases

_KINDS: Final = {
    "NAVAREA": NoticeKind.NAVAREA,
    "HYDROPAC": NoticeKind.HYDROPAC,
    "HYDROLANT": NoticeKind.HYDROLANT,
    "HYDROARC": NoticeKind.HYDROARC,
}


_LONGEST_SUBREGIONS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class NgaHeader:
    """`ddhhmmZ MMM yy NAVAREA IV 207/26(11,26).`: the parts, the subregions read over."""

    name: str
    kind: NoticeKind
    issued: datetime | None
    year: int | None


def nga_header(cur: Cursor, *, strict: bool) -> NgaHeader | None:
    """Read the header of a warning.

    strict: accept only what cannot be the name of another message in a sentence: an issue time before the name,
            subregions behind the number, or the word WARNING
    """
    first = cur.at
    moment = stamp(cur)
    word = cur.peek().text
    warning = cur.peek(2).text == "WARNING"
    name = series_name(cur)
    if name is None or (strict and not (moment or warning or cur.peek().text == "(")):
        cur.at = first
        return None
    if cur.mark("("):
        for _ in range(_LONGEST_SUBREGIONS):
            if cur.take().text == ")":
                break
    number = name.rpartition("/")[2] if "/" in name else ""
    year = None if not number else century(int(number)) if len(number) == 2 else int(number)
    return NgaHeader(name=name, kind=_KINDS[word], issued=None if moment is None else moment.moment, year=year)


def read_nga(cur: Cursor, received: datetime | None) -> Notice:
    """Read one warning from its header to the end of the cursor."""
    header = nga_header(cur, strict=False)
    if header is None:
        return read_plain(cur, received)
    body = build(phrases(cur), Anchor(issued=header.issued, year=header.year, received=received))
    return Notice(
        source_id=header.name,
        kind=header.kind,
        issued=body.issued,
        areas=body.areas,
        windows=body.windows,
        cancels=body.cancels,
        cancelled_by=body.cancelled_by,
        self_cancel=body.self_cancel,
        flags=body.flags,
    )


def read_plain(cur: Cursor, received: datetime | None, kind: NoticeKind = NoticeKind.OTHER, name: str = "") -> Notice:
    """Read a text without fields: flight restrictions, agency sheets, press copies."""
    begin = cur.peek()
    body = build(phrases(cur), Anchor(received=received))
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
