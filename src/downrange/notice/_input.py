"""What a file of notices may hold beside plain text: a web page, or one of two kinds of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from downrange.notice.model import NoticeError

_PAGE: Final = ("<!doctype html", "<html", "<?xml")
_ENDINGS: Final = ("</p>", "</div>", "</td>", "</pre>", "</body>", "</span>", "<br>", "<br/>", "<br />")
_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "footer", "form", "h1",
    "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "table",
    "tbody", "thead", "title", "tr", "ul",
})  # fmt: skip
_HIDDEN: Final = {name: re.compile(rf"</{name}", re.IGNORECASE) for name in ("script", "style")}
_LONGEST_TAG: Final = 4_000
_SERIES: Final = {"A": "HYDROLANT", "C": "HYDROARC", "P": "HYDROPAC", "4": "NAVAREA IV", "12": "NAVAREA XII"}
_TEXTS: Final = ("text", "icaoMessage", "traditionalMessage", "rawText", "raw", "message", "formattedText", "notam")
_LISTS: Final = ("broadcast-warn", "notams", "items", "notices", "notamList", "data", "results")
_DEEPEST: Final = 6


class Piece(NamedTuple):
    """A text to be read, and its name inside the file ("" for the whole file)."""

    text: str
    name: str


def pieces(text: str, where: str) -> tuple[Piece, ...]:
    """Return the texts that a file holds: as they are, out of a page, or out of JSON."""
    begin = text.lstrip()[:1]
    if begin and begin in "{[":
        found = _from_json(text, where)
        if found is not None:
            return found
    return (Piece(plain_text(text), ""),)


# ------------------------------------------------------------------------------------------ pages


def is_page(text: str) -> bool:
    """Say whether a text is clearly HTML: it begins as a page, or holds tags that notices do not."""
    if "<" not in text:
        return False
    small = text.lower()
    return small.lstrip().startswith(_PAGE) or any(ending in small for ending in _ENDINGS)


def plain_text(text: str) -> str:
    r"""Return the text of a page with blanks in the place of its tags: every letter keeps its place in the file.

    >>> plain_text("<p>WI <b>5NM</b></p>")
    '\n  WI    5NM    \n   '
    """
    if not is_page(text):
        return text
    row: list[str] = []
    at = 0
    while (opens := text.find("<", at)) >= 0:
        row.append(text[at:opens])
        stop = _tag_end(text, opens)
        tag = text[opens:stop]
        at = stop
        row.append(_blank(tag) if stop > opens + 1 else tag)
    row.append(text[at:])
    return "".join(row)


def _tag_end(text: str, opens: int) -> int:
    """Return where a tag, a remark or a script ends; the next place when this is no tag."""
    if text.startswith("<!--", opens):
        closes = text.find("-->", opens)
        return closes + 3 if closes > 0 else len(text)
    first = text[opens + 1 : opens + 2]
    closes = text.find(">", opens, opens + _LONGEST_TAG) if first.isalpha() or (first and first in "/!?") else -1
    if closes < 0:
        return opens + 1
    name = _tag_name(text[opens : closes + 1])
    if name in _HIDDEN and first != "/":
        ends = _HIDDEN[name].search(text, closes)
        return len(text) if ends is None else ends.start()
    return closes + 1


def _tag_name(tag: str) -> str:
    """Return the name of a tag in small letters."""
    inner = tag.strip("<>/ \t\r\n").lower()
    stop = next((place for place, letter in enumerate(inner) if not letter.isalnum()), len(inner))
    return inner[:stop]


def _blank(tag: str) -> str:
    """Return blanks of the same length; a tag that starts a line keeps a line break."""
    line_ends = "".join("\n" if letter == "\n" else " " for letter in tag)
    return "\n" + line_ends[1:] if _tag_name(tag[: _LONGEST_TAG + 1]) in _BLOCKS else line_ends


# ------------------------------------------------------------------------------------------ JSON


def _from_json(text: str, where: str) -> tuple[Piece, ...] | None:
    """Return the texts in a JSON document; None when the text only looks like one."""
    try:
        document = _loaded(text)
    except (ValueError, RecursionError):
        if text.lstrip()[1:_LONGEST_TAG].lstrip()[:1] in {'"', "{"}:
            raise NoticeError(
                where=where, seen="begins as JSON but is none", cure="give the whole document, or the texts alone"
            ) from None
        return None
    rows = _rows(document, 0)
    texts = [_told(row) for row in rows]
    if not any(texts):
        raise NoticeError(
            where=where,
            seen=f"is JSON in which no notice was found{_keys(document)}",
            cure='give {"broadcast-warn": [{"msgNumber", "navArea", "text", ...}]} or {"notams": [{"text": ...}]}',
        )
    # A record without a text is read as what it is: a notice with nothing in it is flagged, one left out is not seen.
    return tuple(
        Piece(told or json.dumps(row)[:_LONGEST_TAG], f"[{number}]")
        for number, (told, row) in enumerate(zip(texts, rows, strict=True))
    )


def _loaded(text: str) -> Any:  # noqa: ANN401 - JSON is anything
    """Return a document, or the list of the documents that stand one a line."""
    try:
        return json.loads(text)
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith("{") for line in lines):
            raise
        return [json.loads(line) for line in lines]


def _rows(document: Any, depth: int) -> Sequence[Any]:  # noqa: ANN401 - JSON is anything
    """Return the list of records in a document."""
    if isinstance(document, list):
        return document
    if not isinstance(document, Mapping) or depth > _DEEPEST:
        return ()
    if _told(document):
        return (document,)
    for key in _LISTS:
        if key in document:
            return _rows(document[key], depth + 1)
    return ()


def _keys(document: Any) -> str:  # noqa: ANN401 - JSON is anything
    """Name the keys that were seen."""
    while isinstance(document, list) and document:
        document = document[0]
    names = [str(key) for key in document][:8] if isinstance(document, Mapping) else []
    return f" (keys: {', '.join(names)})" if names else ""


def _told(row: Any, depth: int = 0) -> str:  # noqa: ANN401 - JSON is anything
    """Return the text of one record, "" when it has none."""
    if isinstance(row, str):
        return row.strip()
    if not isinstance(row, Mapping) or depth > _DEEPEST:
        return ""
    if "msgNumber" in row and "text" in row:
        return _warning(row)
    for key in _TEXTS:
        if isinstance(row.get(key), str) and row[key].strip():
            return str(row[key]).strip()
    for key in ("notam", "notamTranslation", "coreNOTAMData", "properties"):
        inner = row.get(key)
        for one in inner if isinstance(inner, list) else (inner,):
            told = _told(one, depth + 1) if isinstance(one, Mapping) else ""
            if told:
                return told
    return ""


def _warning(row: Mapping[str, Any]) -> str:
    """Put the fields of a warning back into the order in which it is broadcast."""
    lines = [str(row["issueDate"]).strip()] if row.get("issueDate") else []
    regions = str(row.get("subregion") or "").strip()
    lines.append(f"{_name(row, '')}{f'({regions})' if regions else ''}.")
    if row.get("cancelMsgNumber") and row.get("cancelNavArea"):
        lines.append(f"(Cancelled by {_name(row, 'cancel')})")
    lines.append(str(row["text"]).strip())
    if row.get("authority"):
        lines += ["", f"{str(row['authority']).strip().rstrip('.')}."]
    return "\n".join(lines)


def _name(row: Mapping[str, Any], prefix: str) -> str:
    """Return the name and number of a warning, or of the one that cancelled it."""
    area = str(row.get(f"{prefix}NavArea" if prefix else "navArea", "")).strip().upper()
    number, year = (row.get(f"{prefix}Msg{field}" if prefix else f"msg{field}", "") for field in ("Number", "Year"))
    return f"{_SERIES.get(area, f'NAVAREA {area}')} {number}/{str(year)[-2:]}"
