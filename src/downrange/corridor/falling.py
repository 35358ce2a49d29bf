"""Crowds of falls put together: what flights let go as planned, what is left in one piece, what is left in many."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, geodetic_from_ecef, normals
from downrange.fall import DebrisList, Falls, draw_pieces, drop
from downrange.flight import NEVER_S, Crowd, Flown

LN_BETA_STACK: Final = 0.6  # assumed: spread of the ballistic coefficient of a stack, of its logarithm
SOURCE: Final = "crowd of randomised fits to the public record; failures assumed"
_ON_GROUND_M: Final = 1.0


def planned_falls(
    crowd: Crowd, flown: Flown, *, since_s: Array | None = None, name: str = "{}"
) -> tuple[Falls, Array, NDArray[np.int64]]:
    """Return the falls of the stages and the fairing that were let go, when each was, and by which flight.

    since_s: (N,) of each flight, when only what is let go later counts; name: of each body, with {} for the usual one
    """
    times = flown.line.times
    releases = [
        (f"stage {s}", flown.parted(s), crowd.beta_kgpm2[:, s - 1], times.parted[:, s - 1])
        for s in range(1, crowd.stages)
    ]
    releases.insert(1, ("fairing", flown.fairing(), crowd.fairing_beta_kgpm2, times.fairing))
    parts, let_go, flights = [], [], []
    for body, state, beta, when_s in releases:
        rows = np.flatnonzero((when_s < NEVER_S) & (True if since_s is None else when_s >= since_s))
        if len(rows):
            weight = np.full(len(rows), 1.0 / len(crowd))
            parts.append(falls_of(name.format(body), state[rows], beta[rows], weight))
            let_go.append(state[rows, 0])
            flights.append(rows)
    if not parts:
        return nothing(), np.empty(0), np.empty(0, dtype=np.int64)
    return joined(*parts), np.concatenate(let_go), np.concatenate(flights)


def stack_falls(name: str, state: Array, beta_kgpm2: Array, seed: int) -> Falls:
    """Return the falls of what stays in one piece."""
    beta = beta_kgpm2 * np.exp(LN_BETA_STACK * normals(seed, len(state), 8)[:, 7])
    return falls_of(name, state, beta, np.full(len(state), 1.0 / len(state)))


def piece_falls(
    debris: DebrisList, state: Array, seed: int, rows: NDArray[np.int64] | None = None
) -> tuple[Falls, NDArray[np.int64]]:
    """Return the falls of one piece of each class for each break-up, and the flight that each row is of.

    state: (N, ...) of all flights; rows: those that break up, all when not given
    """
    rows = np.arange(len(state)) if rows is None else rows
    _, dv_mps, beta = draw_pieces(debris, seed, len(state))
    parts = []
    for i, kind in enumerate(debris.classes):
        thrown = state[rows].copy()
        thrown[:, 4:7] += dv_mps[rows, i]
        parts.append(falls_of(kind.name, thrown, beta[rows, i], np.full(len(rows), 1.0 / len(state))))
    return joined(*parts), np.tile(rows, len(parts))


def falls_of(name: str, state: Array, beta_kgpm2: Array, p: Array) -> Falls:
    """Drop one body in many versions from states (n, 7 or more); what never comes down has NaN and no probability.

    What has already flown into the ground lies where it did.
    """
    hit = drop(state[:, 0], state[:, 1:4], state[:, 4:7], beta_kgpm2)
    lat, lon, alt = geodetic_from_ecef(state[:, 1:4])
    there = ~np.isfinite(hit.lat_deg) & (alt < _ON_GROUND_M)
    down = there | np.isfinite(hit.lat_deg)
    return Falls(
        lat_deg=np.where(there, lat, hit.lat_deg),
        lon_deg=np.where(there, lon, hit.lon_deg),
        t_s=np.where(there, state[:, 0], hit.t_s),
        p=np.where(down, p, 0.0),
        body_index=np.zeros(len(down), dtype=np.int64),
        bodies=(name,),
        source=SOURCE,
    )


def nothing() -> Falls:
    """Return a crowd of no falls."""
    empty = np.empty(0)
    return Falls(
        lat_deg=empty,
        lon_deg=empty,
        t_s=empty,
        p=empty,
        body_index=np.empty(0, dtype=np.int64),
        bodies=(),
        source=SOURCE,
    )


def scaled(falls: Falls, by: float) -> Falls:
    """Return a crowd of falls, each so many times as likely."""
    return replace(falls, p=falls.p * by)


def rows_of(falls: Falls, keep: NDArray[np.bool_]) -> Falls:
    """Return some rows of a crowd of falls."""
    return replace(
        falls,
        lat_deg=falls.lat_deg[keep],
        lon_deg=falls.lon_deg[keep],
        t_s=falls.t_s[keep],
        p=falls.p[keep],
        body_index=falls.body_index[keep],
    )


def joined(*parts: Falls) -> Falls:
    """Return several crowds of falls as one; bodies of one name share an index."""
    names = tuple(dict.fromkeys(name for part in parts for name in part.bodies))
    index = [np.array([names.index(b) for b in part.bodies], dtype=np.int64)[part.body_index] for part in parts]
    return Falls(
        lat_deg=np.concatenate([part.lat_deg for part in parts]),
        lon_deg=np.concatenate([part.lon_deg for part in parts]),
        t_s=np.concatenate([part.t_s for part in parts]),
        p=np.concatenate([part.p for part in parts]),
        body_index=np.concatenate(index),
        bodies=names,
        source=parts[0].source,
    )
