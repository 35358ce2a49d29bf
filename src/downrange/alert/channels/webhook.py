"""Channel kind "webhook": each message a POST of its bytes to an address.

Keys: url; token_file or token_env (sent as "Authorization: Bearer ..."), hmac_file or hmac_env (the key of a
signature over the body, sent as "X-Hub-Signature-256: sha256=..."), ca_file, timeout_s (10), allow_http (false), record.

The request carries "Content-Type: application/cap+xml" and the identifier as "Idempotency-Key"
(draft-ietf-httpapi-idempotency-key-header), so that a server takes a message once however often it is asked.

What the answers mean:
- 2xx: taken; the receipt holds the first 200 characters of what the server said.
- 409 whose own "Idempotency-Key" header is our identifier: taken before, a receipt too.
- 409 with Retry-After, 408, 425, 429 and all 5xx: try again, after Retry-After when it is given in seconds.
- 3xx: refused. No redirect is followed: a warning goes only where the agency's file says.
- any other 4xx: refused.
timeout_s is for the connection, and again for the whole exchange. No answer in time is "try again": the server may have taken it, and the key makes asking again harmless.
Proxies of the environment are not used. The certificate of an https address is always verified.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from downrange.alert.channels._sent import SentBook
from downrange.alert.channels.model import (
    ChannelDownError,
    ChannelRefusedError,
    Clock,
    opened,
    refuse_expired,
    utc_now,
)
from downrange.alert.channels.settings import Settings
from downrange.alert.model import Parcel, Receipt, Status

SAID_CHARACTERS: Final = 200
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_AGAIN_S: Final = 10.0
_LATER: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered."""

    code: int
    reason: str
    text: str
    key: str
    again_s: float | None

    def __str__(self) -> str:
        """Write it for a receipt."""
        return f"{self.code} {self.reason}: {self.text}".rstrip(": ")


class WebhookChannel:
    """Posts messages to one address."""

    __slots__ = ("_context", "_hmac_key", "_token", "book", "name", "now", "status", "timeout_s", "url")

    def __init__(
        self,
        *,
        name: str,
        status: Status,
        url: str,
        record: Path,
        token: str | None = None,
        hmac_key: str | None = None,
        context: ssl.SSLContext | None = None,
        timeout_s: float = 10.0,
        now: Clock = utc_now,
    ) -> None:
        self.name, self.status, self.url, self.timeout_s, self.now = name, status, url, timeout_s, now
        self._token, self._hmac_key, self._context = token, hmac_key, context
        self.book = SentBook(record, channel=name, status=status)

    def send(self, parcel: Parcel) -> Receipt:
        """Post the message unless the server took it before."""
        letter = opened(parcel, channel=self.name, status=self.status)
        with self.book.one_at_a_time():
            taken = self.book.taken(parcel)
            if taken is not None:
                return taken
            refuse_expired(letter, channel=self.name, now=self.now())
            self.book.begin(parcel)
            said = self._judged(self._post(parcel), parcel.identifier)
            receipt = Receipt(channel=self.name, identifier=parcel.identifier, at=self.now(), said=said)
            return self.book.end(parcel, receipt)

    def close(self) -> None:
        """Do nothing: a connection lives as long as its request."""

    def _post(self, parcel: Parcel) -> Answer:
        """Return what the server answers, or say that it did not."""
        address = urlsplit(self.url)
        secure = address.scheme == "https"
        connection = (
            http.client.HTTPSConnection(
                address.hostname or "",
                address.port,
                timeout=self.timeout_s,
                context=self._context or ssl.create_default_context(),
            )
            if secure
            else http.client.HTTPConnection(address.hostname or "", address.port, timeout=self.timeout_s)
        )
        target = f"{address.path or '/'}{f'?{address.query}' if address.query else ''}"
        try:
            connection.connect()
            with _cut_off(connection.sock, self.timeout_s):
                connection.request("POST", target, body=parcel.xml, headers=self._headers(parcel))
                return _answer(connection.getresponse())
        except TimeoutError:
            seen = f"no answer within {self.timeout_s:g} s; it may have been taken, and asking again is harmless"
            raise self._down(seen) from None
        except ssl.SSLCertVerificationError as problem:
            raise self._down(f"its certificate is not trusted ({problem.verify_message}); nothing was sent") from None
        except (OSError, http.client.HTTPException) as problem:
            seen = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
            raise self._down(seen) from None
        finally:
            connection.close()

    def _headers(self, parcel: Parcel) -> dict[str, str]:
        """Return the headers of a request."""
        headers = {
            "Content-Type": "application/cap+xml",
            "Idempotency-Key": parcel.identifier,
            "User-Agent": "downrange",
        }
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        if self._hmac_key is not None:
            digest = hmac.new(self._hmac_key.encode(), parcel.xml, hashlib.sha256).hexdigest()
            headers["X-Hub-Signature-256"] = f"sha256={digest}"
        return headers

    def _judged(self, answer: Answer, identifier: str) -> str:
        """Return what a receipt says of an answer, or raise what it means."""
        if 200 <= answer.code < 300:
            return str(answer)
        if answer.code == 409 and answer.key == identifier:
            return f"was taken before: {answer}"
        waits = answer.code == 409 and answer.again_s is not None
        if answer.code >= 500 or answer.code in _LATER or waits:
            raise self._down(f"it answered {answer}", again_s=answer.again_s or _AGAIN_S)
        raise ChannelRefusedError(
            channel=self.name, tried=f"post to {self.url}", seen=f"it answered {answer}", cure=_cure(answer.code)
        )

    def _down(self, seen: str, *, again_s: float = _AGAIN_S) -> ChannelDownError:
        """Return the error for a server that did not take the message."""
        return ChannelDownError(channel=self.name, tried=f"post to {self.url}", seen=seen, again_s=again_s)


