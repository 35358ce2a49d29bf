"""CloudyLooks under cloud: the formulas against every sky written out, and against skies drawn by a counted generator."""

import itertools
import math
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError, uniforms
from downrange.coverage import Accesses, Cone, Sensor, points_at
from downrange.coverage.climatology import load_climatology
from downrange.coverage.cloud import CloudyLooks, Sky, clouded, expectations, months_of, share_longer, waits
from downrange.coverage.gaps import gaps_of, pooled, share_within

SPAN_S = 100.0


def chance_of(sky, look_s, p_clear, correlation_s):
    """Return the chance of one sky (clear or not, look by look), multiplied out along the looks."""
    chance = 1.0
    for k, clear in enumerate(sky):
        p = p_clear[k]
        if k and correlation_s > 0.0 and p_clear[k] == p_clear[k - 1]:
            same = math.exp(-(look_s[k] - look_s[k - 1]) / correlation_s)
            p = same * sky[k - 1] + (1.0 - same) * p
        chance *= p if clear else 1.0 - p
    return chance


def by_hand(look_s, p_clear, correlation_s, wait_s):
    """Return (clear looks, mean wait, chance of none, share that waits longer than wait_s) over every sky."""
    out = np.zeros(4)
    for sky in itertools.product((False, True), repeat=len(look_s)):
        chance = chance_of(sky, look_s, p_clear, correlation_s)
        seen = [t for t, clear in zip(look_s, sky, strict=True) if clear]
        gap_s = np.diff([0.0, *seen, SPAN_S])
        longer = np.maximum(0.0, gap_s - wait_s).sum() / SPAN_S
        out += chance * np.array([len(seen), (gap_s**2).sum() / (2.0 * SPAN_S), not seen, longer])
    return out


def one_point(look_s, p_clear, correlation_s, span_s=SPAN_S):
    return CloudyLooks(
        offset=np.array([0, len(look_s)]),
        look_s=np.array(look_s, dtype=float),
        p_clear=np.array(p_clear, dtype=float),
        span_s=span_s,
        correlation_s=correlation_s,
    )


@given(
    look_s=st.lists(st.integers(0, 100), max_size=6).map(sorted),
    chances=st.lists(st.sampled_from([0.0, 0.3, 0.3, 0.7, 1.0]), min_size=6, max_size=6),
    correlation_s=st.sampled_from([0.0, 5.0, 60.0]),
    wait_s=st.floats(0.0, 99.0),
)
@settings(max_examples=80, deadline=None)
def test_expectations_are_those_of_every_sky_written_out(look_s, chances, correlation_s, wait_s):
    p_clear = chances[: len(look_s)]
    looks = one_point(look_s, p_clear, correlation_s)
    clear, mean_s, never, longer = by_hand(look_s, p_clear, correlation_s, wait_s)
    assert [float(x[0]) for x in expectations(looks)] == pytest.approx([clear, mean_s, never], abs=1e-9)
    assert share_longer(looks, wait_s) == pytest.approx(longer, abs=1e-9)
    found_s = waits(looks, [20, 60, 95])
    for percent, at_s in zip((20, 60, 95), found_s, strict=True):
        assert by_hand(look_s, p_clear, correlation_s, at_s)[3] == pytest.approx(1.0 - percent / 100.0, abs=1e-6)


def sky_drawn(look_s, p_clear, correlation_s, sky):
    """Return which looks of a long row are clear in the sky of that number."""
    draws = uniforms(11, len(look_s), 2, first=sky * len(look_s))
    clear = np.zeros(len(look_s), dtype=bool)
    for k in range(len(look_s)):
        keeps = k and draws[k, 0] < math.exp(-(look_s[k] - look_s[k - 1]) / correlation_s)
        clear[k] = clear[k - 1] if keeps else draws[k, 1] < p_clear
    return clear


