"""The tables of the journal, the same in SQLite and PostgreSQL; made and changed by the migrations beside this file."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text

METADATA: Final = MetaData()

ENTRIES: Final = Table(
    "entries",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("prev", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("sig", Text, nullable=False),
)

EVIDENCE: Final = Table(
    "evidence",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
