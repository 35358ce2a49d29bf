"""Servers that tests may use: a PostgreSQL and an MQTT broker of their own, in a temporary folder, on a free port.

Both can be stopped, killed and started again within a test. Each pytest process has its own, so that tests may run in
parallel. Where the programs are not installed the tests are skipped, which is a failure where CI is set.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

_PATIENCE_S = 30.0  # how long a server may take to come up or to go down before a test fails
_TRIES = 5  # a port that was free may be taken when the server asks for it


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program(name: str, *folders: str) -> str | None:
    """Return where a program is: Debian keeps servers in folders that are not on everybody's path."""
    return shutil.which(name, path=os.pathsep.join(folders)) or shutil.which(name)


class _Server:
    """A server process that can be stopped, killed and started again on the same port with the same files."""

    def __init__(self) -> None:
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def options(self) -> dict[str, object]:
        return {}

    def ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1.0):
                return True
        except OSError:
            return False

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it, and wait until it answers. A first start that finds its port taken tries another."""
        if self.running:
            return
        fixed = self.port
        deadline = time.monotonic() + _PATIENCE_S
        for _ in range(_TRIES if not fixed else 10 * _TRIES):
            self.port = fixed or _free_port()
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                **self.options(),
            )  # fmt: skip
            while self.running and time.monotonic() < deadline:
                if self.ready():
                    return
                time.sleep(0.02)
            time.sleep(0.1)  # after a kill, the last of the old processes may still hold the files
        self.kill()
        pytest.fail(f"no server after {_PATIENCE_S:g} s: {' '.join(self.command())}")

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_PATIENCE_S)
            self._process = None

    def stop(self) -> None:
        """Stop it in an orderly way, cutting off whoever is connected."""
        self._end(signal.SIGINT)

    def drop(self) -> None:
        """Stop it for good; what it has not brought to the disk yet is not wanted any more."""
        self._end(signal.SIGQUIT)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)


class Postgres(_Server):
    """A PostgreSQL cluster that nobody else uses; it keeps what it was given through `kill` and `start`."""

    def __init__(self, programs: Path, folder: Path) -> None:
        super().__init__()
        self._programs, self._folder, self._databases = programs, folder, 0

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self._folder,
            "max_connections": 40,
            "shared_buffers": "16MB",
            "fsync": "on",
        }
        words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return [str(self._programs / "postgres"), "-D", str(self._folder / "data"), *words]

    def options(self) -> dict[str, object]:
        """Run it as an unprivileged user where the tests run as root, which PostgreSQL refuses to do."""
        if os.getuid() != 0:
            return {"cwd": self._folder}
        user = _unprivileged()
        return {"cwd": self._folder, "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def make(self) -> None:
        """Make the cluster's files."""
        if os.getuid() == 0:
            os.chown(self._folder, _unprivileged().pw_uid, _unprivileged().pw_gid)
        words = ["--no-sync", "--auth=trust", "--username=tests", "--encoding=UTF8", "--locale=C", "-D", "data"]
        done = subprocess.run(
            [str(self._programs / "initdb"), *words],
            capture_output=True,
            text=True,
            check=False,
            **self.options(),  # type: ignore[call-overload]
        )
        assert done.returncode == 0, done.stderr

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database, as SQLAlchemy wants it."""
        return f"postgresql+psycopg://tests@127.0.0.1:{self.port}/{database}"

    def ready(self) -> bool:
        import psycopg

        with suppress(psycopg.Error):
            self._do("SELECT 1")
            return True
        return False

    def new_database(self) -> str:
        """Make an empty database and return its address."""
        self.start()
        self._databases += 1
        name = f"test_{self._databases}"
        self._do(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url(name)

    def _do(self, sql: str) -> None:
        import psycopg

        with psycopg.connect(self.url().replace("+psycopg", ""), autocommit=True, connect_timeout=5) as connection:
            connection.execute(sql)


class Broker(_Server):
    """An MQTT broker that takes messages from anybody on this machine and keeps nothing when it stops."""

    host = "127.0.0.1"

    def __init__(self, program: str, folder: Path) -> None:
        super().__init__()
        self._program, self._folder = program, folder

    def command(self) -> list[str]:
        lines = [f"listener {self.port} {self.host}", "allow_anonymous true", "persistence false", "log_type none"]
        if os.getuid() == 0:
            lines.append(f"user {_unprivileged().pw_name}")
        config = self._folder / "mosquitto.conf"
        config.write_text("\n".join([*lines, ""]), encoding="utf-8")
        return [self._program, "-c", str(config)]


def _unprivileged() -> pwd.struct_passwd:
    """Return somebody who is not root: the account that Debian makes for PostgreSQL, else nobody."""
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    pytest.skip("there is neither a user 'postgres' nor a user 'nobody' to run PostgreSQL as")


@pytest.fixture(scope="session")
def _cluster():
    pytest.importorskip("psycopg", reason="the extra 'postgres' is not installed")
    versions = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), key=_version, reverse=True)
    initdb = _program("initdb", *versions)
    if initdb is None:
        pytest.skip("PostgreSQL is not installed: run tools/services.sh")
    # Not among pytest's own folders: a socket's path must be short, and another user must get there.
    with tempfile.TemporaryDirectory(prefix="dr-pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(initdb).resolve().parent, Path(folder))
        server.make()
        server.start()
        yield server
        server.drop()


def _version(folder: str) -> float:
    """Return the version in the name of a folder such as /usr/lib/postgresql/15/bin."""
    return float(Path(folder).parent.name)


@pytest.fixture
def postgres(_cluster):
    """A running PostgreSQL of our own, to be stopped, killed and started again: `Postgres`."""
    _cluster.start()
    return _cluster


@pytest.fixture(scope="session")
def postgres_url(_cluster):
    """The address of the server's own database; for a database to write in take `postgres_database`."""
    return _cluster.url()


@pytest.fixture
def postgres_database(postgres):
    """The address of a fresh, empty database."""
    return postgres.new_database()


@pytest.fixture(scope="session")
def _broker():
    program = _program("mosquitto", "/usr/sbin")
    if program is None:
        pytest.skip("mosquitto is not installed: run tools/services.sh")
    with tempfile.TemporaryDirectory(prefix="dr-mqtt-") as folder:
        server = Broker(program, Path(folder))
        server.start()
        yield server
        server.drop()


@pytest.fixture
def mosquitto(_broker):
    """A running MQTT broker of our own, with `host` and `port`, to be stopped, killed and started again: `Broker`."""
    _broker.start()
    return _broker
