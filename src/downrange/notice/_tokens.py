"""From characters to tokens: one pass, each token knows where it stood and what stood before it.

Lines that start with `#` are remarks of whoever stored the notice, not part of it.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from enum import IntEnum
from typing import Final, NamedTuple


class TokenKind(IntEnum):
    """What a token is made of."""

    DIGITS = 0
    LETTERS = 1
    MARK = 2
    END = 3


class Lead(IntEnum):
    """What stands before a token: nothing, blanks, or at least one line break."""

    GLUED = 0
    BLANK = 1
    BREAK = 2


class Token(NamedTuple):
    """A run of digits, a run of letters (upper case) or one mark, with its place in the text."""

    kind: TokenKind
    text: str
    start: int
    stop: int
    lead: Lead


_DIGITS: Final = frozenset("0123456789")
_ENTITY_LENGTH: Final = 10


def _entity(text: str, at: int) -> tuple[str, int]:
    """Return the character an HTML entity stands for and where it ends; a bare & stands for itself."""
    stop = text.find(";", at, at + _ENTITY_LENGTH)
    if stop > at:
        plain = html.unescape(text[at : stop + 1])
        if len(plain) == 1:
            return plain, stop + 1
    return text[at], at + 1


def _run(text: str, at: int) -> tuple[TokenKind, str, int]:
    """Return kind, value and end of the token that starts here."""
    stop = at + 1
    if text[at] in _DIGITS:
        while stop < len(text) and text[stop] in _DIGITS:
            stop += 1
        return TokenKind.DIGITS, text[at:stop], stop
    if text[at].isalpha() and text[at] != "º":
        while stop < len(text) and text[stop].isalpha() and text[stop] != "º":
            stop += 1
        return TokenKind.LETTERS, text[at:stop].upper(), stop
    if text[at] == "&":
        plain, stop = _entity(text, at)
        return TokenKind.MARK, plain, stop
    return TokenKind.MARK, text[at], stop


def tokens(text: str) -> list[Token]:
    """Cut the text into tokens; the last one is END.

    >>> [token.text for token in tokens("145410N 1284006E -")]
    ['145410', 'N', '1284006', 'E', '-', '']
    """
    found: list[Token] = []
    at, lead = 0, Lead.BREAK
    while at < len(text):
        if text[at].isspace():
            lead = Lead.BREAK if text[at] in "\r\n\v\f\x85\u2028\u2029" else max(lead, Lead.BLANK)
            at += 1
        elif text[at] == "#" and lead is Lead.BREAK:
            stop = text.find("\n", at)
            at = len(text) if stop < 0 else stop
        else:
            kind, value, stop = _run(text, at)
            found.append(Token(kind, value, at, stop, lead))
            at, lead = stop, Lead.GLUED
    found.append(Token(TokenKind.END, "", len(text), len(text), Lead.BREAK))
    return found


class Cursor:
    """A place in a row of tokens, and a count of how often anybody looked.

    Parsers take a cursor, move it over what they understand and leave it where it was when they do not.
    """

    def __init__(self, row: Sequence[Token], start: int = 0, stop: int | None = None) -> None:
        self._row = row
        self._end = row[-1]
        self.begin = self.at = start
        self.stop = len(row) - 1 if stop is None else stop
        self.steps = 0

    def peek(self, ahead: int = 0) -> Token:
        """Return the token so many places ahead (or behind) without moving; END outside."""
        self.steps += 1
        place = self.at + ahead
        return self._row[place] if 0 <= place < self.stop else self._end

    def take(self) -> Token:
        """Return the token here and move on."""
        token = self.peek()
        if self.at < self.stop:
            self.at += 1
        return token

    def done(self) -> bool:
        """Say whether nothing is left."""
        return self.at >= self.stop

    def word(self, *options: str) -> Token | None:
        """Take the word here if it is one of the options."""
        token = self.peek()
        if token.kind is TokenKind.LETTERS and token.text in options:
            self.at += 1
            return token
        return None

    def words(self, *row: str) -> Token | None:
        """Take these words if they stand here in this order; return the last."""
        for ahead, text in enumerate(row):
            if self.peek(ahead).text != text:
                return None
        self.at += len(row)
        return self.peek(-1)

    def mark(self, options: str) -> Token | None:
        """Take the mark here if it is one of the options."""
        token = self.peek()
        if token.kind is TokenKind.MARK and token.text in options:
            self.at += 1
            return token
        return None

    def digits(self, *lengths: int) -> Token | None:
        """Take the number here if it has one of these numbers of digits (any number when none is given)."""
        token = self.peek()
        if token.kind is TokenKind.DIGITS and (not lengths or len(token.text) in lengths):
            self.at += 1
            return token
        return None

    def part(self, start: int, stop: int) -> Cursor:
        """Return a cursor over some of the tokens."""
        return Cursor(self._row, start, stop)
