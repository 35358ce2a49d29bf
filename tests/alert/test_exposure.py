"""Probability, bounds and arrival times on crowds worked out by hand, and on the real places."""

from dataclasses import replace

import numpy as np
import pytest

from downrange.alert import assess, last_arrival_s, upper_bound
from downrange.base import InputError, normals
from downrange.earth import places

FAR = (30.0, 130.0)


def test_rows_within_the_margin_count_and_others_do_not(policy, place, crowd):
    """A box of +-0.05 deg on the equator: 30 km of margin reach to 0.05 deg + 30 km / 111.195 km = 0.3198 deg."""
    policy = replace(policy, margin_m=30_000.0)
    islet = place("1", 0.0, 125.0)
    for lon_deg, inside in ((125.0, True), (125.31, True), (125.33, False)):
        found = assess(crowd(([0.0, *[FAR[0]] * 99], [lon_deg, *[FAR[1]] * 99], 300.0, 0.01)), [islet], policy, 0.0)
        assert [one.p for one in found if one.rows] == ([pytest.approx(0.01)] if inside else [])


def test_the_margin_is_metres_at_every_latitude(policy, place, crowd):
    """At 60 N a degree of longitude is half as long: 0.6 deg of it are 33 km, 0.55 deg beyond the edge 30.6 km."""
    policy = replace(policy, margin_m=30_000.0)
    islet = place("1", 60.0, 125.0)
    near, far = 125.05 + 0.53, 125.05 + 0.56
    assert assess(crowd((60.0, near, 300.0, 0.01)), [islet], policy, 0.0)[0].rows == 1
    assert not [one for one in assess(crowd((60.0, far, 300.0, 0.01)), [islet], policy, 0.0) if one.rows]


@pytest.mark.parametrize("shift_deg", [54.94, 55.06, 55.2])
def test_the_180th_meridian_is_a_line_like_any_other(policy, place, crowd, shift_deg):
    """Crowd and islets 12 km and 450 km off, laid over 125 E and then across 180 degrees: the same answer."""
    off = normals(5, 2000, 2)

    def seen(shift_deg):
        lon_deg = (125.0 + shift_deg + 0.05 * off[:, 0] + 180.0) % 360.0 - 180.0
        middles = [(lon + shift_deg + 180.0) % 360.0 - 180.0 for lon in (125.16, 124.84, 129.0)]
        islets = [place(str(n), 20.0, middle) for n, middle in enumerate(middles)]
        falls = crowd((20.0 + 0.05 * off[:, 1], lon_deg, 300.0, 1.0 / 2000.0))
        return [(one.place.code, one.rows, one.p, one.p_high) for one in assess(falls, islets, policy, 0.0)]

    assert [code for code, *_ in seen(0.0)] == ["0", "1"]
    for (code, rows, *p), (plain_code, plain_rows, *plain_p) in zip(seen(shift_deg), seen(0.0), strict=True):
        assert (code, rows) == (plain_code, plain_rows)
        assert p == pytest.approx(plain_p)


def test_probabilities_of_rows_and_bodies_add(policy, place, crowd):
    islet = place("1", 37.0, 125.0)
    falls = crowd(
        ([37.0, 37.0, *[FAR[0]] * 98], [125.0, 125.1, *[FAR[1]] * 98], 300.0, 0.01),
        ([37.0, *[FAR[0]] * 9], [125.0, *[FAR[1]] * 9], 400.0, 0.1),
    )
    (found,) = assess(falls, [islet], policy, 0.0)
    assert found.p == pytest.approx(0.02 + 0.1)
    assert found.rows == 3
    assert found.people.best == 100.0
    assert found.p_high > found.p


def test_what_has_landed_no_longer_counts_but_its_times_stay(policy, place, crowd):
    islet = place("1", 37.0, 125.0)
    falls = crowd((37.0, 125.0, np.arange(100.0, 200.0), 0.01))
    (before,), (half,), (after,) = (assess(falls, [islet], policy, now_s) for now_s in (0.0, 149.5, 500.0))
    assert before.p == pytest.approx(1.0)
    assert half.p == pytest.approx(0.5)
    assert (after.p, after.p_high) == (0.0, 0.0)
    assert before.first_arrival_s == half.first_arrival_s == after.first_arrival_s == 100.0
    assert before.last_arrival_s == half.last_arrival_s == after.last_arrival_s == 198.0


def test_a_rare_late_body_is_not_averaged_away(policy, place, crowd):
    """One sure body by T+300 s, and one of probability 0.001 that takes until T+900 s: the place waits for both."""
    islet = place("1", 37.0, 125.0)
    falls = crowd((37.0, 125.0, [300.0] * 1000, 0.001), (37.0, 125.0, [900.0] * 10, 0.0001))
    (found,) = assess(falls, [islet], policy, 0.0)
    assert found.last_arrival_s == 900.0
    assert last_arrival_s(falls) == 900.0


def test_no_hit_among_n_rows_is_three_over_n_not_zero(policy, place, crowd):
    """2,000 rows spread over 40 km, none within the margin of an islet 90 km away: bound 3 / 2000."""
    islet = place("1", 37.0, 125.0)
    off = normals(3, 2000, 2)
    falls = crowd((37.0 + 0.3 * off[:, 0], 126.4 + 0.05 * off[:, 1], 300.0, 1.0 / 2000.0))
    (found,) = assess(falls, [islet], policy, 0.0)
    assert found.rows == 0
    assert found.p == 0.0
    assert found.p_high == pytest.approx(3.0 / 2000.0, rel=0.01)
    assert found.last_arrival_s == 300.0


