"""The watch over a flight: what may come down before and after thrust is lost, and that looking at fewer places loses none."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from downrange.alert import Kind, load_policy
from downrange.corridor import Hazards
from downrange.earth import places
from downrange.fall import Falls
from downrange.replay import situations
from downrange.replay.situations import Stack, _reached, _track, keep_watch


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
    found = {place.code for place in _reached(near, places(), policy)}
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
    monkeypatch.setattr(situations, "_reached", lambda _falls, every, _policy: tuple(every))
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


def test_the_ground_track_is_thinned_to_one_point_a_tick(august) -> None:
    heard = [update for update in august.replay.watched.updates if update.read_s == 0.0]
    track = _track(heard)
    assert (np.diff(track[:, 0]) >= situations.TICK_S).all()
    assert track[0, 0] == pytest.approx(heard[0].t_s)
    assert track[:, 1].min() < 20.0
    assert track[:, 1].max() > 38.5
