"""Mean elements under the keywords of an orbit mean-elements message (OMM), whatever form they stand in.

SOURCE: CCSDS 502.0-B-3, Orbit Data Messages, April 2023, tables 4-1 to 4-3. The rates of the mean motion stand as
in two lines (half and a sixth), as the catalogues write them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from downrange.base import InputError, utc
from downrange.orbit._io_oem import YEARS, ccsds_moment
from downrange.orbit.model import ElementSet

Words = Mapping[str, object]

META: Final = ("OBJECT_NAME", "OBJECT_ID", "CENTER_NAME", "REF_FRAME", "TIME_SYSTEM", "MEAN_ELEMENT_THEORY")
MEAN: Final = (
    "EPOCH", "MEAN_MOTION", "ECCENTRICITY", "INCLINATION", "RA_OF_ASC_NODE", "ARG_OF_PERICENTER", "MEAN_ANOMALY",
)  # fmt: skip
TLE: Final = (
    "EPHEMERIS_TYPE", "CLASSIFICATION_TYPE", "NORAD_CAT_ID", "ELEMENT_SET_NO", "REV_AT_EPOCH", "BSTAR",
    "MEAN_MOTION_DOT", "MEAN_MOTION_DDOT",
)  # fmt: skip
NEEDED: Final = (*MEAN, "BSTAR")
_COUNTS: Final = ("NORAD_CAT_ID", "ELEMENT_SET_NO", "REV_AT_EPOCH")
_RATES: Final = ("MEAN_MOTION_DOT", "MEAN_MOTION_DDOT")
UNITS: Final = {
    "MEAN_MOTION": "rev/day",
    "INCLINATION": "deg",
    "RA_OF_ASC_NODE": "deg",
    "ARG_OF_PERICENTER": "deg",
    "MEAN_ANOMALY": "deg",
    "BSTAR": "1/ER",
    "MEAN_MOTION_DOT": "rev/day**2",
    "MEAN_MOTION_DDOT": "rev/day**3",
}
_FIXED: Final = {
    "CENTER_NAME": ("EARTH",),
    "REF_FRAME": ("TEME",),
    "TIME_SYSTEM": ("UTC",),
    "MEAN_ELEMENT_THEORY": ("SGP4", "SGP/SGP4"),
    "EPHEMERIS_TYPE": ("0", "1", "2", "3", "0.0"),
}
_KEYWORDS: Final = {
    "inclination_deg": "INCLINATION",
    "raan_deg": "RA_OF_ASC_NODE",
    "e": "ECCENTRICITY",
    "argp_deg": "ARG_OF_PERICENTER",
    "mean_anomaly_deg": "MEAN_ANOMALY",
    "mean_motion_revpday": "MEAN_MOTION",
    "bstar": "BSTAR",
    "mean_motion_dot": "MEAN_MOTION_DOT",
    "mean_motion_ddot": "MEAN_MOTION_DDOT",
    "number": "NORAD_CAT_ID",
}
_CURES: Final = {
    "REF_FRAME": "ask for the set in TEME: mean elements in another frame cannot be used",
    "MEAN_ELEMENT_THEORY": "ask for a set for SGP4: no other theory is known here",
    "EPHEMERIS_TYPE": "take the set for SGP4 of the same object: SGP4 would misread one for SGP4-XP by kilometres",
    "MEAN_MOTION": "give MEAN_MOTION; SGP4 cannot use SEMI_MAJOR_AXIS instead",
    "BSTAR": "give BSTAR; SGP4 cannot use BTERM instead, and a missing end of the message looks the same",
}
_LONG: Final = re.compile(r"(\d{4})-(\d{3}[A-Z]{1,3})")
_SHORT: Final = re.compile(r"(\d\d)(\d{3}[A-Z]{1,3})")
_ROOM: Final = 60
_NOBODY: Final = frozenset(("", "UNKNOWN", "NONE", "N/A", "NULL"))


def omm(found: ElementSet) -> dict[str, str | float | int]:
    """Return an element set under the keywords of a CCSDS orbit mean-elements message, in the standard's order."""
    return {
        "OBJECT_NAME": found.name or "UNKNOWN",
        "OBJECT_ID": _object_id(found.designator),
        "CENTER_NAME": "EARTH",
        "REF_FRAME": "TEME",
        "TIME_SYSTEM": "UTC",
        "MEAN_ELEMENT_THEORY": "SGP4",
        "EPOCH": utc(found.epoch).replace(tzinfo=None).isoformat(timespec="microseconds"),
        "MEAN_MOTION": found.mean_motion_revpday,
        "ECCENTRICITY": found.e,
        "INCLINATION": found.inclination_deg,
        "RA_OF_ASC_NODE": found.raan_deg,
        "ARG_OF_PERICENTER": found.argp_deg,
        "MEAN_ANOMALY": found.mean_anomaly_deg,
        "EPHEMERIS_TYPE": 0,
        "CLASSIFICATION_TYPE": found.classification,
        "NORAD_CAT_ID": found.number,
        "ELEMENT_SET_NO": found.element_set_number % 10_000,
        "REV_AT_EPOCH": found.revolution,
        "BSTAR": found.bstar,
        "MEAN_MOTION_DOT": found.mean_motion_dot,
        "MEAN_MOTION_DDOT": found.mean_motion_ddot,
    }


