"""From characters to tokens: one pass, each token knows where it stood and what stood before it.

Lines that start with `#` are remarks of whoever stored the notice, not part of it. Dashes of all lengths become `-`,
HTML entities the character they stand for. In what can only be a position, a letter O or I between digits is taken
as the digit it looks like, and the token remembers that it was damaged.
"""

from __future__ import annotations

import html
import re
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
    """A run of digits, a run of letters (upper case) or one mark, with its place in the text.

    damaged: letters stood in the place of digits
    gap:     an empty line stands before it
    """

    kind: TokenKind
    text: str
    start: int
    stop: int
    lead: Lead
    damaged: bool = False
    gap: bool = False


_DIGITS, _LETTERS, _MARK = TokenKind.DIGITS, TokenKind.LETTERS, TokenKind.MARK
_new = tuple.__new__  # a quarter faster than Token(...), and there are many
_GLUED, _BLANK, _BREAK = Lead.GLUED, Lead.BLANK, Lead.BREAK
_BREAKS: Final = frozenset("\r\n\v\f\x85\u2028\u2029")
_TOKEN: Final = re.compile(r"(\s*)(?:([0-9]+)|([^\W\d_ºª]+)|(&(?:amp;)?#?[0-9A-Za-z]{1,8};|\S))")
_COMMON_MARKS: Final = frozenset(".,-:;/()'\"°")
_DASHES: Final = dict.fromkeys("‐‑‒–—―−", "-")

# What can only be a position: both halves of a packed one, one half alone, or half a dashed one.
_SUSPECT: Final = re.compile(r"[0-9][OoIl]|[OoIl][0-9]")
_D: Final = "[0-9OoIl]"
_ONLY_A_POSITION: Final = re.compile(
    rf"(?<![A-Za-z0-9])(?:[NSns](?:{_D}{{6}}|{_D}{{4}})[EWew](?:{_D}{{7}}|{_D}{{5}})"
    rf"|(?:{_D}{{6}}|{_D}{{4}})[NSns](?:{_D}{{7}}|{_D}{{5}})[EWew]"
    rf"|[NSns](?:{_D}{{6}}|{_D}{{4}})|[EWew](?:{_D}{{7}}|{_D}{{5}})"
    rf"|(?:{_D}{{6}}|{_D}{{4}})[NSns]|(?:{_D}{{7}}|{_D}{{5}})[EWew]"
    rf"|{_D}{{1,3}}-{_D}{{2}}(?:[.-]{_D}{{1,3}})?[NSEWnsew])(?![A-Za-z0-9])"
)
_LOOKALIKES: Final = str.maketrans("OoIl", "0011")
_FEWEST_DIGITS: Final = 3


def _mended(text: str) -> tuple[str, frozenset[int]]:
    """Return the text with look-alike letters inside positions as digits, and their places; the length stays."""
    if _SUSPECT.search(text) is None:
        return text, frozenset()
    row = list(text)
    places: set[int] = set()
    for found in _ONLY_A_POSITION.finditer(text):
        part = found.group()
        if sum(letter.isdigit() for letter in part) < _FEWEST_DIGITS:
            continue
        for place, letter in enumerate(part, found.start()):
            if letter in "OoIl":
                row[place] = letter.translate(_LOOKALIKES)
                places.add(place)
    return "".join(row), frozenset(places)


def _plain(entity: str) -> str:
    """Return the character an HTML entity stands for, & when it stands for none."""
    plain = html.unescape(html.unescape(entity))
    return plain if len(plain) == 1 else "&"


def tokens(text: str) -> list[Token]:
    """Cut the text into tokens; the last one is END.

    >>> [token.text for token in tokens("145410N 1284006E -")]
    ['145410', 'N', '1284006', 'E', '-', '']
    """
    mended, damaged = _mended(text)
    found: list[Token] = []
    lead, gap, stop, done = _BREAK, False, 0, 0
    for blanks, digits, letters, value in _TOKEN.findall(mended, 0, len(mended.rstrip())):
        start = stop
        if blanks:
            start += len(blanks)
            broken = blanks != " " and not _BREAKS.isdisjoint(blanks)
            lead = _BREAK if broken or lead is _BREAK else _BLANK
            gap = broken and blanks.count("\n") > 1
        if letters:
            stop = start + len(letters)
            token = (_LETTERS, letters.upper(), start, stop, lead, False, gap)
        elif digits:
            stop = start + len(digits)
            wrong = bool(damaged) and not damaged.isdisjoint(range(start, stop))
            token = (_DIGITS, digits, start, stop, lead, wrong, gap)
        elif value in _COMMON_MARKS:
            stop = start + 1
            token = (_MARK, value, start, stop, lead, False, gap)
        else:
            stop = start + len(value)
            if value == "#" and lead is _BREAK and start >= done:
                end = mended.find("\n", start)
                done = len(mended) if end < 0 else end
            plain = _plain(value) if len(value) > 1 else _DASHES.get(value, value)
            if plain.isspace():
                lead = max(lead, _BLANK)
                continue
            kind = _LETTERS if plain.isalpha() and plain not in "ºª" else _MARK
            token = (kind, plain, start, stop, lead, False, gap)
        if start >= done:
            found.append(_new(Token, token))
            lead, gap = _GLUED, False
    found.append(Token(TokenKind.END, "", len(text), len(text), _BREAK))
    return found


class Cursor:
    """A place in a row of tokens, and a count of how often anybody looked.

    Parsers take a cursor, move it over what they understand and leave it where it was when they do not.
    """

    __slots__ = ("_end", "_row", "at", "begin", "steps", "stop")

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
        self.steps += 1
        if self.at < self.stop:
            self.at += 1
            return self._row[self.at - 1]
        return self._end

    def done(self) -> bool:
        """Say whether nothing is left."""
        return self.at >= self.stop

    def word(self, *options: str) -> Token | None:
        """Take the word here if it is one of the options."""
        self.steps += 1
        if self.at < self.stop:
            token = self._row[self.at]
            if token.kind is _LETTERS and token.text in options:
                self.at += 1
                return token
        return None

    def words(self, *row: str) -> Token | None:
        """Take these words if they stand here in this order; return the last."""
        self.steps += 1
        at = self.at
        if at + len(row) > self.stop:
            return None
        for text in row:
            if self._row[at].text != text:
                return None
            at += 1
        self.at = at
        return self._row[at - 1]

    def mark(self, options: str) -> Token | None:
        """Take the mark here if it is one of the options."""
        self.steps += 1
        if self.at < self.stop:
            token = self._row[self.at]
            if token.kind is _MARK and token.text in options:
                self.at += 1
                return token
        return None

    def digits(self, *lengths: int) -> Token | None:
        """Take the number here if it has one of these numbers of digits (any number when none is given)."""
        self.steps += 1
        if self.at < self.stop:
            token = self._row[self.at]
            if token.kind is _DIGITS and (not lengths or len(token.text) in lengths):
                self.at += 1
                return token
        return None

    def part(self, start: int, stop: int) -> Cursor:
        """Return a cursor over some of the tokens."""
        return Cursor(self._row, start, stop)

    def tail(self, most: int) -> Sequence[Token]:
        """Return at most so many tokens from here on."""
        self.steps += 1
        return self._row[self.at : min(self.stop, self.at + most)]
