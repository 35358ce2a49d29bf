"""Revisit of whole accesses: figures with low and high, flags, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from downrange.base import InputError, uniforms
from downrange.coverage import Accesses, Cone, Sensor, points_at
from downrange.coverage.gaps import Gap, Overlap, gaps_of, pooled, share_within
from downrange.coverage.revisit import revisit

DAY_S = 86_400.0
SENSOR = Sensor(field=Cone(half_angle_deg=35.0))


def accesses_of(rows, points=2, span_s=10.0 * DAY_S, area_m2=1.0):
    """Return accesses of windows (point, start, end)."""
    rows = sorted(rows)
    point, start_s, end_s = (np.array([row[i] for row in rows], dtype=float) for i in range(3))
    edge = np.zeros(len(rows), dtype=bool)
    return Accesses(
        satellites=("one",),
        start=datetime(2024, 6, 1, tzinfo=UTC),
        span_s=span_s,
        points=points_at(np.linspace(33.0, 43.0, points), 127.0, area_m2=area_m2),
        sensor=SENSOR,
        satellite=np.zeros(len(rows), dtype=np.int32),
        point=point.astype(np.int32),
        start_s=start_s,
        end_s=end_s,
        open_start=edge,
        open_end=edge,
    )


def drawn(seed, per_day=6.0, days=30.0, points=5):
    """Return accesses whose looks come without any rhythm, so many a day."""
    middles = uniforms(seed, int(per_day * days * points), 2)
    rows = [
        (int(p * points), t, t + 60.0)
        for p, t in zip(middles[:, 0], middles[:, 1] * (days * DAY_S - 60.0), strict=True)
    ]
    return accesses_of(rows, points=points, span_s=days * DAY_S)


def test_figures_are_those_of_the_gaps():
    seen = accesses_of(
        [(0, h * 3600.0, h * 3600.0 + 60.0) for h in range(1, 240, 7)] + [(1, 9e4, 9.1e4)], area_m2=[1.0, 3.0]
    )
    for gap, overlap in ((Gap.MIDDLES, Overlap.SEPARATE), (Gap.EMPTY, Overlap.MERGED)):
        found = revisit(seen, gap=gap, overlap=overlap, percents=[50, 80])
        gaps = gaps_of(seen.point, seen.start_s, seen.end_s, points=2, span_s=seen.span_s, gap=gap, overlap=overlap)
        together = pooled(gaps, weights=[1.0, 3.0], percents=[50, 80])
        assert found.mean_wait_s.value == together.mean_wait_s
        assert found.max_gap_s.value == together.max_gap_s
        assert found.looks_pday.value == together.looks_pday
        assert [figure.value for figure in found.wait_s] == together.wait_s.tolist()
        assert found.cdf_share == pytest.approx(share_within(gaps, found.cdf_wait_s, weights=[1.0, 3.0]))
        assert (found.cdf_wait_s[0], found.cdf_share[-1]) == (0.0, 1.0)
        assert gap.value in found.mean_wait_s.rule
        assert overlap.value in found.looks_pday.rule
        assert {figure.unit for figure in found.wait_s} == {"s"}


def test_low_and_high_hold_the_truth_as_often_as_they_say():
    # looks without any rhythm, 6 a day: gaps are exponential, the mean wait is their mean, 4 h, but for the span's end
    truth_s = {"mean": DAY_S / 6.0, "half": DAY_S / 6.0 * np.log(2.0)}
    held = np.zeros(3)
    for seed in range(60):
        found = revisit(drawn(seed, points=1), percents=[50])
        for i, (figure, truth) in enumerate(
            ((found.looks_pday, 6.0), (found.mean_wait_s, truth_s["mean"]), (found.wait_s[0], truth_s["half"]))
        ):
            assert figure.low <= figure.value <= figure.high
            held[i] += figure.low <= truth <= figure.high
    assert (held >= 60 * 0.85).all()  # 95 % meant; ten parts of thirty days are few, and waits are skewed


def test_twice_as_many_looks_spread_less():
    few, many = (revisit(drawn(3, per_day=rate), percents=[50]) for rate in (4.0, 40.0))
    assert many.mean_wait_s.value < few.mean_wait_s.value / 8.0
    assert many.mean_wait_s.high - many.mean_wait_s.low < few.mean_wait_s.high - few.mean_wait_s.low


def test_a_span_of_few_gaps_is_flagged_and_its_spread_unknown():
    found = revisit(accesses_of([(0, 4e5, 4.001e5), (1, 5e5, 5.001e5)]))
    assert "shorter than 10 mean gaps" in found.flags[0]
    assert (found.mean_wait_s.low, found.mean_wait_s.high, found.wait_s[0].low) == (None, None, None)
    assert "UNKNOWN" in found.flags[-1]
    assert "cut by the span's end" in found.max_gap_s.rule
    assert found.max_gap_s.low == found.max_gap_s.value
    assert found.max_gap_s.high is None


def test_enough_looks_are_not_flagged():
    found = revisit(drawn(1))
    assert found.flags == ()
    assert found.share_never.value == 0.0


def test_what_is_never_seen_is_told():
    often = [(0, h * 3600.0, h * 3600.0 + 60.0) for h in range(1, 240)]
    found = revisit(accesses_of(often, area_m2=[1.0, 3.0]))
    assert found.share_never.value == 0.75
    assert any("75.0% of the area is never seen" in flag for flag in found.flags)
    assert found.each.never.tolist() == [False, True]
    blind = revisit(accesses_of([]))
    assert (blind.share_never.value, blind.looks_pday.value, blind.mean_wait_s.value) == (1.0, 0.0, 5.0 * DAY_S)


def test_points_without_area_do_not_count():
    found = revisit(replace(accesses_of([(0, 0.0, 60.0)], area_m2=[2.0, 0.0])))
    assert found.share_never.value == 0.0


def test_one_part_is_refused():
    with pytest.raises(InputError, match="2 parts or more"):
        revisit(drawn(1), blocks=1)
