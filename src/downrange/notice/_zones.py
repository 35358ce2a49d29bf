"""Time zones as notices write them: Z, UTC, JST, UTC+9, LOCAL; a zone that several countries use is not certain."""

from __future__ import annotations

from typing import Final, NamedTuple

from downrange.notice._tokens import Cursor, Lead, TokenKind

# Minutes east of Greenwich. Names that mean one thing only; IANA time zone database, release 2024a, abbreviations.
_OFFSETS_MIN: Final = {
    "Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "ZULU": 0, "JST": 540, "KST": 540, "PHT": 480, "HKT": 480, "SGT": 480, "BJT": 480,
    "WIB": 420, "WITA": 480, "MSK": 180, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180, "SAST": 120, "AEST": 600,
    "AEDT": 660, "ACST": 570, "AWST": 480, "NZST": 720, "NZDT": 780, "HST": -600, "AKST": -540, "AKDT": -480, "EDT": -240,
    "MDT": -360, "PDT": -420, "CHST": 600, "BRT": -180, "BST": 60,
}  # fmt: skip
_UNCERTAIN: Final = frozenset(
    {"LOCAL", "LT", "LCL", "LMT", "L", "IST", "CST", "EST", "PST", "MST", "CDT", "AST", "GST"}
)
_PLACES_MIN: Final = {"JAPAN": 540, "KOREA": 540, "KOREAN": 540, "BEIJING": 480, "MOSCOW": 180, "PHILIPPINE": 480}
_MINUTE_LINKS: Final = frozenset({":", "."})
FAR_OFFSET_MIN: Final = 14 * 60


class Zone(NamedTuple):
    """A time zone: minutes east of Greenwich, None when that is not certain, and its name as printed."""

    offset_min: int | None
    name: str


UTC_ZONE: Final = Zone(offset_min=0, name="UTC")


def is_elsewhere(text: str) -> bool:
    """Say whether a word names a zone other than UTC: what stands beside it is a time said twice."""
    return text in _UNCERTAIN or bool(_OFFSETS_MIN.get(text))


def zone(cur: Cursor) -> Zone | None:
    """Take a time zone, in brackets or not."""
    token = cur.peek()
    if token.kind is TokenKind.LETTERS:
        return _named(cur)
    if token.text not in {"(", "+"}:
        return None
    first = cur.at
    bracket = cur.mark("(")
    found = _named(cur) or _offset(cur)
    if found is None or (bracket and cur.mark(")") is None):
        cur.at = first
        return None
    return found


def _named(cur: Cursor) -> Zone | None:
    """Take a name, with an offset behind it when there is one."""
    token = cur.peek()
    if token.text in _OFFSETS_MIN and not (token.text in {"BST", "Z"} and token.lead is Lead.BREAK):
        cur.take()
        shift = _offset(cur) if token.text in {"UTC", "GMT", "UT"} else None
        return shift or Zone(offset_min=_OFFSETS_MIN[token.text], name=token.text)
    if token.text in _UNCERTAIN and not (token.text == "L" and token.lead is not Lead.GLUED):
        cur.take()
        cur.word("MEAN", "STANDARD", "CIVIL")
        cur.word("TIME", "TIMES")
        return Zone(offset_min=None, name=token.text)
    if token.text in _PLACES_MIN:
        return _place(cur)
    return None


def _place(cur: Cursor) -> Zone | None:
    """Take JAPAN STANDARD TIME and its like."""
    first, name = cur.at, cur.take().text
    cur.word("STANDARD")
    if cur.word("TIME") is None:
        cur.at = first
        return None
    return Zone(offset_min=_PLACES_MIN[name], name=f"{name} TIME")


def _offset(cur: Cursor) -> Zone | None:
    """Take `+9`, `+0900`, `+09:00` or `-4`; a dash before four digits is a link between times."""
    first, sign = cur.at, cur.peek().text
    digits = cur.peek(1)
    lengths = (1, 2, 4) if sign == "+" else (1, 2)
    if sign not in {"+", "-"} or digits.kind is not TokenKind.DIGITS or len(digits.text) not in lengths:
        return None
    if digits.lead is not Lead.GLUED or (sign == "-" and not _closed(cur, 2)):
        return None
    cur.at += 2
    minutes = int(digits.text) * 60 if len(digits.text) < 4 else int(digits.text[:2]) * 60 + int(digits.text[2:])
    if len(digits.text) < 4 and cur.peek().text in _MINUTE_LINKS and cur.peek(1).kind is TokenKind.DIGITS:
        minutes += int(cur.peek(1).text[:2])
        cur.at += 2
    if minutes > FAR_OFFSET_MIN:
        cur.at = first
        return None
    return Zone(offset_min=minutes if sign == "+" else -minutes, name=f"UTC{sign}{digits.text}")


def _closed(cur: Cursor, ahead: int) -> bool:
    """Say whether nothing that could be a date or a time follows."""
    after = cur.peek(ahead)
    return after.kind is TokenKind.END or after.text in {")", ",", ".", ":", ";"} or after.lead is not Lead.GLUED
