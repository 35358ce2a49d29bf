"""The region where it may come down: its truth, its calibration, and everything at its edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from downrange.base import InputError, ecef_from_geodetic, v_ecef_from_enu, wgs84
from downrange.earth import load_wind, mean_wind_table, range_azimuth
from downrange.fall import drop, load_debris
from downrange.track.impact import BetaPrior, impact_ensemble

COV = np.diag([50.0**2] * 3 + [5.0**2] * 3)
HEAVY = BetaPrior(low_kgpm2=1e6, high_kgpm2=1e6, air_sigma=0.0, source="test")


def state(lat=38.0, lon=124.6, alt=150e3, east=-300.0, north=-2000.0, up=500.0):
    """Return a position and a velocity."""
    return ecef_from_geodetic(lat, lon, alt), v_ecef_from_enu([east, north, up], lat, lon)


def region(prior=None, cov=COV, **what):
    r, v = state(**{key: value for key, value in what.items() if key in {"lat", "lon", "alt", "east", "north", "up"}})
    rest = {key: what[key] for key in what.keys() - {"lat", "lon", "alt", "east", "north", "up"}}
    return impact_ensemble(r, v, cov, t_s=200.0, drag=prior, **rest)


def test_without_any_doubt_it_is_the_fall_itself():
    r, v = state()
    prior = BetaPrior(low_kgpm2=500.0, high_kgpm2=500.0, air_sigma=0.0, source="test")
    found = impact_ensemble(r, v, np.zeros((6, 6)), t_s=200.0, drag=prior, members=30)
    hit = drop([200.0], r, v, [500.0])
    off_m, _ = range_azimuth(found.mean_lat_deg, found.mean_lon_deg, hit.lat_deg[0], hit.lon_deg[0])
    assert off_m < 1.0
    assert found.mean_t_s == pytest.approx(hit.t_s[0], abs=0.02)
    assert found.contains(hit.lat_deg[0], hit.lon_deg[0], p=0.99)
    assert found.p_stays_up == 0.0


def test_regions_hold_as_many_truths_as_they_say():
    known = region(seed=1)
    truths = region(seed=2, members=600)
    content = known.content(truths.lat_deg, truths.lon_deg)
    for p, low, high in ((0.5, 0.40, 0.60), (0.9, 0.85, 0.95), (0.99, 0.965, 1.0)):
        assert low <= (content <= p).mean() <= high
        drawn = shapely.contains_xy(known.outline_lonlat(p), truths.lon_deg, truths.lat_deg).mean()
        assert abs(drawn - (content <= p).mean()) < 0.03
    assert ((truths.impact_t_s < known.early_s) | (truths.impact_t_s > known.late_s)).mean() == pytest.approx(
        0.1, abs=0.04
    )


def test_the_region_bends_with_the_crowd():
    """Near orbit drag spreads impacts over 1000 km along a bent line: the region is smaller than the crowd's ellipse."""
    found = region(east=-1000.0, north=-7000.0, up=0.0, alt=200e3, cov=np.diag([20.0**2] * 3 + [0.5**2] * 3))
    assert found.sigma_major_m > 50e3
    truths = region(
        east=-1000.0, north=-7000.0, up=0.0, alt=200e3, cov=np.diag([20.0**2] * 3 + [0.5**2] * 3), seed=5, members=400
    )
    assert 0.84 < (found.content(truths.lat_deg, truths.lon_deg) <= 0.9).mean() < 0.96
    assert found.content(found.mean_lat_deg + 1.0, found.mean_lon_deg + 3.0) == pytest.approx(1.0, abs=0.01)


def test_a_member_is_the_same_whatever_their_number():
    few, many = region(members=40), region(members=80)
    assert np.array_equal(few.lat_deg, many.lat_deg[:40])
    assert not np.array_equal(few.lat_deg, region(members=40, seed=9).lat_deg)


