"""What readings say of a flight, from words to a record: files and names in; track, verdicts, origin, impacts out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from downrange.base import InputError, iso, since
from downrange.earth import load_site
from downrange.fall import DebrisList, load_debris
from downrange.notice import Shape, read_file, require_areas
from downrange.replay.doors import Programme, intake_about, programme_of
from downrange.track import (
    BetaPrior,
    Bounds,
    Fault,
    ImpactRegion,
    Intake,
    LaunchEstimate,
    Piece,
    Reading,
    Sensor,
    SensorKind,
    Track,
    TrackEvent,
    Update,
    Verdict,
    assess,
    bounds_of,
    events_of,
    follow,
    impact_ensemble,
    launch_point,
    load_sensors,
    main_readings,
    other_objects,
    webcast_updates,
)

_SEPARATIONS = 4  # a main object is taken up again so often, once for each separation
_LOOSE_S = 0.1  # a screen whose clock may be further off than this spoils a track that others place
_DEAF_S, _REFUSED = 3.0, 4  # all readings refused for so long, and so many: the main object is out of sight
_SILENT_S = 5.0  # so long a stream must go on for the silence about the main object to be told
_GONE, _STAYS = 0.99, 0.5  # no engine burns; it is more likely than not in orbit
# A stack that tumbles: of a known vehicle within a factor of three either way, as its file says; else whatever may fall.
_LN_BETA = 0.6
_ANY_BODY = BetaPrior(
    low_kgpm2=50.0, high_kgpm2=5_000.0, source="assumed: from broadside panels to a whole stack end-on"
)
_PIECES = "assumed-launcher"  # what a thing that broke up consists of
# Without a sensor file a screen is taken to round to tenths of a kilometre and to km/h, and no more to be wrong with it.
_SCREEN = Sensor(
    name="webcast", title="Screen of a broadcast", kind=SensorKind.WEBCAST, sigma_alt_m=30.0, sigma_speed_mps=0.3,
    source="assumed: rounding to 0.1 km and 1 km/h",
)  # fmt: skip
_CONTENTS = (0.5, 0.9)
Outlines = tuple[tuple[float, BaseGeometry], ...]
"""Regions, each with the share of the possible impacts that it holds; longitude first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackAsked:
    """What a person asks of a file of readings; names of shipped files, or files of one's own.

    sensors:    may be left out for what a screen showed, and for nothing else
    t0:         lift-off; None: times count from the first reading
    vehicle, site: whose burns to expect, and from where; the site alone gives a webcast its latitude
    notice:     text with the announced areas; needs the site
    now:        what came in later is left out, and silence until then counts
    objects:    look for other objects, and whether it broke up
    round_trip: sensors of a tracking data message whose ranges count the way there and back
    strict:     refuse a file with any line that cannot be used
    """

    readings: Path
    sensors: str | None = None
    t0: datetime | None = None
    vehicle: str | None = None
    site: str | None = None
    notice: Path | None = None
    now: datetime | None = None
    objects: bool = False
    round_trip: tuple[str, ...] = ()
    strict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """What the readings say.

    t0:         lift-off, or the first reading
    intake:     readings that can be used, and faults of the others
    later:      readings that came in after `now`
    aside:      readings that were of other objects, where these were asked for
    loose:      readings of a screen whose clock is too unsure to help sensors that say where it is
    track:      None for a screen, and where no sensor fixed a place
    updates:    what can be said, in order of time
    events:     engines, separations, the end; those of other objects only where these were asked for
    pieces:     other objects; None when nobody asked
    launch:     where it left the ground; None for a screen
    bounds:     the announced corridor; None without a notice
    region:     where it comes down, with drag; None where it may not come down, or an engine may burn
    outlines:   the smallest parts of the region that hold half and nine tenths
    """

    t0: datetime
    intake: Intake
    later: int
    aside: int
    track: Track | None
    updates: tuple[Update, ...]
    pieces: tuple[Piece, ...] | None
    launch: LaunchEstimate | None
    bounds: Bounds | None
    region: ImpactRegion | None
    outlines: Outlines = ()
    loose: int = 0
    events: tuple[TrackEvent, ...] = ()

    @property
    def counts(self) -> dict[str, int | None]:
        """How many lines there were, and what became of their readings; None where nobody counted."""
        given = len(self.intake.readings) - self.later - self.aside - self.loose
        duplicates = None if self.track is None else self.track.duplicates
        refused = None if self.track is None else int((~self.track.used).sum())
        return {
            "lines": self.intake.lines,
            "used": given - (duplicates or 0) - (refused or 0),
            "faults": len(self.intake.faults),
            "duplicates": duplicates,
            "refused": refused,
            "of_other_objects": self.aside,
            "later_than_now": self.later,
            "of_a_loose_clock": self.loose,
        }


