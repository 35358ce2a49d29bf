"""What the terminal shows of a catalogue check: the answer with its rule, the objects that fit best, and why."""

from __future__ import annotations

import math
from typing import Any

from downrange.base import iso
from downrange.orbit import Candidate, CatalogueVerdict, Evidence, Launch, Listed
from downrange.replay.catalogue_asked import Checked
from downrange.replay.tables import Table, columns, number, place

Shown = tuple[tuple[Table, ...], dict[str, Any]]
_ASKS = {
    Listed.YES: "Yes: an object of this launch is in the catalogue",
    Listed.NOT_YET: "Not catalogued yet",
    Listed.NO: "No: the catalogue holds nothing of this launch",
    Listed.UNKNOWN: "Unknown",
}


def check_shown(done: Checked) -> Shown:
    """Return whether a catalogue holds the object of a launch, and what speaks for each that might be it."""
    verdict = done.verdict
    tables = [_answer_table(done), _candidates_table(verdict)]
    if verdict.candidates:
        tables.append(_evidence_table(verdict.candidates[0]))
    return tuple(tables), _document(done)


def _answer_table(done: Checked) -> Table:
    """Return the answer and the rule that gave it."""
    verdict, launch = done.verdict, done.verdict.launch
    rows = [
        ("answer", _ASKS[verdict.answer]),
        ("because", verdict.words),
        ("something in orbit", f"p {_p(verdict.p)} by the catalogue; {launch.p_reach:g} before it (assumed)"),
        ("pulled", _pulled(verdict)),
        ("waiting rule", f"no 'no' before {iso(verdict.decides)}, {verdict.wait_h:g} h after lift-off (assumed)"),
        ("lift-off", f"{iso(launch.t0)} ±{launch.t0_sigma_s:.0f} s"),
        ("enters orbit", _injection(launch)),
        ("numbers possible", f"{launch.numbers}; {launch.numbers.source}"),
        ("by chance", f"a plane of this inclination fits within 2 sigma in {verdict.chance:.1%} of cases"),
    ]
    if done.track is not None and done.both is not None:
        rows[0] = ("catalogue", rows[0][1])
        both = "" if math.isnan(done.both.p) else f", p {_p(done.both.p)}"
        rows.insert(0, ("answer", f"{str(done.both.answer).capitalize()}{both}: {done.both.words}"))
        rows.insert(1, ("track", f"{done.track.answer}, p {_p(done.track.p)}: {done.track.rule}"))
    rows += [("note", text) for text in verdict.notes]
    title = f"Launch {launch.name} in the catalogue {verdict.source}"
    return Table(title=title, columns=columns("what", "is"), rows=tuple(rows))


def _pulled(verdict: CatalogueVerdict) -> str:
    """Write when the catalogue was pulled."""
    if verdict.pulled is None or verdict.waited_h is None:
        return "not known: give --pulled, without it absence proves nothing"
    side = "after" if verdict.waited_h >= 0.0 else "before"
    return f"{iso(verdict.pulled)}, {number(abs(verdict.waited_h), 1)} h {side} lift-off"


def _injection(launch: Launch) -> str:
    """Write where the orbit is entered."""
    point = launch.injection
    where = f"{place(point.lat_deg, point.lon_deg, 2)} at T+{point.t_s:.0f} s, ±{point.sigma_deg:g}° across"
    way = "" if point.southbound is None else ", southbound" if point.southbound else ", northbound"
    return f"{where}{way}; {point.source}"


def _candidates_table(verdict: CatalogueVerdict) -> Table:
    """Return the objects that fit best."""
    names = columns(
        "object!",
        "designator!",
        "nearest epoch (UTC)!",
        "off plane [deg] >",
        "inclination [deg] >",
        "heights [km]!",
        "evidence >",
        "p >",
    )
    rows = tuple(_candidate_row(one, verdict) for one in verdict.candidates)
    others = verdict.considered - len(rows)
    note = f"{number(verdict.considered)} objects looked at, {number(verdict.ruled_out)} in orbit before the launch"
    note += f"; {number(others)} that fit worse are not shown." if others else "."
    return Table(title="Objects that fit best", columns=names, rows=rows, note=note)


def _candidate_row(one: Candidate, verdict: CatalogueVerdict) -> tuple[str, ...]:
    """Return one row."""
    nearest = one.object.nearest(verdict.launch.injected)
    off = "-" if math.isnan(one.off_plane_deg) else f"{one.off_plane_deg:.2f} ±{one.off_plane_sigma_deg:.2f}"
    return (
        one.object.label,
        one.object.designator or "-",
        f"{nearest.epoch:%Y-%m-%d %H:%M}",
        off,
        number(nearest.inclination_deg, 2),
        f"{nearest.perigee_alt_m / 1e3:.0f} x {nearest.apogee_alt_m / 1e3:.0f}",
        _ratio(one.ratio),
        _p(one.p),
    )


