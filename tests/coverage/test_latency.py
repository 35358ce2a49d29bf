"""From seeing to knowing: against plain search in Python, by hand, and for a real orbit."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.coverage import Accesses, Cone, Sensor, accesses, points_at
from downrange.coverage.contacts import Contacts, contacts
from downrange.coverage.latency import Downlink, latency
from downrange.coverage.stations import Station, load_stations
from downrange.orbit import read_tle

START = datetime(2024, 6, 8, tzinfo=UTC)
SPAN_S = 1000.0
HERE = Station(name="here", lat_deg=0.0, lon_deg=0.0, source="test")
MALLIGYONG = """
1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991
2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329
"""


def looks(rows, points=2, area_m2=1.0):
    """Return accesses of windows (point, start, end, satellite)."""
    table = np.array(sorted(rows), dtype=float).reshape(-1, 4)
    edge = np.zeros(len(table), dtype=bool)
    return Accesses(
        satellites=("a", "b"),
        start=START,
        span_s=SPAN_S,
        points=points_at(np.zeros(points), 127.0, area_m2=area_m2),
        sensor=Sensor(field=Cone(half_angle_deg=35.0)),
        satellite=table[:, 3].astype(np.int32),
        point=table[:, 0].astype(np.int32),
        start_s=table[:, 1],
        end_s=table[:, 2],
        open_start=edge,
        open_end=edge,
    )


def passes(rows, span_s=2.0 * SPAN_S):
    """Return contacts (satellite, station, start, end)."""
    table = np.array(rows, dtype=float).reshape(-1, 4)
    return Contacts(
        satellites=("a", "b"),
        stations=(HERE, replace(HERE, name="there", min_elevation_deg=10.0)),
        start=START,
        span_s=span_s,
        satellite=table[:, 0].astype(np.int32),
        station=table[:, 1].astype(np.int32),
        start_s=table[:, 2],
        end_s=table[:, 3],
        open_end=table[:, 3] >= span_s,
    )


def known_by_hand(look, rows, downlink, least_s):
    """Return when a look is down: the first of the passes that end late enough."""
    downs = []
    for satellite, _, start, end in rows:
        opens = max(start, look[2])
        if satellite == look[3] and end - opens >= least_s:
            if downlink is Downlink.START:
                downs.append(opens)
            elif end < 2.0 * SPAN_S:
                downs.append(end)
    return min(downs, default=math.inf)


def waits_by_hand(rows, known, request_s):
    """Return how long a request waits until the first of the later looks is known."""
    later = [know for look, know in zip(rows, known, strict=True) if 0.5 * (look[1] + look[2]) >= request_s]
    return min(later, default=math.inf) - request_s


windows = st.tuples(st.integers(0, 1), st.integers(0, 900), st.integers(1, 99), st.integers(0, 1))
stays = st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 1900), st.integers(1, 100))


@given(
    seen=st.lists(windows, max_size=8),
    heard=st.lists(stays, max_size=8),
    downlink=st.sampled_from(Downlink),
    least_s=st.sampled_from([0.0, 30.0]),
)
@settings(max_examples=60, deadline=None)
def test_the_first_pass_that_serves_takes_the_picture(seen, heard, downlink, least_s):
    rows = sorted((p, float(t), float(t + d), s) for p, t, d, s in seen)
    rows_heard = [(s, g, float(t), float(t + d)) for s, g, t, d in heard]
    found = latency(
        looks(rows), passes(rows_heard), processing_s=5.0, downlink=downlink, min_contact_s=least_s, percents=[30, 60]
    )
    known = [known_by_hand(row, rows_heard, downlink, least_s) + 5.0 for row in rows]
    assert found.latency_s == pytest.approx([know - row[2] for know, row in zip(known, rows, strict=True)])
    assert (found.station == -1).tolist() == [math.isinf(know) for know in known]
    # requests every other second, both points alike
    requests = np.arange(1.0, SPAN_S, 2.0)
    waits = np.concatenate(
        [
            [waits_by_hand(*zip(*mine, strict=True), t) if mine else math.inf for t in requests]
            for mine in ([(row, know) for row, know in zip(rows, known, strict=True) if row[0] == p] for p in (0, 1))
        ]
    )
    assert found.share_unanswered.value == pytest.approx(np.isinf(waits).mean(), abs=0.004)
    for share, figure in zip((0.3, 0.6), found.know_s, strict=True):
        if figure.value is None:
            assert np.isfinite(waits).mean() <= share + 0.004
        else:
            assert (waits <= figure.value + 2.0).mean() >= share - 0.004
            assert (waits <= figure.value - 2.0).mean() <= share + 0.004
    cut = np.minimum(waits, np.tile(np.where(np.isinf(waits.reshape(2, -1)), SPAN_S - requests, np.inf), 1).ravel())
    assert found.know_mean_s.value == pytest.approx(cut.mean(), abs=2.0)


def test_by_hand():
    # looked at from 100 to 120; heard from 300 to 400 here and from 350 to 380 there; 10 s until it is understood
    seen, heard = looks([(0, 100, 120, 0)], points=1), passes([(0, 0, 300, 400), (0, 1, 350, 380)])
    end = latency(seen, heard, processing_s=10.0)
    assert (end.latency_s.tolist(), end.station.tolist()) == ([270.0], [1])
    start = latency(seen, heard, processing_s=10.0, downlink=Downlink.START)
    assert (start.latency_s.tolist(), start.station.tolist()) == ([190.0], [0])
    long = latency(seen, heard, downlink=Downlink.END, min_contact_s=50.0)
    assert long.latency_s.tolist() == [280.0]
    # requests before the middle of the window, at 110, wait until 390; the rest, 89 %, are never answered
    assert end.share_unanswered.value == pytest.approx(0.89)
    assert end.know_s[0].value is None
    assert "UNKNOWN" in end.know_s[0].rule
    assert "least value" in end.know_mean_s.rule
    assert end.know_mean_s.high is None
    assert "5 or 10 deg, and 10 s of processing" in end.rule


def test_heard_while_looking_comes_down_at_once():
    seen, heard = looks([(0, 100, 120, 0)], points=1), passes([(0, 0, 50, 200)])
    assert latency(seen, heard, downlink=Downlink.START).latency_s.tolist() == [0.0]
    assert latency(seen, heard, downlink=Downlink.START, min_contact_s=90.0).latency_s.tolist() == [math.inf]


def test_a_pass_cut_by_the_end_has_no_known_end():
    seen, heard = looks([(0, 100, 120, 0)], points=1), passes([(0, 0, 1900, 2000)])
    found = latency(seen, heard)
    assert (found.latency_s.tolist(), found.share_open.value) == ([math.inf], 1.0)
    assert found.latency_all_s[0].value is None
    assert latency(seen, heard, downlink=Downlink.START).latency_s.tolist() == [1780.0]


def test_percentiles_are_by_satellite_and_weighted_by_area():
    rows = [(0, 0, 10, 0), (1, 0, 20, 0), (1, 0, 30, 1)]
    seen = looks(rows, area_m2=[3.0, 1.0])
    found = latency(seen, passes([(0, 0, 0, 100)]), percents=[50, 100])
    assert found.windows.tolist() == [2, 1]
    assert found.satellite_s[0].tolist() == [90.0, 90.0]
    assert found.satellite_s[1].tolist() == [math.inf, math.inf]
    assert (found.latency_all_s[0].value, found.latency_all_s[1].value, found.share_open.value) == (90.0, None, 0.2)


def test_no_window_at_all_is_unknown():
    found = latency(looks([]), passes([(0, 0, 0, 100)]))
    assert found.latency_all_s[0].value is None
    assert found.share_open.value is None
    assert found.share_unanswered.value == 1.0
    assert np.isnan(found.satellite_s).all()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"satellites": ("b", "a")}, "the same satellites"),
        ({"start": datetime(2024, 6, 9, tzinfo=UTC)}, "Start both at one moment"),
        ({"span_s": 900.0}, "no shorter"),
    ],
)
def test_contacts_of_something_else_are_refused(wrong, words):
    with pytest.raises(InputError, match=words):
        latency(looks([]), replace(passes([]), **wrong))


@pytest.mark.parametrize("wrong", [{"processing_s": -1.0}, {"min_contact_s": math.nan}, {"percents": [101]}])
def test_numbers_that_are_none_are_refused(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        latency(looks([]), passes([]), **wrong)


def test_pictures_of_chile_reach_pyongyang_hours_later_but_those_of_korea_at_once():
    satellites = read_tle(MALLIGYONG)
    heard = contacts(satellites, load_stations("pyongyang"), START, 4.0)
    assert heard.span_s == 5.0 * 86_400.0
    assert (heard.end_s > heard.start_s).all()
    assert (heard.end_s - heard.start_s).max() < 700.0
    assert 3 <= heard.start_s.size / 5.0 <= 6  # a day; the orbit passes over 39 N four times in sight of the place
    sensor = Sensor(field=Cone(half_angle_deg=35.0))
    far, near = (
        latency(accesses(satellites, points_at([lat_deg], [lon_deg]), sensor, START, 4.0), heard, percents=[50])
        for lat_deg, lon_deg in ((-33.4, -70.6), (39.0, 125.8))
    )
    assert far.latency_s.min() > 600.0
    assert 1800.0 < far.latency_all_s[0].value < 12 * 3600.0
    assert near.latency_s.max() < 600.0


def test_stations_with_masks_of_their_own_hear_as_each_alone():
    satellites = read_tle(MALLIGYONG)
    low, high = (replace(HERE, name=f"{mask}", lat_deg=70.0, min_elevation_deg=mask) for mask in (0.0, 20.0))
    both = contacts(satellites, [high, low], START, 1.0)
    for at, station in enumerate((high, low)):
        alone = contacts(satellites, [station], START, 1.0)
        assert np.sort(both.start_s[both.station == at]) == pytest.approx(np.sort(alone.start_s))
    assert (both.station == 0).sum() < (both.station == 1).sum()
    with pytest.raises(InputError, match="at least one"):
        contacts(satellites, [], START, 1.0)
