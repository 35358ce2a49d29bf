"""Strict TOML: text to struct, or an error that names the file, the key and the closest known key."""

from __future__ import annotations

import difflib
import re
import tomllib
from typing import Any, TypeVar, get_args

import msgspec
from msgspec import Struct

from downrange.base import InputError

S = TypeVar("S", bound=Struct)


def read_strict(where: str, text: str, struct: type[S]) -> S:
    """Read TOML text into a struct; every key that the struct does not know is refused."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise InputError(where=where, seen=f"not TOML: {problem}", cure="correct that line") from None
    _refuse_unknown_keys(where, table, struct, "")
    try:
        return msgspec.convert(table, struct)
    except msgspec.ValidationError as problem:
        raise _explained(where, str(problem)) from None


def _struct_in(hint: Any) -> type[Struct] | None:  # noqa: ANN401 - a type hint is any object
    """Return the struct type that a hint holds, through unions, tuples and annotations; None when there is none."""
    if isinstance(hint, type) and issubclass(hint, Struct):
        return hint
    for part in get_args(hint):
        if (found := _struct_in(part)) is not None:
            return found
    return None


def _refuse_unknown_keys(where: str, value: object, struct: type[Struct], path: str) -> None:
    """Walk the tables beside their structs and name the first key that has no place, with the closest known one."""
    if isinstance(value, list):
        for i, item in enumerate(value):
            _refuse_unknown_keys(where, item, struct, f"{path}[{i}]")
    if not isinstance(value, dict):
        return
    known = {f.encode_name: f.type for f in msgspec.structs.fields(struct)}
    for key, item in value.items():
        here = f"{path}.{key}".lstrip(".")
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            cure = f"write {near[0]}" if near else f"use one of {', '.join(sorted(known))}"
            raise InputError(where=where, key=here, seen="unknown key", cure=cure)
        inner = _struct_in(known[key])
        if inner is not None:
            _refuse_unknown_keys(where, item, inner, here)


def _explained(where: str, message: str) -> InputError:
    """Turn a message of the decoder into ours: the key, what is wrong, what to do."""
    found = re.fullmatch(r"(?s)(.*?)(?: - at `\$\.?(.*)`)?", message)
    seen, key = (found.group(1), found.group(2) or "") if found else (message, "")
    missing = re.fullmatch(r"Object missing required field `(\w+)`", seen)
    if missing:
        name = missing.group(1)
        key = f"{key}.{name}".lstrip(".")
        return InputError(where=where, key=key, seen="missing", cure=_cure_for_missing(name))
    cure = "write the time zone, as 2023-05-30T21:27:00Z" if "datetime" in seen else "correct the value"
    return InputError(where=where, key=key, seen=seen.replace("`", ""), cure=cure)


def _cure_for_missing(name: str) -> str:
    """Say what to write for a key that is not there."""
    if name in {"lat_deg", "lon_deg"}:
        return f"give {name}; an area needs coordinates, if only a reference point with its uncertainty_km"
    if "source" in name:
        return f"give {name}: where the numbers came from, or 'assumed'"
    return f"give {name}; the scenarios that come with the package show its form"
