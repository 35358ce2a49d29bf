"""An agency's office small enough to live through a whole launch in a second: six islets, three people, a clock in hand.

Not a test: the tests of the life of warnings build on it, in their own process or in one that will be killed.
"""

import shutil
import tomllib
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from types import SimpleNamespace

import numpy as np
import shapely

from downrange.alert import Event, Status
from downrange.alert.keys import load_signer, make_keys
from downrange.alert.office_files import make_office, open_office

T0 = datetime(2023, 5, 30, 21, 27, tzinfo=UTC)
MADE = T0 - timedelta(days=30)  # when the agency's certificate was made
PEOPLE = ("kim", "lee", "park")
EVENT = Event(
    code="2023-05-31", t0=T0, origin={"en": "North Korea", "ko": "북한", "ja": "北朝鮮", "zh": "朝鲜", "tl": "North Korea"}
)
ROWS = 400  # of a crowd; more than 1/p_warn is not needed where the answer is all or nothing
Islet = namedtuple(
    "Islet",
    "code country level name_en name_ko name_ja people_low people_best people_high geometry_lonlat",
)


def _islet(code, country, lat_deg, lon_deg):
    box = shapely.box(lon_deg - 0.05, lat_deg - 0.05, lon_deg + 0.05, lat_deg + 0.05)
    return Islet(code, country, "township", f"Islet {code[-2:]}", f"섬{code[-2:]}", f"島{code[-2:]}", 90, 100, 110, box)


# Far enough from one another that what falls on one is outside the margin (50 km) of the next.
PLACES = (
    _islet("KR-01", "KR", 37.9, 124.7),
    _islet("KR-02", "KR", 36.4, 124.7),
    _islet("KR-03", "KR", 34.9, 124.7),
    _islet("KR-04", "KR", 33.4, 124.7),
    _islet("JP-01", "JP", 25.9, 124.7),
    _islet("JP-02", "JP", 24.4, 124.7),
)
BY_CODE = {place.code: place for place in PLACES}
NOWHERE = (10.0, 150.0)  # open sea


class Clock:
    """The time of an office, moved by the test."""

    def __init__(self, now=T0):
        self.now = now

    def __call__(self):
        return self.now

    def go(self, seconds):
        self.now += timedelta(seconds=seconds)

    @property
    def t_s(self):
        return (self.now - T0).total_seconds()


def crowd(codes, arrival_s, *, spread_s=5.0):
    """Return falls that land on the islets named, in equal shares, and nowhere else; on open sea where none is."""
    spots = [(BY_CODE[code].geometry_lonlat.centroid.y, BY_CODE[code].geometry_lonlat.centroid.x) for code in codes]
    index = np.arange(ROWS) % max(1, len(spots))
    lat_deg, lon_deg = np.array(spots or [NOWHERE])[index].T
    return SimpleNamespace(
        lat_deg=np.ascontiguousarray(lat_deg),
        lon_deg=np.ascontiguousarray(lon_deg),
        t_s=np.linspace(arrival_s - spread_s, arrival_s + spread_s, ROWS),
        p=np.full(ROWS, 1.0 / ROWS),
        body_index=np.zeros(ROWS, dtype=np.int64),
        bodies=("stage 1",),
    )


def _toml(table, prefix=""):
    """Write a table of the policy back as TOML: strings, numbers, lists of strings, tables."""
    lines, inner = [], []
    for key, value in table.items():
        if isinstance(value, dict):
            inner += ["", f"[{prefix}{key}]", *_toml(value, f"{prefix}{key}.")]
        else:
            text = str(value).lower() if isinstance(value, bool) else repr(value)
            lines.append(f"{key} = {text}")
    return lines + inner


def write_policy(path, *, status=Status.EXERCISE, **numbers):
    """Write the policy that comes with the package under another agency's name, with some numbers changed."""
    policy = tomllib.loads((files("downrange.alert") / "data" / "founding.toml").read_text(encoding="utf-8"))
    if status is Status.ACTUAL:  # a message that is no exercise must not come from an exercise desk
        words = {"en": "Safety Agency", "ko": "국민안전청", "ja": "国民安全庁", "zh": "国民安全厅", "tl": "Safety Agency"}
        policy["agency"] = {key: words[key] for key in policy["agency"]}
        policy["agency_short"] = {key: words[key] for key in policy["agency_short"]}
    for name, value in numbers.items():
        policy["numbers"][name] = {"value": float(value), "source": "assumed: for a test"}
    path.write_text("\n".join([*_toml(policy), ""]), encoding="utf-8")


def channel_table(name, kind, status, **keys):
    """Return one table of channels.toml."""
    lines = [f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}" for key, value in keys.items()]
    return "\n".join(["[[channel]]", f"name = '{name}'", f"kind = '{kind}'", f"status = '{status.value}'", *lines, ""])


def make(folder, *, status=Status.ACTUAL, database=None, channels=None, people=PEOPLE, **numbers):
    """Make an office's folder with people in it, and return the folder.

    channels: text of channels.toml; None: a directory 'files' in out/ and a feed in feed/
    """
    make_office(folder, status=status, now=lambda: MADE)
    for name in people:
        pair = make_keys(folder / "keys", name)
        with (folder / "people.toml").open("a", encoding="utf-8") as file:
            file.write("\n" + pair.public.read_text(encoding="utf-8"))
    write_policy(folder / "policy.toml", status=status, **numbers)
    told = (folder / "office.toml").read_text(encoding="utf-8").replace('policy = "founding"', 'policy = "policy.toml"')
    if database is not None:
        told = told.replace("sqlite:///journal.db", database)
    (folder / "office.toml").write_text(told, encoding="utf-8")
    if channels is None:
        channels = channel_table("files", "directory", status, folder="out")
        channels += channel_table("feed", "atom", status, folder="feed", title="Warnings")
    (folder / "channels.toml").write_text(channels, encoding="utf-8")
    return folder


def copy(template, folder, *, database=None):
    """Copy an office that was never opened; making one costs keys."""
    shutil.copytree(template, folder)
    if database is not None:
        path = folder / "office.toml"
        path.write_text(path.read_text(encoding="utf-8").replace("sqlite:///journal.db", database), encoding="utf-8")
    return folder


def enter(folder, clock):
    """Open an office with the islets as its places."""
    return open_office(folder, places=PLACES, now=clock)


def signer(folder, name):
    """Return a person with the key in hand."""
    return load_signer(folder / "keys" / f"{name}.key")


def look(office, clock, codes, *, arrival_s=400.0, verdict="nominal", p=0.99, passed=(), event=EVENT):
    """Let the desk look at falls on the islets named, now."""
    falls = crowd(codes, arrival_s)
    return office.look(event, falls, PLACES, t_s=clock.t_s, verdict=verdict, p=p, passed=passed)
