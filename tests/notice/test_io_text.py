import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.notice import (
    About,
    Activity,
    Area,
    FlagCode,
    NoticeWindow,
    Role,
    Shape,
    as_navarea,
    as_notam,
    read,
    to_navarea,
    to_notam,
)

NAUTICAL_MILE_M = 1852.0
EXACT_DEG = 1e-9
START = datetime(2026, 12, 30, 22, tzinfo=UTC)
PER_SECOND, PER_HUNDREDTH = 3600, 6000  # printed steps a degree: DDMMSS, DD-MM.mm


def polygon(*places, label="1"):
    return Area(
        label=label,
        shape=Shape.POLYGON,
        lat_deg=tuple(lat for lat, _ in places),
        lon_deg=tuple(lon for _, lon in places),
    )


def windows_at(*hours):
    return tuple(
        NoticeWindow(opens=START + timedelta(hours=hour), closes=START + timedelta(hours=hour + 3)) for hour in hours
    )


def wrapped(lon_deg):
    return (lon_deg + 180.0) % 360.0 - 180.0


@st.composite
def rings(draw, per_degree):
    """Convex rings anywhere on the Earth, their vertices on the steps of the printed form."""
    lat_mid = draw(st.integers(-84 * per_degree, 84 * per_degree))
    lon_mid = draw(st.one_of(st.integers(-180 * per_degree, 180 * per_degree), st.sampled_from([0, 180 * per_degree])))
    size = draw(st.floats(0.5, 5.0)) * per_degree
    turns = sorted(draw(st.lists(st.integers(0, 35), min_size=3, max_size=9, unique=True)))
    if max((b - a) % 36 for a, b in zip(turns, [*turns[1:], turns[0]], strict=True)) >= 18:
        turns = [0, 9, 18, 27]
    places = []
    for turn in turns:
        lat = lat_mid + round(size * math.sin(turn * math.pi / 18))
        lon = lon_mid + round(size * math.cos(turn * math.pi / 18))
        places.append((lat / per_degree, wrapped(lon / per_degree)))
    return tuple(places)


def same(area, places):
    assert len(area.lat_deg) == len(places)
    for lat, lon, (lat_in, lon_in) in zip(area.lat_deg, area.lon_deg, places, strict=True):
        assert lat == pytest.approx(lat_in, abs=EXACT_DEG)
        assert wrapped(lon - lon_in) == pytest.approx(0.0, abs=EXACT_DEG)


@settings(deadline=None)
@given(
    st.lists(rings(PER_SECOND), min_size=1, max_size=4),
    st.lists(st.sampled_from([0, 24, 48, 72]), min_size=1, unique=True),
)
def test_notam_written_and_read_is_the_same(shapes, hours) -> None:
    windows = windows_at(*sorted(hours))
    text = to_notam([polygon(*places) for places in shapes], windows, name="B12/26", fir="RPHI")
    (notice,) = read(text)
    assert (notice.source_id, notice.flags, notice.windows) == ("B12/26", (), windows)
    for area, places in zip(notice.areas, shapes, strict=True):
        same(area, places)


@settings(deadline=None)
@given(
    st.lists(rings(PER_HUNDREDTH), min_size=1, max_size=4),
    st.lists(st.sampled_from([0, 24, 48, 72]), min_size=1, unique=True),
    st.integers(0, 3),
)
def test_warning_written_and_read_is_the_same(shapes, hours, spares) -> None:
    plain = windows_at(*sorted(hours))
    cut = max(1, len(plain) - spares)
    windows = (*plain[:cut], *(NoticeWindow(opens=w.opens, closes=w.closes, role=Role.ALTERNATE) for w in plain[cut:]))
    text = to_navarea(
        [polygon(*places) for places in shapes], windows, name="HYDROPAC 7/26", issued=START - timedelta(days=2)
    )
    (notice,) = read(text)
    assert (notice.source_id, notice.windows) == ("HYDROPAC 7/26", windows)
    assert {flag.code for flag in notice.flags} == {FlagCode.YEAR_INFERRED}
    for area, places in zip(notice.areas, shapes, strict=True):
        same(area, places)


@settings(deadline=None, max_examples=60)
@given(rings(PER_SECOND), st.data())
def test_a_line_break_anywhere_among_the_coordinates_changes_nothing(places, data) -> None:
    text = to_notam([polygon(*places)], windows_at(0), name="B12/26", fir="RPHI")
    begin, end = text.index("WI:") + 3, text.index("F) SFC") - 2
    place = data.draw(st.integers(begin, end))
    (notice,) = read(text[:place] + "\n" + text[place:])
    assert notice.flags == ()
    same(notice.areas[0], places)