def _evidence_table(best: Candidate) -> Table:
    """Return what speaks for the best one and against it."""
    rows = tuple((one.what, one.seen, one.expected, _ratio(one.ratio)) for one in best.evidence)
    note = "Evidence above 1 speaks for it: so many times likelier for an object of this launch than for any other."
    names = columns("what!", "catalogue", "expected", "evidence >")
    return Table(title=f"For and against {best.object.label}", columns=names, rows=rows, note=note)


def _ratio(ratio: float) -> str:
    """Write how many times likelier, with the digits that matter."""
    if ratio == 0.0:
        return "ruled out"
    if ratio >= 1e5 or ratio < 0.01:
        return f"{ratio:.0e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    return number(ratio, 0 if ratio >= 10.0 else 1 if ratio >= 1.0 else 2)


def _p(p: float) -> str:
    """Write a probability that never rounds to certainty.

    >>> [_p(x) for x in (0.9999, 0.5, 1e-7, 0.0, float("nan"))]
    ['> 0.999', '0.500', '< 0.001', '0', 'unknown']
    """
    if math.isnan(p):
        return "unknown"
    if p > 0.999:
        return "> 0.999"
    return "0" if p == 0.0 else "< 0.001" if p < 0.001 else f"{p:.3f}"


def _document(done: Checked) -> dict[str, Any]:
    """Return the document for programs."""
    verdict = done.verdict
    found: dict[str, Any] = {
        "launched": verdict.launch.name,
        "answer": str(verdict.answer),
        "p": _f(verdict.p, 6),
        "because": verdict.words,
        "matched": [_object(one, verdict) for one in verdict.matched],
        "candidates": [_object(one, verdict) for one in verdict.candidates],
        "considered": verdict.considered,
        "ruled_out": verdict.ruled_out,
        "wait_h": verdict.wait_h,
        "wait_source": "assumed",
        "decides": iso(verdict.decides),
        "pulled": None if verdict.pulled is None else iso(verdict.pulled),
        "waited_h": None if verdict.waited_h is None else _f(verdict.waited_h, 2),
        "chance": _f(verdict.chance, 4),
        "notes": list(verdict.notes),
        "launch": _launch(verdict.launch),
        "catalogue": verdict.source,
    }
    if done.track is not None and done.both is not None:
        found["track"] = {"answer": str(done.track.answer), "p": _f(done.track.p, 6), "rule": done.track.rule}
        both = done.both
        found["joined"] = {
            "answer": str(both.answer),
            "p": _f(both.p, 6),
            "conflict": both.conflict,
            "words": both.words,
        }
    return found


def _launch(launch: Launch) -> dict[str, Any]:
    """Return the launch asked about."""
    point = launch.injection
    return {
        "t0": iso(launch.t0),
        "t0_sigma_s": launch.t0_sigma_s,
        "injection": {
            "lat_deg": _f(point.lat_deg, 4),
            "lon_deg": _f(point.lon_deg, 4),
            "alt_m": _f(point.alt_m, 0),
            "t_s": _f(point.t_s, 1),
            "southbound": point.southbound,
            "sigma_deg": point.sigma_deg,
            "source": point.source,
        },
        "inclination_deg": launch.inclination_deg,
        "inclination_sigma_deg": launch.inclination_sigma_deg,
        "perigee_alt_m": launch.perigee_alt_m,
        "apogee_alt_m": launch.apogee_alt_m,
        "alt_sigma_m": launch.alt_sigma_m,
        "numbers": str(launch.numbers),
        "numbers_source": launch.numbers.source,
        "p_reach": launch.p_reach,
        "source": launch.source,
    }


def _object(one: Candidate, verdict: CatalogueVerdict) -> dict[str, Any]:
    """Return one object with its evidence."""
    nearest = one.object.nearest(verdict.launch.injected)
    return {
        "number": one.object.number,
        "name": nearest.name,
        "designator": one.object.designator,
        "first_seen": None if one.object.first_seen is None else iso(one.object.first_seen),
        "sets": len(one.object.sets),
        "epoch": iso(nearest.epoch),
        "inclination_deg": _f(nearest.inclination_deg, 4),
        "perigee_alt_m": _f(nearest.perigee_alt_m, 0),
        "apogee_alt_m": _f(nearest.apogee_alt_m, 0),
        "off_plane_deg": _f(one.off_plane_deg, 3),
        "off_plane_sigma_deg": _f(one.off_plane_sigma_deg, 3),
        "ratio": float(f"{one.ratio:.4g}"),
        "p": _f(one.p, 6),
        "evidence": [_evidence(each) for each in one.evidence],
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    """Return one piece of evidence."""
    return {"what": one.what, "seen": one.seen, "expected": one.expected, "ratio": float(f"{one.ratio:.4g}")}


def _f(value: float, digits: int) -> float | None:
    """Round for JSON; what is not a number is null."""
    return round(float(value), digits) + 0.0 if math.isfinite(value) else None
