"""The JSON document of a replay: the same bytes for the same inputs, but for the one key `made`.

Numbers are rounded to what they are worth: places to 1e-4 degree (11 m), times to 0.1 s, lengths to the metre. What
is not known is null, and what is undecided says "unknown".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from downrange.base import after, iso
from downrange.notice import Notice
from downrange.replay.alerts import Span, messages, spans
from downrange.replay.model import Remembered, Replay
from downrange.replay.sources import sources_of


def document(replay: Replay, made: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document; `made` holds the times of making and is the only part that may differ between runs."""
    found: dict[str, Any] = {
        "scenario": _scenario(replay),
        "notice": _notice(replay),
        "corridor": _corridor(replay),
        "flight": _flight(replay),
        "track": _track(replay),
        "reached_orbit": str(replay.reached.answer),
        "decided_t_s": _r(replay.reached.decided_t_s, 1),
        "reached_orbit_rule": {"p": _r(replay.reached.p, 4), "words": replay.reached.rule},
        "falls": _falls(replay),
        "reported_falls": _reported(replay),
        "alerts": _alerts(replay),
        "warned": [_span(span) for span in spans(replay)],
        "history": [_history(one) for one in replay.history],
        "score": _score(replay),
    }
    if replay.orbit is not None and replay.coverage is not None:
        from downrange.replay.document_orbit import coverage_document, orbit_document

        found["orbit"] = orbit_document(replay.orbit)
        found["coverage"] = coverage_document(replay.coverage)
    found["fit"] = _fit(replay)
    found["sources"] = [{"what": what, "source": source} for what, source in sources_of(replay)]
    found["made"] = dict(made)
    return found


