"""Readings from a CCSDS tracking data message (TDM) in its keyword form.

SOURCE: CCSDS 503.0-B-2, Tracking Data Message. What is understood by its numbers stands in _io_tdm_terms.
Numbers of one sensor, object and stamp are joined into one reading, also across segments. Its time is the object's
own: the stamp less the light's way back, where the range is known (1000 km are 3.3 ms, 23 m at 7 km/s).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import erfa
import numpy as np

from downrange.base import InputError
from downrange.base.units import KILOMETRE
from downrange.track._io_json import YEARS
from downrange.track._io_tdm_lines import Datum, Segment, Shape
from downrange.track._io_tdm_sky import az_el_deg
from downrange.track._io_tdm_terms import USED, Rule, Terms, plain, terms_of
from downrange.track.checks import LIMITS
from downrange.track.model import Fault, Intake, Reading, Sensor

_STAMP: Final = re.compile(r"(\d{4})-(?:(\d\d)-(\d\d)|(\d{3}))T(\d\d):(\d\d):(\d\d)")
_AHEAD_OF_TAI_S: Final = {"TAI": 0.0, "GPS": -19.0, "TT": 32.184}  # IS-GPS-200; IAU 1991 resolution A4
_BOUNDS: Final = LIMITS | {"ra_deg": (-180.0, 360.0), "dec_deg": (-90.0, 90.0)}
_OTHERS: Final = re.compile(
    r"CARRIER_POWER|CLOCK_(BIAS|DRIFT)|DOPPLER_COUNT|DOR|MAG|P[CR]_N0|PRESSURE|RCS|RECEIVE_FREQ(_\d)?|RECEIVE_PHASE_CT_\d"
    r"|RHUMIDITY|STEC|TEMPERATURE|TRANSMIT_FREQ(_RATE)?_\d|TRANSMIT_PHASE_CT_\d|TROPO_(DRY|WET)|VLBI_DELAY"
)

_ESCAPE_MPS: Final = 11_186.0  # from the surface: sqrt(2 GM / R), WGS 84
_BLOCK: Final = 20
_SHORTEST_S: Final = 5e-3  # closer together the noise is most of the rate

_Key = tuple[str, str | None, datetime, float]
_Part = dict[str, Any]


def read_tdm(text: str, *, name: str, sensors: Sequence[Sensor] = (), round_trip: Collection[str] = ()) -> Intake:
    """Read a tracking data message; what cannot be used becomes faults, one for each cause.

    name:       of the file, for errors
    sensors:    who may speak; anybody when empty
    round_trip: sensors whose RANGE and DOPPLER count the way there and back, not half of it: the standard leaves it
                to the partners
    lines of the answer are lines of data; the seq of a reading is the line of its first number.
    """
    shape = Shape(name)
    shape.read(text)
    known = {plain(sensor.name): sensor for sensor in sensors}
    both_ways = {plain(sensor) for sensor in round_trip}
    faults, passed = shape.faults, Counter[str]()
    joined: dict[_Key, list[_Part]] = {}
    for segment in shape.segments:
        keys = dict.fromkeys(datum.key for datum in segment.data)
        used = [key for key in keys if key in USED]
        passed.update(datum.key for datum in segment.data if datum.key not in USED)
        if not used:
            continue
        try:
            terms = terms_of(segment.meta, used, where=segment.where(name), sensors=known, round_trip=both_ways)
        except InputError as error:
            faults.append(_lost(error, sum(datum.key in USED for datum in segment.data)))
            continue
        _gather(segment, terms, name, joined, faults)
    parts = [part for same in joined.values() for part in same]
    _turn_radec(parts, name, faults)
    readings = tuple(_reading(part) for part in parts if part["values"])
    faults.extend(_too_fast(parts, name))
    faults.extend(_passed_over(name, passed))
    return Intake(readings=readings, faults=tuple(faults), lines=shape.lines)


def _gather(segment: Segment, terms: Terms, name: str, joined: dict[_Key, list[_Part]], faults: list[Fault]) -> None:
    """Sort a segment's numbers by sensor, object and stamp."""
    lost = Counter(datum.key for datum in segment.data if datum.key in terms.barred)
    for error in dict.fromkeys(str(error) for error in terms.barred.values()):
        keys = [key for key, each in terms.barred.items() if str(each) == error]
        faults.append(_lost(terms.barred[keys[0]], sum(lost[key] for key in keys)))
    stamps: dict[tuple[str, float], tuple[datetime, float]] = {}  # one stamp has several numbers
    for datum in segment.data:
        rule = terms.rules.get(datum.key)
        if rule is None:
            continue
        try:
            value = _value(datum, rule, name)
            stamp = stamps.get((datum.stamp, rule.later_s))
            if stamp is None:
                stamp = _stamp(datum.stamp, terms.system, rule.later_s, name, datum.line)
                stamps[datum.stamp, rule.later_s] = stamp
        except InputError as error:
            faults.append(Fault(where=error.where, key=error.key, seen=error.seen, cure=error.cure))
            continue
        same = joined.setdefault((terms.sensor, terms.object_id, *stamp), [])
        for part in same:
            if rule.field not in part["values"]:
                break
        else:
            part = {"terms": terms, "stamp": stamp, "line": datum.line, "values": {}}
            same.append(part)
        part["values"][rule.field] = value
        if rule.field == "range_m":
            part["terms"] = terms


