"""Element sets in any of their forms, told apart by how the text starts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from downrange.base import InputError, read_text
from downrange.orbit._io_omm import set_of
from downrange.orbit._io_omm_forms import Found, words_of_csv, words_of_json, words_of_kvn, words_of_xml
from downrange.orbit._io_text import data_text
from downrange.orbit._io_tle import read_tle
from downrange.orbit.model import ElementSet

_MESSAGE: Final = re.compile(r"(?:COMMENT[^\n]*\n|\s)*CCSDS_([A-Z]{2,4})_VERS")
_TWO_LINES: Final = re.compile(r"^[12] [ \dA-Z]", re.MULTILINE)
_ROOM: Final = 60
_FORMS: Final = "two-line element sets, or an OMM in KVN, XML, JSON or CSV"


def read_elements(text: str, *, where: str = "element sets") -> tuple[ElementSet, ...]:
    """Read element sets, in the order in which they stand; the form is told by itself.

    Two-line element sets with or without names; orbit mean-elements messages in keyword = value notation (one or
    many), XML (one, or many in an <ndm>) and JSON (one object or a list); a table with commas whose first row has the
    message's keywords. Sets of one object may stand side by side, as in a history: see `newest`.
    """
    text = text.removeprefix("\ufeff")
    start = data_text(text, where, _FORMS)
    if start[0] == "<":
        return _sets(words_of_xml(start, where), where, named=True)
    if start[0] in "[{":
        return _sets(words_of_json(start, where), where, named=False)
    message = _MESSAGE.match(start)
    if message:
        _check_kind(message[1], where)
        return _sets(words_of_kvn(text, where), where, named=True)
    first_line = start.partition("\n")[0]
    if "," in first_line and "EPOCH" in first_line:
        return _sets(words_of_csv(start, where), where, named=False)
    if not _TWO_LINES.search(text):
        seen = f"no element sets; it starts with {first_line.strip()[:_ROOM]!r}"
        raise InputError(
            where=where, seen=seen, cure=f"give {_FORMS}, and check whether the download was an error page"
        )
    return read_tle(text, where=where)


def load_elements(path: str | Path) -> tuple[ElementSet, ...]:
    """Read the element sets of a file (see `read_elements`), or say why it cannot be read."""
    return read_elements(read_text(path), where=Path(path).name)


def _sets(found: Found, where: str, *, named: bool) -> tuple[ElementSet, ...]:
    """Return the sets of all words, or say that there are none."""
    sets = tuple(set_of(words, where=where, place=place, named=named) for place, words in found)
    if not sets:
        raise InputError(where=where, seen="no element set in it", cure=f"give {_FORMS}")
    return sets


def _check_kind(kind: str, where: str) -> None:
    """Refuse a message of another kind."""
    if kind != "OMM":
        cure = "read it with read_oem: it is an ephemeris" if kind == "OEM" else f"give {_FORMS}"
        raise InputError(where=where, seen=f"a CCSDS {kind}, not mean elements", cure=cure)
