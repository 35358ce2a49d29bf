"""A catalogue as it stood at its last pull: element sets by object, with the moment each was first seen where known."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from downrange.base import InputError, parse_utc, utc
from downrange.orbit.model import ElementSet
from downrange.orbit.sequence import LaunchNumber, launch_number

_CURE = 'write a CSV with the columns number,first_seen or JSON as {"58400": "2023-11-22T03:00:00Z"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueObject:
    """One object of a catalogue.

    sets:       its element sets, by epoch
    first_seen: when the catalogue first listed it, UTC; None where not known
    """

    sets: tuple[ElementSet, ...]
    first_seen: datetime | None

    @property
    def number(self) -> int:
        """Catalogue number; 0 where it has none."""
        return self.sets[0].number

    @property
    def label(self) -> str:
        """What a person calls it."""
        return max((one.label for one in self.sets), key=len)

    @property
    def launch(self) -> LaunchNumber | None:
        """The launch its designator names; None without a designator."""
        return next((found for one in self.sets if (found := launch_number(one.designator)) is not None), None)

    @property
    def designator(self) -> str:
        """The international designator as printed; "" where no set has one."""
        return next((one.designator for one in self.sets if one.designator), "")

    def nearest(self, moment: datetime) -> ElementSet:
        """Return the set whose epoch lies nearest to a moment."""
        return min(self.sets, key=lambda one: abs((one.epoch - moment).total_seconds()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The objects of a catalogue at one pull.

    pulled: when it was asked for the last time, UTC; None where not known: absence then proves nothing
    whole:  it holds all objects that were catalogued by then (or all new ones); False for a choice of some; None where
            nobody says: then what it holds decides
    source: file or service
    """

    objects: tuple[CatalogueObject, ...]
    pulled: datetime | None
    whole: bool | None
    source: str

    def taken_as_whole(self, objects: int) -> bool:
        """Say whether absence from it means something: told so, or so many objects where nobody says."""
        return len(self.objects) >= objects if self.whole is None else self.whole

    @property
    def newest(self) -> datetime:
        """The latest epoch of all element sets."""
        return max(one.sets[-1].epoch for one in self.objects)


def catalogue_of(
    sets: Iterable[ElementSet],
    *,
    source: str,
    pulled: datetime | None = None,
    first_seen: Mapping[int, datetime] | None = None,
    whole: bool | None = None,
) -> Catalogue:
    """Return the catalogue that element sets make: sets of one number are one object, sets without one stay apart."""
    found = tuple(sets)
    if not found:
        raise InputError(where=source, seen="no element set", cure="give at least one")
    seen = dict(first_seen or {})
    grouped: dict[tuple[int, int], list[ElementSet]] = {}
    for k, one in enumerate(found):
        grouped.setdefault((one.number, 0 if one.number else k), []).append(one)
    stray = sorted(set(seen) - {number for number, _ in grouped})
    if stray:
        cure = "give the times of objects in the catalogue, by their numbers"
        raise InputError(where="first seen", seen=f"no object {stray[0]} in {source}", cure=cure)
    objects = tuple(
        CatalogueObject(sets=tuple(sorted(group, key=lambda one: one.epoch)), first_seen=seen.get(number))
        for (number, _), group in grouped.items()
    )
    moment = None if pulled is None else utc(pulled, where="pulled")
    return Catalogue(objects=objects, pulled=moment, whole=whole, source=source)


def read_first_seen(text: str, *, where: str = "first seen") -> dict[int, datetime]:
    """Read when objects were first seen, by catalogue number: CSV with a header, or a JSON object.

    >>> read_first_seen('{"58400": "2023-11-22T03:00:00Z"}')[58400].hour
    3
    """
    stripped = text.lstrip("\ufeff \t\r\n")
    rows = _from_json(stripped, where) if stripped.startswith(("{", "[")) else _from_csv(stripped, where)
    found: dict[int, datetime] = {}
    for key, number, moment in rows:
        if not number.strip().isdigit():
            raise InputError(where=where, key=key, seen=f"{number!r} as a catalogue number", cure=_CURE)
        found[int(number)] = parse_utc(moment.strip(), where=f"{where}: {key}")
    if not found:
        raise InputError(where=where, seen="no times", cure=_CURE)
    return found


def _from_csv(text: str, where: str) -> list[tuple[str, str, str]]:
    """Return (line, number, moment) of each row."""
    rows = csv.DictReader(io.StringIO(text))
    if not {"number", "first_seen"} <= set(rows.fieldnames or ()):
        raise InputError(where=where, seen=f"columns {', '.join(rows.fieldnames or ()) or 'none'}", cure=_CURE)
    return [(f"line {rows.line_num}", row["number"] or "", row["first_seen"] or "") for row in rows]


def _from_json(text: str, where: str) -> list[tuple[str, str, str]]:
    """Return (key, number, moment) of each member."""
    try:
        found: Any = msgspec.json.decode(text)
    except msgspec.DecodeError as problem:
        raise InputError(where=where, seen=f"not JSON: {problem}", cure=_CURE) from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise InputError(where=where, seen="not an object of texts", cure=_CURE)
    return [(key, key, value) for key, value in found.items()]
