"""A small search, and a program that runs it in a process of its own, which tests interrupt, kill or hold up.

python search_toy.py FOLDER WORKERS
"""

from __future__ import annotations

import signal
import sys
from datetime import UTC, datetime

import numpy as np

from downrange.coverage import Cone, Sensor, points_at
from downrange.coverage.layouts import sun_synchronous
from downrange.coverage.search import Found, search
from downrange.coverage.search_limits import Limits
from downrange.coverage.search_score import Objective

START = datetime(2024, 6, 1, tzinfo=UTC)
ORBIT = sun_synchronous(500e3, 10.5, START)
POINTS = points_at(*np.meshgrid([34.0, 38.0, 42.0], [125.0, 127.0, 129.0]))
SENSOR = Sensor(field=Cone(half_angle_deg=20.0))
LIMITS = Limits(satellites=(2, 3), alt_m=(480e3, 520e3), sun_synchronous=True)


def toy(objective: Objective | None = None, **changes) -> Found:
    """Search, with something changed."""
    asked = {
        "limits": LIMITS,
        "points": POINTS,
        "sensor": SENSOR,
        "objective": objective or Objective(),
        "reference": ORBIT,
        "start": START,
        "days": 3.0,
        "candidates": 60,
        "workers": 1,
    }
    return search(**(asked | changes))


def tell(done: int, _wanted: int, _best: float) -> None:
    """Print how many layouts are done."""
    sys.stdout.write(f"{done}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts us in the background ignores it
    toy(folder=sys.argv[1], workers=int(sys.argv[2]), say=tell, candidates=300)
