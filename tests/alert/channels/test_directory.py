"""Single files: those very bytes, once, never half-written, never changed, never of another status."""

import dataclasses
import os
import resource
import subprocess
import sys

import pytest

from downrange.alert import Status
from downrange.alert.channels import ChannelDownError, ChannelRefusedError, WrongStatusError
from downrange.alert.channels.directory import DirectoryChannel
from downrange.base import InputError


@pytest.fixture
def channel(tmp_path, now):
    return DirectoryChannel(name="files", status=Status.EXERCISE, folder=tmp_path / "out", now=now)


HIDDEN = {".downrange-status", ".downrange-lock"}


def names_in(folder):
    return sorted(path.name for path in folder.iterdir() if path.name not in HIDDEN)


def test_the_bytes_that_were_signed_are_the_bytes_on_disk(channel, parcels, now):
    receipts = [channel.send(parcel) for parcel in parcels]
    assert names_in(channel.folder) == sorted(f"{parcel.identifier}.xml" for parcel in parcels)
    for parcel, receipt in zip(parcels, receipts, strict=True):
        assert (channel.folder / f"{parcel.identifier}.xml").read_bytes() == parcel.xml
        assert (receipt.channel, receipt.identifier, receipt.at) == ("files", parcel.identifier, now())
        assert receipt.said.startswith(f"{len(parcel.xml)} bytes in ")


def test_sent_twice_is_written_once(channel, parcel):
    channel.send(parcel)
    path = channel.folder / f"{parcel.identifier}.xml"
    before = path.stat()
    assert channel.send(parcel).said.startswith("was there: ")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_published_message_is_never_changed(channel, parcel):
    channel.send(parcel)
    other = dataclasses.replace(parcel, xml=parcel.xml.replace(b"<urgency>Immediate", b"<urgency>Expected"))
    assert other.xml != parcel.xml
    with pytest.raises(ChannelRefusedError, match="sent before with other bytes"):
        channel.send(other)
    assert (channel.folder / f"{parcel.identifier}.xml").read_bytes() == parcel.xml


@pytest.mark.parametrize("status", [Status.ACTUAL, Status.TEST])
def test_no_message_of_another_status_gets_in(channel, parcels_in, status):
    parcel = parcels_in(status)[0]
    with pytest.raises(WrongStatusError, match=rf"status of the parcel is {status}.*this channel is for Exercise"):
        channel.send(parcel)
    disguised = dataclasses.replace(parcel, status=Status.EXERCISE)
    with pytest.raises(WrongStatusError, match=rf"status of the message itself is {status}"):
        channel.send(disguised)
    assert names_in(channel.folder) == []


def test_a_message_that_calls_itself_otherwise_is_refused(channel, parcel):
    with pytest.raises(ChannelRefusedError, match="the message calls itself"):
        channel.send(dataclasses.replace(parcel, identifier="other"))


@pytest.mark.parametrize("identifier", ["../../etc/passwd", ".hidden", "a/b", "x" * 201])
def test_a_name_that_could_leave_the_folder_is_refused(channel, parcel, identifier):
    xml = parcel.xml.replace(f"<identifier>{parcel.identifier}<".encode(), f"<identifier>{identifier}<".encode())
    with pytest.raises(ChannelRefusedError, match="safe in file names"):
        channel.send(dataclasses.replace(parcel, identifier=identifier, xml=xml))
    assert names_in(channel.folder) == []


def test_bytes_that_are_no_message_are_refused(channel, parcel):
    with pytest.raises(ChannelRefusedError, match="it is not XML"):
        channel.send(dataclasses.replace(parcel, xml=b"hello"))
    with pytest.raises(ChannelRefusedError, match="status: there are 2"):
        channel.send(
            dataclasses.replace(parcel, xml=parcel.xml.replace(b"<status>", b"<status>Actual</status><status>", 1))
        )


def test_a_folder_serves_one_status_for_ever(channel, tmp_path):
    with pytest.raises(InputError, match="holds messages of status Exercise and this channel is for Actual"):
        DirectoryChannel(name="real", status=Status.ACTUAL, folder=tmp_path / "out")