def tracked(asked: TrackAsked, *, say: Callable[[str], None] = lambda _: None) -> Tracked:
    """Read, follow and judge; faults are said one by one, the first twenty of them."""
    programme = programme_of(asked.vehicle, asked.site)
    if asked.vehicle is not None and asked.t0 is None:
        cure = "give the lift-off: the planned burns count from it"
        raise InputError(where="--t0", seen="missing", cure=cure)
    bounds = corridor_about(asked.notice, asked.site)
    sensors = () if asked.sensors is None else load_sensors(asked.sensors)
    intake = intake_about(asked.readings, sensors, asked.t0, asked.round_trip)
    tell_faults(intake, asked.readings, strict=asked.strict, say=say)
    t0 = asked.t0 or min(reading.t for reading in intake.readings)
    known = [
        reading for reading in intake.readings if asked.now is None or (reading.received or reading.t) <= asked.now
    ]
    if not known:
        seen = f"{iso(asked.now or t0)}, before every reading"
        raise InputError(where="--now", seen=seen, cure="give a time after the first reading")
    if not sensors:
        sensors = _screens(known, asked.readings)
    kinds = {sensor.name: sensor.kind for sensor in sensors}
    until_s = None if asked.now is None else since(t0, asked.now)
    done = Tracked(
        t0=t0, intake=intake, later=len(intake.readings) - len(known), aside=0, track=None, updates=(), pieces=None,
        launch=None, bounds=bounds, region=None,
    )  # fmt: skip
    if all(kinds[reading.sensor] is SensorKind.WEBCAST for reading in known):
        lat_deg = None if asked.site is None else load_site(asked.site).lat_deg
        updates = webcast_updates(known, sensors, t0, burns=programme.burns, lat_deg=lat_deg, until_t_s=until_s)
        return replace(done, updates=updates)
    if asked.objects:
        say("looking for other objects")
    tight = {one.name for one in sensors if one.kind is not SensorKind.WEBCAST or one.sigma_clock_s <= _LOOSE_S}
    sound = [reading for reading in known if reading.sensor in tight]
    track, pieces, aside = _followed(sound, sensors, t0, programme, objects=asked.objects)
    until_s = _until(track, until_s, max(since(t0, reading.t) for reading in sound))
    updates = assess(
        track, programme.burns, until_t_s=until_s, bounds=bounds, pieces=pieces, expected=programme.expected
    )
    region = _region(track, updates, programme)
    return replace(
        done,
        aside=aside,
        loose=len(known) - len(sound),
        track=track,
        updates=updates,
        pieces=pieces if asked.objects else None,
        launch=launch_point(track.t_s, track.r_ecef_m, track.cov),
        region=region,
        events=events_of(track, pieces=pieces, burns=programme.burns),
        outlines=() if region is None else tuple((p, region.outline_lonlat(p)) for p in _CONTENTS),
    )


def _until(track: Track, now_s: float | None, last_s: float) -> float | None:
    """Return up to when silence counts: now, or else the end of a stream that goes on without the main object."""
    if not track.t_s.size:
        return last_s if now_s is None else now_s
    end_s = float(track.t_s[-1])
    if now_s is not None:
        return max(now_s, end_s)
    return last_s if last_s > end_s + _SILENT_S else None


def _screens(readings: list[Reading], path: Path) -> tuple[Sensor, ...]:
    """Return sensors for what screens showed; all else needs a file that says where it stands and how well it sees."""
    for reading in readings:
        placed = (reading.range_m, reading.az_deg, reading.el_deg, reading.range_rate_mps, reading.r_ecef_m)
        if any(value is not None for value in placed):
            seen = f"missing, and {path.name} holds readings of {reading.sensor!r}"
            cure = "name a sensor set or a TOML file that says where it stands and how well it sees"
            raise InputError(where="--sensors", seen=seen, cure=cure)
    return tuple(replace(_SCREEN, name=name) for name in sorted({reading.sensor for reading in readings}))


