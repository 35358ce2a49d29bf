"""Invented launches: the 90 % intervals hold the truth about nine times in ten."""

from __future__ import annotations

import pytest

from downrange.corridor import Rehearsal, load_outline, rehearse
from downrange.earth import load_site

LAUNCHES = 14
FLIGHTS = 2_500
SEED = 4
# Bounds that a real fault breaks: with the areas' sigmas taken half as large as they are, the falls come down from 0.946
# to 0.750 and the whole from 0.908 to 0.868 (seed 4; seed 3: 0.80 to 0.53, and 0.886 to 0.824).
FALLS_AT_LEAST = 0.80
OVERALL = (0.85, 0.975)


@pytest.fixture(scope="module")
def held() -> Rehearsal:
    return rehearse(load_outline("two-stages"), load_site("lc-39a"), launches=LAUNCHES, flights=FLIGHTS, seed=SEED)


def share(held: Rehearsal, *kinds: str) -> float:
    """Return the share over falls of both bodies and the kinds of numbers given."""
    rows = [value for (name, _), value in held.held.items() if any(name.endswith(kind) for kind in kinds)]
    assert len(rows) == 2 * len(kinds)
    return sum(rows) / len(rows)


def test_intervals_of_the_falls_hold_the_truth(held: Rehearsal) -> None:
    assert (held.launches, held.failed) == (LAUNCHES, 0)
    assert share(held, "fall: range", "fall: azimuth", "fall: latitude", "fall: longitude") >= FALLS_AT_LEAST


def test_all_intervals_together_are_neither_too_narrow_nor_too_wide(held: Rehearsal) -> None:
    assert OVERALL[0] <= held.overall <= OVERALL[1]
    assert held.overall == pytest.approx(sum(held.held.values()) / len(held.held))
    assert all(0.0 <= value <= 1.0 for value in held.held.values())
    assert ("inclination", "deg") in held.held
    assert held.effective > 8.0
