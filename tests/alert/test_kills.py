"""Processes that are killed in the middle of warnings: nothing is lost, nothing is sent twice, nothing is half-done.

Each life is looked at, drafted, approved, issued, delivered, widened, lifted, taken back, pre-authorised and expired by
processes that get SIGKILL: at a line of the code, at a call of the database, or whenever it hits. What is left in the
end must be what one process leaves that nobody killed.
"""

import json
import os
import runpy
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from downrange.alert import Kind, Status
from downrange.alert.preauth import PreAuthorisation, sign_preauthorisation, write_preauthorisation

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("office_kit.py"))))

RAM = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a quick disk, where there is one
RACES = 3
KILLS = {"sqlite": 120, "postgresql": 80}


class Recorder(BaseHTTPRequestHandler):
    """A server that takes a message once for each key, as the draft on idempotency keys has it."""

    protocol_version = "HTTP/1.1"

    def handle(self):
        with suppress(ConnectionError):  # whoever asked was killed
            super().handle()

    def do_POST(self):
        key = self.headers["Idempotency-Key"]
        digest = sha256(self.rfile.read(int(self.headers["Content-Length"]))).hexdigest()
        with self.server.lock:
            self.server.asked.append((key, digest))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def recorder():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.asked, server.lock, server.daemon_threads = [], threading.Lock(), True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def make_template(folder, port):
    status = Status.ACTUAL
    tables = [
        kit.channel_table("files", "directory", status, folder="out"),
        kit.channel_table("feed", "atom", status, folder="feed", title="Warnings"),
        kit.channel_table("tale", "tale", status, folder="tale"),
        kit.channel_table("hook", "webhook", status, url=f"http://127.0.0.1:{port}/", allow_http=True, record="hook"),
    ]
    base = folder.parent
    kit.plug_in(base)
    kit.make(folder, status=status, channels="\n".join(tables), languages=["en"])
    night = PreAuthorisation(
        id="night",
        event="2023-06-*",
        country="KR",
        codes=("KR-04",),
        p_at_least=0.5,
        kinds=(Kind.ISSUE,),
        starts=kit.T0,
        ends=kit.T0 + timedelta(hours=1),
    )
    for name in ("kim", "lee"):
        night = sign_preauthorisation(night, kit.signer(folder, name))
    write_preauthorisation(folder / "night.toml", night)


@pytest.fixture
def base():
    """A folder in memory, where there is one: a killed process leaves what it wrote there as on a disk."""
    with tempfile.TemporaryDirectory(prefix="dr-kill-", dir=RAM) as folder:
        yield Path(folder)


@pytest.mark.parametrize("database", KILLS)
def test_what_is_killed_or_raced_between_any_two_steps_ends_as_if_it_had_not_been(base, database, recorder, request):
    server = request.getfixturevalue("postgres_database") if database == "postgresql" else None
    make_template(base / "template", recorder.server_port)
    (base / "lives").mkdir()
    told = {
        "template": f"{base}/template",
        "folder": f"{base}/lives",
        "server": server,
        "kills": KILLS[database],
        "races": RACES,
        "seed": 6,
    }
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("kill_server.py"))],
        input=json.dumps(told),
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    undisturbed, *others = map(json.loads, done.stdout.splitlines())
    races, killed = others[:RACES], others[RACES:]
    for one in races:
        assert sorted(one["race"]) == [0, 3, 3, 3, 3], "not issued once by one of those who tried"
        assert one["life"]["steps"].count("issued") == 1
    deaths = Counter(how for one in killed for how in one["deaths"])
    assert sum(deaths.values()) >= KILLS[database]
    assert len(deaths) == 3
    asked = Counter(recorder.asked)
    for one in [undisturbed, *killed]:
        life = one["life"]
        for what in ("steps", "delivered", "drafts", "identifiers"):
            assert life[what] == undisturbed["life"][what], what
        for message in life["digests"]:
            assert asked[tuple(message)] >= 1, "the server was never asked to take it"
