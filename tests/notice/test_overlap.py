import pytest

from downrange.notice import Area, Shape, read
from downrange.notice._overlap import drawings, flat, groups, pairs, shares


def square(lat_deg, lon_deg, side_deg=1.0):
    return Area(
        label="1",
        shape=Shape.POLYGON,
        lat_deg=(lat_deg, lat_deg, lat_deg + side_deg, lat_deg + side_deg),
        lon_deg=(lon_deg, lon_deg + side_deg, lon_deg + side_deg, lon_deg),
    )


def share_of(one, other):
    return shares(flat(one.geometry_lonlat()), flat(other.geometry_lonlat()))


def test_shares_are_shares_of_area_on_the_earth() -> None:
    whole, half = square(60.0, 10.0, 2.0), square(60.0, 10.0, 1.0)
    same, inside = share_of(whole, half)
    # one degree square of four, the northern two smaller: between 60 and 61 N lies 0.508 of 60 to 62 N
    assert same == pytest.approx(0.254, abs=2e-3)
    assert inside == pytest.approx(1.0, abs=5e-3)  # sides along a parallel are geodesics


def test_an_area_over_the_dateline_is_itself() -> None:
    same, _ = share_of(square(0.0, 179.5), square(0.0, -180.5))
    assert same == pytest.approx(1.0)


def test_groups_hold_what_links_hold() -> None:
    assert groups(6, [(0, 3), (4, 3), (1, 2)]) == [[0, 3, 4], [1, 2], [5]]
    assert groups(0, []) == []


def test_only_drawings_of_different_notices_are_compared() -> None:
    row = (
        "B{}/26 NOTAMN A) RPHI B) 2604010000 C) 2604022359 E) WITHIN 5 NM OF 1000N02000E AND WITHIN 5 NM OF 1000N02000E"
    )
    drawn = drawings(read(row.format(1) + "\n" + row.format(2)))
    assert [one.place for one in drawn] == [0, 0, 1, 1]
    assert {(one, other) for one, other, _ in pairs(drawn, 0.8, (True, True))} == {(0, 2), (0, 3), (1, 2), (1, 3)}
