"""NOTAM in the ICAO form: header, then fields Q) A) B) C) D) E) F) G), each optional, in this order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from downrange.notice._build import build
from downrange.notice._calendar import Anchor, packed_moment
from downrange.notice._tokens import Cursor, Lead, TokenKind
from downrange.notice.checks import QCircle
from downrange.notice.coordinates import position
from downrange.notice.levels import height_m
from downrange.notice.model import Flag, FlagCode, Notice, NoticeKind, NoticeWindow
from downrange.notice.phrases import phrases
from downrange.notice.schedule import schedule

_FIELDS: Final = "QABCDEFG"
_ACTIONS: Final = ("NOTAMN", "NOTAMR", "NOTAMC")
_FIR_LENGTH: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NotamHeader:
    """`B1234/26 NOTAMR B1200/26`: its own name and the one it replaces or cancels."""

    name: str
    replaces: str


def notam_name(cur: Cursor) -> str | None:
    """Read `B1234/26` or `1234/26`."""
    first = cur.at
    series = cur.peek().text if cur.peek().kind is TokenKind.LETTERS and len(cur.peek().text) == 1 else ""
    if series:
        cur.take()
    number = cur.digits(1, 2, 3, 4, 5)
    slash = cur.mark("/") if number is not None and (not series or number.lead is Lead.GLUED) else None
    year = cur.digits(2) if slash is not None else None
    if number is None or year is None or year.lead is not Lead.GLUED:
        cur.at = first
        return None
    return f"{series}{number.text}/{year.text}"


def notam_header(cur: Cursor) -> NotamHeader | None:
    """Read the header of a NOTAM; without NOTAMN, NOTAMR or NOTAMC field Q) must follow at once."""
    first = cur.at
    name = notam_name(cur)
    if name is not None:
        action = cur.word(*_ACTIONS)
        if action is not None:
            replaces = notam_name(cur) or "" if action.text != "NOTAMN" else ""
            return NotamHeader(name=name, replaces=replaces)
        if cur.peek().text == "Q" and cur.peek(1).text == ")":
            return NotamHeader(name=name, replaces="")
    cur.at = first
    return None


def _fields(cur: Cursor) -> dict[str, tuple[int, int]]:
    """Return where each field begins and ends, as token places; a field comes only after those before it."""
    places: dict[str, tuple[int, int]] = {}
    current, begin = "", cur.at
    while not cur.done():
        token = cur.peek()
        letter = token.text if token.kind is TokenKind.LETTERS and token.text in _FIELDS else ""
        later = letter and (not current or _FIELDS.index(letter) > _FIELDS.index(current))
        if later and cur.peek(1).text == ")" and cur.peek(-1).text != "(" and token.lead is not Lead.GLUED:
            if current:
                places[current] = (begin, cur.at)
            cur.at += 2
            current, begin = letter, cur.at
        else:
            cur.take()
    if current:
        places[current] = (begin, cur.at)
    return places


def read_notam(cur: Cursor, received: datetime | None) -> Notice:
    """Read one NOTAM from its header to the end of the cursor."""
    header = notam_header(cur)
    places = _fields(cur)
    end = cur.stop
    inside = {name: _within(cur, place) for name, place in places.items()}
    q_code, q_fir, q_circle = _q_line(inside["Q"]) if "Q" in inside else ("", "", None)
    windows, flags = _windows(inside)
    body_cursor = inside.get("E") or _within(cur, (end, end))
    row = phrases(body_cursor)
    cur.steps += sum(part.steps for part in inside.values())
    near = Anchor(received=windows[0].opens if windows else received)
    body = build(row, near, envelope=windows, timed=True, q_circle=q_circle)
    firs = _firs(inside["A"]) if "A" in inside else ()
    return Notice(
        source_id="" if header is None else header.name,
        kind=NoticeKind.NOTAM,
        areas=body.areas,
        windows=body.windows,
        cancels=(header.replaces,) if header is not None and header.replaces else (),
        firs=firs or ((q_fir,) if q_fir else ()),
        q_code=q_code,
        floor_m=height_m(inside["F"]) if "F" in inside else None,
        ceiling_m=height_m(inside["G"]) if "G" in inside else None,
        flags=(*flags, *body.flags),
    )


def _within(cur: Cursor, place: tuple[int, int]) -> Cursor:
    """Return a cursor over one field."""
    return cur.part(*place)


def _q_line(cur: Cursor) -> tuple[str, str, QCircle | None]:
    """Read FIR, Q code and circle of the Q line; any of them may be missing."""
    parts: list[list[str]] = [[]]
    circle: QCircle | None = None
    while not cur.done():
        start = cur.peek().start
        place = position(cur) if cur.peek().kind is TokenKind.DIGITS else None
        radius = cur.digits(1, 2, 3) if place is not None else None
        if place is not None and radius is not None and not place.problem:
            lat, lon = place.place
            circle = QCircle(lat_deg=lat, lon_deg=lon, radius_nm=int(radius.text), start=start, stop=radius.stop)
        elif cur.mark("/"):
            parts.append([])
        elif place is None:
            parts[-1].append(cur.take().text)
    fir = "".join(parts[0]) if len(parts) > 1 else ""
    return "".join(parts[1]) if len(parts) > 1 else "", fir, circle


def _firs(cur: Cursor) -> tuple[str, ...]:
    """Return all regions of field A)."""
    found: list[str] = []
    while not cur.done():
        token = cur.take()
        if token.kind is TokenKind.LETTERS and len(token.text) == _FIR_LENGTH:
            found.append(token.text)
    return tuple(found)


def _windows(inside: dict[str, Cursor]) -> tuple[tuple[NoticeWindow, ...], list[Flag]]:
    """Return the windows of B), C) and D), and what is wrong with them."""
    if "B" not in inside and "C" not in inside:
        return (), [Flag(code=FlagCode.WINDOW_OPEN, start=0, stop=0, message="this copy has neither B) nor C)")]
    span = _span(inside.get("B"), inside.get("C"))
    opens, _ = _moment(inside.get("B"))
    closes, word = _moment(inside.get("C"))
    if opens is None or closes is None:
        which = "B)" if opens is None else "C)"
        said = f" ({word})" if word else ""
        code = FlagCode.WINDOW_OPEN if word in {"PERM", "UFN"} else FlagCode.WINDOW_UNREAD
        return (), [Flag(code=code, start=span[0], stop=span[1], message=f"{which} holds no moment{said}")]
    if closes <= opens:
        message = "C) does not come after B)"
        return (), [Flag(code=FlagCode.WINDOW_CONFLICT, start=span[0], stop=span[1], message=message)]
    flags: list[Flag] = []
    if word == "EST":
        flags.append(Flag(code=FlagCode.WINDOW_OPEN, start=span[0], stop=span[1], message="the end is an estimate"))
    envelope = NoticeWindow(opens=opens, closes=closes)
    if "D" not in inside or inside["D"].done():
        return (envelope,), flags
    pieces = schedule(inside["D"], envelope)
    if isinstance(pieces, str):
        start, stop = _span(inside["D"])
        flags.append(Flag(code=FlagCode.WINDOW_UNREAD, start=start, stop=stop, message=pieces))
        return (envelope,), flags
    return pieces, flags


def _span(*fields: Cursor | None) -> tuple[int, int]:
    """Return where fields stand in the text, their letters included."""
    present = [field for field in fields if field is not None]
    ends = [field.part(field.stop - 1, field.stop).peek().stop for field in present]
    return min(field.peek(field.begin - field.at - 2).start for field in present), max(ends)


def _moment(cur: Cursor | None) -> tuple[datetime | None, str]:
    """Return the moment of B) or C) and the word behind or instead of it; a line may break inside."""
    if cur is None:
        return None, "missing"
    digits = ""
    while cur.peek().kind is TokenKind.DIGITS and len(digits) < 10:
        digits += cur.take().text
    word = cur.word("EST", "PERM", "UFN")
    return packed_moment(digits), "" if word is None else word.text
