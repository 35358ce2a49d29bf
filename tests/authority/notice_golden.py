"""What the golden files of the notices say, spelled out, and how far a reading is from it.

Nothing here is shared with the reader under test: positions, days and sunsets are worked out on their own.
"""

import itertools
import math
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyproj

NAUTICAL_MILE_M = 1852.0
EXACT_DEG = 1e-9
SUNSET_TOLERANCE = timedelta(minutes=8)  # of the formula below
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


def entries(name):
    """Return the notices of a golden file beside this one."""
    with (Path(__file__).parent / name).open("rb") as file:
        return tomllib.load(file)["notice"]


# ------------------------------------------------------------------------------------------ the little language


def degrees(printed):
    """Return degrees from D-M-S or D-M.m and a letter."""
    parts = [float(part) for part in printed[:-1].split("-")]
    size = sum(part / 60**power for power, part in enumerate(parts))
    return -size if printed[-1] in "SW" else size


def vertices(ring):
    """Return the positions of a ring as (latitude, longitude)."""
    return [tuple(degrees(part) for part in point.split()) for point in ring.split("/")]


def drawn(ring):
    """Return (shape, positions, radius in metres or None)."""
    if not ring.startswith("("):
        return ("polygon" if "/" in ring else "point"), vertices(ring), None
    size, rest = ring[1:].split(")", 1)
    value, unit = size.split()
    return ("band" if "/" in rest else "circle"), vertices(rest), float(value) * {"NM": NAUTICAL_MILE_M, "M": 1.0}[unit]