@contextmanager
def _cut_off(sock: socket.socket, after_s: float) -> Iterator[None]:
    """Hang up when an exchange takes too long in all: a server that drips its answer resets every other clock."""
    late = threading.Event()

    def hang_up() -> None:
        late.set()
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)  # under TLS, below it: no farewell to wait for

    timer = threading.Timer(after_s, hang_up)
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException):
        if not late.is_set():
            raise
    finally:
        timer.cancel()
        timer.join()
    if late.is_set():  # without an error too: an answer cut off among its headers looks whole
        raise TimeoutError


def _answer(response: http.client.HTTPResponse) -> Answer:
    """Return what a response says, shortened."""
    text = response.read(4 * SAID_CHARACTERS).decode("utf-8", "replace")
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return Answer(
        code=response.status,
        reason=response.reason,
        text=words[:SAID_CHARACTERS],
        key=response.getheader("Idempotency-Key", "").strip('" '),  # the draft writes it between quotes
        again_s=_wait_s(response.getheader("Retry-After", "")),
    )


def _wait_s(text: str) -> float | None:
    """Return how long a server asks to wait, within a second and ten minutes; None when it gives no seconds."""
    return min(max(float(text), 1.0), 600.0) if text.isascii() and text.isdigit() else None


def _cure(code: int) -> str:
    """Return what to do about a refusal."""
    if code in {401, 403}:
        return "put the right token into its file, start again, and deliver by hand meanwhile"
    if code in {409, 422}:
        return "ask the server's keepers what they hold under this identifier"
    if 300 <= code < 400:
        return "put the address that it moved to into channels.toml if you trust it"
    return "ask the server's keepers why, and deliver by hand meanwhile"


def make(settings: Settings) -> WebhookChannel:
    """Construct the channel that a [[channel]] table asks for."""
    url = settings.text("url")
    token, hmac_key = settings.secret("token"), settings.secret("hmac")
    _check_url(settings, url, has_token=token is not None)
    context = None
    if settings.has("ca_file"):
        context = tls_context(settings, "ca_file")
    timeout_s = settings.number("timeout_s", 10.0, low=0.1, high=120.0)
    record = settings.path("record", f"sent/{settings.name}")
    settings.finish()
    return WebhookChannel(
        name=settings.name,
        status=settings.status,
        url=url,
        record=record,
        token=token,
        hmac_key=hmac_key,
        context=context,
        timeout_s=timeout_s,
        now=settings.now,
    )


def tls_context(settings: Settings, key: str) -> ssl.SSLContext:
    """Return how to verify a server by an authority of the agency's own."""
    path = settings.path(key)
    try:
        return ssl.create_default_context(cafile=str(path))
    except (OSError, ssl.SSLError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise settings.wrong(key, f"{path} cannot be used ({reason})", "give a file of PEM certificates") from None


def _check_url(settings: Settings, url: str, *, has_token: bool) -> None:
    """Refuse an address that is none, that holds a secret, or that would carry one in the open."""
    address = urlsplit(url)
    allow_http = settings.flag("allow_http", default=False)
    if address.scheme not in {"http", "https"} or not address.hostname or not url.isascii() or not url.isprintable():
        raise settings.wrong("url", f"{url!r} is no web address", "write it as https://host/path")
    if address.username or address.password:
        raise settings.wrong("url", "a password stands in it", "use token_file, and change the password")
    if address.scheme == "http" and address.hostname not in LOOPBACK and (has_token or not allow_http):
        cure = "use https" if has_token else "use https, or say allow_http = true for a network that you trust"
        raise settings.wrong("url", "anybody on the way could read and change it", cure)
