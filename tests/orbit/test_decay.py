from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError, units, wgs84
from downrange.earth import air_table
from downrange.orbit import Elements, Frame, element_set, read_elements
from downrange.orbit.activity import Activity, activity_air
from downrange.orbit.decay import AIR_FACTOR, HORIZON_DAYS, Lasts, Sun, days_of, decay_of, levels
from downrange.orbit.mean_orbit import mean_orbit
from downrange.orbit.propagate import ASSUMED_BETA, Beta, follow, frozen_state, propagate, state_at

WHEN = datetime(2023, 11, 21, 13, 54, tzinfo=UTC)
MALLIGYONG = """
1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991
2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329
"""


def orbit(perigee_km, apogee_km, *, inclination_deg=60.0, argp_deg=40.0):
    a_m = wgs84.RE_M + 500.0 * (perigee_km + apogee_km)
    return Elements(
        a_m=a_m,
        e=500.0 * (apogee_km - perigee_km) / a_m,
        inclination_deg=inclination_deg,
        raan_deg=30.0,
        argp_deg=argp_deg,
        mean_anomaly_deg=70.0,
        epoch=WHEN,
        frame=Frame.TEME,
    )


def shape_of(first):
    return mean_orbit(frozen_state(state_at(first)))


@pytest.mark.parametrize(
    ("perigee_km", "apogee_km", "inclination_deg", "argp_deg", "part"),
    [
        (200, 200, 97.4, 0.0, 0.02),
        (300, 300, 51.6, 120.0, 0.02),
        (220, 420, 97.4, 250.0, 0.06),
        (250, 600, 60.0, 40.0, 0.06),
        (180, 900, 20.0, 40.0, 0.06),
    ],
)
def test_the_averages_last_as_long_as_the_flight(perigee_km, apogee_km, inclination_deg, argp_deg, part):
    # part: the averages take every direction of perigee as equally likely, which a short or eccentric life does not
    shape = shape_of(orbit(perigee_km, apogee_km, inclination_deg=inclination_deg, argp_deg=argp_deg))
    mean_air = levels()[1:2]
    flown = follow(shape.frozen, np.array([1_000.0 * units.DAY]), 60.0, mean_air[0])
    assert days_of(shape, mean_air, 60.0, Sun()) == pytest.approx(flown.end_s / units.DAY, rel=part)


def test_a_short_life_is_flown():
    found = decay_of(orbit(170, 180, inclination_deg=97.4), beta=80.0, activity=Activity.MEAN)
    assert found.method == "numerical"
    path = propagate(
        orbit(170, 180, inclination_deg=97.4), [0.0, 30 * units.DAY], beta=80.0, air=activity_air(Activity.MEAN)
    )
    assert found.days_middle == pytest.approx(path.end_t_s / units.DAY, rel=0.002)
    # a level of the sun is told to a sixteenth of its cycle, which counts even at this height
    assert 0.7 < found.days_low / found.days_middle < 1.0 / AIR_FACTOR


def test_what_never_was_an_orbit_lasts_no_time():
    found = decay_of(orbit(20, 400), beta=80.0)
    assert found.answer is Lasts.DECAYS
    assert found.days_high < 0.1


@settings(max_examples=12, deadline=None)
@given(
    perigee_km=st.floats(180, 700),
    more_km=st.floats(0, 1_500),
    inclination_deg=st.floats(1, 179),
    activity=st.sampled_from([None, *Activity]),
)
def test_the_band_is_a_band(perigee_km, more_km, inclination_deg, activity):
    first = orbit(perigee_km, perigee_km + more_km, inclination_deg=inclination_deg)
    found = decay_of(first, beta=ASSUMED_BETA, activity=activity)
    if found.answer is Lasts.UNKNOWN:
        assert found.days_low is found.days_middle is found.days_high is None
        assert len(found.reasons) == 1
        return
    assert 0.0 < found.days_low <= found.days_middle < HORIZON_DAYS
    assert found.days_high is None or found.days_middle <= found.days_high < HORIZON_DAYS
    assert "kg/m^2" in found.reasons[0]


