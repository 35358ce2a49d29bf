"""Pictures of coverage from records: tracks, swaths and nights where the orbit and the Sun put them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from downrange.coverage import load_coverage_scenario
from downrange.orbit import sun_elevation
from downrange.replay.coverage_page_pictures import night_spans, trace_of

START = datetime(2024, 6, 1, tzinfo=UTC)


def up(lat_deg: float, lon_deg: float) -> np.ndarray:
    lat, lon = np.radians([lat_deg, lon_deg])
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def test_a_track_and_the_edges_of_what_is_seen() -> None:
    scenario = load_coverage_scenario("malligyong-1")
    track = trace_of(scenario.satellites[0], scenario.start, 6_000.0, half_angle_deg=35.0)
    assert np.abs(track.lat_deg).max() == pytest.approx(82.6, abs=0.3)  # inclination 97.4
    assert "MALLIGYONG-1" in track.label
    left, right = track.swath
    for i in (10, len(track.lat_deg) // 3, len(track.lat_deg) - 1):
        below = up(track.lat_deg[i], track.lon_deg[i])
        edges = [up(lat[i], lon[i]) for lat, lon in (left, right)]
        away = [np.degrees(np.arccos(below @ edge)) for edge in edges]
        assert away == pytest.approx([3.2, 3.2], abs=0.2)  # 35 degrees off nadir from 500 km: 355 km
        assert np.degrees(np.arccos(edges[0] @ edges[1])) == pytest.approx(sum(away), rel=0.01)
    assert trace_of(scenario.satellites[0], scenario.start, 600.0).swath == ()


def test_nights_are_those_of_the_sun() -> None:
    spans = night_spans(38.0, 127.0, START, 3.0 * 86_400.0)
    assert len(spans) == 3
    for begin_s, end_s in spans:
        for edge_s in (begin_s, end_s):
            moment = datetime.fromtimestamp(START.timestamp() + edge_s, tz=UTC)
            assert sun_elevation(38.0, 127.0, moment) == pytest.approx(10.0, abs=0.02)
    assert night_spans(89.0, 0.0, START, 86_400.0) == ()
    assert night_spans(-89.0, 0.0, START, 86_400.0) == ((0.0, 86_400.0),)
