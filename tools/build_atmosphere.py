"""Build src/downrange/earth/data: us76_above_86km.csv, from the package ussa1976, and us76_table.npy, the table for kernels.

The standard's equations above 86 km are integrals of the species' densities; the package (MIT licence) solves them.
Below 86 km the room evaluates the closed form itself. Run: .venv/bin/python tools/build_atmosphere.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import ussa1976

from downrange.earth.atmosphere import make_air_table

DATA = Path(__file__).parents[1] / "src" / "downrange" / "earth" / "data"
OUT, TABLE = DATA / "us76_above_86km.csv", DATA / "us76_table.npy"


def main() -> None:
    """Write the density at every kilometre from 86 to 1000 km."""
    alt_m = np.arange(86_000.0, 1_000_001.0, 1_000.0)
    rho = ussa1976.compute(z=alt_m, variables=["rho"]).rho.values
    lines = [
        "# US Standard Atmosphere 1976, computed with ussa1976 0.3.4 by tools/build_atmosphere.py",
        "alt_m,rho_kgpm3",
    ]
    lines += [f"{h:.0f},{d:.9e}" for h, d in zip(alt_m, rho, strict=True)]
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = make_air_table()
    np.save(TABLE, table)
    print(f"{OUT.name}: {len(alt_m)} levels; {TABLE.name}: {len(table)} rows")


if __name__ == "__main__":
    main()
