"""What the terminal shows of files of readings: simulated, turned into another form, or used to calibrate the sensors."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from downrange.base import iso
from downrange.replay.show_track import faults_told, intake_json
from downrange.replay.tables import Table, columns, number, signed
from downrange.replay.tracking_files import finite
from downrange.track import Calibration, Estimate, Intake, Sensor

if TYPE_CHECKING:
    from downrange.replay.sensing import Sensed

Shown = tuple[tuple[Table, ...], dict[str, Any]]
_UNITS = {"bias_range_m": "m", "bias_az_deg": "deg", "bias_el_deg": "deg", "bias_range_rate_mps": "m/s"}


def sensed_shown(made: Sensed, t0: datetime) -> Shown:
    """Return what sensors said of a simulated flight, and how it ended."""
    flight = made.flight
    rows = []
    document = []
    for sensor in made.sensors:
        mine = [(reading.t - t0).total_seconds() for reading in made.readings if reading.sensor == sensor.name]
        span = f"{number(min(mine), 1)} to {number(max(mine), 1)}" if mine else "never"
        rows.append((sensor.name, str(sensor.kind), number(len(mine)), span))
        document.append({"sensor": sensor.name, "kind": str(sensor.kind), "readings": len(mine)})
    end = f"The flight: {flight.outcome}, at T+{flight.t_s[-1]:.1f} s. {number(len(made.readings))} readings."
    names = columns("sensor", "kind", "readings >", "sees it [s] >")
    table = Table(title="Simulated readings", columns=names, rows=tuple(rows), note=end)
    return (table,), {
        "t0": iso(t0),
        "readings": len(made.readings),
        "sensors": document,
        "outcome": str(flight.outcome),
        "failed_t_s": None if made.failed_t_s is None else finite(made.failed_t_s),
    }


def converted_shown(intake: Intake, target: str) -> Shown:
    """Return how many readings were written, and what was left out."""
    counts: dict[str, int | None] = {
        "lines": intake.lines,
        "used": len(intake.readings),
        "faults": len(intake.faults),
    }
    given = Counter(reading.sensor for reading in intake.readings)
    rows = tuple((name, number(count)) for name, count in sorted(given.items()))
    note = (
        f"{number(intake.lines)} lines, {number(len(intake.readings))} readings written to {target}, "
        f"{faults_told(len(intake.faults))}."
    )
    table = Table(title="Readings", columns=columns("sensor", "readings >"), rows=rows, note=note)
    return (table,), {**intake_json(counts, intake.faults), "out": target}


def calibration_shown(intake: Intake, sensors: tuple[Sensor, ...], found: Calibration) -> Shown:
    """Return what is wrong with each sensor as far as the readings tell, and how well they then agree."""
    known = {sensor.name: sensor for sensor in sensors}
    rows = tuple(_estimate_row(one, float(getattr(known[one.sensor], one.key))) for one in found.estimates)
    names = columns("sensor", "what", "known >", "to be added >", "1-sigma before >", "1-sigma after >", "learned >")
    settled = "" if found.settled else " NOT SETTLED: these estimates are no good."
    note = f"Learned: the share of the earlier doubt (variance) that the readings took away.{settled}"
    agreed = tuple(
        (one.sensor, number(one.readings), number(one.left_out), number(one.rms_before, 2), number(one.rms_after, 2))
        for one in found.agreements
    )
    tables = (
        Table(title="What is wrong with the sensors", columns=names, rows=rows, note=note),
        Table(
            title="How well they agree",
            columns=columns("sensor", "readings >", "left out >", "misfit before >", "misfit after >"),
            rows=agreed,
            note="Misfit: root mean square in sigmas of the noise; 1 where noise is all that remains.",
        ),
    )
    counts: dict[str, int | None] = {
        "lines": intake.lines,
        "used": len(intake.readings),
        "faults": len(intake.faults),
    }
    return tables, {
        **intake_json(counts, intake.faults),
        "settled": found.settled,
        "estimates": [
            {
                "sensor": one.sensor,
                "key": one.key,
                "value": finite(one.value, 6),
                "sigma": finite(one.sigma, 6),
                "prior_sigma": finite(one.prior_sigma, 6),
                "learned": finite(one.learned, 4),
            }
            for one in found.estimates
        ],
        "agreements": [
            {
                "sensor": one.sensor,
                "readings": one.readings,
                "left_out": one.left_out,
                "rms_before": finite(one.rms_before),
                "rms_after": finite(one.rms_after),
            }
            for one in found.agreements
        ],
    }


def _estimate_row(one: Estimate, known: float) -> tuple[str, ...]:
    """Return one estimate as text."""
    unit, digits = _UNITS.get(one.key, "s"), 1 if one.key == "bias_range_m" else 4
    what = one.key.rsplit("_", 1)[0].replace("_", " ")
    value = signed(one.value, digits)
    return (
        one.sensor,
        f"{what} [{unit}]",
        signed(known, digits),
        value,
        number(one.prior_sigma, digits),
        number(one.sigma, digits),
        f"{one.learned:.0%}",
    )
