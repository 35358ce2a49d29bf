"""Gaps and waits against plain Python, against requests drawn by lot, and against sums done by hand."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError, uniforms
from downrange.coverage._kernel import stats
from downrange.coverage.gaps import Gap, Overlap, gaps_of, pooled, share_within, waits_of, weights_of

SPAN_S = 1000.0


def merged(windows):
    """Join windows that touch or overlap."""
    out = []
    for start, end in sorted(windows):
        if out and start <= out[-1][1]:
            out[-1][1] = max(out[-1][1], end)
        else:
            out.append([start, end])
    return out


def gaps_by_hand(windows, gap, overlap, span_s=SPAN_S):
    """Return (moments of looks, gaps as pairs) of one point."""
    counted = merged(windows) if overlap is Overlap.MERGED else windows
    looks = sorted((start + end) / 2.0 for start, end in counted)
    if gap is Gap.MIDDLES:
        return looks, list(itertools.pairwise([0.0, *looks, span_s]))
    busy = [[0.0, 0.0], *merged(windows), [span_s, span_s]]
    return looks, [(a[1], b[0]) for a, b in itertools.pairwise(busy) if b[0] > a[1]]


def within_by_hand(gaps, wait_s, span_s=SPAN_S):
    """Return the share of requests that wait no longer, gap by gap."""
    return 1.0 - sum(max(0.0, b - a - wait_s) for a, b in gaps) / span_s


@st.composite
def crowds(draw):
    """Windows of a few points, (point, start, end) sorted, some of them overlapping, some touching."""
    rows = []
    for point in range(draw(st.integers(1, 4))):
        for _ in range(draw(st.integers(0, 8))):
            start = draw(st.integers(0, 999))
            rows.append((point, float(start), float(start + draw(st.integers(1, min(300, 1000 - start))))))
    return point + 1, sorted(rows)


def found_for(rows, points, gap, overlap):
    point, start_s, end_s = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    return gaps_of(point, start_s, end_s, points=points, span_s=SPAN_S, gap=gap, overlap=overlap)


@given(crowd=crowds(), gap=st.sampled_from(Gap), overlap=st.sampled_from(Overlap))
@settings(max_examples=100, deadline=None)
def test_gaps_and_waits_are_those_of_plain_python(crowd, gap, overlap):
    points, rows = crowd
    found = found_for(rows, points, gap, overlap)
    waits = waits_of(found, percents=[95, 0, 50, 100])
    for p in range(points):
        windows = [row[1:] for row in rows if row[0] == p]
        looks, gaps = gaps_by_hand(windows, gap, overlap)
        lengths = np.array([b - a for a, b in gaps])
        at = slice(found.gap_offset[p], found.gap_offset[p + 1])
        assert found.look_s[found.look_offset[p] : found.look_offset[p + 1]] == pytest.approx(looks)
        assert found.opens_s[at] == pytest.approx([a for a, _ in gaps])
        assert found.gap_s[at] == pytest.approx(lengths)
        assert found.in_view_s[p] == pytest.approx(sum(b - a for a, b in merged(windows)))
        assert waits.never[p] == (not windows)
        assert waits.looks_pday[p] == pytest.approx(len(looks) / (SPAN_S / 86400.0))
        assert waits.max_gap_s[p] == pytest.approx(max(lengths, default=0.0))
        assert waits.mean_gap_s[p] == pytest.approx(lengths.mean() if lengths.size else 0.0)
        assert waits.mean_wait_s[p] == pytest.approx((lengths**2).sum() / (2.0 * SPAN_S))
        for share, wait_s in zip((0.95, 0.0, 0.5, 1.0), waits.wait_s[p], strict=True):
            assert within_by_hand(gaps, wait_s) == pytest.approx(max(share, within_by_hand(gaps, 0.0)), abs=1e-9)
        longest = [edge for edge in gaps if edge[1] - edge[0] >= max(lengths) - 1e-9]
        assert waits.max_gap_open[p] == any(a == 0.0 or b == SPAN_S for a, b in longest)


@given(crowd=crowds(), gap=st.sampled_from(Gap), overlap=st.sampled_from(Overlap), light=st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_pooled_figures_are_weighted_sums_over_points(crowd, gap, overlap, light):
    points, rows = crowd
    weights = np.arange(points, dtype=float)[::-1] + (1.0 if points == 1 else float(light))
    found = found_for(rows, points, gap, overlap)
    together = pooled(found, weights=weights, percents=[90, 50])
    each = waits_of(found)
    share = weights / weights.sum()
    by_point = [gaps_by_hand([row[1:] for row in rows if row[0] == p], gap, overlap) for p in range(points)]
    numbers = np.array([len(gaps) for _, gaps in by_point])
    sums = np.array([sum(b - a for a, b in gaps) for _, gaps in by_point])
    assert together.looks_pday == pytest.approx(share @ each.looks_pday)
    assert together.mean_wait_s == pytest.approx(share @ each.mean_wait_s)
    assert together.max_gap_s == pytest.approx(each.max_gap_s[weights > 0.0].max())
    assert together.mean_gap_s == pytest.approx(share @ sums / (share @ numbers) if share @ numbers else 0.0)
    assert together.share_never == pytest.approx(share @ each.never)
    for q, wait_s in zip((0.9, 0.5), together.wait_s, strict=True):
        pooled_within = sum(w * within_by_hand(gaps, wait_s) for w, (_, gaps) in zip(share, by_point, strict=True))
        at_once = sum(w * within_by_hand(gaps, 0.0) for w, (_, gaps) in zip(share, by_point, strict=True))
        assert pooled_within == pytest.approx(max(q, at_once), abs=1e-9)
        assert share_within(found, wait_s, weights=weights)[0] == pytest.approx(pooled_within, abs=1e-9)


@given(crowd=crowds(), parts=st.integers(2, 7), gap=st.sampled_from(Gap))
@settings(max_examples=60, deadline=None)
def test_parts_of_the_span_add_up_to_the_whole(crowd, parts, gap):
    points, rows = crowd
    found = found_for(rows, points, gap, Overlap.SEPARATE)
    weights = np.arange(1.0, points + 1.0)
    asked = np.array([0.0, 30.0, 400.0])
    mean_s, within = stats.blocks(found.gap_offset, found.opens_s, found.gap_s, weights, SPAN_S, parts, asked)
    assert mean_s.mean() == pytest.approx(pooled(found, weights=weights).mean_wait_s)
    assert within.mean(axis=0) == pytest.approx(share_within(found, asked, weights=weights), abs=1e-9)


def test_requests_drawn_by_lot_wait_as_the_formulas_say():
    windows = [(100.0, 160.0), (150.0, 180.0), (400.0, 430.0), (900.0, 990.0)]
    moments = uniforms(5, 200_000, 1)[:, 0] * SPAN_S
    for gap, overlap in itertools.product(Gap, Overlap):
        found = found_for([(0, *window) for window in windows], 1, gap, overlap)
        waits = waits_of(found, percents=[50, 90])
        _, gaps = gaps_by_hand(windows, gap, overlap)
        drawn = np.zeros(moments.size)
        for a, b in gaps:
            inside = (moments >= a) & (moments < b)
            drawn[inside] = b - moments[inside]
        four_sigma = 4.0 * drawn.std() / moments.size**0.5
        assert drawn.mean() == pytest.approx(waits.mean_wait_s[0], abs=four_sigma)
        assert np.percentile(drawn, [50, 90]) == pytest.approx(waits.wait_s[0], abs=2.0)


def test_the_page_rule_by_hand():
    # one look at the middle of 1000 s: two gaps of 500 s, mean wait 2 * 500^2 / 2000
    waits = waits_of(gaps_of([0], [490.0], [510.0], points=1, span_s=SPAN_S), percents=[50, 100])
    assert (waits.mean_wait_s[0], waits.max_gap_s[0], waits.mean_gap_s[0]) == (250.0, 500.0, 500.0)
    assert waits.wait_s[0] == pytest.approx([250.0, 500.0])
    # never seen: one gap, the span itself
    never = waits_of(gaps_of([], [], [], points=1, span_s=SPAN_S))
    assert (never.mean_wait_s[0], never.max_gap_s[0], bool(never.never[0])) == (500.0, 1000.0, True)


def test_always_in_view_has_no_gap():
    found = gaps_of([0], [0.0], [SPAN_S], points=1, span_s=SPAN_S, gap=Gap.EMPTY)
    assert (found.gap_s.size, found.in_view_s[0]) == (0, SPAN_S)
    waits, together = waits_of(found), pooled(found, percents=[50])
    assert (waits.max_gap_s[0], waits.mean_gap_s[0], waits.wait_s[0, 0]) == (0.0, 0.0, 0.0)
    assert (together.mean_wait_s, together.mean_gap_s, together.wait_s[0]) == (0.0, 0.0, 0.0)
    assert not waits.max_gap_open[0]
    assert share_within(found, [0.0]).tolist() == [1.0]


def test_a_short_window_inside_a_long_one_does_not_turn_gaps_negative():
    found = gaps_of([0, 0], [0.0, 10.0], [900.0, 20.0], points=1, span_s=SPAN_S)
    assert found.look_s.tolist() == [15.0, 450.0]
    assert (found.gap_s > 0.0).all()


def test_the_longest_gap_of_a_point_without_weight_does_not_count():
    found = gaps_of([0], [490.0], [510.0], points=2, span_s=SPAN_S)
    together = pooled(found, weights=[1.0, 0.0], percents=[100])
    assert (together.max_gap_s, together.wait_s[0], together.share_never) == (500.0, 500.0, 0.0)


@pytest.mark.parametrize(
    ("windows", "points", "span_s", "words"),
    [
        (([1, 0], [0.0, 0.0], [1.0, 1.0]), 2, 10.0, "Sort windows"),
        (([0, 0], [5.0, 0.0], [6.0, 1.0]), 1, 10.0, "Sort windows"),
        (([3], [0.0], [1.0]), 2, 10.0, "outside 0 to 1"),
        (([0], [5.0], [4.0]), 1, 10.0, "window 0 runs from 5 to 4 s"),
        (([0], [5.0], [14.0]), 1, 10.0, "in a span of 10 s"),
        (([0], [float("nan")], [4.0]), 1, 10.0, "window 0"),
        (([0, 0], [5.0], [6.0]), 1, 10.0, "of one length"),
        (([], [], []), 0, 10.0, "at least one point"),
        (([], [], []), 1, 0.0, "span above 0"),
    ],
)
def test_windows_that_are_none_are_refused(windows, points, span_s, words):
    with pytest.raises(InputError, match=words):
        gaps_of(*windows, points=points, span_s=span_s)


def test_weights_and_percents_that_are_none_are_refused():
    found = gaps_of([], [], [], points=2, span_s=SPAN_S)
    for weights in ([1.0], [0.0, 0.0], [1.0, -1.0], [1.0, float("nan")]):
        with pytest.raises(InputError, match="area in m2"):
            weights_of(found.points, weights)
    with pytest.raises(InputError, match="from 0 to 100"):
        waits_of(found, percents=[101.0])
    with pytest.raises(InputError, match="0 or more"):
        share_within(found, [-1.0])
