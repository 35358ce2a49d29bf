"""What the report says, in the order in which it is read: verdict, facts, sections with tables and texts."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from downrange.base import KST, iso, utc
from downrange.replay.alerts import messages, spans
from downrange.replay.figures import Drawn
from downrange.replay.model import Replay
from downrange.replay.sources import sources_of
from downrange.replay.tables import Table, clock, columns, number, place, signed
from downrange.replay.told import (
    events_table,
    falls_table,
    fit_table,
    history_table,
    reported_table,
    score_table,
    told_table,
    warned_table,
)

_LANGUAGES = {"ko": "한국어", "ja": "日本語", "en": "English"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message in one language: its BCP 47 tag, its own name, headline and paragraphs."""

    language: str
    name: str
    headline: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message as the report shows it."""

    heading: str
    about: str
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the report."""

    name: str
    title: str
    paragraphs: tuple[str, ...] = ()
    figures: tuple[Drawn, ...] = ()
    tables: tuple[Table, ...] = ()
    texts: tuple[Told, ...] = ()
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole report."""

    title: str
    version: str
    verdict: str
    facts: tuple[tuple[str, str, str], ...]
    sections: tuple[Section, ...]
    colophon: str


def verdict(replay: Replay) -> str:
    """Say what the flight did, what the track found, whom Downrange warned and whom history alerted, for how long."""
    return " ".join((replay.scenario.summary, _found(replay), *_served(replay)))


def _found(replay: Replay) -> str:
    """Say what the track found, and when."""
    watched, reached = replay.watched, replay.reached
    orbit = {
        "yes": f"something reached orbit (decided at T+{number(reached.decided_t_s, 0)} s)",
        "no": f"nothing reached orbit (decided at T+{number(reached.decided_t_s, 0)} s)",
        "unknown": "whether anything reached orbit stays unknown",
    }[str(reached.answer)]
    if watched.failed_t_s is None:
        return f"The replay's simulated radars find that {orbit}." if reached.answer != "unknown" else f"{orbit}."
    if watched.delay_s is None:
        return f"The replay's simulated radars do not find the failure; {orbit}."
    return f"The replay's simulated radars see the failure {watched.delay_s:.1f} s after it; {orbit}."


def _served(replay: Replay) -> tuple[str, ...]:
    """Say who would have been warned and who was alerted in history, and what that came to."""
    stays, score = spans(replay), replay.score
    names: dict[str, list[str]] = {}
    for span in stays:
        length = "not lifted" if span.lifted is None else f"{span.minutes:.0f} min"
        names.setdefault(length, []).append(span.place.name_en)
    ours = ", ".join(f"{' and '.join(group)} ({length})" for length, group in names.items())
    told = [f"Downrange would have warned {ours}." if stays else "Downrange would have warned nobody."]
    real = [one for one in replay.history if one.people is not None]
    if real:
        listed = ", ".join(
            f"{one.alert.area} ({number(one.minutes, 0)} min{', in error' if one.alert.verdict == 'error' else ''})"
            for one in real
        )
        told.append(f"History alerted {listed}.")
    if real and stays:
        told.append(
            f"Residents times minutes under warning: {number(score.ours.total.best / 1e6, 2)} million against "
            f"{number(score.history.total.best / 1e6, 1)} million in history."
        )
    return tuple(told)


def facts(replay: Replay) -> tuple[tuple[str, str, str], ...]:
    """Return the boxes at the top: name, value, small print."""
    t0 = replay.scenario.liftoff.t0
    early, late = replay.scenario.liftoff.interval()
    score = replay.score
    inside = [fall for fall in replay.falls if fall.inside_area]
    delay = "nothing failed" if replay.watched.failed_t_s is None else f"{number(replay.watched.delay_s, 1)} s"
    saved = "unknown" if math.isnan(score.saved) else f"{100.0 * score.saved:.1f} % fewer"
    return (
        (
            "Lift-off",
            f"{utc(t0):%d %B %Y, %H:%M:%S} UTC",
            f"{t0.astimezone(KST):%d %B, %H:%M} KST and JST; official times {early:%H:%M} to {late:%H:%M} UTC",
        ),
        (
            "Failure found after",
            delay,
            "from the moment when thrust ended early or did not begin; readings of simulated radars",
        ),
        ("Reached orbit", str(replay.reached.answer), replay.reached.rule),
        (
            "Falls inside announced areas",
            f"{len(inside)} of {len(replay.falls)}",
            "centres of predicted falls; A and B are reference points with their uncertainty",
        ),
        (
            "Person-minutes under warning",
            f"{number(score.ours.total.best)}",
            f"residents × minutes; history: {number(score.history.total.best)}, so {saved}",
        ),
        (
            "Freed too early; hit unwarned",
            f"{len(score.early_lifts)}; {len(score.misses)}",
            "places freed before 99 % of what may fall was down; places hit without a warning",
        ),
    )


def page(replay: Replay, figures: tuple[Drawn, ...], version: str) -> Page:
    """Return the report."""
    by_name = {figure.name: figure for figure in figures}
    made = (
        _map(replay, by_name["map"]),
        _timeline(replay, by_name["timeline"]),
        _falls(replay),
        _flight(replay, by_name["ascent"]),
        _corridor(replay),
        *_orbit(replay, by_name),
        _alerts(replay),
        _score(replay),
        _vehicle(replay),
        _notice(replay),
        _sources(replay),
    )
    return Page(
        title=replay.scenario.title,
        version=version,
        verdict=verdict(replay),
        facts=facts(replay),
        sections=made,
        colophon=(
            f"Downrange {version}, scenario {replay.scenario.name}, {replay.runs} dispersed flights, seed {replay.seed}. "
            "Every alert here is an exercise. Vehicle figures are fitted or assumed, never measured."
        ),
    )


def _map(replay: Replay, figure: Drawn) -> Section:
    """Return the map and what lies under the track."""
    rows = tuple(
        (one.name, str(one.minute), number(one.closest_t_s), number(one.distance_m / 1e3, 0))
        for one in replay.corridor.below
    )
    note = "Distance from the planned ground track to the place's edge; times after lift-off."
    under = Table(
        title="Islands and cities near the ground track",
        columns=columns("place", "minute of flight >", "closest at [s] >", "distance [km] >"),
        rows=rows,
        note=note,
    )
    return Section(name="where", title="Where", figures=(figure,), tables=(under,) if rows else ())


def _timeline(replay: Replay, figure: Drawn) -> Section:
    """Return the timeline and its tables."""
    return Section(
        name="when",
        title="When",
        figures=(figure,),
        tables=(warned_table(replay), history_table(replay), told_table(replay)),
    )


def _falls(replay: Replay) -> Section:
    """Return predicted and reported falls."""
    inside = {fall.footprint.body for fall in replay.falls if fall.inside_area is not None}
    texts = []
    if any(one.outside_areas and one.body in inside for one in replay.reported):
        texts.append(
            "The reports say that these falls lay outside the announced areas; ours lie inside them. Ours cannot do "
            "otherwise: the vehicle was fitted to those areas. What carried the real ones out is not in the public record."
        )
    if replay.scenario.vehicle != replay.scenario.fit:
        texts.append(
            f"The flight shown is that of {replay.scenario.vehicle}; the ellipses come from the fits of "
            f"{replay.scenario.fit}, and hold for this vehicle only as far as the two are alike."
        )
    tables = (falls_table(replay), reported_table(replay))
    return Section(name="falls", title="What falls where", paragraphs=tuple(texts), tables=tables)


def _flight(replay: Replay, figure: Drawn) -> Section:
    """Return the ascent and the track."""
    watched = replay.watched
    last = watched.decided
    said = "there was no reading" if last is None else f"{last.verdict} (probability {last.p:.3f}): {last.reason}"
    text = f"{number(watched.readings)} simulated readings of {len(watched.sensors)} sensors ({', '.join(watched.sensors)}). Final verdict of the track: {said}."
    return Section(
        name="flight",
        title="The flight and what was seen of it",
        paragraphs=(text,),
        figures=(figure,),
        tables=(events_table(replay),),
    )


def _corridor(replay: Replay) -> Section:
    """Return the plane and the dog-leg."""
    corridor = replay.corridor
    rows = tuple(
        (
            one.label,
            number(one.near_m / 1e3),
            number(one.centre_m / 1e3),
            number(one.far_m / 1e3),
            number(one.azimuth_deg, 1),
            *_residual(replay, one.label),
        )
        for one in corridor.ranges
    )
    names = columns(
        "area",
        "near [km] >",
        "centre [km] >",
        "far [km] >",
        "azimuth [°] >",
        "miss of the best single plane [km] >",
        "allowed [km] >",
    )
    seen = Table(title="The areas from the pad", columns=names, rows=rows)
    legs = tuple(
        (
            f"{leg.start} to {leg.end}",
            number(leg.range_m / 1e3),
            number(leg.course_deg, 1),
            f"{signed(leg.turn_deg, 1)} ± {leg.turn_spread_deg:.1f}",
        )
        for leg in corridor.dog_leg.legs
    )
    turns = Table(
        title="The dog-leg", columns=columns("leg", "length [km] >", "course [°] >", "turn before it [°] >"), rows=legs
    )
    return Section(
        name="corridor",
        title="The corridor",
        paragraphs=(corridor.plane.sentence, corridor.dog_leg.sentence),
        tables=(seen, turns),
    )


def _residual(replay: Replay, label: str) -> tuple[str, str]:
    """Return by how much the best plane misses an area, and what is allowed."""
    plane = replay.corridor.plane
    if label not in plane.labels:
        return "–", "–"
    i = plane.labels.index(label)
    return signed(plane.turning.residual_m[i] / 1e3), number(plane.turning.tolerance_m[i] / 1e3)


def _orbit(replay: Replay, by_name: dict[str, Drawn]) -> tuple[Section, ...]:
    """Return the orbit and what is seen from it; nothing without an orbit."""
    if replay.orbit is None or replay.coverage is None:
        return ()
    from downrange.replay.told_orbit import (
        coverage_sentence,
        coverage_table,
        orbit_table,
        passes_table,
        recognised_table,
    )

    found = replay.coverage
    orbit = Section(name="orbit", title="The orbit", tables=(orbit_table(replay.orbit), passes_table(replay.orbit)))
    seen = Section(
        name="coverage",
        title="What it can see",
        paragraphs=(coverage_sentence(found),),
        figures=tuple(figure for name, figure in by_name.items() if name.startswith("coverage")),
        tables=(coverage_table(found), recognised_table(found)),
        items=tuple(f"{note[0].upper()}{note[1:].rstrip('.')}." for note in found.notes),
    )
    return orbit, seen


def _alerts(replay: Replay) -> Section:
    """Return the texts of every message."""
    texts = tuple(_told(released.message) for released in messages(replay))
    counts = Counter(str(released.message.msg_type) for released in messages(replay))
    text = "Status Exercise, CAP 1.2; the files are in the folder cap. " + (
        ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())) or "No message."
    )
    return Section(name="alerts", title="The alerts in full", paragraphs=(text,), texts=texts)


def _told(message: object) -> Told:
    """Return a message as the report shows it."""
    from downrange.alert import Message

    if not isinstance(message, Message):
        raise TypeError("a message of the alert room is needed")
    words = tuple(
        Words(
            language=info.language,
            name=_LANGUAGES.get(info.language.split("-")[0], info.language),
            headline=info.headline,
            paragraphs=tuple(
                part for part in (*info.description.split("\n"), *info.instruction.split("\n")) if part.strip()
            ),
        )
        for info in message.infos
    )
    about = f"{message.identifier}; sent {clock(message.sent)}; expires {clock(message.expires, seconds=False)}; certainty {message.certainty}"
    return Told(
        heading=f"{message.msg_type}: {message.kind}, {len(message.areas)} place{'s' * (len(message.areas) != 1)}",
        about=about,
        words=words,
    )


def _score(replay: Replay) -> Section:
    """Return the score."""
    return Section(name="score", title="How well people were served", tables=(score_table(replay),))


def _vehicle(replay: Replay) -> Section:
    """Return the vehicle: fit, and what the record determines."""
    rows = tuple(
        (
            one.name,
            f"{one.prior_mean:.5g} ± {one.prior_sigma:.3g}",
            f"{one.best:.5g} ± {one.sigma:.3g}",
            "fitted" if one.determined else "assumed",
            one.source,
        )
        for one in sorted(replay.parameters, key=lambda one: not one.determined)
    )
    names = columns("parameter", "guess before >", "after the record >", "kind", "source of the guess")
    note = "fitted: the record narrows the guess. assumed: it does not, and the value is the guess. SI units, degrees."
    what = Table(
        title="What the record tells of the vehicle, and what it does not", columns=names, rows=rows, note=note
    )
    text = f"{replay.vehicle.title}. None of its masses was measured; footprints come from many vehicles that all fit the record."
    return Section(name="vehicle", title="The vehicle", paragraphs=(text,), tables=(fit_table(replay), what))


def _notice(replay: Replay) -> Section:
    """Return the notices, restated."""
    t0 = replay.scenario.liftoff.t0
    rows = tuple(
        (
            notice.source_id or str(notice.kind),
            f"{iso(window.opens)} to {iso(window.closes)}",
            "yes" if window.holds(t0) else "no",
            "; ".join(str(flag.code) for flag in notice.flags) or "none",
        )
        for notice in replay.notices
        for window in notice.windows
    )
    windows = Table(
        title="Windows", columns=columns("notice", "window (UTC)", "holds the lift-off", "flags"), rows=rows
    )
    areas = tuple(
        (
            a.label,
            a.what,
            a.known_by,
            "; ".join(place(lat, lon) for lat, lon in zip(a.lat_deg, a.lon_deg, strict=True)),
            "–" if a.radius_m is None else number(a.radius_m / 1e3),
            a.derivation or "published corners",
        )
        for a in replay.areas
    )
    drawn = Table(
        title="Areas",
        columns=columns("area", "for", "known by", "corners or reference point", "± [km] >", "how"),
        rows=areas,
    )
    text = "The notices are restated in their own syntax with the published numbers; they are not copies of the texts."
    return Section(name="notice", title="The notices", paragraphs=(text,), tables=(windows, drawn))


def _sources(replay: Replay) -> Section:
    """Return where everything came from."""
    return Section(
        name="sources", title="Sources", items=tuple(f"{what}: {source}" for what, source in sources_of(replay))
    )
