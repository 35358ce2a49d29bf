"""channels.toml: only the channels of one status are made, faults are told with their cure, others may bring kinds."""

import importlib.metadata
import sys
from importlib.resources import files

import pytest

from downrange.alert import Status
from downrange.alert.channels import Channel, Tended, WrongStatusError, channel_kinds, load_channels
from downrange.base import InputError


def write(tmp_path, text):
    path = tmp_path / "channels.toml"
    path.write_text(text, encoding="utf-8")
    return path


def table(name="files", kind="directory", status="Exercise", **keys):
    lines = {"name": name, "kind": kind, "status": status} | keys
    return "[[channel]]\n" + "".join(f'{key} = "{value}"\n' for key, value in lines.items())


def test_only_the_channels_of_the_status_are_made_in_the_order_of_the_file(tmp_path):
    text = (
        table("a", folder="a") + table("b", status="Actual", folder="b") + table("c", folder="c")
        + table("d", "webhook", "Actual", url="https://a.example/", ca_file="nowhere")
    )  # fmt: skip
    made = load_channels(write(tmp_path, text), Status.EXERCISE)
    assert [(one.name, one.status) for one in made] == [("a", Status.EXERCISE), ("c", Status.EXERCISE)]
    assert all(isinstance(one, Channel) for one in made)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c", "channels.toml"]  # b was not touched
    with pytest.raises(InputError, match=r"channel\[3\].ca_file \(d\): .*nowhere cannot be used"):
        load_channels(tmp_path / "channels.toml", Status.ACTUAL)
    assert load_channels(tmp_path / "channels.toml", Status.TEST) == ()


def test_the_clock_that_is_given_is_the_clock_of_the_receipts(tmp_path, parcel, now):
    (channel,) = load_channels(write(tmp_path, table(folder="out")), Status.EXERCISE, now=now)
    assert channel.send(parcel).at == now()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[channel]", "channels.toml: not TOML"),
        ("[[channels]]\n", "channels.toml: channels: unknown key. Write channel."),
        ("[channel]\n", "it is no list of tables. Head each channel with"),
        ('[[channel]]\nkind = "directory"\n', r'channel\[0\]\.name: missing. Add name = "..." to this'),
        (table(name="a b"), r"channel\[0\]\.name: 'a b' cannot name a channel"),
        (table(name="../x"), "cannot name a channel"),
        (table(kind="pigeon"), r"channel\[0\]\.kind: there is no kind 'pigeon'. Use one of atom, cell-broadcast"),
        (table(status="actual"), "there is no status 'actual'. Use one of Actual, Exercise, Test"),
        (table(), r"channel\[0\]\.folder \(files\): missing"),
        (table(folder="out", color="red"), r"channel\[0\]\.color: unknown key"),
        (table(folder="no/such/parent"), "cannot be used .No such file or directory"),
        (table(folder="a") + table(status="Actual", folder="b"), r"'files' is the name of channel\[0\] too"),
        (
            table("a", folder="x") + table("b", "atom", "Actual", folder="./x", title="t"),
            "leads to the same place as 'a'",
        ),
        (table("a", "webhook", url="https://h/") + table("b", "webhook", "Test", url="https://h/"), "the same place"),
        (
            table("a", "mqtt", host="h", topic="t") + table("b", "mqtt", "Actual", host="h", topic="t"),
            "Give every status places of its own",
        ),
    ],
)
def test_faults_are_told_with_file_key_and_cure(tmp_path, text, told):
    with pytest.raises(InputError, match=told):
        load_channels(write(tmp_path, text), Status.EXERCISE)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"none\.toml: cannot be read"):
        load_channels(tmp_path / "none.toml", Status.TEST)


def test_a_folder_that_served_another_status_in_another_file_is_refused(tmp_path):
    load_channels(write(tmp_path, table(folder="out")), Status.EXERCISE)
    with pytest.raises(InputError, match="holds messages of status Exercise"):
        load_channels(write(tmp_path, table(status="Actual", folder="out")), Status.ACTUAL)


def test_what_was_made_before_a_fault_is_closed(tmp_path, plug_in):
    text = table("one", "test-carrier", folder="x") + table("two", folder="no/parent")
    with pytest.raises(InputError, match="two"):
        load_channels(write(tmp_path, text), Status.EXERCISE)
    assert sys.modules[plug_in].CLOSED == ["one"]


