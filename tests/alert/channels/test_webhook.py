"""A real server on this machine, told what to answer: what is sent, and what each answer means."""

import dataclasses
import hashlib
import hmac
import ssl
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from downrange.alert import Status
from downrange.alert.channels import ChannelDownError, ChannelRefusedError, WrongStatusError, load_channels
from downrange.alert.channels.webhook import WebhookChannel
from downrange.base import InputError


class Server(ThreadingHTTPServer):
    """Records the requests and answers what the test put into `answers`, then 200."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests, self.answers, self.silent = [], [], threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/cap?from=us"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), body))
        code, headers, text = self.server.answers.pop(0) if self.server.answers else (200, {}, "thank\nyou")
        if code is None:  # no answer at all
            self.server.silent.wait(5.0)
            return
        if code == "drip":  # a sign now and then, for ever
            with suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                while not self.server.silent.wait(0.05):
                    self.wfile.write(b"x")
            return
        self.send_response(code)
        for key, value in (headers | {"Content-Length": str(len(text.encode()))}).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args):
        """Keep the test's output clean."""


@pytest.fixture
def server():
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.silent.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def channel(server, tmp_path, now):
    return WebhookChannel(
        name="hook", status=Status.EXERCISE, url=server.url, record=tmp_path / "sent", timeout_s=5.0, now=now
    )


def test_the_very_bytes_arrive_with_their_key_and_the_answer_is_the_receipt(server, channel, parcel, now):
    receipt = channel.send(parcel)
    ((path, headers, body),) = server.requests
    assert (path, body) == ("/cap?from=us", parcel.xml)
    assert headers["Content-Type"] == "application/cap+xml"
    assert headers["Idempotency-Key"] == parcel.identifier
    assert "Authorization" not in headers
    assert (receipt.channel, receipt.at, receipt.said) == ("hook", now(), "200 OK: thank you")


def test_what_was_taken_is_not_sent_again_even_after_a_restart(server, channel, parcel, tmp_path, now):
    first = channel.send(parcel)
    now.on(minutes=500)  # it expired long ago; that it was taken stays true
    again = WebhookChannel(name="hook", status=Status.EXERCISE, url=server.url, record=tmp_path / "sent", now=now)
    receipt = again.send(parcel)
    assert (receipt.at, receipt.said) == (first.at, "was taken before: 200 OK: thank you")
    assert len(server.requests) == 1


def test_the_same_identifier_never_goes_out_with_other_bytes(server, channel, parcel):
    server.answers.append((500, {}, ""))
    with pytest.raises(ChannelDownError):
        channel.send(parcel)  # nobody knows whether it arrived
    other = dataclasses.replace(parcel, xml=parcel.xml.replace(b"Immediate", b"Expected"))
    with pytest.raises(ChannelRefusedError, match="sent before with other bytes"):
        channel.send(other)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("code", "headers", "again_s"),
    [(500, {}, 10.0), (503, {"Retry-After": "7"}, 7.0), (429, {"Retry-After": "9000"}, 600.0), (408, {}, 10.0),
     (409, {"Retry-After": "2"}, 2.0), (503, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10.0)],
)  # fmt: skip
def test_a_server_in_trouble_is_asked_again_and_takes_it_then(server, channel, parcel, code, headers, again_s):
    server.answers.append((code, headers, "busy"))
    with pytest.raises(ChannelDownError, match=rf"tried to post to .*it answered {code} .*busy") as told:
        channel.send(parcel)
    assert told.value.again_s == again_s
    assert channel.send(parcel).said == "200 OK: thank you"
    assert [headers["Idempotency-Key"] for _, headers, _ in server.requests] == [parcel.identifier] * 2


@pytest.mark.parametrize("code", [400, 401, 404, 409, 422, 302])
def test_a_refusal_is_final_and_no_redirect_is_followed(server, channel, parcel, code):
    server.answers.append((code, {"Location": server.url}, "no"))
    with pytest.raises(ChannelRefusedError, match=rf"it answered {code} .*Sending it again will not help"):
        channel.send(parcel)
    assert len(server.requests) == 1


def test_409_with_our_key_means_that_it_was_taken_before(server, channel, parcel):
    server.answers.append((409, {"Idempotency-Key": f'"{parcel.identifier}"'}, "have it"))
    assert channel.send(parcel).said == "was taken before: 409 Conflict: have it"
    assert channel.send(parcel).said.startswith("was taken before")
    assert len(server.requests) == 1


def test_409_with_another_key_does_not(server, channel, parcel):
    server.answers.append((409, {"Idempotency-Key": "another"}, ""))
    with pytest.raises(ChannelRefusedError):
        channel.send(parcel)


def test_two_at_once_are_one(server, channel, parcel):
    server.answers.append((200, {}, "once"))
    said = []

    def send():
        said.append(channel.send(parcel).said)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["200 OK: once", *["was taken before: 200 OK: once"] * 3]
    assert len(server.requests) == 1


