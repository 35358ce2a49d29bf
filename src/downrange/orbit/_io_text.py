"""What a text from the network may be instead of data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from downrange.base import InputError

if TYPE_CHECKING:
    from lxml.etree import _Element

CUT: Final = "get the file again: it may have been cut short"
_HTML: Final = re.compile(r"(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body|title)\b", re.IGNORECASE | re.DOTALL)


def data_text(text: str, where: str, wanted: str) -> str:
    """Return the text from its first letter on; refuse nothing, another encoding, and a web page.

    wanted: what should be there, for errors
    """
    start = text.lstrip("\ufeff \t\r\n")
    if not start:
        raise InputError(
            where=where, seen="nothing in it", cure="get the file again: the download may have been broken off"
        )
    strange = next((c for c in "\x00\ufffd" if c in start.rstrip("\x00")), None)
    if strange is not None:
        cure = "save it as UTF-8; a Windows shell's '>' writes UTF-16"
        raise InputError(where=where, seen=f"the character {strange!r}: this is no UTF-8 text", cure=cure)
    if _HTML.match(start):
        cure = f"get {wanted}, and check whether the download was an error page"
        raise InputError(where=where, seen="a web page (HTML) instead of data", cure=cure)
    return start


def xml_root(text: str, where: str) -> _Element:
    """Return the root of a message in XML: no document type, no entities, nothing from the network."""
    from lxml import etree

    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        cure = "get the data as an XML message of the standard, which has none"
        raise InputError(where=where, seen="XML with a document type of its own", cure=cure)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as problem:
        raise InputError(where=where, key=f"line {problem.lineno or 0}", seen="broken XML", cure=CUT) from None
