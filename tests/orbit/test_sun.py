from datetime import UTC, datetime, timedelta

import erfa
import numpy as np
import pytest

from downrange.base import gcrf_from_ecef, julian_pair
from downrange.orbit import in_sunlight, sun_direction, sun_elevation


@pytest.mark.parametrize("days", range(0, 3_653, 97))
def test_the_sun_stands_where_the_full_ephemeris_puts_it(days):
    moment = datetime(2014, 1, 1, 5, 7, tzinfo=UTC) + timedelta(days=days, hours=7 * days)
    helio, _ = erfa.epv00(*erfa.taitt(*erfa.utctai(*julian_pair(moment))))
    sun = -np.asarray(helio["p"] if helio.dtype.names else helio)
    sun = gcrf_from_ecef(moment).T @ (sun / np.linalg.norm(sun))
    off = np.degrees(np.arccos(np.clip(sun @ sun_direction(*julian_pair(moment)), -1.0, 1.0)))
    assert off < 0.02  # 0.01 deg of the formula, 0.0057 of aberration, which epv00 leaves out


def test_noon_at_greenwich_on_the_june_solstice():
    # SOURCE: declination of the sun at a solstice is the obliquity, 23.44 deg (Astronomical Almanac)
    noon = max(
        sun_elevation(51.48, 0.0, datetime(2024, 6, 20, 11, 50, tzinfo=UTC) + timedelta(minutes=m)) for m in range(25)
    )
    assert noon == pytest.approx(90.0 - 51.48 + 23.44, abs=0.02)


@pytest.mark.parametrize("lat", [-40.0, 40.0])
@pytest.mark.parametrize("lon", [-125.0, 125.0])
def test_it_is_day_at_local_noon_and_night_at_midnight(lat, lon):
    noon = datetime(2024, 3, 20, 12, tzinfo=UTC) - timedelta(hours=lon / 15.0)
    assert sun_elevation(lat, lon, noon) == pytest.approx(50.0, abs=1.0)
    assert sun_elevation(lat, lon, noon + timedelta(hours=12)) == pytest.approx(-50.0, abs=1.0)


def test_the_shadow_is_behind_the_earth_and_as_wide():
    moment = julian_pair(datetime(2024, 3, 20, 12, tzinfo=UTC))
    sun = sun_direction(*moment)
    aside = np.cross(sun, [0.0, 0.0, 1.0])
    aside /= np.linalg.norm(aside)
    spots = np.array([7e6 * sun, -7e6 * sun, -7e6 * sun + 6.37e6 * aside, -7e6 * sun + 6.39e6 * aside])
    assert in_sunlight(spots, *moment).tolist() == [True, False, False, True]
