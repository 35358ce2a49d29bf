"""Base: what every room stands on.

In: plain numbers, texts and moments.
Out: units, constants, frames, UTC time, errors that explain, files, strict TOML, sourced values, counted random draws.
Start here: `InputError`, `Window`, `ecef_from_geodetic`, `normals`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from downrange.base.clock import JST, KST, Window, after, iso, julian_pair, parse_utc, since, utc
from downrange.base.errors import DownrangeError, InputError, ModelError
from downrange.base.files import read_text, write_bytes, write_text, written
from downrange.base.sourced import Kind, Sourced

if TYPE_CHECKING:
    from downrange.base.draws import normals, uniforms
    from downrange.base.frames import (
        Array,
        east_of,
        ecef_from_geodetic,
        enu_axes,
        gcrf_from_ecef,
        geodetic_from_ecef,
        inertial_velocity,
        teme_from_ecef,
        v_ecef_from_enu,
        v_enu_from_ecef,
    )
    from downrange.base.toml import read_toml, refuse_unknown, table_type, toml_names, toml_table, toml_text

__all__ = [
    "JST",
    "KST",
    "Array",
    "DownrangeError",
    "InputError",
    "Kind",
    "ModelError",
    "Sourced",
    "Window",
    "after",
    "east_of",
    "ecef_from_geodetic",
    "enu_axes",
    "gcrf_from_ecef",
    "geodetic_from_ecef",
    "inertial_velocity",
    "iso",
    "julian_pair",
    "normals",
    "parse_utc",
    "read_text",
    "read_toml",
    "refuse_unknown",
    "since",
    "table_type",
    "teme_from_ecef",
    "toml_names",
    "toml_table",
    "toml_text",
    "uniforms",
    "utc",
    "v_ecef_from_enu",
    "v_enu_from_ecef",
    "write_bytes",
    "write_text",
    "written",
]

_LATE = {"normals": "draws", "uniforms": "draws"} | dict.fromkeys(
    ("read_toml", "refuse_unknown", "table_type", "toml_names", "toml_table", "toml_text"), "toml"
)  # every other late name is of frames


def __getattr__(name: str) -> object:
    """Load draws (numba), toml and frames (erfa) when first asked for: an error or a time must not wait for them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"downrange.base.{_LATE.get(name, 'frames')}")
    globals()[name] = getattr(module, name)
    return globals()[name]
