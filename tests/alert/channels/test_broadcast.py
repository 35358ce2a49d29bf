"""Cell broadcast: a drill never gets a number of the real thing, an update replaces, what is left over is stopped."""

import dataclasses
import itertools
import json
import os

import pytest

from downrange.alert import Status
from downrange.alert.channels import ChannelDownError, ChannelRefusedError, WrongStatusError, load_channels
from downrange.alert.channels._serials import CodesUsedUpError, Slot, assign, is_newer
from downrange.alert.channels.broadcast import BroadcastChannel
from downrange.alert.model import ShortText
from downrange.base import InputError


@pytest.fixture
def channel(tmp_path, now):
    return BroadcastChannel(
        name="cb", status=Status.EXERCISE, folder=tmp_path / "out", message_identifier=4381, now=now
    )


def index_of(channel, parcel):
    return json.loads((channel.folder / parcel.identifier / "broadcast.json").read_text(encoding="utf-8"))


def rows(index):
    return {(one["area"], one["language"][:2], one["budget"]): one for one in index["broadcasts"]}


def test_every_text_is_there_for_people_and_for_the_network(channel, parcel):
    receipt = channel.send(parcel)
    folder = channel.folder / parcel.identifier
    assert receipt.said == f"5 texts in {folder}"
    names = {"KR-1.ko.90.txt", "KR-1.en.90.txt", "full.ko-KR.txt", "full.ja-JP.txt", "full.en-US.txt"}
    assert {path.name for path in folder.iterdir()} == names | {"broadcast.json"}
    assert (folder / "KR-1.en.90.txt").read_text(encoding="utf-8") == (
        "--- page 1 of 1, 22 GSM 7 bit units\nExercise Baengnyeong 0\n"
    )
    one = rows(index_of(channel, parcel))["KR-1", "ko", "90"]
    assert bytes.fromhex(one["pages"][0]["octets"])[:26].decode("utf-16-be") == "Exercise 백령면 "
    assert (one["alphabet"], one["data_coding_scheme"], one["pages"][0]["page_parameter"]) == ("UCS-2", "0x48", "0x11")
    full = rows(index_of(channel, parcel))["full", "en", "full"]
    assert [page["page_parameter"] for page in full["pages"]] == [
        f"0x{i}{len(full['pages'])}" for i in range(1, len(full["pages"]) + 1)
    ]


def test_a_drill_has_the_numbers_of_a_drill(channel, parcel):
    channel.send(parcel)
    numbers = {(one["language"][:2], one["message_identifier"]) for one in index_of(channel, parcel)["broadcasts"]}
    assert numbers == {("ko", 4381), ("ja", 4394), ("en", 4394)}


def test_an_update_and_a_lift_replace_what_is_on_the_air(channel, parcels, now):
    found = []
    for parcel in parcels:
        channel.send(parcel)
        found.append(rows(index_of(channel, parcel)))
        now.on(minutes=1)
    for key in found[0]:
        codes = [one[key]["message_code"] for one in found]
        updates = [one[key]["update_number"] for one in found]
        assert (len(set(codes)), updates) == (1, [0, 1, 2])
        assert all(is_newer(new, old) for old, new in itertools.pairwise(updates))
    joined = found[1]["KR-2", "ko", "90"]
    assert (joined["update_number"], found[2]["KR-2", "ko", "90"]["update_number"]) == (0, 1)
    last = [one["serial_number"] for one in found[2].values()]
    assert len(set(last)) == len(last)  # no two texts of different places or languages take each other's place
    assert all(index_of(channel, parcel)["stop"] == [] for parcel in parcels)


def test_what_is_not_replaced_must_be_stopped(channel, parcels):
    channel.send(parcels[0])
    channel.send(parcels[1])
    shorter = dataclasses.replace(
        parcels[2], texts=tuple(text for text in parcels[2].texts if (text.code, text.language) != ("KR-1", "en"))
    )
    channel.send(shorter)
    before = rows(index_of(channel, parcels[1]))["KR-1", "en", "90"]
    keys = ("area", "language", "message_identifier", "serial_number")
    assert index_of(channel, shorter)["stop"] == [{key: before[key] for key in keys}]


def test_another_launch_gets_other_codes(channel, parcels, now):
    channel.send(parcels[0])
    other = dataclasses.replace(
        parcels[0], identifier="other", xml=parcels[0].xml.replace(parcels[0].identifier.encode(), b"other")
    )
    channel.send(other)
    codes = [{one["message_code"] for one in index_of(channel, parcel)["broadcasts"]} for parcel in (parcels[0], other)]
    assert codes == [{0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}]


