"""The CUDA device: is one there, and how much goes onto it at a time. Imported only by who asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from downrange.base.errors import InputError

THREADS = 64  # a block's: the kernels take some 170 registers a thread, of which a processor has 65,536
BLOCKS = 128  # fewer leave processors idle, and numba-cuda warns of it
CHUNK_BYTES = 256 * 2**20


def need() -> None:
    """Return if there is a CUDA device that kernels can be compiled for, and refuse clearly if not."""
    if find_spec("numba_cuda") is None:
        raise _refusal("the package numba-cuda is not installed")
    from numba import cuda

    if not cuda.is_available():
        raise _refusal(_why_not(cuda.cuda_error()))


def _why_not(driver_error: str | None) -> str:
    """Return in words why there is no device.

    >>> _why_not(None)
    'an NVIDIA driver, but no NVVM to compile kernels with'
    """
    if driver_error is None:
        return "an NVIDIA driver, but no NVVM to compile kernels with"
    first = next((line.strip() for line in driver_error.splitlines() if line.strip()), "without a reason")
    return f"no CUDA device: {first.rstrip('.')}"


def _refusal(seen: str) -> InputError:
    """Return the error of a device that was asked for and is not there."""
    cure = (
        "install an NVIDIA driver and pip install 'downrange[cuda]', or leave --device out: the processor does the same"
    )
    return InputError(where="--device", key="cuda", seen=seen, cure=cure)


def blocks(threads: int) -> int:
    """Return how many blocks to launch for so many threads; those to spare return at once.

    >>> blocks(1), blocks(10_000)
    (128, 157)
    """
    return max(BLOCKS, -(-threads // THREADS))


def chunks(count: int, bytes_each: int) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of parts that fit into the memory set aside, in order.

    >>> list(chunks(5, 2**27))
    [(0, 2), (2, 4), (4, 5)]
    """
    size = max(1, CHUNK_BYTES // bytes_each)
    for first in range(0, count, size):
        yield first, min(first + size, count)
