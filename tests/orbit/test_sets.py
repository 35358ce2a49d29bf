import dataclasses
import re
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from sgp4.api import SatrecArray

from downrange.base import InputError, ModelError, after, julian_pair
from downrange.orbit import (
    element_set,
    mean_motion_revpday_of,
    newest,
    positions,
    read_tle,
    refuse_old,
    refuse_stopped,
)

EPOCH = datetime(2024, 6, 1, tzinfo=UTC)
# last set of a rocket stage before it came down, from SGP4-VER.TLE of the sgp4 package
DOWN = read_tle(
    "SL-14 DEB\n"
    "1 29141U 85108AA  06170.26783845  .99999999  00000-0  13519-0 0   718\n"
    "2 29141  82.4288 273.4882 0015848 277.2124  83.9133 15.93343074  6828\n"
)[0]


def made(name="A", **words):
    """Return an element set, made up but for what is given."""
    base = {
        "epoch": EPOCH,
        "inclination_deg": 97.4,
        "raan_deg": 10.0,
        "e": 0.001,
        "argp_deg": 20.0,
        "mean_anomaly_deg": 30.0,
        "mean_motion_revpday": 15.2,
    }
    return element_set(name, **(base | words))


def test_a_set_made_of_numbers_flies_like_the_same_set_read_from_two_lines():
    # SOURCE of the lines: the page's workload C2, object 90002
    lines = (
        "1 90002U 23001A   24153.00000000  .00000000  00000-0  10000-4 0    11\n"
        "2 90002  97.4000  36.0000 0010000  90.0000  72.0000 15.21936487    18\n"
    )
    read = read_tle(lines)[0]
    own = element_set("", EPOCH, 97.4, 36.0, 0.001, 90.0, 72.0, 15.21936487, 1e-5, 90002, "23001A")
    assert dataclasses.replace(read, lines=None, element_set_number=0, revolution=0) == dataclasses.replace(
        own, element_set_number=0, revolution=0
    )
    t_s = np.linspace(0.0, 7 * 86_400.0, 200)
    apart_m = np.linalg.norm(positions(read.satellite(), EPOCH, t_s) - positions(own.satellite(), EPOCH, t_s), axis=1)
    assert apart_m.max() < 1e-6


def test_angles_are_turned_and_epochs_brought_to_utc():
    seoul = timezone(timedelta(hours=9))
    found = made(raan_deg=-36.0, argp_deg=725.0, mean_anomaly_deg=360.0, epoch=datetime(2024, 6, 1, 9, tzinfo=seoul))
    assert (found.raan_deg, found.argp_deg, found.mean_anomaly_deg) == (324.0, 5.0, 360.0)
    assert found.epoch == EPOCH
    assert found.epoch.tzinfo is UTC


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("inclination_deg", 180.1),
        ("inclination_deg", -0.1),
        ("raan_deg", float("nan")),
        ("raan_deg", float("inf")),
        ("e", 1.0),
        ("e", -1e-9),
        ("e", 1572.0),
        ("argp_deg", float("nan")),
        ("mean_anomaly_deg", float("-inf")),
        ("mean_motion_revpday", 0.066 / 10),
        ("mean_motion_revpday", 18.1),
        ("bstar", float("nan")),
        ("number", -1),
        ("number", 1_000_000_000),
    ],
)
def test_numbers_out_of_range_are_refused_by_name(key, value):
    with pytest.raises(InputError) as caught:
        made("MADE-UP", **{key: value})
    label = f"MADE-UP ({value})" if key == "number" else "MADE-UP"
    assert (caught.value.where, caught.value.key, caught.value.seen) == (label, key, f"{value}")


def test_an_epoch_without_a_zone_is_refused():
    with pytest.raises(InputError, match=r"^MADE-UP: .* has no time zone"):
        made("MADE-UP", epoch=EPOCH.replace(tzinfo=None))


@pytest.mark.parametrize("a_m", [6_878_135.0, 42_164_000.0])
def test_mean_motion_and_semi_major_axis_are_each_others_inverse(a_m):
    assert made(mean_motion_revpday=mean_motion_revpday_of(a_m), e=0.0).a_m == pytest.approx(a_m, rel=1e-14)


@pytest.mark.parametrize("a_m", [0.0, -1.0, float("nan"), float("inf")])
def test_no_mean_motion_of_no_orbit(a_m):
    with pytest.raises(InputError, match=f"a_m: {a_m}"):
        mean_motion_revpday_of(a_m)


def test_the_oldest_set_is_named_with_its_age():
    near = made("NEAR")
    far = made("FAR", epoch=EPOCH - timedelta(days=100), number=7)
    start, stop = EPOCH + timedelta(days=1), EPOCH + timedelta(days=30)
    refuse_old([near], start, stop)
    refuse_old([near, far], start, stop, 130.0)
    refuse_old([], start, stop)
    with pytest.raises(InputError) as caught:
        refuse_old([near, far, near], start, stop, where="gp.csv")
    assert str(caught.value) == (
        "gp.csv: FAR (7): its epoch 2024-02-22T00:00:00Z is 130 days from the span 2024-06-02T00:00:00Z to "
        "2024-07-01T00:00:00Z. Take a set within 30 days, or raise max_age_days knowing that it guesses."
    )
    with pytest.raises(InputError, match=r"NEAR: its epoch .* is 40 days"):
        refuse_old([near], EPOCH - timedelta(days=40), EPOCH)
    with pytest.raises(InputError, match="is 30 days from"):
        refuse_old([near], start, stop, float("nan"))


def test_of_two_sets_of_one_object_the_latest_is_kept():
    first, second = made("A", number=7), made("B", number=7, epoch=EPOCH + timedelta(hours=1))
    other, nameless = made("A"), made("")
    assert newest([first, other, second, nameless]) == (second, other, nameless)
    assert newest([second, first], before=EPOCH) == (first,)
    assert newest([second], before=EPOCH) == ()


def test_a_set_of_what_came_down_says_when_and_why():
    t_s = np.arange(0.0, 86_400.0, 1_200.0)
    day, fraction = julian_pair(DOWN.epoch)
    sets = [dataclasses.replace(DOWN, lines=None, name="GOOD", mean_motion_revpday=15.0, bstar=0.0), DOWN]
    errors, _, _ = SatrecArray([each.satellite() for each in sets]).sgp4(
        np.full(t_s.size, day), fraction + t_s / 86_400.0
    )
    refuse_stopped(sets[:1], errors[:1], DOWN.epoch, t_s)
    refuse_stopped(sets[:1], errors[0], DOWN.epoch, t_s)
    first = int(np.flatnonzero(errors[1])[0])
    with pytest.raises(ModelError) as caught:
        refuse_stopped(sets, errors, DOWN.epoch, t_s)
    moment = after(DOWN.epoch, float(t_s[first])).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert re.match(rf"SL-14 DEB \(29141\): SGP4 stops at {moment}: the (orbit has|mean ecc)", str(caught.value))
    assert "Its elements are of 2006-06-19T06:25:41Z" in str(caught.value)
    with pytest.raises(ModelError, match="Sets that stop in this span: 2"):
        refuse_stopped([DOWN, DOWN], errors[[1, 1]], DOWN.epoch, t_s)
