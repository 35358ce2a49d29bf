"""NOTAM in the ICAO form: header, then fields Q) A) B) C) D) E) F) G), each optional, in this order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from downrange.notice._build import build, sun_place
from downrange.notice._calendar import Anchor
from downrange.notice._envelope import field_windows
from downrange.notice._tokens import Cursor, Lead, Token, TokenKind
from downrange.notice.checks import QCircle
from downrange.notice.coordinates import position
from downrange.notice.levels import height_m
from downrange.notice.model import Notice, NoticeKind
from downrange.notice.phrases import phrases

_FIELDS: Final = "QABCDEFG"
_ACTIONS: Final = ("NOTAMN", "NOTAMR", "NOTAMC")
_FIR_LENGTH: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NotamHeader:
    """`B1234/26 NOTAMR B1200/26`: its own name, what it does, and the one it replaces or cancels."""

    name: str
    replaces: str
    action: str = ""


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
            return NotamHeader(name=name, replaces=replaces, action=action.text)
        if cur.peek().text == "Q" and cur.peek(1).text == ")":
            return NotamHeader(name=name, replaces="")
    cur.at = first
    return None


def _fields(cur: Cursor) -> dict[str, tuple[int, int]]:
    """Return where each field begins and ends, as token places; a field comes only after those before it."""
    places: dict[str, tuple[int, int]] = {}
    current, begin = "", cur.at
    for place, token in enumerate(cur.tail(cur.stop), begin):
        letter = token.text
        if token.kind is not TokenKind.LETTERS or letter not in _FIELDS:
            continue
        cur.at = place
        later = not current or _FIELDS.index(letter) > _FIELDS.index(current)
        if later and cur.peek(1).text == ")" and _stands_apart(cur, token, current):
            if current:
                places[current] = (begin, place)
            current, begin = letter, place + 2
    cur.at = max(cur.at, cur.stop)
    if current:
        places[current] = (begin, cur.at)
    return places


def _stands_apart(cur: Cursor, token: Token, current: str) -> bool:
    """Say whether a letter can open a field: it may touch the digits of a moment before it, no hemisphere does."""
    if token.lead is not Lead.GLUED:
        return cur.peek(-1).text != "("
    return cur.peek(-1).kind is TokenKind.DIGITS and (current in {"B", "C", "D"} or token.text in {"B", "C", "D"})


def read_notam(cur: Cursor, received: datetime | None) -> Notice:
    """Read one NOTAM from its header to the end of the cursor."""
    header = notam_header(cur)
    places = _fields(cur)
    end = cur.stop
    inside = {name: _within(cur, place) for name, place in places.items()}
    q_code, q_fir, q_circle = _q_line(inside["Q"]) if "Q" in inside else ("", "", None)
    body_cursor = inside.get("E") or _within(cur, (end, end))
    row = phrases(body_cursor)
    cancelling = header is not None and header.action == "NOTAMC"
    windows, flags = field_windows(inside, lambda: sun_place(row, q_circle), cancelling=cancelling)
    cur.steps += sum(part.steps for part in inside.values())
    near = Anchor(received=windows[0].opens if windows else received)
    body = build(row, near, envelope=windows, timed=True, q_circle=q_circle, received=received)
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
