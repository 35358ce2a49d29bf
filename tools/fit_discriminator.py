"""Fit the discriminator of space launches and sub-orbital flights to the tuning families, and write its TOML file.

    python tools/fit_discriminator.py --out src/downrange/track/data/discriminator.toml

The looks are the true states once a second with errors of the size that a filter behind a radar of 30 m and 1 mrad
makes, so that the fit does not depend on the filter of the day; benchmarks/track_verdicts.py measures the outcome
through real readings and the filter, on vehicles that are not used here. The scale is the largest with which, on
vehicle types left out of the fit in turn, at most `--error` of the first claims of 95 % are wrong.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path as File

import numpy as np

from downrange.base import Array, normals, uniforms, write_text
from downrange.track.discriminate import (
    COAST_NAMES,
    THRUST_NAMES,
    Block,
    Discriminator,
    Looks,
    log_odds,
    looks,
    sequence,
    smoothed,
    speakers,
    terms,
)
from downrange.track.families import FlightKind, Path, draw_family
from downrange.track.simulate import between

SHARES = {FlightKind.ORBITAL: 0.25, FlightKind.NEAR_MISS: 0.10, FlightKind.FAILED: 0.15, FlightKind.BALLISTIC: 0.50}
COUNTS = {FlightKind.ORBITAL: 600, FlightKind.NEAR_MISS: 200, FlightKind.FAILED: 500, FlightKind.BALLISTIC: 1300}
FOLDS, MODELS = 4, 4  # parts of the vehicle types: to choose the scale, and of the models in the file
LAG_S = 4  # how long after the end of thrust the filter believes in it: four seconds at 30 m and 1 mrad
SURE = float(np.log(0.95 / 0.05))


@dataclass(frozen=True, slots=True)
class Case:
    """One flight as seen: kind, type, looks, share of all weight."""

    kind: FlightKind
    vehicle: str
    seen: Looks
    weight: float


def seen_of(path: Path, seed: int, number: int) -> Looks | None:
    """Return the looks at one flight from a drawn height on; None when it is seen for less than 20 s."""
    u = uniforms(seed, 1, 2, first=number)[0]
    height = np.linalg.norm(path.r_ecef_m, axis=1) - 6.371e6
    start = path.t_s[min(int(np.searchsorted(height, 5e3 + 55e3 * u[0])), path.t_s.size - 1)]
    t = np.arange(start, path.t_s[-1], 1.0)
    n = t.size
    if n < 20:
        return None
    r, v = between(t, path.t_s, path.r_ecef_m, path.v_ecef_mps)
    f = path.f_mps2[np.clip(np.searchsorted(path.t_s, t + 1e-9) - 1, 0, None)]
    burns = f > 0.0
    sigma_mps = 3.0 * (40.0 / 3.0) ** u[1]
    noise = normals(seed + 1, n, 4, first=number << 14)
    v = v + _wander(noise[:, :3], 4.0) * (sigma_mps * np.where(burns, 1.0, 0.2))[:, None]
    smooth = np.convolve(np.concatenate([f[:1], f[:1], f]), [0.25, 0.5, 0.25])[2 : n + 2]
    felt = np.maximum(smooth + _wander(noise[:, 3:], 2.0)[:, 0] * burns * sigma_mps / 10.0, 0.0)
    quiet = [float(not burns[max(i - LAG_S, 0) : i + 1].any()) for i in range(n)]
    return looks(t, r, v, felt, np.array(quiet))


def _wander(noise: Array, settle_s: float) -> Array:
    """Return errors of unit sigma that hold together over settle_s."""
    keep = np.exp(-1.0 / settle_s)
    out = noise.copy()
    for i in range(1, len(out)):
        out[i] = keep * out[i - 1] + np.sqrt(1.0 - keep**2) * noise[i]
    return out


def cases_of(seed: int, share: float) -> list[Case]:
    """Return the tuning flights as seen."""
    found: list[Case] = []
    for k, (kind, count) in enumerate(COUNTS.items()):
        paths = draw_family(kind, seed, 0, max(round(count * share), 10), tail_s=200.0)
        for path in paths:
            seen = seen_of(path, seed + 2 * (k + 1), path.number)
            if seen is not None:
                found.append(Case(kind, path.vehicle, seen, SHARES[kind] / len(paths)))
        say(f"{kind}: {len(paths)} flights")
    return found


def block_of(names: tuple[str, ...], cases: list[Case], rows: list[Array], ridge: float) -> Block:
    """Fit logistic models to rows of numbers, one array a case, each without some vehicle types; each flight weighs the same."""
    kept = [(case, z) for case, z in zip(cases, rows, strict=True) if len(z)]
    x = np.concatenate([z for _, z in kept])
    y = np.concatenate([np.full(len(z), case.kind is FlightKind.BALLISTIC, dtype=float) for case, z in kept])
    w = np.concatenate([np.full(len(z), case.weight / len(z)) for case, z in kept])
    part = folds(cases, MODELS)
    fold = np.concatenate([np.full(len(z), part[case.vehicle]) for case, z in kept])
    w /= w.sum()
    mean = w @ x
    sigma = np.sqrt(w @ (x - mean) ** 2)
    z = (x - mean) / sigma
    low, high = np.percentile(z, [0.3, 99.7], axis=0)
    t = terms(np.clip(z, -4.0, 4.0))
    weights = [logistic(t[fold != k], y[fold != k], w[fold != k] / w[fold != k].sum(), ridge) for k in range(MODELS)]

    def listed(a: Array) -> list[float]:
        return [float(f"{value:.6g}") for value in a]

    return Block(list(names), listed(mean), listed(sigma), listed(low), listed(high), [listed(row) for row in weights])


def folds(cases: list[Case], count: int) -> dict[str, int]:
    """Return the part of each vehicle type, space launchers and the others dealt out each for themselves."""
    part: dict[str, int] = {}
    for ballistic in (False, True):
        names = sorted({c.vehicle for c in cases if (c.kind is FlightKind.BALLISTIC) == ballistic})
        part |= {name: i % count for i, name in enumerate(names)}
    return part


def logistic(x: Array, y: Array, w: Array, ridge: float) -> Array:
    """Return the weights of a logistic regression by Newton's method, all but the first drawn to 0."""
    b = np.zeros(x.shape[1])
    pull = np.full(x.shape[1], ridge)
    pull[0] = 0.0
    for _ in range(25):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ b, -30.0, 30.0)))
        slope = x.T @ (w * (p - y)) + pull * b
        bend = (x * (w * np.maximum(p * (1.0 - p), 1e-6))[:, None]).T @ x + np.diag(pull + 1e-9)
        step = np.linalg.solve(bend, slope)
        b -= step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-6:
            break
    return b