def test_a_folder_that_went_away_is_told_and_comes_back(channel, parcel):
    away = channel.folder.with_name("away")
    channel.folder.rename(away)
    with pytest.raises(ChannelDownError, match="No such file or directory") as told:
        channel.send(parcel)
    assert (told.value.channel, told.value.again_s) == ("files", 10.0)
    away.rename(channel.folder)
    channel.send(parcel)
    assert names_in(channel.folder) == [f"{parcel.identifier}.xml"]


_FULL = """
import resource, sys
from pathlib import Path
from downrange.alert.channels import ChannelDownError
from downrange.alert.channels.directory import DirectoryChannel
from downrange.alert.model import Parcel, Status

folder, identifier = Path(sys.argv[1]), sys.argv[2]
channel = DirectoryChannel(name="files", status=Status.EXERCISE, folder=folder)
xml = sys.stdin.buffer.read()
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
try:
    channel.send(Parcel(identifier=identifier, status=Status.EXERCISE, xml=xml))
except ChannelDownError as problem:
    sys.stdout.write(str(problem))
"""


def test_a_full_disk_leaves_nothing_and_is_told(channel, parcel):
    """The kernel itself stops the write after 1,000 bytes."""
    assert len(parcel.xml) > 1000
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] in {resource.RLIM_INFINITY, -1}
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(channel.folder), parcel.identifier],
        input=parcel.xml,
        capture_output=True,
        check=True,
    )
    told = done.stdout.decode()
    assert told.startswith("channel files: tried to write ")
    assert "File too large; nothing half-written was left. Try again in 10 s." in told
    assert names_in(channel.folder) == []
    channel.send(parcel)  # with room again, it goes
    assert names_in(channel.folder) == [f"{parcel.identifier}.xml"]


def test_what_a_kill_left_is_cleared_when_it_is_old(channel, parcel):
    old, young = (channel.folder / f".{parcel.identifier}.xml.{pid}.part" for pid in (1, 2))
    for path in (old, young):
        path.write_bytes(b"<ale")
    os.utime(old, (1e9, 1e9))
    channel.send(parcel)
    again = DirectoryChannel(name="files", status=Status.EXERCISE, folder=channel.folder)
    assert names_in(again.folder) == sorted([young.name, f"{parcel.identifier}.xml"])  # somebody may be writing it
    again.close()


_RACE = """
import sys
from pathlib import Path
from downrange.alert.channels import ChannelRefusedError
from downrange.alert.channels.directory import DirectoryChannel
from downrange.alert.model import Parcel, Status

folder, identifier = Path(sys.argv[1]), sys.argv[2]
channel = DirectoryChannel(name="files", status=Status.EXERCISE, folder=folder)
xml = Path(sys.argv[3]).read_bytes()
sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.readline()
for number in range(60):
    name = f"{identifier}.{number}"
    bytes_ = xml.replace(identifier.encode(), name.encode())
    try:
        channel.send(Parcel(identifier=name, status=Status.EXERCISE, xml=bytes_))
    except ChannelRefusedError:
        sys.stdout.write(f"{number}\\n")
"""


def test_of_two_processes_at_once_the_first_wins_and_nothing_is_mixed(channel, parcel, tmp_path):
    """Two processes send the same 60 identifiers with different bytes, as fast as they can."""
    others = parcel.xml.replace(b"Immediate", b"Expected")
    running = []
    for number, xml in enumerate((parcel.xml, others)):
        (tmp_path / f"{number}.xml").write_bytes(xml)
        words = [sys.executable, "-c", _RACE, str(channel.folder), parcel.identifier, str(tmp_path / f"{number}.xml")]
        running.append(subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    for process in running:
        assert process.stdout.readline() == "ready\n"
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    refused = [{int(line) for line in process.communicate(timeout=60)[0].split()} for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert refused[0].isdisjoint(refused[1])
    assert refused[0] | refused[1] == set(range(60))
    for number in range(60):
        name = f"{parcel.identifier}.{number}"
        winner = others if number in refused[0] else parcel.xml
        assert (channel.folder / f"{name}.xml").read_bytes() == winner.replace(
            parcel.identifier.encode(), name.encode()
        )
    assert len(names_in(channel.folder)) == 60
