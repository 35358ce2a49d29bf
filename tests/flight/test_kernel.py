"""The ascent kernel: one law each, an independent integrator for each kind of phase, and every option at work."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from downrange.base import Array, ecef_from_geodetic, enu_axes, geodetic_from_ecef, wgs84
from downrange.earth import ZONALS, air_table, load_site
from downrange.earth import _kernel as earth
from downrange.flight import _kernel as k
from downrange.flight import crowd_of, load_vehicle_and_plan, timeline
from downrange.flight.crowd import starts_of

G0 = 9.80665
DRAG = np.array([[0.0, 0.3], [0.8, 0.3], [1.1, 0.55], [4.0, 0.25]])
STILL = np.empty((0, 8))
NO_AIR = air_table().copy()
NO_AIR[:, :4] = 0.0


def burn(mode: int, *, duration: float, steps: int, mass: float, mdot: float, isp: float, **more: float) -> Array:
    """Return a phase of one engine."""
    row = np.zeros(k.COLUMNS)
    row[[k.DURATION_S, k.STEPS, k.MASS_KG, k.MDOT_KGPS, k.STEER]] = duration, steps, mass, mdot, mode
    row[k.THRUST_N] = mdot * isp * G0
    for name, value in more.items():
        row[getattr(k, name)] = value
    return row


def flown(
    rows: list[Array], start: Array, air: Array, zonals: Array = ZONALS, drag: Array = DRAG, wind: Array = STILL
) -> tuple[Array, Array]:
    """Return ends (P, 8) and path (M, 15)."""
    phases = np.array(rows)
    path = np.empty((int(phases[:, k.STEPS].sum()) + len(rows), k.PATH))
    ends = np.empty((len(rows), k.STATE))
    used, _ = k.fly(phases, start, air, drag, wind, zonals, ends, path)
    return ends, path[:used]


def aloft(lat: float, speed: float, azimuth: float, climb: float, alt: float = 60e3) -> Array:
    a, c = math.radians(azimuth), math.radians(climb)
    enu = speed * np.array([math.cos(c) * math.sin(a), math.cos(c) * math.cos(a), math.sin(c)])
    return np.concatenate([[0.0], ecef_from_geodetic(lat, 127.0, alt), enu @ enu_axes(lat, 127.0)])


def jacobi(state: Array) -> float:
    """Return the energy that the turning Earth keeps, point mass."""
    r, v = state[1:4], state[4:7]
    spin = (wgs84.OMEGA_RADPS * math.hypot(r[0], r[1])) ** 2
    return float(0.5 * (v @ v) - wgs84.GM_M3PS2 / math.hypot(*r) - 0.5 * spin)


ENGINES = {
    "isp": st.floats(200, 450),
    "duration": st.floats(20, 150),
    "share": st.floats(0.1, 0.9),  # of the mass that is burnt
    "mode": st.sampled_from([k.VERTICAL, k.LINEAR, k.GRAVITY_TURN, k.LINEAR_TANGENT]),
    "lat": st.floats(-80, 80),
    "azimuth": st.floats(0, 360),
}


@given(**ENGINES)
def test_thrust_sums_to_the_rocket_equation_and_its_work_to_energy(
    isp: float, duration: float, share: float, mode: int, lat: float, azimuth: float
) -> None:
    steering = {"PITCH0_RAD": 0.6, "PITCH1_RAD": 0.1, "AZIMUTH0_RAD": math.radians(azimuth), "AZIMUTH1_RAD": 3.0}
    row = burn(mode, duration=duration, steps=2_000, mass=1e4, mdot=1e4 * share / duration, isp=isp, **steering)
    ends, path = flown([row], aloft(lat, 2_000.0, azimuth, 30.0), NO_AIR, zonals=np.zeros(3))
    f = path[:, 8:11]
    given_mps = np.trapezoid(np.linalg.norm(f, axis=1), path[:, 0])
    assert given_mps == pytest.approx(isp * G0 * math.log(1.0 / (1.0 - share)), rel=1e-4)
    work = np.trapezoid((f * path[:, 4:7]).sum(axis=1), path[:, 0])
    assert jacobi(ends[0]) - jacobi(path[0]) == pytest.approx(work, rel=1e-4, abs=10.0)
    assert ends[0, 7] == pytest.approx(1e4 * (1.0 - share))


@given(lat=st.floats(-80, 80), azimuth=st.floats(0, 360), speed=st.floats(10, 7_000), climb=st.floats(-20, 80))
def test_a_coast_without_air_keeps_its_energy(lat: float, azimuth: float, speed: float, climb: float) -> None:
    start = aloft(lat, speed, azimuth, climb, alt=200e3)
    coast = burn(k.COAST, duration=100.0, steps=40, mass=1e4, mdot=0.0, isp=300.0)
    ends, path = flown([coast], start, NO_AIR, zonals=np.zeros(3))
    assert jacobi(ends[0]) == pytest.approx(jacobi(path[0]), abs=0.1)  # of 6e7 J/kg
    assert (ends[0, 0], ends[0, 7]) == (100.0, 1e4)


def inertial(state: Array) -> tuple[float, float]:
    """Return energy with the zonal potential to J4, and angular momentum about the axis, of an Earth-fixed state."""
    r, v = state[1:4], state[4:7] + np.cross([0.0, 0.0, wgs84.OMEGA_RADPS], state[1:4])
    d = math.hypot(*r)
    s, q = r[2] / d, wgs84.RE_M / d
    p2, p3, p4 = (3 * s**2 - 1) / 2, (5 * s**3 - 3 * s) / 2, (35 * s**4 - 30 * s**2 + 3) / 8
    j2, j3, j4 = ZONALS
    potential = -wgs84.GM_M3PS2 / d * (1.0 - j2 * q**2 * p2 - j3 * q**3 * p3 - j4 * q**4 * p4)
    return float(0.5 * (v @ v) + potential), float(r[0] * v[1] - r[1] * v[0])


@given(
    lat=st.floats(-80, 80),
    azimuth=st.floats(0, 360),
    speed=st.floats(3_000, 8_000),
    climb=st.floats(0, 80),
    seconds=st.floats(60, 1_000),
)
def test_a_coast_in_the_real_field_keeps_energy_and_angular_momentum(
    lat: float, azimuth: float, speed: float, climb: float, seconds: float
) -> None:
    start = aloft(lat, speed, azimuth, climb, alt=500e3)
    coast = burn(k.COAST, duration=seconds, steps=math.ceil(seconds / 3.0), mass=1e4, mdot=0.0, isp=300.0)
    _, path = flown([coast], start, NO_AIR)
    energies, momenta = np.array([inertial(row) for row in path]).T
    scale = np.max(0.5 * np.sum(path[:, 4:7] ** 2, axis=1))  # the energy itself may pass through zero
    assert abs(energies - energies[0]).max() < 1e-9 * max(abs(energies[0]), scale)
    arm = math.hypot(*start[1:4]) * math.hypot(*start[4:7])
    assert abs(momenta - momenta[0]).max() < 1e-9 * arm


@given(mach=st.floats(0.0, 10.0))
def test_drag_is_linear_between_its_rows_and_constant_outside(mach: float) -> None:
    assert k.drag_coefficient(mach, DRAG) == pytest.approx(np.interp(mach, DRAG[:, 0], DRAG[:, 1]), abs=1e-12)
    assert k.drag_coefficient(mach, DRAG[:1]) == DRAG[0, 1]


@given(lat=st.floats(-89, 89), lon=st.floats(-180, 180), pitch=st.floats(-80, 90), azimuth=st.floats(0, 360))
def test_thrust_points_where_it_is_told(lat: float, lon: float, pitch: float, azimuth: float) -> None:
    place = ecef_from_geodetic(lat, lon, 50e3)
    east, north, up = enu_axes(lat, lon)
    v = np.array([10.0, -20.0, 30.0])
    told = (math.radians(pitch), math.radians(azimuth), place[0], place[1], *up, *v)
    level = math.sin(told[1]) * east + math.cos(told[1]) * north
    for mode in (k.LINEAR, k.LINEAR_TANGENT):
        assert k.thrust_direction(mode, *told) == pytest.approx(
            math.cos(told[0]) * level + math.sin(told[0]) * up, abs=1e-12
        )
    assert k.thrust_direction(k.VERTICAL, *told) == pytest.approx(up)
    assert k.thrust_direction(k.GRAVITY_TURN, *told) == pytest.approx(v / np.linalg.norm(v))


@given(share=st.floats(0.6, 1.0))
def test_on_the_ground_the_air_presses_the_thrust_down_to_its_sea_level_value(share: float) -> None:
    thrust = 1.7e6
    row = burn(k.VERTICAL, duration=10.0, steps=10, mass=1e5, mdot=thrust / 280 / G0, isp=280.0)
    row[k.BACK_M2] = thrust * (1.0 - share) / 101_325.0
    f = k.specific_force(row, 0.0, *ecef_from_geodetic(40.0, 125.0, 0.0), 0.0, 0.0, 0.0, air_table(), DRAG, STILL)
    assert math.hypot(*f[:3]) * 1e5 == pytest.approx(share * thrust, rel=1e-6)
    assert f[3:] == (0.0, 0.0, 0.0, 0.0)


def test_drag_is_dynamic_pressure_on_an_area_against_the_motion() -> None:
    row = burn(k.COAST, duration=1.0, steps=1, mass=5_000.0, mdot=0.0, isp=300.0, AREA_M2=4.6)
    start = aloft(40.0, 600.0, 190.0, 50.0, alt=10e3)
    *_, dx, dy, dz, q_pa = k.specific_force(row, 0.0, *start[1:], air_table(), DRAG, STILL)
    rho, sound = earth.density(10e3, air_table()), earth.sound_speed(10e3, air_table())
    cd = np.interp(600.0 / sound, DRAG[:, 0], DRAG[:, 1])
    assert q_pa == pytest.approx(0.5 * rho * 600.0**2, rel=1e-6)
    assert (dx, dy, dz) == pytest.approx(-q_pa * cd * 4.6 / 5_000.0 * start[4:] / 600.0, rel=1e-6)


@given(radius=st.floats(6.4e6, 4e7), part=st.floats(0.1, 1.9), climb=st.floats(-80, 80))
def test_semi_major_axis_is_that_of_the_speed(radius: float, part: float, climb: float) -> None:
    v = math.sqrt(part * wgs84.GM_M3PS2 / radius)  # part 1 is a circle, 2 escapes
    c, r = math.radians(climb), np.array([radius, 0.0, 0.0])
    w = v * np.array([math.sin(c), math.cos(c), 0.0]) - np.cross([0.0, 0.0, wgs84.OMEGA_RADPS], r)
    assert k.semi_major_axis(*r, *w) == pytest.approx(radius / (2.0 - part), rel=1e-9)


@pytest.mark.parametrize("above_m", [10e3, 100e3, 500e3])
def test_the_engine_stops_at_its_semi_major_axis(above_m: float) -> None:
    start = aloft(10.0, 7_600.0, 190.0, 0.0, alt=300e3)
    sma = k.semi_major_axis(*start[1:])
    row = burn(k.GRAVITY_TURN, duration=300.0, steps=100, mass=2_000.0, mdot=5.0, isp=300.0, STOP_SMA_M=sma + above_m)
    ends, _ = flown([row], start, NO_AIR)
    assert k.semi_major_axis(*ends[0, 1:7]) == pytest.approx(sma + above_m, abs=1.0)
    assert 0.0 < ends[0, 0] < 300.0
    assert ends[0, 7] == pytest.approx(2_000.0 - 5.0 * ends[0, 0])


def test_an_engine_that_cannot_get_there_burns_out() -> None:
    row = burn(k.GRAVITY_TURN, duration=30.0, steps=10, mass=2_000.0, mdot=5.0, isp=300.0, STOP_SMA_M=9e6)
    assert flown([row], aloft(10.0, 7_000.0, 190.0, 0.0), NO_AIR)[0][0, 0] == 30.0


@pytest.fixture(scope="module")
def chollima() -> tuple[Array, Array, Array, Array]:
    """Return phases, start, ends and drag of the shipped vehicle."""
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    crowd = crowd_of(vehicle, plan, load_site("sohae-coastal"))
    phases, start = timeline(crowd).table[0], starts_of(crowd)[0]
    return phases, start, flown(list(phases), start, air_table(), drag=crowd.drag)[0], crowd.drag


def slow_rate(t: float, y: Array, row: Array, drag: Array) -> Array:
    """Slow and obvious: the same motion from frames, tables and vector products."""
    r, v = y[:3], y[3:]
    lat, lon, alt = geodetic_from_ecef(r)
    east, north, up = enu_axes(lat, lon)
    mass = row[k.MASS_KG] - row[k.MDOT_KGPS] * t
    rho, sound = earth.density(float(alt), air_table()), earth.sound_speed(float(alt), air_table())
    omega, speed = np.array([0.0, 0.0, wgs84.OMEGA_RADPS]), float(np.linalg.norm(v))
    a = np.array(earth.gravity(*r, *ZONALS)) - np.cross(omega, np.cross(omega, r)) - 2.0 * np.cross(omega, v)
    a = a - 0.5 * rho * speed * v * row[k.AREA_M2] * np.interp(speed / sound, drag[:, 0], drag[:, 1]) / mass
    part, pitches = t / row[k.DURATION_S], row[[k.PITCH0_RAD, k.PITCH1_RAD]]
    if row[k.STEER] == k.LINEAR_TANGENT:
        pitch = np.arctan(np.tan(pitches[0]) + part * (np.tan(pitches[1]) - np.tan(pitches[0])))
    else:
        pitch = pitches[0] + part * (pitches[1] - pitches[0])
    azimuth = row[k.AZIMUTH0_RAD] + part * (row[k.AZIMUTH1_RAD] - row[k.AZIMUTH0_RAD])
    direction = {
        k.COAST: np.zeros(3),
        k.VERTICAL: up,
        k.GRAVITY_TURN: v / max(speed, 1e-9),
    }.get(int(row[k.STEER]), np.cos(pitch) * (np.sin(azimuth) * east + np.cos(azimuth) * north) + np.sin(pitch) * up)
    thrust = row[k.THRUST_N] - row[k.BACK_M2] * rho * sound**2 / 1.4
    return np.concatenate([v, a + thrust / mass * direction])


@pytest.mark.parametrize("nth", range(8))  # rise, kick, turn, coast, two halves of stage 2, coast, stage 3
def test_every_phase_of_the_shipped_vehicle_agrees_with_another_integrator(
    chollima: tuple[Array, ...], nth: int
) -> None:
    phases, start, ends, drag = chollima
    lasting = np.flatnonzero(phases[:, k.DURATION_S] > 0.0)
    assert len(lasting) == 8
    phase = lasting[nth]
    row, before = phases[phase], start if phase == 0 else ends[phase - 1, :7]
    slow = solve_ivp(
        slow_rate,
        (0.0, row[k.DURATION_S]),
        before[1:],
        args=(row, drag),
        method="DOP853",
        rtol=1e-9,
        atol=1e-3,
    ).y[:, -1]
    assert ends[phase, 1:4] == pytest.approx(slow[:3], abs=2.0)
    assert ends[phase, 4:7] == pytest.approx(slow[3:], abs=0.02)


def test_the_shipped_steps_end_within_metres_of_steps_of_a_twentieth_of_a_second(chollima: tuple[Array, ...]) -> None:
    phases, start, ends, drag = chollima
    fine = phases.copy()
    fine[:, k.STEPS] = np.ceil(fine[:, k.DURATION_S] / 0.05)
    exact = flown(list(fine), start, air_table(), drag=drag)[0]
    out = int(np.flatnonzero(phases[:, k.STAGE] == 1)[-1])
    assert np.linalg.norm(ends[out, 1:4] - exact[out, 1:4]) < 4.0
    assert np.linalg.norm(ends[-1, 1:4] - exact[-1, 1:4]) < 50.0
    sma = [k.semi_major_axis(*e[-1, 1:7]) for e in (ends, exact)]
    assert sma[0] == pytest.approx(sma[1], abs=50.0)


@pytest.mark.parametrize("changed", ["air", "drag", "AREA_M2", "BACK_M2", "THRUST_N", "J2", "J3", "J4"])
def test_each_option_changes_the_answer(chollima: tuple[Array, ...], changed: str) -> None:
    phases, start, ends, drag = (a.copy() for a in chollima)
    zonals, air = ZONALS.copy(), air_table().copy()
    if changed == "air":
        air[:, :4] *= 1.01
    elif changed == "drag":
        drag[:, 1] *= 1.01
    elif changed[0] == "J":
        zonals[int(changed[1]) - 2] = 0.0
    else:
        phases[:, getattr(k, changed)] *= 1.001
    assert np.linalg.norm(flown(list(phases), start, air, zonals, drag)[0][-1, 1:4] - ends[-1, 1:4]) > 1.0


def test_the_path_tells_the_flight_and_the_largest_pressure(chollima: tuple[Array, ...]) -> None:
    phases, start, ends, drag = chollima
    _, path = flown(list(phases), start, air_table(), drag=drag)
    assert path[0, :7].tolist() == start.tolist()
    assert np.array_equal(path[-1, :8], ends[-1])
    assert (np.diff(path[:, 0]) >= 0.0).all()
    q_pa = np.empty(1)
    many = np.empty((1, *ends.shape))
    k.fly_many(phases[None], start[None], air_table(), drag, STILL[None], ZONALS, many, q_pa)
    assert np.array_equal(many[0], ends)
    assert q_pa[0] == path[:, 11].max()


def test_at_rest_a_gravity_turn_starts_straight_up() -> None:
    start = np.concatenate([[0.0], ecef_from_geodetic(40.0, 125.0, 10.0), np.zeros(3)])
    row = burn(k.GRAVITY_TURN, duration=3.0, steps=3, mass=1e5, mdot=500.0, isp=280.0)
    ends, _ = flown([row], start, air_table())
    assert np.isfinite(ends).all()
    *_, up = enu_axes(40.0, 125.0)
    assert (ends[0, 1:4] - start[1:4]) @ up == pytest.approx(np.linalg.norm(ends[0, 1:4] - start[1:4]), rel=1e-3)


@given(angle=st.floats(-3.0, 3.0), clock=st.floats(0.0, 6.0), pitch=st.floats(-80, 89), azimuth=st.floats(0, 360))
def test_a_turned_direction_leaves_the_old_one_by_the_angle_toward_the_side(
    angle: float, clock: float, pitch: float, azimuth: float
) -> None:
    east, north, up = enu_axes(40.0, 125.0)
    p, a = math.radians(pitch), math.radians(azimuth)
    level = math.sin(a) * east + math.cos(a) * north
    d = math.cos(p) * level + math.sin(p) * up
    new = np.array(k.turned(angle, clock, *d, *up))
    assert np.linalg.norm(new) == pytest.approx(1.0)
    assert new @ d == pytest.approx(math.cos(angle), abs=1e-9)
    lower = math.sin(p) * level - math.cos(p) * up  # away from local up
    assert new @ lower == pytest.approx(math.sin(angle) * math.cos(clock), abs=1e-6)
    left = np.cross(d, lower)
    assert new @ left == pytest.approx(math.sin(angle) * math.sin(clock), abs=1e-6)


def test_a_thrust_straight_up_turns_toward_the_north() -> None:
    _, north, up = enu_axes(40.0, 125.0)
    assert k.turned(0.3, 0.0, *up, *up) == pytest.approx(math.cos(0.3) * up + math.sin(0.3) * north)


@given(east=st.floats(-80, 80), north=st.floats(-80, 80), alt=st.floats(0, 30e3))
def test_what_drifts_with_the_wind_feels_none(east: float, north: float, alt: float) -> None:
    wind = np.zeros((40, 8))
    wind[:, 0], wind[:, 4] = east, north
    e, n, _ = enu_axes(40.0, 125.0)
    v = east * e + north * n
    row = burn(k.COAST, duration=1.0, steps=1, mass=5_000.0, mdot=0.0, isp=300.0, AREA_M2=4.6)
    place = ecef_from_geodetic(40.0, 125.0, alt)
    *_, q_pa = k.specific_force(row, 0.0, *place, *v, air_table(), DRAG, wind)
    assert q_pa == pytest.approx(0.0, abs=1e-6)
    *_, dx, dy, dz, q_pa = k.specific_force(row, 0.0, *place, 0.0, 0.0, 0.0, air_table(), DRAG, wind)
    assert np.cross([dx, dy, dz], v) == pytest.approx(np.zeros(3), abs=1e-9)
    assert np.array([dx, dy, dz]) @ v >= 0.0  # what stands still is blown along


@pytest.mark.parametrize("h", [0.02, 0.3, 1.0, 2.7])
def test_what_comes_down_is_cut_at_the_ground(h: float) -> None:
    start = aloft(35.0, 100.0, 120.0, -30.0, alt=700.0)
    row = burn(k.LINEAR, duration=300.0, steps=math.ceil(300.0 / h), mass=1e4, mdot=10.0, isp=250.0, PITCH0_RAD=0.5)
    more = burn(k.COAST, duration=50.0, steps=50, mass=5_000.0, mdot=0.0, isp=250.0)
    ends, _ = flown([row, more], start, air_table())
    assert abs(geodetic_from_ecef(ends[0, 1:4])[2]) < 1e-3
    assert 0.0 < ends[0, 0] < 300.0
    assert ends[0, 7] == pytest.approx(1e4 - 10.0 * ends[0, 0])
    assert np.array_equal(ends[1], ends[0])
