"""Areas before they have windows, and the segments of a body that they stand in."""

from __future__ import annotations

from collections.abc import Iterable

from downrange.notice._phrases import Circle, Mark, Phrase, Sign
from downrange.notice.coordinates import Vertex
from downrange.notice.model import Flag, FlagCode, Shape


class Segment:
    """What stands behind one label: the number of its paragraph, its letter, and its phrases."""

    def __init__(self, number: str = "", letter: str = "", start: int = 0, stop: int = 0) -> None:
        self.number, self.letter = number, letter
        self.start, self.stop = start, stop
        self.items: list[Phrase] = []

    def vertices(self) -> list[Vertex]:
        """Return the positions of the segment."""
        return [item for item in self.items if isinstance(item, Vertex)]

    def circles(self) -> list[Circle]:
        """Return the circles of the segment."""
        return [item for item in self.items if isinstance(item, Circle)]


class Draft:
    """An area before it has windows: a ring, a circle, a band, or a point."""

    def __init__(
        self,
        segment: Segment,
        ring: list[Vertex],
        radius_m: float | None = None,
        flags: Iterable[Flag] = (),
        *,
        band: bool = False,
    ) -> None:
        self.segment, self.ring, self.radius_m, self.band = segment, ring, radius_m, band
        self.label = ""
        self.flags = list(flags)

    @property
    def shape(self) -> Shape:
        """How the area is drawn."""
        if self.band:
            return Shape.BAND
        if self.radius_m is not None:
            return Shape.CIRCLE
        return Shape.POINT if len(self.ring) == 1 else Shape.POLYGON

    @property
    def start(self) -> int:
        """First character of the first vertex."""
        return self.ring[0].start

    @property
    def stop(self) -> int:
        """First character after the last vertex."""
        return max(vertex.stop for vertex in self.ring)

    def flag(self, code: FlagCode, message: str) -> None:
        """Remark something about the whole area."""
        self.flags.append(Flag(code=code, start=self.start, stop=self.stop, message=message))


def is_sign(item: Phrase, *signs: Sign) -> bool:
    """Say whether a phrase is one of these signs."""
    return type(item) is Mark and item.sign in signs
