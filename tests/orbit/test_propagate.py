from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from downrange.base import InputError, ModelError, after, units, wgs84
from downrange.earth import ZONALS, air_table, msis_table
from downrange.orbit import Elements, Frame, _kernel, element_set, elements_from_inertial, inertial_state, positions
from downrange.orbit.activity import Activity, activity_air
from downrange.orbit.propagate import (
    ASSUMED_BETA,
    Beta,
    Ending,
    State,
    fixed,
    follow,
    frozen_state,
    propagate,
    state,
    state_at,
)

WHEN = datetime(2023, 11, 21, 13, 54, tzinfo=UTC)
MM = 1e-3
THREE_DAYS = 3 * units.DAY


def orbit(perigee_km, apogee_km, *, inclination_deg=97.4, frame=Frame.TEME):
    a_m = wgs84.RE_M + 500.0 * (perigee_km + apogee_km)
    return Elements(
        a_m=a_m,
        e=500.0 * (apogee_km - perigee_km) / a_m,
        inclination_deg=inclination_deg,
        raan_deg=310.0,
        argp_deg=40.0,
        mean_anomaly_deg=70.0,
        epoch=WHEN,
        frame=frame,
    )


def kernel_run(start, t_s, *, zonals=ZONALS, drag=0.0, tolerance=1e-12):
    t_s, out = np.asarray(t_s, dtype=float), np.zeros((len(t_s), 6))
    _kernel.run(
        np.asarray(start, dtype=float),
        t_s,
        drag,
        air_table(),
        fixed(zonals),
        tolerance,
        np.array([120e3, 80e3]),
        out,
        np.zeros((10, 3)),
        np.zeros((2, 7)),
    )
    return out


@pytest.mark.parametrize("name", ["GM_M3PS2", "RE_M", "OMEGA_RADPS"])
def test_the_kernel_stands_on_the_same_earth(name):
    assert getattr(_kernel, f"_{name}") == getattr(wgs84, name)


def potential(r):
    """Return the potential [m^2/s^2] of the zonal field, from Legendre's polynomials."""
    radius = np.linalg.norm(r, axis=-1)
    s, q = r[..., 2] / radius, wgs84.RE_M / radius
    legendre = (1.5 * s**2 - 0.5, 2.5 * s**3 - 1.5 * s, 4.375 * s**4 - 3.75 * s**2 + 0.375)
    return (
        wgs84.GM_M3PS2 / radius * (1.0 - sum(j * q**n * p for n, j, p in zip((2, 3, 4), ZONALS, legendre, strict=True)))
    )


@pytest.mark.parametrize(
    ("perigee_km", "apogee_km", "inclination_deg"), [(500, 500, 97.4), (300, 9_000, 63.4), (250, 300, 5.0)]
)
def test_energy_and_the_momentum_about_the_pole_are_kept(perigee_km, apogee_km, inclination_deg):
    start = frozen_state(state_at(orbit(perigee_km, apogee_km, inclination_deg=inclination_deg)))
    states = kernel_run(start, np.arange(1, 8) * THREE_DAYS / 7)
    states = np.vstack([start, states])
    energy = 0.5 * (states[:, 3:] ** 2).sum(axis=1) - potential(states[:, :3])
    about_pole = states[:, 0] * states[:, 4] - states[:, 1] * states[:, 3]
    assert energy == pytest.approx(np.full(8, energy[0]), rel=1e-10)
    assert about_pole == pytest.approx(np.full(8, about_pole[0]), rel=1e-10)


def test_without_zonals_it_is_keplers_ellipse():
    first = orbit(400, 2_000)
    start = frozen_state(state_at(first))
    # the axes of the kernel are any inertial axes here: the ellipse is found from the state itself
    ellipse = elements_from_inertial(start[:3], start[3:], WHEN, frame=Frame.TEME)
    whole_turns = ellipse.period_s * np.arange(1, 20)
    states = kernel_run(start, whole_turns, zonals=np.zeros(3))
    assert np.abs(states[:, :3] - start[:3]).max() < 10 * MM


