"""Records of simulated launches: how each was set up, what fell, whom the desk warned, and how they are kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from downrange.alert import Policy
from downrange.base import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A policy under trial and the name it goes by; variants of one margin share what the desk sees."""

    name: str
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What all launches of a trial have in common.

    vehicle:  name of the fitted vehicle; sensors: name of the sensor set
    runs:     planned flights of the crowd that is reckoned with, four times as many that fail; also draws of what falls
    seed:     of everything
    countries: whose places the desk watches; those of an agency whose policy is tried
    period_s: time between two readings of a sensor, or its own when that is longer
    """

    variants: tuple[Variant, ...]
    vehicle: str = "chollima-1"
    sensors: str = "2023-invented"
    runs: int = 2000
    seed: int = 1
    period_s: float = 2.0
    countries: tuple[str, ...] = ("KR", "JP")

    def __post_init__(self) -> None:
        """Refuse what cannot be flown."""
        names = [one.name for one in self.variants]
        if not names or len(set(names)) != len(names):
            raise InputError(
                where="trials", key="variants", seen=f"{names}", cure="give one or more, of different names"
            )
        if self.runs < 100 or not 0.05 <= self.period_s <= 10.0:
            seen = f"runs {self.runs}, period_s {self.period_s:g}"
            raise InputError(where="trials", seen=seen, cure="give 100 runs or more, and 0.05 to 10 s between readings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A place near which something came down, by what really flew.

    code, people:     the place, and its people (best figure, None: UNKNOWN)
    p_near, p_on:     how probable it was, once the failure had happened, that a body or one piece of a class came down
                      within the margin, and on the place itself
    near, on:         whether a body or a piece did
    first_s, last_s:  1 % and 99 % arrival of what could come down within the margin
    """

    code: str
    people: float | None
    p_near: float
    p_on: float
    near: bool
    on: bool
    first_s: float
    last_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A stay of a place under warning, seconds after lift-off at which people had the messages.

    lifted_s:  when it was lifted; NaN when it only expired, at ends_s
    free_s:    when the first look found the reason to lift that led to it; NaN when it only expired
    over_s:    when nature had decided: what could fall there was down, or thrust had ended, or the vehicle was past
    inside:    share of the place's ground inside the risk contour when it was warned
    """

    code: str
    country: str
    province: str
    people: float | None
    warned_s: float
    lifted_s: float
    ends_s: float
    free_s: float
    over_s: float
    inside: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchkeeping:
    """What a desk under one policy did in one launch."""

    variant: str
    stays: tuple[Stay, ...]
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One launch: what went wrong, what was struck, what each policy made of it.

    mode:    what went wrong, "as planned" when nothing did
    ended_s: end of powered flight; failed_s: when it failed, NaN when it did not
    orbit:   whether the vehicle stayed up
    heard_s: first reading, NaN when none was ever made; called_s: when thrust was first called lost, NaN when never
    false_s: when it was first called lost though it was not, NaN when never
    passes_s: when the vehicle has passed Okinawa Prefecture, for the rule of history; NaN when it never did
    """

    number: int
    mode: str
    ended_s: float
    failed_s: float
    orbit: bool
    heard_s: float
    called_s: float
    false_s: float
    passes_s: float
    struck: tuple[Struck, ...]
    watches: tuple[Watchkeeping, ...] = field(repr=False)

    def watch(self, variant: str) -> Watchkeeping:
        """Return what the desk of one variant did."""
        return next(one for one in self.watches if one.variant == variant)


def trial_to_json(trial: Trial) -> dict[str, Any]:
    """Return a trial as a document that JSON can carry; NaN is null."""
    document = _plain(asdict(trial))
    assert isinstance(document, dict)  # noqa: S101 - a record becomes a table
    return document


def trial_from_json(document: Mapping[str, Any]) -> Trial:
    """Return the trial that `trial_to_json` wrote."""
    struck = tuple(Struck(**_full(one, ())) for one in document["struck"])
    watches = tuple(
        Watchkeeping(
            variant=one["variant"],
            messages=one["messages"],
            stays=tuple(Stay(**_full(stay, ("lifted_s", "free_s", "over_s"))) for stay in one["stays"]),
        )
        for one in document["watches"]
    )
    rest = {key: value for key, value in document.items() if key not in ("struck", "watches")}
    clocks = ("failed_s", "heard_s", "called_s", "false_s", "passes_s")
    return Trial(struck=struck, watches=watches, **_full(rest, clocks))


def _full(document: Mapping[str, Any], may_be_nan: tuple[str, ...]) -> dict[str, Any]:
    """Return a table with NaN where a time is null."""
    return {key: math.nan if value is None and key in may_be_nan else value for key, value in document.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of a record
    """Return a value with null for what is not a number."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
