"""Ground tracks that repeat: the traps of the knowledge page, explained from mean motion and checked with SGP4."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from downrange.base import InputError, ModelError
from downrange.coverage.layouts import MeanOrbit, element_sets, free, laid_out, orbit_of, same_plane, spread_planes
from downrange.coverage.resonance import half_swath_deg, resonance_of
from downrange.orbit import positions, read_tle

JD0 = datetime(2024, 6, 1, tzinfo=UTC)
ORBIT = orbit_of(
    read_tle(
        "1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991\n"
        "2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329\n"
    )[0]
)


def of(pattern, half_angle_deg=10.0, **more):
    return resonance_of(laid_out(ORBIT, pattern), 30.0, start=JD0, half_angle_deg=half_angle_deg, lat_deg=38.0, **more)


def test_malligyong_repeats_after_76_revolutions_in_5_days():
    found = of(same_plane(1))
    assert (found.revolutions, found.turns) == (76, 5)
    assert found.track_spacing_deg == pytest.approx(360.0 / 76)
    assert abs(found.drift_deg) < 0.15


def test_five_in_one_plane_fly_the_tracks_of_one_and_three_do_not():
    one, three, five = (of(same_plane(n)) for n in (1, 3, 5))
    assert (one.distinct, three.distinct, five.distinct) == (1, 3, 1)
    assert (three.resonant, five.resonant) == (False, True)
    # the page: at 10 deg a hole of 720 h for one and for five, and 109 h for three
    assert five.unseen_share == pytest.approx(one.unseen_share, abs=0.05)
    assert five.unseen_share > 0.3
    assert three.unseen_share == 0.0
    assert "fly over the same tracks: they see no more than 1 would, only sooner" in five.words
    assert "never seen, in strips up to" in five.words
    assert "all fly tracks of their own, 3 times as dense" in three.words


def test_spread_planes_of_five_leave_less_and_a_wider_field_nothing():
    # the page: at 10 deg 624 h for five spread planes; at 20 deg 44 h
    assert 0.0 < of(spread_planes(5)).unseen_share < 0.1
    assert of(spread_planes(5), half_angle_deg=20.0).unseen_share == 0.0


def test_pairs_that_share_a_track_are_told():
    step = 360.0 / of(same_plane(1)).revpnodalday  # one revolution east is the track of the next one
    found = resonance_of(free(ORBIT, ((0.0, 0.0), (step, 0.0), (2.0, 0.0))), 30.0, start=JD0)
    assert found.distinct == 2
    assert "only 2 different sets of tracks" in found.words


def test_tracks_between_repeats_move_on():
    orbit = MeanOrbit(epoch=JD0, alt_m=443e3, inclination_deg=97.2)
    found = resonance_of(laid_out(orbit, same_plane(3)), 6.0)
    assert (found.revolutions, found.turns, found.distinct) == (0, 0, 3)
    assert math.isnan(found.track_spacing_deg)
    assert "do not repeat within 6 days" in found.words


def test_the_widest_strip_is_that_of_sgp4_itself():
    layout = laid_out(ORBIT, same_plane(2))
    days = 6.0
    found = resonance_of(layout, days, start=JD0)
    longitudes = []
    t_s = np.arange(0.0, days * 86_400.0, 10.0)
    for one in element_sets(layout):
        r_m = positions(one.satellite(), JD0, t_s)
        up = np.flatnonzero((r_m[:-1, 2] < 0.0) & (r_m[1:, 2] >= 0.0))
        part = (r_m[up, 2] / (r_m[up, 2] - r_m[up + 1, 2]))[:, None]
        cross = r_m[up] * (1.0 - part) + r_m[up + 1] * part
        longitudes.append(np.degrees(np.arctan2(cross[:, 1], cross[:, 0])))
    tracks = np.sort(np.concatenate(longitudes) % 360.0)
    widest_deg = np.diff(np.concatenate([tracks, [tracks[0] + 360.0]])).max()
    assert found.largest_gap_deg == pytest.approx(widest_deg, abs=0.04)


def test_the_swath_is_that_of_the_cap():
    # knowledge page: at 500 km and 35 deg off nadir the elevation is 51.8 deg, so the cap is 90 - 35 - 51.8
    assert half_swath_deg(500e3, 35.0) == pytest.approx(90.0 - 35.0 - 51.8, abs=0.05)
    assert half_swath_deg(500e3, 80.0) == pytest.approx(math.degrees(math.acos(6378.137 / 6878.137)))


def test_a_latitude_out_of_reach_is_unknown():
    orbit = MeanOrbit(epoch=JD0, alt_m=500e3, inclination_deg=30.0)
    found = resonance_of(laid_out(orbit, same_plane(2)), 10.0, half_angle_deg=20.0, lat_deg=60.0)
    assert math.isnan(found.unseen_share)
    assert "do not reach latitude 60.0 deg" in found.words


@pytest.mark.parametrize("inclination_deg", [0.0, 28.5, 90.0, 180.0])
def test_every_inclination_has_an_answer(inclination_deg):
    orbit = MeanOrbit(epoch=JD0, alt_m=500e3, inclination_deg=inclination_deg)
    found = resonance_of(laid_out(orbit, same_plane(2)), 10.0, half_angle_deg=60.0)
    assert 14.0 < found.revpnodalday < 17.0
    assert found.words
    assert found.unseen_share == 0.0 or math.isnan(found.unseen_share)


@pytest.mark.parametrize(
    ("days", "lat_deg", "half_angle_deg"), [(0.0, 0.0, 10.0), (30.0, 91.0, 10.0), (30.0, 0.0, 90.0)]
)
def test_numbers_that_are_none_are_refused(days, lat_deg, half_angle_deg):
    with pytest.raises(InputError, match="resonance"):
        resonance_of(laid_out(ORBIT, same_plane(1)), days, lat_deg=lat_deg, half_angle_deg=half_angle_deg)


def test_a_satellite_that_falls_is_told():
    orbit = MeanOrbit(epoch=JD0, alt_m=200e3, inclination_deg=97.0, bstar=0.05)
    with pytest.raises(ModelError, match=r"days into the span. Is its height too low"):
        resonance_of(laid_out(orbit, same_plane(1)), 60.0)
