"""From points to rings: one way through the phrases of a segment, closing rings, circles and bands as they come."""

from __future__ import annotations

from typing import Final

from downrange.notice._drafts import Draft, is_sign
from downrange.notice._open import Mode, Open
from downrange.notice._phrases import Arc, Bearings, Circle, Count, Mark, Phrase, Reach, Sign
from downrange.notice.coordinates import Angle, Vertex
from downrange.notice.model import Flag, FlagCode

_NAVAIDS: Final = frozenset({"VOR", "VORTAC", "NDB", "DME", "TACAN"})
_FIX_LENGTH: Final = 5
_LIMITS: Final = 4  # two latitudes and two longitudes
_NO_FIX: Final = frozenset({"POINT", "ALONG", "THERE", "NORTH", "SOUTH", "START", "POSIT", "COORD", "OTHER", "ABOVE"})
_FILLERS: Final = frozenset(
    {"TO", "THEN", "THENCE", "POINT", "AND", "FROM", "FM", "VIA", "BY", "STRAIGHT", "LINE", "A", "THE", "ON", "ALONG"}
)  # fmt: skip
_BEFORE_COLON: Final = _FILLERS | {"OF", "AT", "PSN", "POSITION", "CENTERED", "CENTRED", "ORIGIN", "COORD"}


__all__ = ["Mode", "Walk"]

_TURNS: Final = (Sign.DASH, Sign.POINTS, Sign.NOMINAL, Sign.EXCEPT, Sign.BORDER)
_PLACED: Final = frozenset({Vertex, Angle, Circle, Reach, Arc})
_INSIDE: Final = frozenset({"WITHIN", "WI", "IN", "INSIDE", "INTO"})


