"""Layouts: patterns, heights, sun-synchronous planes, and the element sets they become."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import erfa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import InputError, units, wgs84
from downrange.coverage.layouts import (
    SUN_RATE_RADPS,
    Layout,
    MeanOrbit,
    Pattern,
    element_sets,
    free,
    laid_out,
    naive_patterns,
    node_at_local_time_deg,
    orbit_of,
    same_plane,
    spread_planes,
    sun_synchronous,
    sun_synchronous_inclination_deg,
    walker_delta,
    walker_star,
)
from downrange.orbit import elements_from_inertial, read_tle, sun_direction
from downrange.orbit.model import Frame

EPOCH = datetime(2024, 6, 1, tzinfo=UTC)
# launch-facts: Malligyong-1, NORAD 58400, epoch 24159.97
MALLIGYONG = read_tle(
    "1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991\n"
    "2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329\n"
)[0]
ORBIT = orbit_of(MALLIGYONG)


def angles(pattern):
    return [(slot.raan_deg, slot.mean_anomaly_deg) for slot in pattern.slots()]


def test_the_first_satellite_of_a_layout_is_the_reference():
    (first, *others) = element_sets(laid_out(ORBIT, same_plane(3)))
    mine, theirs = first.satellite(), MALLIGYONG.satellite()
    days = np.linspace(0.0, 5.0, 7)
    jd = np.full(7, 2_460_469.5)
    _, r_mine_km, _ = mine.sgp4_array(jd, days)
    _, r_theirs_km, _ = theirs.sgp4_array(jd, days)
    # an epoch in whole microseconds, at 7.6 km/s
    assert np.abs(r_mine_km - r_theirs_km).max() < 1e-5
    assert [one.raan_deg for one in others] == [first.raan_deg] * 2
    assert [(one.mean_anomaly_deg - first.mean_anomaly_deg) % 360.0 for one in others] == pytest.approx([120.0, 240.0])


def test_the_patterns_of_the_knowledge_page():
    assert angles(same_plane(5)) == [(0.0, 72.0 * k) for k in range(5)]
    assert angles(spread_planes(3)) == [(60.0 * k, 60.0 * k) for k in range(3)]


def test_walker_patterns_have_their_nodes_and_phases():
    # Walker 1984: i: t/p/f, 6/3/1: planes 120 deg apart, two in each 180 deg apart, 60 deg phase
    delta = {(raan, anomaly % 360.0) for raan, anomaly in angles(walker_delta(6, 3, 1))}
    assert delta == {(0.0, 0.0), (0.0, 180.0), (120.0, 60.0), (120.0, 240.0), (240.0, 120.0), (240.0, 300.0)}
    assert {raan for raan, _ in angles(walker_star(6, 3, 0))} == {0.0, 60.0, 120.0}


@pytest.mark.parametrize("count", range(1, 7))
def test_naive_layouts_have_as_many_satellites_and_names_of_their_own(count):
    found = naive_patterns(count)
    assert {pattern.satellites for pattern in found} == {count}
    assert len({pattern.name for pattern in found}) == len(found)
    assert len({len(set(angles(pattern))) for pattern in found}) == 1


def test_uneven_planes_are_dealt_in_turn():
    found = Pattern(
        name="five in two planes", satellites=5, planes=2, node_spacing_deg=40.0, phase_deg=10.0, spacing_deg=100.0
    )
    assert angles(found) == [(0.0, 0.0), (40.0, 10.0), (0.0, 100.0), (40.0, 110.0), (0.0, 200.0)]


def test_a_free_list_is_taken_as_it_is():
    found = free(ORBIT, ((0.0, 0.0), (12.5, 300.0)), name="two")
    assert [(slot.raan_deg, slot.mean_anomaly_deg) for slot in found.slots] == [(0.0, 0.0), (12.5, 300.0)]
    assert (found.name, found.pattern) == ("two", None)
    with pytest.raises(InputError, match="no finite number"):
        free(ORBIT, ((0.0, math.nan),))


# SOURCE: Wikipedia, "Sun-synchronous orbit": a = 7200 km gives 98.7 deg; a = 12352 km is the largest (180 deg);
# a = 6554 km gives 96 deg. The article takes a sidereal year, which is 0.004 % longer.
@pytest.mark.parametrize(("a_km", "inclination_deg", "digits_deg"), [(7200.0, 98.7, 0.05), (6554.0, 96.0, 0.5)])
def test_sun_synchronous_inclinations_as_published(a_km, inclination_deg, digits_deg):
    found = sun_synchronous_inclination_deg(a_km * units.KILOMETRE - wgs84.RE_M)
    assert found == pytest.approx(inclination_deg, abs=digits_deg)


def test_beyond_the_published_height_nothing_is_sun_synchronous():
    sun_synchronous_inclination_deg(12_350e3 - wgs84.RE_M)
    with pytest.raises(InputError, match="no inclination is sun-synchronous"):
        sun_synchronous_inclination_deg(12_356e3 - wgs84.RE_M)


@pytest.mark.parametrize("alt_m", [300e3, 500e3, 900e3])
def test_sgp4_turns_the_node_of_a_sun_synchronous_orbit_once_a_year(alt_m):
    (only,) = element_sets(laid_out(sun_synchronous(alt_m, 10.5, EPOCH), same_plane(1)))
    rate_radps = only.satellite().nodedot / units.MINUTE
    assert rate_radps == pytest.approx(SUN_RATE_RADPS, rel=3e-3)  # J2 squared and J4


@pytest.mark.parametrize("moment", [datetime(2024, month, 15, tzinfo=UTC) for month in (1, 4, 8, 11)])
def test_a_node_at_noon_lies_under_the_sun(moment):
    jd = moment.timestamp() / units.DAY + 2_440_587.5
    sun = sun_direction(jd, 0.0)  # Earth-fixed, so compare hour angles
    node_deg = node_at_local_time_deg(12.0, moment)
    sun_ra_deg = math.degrees(math.atan2(sun[1], sun[0]) + erfa.gmst82(jd, 0.0))
    # apparent and mean sun differ by the equation of time, 16.5 minutes at most
    assert abs((node_deg - sun_ra_deg + 180.0) % 360.0 - 180.0) < 16.5 / 4.0
    assert (node_at_local_time_deg(18.0, moment) - node_deg) % 360.0 == pytest.approx(90.0)


@given(alt_m=st.floats(200e3, 5_000e3))
def test_a_height_comes_back_from_its_mean_motion(alt_m):
    orbit = MeanOrbit(epoch=EPOCH, alt_m=alt_m, inclination_deg=50.0)
    (only,) = element_sets(laid_out(orbit, same_plane(1)))
    assert only.a_m - wgs84.RE_M == pytest.approx(alt_m, abs=0.01)


def test_the_height_that_sgp4_flies_is_near_the_mean_one():
    orbit = MeanOrbit(epoch=EPOCH, alt_m=500e3, inclination_deg=97.4)
    (only,) = element_sets(laid_out(orbit, same_plane(1)))
    satellite = only.satellite()
    heights = []
    for minutes in np.linspace(0.0, 95.0, 40):
        _, r_km, v_kmps = satellite.sgp4_tsince(minutes)
        r_m, v_mps = np.array(r_km) * units.KILOMETRE, np.array(v_kmps) * units.KILOMETRE
        heights.append(elements_from_inertial(r_m, v_mps, EPOCH, frame=Frame.TEME).a_m - wgs84.RE_M)
    assert 485e3 < min(heights) < max(heights) < 515e3  # as the docstring of the module says


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"alt_m": 500.0}, "so low that it falls within days"),
        ({"alt_m": -1e3}, "inside the Earth"),
        ({"alt_m": 500e3, "e": 0.2}, "inside the Earth"),
        ({"alt_m": 6_500e3}, "225 minutes"),
        ({"alt_m": math.nan}, "no finite number"),
        ({"inclination_deg": 181.0}, "0 to 180 deg"),
        ({"e": 1.0}, "give an ellipse"),
        ({"epoch": datetime(2024, 6, 1)}, "time zone"),  # noqa: DTZ001
    ],
)
def test_orbits_that_cannot_be_flown_are_refused(change, words):
    with pytest.raises(InputError, match=f"(?i){words}"):
        MeanOrbit(**{"epoch": EPOCH, "alt_m": 500e3, "inclination_deg": 97.4} | change)


@pytest.mark.parametrize("count", [0, -1, 1_001])
def test_no_satellite_and_crowds_are_refused(count):
    for make in (same_plane, spread_planes):
        with pytest.raises(InputError, match="satellites"):
            make(count)
    with pytest.raises(InputError, match="satellites"):
        Layout(name="none", orbit=ORBIT, slots=())


@pytest.mark.parametrize(("t", "p", "f"), [(6, 4, 0), (6, 3, 3), (6, 0, 0), (6, 3, -1)])
def test_patterns_that_walker_does_not_know_are_refused(t, p, f):
    with pytest.raises(InputError, match="where p divides t"):
        walker_delta(t, p, f)


def test_a_local_time_of_the_node_is_one():
    with pytest.raises(InputError, match="0 to 24"):
        sun_synchronous(500e3, 25.0, EPOCH)
