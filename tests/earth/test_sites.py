from __future__ import annotations

from pathlib import Path

import pytest

from downrange.base import InputError
from downrange.earth import Site, load_site, range_azimuth, site_names

GOOD = """
name = "mine"
title = "My pad"
lat_deg = { value = -39.26, source = "survey" }
lon_deg = { value = 177.86, source = "survey" }
alt_m = { value = 12, source = "survey" }
sigma_m = { value = 5, source = "survey" }
"""


def test_every_shipped_site_loads_under_its_own_name_and_has_sources() -> None:
    known = "andoya baikonur jiuquan kourou kourou-ela-4 mahia naro plesetsk semnan sriharikota starbase taiyuan tanegashima"
    assert {"sohae", "sohae-coastal", "tonghae", *known.split()} <= set(site_names())
    assert {"uchinoura", "vandenberg", "vostochny", "wallops", "wenchang", "xichang"} <= set(site_names())
    for name in site_names():
        site = load_site(name)
        assert site.name == name
        for key in ("lat_deg:", "lon_deg:", "alt_m:", "sigma_m:"):
            assert key in site.source


def test_the_coastal_pad_is_the_old_one_with_three_kilometres_of_doubt() -> None:
    old, coastal = load_site("sohae"), load_site("sohae-coastal")
    assert range_azimuth(old.lat_deg, old.lon_deg, coastal.lat_deg, coastal.lon_deg)[0] < 3 * coastal.sigma_m
    assert coastal.sigma_m == 3_000.0
    assert "assumed" in coastal.source


def test_a_persons_own_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8")
    site = load_site(path)
    assert (site.lat_deg, site.lon_deg, site.alt_m) == (-39.26, 177.86, 12.0)
    assert load_site(str(path)) == site


def test_an_unknown_site_is_answered_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"no site 'sohea'.*sohae-coastal") as caught:
        load_site("sohea")
    assert caught.value.where == "site"


def test_a_missing_file_is_said_to_be_missing() -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        load_site("nowhere/at-all.toml")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("alt_m", "altitude_m", "altitude_m"),
        ("lat_deg = { value = -39.26", "lat_deg = { valu = -39.26", "valu"),
        ("value = -39.26", "value = 'south'", "lat_deg.value"),
        ('lat_deg = { value = -39.26, source = "survey" }', "lat_deg = -39.26", "lat_deg"),
        ("value = -39.26", "value = 177.86", "latitude and longitude exchanged"),
        ("value = 177.86", "value = 182.14", "east positive"),
        ("sigma_m = { value = 5", "sigma_m = { value = -5", "0 or more"),
        ("title = ", "title ", "TOML"),
    ],
)
def test_a_slip_is_named_with_file_key_and_cure(tmp_path: Path, old: str, new: str, expected: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_site(path)
    assert expected in str(caught.value)
    assert "mine" in str(caught.value)


def test_a_site_without_a_source_is_refused() -> None:
    with pytest.raises(InputError, match="assumed"):
        Site(name="x", title="x", lat_deg=0.0, lon_deg=0.0, alt_m=0.0, sigma_m=0.0, source=" ")
