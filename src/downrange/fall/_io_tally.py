"""Tallies as files: NumPy's npz, no pickled objects, written whole or not at all."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

import numpy as np
from numpy.lib.npyio import NpzFile

from downrange.base import InputError, ModelError, written
from downrange.fall.grid import Grid
from downrange.fall.tally import SUMS, Counts, Tally, empty_tally

_FORM = 1
_ARRAYS = ("flights", "rows", "landed", "keys", "counts", "harmful", "times", "times_counts", "sums", "latest")


# What NumPy, zipfile and zlib raise on bytes that somebody changed; RuntimeError: an unknown compression or a password.
_BROKEN = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    RuntimeError,
    MemoryError,
    SyntaxError,
    BadZipFile,
    zlib.error,
    ModelError,
)


def save_tally(path: str | Path, tally: Tally) -> Path:
    """Write a tally as .npz; the same tally gives the same bytes."""

    def write(file: BinaryIO) -> None:
        np.savez_compressed(
            file,
            allow_pickle=False,
            form=np.int64(_FORM),
            grid=np.array([tally.grid.lat_rows, tally.grid.lon_columns], np.int64),
            modes=np.array(tally.modes),
            bodies=np.array(tally.bodies),
            **{name: getattr(tally, name) for name in _ARRAYS},
        )

    return written(path, write)


def load_tally(path: str | Path) -> Tally:
    """Read a tally; a file that is no whole tally is refused."""
    try:
        with Path(path).open("rb") as file:
            stored = np.load(file, allow_pickle=False)
            if not isinstance(stored, NpzFile):
                raise ValueError("one array")  # noqa: TRY004 - told with the other broken files below
            if int(stored["form"]) != _FORM:
                raise ValueError(f"form {int(stored['form'])}, where this program reads {_FORM}")
            rows, columns = (int(n) for n in stored["grid"])
            names = {what: tuple(str(name) for name in stored[what]) for what in ("modes", "bodies")}
            arrays = {name: np.ascontiguousarray(stored[name]) for name in _ARRAYS}
        tally = Tally(grid=Grid(lat_rows=rows, lon_columns=columns), **names, **arrays)  # type: ignore[arg-type]
        _refuse_broken(tally)
    except FileNotFoundError:
        raise InputError(where=str(path), seen="there is no such file", cure="give the folder of an ensemble") from None
    except _BROKEN as problem:
        raise InputError(
            where=str(path),
            seen=f"no whole tally ({str(problem) or type(problem).__name__})",
            cure="make it again, or take the one before it: the file was cut short, changed, or is something else",
        ) from None
    return tally


def _refuse_broken(tally: Tally) -> None:
    """Refuse arrays that do not belong together."""
    empty = empty_tally(tally.grid, tally.modes, tally.bodies)
    for name in _ARRAYS:
        array: Counts = getattr(tally, name)
        if array.dtype != np.int64 or (name not in _SPARSE and array.shape != getattr(empty, name).shape):
            raise ValueError(f"{name} is {array.dtype} {array.shape}")
    for keys, *counts in (("keys", "counts", "harmful"), ("times", "times_counts")):
        key = getattr(tally, keys)
        if key.ndim != 1 or np.any(np.diff(key) <= 0) or np.any(key < 0):
            raise ValueError(f"{keys} are not ascending")
        if any(getattr(tally, name).shape != key.shape for name in counts):
            raise ValueError(f"{counts} do not match {keys}")
    if tally.sums.shape[-2:] != (SUMS, 2) or not tally.counts.sum() == tally.landed.sum() == tally.times_counts.sum():
        raise ValueError("the counts do not add up")


_SPARSE = ("keys", "counts", "harmful", "times", "times_counts")