def set_of(words: Words, *, where: str, place: str, named: bool) -> ElementSet:
    """Return the element set that the keywords say.

    place: the line, or which message, for errors
    named: frame, centre, time and theory must be said, as in a message; a catalogue's table leaves them out
    """
    _check_fixed(words, where, place, named=named)
    try:
        numbers = [_number(words[key]) for key in NEEDED[1:]]
        counts = [_count(words.get(key) or 0) for key in _COUNTS]
        rates = [_number(words.get(key) or 0) for key in _RATES]
    except (KeyError, TypeError, ValueError, OverflowError):
        raise _no_number(words, where, place) from None
    n, e, inclination, node, perigee, anomaly, bstar = numbers
    try:
        return ElementSet(
            name=_text(words, "OBJECT_NAME"),
            lines=None,
            number=counts[0],
            designator=_designator(_text(words, "OBJECT_ID")),
            epoch=_epoch(words, where, place),
            inclination_deg=inclination,
            raan_deg=_forward(node),
            e=e,
            argp_deg=_forward(perigee),
            mean_anomaly_deg=_forward(anomaly),
            mean_motion_revpday=n,
            bstar=bstar,
            classification=_text(words, "CLASSIFICATION_TYPE") or "U",
            element_set_number=counts[1],
            revolution=counts[2],
            mean_motion_dot=rates[0],
            mean_motion_ddot=rates[1],
        )
    except InputError as problem:
        keyword = _KEYWORDS.get(problem.key)
        if keyword is None:
            raise
        raise InputError(where=where, key=f"{place}: {keyword}", seen=problem.seen, cure=problem.cure) from None


def _check_fixed(words: Words, where: str, place: str, *, named: bool) -> None:
    """Refuse another frame, centre, clock or theory than SGP4's, and a message that does not say them."""
    for key, allowed in _FIXED.items():
        seen = words.get(key)
        if seen is None or seen == "":
            if named and key != "EPHEMERIS_TYPE":
                cure = f"add {key} = {allowed[0]}, if that is what the numbers are"
                raise InputError(where=where, key=f"{place}: {key}", seen="missing", cure=cure)
        elif str(seen).strip().upper() not in allowed:
            cure = _CURES.get(key, f"give mean elements with {key} = {allowed[0]}")
            raise InputError(where=where, key=f"{place}: {key}", seen=f"{seen}", cure=cure)


def _number(value: object) -> float:
    """Return a number, which may be written as text; a truth value is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    number = float(value)
    if number - number != 0.0:  # a NaN, or infinite
        raise ValueError
    return number


def _count(value: object) -> int:
    """Return a whole number from 0 on."""
    number = _number(value)
    if number != int(number) or number < 0.0:
        raise ValueError
    return int(number)


def _no_number(words: Words, where: str, place: str) -> InputError:
    """Return the error that names the keyword whose number is missing or is none."""
    for key in (*NEEDED[1:], *_COUNTS, *_RATES):
        value = words.get(key)
        if value is None or value == "":
            if key not in NEEDED:
                continue
            cure = _CURES.get(key, f"give {key}; the message may have been cut short")
            return InputError(where=where, key=f"{place}: {key}", seen="missing", cure=cure)
        try:
            _count(value) if key in _COUNTS else _number(value)
        except (TypeError, ValueError, OverflowError):
            kind = "whole number, 0 or more" if key in _COUNTS else "number"
            cure = f"give a {kind}{f' in {UNITS[key]}' if key in UNITS else ''}"
            seen = (
                f"{str(value)[:_ROOM]!r} is no such number"
                if key in _COUNTS
                else f"{str(value)[:_ROOM]!r} is no number"
            )
            return InputError(where=where, key=f"{place}: {key}", seen=seen, cure=cure)
    return InputError(where=where, key=place, seen="no mean elements", cure="get the data again")


def _epoch(words: Words, where: str, place: str) -> datetime:
    """Return the epoch, UTC: a date or a day of the year, the Z left out or not."""
    text = str(words.get("EPOCH") or "").strip()
    try:
        return ccsds_moment(text)
    except ValueError:
        seen = f"{text[:_ROOM]!r} is no time of a satellite" if text else "missing"
        cure = f"write UTC as 2024-06-07T23:19:05.561760, in the years {YEARS[0]} to {YEARS[1]}"
        raise InputError(where=where, key=f"{place}: EPOCH", seen=seen, cure=cure) from None


def _forward(angle_deg: float) -> float:
    """Return an angle from 0 on; the standard allows the turn before."""
    return angle_deg + 360.0 if -360.0 <= angle_deg < 0.0 else angle_deg


def _text(words: Words, key: str) -> str:
    """Return a text; "" where there is none, or where it says that nobody knows."""
    text = str(words.get(key) or "").strip()
    return "" if text.upper() in _NOBODY else text


def _designator(text: str) -> str:
    """Return an international designator as two lines print it: 2023-179A is 23179A."""
    found = _LONG.fullmatch(text)
    return f"{found[1][2:]}{found[2]}" if found and "1957" <= found[1] <= "2056" else text


def _object_id(designator: str) -> str:
    """Return a designator as messages write it, UNKNOWN where there is none."""
    found = _SHORT.fullmatch(designator)
    if not found:
        return designator or "UNKNOWN"
    return f"{'19' if found[1] >= '57' else '20'}{found[1]}-{found[2]}"
