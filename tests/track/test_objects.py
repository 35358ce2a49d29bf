from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
import pytest

from downrange.base import ecef_from_geodetic, enu_axes, geodetic_from_ecef, since, uniforms
from downrange.earth import range_azimuth
from downrange.fall import fall_path, impact_point
from downrange.track import Reading, Sensor, Track, follow, simulate
from downrange.track._pieces import coasted, fixes_of, matched, taken_in
from downrange.track.objects import Finder, left_over, main_readings, other_objects

# S1: engines stop at T+122 s, the next ones start at T+126 s.
STAGING_S, IGNITION_S, UNTIL_S = 122.0, 126.0, 160.0


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What one radar says of several bodies, and the main object's track from its own readings."""

    sensors: tuple[Sensor, ...]
    readings: tuple[Reading, ...]
    whose: tuple[str, ...]
    track: Track
    paths: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]

    def at(self, name: str, t_s: float) -> np.ndarray:
        t, r, _ = self.paths[name]
        return np.array([np.interp(t_s, t, r[:, i]) for i in range(3)])


Make = Callable[..., Scene]


@pytest.fixture(scope="module")
def scene(fly: Callable[[float | None], Any], radar: Sensor, t0: datetime) -> Make:
    """Scene of S1 with its spent stage; wild: share of readings that are nonsense."""
    slow = replace(radar, period_s=0.2)

    @cache
    def make(wild: float = 0.0, until_s: float = UNTIL_S, crumbles_s: float | None = None) -> Scene:
        flight = fly(None)
        keep = flight.t_s <= until_s
        i = int(np.searchsorted(flight.t_s, STAGING_S))
        paths = {"main": (flight.t_s[keep], flight.r_ecef_m[keep], flight.v_ecef_mps[keep])}
        fall = fall_path(STAGING_S, flight.r_ecef_m[i], flight.v_ecef_mps[i], 900.0, rows=round(until_s - STAGING_S))
        paths["spent"] = fall
        if crumbles_s is not None:
            k = int(np.searchsorted(fall[0], crumbles_s))
            for n, way in enumerate(enu_axes(*(float(a) for a in geodetic_from_ecef(fall[1][k])[:2]))):
                rows = round(until_s - crumbles_s)
                paths[f"crumb {n}"] = fall_path(crumbles_s, fall[1][k], fall[2][k] + 40.0 * way, 300.0, rows=rows)
        said = [
            (reading, name)
            for n, (name, path) in enumerate(paths.items())
            for reading in simulate(*path, (slow,), t0, seed=100 + n)
        ]
        said.sort(key=lambda one: one[0].t)
        draws = uniforms(8, len(said), 4)
        readings = tuple(_spoilt(r, d) if d[0] < wild else r for (r, _), d in zip(said, draws, strict=True))
        whose = tuple("wild" if d[0] < wild else name for (_, name), d in zip(said, draws, strict=True))
        own = [r for r, name in zip(readings, whose, strict=True) if name == "main"]
        return Scene(sensors=(slow,), readings=readings, whose=whose, track=follow(own, (slow,), t0), paths=paths)

    return make


def _spoilt(reading: Reading, draw: Sequence[float]) -> Reading:
    return replace(reading, range_m=1e3 + 5e5 * draw[1], az_deg=360.0 * draw[2], el_deg=90.0 * draw[3])


def test_a_spent_stage_is_one_piece_that_left_at_the_staging(scene: Make, t0: datetime) -> None:
    here = scene()
    (piece,) = other_objects(here.readings, here.sensors, t0, here.track)
    assert piece.number == 1
    assert piece.appeared
    assert piece.powered_t_s is None
    assert not piece.ended
    assert STAGING_S <= piece.first_t_s < piece.confirmed_t_s < IGNITION_S + 10.0
    best = piece.leavings[-1]
    assert best.parent == 0
    assert abs(best.t_s - STAGING_S) < 4.0
    assert best.speed_mps < 60.0
    off = piece.last.r_ecef_m - here.at("spent", piece.last.t_s)
    assert off @ np.linalg.solve(piece.last.cov[:3, :3], off) < 16.3  # 99.9 % of three numbers
    lat, lon, _ = impact_point(here.paths["spent"][1][-1], here.paths["spent"][2][-1])
    assert range_azimuth(piece.lat_deg, piece.lon_deg, float(lat), float(lon))[0] < 5_000.0


