"""The flight behind a notice: from words to an inference, its tables for the terminal, the files of its folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from downrange.base import InputError
from downrange.corridor import (
    Area,
    Case,
    Inference,
    LeftOut,
    Quantity,
    Rehearsal,
    attribute,
    case_of,
    launch_case,
    leave_each_out,
    load_launch,
    load_outline,
    tracks,
)
from downrange.earth import Site, load_site
from downrange.notice import read_file, require_areas
from downrange.replay._io_inferred import inferred_document, inferred_files
from downrange.replay.folder import check_folder, write_folder
from downrange.replay.inferred_model import Inferred
from downrange.replay.tables import Table, columns, number

if TYPE_CHECKING:
    from downrange.replay.show import Shown

SHOWN_TRACKS: Final = 60
_INCLINATION_SIGMA_DEG: Final = 0.2


def areas_asked(
    notices: Sequence[Path], site: str | None, launch: str | None, without: Sequence[str] = ()
) -> tuple[Site, tuple[Area, ...]]:
    """Return pad and areas: of notices and a site, or of a shipped launch.

    without: labels of areas to leave aside; areas of several notices carry the notice's name too
    """
    if launch is not None:
        if notices or site:
            raise InputError(where="--launch", seen="with --notice or --site", cure="give a launch, or notice and site")
        known = load_launch(launch)
        return load_site(known.site), _without(known.drops or known.areas, without)
    if not notices or not site:
        seen = "no notice" if not notices else "no site"
        raise InputError(where="corridor fit", seen=seen, cure="give --notice FILE --site SITE, or --launch NAME")
    read = [one for path in notices for one in read_file(path)]
    found = [
        replace(area, label=f"{one.source_id} {area.label}".strip() if len(read) > 1 else area.label)
        for one in read
        for area in require_areas(one).areas
    ]
    return load_site(site), _without(found, without)


def _without(areas: Sequence[Area], without: Sequence[str]) -> tuple[Area, ...]:
    """Return areas but those of some labels."""
    unknown = sorted(set(without) - {area.label for area in areas})
    if unknown:
        labels = ", ".join(area.label for area in areas)
        raise InputError(where="--without", seen=f"no area {', '.join(unknown)}", cure=f"name some of {labels}")
    return tuple(area for area in areas if area.label not in without)


def case_asked(
    *,
    vehicle: str,
    pad: Site,
    areas: Sequence[Area],
    launch: str | None = None,
    inclination_deg: float | None = None,
    bodies: Sequence[str] = (),
) -> Case:
    """Return the case of areas seen from a pad; of a shipped launch with its orbit, its times and what falls where.

    bodies: what falls where, as "A=stage 1"
    """
    outline = load_outline(vehicle)
    case = case_of(outline, pad, areas) if launch is None else launch_case(load_launch(launch), outline)
    aim = case.aim
    if inclination_deg is not None:
        source = f"{aim.source}; inclination as asked"
        aim = replace(aim, inclination_deg=inclination_deg, sigma_inclination_deg=_INCLINATION_SIGMA_DEG, source=source)
    said = dict(_said(one) for one in bodies)
    unknown = sorted(set(said) - {area.label for area in case.areas})
    if unknown:
        labels = ", ".join(area.label for area in case.areas)
        raise InputError(where="--body", seen=f"no area {', '.join(unknown)}", cure=f"name one of {labels}")
    known = tuple(said.get(area.label, body) for area, body in zip(case.areas, case.known, strict=True))
    return replace(case, aim=aim, known=known)


def _said(text: str) -> tuple[str, str]:
    """Return label and body of "A=stage 1"."""
    label, sign, body = text.partition("=")
    if not sign or not label.strip() or not body.strip():
        raise InputError(where="--body", seen=repr(text), cure="write the area's label, =, and what falls: A=stage 1")
    return label.strip(), body.strip()


def infer_case(
    case: Case,
    *,
    flights: int,
    seed: int,
    hide_each: bool = False,
    threads: int | None = None,
    cluster: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Inferred:
    """Infer a case; hide_each: hide every area in turn and predict it from the others, with as many flights each."""
    hands: dict[str, Any] = {"threads": threads, "cluster": cluster, "progress": progress}
    found = attribute(case, flights=flights, seed=seed, **hands)
    rows: tuple[LeftOut, ...] = ()
    if hide_each and found.best.explained:
        say(f"hiding each of {len(case.areas)} areas in turn")
        rows = leave_each_out(case, found.assignments[0].bodies, flights=flights, seed=seed, **hands)
    best = found.best
    shown = tracks(best.record, best.fits(SHOWN_TRACKS), flights=SHOWN_TRACKS, seed=seed)
    return Inferred(attribution=found, left_out=rows, tracks=shown, seed=seed)


# ------------------------------------------------------------------------------------------ shown


def inferred_shown(made: Inferred) -> Shown:
    """Return which body falls where, what was learnt of the flight, and how well hidden areas were predicted."""
    best = made.attribution.best
    tables = [_bodies_table(made), _learnt_table(best)]
    if made.left_out:
        tables.append(_left_out_table(made.left_out))
    return tuple(tables), inferred_document(made)


def _bodies_table(made: Inferred) -> Table:
    """Return assignments and checks."""
    best, first = made.attribution.best, made.attribution.assignments[0]
    check = {one.fact: one for one in best.checks}
    rows = []
    for area, body in zip(made.case.areas, first.bodies, strict=True):
        one = check[f"{body} in {area.label}"]
        lat, lon, t_s = (q for q in _falls(best, body))
        rows.append(
            (
                area.label,
                body,
                f"{number(lat.posterior[1], 2)} {number(lon.posterior[1], 2)}",
                f"{number(t_s.posterior[0] / 60.0, 1)} to {number(t_s.posterior[2] / 60.0, 1)}",
                number(one.misfit_sigma, 2),
                number(one.p, 2),
            )
        )
    names = columns("area", "holds the fall of", "middle [deg N, E] >", "time, 90 % [min] >", "misfit [sigma] >", "p >")
    others = "; ".join(
        f"{', '.join(one.bodies)}: {one.p:.2f}"
        if one.inference
        else f"{', '.join(one.bodies)}: misfits (chi2 {one.chi2:.0f})"
        for one in made.attribution.assignments[1:]
    )
    note = made.attribution.sentence + (f" Other assignments: {others}." if others else "")
    return Table(title="What falls in the areas", columns=names, rows=tuple(rows), note=note)


def _falls(best: Inference, body: str) -> tuple[Quantity, Quantity, Quantity]:
    """Return latitude, longitude and time of a body's fall."""
    by_name = {one.name: one for one in best.quantities()}
    return by_name[f"{body} fall: latitude"], by_name[f"{body} fall: longitude"], by_name[f"{body} fall: time"]