class Walk(Open):
    """One way through the phrases of a segment."""

    def run(self) -> list[Draft]:
        """Return the areas of the segment."""
        items = self.items
        if _PLACED.isdisjoint(map(type, items)):
            self._listen()
            return self.drafts
        ahead, spans = _vertices_ahead(items), _vertices_between(items)
        for here, item in enumerate(items):
            if type(item) is Vertex:
                self._vertex(item)
            elif type(item) is Mark:
                self._mark(item, here, ahead[here + 1], spans[here])
            else:
                self._other(item)
        self._end()
        return self.drafts

    def _listen(self) -> None:
        """Hear what a segment without positions says about those behind it."""
        for item in self.items:
            if type(item) is Count or (type(item) is Mark and item.sign is Sign.ANNOUNCE):
                self.mode.announced, self.mode.points = True, False
            elif type(item) is Mark and item.sign is Sign.POINTS:
                self.mode.points = True

    def _other(self, item: Phrase) -> None:
        """Take a phrase that is neither a position nor a mark."""
        if isinstance(item, Circle):
            self._circle(item)
        elif isinstance(item, Arc):
            self.arc = item
        elif isinstance(item, Angle):
            self._half(item)
        elif isinstance(item, Reach):
            self._reach(item)
        elif isinstance(item, Bearings):
            self._sector(item)
        elif isinstance(item, Count):
            self.mode.announced, self.mode.points, self.single = True, False, False
        self.carried_m = self.carried_m if isinstance(item, Circle) else None

    # -------------------------------------------------------------------------------------- positions

    def _half(self, half: Angle) -> None:
        """Keep half a position; two latitudes and two longitudes together are the limits of an area."""
        self.halves.append(half)
        row = self.halves
        if len(row) != _LIMITS or self.ring or any(angle.problem for angle in row):
            return
        order = [angle.latitude for angle in row]
        if order not in ([True, True, False, False], [False, False, True, True]):
            return
        lats = [angle.value_deg for angle in row if angle.latitude]
        lons = [angle.value_deg for angle in row if not angle.latitude]
        start, stop = row[0].start, row[-1].stop
        corners = ((lats[0], lons[0]), (lats[0], lons[1]), (lats[1], lons[1]), (lats[1], lons[0]))
        ring = [Vertex(lat_deg=lat, lon_deg=lon, start=start, stop=stop) for lat, lon in corners]
        self.halves = []
        self.drafts.append(Draft(self.segment, ring))

    def _drop_halves(self) -> None:
        """Remark the halves of positions that nothing came of."""
        for half in self.halves:
            self._bad(half.start, half.stop, half.problem or "half a position")
        self.halves = []

    def _vertex(self, vertex: Vertex) -> None:
        """Add a vertex, or close the ring on it."""
        if self.halves:
            self._drop_halves()
        if vertex.problem:
            self._bad(vertex.start, vertex.stop, vertex.problem)
            if vertex.swapped:
                message = "latitude and longitude may be exchanged: the other way round it is a place"
                code = FlagCode.SWAPPED_COORDINATES
                self.flags.append(Flag(code=code, start=vertex.start, stop=vertex.stop, message=message))
            return
        if vertex.remark:
            code = FlagCode.TEXT_DAMAGED
            self.notes.append(Flag(code=code, start=vertex.start, stop=vertex.stop, message=vertex.remark))
        if self.wordy < len(self.ring):
            self.wordy += self.words > 0
        self.words = 0
        radius_m = self._radius_of_point()
        if self.single:
            self.ring.append(vertex)
            self._points()
        elif radius_m is not None:
            self._add_circle(vertex, radius_m)
        elif self.reach is None or not self.reach.line:
            self._corner(vertex)
        elif not self.ring or vertex.place != self.ring[-1].place:
            self.ring.append(vertex)

    def _radius_of_point(self) -> float | None:
        """Return the radius that belongs to the next position, if one does."""
        if self.carried_m is not None and not self.ring:
            return self.carried_m
        if self.reach is None or self.reach.line or self.ring:
            return None
        radius_m = self.reach.radius_m
        self.carried_m = radius_m
        if not self.reach.many:
            self.reach = None
        return radius_m

    def _corner(self, vertex: Vertex) -> None:
        """Add a corner of a ring, or close the ring on it."""
        ring = self.ring
        if not ring and self.drafts and _closes(self.drafts[-1], vertex):
            return
        if len(ring) >= 3 and vertex.place == ring[0].place:
            self._step_arc(vertex)
            self._emit()
        elif len(ring) >= 4 and vertex.place == ring[1].place:
            message = "the ring closes on its second point: the first is taken as a centre and left out"
            centre = ring.pop(0)
            code = FlagCode.LEADING_CENTROID
            self.notes.append(Flag(code=code, start=centre.start, stop=centre.stop, message=message))
            self._emit()
        elif not ring or self.arc is not None or vertex.place != ring[-1].place:
            self._step_arc(vertex)
            ring.append(vertex)

    def _step_arc(self, vertex: Vertex) -> None:
        """Put the points of a waiting arc between the last vertex and this one."""
        arc, self.arc = self.arc, None
        if arc is None:
            return
        if not self.ring or arc.centre.problem:
            self._bad(arc.start, arc.stop, arc.centre.problem or "an arc with nothing before it")
            return
        from downrange.notice._geometry import arc_points

        points = arc_points(self.ring[-1].place, vertex.place, arc.centre.place, clockwise=arc.clockwise)
        self.ring += [Vertex(lat_deg=lat, lon_deg=lon, start=arc.start, stop=arc.stop) for lat, lon in points]
        radius = "" if arc.radius_m is None else f" of {arc.radius_m:.0f} m"
        way = "" if arc.clockwise is not None else ", the shorter way round"
        message = f"arc{radius} drawn with {len(points)} points in between{way}"
        self.notes.append(Flag(code=FlagCode.ARC_STEPPED, start=arc.start, stop=arc.stop, message=message))

    # -------------------------------------------------------------------------------------- circles and bands

    def _circle(self, circle: Circle) -> None:
        """Add a circle; a ring before it ends."""
        if self.ring:
            self._flush()
        if circle.centre.problem or circle.radius_m <= 0.0:
            problem = circle.centre.problem or "a circle without a radius"
            flag = Flag(code=FlagCode.BAD_COORDINATE, start=circle.start, stop=circle.stop, message=problem)
            self.flags.append(flag)
            return
        self._add_circle(circle.centre, circle.radius_m)
        self.carried_m = circle.radius_m

    def _reach(self, reach: Reach) -> None:
        """Take a radius without a position: of the position before it, or of those behind it."""
        if reach.trailing and len(self.ring) == 1 and not self.words_since_stop():
            centre = self.ring.pop()
            self._add_circle(centre, reach.radius_m)
            return
        self._flush()
        self.reach = reach
        self.mode.announced = self.mode.announced or reach.line

    def words_since_stop(self) -> bool:
        """Say whether more than a few words stand between the last position and here."""
        return self.words > 3

    def _sector(self, found: Bearings) -> None:
        """Cut the circle before it, or keep the bearings for the circle behind it."""
        last = self.drafts[-1] if self.drafts and not self.ring else None
        if last is not None and last.radius_m is not None and not last.band:
            self._cut_sector(last, found)
        else:
            self.bearings = found

    def _end(self) -> None:
        """Close the last ring, or say what is left over."""
        self._drop_halves()
        if self.arc is not None:
            self._bad(self.arc.start, self.arc.stop, "an arc with nothing behind it")
        self._flush()
        if self.notes:
            self._leftover()

    # -------------------------------------------------------------------------------------- marks

    def _mark(self, mark: Mark, here: int, ahead: int, between: int) -> None:
        """Close the ring on a phrase or the end of a sentence; see gaps in it."""
        sign = mark.sign
        if sign is not Sign.COMMA and sign is not Sign.AND:
            self.carried_m = None
        if sign is Sign.WORD:
            self._word(mark, here, ahead)
        elif sign is Sign.ANNOUNCE:
            self.mode.announced, self.mode.points, self.single = True, False, False
            self._flush()
        elif sign is Sign.CLOSE:
            self._close()
        elif sign is Sign.FULL_STOP:
            after = self.items[here + 1 : here + 2]
            if not (after and isinstance(after[0], Vertex)) and (len(self.ring) != 2 or ahead >= 3):
                self._stop(ahead)
        elif sign in _TURNS:
            self._turn(mark, ahead)
        elif self._splits(mark, here, ahead, between):
            self._flush()

    def _turn(self, mark: Mark, ahead: int) -> None:
        """Hear that single points follow, that an area is taken out, or that a side follows a border."""
        if mark.sign is Sign.DASH:
            self.dashes += 1
        elif mark.sign is Sign.POINTS:
            self.mode.points = True
            self.words += 1
        elif mark.sign is Sign.BORDER:
            if self.ring and ahead:
                message = f"a side follows the {mark.text.lower()}, which is not in the text: drawn straight"
                flag = Flag(code=FlagCode.INCOMPLETE_RING, start=mark.start, stop=mark.stop, message=message)
                self.notes.append(flag)
        elif not self.ring or len(self.ring) >= 3:
            self._flush()
            self.single = mark.sign is Sign.NOMINAL and ahead > 0
            self.excluding = mark.sign is Sign.EXCEPT

    def _stop(self, ahead: int) -> None:
        """End what is open at the end of a sentence."""
        self.single = self.excluding = False
        if len(self.ring) >= 3 or self.reach is not None or ahead >= 3:
            self._flush()

    def _close(self) -> None:
        """Close the ring on its phrase, a waiting arc back to its first vertex."""
        if self.arc is not None and len(self.ring) >= 2:
            self._step_arc(self.ring[0])
        if len(self.ring) >= 3:
            self._emit()

    def _splits(self, mark: Mark, here: int, ahead: int, between: int) -> bool:
        """Say whether AND, a semicolon, a heading or an empty line parts two areas."""
        if len(self.ring) < 3 or (self.reach is not None and self.reach.line):
            return False
        if mark.sign is Sign.AND:
            return ahead >= 3
        if mark.sign is Sign.SEMICOLON:
            return between >= 3
        before = self.items[here - 1]
        if mark.sign is Sign.GAP:
            return between >= 3 and not is_sign(before, Sign.COMMA, Sign.DASH) and not self._filler(before)
        if mark.sign is Sign.COLON:
            enough = (ahead >= 3 and self.words > 0) or (ahead >= 1 and self.words > 2)
            return enough and not (isinstance(before, Mark) and before.text in _BEFORE_COLON)
        return False

    @staticmethod
    def _filler(item: Phrase) -> bool:
        return isinstance(item, Mark) and item.text in _FILLERS

    def _word(self, mark: Mark, here: int, ahead: int) -> None:
        """Count a word between positions; see a navigation aid or a named fix among them."""
        if len(mark.text) > 2 and mark.text not in _FILLERS and mark.text.isalpha():
            self.words += 1
        self.single = self.single and not (ahead >= 3 and mark.text in _INSIDE)  # expected to fall IN p, p, p: an area
        if self.ring and ahead and self._is_fix(mark, here):
            message = f"{mark.text} stands among the vertices; its position is not in the text"
            self.notes.append(Flag(code=FlagCode.INCOMPLETE_RING, start=mark.start, stop=mark.stop, message=message))

    def _is_fix(self, mark: Mark, here: int) -> bool:
        """Say whether a word among the vertices is a navigation aid or a named fix."""
        if mark.text in _NAVAIDS:
            return True
        if len(mark.text) != _FIX_LENGTH or mark.text in _NO_FIX:
            return False
        items = self.items
        return 0 < here < len(items) - 1 and _links(items[here - 1]) and _links(items[here + 1])


