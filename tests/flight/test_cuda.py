"""Flights on a CUDA device against the processor's: in numba's simulator, and on a device when one is at hand."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numba import cuda

from downrange.base import Array
from downrange.earth import ZONALS, air_table, load_site, load_wind, wind_tables
from downrange.flight import Failure, crowd_of, load_vehicle_and_plan, timeline, troubles_of
from downrange.flight import _kernel as k
from downrange.flight.crowd import starts_of

pytest.importorskip("numba_cuda")

# What the device may differ by [m], sines and roots being its own. The simulator runs the Python of the kernels.
MACHINES = {"simulator": 1e-3} | ({"device": 1.0} if cuda.is_available() else {})

# One flight a part, so that parts are joined.
FLY = """
import sys
import numpy as np
from downrange.base import cuda as device
from downrange.flight.cuda import fly_many
device.CHUNK_BYTES, device.BLOCKS, device.THREADS = 1, 1, 2
given = dict(np.load(sys.argv[1]))
shape = given["table"].shape
found = {}
for name in ("still", "all", "each"):
    ends, q_max = np.full((*shape[:2], 8), np.nan), np.full(shape[0], np.nan)
    arrays = [given[key] for key in ("table", "starts", "air", "drag", name, "zonals")]
    fly_many(*arrays, ends, q_max)
    found |= {f"ends_{name}": ends, f"q_{name}": q_max}
np.savez(sys.argv[2], **found)
"""


REFUSED = """
import sys
import downrange.flight.cuda
from downrange.base import InputError
from downrange.earth import load_site
from downrange.flight import Device, crowd_of, fly_crowd, load_vehicle_and_plan
if sys.argv[1] == "no package":
    sys.modules["numba_cuda"] = None  # which hides it from find_spec
try:
    fly_crowd(crowd_of(*load_vehicle_and_plan("chollima-1"), load_site("sohae-coastal")), device=Device.CUDA)
except InputError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def flights() -> dict[str, Array]:
    """Return two flights, one as planned, one whose second stage turns away, and three ways of wind."""
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    crowd = crowd_of(vehicle, plan, load_site("sohae-coastal"), 2)
    turn_deg, share = np.array([0.0, 30.0]), np.array([[1.0], [0.9]])
    crowd = replace(crowd, azimuth_deg=crowd.azimuth_deg + turn_deg, isp_vac_s=crowd.isp_vac_s * share)
    turns = troubles_of(crowd, Failure.parse("stage2:malfunction-turn@20/15"))
    line = timeline(crowd, replace(turns, kind=np.array([-1, turns.kind[1]])))
    each = wind_tables(load_wind("assumed-westerly-jet"), 1, 2)
    arrays = {"table": line.table, "starts": starts_of(crowd), "air": air_table(), "drag": crowd.drag, "zonals": ZONALS}
    return arrays | {"still": np.zeros((1, 0, 8)), "all": each[1:], "each": each}


@pytest.fixture(scope="module", params=MACHINES)
def flown(
    request: pytest.FixtureRequest, flights: dict[str, Array], tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Array], float]:
    """Return the ends and largest pressures with each wind, and how far off they may be [m]."""
    folder: Path = tmp_path_factory.mktemp("cuda")
    np.savez(folder / "given.npz", **flights)
    env = os.environ | ({"NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "1"} if request.param == "simulator" else {})
    subprocess.run([sys.executable, "-c", FLY, folder / "given.npz", folder / "found.npz"], env=env, check=True)
    return dict(np.load(folder / "found.npz")), MACHINES[request.param]


@pytest.mark.parametrize("wind", ["still", "all", "each"])
def test_the_device_flies_as_the_processor_does(
    flights: dict[str, Array], flown: tuple[dict[str, Array], float], wind: str
) -> None:
    found, allowed_m = flown
    table = flights["table"]
    ends, q_max_pa = np.empty((*table.shape[:2], k.STATE)), np.empty(len(table))
    k.fly_few(*(flights[key] for key in ("table", "starts", "air", "drag", wind, "zonals")), ends, q_max_pa)
    assert np.linalg.norm(found[f"ends_{wind}"][:, :, 1:4] - ends[:, :, 1:4], axis=2).max() <= allowed_m
    np.testing.assert_allclose(found[f"ends_{wind}"][:, :, [0, 7]], ends[:, :, [0, 7]], rtol=1e-9)
    np.testing.assert_allclose(found[f"q_{wind}"], q_max_pa, rtol=1e-6)


def test_wind_reaches_the_device(flown: tuple[dict[str, Array], float]) -> None:
    first = {wind: flown[0][f"ends_{wind}"][0, -1, 1:4] for wind in ("still", "all", "each")}
    assert np.linalg.norm(first["all"] - first["still"]) > 10.0
    assert np.linalg.norm(first["each"] - first["all"]) > 10.0


@pytest.mark.parametrize(
    ("missing", "seen"),
    [("no package", "the package numba-cuda is not installed"), ("no device", "no CUDA device: ")],
)
def test_without_a_device_the_error_says_what_to_do(missing: str, seen: str) -> None:
    command = [sys.executable, "-W", "error", "-c", REFUSED, missing]
    env = os.environ | {"CUDA_VISIBLE_DEVICES": ""}
    said = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"--device: cuda: {seen}")
    assert said.endswith(
        "Install an NVIDIA driver and pip install 'downrange[cuda]', or leave --device out: the processor does the same.\n"
    )