def test_an_orbit_has_no_region_and_is_answered_at_once():
    """The state on which another program's bisection never ended: perigee 398 km (knowledge of the peers, defect 1)."""
    r = ecef_from_geodetic(38.0, 124.6, 400e3)
    away = float(np.linalg.norm(r))
    speed = math.sqrt(wgs84.GM_M3PS2 / away) * 1.0005
    v = v_ecef_from_enu([0.0, speed, 0.0], 38.0, 124.6)
    found = impact_ensemble(r, v, np.diag([20.0**2] * 3 + [0.3**2] * 3), t_s=700.0)
    assert found.p_stays_up == 1.0
    assert math.isnan(found.mean_lat_deg)
    assert math.isnan(found.late_s)
    assert found.content([0.0, 38.0], [0.0, 124.6]).tolist() == [1.0, 1.0]
    assert not found.contains(38.0, 124.6, 0.99)
    assert found.outline_lonlat().is_empty


def test_what_falls_for_more_than_a_quarter_turn_comes_down_beyond_it():
    """400 km up with its perigee at -30 km, where another program's angle was wrong by its quadrant (defect 2)."""
    r = ecef_from_geodetic(39.66, 124.705, 400e3)
    far, near = float(np.linalg.norm(r)), wgs84.RE_M - 30e3
    inertial = math.sqrt(2.0 * wgs84.GM_M3PS2 * near / (far * (far + near)))
    v = v_ecef_from_enu(
        np.array([math.sin(math.radians(190)), math.cos(math.radians(190)), 0.0]) * inertial, 39.66, 124.705
    )
    v -= np.cross([0.0, 0.0, wgs84.OMEGA_RADPS], r)
    found = impact_ensemble(r, v, np.diag([10.0**2] * 3 + [0.1**2] * 3), t_s=0.0, drag=HEAVY, members=20)
    assert (found.mean_lat_deg, found.mean_lon_deg) == (pytest.approx(-59.5, abs=2.0), pytest.approx(-55.3, abs=5.0))
    assert found.mean_t_s == pytest.approx(2355.0, abs=60.0)  # theirs has neither J2 nor air, and grazes the ground


def test_part_of_a_crowd_may_stay_up():
    r = ecef_from_geodetic(38.0, 124.6, 180e3)
    speed = math.sqrt(wgs84.GM_M3PS2 / float(np.linalg.norm(r))) - 25.0
    v = v_ecef_from_enu([0.0, -speed, 0.0], 38.0, 124.6) - np.cross([0.0, 0.0, wgs84.OMEGA_RADPS], r)
    found = impact_ensemble(r, v, np.diag([50.0**2] * 3 + [30.0**2] * 3), t_s=0.0, members=100)
    assert 0.05 < found.p_stays_up < 0.95
    assert np.isnan(found.lat_deg).mean() == pytest.approx(found.p_stays_up)
    assert found.density.size == np.isfinite(found.lat_deg).sum()


def test_what_is_under_the_ground_is_down_here_and_now():
    found = region(alt=-300.0, cov=np.diag([10.0**2] * 3 + [5.0**2] * 3))
    assert found.p_stays_up == 0.0
    assert (found.early_s, found.late_s) == (200.0, 200.0)
    assert found.mean_lat_deg == pytest.approx(38.0, abs=1e-3)


def test_it_may_still_rise_inside_the_air():
    found = region(alt=2_000.0, east=0.0, north=-50.0, up=200.0)
    still = region(alt=2_000.0, east=0.0, north=-50.0, up=0.0)
    assert found.early_s > still.early_s
    assert range_azimuth(38.0, 124.6, found.mean_lat_deg, found.mean_lon_deg)[0] < 5e3


def test_a_feather_takes_long_and_falls_short():
    feather = region(BetaPrior(low_kgpm2=0.5, high_kgpm2=1.0, air_sigma=0.0, source="test"), alt=60e3, up=0.0)
    stone = region(HEAVY, alt=60e3, up=0.0)
    assert feather.early_s > stone.late_s + 600.0
    assert feather.mean_lat_deg > stone.mean_lat_deg + 1.0  # it flies south


