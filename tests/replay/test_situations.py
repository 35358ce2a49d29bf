"""The watch over a flight: what may come down before and after thrust is lost, and that looking at fewer places loses none."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import shapely

from downrange.alert import Kind, load_policy
from downrange.corridor import Hazards
from downrange.earth import places
from downrange.fall import Falls
from downrange.replay import outlook
from downrange.replay.outlook import TICK_S, Sight, heard_of, reached
from downrange.replay.situations import Stack, keep_watch


def test_the_places_looked_at_are_those_with_a_row_within_twice_the_margin() -> None:
    policy = load_policy("founding")
    islet = next(place for place in places() if place.code == "KR-28720330")
    near = Falls(
        lat_deg=np.array([islet.lat_deg, np.nan]),
        lon_deg=np.array([islet.lon_deg - 0.5, np.nan]),
        t_s=np.array([300.0, np.nan]),
        p=np.array([1.0, 0.0]),
        body_index=np.array([0, 0]),
        bodies=("stage",),
        source="test",
    )
    found = {place.code for place in reached(near, places(), policy)}
    assert islet.code in found
    point = shapely.Point(islet.lon_deg - 0.5, islet.lat_deg)
    for place in places():
        if place.geometry_lonlat.distance(point) * 111.2e3 * 0.78 < policy.margin_m:
            assert place.code in found


def test_looking_at_every_place_gives_the_same_actions(august, monkeypatch) -> None:
    replay = august.replay
    hazards, watched, stack = made(replay)
    parents = {place.parent_code for place in places()}
    few = [place for place in places() if place.code not in parents]
    policy = load_policy("founding")
    part = keep_watch(hazards, watched, few, policy, stack)
    monkeypatch.setattr(outlook, "reached", lambda _falls, every, _policy: tuple(every))
    whole = keep_watch(hazards, watched, few, policy, stack)
    assert [(a.kind, a.t_s, [p.code for p in a.places]) for a in whole] == [
        (a.kind, a.t_s, [p.code for p in a.places]) for a in part
    ]


def made(replay) -> tuple[Hazards, object, Stack]:
    from downrange.corridor import launch_hazards, load_fits, load_record

    record, fits = load_record("chollima-1"), load_fits("chollima-1")
    hazards = launch_hazards(record, fits, runs=400, seed=3)
    releases = tuple((body.name, float(body.t_s)) for body in replay.planned.bodies)
    stack = Stack(name="stage 3 and payload", beta_kgpm2=3000.0, releases=releases, runs=200, seed=3)
    return hazards, replay.watched, stack


def test_every_warning_is_lifted_and_no_lift_comes_before_its_warning(august, nominal) -> None:
    for done in (august, nominal):
        first: dict[str, float] = {}
        for action in done.replay.actions:
            for place in action.places:
                if action.kind is Kind.LIFT:
                    assert action.t_s > first.pop(place.code)
                else:
                    first.setdefault(place.code, action.t_s)
        assert first == {}


def test_nothing_is_lifted_on_the_word_of_a_track_not_yet_heard(may) -> None:
    first = may.document["track"]["verdicts"][0]["t_s"]
    lifts = [alert for alert in may.document["alerts"] if alert["kind"] == "lift"]
    assert lifts
    t0 = np.datetime64(may.document["scenario"]["t0"].rstrip("Z"))
    for lift in lifts:
        assert (np.datetime64(lift["sent"].rstrip("Z")) - t0) / np.timedelta64(1, "s") > first


def test_what_was_heard_leaves_silence_out(august) -> None:
    updates = august.replay.watched.updates
    heard = heard_of(updates)
    assert len(heard) == sum(update.read_s == 0.0 for update in updates)
    assert (np.diff(heard.t_s) > 0.0).all()
    assert np.isfinite(heard.state_ecef).all()


def test_a_vehicle_not_heard_frees_nobody_until_it_is_heard_again(nominal) -> None:
    """Cut everything out between T+200 s and T+500 s: whoever was warned then stays so, whatever time it is."""
    hazards, watched, stack = made(nominal.replay)
    policy = load_policy("founding")
    deaf = replace(watched, updates=tuple(u for u in watched.updates if not 200.0 < u.t_s < 500.0))
    actions = keep_watch(hazards, deaf, places(), policy, stack)
    assert any(action.t_s < 200.0 for action in actions if action.kind is Kind.ISSUE)
    assert not [
        action for action in actions if action.kind is Kind.LIFT and 200.0 + outlook.SILENCE_S < action.t_s < 500.0
    ]
    assert [action for action in actions if action.kind is Kind.LIFT and action.t_s >= 500.0]


def test_a_look_is_the_same_whatever_was_looked_at_before(august) -> None:
    hazards, watched, stack = made(august.replay)
    policy = load_policy("founding")
    heard = heard_of(watched.updates)
    known = outlook.Outlook(hazards, places(), policy, stack, from_s=float(heard.t_s[0]))
    one, other = Sight(known, heard), Sight(known, heard)
    times = [float(heard.t_s[0]), 60.0, 200.0, 320.0, 600.0]
    forth = [one.situation(t_s) for t_s in times]
    back = [other.situation(t_s) for t_s in reversed(times)]
    assert [repr(seen) for seen in forth] == [repr(seen) for seen in reversed(back)]
    assert forth[3].verdict != "unknown"
    assert math.isfinite(one.since_s(320.0))
    assert one.since_s(200.0) == math.inf


def test_looks_are_taken_on_the_clock_after_the_first(august) -> None:
    first_s = august.replay.watched.updates[0].t_s
    times = [action.t_s for action in august.replay.actions]
    assert min(times) >= first_s
    assert all(t_s % TICK_S == 0.0 for t_s in times if t_s > first_s)
