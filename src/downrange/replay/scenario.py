"""Scenario files: what was announced, flown, alerted and reported in one launch, each number with its source.

The structs are the file format: a key that is not written here is an error, not a silence.
"""

from __future__ import annotations

import difflib
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from downrange.base import InputError
from downrange.replay._toml import read_strict

Moment = Annotated[datetime, Meta(tz=True)]
Latitude = Annotated[float, Meta(ge=-90.0, le=90.0)]
Longitude = Annotated[float, Meta(ge=-180.0, lt=180.0)]
MOST_RUNS = 100_000
LAST_SEED = 2**63 - 1
Positive = Annotated[float, Meta(gt=0.0, le=1e6)]
Seconds = Annotated[float, Meta(ge=0.0, le=86_400.0)]
Uncertainty = Annotated[float, Meta(gt=0.0, le=2_000.0)]
Seed = Annotated[int, Meta(ge=0, le=LAST_SEED)]
Text = Annotated[str, Meta(min_length=1, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]*$")]
Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$", max_length=64)]
_YEARS = (1950, 2100)


class _Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the scenario file; unknown keys are refused."""


class Origin(_Strict, frozen=True, kw_only=True):
    """Who launched, as it stands in the middle of a sentence of an alert, in each language."""

    en: Text
    ko: Text
    ja: Text


class TimeClaim(_Strict, frozen=True, kw_only=True):
    """What one authority says about the lift-off: who, when, where it was said."""

    authority: Text
    moment: Moment
    source: Text


class Liftoff(_Strict, frozen=True, kw_only=True):
    """The lift-off: the time used (t0) and the official times, which disagree."""

    t0: Moment
    source: Text
    claims: tuple[TimeClaim, ...]

    def interval(self) -> tuple[datetime, datetime]:
        """Return the earliest and the latest official time."""
        moments = [claim.moment for claim in self.claims] + [self.t0]
        return min(moments), max(moments)


class OrbitTarget(_Strict, frozen=True, kw_only=True):
    """The orbit aimed at: heights over the equatorial radius [km] and inclination [deg]."""

    perigee_km: Positive
    apogee_km: Positive
    inclination_deg: Annotated[float, Meta(ge=0.0, le=180.0)]
    source: Text


class AreaName(_Strict, frozen=True, kw_only=True):
    """What an area of a notice is called here, what it is for, and which body is to fall in it."""

    label: Text
    what: Text
    body: Text


class RestatedNotice(_Strict, frozen=True, kw_only=True):
    """A notice written by us in the public syntax with the published numbers; never a copy of a text.

    areas: a name for each area of the notice, in its order
    """

    text: Text
    source: Text
    restated: Literal[True]
    areas: Annotated[tuple[AreaName, ...], Meta(min_length=1)]


class ReferenceArea(_Strict, frozen=True, kw_only=True):
    """An announced area whose corners are not public: a reference point and how far off it may be [km]."""

    label: Text
    what: Text
    body: Text
    lat_deg: Latitude
    lon_deg: Longitude
    uncertainty_km: Uncertainty
    derivation: Text
    source: Text


class FailureCase(_Strict, frozen=True, kw_only=True):
    """What went wrong: which stage, how, and when after its ignition [s] (an interval where nobody said)."""

    stage: Annotated[int, Meta(ge=1)]
    kind: Literal["no-ignition", "early-shutdown", "break-up"]
    after_ignition_s: Seconds = 0.0
    after_ignition_low_s: Seconds = 0.0
    after_ignition_high_s: Seconds = 0.0
    timing: Literal["published", "assumed"]
    source: Text


class SensorSet(_Strict, frozen=True, kw_only=True):
    """Which sensors watch (name or file) and the seed of their noise."""

    name: Text
    seed: Seed
    source: Text


class Ensemble(_Strict, frozen=True, kw_only=True):
    """How many dispersed flights stand behind each footprint, and their seed."""

    runs: Annotated[int, Meta(ge=2000, le=MOST_RUNS)]
    seed: Seed


class HistoricAlert(_Strict, frozen=True, kw_only=True):
    """An alert that really went out: by whom, where, to how many, when, and when it was lifted.

    places:  codes of the places alerted, as in the gazetteer ("KR-11"); none for an alert to ships
    verdict: "right" when the area lay under the hazard as its authority saw it, "error" when the authority took it back
    lift:    the kind of the lift as its text gives it
    """

    authority: Text
    area: Text
    places: tuple[str, ...] = ()
    issued: Moment
    lifted: Moment | None = None
    verdict: Literal["right", "error"]
    lift: Literal["passed-over", "not-expected", "mis-issue", "unstated", "none"]
    note: str = ""
    sources: Annotated[tuple[str, ...], Meta(min_length=1)]


class FallRegion(_Strict, frozen=True, kw_only=True):
    """A fall told by distance and direction from a coast: all points that fit, from each anchor of the coast.

    anchors:                points of that coast [lat_deg, lon_deg] from which the report may have measured
    distance_km, sigma_km:  the told distance and how round the number is (assumed)
    bearing_deg, half_width_deg: the told direction and half the width of such a word (22.5 for eight points)
    """

    anchors: Annotated[tuple[tuple[Latitude, Longitude], ...], Meta(min_length=1)]
    distance_km: Positive
    sigma_km: Positive
    bearing_deg: Annotated[float, Meta(ge=0.0, lt=360.0)]
    half_width_deg: Annotated[float, Meta(gt=0.0, le=90.0)]


class ReportedFall(_Strict, frozen=True, kw_only=True):
    """A fall as somebody reported it: a point with its uncertainty, or a region; never both."""

    label: Text
    body: Text
    at: Moment | None = None
    at_sigma_s: Seconds | None = None
    lat_deg: Latitude | None = None
    lon_deg: Longitude | None = None
    uncertainty_km: Uncertainty | None = None
    region: FallRegion | None = None
    outside_areas: bool | None = None
    note: str = ""
    source: Text


class ReportedEvent(_Strict, frozen=True, kw_only=True):
    """One line of the public timeline."""

    at: Moment
    what: Text
    source: Text
    circa: bool = False


class CatalogueSet(_Strict, frozen=True, kw_only=True):
    """An element set that a catalogue published of what reached orbit: its name and its two lines."""

    name: Text
    lines: tuple[Text, Text]
    source: Text


class Scenario(_Strict, frozen=True, kw_only=True):
    """One launch as a replay needs it; see the data folder for examples to copy.

    name:    letters, digits, "-" and "."; it names the folder and the messages
    vehicle: name or TOML file; fit: the public record whose randomised fits stand behind every footprint
    """

    name: Code
    title: Text
    summary: Text
    origin: Origin
    liftoff: Liftoff
    site: Text
    vehicle: Text
    vehicle_source: Text
    fit: Text
    orbit: OrbitTarget
    policy: Text
    sensors: SensorSet
    ensemble: Ensemble
    failure: FailureCase | None = None
    notices: tuple[RestatedNotice, ...]
    areas: tuple[ReferenceArea, ...] = ()
    history: tuple[HistoricAlert, ...] = ()
    reported_falls: tuple[ReportedFall, ...] = ()
    reported_events: tuple[ReportedEvent, ...] = ()
    element_sets: tuple[CatalogueSet, ...] = ()


def _folder() -> Traversable:
    """Return the folder of the scenarios that come with the package."""
    return files("downrange.replay") / "data" / "scenarios"


def scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the package.

    >>> "2023-08-24" in scenario_names()
    True
    """
    return tuple(sorted(p.name.removesuffix(".toml") for p in _folder().iterdir() if p.name.endswith(".toml")))


def load_scenario(name_or_path: str) -> Scenario:
    """Read a scenario by its name or from a TOML file; every fault is told with file, key and cure.

    >>> load_scenario("2023-05-31").failure.kind
    'no-ignition'
    """
    where, text = _text_of(name_or_path)
    scenario = read_strict(where, text, Scenario)
    _check(where, scenario)
    return scenario


def _text_of(name_or_path: str) -> tuple[str, str]:
    """Return the file's name, as the person knows it, and its text."""
    if name_or_path in scenario_names():
        return f"{name_or_path}.toml", (_folder() / f"{name_or_path}.toml").read_text(encoding="utf-8")
    path = Path(name_or_path)
    if path.suffix != ".toml":
        near = difflib.get_close_matches(name_or_path, scenario_names(), n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise InputError(
            where="scenario",
            seen=f"{name_or_path!r} is neither a known name nor a .toml file",
            cure=f"{hint}use one of {', '.join(scenario_names())}, or the path of a TOML file",
        )
    try:
        return path.name, path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8 text"
        raise InputError(
            where=str(path), seen=f"cannot be read: {reason}", cure="check the path and its permissions"
        ) from None


def _check(where: str, scenario: Scenario) -> None:
    """Refuse what the types allow and sense does not."""
    if not scenario.notices:
        raise InputError(
            where=where, key="notices", seen="there is none", cure="give at least one notice with an area and a window"
        )
    for i, fall in enumerate(scenario.reported_falls):
        as_point = fall.lat_deg is not None and fall.lon_deg is not None and fall.uncertainty_km is not None
        if as_point == (fall.region is not None):
            raise InputError(
                where=where,
                key=f"reported_falls[{i}]",
                seen="needs a place, told once",
                cure="give lat_deg, lon_deg and uncertainty_km, or a region, not both",
            )
    for i, alert in enumerate(scenario.history):
        if alert.lifted is not None and alert.lifted < alert.issued:
            raise InputError(
                where=where,
                key=f"history[{i}].lifted",
                seen="the alert is lifted before it is issued",
                cure="check the time zone: KST and JST are UTC+9",
            )
    _check_times(where, scenario)
    _check_labels(where, scenario)
    _check_failure(where, scenario.failure)
    if scenario.orbit.perigee_km > scenario.orbit.apogee_km:
        seen = f"{scenario.orbit.apogee_km:g} lies below the perigee {scenario.orbit.perigee_km:g}"
        raise InputError(where=where, key="orbit.apogee_km", seen=seen, cure="exchange the two")


def _check_times(where: str, scenario: Scenario) -> None:
    """Refuse a year in which nothing was launched, before arithmetic with it fails."""
    moments: list[tuple[str, datetime | None]] = [("liftoff.t0", scenario.liftoff.t0)]
    moments += [(f"liftoff.claims[{i}].moment", claim.moment) for i, claim in enumerate(scenario.liftoff.claims)]
    for i, alert in enumerate(scenario.history):
        moments += [(f"history[{i}].issued", alert.issued), (f"history[{i}].lifted", alert.lifted)]
    moments += [(f"reported_falls[{i}].at", fall.at) for i, fall in enumerate(scenario.reported_falls)]
    moments += [(f"reported_events[{i}].at", event.at) for i, event in enumerate(scenario.reported_events)]
    for key, moment in moments:
        if moment is not None and not _YEARS[0] <= moment.year <= _YEARS[1]:
            cure = f"give a year from {_YEARS[0]} to {_YEARS[1]}"
            raise InputError(where=where, key=key, seen=f"the year {moment.year}", cure=cure)


def _check_labels(where: str, scenario: Scenario) -> None:
    """Refuse a reference area under a label that is taken; two notices may announce one area."""
    taken = {area.label for notice in scenario.notices for area in notice.areas}
    for i, area in enumerate(scenario.areas):
        if area.label in taken:
            cure = "rename one, or nobody can tell in which a body falls"
            raise InputError(where=where, key=f"areas[{i}].label", seen=f"{area.label!r} is taken", cure=cure)
        taken.add(area.label)


def _check_failure(where: str, failure: FailureCase | None) -> None:
    """Refuse a failure whose time lies outside its own interval."""
    if failure is None:
        return
    if failure.kind == "no-ignition" and (failure.after_ignition_s or failure.after_ignition_high_s):
        seen = "a stage that does not ignite has no time after its ignition"
        raise InputError(
            where=where, key="failure.after_ignition_s", seen=seen, cure="leave it out, or change the kind"
        )
    low, mid, high = failure.after_ignition_low_s, failure.after_ignition_s, failure.after_ignition_high_s
    if not low <= mid <= max(high, mid if high == 0.0 else high):
        raise InputError(
            where=where,
            key="failure.after_ignition_s",
            seen=f"{mid:g} s lies outside {low:g} to {high:g} s",
            cure="make low <= value <= high",
        )
