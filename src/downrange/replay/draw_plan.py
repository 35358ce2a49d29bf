"""Map of a plan before a launch: announced areas, what a failure of each minute may hit, whom to warn and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from downrange.base import Array
from downrange.corridor import Ground, PlacePlan, Plan
from downrange.earth import range_azimuth
from downrange.replay import ink, labels
from downrange.replay.draw_ground import Frame, along, draw_area, draw_ground, frame_around
from downrange.replay.draw_sheet import mark_small, new_sheet, write_legend, write_note
from downrange.replay.draw_track import place_names
from downrange.replay.figures import Drawn
from downrange.replay.pictures import drawn

_APART_M: Final = 400_000.0  # places nearer to each other share a small map
_SMALL: Final = 2
_ROOM_DEG: Final = 0.8  # around the places of a small map
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "track": {"color": ink.BLUE, "lw": 1.6, "ls": "-", "label": "flight as planned, best fit; a dot each minute"},
    "announced": {"color": ink.INK, "lw": 1.6, "ls": "-", "label": "announced area"},
    "planned": {
        "color": ink.GREEN,
        "lw": 1.3,
        "ls": (0, (4, 1.5)),
        "label": "90 % of the falls of what is let go\nas planned",
    },
    "minute": {
        "color": ink.FAINT,
        "lw": 1.0,
        "ls": (0, (1.5, 1.2)),
        "label": "99 % of what falls if thrust is lost in\nthat minute of the flight, later ones darker",
    },
    "warn": {
        "marker": "s",
        "ms": 5.0,
        "color": ink.ORANGE,
        "ls": "",
        "label": "place to warn: earliest to latest fall",
    },
    "pad": {"marker": "^", "ms": 6.5, "color": ink.INK, "ls": "", "label": "launch site"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMap:
    """What the map needs besides the plan: the launch site and the best track, a row a few seconds.

    least_p: places reached less likely than that are not drawn
    """

    pad_name: str
    t_s: Array
    lat_deg: Array
    lon_deg: Array
    least_p: float


def plan_picture(plan: Plan, shown: PlanMap) -> Drawn:
    """Return the map of a plan."""
    caption = (
        f"{plan.title}: announced areas, falls as planned, what a failure of each minute may hit, places to warn with the "
        "earliest and the latest fall in minutes after lift-off."
    )
    return drawn("plan", draw_plan(plan, shown), caption)


def draw_plan(plan: Plan, shown: PlanMap) -> Figure:
    """Draw the map from the launch site to the last announced area, and small ones about the places to warn."""
    warn = [one for one in plan.places if one.reach.p >= shown.least_p and one.ground.kind == "municipality"]
    with ink.style():
        frame = _main_frame(plan, shown, warn)
        near = [group for group in _groups(warn) if _small_frame(group, 1.0).ratio > 0.0][:_SMALL]
        sheet = new_sheet(f"{plan.title.split(':')[0]} before the launch", frame, used_in=1.9, small=len(near))
        write_legend(sheet, list(_LOOKS.values()))
        letters: list[labels.Label] = []
        unnamed: list[str] = []
        for k, (letter, group) in enumerate(zip("AB", near, strict=False)):
            small_frame = _small_frame(group, sheet.ratio(k))
            small = draw_ground(sheet.figure, sheet.small[k], small_frame)
            small.set_title(letter, loc="left", pad=3.0, fontsize=8.5)
            unnamed += _fill(small, small_frame, plan, shown, warn, [])
            letters += mark_small(sheet.axes, frame, small_frame, letter)
        alone = [one for one in warn if not any(one in group for group in near)]
        unnamed += _fill(sheet.axes, frame, plan, shown, alone, letters)
        write_note(sheet, _note(plan, shown), unnamed)
    return sheet.figure


def _note(plan: Plan, shown: PlanMap) -> str:
    """Return what stands under the map."""
    return (
        f"{plan.runs} planned flights and their failures, seed {plan.seed}; failure assumed with probability "
        f"{plan.p_failure:g}. Places within {plan.margin_m / 1e3:.0f} km of a fall with probability {shown.least_p:g} or "
        "more. Falls without wind. Mercator. Coast: Natural Earth."
    )


def _main_frame(plan: Plan, shown: PlanMap, warn: list[PlacePlan]) -> Frame:
    """Return the frame around the launch site, the areas, the planned falls and the places."""
    shapes = [area.region_lonlat for area in plan.areas]
    shapes += [phase.regions_lonlat[0] for phase in plan.phases if phase.kind == "planned"]
    parts = [part for shape in shapes for part in shapely.get_parts(shape)]
    points = [shapely.get_coordinates(part) for part in parts]
    points += [np.array([[one.ground.lon_deg, one.ground.lat_deg]]) for one in warn]
    lonlat = np.concatenate([*points, [[shown.lon_deg[0], shown.lat_deg[0]]]])
    return frame_around(lonlat[:, 1], lonlat[:, 0])


def _groups(warn: list[PlacePlan]) -> list[list[PlacePlan]]:
    """Return places in groups that lie together, the likeliest first."""
    groups: list[list[PlacePlan]] = []
    for one in sorted(warn, key=lambda one: -one.reach.p):
        mine = next((group for group in groups if _apart_m(group[0].ground, one.ground) < _APART_M), None)
        if mine is None:
            groups.append([one])
        else:
            mine.append(one)
    return groups


def _apart_m(one: Ground, other: Ground) -> float:
    """Return how far apart two places are."""
    return float(range_azimuth(one.lat_deg, one.lon_deg, other.lat_deg, other.lon_deg)[0])


def _small_frame(group: list[PlacePlan], ratio: float) -> Frame:
    """Return the frame of a small map about a group of places."""
    bounds = np.array([one.ground.geometry_lonlat.bounds for one in group])
    lat = np.array([bounds[:, 1].min() - _ROOM_DEG, bounds[:, 3].max() + _ROOM_DEG])
    lon = np.array([bounds[:, 0].min() - _ROOM_DEG, bounds[:, 2].max() + _ROOM_DEG])
    return frame_around(lat, lon, room=0.02, ratios=(ratio, ratio))


def _fill(
    axes: Axes, frame: Frame, plan: Plan, shown: PlanMap, named: list[PlacePlan], first: list[labels.Label]
) -> list[str]:
    """Draw everything that a frame shows; return the names that found no room. first: names that go before."""
    points, ends = _draw_minutes(axes, frame, plan)
    clear = [points]
    for phase in (phase for phase in plan.phases if phase.kind == "planned"):
        draw_area(axes, frame, phase.regions_lonlat[0], fc="none", zorder=6, **_edge("planned"))
    loud = list(first)
    for area in plan.areas:
        points = draw_area(axes, frame, area.region_lonlat, fc="none", zorder=7, **_edge("announced"))
        clear.append(points)
        if len(points) and frame.holds(area.region_lonlat.centroid.y, area.region_lonlat.centroid.x):
            loud.append(_name(frame, area.region_lonlat.centroid, f"area {area.label}", ink.INK))
    loud += _draw_track(axes, frame, shown, clear)
    for one in named:
        at = shapely.Point(one.ground.lon_deg, one.ground.lat_deg)
        if not frame.holds(at.y, at.x):
            continue
        axes.plot(*frame.xy(np.array([at.y]), np.array([at.x])), zorder=12, **_plain("warn"))
        loud.append(_name(frame, at, f"{one.ground.name_en}\n{_when(one)}", ink.ORANGE))
    return place_names(axes, frame, [*loud, *ends], np.concatenate(clear))


def _when(one: PlacePlan) -> str:
    """Return the earliest and the latest fall in whole minutes after lift-off."""
    first, last = (f"T+{t_s / 60.0:.0f}" for t_s in (one.reach.first_t_s, one.reach.last_t_s))
    return f"{first} min" if first == last else f"{first} to {last} min"


def _draw_minutes(axes: Axes, frame: Frame, plan: Plan) -> tuple[Array, list[labels.Label]]:
    """Draw the regions of each minute, later ones darker; return points for labels to keep off, and their names.

    A region is named at its southern end, or where the frame cuts it off not at all.
    """
    colours = mpl.colormaps["cividis_r"]
    lost = [one for one in plan.minutes if one.minute is not None and not one.regions_lonlat[-1].is_empty]
    points, names = [np.empty((0, 2))], []
    for i, one in enumerate(lost):
        region, colour = one.regions_lonlat[-1], colours(0.15 + 0.85 * i / max(len(lost) - 1, 1))
        draw_area(axes, frame, region, fc=colour, ec="none", alpha=0.10, zorder=3)
        points.append(draw_area(axes, frame, region, fc="none", zorder=4, **_edge("minute") | {"ec": colour})[::20])
        corners = shapely.get_coordinates(max(shapely.get_parts(region), key=lambda part: float(part.area)).exterior)
        south = shapely.Point(corners[np.argmin(corners[:, 1])])
        if frame.holds(south.y, south.x):
            names.append(_name(frame, south, f"lost in minute {one.minute}", ink.FAINT, size_pt=6.3, must=False))
    return np.concatenate(points), names


def _draw_track(axes: Axes, frame: Frame, shown: PlanMap, clear: list[Array]) -> list[labels.Label]:
    """Draw the track, a dot each minute, and the launch site; return their names."""
    x, y = frame.line_xy(shown.lat_deg, shown.lon_deg)
    axes.plot(x, y, zorder=8, **_plain("track"))
    clear.append(along(frame, x, y))
    names = []
    for k in range(1, int(shown.t_s[-1] // 60.0) + 1):
        lat, lon = (float(np.interp(60.0 * k, shown.t_s, line)) for line in (shown.lat_deg, shown.lon_deg))
        if frame.holds(lat, lon):
            axes.plot(*frame.xy(np.array([lat]), np.array([lon])), "o", ms=3.0, color=ink.BLUE, zorder=9)
            names.append(_name(frame, shapely.Point(lon, lat), f"{k} min", ink.BLUE, size_pt=6.5, must=False))
    pad = shapely.Point(float(shown.lon_deg[0]), float(shown.lat_deg[0]))
    if frame.holds(pad.y, pad.x):
        axes.plot(*frame.xy(np.array([pad.y]), np.array([pad.x])), zorder=12, **_plain("pad"))
        names.insert(0, _name(frame, pad, shown.pad_name, ink.INK))
    return names


def _name(
    frame: Frame, at: shapely.Point, text: str, colour: str, *, size_pt: float = 7.2, must: bool = True
) -> labels.Label:
    """Return a name for a point."""
    x, y = frame.xy(np.array([at.y]), np.array([at.x]))
    weight = "bold" if must else "normal"
    return labels.Label(
        x=float(x[0]), y=float(y[0]), text=text, colour=colour, size_pt=size_pt, must=must, weight=weight
    )


def _plain(kind: str) -> dict[str, Any]:
    """Return a look without its name in the legend."""
    return {key: value for key, value in _LOOKS[kind].items() if key != "label"}


def _edge(kind: str) -> dict[str, Any]:
    """Return the look of an outline."""
    look = _plain(kind)
    return {"ec": look["color"], "lw": look["lw"], "ls": look["ls"]}
