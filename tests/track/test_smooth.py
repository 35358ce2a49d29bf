"""The smoother against the truth of S1."""

from __future__ import annotations

import numpy as np
import pytest

from downrange.track import Sensor, follow, smooth

BURNS = ((0.0, 122.0, 1), (126.0, 310.0, 2))
SPANS = ((60.0, 118.0), (118.0, 135.0), (140.0, 190.0), (195.0, 215.0), (220.0, 340.0))


def squares(track, flight, low, high) -> tuple[float, float, float]:
    """Return mean squares of the position and velocity errors in a span, and of the errors in sigmas over six numbers."""
    on = (track.t_s >= low) & (track.t_s < high)
    rows = np.round(track.t_s[on] / 0.02).astype(int)
    miss = np.concatenate(
        [track.r_ecef_m[on] - flight.r_ecef_m[rows], track.v_ecef_mps[on] - flight.v_ecef_mps[rows]], axis=1
    )
    chi2 = np.einsum("ni,ni->n", miss, np.linalg.solve(track.cov[on], miss[..., None])[..., 0])
    return (miss[:, :3] ** 2).sum(axis=1).mean(), (miss[:, 3:] ** 2).sum(axis=1).mean(), chi2.mean() / 6.0


@pytest.mark.parametrize("fails_at", [None, 200.0])
def test_afterwards_everything_is_known_better_and_honestly(fails_at, fly, radar, readings_of, t0) -> None:
    flight = fly(fails_at)
    found, honest = [], []
    for seed in (0, 1):
        readings = readings_of(seed, fails_at)
        live, after = (go(readings, (radar,), t0, burns=BURNS) for go in (follow, smooth))
        found.append([[squares(track, flight, *span)[:2] for span in SPANS] for track in (live, after)])
        honest.append([squares(after, flight, *span)[2] for span in SPANS])
    (live, after) = np.sqrt(np.mean(found, axis=0))
    assert (after < 0.75 * live).all()  # in every phase, place and speed
    assert np.mean(honest) < 2.0  # an exact covariance gives 1


def test_the_last_moment_is_that_of_the_filter_alone(radar: Sensor, readings_of, t0) -> None:
    readings = readings_of(3, 200.0)
    live, after = (go(readings, (radar,), t0, burns=BURNS) for go in (follow, smooth))
    gap = np.linalg.norm(live.r_ecef_m[-1] - after.r_ecef_m[-1])
    assert gap < 3.0 * np.sqrt(np.trace(live.cov[-1, :3, :3]))
    assert np.array_equal(live.p_idle, after.p_idle)


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_can_be_smoothed_before_a_track_starts(count, radar: Sensor, readings_of, t0) -> None:
    assert smooth(readings_of(0)[:count], (radar,), t0).t_s.size == 0
