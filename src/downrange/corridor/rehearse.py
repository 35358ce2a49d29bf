"""Rehearse: invent launches of an outline, announce them, infer them, and count how often the intervals hold the truth.

A launch is drawn from the outline and from what makes a launcher a launcher (it enters some low orbit, its attitude
does not jump). Its areas are drawn around its true falls with the spread that the inference takes for granted. So an
honest inference holds the truth in 90 % of its 90 % intervals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from downrange.base import Array, ModelError, normals, uniforms
from downrange.corridor.cases import case_of
from downrange.corridor.fit import predict
from downrange.corridor.fit_model import Record
from downrange.corridor.infer import infer
from downrange.corridor.model import Area, Target
from downrange.corridor.outline import AREA_SIGMAS, Outline, outlined
from downrange.corridor.posterior import columns_of, picked, quantiles
from downrange.earth import Site, destination, range_azimuth

TOWARD_DEG: Final = 120.0  # where the invented launches fly
LENGTH_M: Final = (150e3, 1.6)  # of an area: median, and factor each way; assumed after announced ones
WIDTH_SHARE: Final = (0.25, 0.5)
_TRUTH_FLIGHTS: Final = 300  # for each launch, to draw the truths from


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How often the truth was held.

    launches: how many were inferred; failed: how many could not be
    held:     share of the launches by quantity (name and unit), for 90 % intervals
    effective: median of the effective draws
    """

    launches: int
    failed: int
    held: dict[tuple[str, str], float]
    effective: float

    @property
    def overall(self) -> float:
        """Share over all launches and quantities."""
        return float(np.mean(list(self.held.values())))


def rehearse(
    outline: Outline,
    site: Site,
    *,
    launches: int = 200,
    flights: int = 12_000,
    seed: int = 1,
    say: Callable[[str], None] = lambda _: None,
    **hands: Any,  # noqa: ANN401 - as of infer
) -> Rehearsal:
    """Infer so many invented launches, each with so many flights."""
    truths, record = _truths(outline, site, launches, seed)
    inside: list[dict[tuple[str, str], bool]] = []
    worth: list[float] = []
    for i, truth in enumerate(truths):
        if i and i % 10 == 0:
            say(f"{i} of {launches} launches")
        flown = predict(record, truth[None])
        falls = {body: (float(flown.place[body][0][0]), float(flown.place[body][1][0])) for body in outline.bodies}
        areas = _announced(record, falls, i, seed)
        known = case_of(outline, site, areas, known=outline.bodies)
        try:
            found = infer(known.record(known.known), flights=flights, seed=seed + i, **hands)
        except ModelError:
            continue
        true = columns_of(record, truth[None], flown)
        after = columns_of(found.record, found.x, found.after)
        inside.append({key: _holds(values, found.weight, float(true[key][0])) for key, values in after.items()})
        worth.append(found.effective)
    if not inside:
        raise ModelError(f"none of {launches} invented launches of {outline.file.name} could be inferred")
    held = {key: float(np.mean([one[key] for one in inside])) for key in inside[0]}
    return Rehearsal(
        launches=len(inside), failed=launches - len(inside), held=held, effective=float(np.median(worth))
    )  # fmt: skip


def _holds(values: Array, weight: Array, truth: float) -> bool:
    low, high = quantiles(values, weight, [0.05, 0.95])
    return bool(low <= truth <= high)


def _truths(outline: Outline, site: Site, launches: int, seed: int) -> tuple[Array, Record]:
    """Return parameters of launches (L, n) that enter some orbit, and the record that they belong to."""
    lat, lon = destination(site.lat_deg, site.lon_deg, TOWARD_DEG, 500e3)
    ahead = Target(label="ahead", lat_deg=(float(lat),), lon_deg=(float(lon),), radius_m=1e5)
    record = outlined(outline, site, [ahead], [outline.bodies[0]])
    free = replace(record, facts=tuple(fact for fact in record.facts if fact.kind == "insertion"))
    found = infer(free, flights=max(_TRUTH_FLIGHTS * launches, 2_000), seed=seed)
    rows = picked(found.weight, launches, seed=seed)
    order = np.argsort(uniforms(seed + 3, launches, 1)[:, 0])
    return found.x[rows][order], free


def _announced(record: Record, falls: dict[str, tuple[float, float]], number: int, seed: int) -> tuple[Area, ...]:
    """Return an area around each fall, its middle off by what the inference takes for granted."""
    site, found = record.site, []
    draws = normals(seed + 4, 1, 3 * len(falls), first=number)[0].reshape(-1, 3)
    shares = uniforms(seed + 5, 1, len(falls), first=number)[0]
    for (body, (lat, lon)), draw, share in zip(falls.items(), draws, shares, strict=True):
        length_m = LENGTH_M[0] * LENGTH_M[1] ** draw[0]
        width_m = length_m * (WIDTH_SHARE[0] + share * (WIDTH_SHARE[1] - WIDTH_SHARE[0]))
        _, back = range_azimuth(lat, lon, site.lat_deg, site.lon_deg)
        course = float(back) + 180.0
        along_m, across_m = (
            step * ((0.5 * size / AREA_SIGMAS) ** 2 + site.sigma_m**2) ** 0.5
            for step, size in zip(draw[1:], (length_m, width_m), strict=True)
        )
        centre = _moved(lat, lon, course, along_m, across_m)
        corners = [
            _moved(*centre, course, 0.5 * a * length_m, 0.5 * b * width_m)
            for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))
        ]
        found.append(
            Target(label=body, lat_deg=tuple(lat for lat, _ in corners), lon_deg=tuple(lon for _, lon in corners))
        )
    return tuple(found)


def _moved(lat_deg: float, lon_deg: float, course_deg: float, along_m: float, across_m: float) -> tuple[float, float]:
    """Return a place so far ahead on a course, and so far to the right of it."""
    turn = float(np.degrees(np.arctan2(across_m, along_m)))
    lat, lon = destination(lat_deg, lon_deg, course_deg + turn, float(np.hypot(along_m, across_m)))
    return float(lat), float(lon)