def test_drawn_skies_wait_as_the_formulas_say():
    span_s, p_clear, correlation_s, skies = 40_000.0, 0.4, 900.0, 400
    look_s = np.sort(uniforms(3, 60, 1)[:, 0]) * span_s
    looks = one_point(look_s, np.full(60, p_clear), correlation_s, span_s=span_s)
    wait_s = waits(looks, [50, 90])
    drawn = []
    for sky in range(skies):
        kept = look_s[sky_drawn(look_s, p_clear, correlation_s, sky)]
        gaps = gaps_of(np.zeros(kept.size, np.int32), kept, kept, points=1, span_s=span_s)
        drawn.append([kept.size, pooled(gaps).mean_wait_s, *share_within(gaps, wait_s)])
    mean, sigma = np.mean(drawn, axis=0), np.std(drawn, axis=0) / skies**0.5
    clear, mean_s, _ = (float(x[0]) for x in expectations(looks))
    for found, expected, one_sigma in zip(mean, (clear, mean_s, 0.5, 0.9), sigma, strict=True):
        assert found == pytest.approx(expected, abs=4.0 * one_sigma)


def test_a_clear_sky_takes_nothing_away_and_a_sky_without_memory_is_the_limit():
    look_s = [10.0, 45.0, 80.0]
    gaps = gaps_of([0, 0, 0], look_s, look_s, points=1, span_s=SPAN_S)
    always = one_point(look_s, [1.0, 1.0, 1.0], 50.0)
    assert float(expectations(always)[1][0]) == pytest.approx(pooled(gaps).mean_wait_s)
    assert waits(always, [50, 90]) == pytest.approx(pooled(gaps, percents=[50, 90]).wait_s, abs=1e-6)
    free, short = (one_point(look_s, [0.4] * 3, seconds) for seconds in (0.0, 0.01))
    assert expectations(short)[1] == pytest.approx(expectations(free)[1])
    long = one_point(look_s, [0.4] * 3, 1e9)  # one sky for all looks: 0.4 of the clear answer, 0.6 of the blind one
    assert float(expectations(long)[1][0]) == pytest.approx(0.4 * pooled(gaps).mean_wait_s + 0.6 * 50.0, rel=1e-6)


def test_cloud_that_lasts_makes_requests_wait_longer():
    look_s = list(range(5, 100, 5))
    means = [float(expectations(one_point(look_s, [0.5] * 19, c))[1][0]) for c in (0.0, 5.0, 20.0, 80.0)]
    assert means == sorted(means)
    assert means[-1] > 1.5 * means[0]


def test_points_are_weighed():
    two = CloudyLooks(
        offset=np.array([0, 1, 1]),
        look_s=np.array([50.0]),
        p_clear=np.array([1.0]),
        span_s=SPAN_S,
        correlation_s=0.0,
    )
    assert share_longer(two, 30.0, weights=[1.0, 0.0]) == pytest.approx(0.4)
    assert share_longer(two, 30.0, weights=[0.0, 2.0]) == pytest.approx(0.7)
    assert share_longer(two, 30.0) == pytest.approx(0.55)


def test_months_change_at_midnight_utc():
    start = datetime(2023, 12, 31, 12, tzinfo=UTC)
    assert months_of(start, np.array([0.0, 43_199.9, 43_200.0, 60 * 86_400.0])).tolist() == [11, 11, 0, 1]


def test_percents_that_are_none_are_refused():
    with pytest.raises(InputError, match="from 0 to 100"):
        waits(one_point([1.0], [0.5], 0.0), [120])


@pytest.fixture(scope="module")
def seen():
    """Return looks every 6 h of 20 days from 21 June over three points, the second also at 1 h past."""
    hours = np.arange(0.0, 480.0, 6.0) + 0.5
    rows = sorted([(p, h) for p in range(3) for h in hours] + [(1, h + 1.0) for h in hours])
    point, hour = (np.array(column) for column in zip(*rows, strict=True))
    edge = np.zeros(point.size, dtype=bool)
    return Accesses(
        satellites=("one",),
        start=datetime(2024, 6, 21, tzinfo=UTC),
        span_s=20.0 * 86_400.0,
        points=points_at([38.0, 39.0, -10.0], 127.0, area_m2=[1.0, 2.0, 1.0]),
        sensor=Sensor(field=Cone(half_angle_deg=35.0)),
        satellite=np.zeros(point.size, dtype=np.int32),
        point=point.astype(np.int32),
        start_s=3600.0 * hour - 30.0,
        end_s=3600.0 * hour + 30.0,
        open_start=edge,
        open_end=edge,
    )


