"""What the terminal shows of notices: areas and windows, what holds, what an operator must see, launches out of many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from downrange.base import iso
from downrange.replay.tables import Table, columns

if TYPE_CHECKING:
    from downrange.notice import MergedArea, Notice, NoticeWindow, Standing

Shown = tuple[tuple[Table, ...], dict[str, Any]]


def notices_shown(notices: Sequence[Notice], at: datetime | None = None) -> Shown:
    """Return areas, windows and flags of notices, and where each stands: at a moment, or as they name each other."""
    from downrange.notice import State, life, summary_rows, to_json

    rows = _no_repeats(
        [
            (
                row.notice,
                row.area,
                _two(row.shape, row.size),
                _broken(row.centre, " ", 2),
                _wrapped(row.windows),
                _broken(row.about, " ", -1, digits=True),
                row.flags.replace(", ", "\n"),
            )
            for row in summary_rows(notices)
        ],
        (4, 5, 6),
    )
    names = columns("notice", "area", "shape", "centre", "windows (UTC)", "about", "flags")
    tables = [Table(title="Areas and windows", columns=names, rows=rows)]
    standings = life(notices, at)
    if at is not None or any(one.state is not State.IN_FORCE for one in standings):
        tables.append(_life_table(standings, at))
    told = tuple(
        (_name(notice), str(flag.code), f"{flag.start}-{flag.stop}", flag.message)
        for notice in notices
        for flag in notice.flags
    )
    if told:
        names = columns("notice", "flag", "characters", "why")
        tables.append(Table(title="What an operator must see", columns=names, rows=told))
    document = to_json(notices)
    for told_notice, standing in zip(document["notices"], standings, strict=True):
        told_notice["life"] = _life_json(standing)
    return tuple(tables), document if at is None else {"at": iso(at), **document}


def _name(notice: Notice) -> str:
    return notice.source_id or notice.source or str(notice.kind)


def _two(first: str, second: str) -> str:
    """Put a size under its shape."""
    return first if second == "-" else f"{first}\n{second}"


def _wrapped(windows: str) -> str:
    """Put the end of a window under its beginning."""
    return windows.replace(" to ", " to\n").replace(" windows", "x")


def _broken(text: str, sign: str, count: int, *, digits: bool = False) -> str:
    """Break a cell in two lines: behind so many words, or before the first word that is a number."""
    words = text.split(sign)
    if digits:
        count = next((place for place, word in enumerate(words) if word[:1].isdigit()), len(words))
    return "\n".join(filter(None, (sign.join(words[:count]), sign.join(words[count:]))))


def _no_repeats(
    rows: Sequence[tuple[str, ...]], places: tuple[int, ...], silent: int = 0
) -> tuple[tuple[str, ...], ...]:
    """Say who it is once, and `as above` for what is the same as in the row above; who it is stands first.

    silent: place of a second cell that is left empty instead
    """
    found: list[tuple[str, ...]] = []
    for before, row in zip([(), *rows], rows, strict=False):
        same = bool(before) and before[0] == row[0]
        cells = [
            "as above" if same and place in places and before[place] == cell and cell != "-" else cell
            for place, cell in enumerate(row)
        ]
        if same:
            cells[0] = cells[silent] = ""
        found.append(tuple(cells))
    return tuple(found)


def _life_table(standings: Sequence[Standing], at: datetime | None) -> Table:
    """Return where notices stand: all at a moment, else those of which others have something to say."""
    from downrange.notice import State

    rows = []
    for one in standings:
        if at is None and one.state is State.IN_FORCE and not one.changes:
            continue
        moved = "\n".join(f"{change.what}: {change.old}, now {change.new}" for change in one.changes)
        active = ", ".join(area.label for area in one.active)
        rows.append((_name(one.notice), str(one.state), active or "-", one.reason, moved or "-"))
    title = f"What holds at {iso(at)}" if at is not None else "What the notices say of each other"
    names = columns("notice", "state", "active areas", "why", "what a new version changes")
    return Table(title=title, columns=names, rows=tuple(rows))


def _life_json(one: Standing) -> dict[str, Any]:
    """Return where a notice stands."""
    return {
        "state": str(one.state),
        "reason": one.reason,
        "by": one.by,
        "since": None if one.since is None else iso(one.since),
        "active": [area.label for area in one.active],
        "changes": [{"what": change.what, "old": change.old, "new": change.new} for change in one.changes],
    }


def launches_shown(notices: Sequence[Notice], at: datetime | None = None) -> Shown:
    """Return the launches that notices announce, where their sources disagree, and what could be one launch."""
    from downrange.notice import launches, launches_json, proposals, told_activity

    found = launches(notices, at=at)
    proposed = proposals(found)
    rows = _no_repeats(
        [
            (
                f"{number}",
                "\n".join(dict.fromkeys(_name(notice) for notice in launch.notices)),
                _drawings(area),
                _moments(area.windows),
                _moments(area.common_windows) if area.disputed else "the same",
                _broken(told_activity(launch.about), " ", -1, digits=True),
            )
            for number, launch in enumerate(found, 1)
            for area in launch.areas
        ],
        (3, 5),
        silent=1,
    )
    names = columns("launch >", "sources", "area", "for caution (UTC)", "all agree (UTC)", "about")
    used = {id(notice) for launch in found for notice in (*launch.notices, *launch.former)}
    others = sum(id(notice) not in used for notice in notices)
    note = f"Left out: {others} of {len(notices)} notices, about other things or no longer in force." if others else ""
    tables = [Table(title="Launches, and what may be one", columns=names, rows=rows, note=note)]
    said = tuple(
        (str(number), one.what, name, text)
        for number, launch in enumerate(found, 1)
        for one in launch.disagreements
        for name, text in one.says
    )
    if said:
        tables.append(
            Table(title="Where sources disagree", columns=columns("launch >", "what", "source", "says"), rows=said)
        )
    if proposed:
        pairs = tuple((one.first, one.second, one.why, _moments(one.disputed)) for one in proposed)
        names = columns("notices", "and notices", "why", "only one says (UTC)")
        tables.append(Table(title="Could be one launch: not joined", columns=names, rows=pairs))
    return tuple(tables), launches_json(found, proposed)


def _drawings(area: MergedArea) -> str:
    """Return the label of an area, and how alike its drawings are."""
    from downrange.notice import SAME_AREA

    if len(area.drawn) == 1:
        return area.label
    alike = f"{100 * area.overlap:.0f} % alike" if area.overlap >= SAME_AREA else "one in another"
    return f"{area.label}: {len(area.drawn)} drawings,\n{alike}"


def _moments(windows: Sequence[NoticeWindow]) -> str:
    from downrange.notice import told_windows

    return _wrapped(told_windows(windows))


def notice_files(notices: Sequence[Notice], document: dict[str, Any]) -> dict[str, bytes]:
    """Return the files that `--out` writes of notices."""
    from downrange.notice import to_geojson, to_kml
    from downrange.replay._json import json_text

    return {
        "notices.json": json_text(document).encode(),
        "notices.geojson": json_text(to_geojson(notices)).encode(),
        "notices.kml": to_kml(notices).encode(),
    }


def launch_files(document: dict[str, Any]) -> dict[str, bytes]:
    """Return the files that `--out` writes of launches."""
    from downrange.replay._json import json_text

    drawn = {key: document[key] for key in ("type", "features")}
    return {"launches.json": json_text(document).encode(), "launches.geojson": json_text(drawn).encode()}
