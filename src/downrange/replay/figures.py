"""The three figures of a report, from the record of a replay: map, strip charts, timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from matplotlib.figure import Figure

from downrange.base import Array, after, geodetic_from_ecef
from downrange.flight import Event, Outcome
from downrange.replay import ink
from downrange.replay.alerts import spans
from downrange.replay.draw_strips import Moment, Strip, draw_strips
from downrange.replay.draw_timeline import Bar, draw_timeline
from downrange.replay.figure_map import figure_title, map_caption, map_figure
from downrange.replay.model import Replay


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A figure as a file and as part of a page: name, PNG, inline SVG, caption."""

    name: str
    png: bytes
    svg: str
    caption: str


def draw(replay: Replay) -> tuple[Drawn, ...]:
    """Draw the figures of a replay."""
    return (
        _drawn("map", map_figure(replay), map_caption(replay)),
        _drawn(
            "timeline",
            timeline_figure(replay),
            "Upper scale: Korean and Japanese time; lower scale: UTC. Green: what Downrange would have warned. Hatched: "
            "alerts of history; crossed ones were sent in error. Crosses: predicted falls.",
        ),
        _drawn(
            "ascent",
            ascent_figure(replay),
            "The flight with the fitted vehicle's nominal parameters; after a failure, the fall of what the sensors "
            "follow. Speed is relative to the Earth; thrust per mass and dynamic pressure end with the powered flight.",
        ),
    )


def _drawn(name: str, figure: Figure, caption: str) -> Drawn:
    """Return a figure in both forms."""
    return Drawn(name=name, png=ink.png(figure), svg=ink.svg(figure, f"{name}: {caption}", name), caption=caption)


def ascent_figure(replay: Replay) -> Figure:
    """Draw the strip charts: height and speed of what the sensors follow with the track over it, and the powered flight."""
    flight, path = replay.flight, replay.path
    heard = [update for update in replay.watched.updates if update.read_s == 0.0]
    seen_s = np.array([update.t_s for update in heard])
    alt, speed = _alt_km(path.r_ecef_m), _speed_kmps(path.v_ecef_mps)
    seen_alt = seen_speed = None
    if heard:
        seen_alt = ("as tracked", seen_s, _alt_km(np.array([update.r_ecef_m for update in heard])))
        seen_speed = ("as tracked", seen_s, _speed_kmps(np.array([update.v_ecef_mps for update in heard])))
    thrust = np.linalg.norm(flight.f_ecef_mps2, axis=1)
    strips = (
        Strip(name="altitude", unit="km", t_s=path.t_s, value=np.maximum(alt, 0.0), other=seen_alt),
        Strip(name="speed", unit="km/s", t_s=path.t_s, value=speed, other=seen_speed),
        Strip(name="dynamic pressure", unit="kPa", t_s=flight.t_s, value=flight.q_pa / 1e3),
        Strip(name="thrust per mass", unit="m/s²", t_s=flight.t_s, value=thrust),
    )
    moments = [Moment(t_s=event.t_s, label=event.name) for event in flight.events]
    if replay.watched.detected is not None:
        moments.append(Moment(t_s=replay.watched.detected.t_s, label="failure detected"))
    if replay.reached.decided_t_s is not None:
        moments.append(Moment(t_s=replay.reached.decided_t_s, label=f"reached orbit: {replay.reached.answer}"))
    if replay.flight.outcome is Outcome.FAILED:
        moments.append(Moment(t_s=float(path.t_s[-1]), label="down"))
    return draw_strips(figure_title(replay, "the flight"), strips, tuple(moments))


def _alt_km(r_ecef_m: Array) -> Array:
    """Return heights over the ellipsoid [km]."""
    return np.asarray(geodetic_from_ecef(r_ecef_m)[2]) / 1e3


def _speed_kmps(v_ecef_mps: Array) -> Array:
    """Return speeds relative to the Earth [km/s]."""
    return np.asarray(np.linalg.norm(v_ecef_mps, axis=1)) / 1e3


def timeline_figure(replay: Replay) -> Figure:
    """Draw what happened, what we send, what was really sent."""
    t0 = replay.scenario.liftoff.t0
    ours = [
        Bar(start=after(t0, e.t_s), end=None, label=f"T+{e.t_s:.0f} s", note=e.name, kind="flight")
        for e in _told(replay)
    ]
    if replay.watched.detected is not None:
        seen = replay.watched.detected
        ours.append(
            Bar(
                start=after(t0, seen.t_s),
                end=None,
                label=f"T+{seen.t_s:.0f} s",
                note=f"track says: {seen.verdict}",
                kind="flight",
            )
        )
    ours += [
        Bar(
            start=after(t0, f.footprint.t_s),
            end=None,
            label=f"T+{f.footprint.t_s:.0f} s",
            note=f"fall of {f.footprint.body} (predicted)",
            kind="fall",
        )
        for f in replay.falls
    ]
    ours.sort(key=lambda bar: bar.start)
    history = [
        Bar(
            start=h.alert.issued,
            end=h.alert.lifted,
            label=h.alert.area,
            note=_history_note(h.alert.authority, h.minutes, h.alert.verdict),
            kind="error" if h.alert.verdict == "error" else "history",
        )
        for h in replay.history
    ]
    reports = [
        Bar(start=e.at, end=None, label="reported", note=e.what, kind="flight")
        for e in replay.scenario.reported_events
        if t0 <= e.at <= _horizon(replay)
    ]
    groups = (
        ("Flight, recomputed", tuple(ours)),
        ("Downrange would have warned", _ours(replay)),
        ("What really happened", tuple(history + reports)),
    )
    return draw_timeline(figure_title(replay, "alerts, ours and history"), groups)


def _horizon(replay: Replay) -> datetime:
    """Return the end of the timeline: a quarter of an hour after the last lift or fall; later reports are in the table."""
    t0 = replay.scenario.liftoff.t0
    ends = [after(t0, fall.footprint.t_q99_s) for fall in replay.falls]
    ends += [one.alert.lifted for one in replay.history if one.alert.lifted is not None]
    ends += [span.lifted for span in spans(replay) if span.lifted is not None]
    return max(ends) + timedelta(minutes=15)


def _told(replay: Replay) -> list[Event]:
    """Return the events worth a row."""
    return [e for e in replay.flight.events if e.name != "largest dynamic pressure"]


def _history_note(authority: str, minutes: float | None, verdict: str) -> str:
    """Return what stands beside a bar of history."""
    told = authority if minutes is None else f"{authority}, {minutes:.0f} min"
    return f"{told}, sent in error" if verdict == "error" else told


def _ours(replay: Replay) -> tuple[Bar, ...]:
    """Return one bar for each group of places that was warned and freed together."""
    groups: dict[tuple[datetime, datetime | None, str], list[str]] = {}
    for span in spans(replay):
        groups.setdefault((span.sent, span.lifted, span.lift), []).append(span.place.name_en)
    return tuple(
        Bar(start=sent, end=lifted, label=_people(names), note=_lift_note(sent, lifted, lift), kind="ours")
        for (sent, lifted, lift), names in groups.items()
    )


def _people(names: list[str]) -> str:
    """Return the names of a group of places, not more than fit."""
    return " and ".join(names) if len(names) <= 2 else f"{names[0]} and {len(names) - 1} more"


def _lift_note(sent: datetime, lifted: datetime | None, lift: str) -> str:
    """Return what stands beside a bar of ours."""
    if lifted is None:
        return "not lifted"
    return f"lifted after {(lifted - sent).total_seconds() / 60.0:.1f} min: {lift}"
