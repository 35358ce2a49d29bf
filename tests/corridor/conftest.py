"""One plan before the launch of August 2023 for all tests that look at it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from downrange.base import Window
from downrange.corridor import Plan, Target, load_fits, load_record, plan
from downrange.notice import read

# The second-stage area and the window of August 2023, in the public syntax.
NOTICE = """
211950Z AUG 23
NAVAREA XI.
1. HAZARDOUS OPERATIONS, ROCKET LAUNCHING
   FROM 231500 UTC AUG 2023 TO 301500 UTC AUG 2023
   IN AREA BOUND BY
   14-54-10N 128-40-06E, 15-01-42N 129-24-03E, 11-26-49N 129-54-08E, 11-19-18N 129-10-50E.
2. CANCEL THIS MSG 301600Z AUG 23.
"""


@pytest.fixture(scope="session")
def before() -> Plan:
    (notice,) = read(NOTICE)
    first_stage = Target(label="A", lat_deg=(36.10,), lon_deg=(123.54,), radius_m=25e3)
    return plan(load_record("chollima-1"), load_fits("chollima-1"), [first_stage, *notice.areas], runs=500, seed=4)


@pytest.fixture(scope="session")
def window() -> Window:
    return Window(opens=datetime(2023, 8, 23, 15, tzinfo=UTC), closes=datetime(2023, 8, 30, 15, tzinfo=UTC))
