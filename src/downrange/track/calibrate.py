"""Sensors that disagree: what is wrong with each of them, found from what all of them said of one flight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np

from downrange.base import Array, InputError, ModelError
from downrange.track._agree import Agreeing, Rest
from downrange.track._arc import Arc
from downrange.track._sight import Log, fixes, log_of
from downrange.track.model import Reading, Sensor

KEYS: Final = (
    ("bias_range_m", "sigma_bias_range_m", 1.0),
    ("bias_az_deg", "sigma_bias_az_deg", np.pi / 180.0),
    ("bias_el_deg", "sigma_bias_el_deg", np.pi / 180.0),
    ("bias_range_rate_mps", "sigma_bias_range_rate_mps", 1.0),
    ("clock_offset_s", "sigma_clock_s", 1.0),
)  # field of what is known, field of what is not, SI in one unit of either
_FEWEST = 4  # readings that say where it is, to begin with
_MOST_SPANS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One number of what is wrong with one sensor.

    sensor, key: name of the sensor, and the field of Sensor that it corrects ("bias_range_m", "clock_offset_s")
    value:       to be added to that field
    sigma:       one standard deviation of what remains
    prior_sigma: the same before: the field sigma_bias_* or sigma_clock_s
    """

    sensor: str
    key: str
    value: float
    sigma: float
    prior_sigma: float

    @property
    def learned(self) -> float:
        """Share of the prior variance that the readings took away: 0 where they could tell nothing, at most 1."""
        return max(0.0, 1.0 - (self.sigma / self.prior_sigma) ** 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How well one sensor fits the common flight.

    readings: how many it gave, exact doubles not counted
    left_out: how many of them were not used: wild, or beside a sudden change of thrust, which the flight smooths over
    rms_before:     root mean square of its residuals, in sigmas of its noise, with nothing but the known taken off
    rms_after:      the same with the estimates taken off as well; 1 where noise is all that remains
    """

    sensor: str
    readings: int
    left_out: int
    rms_before: float
    rms_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What several sensors' readings of one flight say about the sensors.

    estimates:  one for each sigma_bias_* and sigma_clock_s above zero
    cov:        (n, n) covariance of the estimates, in their own units. Where only a difference between two sensors can
                be told, each keeps a wide sigma and the two are strongly correlated: look here.
    agreements: one for each sensor
    settled:    False where the sums had not come to rest: the estimates are no good
    """

    estimates: tuple[Estimate, ...]
    cov: Array
    agreements: tuple[Agreement, ...]
    settled: bool

    def of(self, sensor: str, key: str) -> Estimate:
        """Return one estimate; KeyError where there is none."""
        for estimate in self.estimates:
            if (estimate.sensor, estimate.key) == (sensor, key):
                return estimate
        raise KeyError(f"{sensor}: {key}")


def calibrate(
    readings: Sequence[Reading], sensors: Sequence[Sensor], t0: datetime, *, step_s: float = 2.0, q_m2ps5: float = 0.3
) -> Calibration:
    """Estimate what is wrong with each sensor from the readings of one flight of one object.

    Biases and clock offsets start from zero with the sensors' own sigma_bias_* and sigma_clock_s; a sensor without them
    is taken at its word. Together with them a flight is found of which nothing is assumed but that it is smooth: cubic
    between moments step_s apart, its jerk white with a density of q_m2ps5 and now and then far larger, where an engine
    starts or stops. Wild readings are left out. What the readings cannot tell keeps its prior: a single radar learns
    next to nothing of its own errors, two learn how they differ.
    """
    told = _told(readings, sensors)
    logs = [log_of(sensor, i, told[i], t0) for i, sensor in enumerate(sensors)]
    prior = np.array([[getattr(sensor, sigma) * unit for _, sigma, unit in KEYS] for sensor in sensors]).ravel()
    fit = Agreeing(_arc(logs, sensors, step_s), logs, prior, q_m2ps5)
    fit.open()
    before, after = fit.settle(free=False), fit.settle(free=True)
    return Calibration(
        estimates=_estimates(sensors, fit),
        cov=fit.cov[np.ix_(fit.asked, fit.asked)] / np.outer(_units(fit), _units(fit)),
        agreements=tuple(_agreement(sensor.name, i, before, after) for i, sensor in enumerate(sensors)),
        settled=after.settled,
    )


def _told(readings: Sequence[Reading], sensors: Sequence[Sensor]) -> list[list[Reading]]:
    """Return the readings of each sensor; a stranger's, and those of several objects, are refused."""
    names = {sensor.name: i for i, sensor in enumerate(sensors)}
    told: list[list[Reading]] = [[] for _ in sensors]
    for line, reading in enumerate(readings, start=1):
        if reading.sensor not in names:
            cure = f"add it there, or name one of {', '.join(names)}"
            seen = f"{reading.sensor!r} is not in the sensor file"
            raise InputError(where=f"reading {line}", key="sensor", seen=seen, cure=cure)
        told[names[reading.sensor]].append(reading)
    for sensor, mine in zip(sensors, told, strict=True):
        objects = sorted({reading.object_id or "" for reading in mine})
        if len(objects) > 1:
            seen = f"readings of several objects: {', '.join(map(repr, objects))}"
            raise InputError(where=f"sensor {sensor.name!r}", key="object_id", seen=seen, cure="give those of one")
    return told


def _units(fit: Agreeing) -> Array:
    """Return SI in one unit of each estimate."""
    return np.array([KEYS[i % len(KEYS)][2] for i in fit.asked])


def _estimates(sensors: Sequence[Sensor], fit: Agreeing) -> tuple[Estimate, ...]:
    """Return the estimates in the units of the sensors' fields."""
    out = []
    for i in fit.asked.tolist():
        sensor, (known, sigma, unit) = sensors[i // len(KEYS)], KEYS[i % len(KEYS)]
        out.append(
            Estimate(
                sensor=sensor.name,
                key=known,
                value=float(fit.wrong[i]) / unit,
                sigma=float(np.sqrt(fit.cov[i, i])) / unit,
                prior_sigma=float(getattr(sensor, sigma)),
            )
        )
    return tuple(out)


def _agreement(name: str, i: int, before: Rest, after: Rest) -> Agreement:
    """Compare one sensor's residuals, of the readings used in the end."""
    keep = after.keeps[i]
    return Agreement(
        sensor=name,
        readings=keep.size,
        left_out=int(keep.size - keep.sum()),
        rms_before=before.rms(i, keep),
        rms_after=after.rms(i, keep),
    )


def calibrated(sensors: Sequence[Sensor], calibration: Calibration) -> tuple[Sensor, ...]:
    """Return the sensors with the estimates added to what is known, and what remains in place of the prior sigmas.

    Raises ModelError for a calibration that has not settled.
    """
    if not calibration.settled:
        raise ModelError("a calibration that has not settled: leave out the sensor that fits worst, and try again")
    out = []
    sigma_of = {known: sigma for known, sigma, _ in KEYS}
    for sensor in sensors:
        mine = [estimate for estimate in calibration.estimates if estimate.sensor == sensor.name]
        new = {estimate.key: getattr(sensor, estimate.key) + estimate.value for estimate in mine}
        new |= {sigma_of[estimate.key]: estimate.sigma for estimate in mine}
        out.append(replace(sensor, **new))
    return tuple(out)


def _arc(logs: Sequence[Log], sensors: Sequence[Sensor], step_s: float) -> Arc:
    """Return the arc that holds all readings, with room for clocks that are off."""
    if sum(fixes(log)[0].size for log in logs) < _FEWEST:
        raise InputError(
            where="calibrate",
            seen=f"fewer than {_FEWEST} readings that say by themselves where it is",
            cure="give readings of a radar with range, azimuth and elevation, or position reports, among the others",
        )
    times = np.concatenate([log.t_s for log in logs])
    room = 5.0 * max(sensor.sigma_clock_s for sensor in sensors) + step_s
    start, end = float(times.min()) - room, float(times.max()) + room
    if not 0.0 < (end - start) / _MOST_SPANS <= step_s:
        raise InputError(
            where="calibrate",
            seen=f"readings over {times.max() - times.min():.0f} s, in steps of {step_s:g} s",
            cure=f"check the dates, and give steps of which no more than {_MOST_SPANS} are needed",
        )
    return Arc(start_s=start, step_s=step_s, spans=int(np.ceil((end - start) / step_s)))
