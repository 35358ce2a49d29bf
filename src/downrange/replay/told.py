"""The tables that the report and the terminal share: what falls, who is warned, how well it went, how well it fits."""

from __future__ import annotations

import math

from downrange.alert import Kind
from downrange.base import after, utc
from downrange.replay.alerts import Span, messages, spans
from downrange.replay.model import Replay
from downrange.replay.tables import Table, both_clocks, clock, columns, number, place, signed

_DOES = {Kind.ISSUE: "warns", Kind.UPDATE: "still warns", Kind.LIFT: "lifts the warning of"}


def warned_table(replay: Replay) -> Table:
    """Return the places that we warn, with their people and the times."""
    rows = tuple(_warned_row(span, replay) for span in spans(replay))
    return Table(
        title="Warned by Downrange",
        columns=columns(
            "place",
            "residents (range) >",
            "warned, UTC (KST, JST) >",
            "lifted >",
            "under warning [min] >",
            "why lifted",
        ),
        rows=rows,
        note="Times at which the messages go out, the desk's own delay included.",
    )


def _warned_row(span: Span, replay: Replay) -> tuple[str, ...]:
    """Return one row."""
    counted = next((c.counted[span.place.code] for c in replay.chains if span.place.code in c.counted), None)
    people = "unknown" if counted is None else f"{number(counted.best)} ({number(counted.low)}–{number(counted.high)})"
    lifted = "not lifted" if span.lifted is None else both_clocks(span.lifted)
    name = f"{span.place.name_en} ({span.place.name_ko if span.place.country == 'KR' else span.place.name_ja})"
    return (name, people, both_clocks(span.sent), lifted, number(span.minutes, 1, unknown="–"), span.lift or "–")


def history_table(replay: Replay) -> Table:
    """Return the alerts that really went out."""
    rows = tuple(
        (
            one.alert.area,
            one.alert.authority,
            "unknown" if one.people is None else number(one.people.best),
            both_clocks(one.alert.issued, seconds=False),
            "unknown" if one.alert.lifted is None else both_clocks(one.alert.lifted, seconds=False),
            number(one.minutes, 0, unknown="–"),
            "sent in error" if one.alert.verdict == "error" else "as meant",
        )
        for one in replay.history
    )
    names = columns(
        "area", "authority", "residents >", "issued, UTC (KST, JST) >", "lifted >", "in force [min] >", "verdict"
    )
    return Table(
        title="Alerted in history",
        columns=names,
        rows=rows,
        note=" ".join(f"{h.alert.area}: {h.alert.note}." for h in replay.history if h.alert.note),
    )


def told_table(replay: Replay) -> Table:
    """Return the public timeline as reported."""
    t0 = replay.scenario.liftoff.t0
    rows = tuple(
        (
            f"{'about ' if event.circa else ''}{utc(event.at):%d %b} {both_clocks(event.at, seconds=False)}",
            _since((event.at - t0).total_seconds()),
            event.what,
            event.source,
        )
        for event in replay.scenario.reported_events
    )
    return Table(
        title="Reported events",
        columns=columns("UTC (KST, JST)", "after lift-off >", "what", "source"),
        rows=rows,
    )


def _since(seconds: float) -> str:
    """Write a time after lift-off in minutes, or in days where it is more than two."""
    days = seconds / 86_400.0
    return f"{signed(days)} d" if abs(days) > 2.0 else f"{signed(seconds / 60.0)} min"


def falls_table(replay: Replay) -> Table:
    """Return the predicted falls."""
    t0 = replay.scenario.liftoff.t0
    rows = tuple(
        (
            f.footprint.body,
            place(f.footprint.lat_deg, f.footprint.lon_deg, 2),
            f"{number(f.footprint.t_s)} ± {number(f.footprint.t_sigma_s)}",
            f"{utc(after(t0, f.footprint.t_s)):%H:%M:%S}",
            f"{number(f.footprint.sigma_major_m / 1e3)} × {number(f.footprint.sigma_minor_m / 1e3)} at {number(f.footprint.axis_deg)}°",
            f.inside_area or "none",
            "–" if f.own_area is None else _to_area(f.own_area, f.own_area_m),
        )
        for f in replay.falls
    )
    names = columns(
        "body",
        "centre",
        "after lift-off [s] >",
        "UTC >",
        "1-sigma [km] >",
        "inside area",
        "to its own area",
    )
    note = f"From {replay.runs} dispersed flights; the fitted vehicle's spread, the pad's, and the air's drag on tumbling bodies. Areas A and B are known by a reference point only: inside means within its uncertainty. 1-sigma: half-axes of the ellipse, and the long one's direction from north; the map draws 90 % ellipses, 2.1 times as large."
    return Table(title="Predicted", columns=names, rows=rows, note=note)


def _to_area(label: str, away_m: float) -> str:
    """Say whether a centre lies in its area, or how far from it."""
    return f"inside {label}" if away_m == 0.0 else f"{number(away_m / 1e3)} km to {label}"


def _percent(share: float) -> str:
    """Write a share in percent; what is not quite all does not become 100."""
    if math.isnan(share):
        return "–"
    return "> 99.9" if 0.999 < share < 1.0 else number(100.0 * share, 1 if share > 0.99 else 0)


