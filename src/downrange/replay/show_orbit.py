"""What the terminal shows of element sets: their elements, passes, their way on, how long they last."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from downrange.base import KST, iso, since, units, utc
from downrange.orbit import Crossing, Decay, ElementSet, Pass, Propagated
from downrange.replay.tables import Table, columns, number, place

Shown = tuple[tuple[Table, ...], dict[str, Any]]
_OLD_DAYS = 30.0  # from here on SGP4 only guesses, as `passes` has it
_ROWS = 15  # of a path on the terminal


def passes_shown(sets: Sequence[ElementSet], found: Sequence[tuple[ElementSet, Pass]]) -> Shown:
    """Return passes over a place in order, with the light there and on the satellite."""
    several = len(sets) > 1
    who = columns("satellite!") if several else ()
    names = columns(
        "rises (UTC)!",
        "culminates (UTC)!",
        "(KST, JST)!",
        "sets (UTC)!",
        "from [deg] >",
        "to [deg] >",
        "elevation [deg] >",
        "distance [km] >",
        "light below",
        "satellite is",
    )
    rows = tuple((*((one.label,) if several else ()), *_pass_row(seen)) for one, seen in found)
    title = f"Passes of {sets[0].label}" if not several else f"Passes of {len(sets)} satellites"
    seen_by_eye = sum(_to_eye(seen) for _, seen in found)
    note = f"{len(found)} passes; {seen_by_eye} could be seen by eye: lit above, while it is night below."
    document = {
        "satellites": [one.label for one in sets],
        "passes": [_pass_document(one, seen) for one, seen in found],
    }
    return (Table(title=title, columns=(*who, *names), rows=rows, note=note),), document


def _pass_row(one: Pass) -> tuple[str, ...]:
    """Return one pass; a plus marks what the span cuts."""
    return (
        f"{utc(one.rises):%Y-%m-%d %H:%M:%S}{'+' * one.open_start}",
        f"{utc(one.culminates):%H:%M:%S}",
        f"{one.culminates.astimezone(KST):%d %b %H:%M}",
        f"{utc(one.sets):%H:%M:%S}{'+' * one.open_end}",
        number(one.rise_azimuth_deg),
        number(one.set_azimuth_deg),
        number(one.max_elevation_deg, 1),
        number(one.range_m / 1e3),
        "day" if one.daylight else "night",
        "lit" if one.sunlit else "in shadow",
    )


def _to_eye(one: Pass) -> bool:
    """Say whether a pass could be seen by eye: lit above, with the sun down below."""
    return one.sunlit and one.sun_elevation_deg < -6.0


def _pass_document(one: ElementSet, seen: Pass) -> dict[str, Any]:
    """Return one pass for programs."""
    return {
        "satellite": one.label,
        "number": one.number,
        "rises": iso(seen.rises),
        "culminates": iso(seen.culminates),
        "sets": iso(seen.sets),
        "rise_azimuth_deg": _r(seen.rise_azimuth_deg, 2),
        "set_azimuth_deg": _r(seen.set_azimuth_deg, 2),
        "max_elevation_deg": _r(seen.max_elevation_deg, 2),
        "range_m": _r(seen.range_m, 0),
        "sun_elevation_deg": _r(seen.sun_elevation_deg, 2),
        "daylight": seen.daylight,
        "sunlit": seen.sunlit,
        "visible": _to_eye(seen),
        "open_start": seen.open_start,
        "open_end": seen.open_end,
    }


def elements_shown(sets: Sequence[ElementSet], at: datetime) -> Shown:
    """Return element sets as a person reads them, with their age at a moment."""
    names = columns(
        "object!",
        "designator!",
        "epoch (UTC)!",
        "age [d] >",
        "heights [km]!",
        "period [min] >",
        "inclination [deg] >",
        "node [deg] >",
        "e >",
        "B* [1/RE] >",
    )
    old = sum(abs(_age_days(one, at)) > _OLD_DAYS for one in sets)
    note = "Heights over the equatorial radius, mean elements (SGP4, TEME)."
    if old:
        note += f" {old} of {len(sets)} more than {_OLD_DAYS:g} days from {iso(at)}: SGP4 only guesses there."
    rows = tuple(_elements_row(one, at) for one in sets)
    document = {"at": iso(at), "sets": [_elements_document(one, at) for one in sets]}
    return (Table(title=f"{len(sets)} element sets", columns=names, rows=rows, note=note),), document


def _elements_row(one: ElementSet, at: datetime) -> tuple[str, ...]:
    """Return one element set."""
    return (
        one.label,
        one.designator or "-",
        f"{one.epoch:%Y-%m-%d %H:%M:%S}",
        number(_age_days(one, at), 1),
        _heights(one.perigee_alt_m, one.apogee_alt_m),
        number(_period_s(one) / 60.0, 2),
        number(one.inclination_deg, 4),
        number(one.raan_deg, 3),
        f"{one.e:.6f}",
        f"{one.bstar:.2e}",
    )


def _elements_document(one: ElementSet, at: datetime) -> dict[str, Any]:
    """Return one element set for programs."""
    return {
        "name": one.name,
        "number": one.number,
        "designator": one.designator,
        "epoch": iso(one.epoch, decimals=6),
        "age_days": _r(_age_days(one, at), 4),
        "perigee_alt_m": _r(one.perigee_alt_m, 0),
        "apogee_alt_m": _r(one.apogee_alt_m, 0),
        "period_s": _r(_period_s(one), 2),
        "inclination_deg": one.inclination_deg,
        "raan_deg": one.raan_deg,
        "e": one.e,
        "argp_deg": one.argp_deg,
        "mean_anomaly_deg": one.mean_anomaly_deg,
        "mean_motion_revpday": one.mean_motion_revpday,
        "bstar": one.bstar,
    }


def path_shown(found: ElementSet, path: Propagated) -> Shown:
    """Return how an orbit goes on: its heights by revolution, how well that is known, where it comes down."""
    spread = "apart [km] >" if path.spread_m is not None else "inclination [deg] >"
    names = columns("after [d] >", "UTC!", "heights [km]!", "node [deg] >", spread)
    every = max(1, math.ceil(path.t_s.size / _ROWS))
    kept = sorted({*range(0, path.t_s.size, every), path.t_s.size - 1})
    rows, states = [], []
    for k in kept:
        elements = path.elements(k)
        low, high = _revolution(path, float(path.t_s[k]))
        apart = None if path.spread_m is None else float(path.spread_m[k])
        last = number(elements.inclination_deg, 3) if apart is None else _apart(apart)
        rows.append(
            (
                number(path.t_s[k] / units.DAY, 2),
                f"{elements.epoch:%Y-%m-%d %H:%M}",
                _heights(low, high),
                number(elements.raan_deg, 2),
                last,
            )
        )
        states.append(
            {
                "t_s": _r(float(path.t_s[k]), 1),
                "perigee_alt_m": _r(low, 0),
                "apogee_alt_m": _r(high, 0),
                "raan_deg": _r(elements.raan_deg, 4),
                "inclination_deg": _r(elements.inclination_deg, 4),
                "spread_m": None if apart is None else _r(apart, 0),
            }
        )
    document = {
        "object": found.label,
        "epoch": iso(path.epoch),
        "revolutions": _r(path.revolutions, 3),
        "ending": str(path.ending),
        "end_t_s": _r(path.end_t_s, 1),
        "interface": _crossing(path.interface),
        "breakup": _crossing(path.breakup),
        "beta_kgpm2": None
        if path.beta is None
        else [path.beta.low_kgpm2, path.beta.middle_kgpm2, path.beta.high_kgpm2],
        "beta_source": None if path.beta is None else path.beta.source,
        "air": path.air,
        "states": states,
    }
    title = f"{found.label} from {iso(path.epoch)} on"
    return (Table(title=title, columns=names, rows=tuple(rows), note=_path_note(path)),), document


def _path_note(path: Propagated) -> str:
    """Say what the path stands on and how it ends."""
    drag = "no drag"
    if path.beta is not None:
        low, high = path.beta.low_kgpm2, path.beta.high_kgpm2
        range_ = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        drag = f"drag with {range_} kg/m² ({path.beta.source}), air: {path.air}"
    words = f"{path.revolutions:.1f} revolutions; J2 to J4, {drag}. Heights of the revolution there, over the equatorial radius."
    if path.breakup is not None:
        down = path.breakup
        words += f" It falls below 80 km at {iso(down.moment)} near {place(down.lat_deg, down.lon_deg, 1)}."
    if path.spread_m is not None:
        words += " Apart: how far the ends of that range lie from its middle."
    return words


def _revolution(path: Propagated, t_s: float) -> tuple[float, float]:
    """Return the lowest and the highest of the revolution that a time lies in; of the last where none follows."""
    if path.rev_t_s.size == 0:
        return math.nan, math.nan
    k = min(int(np.searchsorted(path.rev_t_s, t_s)), path.rev_t_s.size - 1)
    return float(path.perigee_alt_m[k]), float(path.apogee_alt_m[k])


def _apart(spread_m: float) -> str:
    """Write a distance that may be without end."""
    return "one is down" if math.isinf(spread_m) else number(spread_m / 1e3, 1)


def _crossing(found: Crossing | None) -> dict[str, Any] | None:
    """Return where and when a height was passed."""
    if found is None:
        return None
    return {
        "t_s": _r(found.t_s, 1),
        "t": iso(found.moment),
        "lat_deg": _r(found.lat_deg, 3),
        "lon_deg": _r(found.lon_deg, 3),
        "alt_m": _r(found.alt_m, 0),
    }


def decays_shown(found: Sequence[tuple[ElementSet, Decay]]) -> Shown:
    """Return how long orbits last: low, middle and high, and what the band is made of."""
    names = columns("object!", "heights [km]!", "low >", "middle >", "high >", "method")
    rows = tuple(
        (
            one.label,
            _heights(decay.perigee_alt_m, decay.apogee_alt_m),
            _lasting(decay.days_low),
            _lasting(decay.days_middle),
            _lasting(decay.days_high, beyond=decay.days_low is not None),
            decay.method,
        )
        for one, decay in found
    )
    why = Table(
        title="Why",
        columns=columns("object!", "because"),
        rows=tuple((one.label, reason) for one, decay in found for reason in decay.reasons),
    )
    document = {
        "objects": [
            {
                "object": one.label,
                "number": one.number,
                "epoch": iso(one.epoch),
                "answer": str(decay.answer),
                "days_low": decay.days_low,
                "days_middle": decay.days_middle,
                "days_high": decay.days_high,
                "perigee_alt_m": _r(decay.perigee_alt_m, 0),
                "apogee_alt_m": _r(decay.apogee_alt_m, 0),
                "method": decay.method,
                "reasons": list(decay.reasons),
            }
            for one, decay in found
        ]
    }
    lasts = Table(
        title="How long it lasts from its epoch on",
        columns=names,
        rows=rows,
        note="Without manoeuvres. The band is no interval of confidence: it is what the bodies and suns below give.",
    )
    return (lasts, why), document


def _lasting(days: float | None, *, beyond: bool = False) -> str:
    """Write a time in days or years.

    >>> _lasting(0.51), _lasting(40.2), _lasting(1000.0), _lasting(None), _lasting(None, beyond=True)
    ('0.5 d', '40 d', '2.7 a', 'unknown', '> 50 a')
    """
    if days is None:
        return "> 50 a" if beyond else "unknown"
    if days < 10.0:
        return f"{days:.1f} d"
    return f"{days:.0f} d" if days < 730.5 else f"{days / 365.25:.1f} a"


def sets_converted_shown(count: int, form: str, text: str, target: str | None) -> Shown:
    """Return what was turned into another form."""
    rows = (("element sets", number(count)), ("form", form), ("written to", target or "standard output"))
    document: dict[str, Any] = {"sets": count, "form": form, "out": target}
    if target is None:
        document["text"] = text
    return (Table(title="Converted", columns=columns("what", "is"), rows=rows),), document


def _heights(low_m: float, high_m: float) -> str:
    """Write two heights."""
    return f"{number(low_m / 1e3, 1)} x {number(high_m / 1e3, 1)}"


def _age_days(one: ElementSet, at: datetime) -> float:
    """Return how old an element set is at a moment."""
    return since(one.epoch, at) / units.DAY


def _period_s(one: ElementSet) -> float:
    """Return the mean period."""
    return units.DAY / one.mean_motion_revpday


def _r(value: float, digits: int) -> float | None:
    """Round for JSON; what is not a number is null."""
    return round(float(value), digits) + 0.0 if math.isfinite(value) else None
