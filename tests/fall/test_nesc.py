"""The check cases 1, 6 and 9, every row of simulation 4; and how far the other published simulations are from it."""

from __future__ import annotations

import csv
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from downrange.base import Array, ecef_from_geodetic, geodetic_from_ecef, v_ecef_from_enu, v_enu_from_ecef
from downrange.earth import air_table
from downrange.fall import _kernel as k

NESC = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "authority" / "fall_nesc.py")))
WHOLE = Path(__file__).parents[2] / "../shared/verification/nesc"
# SOURCE: the published simulations themselves: what the largest difference in height from simulation 4 is [m].
OTHERS_M = {
    ("1", "02"): 1e-3,
    ("1", "06"): 1e-3,
    ("6", "02"): 0.05,
    ("6", "06"): 5e-3,
    ("9", "02"): 0.6,
    ("9", "06"): 0.2,
}


def published(case: str, simulation: str) -> tuple[Array, Array, Array]:
    """Return seconds, (latitude, longitude, height) and velocity north, east, down of every row, in SI and degrees."""
    with (WHOLE / f"Atmos_0{case}_sim_{simulation}.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    names = ["latitude_deg", "longitude_deg", "altitudeMsl_ft", *(f"feVelocity_ft_s_{axis}" for axis in "XYZ")]
    table = np.array([[float(row[name]) for name in ["time", *names]] for row in rows])
    return table[:, 0], table[:, 1:4] * [1.0, 1.0, NESC.FOOT_M], table[:, 4:7] * NESC.FOOT_M


@pytest.mark.skipif(not WHOLE.is_dir(), reason="no ../shared/verification/nesc")
@pytest.mark.parametrize("name", NESC.CASES)
def test_every_row_of_simulation_4(name: str) -> None:
    case, (cd, *_) = name.split(",", maxsplit=1)[0], NESC.CASES[name][0]
    beta = NESC.SLUG_KG / (cd * NESC.AREA_FT2 * NESC.FOOT_M**2) if cd else 1e30
    t_s, place, ned_mps = published(case, "04")
    r_ecef_m = ecef_from_geodetic(*place[0])
    v_ecef_mps = v_ecef_from_enu(ned_mps[0, [1, 0, 2]] * [1, 1, -1], place[0, 0], place[0, 1])
    out = np.empty((len(t_s) + 1, 7))
    zonals, still = np.array([NESC.J2, 0.0, 0.0]), np.zeros((0, 0, 8))
    used = k.path(*r_ecef_m, *v_ecef_mps, beta, air_table(), zonals, still, 0, 1e-7, 1e-8, 0.1, out)
    assert used >= len(t_s) > 200
    got = out[: len(t_s)]
    assert got[:, 0] == pytest.approx(t_s, abs=1e-9)
    miss_m = np.linalg.norm(got[:, 1:4] - ecef_from_geodetic(*place.T), axis=1)
    assert miss_m.max() < NESC.NEAR_M
    lat, lon, alt = geodetic_from_ecef(got[:, 1:4])
    assert np.abs(alt - place[:, 2]).max() < NESC.NEAR_M
    enu_mps = v_enu_from_ecef(got[:, 4:7], lat, lon)
    assert np.abs(enu_mps[:, [1, 0, 2]] * [1, 1, -1] - ned_mps).max() < 1e-3


@pytest.mark.skipif(not WHOLE.is_dir(), reason="no ../shared/verification/nesc")
@pytest.mark.parametrize(("case", "simulation"), OTHERS_M)
def test_the_published_simulations_differ_by_so_much(case: str, simulation: str) -> None:
    t_s, place, _ = published(case, simulation)
    other_t_s, other, _ = published(case, "04")
    height = np.interp(t_s, other_t_s, other[:, 2])
    on_a_row = np.abs(t_s[:, None] - other_t_s).min(axis=1) < 1e-9
    assert np.abs(place[on_a_row, 2] - height[on_a_row]).max() < OTHERS_M[case, simulation]
