"""Families of flights: counted, of their kind, and flown by the laws of motion."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from downrange.base import InputError, ecef_from_geodetic, geodetic_from_ecef, inertial_velocity, wgs84
from downrange.track._family_flight import perigee_m
from downrange.track.families import FlightKind, Group, draw_family, radar_near
from downrange.track.simulate import between, seen_from

HALF = 8


@pytest.fixture(scope="module")
def family():
    """Return a small family of each kind, half of each group."""
    return {
        kind: [p for group in Group for p in draw_family(kind, 5, 0, HALF, group=group, tail_s=60.0, step_s=2.0)]
        for kind in FlightKind
    }


def ends(path):
    """Return the true perigee height from the first row after the end of thrust, apogee and cut-off height."""
    i = int(np.searchsorted(path.t_s, path.cutoff_s + 0.5))
    r, v = path.r_ecef_m[i : i + 1], path.v_ecef_mps[i : i + 1]
    return float(perigee_m(r, inertial_velocity(r, v))[0]), float(geodetic_from_ecef(r)[2][0])


def test_each_flight_is_of_its_kind(family) -> None:
    for kind, paths in family.items():
        low = np.array([ends(path)[0] for path in paths])
        told = np.array([path.perigee_m for path in paths])
        assert np.abs(low - told).max() < 15e3, kind  # the oblate Earth and thin air move it in the seconds between
    assert min(path.perigee_m for path in family[FlightKind.ORBITAL]) >= 140e3
    near = np.array([path.perigee_m for path in family[FlightKind.NEAR_MISS]])
    assert (near >= -500e3).all()
    assert (near <= 300e3).all()
    assert ((near > 120e3).any(), (near < 120e3).any()) == (True, True)
    assert max(path.perigee_m for path in family[FlightKind.FAILED]) < 0.0
    assert max(path.perigee_m for path in family[FlightKind.BALLISTIC]) < -300e3


def test_a_number_gives_the_same_flight_whatever_the_chunking() -> None:
    whole = draw_family(FlightKind.BALLISTIC, 5, 0, 9)
    part = draw_family(FlightKind.BALLISTIC, 5, 6, 3)
    assert [p.number for p in part] == [6, 7, 8]
    for a, b in zip(whole.paths[6:9], part, strict=True):
        assert (a.vehicle, a.burns) == (b.vehicle, b.burns)
        np.testing.assert_array_equal(a.r_ecef_m, b.r_ecef_m)


def test_groups_share_no_vehicle(family) -> None:
    for paths in family.values():
        tuning, test = {p.vehicle for p in paths[:HALF]}, {p.vehicle for p in paths[HALF:]}
        assert min(len(tuning), len(test)) >= 2
        assert not tuning & test


def test_a_coasting_flight_keeps_its_energy_and_its_turn_about_the_axis(family) -> None:
    for path in (family[FlightKind.ORBITAL][0], family[FlightKind.ORBITAL][HALF]):
        rows = path.t_s > path.cutoff_s + 1.0
        r, v = path.r_ecef_m[rows], inertial_velocity(path.r_ecef_m[rows], path.v_ecef_mps[rows])
        radius = np.linalg.norm(r, axis=1)
        # With J2 the energy is v2/2 - mu/r (1 - J2 (R/r)2 (3 s2 - 1) / 2), s = z/r, and the axis keeps r x v along it.
        flat = wgs84.J2 * (wgs84.RE_M / radius) ** 2 * 0.5 * (3.0 * (r[:, 2] / radius) ** 2 - 1.0)
        energy = 0.5 * (v * v).sum(axis=1) - wgs84.GM_M3PS2 / radius * (1.0 - flat)
        about = np.cross(r, v)[:, 2]
        assert np.ptp(energy) < 40.0  # J/kg: a metre of height; thin air at 180 km takes this much in two minutes
        assert np.ptp(about) < 2e-5 * 5e10


def test_thrust_gravity_and_air_explain_the_motion(family) -> None:
    """Above the air the change of velocity less gravity is the thrust told, to the step's second order."""
    for path in (family[FlightKind.ORBITAL][1], family[FlightKind.BALLISTIC][3]):
        alt = geodetic_from_ecef(path.r_ecef_m)[2]
        t, r, v = path.t_s, path.r_ecef_m, path.v_ecef_mps
        spin = np.array([0.0, 0.0, wgs84.OMEGA_RADPS])
        a = np.diff(v, axis=0) / np.diff(t)[:, None]
        mid = 0.5 * (r[1:] + r[:-1])
        radius = np.linalg.norm(mid, axis=1)[:, None]
        pull = -wgs84.GM_M3PS2 * mid / radius**3 - 2.0 * np.cross(spin, 0.5 * (v[1:] + v[:-1]))
        felt = a - pull + np.cross(spin, np.cross(spin, mid))
        f = 0.5 * (path.f_mps2[1:] + path.f_mps2[:-1])
        steady = (alt[:-1] > 90e3) & (np.abs(np.diff(path.f_mps2)) < 0.5) & (np.diff(t) > 0.5)
        assert steady.sum() > 20
        assert np.abs(np.linalg.norm(felt, axis=1) - f)[steady].max() < 0.06  # J2 pulls with up to 0.03 m/s2