def fitted(cases: list[Case], ridge: float, hold: int, settle_s: float) -> Discriminator:
    """Fit both models: burning engines first, as the other reads what it said last."""
    thrust = block_of(THRUST_NAMES, cases, [c.seen.thrust[c.seen.powered][::5] for c in cases], ridge)
    rows = []
    for case in cases:
        last = smoothed(log_odds(thrust, case.seen.thrust), case.seen, settle_s)
        rows.append(np.concatenate([case.seen.coast, last[:, None]], axis=1)[case.seen.coasting][::5])
    coast = block_of(COAST_NAMES, cases, rows, ridge)
    return Discriminator(
        title="Space launch or sub-orbital flight: logistic models of the state's history",
        source="fitted to invented families of flights by tools/fit_discriminator.py; assumed: families, shares, noise",
        scale=1.0, hold=hold, settle_s=settle_s, thrust=thrust, coast=coast, figures={},
    )  # fmt: skip


def first_claims(odds: list[tuple[Array, Array]], cases: list[Case], scale: float, hold: int) -> tuple[float, float]:
    """Return the shares (weighted by kind) of flights that are ever claimed with 95 %, and of wrong first claims."""
    claimed = wrong = whole = 0.0
    for both, case in zip(odds, cases, strict=True):
        whole += case.weight
        one = sequence(*both, case.seen, scale=scale, hold=hold)
        there = np.flatnonzero(np.abs(one) > SURE)
        if there.size:
            claimed += case.weight
            wrong += case.weight * ((one[there[0]] > 0.0) != (case.kind is FlightKind.BALLISTIC))
    return claimed / whole, wrong / max(claimed, 1e-12)


