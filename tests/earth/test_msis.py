"""The air of a day and a place: published columns, physical bounds, and never a socket."""

from __future__ import annotations

import math
import runpy
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from downrange.base import InputError, parse_utc
from downrange.earth import _kernel as k
from downrange.earth import air_table, us76_below_86km
from downrange.earth.msis import load_air, msis_table

RUN = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "authority" / "air_nrlmsise00.py")))
WHEN = datetime(2023, 8, 24, 3, 50, tzinfo=UTC)
QUIET = {"f107": 70.0, "f107a": 70.0, "ap": 4.0}
ACTIVE = {"f107": 220.0, "f107a": 220.0, "ap": 40.0}
SEOUL = (37.5, 127.0)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every opened socket fail the test."""
    import pymsis  # noqa: F401 - importing it defines classes on top of the real socket

    def shut(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", shut)
    monkeypatch.setattr(socket, "getaddrinfo", shut)


@pytest.fixture(scope="module")
def published() -> np.ndarray:
    moment = parse_utc(RUN.WHEN)
    return msis_table(moment, RUN.LAT_DEG, RUN.LON_DEG, f107=RUN.F107, f107a=RUN.F107A, ap=RUN.AP)


@pytest.mark.parametrize(("alt_km", "g_per_cm3", "kelvin", "anomalous"), RUN.ROWS)
def test_density_is_that_of_the_community_centre(published, alt_km, g_per_cm3, kelvin, anomalous) -> None:
    expected = (g_per_cm3 + anomalous * RUN.OXYGEN_G) * 1e3
    assert k.density(alt_km * 1e3, published) == pytest.approx(expected, rel=1e-3)  # four figures were published


def test_sound_follows_the_published_temperature(published) -> None:
    expected_mps = math.sqrt(1.4 * 287.05287 * RUN.ROWS[0][2])
    assert k.sound_speed(0.0, published) == pytest.approx(expected_mps, rel=0.05 / 297.7)


def test_the_table_has_the_knots_and_columns_of_the_standard(published) -> None:
    assert published.shape == air_table().shape
    assert np.isfinite(published).all()
    alt_m = np.arange(-5e3, 1e6, 333.0)
    rho = np.array([k.density(h, published) for h in alt_m])
    assert (rho > 0.0).all()
    assert (np.diff(rho) < 0.0).all()


def test_between_knots_the_spline_is_the_model() -> None:
    import pymsis

    table = msis_table(WHEN, *SEOUL, **QUIET)
    alt_km = np.concatenate([np.arange(0.0, 130.0, 0.037), np.arange(130.0, 1000.0, 0.77)])
    model = pymsis.calculate(
        np.datetime64("2023-08-24T03:50:00"), 127.0, 37.5, alt_km, [70.0], [70.0], [[4.0] * 7], version=0
    )
    mine = np.array([k.density(h * 1e3, table) for h in alt_km])
    miss = np.abs(mine / model.reshape(len(alt_km), -1)[:, 0] - 1.0)
    assert miss.max() < 2e-3  # at 72.5 and 123.4 km, where pieces of the model meet in a kink
    assert np.quantile(miss, 0.9) < 1e-5


@pytest.mark.parametrize("version", ["00", "2.0", "2.1"])
def test_below_thirty_kilometres_mid_latitude_air_is_near_the_standard(version: str) -> None:
    alt_m = np.arange(0.0, 30_001.0, 1_000.0)
    standard = us76_below_86km(alt_m)[2]
    for lat_deg in (-45.0, 45.0):
        for month in (1, 4, 7, 10):
            moment = datetime(2023, month, 15, 12, tzinfo=UTC)
            table = msis_table(moment, lat_deg, 127.0, version=version, **QUIET)
            rho = np.array([k.density(h, table) for h in alt_m])
            assert np.abs(rho / standard - 1.0).max() < 0.15


def test_an_active_sun_swells_the_air_at_400_km_and_leaves_it_below() -> None:
    quiet, active = msis_table(WHEN, *SEOUL, **QUIET), msis_table(WHEN, *SEOUL, **ACTIVE)
    assert k.density(400e3, active) > 3.0 * k.density(400e3, quiet)
    assert k.density(20e3, active) == pytest.approx(k.density(20e3, quiet), rel=0.01)


def test_every_input_changes_the_air() -> None:
    base = msis_table(WHEN, *SEOUL, **QUIET)
    others = [
        msis_table(datetime(2023, 1, 24, 3, 50, tzinfo=UTC), *SEOUL, **QUIET),
        msis_table(WHEN, -37.5, 127.0, **QUIET),
        msis_table(WHEN, 37.5, 7.0, **QUIET),
        *(msis_table(WHEN, *SEOUL, **(QUIET | {key: 2.0 * value})) for key, value in QUIET.items()),
        *(msis_table(WHEN, *SEOUL, version=version, **QUIET) for version in ("2.0", "2.1")),
    ]
    at_300 = [k.density(300e3, table) for table in (base, *others)]
    assert all(abs(other / at_300[0] - 1.0) > 1e-3 for other in at_300[1:])


def test_west_longitude_is_written_either_way() -> None:
    west, east = (msis_table(WHEN, 28.5, lon_deg, **QUIET) for lon_deg in (-80.5, 279.5))
    assert (west == east).all()


@pytest.mark.parametrize("version", ["00", "2.1"])
def test_below_the_ellipsoid_the_air_grows_as_in_the_standard(version: str) -> None:
    table = msis_table(WHEN, *SEOUL, version=version, **QUIET)
    standard = air_table()
    for alt_m in (-5_000.0, -2_500.0, -250.0):
        mine = k.density(alt_m, table) / k.density(0.0, table)
        assert mine == pytest.approx(k.density(alt_m, standard) / k.density(0.0, standard), rel=1e-4)
        sound = k.sound_speed(alt_m, table) / k.sound_speed(0.0, table)
        assert sound == pytest.approx(k.sound_speed(alt_m, standard) / k.sound_speed(0.0, standard), rel=1e-9)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("lat_deg", 127.0, "latitude and longitude exchanged"),
        ("lon_deg", math.nan, "east positive"),
        ("f107", 0.0, "of the day before"),
        ("f107a", math.inf, "81-day mean"),
        ("ap", -1.0, "not Kp"),
        ("version", "1.0", "NRLMSISE-00"),
    ],
)
def test_what_cannot_be_is_refused_with_the_cure(key: str, value: object, told: str) -> None:
    given = {"lat_deg": 37.5, "lon_deg": 127.0, **QUIET, key: value}
    with pytest.raises(InputError, match=told) as caught:
        msis_table(WHEN, **given)
    assert caught.value.key == key


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(InputError, match="no time zone"):
        msis_table(WHEN.replace(tzinfo=None), *SEOUL, **QUIET)


def test_without_the_package_the_cure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymsis", None)
    with pytest.raises(InputError, match=r"pip install downrange\[msis\]"):
        msis_table(WHEN, *SEOUL, **QUIET)


AIR = """moment = "2023-08-24T03:50:00Z"
lat_deg = 37.5
lon_deg = 127.0
f107 = 70.0
f107a = 70.0
ap = 4.0
source = "assumed"
"""


def air_file(folder: Path, text: str) -> Path:
    (folder / "air.toml").write_text(text, encoding="utf-8")
    return folder / "air.toml"


def test_the_air_of_a_file_is_the_table_of_its_numbers(tmp_path: Path) -> None:
    assert (load_air(air_file(tmp_path, AIR)) == msis_table(WHEN, *SEOUL, **QUIET)).all()
    newer = AIR + 'version = "2.1"\n'
    assert (load_air(air_file(tmp_path, newer)) == msis_table(WHEN, *SEOUL, **QUIET, version="2.1")).all()


def test_a_moment_with_its_zone_is_the_same_moment(tmp_path: Path) -> None:
    in_seoul = AIR.replace("03:50:00Z", "12:50:00+09:00")
    assert (load_air(air_file(tmp_path, in_seoul)) == msis_table(WHEN, *SEOUL, **QUIET)).all()


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("03:50:00Z", "03:50:00", "moment"),
        ("2023-08-24T03:50:00Z", "yesterday", "moment"),
        ("lat_deg = 37.5", "lat_deg = 137.5", "lat_deg"),
        ("lon_deg = 127.0\n", "", "lon_deg"),
        ("f107 = 70.0", "f107 = nan", "f107"),
        ("ap = 4.0", 'ap = "quiet"', "ap"),
        ("ap = 4.0", "kp = 4.0", "kp"),
        ('source = "assumed"', 'source = " "', "source"),
        ('source = "assumed"', 'source = "assumed"\nversion = "3"', "version"),
    ],
)
def test_a_file_of_air_with_a_fault_names_itself_and_the_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert old in AIR
    with pytest.raises(InputError, match=rf"air\.toml.*{key}"):
        load_air(air_file(tmp_path, AIR.replace(old, new, 1)))


def test_a_file_of_air_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml: cannot be read"):
        load_air(tmp_path / "none.toml")
