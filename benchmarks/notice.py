"""How many notices a second the reader reads, and how many areas it gets right, beside aviconv-notam on the same texts.

The texts are invented: seeded digits in the shapes of real launch notices, in about the shares in which 1,538 real ones were
counted (syntax of positions, padded Q) lines, several areas, daily hours). Their areas are therefore known exactly.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _report import cpu_s, digits, in_turns, options, say, tell, version

from downrange.notice import read

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SEED = 4
WANTED_A_SECOND = 1_000.0
RIGHT_DEG = 1e-6
COLLECTION = Path(__file__).parents[1] / "../shared/notices"
BEGIN = datetime(2026, 3, 1)  # noqa: DTZ001 - printed as it is; notices are in UTC

Ring = tuple[tuple[float, float], ...]

# How positions were printed in 1,538 real launch notices, how often, and in which parts of a degree.
FORMS: dict[str, tuple[int, int]] = {
    "{y}{a}{b}{c}{x}{d}{e}{f}": (679, 3600),
    "{a}{b}{c}{y}{d}{e}{f}{x}": (225, 3600),
    "{a}{b}{c}{y} {d}{e}{f}{x}": (225, 3600),
    "{y}{a}{b}{x}{d}{e}": (171, 60),
    "{a}{b}{y}{d}{e}{x}": (145, 60),
    "{a} {b} {c} {y} {d} {e} {f} {x}": (26, 3600),
    "{y} {a} {b} {x} {d} {e}": (20, 60),
    "{y}{a} {b} {c} {x}{d} {e} {f}": (20, 3600),
    "{a} {b}{y} {d} {e}{x}": (17, 60),
}
NGA_FORM = "{a}-{b}.{c}{y} {d}-{e}.{f}{x}"
Q_LINES = ("/QRDCA/IV/BO/W/000/999/{q}", "/QRALW/IV/NBO/W /000/999/{q}", "/QRTCA/IV/BO /W /000/999/{q}", "/QWMLW//////")
Q_SHARES = (78, 12, 8, 2)
CLOSINGS = ("{first}.", "{first} TO BEGINNING.", "BACK TO START.", "({first}).")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """A text and the areas it announces, each a ring of (latitude, longitude) in degrees."""

    text: str
    rings: tuple[Ring, ...]


def ring_of(draw: random.Random, per_degree: int) -> Ring:
    """Return a ring of four to seven vertices on the steps of the printed form, dateline crossings among them."""
    lat, lon = draw.uniform(-70.0, 80.0), draw.uniform(-180.0, 180.0)
    high, wide = draw.uniform(0.2, 2.0), draw.uniform(0.2, 4.0)
    upper = [
        (lat + high + draw.uniform(0.0, 0.1), lon + wide * part) for part in sorted(draw.sample((0.0, 0.4, 1.0), 2))
    ]
    lower = [
        (lat - draw.uniform(0.0, 0.1), lon + wide * part) for part in sorted(draw.sample((1.0, 0.7, 0.3, 0.0), 3))[::-1]
    ]
    units = [(round(y * per_degree), round(x * per_degree)) for y, x in [*upper, *lower]]
    return tuple((y / per_degree, (x / per_degree + 180.0) % 360.0 - 180.0) for y, x in units)


def printed(form: str, place: tuple[float, float], per_degree: int) -> str:
    """Return a position as a form prints it."""
    small = per_degree // 60
    parts: list[str] = []
    for value, width in zip(place, (2, 3), strict=True):
        units = round(abs(value) * per_degree)
        parts += [f"{units // per_degree:0{width}d}", f"{units % per_degree // small:02d}", f"{units % small:02d}"]
    return form.format(**dict(zip("abcdef", parts, strict=True)), y="NS"[place[0] < 0], x="EW"[place[1] < 0])


def notam(draw: random.Random, number: int) -> Invented:
    """Return one NOTAM."""
    form = draw.choices(list(FORMS), [share for share, _ in FORMS.values()])[0]
    per_degree = FORMS[form][1]
    rings = tuple(ring_of(draw, per_degree) for _ in range(draw.choices((1, 2, 3), (94, 4, 2))[0]))
    joint, closing = draw.choice(("-", " - ", ", ", " -\n", " TO ", "\n")), draw.choice(CLOSINGS)
    if form.count(" ") > 1 and joint == "-":
        joint = " - "
    bodies = []
    for place, ring in enumerate(rings, 1):
        points = [printed(form, vertex, per_degree) for vertex in ring]
        head = f"AREA{place}: " if len(rings) > 1 else ""
        bodies.append(f"{head}{joint.join(points)}{joint}{closing.format(first=points[0])}")
    opens = BEGIN + timedelta(minutes=draw.randrange(600_000))
    closes = opens + timedelta(minutes=draw.choice((22, 34, 62, 655, 7_560)))
    daily = closes - opens > timedelta(days=2)
    q = printed("{a}{b}{y}{d}{e}{x}", rings[0][0], 60) + "999"
    lines = (
        f"{draw.choice('ABEFKQ')}{number:04d}/{opens:%y} NOTAMN",
        "Q) RPHI" + draw.choices(Q_LINES, Q_SHARES)[0].format(q=q),
        f"A) RPHI B) {opens:%y%m%d%H%M} C) {closes:%y%m%d%H%M}",
        *([f"D) DAILY {opens:%H%M}-{closes:%H%M}"] if daily else []),
        f"E) {draw.choice(('A TEMPORARY DANGER AREA ESTABLISHED BOUNDED BY:', 'AEROSPACE FLT ACT WILL TAKE PLACE WI:'))}",
        *bodies,
        "F) SFC G) UNL",
    )
    return Invented(text="\n".join(lines) + "\n", rings=rings)


def warning(draw: random.Random, number: int) -> Invented:
    """Return one navigational warning as NGA writes it."""
    rings = tuple(ring_of(draw, 6000) for _ in range(draw.randint(1, 4)))
    day = BEGIN + timedelta(days=draw.randrange(25) + 31 * draw.randrange(2))
    lines = [f"{day:%d%H%M}Z {day:%b %Y}".upper(), f"HYDROPAC {number}/{day:%y}(81).", "NORTH PACIFIC."]
    lines += ["1. HAZARDOUS OPERATIONS, SPACE DEBRIS", f"   0631Z TO 1437Z DAILY {day:%d} THRU {day:%d %b}".upper()]
    lines.append("   IN AREAS BOUND BY:" if len(rings) > 1 else "   IN AREA BOUND BY:")
    for letter, ring in zip("ABCD", rings, strict=False):
        points = [printed(NGA_FORM, vertex, 6000) for vertex in ring]
        lines.append(f"   {letter + '. ' if len(rings) > 1 else ''}{', '.join(points)}.")
    lines.append(f"2. CANCEL THIS MSG {day:%d}1537Z {day:%b %y}.".upper())
    return Invented(text="\n".join(lines) + "\n", rings=rings)


def same_ring(found: Sequence[tuple[float, float]], wanted: Ring) -> bool:
    """Say whether a ring has the wanted vertices in the wanted order; a repeated closing one does not count."""
    row = list(found[:-1]) if len(found) > 1 and found[0] == found[-1] else list(found)
    return len(row) == len(wanted) and all(
        abs(y - v) < RIGHT_DEG and abs((x - w + 180.0) % 360.0 - 180.0) < RIGHT_DEG
        for (y, x), (v, w) in zip(row, wanted, strict=True)
    )


def ours(invented: Invented) -> tuple[bool, bool]:
    """Say whether our reader found any area, and whether all areas are right."""
    areas = [area for notice in read(invented.text) for area in notice.areas]
    rings = [list(zip(area.lat_deg, area.lon_deg, strict=True)) for area in areas]
    right = len(rings) == len(invented.rings) and all(map(same_ring, rings, invented.rings))
    return bool(rings), right


def peer_parse() -> Callable[[str], Any] | None:
    """Return what parses a text with the peer (None where it refuses), or None when it is not installed."""
    if version("aviconv-notam") is None:
        return None
    from aviconv_core.errors import ParseError
    from aviconv_notam import parser

    def parse(text: str) -> Any:  # noqa: ANN401 - the peer's record
        try:
            return parser.parse(text)
        except (ParseError, ValueError):
            return None

    return parse


def shares(found: Sequence[tuple[bool, bool]]) -> dict[str, float]:
    """Return the share that gave something and the share that is right."""
    return {
        "share_read": digits(sum(some for some, _ in found) / len(found)),
        "share_areas_right": digits(sum(right for _, right in found) / len(found), 4),
    }


def peer_found(parse: Callable[[str], Any], texts: Sequence[Invented]) -> dict[str, float]:
    """Return what the peer made of the texts: parsed at all, and its one polygon the announced one."""
    found = []
    for invented in texts:
        notam = parse(invented.text)
        polygon = notam.geometry.polygon if notam is not None else None
        right = bool(polygon) and len(invented.rings) == 1 and same_ring(polygon, invented.rings[0])
        found.append((notam is not None, right))
    return shares(found)


def best(seconds: Sequence[float], count: int) -> float:
    """Return notices a CPU second in the best round."""
    return digits(count / min(seconds))


def main() -> None:
    """Measure, and print one line of JSON."""
    args = options(__doc__ or "")
    draw = random.Random(SEED)  # noqa: S311 - no secret
    count, rounds = (12, 1) if args.tiny else (800, 5)
    notams = [notam(draw, number) for number in range(count)]
    warnings = [warning(draw, number) for number in range(count // 4)]
    real = [file.read_text(encoding="utf-8") for file in sorted(COLLECTION.glob("*.txt"))]
    parse = peer_parse() if args.peers else None
    read(notams[0].text)

    def reading(texts: Sequence[str]) -> Callable[[], float]:
        return lambda: cpu_s(lambda: [read(text) for text in texts])

    texts = [invented.text for invented in notams]
    sides = {"notams": reading(texts), "warnings": reading([invented.text for invented in warnings])}
    if real:
        sides["collection"] = reading(real)
    if parse is not None:
        sides["peer"] = lambda: cpu_s(lambda: [parse(text) for text in texts])
    seconds = in_turns(sides, rounds)
    result: dict[str, Any] = {
        "threads": 1,
        "seed": SEED,
        "wanted_notices_per_cpu_s": WANTED_A_SECOND,
        "notams": {
            "count": count,
            "notices_per_cpu_s": best(seconds["notams"], count),
            **shares(list(map(ours, notams))),
        },
        "warnings": {
            "count": len(warnings),
            "notices_per_cpu_s": best(seconds["warnings"], len(warnings)),
            **shares(list(map(ours, warnings))),
        },
    }
    if real:
        result["collection"] = {"count": len(real), "notices_per_cpu_s": best(seconds["collection"], len(real))}
    result["peer"] = {"absent": "not installed" if args.peers else "switched off"}
    if parse is not None:
        rate = best(seconds["peer"], count)
        result["peer"] = {
            "name": f"aviconv-notam {version('aviconv-notam')}",
            "notices_per_cpu_s": rate,
            **peer_found(parse, notams),
            "ratio_of_ours_to_it": digits(result["notams"]["notices_per_cpu_s"] / rate),
        }
    told(result)
    tell("notice", result, tiny=args.tiny)


def told(result: dict[str, Any]) -> None:
    """Say the same in words."""
    say("Notices read, CPU time of one thread")
    for name in ("notams", "warnings", "collection"):
        if name in result:
            row = result[name]
            right = f", all areas right in {row['share_areas_right']:.1%}" if "share_areas_right" in row else ""
            say(f"  {name}: {row['count']} texts, {row['notices_per_cpu_s']:,.0f} a second{right}")
    if "name" in result["peer"]:
        peer = result["peer"]
        say(
            f"  {peer['name']}, the same NOTAMs: {peer['notices_per_cpu_s']:,.0f} a second, parses {peer['share_read']:.1%}, "
            f"the area right in {peer['share_areas_right']:.1%}; ours reads {peer['ratio_of_ours_to_it']:g} times as many a second"
        )


if __name__ == "__main__":
    main()
