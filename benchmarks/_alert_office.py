"""What `alert.py` shares: an office in a temporary folder, and a launch that puts a dozen real municipalities under warning.

The office is that of the tests (tests/alert/office_kit.py): status Actual, two people who approve, an SQLite journal that
waits for the disk, one directory channel. The places are the product's own. Run by itself: nothing.
"""

from __future__ import annotations

import runpy
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from downrange.alert import Event, Status, load_pins, open_office, read_cap, verify_xml
from downrange.earth import alert_places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from downrange.alert import Office, Signer

TESTS = Path(__file__).parents[1] / "tests"
MIDDLE = (34.42, 125.5)  # off the south-west of Korea, where townships are many islands
SPREAD_DEG = 0.06
ROWS = 2_000  # falls that a look is given
START = datetime(2023, 6, 1, tzinfo=UTC)  # while the agency of the tests has a valid certificate
APART = timedelta(hours=8)  # from one launch to the next: the warnings of the one before are over by then
ARRIVAL_S = 420.0
PHASES = ("look", "approve", "approve again", "issue and send", "read back and verify")


@cache
def kit() -> SimpleNamespace:
    """Return the tests' office."""
    return SimpleNamespace(**runpy.run_path(str(TESTS / "alert" / "office_kit.py")))


def made(folder: Path, database: str | None = None) -> Path:
    """Make an office with one directory channel in a folder, and return the folder."""
    channel = kit().channel_table("files", "directory", Status.ACTUAL, folder="out")
    return Path(kit().make(folder, status=Status.ACTUAL, database=database, channels=channel))


def falls(number: int) -> SimpleNamespace:
    """Return what falls in a launch, each a little to the side of the one before."""
    draw = np.random.default_rng(number)
    lat_deg, lon_deg = MIDDLE
    return SimpleNamespace(
        lat_deg=draw.normal(lat_deg + draw.uniform(-0.02, 0.02), SPREAD_DEG, ROWS),
        lon_deg=draw.normal(lon_deg + draw.uniform(-0.02, 0.02), SPREAD_DEG, ROWS),
        t_s=draw.normal(ARRIVAL_S, 5.0, ROWS),
        p=np.full(ROWS, 1.0 / ROWS),
        body_index=np.zeros(ROWS, dtype=np.int64),
        bodies=("stage 1",),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision: seconds by the clock and of the processor, a phase each, and what came out."""

    wall_s: tuple[float, ...]
    cpu_s: tuple[float, ...]
    places: int
    languages: int
    kilobytes: float


@dataclass(slots=True, kw_only=True)
class Desk:
    """An office at work: a clock in hand, two people, and the places."""

    office: Office
    folder: Path
    people: tuple[Signer, ...]
    clock: Any
    places: tuple[Any, ...] = field(default_factory=alert_places)

    def decide(self, number: int) -> Decision:
        """Take one launch from what falls to a signed file that holds; raise if anything on the way is not so."""
        t0 = START + number * APART
        event = Event(code=f"bench-{number:05d}", t0=t0, origin=kit().EVENT.origin)
        crowd = falls(number)
        self.clock.now = t0 + timedelta(seconds=60)
        self.office.tick()
        marks = [_now()]
        (one,) = self.office.look(event, crowd, self.places, t_s=60.0, verdict="nominal", p=0.99)
        marks.append(_now())
        for person in self.people:
            self.office.approve(one.name, person, digest=self.office.book.dispatch(one.name).digest)
            marks.append(_now())
        sent = self.office.issue(one.name)
        marks.append(_now())
        pins = load_pins((self.folder / "keys" / "agency.pem",))
        files = [self.folder / "out" / f"{message.identifier}.xml" for message in sent.signed]
        read = [verify_xml(file.read_bytes(), pins, self.clock.now) for file in files]
        marks.append(_now())
        if sent.undelivered or not read:
            raise SystemExit(f"{event.code}: {sent.undelivered} did not arrive")
        languages = {info.language for one in read for info in read_cap(one.xml).infos}
        steps = list(pairwise(marks))
        return Decision(
            wall_s=tuple(after[0] - before[0] for before, after in steps),
            cpu_s=tuple(after[1] - before[1] for before, after in steps),
            places=len(sent.proposed.codes),
            languages=len(languages),
            kilobytes=sum(file.stat().st_size for file in files) / 1e3,
        )


def _now() -> tuple[float, float]:
    """Return the time by the clock and that of the processor."""
    return time.perf_counter(), time.process_time()


def at_work(folder: Path) -> Iterator[Desk]:
    """Yield an office at work, and close it."""
    clock = kit().Clock(START)
    office = open_office(folder, places=alert_places(), now=clock)
    try:
        office.warm(alert_places())
        people = tuple(kit().signer(folder, name) for name in kit().PEOPLE[:2])
        yield Desk(office=office, folder=folder, people=people, clock=clock)
    finally:
        office.close()
