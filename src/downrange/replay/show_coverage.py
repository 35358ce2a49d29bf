"""What the terminal shows of coverage: windows, and how often, how long and how late points are seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from downrange.base import after, iso, units
from downrange.coverage import Accesses, Rectangle, Sensor
from downrange.replay.coverage_answers import Revisited, Windows
from downrange.replay.coverage_asked import Looking
from downrange.replay.tables import Table, columns, number

if TYPE_CHECKING:
    from downrange.coverage import Figure, Latency

Shown = tuple[tuple[Table, ...], dict[str, Any]]
FIRST: Final = 8  # windows on the terminal
MOST_ROWS: Final = 1_000  # windows in the document; files take all
MOST_LINES: Final = 24  # satellites on the terminal


def accesses_shown(windows: Windows, out: str | None = None) -> Shown:
    """Return the windows by satellite, the first of them, and all of them for programs where they are few."""
    found, looking = windows.found, windows.looking
    names = columns(
        "satellite!", "windows >", "points seen >", "in view [h] >", "shortest [s] >", "mean [s] >", "longest [s] >"
    )
    count = len(found.satellites)
    rows = [_by_satellite(found, k) for k in range(min(count, MOST_LINES))]
    if count > MOST_LINES:
        rows.append((f"and {count - MOST_LINES} more", *("",) * 6))
    if count > 1:
        rows.append(_row("all", found, np.ones(len(found), dtype=bool)))
    told = rule_words(looking, found.sensor)
    if len(found) == 0:
        told = f"Nothing is seen: there is no window in this span. {told}"
    title = f"Windows of {looking.who} over {looking.place.words}"
    tables = [Table(title=title, columns=names, rows=tuple(rows), note=told)]
    if len(found):
        tables.append(_first(found, looking))
    return tuple(tables), _accesses_document(windows, out)


def _by_satellite(found: Accesses, k: int) -> tuple[str, ...]:
    """Return the row of one satellite."""
    return _row(found.satellites[k], found, found.satellite == k)


def _row(name: str, found: Accesses, mine: np.ndarray) -> tuple[str, ...]:
    """Return counts and lengths of some windows."""
    lasts_s = (found.end_s - found.start_s)[mine]
    ends = ("-", "-", "-") if lasts_s.size == 0 else tuple(number(x, 1) for x in _ends(lasts_s))
    points = int(np.unique(found.point[mine]).size)
    in_view = number(float(lasts_s.sum()) / units.HOUR, 2)
    return (name, number(int(mine.sum())), f"{number(points)} of {number(len(found.points))}", in_view, *ends)


def _ends(lasts_s: np.ndarray) -> tuple[float, float, float]:
    """Return the shortest, the mean and the longest."""
    return float(lasts_s.min()), float(lasts_s.mean()), float(lasts_s.max())


def _first(found: Accesses, looking: Looking) -> Table:
    """Return the windows that open first."""
    order = np.lexsort((found.point, found.satellite, found.start_s))[:FIRST]
    names = columns("satellite!", "point", "starts (UTC)!", "ends (UTC)!", "lasts [s] >")
    rows = []
    for k in order.tolist():
        start, end = (iso(after(found.start, float(t[k])), decimals=3) for t in (found.start_s, found.end_s))
        lasts = number(float(found.end_s[k] - found.start_s[k]), 3)
        cut = "+" if found.open_start[k] or found.open_end[k] else ""
        place = _point_words(looking, int(found.point[k]))
        rows.append((found.satellites[found.satellite[k]], place, start, end, f"{lasts}{cut}"))
    left = len(found) - len(rows)
    note = f"{number(left)} more: --out FILE.csv, .parquet or .nc writes all." if left else ""
    if any(row[-1].endswith("+") for row in rows):
        note += " + : cut by an end of the span."
    return Table(title="The first windows", columns=names, rows=tuple(rows), note=note.strip())


def _point_words(looking: Looking, point: int) -> str:
    """Return a point by its name, or its number and place."""
    points, names = looking.place.points, looking.place.names
    if names and names[point]:
        return names[point]
    return f"{point}: {points.lat_deg[point]:.3f}, {points.lon_deg[point]:.3f}"


def rule_words(looking: Looking, sensor: Sensor) -> str:
    """Return the span, the sensor and how windows are counted."""
    stop = after(looking.start, looking.days * units.DAY)
    return (
        f"{iso(looking.start)} to {iso(stop)}; {sensor_words(sensor)}; horizon masked. "
        f"SGP4, UT1 = UTC; edges to 10 ms of its positions. Source: {'; '.join(_few(looking.sources))}."
    )


def sensor_words(sensor: Sensor) -> str:
    """Return what a sensor reaches, in a few words.

    >>> from downrange.coverage import Cone
    >>> sensor_words(Sensor(field=Cone(half_angle_deg=35.0)))
    'up to 35° off geocentric nadir'
    """
    field = sensor.field
    nadir = f"{sensor.nadir} nadir"
    if isinstance(field, Rectangle):
        told = f"field of {2.0 * field.along_deg:g}° along by {2.0 * field.across_deg:g}° across the motion, {nadir}"
    elif field.half_angle_deg == 90.0 and field.about_nadir:
        told = "any angle off nadir"
    elif field.about_nadir:
        told = f"up to {field.half_angle_deg:g}° off {nadir}"
    else:
        told = f"cone of {field.half_angle_deg:g}°, {nadir}"
    if (field.roll_deg, field.pitch_deg) != (0.0, 0.0):
        told += f", rolled {field.roll_deg:g}° and pitched {field.pitch_deg:g}°"
    if sensor.agility is not None:
        told += f", turned up to ±{sensor.agility.roll_deg:g}° in roll and ±{sensor.agility.pitch_deg:g}° in pitch"
    if sensor.min_elevation_deg:
        told += f", {sensor.min_elevation_deg:g}° or more over the horizon"
    if sensor.min_sun_elevation_deg is not None:
        told += f", sun at {sensor.min_sun_elevation_deg:g}° or more"
    return told


def sensor_document(sensor: Sensor) -> dict[str, Any]:
    """Return a sensor for programs."""
    field = sensor.field
    shape: dict[str, Any] = (
        {"along_deg": field.along_deg, "across_deg": field.across_deg}
        if isinstance(field, Rectangle)
        else {"max_off_nadir_deg": field.half_angle_deg}
    )
    agility = sensor.agility
    return {
        **shape,
        "roll_deg": field.roll_deg,
        "pitch_deg": field.pitch_deg,
        "agile_roll_deg": None if agility is None else agility.roll_deg,
        "agile_pitch_deg": None if agility is None else agility.pitch_deg,
        "nadir": str(sensor.nadir),
        "min_elevation_deg": sensor.min_elevation_deg,
        "min_sun_elevation_deg": sensor.min_sun_elevation_deg,
        "horizon_masked": True,
        "words": sensor_words(sensor),
    }


def looking_document(looking: Looking) -> dict[str, Any]:
    """Return who looks where and when, for programs."""
    points = looking.place.points
    return {
        "satellites": [
            {"name": one.name or str(one.number), "number": one.number or None, "epoch": iso(one.epoch)}
            for one in looking.satellites
        ],
        "layout": looking.layout,
        "place": {
            "words": looking.place.words,
            "points": len(points),
            "area_m2": float(points.area_m2.sum()) if looking.place.region is not None else None,
        },
        "start": iso(looking.start),
        "stop": iso(after(looking.start, looking.days * units.DAY)),
        "days": looking.days,
        "sources": [*looking.sources, looking.place.source],
        "notes": list(looking.notes),
    }


def _accesses_document(windows: Windows, out: str | None) -> dict[str, Any]:
    """Return windows for programs; none of them where they are many."""
    found = windows.found
    few = len(found) <= MOST_ROWS
    names = windows.looking.place.names
    rows = [
        {
            "satellite": found.satellites[found.satellite[k]],
            "point": int(found.point[k]),
            **({"name": names[found.point[k]]} if names else {}),
            "start": iso(after(found.start, float(found.start_s[k])), decimals=3),
            "end": iso(after(found.start, float(found.end_s[k])), decimals=3),
            "open_start": bool(found.open_start[k]),
            "open_end": bool(found.open_end[k]),
        }
        for k in range(len(found) if few else 0)
    ]
    return {
        **looking_document(windows.looking),
        "sensor": sensor_document(found.sensor),
        "windows": len(found),
        "by_satellite": [int((found.satellite == k).sum()) for k in range(len(found.satellites))],
        "points_seen": int(np.unique(found.point).size),
        "in_view_s": round(float((found.end_s - found.start_s).sum()), 3),
        "edges_s": 0.01,
        "rows": rows,
        "rows_left_out": 0 if few else len(found),
        "out": out,
    }


def revisit_shown(answer: Revisited, out: str | None = None) -> Shown:
    """Return how often, how long and how late, at any time of day, by day, and by day under cloud."""
    always, daylit, sky = answer.always, answer.daylit, answer.sky
    cloud = sky.why or "by climatology"
    cloud_from = f", {sky.source.replace('assumed: assumed:', 'assumed:')}" if sky.source else ""
    names = columns("figure", "any time of day >", f"sun over {answer.min_sun_deg:g}° >", "the same, clear sky >")
    unknown: tuple[Figure | None, ...] = (None,) * len(always.wait_s)
    plan: list[tuple[str, Figure, Figure, Figure | None, float, int]] = [
        ("looks a day at a point", always.looks_pday, daylit.looks_pday, sky.looks_pday_all, 1.0, 2),
        ("mean wait of a request [h]", always.mean_wait_s, daylit.mean_wait_s, sky.mean_wait_all_s, units.HOUR, 1),
        *(
            (f"{percent:g} % of requests wait at most [h]", one, other, clear, units.HOUR, 1)
            for percent, one, other, clear in zip(
                always.each.percents, always.wait_s, daylit.wait_s, sky.wait_all_s or unknown, strict=True
            )
        ),
        ("mean gap [h]", always.mean_gap_s, daylit.mean_gap_s, None, units.HOUR, 1),
        ("longest gap at any point [h], at least", always.max_gap_s, daylit.max_gap_s, None, units.HOUR, 1),
        ("share of the area never seen [%]", always.share_never, daylit.share_never, sky.p_never_all, 0.01, 1),
    ]
    rows: list[tuple[str, ...]] = [
        (name, _cell(one, scale, digits), _cell(other, scale, digits), _cell(clear, scale, digits))
        for name, one, other, clear, scale, digits in plan
    ]
    rows += _late_rows(answer)
    sensor = sensor_words(answer.looks.sensor)
    plus = (
        "+ : at least, as some requests have no answer in the span. "
        if any("+" in row[1] + row[2] for row in rows)
        else ""
    )
    told = (
        f"{rule_words(answer.looking, answer.looks.sensor)} Gaps {always.gap}, {always.overlap}; both ends of the span "
        "count. In brackets: 95 % of other such spans, by chance alone; no error of the orbit is in it. "
        f"{plus}Cloud: {cloud}{cloud_from}."
    )
    title = f"{answer.looking.who}, {answer.looking.layout}, over {answer.looking.place.words}: {sensor}"
    flags = [*always.flags, *(f"by day: {flag}" for flag in daylit.flags if flag not in always.flags)]
    tables = [Table(title=title, columns=names, rows=tuple(rows), note=told)]
    if flags:
        tables.append(
            Table(title="Before you believe it", columns=columns("what"), rows=tuple((one,) for one in flags))
        )
    return tuple(tables), _revisit_document(answer, flags, out)


def _late_rows(answer: Revisited) -> list[tuple[str, ...]]:
    """Return how late a request is answered on the ground; UNKNOWN without a station."""
    if answer.late is None or answer.late_by_day is None:
        return [("mean wait until it is known on the ground [h]", "UNKNOWN", "UNKNOWN", "UNKNOWN")]
    late, by_day = answer.late, answer.late_by_day
    rows = [_late_row("mean wait until it is known on the ground [h]", late.know_mean_s, by_day.know_mean_s)]
    for k, percent in enumerate(late.percents):
        rows.append(_late_row(f"{percent:g} % of requests are known within [h]", late.know_s[k], by_day.know_s[k]))
    half = (late.latency_all_s[0], by_day.latency_all_s[0])
    rows.append(_late_row(f"{late.percents[0]:g} % of pictures are down and known after [h]", *half))
    return rows


def _late_row(name: str, one: Figure, other: Figure) -> tuple[str, ...]:
    """Return one row of figures that cloud is not counted in."""
    told = (f"{_cell(figure, units.HOUR, 1)}{_more(figure)}" for figure in (one, other))
    return (name, *told, "UNKNOWN")


def _more(figure: Figure) -> str:
    """Return a plus for a figure that is a least value."""
    return "+" if figure.low is not None and figure.high is None else ""


def _cell(figure: Figure | None, scale: float, digits: int) -> str:
    """Write a figure with its low and high where they are known; "-" where it has no meaning."""
    if figure is None:
        return "-"
    if figure.value is None:
        return "UNKNOWN"
    told = number(figure.value / scale, digits)
    if figure.low is None or figure.high is None or figure.low == figure.high:
        return told
    return f"{told} ({number(figure.low / scale, digits)} to {number(figure.high / scale, digits)})"


def _revisit_document(answer: Revisited, flags: list[str], out: str | None) -> dict[str, Any]:
    """Return revisit figures for programs, in SI."""
    sky = answer.sky

    def told(found: Any) -> dict[str, Any]:  # noqa: ANN401 - a Revisit or what cloud leaves of it
        return {
            "looks_pday": figure_document(found.looks_pday),
            "mean_gap_s": figure_document(found.mean_gap_s),
            "max_gap_s": figure_document(found.max_gap_s),
            "mean_wait_s": figure_document(found.mean_wait_s),
            "wait_s": {
                f"{q:g}": figure_document(one) for q, one in zip(found.each.percents, found.wait_s, strict=True)
            },
            "share_never": figure_document(found.share_never),
        }

    return {
        **looking_document(answer.looking),
        "sensor": sensor_document(answer.looks.sensor),
        "windows": len(answer.looks),
        "gap": str(answer.always.gap),
        "overlap": answer.always.overlap.name.lower(),
        "min_sun_deg": answer.min_sun_deg,
        "any_time": told(answer.always),
        "by_day": told(answer.daylit),
        "clear_by_day": {
            "sky": sky.sky.value,
            "why": sky.why,
            "source": sky.source,
            "looks_pday": figure_document(sky.looks_pday_all),
            "mean_wait_s": figure_document(sky.mean_wait_all_s),
            "wait_s": {f"{q:g}": figure_document(one) for q, one in zip(sky.percents, sky.wait_all_s, strict=True)},
            "p_never": figure_document(sky.p_never_all),
        },
        "known": {
            "stations": [{"name": one.name, "source": one.source} for one in answer.stations],
            "any_time": _late_document(answer.late),
            "by_day": _late_document(answer.late_by_day),
        },
        "flags": flags,
        "out": out,
    }


def _late_document(late: Latency | None) -> dict[str, Any] | None:
    """Return how late it is known, for programs; null is UNKNOWN."""
    if late is None:
        return None
    shares = [f"{q:g}" for q in late.percents]
    return {
        "rule": late.rule,
        "know_mean_s": figure_document(late.know_mean_s),
        "know_s": {q: figure_document(one) for q, one in zip(shares, late.know_s, strict=True)},
        "latency_s": {q: figure_document(one) for q, one in zip(shares, late.latency_all_s, strict=True)},
        "share_open": figure_document(late.share_open),
        "share_unanswered": figure_document(late.share_unanswered),
    }


def figure_document(figure: Figure) -> dict[str, Any]:
    """Return a figure for programs; null is UNKNOWN."""
    return {
        "value": rounded(figure.value),
        "low": rounded(figure.low),
        "high": rounded(figure.high),
        "unit": figure.unit,
        "rule": figure.rule,
    }


def rounded(value: float | None, digits: int = 6) -> float | None:
    """Round for JSON; what is not a number is null."""
    return None if value is None or not math.isfinite(value) else round(float(value), digits) + 0.0


def _few(words: tuple[str, ...], most: int = 2) -> tuple[str, ...]:
    """Return the first of many."""
    return words if len(words) <= most else (*words[:most], f"and {len(words) - most} more")
