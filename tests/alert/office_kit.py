"""An agency's office small enough to live through a whole launch in a second: six islets, three people, a clock in hand.

Not a test: the tests of the life of warnings build on it, in their own process or in one that will be killed.
"""

import shutil
import sys
import tomllib
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from types import SimpleNamespace

import numpy as np
import shapely
from lxml import etree

from downrange.alert import Event, Status
from downrange.alert.keys import load_signer, make_keys
from downrange.alert.office_files import make_office, open_office

T0 = datetime(2023, 5, 30, 21, 27, tzinfo=UTC)
MADE = T0 - timedelta(days=30)  # when the agency's certificate was made
PEOPLE = ("kim", "lee", "park")
EVENT = Event(
    code="2023-05-31",
    t0=T0,
    origin={"en": "North Korea", "ko": "북한", "ja": "北朝鮮", "zh": "朝鲜", "tl": "North Korea"},
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


def write_policy(path, *, status=Status.EXERCISE, languages=None, **numbers):
    """Write the policy that comes with the package under another agency's name, with some numbers changed."""
    policy = tomllib.loads((files("downrange.alert") / "data" / "founding.toml").read_text(encoding="utf-8"))
    if status is Status.ACTUAL:  # a message that is no exercise must not come from an exercise desk
        words = {
            "en": "Safety Agency",
            "ko": "국민안전청",
            "ja": "国民安全庁",
            "zh": "国民安全厅",
            "tl": "Safety Agency",
        }
        policy["agency"] = {key: words[key] for key in policy["agency"]}
        policy["agency_short"] = {key: words[key] for key in policy["agency_short"]}
    if languages is not None:
        policy["languages"] = list(languages)
    for name, value in numbers.items():
        policy["numbers"][name] = {"value": float(value), "source": "assumed: for a test"}
    path.write_text("\n".join([*_toml(policy), ""]), encoding="utf-8")


def channel_table(name, kind, status, **keys):
    """Return one table of channels.toml."""
    lines = [f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}" for key, value in keys.items()]
    return "\n".join(["[[channel]]", f"name = '{name}'", f"kind = '{kind}'", f"status = '{status.value}'", *lines, ""])


def make(folder, *, status=Status.ACTUAL, database=None, channels=None, people=PEOPLE, languages=None, **numbers):
    """Make an office's folder with people in it, and return the folder.

    channels: text of channels.toml; None: a directory 'files' in out/ and a feed in feed/
    """
    make_office(folder, status=status, now=lambda: MADE)
    for name in people:
        pair = make_keys(folder / "keys", name)
        with (folder / "people.toml").open("a", encoding="utf-8") as file:
            file.write("\n" + pair.public.read_text(encoding="utf-8"))
    write_policy(folder / "policy.toml", status=status, languages=languages, **numbers)
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


# ---- a channel of another package, that a test can switch off, or have kill the process in the middle of a step

PLUG_IN = '''
"""A channel that writes down what it takes; files beside its log say when it fails, and when it dies."""
import fcntl, hashlib, os, signal
from pathlib import Path
from downrange.alert.channels import ChannelDownError
from downrange.alert.model import Receipt

class Tale:
    def __init__(self, settings, folder):
        self.name, self.status, self.folder, self.now = settings.name, settings.status, folder, settings.now

    def send(self, parcel):
        trouble = self.folder / "trouble"
        word = trouble.read_text() if trouble.exists() else ""
        if word == "down":
            raise self._down()
        if word == "dies before":
            os.kill(os.getpid(), signal.SIGKILL)
        line = f"{parcel.identifier} {hashlib.sha256(parcel.xml).hexdigest()}\\n"
        with (self.folder / "log").open("a+") as log:
            fcntl.flock(log, fcntl.LOCK_EX)  # several processes may send at once
            log.seek(0)
            if line not in log.read():
                log.write(line)
        if word == "dies after":
            os.kill(os.getpid(), signal.SIGKILL)
        if word == "deaf":
            raise self._down()
        return Receipt(channel=self.name, identifier=parcel.identifier, at=self.now(), said="written down")

    def _down(self):
        return ChannelDownError(channel=self.name, tried="write it down", seen="it does not answer", again_s=1.0)

    def close(self):
        pass

def make(settings):
    folder = settings.path("folder")
    settings.finish()
    folder.mkdir(exist_ok=True)
    return Tale(settings, folder)
'''


def plug_in(folder):
    """Put a package with the channel kind 'tale' on the path, as if it had been installed."""
    told = folder / "tale_channel-1.dist-info"
    told.mkdir()
    (folder / "tale_channel.py").write_text(PLUG_IN, encoding="utf-8")
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: tale-channel\nVersion: 1\n", encoding="utf-8")
    (told / "entry_points.txt").write_text("[downrange.channels]\ntale = tale_channel:make\n", encoding="utf-8")
    sys.path.insert(0, str(folder))


def trouble(folder, word):
    """Have the channel 'tale' of a folder be "down", "deaf" (it takes but does not answer), die, or, with "", be well."""
    path = folder / "trouble"
    if word:
        path.write_text(word, encoding="utf-8")
    else:
        path.unlink(missing_ok=True)


def taken(folder):
    """Return what the channel 'tale' of a folder took, in order: (identifier, SHA-256)."""
    log = folder / "log"
    return [tuple(line.split()) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


# ---- what a receiver makes of the messages, by CAP's rules and nothing of ours

_CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"


class Receiver:
    """Somebody who reads the messages as they come and knows which warnings are in force."""

    def __init__(self):
        self._active = {}  # identifier -> (codes, expires)

    def read(self, xml):
        root = etree.fromstring(xml)
        for triple in (root.findtext(f"{_CAP}references") or "").split():
            self._active.pop(triple.split(",")[1], None)
        info = root.find(f"{_CAP}info")
        clear = [one.text for one in info.findall(f"{_CAP}responseType")] == ["AllClear"]
        if root.findtext(f"{_CAP}msgType") in ("Alert", "Update") and not clear:
            identifier = root.findtext(f"{_CAP}identifier")
            codes = {code.text for code in info.iterfind(f"{_CAP}area/{_CAP}geocode/{_CAP}value")}
            self._active[identifier] = (codes, datetime.fromisoformat(info.findtext(f"{_CAP}expires")))

    def warned(self, now):
        """Return the codes of all places under a warning that is in force."""
        return {code for codes, expires in self._active.values() if expires > now for code in codes}
