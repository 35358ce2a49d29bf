"""Channel kind "mqtt": each message published to `<topic>/<identifier>` of an MQTT 5 broker, with quality of service 1.

Needs the extra: pip install 'downrange[mqtt]'.
Keys: host, topic; port (8883, without TLS 1883), tls (true), ca_file, user, password_file or password_env,
client_id, retain (true), timeout_s (10), record.

The message is retained, so that who connects later still gets it, and carries a message expiry interval that ends
with the message's own expiry: the broker then drops it by itself. Its properties are content type
application/cap+xml and the identifier as correlation data. A receipt means that the broker confirmed it (PUBACK).
With quality of service 1 a subscriber may get a message twice and must know it by its identifier.
"""

from __future__ import annotations

import math
import ssl
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from downrange.alert.channels._files import file_stem
from downrange.alert.channels._sent import SentBook
from downrange.alert.channels.model import (
    ChannelDownError,
    ChannelRefusedError,
    Clock,
    Letter,
    opened,
    refuse_expired,
    utc_now,
)
from downrange.alert.channels.settings import Settings
from downrange.alert.channels.webhook import LOOPBACK, tls_context
from downrange.alert.model import Parcel, Receipt, Status

if TYPE_CHECKING:
    from paho.mqtt.client import Client
    from paho.mqtt.properties import Properties

LONGEST_EXPIRY_S: Final = 2**32 - 1
"""A message expiry interval is four bytes of seconds (MQTT 5.0, 3.3.2.3.3)."""

_REFUSALS: Final = frozenset({0x86, 0x87, 0x8A, 0x8C, 0x90, 0x99, 0x9A})
"""Reason codes of MQTT 5.0, 2.4, that trying again does not change: bad password, not authorized, banned, bad method,
invalid topic, invalid payload format, retain not supported."""


class _TidySocket(ssl.SSLSocket):
    """A TLS socket that closes itself when the greeting fails, which paho leaves to chance."""

    def do_handshake(self, block: bool = False) -> None:
        """Greet the broker, or close."""
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


class _Talk:
    """One connection, from CONNECT to DISCONNECT, and what the broker answered."""

    __slots__ = ("client", "connected", "failed", "published", "refused")

    def __init__(self, client: Client) -> None:
        self.client = client
        self.connected, self.published, self.refused, self.failed = False, False, False, ""
        client.on_connect = self._on_connect
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect

    def _on_connect(self, _client: Client, _data: object, _flags: object, code: Any, _more: object) -> None:  # noqa: ANN401
        """Note the broker's answer to CONNECT."""
        self.connected = self._took(code)

    def _on_publish(self, _client: Client, _data: object, _mid: int, code: Any, _more: object) -> None:  # noqa: ANN401
        """Note the broker's answer to PUBLISH."""
        self.published = self._took(code)

    def _took(self, code: Any) -> bool:  # noqa: ANN401
        """Return whether a reason code is a success; note why not."""
        if code.is_failure:
            self.failed, self.refused = str(code), code.value in _REFUSALS
        return not code.is_failure

    def _on_disconnect(self, _client: Client, _data: object, _flags: object, code: Any, _more: object) -> None:  # noqa: ANN401
        """Note that the broker hung up before it had answered."""
        if not self.published and not self.failed:
            self.failed = f"hung up ({code})"

    def wait(self, what: str, ends: float) -> bool:
        """Let the connection work until something is true or the time is over."""
        while not getattr(self, what) and not self.failed and time.monotonic() < ends:
            self.client.loop(timeout=min(0.05, max(ends - time.monotonic(), 0.0)))
        return bool(getattr(self, what))


