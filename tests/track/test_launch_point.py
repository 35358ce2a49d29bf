"""Where and when it left the ground: right on real shapes of flight, honest about its error, silent where it cannot know."""

from __future__ import annotations

import math

import numpy as np
import pytest

from downrange.base import InputError, geodetic_from_ecef
from downrange.earth import load_site, range_azimuth
from downrange.flight import fly, load_vehicle_and_plan
from downrange.track import follow
from downrange.track.launch_point import launch_point

SIGMA_M = 40.0


@pytest.fixture(scope="module")
def seen():
    """Return the track of a shipped vehicle from a height on, once a second, with noise."""
    flights = {}

    def go(vehicle, site, height_m, seed=0, sigma_m=SIGMA_M):
        if vehicle not in flights:
            flights[vehicle] = fly(*_pair(vehicle, site))
        flight = flights[vehicle]
        first = int(np.argmax(geodetic_from_ecef(flight.r_ecef_m)[2] > height_m))
        t, keep = np.unique(flight.t_s[first : first + 30], return_index=True)
        r = flight.r_ecef_m[first : first + 30][keep]
        r = r + np.random.default_rng(seed).normal(size=r.shape) * sigma_m
        cov = np.tile(np.diag([sigma_m**2] * 3 + [20.0**2] * 3), (t.size, 1, 1))
        return t, r, cov

    return go


def _pair(vehicle, site):
    what, plan = load_vehicle_and_plan(vehicle)
    return what, load_site(site), plan


FLIGHTS = [("chollima-1", "sohae"), ("falcon-9-echostar-23", "lc-39a"), ("saturn-v-as506", "lc-39a")]


@pytest.mark.parametrize(("vehicle", "site"), FLIGHTS)
@pytest.mark.parametrize("height_m", [5e3, 20e3])
def test_the_pad_lies_within_the_ellipse_and_is_named(seen, vehicle, site, height_m):
    found = launch_point(*seen(vehicle, site, height_m))
    pad = load_site(site)
    miss_m, toward_deg = range_azimuth(pad.lat_deg, pad.lon_deg, found.lat_deg, found.lon_deg)
    turn = math.radians(toward_deg - found.axis_deg)
    major, minor = miss_m * math.cos(turn) / found.sigma_major_m, miss_m * math.sin(turn) / found.sigma_minor_m
    assert found.known
    assert major**2 + minor**2 < 11.8  # three sigma of two numbers
    assert abs(found.t_s) < 3.0 * found.t_sigma_s
    assert site in {fit.name for fit in found.sites}
    assert found.site == found.sites[0].name
    assert miss_m < 0.1 * found.from_alt_m
    assert found.sigma_major_m < 0.15 * found.from_alt_m


@pytest.mark.parametrize("seed", range(3))
def test_the_pad_of_s1_is_found_from_its_radar(seed, radar, readings_of, t0, s1):
    track = follow(readings_of(seed)[:400], (radar,), t0)
    found = launch_point(track.t_s, track.r_ecef_m, track.cov)
    assert found.known
    assert range_azimuth(s1.PAD[0], s1.PAD[1], found.lat_deg, found.lon_deg)[0] < 3.0 * found.sigma_major_m
    assert abs(found.t_s) < 3.0 * found.t_sigma_s
    assert "sohae" in {fit.name for fit in found.sites}


def test_no_meridian_is_special(seen):
    t, r, cov = seen("chollima-1", "sohae", 10e3)
    plain = launch_point(t, r, cov)
    turn_deg = 179.98 - plain.lon_deg
    c, s = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    z = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    full = np.kron(np.eye(2), z)
    turned = launch_point(t, r @ z.T, full @ cov @ full.T)
    assert turned.known
    assert turned.lat_deg == pytest.approx(plain.lat_deg, abs=5e-3)
    assert abs((turned.lon_deg - 179.98 + 180.0) % 360.0 - 180.0) < 5e-3
    assert turned.site == "UNKNOWN"  # the high seas, half a turn away
    assert "no known site" in turned.reason


def test_the_clock_is_that_of_the_track(seen):
    t, r, cov = seen("chollima-1", "sohae", 10e3)
    early, late = launch_point(t, r, cov), launch_point(t + 5_000.0, r, cov)
    assert late.t_s - early.t_s == pytest.approx(5_000.0, abs=1e-3)
    assert (late.lat_deg, late.t_sigma_s) == (pytest.approx(early.lat_deg), pytest.approx(early.t_sigma_s, rel=1e-6))


def test_the_order_of_rows_and_rows_without_a_number_change_nothing(seen):
    t, r, cov = seen("chollima-1", "sohae", 10e3)
    mixed = np.random.default_rng(1).permutation(t.size)
    holes = (np.append(t, 70.0), np.vstack([r, [math.nan] * 3]), np.concatenate([cov, cov[:1]]))
    assert launch_point(t[mixed], r[mixed], cov[mixed]) == launch_point(t, r, cov) == launch_point(*holes)


def test_only_given_sites_are_compared(seen):
    track = seen("chollima-1", "sohae", 10e3)
    assert launch_point(*track, sites=[load_site("kourou")]).site == "UNKNOWN"
    assert launch_point(*track, sites=[]).sites == ()
    assert launch_point(*track, sites=[load_site("kourou"), load_site("sohae")]).site == "sohae"


def test_a_worse_sensor_gives_a_wider_ellipse(seen):
    sharp, dull = (launch_point(*seen("chollima-1", "sohae", 10e3, sigma_m=s)) for s in (10.0, 300.0))
    assert dull.sigma_major_m > 1.5 * sharp.sigma_major_m


def test_what_begins_too_high_is_unknown(seen):
    found = launch_point(*seen("chollima-1", "sohae", 90e3))
    assert not found.known
    assert found.site == "UNKNOWN"
    assert math.isnan(found.lat_deg)
    assert "too high" in found.reason


def test_a_second_stage_says_nothing_of_the_ground(seen):
    found = launch_point(*seen("chollima-1", "sohae", 60e3))  # its first stage ends at 50 km
    assert not found.known
    assert "no first stage" in found.reason


def test_a_coasting_body_is_not_taken_for_a_launch(fly, s1):
    flight = fly(None)
    rows = slice(round(122.5 / 0.02), round(125.9 / 0.02), 20)
    t, r = flight.t_s[rows], flight.r_ecef_m[rows]
    t = np.concatenate([t, t + 60.0])[: t.size]  # three seconds are too short,
    assert "too short" in launch_point(t, r, np.tile(np.eye(6) * 100.0, (t.size, 1, 1))).reason
    fallen = fly(200.0)
    rows = slice(round(205.0 / 0.02), round(240.0 / 0.02), 50)
    low = fallen.r_ecef_m[rows] * 0.98  # and one that is low enough has no thrust
    found = launch_point(fallen.t_s[rows], low, np.tile(np.eye(6) * 100.0, (low.shape[0], 1, 1)))
    assert not found.known
    assert "no thrust" in found.reason


def test_nothing_is_unknown():
    found = launch_point(np.empty(0), np.empty((0, 3)), np.empty((0, 6, 6)))
    assert (found.known, found.site) == (False, "UNKNOWN")


def test_a_track_that_is_none_is_refused():
    with pytest.raises(InputError, match="launch point"):
        launch_point([0.0, 1.0], [[7e6, 0.0, 0.0]], np.zeros((2, 6, 6)))
