"""What is open while positions are read, and how it ends: as a ring, a circle, a band, points, or leftovers."""

from __future__ import annotations

from downrange.notice._drafts import Draft, Segment
from downrange.notice._phrases import Arc, Bearings, Reach
from downrange.notice._segments import boxes
from downrange.notice.coordinates import Angle, Vertex
from downrange.notice.model import Flag, FlagCode


class Mode:
    """What the words so far said that positions are: corners of an area, or single points; "" when they said nothing."""

    def __init__(self) -> None:
        self.points = False
        self.announced = False


class Open:
    """What is open on the way through a segment: a ring, an arc, a radius; how it becomes an area or a remark."""

    def __init__(self, segment: Segment, mode: Mode, reach: Reach | None) -> None:
        self.segment, self.mode = segment, mode
        self.items = boxes(segment.items)
        self.flags: list[Flag] = []
        self.drafts: list[Draft] = []
        self.ring: list[Vertex] = []
        self.notes: list[Flag] = []
        self.arc: Arc | None = None
        self.reach = reach
        self.carried_m: float | None = None
        self.bearings: Bearings | None = None
        self.halves: list[Angle] = []
        self.words = self.wordy = self.dashes = 0
        self.single = self.excluding = False

    def _bad(self, start: int, stop: int, problem: str, code: FlagCode = FlagCode.BAD_COORDINATE) -> None:
        """Remark a position that cannot be used; the ring that it belongs to is incomplete."""
        self.flags.append(Flag(code=code, start=start, stop=stop, message=problem))
        message = "a vertex could not be read: the ring is drawn without it"
        self.notes.append(Flag(code=FlagCode.INCOMPLETE_RING, start=start, stop=stop, message=message))

    def _add_circle(self, centre: Vertex, radius_m: float) -> None:
        """Add a circle, or the sector of it that bearings before it cut out."""
        if centre.remark and not self.notes:
            code = FlagCode.TEXT_DAMAGED
            self.notes.append(Flag(code=code, start=centre.start, stop=centre.stop, message=centre.remark))
        draft = Draft(self.segment, [centre], radius_m, flags=self.notes)
        self.notes = []
        if radius_m <= 0.0:
            draft.radius_m = None
            draft.flag(FlagCode.SINGLE_POINT, "a radius of nothing: kept as a point")
        self._add(draft)
        if self.bearings is not None:
            self._cut_sector(draft, self.bearings)
            self.bearings = None

    def _cut_sector(self, draft: Draft, found: Bearings) -> None:
        """Turn a circle into the sector between two bearings."""
        from downrange.notice._geometry import sector_points

        centre, radius_m = draft.ring[0], draft.radius_m
        if radius_m is None:
            return
        points = sector_points(centre.place, radius_m, found.first_deg, found.last_deg)
        draft.ring += [Vertex(lat_deg=lat, lon_deg=lon, start=centre.start, stop=centre.stop) for lat, lon in points]
        draft.radius_m = None
        message = f"sector of {radius_m:.0f} m drawn with {len(points)} points on its arc"
        draft.flags.append(Flag(code=FlagCode.ARC_STEPPED, start=found.start, stop=found.stop, message=message))

    def _emit(self) -> None:
        """Close the ring."""
        self._add(Draft(self.segment, self.ring, flags=self.notes))
        self.ring, self.notes = [], []
        self.words = self.wordy = self.dashes = 0

    def _add(self, draft: Draft) -> None:
        """Keep an area, or remark that it is taken out of the one before it."""
        draft.excluded, self.excluding = self.excluding, False
        self.drafts.append(draft)

    def _flush(self) -> None:
        """End whatever is open: a band, a ring, points, or leftovers."""
        reach, self.reach = self.reach, None
        if reach is not None and reach.line:
            self._band(reach)
        elif self.ring and self._are_points():
            self._points()
        elif len(self.ring) >= 3:
            self._emit()
        elif len(self.ring) == 1 and all(note.code is FlagCode.TEXT_DAMAGED for note in self.notes):
            self._points()
        elif self.ring:
            self._leftover()
        if reach is not None and reach.many and not reach.line:
            self.reach = reach

    def _band(self, reach: Reach) -> None:
        """Add a band along the line of positions."""
        if len(self.ring) < 2:
            self.reach = reach if not self.ring else None
            if self.ring:
                self._leftover()
            return
        draft = Draft(self.segment, self.ring, reach.radius_m, flags=self.notes, band=True)
        if reach.radius_m <= 0.0:
            message = "positions along a line whose width is not told: kept as a line"
            draft.flags.append(
                Flag(code=FlagCode.INCOMPLETE_RING, start=reach.start, stop=reach.stop, message=message)
            )  # fmt: skip
        self._add(draft)
        self.ring, self.notes = [], []

    def _are_points(self) -> bool:
        """Say whether the open positions are single points: words say so, or names stand between most of them."""
        if (self.mode.announced and not self.mode.points) or self.excluding:
            return False
        if len(self.ring) >= 3 and (self.segment.letter or self.dashes >= len(self.ring) - 1):
            return False
        return self.mode.points or (len(self.ring) >= 3 and 2 * self.wordy >= len(self.ring))

    def _points(self) -> None:
        """Add every open position as a point."""
        for vertex in self.ring:
            point = Draft(self.segment, [vertex], flags=self.notes)
            point.flag(FlagCode.SINGLE_POINT, "one position alone: kept as a point, not as an area")
            self.drafts.append(point)
            self.notes = []
        self.ring, self.words, self.wordy, self.dashes = [], 0, 0, 0
        self.single = False

    def _leftover(self) -> None:
        """Remark positions that make no area."""
        seen = self.ring or self.notes  # notes come in order of discovery, not of print
        start, stop = min(part.start for part in seen), max(part.stop for part in seen)
        message = f"{len(self.ring)} usable positions make no area"
        self.flags += [note for note in self.notes if note.code is FlagCode.TEXT_DAMAGED]
        self.flags.append(Flag(code=FlagCode.INCOMPLETE_RING, start=start, stop=stop, message=message))
        self.ring, self.notes = [], []
