"""What speed and height on a screen give away: cut-offs, ignitions, orbit; and what they do not."""

from __future__ import annotations

import importlib.util
import itertools
import json
import math
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from downrange.base import InputError, enu_axes, geodetic_from_ecef, wgs84
from downrange.track import Reading, Rules, Sensor, Verdict, first, update_row
from downrange.track.model import SensorKind
from downrange.track.webcast import WebcastTuning, watch_webcast, webcast_rows, webcast_updates

_SPEC = importlib.util.spec_from_file_location(
    "falcon9_webcast", Path(__file__).parents[1] / "authority" / "falcon9_webcast.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
FALCON = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(FALCON)

SCREEN = Sensor(
    name="screen", title="a broadcast", kind=SensorKind.WEBCAST, sigma_speed_mps=0.3, sigma_alt_m=40.0, source="assumed"
)
S1_BURNS = ((0.0, 122.0, 1), (126.0, 310.0, 2))
KMH, HECTOMETRE = 1.0 / 3.6, 100.0  # the last digits such screens show


def shown(flight, every_s: float = 1.0, until_s: float = math.inf) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return times, speeds and heights as a screen would round them."""
    rows = np.searchsorted(flight.t_s, np.arange(flight.t_s[0], min(flight.t_s[-1], until_s), every_s) - 1e-9)
    alt = geodetic_from_ecef(flight.r_ecef_m[rows])[2]
    speed = np.linalg.norm(flight.v_ecef_mps[rows], axis=1)
    return flight.t_s[rows], np.round(speed / KMH) * KMH, np.round(alt / HECTOMETRE) * HECTOMETRE


def course(flight) -> dict[str, float]:
    """Return latitude and course over the ground at the first row."""
    lat, lon, _ = geodetic_from_ecef(flight.r_ecef_m[0])
    east, north, _ = enu_axes(lat, lon) @ flight.v_ecef_mps[0]
    return {"lat_deg": float(lat), "azimuth_deg": math.degrees(math.atan2(east, north)) % 360.0}


def readings_of(t_s, speed_mps, alt_m, t0) -> list[Reading]:
    """Return the rows as readings of the screen; NaN is left out."""
    return [
        Reading(
            t=t0 + timedelta(seconds=float(t)),
            sensor="screen",
            seq=n,
            speed_mps=None if math.isnan(v) else float(v),
            alt_m=None if math.isnan(h) else float(h),
        )
        for n, (t, v, h) in enumerate(zip(t_s, speed_mps, alt_m, strict=True), start=1)
    ]


def falcon(piece: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return one of the two typed-in pieces."""
    n = len(FALCON.SPEED_MPS[piece])
    return FALCON.FIRST_S[piece] + np.arange(n), np.array(FALCON.SPEED_MPS[piece]), np.array(FALCON.ALT_M[piece], float)


@pytest.fixture(scope="module")
def nominal(climb, climb_burns):
    """Return the screen of an ascent to orbit, and what is made of it with its plan."""
    flight = climb(None)
    rows = shown(flight)
    return flight, rows, watch_webcast(*rows, sigma_alt_m=40.0, burns=climb_burns, **course(flight))


def test_a_real_first_stage_stops_and_the_second_starts_when_the_file_says_so() -> None:
    track = watch_webcast(*falcon(0))
    cut_off, ignition = track.events
    assert (cut_off.kind, ignition.kind) == ("cut-off", "ignition")
    assert abs(cut_off.t_s - FALCON.MECO_S) <= 2.0
    assert 0.0 <= cut_off.decided_s - FALCON.MECO_S <= 2.0
    assert abs(ignition.t_s - FALCON.IGNITION_S) <= 2.0
    assert abs(ignition.decided_s - FALCON.IGNITION_S) <= 2.0
    assert min(cut_off.p, ignition.p) > 0.99


def test_a_real_second_stage_reaches_its_orbit(t0) -> None:
    rows = falcon(1)
    where = {"lat_deg": FALCON.LAT_DEG, "azimuth_deg": FALCON.AZIMUTH_DEG}
    (seco,) = watch_webcast(*rows, **where).events
    assert abs(seco.t_s - FALCON.SECO_S) <= 2.0
    assert 0.0 <= seco.decided_s - FALCON.SECO_S <= 2.0
    updates = webcast_updates(readings_of(*rows, t0), (SCREEN,), t0, **where)
    assert updates[-1].verdict is Verdict.IN_ORBIT
    assert 120e3 < updates[-1].perigee_m < 165e3


def test_without_the_course_the_same_numbers_leave_the_orbit_open(t0) -> None:
    blind = webcast_updates(readings_of(*falcon(1), t0), (SCREEN,), t0)
    assert blind[-1].verdict is Verdict.UNKNOWN
    assert 0.01 < blind[-1].p_orbit < 0.5  # east from low latitudes yes, everything else no
    west = watch_webcast(*falcon(1), lat_deg=FALCON.LAT_DEG, azimuth_deg=270.0)
    assert west.p_orbit[-1] == 0.0


def test_an_ascent_gives_its_three_events_and_its_perigee(nominal) -> None:
    flight, _, track = nominal
    assert [event.kind for event in track.events] == ["cut-off", "ignition", "cut-off"]
    for event, truth_s in zip(track.events, (330.0, 450.0, 705.0), strict=True):
        assert abs(event.t_s - truth_s) < 0.5
        assert 0.0 <= event.decided_s - truth_s <= 3.0
    circular_m = np.linalg.norm(flight.r_ecef_m[-1]) - wgs84.RE_M
    assert abs(track.perigee_m[-1] - circular_m) < 3.0 * track.perigee_sigma_m[-1]
    assert track.perigee_sigma_m[-1] < 15e3  # most of it from the course, near north and south
    assert track.p_orbit[-1] == 1.0
    lat, lon, _ = geodetic_from_ecef(flight.r_ecef_m)
    climb = np.einsum("nij,nj->ni", enu_axes(lat, lon), flight.v_ecef_mps)[:, 2]
    truth = np.degrees(np.arcsin(climb / np.linalg.norm(flight.v_ecef_mps, axis=1)))
    error = (track.fpa_deg - np.interp(track.t_s, flight.t_s, truth)) / track.fpa_sigma_deg
    settled = track.t_s > 180.0
    assert np.sqrt(np.mean(error[settled] ** 2)) < 1.5  # sigmas mean what they say


def test_what_was_said_does_not_depend_on_what_came_later(nominal, climb_burns) -> None:
    flight, rows, whole = nominal
    half = watch_webcast(*(row[:200] for row in rows), sigma_alt_m=40.0, burns=climb_burns, **course(flight))
    n = half.t_s.size
    for name in ("speed_mps", "climb_mps", "f_mps2", "p_idle", "p_orbit", "perigee_m", "fpa_sigma_deg"):
        assert getattr(half, name) == pytest.approx(getattr(whole, name)[:n], nan_ok=True), name
    assert half.events == tuple(event for event in whole.events if event.decided_s <= rows[0][199])


@pytest.mark.parametrize("every_s", [1.0, 0.2])
def test_from_the_pad_nothing_is_missed_and_nothing_invented(every_s, fly) -> None:
    until_s = 345.0 if every_s == 1.0 else 135.0
    track = watch_webcast(*shown(fly(None), every_s, until_s), sigma_alt_m=40.0)
    expected = [(122.0, "cut-off"), (126.0, "ignition"), (310.0, "cut-off")][: 3 if every_s == 1.0 else 2]
    assert [event.kind for event in track.events] == [kind for _, kind in expected]
    for event, (truth_s, _) in zip(track.events, expected, strict=True):
        assert abs(event.t_s - truth_s) < 1.0
        assert 0.0 <= event.decided_s - truth_s <= 3.0
    assert track.p_idle[(track.t_s > 5.0) & (track.t_s < 121.0)].max() < 0.01


def test_thrust_lost_in_the_second_burn_ends_in_no_orbit(climb, climb_burns, t0) -> None:
    flight = climb(520.0)
    updates = webcast_updates(
        readings_of(*shown(flight, until_s=600.0), t0), (SCREEN,), t0, burns=climb_burns, **course(flight)
    )
    lost = first(updates, Verdict.THRUST_LOST)
    assert lost is not None
    assert 520.0 < lost.t_s <= 525.0
    assert lost.p > 0.99
    assert updates[-1].verdict is Verdict.WILL_NOT_REACH_ORBIT
    assert all(update.verdict is Verdict.NOMINAL for update in updates if 152.0 < update.t_s < 520.0)


def test_a_stage_that_falls_back_will_not_reach_orbit(t0) -> None:
    """A first stage after its cut-off, no air and no plan: thrown up at 300 m/s from 105 km with 1500 m/s level."""
    t = np.arange(0.0, 100.0)
    climb = 300.0 - 9.2 * t  # less than gravity at 105 km: the level speed carries part of the weight
    rows = (
        t,
        np.round(np.hypot(1500.0, climb) / KMH) * KMH,
        np.round((105e3 + 300.0 * t - 4.6 * t**2) / 100.0) * 100.0,
    )
    updates = webcast_updates(readings_of(*rows, t0), (SCREEN,), t0, lat_deg=28.5, azimuth_deg=90.0)
    assert updates[-1].verdict is Verdict.WILL_NOT_REACH_ORBIT
    told = first(updates, Verdict.WILL_NOT_REACH_ORBIT)
    assert told is not None
    assert 75.0 < told.t_s < 85.0  # 105 km + 300 t - 4.6 t2 falls through 100 km at 79 s
    (decider,) = told.decided_by
    assert decider.sensor == "screen"
    assert 1 <= decider.first_seq < decider.last_seq == round(told.t_s) + 1
    assert decider.count == decider.last_seq - decider.first_seq + 1


def test_order_and_doubles_change_nothing(t0) -> None:
    readings = readings_of(*falcon(1), t0)
    mixed = [readings[i] for i in np.random.default_rng(5).permutation(len(readings))] + readings[3:9]
    assert webcast_updates(mixed, (SCREEN,), t0) == pytest.approx(webcast_updates(readings, (SCREEN,), t0))
    assert np.array_equal(np.array(webcast_rows(mixed, (SCREEN,), t0)), np.array(webcast_rows(readings, (SCREEN,), t0)))


def test_rows_take_the_clock_off_and_leave_other_sensors_alone(t0) -> None:
    late = Sensor(
        name="late", title="x", kind=SensorKind.WEBCAST, sigma_speed_mps=1.0, sigma_alt_m=50.0, clock_offset_s=2.0,
        source="assumed",
    )  # fmt: skip
    radar = Sensor(name="radar", title="x", sigma_range_m=30.0, source="assumed")
    there = t0 + timedelta(seconds=12.0)
    readings = [
        Reading(t=there, sensor="late", speed_mps=70.0),
        Reading(t=there, sensor="radar", range_m=5e4),
        Reading(t=there, sensor="nobody", speed_mps=1.0),
    ]
    t, v, h, sv, sh = webcast_rows(readings, (late, radar), t0)
    assert (t.tolist(), v.tolist(), sv.tolist(), sh.tolist()) == ([10.0], [70.0], [1.0], [50.0])
    assert np.isnan(h).all()


def test_a_screen_that_hangs_is_no_cut_off(nominal) -> None:
    flight, (t, v, h), _ = nominal
    v, h = v.copy(), h.copy()
    hung = (t >= 520.0) & (t < 527.0)
    v[hung], h[hung] = v[t == 519.0], h[t == 519.0]
    early = t < 700.0
    track = watch_webcast(t[early], v[early], h[early], sigma_alt_m=40.0, **course(flight))
    assert [event.kind for event in track.events] == ["cut-off", "ignition"]
    assert not track.used[(track.t_s >= 520.0) & (track.t_s < 527.0)].any()
    assert track.used[track.t_s >= 527.0].all()


def test_a_level_circular_orbit_shows_like_a_hung_screen_and_only_the_plan_tells_them_apart(nominal, t0) -> None:
    flight, (t, v, h), with_plan = nominal
    assert np.ptp(v[t > 706.0]) == 0.0  # nothing moves any more on this screen
    late = t > 640.0
    without = watch_webcast(t[late], v[late], h[late], sigma_alt_m=40.0)
    assert without.events == ()
    assert not without.used[without.t_s > 707.0].any()
    assert with_plan.used[with_plan.t_s > 705.0].all()
    updates = webcast_updates(readings_of(t[late], v[late], h[late], t0), (SCREEN,), t0, **course(flight))
    assert updates[-1].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("gap_s", [11.0, 60.0])
@pytest.mark.parametrize("hangs", [False, True])
def test_silence_and_a_hung_screen_end_in_unknown(gap_s, hangs, nominal, climb_burns, t0) -> None:
    flight, (t, v, h), _ = nominal
    near = (t > 470.0) & (t < 520.0 + gap_s + 20.0)
    t, v, h = t[near], v[near].copy(), h[near].copy()
    quiet = (t > 520.0) & (t < 520.0 + gap_s)
    v[quiet], h[quiet] = (v[t == 520.0], h[t == 520.0]) if hangs else (np.nan, np.nan)
    readings = readings_of(t, v, h, t0)
    updates = webcast_updates(readings, (SCREEN,), t0, burns=climb_burns, **course(flight))
    told = [update for update in updates if 520.5 < update.t_s < 520.0 + gap_s]
    assert [(update.verdict, update.t_s, update.read_s) for update in told] == [(Verdict.UNKNOWN, 530.0, 10.0)]
    assert math.isnan(told[0].p_orbit)  # under power the orbit is not known any more
    assert updates[-1].verdict is Verdict.NOMINAL
    ended = [reading for reading in readings if reading.t <= t0 + timedelta(seconds=520.0)]
    after = webcast_updates(ended, (SCREEN,), t0, burns=climb_burns, until_t_s=520.0 + gap_s)
    assert after[-1].verdict is Verdict.UNKNOWN
    assert after[-1].t_s == 520.0 + gap_s


def test_nonsense_in_a_tenth_of_the_numbers_moves_no_event(nominal, climb_burns) -> None:
    flight, (t, v, h), clean = nominal
    draw = np.random.default_rng(11)
    v, h = v.copy(), h.copy()
    v[draw.uniform(size=t.size) < 0.1] *= draw.choice([0.1, 0.5, 0.9, 1.1, 10.0])
    bad = draw.uniform(size=t.size) < 0.1
    h[bad] = draw.uniform(0.0, 600e3, bad.sum())
    gone = draw.uniform(size=t.size) < 0.1
    v[gone] = np.nan
    track = watch_webcast(
        t, v, h, sigma_alt_m=40.0, burns=climb_burns, tuning=WebcastTuning(p_wild=0.1), **course(flight)
    )
    assert [event.kind for event in track.events] == [event.kind for event in clean.events]
    for event, other in zip(track.events, clean.events, strict=True):
        assert event.t_s == pytest.approx(other.t_s, abs=0.5)
    assert track.p_orbit[-1] > 0.99


def test_heights_misread_for_seconds_are_found_again() -> None:
    """A display of 2018 fell behind by 120 m a second for five seconds and then jumped a kilometre."""
    t, v, h = falcon(0)
    h = h.copy()
    h[4:10] -= 120.0 * np.arange(1, 7)
    track = watch_webcast(t, v, h)
    assert abs(track.alt_m[-1] - h[-1]) < 4.0 * track.alt_sigma_m[-1]
    assert [event.kind for event in track.events] == ["cut-off", "ignition"]


def test_speed_without_height_says_nothing(t0) -> None:
    t, v, h = falcon(0)
    assert watch_webcast(t, v, np.full_like(h, np.nan)).t_s.size == 0
    assert watch_webcast(t, np.full_like(v, np.nan), h).events == ()
    readings = readings_of(t, v, np.full_like(h, np.nan), t0)
    assert webcast_updates(readings, (SCREEN,), t0) == ()
    (told,) = webcast_updates(readings, (SCREEN,), t0, until_t_s=200.0)
    assert told.verdict is Verdict.UNKNOWN
    assert webcast_updates((), (SCREEN,), t0) == ()


@pytest.mark.parametrize(("lat_deg", "azimuth_deg", "share"), [(0.0, 90.0, 1.0), (0.0, 270.0, -1.0), (0.0, 0.0, 0.0)])
def test_a_circular_orbit_by_hand(lat_deg, azimuth_deg, share) -> None:
    """Circular speed at 300 km over the equator less the Earth's own: perigee and apogee are 300 km."""
    r = wgs84.RE_M + 300e3
    spin, circular = wgs84.OMEGA_RADPS * r, math.sqrt(wgs84.GM_M3PS2 / r)
    speed = math.sqrt(circular**2 - spin**2) if share == 0.0 else circular - share * spin
    exact = WebcastTuning(sigma_lat_deg=1e-6, sigma_azimuth_deg=1e-6, sigma_zero_m=1e-3, sigma_gauge_mps=1e-6)
    t = np.arange(2.0)
    track = watch_webcast(
        t, [speed, speed + 1e-9], [300e3, 300e3 + 1e-6], sigma_speed_mps=1e-6, sigma_alt_m=1e-3,
        lat_deg=lat_deg, azimuth_deg=azimuth_deg, tuning=exact,
    )  # fmt: skip
    assert track.perigee_m[0] == pytest.approx(300e3, abs=2e3)  # the filter opens with half a metre a second of doubt
    assert track.apogee_m[0] == pytest.approx(300e3, abs=2e3)


def test_updates_are_plain_json(t0) -> None:
    updates = webcast_updates(readings_of(*falcon(0), t0), (SCREEN,), t0, until_t_s=250.0)
    for update in updates:
        row = json.loads(json.dumps(update_row(update, t0), allow_nan=False))
        assert row["impact"] is None
        assert row["r_ecef_m"] == [None, None, None]
    steps = [later.t_s - sooner.t_s for sooner, later in itertools.pairwise(updates[:-2])]
    assert max(steps) <= Rules().every_s + 1e-6  # a beat while it is heard; then the clock, then the end


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({"t_s": [1.0, 0.0]}, "time going backwards"),
        ({"t_s": [0.0, math.nan]}, "NaN"),
        ({"alt_m": [1.0]}, "shapes"),
        ({"sigma_speed_mps": 0.0}, "not above zero"),
        ({"sigma_alt_m": math.nan}, "not above zero"),
    ],
)
def test_bad_arrays_are_refused_with_a_cure(change, seen) -> None:
    given = {"t_s": [0.0, 1.0], "speed_mps": [1.0, 2.0], "alt_m": [0.0, 1.0]} | change
    with pytest.raises(InputError, match=seen):
        watch_webcast(**given)


def test_a_time_before_the_last_reading_is_refused(t0) -> None:
    with pytest.raises(InputError, match="before the last reading"):
        webcast_updates(readings_of(*falcon(0), t0), (SCREEN,), t0, until_t_s=150.0)