class MqttChannel:
    """Publishes messages to one broker."""

    __slots__ = (
        *("_context", "_password", "book", "client_id", "host", "name", "now", "port"),
        *("retain", "status", "timeout_s", "topic", "user"),
    )

    def __init__(
        self,
        *,
        name: str,
        status: Status,
        host: str,
        port: int,
        topic: str,
        record: Path,
        context: ssl.SSLContext | None = None,
        user: str = "",
        password: str | None = None,
        client_id: str = "",
        retain: bool = True,
        timeout_s: float = 10.0,
        now: Clock = utc_now,
    ) -> None:
        self.name, self.status, self.host, self.port, self.topic = name, status, host, port, topic
        self.user, self.client_id, self.retain, self.timeout_s, self.now = user, client_id, retain, timeout_s, now
        self._context, self._password = context, password
        if context is not None:
            context.sslsocket_class = _TidySocket
        self.book = SentBook(record, channel=name, status=status)

    def send(self, parcel: Parcel) -> Receipt:
        """Publish the message unless the broker confirmed it before."""
        letter = opened(parcel, channel=self.name, status=self.status)
        topic = f"{self.topic}/{file_stem(parcel.identifier, channel=self.name)}"
        with self.book.one_at_a_time():
            taken = self.book.taken(parcel)
            if taken is not None:
                return taken
            refuse_expired(letter, channel=self.name, now=self.now())
            self.book.begin(parcel)
            self._publish(topic, parcel, letter)
            said = f"confirmed by {self.host}:{self.port} on {topic}"
            receipt = Receipt(channel=self.name, identifier=parcel.identifier, at=self.now(), said=said)
            return self.book.end(parcel, receipt)

    def close(self) -> None:
        """Do nothing: a connection lives as long as its message."""

    def _publish(self, topic: str, parcel: Parcel, letter: Letter) -> None:
        """Publish and wait for the broker's word."""
        ends = time.monotonic() + self.timeout_s
        client = self._client()
        talk = _Talk(client)
        try:
            client.connect(self.host, self.port, keepalive=math.ceil(self.timeout_s))  # it bounds the TLS handshake too
            if not talk.wait("connected", ends):
                raise self._failed(talk, topic, f"no answer to CONNECT within {self.timeout_s:g} s")
            client.publish(topic, parcel.xml, qos=1, retain=self.retain, properties=self._properties(parcel, letter))
            if not talk.wait("published", ends):
                seen = (
                    f"no confirmation within {self.timeout_s:g} s; it may have been taken, and asking again is harmless"
                )
                raise self._failed(talk, topic, seen)
        except OSError as problem:
            raise self._down(problem.strerror or str(problem)) from None
        finally:
            client.disconnect()
            client.loop(timeout=0.05)  # lets DISCONNECT go out and the socket close

    def _client(self) -> Client:
        """Return a client that is not connected yet."""
        from paho.mqtt.client import Client, MQTTv5
        from paho.mqtt.enums import CallbackAPIVersion

        client = Client(CallbackAPIVersion.VERSION2, client_id=self.client_id, protocol=MQTTv5)
        client.connect_timeout = self.timeout_s
        if self._context is not None:
            client.tls_set_context(self._context)
        if self.user:
            client.username_pw_set(self.user, self._password)
        return client

    def _properties(self, parcel: Parcel, letter: Letter) -> Properties:
        """Return what goes with a message."""
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        left_s = int((letter.expires - self.now()).total_seconds())
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ContentType = "application/cap+xml"
        properties.CorrelationData = parcel.identifier.encode()
        properties.MessageExpiryInterval = min(max(left_s, 1), LONGEST_EXPIRY_S)
        return properties

    def _failed(self, talk: _Talk, topic: str, seen: str) -> ChannelDownError | ChannelRefusedError:
        """Return the error for what the broker answered, or for no answer."""
        if not talk.refused:
            return self._down(f"the broker answered: {talk.failed}" if talk.failed else seen)
        return ChannelRefusedError(
            channel=self.name,
            tried=f"publish to {topic} at {self.host}:{self.port}",
            seen=f"the broker answered: {talk.failed}",
            cure="correct user, password or topic, or the broker's access list; then deliver by hand",
        )

    def _down(self, seen: str) -> ChannelDownError:
        """Return the error for a broker that did not confirm."""
        return ChannelDownError(channel=self.name, tried=f"publish at {self.host}:{self.port}", seen=seen)


def make(settings: Settings) -> MqttChannel:
    """Construct the channel that a [[channel]] table asks for."""
    _require_paho(settings)
    host, topic = settings.text("host"), settings.text("topic").rstrip("/")
    if any(sign in topic for sign in "+#\0") or not topic or topic.startswith("$"):
        raise settings.wrong("topic", f"{topic!r} cannot be published to", "use no + or #, and no $ first")
    tls = settings.flag("tls", default=True)
    user, password = settings.text("user", ""), settings.secret("password")
    if not tls and password is not None and host not in LOOPBACK:
        raise settings.wrong("tls", "without it the password crosses the network in the open", "set tls = true")
    if password is not None and not user:
        raise settings.wrong("user", "missing beside a password", "add user = ...")
    context = _context(settings) if tls else None
    port = int(settings.number("port", 8883 if tls else 1883, low=1, high=65_535))
    client_id, retain = settings.text("client_id", ""), settings.flag("retain", default=True)
    timeout_s = settings.number("timeout_s", 10.0, low=0.1, high=120.0)
    record = settings.path("record", f"sent/{settings.name}")
    settings.finish()
    return MqttChannel(
        name=settings.name,
        status=settings.status,
        host=host,
        port=port,
        topic=topic,
        record=record,
        context=context,
        user=user,
        password=password,
        client_id=client_id,
        retain=retain,
        timeout_s=timeout_s,
        now=settings.now,
    )


def _require_paho(settings: Settings) -> None:
    """Stop with the cure when the extra is not installed."""
    if not find_spec("paho"):
        seen = "the kind mqtt needs the package paho-mqtt, which is not installed"
        raise settings.wrong("kind", seen, "run pip install 'downrange[mqtt]'")


def _context(settings: Settings) -> ssl.SSLContext:
    """Return how the broker is verified."""
    return tls_context(settings, "ca_file") if settings.has("ca_file") else ssl.create_default_context()
