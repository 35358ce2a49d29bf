"""The fitted vehicle beside the public record: one row a fact, with its limit, its residual and the spread of the fits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from downrange.base import Array
from downrange.corridor.fit import Prediction, offsets_m, predict
from downrange.corridor.fit_model import Fact, Record
from downrange.corridor.refit import vehicle_toml
from downrange.fall import states_at
from downrange.flight import Orbit, orbit_of, read_vehicle, target

FAIRING_S = (480.0, 660.0)  # crossing of 30 to 10 km that the published 8 to 10 minutes can mean
DOG_LEG_MPS = (700.0, 1_200.0)
_KM = 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One fact beside the fit.

    value, residual, sigma: of the best fit, its difference from the published value (NaN without one), and one
        standard deviation over the randomised fits, all in `unit`
    """

    fact: str
    published: str
    value: float
    residual: float
    sigma: float
    unit: str
    limit: str
    holds: bool
    source: str


def checks(record: Record, fits: Array) -> tuple[Check, ...]:
    """Return every fact of the record beside the fits (F, 27), the best one first; then what follows from them."""
    p = predict(record, fits)
    rows = [row for fact in record.facts for row in _rows(fact, p)]
    return (*rows, *_fairing(p), _dog_leg(record, fits))


def dog_leg_cost_mps(record: Record, fits: Array) -> float:
    """Return the velocity that the announced bends cost the best-fit vehicle.

    It is what the same vehicle has left in its last stage when its steering to the same orbit is free of the areas.
    """
    vehicle, plan = read_vehicle(vehicle_toml(record, fits), where=record.name)
    aim = next(fact for fact in record.facts if fact.kind == "insertion")
    orbit = Orbit(perigee_alt_m=aim.perigee_alt_m, apogee_alt_m=aim.apogee_alt_m, inclination_deg=aim.inclination_deg)
    return target(vehicle, record.site, orbit, plan).spare_mps


def _rows(fact: Fact, p: Prediction) -> list[Check]:
    """Return the rows of one fact."""
    if fact.kind == "insertion":
        return _insertion(fact, p)
    if fact.kind == "time":
        t_s = p.place[fact.body][2]
        return [
            _row(
                fact,
                fact.name,
                f"{fact.t_s:.0f} s",
                t_s,
                fact.t_s,
                "s",
                fact.limit_low_s <= t_s[0] <= fact.limit_high_s,
            )
        ]
    along, across = offsets_m(fact, p)
    if fact.kind == "place":
        miss = np.hypot(along, across)
        where = f"{fact.lat_deg:.2f} N {fact.lon_deg:.2f} E"
        return [_row(fact, fact.name, where, miss / _KM, 0.0, "km", miss[0] <= fact.limit_m)]
    where = f"axis {fact.course_deg:.1f} deg, centre {fact.lat_deg:.2f} N {fact.lon_deg:.2f} E"
    return [
        _row(fact, f"{fact.name}, along its axis", where, along / _KM, 0.0, "km", abs(along[0]) <= fact.limit_along_m),
        _row(fact, f"{fact.name}, across its axis", where, across / _KM, 0.0, "km", abs(across[0]) <= fact.limit_m),
    ]


def _insertion(fact: Fact, p: Prediction) -> list[Check]:
    """Return the rows of the orbit reached."""
    state = p.flown.last
    perigee, apogee, inclination = orbit_of(state)
    t_holds = fact.limit_low_s <= state[0, 0] <= fact.limit_high_s
    rows = [_row(fact, "insertion after lift-off", f"{fact.t_s:.0f} s", state[:, 0], fact.t_s, "s", t_holds)]
    for name, values, aim in (("perigee", perigee, fact.perigee_alt_m), ("apogee", apogee, fact.apogee_alt_m)):
        holds = abs(values[0] - aim) <= fact.limit_m
        rows.append(_row(fact, f"height of {name}", f"{aim / _KM:.0f} km", values / _KM, aim / _KM, "km", holds))
    aim = fact.inclination_deg
    holds = abs(inclination[0] - aim) <= fact.limit_deg
    rows.append(_row(fact, "inclination", f"{aim:.1f} deg", inclination, aim, "deg", holds))
    return rows


def _row(fact: Fact, name: str, published: str, values: Array, aim: float, unit: str, holds: bool) -> Check:
    return Check(
        fact=name,
        published=published,
        value=float(values[0]),
        residual=float(values[0] - aim),
        sigma=float(values[1:].std()),
        unit=unit,
        limit=fact.limit,
        holds=bool(holds),
        source=fact.source,
    )


def _fairing(p: Prediction) -> list[Check]:
    """Return when the fairing crosses 30 and 10 km, and when it reaches the sea, which the record gets wrong."""
    state, beta = p.flown.fairing(), p.crowd.fairing_beta_kgpm2
    source = "03:58 to 04:00 JST on 24 August 2023 (Japan MOD), 8 to 10 minutes after lift-off"
    rows = []
    for alt_m in (30e3, 10e3):
        t_s = state[:, 0] + states_at(state[:, 1:4], state[:, 4:7], beta, alt_m=alt_m)[:, 0]
        rows.append(
            Check(
                fact=f"fairing passes {alt_m / _KM:.0f} km on its way down",
                published="8 to 10 min, read as this crossing",
                value=float(t_s[0]),
                residual=float("nan"),
                sigma=float(t_s[1:].std()),
                unit="s",
                limit=f"{FAIRING_S[0]:.0f} to {FAIRING_S[1]:.0f} s",
                holds=bool(FAIRING_S[0] <= t_s[0] <= FAIRING_S[1]),
                source=source,
            )
        )
    t_s = p.place["fairing"][2]
    rows.append(
        Check(
            fact="fairing reaches the sea",
            published="8 to 10 min: impossible for a fairing of 100 kg/m2",
            value=float(t_s[0]),
            residual=float(t_s[0] - 600.0),
            sigma=float(t_s[1:].std()),
            unit="s",
            limit="480 to 1020 s",
            holds=bool(480.0 <= t_s[0] <= 1020.0),
            source=source,
        )
    )
    return rows


def _dog_leg(record: Record, fits: Array) -> Check:
    """Return what the bends cost."""
    cost_mps = dog_leg_cost_mps(record, fits)
    return Check(
        fact="cost of the dog-leg",
        published="not published",
        value=cost_mps,
        residual=float("nan"),
        sigma=float("nan"),
        unit="m/s",
        limit=f"{DOG_LEG_MPS[0]:.0f} to {DOG_LEG_MPS[1]:.0f} m/s",
        holds=bool(DOG_LEG_MPS[0] <= cost_mps <= DOG_LEG_MPS[1]),
        source="computed: left in stage 3 when the steering to the same orbit is free of the areas",
    )
