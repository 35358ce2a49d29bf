"""The 24 Falcon ascents as their webcasts showed them, second by second: every labelled cut-off, and the orbit.

Eight flights were looked at while the reader was tuned; the other sixteen were not. Run as a program it prints the table.
"""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from downrange.track import Reading, Sensor, Update, Verdict
from downrange.track.model import SensorKind
from downrange.track.webcast import WebcastTrack, assess_webcast, watch_webcast, webcast_rows

FOLDER = Path(__file__).parents[3] / "shared" / "verification" / "falcon9"
SCREEN = Sensor(
    name="screen", title="a broadcast", kind=SensorKind.WEBCAST, sigma_speed_mps=0.3, sigma_alt_m=30.0, source="assumed"
)
T0 = datetime(2018, 1, 1, tzinfo=UTC)
TUNED_ON = frozenset(
    ("DM-1", "GPS III SV01", "Inmarsat-5 F4", "JCSAT-16", "SES-10", "SpaceX CRS-13", "SpaceX CRS-8", "Thaicom 8")
)
# Launch latitude and course over the ground [deg]: due east for transfer orbits, 45 for an inclination near 52, assumed.
EAST = (28.5, 90.0)
COURSES = {
    "Iridium NEXT 1": (34.6, 188.0),
    "Orbcomm OG2": (28.5, 46.0),
    "GPS III SV01": (28.5, 45.0),
    **dict.fromkeys(("DM-1", *(f"SpaceX CRS-{n}" for n in (8, 9, 10, 13, 14, 16))), (28.6, 45.0)),
}
# Its last four seconds show speed no longer rising, 25 to 40 m/s2 gone; the file carries no label for it.
UNLABELLED_S = {"TelStar v19": 495.0}
LATE_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Ascent:
    """One flight: what the file labels, and what is made of its numbers."""

    name: str
    meco_s: float
    seco_s: float | None
    track: WebcastTrack
    updates: tuple[Update, ...]


@cache
def ascents() -> tuple[Ascent, ...]:
    """Follow all files."""
    if not FOLDER.exists():
        pytest.skip("no ../shared/verification/falcon9")
    index = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
    return tuple(followed(mission) for mission in index["missions"])


def followed(mission: dict) -> Ascent:
    """Follow one file; its heights are in kilometres. No plan is given."""
    with (FOLDER / mission["file"]).open(newline="", encoding="utf-8") as file:
        readings = [
            Reading(
                t=T0 + timedelta(seconds=float(row["time"])),
                sensor="screen",
                speed_mps=float(row["velocity"]),
                alt_m=1e3 * float(row["altitude"]),
            )
            for row in csv.DictReader(file)
        ]
    lat_deg, azimuth_deg = COURSES.get(mission["mission"], EAST)
    t, v, h, sigma_v, sigma_h = webcast_rows(readings, (SCREEN,), T0)
    track = watch_webcast(
        t, v, h, sigma_speed_mps=sigma_v, sigma_alt_m=sigma_h, lat_deg=lat_deg, azimuth_deg=azimuth_deg
    )
    return Ascent(
        name=mission["mission"],
        meco_s=float(mission["events"]["meco"]),
        seco_s=mission["events"]["seco1"],
        track=track,
        updates=assess_webcast(track),
    )


def labels(ascent: Ascent) -> list[float]:
    """Return the times of the cut-offs there are."""
    late = ascent.seco_s if ascent.seco_s is not None else UNLABELLED_S.get(ascent.name)
    return [ascent.meco_s] if late is None else [ascent.meco_s, float(late)]


def test_every_labelled_cut_off_is_found_within_two_seconds_and_none_is_invented() -> None:
    assert len(ascents()) == 24
    for ascent in ascents():
        cut_offs = [event for event in ascent.track.events if event.kind == "cut-off"]
        assert len(cut_offs) == len(labels(ascent)), ascent.name
        for event, label_s in zip(cut_offs, labels(ascent), strict=True):
            assert abs(event.t_s - label_s) <= LATE_S, ascent.name
            assert 0.0 <= event.decided_s - label_s <= LATE_S, ascent.name
            assert event.p > 0.99


def test_between_them_the_second_stage_is_seen_to_start() -> None:
    for ascent in ascents():
        (start,) = (event for event in ascent.track.events if event.kind == "ignition")
        assert ascent.meco_s + 8.0 <= start.t_s <= ascent.meco_s + 12.0, ascent.name


def test_the_orbit_is_called_where_the_file_goes_on_to_it_and_nowhere_else() -> None:
    for ascent in ascents():
        called = [u for u in ascent.updates if u.verdict in (Verdict.IN_ORBIT, Verdict.WILL_REACH_ORBIT)]
        if len(labels(ascent)) == 2:
            assert ascent.updates[-1].verdict is Verdict.IN_ORBIT, ascent.name
            assert ascent.updates[-1].p_orbit > 0.99
            assert called[0].t_s >= labels(ascent)[1] - 10.0, ascent.name
        elif ascent.name == "GPS III SV01":  # ends under power, fast enough already: it did reach its orbit
            assert ascent.updates[-1].verdict is Verdict.WILL_REACH_ORBIT
        else:
            assert not called, ascent.name
            assert ascent.updates[-1].verdict is Verdict.UNKNOWN, ascent.name
        assert not [u for u in ascent.updates if u.verdict is Verdict.WILL_NOT_REACH_ORBIT]


def table() -> list[str]:
    """Return the table, a line for each cut-off."""
    out = ["mission            label  found  (diff)  decided (diff)  p_orbit  call"]
    for ascent in ascents():
        star = "*" if ascent.name in TUNED_ON else " "
        cut_offs = [event for event in ascent.track.events if event.kind == "cut-off"]
        end = ascent.updates[-1]
        for event, label_s in zip(cut_offs, labels(ascent), strict=True):
            last = label_s == labels(ascent)[-1]
            told = f"{end.p_orbit:.3f}  {end.verdict}" if last else ""
            found, decided = event.t_s - label_s, event.decided_s - label_s
            note = " (no label)" if label_s == UNLABELLED_S.get(ascent.name, math.nan) else ""
            out.append(
                f"{ascent.name + star:<18} {label_s:5.0f}  {event.t_s:6.2f} ({found:+5.2f})  {event.decided_s:5.0f} "
                f"({decided:+.0f})  {told}{note}"
            )
    return out


if __name__ == "__main__":
    import sys

    sys.stdout.write("\n".join(table()) + "\n")
