"""Points of a person: every form that is meant, and every slip told by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from downrange.base import InputError
from downrange.coverage._io_points import points_of, read_points


def test_places_alone() -> None:
    found = points_of("lat_deg,lon_deg\n39.03,125.75\n-37.57,-126.98\n", where="a.csv")
    assert found.points.lat_deg.tolist() == [39.03, -37.57]
    assert found.points.lon_deg == pytest.approx([125.75, -126.98])
    assert found.points.alt_m.tolist() == [0.0, 0.0]
    assert found.points.area_m2.tolist() == [1.0, 1.0]
    assert found.names == ("", "")
    assert "a.csv" in found.source


def test_columns_go_by_their_names(tmp_path: Path) -> None:
    text = '\ufeff# my towns\r\n\r\nname, lon_deg ,area_m2,lat_deg,alt_m\r\n"Seoul, city",126.98,6.05e8,37.57,38\r\n한강,350,1,37,0\r\n'
    path = tmp_path / "towns.csv"
    path.write_bytes(text.encode())
    found = read_points(path)
    assert found.names == ("Seoul, city", "한강")
    assert found.points.lat_deg.tolist() == [37.57, 37.0]
    assert found.points.lon_deg == pytest.approx([126.98, -10.0])
    assert found.points.area_m2.tolist() == [6.05e8, 1.0]
    assert found.points.alt_m.tolist() == [38.0, 0.0]


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("", "line 1", "an empty file"),
        ("# nothing\n\n", "line 1", "an empty file"),
        ("lat,lon\n1,2\n", "line 1", "has no lat_deg"),
        ("37.5,127.0\n", "line 1", "has no lat_deg"),
        ("lat_deg,lon_deg\n", "", "a header and no point"),
        ("lat_deg,lon_deg,height\n1,2,3\n", "line 1", "no column 'height'"),
        ("lat_deg,lon_deg,lat_deg\n1,2,3\n", "line 1", "lat_deg stands twice"),
        ("lat_deg,lon_deg\n1,2\n\n# x\n3;4\n", "line 5", "has 1 fields, and the header 2"),
        ("lat_deg,lon_deg\n1,2,3\n", "line 2", "has 3 fields"),
        ("lat_deg,lon_deg\n1,2\n1,two\n", "line 3: lon_deg", "'two'"),
        ("lat_deg,lon_deg\n1,\n", "line 2: lon_deg", "''"),
        ("lat_deg,lon_deg\n37°N,2\n", "line 2: lat_deg", "37°N"),
        ("lat_deg,lon_deg\n127,37\n", "line 2: lat_deg", "exchanged"),
        ("lat_deg,lon_deg\n1,361\n", "line 2: lon_deg", "361"),
        ("lat_deg,lon_deg\nnan,1\n", "line 2: lat_deg", "nan"),
        ("lat_deg,lon_deg\n1,inf\n", "line 2: lon_deg", "inf"),
        ("lat_deg,lon_deg,alt_m\n1,2,99999\n", "line 2: alt_m", "99999"),
        ("lat_deg,lon_deg,area_m2\n1,2,-1\n", "line 2: area_m2", "-1"),
        ("lat_deg,lon_deg,area_m2\n1,2,0\n", "area_m2", "weighs nothing"),
        ('lat_deg,lon_deg,name\n1,2,"Seoul\n', "line 2", "not CSV"),
    ],
)  # fmt: skip
def test_slips_are_told_by_their_line(text: str, key: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        points_of(text, where="mine.csv")
    assert caught.value.key == key
    assert words in str(caught.value)
    assert str(caught.value).startswith("mine.csv")


def test_a_line_without_end_is_cut_in_the_message() -> None:
    with pytest.raises(InputError) as caught:
        points_of("lat_deg,lon_deg\n" + "9" * 10_000 + "\n", where="mine.csv")
    assert len(str(caught.value)) < 400