def _value(datum: Datum, rule: Rule, name: str) -> float:
    """Return a number in SI, or say why it cannot be meant."""
    where = f"{name}: line {datum.line}"
    try:
        value = (float(datum.number) + rule.add) * rule.scale - rule.less
    except ValueError:
        seen = f"{datum.number!r} is no number"
        raise InputError(where=where, key=datum.key, seen=seen, cure="write a plain number") from None
    if rule.field in {"el_deg", "dec_deg"} and value > 180.0:
        value -= 360.0
    low, high = _BOUNDS[rule.field]
    if not low <= value <= high:
        cure = f"give a number that means {low:g} to {high:g} {'m' if rule.field == 'range_m' else rule.field.rsplit('_', 1)[-1]}"
        raise InputError(where=where, key=datum.key, seen=datum.number, cure=cure)
    return value


def _stamp(text: str, system: str, later_s: float, name: str, line: int) -> tuple[datetime, float]:
    """Return the UTC whole second of a stamp and what is left of it [s], later_s added."""
    where = f"{name}: line {line}"
    whole, dot, digits = text.rstrip("Z").partition(".")
    moment = _whole_second(whole)
    if moment is None or (dot and not digits.isdigit()):
        cure = "write 2023-05-30T21:28:00.1 or 2023-150T21:28:00.1; a leap second itself cannot be told"
        raise InputError(where=where, key="time", seen=f"{text!r} is no time", cure=cure)
    rest_s = round((float(f"0.{digits}") if digits else 0.0) + later_s, 9)
    if system != "UTC":
        rest_s = round(rest_s - _ahead_of_utc_s(system, moment), 9)
    if not 0.0 <= rest_s < 1.0:
        seconds = rest_s // 1.0
        moment, rest_s = moment + timedelta(seconds=seconds), round(rest_s - seconds, 9)
    return moment, rest_s


@lru_cache(maxsize=256)
def _whole_second(text: str) -> datetime | None:
    """Return the moment of a stamp without its fraction, as if it were UTC; None where it is no time."""
    found = _STAMP.fullmatch(text)
    if found is None:
        return None
    year, month, day, of_year, hour, minute, second = found.groups()
    try:
        if of_year is None:
            moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        else:
            moment = datetime(int(year), 1, 1, int(hour), int(minute), int(second), tzinfo=UTC)
            moment += timedelta(days=int(of_year) - 1)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year == int(year) in YEARS else None


def _ahead_of_utc_s(system: str, moment: datetime) -> float:
    """Return how far a time system is ahead of UTC when it shows a moment."""
    ahead_of_tai_s = _AHEAD_OF_TAI_S[system]
    about = moment - timedelta(seconds=_tai_ahead_s(moment.date()) + ahead_of_tai_s)
    return _tai_ahead_s(about.date()) + ahead_of_tai_s


@lru_cache(maxsize=64)
def _tai_ahead_s(day: date) -> float:
    """Return TAI - UTC on a day; the bare function gives a warning as a number, as in base.frames."""
    ahead_s, _ = erfa.ufunc.dat(day.year, day.month, day.day, 0.0)
    return float(ahead_s)


