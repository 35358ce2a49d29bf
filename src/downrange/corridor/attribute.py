"""Explain a whole notice: which body falls in which area, and what each area was worth, by hiding it.

Areas do not say what falls in them. Every assignment that keeps the order of range is inferred, and their evidences
tell how likely each is. Leaving one area out and predicting it from the others shows whether they could have told.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from downrange.base import ModelError
from downrange.corridor.cases import Case
from downrange.corridor.geometry import ranges
from downrange.corridor.infer import FLIGHTS, STARTS, Inference, infer, modes
from downrange.corridor.outline import bodies_for
from downrange.corridor.posterior import flat_spread
from downrange.earth import range_azimuth

ANNOUNCED: Final = {"fairing": 0.5}  # how often the fall of a body is announced; assumed
_STAGE_ANNOUNCED: Final = 0.9
HOPELESS_CHI2: Final = 25.0  # an assignment that fits worse than the best by this much is not flown: its odds are e^-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One way in which the areas belong to the bodies.

    bodies:    of each area of the case
    chi2:      misfit of its best vehicle
    p:         probability among the assignments; before, one that leaves a stage unannounced is the less likely
    inference: None where the misfit left no hope
    """

    bodies: tuple[str, ...]
    chi2: float
    p: float
    inference: Inference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """All assignments, the likeliest first."""

    case: Case
    assignments: tuple[Assignment, ...]

    @property
    def best(self) -> Inference:
        """The inference of the likeliest assignment."""
        best = self.assignments[0].inference
        if best is None:
            raise ModelError("the likeliest assignment was not inferred")
        return best

    @property
    def sentence(self) -> str:
        """The finding in words."""
        best, first = self.best, self.assignments[0]
        case = self.case
        told = ", ".join(
            f"{body} in {area.label}" for area, body in zip(case.areas, first.bodies, strict=True)
        )  # fmt: skip
        who = f"{case.outline.file.name} from {case.site.name}"
        if not best.explained:
            worst = min(best.checks, key=lambda check: check.p)
            return (
                f"The outline {who} cannot explain these areas: its best vehicle misfits by chi2 {best.chi2:.0f} "
                f"(p {best.p:.1g}), most of all {worst.fact} ({worst.misfit_sigma:.1f} sigma)."
            )
        trust = "" if best.trusted else f" Only {best.effective:.0f} effective draws: take its intervals as rough."
        return (
            f"The outline {who} explains these areas (chi2 {best.chi2:.1f}, p {best.p:.2g}): {told}, "
            f"probability {first.p:.2f} among {len(self.assignments)} assignments.{trust}"
        )


def attribute(
    case: Case,
    *,
    flights: int = FLIGHTS,
    seed: int = 1,
    folder: Path | None = None,
    **hands: Any,  # noqa: ANN401 - as of infer
) -> Attribution:
    """Infer every assignment that has a hope; they share the flights.

    hands: threads, cluster, resume, progress, starts: as of `infer`
    """
    ways = bodies_for(case.outline, case.known)
    starts = hands.get("starts", STARTS)
    chi2 = [0.0]
    if len(ways) > 1:
        chi2 = [min(fit.chi2 for fit in modes(case.record(way), seed=seed, starts=starts)) for way in ways]
    hopeful = [value <= min(chi2) + HOPELESS_CHI2 for value in chi2]
    share = max(1_000, flights // sum(hopeful))
    found: list[Assignment] = []
    for number, (way, value, hope) in enumerate(zip(ways, chi2, hopeful, strict=True), 1):
        place = None if folder is None else folder / f"assignment-{number}"
        inference = infer(case.record(way), flights=share, seed=seed, folder=place, **hands) if hope else None
        found.append(
            Assignment(bodies=way, chi2=value if inference is None else inference.chi2, p=0.0, inference=inference)
        )
    return Attribution(case=case, assignments=_ranked(found, case.outline.bodies))


def _ranked(found: Sequence[Assignment], bodies: Sequence[str]) -> tuple[Assignment, ...]:
    """Return assignments with their probabilities, the likeliest first; bodies: all that fall."""
    before = np.log([_before(a.bodies, bodies) for a in found])
    evidence = before + [-np.inf if a.inference is None else a.inference.log_evidence for a in found]
    p = np.exp(evidence - evidence.max())
    p /= p.sum()
    rows = [replace(one, p=float(share)) for one, share in zip(found, p, strict=True)]
    return tuple(sorted(rows, key=lambda one: -one.p))


def _before(announced: Sequence[str], bodies: Sequence[str]) -> float:
    """Return how likely it is that just these bodies are announced."""
    chance = {body: ANNOUNCED.get(body, _STAGE_ANNOUNCED) for body in bodies}
    return math.prod(p if body in announced else 1.0 - p for body, p in chance.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """One area hidden, and predicted from the others.

    lat_deg, lon_deg: middle of the predicted falls of its body
    distance_m:       from there to the middle of the hidden area
    along_m, across_m: semi-axes of the predicted falls, one standard deviation
    level:            credible level at which the hidden area's middle lies: 0 in the middle, near 1 far out
    effective:        draws that the prediction is worth
    """

    label: str
    body: str
    lat_deg: float
    lon_deg: float
    distance_m: float
    along_m: float
    across_m: float
    level: float
    effective: float


def leave_each_out(
    case: Case,
    bodies: Sequence[str],
    *,
    flights: int = FLIGHTS,
    seed: int = 1,
    **hands: Any,  # noqa: ANN401 - as of infer
) -> tuple[LeftOut, ...]:
    """Hide each area in turn and predict it from the others; one row an area, none when there is only one."""
    if len(case.areas) < 2:
        return ()
    return tuple(
        _left_out(case, bodies, index, flights=flights, seed=seed, **hands) for index in range(len(case.areas))
    )  # fmt: skip


def _left_out(case: Case, bodies: Sequence[str], index: int, **how: Any) -> LeftOut:  # noqa: ANN401 - as of infer
    """Predict one area from the others."""
    rest = [i for i in range(len(case.areas)) if i != index]
    body = bodies[index]
    times = tuple(time for time in case.times if time.event != f"{body} falls")
    without = replace(case, areas=tuple(case.areas[i] for i in rest), known=(), times=times)
    found = infer(without.record([bodies[i] for i in rest]), **how)
    seen = ranges(case.site, [case.areas[index]])[0]
    lat, lon, _ = found.after.place[body]
    spread = flat_spread(lat, lon, found.weight)
    away_m, _ = range_azimuth(spread.lat_deg, spread.lon_deg, seen.lat_deg, seen.lon_deg)
    return LeftOut(
        label=case.areas[index].label,
        body=body,
        lat_deg=spread.lat_deg,
        lon_deg=spread.lon_deg,
        distance_m=float(away_m),
        along_m=spread.long_m,
        across_m=spread.short_m,
        level=found.level_of(body, seen.lat_deg, seen.lon_deg),
        effective=found.effective,
    )
