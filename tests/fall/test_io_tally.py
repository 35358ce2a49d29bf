"""Tallies on disk: the same bits back, and no broken file taken for a whole one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from downrange.base import InputError
from downrange.fall import Tally, grid_of, load_tally, same_tally, save_tally, tally_of


def some() -> Tally:
    rng = np.random.default_rng(2)
    return tally_of(
        grid_of(5_000.0),
        ("nominal", "폭발"),
        ("stage 1", "fairing"),
        [40, 60],
        mode=rng.integers(0, 2, 200),
        body=rng.integers(0, 2, 200),
        lat_deg=rng.normal(34.0, 1.0, 200),
        lon_deg=rng.normal(123.0, 1.0, 200),
        t_s=rng.uniform(0.0, 900.0, 200),
        speed_mps=rng.uniform(10.0, 300.0, 200),
        harmful=rng.random(200) < 0.5,
    )


def test_a_tally_comes_back_bit_for_bit_and_its_file_is_always_the_same(tmp_path: Path) -> None:
    one, two = save_tally(tmp_path / "a.npz", some()), save_tally(tmp_path / "b.npz", some())
    assert same_tally(load_tally(one), some())
    assert one.read_bytes() == two.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz"]


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused(tmp_path: Path, keep: float) -> None:
    path = save_tally(tmp_path / "a.npz", some())
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(InputError, match=r"a\.npz: no whole tally"):
        load_tally(path)


def test_a_file_with_one_changed_byte_is_refused_or_reads_the_same(tmp_path: Path) -> None:
    path = save_tally(tmp_path / "a.npz", some())
    content = path.read_bytes()
    refused = 0
    for at in range(0, len(content), max(len(content) // 97, 1)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x5A]) + content[at + 1 :])
        try:
            assert same_tally(load_tally(path), some())  # a byte that nobody reads
        except InputError:
            refused += 1
    assert refused > 80


@pytest.mark.parametrize("content", [b"", b"hello", b"\x93NUMPY", b"PK\x03\x04"])
def test_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no whole tally"):
        load_tally(path)


def test_a_file_that_is_not_there_or_is_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_tally(tmp_path / "no.npz")
    with pytest.raises(InputError, match="no whole tally"):
        load_tally(tmp_path)


def changed(path: Path, **change: object) -> Path:
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files} | change
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("keys", lambda a: a[::-1]),
        ("counts", lambda a: a[:-1]),
        ("counts", lambda a: a + 1),
        ("counts", lambda a: a.astype(float)),
        ("times_counts", lambda a: a[:-1]),
        ("sums", lambda a: a[:, :, :5]),
        ("flights", lambda a: a[:1]),
        ("grid", lambda a: a * 0),
        ("form", lambda a: a + 1),
        ("modes", lambda a: a[:1]),
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(tmp_path: Path, name: str, how) -> None:
    path = save_tally(tmp_path / "a.npz", some())
    with np.load(path) as file:
        value = how(file[name])
    with pytest.raises(InputError, match=r"a\.npz"):
        load_tally(changed(path, **{name: value}))


def test_pickled_objects_are_never_loaded(tmp_path: Path) -> None:
    path = save_tally(tmp_path / "a.npz", some())
    with pytest.raises(InputError, match="no whole tally"):
        load_tally(changed(path, modes=np.array([Path("x"), None], dtype=object)))


def test_a_place_that_cannot_be_written_is_told_and_left_clean(tmp_path: Path) -> None:
    (tmp_path / "a.npz").mkdir()
    for target in (tmp_path / "missing" / "a.npz", tmp_path / "a.npz"):
        with pytest.raises(InputError, match="cannot be written"):
            save_tally(target, some())
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]