def test_a_note_that_is_damaged_stops_and_says_what_to_do(server, channel, parcel):
    (channel.book.folder / f"{parcel.identifier}.json").write_text("{", encoding="utf-8")
    with pytest.raises(ChannelRefusedError, match="nobody knows whether the message was sent"):
        channel.send(parcel)
    channel.book.folder.rename(channel.book.folder.with_name("away"))
    with pytest.raises(ChannelDownError, match=r"note in .* what is sent: No such file"):
        channel.send(parcel)
    assert server.requests == []


def test_silence_is_told_and_asking_again_is_harmless(server, channel, parcel):
    channel.timeout_s = 0.2
    server.answers.append((None, {}, ""))
    with pytest.raises(ChannelDownError, match=r"no answer within 0\.2 s; it may have been taken"):
        channel.send(parcel)


def test_a_server_that_drips_its_answer_is_not_waited_for(server, channel, parcel):
    channel.timeout_s = 0.4
    server.answers.append(("drip", {}, ""))
    with pytest.raises(ChannelDownError, match=r"no answer within 0\.4 s; it may have been taken"):
        channel.send(parcel)


def test_a_server_that_is_gone_is_told(server, channel, parcel):
    channel.url = "http://127.0.0.1:9/cap"  # the port of "discard"; nothing listens there
    with pytest.raises(ChannelDownError, match="Connection refused"):
        channel.send(parcel)


def test_only_as_much_of_the_answer_as_a_receipt_needs(server, channel, parcel):
    server.answers.append((201, {}, "\x1b[31m" + "가" * 5000))
    said = channel.send(parcel).said
    assert said.startswith("201 Created: [31m가")
    assert len(said) <= 215
    assert said.isprintable()


def test_expired_messages_and_other_statuses_never_leave(server, channel, parcel, parcels_in, now):
    with pytest.raises(WrongStatusError):
        channel.send(parcels_in(Status.ACTUAL)[0])
    now.on(minutes=600)
    with pytest.raises(ChannelRefusedError, match="it expired at"):
        channel.send(parcel)
    assert server.requests == []


def load(tmp_path, text, status=Status.EXERCISE):
    path = tmp_path / "channels.toml"
    path.write_text(f'[[channel]]\nname = "hook"\nkind = "webhook"\nstatus = "Exercise"\n{text}\n', encoding="utf-8")
    return load_channels(path, status)


def test_token_and_signature_come_from_files_and_the_environment(server, parcel, tmp_path, monkeypatch, now):
    (tmp_path / "token").write_text("s3cret\n", encoding="utf-8")
    monkeypatch.setenv("HOOK_KEY", "key")
    (channel,) = load(tmp_path, f'url = "{server.url}"\ntoken_file = "token"\nhmac_env = "HOOK_KEY"')
    channel.now = now
    channel.send(parcel)
    headers = server.requests[0][1]
    assert headers["Authorization"] == "Bearer s3cret"
    assert headers["X-Hub-Signature-256"] == f"sha256={hmac.new(b'key', parcel.xml, hashlib.sha256).hexdigest()}"
    assert (tmp_path / "sent" / "hook" / f"{parcel.identifier}.json").is_file()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('url = "https://a.example/"\ntoken = "abc"', r"channel\[0\]\.token \(hook\): a secret stands in the file"),
        ('url = "https://u:p@a.example/"', "a password stands in it"),
        ('url = "ftp://a.example/"', "is no web address"),
        ('url = "http://a.example/"', "anybody on the way could read and change it"),
        ('url = "http://a.example/"\nallow_http = true\ntoken_env = "PATH"', "could read and change it. Use https."),
        ('url = "https://a.example/"\ntoken_file = "none"', "cannot be read: No such file"),
        ('url = "https://a.example/"\nhmac_env = "NO_SUCH_VARIABLE"', "NO_SUCH_VARIABLE is empty or not set"),
        ('url = "https://a.example/"\nca_file = "none.pem"', "none.pem cannot be used"),
        ('url = "https://a.example/"\ntimeout_s = 0', "0 is no number from 0.1 to 120"),
        ('url = "https://a.example/"\ntimeouts = 5', "unknown key. Write timeout_s"),
        ("", r"channel\[0\]\.url \(hook\): missing"),
    ],
)
def test_faults_in_the_file_are_told_with_their_cure(tmp_path, text, told):
    with pytest.raises(InputError, match=told):
        load(tmp_path, text)


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path, parcel, now, self_signed):
    """A TLS server with a certificate of its own making."""
    key, certificate = self_signed
    pem = tmp_path / "server.pem"
    pem.write_bytes(key + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = Server()
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # the refused handshake
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = server.url.replace("http://127.0.0.1", "https://localhost")
    try:
        (channel,) = load(tmp_path, f'url = "{url}"')
        channel.now = now
        with pytest.raises(ChannelDownError, match="its certificate is not trusted"):
            channel.send(parcel)
        assert server.requests == []
        (tmp_path / "ca.pem").write_bytes(certificate)
        (channel,) = load(tmp_path, f'url = "{url}"\nca_file = "ca.pem"')
        channel.now = now
        assert channel.send(parcel).said == "200 OK: thank you"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