def test_the_node_and_the_perigee_turn_as_first_order_theory_says():
    # SOURCE: Vallado, Fundamentals of Astrodynamics and Applications, 4th ed., equations 9-38 and 9-40 (J2 only)
    first_order = 3e-3  # what the second order in J2 adds, about J2 itself, some times over
    start = frozen_state(state_at(orbit(700, 1_900, inclination_deg=50.0)))
    t_s = np.arange(0.0, 10 * units.DAY, 300.0)
    states = kernel_run(start, t_s, zonals=[wgs84.J2, 0.0, 0.0])
    rows = [elements_from_inertial(s[:3], s[3:], WHEN, frame=Frame.TEME) for s in states]
    a_m, e = np.mean([row.a_m for row in rows]), np.mean([row.e for row in rows])
    node = np.unwrap(np.radians([row.raan_deg for row in rows]))
    apse = np.unwrap(np.radians([row.argp_deg for row in rows]))
    cos_i = np.cos(np.radians(np.mean([row.inclination_deg for row in rows])))
    rate = 1.5 * np.sqrt(wgs84.GM_M3PS2 / a_m**3) * wgs84.J2 * (wgs84.RE_M / (a_m * (1.0 - e * e))) ** 2
    assert np.polyfit(t_s, node, 1)[0] == pytest.approx(-rate * cos_i, rel=first_order)
    assert np.polyfit(t_s, apse, 1)[0] == pytest.approx(0.5 * rate * (5.0 * cos_i**2 - 1.0), rel=4 * first_order)


def slow_rates(_, y, beta_kgpm2):
    """Return the rates by the gradient of the potential, differenced, and drag in turning air, all in plain Python."""
    r, v = y[:3], y[3:]
    steps = 10.0 * np.eye(3)
    pull = (potential(r + steps) - potential(r - steps)) / 20.0
    through_air = v - np.cross([0.0, 0.0, wgs84.OMEGA_RADPS], r)
    height_m = height_of(r)
    knot_m = np.floor(height_m / 1e3) * 1e3
    row = air_table()[364 + int(knot_m / 1e3) - 86]
    part = (height_m - knot_m) / 1e3
    density = row[0] + part * (row[1] + part * (row[2] + part * row[3]))
    return np.concatenate([v, pull - 0.5 * density / beta_kgpm2 * np.linalg.norm(through_air) * through_air])


def height_of(r):
    """Return the height over the ellipsoid by iteration on the latitude."""
    level, lat = np.hypot(r[0], r[1]), np.arctan2(r[2], np.hypot(r[0], r[1]))
    for _ in range(8):
        n = wgs84.RE_M / np.sqrt(1.0 - wgs84.E2 * np.sin(lat) ** 2)
        lat = np.arctan2(r[2] + wgs84.E2 * n * np.sin(lat), level)
    return level * np.cos(lat) + r[2] * np.sin(lat) - wgs84.RE_M * np.sqrt(1.0 - wgs84.E2 * np.sin(lat) ** 2)


def test_it_equals_a_slow_obvious_integration():
    differenced_m = 0.05  # the reference differences its potential over 20 m
    start = frozen_state(state_at(orbit(180, 400)))
    t_s = np.array([600.0, 4_000.0, 10_800.0])
    slow = solve_ivp(slow_rates, (0.0, t_s[-1]), start, "DOP853", t_s, args=(60.0,), rtol=1e-11, atol=1e-6)
    quick = follow(start, t_s, 60.0, air_table())
    free = follow(start, t_s, None, air_table())
    assert np.abs(quick.out[:, :3] - slow.y.T[:, :3]).max() < differenced_m
    assert np.linalg.norm(free.out[-1, :3] - slow.y.T[-1, :3]) > 1_000.0  # the air is what is compared


def test_a_time_between_steps_is_as_good_as_the_end_of_one():
    start = frozen_state(state_at(orbit(200, 1_000)))
    many = kernel_run(start, np.linspace(0.0, 20_000.0, 997), drag=0.01)
    for k in (100, 555, 996):
        alone = kernel_run(start, [k * 20_000.0 / 996], drag=0.01)
        assert np.abs(alone[0, :3] - many[k, :3]).max() < MM


def test_back_is_the_way_it_came():
    first = state_at(orbit(450, 550))
    there = propagate(first, [0.0, units.DAY], beta=100.0)
    end = state(there.r_m[1], there.v_mps[1], after(WHEN, units.DAY), frame=there.frame)
    back = propagate(end, [-units.DAY, -7.0, 0.0, 7.0], beta=100.0)
    assert np.abs(back.r_m[0] - there.r_m[0]).max() < 200 * MM  # the way back holds the pole of the other day
    assert np.abs(back.r_m[2] - there.r_m[1]).max() < MM
    assert len(back.t_s) == 4


