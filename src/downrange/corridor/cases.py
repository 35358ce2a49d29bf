"""What is known of a launch before its flight is inferred: an outline, a pad, areas, an aim, times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely

from downrange.base import InputError
from downrange.corridor.fit_model import Record
from downrange.corridor.geometry import ranges
from downrange.corridor.launches import Announced, FallsThere, KnownOrbit
from downrange.corridor.model import Area, Target
from downrange.corridor.outline import SOME_LOW_ORBIT, Aim, Outline, Timed, outlined
from downrange.earth import Site, destination, east_north, load_site, range_azimuth

TOUCHING_M: Final = 5_000.0  # areas nearer than this are pieces of one, cut at the border of two regions
ON_THE_WAY_UP_M: Final = 10_000e3  # what falls farther off comes down from an orbit, or nearly
_REACHED_ALT_M, _PLANNED_ALT_M = 20e3, 50e3  # spread of insertion heights about a published orbit; assumed
_INCLINATION_SIGMA_DEG: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known before the inference.

    areas: in order of range from the site
    known: the body of each area where somebody says it, else ""
    """

    outline: Outline
    site: Site
    areas: tuple[Area, ...]
    known: tuple[str, ...]
    aim: Aim = SOME_LOW_ORBIT
    times: tuple[Timed, ...] = ()

    def record(self, bodies: Sequence[str]) -> Record:
        """Return the record of one assignment."""
        return outlined(self.outline, self.site, self.areas, bodies, aim=self.aim, times=self.times)


def case_of(
    outline: Outline,
    site: Site,
    areas: Sequence[Area],
    *,
    known: Sequence[str] = (),
    aim: Aim = SOME_LOW_ORBIT,
    times: Sequence[Timed] = (),
) -> Case:
    """Return a case with its areas sorted by range.

    known: in the order of the areas given; none when nothing is said of any
    """
    if not areas:
        raise InputError(where="areas", seen="none", cure="give at least one area with coordinates")
    said = [*known] or [""] * len(areas)
    seen = ranges(site, areas)
    order = np.argsort([one.centre_m for one in seen], kind="stable")
    return Case(
        outline=outline,
        site=site,
        areas=tuple(areas[i] for i in order),
        known=tuple(said[i] for i in order),
        aim=aim,
        times=tuple(times),
    )


def launch_case(launch: Announced, outline: Outline) -> Case:
    """Return the case of a real launch: its drop areas on the way up, those that touch joined, its orbit and its times.

    Strap-on boosters are the first stage of an outline, which has none; the core that burns on is then its second.
    """
    site = load_site(launch.site)
    near = [area for area in launch.drops if _first_corner_m(site, area) < ON_THE_WAY_UP_M]
    strapped = any(area.what is FallsThere.BOOSTERS for area in near)
    areas, known = _joined(site, near, [_body(area.what, outline, strapped=strapped) for area in near])
    return case_of(outline, site, areas, known=known, aim=_aim(launch.orbit), times=launch.times)


def _first_corner_m(site: Site, area: Area) -> float:
    return float(range_azimuth(site.lat_deg, site.lon_deg, area.lat_deg[0], area.lon_deg[0])[0])


def _body(what: FallsThere, outline: Outline, *, strapped: bool) -> str:
    """Return the outline's name of what falls, "" where it has none or nobody said."""
    stages = [FallsThere.BOOSTERS] * strapped + [FallsThere.STAGE_1, FallsThere.STAGE_2, FallsThere.STAGE_3]
    name = f"stage {stages.index(what) + 1}" if what in stages else str(what)
    return name if name in outline.bodies else ""


def _aim(orbit: KnownOrbit | None) -> Aim:
    """Return the orbit aimed at as far as it is known."""
    aim = SOME_LOW_ORBIT
    if orbit is None:
        return aim
    if orbit.inclination_deg is not None:
        aim = replace(aim, inclination_deg=orbit.inclination_deg, sigma_inclination_deg=_INCLINATION_SIGMA_DEG)
    if orbit.perigee_alt_m is not None and orbit.apogee_alt_m is not None:
        sigma_m = _REACHED_ALT_M if orbit.reached else _PLANNED_ALT_M
        aim = replace(aim, perigee_alt_m=orbit.perigee_alt_m, apogee_alt_m=orbit.apogee_alt_m, sigma_alt_m=sigma_m)
    return replace(aim, source=orbit.source)


def _joined(site: Site, areas: Sequence[Area], known: Sequence[str]) -> tuple[tuple[Area, ...], tuple[str, ...]]:
    """Return areas with those of one body that touch made one: their convex hull."""
    groups: list[list[int]] = []
    shapes = [_flat(site, area) for area in areas]
    for i, shape in enumerate(shapes):
        near = [g for g in groups if any(known[j] == known[i] and shapes[j].distance(shape) < TOUCHING_M for j in g)]
        groups = [g for g in groups if g not in near] + [sorted(sum(near, [i]))]
    groups.sort()
    return (
        tuple(
            areas[g[0]] if len(g) == 1 else _hull(site, [areas[i] for i in g], [shapes[i] for i in g]) for g in groups
        ),
        tuple(known[g[0]] for g in groups),
    )


def _flat(site: Site, area: Area) -> shapely.Geometry:
    """Return an area on the flat map around the pad, which keeps ranges and azimuths."""
    flat = np.column_stack(east_north(site.lat_deg, site.lon_deg, np.array(area.lat_deg), np.array(area.lon_deg)))
    if len(flat) == 1:
        return shapely.Point(flat[0]).buffer(area.radius_m or 0.0)
    return shapely.Polygon(flat).convex_hull


def _hull(site: Site, areas: Sequence[Area], shapes: Sequence[shapely.Geometry]) -> Target:
    """Return the convex hull of areas as one."""
    flat = shapely.get_coordinates(shapely.union_all(list(shapes)).convex_hull)[:-1]
    azimuth = np.degrees(np.arctan2(flat[:, 0], flat[:, 1]))
    lat, lon = destination(
        np.full(len(flat), site.lat_deg), np.full(len(flat), site.lon_deg), azimuth, np.hypot(flat[:, 0], flat[:, 1])
    )
    label = "+".join(area.label for area in areas)
    return Target(label=label, lat_deg=tuple(lat.tolist()), lon_deg=tuple(lon.tolist()))
