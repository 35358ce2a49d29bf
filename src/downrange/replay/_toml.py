"""What a scenario file's faults are answered with; the strict reading itself is of `base`."""

from __future__ import annotations

from typing import TypeVar

from msgspec import Struct

from downrange.base import InputError, read_toml

S = TypeVar("S", bound=Struct)
_FORMS = {  # what a text must be, instead of the expression that tests it
    "name": ("cannot name a folder and messages", "use letters, digits, - and ., beginning with a letter or digit"),
    "text": ("holds control characters", "write plain text; no message and no report could bear them"),
}


def read_strict(where: str, text: str, struct: type[S]) -> S:
    """Read TOML text into a struct; every key that the struct does not know is refused."""
    try:
        return read_toml(where, text, struct, missing=_cure_for_missing)
    except InputError as problem:
        if not problem.seen.startswith("Expected str matching regex"):
            raise
        told = _FORMS["name" if problem.key == "name" else "text"]
        raise InputError(where=where, key=problem.key, seen=told[0], cure=told[1]) from None


def _cure_for_missing(name: str) -> str:
    """Say what to write for a key that is not there."""
    if name in {"lat_deg", "lon_deg"}:
        return f"give {name}; an area needs coordinates, if only a reference point with its uncertainty_km"
    if "source" in name:
        return f"give {name}: where the numbers came from, or 'assumed'"
    return f"give {name}; the scenarios that come with the package show its form"
