"""What a reading may say: bounds that every sensor's numbers lie in, NaN and infinity outside them."""

from __future__ import annotations

import math
from typing import Final

from downrange.base import InputError
from downrange.track.model import Reading

LIMITS: Final = {
    "range_m": (1.0, 1e9),
    "az_deg": (-180.0, 360.0),
    "el_deg": (-90.0, 90.0),
    "range_rate_mps": (-2e4, 2e4),
    "alt_m": (-500.0, 1e8),
    "speed_mps": (0.0, 2e4),
}
"""The least and the greatest of each plain number. Places lie between 5.5e6 and 1e9 m from the Earth's centre."""

_NEAREST_M, _FARTHEST_M = 5.5e6, 1e9  # from what a wild report of a low flight may say to beyond the Moon
_FASTEST_MPS = 2e4
_NUMBERS: Final = (*LIMITS, "r_ecef_m", "v_ecef_mps")
_BOUNDS: Final = tuple((name, low, high) for name, (low, high) in LIMITS.items())


def check_reading(reading: Reading, *, where: str) -> None:
    """Refuse a reading without a number, or with one that no sensor can mean.

    >>> from datetime import UTC, datetime
    >>> check_reading(Reading(t=datetime(2023, 5, 30, tzinfo=UTC), sensor="a", range_m=-5.0), where="line 7")
    Traceback (most recent call last):
    downrange.base.errors.InputError: line 7: range_m: -5. Give a number from 1 to 1e+09, or leave the field out.
    """
    some = False
    for name, low, high in _BOUNDS:
        value = getattr(reading, name)
        if value is not None:
            some = True
            if not low <= value <= high:
                cure = f"give a number from {low:g} to {high:g}, or leave the field out"
                raise InputError(where=where, key=name, seen=f"{value:g}", cure=cure)
    if reading.r_ecef_m is not None or reading.v_ecef_mps is not None:
        _check_vectors(reading, where)
    elif not some:
        cure = f"give at least one of {', '.join(_NUMBERS)}"
        raise InputError(where=where, seen="no number at all", cure=cure)


def _check_vectors(reading: Reading, where: str) -> None:
    """Refuse places inside the Earth or beyond the Moon, and speeds that nothing flies at."""
    if reading.r_ecef_m is None:
        cure = "give r_ecef_m too: a velocity means little without its place"
        raise InputError(where=where, key="v_ecef_mps", seen="a velocity without a place", cure=cure)
    away_m = math.hypot(*reading.r_ecef_m)
    if not _NEAREST_M <= away_m <= _FARTHEST_M:
        cure = f"give metres from the Earth's centre, {_NEAREST_M:g} to {_FARTHEST_M:g} in all; kilometres times 1000"
        raise InputError(where=where, key="r_ecef_m", seen=f"{away_m:g} m from the Earth's centre", cure=cure)
    if reading.v_ecef_mps is not None:
        speed_mps = math.hypot(*reading.v_ecef_mps)
        if not speed_mps <= _FASTEST_MPS:
            cure = f"give metres a second relative to the Earth, {_FASTEST_MPS:g} at most"
            raise InputError(where=where, key="v_ecef_mps", seen=f"{speed_mps:g} m/s", cure=cure)
