"""Light of looks: the sun over every window against the sun one at a time, and what is kept."""

from datetime import UTC, datetime

import numpy as np
import pytest

from downrange.base import InputError, after, uniforms
from downrange.coverage import Accesses, Cone, Sensor, points_at
from downrange.coverage.daylight import daylit, light_of, sun_elevations
from downrange.orbit import sun_elevation

DAYS = 3.0


@pytest.fixture(scope="module")
def seen():
    """Return windows over points everywhere, at moments everywhere in three days."""
    draws = uniforms(2, 400, 4)
    lat_deg, lon_deg = 180.0 * draws[:40, 0] - 90.0, 360.0 * draws[:40, 1] - 180.0
    point = np.sort((40 * draws[:, 2]).astype(np.int32))
    start_s = draws[:, 3] * (DAYS * 86_400.0 - 100.0)
    start_s = start_s[np.lexsort((start_s, point))]
    return Accesses(
        satellites=("a", "b"),
        start=datetime(2024, 6, 1, 7, 30, tzinfo=UTC),
        span_s=DAYS * 86_400.0,
        points=points_at(lat_deg, lon_deg),
        sensor=Sensor(field=Cone(half_angle_deg=35.0)),
        satellite=np.arange(400, dtype=np.int32) % 2,
        point=point,
        start_s=start_s,
        end_s=start_s + 80.0,
        open_start=start_s < 100.0,
        open_end=np.zeros(400, dtype=bool),
    )


def test_the_sun_over_each_window_is_that_of_one_place_and_moment(seen):
    found = sun_elevations(seen)
    for k in range(0, 400, 7):
        moment = after(seen.start, 0.5 * (seen.start_s[k] + seen.end_s[k]))
        at = seen.point[k]
        expected = sun_elevation(float(seen.points.lat_deg[at]), float(seen.points.lon_deg[at]), moment)
        assert found[k] == pytest.approx(expected, abs=2e-5)


def test_day_and_night_add_up(seen):
    light = light_of(seen, min_sun_deg=10.0)
    assert (light.day + light.night == np.bincount(seen.point, minlength=40)).all()
    assert light.day.sum() == light.by_day.sum()
    assert 0 < light.day.sum() < 400
    assert (light.by_day == (light.sun_elevation_deg > 10.0)).all()


def test_daylit_keeps_windows_whole_and_in_order(seen):
    kept = daylit(seen, 10.0)
    by_day = light_of(seen).by_day
    for name in ("satellite", "point", "start_s", "end_s", "open_start", "open_end"):
        assert (getattr(kept, name) == getattr(seen, name)[by_day]).all()
    assert kept.points is seen.points
    assert len(daylit(seen, -90.0)) == 400
    assert len(daylit(seen, 90.0)) == 0


def test_a_height_that_is_none_is_refused(seen):
    with pytest.raises(InputError, match="from -90 to 90"):
        daylit(seen, 100.0)