_SCALES: Final = {"kg": (1e-3, "t"), "m": (1e-3, "km"), "N": (1e-3, "kN")}


def _learnt_table(best: Inference) -> Table:
    """Return what the notice narrowed."""
    rows = []
    for one in best.quantities():
        scale, unit = _SCALES.get(one.unit, (1.0, one.unit))
        cells = [f"{value * scale:.4g}" for value in (*one.prior, *one.posterior)]
        if one.told:
            rows.append((one.name, unit, *cells))
    names = columns("quantity", "unit", "before 5 % >", "50 % >", "95 % >", "after 5 % >", "50 % >", "95 % >")
    kept = len(best.quantities()) - len(rows)
    note = (
        f"{best.flights:,} flights, seed {best.seed}: {len(best.weight)} draws worth {best.effective:.0f} equal ones; "
        f"{best.unsolved:.1%} had no solution, {best.outside:.1%} lay outside the bounds. {kept} quantities that the notice "
        "does not narrow are left out: of them the outline's guess stands. Everything here is inferred, nothing measured."
    )
    return Table(title="What the notice tells of the flight", columns=names, rows=tuple(rows), note=note)


def _left_out_table(rows: Sequence[LeftOut]) -> Table:
    """Return hidden areas and their predictions."""
    names = columns(
        "hidden area",
        "body",
        "predicted [deg N, E] >",
        "off [km] >",
        "1 sigma [km] >",
        "credible level >",
        "draws worth >",
    )
    cells = tuple(
        (
            one.label,
            one.body,
            f"{one.lat_deg:.2f} {one.lon_deg:.2f}",
            number(one.distance_m / 1e3),
            f"{number(one.along_m / 1e3)} x {number(one.across_m / 1e3)}",
            f"{one.level:.2f}",
            number(one.effective),
        )
        for one in rows
    )
    note = (
        "Credible level: share of predicted falls nearer to their middle than the hidden area is; near 1, a surprise."
    )
    return Table(title="Each area hidden, and predicted from the others", columns=names, rows=cells, note=note)


def rehearsal_shown(done: Rehearsal) -> Shown:
    """Return how often 90 % intervals held the truth, the worst first."""
    rows = tuple(
        (name, unit, f"{share:.0%}") for (name, unit), share in sorted(done.held.items(), key=lambda item: item[1])
    )
    note = (
        f"{done.launches} invented launches, {done.failed} of them could not be inferred; {done.overall:.1%} of all intervals "
        f"held the truth. Half of the inferences are worth {done.effective:.0f} equal draws or more."
    )
    table = Table(
        title="How often 90 % intervals held the truth",
        columns=columns("quantity", "unit", "held >"),
        rows=rows,
        note=note,
    )
    document = {
        "launches": done.launches,
        "failed": done.failed,
        "overall": done.overall,
        "effective_draws": done.effective,
        "held": [{"name": name, "unit": unit, "share": share} for (name, unit), share in done.held.items()],
    }
    return (table,), document


def write_inferred(made: Inferred, folder: Path) -> None:
    """Write inferred.json, draws.csv, falls.geojson, vehicle, fits and map into a new folder, whole or not at all."""
    check_folder(folder)
    write_folder(folder, inferred_files(made))
