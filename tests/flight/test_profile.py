"""Profiles: how hard a stage burns, what it has burnt, and when so much is burnt."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.flight import Burns, Throttle
from downrange.flight.profile import Profile, profile_of

PART = st.floats(0.0, 1.0)


@st.composite
def drawn(draw: Callable[..., float]) -> tuple[Throttle | None, Burns | None]:
    """Return a throttle with ramps and steps, none, or idle stretches, and burns, the last to depletion or not."""
    throttle = burns = None
    if draw(st.booleans()):
        count = draw(st.integers(1, 6))
        gaps = [draw(st.sampled_from([0.0, 1.0])) * (0.1 + 30.0 * draw(PART)) for _ in range(count)]
        t_s = np.cumsum([0.0, *gaps[1:]]) if draw(st.booleans()) else np.cumsum(gaps)
        level = [draw(st.sampled_from([0.0, 0.5, 1.0, 0.3 + draw(PART)])) for _ in range(count)]
        throttle = Throttle(stage=1, t_s=tuple(float(t) for t in t_s), level=tuple(level))
    if draw(st.booleans()):
        count = draw(st.integers(1, 4))
        pieces = 1.0 + 40.0 * np.array([draw(PART) for _ in range(2 * count)])
        edges = np.cumsum(pieces) - pieces[0]
        starts, ends = edges[0::2], edges[1::2]
        length = [float(b - a) for a, b in zip(starts, ends, strict=True)]
        length[-1] = draw(st.sampled_from([length[-1], np.inf]))
        burns = Burns(stage=1, start_s=tuple(float(t) for t in starts), length_s=tuple(length))
    return throttle, burns


def obvious_level(throttle: Throttle | None, burns: Burns | None, t: float) -> float:
    """Return the share of full thrust, read off the tables row by row."""
    if burns is not None and not any(a <= t < a + b for a, b in zip(burns.start_s, burns.length_s, strict=True)):
        return 0.0
    if throttle is None:
        return 1.0
    rows = list(zip(throttle.t_s, throttle.level, strict=True))
    below, above = [row for row in rows if row[0] <= t], [row for row in rows if row[0] > t]
    if not below or not above:
        return below[-1][1] if below else above[0][1]
    (t0, a), (t1, b) = below[-1], above[0]
    return a + (b - a) * (t - t0) / (t1 - t0)


def all_of(profile: Profile) -> float:
    """Return what is burnt at the very end."""
    return float(profile.burnt_s(np.array([min(profile.last_s, 1e5)]))[0])


@given(drawn(), PART)
def test_the_level_is_what_the_tables_say(tables: tuple[Throttle | None, Burns | None], part: float) -> None:
    profile = profile_of(*tables)
    for t in (*profile.t_s, 300.0 * part):
        assert profile.level(np.array([t]))[0] == pytest.approx(obvious_level(*tables, float(t)), abs=1e-9)


@given(drawn(), PART)
def test_what_is_burnt_is_the_integral_of_the_level(tables: tuple[Throttle | None, Burns | None], part: float) -> None:
    profile, end = profile_of(*tables), 300.0 * part
    edges = np.unique([0.0, *(t for t in profile.t_s if t < end), end])
    total = 0.0
    for a, b in pairwise(edges):
        middles = a + (b - a) * (np.arange(20) + 0.5) / 20.0  # exact for a straight line
        total += float(np.mean([obvious_level(*tables, float(t)) for t in middles])) * (b - a)
    assert profile.burnt_s(np.array([end]))[0] == pytest.approx(total, abs=1e-8)


@given(drawn(), PART)
def test_until_is_when_so_much_is_burnt_and_not_a_moment_later(
    tables: tuple[Throttle | None, Burns | None], part: float
) -> None:
    profile = profile_of(*tables)
    wanted = part * min(all_of(profile), 200.0)
    until = profile.until_s(np.array([wanted]))[0]
    assert np.isfinite(until)
    assert profile.burnt_s(np.array([until]))[0] == pytest.approx(wanted, abs=1e-7)
    if wanted > 1e-3:
        before = profile.burnt_s(np.array([until - 1e-3]))[0]
        assert before < wanted  # the first such moment: no idle stretch is added


@given(drawn())
def test_more_than_there_is_is_never_burnt(tables: tuple[Throttle | None, Burns | None]) -> None:
    profile = profile_of(*tables)
    until = profile.until_s(np.array([all_of(profile) + 1e6]))[0]
    idles = profile.level(np.array([1e6]))[0] == 0.0
    assert until == profile.last_s or not idles
    if tables[1] is not None and np.isfinite(tables[1].length_s[-1]):
        assert until == pytest.approx(tables[1].start_s[-1] + tables[1].length_s[-1])


@given(drawn(), PART)
def test_it_is_lit_where_its_level_is_not_zero(tables: tuple[Throttle | None, Burns | None], part: float) -> None:
    profile, end = profile_of(*tables), 1.0 + 300.0 * part
    burns = profile.lit_s(end)
    flat = [t for burn in burns for t in burn]
    assert flat == sorted(flat)
    assert all(b <= end for _, b in burns)
    assert all(later[0] > burn[1] for burn, later in pairwise(burns))  # joined where they meet
    for t in np.linspace(0.0, end, 57)[1:-1]:
        lit = any(a < t < b for a, b in burns)
        assert lit == (obvious_level(*tables, float(t)) > 0.0) or min(abs(t - np.array([*flat, *profile.t_s]))) < 1e-9


def test_full_thrust_to_depletion_when_nothing_is_said() -> None:
    profile = profile_of(None, None)
    assert profile.nodes_s == []
    assert profile.level(np.array([0.0, 1e6])).tolist() == [1.0, 1.0]
    assert profile.until_s(np.array([0.0, 123.0])).tolist() == [0.0, 123.0]
    assert profile.lit_s(50.0) == [(0.0, 50.0)]


def test_a_step_at_ignition_takes_its_later_value() -> None:
    profile = profile_of(Throttle(stage=1, t_s=(0.0, 0.0, 10.0), level=(1.0, 0.5, 0.5)), None)
    assert profile.level(np.array([0.0])).tolist() == [0.5]
    assert profile.until_s(np.array([5.0])).tolist() == [10.0]
