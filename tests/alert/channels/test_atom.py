"""The feed: newest first, what ended is marked and stays, a kill between file and feed is healed."""

import dataclasses
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from lxml import etree

from downrange.alert import Status
from downrange.alert.channels import ChannelDownError, ChannelRefusedError, Tended, load_channels
from downrange.alert.channels.atom import AtomChannel
from downrange.base import InputError

A = "{http://www.w3.org/2005/Atom}"


def open_channel(tmp_path, now, **facts):
    given = {"title": "Warnings", "base_url": "https://alerts.example/ex/", "now": now} | facts
    return AtomChannel(name="feed", status=Status.EXERCISE, folder=tmp_path / "out", **given)


@pytest.fixture
def channel(tmp_path, now):
    return open_channel(tmp_path, now)


def feed_of(channel):
    return etree.fromstring((channel.folder / channel.feed).read_bytes())


def states(channel):
    entries = feed_of(channel).findall(f"{A}entry")
    return [
        next(c.get("term") for c in entry.findall(f"{A}category") if c.get("scheme") == "urn:x-downrange:state")
        for entry in entries
    ]


def test_a_feed_has_what_rfc_4287_asks_for(channel, parcel):
    channel.hub = "https://hub.example/"
    assert channel.send(parcel).said == f"1 entries in {channel.folder}/feed.atom, 1 active"
    feed = feed_of(channel)
    assert feed.tag == f"{A}feed"
    assert {link.get("rel"): link.get("href") for link in feed.findall(f"{A}link")} == {
        "self": "https://alerts.example/ex/feed.atom",
        "hub": "https://hub.example/",
    }
    (entry,) = feed.findall(f"{A}entry")
    for parent in (feed, entry):
        for tag in ("id", "title", "updated"):
            assert len(parent.findall(f"{A}{tag}")) == 1
        assert parent.findtext(f"{A}id").startswith("urn:uuid:")
        assert datetime.fromisoformat(parent.findtext(f"{A}updated")) == datetime(2023, 5, 30, 21, 28, 10, tzinfo=UTC)
        assert parent.findtext(f"{A}author/{A}name")
    href = f"https://alerts.example/ex/{parcel.identifier}.xml"
    (link,) = entry.findall(f"{A}link")
    assert dict(link.attrib) == {"rel": "alternate", "type": "application/cap+xml", "href": href}
    assert dict(entry.find(f"{A}content").attrib) == {"type": "application/cap+xml", "src": href}
    assert entry.findtext(f"{A}summary")  # asked for where the content is only referred to
    terms = {c.get("scheme").rpartition(":")[2]: c.get("term") for c in entry.findall(f"{A}category")}
    assert (terms["status"], terms["msgType"], terms["state"]) == ("Exercise", "Alert", "active")
    assert (channel.folder / f"{parcel.identifier}.xml").read_bytes() == parcel.xml


def test_what_ended_is_marked_and_stays_newest_first(channel, parcels, now):
    channel.send(parcels[0])
    assert states(channel) == ["active"]
    channel.send(parcels[1])
    assert states(channel) == ["active", "replaced"]
    now.on(minutes=10)
    channel.send(parcels[2])
    assert states(channel) == ["lift", "lifted", "replaced"]
    entries = feed_of(channel).findall(f"{A}entry")
    hrefs = [entry.find(f"{A}link").get("href").rpartition("/")[2] for entry in entries]
    assert hrefs == [f"{parcel.identifier}.xml" for parcel in reversed(parcels)]
    assert [entry.findtext(f"{A}title")[:5] for entry in entries[1:]] == ["[해제됨]", "[대체됨]"]
    times = [entry.findtext(f"{A}updated") for entry in entries]
    assert times[0] == times[1] == feed_of(channel).findtext(f"{A}updated")  # the lift changed what it lifts


def test_what_expired_is_marked_when_the_feed_is_tended(channel, parcel, now):
    channel.send(parcel)
    before = feed_of(channel).findtext(f"{A}entry/{A}id")
    now.on(minutes=600)
    assert isinstance(channel, Tended)
    channel.tend()
    assert states(channel) == ["expired"]
    entry = feed_of(channel).find(f"{A}entry")
    assert entry.findtext(f"{A}id") == before  # an entry keeps its name for ever
    assert entry.findtext(f"{A}updated") == "2023-05-30T22:33:00Z"


def test_the_feed_is_written_only_when_it_changes(channel, parcel):
    channel.send(parcel)
    before = (channel.folder / "feed.atom").stat()
    channel.tend()
    channel.send(parcel)
    after = (channel.folder / "feed.atom").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_tended_feed_of_nothing_is_no_feed(channel):
    channel.tend()
    assert not (channel.folder / "feed.atom").exists()
    channel.close()


