"""Which SGP4 engine runs: the compiled one, or the plain Python one that the sgp4 package falls back to in silence."""

from __future__ import annotations

import warnings
from functools import cache

from sgp4 import api


def engine() -> str:
    """Return which SGP4 engine runs, with the version of its package.

    >>> engine().split(", ")[0]
    'compiled'
    """
    from importlib.metadata import version

    kind = "compiled" if api.accelerated else "plain Python"
    return f"{kind}, sgp4 {version('sgp4')}"


@cache
def warn_when_plain() -> None:
    """Warn once in a process when the compiled engine is missing; the answers are the same to a micrometre."""
    if not api.accelerated:
        warnings.warn(
            f"the compiled SGP4 engine is missing ({engine()}): orbits are computed some hundred times slower. "
            "Install the sgp4 package from a wheel of this platform, or with a C++ compiler.",
            RuntimeWarning,
            stacklevel=3,
        )
