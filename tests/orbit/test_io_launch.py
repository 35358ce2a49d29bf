"""Launches described in a TOML file: what it gives, and what is refused with its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from downrange.base import InputError
from downrange.orbit import load_launch, read_launch

FILE = """
name = "2026-03-14"
t0 = 2026-03-14T04:30:00+09:00
t0_sigma_s = 60.0
source = "invented"

[injection]
lat_deg = 14.2
lon_deg = 126.1
alt_km = 500.0
t_s = 720.0
southbound = true
source = "invented"

[orbit]
perigee_km = 480.0
apogee_km = 520.0
inclination_deg = 97.5
source = "invented"

[[known]]
number = "2026-040"
at = 2026-03-13T00:00:00Z
what = "the one before"
source = "invented"

[[known]]
number = "2026-042"
at = 2026-03-15T00:00:00Z
what = "the one after"
source = "invented"
"""


def test_a_file_gives_a_launch_in_si_and_utc(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(FILE)
    found = load_launch(tmp_path / "mine.toml")
    assert found.t0.isoformat() == "2026-03-13T19:30:00+00:00"
    assert (found.perigee_alt_m, found.apogee_alt_m, found.alt_sigma_m) == (480e3, 520e3, 30e3)
    assert (found.injection.alt_m, found.injection.sigma_deg, found.injection.southbound) == (500e3, 2.0, True)
    assert found.injected.isoformat() == "2026-03-13T19:42:00+00:00"
    assert (str(found.numbers), found.p_reach) == ("2026-041", 0.5)


def test_a_number_that_is_told_goes_first_and_one_that_cannot_be_is_refused() -> None:
    told = FILE.replace("source", 'designator = "2026-041B"\nsource', 1)
    assert str(read_launch(told).numbers) == "2026-041"
    with pytest.raises(InputError, match="2026-050 for a launch that can have 2026-041"):
        read_launch(told.replace("041B", "050"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("t0_sigma_s = 60.0\n", "", "t0_sigma_s: missing"),
        ("lat_deg = 14.2", "lattitude_deg = 14.2", "injection.lattitude_deg"),
        ("+09:00", "", "time zone"),
        ("lat_deg = 14.2", "lat_deg = 126.2", "lat_deg, lon_deg: 126.2, 126.1"),
        ("apogee_km = 520.0", "apogee_km = 420.0", "apogee_alt_m: 420000 m lies below"),
        ('source = "invented"\n\n[orbit]', 'source = " "\n\n[orbit]', "injection.source: no source"),
        ('"2026-042"', '"42"', "known.number: '42'"),
        ("name = ", "name ", "not TOML"),
    ],
)
def test_a_fault_is_told_with_its_key(old: str, new: str, told: str) -> None:
    assert old in FILE
    with pytest.raises(InputError) as caught:
        read_launch(FILE.replace(old, new, 1), where="mine.toml")
    assert told in str(caught.value)


def test_the_file_in_the_manual_is_read() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "orbit.md").read_text(encoding="utf-8")
    found = read_launch(manual.split("```toml")[1].split("```")[0])
    assert found.name == "2026-03-14"
    assert found.numbers.first == 41
