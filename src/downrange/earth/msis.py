"""Air of a place and a day: the empirical model NRLMSIS in the shape of the standard table.

The model comes with the optional package pymsis. Solar and magnetic indices are given by the caller, always: without
them pymsis fetches a file from the network, which this module never does.

Which model: NRLMSISE-00 (Picone and others, 2002, doi 10.1029/2002JA009430), in the public domain. pymsis also carries
NRLMSIS 2.0 and 2.1, whose code is licensed for academic, not for commercial use; ask for them by version.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, InputError, parse_utc, read_text, read_toml, utc
from downrange.earth.atmosphere import air_table, spline_table, us76_below_86km

_KNOTS_M = np.concatenate([np.arange(-5_000.0, 86_000.0, 250.0), np.arange(86_000.0, 1_000_001.0, 1_000.0)])
_BREAK_M = 86_000.0
_FORM = "give moment, lat_deg, lon_deg, f107, f107a, ap and source, and version if not 00"
_VERSIONS = {"00": 0, "2.0": 2.0, "2.1": 2.1}
_DENSITY, _TEMPERATURE = 0, 10  # columns of pymsis.Variable
_BOUNDS = {
    "lat_deg": (-90.0, 90.0, "a geodetic latitude; the usual cause is latitude and longitude exchanged"),
    "lon_deg": (-180.0, 360.0, "a longitude, east positive"),
    "f107": (40.0, 500.0, "the solar flux at 10.7 cm of the day before, in solar flux units, about 65 to 300"),
    "f107a": (40.0, 500.0, "the 81-day mean of the solar flux at 10.7 cm, in solar flux units, about 65 to 250"),
    "ap": (0.0, 400.0, "the daily magnetic index Ap (not Kp)"),
}


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    moment: str
    lat_deg: float
    lon_deg: float
    f107: float
    f107a: float
    ap: float
    source: str
    version: str = "00"


def load_air(path: str | Path) -> Array:
    """Return the air of a TOML file as `msis_table` does: moment (ISO 8601), place, indices, their source."""
    where = str(path)
    file = read_toml(where, read_text(Path(path)), _File, missing=_FORM, wrong=_FORM)
    if not file.source.strip():
        raise InputError(
            where=where, key="source", seen="no source", cure="say where the indices are from, or 'assumed'"
        )
    moment = parse_utc(file.moment, where=f"{where}: moment")
    indices = {"f107": file.f107, "f107a": file.f107a, "ap": file.ap}
    try:
        return msis_table(moment, file.lat_deg, file.lon_deg, **indices, version=file.version)
    except InputError as problem:
        if not problem.key:  # nothing that stands in the file
            raise
        raise InputError(where=where, key=problem.key, seen=problem.seen, cure=problem.cure) from None


def msis_table(
    moment: datetime, lat_deg: float, lon_deg: float, *, f107: float, f107a: float, ap: float, version: str = "00"
) -> Array:
    """Return the air over a place at a moment as a table with the shape, knots and columns of `air_table`.

    f107, f107a: solar flux at 10.7 cm of the day before, and its 81-day mean [10^-22 W/(m^2 Hz)]
    ap: daily magnetic index
    version: "00" for NRLMSISE-00, or "2.0", "2.1" (academic licence)

    The column of air is the one over the place, however far a body flies from it. Below the ellipsoid, where the
    model ends, the density of the model at 0 m grows downwards as the standard atmosphere does. Above 500 km the
    density of NRLMSISE-00 is the effective one for drag, with anomalous oxygen. The speed of sound follows the
    temperature of the model up to 86 km and stays as it is there.

    >>> from datetime import UTC
    >>> table = msis_table(datetime(1986, 6, 19, 21, 30, tzinfo=UTC), -16, -48, f107=121, f107a=80, ap=7)
    >>> table.shape == air_table().shape
    True
    """
    given = {"lat_deg": lat_deg, "lon_deg": lon_deg, "f107": f107, "f107a": f107a, "ap": ap}
    for key, value in given.items():
        low, high, meaning = _BOUNDS[key]
        if not low <= value <= high:
            raise InputError(where="msis", key=key, seen=f"{value:g}", cure=f"give {meaning}")
    if version not in _VERSIONS:
        raise InputError(where="msis", key="version", seen=f"{version}", cure="choose 00 (NRLMSISE-00), 2.0 or 2.1")
    above = _KNOTS_M >= 0.0
    density, temperature = _column(utc(moment, where="msis"), given, _KNOTS_M[above], version)
    ln_density = np.empty(len(_KNOTS_M))
    ln_density[above] = np.log(density)
    standard = np.log(us76_below_86km(np.append(_KNOTS_M[~above], 0.0))[2])
    ln_density[~above] = standard[:-1] - standard[-1] + ln_density[above][0]
    table = spline_table(_KNOTS_M, ln_density)
    table[:, 4] = _sound_mps(temperature[_KNOTS_M[above] < _BREAK_M])
    return table


def _column(moment: datetime, given: dict[str, float], alt_m: Array, version: str) -> tuple[Array, Array]:
    """Return density [kg/m^3] and temperature [K] of the model at heights over the ellipsoid, 0 m and above."""
    try:
        import pymsis
    except ImportError:
        raise InputError(
            where="msis",
            seen="the package pymsis is not installed",
            cure="install it with pip install downrange[msis], or fly in the standard atmosphere",
        ) from None
    out: NDArray[np.float32] = pymsis.calculate(
        np.datetime64(moment.replace(tzinfo=None)),
        given["lon_deg"] % 360.0,
        given["lat_deg"],
        alt_m / 1e3,
        [given["f107"]],
        [given["f107a"]],
        [[given["ap"]] * 7],
        version=_VERSIONS[version],
    )
    rows = out.reshape(len(alt_m), -1).astype(np.float64)
    return rows[:, _DENSITY], rows[:, _TEMPERATURE]


def _sound_mps(temperature_k: Array) -> Array:
    """Return the column of sound speeds from the temperatures at the knots from 0 m to 86 km.

    The sound of the standard, with the square root of the temperatures; below 0 m it stays in step with the standard.
    """
    low = _KNOTS_M < _BREAK_M
    standard = us76_below_86km(_KNOTS_M[low])[0]
    ratio = np.ones(int(low.sum()))
    ratio[_KNOTS_M[low] >= 0.0] = temperature_k / standard[_KNOTS_M[low] >= 0.0]
    ratio[_KNOTS_M[low] < 0.0] = temperature_k[0] / standard[_KNOTS_M[low] >= 0.0][0]
    sound_mps = air_table()[:, 4].copy()
    sound_mps[low] *= np.sqrt(ratio)
    sound_mps[~low] = sound_mps[low][-1]
    return sound_mps