def test_every_burn_begins_and_ends_on_a_row(family) -> None:
    for paths in family.values():
        for path in paths:
            assert np.diff(path.t_s).max() <= 2.0 + 1e-9
            assert (np.diff(path.t_s) > 0.0).all()
            times = np.array([t for burn in path.burns for t in burn[:2]])
            assert np.abs(path.t_s[:, None] - times).min(axis=0).max() < 1e-5
            assert all(a.t_cutoff_s <= b.t_ignition_s for a, b in pairwise(path.burns))
            assert path.burns[-1].t_cutoff_s == pytest.approx(path.cutoff_s)


def test_a_failed_flight_is_the_planned_one_up_to_its_failure(family) -> None:
    for path in family[FlightKind.FAILED]:
        assert path.cutoff_s < path.planned[-1].t_cutoff_s
        for flown, planned in zip(path.burns[:-1], path.planned, strict=False):
            assert flown == pytest.approx(planned)


def test_rows_are_close_enough_for_cubic_interpolation(family) -> None:
    """Leaving out every second row of two seconds, the others give it back to half a metre: at full density to 3 cm."""
    for path in (family[FlightKind.ORBITAL][3], family[FlightKind.BALLISTIC][1]):
        t, r, v = path.t_s, path.r_ecef_m, path.v_ecef_mps
        steady = (np.diff(t)[1:] > 1.9) & (np.diff(t)[:-1] > 1.9) & (t[1:-1] > 40.0)
        steady &= (np.abs(np.diff(path.f_mps2))[1:] < 0.5) & (np.abs(np.diff(path.f_mps2))[:-1] < 0.5)
        rows = np.flatnonzero(steady) + 1
        far = [
            np.linalg.norm(between(t[[i]], t[[i - 1, i + 1]], r[[i - 1, i + 1]], v[[i - 1, i + 1]])[0] - r[i])
            for i in rows
        ]
        assert len(far) > 20
        assert np.max(far) < 0.5


def test_a_radar_stands_where_it_was_asked_to(family) -> None:
    path = family[FlightKind.ORBITAL][2]
    for range_m in (500e3, 1_000e3):
        sensor = radar_near(path, range_m=range_m, at_s=path.cutoff_s)
        place, v = between(np.array([path.cutoff_s]), path.t_s, path.r_ecef_m, path.v_ecef_mps)
        seen, _, el, _ = seen_from(sensor, place, v)
        assert seen[0] == pytest.approx(range_m, rel=0.03)
        assert el[0] > 0.0
    below = radar_near(path, range_m=1.0, at_s=path.cutoff_s)
    lat, lon, _ = geodetic_from_ecef(place[0])
    assert (
        np.linalg.norm(ecef_from_geodetic(lat, lon, 0.0) - ecef_from_geodetic(below.lat_deg, below.lon_deg, 0.0)) < 30e3
    )


@pytest.mark.parametrize("wrong", [{"count": -1}, {"first": -1}, {"step_s": 0.0}, {"tail_s": -1.0}])
def test_counts_and_steps_that_cannot_be_are_refused(wrong) -> None:
    with pytest.raises(InputError, match="Give counts of 0 or more"):
        draw_family(FlightKind.ORBITAL, 1, **{"first": 0, "count": 1, **wrong})
