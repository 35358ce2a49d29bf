"""A real broker on this machine: what subscribers get, what the broker drops, and what is told when it is not there."""

import shutil
import socket
import subprocess
import sys
import threading
import time

import pytest
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from downrange.alert import Status
from downrange.alert.channels import ChannelDownError, ChannelRefusedError, load_channels
from downrange.alert.channels.mqtt import MqttChannel
from downrange.base import InputError


@pytest.fixture
def channel(mosquitto, tmp_path, now):
    return MqttChannel(
        name="broker", status=Status.EXERCISE, host=mosquitto.host, port=mosquitto.port, topic=f"cap/{tmp_path.name}",
        record=tmp_path / "sent", timeout_s=5.0, now=now,
    )  # fmt: skip


def heard(broker, topic, *, until, within_s=5.0, user=None):
    """Connect as a subscriber and return what comes, up to `until` messages."""
    found, ready = [], []
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
    if user:
        client.username_pw_set(*user)
    client.on_message = lambda _client, _data, message: found.append(message)
    client.on_subscribe = lambda *_: ready.append(True)
    client.on_connect = lambda *_: client.subscribe(topic, qos=1)
    client.connect(broker.host, broker.port)
    ends = time.monotonic() + within_s
    while (len(found) < until or not ready) and time.monotonic() < ends:
        client.loop(timeout=0.02)
    client.disconnect()
    client.loop(timeout=0.02)
    return found


def test_who_connects_later_still_gets_the_message_with_its_expiry(mosquitto, channel, parcels, now):
    receipts = [channel.send(parcel) for parcel in parcels]
    topic = f"{channel.topic}/{parcels[0].identifier}"
    assert receipts[0].said == f"confirmed by 127.0.0.1:{mosquitto.port} on {topic}"
    found = {message.topic: message for message in heard(mosquitto, f"{channel.topic}/#", until=3)}
    assert found.keys() == {f"{channel.topic}/{parcel.identifier}" for parcel in parcels}
    first = found[topic]
    assert (first.payload, first.retain, first.qos) == (parcels[0].xml, True, 1)
    assert first.properties.ContentType == "application/cap+xml"
    assert first.properties.CorrelationData == parcels[0].identifier.encode()
    assert 3820 < first.properties.MessageExpiryInterval <= 3830  # from 06:29:10 to 07:33:00


def test_the_broker_drops_it_when_it_expires(mosquitto, channel, parcels, now):
    now.on(minutes=63 + 49 / 60)  # a second before 07:33:00, when the warning expires; the lift lasts to 07:38:00
    channel.send(parcels[0])
    channel.send(parcels[2])
    topic, ends = f"{channel.topic}/#", time.monotonic() + 10.0
    while len(found := heard(mosquitto, topic, until=2, within_s=0.3)) > 1 and time.monotonic() < ends:
        time.sleep(0.1)
    assert [message.payload for message in found] == [parcels[2].xml]


def test_what_was_confirmed_is_not_published_again(mosquitto, channel, parcel, now):
    first = channel.send(parcel)
    mosquitto.stop()
    now.on(minutes=1)
    assert channel.send(parcel).at == first.at
    mosquitto.start()


def test_a_broker_that_is_gone_is_told_and_gets_it_when_it_is_back(mosquitto, channel, parcel):
    mosquitto.kill()
    with pytest.raises(ChannelDownError, match=r"tried to publish at 127\.0\.0\.1:\d+: Connection refused"):
        channel.send(parcel)
    mosquitto.start()
    channel.send(parcel)
    assert [message.payload for message in heard(mosquitto, f"{channel.topic}/#", until=1)] == [parcel.xml]
    channel.close()


def test_a_port_that_accepts_and_says_nothing_is_not_waited_for_long(channel, parcel):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        channel.port, channel.timeout_s = mute.getsockname()[1], 0.3
        with pytest.raises(ChannelDownError, match=r"no answer to CONNECT within 0\.3 s"):
            channel.send(parcel)


def test_a_port_that_hangs_up_is_told(channel, parcel):
    with socket.create_server(("127.0.0.1", 0)) as rude:
        rude.setblocking(True)
        channel.port = rude.getsockname()[1]

        def answer():
            rude.accept()[0].close()

        hang_up = threading.Thread(target=answer)
        hang_up.start()
        with pytest.raises(ChannelDownError, match="hung up"):
            channel.send(parcel)
        hang_up.join()