@pytest.mark.parametrize(("lat", "lon"), [(0.0, 179.68), (52.0, 179.48), (-52.0, 179.48)])
def test_the_half_way_meridian_is_no_edge(lat, lon):
    found = region(lat=lat, lon=lon, east=300.0, north=0.0, up=0.0, alt=80e3)
    west, _, east, _ = found.outline_lonlat(0.99).bounds
    assert found.outline_lonlat(0.99).is_valid
    assert (west, east) == (-180.0, 180.0)
    inside = shapely.contains_xy(found.outline_lonlat(0.99), found.lon_deg, found.lat_deg)
    assert inside.mean() > 0.95
    assert {round(x) for x in found.lon_deg} <= {180, -180, 179, -179}


def test_a_pole_lies_inside_like_any_place():
    cov = np.diag([3e3**2] * 3 + [30.0**2] * 3)
    found = region(lat=89.97, lon=40.0, east=0.0, north=0.0, up=0.0, alt=60e3, cov=cov)
    outline = found.outline_lonlat(0.9)
    assert outline.is_valid
    assert shapely.contains_xy(outline, [0.0, 120.0, -100.0], [89.995, 89.995, 89.995]).all()
    assert shapely.contains_xy(outline, found.lon_deg, found.lat_deg).mean() == pytest.approx(0.92, abs=0.05)


def test_pieces_of_a_debris_list_take_turns_and_are_thrown_off():
    debris = load_debris("assumed-launcher")
    found = region(debris, members=60)
    assert found.source == "debris list assumed-launcher"
    decade = np.log10(found.beta_kgpm2.reshape(10, 6))
    assert (np.ptp(decade, axis=0) <= 0.5).all()  # every sixth piece is of one class
    assert found.sigma_minor_m > region(members=60).sigma_minor_m


def test_wind_carries_it():
    table = mean_wind_table(load_wind("assumed-westerly-jet"))
    light = BetaPrior(low_kgpm2=20.0, high_kgpm2=20.0, air_sigma=0.0, source="test")
    calm, blown = region(light, alt=20e3, up=0.0), region(light, alt=20e3, up=0.0, winds=np.asarray(table)[None])
    assert blown.mean_lon_deg > calm.mean_lon_deg + 0.02


def test_denser_air_and_a_lower_coefficient_are_the_same_thing():
    prior = BetaPrior(low_kgpm2=100.0, high_kgpm2=100.0, air_sigma=0.1, source="test")
    found = region(prior, members=500)
    assert np.log(found.beta_kgpm2 / 100.0).std() == pytest.approx(0.1, rel=0.15)


def test_a_known_body_narrows_the_region():
    stack = BetaPrior.about(3_000.0, ln_sigma=0.3, source="vehicle")
    found = region(stack, members=500)
    assert np.log(found.beta_kgpm2).mean() == pytest.approx(math.log(3_000.0), abs=0.05)
    assert np.log(found.beta_kgpm2).std() == pytest.approx(math.hypot(0.3, 0.05), rel=0.1)
    assert found.sigma_major_m < 0.6 * region(members=500).sigma_major_m


@pytest.mark.parametrize(
    ("r", "cov", "members", "key"),
    [
        ([math.nan, 0.0, 0.0], COV, 50, ""),
        ([7e6, 0.0, 0.0], np.full((6, 6), math.inf), 50, ""),
        ([[7e6, 0.0, 0.0]] * 2, COV, 50, ""),
        ([7e6, 0.0, 0.0], COV, 3, "members"),
    ],
)
def test_what_is_no_state_is_refused(r, cov, members, key):
    with pytest.raises((InputError, ValueError)) as problem:
        impact_ensemble(r, [0.0, 0.0, 0.0], cov, t_s=0.0, members=members)
    assert getattr(problem.value, "key", key) == key


@pytest.mark.parametrize(
    ("low", "high", "air"), [(0.0, 10.0, 0.1), (20.0, 10.0, 0.1), (1.0, math.nan, 0.1), (1.0, 2.0, -1.0)]
)
def test_a_prior_that_is_none_is_refused(low, high, air):
    with pytest.raises(InputError, match="ballistic coefficients"):
        BetaPrior(low_kgpm2=low, high_kgpm2=high, air_sigma=air, source="test")
