"""Strict TOML files: text to struct, or an error that names the file, the key and the closest known key."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct

from downrange.base.errors import InputError
from downrange.base.files import read_text

S = TypeVar("S", bound=Struct)


def toml_names(folder: Traversable) -> tuple[str, ...]:
    """Return the names, in order and without .toml, of the files in a folder that comes with the package."""
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def toml_text(name_or_path: str | Path, *, folder: Traversable, what: str) -> tuple[str, str]:
    """Return (the file's name for messages, its text) of a shipped name or of a person's own .toml file.

    what: one word for such a file ("vehicle")
    """
    path, name = Path(name_or_path), str(name_or_path)
    if path.suffix.lower() == ".toml":
        return path.name, read_text(path)
    if name not in (known := toml_names(folder)):
        raise InputError(
            where=what,
            seen=f"there is no {what} {name!r}",
            cure=f"choose one of {', '.join(known)}, or give the path of a .toml file",
        )
    return f"{name}.toml", (folder / f"{name}.toml").read_text(encoding="utf-8")


def toml_table(where: str, text: str) -> dict[str, Any]:
    """Return the table that a TOML text holds; `where` names it in errors."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise InputError(where=where, seen=f"not TOML: {problem}", cure="correct that line") from None


def read_toml(
    where: str, text: str, struct: type[S], *, missing: str | Callable[[str], str], wrong: str = "correct the value"
) -> S:
    """Read TOML text into a struct; every key that the struct does not know is refused.

    missing: what to do about a key that is not there; a function of the key where it depends
    wrong:   what to do about a value of the wrong type or out of bounds

    >>> class Pad(Struct, frozen=True):
    ...     alt_m: float
    >>> read_toml("pad.toml", "alt_m = 12.0", Pad, missing="give metres")
    Pad(alt_m=12.0)
    >>> read_toml("pad.toml", "atl_m = 12.0", Pad, missing="give metres")
    Traceback (most recent call last):
    downrange.base.errors.InputError: pad.toml: atl_m: unknown key. Write alt_m.
    """
    table = toml_table(where, text)
    _refuse_unknown_keys(where, table, struct, "")
    try:
        return msgspec.convert(table, struct)
    except msgspec.ValidationError as problem:
        raise _explained(where, str(problem), missing, wrong) from None


def refuse_unknown(where: str, path: str, table: Mapping[str, Any], known: Collection[str]) -> None:
    """Name the first key of a table that is not known, with the nearest one that is; path: the table's own key."""
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            cure = f"write {near[0]}" if near else f"use one of {', '.join(sorted(known))}"
            raise InputError(where=where, key=f"{path}.{key}".lstrip("."), seen="unknown key", cure=cure)


def table_type(hint: Any) -> Any:  # noqa: ANN401 - a type hint is any object
    """Return the struct or dict type that a hint holds, through unions, lists and annotations; None without one."""
    if get_origin(hint) is dict or (isinstance(hint, type) and issubclass(hint, Struct)):
        return hint
    return next((found for part in get_args(hint) if (found := table_type(part)) is not None), None)


def _refuse_unknown_keys(where: str, value: object, hint: Any, path: str) -> None:  # noqa: ANN401 - as above
    """Walk the tables beside their types and refuse the first key that has no place."""
    if isinstance(value, list):
        for i, item in enumerate(value):
            _refuse_unknown_keys(where, item, hint, f"{path}[{i}]")
    table = table_type(hint)
    if not isinstance(value, dict) or table is None:
        return
    if get_origin(table) is dict:
        hints = dict.fromkeys(value, get_args(table)[1])
    else:
        hints = {field.encode_name: field.type for field in msgspec.structs.fields(table)}
    refuse_unknown(where, path, value, hints)
    for key, item in value.items():
        _refuse_unknown_keys(where, item, hints[key], f"{path}.{key}".lstrip("."))


def _explained(where: str, message: str, missing: str | Callable[[str], str], wrong: str) -> InputError:
    """Turn a message of the decoder into ours: the key, what is wrong, what to do."""
    found = re.fullmatch(r"(?s)(.*?)(?: - at `\$\.?(.*)`)?", message)
    seen, key = (found.group(1), found.group(2) or "") if found else (message, "")
    absent = re.fullmatch(r"Object missing required field `(\w+)`", seen)
    if absent:
        name = absent.group(1)
        cure = missing if isinstance(missing, str) else missing(name)
        return InputError(where=where, key=f"{key}.{name}".lstrip("."), seen="missing", cure=cure)
    cure = "write the time zone, as 2023-05-30T21:27:00Z" if "datetime" in seen else wrong
    return InputError(where=where, key=key, seen=seen.replace("`", ""), cure=cure)