def test_nonsense_makes_no_object_and_hides_none(scene: Make, t0: datetime) -> None:
    calm, rough = scene(), scene(0.1)
    (one,) = other_objects(calm.readings, calm.sensors, t0, calm.track)
    (other,) = other_objects(rough.readings, rough.sensors, t0, rough.track)
    assert abs(other.confirmed_t_s - one.confirmed_t_s) < 4.0
    alone = [r for r, name in zip(rough.readings, rough.whose, strict=True) if name in ("main", "wild")]
    assert rough.whose.count("wild") > 50
    assert other_objects(alone, rough.sensors, t0, rough.track) == ()


def test_what_is_said_of_a_moment_rests_on_readings_up_to_it(scene: Make, t0: datetime) -> None:
    here = scene()
    (late,) = other_objects(here.readings, here.sensors, t0, here.track)
    early_s = late.confirmed_t_s + 4.0
    early = [reading for reading in here.readings if since(t0, reading.t) <= early_s]
    (piece,) = other_objects(early, here.sensors, t0, here.track)
    assert (piece.first_t_s, piece.confirmed_t_s) == (late.first_t_s, late.confirmed_t_s)
    np.testing.assert_array_equal(piece.confirmed.r_ecef_m, late.confirmed.r_ecef_m)
    assert piece.leavings == late.leavings[: len(piece.leavings)]
    assert piece.last_t_s <= early_s < late.last_t_s
    assert other_objects([r for r in early if since(t0, r.t) < late.first_t_s], here.sensors, t0, here.track) == ()


def test_the_order_of_arrival_and_doubles_change_nothing(scene: Make, t0: datetime) -> None:
    here = scene()
    (one,) = other_objects(here.readings, here.sensors, t0, here.track)
    (other,) = other_objects([*here.readings[::-1], *here.readings], here.sensors, t0, here.track)  # and all doubled
    assert one.leavings == other.leavings
    np.testing.assert_array_equal(one.last.r_ecef_m, other.last.r_ecef_m)


@pytest.mark.parametrize("late", [0, 7])
def test_reading_by_reading_finds_the_same(late: int, scene: Make, t0: datetime) -> None:
    here = scene(0.1)
    arriving = list(here.readings)
    for i in range(late, len(arriving), 10):
        arriving.insert(i, arriving.pop(i - late))
    finder = Finder(here.sensors, t0)
    for i in range(0, len(arriving), 5):
        finder.pieces(arriving[: i + 1], here.track)
    (one,) = finder.pieces(arriving, here.track)
    newest = max(r.t for r in arriving)
    (other,) = other_objects([r for r in arriving if r.t < newest], here.sensors, t0, here.track)
    assert one.leavings == other.leavings
    assert one.looks == other.looks
    np.testing.assert_array_equal(one.last.cov, other.last.cov)


def test_a_sensors_own_names_are_kept_and_help(scene: Make, t0: datetime) -> None:
    here = scene()
    named = tuple(replace(r, object_id=name) for r, name in zip(here.readings, here.whose, strict=True))
    (piece,) = other_objects(named, here.sensors, t0, here.track)
    assert piece.labels == ("spent",)
    assert {here.whose[i] for i in piece.readings} == {"spent"}
    assert piece.looks == len(piece.readings) > 100


def test_left_over_is_what_the_main_object_did_not_take(scene: Make, t0: datetime) -> None:
    here = scene()
    rest = left_over(here.readings, here.sensors, t0, here.track)
    apart_s = 140.0  # by now 1 km apart, 30 sigma
    clear = [(r in rest, name) for r, name in zip(here.readings, here.whose, strict=True) if since(t0, r.t) > apart_s]
    assert {name for left, name in clear if left} == {"spent"}
    assert {name for left, name in clear if not left} == {"main"}


def test_an_object_that_only_comes_into_view_is_not_new(scene: Make, t0: datetime) -> None:
    here = scene(until_s=190.0, crumbles_s=165.0)
    pairs = zip(here.readings, here.whose, strict=True)
    later = [r for r, name in pairs if name == "main" or (name == "spent" and since(t0, r.t) > STAGING_S + 50.0)]
    (piece,) = other_objects(later, here.sensors, t0, here.track)
    assert not piece.appeared