def test_codes_wrap_and_pass_over_those_on_the_air(now):
    def index(order, identifier, codes, next_code, expires):
        return {
            "identifier": identifier, "order": order, "next_code": next_code, "expires": expires,
            "broadcasts": [
                {"area": f"A{code}", "language": "en", "message_code": code, "update_number": 15,
                 "message_identifier": 4381, "serial_number": f"{Slot(code=code, update=15).serial:#06x}"}
                for code in codes
            ],
        }  # fmt: skip

    late, early = "2023-05-31T00:00:00+00:00", "2023-05-30T00:00:00+00:00"
    earlier = [index(1, "a", (0, 1), 1023, late), index(2, "b", (2,), 1023, early)]
    made = assign([("X", "en"), ("Y", "en"), ("A1", "en")], ["a"], earlier, now())
    assert {key[0]: (slot.code, slot.update) for key, slot in made.slots.items()} == {
        "X": (1023, 0), "Y": (2, 0), "A1": (1, 0),
    }  # fmt: skip
    assert [one["area"] for one in made.stop] == ["A0"]
    full = [index(1, "a", range(1024), 0, late)]
    with pytest.raises(CodesUsedUpError, match="all 1024 message codes are on the air"):
        assign([("X", "en")], [], full, now())


def test_sent_twice_is_rendered_once_and_other_bytes_are_refused(channel, parcel, now):
    channel.send(parcel)
    before = index_of(channel, parcel)
    now.on(minutes=600)  # long expired: it is there all the same
    assert channel.send(parcel).said.startswith("was there: 5 texts in ")
    assert index_of(channel, parcel) == before
    with pytest.raises(ChannelRefusedError, match="sent before with other bytes"):
        channel.send(dataclasses.replace(parcel, xml=parcel.xml.replace(b"Immediate", b"Expected")))
    channel.close()


def test_a_text_that_does_not_fit_is_left_out_and_told_never_cut(channel, parcel):
    long = ShortText(language="ko", budget=360, code="KR-1", text="대" * 616)
    said = channel.send(dataclasses.replace(parcel, texts=(long,))).said
    assert said.endswith("left out: KR-1.ko.360.txt (616 of 615 UCS-2 units)")
    assert index_of(channel, parcel)["left_out"] == ["KR-1.ko.360.txt (616 of 615 UCS-2 units)"]


def test_what_a_kill_left_does_not_count(channel, parcel):
    left = channel.folder / f".{parcel.identifier}.1.part"
    left.mkdir()
    (left / "broadcast.json").write_text("{", encoding="utf-8")
    channel.send(parcel)
    assert rows(index_of(channel, parcel))
    os.utime(left, (1e9, 1e9))
    BroadcastChannel(name="cb", status=Status.EXERCISE, folder=channel.folder, message_identifier=4381)
    assert not left.exists()


def test_expired_wrong_status_and_a_folder_gone(channel, parcel, parcels_in, now):
    with pytest.raises(WrongStatusError):
        channel.send(parcels_in(Status.ACTUAL)[0])
    now.on(minutes=600)
    with pytest.raises(ChannelRefusedError, match="it expired at"):
        channel.send(parcel)
    channel.folder.rename(channel.folder.with_name("away"))
    with pytest.raises(ChannelDownError, match="No such file"):
        channel.send(parcel)


def test_a_code_that_cannot_name_a_file_is_refused(channel, parcel):
    text = ShortText(language="ko", budget=90, code="../../x", text="x")
    with pytest.raises(ChannelRefusedError, match="cannot name a file"):
        channel.send(dataclasses.replace(parcel, texts=(text,)))


def load(tmp_path, status, text=""):
    path = tmp_path / "channels.toml"
    path.write_text(
        f'[[channel]]\nname = "cb"\nkind = "cell-broadcast"\nstatus = "{status}"\nfolder = "out"\n{text}\n',
        encoding="utf-8",
    )
    return load_channels(path, status)


def test_only_actual_chooses_its_message_identifier(tmp_path):
    assert load(tmp_path, Status.EXERCISE)[0].message_identifier == 4381
    with pytest.raises(InputError, match="Exercise always goes out as 4381"):
        load(tmp_path, Status.EXERCISE, "message_identifier = 4370")
    with pytest.raises(InputError, match=r"channel\[0\]\.message_identifier \(cb\): missing"):
        load(tmp_path, Status.ACTUAL)
    for wrong in (4369, 4380, 4381, 4394):
        with pytest.raises(InputError, match="is no number from 4370 to 4379"):
            load(tmp_path, Status.ACTUAL, f"message_identifier = {wrong}")
