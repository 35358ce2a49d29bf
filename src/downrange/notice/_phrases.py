"""The phrases that the body of a notice is made of: frozen records with their places in the text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import NamedTuple

from downrange.notice._calendar import Day
from downrange.notice.coordinates import Angle, Vertex
from downrange.notice.model import Flag
from downrange.notice.windows import Times


class Sign(Enum):
    """Phrases that say one thing only."""

    ANNOUNCE = auto()
    CLOSE = auto()
    CUT = auto()
    POINTS = auto()
    NOMINAL = auto()
    EXCEPT = auto()
    BORDER = auto()
    REGION = auto()
    GAP = auto()
    COLON = auto()
    SEMICOLON = auto()
    AND = auto()
    FULL_STOP = auto()
    COMMA = auto()
    DASH = auto()
    VAGUE_TIME = auto()
    MOMENT = auto()
    UNREAD_TIME = auto()
    WORD = auto()


class Mark(NamedTuple):
    """A phrase without content of its own."""

    sign: Sign
    text: str
    start: int
    stop: int


class Label(NamedTuple):
    """The letter or number of an area, a vertex or a paragraph; area: the word AREA stood before it."""

    text: str
    area: bool
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A radius around a position."""

    radius_m: float
    centre: Vertex
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A distance without a position of its own: around the positions behind or before it, or along a line of them.

    line:     along a line; its half-width, 0 when the line has none
    many:     around every position behind it
    trailing: it may belong to the position before it
    """

    radius_m: float
    line: bool
    many: bool
    trailing: bool
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearings:
    """The two bearings between which a sector lies, clockwise."""

    first_deg: float
    last_deg: float
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """A circular side between the vertex before it and the vertex behind it; clockwise: None when it does not say."""

    clockwise: bool | None
    radius_m: float | None
    centre: Vertex
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The number of vertices, in words."""

    number: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A window between two complete moments."""

    opens: datetime
    closes: datetime
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """A cancel line: itself at a moment, or others by name.

    by:      the name of who cancelled this one
    day:     of a moment without a year, with the minutes after its midnight
    notes:   what is wrong with how it is written
    """

    moment: datetime | None
    names: tuple[str, ...]
    by: str
    start: int
    stop: int
    day: Day | None = None
    minutes: int = 0
    notes: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A complete date-time group outside a window."""

    moment: datetime
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """PART x OF y."""

    number: int
    of: int
    start: int
    stop: int


Phrase = Vertex | Angle | Mark | Label | Circle | Reach | Bearings | Arc | Count | Span | Cancel | Issue | Part | Times
