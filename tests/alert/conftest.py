"""Places and crowds whose answers can be worked out by hand."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pytest
import shapely

from downrange.alert import Event, load_policy
from downrange.base import KST
from downrange.fall import Falls

# Programs that tests start, and what they share; no tests, and no modules either.
collect_ignore = ["kill_server.py", "life_witness.py", "office_kit.py"]


@dataclass(frozen=True, kw_only=True)
class Islet:
    """A place made up for a test: what the alert room needs of one, and nothing more."""

    code: str
    country: str
    level: str
    name_en: str
    name_ko: str
    name_ja: str
    people_low: float | None
    people_best: float | None
    people_high: float | None
    geometry_lonlat: Any = field(repr=False)


def make_place(code, lat_deg, lon_deg, *, country="KR", people=(90, 100, 110), half_deg=0.05, names=None):
    en, ko, ja = names or (f"Islet {code}", f"섬{code}", f"島{code}")
    low, best, high = people
    return Islet(
        code=code,
        country=country,
        level="township",
        name_en=en,
        name_ko=ko,
        name_ja=ja,
        people_low=low,
        people_best=best,
        people_high=high,
        geometry_lonlat=shapely.box(lon_deg - half_deg, lat_deg - half_deg, lon_deg + half_deg, lat_deg + half_deg),
    )


def make_crowd(*bodies):
    """Join bodies, each (lat_deg, lon_deg, t_s, p) arrays or numbers, into one crowd."""
    rows = [np.broadcast_arrays(*(np.atleast_1d(np.asarray(column, float)) for column in body)) for body in bodies]
    index = [np.full(row[0].size, i, dtype=np.int64) for i, row in enumerate(rows)]
    lat_deg, lon_deg, t_s, p = (np.concatenate([row[k] for row in rows]) if rows else np.empty(0) for k in range(4))
    return Falls(
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        t_s=t_s,
        p=p,
        body_index=np.concatenate(index) if index else np.empty(0, dtype=np.int64),
        bodies=tuple(f"body {i}" for i in range(len(rows))),
        source="made up",
    )


@pytest.fixture(scope="session")
def policy():
    return load_policy()


@pytest.fixture(scope="session")
def place():
    return make_place


@pytest.fixture(scope="session")
def crowd():
    return make_crowd


@pytest.fixture(scope="session")
def event():
    return Event(
        code="2023-05-31",
        t0=datetime(2023, 5, 31, 6, 27, tzinfo=KST),
        origin={"en": "North Korea", "ko": "북한", "ja": "北朝鮮"},
    )
