"""Updates of a track as JSON lines. UTC with a Z, degrees and metres, nothing else."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from downrange.base import after, iso, write_text
from downrange.track.model import Update


def update_row(update: Update, t0: datetime) -> dict[str, object]:
    """Return one update as plain values for JSON; what is not a number there is null."""
    impact = update.impact
    return {
        "t": iso(after(t0, update.t_s), decimals=3),
        "t_s": _number(update.t_s),
        "age_s": _number(update.read_s),
        "r_ecef_m": [_number(value) for value in update.r_ecef_m],
        "v_ecef_mps": [_number(value) for value in update.v_ecef_mps],
        "sigma_r_m": [_number(value) for value in update.sigma_r_m],
        "sigma_v_mps": [_number(value) for value in update.sigma_v_mps],
        "impact": None
        if math.isnan(impact.lat_deg)
        else {
            "lat_deg": _number(impact.lat_deg, 6),
            "lon_deg": _number(impact.lon_deg, 6),
            "t": iso(after(t0, impact.t_s), decimals=1),
            "t_s": _number(impact.t_s),
            "t_sigma_s": _number(impact.t_sigma_s),
            "sigma_major_m": _number(impact.sigma_major_m),
            "sigma_minor_m": _number(impact.sigma_minor_m),
            "axis_deg": _number(impact.axis_deg),
        },
        "perigee_m": _number(update.perigee_m),
        "perigee_sigma_m": _number(update.perigee_sigma_m),
        "apogee_m": _number(update.apogee_m),
        "apogee_sigma_m": _number(update.apogee_sigma_m),
        "p_orbit": _number(update.p_orbit, 6),
        "p_idle": _number(update.p_idle, 6),
        "verdict": update.verdict.name,
        "p": _number(update.p, 6),
        "reason": update.reason,
    }


def write_updates(path: str | Path, updates: Sequence[Update], t0: datetime) -> None:
    """Write updates as JSON lines, the file whole or not at all."""
    rows = (json.dumps(update_row(update, t0), ensure_ascii=False, allow_nan=False) for update in updates)
    write_text(path, "".join(row + "\n" for row in rows))


def _number(value: float, decimals: int = 3) -> float | None:
    """Round, and turn what is not a number into null."""
    return round(value, decimals) if math.isfinite(value) else None
