"""Orbit mean-elements messages (OMM) written: keyword = value, XML, JSON or a table with commas.

SOURCE: CCSDS 502.0-B-3, sections 4, 7 and 8, for the order; JSON and the table as the catalogue sites write them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from downrange.base import InputError, utc
from downrange.orbit._io_oem import ccsds_time, one_line
from downrange.orbit._io_omm import MEAN, META, TLE, UNITS, omm
from downrange.orbit.model import ElementSet

if TYPE_CHECKING:
    from lxml.etree import _Element

_VERSION: Final = "3.0"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA: Final = "https://sanaregistry.org/r/ndmxml_unqualified/ndmxml-3.0.0-master-3.0.xsd"
_IMPLIED: Final = frozenset(("CENTER_NAME", "REF_FRAME", "TIME_SYSTEM", "MEAN_ELEMENT_THEORY"))  # by JSON and CSV


class OmmForm(StrEnum):
    """Forms that a mean-elements message can be written in."""

    KVN = "kvn"
    XML = "xml"
    JSON = "json"
    CSV = "csv"


def omm_text(
    sets: ElementSet | Iterable[ElementSet],
    form: OmmForm | str = OmmForm.KVN,
    *,
    originator: str = "DOWNRANGE",
    created: datetime | None = None,
) -> str:
    """Return element sets as mean-elements messages; numbers are written so that they read back the same.

    form:    kvn (messages one after the other), xml (one <omm>, or an <ndm> of several), json (a list) or csv
    created: CREATION_DATE of kvn and xml; now when not given
    """
    found = (sets,) if isinstance(sets, ElementSet) else tuple(sets)
    if not found:
        raise InputError(where="mean elements", seen="no element set", cure="give one or more")
    made = ccsds_time(utc(created, where="created") if created else datetime.now(UTC))
    match OmmForm(form):
        case OmmForm.KVN:
            return "\n".join(_kvn(each, one_line(originator), made) for each in found)
        case OmmForm.XML:
            return _xml(found, one_line(originator), made)
        case OmmForm.JSON:
            return json.dumps([_short(each) for each in found], indent=1, ensure_ascii=False) + "\n"
        case OmmForm.CSV:
            return _csv(found)


def _kvn(found: ElementSet, originator: str, made: str) -> str:
    """Return one message in keyword = value notation."""
    words = omm(found)
    words["OBJECT_NAME"] = one_line(str(words["OBJECT_NAME"]))
    words["OBJECT_ID"] = one_line(str(words["OBJECT_ID"]))
    head = {"CCSDS_OMM_VERS": _VERSION, "CREATION_DATE": made, "ORIGINATOR": originator}
    return "".join(f"{key} = {value}\n" for key, value in (head | words).items())


def _xml(sets: Sequence[ElementSet], originator: str, made: str) -> str:
    """Return one message, or several in an <ndm>."""
    from lxml import etree

    messages = [_message(found, originator, made) for found in sets]
    root = messages[0]
    if len(messages) > 1:
        root = etree.Element("ndm", nsmap={"xsi": _XSI})
        root.extend(messages)
    root.set(f"{{{_XSI}}}noNamespaceSchemaLocation", _SCHEMA)
    etree.indent(root)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True).decode() + "\n"


def _message(found: ElementSet, originator: str, made: str) -> _Element:
    """Return one <omm>."""
    from lxml import etree

    message = etree.Element("omm", nsmap={"xsi": _XSI}, id="CCSDS_OMM_VERS", version=_VERSION)
    header = etree.SubElement(message, "header")
    etree.SubElement(header, "CREATION_DATE").text = made
    etree.SubElement(header, "ORIGINATOR").text = originator
    segment = etree.SubElement(etree.SubElement(message, "body"), "segment")
    metadata = etree.SubElement(segment, "metadata")
    data = etree.SubElement(segment, "data")
    words = omm(found)
    for block, keys in (
        (metadata, META),
        (etree.SubElement(data, "meanElements"), MEAN),
        (etree.SubElement(data, "tleParameters"), TLE),
    ):
        for key in keys:
            field = etree.SubElement(block, key)
            try:
                field.text = str(words[key])
            except ValueError:
                cure = "give one line of text"
                raise InputError(where=found.label, key=key, seen=repr(words[key]), cure=cure) from None
            if key in UNITS:
                field.set("units", UNITS[key])
    return message


def _short(found: ElementSet) -> dict[str, str | float | int]:
    """Return the keywords that the catalogue sites give; an unknown designator is left empty, as there."""
    words = {key: value for key, value in omm(found).items() if key not in _IMPLIED}
    words["OBJECT_NAME"], words["OBJECT_ID"] = found.name, "" if not found.designator else words["OBJECT_ID"]
    return words


def _csv(sets: Sequence[ElementSet]) -> str:
    """Return a table with commas, its first row the keywords."""
    rows = [_short(found) for found in sets]
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
