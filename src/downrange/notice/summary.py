"""A notice in rows for a table: one row an area, one row for a notice without areas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from downrange.base import units
from downrange.notice._geometry import area_m2, centre
from downrange.notice._io_geojson import flags_of
from downrange.notice.model import UNTOLD, About, Area, Notice, NoticeWindow, Role, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    """One row, all text; what is not known is "-".

    notice:  name and number
    area:    label
    shape:   "4 points", "circle 15 NM", "band 5 NM", "point"
    centre:  latitude and longitude in degrees
    size:    square kilometres
    windows: first opening to last closing in UTC, and how many windows where there are several, spare ones included
    about:   the likeliest activity with its probability, and the nation where it is certain
    flags:   codes, joined by commas
    """

    notice: str
    area: str
    shape: str
    centre: str
    size: str
    windows: str
    about: str
    flags: str


def summary_rows(notices: Iterable[Notice]) -> tuple[SummaryRow, ...]:
    """Return the rows of a table of notices."""
    rows: list[SummaryRow] = []
    for notice in notices:
        areas: Sequence[Area | None] = notice.areas or (None,)
        rows.extend(_row(notice, area) for area in areas)
    return tuple(rows)


def _row(notice: Notice, area: Area | None) -> SummaryRow:
    codes = dict.fromkeys(str(flag.code) for flag in flags_of(notice, area))
    return SummaryRow(
        notice=notice.source_id or notice.source or str(notice.kind),
        area=area.label if area is not None else "-",
        shape=told_shape(area) if area is not None else "-",
        centre=_centre(area) if area is not None else "-",
        size=told_size(area) if area is not None else "-",
        windows=told_windows(notice.windows if area is None else area.windows),
        about=told_activity(notice.about),
        flags=", ".join(codes) or "-",
    )


def told_activity(about: About) -> str:
    """Return what a notice announces, and how sure that is: `space launch 97 %, KP`; "-" where nothing was weighed."""
    if about == UNTOLD:
        return "-"
    nation = f", {about.nation}" if about.nation else ""
    return f"{about.activity} {100.0 * about.confidence:.0f} %{nation}"


def told_shape(area: Area) -> str:
    """Return the drawing in a few words."""
    if area.radius_m is not None:
        miles = area.radius_m / units.NAUTICAL_MILE
        return f"{area.shape} {miles:.3g} NM"
    return "point" if area.shape is Shape.POINT else f"{len(area.lat_deg)} points"


def _centre(area: Area) -> str:
    """Return the middle as 13.18 N 129.29 E."""
    lat_deg, lon_deg = centre(area.proposed_lat_deg or area.lat_deg, area.proposed_lon_deg or area.lon_deg)
    return f"{abs(lat_deg):.2f} {'N' if lat_deg >= 0 else 'S'} {abs(lon_deg):.2f} {'E' if lon_deg >= 0 else 'W'}"


def told_size(area: Area) -> str:
    """Return the area on the ellipsoid."""
    if area.shape is Shape.POINT:
        return "-"
    return f"{area_m2(area.geometry_lonlat()) / units.KILOMETRE**2:,.0f} km2"


def told_windows(windows: Sequence[NoticeWindow]) -> str:
    """Return the envelope of the windows, how many there are, and how many of them are spare."""
    if not windows:
        return "-"
    opens, closes = min(window.opens for window in windows), max(window.closes for window in windows)
    spare = sum(window.role is Role.ALTERNATE for window in windows)
    several = f" ({len(windows)} windows{f', {spare} spare' if spare else ''})" if len(windows) > 1 else ""
    return f"{opens:%Y-%m-%d %H%M}Z to {closes:%Y-%m-%d %H%M}Z{several}"
