"""What is shown of readings: the same in tables, document and files, and nothing shown that is not known."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from downrange.replay.show_track import track_shown
from downrange.replay.tracking import Tracked
from downrange.replay.tracking_files import track_files
from downrange.track import Fault, Intake, assess, launch_point


def told(**changed: object) -> Tracked:
    nothing = dict.fromkeys(("track", "pieces", "launch", "bounds", "region"))
    return Tracked(**{**nothing, "later": 0, "aside": 0, "updates": (), **changed})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def august_told(august) -> Tracked:
    watched, t0 = august.replay.watched, august.replay.watched.track.t0
    track = watched.track
    launch = launch_point(track.t_s, track.r_ecef_m, track.cov)
    intake = Intake(readings=(), faults=(Fault(where="x: line 1", key="t", seen="noon", cure="give a time"),), lines=1)
    return told(t0=t0, intake=intake, track=track, updates=watched.updates, launch=launch)


def test_verdicts_are_shown_where_they_change(august_told: Tracked) -> None:
    tables, document = track_shown(august_told)
    shown = {table.title: table for table in tables}
    verdicts = [row[1] for row in shown["Verdicts, where they change"].rows]
    assert all(one != two for one, two in pairwise(verdicts))
    assert "THRUST_LOST" in verdicts
    assert len(document["updates"]) == len(august_told.updates)
    assert document["updates"][-1]["decided_by"][0]["count"] >= 1
    assert document["faults"] == [{"where": "x: line 1", "key": "t", "seen": "noon", "cure": "give a time"}]
    estimate = shown["Where it left the ground"].rows[0]
    assert estimate[1].startswith("39.")
    assert document["launch_point"]["site"].startswith("sohae")


def test_the_lines_of_a_track_are_its_updates(august_told: Tracked) -> None:
    files = track_files(august_told, track_shown(august_told)[1])
    lines = [json.loads(line) for line in files["track.jsonl"].splitlines()]
    assert lines == json.loads(files["track.json"])["updates"]
    drawn = json.loads(files["impact.geojson"])["features"]
    assert {feature["properties"]["kind"] for feature in drawn} == {"impact point", "launch point"}


def test_a_flight_that_nobody_fixed_is_unknown(august_told: Tracked) -> None:
    tables, document = track_shown(
        told(
            t0=august_told.t0,
            intake=Intake(readings=(), faults=(), lines=0),
            updates=assess(_nothing(august_told), until_t_s=50.0),
        )
    )
    assert tables[1].rows[0][1:5] == ("UNKNOWN", "1.000", "none known", "unknown")
    assert document["updates"][0]["impact"] is None
    ends = dict(tables[2].rows)
    assert ends["newest reading"] == "none"
    assert "inclination" not in ends  # what is not known is left out


def _nothing(done: Tracked):
    from downrange.track import follow, load_sensors

    return follow((), load_sensors("generic"), done.t0)
