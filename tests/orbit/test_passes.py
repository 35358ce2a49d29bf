from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sgp4.api import WGS72, Satrec

from downrange.base import InputError, ModelError, ecef_from_geodetic, enu_axes
from downrange.orbit import passes, positions

EPOCH = datetime(2024, 6, 1, tzinfo=UTC)
EPOCH_DAYS = 2_460_462.5 - 2_433_281.5


def satellite(*, alt_km=500.0, e=0.001, i=97.4, raan=0.0, argp=90.0, mean=0.0, bstar=1e-5):
    found = Satrec()
    a_km = 6_378.135 + alt_km
    rate = 60.0 * np.sqrt(398_600.8 / a_km**3)
    angles = np.radians([argp, i, mean])
    found.sgp4init(WGS72, "i", 90001, EPOCH_DAYS, bstar, 0.0, 0.0, e, *angles, rate, np.radians(raan))
    return found


def elevation_by_the_second(found, lat, lon, start, seconds):
    r = positions(found, start, np.arange(seconds + 1.0))
    enu = (r - ecef_from_geodetic(lat, lon, 0.0)) @ enu_axes(lat, lon).T
    return np.degrees(np.arcsin(enu[:, 2] / np.linalg.norm(enu, axis=1)))


def brute_force(elevation, mask):
    above = np.concatenate([[False], elevation > mask, [False]])
    edges = np.flatnonzero(above[1:] != above[:-1])
    return list(zip(edges[::2], edges[1::2] - 1, strict=True))


@settings(max_examples=40, deadline=None)
@given(
    alt=st.floats(200, 2_000),
    e=st.floats(0.0, 0.01),
    i=st.floats(0, 180),
    raan=st.floats(0, 360),
    mean=st.floats(0, 360),
    lat=st.floats(-89, 89),
    lon=st.floats(-180, 179),
    mask=st.sampled_from([0.0, 10.0, 60.0]),
)
def test_no_pass_is_lost_or_added_against_one_second_sampling(alt, e, i, raan, mean, lat, lon, mask):
    found = satellite(alt_km=alt, e=e, i=i, raan=raan, mean=mean)
    hours = 8
    rows = passes(found, lat, lon, EPOCH, EPOCH + timedelta(hours=hours), min_elevation_deg=mask)
    elevation = elevation_by_the_second(found, lat, lon, EPOCH, hours * 3600)
    sampled = brute_force(elevation, mask)
    spans = [((row.rises - EPOCH).total_seconds(), (row.sets - EPOCH).total_seconds()) for row in rows]
    for first, last in sampled:  # every sampled stay lies in exactly one pass, and fills it to a second
        inside = [(a, b) for a, b in spans if a <= first + 1e-3 and last <= b + 1e-3]
        assert len(inside) == 1
        assert first - inside[0][0] < 1.0 + 1e-3
        assert inside[0][1] - last < 1.0 + 1e-3
    for row, (a, b) in zip(rows, spans, strict=True):  # a pass without a sample is shorter than the sampling
        held = elevation[int(np.ceil(a)) : int(np.floor(b)) + 1]
        assert held.size > 0 or b - a < 1.0
        assert row.max_elevation_deg >= (held.max() if held.size else mask) - 1e-6
        assert row.rises <= row.culminates <= row.sets


@settings(max_examples=25, deadline=None)
@given(share=st.floats(1e-9, 1e-4), lat=st.floats(-60, 60), lon=st.floats(-180, 179))
def test_a_pass_that_only_peeks_over_the_mask_is_found(share, lat, lon):
    found = satellite()
    stop = EPOCH + timedelta(hours=24)
    whole = passes(found, lat, lon, EPOCH, stop)
    best = max(whole, key=lambda row: row.max_elevation_deg)
    mask = best.max_elevation_deg * (1.0 - share)
    short = passes(found, lat, lon, EPOCH, stop, min_elevation_deg=mask)
    assert len(short) == 1
    assert (short[0].sets - short[0].rises).total_seconds() < 20.0
    assert abs((short[0].culminates - best.culminates).total_seconds()) < 0.1


def test_edges_are_where_the_elevation_is_the_mask_and_ends_are_flagged():
    found = satellite(mean=40.0)
    row = max(passes(found, 39.0, 125.7, EPOCH, EPOCH + timedelta(days=1)), key=lambda x: x.max_elevation_deg)
    for moment in (row.rises, row.sets):
        elevation = elevation_by_the_second(found, 39.0, 125.7, moment, 1)[0]
        assert elevation == pytest.approx(0.0, abs=1e-4)
    assert not row.open_start
    assert not row.open_end
    middle = row.rises + (row.sets - row.rises) / 2
    cut = passes(found, 39.0, 125.7, middle, row.sets + timedelta(minutes=5))
    assert cut[0].open_start
    assert cut[0].rises == middle
    cut = passes(found, 39.0, 125.7, row.rises - timedelta(minutes=5), row.culminates - timedelta(seconds=30))
    assert cut[-1].open_end
    assert cut[-1].culminates == cut[-1].sets
    assert cut[-1].max_elevation_deg < row.max_elevation_deg


def test_a_satellite_that_never_sets_is_one_open_pass():
    high = satellite(alt_km=35_790.0, i=0.1, e=0.0001, mean=0.0)
    stop = EPOCH + timedelta(hours=6)
    lon = float(np.degrees(np.arctan2(*positions(high, EPOCH, [0.0])[0][[1, 0]])))
    rows = passes(high, 0.0, lon, EPOCH, stop)
    assert len(rows) == 1
    assert rows[0].open_start
    assert rows[0].open_end
    assert rows[0].max_elevation_deg > 80.0


def test_bad_spans_and_old_or_fallen_elements_are_refused():
    found = satellite()
    with pytest.raises(InputError, match="stop after the start"):
        passes(found, 0.0, 0.0, EPOCH, EPOCH)
    with pytest.raises(InputError, match="Exchange latitude"):
        passes(found, 125.7, 39.0, EPOCH, EPOCH + timedelta(days=1))
    with pytest.raises(InputError, match="400 days from the span"):
        passes(found, 0.0, 0.0, EPOCH + timedelta(days=399), EPOCH + timedelta(days=400))
    low = satellite(alt_km=150.0, bstar=0.1)
    with pytest.raises(ModelError, match="decayed"):
        passes(low, 0.0, 0.0, EPOCH, EPOCH + timedelta(days=5))
