"""The database under a journal: its address, its transactions, its tables, and what it says in words for a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from downrange.base import DownrangeError, InputError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

REVISION: Final = "0001"
_LOCK_WAIT_S: Final = 10.0
_FULL: Final = ("disk is full", "No space left", "could not extend file", "disk I/O error")


class JournalError(DownrangeError):
    """The journal cannot be read or written, or is not what it was; nothing was written."""


@contextmanager
def told(url: str) -> Iterator[None]:
    """Turn what a database says into words for the person at the desk."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except SQLAlchemyError as problem:
        said = " ".join(str(getattr(problem, "orig", None) or problem).split())
        raise JournalError(f"{url}: {_cause(said)} ({said}) Nothing was written.") from None


def _cause(said: str) -> str:
    """Return the usual cause of a database's complaint, and its cure."""
    if any(word in said for word in _FULL):
        return "the disk is full. Make room, then do it again."
    if "locked" in said:
        return "somebody else has been writing for too long. Look for a process that hangs, then do it again."
    if "readonly" in said or "permission denied" in said:
        return "it may not be written to. Give this user the right to, then do it again."
    if "append-only" in said:
        return "an entry was to be changed."
    return "the database does not answer, or not as a journal does. See that it runs and can be reached."


def lock(connection: Connection) -> None:
    """Keep all other writers out until the end of the transaction; SQLite does by BEGIN IMMEDIATE."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE entries IN SHARE ROW EXCLUSIVE MODE")


def migrate(engine: Engine, url: str) -> None:
    """Bring the tables to the form that this version writes."""
    from sqlalchemy import inspect, text

    with engine.connect() as connection:
        known = inspect(connection).has_table("alembic_version")
        at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
    if at == REVISION:
        return
    if at is not None and at > REVISION:
        raise JournalError(f"{url}: written by a newer Downrange (tables {at}). Install that version.")
    with engine.execution_options(write=True).connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7305)")
        _upgrade(connection)
        connection.commit()


def engine_of(url: str) -> Engine:
    """Return the engine of a database address."""
    from sqlalchemy import create_engine, event
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except (ArgumentError, NoSuchModuleError):
        raise _no_address(url) from None
    if backend not in ("sqlite", "postgresql"):
        raise _no_address(url)
    if backend == "postgresql":
        try:
            return create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        except ModuleNotFoundError:
            raise InputError(
                where="journal",
                seen="PostgreSQL's driver is not installed",
                cure="install it: pip install 'downrange[postgres]'",
            ) from None
    engine = create_engine(address.set(drivername="sqlite"), connect_args={"timeout": _LOCK_WAIT_S})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _no_address(url: str) -> InputError:
    """Return the error of a text that names no database of ours."""
    return InputError(
        where="journal",
        key="database",
        seen=f"{url!r} is no address of one",
        cure="give sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE",
    )


def _prepare(connection: Any, _: object) -> None:  # noqa: ANN401 - a driver's own
    """Leave transactions to us, and let nothing be reported as written that is not on the disk."""
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    """Take SQLite's write lock at the beginning, so that what was read is still so when we write."""
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _upgrade(connection: Connection) -> None:
    """Run the migrations that the database lacks."""
    from importlib.resources import files

    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("downrange.alert") / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