def test_the_one_that_burns_is_the_one_to_follow(scene: Make, t0: datetime) -> None:
    here = scene()
    pairs = list(zip(here.readings, here.whose, strict=True))
    wrong = follow(
        [r for r, name in pairs if name == ("main" if since(t0, r.t) < STAGING_S else "spent")], here.sensors, t0
    )
    pieces = other_objects(here.readings, here.sensors, t0, wrong)
    again = main_readings(here.readings, here.sensors, t0, wrong, pieces)
    assert pieces[0].powered_t_s is not None
    assert IGNITION_S < pieces[0].powered_t_s < IGNITION_S + 25.0
    assert again is not None
    gone = [name for r, name in pairs if r not in again]
    assert gone.count("spent") > 0.8 * len(gone) > 20
    right = other_objects(here.readings, here.sensors, t0, here.track)
    assert main_readings(here.readings, here.sensors, t0, here.track, right) is None


def test_crumbs_of_a_spent_stage_come_off_that_one(scene: Make, t0: datetime) -> None:
    here = scene(until_s=190.0, crumbles_s=165.0)
    spent, *crumbs = other_objects(here.readings, here.sensors, t0, here.track)
    assert spent.leavings[-1].parent == 0
    assert len(crumbs) >= 2
    assert {piece.leavings[-1].parent for piece in crumbs} == {spent.number}
    assert all(abs(piece.leavings[-1].t_s - 165.0) < 5.0 for piece in crumbs)


def test_a_fix_has_bias_and_clock_taken_off(radar: Sensor, t0: datetime) -> None:
    wrong = replace(radar, bias_range_m=100.0, bias_az_deg=0.5, clock_offset_s=2.0)
    reading = Reading(t=t0, sensor="radar", range_m=10_100.0, az_deg=90.5, el_deg=0.0)
    fix = fixes_of([reading, Reading(t=t0, sensor="radar", range_m=1e4)], (wrong,), t0)
    assert fix.t_s.tolist() == [-2.0]
    site = ecef_from_geodetic(radar.lat_deg, radar.lon_deg, radar.alt_m)
    east = enu_axes(radar.lat_deg, radar.lon_deg)[0]
    np.testing.assert_allclose(fix.r_ecef_m[0], site + 10_000.0 * east, atol=1e-6)
    assert float(east @ fix.cov[0] @ east) == pytest.approx(30.0**2)
    assert not fixes_of([], (wrong,), t0).t_s.size


def test_coasting_is_a_fall_without_air() -> None:
    r = ecef_from_geodetic(36.0, 125.0, 200_000.0)
    v = enu_axes(36.0, 125.0).T @ np.array([500.0, -3_000.0, 800.0])
    t, there, speed = fall_path(0.0, r, v, 1e9, rows=61)
    x, p = coasted(np.concatenate([r, v])[None], np.eye(6)[None], t[-1], np.ones(1))
    np.testing.assert_allclose(x[0, :3], there[-1], atol=3.0)
    np.testing.assert_allclose(x[0, 3:], speed[-1], atol=0.1)
    back, _ = coasted(x, p, -t[-1], np.ones(1))
    np.testing.assert_allclose(back[0, :3], r, atol=3.0)
    assert np.linalg.eigvalsh(p[0]).min() > 0.0


def test_a_reading_narrows_what_is_known(radar: Sensor, t0: datetime) -> None:
    doppler = replace(radar, sigma_range_rate_mps=1.0)
    reading = Reading(t=t0, sensor="radar", range_m=1e5, az_deg=200.0, el_deg=30.0, range_rate_mps=300.0)
    fix = fixes_of([reading], (doppler,), t0)
    wide = np.diag([1e6] * 3 + [1e4] * 3)[None]
    x, p, chi2 = taken_in(np.concatenate([fix.r_ecef_m[0] + 50.0, np.zeros(3)])[None], wide, fix)
    away = (fix.r_ecef_m[0] - fix.site_ecef_m[0]) / 1e5
    assert np.linalg.norm(x[0, :3] - fix.r_ecef_m[0]) < 5.0
    assert float(away @ x[0, 3:]) == pytest.approx(300.0, abs=0.2)
    assert float(away @ p[0, 3:, 3:] @ away) == pytest.approx(1.0, rel=0.01)
    assert np.linalg.eigvalsh(p[0]).min() > 0.0
    assert float(chi2[0]) == pytest.approx(300.0**2 / 10_001.0 / 4.0, rel=0.05)


def test_each_reading_goes_to_one_object_and_most_are_used() -> None:
    chi2 = np.array([[1.0, 2.0], [1.5, 30.0]])
    assert sorted(matched(chi2, chi2, 20.0)) == [(0, 1), (1, 0)]
    assert matched(np.array([[30.0]]), np.array([[30.0]]), 20.0) == []
    assert matched(np.array([[3.0]]), np.array([[3.0]]), 20.0) == [(0, 0)]
