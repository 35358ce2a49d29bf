from datetime import UTC, datetime, timedelta

import pytest

from downrange.notice.areas import Draft, Segment
from downrange.notice.checks import QCircle, check_q_circle, check_ring, check_self_cancel, check_swapped
from downrange.notice.coordinates import Vertex
from downrange.notice.model import FlagCode, NoticeWindow

START = datetime(2026, 4, 1, 10, tzinfo=UTC)
WINDOW = NoticeWindow(opens=START, closes=START + timedelta(hours=2))


def ring(*places):
    return Draft(Segment(), [Vertex(lat_deg=lat, lon_deg=lon) for lat, lon in places])


def q_circle(lat, lon, radius_nm):
    return QCircle(lat_deg=lat, lon_deg=lon, radius_nm=radius_nm, start=3, stop=9)


SQUARE = ring((0.5, -0.5), (0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5))
CORNER_NM = 42.4  # half a degree each way: 30 NM times the root of two


@pytest.mark.parametrize(
    ("circle", "fails"),
    [
        (q_circle(0.0, 0.0, 43), False),
        (q_circle(0.0, 0.0, 35), False),  # 1.15 * 35 + 3 = 43.25
        (q_circle(0.0, 0.0, 34), True),  # 1.15 * 34 + 3 = 42.1
        (q_circle(10.0, 0.0, 999), False),
        (q_circle(10.0, 0.0, 12), True),
    ],
)
def test_the_circle_of_q_must_cover_the_vertices(circle, fails) -> None:
    flag = check_q_circle(circle, [SQUARE])
    assert (flag is not None) == fails
    if fails:
        assert (flag.code, flag.start, flag.stop) == (FlagCode.Q_CIRCLE_MISMATCH, 3, 9)


def test_the_circle_of_q_must_hold_the_middle() -> None:
    tiny = ring((0.06, -0.01), (0.06, 0.01), (0.05, 0.0))
    assert "middle" in check_q_circle(q_circle(0.0, 0.0, 2), [tiny]).message


def test_the_circle_of_q_wraps_at_the_dateline() -> None:
    over = ring((0.5, 179.5), (0.5, -179.5), (-0.5, -179.5), (-0.5, 179.5))
    assert check_q_circle(q_circle(0.0, -180.0, 43), [over]) is None


def test_points_are_not_checked() -> None:
    assert check_q_circle(q_circle(50.0, 0.0, 5), [ring((0.0, 0.0))]) is None


@pytest.mark.parametrize(("radius_nm", "fails"), [(40, False), (30, True)])
def test_a_circle_must_be_covered_with_its_radius(radius_nm, fails) -> None:
    area = Draft(Segment(), [Vertex(lat_deg=0.0, lon_deg=0.0)], 40 * 1852.0)
    assert (check_q_circle(q_circle(0.0, 0.0, radius_nm), [area]) is not None) == fails


def test_a_band_must_be_covered_by_its_line() -> None:
    line = [Vertex(lat_deg=0.0, lon_deg=-0.5), Vertex(lat_deg=0.0, lon_deg=0.5)]
    assert check_q_circle(q_circle(0.0, 0.0, 30), [Draft(Segment(), line, 1852.0, band=True)]) is None
    assert check_q_circle(q_circle(2.0, 0.0, 30), [Draft(Segment(), line, 1852.0, band=True)]) is not None


@pytest.mark.parametrize(("circle", "fails"), [((40.0, 20.0), True), ((20.0, 40.0), False), ((0.0, 0.0), False)])
def test_exchanged_angles_are_seen_by_the_circle_of_q(circle, fails) -> None:
    area = ring((20.0, 40.0), (20.0, 41.0), (19.0, 41.0))
    flag = check_swapped(q_circle(*circle, 60), [area])
    assert (flag is not None and flag.code is FlagCode.SWAPPED_COORDINATES) == fails


def test_a_simple_ring_gets_no_flag() -> None:
    area = ring((1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    assert check_ring(area) == ((), ())
    assert area.flags == []


def test_a_bow_tie_gets_a_proposal() -> None:
    area = ring((1.0, 0.0), (1.0, 1.0), (0.0, 0.0), (0.0, 1.0))
    assert check_ring(area) == ((1.0, 1.0, 0.0, 0.0), (0.0, 1.0, 1.0, 0.0))
    assert [flag.code for flag in area.flags] == [FlagCode.SELF_INTERSECTING, FlagCode.REORDERED]


def test_a_ring_without_a_sure_order_gets_none() -> None:
    area = ring((0.0, 0.0), (2.0, 1.0), (0.5, 1.0), (0.0, 2.0), (1.0, 0.0))
    assert check_ring(area) == ((), ())
    assert [flag.code for flag in area.flags] == [FlagCode.SELF_INTERSECTING]


@pytest.mark.parametrize(
    ("minutes", "fails"), [(60, False), (61, False), (59, False), (62, True), (0, True), (1500, True)]
)
def test_a_message_cancels_itself_an_hour_after_its_last_window(minutes, fails) -> None:
    flag = check_self_cancel(WINDOW.closes + timedelta(minutes=minutes), [WINDOW], 0, 5)
    assert (flag is not None) == fails


def test_without_windows_there_is_nothing_to_compare() -> None:
    assert check_self_cancel(START, [], 0, 5) is None
