"""Wind: a profile over height with its covariance, as a file that a person can copy and edit.

What the file says holds between its levels on straight lines. Below the first level and above the last one the wind
stays as it is there, because nobody said more: give a last level with 0 to let it fade.
`downrange.earth.wind_splines` makes of it the tables that kernels read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np

from downrange.base import Array, InputError, Kind, read_toml, toml_names, toml_text

_SHIPPED = resources.files("downrange.earth") / "data" / "winds"
_HIGHEST_M = 200_000.0
_STRONGEST_MPS = 150.0
_FORM = "compare with the shipped assumed-westerly-jet.toml"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wind:
    """A wind profile and how much it may differ.

    heights_m: (n,) levels over the ellipsoid, rising
    east_mps, north_mps: (n,) mean of the wind, toward which the air moves (a westerly has a positive east_mps)
    covariance_m2ps2: (2n, 2n) between the levels, all east ones first, then all north ones
    kind, source: where the mean came from; spread_kind, spread_source: where the covariance did
    """

    name: str
    title: str
    heights_m: Array
    east_mps: Array
    north_mps: Array
    covariance_m2ps2: Array
    kind: Kind
    source: str
    spread_kind: Kind
    spread_source: str


class _Mean(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    kind: Kind
    source: str
    heights_m: list[float]
    east_mps: list[float]
    north_mps: list[float]


class _Spread(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    kind: Kind
    source: str
    sigma_east_mps: list[float] | None = None
    sigma_north_mps: list[float] | None = None
    correlation_length_m: float | None = None
    covariance_m2ps2: list[list[float]] | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    name: str
    title: str
    mean: _Mean
    spread: _Spread


def wind_names() -> tuple[str, ...]:
    """Return the names of the wind profiles that come with the package.

    >>> wind_names()
    ('assumed-westerly-jet',)
    """
    return toml_names(_SHIPPED)


def load_wind(name_or_path: str | Path) -> Wind:
    """Read a wind profile that comes with the package by its name, or a person's own TOML file by its path.

    >>> wind = load_wind("assumed-westerly-jet")
    >>> f"{wind.east_mps[5]:.0f} m/s from the west at {wind.heights_m[5] / 1e3:.0f} km, {wind.kind}"
    '50 m/s from the west at 12 km, assumed'
    """
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="wind")
    file = read_toml(where, text, _File, missing=_FORM, wrong=_FORM)
    _check_mean(where, file.mean)
    for key, source in (("mean.source", file.mean.source), ("spread.source", file.spread.source)):
        if not source.strip():
            raise InputError(where=where, key=key, seen="no source", cure="name one, or say 'assumed'")
    return Wind(
        name=file.name,
        title=file.title,
        heights_m=_fixed(np.array(file.mean.heights_m)),
        east_mps=_fixed(np.array(file.mean.east_mps)),
        north_mps=_fixed(np.array(file.mean.north_mps)),
        covariance_m2ps2=_fixed(_covariance_m2ps2(where, file.spread, np.array(file.mean.heights_m))),
        kind=file.mean.kind,
        source=file.mean.source,
        spread_kind=file.spread.kind,
        spread_source=file.spread.source,
    )


def _fixed(values: Array) -> Array:
    """Return the array, closed to changes."""
    values.setflags(write=False)
    return values


def _check_mean(where: str, mean: _Mean) -> None:
    """Refuse a profile that is none."""
    levels = len(mean.heights_m)
    if not levels:
        raise InputError(where=where, key="mean.heights_m", seen="no level", cure="give at least one height")
    before_m = -1e-9
    for i, height_m in enumerate(mean.heights_m):
        if not before_m < height_m <= _HIGHEST_M:
            cure = f"give rising heights in metres from 0 to {_HIGHEST_M:g}; the usual cause is feet, kilometres or pressure"
            raise InputError(where=where, key=f"mean.heights_m[{i}]", seen=f"{height_m:g}", cure=cure)
        before_m = height_m
    for key, values in (("mean.east_mps", mean.east_mps), ("mean.north_mps", mean.north_mps)):
        _check_length(where, key, len(values), levels)
        for i, value in enumerate(values):
            if not abs(value) <= _STRONGEST_MPS:
                cure = (
                    f"give m/s, at most {_STRONGEST_MPS:g}; the usual cause is knots, km/h or a mark for missing data"
                )
                raise InputError(where=where, key=f"{key}[{i}]", seen=f"{value:g}", cure=cure)


def _check_length(where: str, key: str, length: int, levels: int) -> None:
    """Refuse a list that does not go with the heights."""
    if length != levels:
        cure = f"give one number a height, {levels} in all"
        raise InputError(where=where, key=key, seen=f"{length} numbers for {levels} heights", cure=cure)


def _covariance_m2ps2(where: str, spread: _Spread, heights_m: Array) -> Array:
    """Return the covariance that the file gives in full, or by sigmas and a correlation length."""
    short = (spread.sigma_east_mps, spread.sigma_north_mps, spread.correlation_length_m)
    if spread.covariance_m2ps2 is not None:
        if any(part is not None for part in short):
            cure = "give covariance_m2ps2, or the two sigmas and correlation_length_m, not both"
            raise InputError(where=where, key="spread.covariance_m2ps2", seen="two ways to say one thing", cure=cure)
        return _full(where, spread.covariance_m2ps2, len(heights_m))
    east, north, length_m = short
    if east is None or north is None or length_m is None:
        cure = (
            "give sigma_east_mps, sigma_north_mps and correlation_length_m, or covariance_m2ps2; zeros when it is sure"
        )
        raise InputError(where=where, key="spread", seen="no covariance", cure=cure)
    for key, sigmas in (("spread.sigma_east_mps", east), ("spread.sigma_north_mps", north)):
        _check_length(where, key, len(sigmas), len(heights_m))
        for i, sigma in enumerate(sigmas):
            if not 0.0 <= sigma <= _STRONGEST_MPS:
                cure = f"give one standard deviation in m/s, 0 to {_STRONGEST_MPS:g}"
                raise InputError(where=where, key=f"{key}[{i}]", seen=f"{sigma:g}", cure=cure)
    if not 0.0 < length_m < math.inf:
        cure = "give metres above 0: two levels so far apart correlate with 1/e"
        raise InputError(where=where, key="spread.correlation_length_m", seen=f"{length_m:g}", cure=cure)
    alike = np.exp(-np.abs(heights_m[:, None] - heights_m) / length_m)
    still = np.zeros_like(alike)
    return np.block([[np.outer(east, east) * alike, still], [still, np.outer(north, north) * alike]])


def _full(where: str, rows: list[list[float]], levels: int) -> Array:
    """Return a full covariance, or say what is wrong with it."""
    key = "spread.covariance_m2ps2"
    if len(rows) != 2 * levels or any(len(row) != 2 * levels for row in rows):
        cure = f"give {2 * levels} rows of {2 * levels} numbers: the east components of all levels, then the north ones"
        raise InputError(where=where, key=key, seen=f"{len(rows)} rows for {levels} heights", cure=cure)
    matrix: Array = np.array(rows)
    strongest = float(np.abs(matrix).max())
    if not strongest <= _STRONGEST_MPS**2:
        cure = f"give m^2/s^2, at most {_STRONGEST_MPS:g} squared"
        raise InputError(where=where, key=key, seen=f"a largest number of {strongest:g}", cure=cure)
    uneven = float(np.abs(matrix - matrix.T).max())
    if uneven > 1e-6 * strongest:
        cure = "row i, column j must be row j, column i"
        raise InputError(where=where, key=key, seen=f"not symmetric, by {uneven:g}", cure=cure)
    matrix = (matrix + matrix.T) / 2.0
    lowest = float(np.linalg.eigvalsh(matrix)[0])
    if lowest < -1e-6 * strongest:
        cure = "it must be positive semi-definite; make it from samples, or give sigmas and correlation_length_m"
        raise InputError(where=where, key=key, seen=f"an eigenvalue of {lowest:g}, below 0", cure=cure)
    return matrix