def _turn_radec(parts: Sequence[_Part], name: str, faults: list[Fault]) -> None:
    """Turn right ascension and declination into azimuth and elevation where the sensor stands, at the stamp's time."""
    by_sensor: dict[str, list[_Part]] = {}
    for part in parts:
        values = part["values"]
        if "ra_deg" in values and "dec_deg" in values:
            by_sensor.setdefault(part["terms"].sensor, []).append(part)
        elif "ra_deg" in values or "dec_deg" in values:
            missing = "ANGLE_1" if "dec_deg" in values else "ANGLE_2"
            values.pop("ra_deg", None)
            values.pop("dec_deg", None)
            cure = "give both angles with the same stamp: one alone is no direction"
            faults.append(Fault(where=f"{name}: line {part['line']}", key=missing, seen="missing", cure=cure))
    for mine in by_sensor.values():
        angles = [(part["values"].pop("ra_deg"), part["values"].pop("dec_deg")) for part in mine]
        place = mine[0]["terms"].place
        azimuths, elevations = az_el_deg(place, [_time(part) for part in mine], np.radians(angles))
        for part, az_deg, el_deg in zip(mine, azimuths, elevations, strict=True):
            part["values"] |= {"az_deg": az_deg, "el_deg": el_deg}


def _time(part: _Part, more_s: float = 0.0) -> datetime:
    """Return the moment of a stamp, or so much later."""
    whole, rest_s = part["stamp"]
    moment: datetime = whole + timedelta(seconds=rest_s + more_s)
    return moment


def _reading(part: _Part) -> Reading:
    """Return the reading of what was joined, at the object's own time."""
    terms, values = part["terms"], part["values"]
    t = _time(part, terms.lag_spm * values.get("range_m", 0.0))
    return Reading(t=t, sensor=terms.sensor, seq=part["line"], object_id=terms.object_id, **values)


def _lost(error: InputError, count: int) -> Fault:
    """Return one fault for many lines that have the same cause."""
    seen = f"{error.seen}; {count} {'line' if count == 1 else 'lines'} of data lost with it"
    return Fault(where=error.where, key=error.key, seen=seen, cure=error.cure)


def _too_fast(parts: Sequence[_Part], name: str) -> list[Fault]:
    """Point at ranges that change faster than anything stays near the Earth: they may count the way there and back.

    Their readings are kept: only the sensor's owner can say. Slower flights give no such hint.
    """
    by_sensor: dict[str, list[tuple[datetime, float]]] = {}
    for part in parts:
        if part["terms"].whole and "range_m" in part["values"]:
            key = f"{part['terms'].sensor} {part['terms'].object_id or ''}".strip()
            by_sensor.setdefault(key, []).append((_time(part), part["values"]["range_m"]))
    out: list[Fault] = []
    for key, fixes in by_sensor.items():
        fixes.sort()
        t_s = np.array([(t - fixes[0][0]).total_seconds() for t, _ in fixes])
        later = np.flatnonzero(np.diff(t_s) > _SHORTEST_S)
        rates = np.diff([range_m for _, range_m in fixes])[later] / np.diff(t_s)[later]
        blocks = [rates[i : i + _BLOCK] for i in range(0, len(rates), _BLOCK)]
        fastest = max((abs(float(np.median(block))) for block in blocks), default=0.0)
        if fastest > _ESCAPE_MPS:
            seen = f"ranges of {key} change by {fastest / KILOMETRE:.1f} km/s, too fast for anything near the Earth"
            cure = "ask whether they count the way there and back; if so, name the sensor in round_trip"
            out.append(Fault(where=name, key="RANGE", seen=seen, cure=cure))
    return out


def _passed_over(name: str, passed: Counter[str]) -> list[Fault]:
    """Return one fault for each keyword that no reading is made of."""
    out: list[Fault] = []
    for key, count in passed.items():
        seen = f"{count} {'line' if count == 1 else 'lines'} passed over"
        cure = "nothing to do: no reading is made of it"
        if _OTHERS.fullmatch(key) is None:
            cure = f"check the spelling: the standard knows no such keyword; readings are made of {', '.join(USED)}"
        out.append(Fault(where=name, key=key, seen=seen, cure=cure))
    return out