@pytest.mark.parametrize("frame", list(Frame))
def test_what_is_told_fits_the_frames_of_each_moment(frame):
    path = propagate(orbit(500, 520), np.arange(0.0, units.DAY, 1_700.0), beta=80.0, frame=frame)
    assert path.frame is frame
    for k in (0, 3, 50):
        r_m, v_mps = inertial_state(path.r_ecef_m[k], path.v_ecef_mps[k], after(WHEN, float(path.t_s[k])), frame=frame)
        assert np.abs(r_m - path.r_m[k]).max() < 3 * MM  # precession and nutation are drawn straight over three hours
        assert np.abs(v_mps - path.v_mps[k]).max() < 1e-5


def test_a_state_in_gcrf_is_precessed_to_the_date_before_the_zonals_act():
    teme = state_at(orbit(500, 500))
    earth = propagate(teme, [0.0], beta=None)
    r_m, v_mps = inertial_state(earth.r_ecef_m[0], earth.v_ecef_mps[0], WHEN, frame=Frame.GCRF)
    same = state(r_m, v_mps, WHEN, frame=Frame.GCRF)
    a, b = (propagate(start, [THREE_DAYS]) for start in (teme, same))
    assert np.abs(a.r_ecef_m - b.r_ecef_m).max() < MM
    # taken for a state of the date, the same numbers end kilometres away: 24 years of precession
    wrong = propagate(state(r_m, v_mps, WHEN, frame=Frame.TEME), [THREE_DAYS])
    assert np.linalg.norm(wrong.r_ecef_m - b.r_ecef_m) > 10e3


def test_a_state_without_a_named_frame_is_refused():
    numbers = {"r_m": (7e6, 0.0, 0.0), "v_mps": (0.0, 7.5e3, 0.0), "epoch": WHEN}
    with pytest.raises(TypeError):
        State(**numbers)
    with pytest.raises(InputError, match="frame"):
        State(**numbers, frame="")
    with pytest.raises(InputError, match=r"Frame\.TEME"):
        State(**numbers, frame="J2000")
    with pytest.raises(InputError, match="frame"):
        propagate(orbit(500, 500), [0.0], frame="teme!")


def test_it_comes_down_where_and_when_it_says():
    path = propagate(orbit(150, 170), np.arange(0.0, 5 * units.DAY, 600.0), beta=50.0)
    assert path.ending is Ending.REENTRY
    assert path.t_s[-1] <= path.end_t_s < path.t_s[-1] + 600.0
    assert path.interface.alt_m == pytest.approx(120e3, abs=1.0)
    assert path.breakup.alt_m == pytest.approx(80e3, abs=1.0)
    assert path.interface.t_s < path.breakup.t_s == path.end_t_s
    assert path.breakup.moment == after(WHEN, path.end_t_s)
    assert -90.0 <= path.breakup.lat_deg <= 90.0
    assert len(path.rev_t_s) == int(path.revolutions) == len(path.perigee_alt_m)
    assert (np.diff(path.apogee_alt_m) < 0.0).all()


def test_a_long_path_that_stays_up_says_so():
    path = propagate(orbit(600, 600), [0.0, units.DAY], beta=100.0)
    assert path.ending is Ending.SPAN
    assert path.interface is None
    assert path.breakup is None
    assert path.spread_m is None  # one number is no range
    assert path.air.startswith("US Standard Atmosphere")
    assert path.revolutions == pytest.approx(
        units.DAY / 5_801.0, rel=0.005
    )  # Kepler's period; J2 and the shape of the instant
    assert path.elements(1).inclination_deg == pytest.approx(97.4, abs=0.02)


def test_a_range_of_the_body_is_a_range_of_the_place():
    narrow = Beta(low_kgpm2=90.0, middle_kgpm2=100.0, high_kgpm2=110.0, source="assumed")
    t_s = [0.0, units.DAY, 4 * units.DAY]
    a, b = (propagate(orbit(300, 300), t_s, beta=beta).spread_m for beta in (narrow, ASSUMED_BETA))
    assert a[0] == b[0] == 0.0
    assert 0.0 < a[1] < a[2] < b[2]
    fallen = propagate(
        orbit(140, 140),
        [0.0, 0.6 * units.DAY],
        beta=Beta(low_kgpm2=1.0, middle_kgpm2=500.0, high_kgpm2=600.0, source="assumed"),
    )
    assert fallen.spread_m[1] == np.inf


def test_more_sun_is_more_drag():
    ends = [propagate(orbit(250, 250), [0.0, 60 * units.DAY], beta=50.0, air=activity_air(a)).end_t_s for a in Activity]
    assert ends[2] < ends[1] < ends[0]