def _r(value: float | None, digits: int) -> float | None:
    """Round, without negative zeros; None and NaN become null."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), digits) + 0.0


def _iso(moment: datetime | None) -> str | None:
    """Write a moment, or null."""
    return None if moment is None else iso(moment)


def _scenario(replay: Replay) -> dict[str, Any]:
    """Return what was replayed."""
    scenario, failure = replay.scenario, replay.scenario.failure
    early, late = scenario.liftoff.interval()
    return {
        "name": scenario.name,
        "title": scenario.title,
        "t0": iso(scenario.liftoff.t0),
        "t0_interval": [iso(early), iso(late)],
        "t0_claims": [
            {"authority": c.authority, "moment": iso(c.moment), "source": c.source} for c in scenario.liftoff.claims
        ],
        "site": {
            "name": replay.site.name,
            "lat_deg": _r(replay.site.lat_deg, 4),
            "lon_deg": _r(replay.site.lon_deg, 4),
            "sigma_m": _r(replay.site.sigma_m, 0),
        },
        "vehicle": replay.vehicle.name,
        "failure": None
        if failure is None
        else {"stage": failure.stage, "kind": failure.kind, "timing": failure.timing, "source": failure.source},
        "runs": replay.runs,
        "seed": replay.seed,
    }


def _notice(replay: Replay) -> dict[str, Any]:
    """Return areas, windows and flags."""
    t0 = replay.scenario.liftoff.t0
    return {
        "areas": [
            {
                "label": area.label,
                "what": area.what,
                "body": area.body,
                "known_by": area.known_by,
                "lat_deg": [_r(lat, 6) for lat in area.lat_deg],
                "lon_deg": [_r(lon, 6) for lon in area.lon_deg],
                "radius_m": _r(area.radius_m, 0),
                "derivation": area.derivation or None,
                "source": area.source,
            }
            for area in replay.areas
        ],
        "windows": [
            {
                "source_id": notice.source_id,
                "opens": iso(window.opens),
                "closes": iso(window.closes),
                "role": str(window.role),
                "holds_t0": window.holds(t0),
            }
            for notice in replay.notices
            for window in notice.windows
        ],
        "flags": [flag for notice in replay.notices for flag in _flags(notice)],
        "texts": [
            {"source_id": notice.source_id, "restated": True, "text": notice.text.strip(), "source": notice.source}
            for notice in replay.notices
        ],
    }


def _flags(notice: Notice) -> list[dict[str, Any]]:
    """Return what is wrong with a notice."""
    return [{"source_id": notice.source_id, "code": str(flag.code), "message": flag.message} for flag in notice.flags]


def _corridor(replay: Replay) -> dict[str, Any]:
    """Return the plane or its residuals, the dog-leg and the places under the track."""
    plane, dog = replay.corridor.plane, replay.corridor.dog_leg
    return {
        "single_plane": plane.accepted,
        "plane": {
            "azimuth_deg": _r(plane.azimuth_deg, 2),
            "areas": list(plane.labels),
            "residual_m": [_r(m, 0) for m in plane.turning.residual_m],
            "tolerance_m": [_r(m, 0) for m in plane.turning.tolerance_m],
            "inclination_deg": _r(plane.inclination_deg, 2),
            "sentence": plane.sentence,
        },
        "areas": [
            {
                "label": one.label,
                "azimuth_deg": _r(one.azimuth_deg, 2),
                "near_m": _r(one.near_m, 0),
                "centre_m": _r(one.centre_m, 0),
                "far_m": _r(one.far_m, 0),
            }
            for one in replay.corridor.ranges
        ],
        "dog_leg": {
            "legs": [
                {
                    "start": leg.start,
                    "end": leg.end,
                    "range_m": _r(leg.range_m, 0),
                    "course_deg": _r(leg.course_deg, 2),
                    "turn_deg": _r(leg.turn_deg, 2),
                    "turn_spread_deg": _r(leg.turn_spread_deg, 2),
                }
                for leg in dog.legs
            ],
            "last_turn_deg": _r(dog.last_turn_deg, 2),
            "sentence": dog.sentence,
        },
        "below": [
            {
                "name": one.name,
                "closest_t_s": _r(one.closest_t_s, 1),
                "minute": one.minute,
                "distance_m": _r(one.distance_m, -2),
            }
            for one in replay.corridor.below
        ],
    }


def _flight(replay: Replay) -> dict[str, Any]:
    """Return the events of the flight shown and its outcome."""
    t0 = replay.scenario.liftoff.t0
    return {
        "events": [
            {
                "name": event.name,
                "t_s": _r(event.t_s, 1),
                "t": iso(after(t0, event.t_s)),
                "alt_m": _r(event.alt_m, 0),
                "lat_deg": _r(event.lat_deg, 4),
                "lon_deg": _r(event.lon_deg, 4),
                "speed_mps": _r(event.speed_mps, 1),
                "v_inertial_mps": _r(event.v_inertial_mps, 1),
            }
            for event in replay.flight.events
        ],
        "outcome": str(replay.flight.outcome),
        "q_max_pa": _r(float(replay.flight.q_pa.max()), -1),
    }


def _track(replay: Replay) -> dict[str, Any]:
    """Return what the track found: the delay of the detection, the last verdict and its probability."""
    watched = replay.watched
    decided = watched.decided
    return {
        "sensors": list(watched.sensors),
        "readings": watched.readings,
        "failed_t_s": _r(watched.failed_t_s, 1),
        "detected_t_s": _r(watched.detected.t_s if watched.detected else None, 1),
        "detection_delay_s": _r(watched.delay_s, 1),
        "verdict": decided.verdict.name if decided else "UNKNOWN",
        "p": _r(decided.p, 4) if decided else None,
        "reason": decided.reason if decided else "there is no reading",
        "verdicts": [{"t_s": _r(u.t_s, 1), "verdict": u.verdict.name, "p": _r(u.p, 4)} for u in _changes(replay)],
    }


def _changes(replay: Replay) -> list[Any]:
    """Return the updates at which the verdict changed."""
    kept: list[Any] = []
    for update in replay.watched.updates:
        if not kept or kept[-1].verdict is not update.verdict:
            kept.append(update)
    return kept


def _falls(replay: Replay) -> list[dict[str, Any]]:
    """Return the predicted falls."""
    t0 = replay.scenario.liftoff.t0
    return [
        {
            "body": fall.footprint.body,
            "lat_deg": _r(fall.footprint.lat_deg, 4),
            "lon_deg": _r(fall.footprint.lon_deg, 4),
            "t_s": _r(fall.footprint.t_s, 1),
            "t": iso(after(t0, fall.footprint.t_s)),
            "sigma_major_m": _r(fall.footprint.sigma_major_m, -2),
            "sigma_minor_m": _r(fall.footprint.sigma_minor_m, -2),
            "axis_deg": _r(fall.footprint.axis_deg, 1),
            "t_sigma_s": _r(fall.footprint.t_sigma_s, 1),
            "t_q99_s": _r(fall.footprint.t_q99_s, 1),
            "p_lands": _r(fall.footprint.p_lands, 4),
            "samples": fall.footprint.samples,
            "inside_area": fall.inside_area,
            "own_area": fall.own_area,
            "own_area_distance_m": _r(fall.own_area_m, -2),
        }
        for fall in replay.falls
    ]


def _reported(replay: Replay) -> list[dict[str, Any]]:
    """Return the reported falls with their distance from ours."""
    return [
        {
            "label": one.label,
            "body": one.body,
            "lat_deg": None if one.point is None else _r(one.point[0], 4),
            "lon_deg": None if one.point is None else _r(one.point[1], 4),
            "t": _iso(one.at),
            "distance_m": _r(one.distance_m, -2),
            "smallest_ellipse_p": _r(one.inside_p, 4),
            "ours_late_s": _r(one.late_s, 0),
            "outside_areas": one.outside_areas,
            "note": one.note,
            "source": one.source,
        }
        for one in replay.reported
    ]


def _band(band: Any) -> dict[str, float | None] | None:  # noqa: ANN401 - a Band or None
    """Return people with their band."""
    return None if band is None else {"low": _r(band.low, 0), "best": _r(band.best, 0), "high": _r(band.high, 0)}


def _alerts(replay: Replay) -> list[dict[str, Any]]:
    """Return the messages, each with its areas and people, and when its areas were lifted and why."""
    lifted = {(span.place.code, span.sent): span for span in spans(replay)}
    rows = []
    for released in messages(replay):
        message = released.message
        ends = [
            span
            for (code, sent), span in lifted.items()
            if code in {a.code for a in message.areas} and sent <= message.sent
        ]
        closed = [span.lifted for span in ends if span.lifted is not None and span.lifted >= message.sent]
        last = max(ends, key=lambda span: (span.lifted is None, span.lifted or span.sent), default=None)
        rows.append(
            {
                "identifier": message.identifier,
                "msgType": message.msg_type,
                "status": str(message.status),
                "areas": [{"code": area.code, "name": area.name["en"]} for area in message.areas],
                "people": _band(message.people),
                "people_unknown_areas": message.people_unknown,
                "sent": iso(message.sent),
                "expires": iso(message.expires),
                "references": [str(reference) for reference in message.references],
                "kind": str(message.kind),
                "p": _r(message.p, 4),
                "lifted": _iso(max(closed)) if closed and message.kind != "lift" else None,
                "lift_reason": (last.lift or None) if last else None,
                "reason": str(message.reason),
            }
        )
    return rows


def _span(span: Span) -> dict[str, Any]:
    """Return one stay of a place under warning."""
    return {
        "code": span.place.code,
        "name": span.place.name_en,
        "sent": iso(span.sent),
        "lifted": _iso(span.lifted),
        "lift": span.lift or None,
        "reason": span.reason or None,
        "minutes": _r(span.minutes, 1),
    }


def _history(one: Remembered) -> dict[str, Any]:
    """Return an alert that really went out."""
    alert = one.alert
    return {
        "authority": alert.authority,
        "area": alert.area,
        "people": _band(one.people),
        "issued": iso(alert.issued),
        "lifted": _iso(alert.lifted),
        "minutes": _r(one.minutes, 1),
        "verdict": alert.verdict,
        "lift": alert.lift,
        "note": alert.note,
        "sources": list(alert.sources),
    }


def _score(replay: Replay) -> dict[str, Any]:
    """Return person-minutes, ours against history, with early lifts and misses."""
    score = replay.score
    return {
        "ours_person_minutes": _band(score.ours.total),
        "ours_avoidable_person_minutes": _band(score.ours.avoidable),
        "history_person_minutes": _band(score.history.total),
        "history_avoidable_person_minutes": _band(score.history.avoidable),
        "unknown_people": {"ours": score.ours.unknown, "history": score.history.unknown},
        "saved": _r(score.saved, 4),
        "misses": list(score.misses),
        "early_lifts": list(score.early_lifts),
        "needless": list(score.needless),
        "lead_s": {code: _r(s, 0) for code, s in sorted(score.lead_s.items())},
        "lift_delay_s": {code: _r(s, 0) for code, s in sorted(score.lift_delay_s.items())},
    }


def _fit(replay: Replay) -> dict[str, Any]:
    """Return the fit: facts with residuals, and every figure of the vehicle with how it came to be."""
    return {
        "facts": [
            {
                "fact": row.fact,
                "published": row.published,
                "value": _s(row.value, 5),
                "residual": _s(row.residual, 3),
                "sigma": _s(row.sigma, 3),
                "unit": row.unit,
                "limit": row.limit,
                "holds": row.holds,
                "source": row.source,
            }
            for row in replay.fit
        ],
        "parameters": [
            {
                "name": one.name,
                "prior_mean": _s(one.prior_mean, 5),
                "prior_sigma": _s(one.prior_sigma, 3),
                "best": _s(one.best, 5),
                "sigma": _s(one.sigma, 3),
                "kind": "fitted" if one.determined else "assumed",
                "source": one.source,
            }
            for one in replay.parameters
        ],
    }


def _s(value: float, digits: int) -> float | None:
    """Round to significant digits; NaN becomes null."""
    return None if not math.isfinite(value) else float(f"{value:.{digits}g}") + 0.0