def test_heavier_higher_and_quieter_lasts_longer():
    def days(perigee_km, beta, activity):
        return decay_of(orbit(perigee_km, perigee_km + 20), beta=beta, activity=activity).days_middle

    assert days(300, 50.0, Activity.MEAN) < days(300, 100.0, Activity.MEAN) < days(350, 100.0, Activity.MEAN)
    assert days(300, 50.0, Activity.HIGH) < days(300, 50.0, Activity.MEAN) < days(300, 50.0, Activity.LOW)


def test_without_activity_the_band_holds_those_of_every_level():
    unknown = decay_of(orbit(400, 420), beta=100.0)
    for activity in Activity:
        told = decay_of(orbit(400, 420), beta=100.0, activity=activity)
        assert unknown.days_low <= told.days_middle <= unknown.days_high
        assert told.days_high - told.days_low < unknown.days_high - unknown.days_low


def test_an_element_set_shows_its_own_drag():
    (found,) = read_elements(MALLIGYONG)
    lasts = decay_of(found)
    assert lasts.answer is Lasts.DECAYS
    assert "its element set shows" in lasts.reasons[0]
    half = element_set(
        "half", found.epoch, 97.4051, 46.9797, 0.0001572, 158.683, 201.4471, 15.20948569, bstar=0.5 * found.bstar
    )
    assert lasts.days_low < decay_of(half).days_low
    assert lasts.days_middle < decay_of(half).days_middle
    assert "given as one number" in decay_of(found, beta=100.0).reasons[0]


def test_the_drag_shown_sinks_a_flight_as_fast_as_sgp4():
    (found,) = read_elements(MALLIGYONG)
    lasts = decay_of(found)
    sink_mpday = float(lasts.reasons[0].split(" m a day")[0].rsplit(" ", 1)[-1])
    # SOURCE: mean motions of the real sets of 58400, epochs 24159.97 and 24189.90 (15.20948569, 15.21338773 rev/day)
    a_m = [(wgs84.GM_M3PS2 / (n * 2.0 * np.pi / units.DAY) ** 2) ** (1 / 3) for n in (15.20948569, 15.21338773)]
    assert sink_mpday == pytest.approx((a_m[0] - a_m[1]) / 29.93086777, rel=0.15)


@pytest.mark.parametrize(
    ("first", "beta", "words"),
    [
        (orbit(800, 820), 100.0, "solar cycles that nobody can foresee"),
        (orbit(250, 36_000), 100.0, "Moon and Sun"),
        (orbit(500, 500), None, "no ballistic coefficient is known"),
        (element_set("raised", WHEN, 97.4, 10.0, 0.001, 20.0, 30.0, 15.2, bstar=-1e-4), None, "being raised"),
        (element_set("none", WHEN, 97.4, 10.0, 0.001, 20.0, 30.0, 15.2), None, "none was fitted"),
        (orbit(740, 745), 250.0, "longer than 50 years"),
    ],
)
def test_where_it_would_be_a_guess_it_is_unknown(first, beta, words):
    found = decay_of(first, beta=beta)
    assert found.answer is Lasts.UNKNOWN
    assert found.days_low is found.days_middle is found.days_high is None
    assert words in found.reasons[0]
    assert found.method == "none"


def test_a_far_end_beyond_telling_is_left_open():
    found = decay_of(
        orbit(610, 620), beta=Beta(low_kgpm2=50.0, middle_kgpm2=100.0, high_kgpm2=1_000.0, source="assumed")
    )
    assert found.answer is Lasts.DECAYS
    assert found.days_high is None
    assert any("beyond 50 years" in reason for reason in found.reasons)


def test_a_table_given_is_the_air():
    standard = decay_of(orbit(350, 360), beta=100.0, air=air_table())
    assert "table given" in standard.reasons[1]
    assert standard.days_high / standard.days_low == pytest.approx(AIR_FACTOR**2, rel=0.02)
    with pytest.raises(InputError, match="the one or the other"):
        decay_of(orbit(350, 360), beta=100.0, air=air_table(), activity=Activity.LOW)
