"""What the metadata of a tracking data message say about its numbers: whose they are, in what unit, at what time.

SOURCE: CCSDS 503.0-B-2, table 3-3 and section 3.5. Where it leaves a choice to the partners ("the ICD should
specify"), the choice made here:
- RANGE and DOPPLER on a path there and back are half of what the signal did, unless the sensor is named in round_trip;
- a stamp without TIMETAG_REF is the time of reception (3.4.9); the light's way between stamp and object is taken off;
- TRANSMIT_DELAY and RECEIVE_DELAY are still in the range (3.4.15.2) and are taken off; in the stamp (microseconds)
  they are left;
- DOPPLER_INTEGRATED is the range-rate at the middle of its interval.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from downrange.base import InputError
from downrange.base.units import KILOMETRE
from downrange.track.model import Sensor

LIGHT_MPS: Final = 299_792_458.0  # SI Brochure, 9th edition: exact
USED: Final = ("RANGE", "ANGLE_1", "ANGLE_2", "DOPPLER_INSTANTANEOUS", "DOPPLER_INTEGRATED")
SYSTEMS: Final = ("UTC", "GPS", "TAI", "TT")
_FRAMES: Final = ("EME2000", "J2000", "ICRF", "GCRF")  # they differ by 0.02 arc seconds
_LONGEST_S: Final = 3600.0
_SHORTEST_MODULUS_M: Final = 1e8  # no flight followed here is farther than that, so a longer modulus leaves no doubt


class Rule(NamedTuple):
    """How one number is turned into SI: (number + add) * scale - less, for that field; later_s after its stamp."""

    field: str
    add: float
    scale: float
    less: float
    later_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a segment's metadata mean.

    sensor:    name of the sensor
    place:     the sensor itself, where it is known; right ascension and declination need it
    object_id: what the sensor calls its object; None for UNKNOWN
    system:    time system of the stamps
    lag_spm:   seconds from a stamp to the object's own time, for each metre of range
    whole:     a way there and back of which RANGE is taken for half
    rules:     for each keyword in use
    barred:    keywords whose numbers cannot be used, and why
    """

    sensor: str
    place: Sensor | None
    object_id: str | None
    system: str
    lag_spm: float
    whole: bool
    rules: Mapping[str, Rule]
    barred: Mapping[str, InputError]


class _Path(NamedTuple):
    """A signal path: participants' numbers in order, the receiver last, and which of them is the sensor."""

    nodes: tuple[str, ...]
    sensor: str
    target: str

    @property
    def both_ways(self) -> bool:
        """Say whether the signal goes there and back."""
        return len(self.nodes) == 3 and self.nodes[0] == self.nodes[-1]


def terms_of(
    meta: Mapping[str, str],
    keys: Iterable[str],
    *,
    where: str,
    sensors: Mapping[str, Sensor],
    round_trip: Collection[str],
) -> Terms:
    """Read a segment's metadata for the keywords in use, or say why nothing in it can be used.

    sensors:    by plain name (see plain); any participant may be the sensor when it is empty
    round_trip: plain names of the sensors whose RANGE and DOPPLER count the way there and back
    """
    system = _one_of(meta, "TIME_SYSTEM", SYSTEMS, where)
    if meta.get("MODE", "SEQUENTIAL").upper() != "SEQUENTIAL":
        cure = "give MODE = SEQUENTIAL: differences between two paths are no readings"
        raise InputError(where=where, key="MODE", seen=meta["MODE"], cure=cure)
    if meta.get("DATA_QUALITY", "RAW").upper() == "DEGRADED":
        cure = "ask what is wrong with it; if nothing that matters, write DATA_QUALITY = RAW"
        raise InputError(where=where, key="DATA_QUALITY", seen="DEGRADED by its own producer", cure=cure)
    path = _path(meta, sensors, where)
    name = meta[f"PARTICIPANT_{path.sensor}"]
    place = sensors.get(plain(name))
    half = 0.5 if path.both_ways and plain(name) in round_trip else 1.0
    rules: dict[str, Rule] = {}
    barred: dict[str, InputError] = {}
    for key in keys:
        try:
            rule = _RULES[key](meta, path, half, where, key)
            rules[key] = rule if not rule.field.startswith(("ra_", "dec_")) else _placed(rule, name, place, where)
        except InputError as error:
            barred[key] = error
    target = meta[f"PARTICIPANT_{path.target}"]
    unknown = plain(target) == "UNKNOWN"
    return Terms(
        sensor=name if place is None else place.name,
        place=place,
        object_id=meta.get("TRACK_ID") if unknown else target,
        system=system,
        lag_spm=_lag_spm(meta, path, where),
        whole=path.both_ways and half == 1.0,
        rules=rules,
        barred=barred,
    )


