import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.orbit import Reached, Rule, p_perigee_above, reached_orbit

T = np.arange(600.0, 800.0, 1.0)


def flight(p_after, cutoff=705.0):
    """Thrust until cut-off, an orbit of the given probability from then on."""
    return np.where(cutoff <= T, p_after, 0.0), np.where(cutoff <= T, 1.0, 0.0)


def test_yes_comes_one_confirmation_after_cut_off():
    orbit, coast = flight(0.999)
    answer = reached_orbit(T, orbit, coast)
    assert answer.answer is Reached.YES
    assert answer.decided_t_s == 725.0
    assert answer.p == 0.999
    assert "120 km" in answer.rule


def test_a_perigee_above_the_air_while_thrusting_is_no_orbit_yet():
    orbit = np.full(T.shape, 0.999)
    answer = reached_orbit(T, orbit, np.zeros(T.shape))
    assert answer.answer is Reached.UNKNOWN
    assert answer.decided_t_s is None
    assert "thrust still on" in answer.rule


def test_one_doubtful_reading_starts_the_wait_again():
    orbit, coast = flight(0.999)
    orbit[T == 720.0] = 0.98
    assert reached_orbit(T, orbit, coast).decided_t_s == 741.0
    orbit[T == 720.0] = np.nan
    assert reached_orbit(T, orbit, coast).decided_t_s == 741.0


def test_a_hole_in_the_track_starts_the_wait_again():
    orbit, coast = flight(0.999)
    keep = (T < 710.0) | (T > 717.0)
    assert reached_orbit(T[keep], orbit[keep], coast[keep]).decided_t_s == 738.0


def test_no_needs_a_loss_for_good():
    orbit, coast = flight(0.001)
    between_stages = reached_orbit(T, orbit, coast)
    assert between_stages.answer is Reached.UNKNOWN
    assert "another ignition" in between_stages.rule
    lost = reached_orbit(T, orbit, coast, thrust_lost_t_s=730.0)
    assert lost.answer is Reached.NO
    assert lost.decided_t_s == 750.0
    assert lost.p == 0.001


def test_a_confirmed_fall_settles_it_whatever_the_track_said():
    orbit, coast = flight(0.999)
    answer = reached_orbit(T, orbit, coast, impact_t_s=1_000.0)
    assert answer.answer is Reached.NO
    assert answer.decided_t_s == 1_000.0
    assert reached_orbit([], [], [], impact_t_s=500.0).answer is Reached.NO


@pytest.mark.parametrize("p", [0.011, 0.5, 0.989])
def test_between_the_two_it_stays_unknown_even_when_thrust_is_lost(p):
    orbit, coast = flight(p)
    answer = reached_orbit(T, orbit, coast, thrust_lost_t_s=705.0)
    assert answer.answer is Reached.UNKNOWN
    assert answer.p == p


def test_a_track_that_ends_early_or_never_began_is_unknown():
    orbit, coast = flight(0.999)
    short = T < 715.0
    answer = reached_orbit(T[short], orbit[short], coast[short])
    assert answer.answer is Reached.UNKNOWN
    assert "not yet" in answer.rule
    empty = reached_orbit([], [], [])
    assert empty.answer is Reached.UNKNOWN
    assert np.isnan(empty.p)
    assert empty.rule == "there is no track"


@given(
    perigee=st.floats(-6.3e6, 6e5),
    sigma=st.floats(1.0, 1e6),
    lost=st.one_of(st.none(), st.floats(600, 800)),
)
def test_an_answer_is_never_given_without_its_99_percent(perigee, sigma, lost):
    p = float(p_perigee_above(perigee, sigma))
    orbit, coast = flight(p)
    answer = reached_orbit(T, orbit, coast, thrust_lost_t_s=lost)
    if answer.answer is Reached.YES:
        assert p > 0.99
    elif answer.answer is Reached.NO:
        assert p < 0.01
        assert lost is not None
        assert answer.decided_t_s is not None
        assert answer.decided_t_s >= lost + Rule().confirm_s - 1.0


def test_p_perigee_above_knows_what_it_does_not_know():
    p = p_perigee_above([200e3, np.nan, 150e3, 100e3], [10e3, 10e3, 0.0, 0.0])
    assert p[0] == pytest.approx(1.0, abs=1e-12)
    assert np.isnan(p[1])
    assert p[2] == 1.0
    assert p[3] == 0.0


def test_arrays_that_do_not_match_are_refused():
    with pytest.raises(InputError, match="rising times"):
        reached_orbit([1.0, 1.0], [0.5, 0.5], [0.5, 0.5])
    with pytest.raises(InputError, match="rising times"):
        reached_orbit([1.0, 2.0], [0.5], [0.5, 0.5])
    with pytest.raises(InputError, match="p_orbit: values outside"):
        reached_orbit([1.0], [99.0], [0.5])
