"""Labels of areas, vertices and paragraphs: `A.`, `1.`, `B)`, `(C)`, `AREA1:`, `AREA NO. 2`, `ZONE II`."""

from __future__ import annotations

from typing import Final

from downrange.notice._lengths import NUMBERS
from downrange.notice._phrases import Label
from downrange.notice._tokens import Cursor, Lead, Token, TokenKind
from downrange.notice.coordinates import position

_AREAS: Final = ("AREA", "ZONE")
_ROMAN: Final = frozenset({"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"})
_BEHIND: Final = frozenset(
    {
        "BOUND", "BOUNDED", "WITHIN", "WI", "DEFINED", "CIRCLE", "RADIUS", "COORDINATES", "COORD", "COORDS", "PSN",
        "POSITION", "LAT", "LATITUDE", "CENTERED", "CENTRED",
    }
)  # fmt: skip


def label(cur: Cursor) -> Label | None:
    """Read the label here, if any."""
    first, token = cur.at, cur.peek()
    if token.text in _AREAS:
        found = _of_area(cur, token.start)
    else:
        found = _in_brackets(cur, token.start) if token.text == "(" else _alone(cur, token.start)
    if found is None:
        cur.at = first
    return found


def _text(token: Token) -> str:
    """Return the label a token can be, "" when it can be none."""
    if token.kind is TokenKind.DIGITS:
        return (token.text.lstrip("0") or token.text) if len(token.text) <= 2 else ""
    if token.kind is not TokenKind.LETTERS:
        return ""
    return token.text if len(token.text) == 1 else ""


def _of_area(cur: Cursor, start: int) -> Label | None:
    """Read AREA and its letter or number; without a mark behind it, a position or a circle must follow."""
    cur.take()
    if cur.word("NO", "NR", "NUMBER"):
        cur.mark(".:")
    cur.mark("-#'\"")
    token = cur.peek()
    text = _text(token) or (token.text if token.text in _ROMAN else "")
    if token.text in NUMBERS:
        text = str(NUMBERS[token.text])
    if not text or _begins_position(cur, token):
        return None
    cur.take()
    cur.mark("'\"")
    if cur.mark(":.-)=") is None and not _leads_to_position(cur):
        return None
    return Label(text=text, area=True, start=start, stop=cur.peek(-1).stop)


def _begins_position(cur: Cursor, token: Token) -> bool:
    """Say whether a number is no label but the degrees of the first position: `AREA 24-10N 062-10E`."""
    if token.kind is not TokenKind.DIGITS or len(token.text) != 2 or cur.peek(1).text in {":", ".", ")", "="}:
        return False
    here = cur.at
    found = position(cur) is not None
    cur.at = here
    return found


def _leads_to_position(cur: Cursor) -> bool:
    """Say whether a position, or a word that announces one, follows at once."""
    token, after = cur.peek(), cur.peek(1)
    if token.text == "(":
        token, after = after, cur.peek(2)
    if token.text in _BEHIND:
        return True
    if token.kind is TokenKind.DIGITS:
        return after.text in {"N", "S", "-", "°", "º", "."}
    return token.text in {"N", "S"} and after.kind is TokenKind.DIGITS


def _in_brackets(cur: Cursor, start: int) -> Label | None:
    """Read (A) or (1), where a position or an announcement follows, or at the start of a line."""
    token = cur.peek(1)
    text = _text(token)
    if cur.peek().text != "(" or not text or cur.peek(2).text != ")":
        return None
    begins_line = cur.peek().lead is Lead.BREAK
    cur.at += 3
    if not (begins_line or _leads_to_position(cur)):
        return None
    return Label(text=text, area=False, start=start, stop=cur.peek(-1).stop)


def _alone(cur: Cursor, start: int) -> Label | None:
    """Read `A.`, `1.` or `B)`."""
    token = cur.peek()
    text = _text(token)
    if not text:
        return None
    cur.take()
    closed = cur.mark(".)")
    if closed is None or not _stands_alone(cur, token, closed):
        return None
    return Label(text=text, area=False, start=start, stop=closed.stop)


def _stands_alone(cur: Cursor, token: Token, closed: Token) -> bool:
    """Say whether a letter or number with a point behind it can be a label: no initial, decimal or year."""
    if token.lead is Lead.GLUED or closed.lead is Lead.BLANK:
        return False
    after, before = cur.peek(), cur.peek(-3)
    glued = after.lead is Lead.GLUED
    if token.kind is TokenKind.LETTERS:
        return not (glued and after.kind is TokenKind.LETTERS) or _is_packed(after, cur.peek(1))
    if glued and after.kind is TokenKind.DIGITS and not _is_packed(cur.peek(1), after):
        return False
    return token.lead is Lead.BREAK or before.text in {".", ":", ")", ";", ""} or _leads_to_position(cur)


def _is_packed(letter: Token, number: Token) -> bool:
    """Say whether a hemisphere letter and a number beside it are a packed latitude."""
    return letter.text in {"N", "S"} and number.kind is TokenKind.DIGITS and len(number.text) in {4, 6}
