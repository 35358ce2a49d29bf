"""Falls on a CUDA device against the processor's: in numba's simulator, and on a device when one is at hand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import cuda

from downrange.base import Array, ecef_from_geodetic, v_ecef_from_enu
from downrange.earth import load_wind, wind_tables
from downrange.fall import states_at

pytest.importorskip("numba_cuda")

FRAGMENTS = 8
# What the device may differ by [m], sines and roots being its own. The simulator runs the Python of the kernels.
MACHINES = {"simulator": 1e-3} | ({"device": 1.0} if cuda.is_available() else {})

# Three bodies a part, so that parts are joined.
FALL = """
import sys
import numpy as np
from downrange.base import cuda as device
from downrange.fall import states_at
from downrange.flight import Device
device.CHUNK_BYTES, device.BLOCKS, device.THREADS = 8 * 15 * 3, 1, 4
given = dict(np.load(sys.argv[1]))
bodies = [given[key] for key in ("r", "v", "beta")]
found = {
    "still": states_at(*bodies, device=Device.CUDA),
    "windy": states_at(*bodies, alt_m=100, winds=given["winds"], wind_of=given["wind_of"], device=Device.CUDA),
    "nobody": states_at(np.empty((0, 3)), np.empty((0, 3)), np.empty(0), device=Device.CUDA),
}
np.savez(sys.argv[2], **found)
"""


@pytest.fixture(scope="module")
def bodies() -> dict[str, Array]:
    """Return bodies from 10 to 5000 kg/m^2, one of which stays in orbit, and a wind for every two."""
    rng = np.random.default_rng(5)
    n = FRAGMENTS
    lat, lon, alt = rng.uniform(-60, 60, n), rng.uniform(-180, 180, n), rng.uniform(5e3, 100e3, n)
    enu = rng.uniform(-2_000, 2_000, (n, 3))
    alt[3], enu[3] = 500e3, (9_000.0, 0.0, 0.0)
    winds = wind_tables(load_wind("assumed-westerly-jet"), 1, n // 2)
    r, v, beta = ecef_from_geodetic(lat, lon, alt), v_ecef_from_enu(enu, lat, lon), np.geomspace(10.0, 5_000.0, n)
    return {"r": r, "v": v, "beta": beta, "winds": winds, "wind_of": np.arange(n) // 2}


@pytest.fixture(scope="module", params=MACHINES)
def fallen(
    request: pytest.FixtureRequest, bodies: dict[str, Array], tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Array], float]:
    """Return where bodies come down, with and without wind, and how far off they may be [m]."""
    folder: Path = tmp_path_factory.mktemp("cuda")
    np.savez(folder / "given.npz", **bodies)
    env = os.environ | ({"NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "1"} if request.param == "simulator" else {})
    subprocess.run([sys.executable, "-c", FALL, folder / "given.npz", folder / "found.npz"], env=env, check=True)
    return dict(np.load(folder / "found.npz")), MACHINES[request.param]


def on_the_processor(bodies: dict[str, Array]) -> dict[str, Array]:
    r, v, beta = bodies["r"], bodies["v"], bodies["beta"]
    windy = states_at(r, v, beta, alt_m=100, winds=bodies["winds"], wind_of=bodies["wind_of"])
    return {"still": states_at(r, v, beta), "windy": windy}


@pytest.mark.parametrize("air", ["still", "windy"])
def test_the_device_drops_as_the_processor_does(
    bodies: dict[str, Array], fallen: tuple[dict[str, Array], float], air: str
) -> None:
    theirs, ours = fallen[0][air], on_the_processor(bodies)[air]
    down = np.isfinite(ours[:, 0])
    assert down.tolist() == [i != 3 for i in range(FRAGMENTS)]
    assert np.isnan(theirs[~down]).all()
    assert np.linalg.norm(theirs[down, 1:4] - ours[down, 1:4], axis=1).max() <= fallen[1]
    np.testing.assert_allclose(theirs[down, 0], ours[down, 0], atol=1e-3)


def test_wind_reaches_the_device(fallen: tuple[dict[str, Array], float]) -> None:
    found = fallen[0]
    apart_m = np.linalg.norm(found["windy"][:, 1:4] - found["still"][:, 1:4], axis=1)
    assert apart_m[0] > 1_000.0  # 10 kg/m^2


def test_nobody_falls_on_the_device_either(fallen: tuple[dict[str, Array], float]) -> None:
    assert fallen[0]["nobody"].shape == (0, 7)