def test_months_and_areas_count(seen):
    sky = load_climatology("assumed-example")  # 0.40 in June, 0.33 in July
    found = clouded(seen, sky, percents=[50])
    each = (10 * 4 * 0.40 + 10 * 4 * 0.33) / 20.0
    assert found.sky is Sky.KNOWN
    assert found.looks_pday == pytest.approx([each, 2.0 * each, each])
    assert found.looks_pday_all.value == pytest.approx(1.5 * each)
    assert found.looks_pday_all.low == pytest.approx(1.5 * (10 * 4 * 0.30 + 10 * 4 * 0.23) / 20.0)
    assert found.mean_wait_all_s.value == pytest.approx(found.mean_wait_s @ [0.25, 0.5, 0.25])
    for figure in (found.mean_wait_all_s, found.wait_all_s[0], found.p_never_all):
        assert figure.low < figure.value < figure.high
    assert found.source.startswith("assumed: assumed")
    assert found.correlation_s == 21_600.0
    assert found.wait_s[0, 0] == pytest.approx(found.wait_s[2, 0])
    assert found.wait_s[1, 0] < found.wait_s[0, 0]
    assert np.isnan(clouded(seen, sky, percents=[50], by_point=False).wait_s).all()


def test_a_sky_that_is_always_clear_leaves_what_there_is(seen):
    sky = load_climatology("assumed-example")
    ones = np.ones_like(sky.p_clear)
    found = clouded(seen, replace(sky, p_clear=ones, p_low=ones, p_high=ones, ranged=False), percents=[50, 90])
    gaps = gaps_of(seen.point, seen.start_s, seen.end_s, points=3, span_s=seen.span_s)
    together = pooled(gaps, weights=[1.0, 2.0, 1.0], percents=[50, 90])
    assert found.mean_wait_all_s.value == pytest.approx(together.mean_wait_s)
    assert [figure.value for figure in found.wait_all_s] == pytest.approx(together.wait_s, rel=1e-6)
    assert (found.mean_wait_all_s.low, found.mean_wait_all_s.high) == (None, None)
    assert found.p_never_all.value == 0.0


def test_points_outside_every_cell_are_unknown_and_left_out(seen):
    sky = load_climatology("assumed-example")
    north = replace(sky, south_deg=np.array([0.0]))
    found = clouded(seen, north, percents=[50])
    assert found.sky is Sky.PARTLY
    assert "25.0% of the area" in found.why
    assert found.known.tolist() == [True, True, False]
    assert np.isnan([found.looks_pday[2], found.mean_wait_s[2], found.wait_s[2, 0], found.p_never[2]]).all()
    assert found.looks_pday_all.value == pytest.approx(found.looks_pday[:2] @ [1.0 / 3.0, 2.0 / 3.0])


def test_a_month_without_a_chance_is_unknown(seen):
    sky = load_climatology("assumed-example")
    june = sky.p_clear.copy()
    june[0, 6] = np.nan
    found = clouded(seen, replace(sky, p_clear=june))
    assert found.sky is Sky.UNKNOWN
    assert "does not cover" in found.why


def test_without_a_climatology_all_is_unknown(seen):
    found = clouded(seen, None, percents=[50])
    assert found.sky is Sky.UNKNOWN
    assert (found.looks_pday_all.value, found.mean_wait_all_s.value, found.wait_all_s[0].value) == (None, None, None)
    assert "no climatology" in found.mean_wait_all_s.rule
    assert np.isnan(found.mean_wait_s).all()