def test_a_circle_is_written_and_read_in_both_forms() -> None:
    circle = Area(label="1", shape=Shape.CIRCLE, lat_deg=(-0.5,), lon_deg=(-180.0,), radius_m=12.5 * NAUTICAL_MILE_M)
    for text in (
        to_notam([circle], windows_at(0), name="B1/26", fir="RPHI"),
        to_navarea([circle, circle], windows_at(0), name="HYDROPAC 7/26", issued=START),
    ):
        area = read(text)[0].areas[-1]
        assert (area.lat_deg, area.lon_deg) == ((-0.5,), (-180.0,))
        assert area.radius_m == pytest.approx(circle.radius_m)


def test_nothing_is_written_without_a_window() -> None:
    with pytest.raises(InputError, match="B1/26: windows: no window to write"):
        to_notam([], (), name="B1/26", fir="RPHI")


SQUARE = polygon((1.0, 179.0), (1.0, -178.0), (0.0, -178.0), (0.0, 179.0))
TRIANGLE = polygon((-10.0, 20.0), (-10.0, 21.0), (-11.0, 21.0))
CIRCLE = Area(label="1", shape=Shape.CIRCLE, lat_deg=(-0.5,), lon_deg=(-180.0,), radius_m=1000.0)
BAND = Area(
    label="1", shape=Shape.BAND, lat_deg=(1.0, 1.5, -2.0), lon_deg=(179.0, -179.5, -178.0), radius_m=5 * NAUTICAL_MILE_M
)
FIRST, SECOND = windows_at(0, 24)
SPARE = NoticeWindow(opens=START + timedelta(days=3), closes=START + timedelta(days=4), role=Role.ALTERNATE)
LATER = NoticeWindow(opens=START + timedelta(hours=3), closes=START + timedelta(hours=5))  # touches the first


@pytest.mark.parametrize(
    ("areas", "windows"),
    [
        ((SQUARE, TRIANGLE), (FIRST, SPARE)),
        ((replace(SQUARE, windows=(FIRST,)), replace(TRIANGLE, windows=(SECOND,))), (FIRST, SECOND)),
        ((replace(SQUARE, windows=(FIRST, SPARE)), replace(CIRCLE, windows=(SECOND,))), (FIRST, SECOND, SPARE)),
        ((replace(CIRCLE, windows=(SECOND,)),), (SECOND,)),
        ((SQUARE,), (FIRST, LATER)),
        ((CIRCLE, SQUARE, BAND, TRIANGLE), (FIRST, SECOND)),
        ((BAND,), (FIRST, SECOND)),
        ((replace(BAND, windows=(FIRST,)), replace(CIRCLE, windows=(SECOND,))), (FIRST, SECOND)),
        ((replace(SQUARE, windows=(FIRST,)),), (FIRST, SECOND)),
        ((SQUARE,), (NoticeWindow(opens=START, closes=START + timedelta(days=366)),)),
    ],
    ids=[
        "alternate",
        "own windows",
        "own alternate",
        "one area",
        "touching",
        "shapes",
        "band",
        "band with windows",
        "a window of no area",
        "no area",
    ],
)
def test_all_that_windows_and_shapes_can_be_is_written_and_read(areas, windows) -> None:
    texts = (
        to_notam(areas, windows, name="B12/26", fir="RPHI"),
        to_navarea(areas, windows, name="HYDROPAC 7/26", issued=START - timedelta(days=2)),
    )
    for text in texts:
        (notice,) = read(text)
        assert {flag.code for flag in notice.flags} <= {FlagCode.YEAR_INFERRED}
        assert notice.windows == windows
        for found, wanted in zip(notice.areas, areas, strict=True):
            assert found.shape is wanted.shape
            assert found.windows == (wanted.windows or windows)
            assert found.radius_m == (None if wanted.radius_m is None else pytest.approx(wanted.radius_m))
            same(found, list(zip(wanted.lat_deg, wanted.lon_deg, strict=True)))


@given(
    st.lists(st.integers(0, 9), min_size=3, max_size=8, unique=True),
    st.integers(0, 23),
    st.integers(1, 30),
    st.sampled_from(list(Role)),
)
def test_windows_that_come_back_every_day_are_written_short_and_read_the_same(days, hour, hours, role) -> None:
    base = START.replace(hour=hour) - timedelta(days=4)
    rows = tuple(
        NoticeWindow(
            opens=base + timedelta(days=day),
            closes=base + timedelta(days=day, hours=hours),
            role=role if place else Role.PRIMARY,
        )
        for place, day in enumerate(sorted(days))
    )
    for text in (
        to_notam([SQUARE], rows, name="B12/26", fir="RPHI"),
        to_navarea([SQUARE], rows, name="HYDROPAC 7/26", issued=START - timedelta(days=9)),
    ):
        (notice,) = read(text)
        assert notice.windows == rows


