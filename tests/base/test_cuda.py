"""What goes onto a CUDA device at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import cuda as device


@given(st.integers(0, 5_000_000), st.integers(1, 10**9))
def test_chunks_are_in_order_and_complete_and_fit(count: int, bytes_each: int) -> None:
    count = min(count, 2_000 * max(1, device.CHUNK_BYTES // bytes_each))
    parts = list(device.chunks(count, bytes_each))
    assert [first for first, _ in parts] == [0, *(end for _, end in parts)][: len(parts)]
    assert (parts[-1][1] if parts else 0) == count
    assert all(end - first == 1 or (end - first) * bytes_each <= device.CHUNK_BYTES for first, end in parts)


@pytest.mark.parametrize("threads", [1, device.THREADS * device.BLOCKS, device.THREADS * device.BLOCKS + 1, 1_000_000])
def test_every_item_has_a_thread_and_no_block_is_in_vain(threads: int) -> None:
    blocks = device.blocks(threads)
    assert blocks * device.THREADS >= threads
    assert blocks == device.BLOCKS or (blocks - 1) * device.THREADS < threads
