from datetime import UTC, datetime

import pytest

from downrange.base import InputError
from downrange.notice import Area, FlagCode, Notice, NoticeError, NoticeKind, NoticeWindow, Role, Shape
from downrange.notice.model import Flag

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_window_is_primary_unless_it_says_otherwise() -> None:
    window = NoticeWindow(opens=START, closes=START.replace(hour=2))
    assert window.role is Role.PRIMARY
    assert window.holds(START.replace(hour=1))


def test_a_window_that_closes_first_is_refused() -> None:
    with pytest.raises(InputError, match="midnight crossing"):
        NoticeWindow(opens=START.replace(hour=2), closes=START, role=Role.ALTERNATE)


@pytest.mark.parametrize(
    ("area", "kind"),
    [
        (Area(label="1", shape=Shape.POINT, lat_deg=(1.0,), lon_deg=(2.0,)), "Point"),
        (Area(label="1", shape=Shape.CIRCLE, lat_deg=(1.0,), lon_deg=(2.0,), radius_m=5e3), "Polygon"),
        (Area(label="1", shape=Shape.POLYGON, lat_deg=(1.0, 1.0, 0.0), lon_deg=(2.0, 3.0, 3.0)), "Polygon"),
        (
            Area(label="1", shape=Shape.POLYGON, lat_deg=(1.0, 1.0, 0.0, 0.0), lon_deg=(2.0, 3.0, 2.0, 3.0)),
            "MultiPolygon",
        ),
        (Area(label="1", shape=Shape.CIRCLE, lat_deg=(1.0,), lon_deg=(180.0,), radius_m=5e3), "MultiPolygon"),
    ],
)
def test_every_geometry_is_valid(area, kind) -> None:
    drawn = area.geometry_lonlat()
    assert (drawn.geom_type, drawn.is_valid) == (kind, True)


def test_flags_are_found_by_code() -> None:
    flag = Flag(code=FlagCode.NO_AREA, start=0, stop=3, message="none")
    notice = Notice(source_id="x", kind=NoticeKind.OTHER, flags=(flag,))
    assert notice.flagged("no-area") == notice.flagged(FlagCode.NO_AREA) == (flag,)
    assert notice.flagged(FlagCode.REORDERED) == ()


def test_an_error_points_into_the_text() -> None:
    error = NoticeError(where="a.txt", key="area", seen="nothing", cure="give one", start=4, stop=9)
    assert isinstance(error, InputError)
    assert (error.start, error.stop, str(error)) == (4, 9, "a.txt: area: nothing. Give one.")
