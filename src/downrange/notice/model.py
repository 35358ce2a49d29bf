"""What a notice says: areas, windows, what it cancels, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from downrange.base import InputError, Window

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LONG_SIDE_M: Final = 100_000.0


class NoticeError(InputError):
    """A notice, or its file, cannot be used; start and stop point into its text (0, 0: all of it)."""

    def __init__(self, *, where: str, key: str = "", seen: str, cure: str, start: int = 0, stop: int = 0) -> None:
        self.start, self.stop = start, stop
        super().__init__(where=where, key=key, seen=seen, cure=cure)


class NoticeKind(StrEnum):
    """The form a notice is written in."""

    NOTAM = "notam"
    NAVAREA = "navarea"
    HYDROPAC = "hydropac"
    HYDROLANT = "hydrolant"
    HYDROARC = "hydroarc"
    FDC = "fdc"
    CARF = "carf"
    PRESS = "press"
    OTHER = "other"


class Shape(StrEnum):
    """How an area is drawn; a band is all that lies within a distance of a line."""

    POLYGON = "polygon"
    CIRCLE = "circle"
    BAND = "band"
    POINT = "point"


class Activity(StrEnum):
    """What a notice announces."""

    LAUNCH = "space launch"
    REENTRY = "re-entry or debris"
    MISSILE = "missile or gunnery"
    OTHER = "other"


class Role(StrEnum):
    """Whether a window is the planned one or a spare: they are not equally likely."""

    PRIMARY = "primary"
    ALTERNATE = "alternate"


class FlagCode(StrEnum):
    """The closed list of what can be wrong with a notice, or with our reading of it."""

    NO_AREA = "no-area"
    INCOMPLETE_RING = "incomplete-ring"
    POSSIBLY_INCOMPLETE = "possibly-incomplete"
    BAD_COORDINATE = "bad-coordinate"
    SELF_INTERSECTING = "self-intersecting"
    REORDERED = "reordered"
    LEADING_CENTROID = "leading-centroid"
    SINGLE_POINT = "single-point"
    POINT_COUNT = "point-count"
    ARC_STEPPED = "arc-stepped"
    REROUTE_CUT = "reroute-cut"
    Q_CIRCLE_MISMATCH = "q-circle-mismatch"
    WINDOW_CONFLICT = "window-conflict"
    WINDOW_OPEN = "window-open"
    WINDOW_UNREAD = "window-unread"
    SELF_CANCEL_MISMATCH = "self-cancel-mismatch"
    YEAR_INFERRED = "year-inferred"
    YEAR_UNKNOWN = "year-unknown"
    TYPO_MONTH = "typo-month"
    MERGED_RECORDS = "merged-records"
    MULTI_PART_MISSING = "multi-part-missing"
    CANCELLED = "cancelled"
    PRESS_COPY = "press-copy"
    WINDOW_PAST = "window-past"
    WINDOW_FROM_SUN = "window-from-sun"
    AREA_IMPLAUSIBLE = "area-implausible"
    SWAPPED_COORDINATES = "swapped-coordinates"
    DECIMAL_MINUTES = "decimal-minutes"
    HEMISPHERE_CONFLICT = "hemisphere-conflict"
    TEXT_DAMAGED = "text-damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something an operator must see.

    code:    from the closed list
    start:   first character it is about, counted in the text given to `read`
    stop:    first character after it
    message: one sentence for a person
    """

    code: FlagCode
    start: int
    stop: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeWindow(Window):
    """A window with its role.

    role: primary, or alternate for a spare day
    """

    role: Role = Role.PRIMARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One announced area.

    label:            the notice's own letter or number, else "1", "2" in order of print
    shape:            polygon, circle, band or point
    lat_deg:          vertices as printed, the repeated closing one dropped; of a circle its centre, of a band its line
    lon_deg:          the same, in [-180, 180)
    radius_m:         of a circle; of a band its half-width; else None
    windows:          when it is active: its own windows where it has some, else those of its paragraph
    flags:            what is wrong with it
    start, stop:      where it stands in the text given to `read`
    proposed_lat_deg: the vertices in another order, where the printed ring crosses itself and this order does not;
                      a proposal for the operator, empty otherwise
    proposed_lon_deg: the same
    """

    label: str
    shape: Shape
    lat_deg: tuple[float, ...]
    lon_deg: tuple[float, ...]
    radius_m: float | None = None
    windows: tuple[NoticeWindow, ...] = ()
    flags: tuple[Flag, ...] = ()
    start: int = 0
    stop: int = 0
    proposed_lat_deg: tuple[float, ...] = ()
    proposed_lon_deg: tuple[float, ...] = ()

    def geometry_lonlat(self, *, side_m: float = LONG_SIDE_M) -> BaseGeometry:
        """Return the area as a valid shapely geometry (x = longitude, y = latitude), cut at the 180th meridian.

        Sides are geodesics on WGS 84: notices do not say, and one longer than side_m gets points in between.
        A ring that crosses itself comes out in the proposed order, or repaired where there is none; its flags say so.
        """
        from downrange.notice._geometry import band_lonlat, circle_lonlat, point_lonlat, polygon_lonlat

        if self.shape is Shape.POINT:
            return point_lonlat(self.lat_deg[0], self.lon_deg[0])
        if self.shape is Shape.BAND:
            return band_lonlat(self.lat_deg, self.lon_deg, self.radius_m or 0.0)
        if self.radius_m is not None:
            return circle_lonlat(self.lat_deg[0], self.lon_deg[0], self.radius_m)
        if self.proposed_lat_deg:
            return polygon_lonlat(self.proposed_lat_deg, self.proposed_lon_deg, side_m)
        return polygon_lonlat(self.lat_deg, self.lon_deg, side_m)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing in a notice that speaks for or against an activity.

    activity: which
    logodds:  how much it moves the logarithm of the odds, positive for, negative against
    message:  what was seen, in words
    start:    first character, counted in the text given to `read`
    stop:     first character after it
    """

    activity: Activity
    logodds: float
    message: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a notice is about, as far as its words and figures tell.

    activity:      the likeliest
    p:             probability of each activity, in the order of `Activity`; assumed weights, not frequencies
    reasons:       what moved them
    nation:        ISO 3166 code of the state whose activity it is, where the text makes it certain, else ""
    nation_reason: what makes it certain, "" when nothing does
    """

    activity: Activity
    p: tuple[float, ...]
    reasons: tuple[Reason, ...] = ()
    nation: str = ""
    nation_reason: str = ""

    @property
    def confidence(self) -> float:
        """Probability of the likeliest activity."""
        return self.p[list(Activity).index(self.activity)]


UNTOLD: Final = About(activity=Activity.OTHER, p=(0.25, 0.25, 0.25, 0.25))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice, read.

    source_id:    its own name and number ("B4525/23", "HYDROPAC 1243/23"), "" when it has none
    kind:         the form it is written in
    issued:       its date-time group, None when it has none
    areas:        in order of print
    windows:      all windows of the notice, in order of time
    cancels:      names and numbers of the notices that it cancels or replaces
    cancelled_by: for an annotated copy, the notice that cancelled it, else ""
    self_cancel:  when it cancels itself, None when it does not say
    firs:         flight information regions of A), else the one of Q)
    q_code:       the Q code of a NOTAM, else ""
    floor_m:      lower limit of F), or of words such as SFC-UNL: 0 for the surface, None when it does not say
    ceiling_m:    upper limit of G), or of such words: infinite for UNL, None when it does not say
    about:        what it announces, with its probability
    flags:        everything that is wrong, those of the areas included
    text:         the text of this notice as received
    source:       where the text came from, as the caller named it
    """

    source_id: str
    kind: NoticeKind
    issued: datetime | None = None
    areas: tuple[Area, ...] = ()
    windows: tuple[NoticeWindow, ...] = ()
    cancels: tuple[str, ...] = ()
    cancelled_by: str = ""
    self_cancel: datetime | None = None
    firs: tuple[str, ...] = ()
    q_code: str = ""
    floor_m: float | None = None
    ceiling_m: float | None = None
    about: About = UNTOLD
    flags: tuple[Flag, ...] = ()
    text: str = ""
    source: str = ""

    def flagged(self, code: FlagCode | str) -> tuple[Flag, ...]:
        """Return the flags of one code."""
        return tuple(flag for flag in self.flags if flag.code == code)
