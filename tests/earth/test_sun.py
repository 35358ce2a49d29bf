"""Rising and setting of the Sun."""

from datetime import UTC, datetime, timedelta

import pytest

from downrange.base import InputError
from downrange.earth import next_sunrise, next_sunset, sun_alt_deg, sun_crossings

# SOURCE: Reda and Andreas, Solar Position Algorithm for Solar Radiation Applications, NREL/TP-560-34302 (2008),
# appendix A.5: 17 October 2003, 39.742476 N 105.1786 W, UTC-7: sunrise 6:12:43, sunset 17:20:19. Their day is that
# of UT: the sunset of 17 October UT is the one on the evening before, local time.
NREL_LAT_DEG, NREL_LON_DEG = 39.742476, -105.1786
NREL_MIDNIGHT = datetime(2003, 10, 17, tzinfo=UTC)
NREL_SUNRISE = datetime(2003, 10, 17, 13, 12, 43, tzinfo=UTC)
NREL_SUNSET = datetime(2003, 10, 17, 0, 20, 19, tzinfo=UTC)
# They round the Sun's half-diameter and the refraction as here; their series of the Sun is good to 1 arcsecond.
FEW_SECONDS = timedelta(seconds=5)


def test_a_day_of_the_solar_position_algorithm() -> None:
    setting, rising = sun_crossings(NREL_LAT_DEG, NREL_LON_DEG, NREL_MIDNIGHT, NREL_MIDNIGHT + timedelta(days=1))
    assert (rising.rises, setting.rises) == (True, False)
    assert abs(rising.at - NREL_SUNRISE) < FEW_SECONDS
    assert abs(setting.at - NREL_SUNSET) < FEW_SECONDS


def test_the_next_ones_come_after_the_moment() -> None:
    assert abs(next_sunrise(NREL_LAT_DEG, NREL_LON_DEG, NREL_MIDNIGHT) - NREL_SUNRISE) < FEW_SECONDS
    assert abs(next_sunset(NREL_LAT_DEG, NREL_LON_DEG, NREL_MIDNIGHT) - NREL_SUNSET) < FEW_SECONDS
    assert next_sunset(NREL_LAT_DEG, NREL_LON_DEG, NREL_SUNRISE) > NREL_SUNRISE + timedelta(hours=11)


@pytest.mark.parametrize(("lat_deg", "month"), [(78.0, 6), (78.0, 12), (-78.0, 6), (-78.0, 12)])
def test_polar_days_and_nights_have_none(lat_deg, month) -> None:
    assert next_sunrise(lat_deg, 15.0, datetime(2026, month, 21, tzinfo=UTC)) is None
    assert next_sunset(lat_deg, 15.0, datetime(2026, month, 21, tzinfo=UTC)) is None
    noon_deg = sun_alt_deg(lat_deg, 15.0, datetime(2026, month, 21, 11, tzinfo=UTC))
    assert (noon_deg > 0.0) is ((lat_deg > 0.0) is (month == 6))


def test_nothing_happens_in_no_time_and_decades_are_refused() -> None:
    assert sun_crossings(0.0, 0.0, NREL_MIDNIGHT, NREL_MIDNIGHT) == ()
    with pytest.raises(InputError, match="at most 40 days"):
        sun_crossings(0.0, 0.0, NREL_MIDNIGHT, NREL_MIDNIGHT + timedelta(days=4000))


def test_the_equator_has_twelve_hours_and_seven_minutes_of_sun() -> None:
    rising, setting = sun_crossings(0.0, 0.0, datetime(2026, 6, 21, tzinfo=UTC), datetime(2026, 6, 22, tzinfo=UTC))
    assert timedelta(hours=12, minutes=6) < setting.at - rising.at < timedelta(hours=12, minutes=8)