def _placed(rule: Rule, name: str, place: Sensor | None, where: str) -> Rule:
    """Refuse right ascension and declination of a sensor whose place is not known."""
    if place is None or place.speed_mps > 0.0:
        seen = f"RADEC of {name!r}, whose place is not known"
        cure = "give a sensor file (--sensors) with its place, on land; or convert to AZEL"
        raise InputError(where=where, key="ANGLE_TYPE", seen=seen, cure=cure)
    return rule


def plain(name: str) -> str:
    """Return a name as the standard compares names: no case, an underscore is a blank, many blanks are one."""
    return " ".join(name.replace("_", " ").upper().split())


def _one_of(meta: Mapping[str, str], key: str, values: Collection[str], where: str) -> str:
    """Return the value of a keyword that must be there and be one of some."""
    value = meta.get(key)
    choice = f"write {key} = {' or '.join(values)}"
    if value is None:
        raise InputError(where=where, key=key, seen="missing", cure=choice)
    if value.upper() not in values:
        raise InputError(where=where, key=key, seen=value, cure=f"convert the data and {choice}")
    return value.upper()


def _path(meta: Mapping[str, str], sensors: Mapping[str, Sensor], where: str) -> _Path:
    """Return the signal path. The sensor is the receiver, or the other end where only that is a known sensor."""
    text = meta.get("PATH")
    cure = "write PATH = 1,2,1 for a radar (there and back), PATH = 2,1 for what only listens or looks"
    if text is None:
        raise InputError(where=where, key="PATH", seen="missing", cure=cure)
    nodes = tuple(part.strip() for part in text.split(","))
    if len(nodes) not in {2, 3} or nodes[-1] == nodes[-2]:
        raise InputError(where=where, key="PATH", seen=text, cure=f"{cure}; relays and longer paths are not read")
    for node in nodes:
        if f"PARTICIPANT_{node}" not in meta:
            key = f"PARTICIPANT_{node}"
            raise InputError(where=where, key=key, seen="missing, but PATH names it", cure=f"write {key} = its name")
    sensor, target = nodes[-1], nodes[-2]
    if sensors and plain(meta[f"PARTICIPANT_{sensor}"]) not in sensors:
        if len(nodes) == 2 and plain(meta[f"PARTICIPANT_{target}"]) in sensors:
            sensor, target = target, sensor
        else:
            seen = f"{meta[f'PARTICIPANT_{sensor}']!r} is not in the sensor file"
            known = ", ".join(each.name for each in sensors.values())
            cure = f"add it there, or name one of {known}"
            raise InputError(where=where, key=f"PARTICIPANT_{sensor}", seen=seen, cure=cure)
    return _Path(nodes, sensor, target)


def _lag_spm(meta: Mapping[str, str], path: _Path, where: str) -> float:
    """Return seconds from a stamp to the object's own time for each metre of range."""
    tagged = "RECEIVE" if "TIMETAG_REF" not in meta else _one_of(meta, "TIMETAG_REF", ("TRANSMIT", "RECEIVE"), where)
    if tagged == "RECEIVE":
        return -1.0 / LIGHT_MPS if path.nodes[-1] == path.sensor else 0.0
    return 1.0 / LIGHT_MPS if path.nodes[0] == path.sensor else 0.0


