"""What words say about the subject of a notice: set phrases with weights, read from data, found in one pass."""

from __future__ import annotations

import functools
import itertools
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, NamedTuple, TypeAlias

from downrange.base import InputError
from downrange.notice._tokens import Token, TokenKind
from downrange.notice.model import Activity

Weights: TypeAlias = tuple[tuple[int, float], ...]
_Node: TypeAlias = dict[str, Any]

_PLACE: Final = {activity.value: place for place, activity in enumerate(Activity)}
_END: Final = ""
_DATE_TIME: Final = 6  # digits
_MONTHS: Final = frozenset("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split())  # noqa: SIM905
_LONGEST: Final = 16  # tokens of one phrase, idle ones included


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something that may be said, and what follows from it.

    what:     in words
    moves:    places of activities and their weights
    airspace: the same in a notice for aircraft
    numbered: the same where it signs the message
    whole:    counted whole, whatever else is said
    hides:    so many words behind it are a name
    nation:   the state that it names, else ""
    answers:  it answers what another state does: a state that is named need not be the one that acts
    """

    what: str
    moves: Weights = ()
    airspace: Weights = ()
    numbered: Weights = ()
    whole: bool = False
    hides: int = 0
    nation: str = ""
    answers: bool = False


class Heard(NamedTuple):
    """Something said, and where; numbered: it signs the message."""

    said: Said
    start: int
    stop: int
    numbered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lore:
    """All that is known about words.

    prior:  log-odds before anything is read, in the order of `Activity`
    heads:  by first word as it may be written, where the phrases about subjects and those about states go on
    words:  by word as it may be written, the word it stands for, "" for one that may stand between
    q_code: by beginnings of Q codes
    seen:   by name, what is measured and not said
    """

    prior: tuple[float, ...]
    heads: Mapping[str, tuple[_Node | None, _Node | None]]
    words: Mapping[str, str]
    q_code: Mapping[str, Said]
    seen: Mapping[str, Said]


def heard(row: Sequence[Token], lore: Lore) -> tuple[list[Heard], list[Heard]]:
    """Find what is said about the subject, and which states are named, in a row of tokens.

    The longest phrase at each place counts, and none inside another; names of states may lie inside what else is said.
    """
    look = lore.heads.get
    starts = [(place, nodes) for place, token in enumerate(row) if (nodes := look(token[1])) is not None]
    said: list[Heard] = []
    nations: list[Heard] = []
    done = 0
    for place, (node, state) in starts:
        if node is not None and place >= done:
            stop, found = _follow(row, place, node, lore.words)
            if found is not None:
                said.append(_at(row, place, stop, found))
                done = stop + found.hides
        if state is not None:
            stop, found = _follow(row, place, state, lore.words)
            if found is not None:
                nations.append(_at(row, place, stop, found))
    return said, nations


def _at(row: Sequence[Token], place: int, stop: int, found: Said) -> Heard:
    """Return what was found from one token to before another."""
    return Heard(found, row[place].start, row[stop - 1].stop, _signs(row, stop))


def _signs(row: Sequence[Token], stop: int) -> bool:
    """Say whether a number or a date-time group stands here, as behind a sender: `0/26`, `220222Z DEC 19`."""
    if stop + 2 >= len(row) or row[stop].kind is not TokenKind.DIGITS:
        return False
    behind = row[stop + 1].text
    return behind == "/" or (behind == "Z" and len(row[stop].text) == _DATE_TIME and row[stop + 2].text in _MONTHS)


def _follow(row: Sequence[Token], place: int, node: _Node, words: Mapping[str, str]) -> tuple[int, Said | None]:
    """Follow the phrases from their first word; return where the longest one ends and what it says."""
    stop, found = place + 1, node.get(_END)
    for at in range(place + 1, min(place + _LONGEST, len(row))):
        word = words.get(row[at][1])
        if word is None:
            break
        if word:
            below = node.get(word)
            if below is None:
                break
            node = below
            if _END in node:
                stop, found = at + 1, node[_END]
    return stop, found


@functools.cache
def lore() -> Lore:
    """Return what the data files of this package say about words."""
    about, states = _table("about.toml"), _table("nations.toml")
    same = {spelling: word for word, spellings in about["same"].items() for spelling in spellings.split()}
    writing = _Writing(
        same=same,
        idle=frozenset(about["idle"].split()),
        either={f"@{name}": options.split() for name, options in about["either"].items()},
        apart={word: row.split() for word, row in about["apart"].items()},
    )
    subjects = _tree([(entry["phrases"], _said(entry)) for entry in about["said"]], writing)
    nations = _tree([(list(_of_nation(one, states)), _nation(one["code"])) for one in states["nation"]], writing)
    known = {word for tree in (subjects, nations) for word in _known(tree)}
    words = {word: word for word in known} | {text: word for text, word in same.items() if word in known}
    heads = {text: (subjects.get(word), nations.get(word)) for text, word in words.items()}
    return Lore(
        prior=tuple(float(about["prior"][activity.value]) for activity in Activity),
        heads={text: nodes for text, nodes in heads.items() if nodes != (None, None)},
        words=words | dict.fromkeys(writing.idle, ""),
        q_code={code: _said(entry) for code, entry in about["q"].items()},
        seen={name: _said(entry) for name, entry in about["seen"].items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writing:
    """In how many ways a phrase can be written.

    same:   other spellings of a word
    idle:   words that may stand between
    either: marks in the data that stand for any of some words
    apart:  words that are also written as two
    """

    same: Mapping[str, str]
    idle: frozenset[str]
    either: Mapping[str, list[str]]
    apart: Mapping[str, list[str]]

    def rows(self, phrase: str) -> Iterator[list[str]]:
        """Return a phrase word by word, in every way."""
        options: list[list[list[str]]] = []
        for word in phrase.split():
            ways = [[one] for one in self.either.get(word, [word])]
            options.append([*ways, self.apart[word]] if word in self.apart else ways)
        for row in itertools.product(*options):
            yield [self.same.get(word, word) for part in row for word in part if word not in self.idle]


def _tree(entries: Iterable[tuple[Iterable[str], Said]], writing: _Writing) -> _Node:
    """Sort phrases into a tree by their words; a phrase cannot mean two things."""
    root: _Node = {}
    for phrases, said in entries:
        for phrase in phrases:
            for row in writing.rows(phrase):
                node = root
                for word in row:
                    node = node.setdefault(word, {})
                if node.setdefault(_END, said) is not said:
                    raise InputError(where="words of notices", key=phrase, seen="means two things", cure="keep one")
    return root


def _table(name: str) -> dict[str, Any]:
    """Read a data file."""
    return tomllib.loads(files("downrange.notice").joinpath("data", name).read_text(encoding="utf-8"))


def _weights(table: Mapping[str, float]) -> Weights:
    """Give weights by the place of their activity."""
    return tuple((_PLACE[activity], float(weight)) for activity, weight in table.items())


def _said(entry: Mapping[str, Any]) -> Said:
    """Return an entry of the table of words, codes or measures."""
    moves = _weights(entry["moves"])
    airspace = _weights(entry["airspace"]) if "airspace" in entry else moves
    numbered = _weights(entry["numbered"]) if "numbered" in entry else moves
    return Said(
        what=str(entry["what"]),
        moves=moves,
        airspace=airspace,
        numbered=numbered,
        whole=bool(entry.get("whole", False)),
        hides=int(entry.get("hides", 0)),
        answers=bool(entry.get("answers", False)),
    )


def _nation(code: str) -> Said:
    """Return what the words for one state say."""
    return Said(what=f"names {code}", nation=code)


def _of_nation(nation: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[str]:
    """Return all phrases that name a state as the one that acts."""
    yield from nation["phrases"]
    for pattern, name in itertools.product(table["name_patterns"], nation["names"]):
        yield pattern.replace("@", name)
    for pattern, people in itertools.product(table["people_patterns"], nation["people"]):
        yield pattern.replace("%", people)


def _known(node: _Node) -> Iterator[str]:
    """Return the words of every node of a tree."""
    for word, below in node.items():
        if word != _END:
            yield word
            yield from _known(below)