def test_every_day_is_said_in_a_word() -> None:
    rows = windows_at(0, 24, 48, 72)
    assert "D) DAILY 2200-0100\n" in to_notam([SQUARE], rows, name="B12/26", fir="RPHI")
    warning = to_navarea([SQUARE], rows, name="HYDROPAC 7/26", issued=START)
    assert "   2200Z TO 0100Z DAILY 30 DEC THRU 02 JAN\n" in warning


@pytest.mark.parametrize(
    ("floor_m", "ceiling_m", "printed"),
    [
        (0.0, math.inf, "F) SFC G) UNL"),
        (None, None, ""),
        (1000.0, 12_000.0, "F) 1000M AMSL G) 12000M AMSL"),
        (1524.0, 18_288.0, "F) 5000FT AMSL G) FL600"),
    ],
)
def test_limits_of_height_come_back(floor_m, ceiling_m, printed) -> None:
    text = to_notam([CIRCLE], (FIRST,), name="B1/26", fir="RPHI", floor_m=floor_m, ceiling_m=ceiling_m)
    assert text.rstrip().endswith(printed)
    (notice,) = read(text)
    assert notice.floor_m == (None if floor_m is None else pytest.approx(floor_m))
    assert notice.ceiling_m == (None if ceiling_m is None else pytest.approx(ceiling_m))


WARNING = """011200Z APR 26 HYDROPAC 12/26(81). 1. HAZARDOUS OPERATIONS, SPACE DEBRIS
031200Z TO 031300Z APR, ALTERNATE 041200Z TO 041300Z APR IN AREA BOUND BY
10-00.00N 020-00.00W, 10-00.00N 021-00.00W, 09-00.00N 021-00.00W. 2. CANCEL THIS MSG 041400Z APR 26."""


def test_a_notice_is_written_again_in_its_own_form_and_in_the_other() -> None:
    (notice,) = read(WARNING)
    (again,) = read(as_navarea(notice))
    assert (again.source_id, again.issued, again.self_cancel) == (notice.source_id, notice.issued, notice.self_cancel)
    (other,) = read(as_notam(notice))
    assert other.source_id == "0000/26"
    for one in (again, other):
        assert one.windows == notice.windows
        assert [area.lat_deg for area in one.areas] == [area.lat_deg for area in notice.areas]
    assert as_notam(other, name="A7/26", fir="RJJJ").startswith("A7/26 NOTAMN\nQ) RJJJ/")


def test_a_notam_becomes_a_draft_of_a_warning_without_an_issue_time_of_our_making() -> None:
    (notam,) = read(to_notam([SQUARE], (FIRST,), name="B12/26", fir="RPHI"))
    text = as_navarea(notam)
    assert text.startswith("DRAFT.\n")
    (warning,) = read(text)
    assert (warning.windows, warning.areas[0].lat_deg) == ((FIRST,), SQUARE.lat_deg)


def test_the_words_say_what_it_is_about() -> None:
    for activity in Activity:
        (notice,) = read(to_notam([SQUARE], (FIRST,), name="B1/26", fir="RPHI", activity=activity))
        assert notice.areas
    notice = replace(notice, about=About(activity=Activity.REENTRY, p=(0.1, 0.8, 0.05, 0.05)))
    assert "SPACE DEBRIS" in as_navarea(notice)
    assert "SPACE DEBRIS" in as_notam(notice)


def test_a_warning_has_no_more_areas_than_letters() -> None:
    with pytest.raises(InputError, match="27 areas, but only 26 labels"):
        to_navarea([SQUARE] * 27, (FIRST,), name="HYDROPAC 7/26", issued=START)
    assert len(read(to_navarea([SQUARE] * 26, (FIRST,), name="HYDROPAC 7/26", issued=START))[0].areas) == 26


def test_single_positions_would_be_read_as_corners() -> None:
    point = Area(label="1", shape=Shape.POINT, lat_deg=(1.0,), lon_deg=(2.0,))
    with pytest.raises(InputError, match="3 single positions, which would be read as the corners of one area"):
        to_notam([point] * 3, (FIRST,), name="B1/26", fir="RPHI")
    (notice,) = read(to_notam([point], (FIRST,), name="B1/26", fir="RPHI"))
    assert notice.areas[0].shape is Shape.POINT


def test_windows_without_an_area_are_kept() -> None:
    (notice,) = read(to_notam((), (FIRST, SPARE), name="B1/26", fir="RPHI"))
    assert notice.windows == (FIRST, SPARE)


def test_a_cancel_time_before_the_last_window_is_not_kept() -> None:
    text = to_navarea([SQUARE], (FIRST, SECOND), name="HYDROPAC 7/26", issued=START, self_cancel=START)
    assert read(text)[0].self_cancel == SECOND.closes + timedelta(hours=1)