def test_the_air_of_a_day_is_taken_as_well():
    # the column over one place by day: more than the mean over the globe, less than a storm
    table = msis_table(WHEN, 0.0, 180.0 - 15.0 * WHEN.hour, f107=170.0, f107a=165.0, ap=10.0)
    first = orbit(350, 350)
    path = propagate(first, [0.0, units.DAY], beta=100.0, air=table)
    assert path.air.startswith("a table given")
    sunk = [
        first.a_m - propagate(first, [0.0, units.DAY], beta=100.0, air=air).elements(1).a_m
        for air in (activity_air(Activity.LOW), table, activity_air(Activity.HIGH))
    ]
    assert sunk[0] < sunk[1] < sunk[2]


def test_an_insertion_that_failed_does_not_go_round_once():
    slow = elements_from_inertial([6.7e6, 0.0, 0.0], [0.0, 1.0e3, 7.3e3], WHEN, frame=Frame.TEME)
    path = propagate(slow, [0.0, units.DAY], beta=60.0)
    assert path.ending is Ending.REENTRY
    assert path.revolutions < 0.5
    assert len(path.rev_t_s) == 0


def test_against_sgp4_over_a_day():
    # both know J2 to J4 and nothing else here; what stays is SGP4's theory, of first order, and its older constants
    sgp4_theory_m = 2_500.0
    malligyong = element_set(
        "", datetime(2024, 6, 7, 23, 19, 5, tzinfo=UTC), 97.4051, 46.9797, 0.0001572, 158.683, 201.4471, 15.20948569
    )
    t_s = np.arange(0.0, units.DAY, 1_200.0)
    path = propagate(malligyong, t_s)
    apart_m = np.linalg.norm(path.r_ecef_m - positions(malligyong.satellite(), malligyong.epoch, t_s), axis=1)
    assert apart_m[0] < 0.5
    assert apart_m.max() < sgp4_theory_m


@settings(max_examples=25, deadline=None)
@given(
    perigee_km=st.floats(200, 900),
    more_km=st.floats(0, 5_000),
    inclination_deg=st.floats(0.0, 180.0),
    beta=st.floats(20, 400),
)
def test_drag_takes_energy_and_never_gives_any(perigee_km, more_km, inclination_deg, beta):
    first = orbit(perigee_km, perigee_km + more_km, inclination_deg=inclination_deg)
    start = frozen_state(state_at(first))
    period_s = first.period_s
    states = follow(start, np.array([0.0, period_s, 2 * period_s]), beta, air_table()).out
    energy = 0.5 * (states[:, 3:] ** 2).sum(axis=1) - potential(states[:, :3])
    assert (np.diff(energy) < 1e-11 * abs(energy[0])).all()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"t_s": []}, "do not rise"),
        ({"t_s": [5.0, 1.0]}, "do not rise"),
        ({"t_s": [np.nan]}, "do not rise"),
        ({"t_s": [1e12]}, "decay_of"),
        ({"t_s": [0.0], "beta": -5.0}, "rising from above zero"),
        ({"t_s": [0.0], "start": "58400"}, "give a State|Give a State"),
    ],
)
def test_bad_input_is_explained(wrong, words):
    with pytest.raises(InputError, match=words):
        propagate(**{"start": orbit(500, 500), **wrong})


def test_what_is_no_orbit_is_explained():
    down = state([6.4e6, 0.0, 0.0], [0.0, 7e3, 0.0], WHEN, frame=Frame.TEME)
    with pytest.raises(InputError, match="above 80 km"):
        propagate(down, [0.0])
    away = state([7e6, 0.0, 0.0], [0.0, 12e3, 0.0], WHEN, frame=Frame.TEME)
    with pytest.raises(ModelError, match="not bound"):
        propagate(away, [0.0])
    ascending = elements_from_inertial([6.6e6, 0.0, 0.0], [900.0, 1.0e3, 7.0e3], WHEN, frame=Frame.TEME)
    with pytest.raises(ModelError, match="still being launched"):
        propagate(ascending, [-3_000.0, 0.0])
    with pytest.raises(InputError, match="no source"):
        Beta(low_kgpm2=1.0, middle_kgpm2=2.0, high_kgpm2=3.0, source=" ")
    with pytest.raises(InputError, match="one position"):
        state([1.0, 2.0], [0.0, 0.0, 0.0], WHEN, frame=Frame.TEME)