def _range(meta: Mapping[str, str], path: _Path, half: float, where: str, key: str) -> Rule:
    """Return how a range is read."""
    _two_ended(path, where, key)
    units = meta.get("RANGE_UNITS", "km")
    if units.lower() not in {"km", "s"}:
        cure = "convert to RANGE_UNITS = km: what a range unit is, only its agency can say"
        raise InputError(where=where, key="RANGE_UNITS", seen=units, cure=cure)
    one_way = not path.both_ways or meta.get("RANGE_MODE", "").upper() == "ONE_WAY"
    scale = (1.0 if one_way else half) * (KILOMETRE if units.lower() == "km" else LIGHT_MPS)
    modulus_m = abs(_number(meta, "RANGE_MODULUS", where)) * scale
    if 0.0 < modulus_m < _SHORTEST_MODULUS_M:
        cure = "resolve the ambiguity before: the range is known only up to a multiple of the modulus"
        raise InputError(where=where, key="RANGE_MODULUS", seen=f"{modulus_m:g} m", cure=cure)
    legs = zip(path.nodes[:-1], path.nodes[1:], strict=True)
    delays = (name for a, b in legs for name in (f"TRANSMIT_DELAY_{a}", f"RECEIVE_DELAY_{b}"))
    late_m = LIGHT_MPS * sum(_number(meta, name, where) for name in delays)
    return Rule("range_m", _correction(meta, "CORRECTION_RANGE", where), scale, late_m * (1.0 if one_way else 0.5), 0.0)


def _doppler(meta: Mapping[str, str], path: _Path, half: float, where: str, key: str) -> Rule:
    """Return how a range-rate is read, at an instant or over an interval."""
    _two_ended(path, where, key)
    later_s = 0.0
    if key == "DOPPLER_INTEGRATED":
        if "INTEGRATION_INTERVAL" not in meta:
            cure = "write INTEGRATION_INTERVAL = seconds and INTEGRATION_REF = START, MIDDLE or END"
            raise InputError(where=where, key="INTEGRATION_INTERVAL", seen="missing", cure=cure)
        ref = _one_of(meta, "INTEGRATION_REF", ("START", "MIDDLE", "END"), where)
        interval_s = _number(meta, "INTEGRATION_INTERVAL", where)
        if not 0.0 <= interval_s <= _LONGEST_S:
            cure = f"give seconds, {_LONGEST_S:g} at most: over longer a mean says little of its middle"
            raise InputError(where=where, key="INTEGRATION_INTERVAL", seen=f"{interval_s:g}", cure=cure)
        later_s = {"START": 0.5, "MIDDLE": 0.0, "END": -0.5}[ref] * interval_s
    return Rule("range_rate_mps", _correction(meta, "CORRECTION_DOPPLER", where), half * KILOMETRE, 0.0, later_s)


def _angle(meta: Mapping[str, str], _path: _Path, _half: float, where: str, key: str) -> Rule:
    """Return how an angle is read."""
    kind = _one_of(meta, "ANGLE_TYPE", ("AZEL", "RADEC"), where)
    names = ("az_deg", "el_deg")
    if kind == "RADEC":
        _one_of(meta, "REFERENCE_FRAME", _FRAMES, where)
        names = ("ra_deg", "dec_deg")
    name = names[0] if key == "ANGLE_1" else names[1]
    return Rule(name, _correction(meta, f"CORRECTION_{key}", where), 1.0, 0.0, 0.0)


_RULES: Final = {
    "RANGE": _range,
    "ANGLE_1": _angle,
    "ANGLE_2": _angle,
    "DOPPLER_INSTANTANEOUS": _doppler,
    "DOPPLER_INTEGRATED": _doppler,
}


def _two_ended(path: _Path, where: str, key: str) -> None:
    """Refuse the sum of two different ways."""
    if len(path.nodes) == 3 and not path.both_ways:
        seen = f"{key} over PATH = {','.join(path.nodes)}, from one place to another"
        cure = "give what one place measures, PATH = 1,2,1; the angles are used"
        raise InputError(where=where, key="PATH", seen=seen, cure=cure)


def _correction(meta: Mapping[str, str], key: str, where: str) -> float:
    """Return what is still to be added to a number, in its own unit."""
    value = _number(meta, key, where)
    if value == 0.0:
        return 0.0
    return value if _one_of(meta, "CORRECTIONS_APPLIED", ("YES", "NO"), where) == "NO" else 0.0


def _number(meta: Mapping[str, str], key: str, where: str) -> float:
    """Return the number of a keyword, 0 where it is not given."""
    try:
        value = float(meta.get(key, "0"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(where=where, key=key, seen=f"{meta[key]!r} is no number", cure="write a plain number")
    return value