def test_a_body_bounds_nothing_many_doubled_sigmas_away(policy, place, crowd):
    islet = place("1", 37.0, 125.0)
    off = normals(3, 2000, 2)
    near = crowd((37.0 + 0.3 * off[:, 0], 126.4 + 0.05 * off[:, 1], 300.0, 1.0 / 2000.0))
    far = crowd((32.0 + 0.3 * off[:, 0], 126.4 + 0.05 * off[:, 1], 300.0, 1.0 / 2000.0))
    assert len(assess(near, [islet], policy, 0.0)) == 1
    assert assess(far, [islet], policy, 0.0) == ()
    doubtful = replace(policy, tail_inflation=20.0)
    assert len(assess(far, [islet], doubtful, 0.0)) == 1


def test_a_handful_of_rows_says_nothing_about_anywhere(policy, place, crowd):
    """Five rows far away do not show a spread: the bound is three fifths, capped as a probability."""
    (found,) = assess(crowd((30.0, 130.0, 300.0, [0.2] * 5)), [place("1", 37.0, 125.0)], policy, 0.0)
    assert found.p_high == pytest.approx(0.6, rel=0.01)


def test_nothing_in_flight_reaches_nobody(policy, place, crowd):
    assert assess(crowd(), [place("1", 37.0, 125.0)], policy, 0.0) == ()
    assert assess(crowd((37.0, 125.0, 300.0, 0.5)), [], policy, 0.0) == ()
    assert last_arrival_s(crowd()) == -np.inf


def test_rows_that_never_land_are_left_out(policy, place, crowd):
    falls = crowd(([37.0, np.nan], [125.0, np.nan], [300.0, np.nan], 0.5))
    (found,) = assess(falls, [place("1", 37.0, 125.0)], policy, 0.0)
    assert (found.p, found.last_arrival_s) == (0.5, 300.0)


@pytest.mark.parametrize(("p", "words"), [(-0.1, "negative probability"), (0.8, "sum to a probability of 1.6")])
def test_impossible_probabilities_are_refused(policy, place, crowd, p, words):
    with pytest.raises(InputError, match=words):
        assess(crowd((37.0, [125.0, 125.1], 300.0, p)), [place("1", 37.0, 125.0)], policy, 0.0)


def test_the_order_is_by_probability(policy, place, crowd):
    islets = [place("1", 37.0, 125.0), place("2", 35.0, 125.0)]
    falls = crowd(([37.0, 35.0, 35.0, 30.0], [125.0, 125.0, 125.0, 130.0], 300.0, 0.25))
    assert [one.place.code for one in assess(falls, islets, policy, 0.0)] == ["2", "1"]


def test_a_place_without_a_count_is_unknown_not_empty(policy, place, crowd):
    islet = place("1", 37.0, 125.0, people=(None, None, None))
    (found,) = assess(crowd((37.0, 125.0, 300.0, 0.5)), [islet], policy, 0.0)
    assert found.people is None


def finest():
    parents = {one.parent_code for one in places()}
    return [one for one in places() if one.code not in parents]


def test_31_may_a_fall_at_36_1_north_is_no_business_of_seoul(policy, crowd):
    """A stack falling around 36.1 N 123.76 E with 15 km of spread is 150 km from anybody, and 230 km from the islands."""
    policy = replace(policy, margin_m=30_000.0)
    off = normals(1, 2000, 2)
    falls = crowd((36.1 + 0.13 * off[:, 0], 123.76 + 0.13 * off[:, 1], 500.0, 1.0 / 2000.0))
    found = assess(falls, finest(), policy, 0.0)
    assert not any(one.rows or one.p for one in found)
    assert {one.place.name_en for one in found} <= {"Geunheung-myeon"}  # whose lighthouse islands lie far out at sea
    wide = assess(falls, finest(), replace(policy, margin_m=230_000.0), 0.0)
    named = {one.place.name_en for one in wide if one.p >= policy.p_warn}
    assert {"Baengnyeong-myeon", "Daecheong-myeon"} <= named
    assert not any(one.rows for one in wide if one.place.parent_en == "Seoul")


def test_thousands_of_rows_against_all_places(policy, crowd):
    off = normals(1, 10_000, 2)
    falls = crowd((36.0 + 1.0 * off[:, 0], 125.0 + 1.0 * off[:, 1], 500.0, 1e-4))
    watched = finest()
    assert len(watched) >= 300
    found = assess(falls, watched, policy, 0.0)
    assert len(found) > 20
    assert sum(one.rows for one in found) > 1_000
    assert all(0.0 <= one.p <= one.p_high for one in found)


def test_the_bound_grows_with_confidence_and_never_passes_one():
    weights = np.full(5, 1e-3)
    bounds = [upper_bound(weights, 1e-3, confidence) for confidence in (0.5, 0.9, 0.99)]
    assert bounds == sorted(bounds)
    assert bounds[0] > weights.sum()
    assert upper_bound(np.array([0.9]), 0.9, 0.99) == 1.0
