"""Infer every shipped launch, hide each of its areas in turn, and print how well the others predicted it.

The table stands in docs/corridor.md between two markers. Some minutes on two cores.
Run: .venv/bin/python tools/hidden_areas.py [--flights 20000] [--write] [LAUNCH ...]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from downrange.base import DownrangeError
from downrange.corridor import Case, attribute, launch_case, launch_names, leave_each_out, load_launch, load_outline

PAGE = Path(__file__).parents[1] / "docs" / "corridor.md"
BEGIN, END = "<!-- table of tools/hidden_areas.py -->\n", "<!-- end of table -->\n"
OUTLINES = {"canaveral-2022-11": "two-stages", "andoya-2026-01": "two-stages"}  # known to have two stages
CHOLLIMA = ("2023-05-31", "2023-08-24", "2023-11-21")  # the 2024 launcher was another


def outline_for(launch: str) -> str:
    """Return the outline that fits what is publicly known of a launcher."""
    return "chollima-1" if launch in CHOLLIMA else OUTLINES.get(launch, "three-stages")


def rows(launch: str, flights: int) -> Iterator[str]:
    """Yield the rows of one launch: one an area."""
    name = outline_for(launch)
    case = launch_case(load_launch(launch), load_outline(name))
    found = attribute(case, flights=flights)
    best, bodies = found.best, found.assignments[0].bodies
    head = f"{launch} | {name} | chi2 {best.chi2:.1f}, p {best.p:.2g}{'' if best.explained else ': not explained'}"
    if len(case.areas) < 2 or not best.explained:
        yield f"| {head} | {labels(case, bodies)} | | | | |"
        return
    for one in leave_each_out(case, bodies, flights=flights):
        place = f"{one.lat_deg:.1f}, {one.lon_deg:.1f}"
        spread = f"{one.along_m / 1e3:.0f} × {one.across_m / 1e3:.0f}"
        yield f"| {head} | {one.label} ({one.body}) | {place} | {one.distance_m / 1e3:.0f} | {spread} | {one.level:.2f} |"


def labels(case: Case, bodies: tuple[str, ...]) -> str:
    """Return areas with their bodies."""
    return ", ".join(f"{area.label} ({body})" for area, body in zip(case.areas, bodies, strict=True))


def main() -> None:
    """Print the table, or put it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("launches", nargs="*", default=launch_names())
    parser.add_argument("--flights", type=int, default=20_000)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    table = [
        "| launch | outline | fit | hidden area | predicted middle [deg N, E] | off [km] | 1 sigma [km] | credible level |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for launch in args.launches:
        try:
            table += rows(launch, args.flights)
        except DownrangeError as problem:
            table.append(
                f"| {launch} | {outline_for(launch)} | {str(problem).split(': ', 1)[-1].split('.')[0]} | | | | | |"
            )
        print(table[-1], file=sys.stderr, flush=True)
    text = "\n".join(table) + "\n"
    print(text)
    if args.write:
        page = PAGE.read_text(encoding="utf-8")
        before, rest = page.split(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}{text}{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
