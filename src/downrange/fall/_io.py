"""Forms of the fall room: fragments as CSV in, impacts as CSV out. SI units, degrees, latitude first."""

from __future__ import annotations

import math

from downrange.base import InputError
from downrange.fall.model import Impacts

FRAGMENTS = "lat_deg,lon_deg,alt_m,v_east_mps,v_north_mps,v_up_mps,beta_kgpm2"
IMPACTS = "lat_deg,lon_deg,t_s,speed_mps"
_BOUNDS = {
    "lat_deg": (-90.0, 90.0),
    "lon_deg": (-180.0, 360.0),
    "alt_m": (0.0, 1e8),
    "v_east_mps": (-2e4, 2e4),
    "v_north_mps": (-2e4, 2e4),
    "v_up_mps": (-2e4, 2e4),
    "beta_kgpm2": (1e-3, 1e9),
}
_SHOWN = 100  # characters of a wrong line that a message repeats


def read_fragments(where: str, text: str) -> list[list[float]]:
    r"""Read fragments CSV: the header as in FRAGMENTS, then one fragment a line; lines are counted as an editor does.

    Empty lines and lines that begin with # are passed over. Velocity is relative to the Earth.

    >>> read_fragments("a.csv", FRAGMENTS + "\n36.1,123.5,1000,0,0,0,200\n")
    [[36.1, 123.5, 1000.0, 0.0, 0.0, 0.0, 200.0]]
    """
    numbered = ((n, line.strip()) for n, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1))
    lines = [(n, line) for n, line in numbered if line and not line.startswith("#")]
    if not lines:
        raise InputError(where=where, key="line 1", seen="an empty file", cure=f"begin with {FRAGMENTS}")
    first, header = lines[0]
    if header.replace(" ", "").replace('"', "") != FRAGMENTS:
        raise InputError(where=where, key=f"line {first}", seen=_shown(header), cure=f"begin with {FRAGMENTS}")
    if len(lines) == 1:
        raise InputError(where=where, seen="a header and no fragment", cure="give one fragment a line below it")
    return [_fragment(where, n, line) for n, line in lines[1:]]


def impacts_csv(falls: Impacts) -> str:
    """Return impacts as CSV in the order of the fragments; an empty field is not known."""
    rows = zip(falls.lat_deg, falls.lon_deg, falls.t_s, falls.speed_mps, strict=True)
    lines = [
        ",".join("" if math.isnan(x) else f"{x:.{d}f}" for x, d in zip(row, (6, 6, 2, 2), strict=True)) for row in rows
    ]
    return "\n".join([IMPACTS, *lines]) + "\n"


def _fragment(where: str, number: int, line: str) -> list[float]:
    """Return the seven numbers of a line, or say what is wrong with it."""
    key = f"line {number}"
    try:
        row = [float(cell) for cell in line.split(",")]
    except ValueError:
        row = []
    if len(row) != len(_BOUNDS):
        cure = "give seven numbers divided by commas, latitude first, the ballistic coefficient last"
        raise InputError(where=where, key=key, seen=_shown(line), cure=cure)
    for value, (name, (low, high)) in zip(row, _BOUNDS.items(), strict=True):
        if not low <= value <= high:
            cure = f"give {name} from {low:g} to {high:g}; SI units, latitude before longitude"
            raise InputError(where=where, key=f"{key}: {name}", seen=f"{value:g}", cure=cure)
    return row


def _shown(line: str) -> str:
    """Return a line as a message can bear it."""
    return repr(line if len(line) <= _SHOWN else f"{line[:_SHOWN]}...")
