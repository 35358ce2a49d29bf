"""Fly one vehicle on one plan, with or without a failure."""

from __future__ import annotations

import numpy as np

from downrange.base import Array, InputError, geodetic_from_ecef, inertial_velocity
from downrange.earth import ZONALS, Site, air_table
from downrange.flight import _kernel as k
from downrange.flight.crowd import Crowd, crowd_of, phase_table, starts_of
from downrange.flight.model import Body, Event, Failure, FailureKind, Flight, Outcome, Plan, Vehicle


def fly(vehicle: Vehicle, site: Site, plan: Plan, failure: Failure | None = None) -> Flight:
    """Fly a vehicle from a site until its last stage is out, or until the failure; bodies let go are in the result.

    The path is Runge-Kutta at 1 s in the first stage and 3 s above: up to 30 m and 0.06 m/s at insertion against 0.05 s
    over fifty fitted vehicles (benchmarks/README.md).
    """
    crowd = crowd_of(vehicle, plan, site)
    cut = cut_s(crowd, failure)
    table = phase_table(crowd, cut)[0]
    path = np.empty((int(table[:, k.STEPS].sum()) + len(table), k.STATE + 4))
    ends = np.empty((len(table), k.STATE))
    used, _ = k.fly(table, starts_of(crowd)[0], air_table(), crowd.drag, ZONALS, ends, path)
    path = path[:used]
    return Flight(
        t_s=path[:, 0],
        r_ecef_m=path[:, 1:4],
        v_ecef_mps=path[:, 4:7],
        mass_kg=path[:, 7],
        f_ecef_mps2=path[:, 8:11],
        q_pa=path[:, 11],
        events=_events(crowd, ends, path, failure),
        bodies=_bodies(crowd, ends, failure, vehicle),
        burns=_burns(crowd),
        outcome=Outcome.FAILED if failure else Outcome.BURNED_OUT,
    )


def cut_s(crowd: Crowd, failure: Failure | None) -> Array | None:
    """Return when powered flight ends, seconds after lift-off (N,); None when nothing fails."""
    if failure is None:
        return None
    stages = crowd.propellant_kg.shape[1]
    if not 1 <= failure.stage <= stages:
        raise InputError(
            where="failure", key="stage", seen=f"stage {failure.stage} of {stages}", cure=f"name 1 to {stages}"
        )
    after = 0.0 if failure.kind is FailureKind.NO_IGNITION else failure.after_ignition_s
    burn_s = crowd.burn_s[:, failure.stage - 1]
    if not 0.0 <= after <= burn_s.min():
        raise InputError(
            where="failure",
            key="after_ignition_s",
            seen=f"{after:g} s after the ignition of stage {failure.stage}, which burns {burn_s.min():.0f} s",
            cure="name a moment inside the burn",
        )
    if failure.stage == 1 and after == 0.0:
        raise InputError(
            where="failure",
            key="after_ignition_s",
            seen="stage 1 never burns, so nothing leaves the pad",
            cure="let it burn for a moment, as in stage1:early-shutdown@5",
        )
    cut: Array = crowd.ignition_s[:, failure.stage - 1] + after
    return cut


def failed_stack(stages: int, failure: Failure) -> str:
    """Return the name of what is left in one piece when a stage fails.

    >>> failed_stack(3, Failure(kind=FailureKind.NO_IGNITION, stage=2))
    'stages 2-3 and payload'
    """
    upper = f"stages {failure.stage}-{stages}" if failure.stage < stages else f"stage {stages}"
    return f"{upper} and payload"


def _bodies(crowd: Crowd, ends: Array, failure: Failure | None, vehicle: Vehicle) -> tuple[Body, ...]:
    """Return what was let go, in order: stages, fairing, and the stack after a failure."""
    rows: list[tuple[str, int, float, float]] = []
    stages = len(vehicle.stages)
    last = failure.stage if failure else stages
    fairing_gone = (
        failure is None or failure.stage > 2 or (failure.stage == 2 and failure.after_ignition_s > crowd.fairing_s[0])
    )
    for s, stage in enumerate(vehicle.stages[: last - 1]):
        rows.append((stage.name, 3 * s + 2, stage.beta_kgpm2, stage.dry_kg))
        if s == 0 and fairing_gone:
            rows.append(("fairing", 4, vehicle.fairing_beta_kgpm2, vehicle.fairing_kg))
    if failure:
        rows.append((failed_stack(stages, failure), len(ends) - 1, vehicle.beta_stack_kgpm2, ends[-1, 7]))
    return tuple(
        Body(
            name=n,
            t_s=float(ends[p, 0]),
            r_ecef_m=ends[p, 1:4],
            v_ecef_mps=ends[p, 4:7],
            beta_kgpm2=beta,
            mass_kg=float(kg),
        )
        for n, p, beta, kg in rows
    )


def _burns(crowd: Crowd) -> tuple[tuple[float, float, int], ...]:
    """Return the planned burns."""
    ignitions, lengths = crowd.ignition_s[0], crowd.burn_s[0]
    return tuple((float(a), float(a + b), s + 1) for s, (a, b) in enumerate(zip(ignitions, lengths, strict=True)))


def _events(crowd: Crowd, ends: Array, path: Array, failure: Failure | None) -> tuple[Event, ...]:
    """Return the events of a flight in order of time."""
    end_s = ends[-1, 0]
    rows: list[tuple[str, Array]] = [("lift-off", path[0, :7])]
    stages = crowd.propellant_kg.shape[1]
    for s in range(stages):
        ignition = ends[3 * s, :7]
        if s > 0 and ignition[0] < end_s:
            rows.append((f"stage {s + 1} ignition", ignition))
        if s == 1 and ends[4, 0] < end_s:
            rows.append(("fairing off", ends[4, :7]))
        out = ends[3 * s + 2, :7]
        if s < stages - 1 and (failure is None or failure.stage > s + 1):
            rows.append((f"stage {s + 1} burn-out and separation", out))
    rows.append(("failure" if failure else "last burn-out", ends[-1, :7]))
    rows.append(("largest dynamic pressure", _peak(path)))
    rows.sort(key=lambda row: float(row[1][0]))
    return tuple(event_at(name, state) for name, state in rows)


def _peak(path: Array) -> Array:
    """Return the state of the largest dynamic pressure, at the top of the parabola through three rows."""
    if len(path) < 3:
        return path[path[:, 11].argmax(), :7]
    i = int(np.clip(path[:, 11].argmax(), 1, len(path) - 2))
    t, q = path[i - 1 : i + 2, 0], path[i - 1 : i + 2, 11]
    if t[0] == t[1] or t[1] == t[2]:
        return path[i, :7]
    a, b, _ = np.polyfit(t - t[1], q, 2)
    peak_s = t[1] + (float(np.clip(-b / (2 * a), t[0] - t[1], t[2] - t[1])) if a < 0 else 0.0)
    rows = path[i - 1 : i + 2, :7]
    return np.array([np.interp(peak_s, t, rows[:, c]) for c in range(7)])


def event_at(name: str, state: Array) -> Event:
    """Return the event of a state (t, x, y, z, vx, vy, vz), Earth-fixed."""
    lat, lon, alt = geodetic_from_ecef(state[1:4])
    return Event(
        name=name,
        t_s=float(state[0]),
        lat_deg=float(lat),
        lon_deg=float(lon),
        alt_m=float(alt),
        speed_mps=float(np.linalg.norm(state[4:7])),
        v_inertial_mps=float(np.linalg.norm(inertial_velocity(state[1:4], state[4:7]))),
    )