PLUG_IN = '''
from downrange.alert.model import Receipt

CLOSED, SENT = [], []


class Carrier:
    """Takes everything: it forgets to look at the status."""

    def __init__(self, name, status, now):
        self.name, self.status, self.now = name, status, now

    def send(self, parcel):
        SENT.append(parcel.identifier)
        return Receipt(channel=self.name, identifier=parcel.identifier, at=self.now(), said="flown")

    def tend(self):
        SENT.append("tended")

    def close(self):
        CLOSED.append(self.name)


def make(settings):
    settings.text("folder")
    settings.finish()
    return Carrier(settings.name, settings.status, settings.now)


def misnamed(settings):
    settings.text("folder")
    return Carrier("other", settings.status, settings.now)
'''


@pytest.fixture
def plug_in(tmp_path, monkeypatch):
    """Install a package that brings kinds, the way any installed package shows them."""
    place = tmp_path / "site"
    described = place / "carrier-1.0.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: carrier\nVersion: 1.0\n", encoding="utf-8")
    (described / "entry_points.txt").write_text(
        "[downrange.channels]\ntest-carrier = carrier_of_tests:make\ntest-misnamed = carrier_of_tests:misnamed\n"
        "test-broken = carrier_of_tests:nothing\ndirectory = carrier_of_tests:make\n",
        encoding="utf-8",
    )
    (place / "carrier_of_tests.py").write_text(PLUG_IN, encoding="utf-8")
    monkeypatch.syspath_prepend(place)
    yield "carrier_of_tests"
    sys.modules.pop("carrier_of_tests", None)


def test_another_package_may_bring_a_kind(tmp_path, plug_in, parcel, now):
    assert "test-carrier" in channel_kinds()
    text = table("air", "test-carrier", folder="x")
    (channel,) = load_channels(write(tmp_path, text), Status.EXERCISE, now=now)
    assert channel.send(parcel).said == "flown"
    assert isinstance(channel, Tended)
    channel.tend()
    assert sys.modules[plug_in].SENT == [parcel.identifier, "tended"]
    channel.close()
    assert sys.modules[plug_in].CLOSED == ["air"]


def test_what_others_bring_is_guarded_by_us(tmp_path, plug_in, parcels_in):
    (channel,) = load_channels(write(tmp_path, table("air", "test-carrier", "Actual", folder="x")), Status.ACTUAL)
    with pytest.raises(WrongStatusError, match="nothing was sent"):
        channel.send(parcels_in(Status.EXERCISE)[0])
    assert sys.modules[plug_in].SENT == []


def test_code_of_others_is_not_even_imported_for_another_status(tmp_path, plug_in):
    assert load_channels(write(tmp_path, table("air", "test-carrier", "Actual", folder="x")), Status.EXERCISE) == ()
    assert plug_in not in sys.modules


def test_our_kinds_cannot_be_replaced(tmp_path, plug_in):
    (channel,) = load_channels(write(tmp_path, table(folder="out")), Status.EXERCISE)
    assert type(channel).__module__ == "downrange.alert.channels.directory"


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("test-misnamed", "gave no channel of this name and status"),
        ("test-broken", r"carrier_of_tests:nothing cannot be loaded"),
    ],
)
def test_faults_of_others_are_told(tmp_path, plug_in, kind, told):
    with pytest.raises(InputError, match=told):
        load_channels(write(tmp_path, table("air", kind, folder="x")), Status.EXERCISE)
    assert importlib.metadata.entry_points(group="downrange.channels", name=kind)


def uncommented(text):
    return "\n".join(line[1:] if line[:1] == "#" and line[1:2] not in {" ", ""} else line for line in text.splitlines())


def test_the_example_is_good_as_it_stands_and_with_everything_on(tmp_path, monkeypatch, self_signed):
    text = (files("downrange.alert") / "channels" / "data" / "example.toml").read_text(encoding="utf-8")
    made = load_channels(write(tmp_path, text), Status.EXERCISE)
    assert [(one.name, type(one).__name__) for one in made] == [("files", "DirectoryChannel"), ("feed", "AtomChannel")]
    assert load_channels(tmp_path / "channels.toml", Status.ACTUAL) == ()
    for name in ("sirens.token", "broker.password"):
        (tmp_path / name).write_text("s3cret\n", encoding="utf-8")
    (tmp_path / "authority.pem").write_bytes(self_signed[1])
    monkeypatch.setenv("SIRENS_HMAC_KEY", "key")
    path = write(tmp_path, uncommented(text))
    assert [one.name for one in load_channels(path, Status.ACTUAL)] == ["sirens", "broker", "pages"]
    assert [one.name for one in load_channels(path, Status.TEST)] == ["space"]
