"""Doors for single commands: fragments in, impacts out, in the agreed forms."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from downrange.base import InputError
from downrange.earth import load_site
from downrange.fall import FRAGMENTS, impacts_csv
from downrange.flight import fly, load_vehicle_and_plan
from downrange.replay import drop_bodies, drop_fragments
from downrange.replay.doors import intake_about, programme_of
from downrange.track import load_sensors

# element set of Malligyong-1, epoch 2024-06-07, public catalogue


def test_impacts_come_in_the_order_of_the_fragments(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    # far south thrown north; straight down; one in orbit
    path.write_text(
        f"# remark\n{FRAGMENTS}\n-33,151,20000,0,300,0,100\n10,20,5000,0,0,0,1000\n0,0,500000,7700,0,0,500\n"
    )
    falls = drop_fragments(path)
    assert falls.lat_deg[0] > -33.0
    assert falls.lat_deg[1] == pytest.approx(10.0, abs=1e-3)
    assert np.isnan(falls.lat_deg[2])
    lines = impacts_csv(falls).splitlines()
    assert lines[0] == "lat_deg,lon_deg,t_s,speed_mps"
    assert len(lines) == 4
    assert lines[3] == ",,,"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        drop_fragments(tmp_path / "none.csv")


def test_a_programme_says_what_burns_when_and_when_the_fairing_leaves() -> None:
    planned = programme_of("chollima-1", "sohae-coastal")
    assert [stage for _, _, stage in planned.burns] == [1, 2, 3]
    assert all(start < stop for start, stop, _ in planned.burns)
    assert [(100.0 < t_s < 400.0, halves) for t_s, halves in planned.expected] == [(True, 2)]
    assert programme_of(None, None).burns == ()
    with pytest.raises(InputError, match="--site: missing"):
        programme_of("chollima-1", None)


def test_every_body_of_a_flight_comes_down() -> None:
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    flight = fly(vehicle, load_site("sohae-coastal"), plan)
    falls = drop_bodies(flight)
    assert len(falls.lat_deg) == len(flight.bodies) == 3
    assert np.isfinite(falls.lat_deg).all()
    assert (falls.t_s > [body.t_s for body in flight.bodies]).all()


READING = '{"t": "2023-05-30T21:28:00Z", "sensor": "west-coast", "range_m": 191000}\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "mine.jsonl: no reading"),
        ("# a remark only\n", "mine.jsonl: no reading"),
        (READING.replace("west-coast", "moon"), "line 1: sensor: 'moon' is not in the sensor file"),
        (READING.replace("2023-05", "2003-05"), "check --t0|Check --t0"),
    ],
)
def test_readings_that_cannot_be_of_this_launch_are_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, match=told):
        intake_about(path, load_sensors("2023-invented"), datetime(2023, 5, 30, 21, 27, tzinfo=UTC))


def test_a_sensor_that_counts_both_ways_must_be_known(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text(READING)
    with pytest.raises(InputError, match="--round-trip: no sensor 'moon'"):
        intake_about(tmp_path / "mine.jsonl", load_sensors("2023-invented"), None, ("moon",))