class Guarded:
    """A broker that asks for a password and lets its user write below one topic only."""

    def __init__(self, folder, pem=None):
        self.host, self.folder = "127.0.0.1", folder
        with socket.create_server((self.host, 0)) as free:
            self.port = free.getsockname()[1]
        (folder / "acl").write_text("user alerts\ntopic readwrite cap/#\n", encoding="utf-8")
        (folder / "users").touch(mode=0o600)
        subprocess.run(
            [shutil.which("mosquitto_passwd") or "mosquitto_passwd", "-b", folder / "users", "alerts", "s3cret"],
            check=True, capture_output=True,
        )  # fmt: skip
        lines = (f"listener {self.port} {self.host}", "allow_anonymous false", f"password_file {folder / 'users'}",
                 f"acl_file {folder / 'acl'}", "user root")  # fmt: skip
        if pem is not None:
            (folder / "key.pem").write_bytes(pem[0])
            (folder / "certificate.pem").write_bytes(pem[1])
            lines += (f"certfile {folder / 'certificate.pem'}", f"keyfile {folder / 'key.pem'}")
        (folder / "conf").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def __enter__(self):
        binary = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.log = (self.folder / "log").open("wb")
        self.process = subprocess.Popen([binary, "-c", self.folder / "conf"], stdout=self.log, stderr=self.log)
        ends = time.monotonic() + 10.0
        while time.monotonic() < ends:
            try:
                socket.create_connection((self.host, self.port)).close()
            except OSError:
                time.sleep(0.02)
            else:
                return self
        raise AssertionError((self.folder / "log").read_text())

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


def load(tmp_path, text):
    path = tmp_path / "channels.toml"
    path.write_text(f'[[channel]]\nname = "broker"\nkind = "mqtt"\nstatus = "Exercise"\n{text}\n', encoding="utf-8")
    return load_channels(path, Status.EXERCISE)


@pytest.mark.usefixtures("mosquitto")  # skips where there is no broker
def test_password_and_access_list(tmp_path, parcel, now):
    (tmp_path / "broker").mkdir()
    (tmp_path / "password").write_text("s3cret\n", encoding="utf-8")
    (tmp_path / "wrong").write_text("guess\n", encoding="utf-8")
    with Guarded(tmp_path / "broker") as broker:
        head = f'host = "127.0.0.1"\nport = {broker.port}\ntls = false\nuser = "alerts"\n'
        (channel,) = load(tmp_path, f'{head}topic = "cap"\npassword_file = "wrong"')
        channel.now = now
        with pytest.raises(ChannelRefusedError, match="the broker answered: Not authorized"):
            channel.send(parcel)
        (channel,) = load(tmp_path, f'{head}topic = "elsewhere"\npassword_file = "password"')
        channel.now = now
        with pytest.raises(ChannelRefusedError, match="the broker answered: Not authorized"):
            channel.send(parcel)
        (channel,) = load(tmp_path, f'{head}topic = "cap/"\npassword_file = "password"')
        channel.now = now
        assert channel.send(parcel).said.endswith(f"on cap/{parcel.identifier}")
        found = heard(broker, "cap/#", until=1, user=("alerts", "s3cret"))
        assert [message.payload for message in found] == [parcel.xml]


@pytest.mark.usefixtures("mosquitto")
def test_tls_with_an_authority_of_our_own_and_not_without(tmp_path, parcel, now, self_signed):
    (tmp_path / "broker").mkdir()
    (tmp_path / "password").write_text("s3cret\n", encoding="utf-8")
    (tmp_path / "ca.pem").write_bytes(self_signed[1])
    with Guarded(tmp_path / "broker", self_signed) as broker:
        text = f'host = "localhost"\nport = {broker.port}\ntopic = "cap"\nuser = "alerts"\npassword_file = "password"'
        (channel,) = load(tmp_path, text)
        channel.now = now
        with pytest.raises(ChannelDownError, match=r"(?i)certificate.verify.failed"):
            channel.send(parcel)
        (channel,) = load(tmp_path, f'{text}\nca_file = "ca.pem"')
        channel.now = now
        assert channel.send(parcel).said == f"confirmed by localhost:{broker.port} on cap/{parcel.identifier}"


def test_a_mute_port_is_not_waited_for_long_under_tls(tmp_path, parcel, now):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        text = f'host = "localhost"\nport = {mute.getsockname()[1]}\ntopic = "cap"\ntimeout_s = 0.3'
        (channel,) = load(tmp_path, text)
        channel.now = now
        with pytest.raises(ChannelDownError, match="timed out"):
            channel.send(parcel)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('host = "b.example"\ntopic = "a/+"', "cannot be published to"),
        ('host = "b.example"\ntopic = "$SYS"', "cannot be published to"),
        (
            'host = "b.example"\ntopic = "a"\ntls = false\nuser = "u"\npassword_env = "PATH"',
            "in the open. Set tls = true",
        ),
        ('host = "b.example"\ntopic = "a"\npassword_env = "PATH"', r"user \(broker\): missing beside a password"),
        ('host = "b.example"\ntopic = "a"\npassword = "x"', "a secret stands in the file"),
        ('topic = "a"', r"host \(broker\): missing"),
    ],
)
def test_faults_in_the_file_are_told_with_their_cure(tmp_path, text, told):
    with pytest.raises(InputError, match=told):
        load(tmp_path, text)


def test_without_the_extra_the_cure_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "paho", None)  # what Python holds of a package that cannot be imported
    with pytest.raises(InputError, match=r"is not installed\. Run pip install 'downrange\[mqtt\]'"):
        load(tmp_path, 'host = "b.example"\ntopic = "a"')
