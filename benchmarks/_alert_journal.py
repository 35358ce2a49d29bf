"""What `alert.py` asks of the journal: how fast it takes small entries that wait for the disk, how long a check of all takes.

A PostgreSQL server of its own is started where the programs are installed, as the tests do (tests/conftest.py); it waits for
the disk too. Run by itself: nothing.
"""

from __future__ import annotations

import runpy
import tempfile
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from _alert_office import TESTS, at_work, made
from _report import digits, version

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = "/usr/lib/postgresql/*/bin"


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Return the middle and the slowest hundredth, in milliseconds."""
    return {f"p{q}_ms": digits(1e3 * float(np.percentile(seconds, q))) for q in (50, 99)}


def journal(folder: Path, entries: int, database: str | None = None) -> dict[str, Any]:
    """Fill a journal with small entries, one a transaction, and check it whole."""
    for desk in at_work(made(folder, database)):
        took: list[float] = []
        for number in range(entries - 1):  # the first is that it was opened
            desk.clock.now += timedelta(seconds=1)
            begin = time.perf_counter()
            desk.office.set_clock(desk.people[0], because=f"entry {number}")
            took.append(time.perf_counter() - begin)
        begin, cpu = time.perf_counter(), time.process_time()
        problems = desk.office.journal.check()
        whole = time.perf_counter() - begin, time.process_time() - cpu
        if problems:
            raise SystemExit(f"{problems[0]}")
    return {
        "entries": entries,
        "appends_per_s": digits(len(took) / sum(took)),
        **percentiles(took),
        "check_s": digits(whole[0]),
        "check_cpu_s": digits(whole[1]),
    }


@contextmanager
def postgresql() -> Iterator[str | None]:
    """Yield the address of an empty database on a server of our own; None where PostgreSQL or its driver is missing."""
    found = sorted(Path("/").glob(f"{PROGRAMS[1:]}/initdb"))
    if not found or version("psycopg") is None:
        yield None
        return
    kind = runpy.run_path(str(TESTS / "conftest.py"))["Postgres"]
    with tempfile.TemporaryDirectory(prefix="dr-pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        server = kind(found[-1].parent, Path(folder))
        server.make()
        server.start()
        try:
            yield server.new_database()
        finally:
            server.stop()