def reported_table(replay: Replay) -> Table:
    """Return the reported falls beside ours."""
    rows = tuple(
        (
            one.label,
            one.body,
            "–" if one.at is None else f"{utc(one.at):%H:%M}",
            number(one.distance_m / 1e3) if not math.isnan(one.distance_m) else "not predicted",
            "–" if math.isnan(one.inside_p) else _percent(one.inside_p),
            "–" if math.isnan(one.late_s) else signed(one.late_s),
            {True: "outside", False: "inside", None: "–"}[one.outside_areas],
        )
        for one in replay.reported
    )
    names = columns(
        "report",
        "compared with",
        "UTC >",
        "distance from our centre [km] >",
        "share of our falls nearer [%] >",
        "ours later by [s] >",
        "said of the announced areas",
    )
    plain = (
        "Share nearer: how much of our simulated fall lies inside the ellipse, around our centre, that just reaches the "
        "reported place; 0 is a hit on the centre, 90 the edge of the ellipse on the map, 100 beyond all we expect. "
    )
    note = plain + " ".join(f"{one.label}: {one.note}." for one in replay.reported if one.note)
    if not rows:
        note = "Nothing was reported, because this flight did not take place."
    return Table(title="Reported", columns=names, rows=rows, note=note)


def events_table(replay: Replay) -> Table:
    """Return the events of the flight shown."""
    rows = tuple(
        (
            event.name,
            number(event.t_s, 1),
            number(event.alt_m / 1e3, 1),
            place(event.lat_deg, event.lon_deg, 2),
            number(event.speed_mps),
            number(event.v_inertial_mps),
        )
        for event in replay.flight.events
    )
    names = columns("event", "time [s] >", "altitude [km] >", "place", "speed [m/s] >", "inertial speed [m/s] >")
    return Table(
        title="Events of the flight shown",
        columns=names,
        rows=rows,
        note=f"Outcome: {replay.flight.outcome}. Speed is relative to the Earth.",
    )


def score_table(replay: Replay) -> Table:
    """Return person-minutes, ours against history."""
    score = replay.score
    rows = tuple(
        (
            name,
            number(sums.total.best),
            f"{number(sums.total.low)}–{number(sums.total.high)}",
            number(sums.avoidable.best),
            str(sums.unknown),
        )
        for name, sums in (("Downrange", score.ours), ("history", score.history))
    )
    saved = "unknown" if math.isnan(score.saved) else f"{100.0 * score.saved:.1f} %"
    note = (
        f"A person-minute is one resident under warning for one minute. Against history: {saved} fewer. Places freed too "
        f"early: {len(score.early_lifts)}. Places hit without a warning: {len(score.misses)}. Places warned where nothing "
        f"fell: {len(score.needless)}."
    )
    names = columns(
        "whose alerts", "person-minutes >", "range >", "after the danger had ended >", "alerts to an unknown number >"
    )
    return Table(title="Person-minutes under warning", columns=names, rows=rows, note=note)


def fit_table(replay: Replay) -> Table:
    """Return the public facts beside the fitted vehicle."""
    rows = tuple(
        (
            row.fact,
            row.published,
            f"{_short(row.value)} {row.unit}",
            _short(row.residual),
            _short(row.sigma),
            row.limit,
            "yes" if row.holds else "no",
        )
        for row in replay.fit
    )
    names = columns("fact", "published", "fitted vehicle >", "residual >", "sigma of the fits >", "limit", "holds")
    return Table(title="The fitted vehicle against the public record", columns=names, rows=rows)


def _short(value: float) -> str:
    """Write a number with the digits that matter."""
    if math.isnan(value):
        return "–"
    return number(value, 2 if abs(value) < 10.0 else 1 if abs(value) < 1000.0 else 0)


def console_tables(replay: Replay, sentence: str) -> tuple[Table, ...]:
    """Return the tables that the terminal shows: the timeline with the verdict in one sentence first."""
    t0 = replay.scenario.liftoff.t0
    rows = [(f"T+{e.t_s:.0f} s", clock(after(t0, e.t_s)), e.name) for e in replay.flight.events]
    seen = replay.watched.detected
    if seen is not None:
        rows.append((f"T+{seen.t_s:.0f} s", clock(after(t0, seen.t_s)), f"track: {seen.verdict}"))
    rows += [
        (f"T+{f.footprint.t_s:.0f} s", clock(after(t0, f.footprint.t_s)), f"fall of {f.footprint.body} (predicted)")
        for f in replay.falls
    ]
    for released in messages(replay):
        message = released.message
        late = (message.sent - t0).total_seconds()
        names = ", ".join(area.name["en"] for area in message.areas[:4]) + (
            f" and {len(message.areas) - 4} more" if len(message.areas) > 4 else ""
        )
        rows.append((f"T+{late:.0f} s", clock(message.sent), f"Downrange {_DOES[message.kind]} {names}"))
    rows += [
        (
            f"T+{(h.alert.issued - t0).total_seconds():.0f} s",
            clock(h.alert.issued),
            f"history: {h.alert.authority} alerts {h.alert.area}",
        )
        for h in replay.history
    ]
    rows += [
        (f"T+{(h.alert.lifted - t0).total_seconds():.0f} s", clock(h.alert.lifted), f"history: {h.alert.area} lifted")
        for h in replay.history
        if h.alert.lifted
    ]
    rows.sort(key=lambda row: float(row[0][2:-2]))
    timeline = Table(
        title=f"{replay.scenario.title}",
        columns=columns("after lift-off >", "clock", "what"),
        rows=tuple(rows),
        note=sentence,
    )
    rest = (falls_table(replay), reported_table(replay), score_table(replay), *_orbit_tables(replay))
    return (timeline, *(table for table in rest if table.rows))


def _orbit_tables(replay: Replay) -> tuple[Table, ...]:
    """Return the tables of an orbit; none without one."""
    if replay.orbit is None or replay.coverage is None:
        return ()
    from downrange.replay.told_orbit import coverage_table, orbit_table, recognised_table

    return (orbit_table(replay.orbit), coverage_table(replay.coverage), recognised_table(replay.coverage))