def test_a_kill_between_file_and_feed_is_healed(channel, parcels, tmp_path, now):
    """As after a kill: the second file is there, the feed knows only of the first; a new process comes up."""
    channel.send(parcels[0])
    (channel.folder / f"{parcels[1].identifier}.xml").write_bytes(parcels[1].xml)
    open_channel(tmp_path, now).tend()
    assert states(channel) == ["active", "replaced"]
    (channel.folder / "feed.atom").unlink()
    open_channel(tmp_path, now).send(parcels[1])
    assert states(channel) == ["active", "replaced"]


def test_one_bad_file_does_not_stop_the_next_warning_and_is_told(channel, parcels, parcels_in):
    (channel.folder / "junk.xml").write_text("<ale", encoding="utf-8")
    real = parcels_in(Status.ACTUAL)[0]
    (channel.folder / f"{real.identifier}.xml").write_bytes(real.xml)
    (channel.folder / "alias.xml").write_bytes(parcels[1].xml)
    said = channel.send(parcels[0]).said
    assert said.startswith("1 entries in ")
    assert "junk.xml (CAP file: it is not XML" in said
    assert f"{real.identifier}.xml (its status is Actual)" in said
    assert f"alias.xml (it calls itself {parcels[1].identifier})" in said
    assert states(channel) == ["active"]


def test_only_the_oldest_of_the_ended_leave_the_feed(tmp_path, parcels, now):
    channel = open_channel(tmp_path, now, entries_at_most=1)
    for parcel in parcels:
        channel.send(parcel)
    assert states(channel) == ["lift"]
    assert all((channel.folder / f"{parcel.identifier}.xml").exists() for parcel in parcels)
    (tmp_path / "b").mkdir()
    other = open_channel(tmp_path / "b", now, entries_at_most=1)
    other.send(parcels[0])
    other.send(dataclasses.replace(parcels[0], **renamed(parcels[0])))
    assert states(other) == ["active", "active"]  # what is in force never leaves


def renamed(parcel):
    return {"identifier": "second", "xml": parcel.xml.replace(parcel.identifier.encode(), b"second")}


def test_other_bytes_under_the_same_name_are_refused(channel, parcel):
    channel.send(parcel)
    with pytest.raises(ChannelRefusedError, match="sent before with other bytes"):
        channel.send(dataclasses.replace(parcel, xml=parcel.xml.replace(b"Immediate", b"Expected")))


_FULL = """
import resource, sys
from pathlib import Path
from downrange.alert.channels import ChannelDownError
from downrange.alert.channels.atom import AtomChannel
from downrange.alert.model import Parcel, Status

channel = AtomChannel(name="feed", status=Status.EXERCISE, folder=Path(sys.argv[1]), title="Warnings")
xml = sys.stdin.buffer.read()
resource.setrlimit(resource.RLIMIT_FSIZE, (len(xml), resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
channel.title = "x" * len(xml)  # the file fits, the feed does not
try:
    channel.send(Parcel(identifier=sys.argv[2], status=Status.EXERCISE, xml=xml))
except ChannelDownError as problem:
    sys.stdout.write(str(problem))
"""


def test_a_disk_that_fills_between_file_and_feed_keeps_the_old_feed(channel, parcels):
    channel.send(parcels[0])
    before = (channel.folder / "feed.atom").read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(channel.folder), parcels[1].identifier],
        input=parcels[1].xml, capture_output=True, check=True,
    )  # fmt: skip
    assert "feed.atom: File too large; nothing half-written was left" in done.stdout.decode()
    assert (channel.folder / "feed.atom").read_bytes() == before
    channel.tend()
    assert states(channel) == ["active", "replaced"]


def test_a_folder_that_went_away_is_told(channel, parcel):
    channel.send(parcel)
    channel.folder.rename(channel.folder.with_name("away"))
    with pytest.raises(ChannelDownError, match="Try again in 10 s"):
        channel.send(parcel)
    with pytest.raises(ChannelDownError, match=r"feed\.atom: No such file"):
        channel.tend()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"channel\[0\]\.title \(feed\): missing"),
        ('title = "W"\nbase_url = "alerts.example"', "is no address of a folder"),
        ('title = "W"\nhub = "https://hub.example/"', "a hub needs absolute addresses"),
        ('title = "W"\nfeed = "../x.atom"', "is no name for a feed"),
        ('title = "W"\nentries_at_most = 0', "0 is no number from 1 to 10000"),
    ],
)
def test_faults_in_the_file_are_told_with_their_cure(tmp_path, text, told):
    path = tmp_path / "channels.toml"
    head = '[[channel]]\nname = "feed"\nkind = "atom"\nstatus = "Exercise"\nfolder = "out"\n'
    path.write_text(head + text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        load_channels(path, Status.EXERCISE)