def _links(item: Phrase) -> bool:
    """Say whether a dash or TO stands there."""
    return isinstance(item, Mark) and (item.sign is Sign.DASH or item.text == "TO")


def _closes(closed: Draft, vertex: Vertex) -> bool:
    """Say whether a vertex only repeats the closing of the ring just closed."""
    return closed.radius_m is None and len(closed.ring) > 2 and vertex.place == closed.ring[0].place


def _vertices_ahead(items: list[Phrase]) -> list[int]:
    """Return for every place how many vertices follow before a ring must end (AND or a close)."""
    ahead = [0] * (len(items) + 1)
    for here in range(len(items) - 1, -1, -1):
        item = items[here]
        if type(item) is Vertex:
            ahead[here] = ahead[here + 1] + 1
        elif type(item) is not Mark or (item.sign is not Sign.AND and item.sign is not Sign.CLOSE):
            ahead[here] = ahead[here + 1]
    return ahead


def _vertices_between(items: list[Phrase]) -> list[int]:
    """Return for every semicolon or empty line how many vertices stand between it and the next of its kind."""
    found = [0] * len(items)
    after_semicolon = after_gap = 0
    for here in range(len(items) - 1, -1, -1):
        item = items[here]
        if type(item) is Vertex:
            after_semicolon += 1
            after_gap += 1
        elif type(item) is Mark:
            if item.sign is Sign.SEMICOLON:
                found[here], after_semicolon = after_semicolon, 0
            elif item.sign is Sign.GAP:
                found[here], after_gap = after_gap, 0
    return found
