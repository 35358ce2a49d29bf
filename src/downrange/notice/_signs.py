"""Set phrases: what announces an area, closes a ring, cuts to a route, or names a sea."""

from __future__ import annotations

from typing import Final

from downrange.notice._phrases import Mark, Sign
from downrange.notice._tokens import Cursor

_ANNOUNCED: Final = (
    "BOUND BY", "BOUNDED BY", "BOUNDED", "BOUNDED WITHIN", "BOUNDED WI", "BOUNDING", "ENCLOSED BY", "DELIMITED BY",
    "LIMITED BY", "DEFINED AS", "DEFINED BY", "AREA BTN", "WI :", "WI AREA", "FLW AREA", "FLW AREAS", "FOLLOWING AREA",
    "FOLLOWING AREAS", "IN AREA", "IN AREAS", "WI AN AREA", "WITHIN AN AREA", "WITHIN AREA", "WITHIN AREAS",
    "WITHIN THE AREA", "LINE JOINING", "LINES JOINING", "LINE CONNECTING", "LINES CONNECTING", "IMPACT AREA", "AREA :",
    "AREAS :", "COORD :", "COORDINATES :", "COORDS :", "LATERAL LIMITS", "JOINING", "FORMED BY", "CONNECTING",
)  # fmt: skip
_CUTS: Final = (
    "ALTN RTE", "ALTN RTES", "ALTN ROUTE", "ALTN ROUTES", "ALTERNATE ROUTE", "ALTERNATE ROUTES", "ALTERNATIVE ROUTE",
    "ALTERNATIVE ROUTES", "DCT", "RMK", "RMKS", "REMARK :", "REMARKS :", "ATS RTE", "ATS RTES", "ATS ROUTE",
    "ATS ROUTES", "REROUTED", "REROUTE", "REROUTES", "REROUTING", "RERTE", "RERTED", "NOT AVBL", "ACFT ON", "FLW RTE",
    "FLW RTES", "RTE :", "RTES :", "ROUTE :", "ROUTES :", "CONTINGENCY ROUTE", "CONTINGENCY ROUTES", "CONTINGENCY RTE",
    "CONTINGENCY RTES", "ENTRY POINT", "EXIT POINT",
)  # fmt: skip
_VAGUE: Final = ("INTERMITTENT", "TO BE DETERMINED", "EXACT TIME WILL", "TIME TBD")
_POINTS: Final = (
    "VICINITY", "IN POSITIONS", "IN POSITION", "POSITIONS", "BUOY", "BUOYS", "LIGHT", "LIGHTS", "WRECK", "WRECKS",
    "MOORING", "MOORINGS", "PLATFORM", "PLATFORMS", "RIG", "RIGS", "UNITS", "OBSTRUCTION", "OBSTRUCTIONS", "SHOAL",
    "ICEBERG", "ICEBERGS", "ADRIFT", "DERELICT", "WELL", "WELLS", "MODU", "VESSEL", "VESSELS", "STATIONS",
)  # fmt: skip
_BACK: Final = frozenset({"BACK", "RETURN", "RETURNING"})
_FIRST: Final = frozenset({"THE", "POINT", "STARTING", "INITIAL", "FIRST", "OF", "ITS", "BEGINNING", "START"})
_CLOSERS: Final = frozenset({"START", "BEGINNING", "ORIGIN", "COMMENCEMENT", "DEPARTURE", "POINT", "POSITION"})
_LONGEST_CLOSE: Final = 6

# Seas with generous limits (south, north, west, east): only a slip of sign can miss them. West over east: over 180.
# After "Limits of oceans and seas", IHO S-23, 3rd edition 1953, rounded outward by some degrees (assumed).
REGIONS: Final[dict[str, tuple[float, float, float, float]]] = {
    "NORTH PACIFIC": (-8.0, 70.0, 95.0, -72.0),
    "SOUTH PACIFIC": (-70.0, 8.0, 125.0, -62.0),
    "NORTH ATLANTIC": (-8.0, 80.0, -100.0, 35.0),
    "SOUTH ATLANTIC": (-70.0, 8.0, -75.0, 32.0),
    "INDIAN OCEAN": (-70.0, 32.0, 15.0, 150.0),
    "SOUTHERN OCEAN": (-90.0, -30.0, -180.0, 180.0),
    "ARCTIC OCEAN": (55.0, 90.0, -180.0, 180.0),
    "GULF OF MEXICO": (15.0, 33.0, -101.0, -77.0),
    "CARIBBEAN SEA": (5.0, 26.0, -92.0, -55.0),
    "MEDITERRANEAN SEA": (28.0, 48.0, -9.0, 38.0),
    "BERING SEA": (48.0, 69.0, 158.0, -154.0),
    "SOUTH CHINA SEA": (-6.0, 28.0, 98.0, 124.0),
    "EAST CHINA SEA": (22.0, 36.0, 115.0, 134.0),
    "YELLOW SEA": (30.0, 42.0, 115.0, 130.0),
    "SEA OF JAPAN": (32.0, 54.0, 124.0, 145.0),
    "PHILIPPINE SEA": (-3.0, 38.0, 117.0, 150.0),
    "ARABIAN SEA": (-3.0, 30.0, 45.0, 80.0),
    "BAY OF BENGAL": (2.0, 25.0, 76.0, 101.0),
    "TASMAN SEA": (-52.0, -25.0, 140.0, 180.0),
    "CORAL SEA": (-33.0, -3.0, 138.0, 173.0),
    "BARENTS SEA": (63.0, 84.0, 12.0, 72.0),
}


def _signed() -> dict[str, list[tuple[Sign, tuple[str, ...]]]]:
    """Sort the set phrases by their first word, longest first."""
    found: dict[str, list[tuple[Sign, tuple[str, ...]]]] = {}
    groups = (
        (Sign.ANNOUNCE, _ANNOUNCED),
        (Sign.CUT, _CUTS),
        (Sign.VAGUE_TIME, _VAGUE),
        (Sign.POINTS, _POINTS),
        (Sign.REGION, REGIONS),
    )
    for kind, rows in groups:
        for text in rows:
            row = tuple(text.split())
            found.setdefault(row[0], []).append((kind, row))
    for entry in found.values():
        entry.sort(key=lambda item: -len(item[1]))
    return found


SIGNED: Final = _signed()


def sign(cur: Cursor) -> Mark | None:
    """Read a set phrase."""
    start = cur.peek().start
    for kind, row in SIGNED[cur.peek().text]:
        if cur.words(*row):
            return Mark(sign=kind, text=" ".join(row), start=start, stop=cur.peek(-1).stop)
    return None


def close(cur: Cursor) -> Mark | None:
    """Read BACK TO START, TO BEGINNING, TO THE POINT OF ORIGIN, RETURN TO THE STARTING POINT and the like."""
    first, start = cur.at, cur.peek().start
    back = cur.word(*_BACK) is not None
    if cur.word("TO") is None:
        cur.at = first
        return None
    said = ""
    for _ in range(_LONGEST_CLOSE):
        if cur.peek().text not in _FIRST and cur.peek().text not in _CLOSERS:
            break
        said = cur.take().text
        if said in {"START", "BEGINNING", "ORIGIN", "COMMENCEMENT", "DEPARTURE"}:
            break
    length = cur.at - first - back
    if said not in _CLOSERS or (said in {"POINT", "POSITION"} and length < 3 and not back):
        cur.at = first
        return None
    text = " ".join(cur.peek(place - cur.at).text for place in range(first, cur.at))
    return Mark(sign=Sign.CLOSE, text=text, start=start, stop=cur.peek(-1).stop)