def _followed(
    readings: list[Reading], sensors: tuple[Sensor, ...], t0: datetime, programme: Programme, *, objects: bool
) -> tuple[Track, tuple[Piece, ...], int]:
    """Return the track, other objects where asked for, and how many readings were set aside as theirs."""
    track = follow(readings, sensors, t0, burns=programme.burns)
    if not objects:
        return track, (), 0
    mine: tuple[Reading, ...] = tuple(readings)
    pieces = other_objects(mine, sensors, t0, track)
    for _ in range(_SEPARATIONS):
        again = main_readings(mine, sensors, t0, track, pieces)
        if again is None:
            break
        mine = again
        track = follow(mine, sensors, t0, burns=programme.burns)
        pieces = other_objects(mine, sensors, t0, track)
    deaf_s = _deaf_from(track)
    if math.isfinite(deaf_s):  # others must not hide that nothing is heard of the main object, or be taken for it
        pieces = other_objects(mine, sensors, t0, _cut(track, deaf_s))
        others = {i for piece in pieces for i in piece.readings}
        mine = tuple(one for i, one in enumerate(mine) if i not in others or since(t0, one.t) <= deaf_s)
        track = follow(mine, sensors, t0, burns=programme.burns)
    return track, pieces, len(readings) - len(mine)


def _cut(track: Track, last_s: float) -> Track:
    """Return a track up to a moment."""
    n = int(np.searchsorted(track.t_s, last_s, side="right"))
    rows = {field.name: getattr(track, field.name) for field in fields(track)}
    cut: dict[str, Any] = {key: value[:n] for key, value in rows.items() if isinstance(value, np.ndarray)}
    return replace(track, **cut)


def _deaf_from(track: Track) -> float:
    """Return when a track took its last reading before it refused all for a while; else infinity."""
    refused = track.t_s[~track.used]
    taken = np.append(track.t_s[track.used], math.inf)
    for i in np.flatnonzero(np.diff(taken) > _DEAF_S):
        if np.count_nonzero((refused > taken[i]) & (refused < taken[i + 1])) >= _REFUSED:
            return float(taken[i])
    return math.inf


def _region(track: Track, updates: tuple[Update, ...], programme: Programme) -> ImpactRegion | None:
    """Return where it comes down from its last place, where no engine burns and it is not in orbit."""
    heard = [update for update in updates if update.read_s == 0.0]
    if not heard or not (track.p_idle[-1] > _GONE and heard[-1].p_orbit < _STAYS):
        return None
    drag: BetaPrior | DebrisList = _ANY_BODY
    if heard[-1].verdict is Verdict.BROKEN_UP:
        drag = load_debris(_PIECES)
    elif programme.beta_kgpm2 is not None:
        said = f"the vehicle's stack, {programme.beta_kgpm2:.0f} kg/m2 within a factor of three"
        drag = BetaPrior.about(programme.beta_kgpm2, ln_sigma=_LN_BETA, source=said)
    return impact_ensemble(
        track.r_ecef_m[-1],
        track.v_ecef_mps[-1],
        track.cov[-1],
        t_s=float(track.t_s[-1]),
        drag=drag,
    )


def corridor_about(notice: Path | None, site: str | None) -> Bounds | None:
    """Return the swath from the pad through the areas of a notice; none without a notice."""
    if notice is None:
        return None
    if site is None:
        raise InputError(where="--site", seen="missing", cure="name the site from which the notice is seen")
    pad = load_site(site)
    areas = [
        area.geometry_lonlat()
        for one in read_file(notice)
        for area in require_areas(one).areas
        if area.shape is not Shape.POINT
    ]
    return bounds_of(pad.lat_deg, pad.lon_deg, areas, source=notice.name)


_MOST_TOLD = 20


def tell_faults(intake: Intake, path: Path, *, strict: bool, say: Callable[[str], None]) -> None:
    """Say what could not be used, the first twenty one by one; with strict, refuse the file for it."""
    tell_faults_of(intake.faults, say=say)
    if strict and intake.faults:
        n = len(intake.faults)
        seen = f"{n} fault{'s' * (n > 1)} in {intake.lines} lines"
        raise InputError(where=path.name, seen=seen, cure="cure them, or leave out --strict to use the rest")


def tell_faults_of(faults: tuple[Fault, ...], *, say: Callable[[str], None]) -> None:
    """Say the first twenty faults one by one, and how many more there are."""
    for fault in faults[:_MOST_TOLD]:
        say(str(_as_error(fault)))
    if len(faults) > _MOST_TOLD:
        say(f"{len(faults) - _MOST_TOLD} more faults")


def _as_error(fault: Fault) -> InputError:
    """Return a fault as the error that it would be if it stood alone."""
    return InputError(where=fault.where, key=fault.key, seen=fault.seen, cure=fault.cure)
