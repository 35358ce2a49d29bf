"""The CUDA kernels compile where there is no CUDA device: in double precision, without spills, for old and new ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numba_cuda")

TOOL = Path(__file__).parents[2] / "tools" / "ptx.py"
KERNELS = ("fly", "fall")
TARGETS = ("sm_75", "sm_90")
FMA_F64_AT_LEAST = {"fly": 1_500, "fall": 500}
LOCAL_BYTES_AT_MOST = {"fly": 64, "fall": 0}  # of a thread; the flight's 40 are libdevice's, for sines of large angles


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what the tool tells of each kernel for each target, the text of its PTX with it."""
    folder = tmp_path_factory.mktemp("ptx")
    done = subprocess.run([sys.executable, TOOL, folder, "7.5", "9.0"], capture_output=True, text=True, check=True)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {(one["kernel"], one["target"]): one | {"ptx": (folder / one["file"]).read_text()} for one in told}


def test_each_kernel_is_compiled_for_each_target(compiled: dict[tuple[str, str], dict[str, Any]]) -> None:
    assert set(compiled) == {(kernel, target) for kernel in KERNELS for target in TARGETS}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("kernel", KERNELS)
def test_it_is_one_kernel_in_double_precision(
    compiled: dict[tuple[str, str], dict[str, Any]], kernel: str, target: str
) -> None:
    one = compiled[kernel, target]
    assert one["ptx"].count(".entry ") == one["entries"] == 1
    assert one["ptx"].count("fma.rn.f64") == one["fma_f64"] >= FMA_F64_AT_LEAST[kernel]
    assert one["f32"] == 0


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("kernel", KERNELS)
def test_it_keeps_to_registers(compiled: dict[tuple[str, str], dict[str, Any]], kernel: str, target: str) -> None:
    one = compiled[kernel, target]
    assert one["spill_store_bytes"] == one["spill_load_bytes"] == 0
    assert max(one["local_bytes"], one["stack_bytes"]) <= LOCAL_BYTES_AT_MOST[kernel]
    assert one["registers"] <= 255
