from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import InputError, ModelError
from downrange.orbit import (
    Elements,
    Frame,
    ecef_state_of,
    elements_from_inertial,
    elements_of,
    state_of,
)
from downrange.orbit.elements import eccentric_anomaly

MOMENT = datetime(2023, 11, 21, 13, 54, tzinfo=UTC)
# SOURCE: Vallado, "Fundamentals of Astrodynamics and Applications", 4th edition 2013, examples 2-5 and 2-6.
R_2_5_M = np.array([6_524_834.0, 6_862_875.0, 6_448_296.0])
V_2_5_MPS = np.array([4_901.327, 5_533.756, -1_976.341])
R_2_6_M = np.array([6_525_344.0, 6_861_535.0, 6_449_125.0])
V_2_6_MPS = np.array([4_902.276, 5_533.124, -1_975.709])


def mean_anomaly_deg(true_anomaly_deg: float, e: float) -> float:
    half = np.sqrt((1 - e) / (1 + e)) * np.tan(np.radians(true_anomaly_deg) / 2)
    eccentric = 2 * np.arctan(half)
    return float(np.degrees(eccentric - e * np.sin(eccentric)))


def test_vallado_example_2_5():
    found = elements_from_inertial(R_2_5_M, V_2_5_MPS, MOMENT, frame=Frame.GCRF)
    # the book prints its angles to 0.01 and 0.001 deg after intermediate rounding
    assert found.a_m == pytest.approx(36_127_343.0, abs=10.0)
    assert found.e == pytest.approx(0.832853, abs=1e-6)
    assert found.inclination_deg == pytest.approx(87.870, abs=1e-3)
    assert found.raan_deg == pytest.approx(227.898, abs=1e-3)
    assert found.argp_deg == pytest.approx(53.38, abs=6e-3)
    assert found.mean_anomaly_deg == pytest.approx(mean_anomaly_deg(92.335, 0.832853), abs=1e-3)


def test_vallado_example_2_6():
    e = 0.83285
    given_elements = Elements(
        a_m=11_067_790.0 / (1 - e * e),
        e=e,
        inclination_deg=87.87,
        raan_deg=227.89,
        argp_deg=53.38,
        mean_anomaly_deg=mean_anomaly_deg(92.335, e),
        epoch=MOMENT,
        frame=Frame.GCRF,
    )
    r, v = state_of(given_elements)
    # the book works with p = 1.735272 Earth radii: six figures, 30 m
    np.testing.assert_allclose(r, R_2_6_M, atol=50.0)
    np.testing.assert_allclose(v, V_2_6_MPS, atol=0.05)


@given(
    perigee_km=st.floats(-5_000, 40_000),
    e=st.floats(0.0, 0.95),
    angles=st.tuples(st.floats(0, 180), st.floats(0, 359.99), st.floats(0, 359.99), st.floats(0, 359.99)),
    frame=st.sampled_from(list(Frame)),
)
def test_state_and_elements_are_each_others_inverse(perigee_km, e, angles, frame):
    i, raan, argp, mean = angles
    first = Elements(
        a_m=(6_378_137.0 + 1e3 * perigee_km) / (1 - e),
        e=e,
        inclination_deg=i,
        raan_deg=raan,
        argp_deg=argp,
        mean_anomaly_deg=mean,
        epoch=MOMENT,
        frame=frame,
    )
    r, v = state_of(first)
    r_ecef, v_ecef = ecef_state_of(first)
    again = elements_of(r_ecef, v_ecef, MOMENT, frame=frame)
    r2, v2 = state_of(again)
    # elements may differ where they have no meaning (circle, equator); the state may not
    scale = np.linalg.norm(r)
    np.testing.assert_allclose(r2, r, atol=1e-8 * scale / (1 - e))
    np.testing.assert_allclose(v2, v, atol=1e-8 * np.linalg.norm(v) / (1 - e))
    assert again.a_m == pytest.approx(first.a_m, rel=1e-9)
    assert again.perigee_alt_m == pytest.approx(first.perigee_alt_m, abs=1e-6 * first.a_m)


@pytest.mark.parametrize("frame", list(Frame))
@pytest.mark.parametrize("inclination_deg", [0.0, 180.0])
def test_a_circle_over_the_equator_keeps_its_place(frame, inclination_deg):
    circle = Elements(
        a_m=42_164_000.0, e=0.0, inclination_deg=inclination_deg, raan_deg=0.0, argp_deg=0.0,
        mean_anomaly_deg=123.0, epoch=MOMENT, frame=frame,
    )  # fmt: skip
    r, v = state_of(circle)
    again = elements_from_inertial(r, v, MOMENT, frame=frame)
    assert again.e == 0.0
    assert again.raan_deg == 0.0
    assert again.mean_anomaly_deg == pytest.approx(123.0, abs=1e-9)


def test_frames_of_2023_differ_by_the_precession_since_2000():
    r_ecef, v_ecef = np.array([6_878_000.0, 0, 0]), np.array([0, 0, 7_600.0])
    of_date = elements_of(r_ecef, v_ecef, MOMENT, frame=Frame.TEME)
    of_j2000 = elements_of(r_ecef, v_ecef, MOMENT, frame=Frame.GCRF)
    # 20.04 arcsec a year bend the equator (Lieske 1977), so at most 0.133 deg in 23.9 years
    assert 0.0 < abs(of_date.inclination_deg - of_j2000.inclination_deg) < 0.135
    # 46.1 arcsec a year shift the equinox along the equator: 0.306 deg, plus or minus what the bend adds to the node
    assert abs(of_date.raan_deg - of_j2000.raan_deg) == pytest.approx(0.306, abs=0.02)


@given(mean=st.floats(-10, 10), e=st.floats(0, 0.9999))
def test_kepler_equation_holds(mean, e):
    x = eccentric_anomaly(mean, e)
    assert x - e * np.sin(x) == pytest.approx(mean % (2 * np.pi), abs=1e-12)


def test_states_that_are_no_orbit_say_why():
    with pytest.raises(ModelError, match="not bound"):
        elements_from_inertial([7e6, 0, 0], [0, 12_000.0, 0], MOMENT, frame=Frame.TEME)
    with pytest.raises(ModelError, match="straight line"):
        elements_from_inertial([7e6, 0, 0], [100.0, 0, 0], MOMENT, frame=Frame.TEME)
    with pytest.raises(InputError, match="one position"):
        elements_of([7e6, 0, np.nan], [0, 7e3, 0], MOMENT)
    with pytest.raises(ModelError, match="no ellipse"):
        Elements(
            a_m=7e6, e=1.5, inclination_deg=0.0, raan_deg=0.0, argp_deg=0.0,
            mean_anomaly_deg=0.0, epoch=MOMENT, frame=Frame.TEME,
        )  # fmt: skip
    with pytest.raises(InputError, match="no time zone"):
        Elements(
            a_m=7e6, e=0.0, inclination_deg=0.0, raan_deg=0.0, argp_deg=0.0,
            mean_anomaly_deg=0.0, epoch=datetime(2023, 11, 21), frame=Frame.TEME,  # noqa: DTZ001
        )  # fmt: skip
