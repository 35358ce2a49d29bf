"""The plan before a launch: from words to a plan, its tables for the terminal, the files of its folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from downrange.base import Array, InputError, Window, iso, parse_utc
from downrange.corridor import (
    Area,
    Minute,
    Overflight,
    PlacePlan,
    Plan,
    Record,
    Tracks,
    attribute,
    case_of,
    closures,
    closures_geojson,
    fitted_names,
    load_fits,
    load_outline,
    load_record,
    places_csv,
    plan,
    plan_document,
    tracks,
)
from downrange.earth import People, Site, load_site
from downrange.notice import read_file, require_areas
from downrange.replay._json import json_text
from downrange.replay.draw_plan import PlanMap, plan_picture
from downrange.replay.folder import check_folder, write_folder
from downrange.replay.pictures import picture_files
from downrange.replay.tables import Table, columns, number

if TYPE_CHECKING:
    from downrange.replay.show import Shown

LEAST_P: Final = 1e-4
INFERRED_FLIGHTS: Final = 20_000
INFERRED_FITS: Final = 128
_MOST_NAMES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan and the ground tracks it was made with, the best fit first; fitted_from: site of the fits, if another."""

    plan: Plan
    tracks: Tracks
    fitted_from: str


def plan_launch(
    *,
    notice: Path,
    site: str,
    vehicle: str,
    window: str | None = None,
    detect_s: tuple[float, float] = (60.0, 120.0),
    runs: int = 2_000,
    seed: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> Planned:
    """Return the plan for the areas of a notice, a launch site and a vehicle with fits, all as a person names them.

    window: two ISO 8601 times with a slash between them; the windows of the notice when not given
    """
    pad = load_site(site)
    areas = [area for one in read_file(notice) for area in require_areas(one).areas]
    record, fits, fitted_from = _vehicles(vehicle, pad, areas, seed=seed, say=say)
    windows = () if window is None else (window_of(window),)
    made = plan(record, fits, areas, windows=windows, detect_s=detect_s, runs=runs, seed=seed, say=say)
    if all(area.reach is None for area in made.areas):
        seen = f"nothing that {record.name} drops from {record.site.name} comes down in an announced area"
        cure = "check that notice, site and vehicle belong to one launch"
        raise InputError(where=str(notice), key="areas", seen=seen, cure=cure)
    away = "" if fitted_from.name == record.site.name else fitted_from.title
    return Planned(plan=made, tracks=tracks(record, fits, flights=1, seed=seed), fitted_from=away)


def _vehicles(
    vehicle: str, pad: Site, areas: Sequence[Area], *, seed: int, say: Callable[[str], None]
) -> tuple[Record, Array, Site]:
    """Return a record with vehicles (F, n) that fly it, and the site that they were fitted for.

    Those shipped with a public record, or else vehicles of an outline that are inferred from the areas here and now.
    """
    if vehicle in fitted_names():
        known = load_record(vehicle)
        return replace(known, site=pad), load_fits(vehicle), known.site
    say(f"inferring vehicles of the outline {vehicle} from {len(areas)} areas")
    found = attribute(case_of(load_outline(vehicle), pad, areas), flights=INFERRED_FLIGHTS, seed=seed)
    if not found.best.explained:
        cure = "leave areas out of the notice that are no falls on the way up, or name another outline or site"
        raise InputError(where="--vehicle", key=vehicle, seen=found.sentence, cure=cure)
    say(found.sentence)
    return found.best.record, found.best.fits(INFERRED_FITS), pad


def window_of(text: str) -> Window:
    """Read a window: two ISO 8601 times with a zone and a slash between them.

    >>> window_of("2023-08-23T15:00Z/2023-08-31T00:00+09:00").closes.isoformat()
    '2023-08-30T15:00:00+00:00'
    """
    parts = text.split("/")
    if len(parts) != 2:
        cure = "write two times with a slash between them, as 2023-08-23T15:00Z/2023-08-30T15:00Z"
        raise InputError(where="--window", seen=f"{text!r} is not a window", cure=cure)
    opens, closes = (parse_utc(part.strip(), where="--window") for part in parts)
    return Window(opens=opens, closes=closes)


def write_plan(made: Planned, folder: Path) -> None:
    """Write plan.json, closures.geojson, places.csv and the map into a new folder, whole or not at all."""
    check_folder(folder)
    best = np.isfinite(made.tracks.lat_deg[0])
    shown = PlanMap(
        pad_name=made.plan.site.split(",")[0],
        t_s=made.tracks.t_s[best],
        lat_deg=made.tracks.lat_deg[0, best],
        lon_deg=made.tracks.lon_deg[0, best],
        least_p=LEAST_P,
    )
    files = {
        "plan.json": json_text(plan_document(made.plan)).encode(),
        "closures.geojson": json_text(closures_geojson(closures(made.plan))).encode(),
        "places.csv": places_csv(made.plan).encode(),
        **picture_files([plan_picture(made.plan, shown)]),
    }
    write_folder(folder, files)


def plan_shown(made: Planned) -> Shown:
    """Return what falls in the areas, who is passed, what a failure of each minute may hit, whom to warn."""
    found = made.plan
    tables = (_areas(made), _passed(found), _minutes(found), _warned(found), _kept_clear(found))
    return tables, plan_document(found)


def _areas(made: Planned) -> Table:
    """Return the announced areas as the crowd sees them."""
    rows = tuple(
        (
            area.label,
            "; ".join(f"{share:.0%} of the falls of {body}" for body, share in area.bodies) or "nothing planned",
            "0 seen" if area.reach is None else _chance(area.reach.p),
            "" if area.reach is None else _span(area.reach.first_t_s, area.reach.last_t_s),
        )
        for area in made.plan.areas
    )
    names = columns("area", "holds", "probability of a fall >", "falls [min after lift-off] >")
    away = f" The vehicles were fitted to flights from {made.fitted_from}." if made.fitted_from else ""
    windows = "; ".join(f"{iso(one.opens)} to {iso(one.closes)}" for one in made.plan.windows) or "not known"
    note = f"{made.plan.title} from {made.plan.site}. Window of lift-off: {windows}.{away}"
    return Table(title="The announced areas", columns=names, rows=rows, note=note)


def _passed(found: Plan) -> Table:
    """Return the islands and municipalities that half of the flights pass, by island where there is one."""
    rows = tuple(_passed_row(one) for one in found.overflights if one.share >= 0.5 and one.ground.kind == "island")
    others = sum(one.ground.kind == "municipality" for one in found.overflights)
    near, whole = f"{found.within_m / 1e3:.0f} km", found.below[-1].people
    note = (
        f"Islands that half of the flights or more pass within {near}. Within {near} of the best fit's track live "
        f"{_band(whole)} people; {number(whole.land_uncovered_m2 / 1e6)} km2 of land there have no figure. In plan.json: "
        f"people by minute, and {others} municipalities that any flight passes as near."
    )
    names = columns(
        "island", "minute >", "nearest at [s] >", "earliest [s] >", "latest [s] >", "distance [km] >", "90 % [km] >"
    )
    return Table(title="Who is below, as planned", columns=names, rows=rows, note=note)


def _passed_row(one: Overflight) -> tuple[str, ...]:
    """Return a row of ground that is passed."""
    return (
        one.ground.name_en,
        str(one.minute),
        number(one.closest_t_s),
        number(one.earliest_t_s),
        number(one.latest_t_s),
        number(one.distance_m / 1e3),
        f"{number(one.low_m / 1e3)} to {number(one.high_m / 1e3, unknown='far')}",
    )


def _minutes(found: Plan) -> Table:
    """Return what a failure of each minute may hit."""
    names = columns(
        "lost in minute",
        "probability >",
        "falls [min] >",
        "people in 90 % >",
        "people in 99 %, band >",
        "unknown land [km2] >",
        "places, if so",
    )
    note = (
        "Probability of the minute, failure assumed. Unknown land: land in the 99 % region for which no figure is known; "
        "its people are not counted. Places: falls within the margin, with the probability if thrust is lost in that minute."
    )
    return Table(title="If it fails", columns=names, rows=tuple(_minute_row(one) for one in found.minutes), note=note)


def _minute_row(one: Minute) -> tuple[str, ...]:
    """Return a row of one minute."""
    most = [hit for hit in one.hits if hit.ground.kind == "municipality"]
    names = [f"{hit.ground.name_en} {_chance(hit.p)}" for hit in most[:_MOST_NAMES]]
    more = f" and {len(most) - _MOST_NAMES} more" if len(most) > _MOST_NAMES else ""
    inner, outer = one.people[0], one.people[-1]
    return (
        "flies on impaired" if one.minute is None else str(one.minute),
        _chance(one.p),
        _span(one.first_t_s, one.last_t_s),
        number(inner.best),
        _band(outer),
        number(outer.land_uncovered_m2 / 1e6),
        (", ".join(names) + more) or "none known",
    )


def _warned(found: Plan) -> Table:
    """Return whom to warn, in order of urgency."""
    there = [one for one in found.places if one.ground.kind == "municipality" or one.ground.best is None]
    chosen = [one for one in there if one.reach.p >= LEAST_P]
    names = columns(
        "lead",
        "place",
        "people >",
        "p [%] >",
        "95 % >",
        "first [s] >",
        "last [s] >",
        "lead [s] >",
        "lost in minute",
        "free at [s] >",
    )
    late, early = found.detect_s[1], found.detect_s[0]
    note = (
        f"Warning at T+{early:.0f} to T+{late:.0f} s; the lead is the later one's. Within {found.margin_m / 1e3:.0f} km, "
        f"probability {LEAST_P:g} or more; {len(there) - len(chosen)} less likely places, and the islands by themselves, "
        f"are in places.csv; of a place that is not there the probability is below {found.unseen_p:.1g} (95 %, of the "
        "number of flights). Free: from then on a vehicle that flies as planned leaves the place out of reach; in brackets "
        "with flights that go on impaired."
    )
    return Table(title="Whom to warn if it flies", columns=names, rows=tuple(map(_warned_row, chosen)), note=note)


def _warned_row(one: PlacePlan) -> tuple[str, ...]:
    """Return a row of a place to warn."""
    reach = one.reach
    lost = "at once" if reach.until_lost_t_s == -np.inf else f"{reach.until_lost_t_s:.0f}"
    return (
        one.group,
        one.ground.name_en,
        number(one.ground.best),
        _percent(reach.p),
        f"{_percent(reach.low)}–{_percent(reach.high)}",
        number(reach.first_t_s),
        number(reach.last_t_s),
        number(one.lead_s[0]),
        " ".join(str(minute) for minute in reach.minutes),
        f"{lost} ({reach.until_t_s:.0f})" if np.isfinite(reach.until_t_s) else "after the last fall",
    )


def _kept_clear(found: Plan) -> Table:
    """Return what ships and aircraft keep clear of, by phase."""
    rows = tuple(
        (
            one.name,
            _chance(one.p),
            _span(one.first_t_s, one.last_t_s),
            "; ".join(iso(window.opens) for window in found.windows) or "lift-off",
            f"window's end + {one.last_t_s / 60.0:.0f} min",
        )
        for one in found.phases
    )
    names = columns("phase", "probability >", "falls [min] >", "closed from", "closed until")
    note = "Regions of 99 % of the impacts, for ships and aircraft, with those by minute: closures.geojson."
    return Table(title="Sea and air to keep clear", columns=names, rows=rows, note=note)


def _chance(p: float) -> str:
    r"""Write a probability with two digits.

    >>> _chance(0.0123), _chance(0.00012), _chance(0.0)
    ('1.2\xa0%', '0.012\xa0%', '0\xa0%')
    """
    return f"{_percent(p)}\N{NO-BREAK SPACE}%"


def _percent(p: float) -> str:
    """Write a probability in percent with two digits."""
    return f"{float(f'{100.0 * p:.2g}'):.10g}"


def _span(first_t_s: float, last_t_s: float) -> str:
    """Write two moments in minutes after lift-off."""
    if not np.isfinite(last_t_s):
        return "none"
    return f"{first_t_s / 60.0:.1f} to {last_t_s / 60.0:.1f}"


def _band(people: People) -> str:
    """Write a count with its band."""
    if people.best is None:
        return "unknown"
    return f"{number(people.best)} ({number(people.low)}–{number(people.high)})"
