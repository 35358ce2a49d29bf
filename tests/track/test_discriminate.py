"""Space launch or sub-orbital flight: calibrated, causal, and silent about what it was not made for."""

from __future__ import annotations

import numpy as np
import pytest

from downrange.base import InputError
from downrange.track.discriminate import (
    COAST_NAMES,
    THRUST_NAMES,
    held,
    load_discriminator,
    log_odds,
    p_ballistic,
    terms,
)
from downrange.track.families import FlightKind, Group, draw_family

COUNT = 6


def history(path, after_s=0.0):
    """Return what a good tracker would give of a flight, one row a second, from a height of 20 km on."""
    keep = np.linalg.norm(path.r_ecef_m, axis=1) > 6.371e6 + 20e3
    keep &= path.t_s < path.cutoff_s + after_s
    t, r, v, f = path.t_s[keep], path.r_ecef_m[keep], path.v_ecef_mps[keep], path.f_mps2[keep]
    cov = np.tile(np.diag([900.0] * 3 + [25.0] * 3), (t.size, 1, 1))
    return t, r, v, f, (f == 0.0).astype(float), cov


@pytest.fixture(scope="module")
def family():
    return {k: draw_family(k, 31, 0, COUNT, group=Group.TEST, tail_s=45.0) for k in FlightKind}


@pytest.fixture(scope="module")
def last_words(family):
    """Return the probability 40 s after the end of thrust of each flight, by kind; those hardly seen left out."""
    seen = {k: [h for path in paths if (h := history(path, 40.0))[0].size > 30] for k, paths in family.items()}
    return {k: np.array([p_ballistic(*h)[-1] for h in histories]) for k, histories in seen.items()}


def test_flights_that_tuning_never_saw_are_told_apart(last_words) -> None:
    assert (last_words[FlightKind.ORBITAL] < 0.05).all()
    assert (last_words[FlightKind.NEAR_MISS] < 0.2).all()
    assert np.median(last_words[FlightKind.BALLISTIC]) > 0.9
    assert last_words[FlightKind.BALLISTIC].min() > 0.05


def test_an_ascent_that_failed_is_not_called_sub_orbital(last_words) -> None:
    assert (last_words[FlightKind.FAILED] < 0.95).all()
    assert np.median(last_words[FlightKind.FAILED]) < 0.6


def test_it_says_nothing_before_ten_looks_agree(family) -> None:
    for kind in (FlightKind.ORBITAL, FlightKind.BALLISTIC):
        p = p_ballistic(*history(family[kind][0]), prior=0.3)
        assert p[:9] == pytest.approx(0.3)
        assert np.abs(p - 0.3).max() > 0.2


def test_what_comes_later_changes_nothing_before(family) -> None:
    whole = history(family[FlightKind.BALLISTIC][1], 30.0)
    p = p_ballistic(*whole)
    for n in (15, 40, len(p) - 5):
        assert p_ballistic(*(a[:n] for a in whole)) == pytest.approx(p[:n])


def test_more_rows_a_second_say_the_same(family) -> None:
    path = family[FlightKind.ORBITAL][2]
    t, r, v, f, idle, cov = history(path)
    rows = np.flatnonzero(np.diff(np.floor(t), prepend=-1.0) > 0.0)
    few = p_ballistic(*(a[rows] for a in (t, r, v, f, idle, cov)))
    twice = np.sort(np.concatenate([rows, rows]))
    many = tuple(a[twice] for a in (t, r, v, f, idle, cov))
    assert p_ballistic(*many)[::2] == pytest.approx(few)


def test_the_prior_moves_the_log_odds_and_nothing_else(family) -> None:
    h = history(family[FlightKind.BALLISTIC][2])
    even, rare = p_ballistic(*h), p_ballistic(*h, prior=0.01)
    moved = np.log(rare / (1.0 - rare)) - np.log(even / (1.0 - even))
    assert moved == pytest.approx(np.log(0.01 / 0.99))


def test_a_state_that_is_hardly_known_is_pulled_to_the_prior(family) -> None:
    path = family[FlightKind.ORBITAL][3]
    t, r, v, f, idle, cov = history(path)
    sharp = p_ballistic(t, r, v, f, idle, cov)
    vague = p_ballistic(t, r, v, f, idle, cov * 4e4)
    assert np.abs(vague - 0.5).max() < np.abs(sharp - 0.5).max()
    assert np.abs(vague - 0.5).mean() < 0.6 * np.abs(sharp - 0.5).mean()


def test_a_flight_like_none_of_tuning_stays_at_the_prior(family) -> None:
    t, r, v, f, idle, cov = history(family[FlightKind.BALLISTIC][4])
    outward = p_ballistic(t, r * 3.0, v, f, idle, cov)
    assert outward == pytest.approx(0.5, abs=0.05)
    hasty = p_ballistic(t, r, v, f * 0.0 + 400.0, idle, cov)
    assert hasty == pytest.approx(0.5, abs=0.05)


def test_held_is_the_least_sure() -> None:
    odds = np.array([2.0, 3.0, 4.0, -1.0, -3.0, -2.0, -5.0])
    assert held(odds, 3).tolist() == [0.0, 0.0, 2.0, 0.0, 0.0, -1.0, -2.0]
    assert held(odds, 1).tolist() == odds.tolist()


def test_terms_and_log_odds_by_hand() -> None:
    assert terms(np.array([[2.0, 3.0]])).tolist() == [[1.0, 2.0, 3.0, 4.0, 6.0, 9.0]]
    block = load_discriminator().thrust
    middle = np.array([block.mean])
    first = np.array([row[0] for row in block.weights])  # at the mean only the constants are left
    assert log_odds(block, middle)[0] == pytest.approx(first.mean() / np.sqrt(1.0 + np.pi * first.var() / 8.0))
    far = middle + 50.0 * np.array(block.sigma)
    assert log_odds(block, far)[0] == pytest.approx(0.0, abs=1e-9)


def test_the_file_tells_what_it_was_made_of() -> None:
    model = load_discriminator()
    assert tuple(model.thrust.names) == THRUST_NAMES
    assert tuple(model.coast.names) == COAST_NAMES
    assert model.figures["wrong_of_claimed_left_out"] <= model.figures["error_allowed"]
    assert model.figures["flights"] > 2000


def test_nothing_gives_nothing() -> None:
    assert p_ballistic([], np.empty((0, 3)), np.empty((0, 3)), [], [], np.empty((0, 6, 6))).size == 0


def test_what_cannot_be_is_refused(family, tmp_path) -> None:
    h = history(family[FlightKind.ORBITAL][0])
    with pytest.raises(InputError, match="Give a probability between 0 and 1"):
        p_ballistic(*h, prior=1.0)
    with pytest.raises(InputError, match="Give the arrays of one Track"):
        p_ballistic(h[0], h[1][:-1], *h[2:])
    other = tmp_path / "other.toml"
    other.write_text('title = "x"\n')
    with pytest.raises(InputError, match=r"tools/fit_discriminator\.py"):
        load_discriminator(str(other))