def left_out(cases: list[Case], ridge: float, hold: int, settle_s: float) -> list[tuple[Array, Array]]:
    """Return the log-odds of both models for each case, from models that never saw its vehicle type."""
    fold = folds(cases, FOLDS)
    odds = [(np.empty(0), np.empty(0))] * len(cases)
    for k in range(FOLDS):
        model = fitted([c for c in cases if fold[c.vehicle] != k], ridge, hold, settle_s)
        for i, case in enumerate(cases):
            if fold[case.vehicle] == k:
                odds[i] = speakers(model, case.seen, np.ones(case.seen.t_s.size))
        say(f"fold {k + 1} of {FOLDS}")
    return odds


def toml_of(model: Discriminator) -> str:
    """Return the file's text."""

    def row(values: list[float] | list[str] | list[list[float]]) -> str:
        if isinstance(values[0], list):
            return "[\n" + ",\n".join(row(one) for one in values) + ",\n]"  # type: ignore[arg-type]
        cells = [f'"{v}"' if isinstance(v, str) else repr(float(v)) for v in values]
        lines = [", ".join(cells[i : i + 8]) for i in range(0, len(cells), 8)]
        return f"[{lines[0]}]" if len(lines) == 1 else "[\n    " + ",\n    ".join(lines) + ",\n]"

    text = [
        "# Written by tools/fit_discriminator.py; do not edit.",
        f'title = "{model.title}"',
        f'source = "{model.source}"',
        f"scale = {model.scale!r}",
        f"hold = {model.hold}",
        f"settle_s = {model.settle_s!r}",
    ]
    for key, block in (("thrust", model.thrust), ("coast", model.coast)):
        text += ["", f"[{key}]"]
        text += [f"{name} = {row(getattr(block, name))}" for name in Block.__struct_fields__]
    text += ["", "[figures]", *(f"{name} = {value!r}" for name, value in model.figures.items())]
    return "\n".join(text) + "\n"


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Fit, choose the scale, write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=File, required=True)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--share", type=float, default=1.0, help="of the full number of flights")
    parser.add_argument("--ridge", type=float, default=1e-3)
    parser.add_argument("--hold", type=int, default=10)
    parser.add_argument("--settle", type=float, default=25.0)
    parser.add_argument("--error", type=float, default=0.003, help="wrong among the first claims, types left out")
    args = parser.parse_args()
    cases = cases_of(args.seed, args.share)
    odds = left_out(cases, args.ridge, args.hold, args.settle)
    scales = np.round(np.arange(1.2, 0.29, -0.025), 3)
    table = [(float(s), *first_claims(odds, cases, float(s), args.hold)) for s in scales]
    for scale, claimed, wrong in table:
        say(f"scale {scale:.2f}: claimed {claimed:.3f}, wrong {wrong:.4f}")
    scale, claimed, wrong = next((row for row in table if row[2] <= args.error), table[-1])
    model = fitted(cases, args.ridge, args.hold, args.settle)
    figures = {
        "seed": float(args.seed), "flights": float(len(cases)), "ridge": args.ridge, "error_allowed": args.error,
        "claimed_left_out": round(float(claimed), 4), "wrong_of_claimed_left_out": round(float(wrong), 5),
    }  # fmt: skip
    found = Discriminator(
        title=model.title, source=model.source, scale=scale, hold=args.hold, settle_s=args.settle,
        thrust=model.thrust, coast=model.coast, figures=figures,
    )  # fmt: skip
    write_text(args.out, toml_of(found))


if __name__ == "__main__":
    main()
