"""Compile the CUDA kernels where there is no CUDA device, and tell what they take.

    python tools/ptx.py FOLDER [9.0 7.5 ...]

Writes FOLDER/KERNEL-sm_XY.ptx and prints one line of JSON for each. Needs numba-cuda, and of CUDA only the wheel
nvidia-cuda-nvcc-cu12 (NVVM, libdevice, ptxas). numba-cuda asks the device what it is, and a third library (NVRTC)
which ones there are: both answers are put into this process here.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from numba import cuda
from numba.cuda import cuda_paths, dispatcher
from numba.cuda.cudadrv import nvrtc

from downrange.fall.cuda import fall_each
from downrange.flight.cuda import fly_each

TABLE, VECTOR, CUBE = "float64[:,::1]", "float64[::1]", "float64[:,:,::1]"
KERNELS = {
    "fly": (fly_each, (CUBE, TABLE, TABLE, TABLE, CUBE, "int64", VECTOR, CUBE, VECTOR)),
    "fall": (
        fall_each,
        (TABLE, VECTOR, TABLE, VECTOR, CUBE, "int64", "int64[::1]", *("float64",) * 4, TABLE),
    ),
}
CAPABILITIES = ((7, 5), (8, 0), (8, 6), (8, 9), (9, 0))


def compiled(name: str, cc: tuple[int, int]) -> str:
    """Return the PTX of a kernel for a compute capability."""
    kernel, arguments = KERNELS[name]
    dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=cc)
    nvrtc.get_supported_ccs = lambda: list(CAPABILITIES)
    cuda_paths._get_nvrtc_path = lambda: cuda_paths._env_path_tuple("not wanted", None)  # noqa: SLF001
    signature = f"void({', '.join(arguments)})"
    ptx, _ = cuda.compile(kernel.py_func, signature, cc=cc, output="ptx", device=False, abi="numba")
    return str(ptx)


def ptxas() -> Path:
    """Return the assembler of the wheel."""
    files = metadata.files("nvidia-cuda-nvcc-cu12") or ()
    return next(Path(str(file.locate())) for file in files if file.name == "ptxas")


def assembled(file: Path, cc: tuple[int, int]) -> dict[str, int]:
    """Return registers, stack and spills [bytes] of a thread, as the assembler tells them."""
    command = [ptxas(), "-v", f"-arch=sm_{cc[0]}{cc[1]}", file, "-o", file.with_suffix(".cubin")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr  # noqa: S603 - of our own making
    patterns = {
        "registers": r"Used (\d+) registers",
        "stack_bytes": r"(\d+) bytes stack frame",
        "spill_store_bytes": r"(\d+) bytes spill stores",
        "spill_load_bytes": r"(\d+) bytes spill loads",
    }
    return {what: max(map(int, re.findall(pattern, told))) for what, pattern in patterns.items()}


def told(name: str, cc: tuple[int, int], folder: Path) -> dict[str, Any]:
    """Compile a kernel into a folder and return what there is to tell of it."""
    ptx = compiled(name, cc)
    file = folder / f"{name}-sm_{cc[0]}{cc[1]}.ptx"
    file.write_text(ptx, encoding="utf-8")
    return {
        "kernel": name,
        "file": file.name,
        "target": re.findall(r"^\.target (\w+)", ptx, re.MULTILINE)[0],
        "entries": len(re.findall(r"\.visible \.entry \S*" + KERNELS[name][0].py_func.__name__, ptx)),
        "fma_f64": len(re.findall(r"\bfma\.rn\.f64\b", ptx)),
        "f32": len(re.findall(r"\b(?:add|sub|mul|div|fma|sqrt)\S*\.f32\b", ptx)),
        "local_bytes": sum(map(int, re.findall(r"\.local \.align \d+ \.b8\s+\w+\[(\d+)\]", ptx))),
        **assembled(file, cc),
    }


def main() -> None:
    """Compile both kernels for each compute capability asked for."""
    folder = Path(sys.argv[1])
    for asked in sys.argv[2:] or ["9.0", "7.5"]:
        major, minor = map(int, asked.split("."))
        for name in KERNELS:
            print(json.dumps(told(name, (major, minor), folder)))


if __name__ == "__main__":
    main()