def moment(text):
    """Return an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def days(first, last):
    """Return the days from one to the other, both included."""
    start, stop = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=number) for number in range((stop - start).days + 1)]


def clock(day, hhmm):
    """Return an instant of a day."""
    return datetime(day.year, day.month, day.day, int(hhmm[:2]), int(hhmm[2:]), tzinfo=UTC)


def sunset(day, lat_deg, lon_deg):
    """Return when the Sun sets, to a few minutes: the textbook series for its declination and the equation of time."""
    count = day.timetuple().tm_yday
    turn = 2 * math.pi * (count - 81) / 365
    late_min = 9.87 * math.sin(2 * turn) - 7.53 * math.cos(turn) - 1.5 * math.sin(turn)
    sun = math.radians(-23.44) * math.cos(2 * math.pi * (count + 10) / 365)
    lat = math.radians(lat_deg)
    half = (math.sin(math.radians(-0.833)) - math.sin(lat) * math.sin(sun)) / (math.cos(lat) * math.cos(sun))
    hours = 12 - lon_deg / 15 - late_min / 60 + math.degrees(math.acos(half)) / 15
    return clock(day, "0000") + timedelta(hours=hours)


def opened(line):
    """Return the windows of one line as (opens, closes, role); a closing at sunset is None."""
    role, line = ("alternate", line[4:]) if line.startswith("alt ") else ("primary", line)
    words = line.split()
    if words[0] == "daily":
        opens, closes = words[1].split("-")
        step = timedelta(days=closes <= opens)
        return [(clock(day, opens), clock(day + step, closes), role) for day in days(*words[2].split(".."))]
    if words[0] == "sunset":
        first, last = (WEEKDAYS.index(name) for name in words[2].split("-"))
        week = [day for day in days(*words[3].split("..")) if first <= day.weekday() <= last]
        return [(clock(day, words[1]), None, role) for day in week]
    opens, closes = line.split("/")
    return [(moment(opens), moment(closes), role)]


def windows_of(lines):
    """Return the windows of all lines in order of time."""
    return sorted((window for line in lines for window in opened(line)), key=lambda window: window[0])


def spellings(text):
    """Return the answers that stand apart with |."""
    return [part.strip() for part in text.split("|")]


# ------------------------------------------------------------------------------------------ the comparison


def differences(entry, notice, text):
    """Return everything in which a reading differs from what the notice says, in words, by aspect."""
    return {
        "header": header_differences(entry, notice),
        "areas and windows": area_differences(entry, notice),
        "flags": flag_differences(entry, notice, text),
        "about": about_differences(entry, notice),
    }


def compared(rows):
    """Return what came of (name, right answers, answer) where it is not among the right ones."""
    return [f"{name}: wanted {wanted}, came {came!r}" for name, wanted, came in rows if came not in wanted]


def header_differences(entry, notice):
    """Compare what the notice is called, when and where it was issued, and what it cancels."""
    return compared(
        [
            ("id", spellings(entry["id"]), notice.source_id),
            ("kind", spellings(entry["kind"]), str(notice.kind)),
            ("firs", [tuple(entry.get("firs", ()))], notice.firs),
            ("q_code", [entry.get("q_code", "")], notice.q_code),
            ("issued", dates(entry.get("issued", "")), notice.issued),
            ("cancels", [tuple(entry.get("cancels", ()))], notice.cancels),
            ("cancelled_by", spellings(entry.get("cancelled_by", "")), notice.cancelled_by),
            ("self_cancel", dates(entry.get("self_cancel", "")), notice.self_cancel),
        ]
    )


def about_differences(entry, notice):
    """Compare what the notice is about, whose it is, and between which heights."""
    levels = [None if level == "-" else float(level) for level in entry["levels"].split()]
    came = [None if level is None else round(level, 1) for level in (notice.floor_m, notice.ceiling_m)]
    return compared(
        [
            ("activity", spellings(entry["activity"]), str(notice.about.activity)),
            ("nation", ["", entry.get("nation", "")], notice.about.nation),
            ("levels", [levels], came),
        ]
    )


def dates(text):
    """Return the answers to a date: with a question mark none is right as well."""
    if not text:
        return [None]
    return [moment(text.rstrip("?")), *([None] if text.endswith("?") else [])]


def area_differences(entry, notice):
    """Compare shape, positions, labels and windows of every area, and the windows of the whole."""
    areas = entry.get("area", [])
    if len(areas) != len(notice.areas):
        return [f"areas: wanted {len(areas)}, came {len(notice.areas)} ({[a.label for a in notice.areas]})"]
    found = []
    for number, (wanted, area) in enumerate(zip(areas, notice.areas, strict=True), 1):
        if area.label not in spellings(wanted.get("label", str(number))):
            found.append(f"area {number}: label came {area.label!r}")
        found += [f"area {number}: {line}" for line in shape_differences(wanted, area)]
        lines = wanted.get("windows", entry.get("windows", []))
        found += [f"area {number}: {line}" for line in window_differences(windows_of(lines), area.windows, area)]
    every = [area["windows"] for area in areas if "windows" in area] or [entry.get("windows", [])]
    lines = list(dict.fromkeys(line for row in every for line in row))
    if not any(line.startswith("sunset") for line in lines):  # each area has its own Sun
        found += window_differences(windows_of(lines), notice.windows, None)
    return found


def window_differences(wanted, came, area):
    """Compare windows; where one closes at sunset, by the Sun at the middle of the area."""
    rows = sorted((w.opens, w.closes, str(w.role)) for w in came)
    if area is not None:
        middle = [sum(values) / len(values) for values in (area.lat_deg, area.lon_deg)]
        wanted = [(o, sunset(o.date(), *middle) if c is None else c, r) for o, c, r in wanted]
        rows = [
            (o, w[1] if abs(c - w[1]) <= SUNSET_TOLERANCE and (w[1].second or w[1].microsecond) else c, r)
            for (o, c, r), w in zip(rows, wanted, strict=False)
        ] + rows[len(wanted) :]
    if sorted(wanted) == rows:
        return []
    lost, extra = sorted(set(wanted) - set(rows)), sorted(set(rows) - set(wanted))
    return [f"windows: wanted {len(wanted)}, came {len(rows)}; missing {brief(lost)}; too much {brief(extra)}"]


def brief(rows):
    """Return the first and last windows of a list in words."""
    shown = [f"{o:%Y-%m-%dT%H:%M}/{c:%Y-%m-%dT%H:%M} {r}" for o, c, r in rows]
    return shown if len(shown) < 4 else [*shown[:2], "...", shown[-1]]


def shape_differences(wanted, area):
    """Compare the positions of one area, vertex by vertex in the order of print."""
    shape, points, radius_m = drawn(wanted["ring"])
    if (str(area.shape), area.radius_m is None) != (shape, radius_m is None):
        return [f"shape: wanted {shape} {radius_m}, came {area.shape} {area.radius_m}"]
    if radius_m is not None and not math.isclose(area.radius_m, radius_m, rel_tol=1e-12):
        return [f"radius: wanted {radius_m}, came {area.radius_m}"]
    came = list(zip(area.lat_deg, area.lon_deg, strict=True))
    if "arc" in wanted:
        return arc_differences(wanted["arc"], points, came)
    found = point_differences(points, came)
    if "proposed" in wanted:
        proposed = list(zip(area.proposed_lat_deg, area.proposed_lon_deg, strict=True))
        order = [points[number - 1] for number in wanted["proposed"]]
        turned = [row[at:] + row[:at] for row in (order, order[::-1]) for at in range(len(order))]
        found += [] if any(not point_differences(row, proposed) for row in turned) else [f"proposed: came {proposed}"]
    return found


def point_differences(wanted, came):
    """Compare two rows of positions."""
    if len(wanted) != len(came):
        return [f"vertices: wanted {len(wanted)}, came {len(came)}"]
    return [
        f"vertex {number}: wanted {w}, came {c}"
        for number, (w, c) in enumerate(zip(wanted, came, strict=True), 1)
        if max(abs(w[0] - c[0]), abs(w[1] - c[1])) > EXACT_DEG
    ]


def arc_differences(arc, points, came):
    """Compare a ring with a clockwise arc: the printed vertices, and between two of them points near the circle.

    No farther from it than the printed ends of the arc are: in print they need not lie on their own circle.
    """
    radius, _, *centre, first, _ = arc.split()
    (centre,) = vertices(" ".join(centre))
    head = int(first)
    steps = came[head : len(came) - len(points) + head]
    found = point_differences(points, came[:head] + came[len(came) - len(points) + head :])
    geod = pyproj.Geod(ellps="WGS84")

    def seen(point):
        bearing, _, length_m = geod.inv(centre[1], centre[0], point[1], point[0])
        return bearing % 360, abs(length_m - float(radius) * NAUTICAL_MILE_M)

    most_m = max(seen(point)[1] for point in points[head - 1 : head + 1]) + 1.0
    bearings, off_m = zip(*map(seen, steps), strict=True) if steps else ((), ())
    if max(off_m, default=0.0) > most_m:
        found.append(f"arc: a point {max(off_m):.0f} m off the circle, its printed ends {most_m:.0f} m")
    gaps = [(b - a) % 360 for a, b in itertools.pairwise(bearings)]
    if len(steps) < 10 or max(gaps) > 2.0:
        found.append(f"arc: {len(steps)} points, widest step {max(gaps, default=0)}")
    return found


def flag_differences(entry, notice, text):
    """Compare the flags: those wanted are there and point at their text, and no other is."""
    found = []
    may = set(entry.get("may", []))
    for line in entry.get("must", []):
        code, _, quote = line.partition(": ")
        may.add(code)
        flags = notice.flagged(code)
        if not flags:
            found.append(f"flag {code}: missing")
        elif quote and not any(quote in text[flag.start : flag.stop] for flag in flags):
            found.append(f"flag {code}: points at {[text[flag.start : flag.stop] for flag in flags]}, not at {quote!r}")
    for flag in notice.flags:
        if str(flag.code) not in may:
            found.append(f"flag {flag.code}: not called for ({flag.message})")
        if not 0 <= flag.start < flag.stop <= len(text):
            found.append(f"flag {flag.code}: span {flag.start}..{flag.stop} outside the text")
    return found
