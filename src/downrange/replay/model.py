"""The record of a replay: what each room said, in the order of the chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from downrange.alert import Action, Band, Chain, Score
from downrange.base import Array
from downrange.corridor import AreaRange, Below, Check, DogLeg, Parameter, PlaneFit
from downrange.earth import Site
from downrange.fall import Falls
from downrange.flight import Flight, Vehicle
from downrange.notice import Notice
from downrange.orbit import Answer, CatalogueVerdict, Decay, Elements, ElementSet, Pass
from downrange.replay.areas import Announced
from downrange.replay.compare import Predicted, Reported
from downrange.replay.scenario import HistoricAlert, Scenario
from downrange.replay.tables import Table
from downrange.track import Track, Update

if TYPE_CHECKING:
    from downrange.replay.covered import Covered


@dataclass(frozen=True, slots=True, kw_only=True)
class Corridor:
    """What the announced areas allow: seen from the pad, one plane or none, the dog-leg, who is under the track."""

    ranges: tuple[AreaRange, ...]
    plane: PlaneFit
    dog_leg: DogLeg
    below: tuple[Below, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """The path of a body: t_s (n,) rising, r_ecef_m (n, 3), v_ecef_mps (n, 3) relative to the Earth."""

    body: str
    t_s: Array
    r_ecef_m: Array
    v_ecef_mps: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What the sensors' readings led to.

    readings:    how many
    failed_t_s:  when thrust should have been there and was not, or ended early; None when nothing failed
    detected:    the first update that says so; None when none did
    decided:     the last update that rests on a reading
    """

    readings: int
    sensors: tuple[str, ...]
    track: Track
    updates: tuple[Update, ...]
    failed_t_s: float | None
    detected: Update | None
    decided: Update | None

    @property
    def delay_s(self) -> float | None:
        """Seconds from the failure to its detection; None without either."""
        if self.failed_t_s is None or self.detected is None:
            return None
        return self.detected.t_s - self.failed_t_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An alert of history with the people it reached; None when that is not known (ships)."""

    alert: HistoricAlert
    people: Band | None

    @property
    def minutes(self) -> float | None:
        """How long it was in force; None when no lift is known."""
        if self.alert.lifted is None:
            return None
        return (self.alert.lifted - self.alert.issued).total_seconds() / 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Orbit:
    """The orbit reached.

    elements:    at insertion, as flown
    element_set: through that state, without drag; tle: its two lines
    tracked:     the last update that rests on a reading: heights with their sigma; None without a reading
    passes:      of the day from `starts` on, in sight of `over`
    lasts:       how long the orbit lasts
    catalogue:   what the scenario's element sets say of the launch; None where it has none
    """

    elements: Elements
    element_set: ElementSet
    tle: tuple[str, str]
    tracked: Update | None
    over: str
    passes: tuple[Pass, ...]
    starts: datetime
    lasts: Decay
    catalogue: CatalogueVerdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """One launch through the whole chain.

    flight:   with nominal parameters and the scenario's failure; planned: the same without the failure
    path:     of what the sensors follow: the flight, then its coast or its fall
    descents: of every body of the flight shown, from its release to the ground
    crowd:    every possible fall of this flight as it went, weighted
    actions, chains: what the desk decided, and the messages to each country
    orbit, coverage: what was reached and what can be seen from there; None when it is not known to be an orbit
    spent_s:  seconds by room
    """

    scenario: Scenario
    site: Site
    notices: tuple[Notice, ...]
    areas: tuple[Announced, ...]
    corridor: Corridor
    vehicle: Vehicle
    flight: Flight
    planned: Flight
    path: Trajectory
    descents: tuple[Trajectory, ...]
    crowd: Falls
    falls: tuple[Predicted, ...]
    reported: tuple[Reported, ...]
    watched: Watched
    reached: Answer
    actions: tuple[Action, ...]
    chains: tuple[Chain, ...]
    history: tuple[Remembered, ...]
    score: Score
    fit: tuple[Check, ...]
    parameters: tuple[Parameter, ...]
    orbit: Orbit | None
    coverage: Covered | None
    runs: int
    seed: int
    spent_s: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a replay leaves: the record, its JSON document, its tables for people, the folder with its files."""

    replay: Replay
    document: dict[str, Any]
    tables: tuple[Table, ...]
    folder: Path
