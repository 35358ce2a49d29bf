"""One message from one action: its times, its areas, and the CAP words for how urgent, severe and certain it is.

CAP 1.2 says what the words mean, and we take them literally:

* a warning: Immediate when less than ten minutes are left, else Expected; Extreme; Likely above one half, else Possible; Shelter
* a lift: Past ("responsive action is no longer required"), Minor, Unlikely ("p ~ 0"), AllClear
* a correction: the same as a lift, for nobody need act any more; the words and the note say that it was a mistake. It is
  a Cancel and no Error: CAP keeps Error for a receiver that rejects a message, and only a Cancel ends one
* a pre-launch notice: Expected when the window opens within the hour or is open, else Future; Moderate ("possible threat");
  Possible; Prepare
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any, Final

from downrange.alert.cap import when
from downrange.alert.model import (
    NOBODY,
    Action,
    Area,
    Event,
    Kind,
    Lift,
    Message,
    PlaceLike,
    Reference,
    Status,
    people_of,
)
from downrange.alert.outline import Outline, outline
from downrange.alert.policy import Policy
from downrange.alert.wording import text_languages
from downrange.base import JST, KST, after

ZONES: Final[dict[str, tzinfo]] = {"KR": KST, "JP": JST, "PH": timezone(timedelta(hours=8), "PHT")}
ENDS: Final = (Kind.LIFT, Kind.RETRACT)  # what tells people that they may go
_UTC: Final = timezone(timedelta(0), "UTC")
_LIKELY: Final = 0.5  # CAP 1.2: "Likely" is a probability above about 50 %
_IMMEDIATE_S: Final = 600.0  # assumed: less than ten minutes to the first arrival needs action at once
_EXPECTED: Final = timedelta(hours=1)  # CAP 1.2: "Expected" is within the next hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What a message needs beside its action.

    number:     which message of its chain it is, from 1
    sent:       when it is sent, in any zone
    references: the messages that it follows
    lifted:     places of the chain that it no longer holds
    """

    event: Event
    country: str
    status: Status
    policy: Policy
    number: int
    sent: datetime
    msg_type: str
    references: tuple[Reference, ...] = ()
    lifted: tuple[PlaceLike, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """Times of a message, and how urgent, severe and certain it is."""

    onset: datetime | None = None
    until: datetime | None = None
    expires: datetime
    next_update: datetime | None = None
    urgency: str
    severity: str
    certainty: str
    response: str


def compose(action: Action, places: tuple[PlaceLike, ...], sending: Sending) -> Message:
    """Return the message of an action, still without words; an Alert that follows something is an Update."""
    zone = ZONES.get(sending.country, _UTC)
    sent = to_second(sending.sent.astimezone(zone))
    counted = [people_of(place) for place in places]
    policy, facts = sending.policy, _facts(action, sent, sending)
    msg_type = "Update" if sending.msg_type == "Alert" and sending.references else sending.msg_type
    return Message(
        identifier=_identifier(action, places, sent, msg_type, sending),
        sender=policy.sender,
        sent=sent,
        status=sending.status,
        msg_type=msg_type,
        kind=action.kind,
        lift=action.lift,
        reason=action.reason,
        degraded=action.degraded,
        event=sending.event,
        areas=tuple(_area(place, policy) for place in places),
        added=tuple(_area(place, policy) for place in action.added if place.country == sending.country),
        lifted=tuple(_area(place, policy) for place in sending.lifted),
        people=sum((band for band in counted if band is not None), start=NOBODY),
        people_unknown=sum(band is None for band in counted),
        zone=str(zone.tzname(None)),
        p=action.p,
        onset=facts.onset and facts.onset.astimezone(zone),
        until=facts.until and facts.until.astimezone(zone),
        expires=facts.expires.astimezone(zone),
        next_update=facts.next_update and facts.next_update.astimezone(zone),
        urgency=facts.urgency,
        severity=facts.severity,
        certainty=facts.certainty,
        response=facts.response,
        references=sending.references,
    )


def to_second(moment: datetime) -> datetime:
    """Return the whole second at or after the moment."""
    return moment if not moment.microsecond else moment.replace(microsecond=0) + timedelta(seconds=1)


def prepare_outlines(places: tuple[PlaceLike, ...], policy: Policy) -> None:
    """Make the outlines of places ahead of time, so that a message about them need not wait for any."""
    for place in places:
        _area(place, policy)


def _facts(action: Action, sent: datetime, sending: Sending) -> _Facts:
    """Return the times and words of CAP that belong to an action."""
    margin = timedelta(minutes=sending.policy.expiry_minutes)
    if action.kind in ENDS:
        return _Facts(
            expires=_up(sent + margin), urgency="Past", severity="Minor", certainty="Unlikely", response="AllClear"
        )
    t0 = sending.event.t0
    first, last = after(t0, action.first_arrival_s), after(t0, action.last_arrival_s)
    if action.kind is Kind.ADVISE:
        return _Facts(
            onset=_down(first),
            until=_up(last),
            expires=_up(last + margin),
            urgency="Expected" if first - sent <= _EXPECTED else "Future",
            severity="Moderate",
            certainty="Possible",
            response="Prepare",
        )
    expires = _up(max(sent, last) + margin)
    return _Facts(
        onset=max(_down(first), _down(sent)),
        until=_up(last) if last > sent else expires,  # nobody knows yet that it is over: until the warning ends
        expires=expires,
        next_update=min(_up(sent + timedelta(minutes=sending.policy.next_update_minutes)), expires),
        urgency="Immediate" if action.first_arrival_s - action.t_s < _IMMEDIATE_S else "Expected",
        severity="Extreme",
        certainty="Likely" if action.p > _LIKELY else "Possible",
        response="Shelter",
    )


def _identifier(action: Action, places: tuple[PlaceLike, ...], sent: datetime, msg_type: str, sending: Sending) -> str:
    """Return a name that the same message always gets and no other one does."""
    lift = action.kind is Kind.LIFT and action.lift is not Lift.NONE
    phase = f"lift-{action.lift.value.replace(' ', '-')}" if lift else action.kind.value
    event, country = sending.event, sending.country
    facts = "|".join(
        (
            *(sending.policy.sender, event.code, country, sending.status, msg_type, phase, action.reason),
            *(when(event.t0), when(sent), *sorted(place.code for place in places)),
        )
    )
    digest = hashlib.sha256(facts.encode()).hexdigest()[:10]
    return f"{event.code}.{country}.{sending.number:02d}.{phase}.{digest}"


def _area(place: PlaceLike, policy: Policy) -> Area:
    """Return the municipality as a message carries it."""
    made = _outline(place.geometry_lonlat, int(policy.max_points))
    names = {language: getattr(place, f"name_{language}", "") for language in text_languages()}
    return Area(
        code=place.code,
        country=place.country,
        level=str(place.level),
        name={language: name for language, name in names.items() if name},
        polygons=made.polygons,
        over_cover=made.over_cover,
    )


@functools.lru_cache(maxsize=8192)
def _outline(area_lonlat: Any, max_points: int) -> Outline:  # noqa: ANN401
    """Return the outline of a municipality, made once."""
    return outline(area_lonlat, max_points=max_points)


def _up(moment: datetime) -> datetime:
    """Return the whole minute at or after the moment: an end is never told too early."""
    down = _down(moment)
    return down if down == moment else down + timedelta(minutes=1)


def _down(moment: datetime) -> datetime:
    """Return the whole minute at or before the moment: a beginning is never told too late."""
    return moment.replace(second=0, microsecond=0)
