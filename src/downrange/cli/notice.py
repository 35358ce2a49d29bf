"""Commands of the room `notice`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from downrange.cli.terminal import AsJson, explained, moment_of, part, print_json, say, show

if TYPE_CHECKING:
    from datetime import datetime

    from downrange.notice import Notice

app = part("Launch notices: areas and windows.")

Files = Annotated[
    list[Path], typer.Argument(help="Notices as text, web page or JSON; - for standard input.", show_default=False)
]
At = Annotated[str, typer.Option("--at", help="Moment to ask about, as 2026-04-19T06:00Z.", show_default=False)]
Received = Annotated[
    str, typer.Option(help="When the notices came in; dates windows that print no year.", show_default=False)
]
Out = Annotated[Path | None, typer.Option("--out", help="New folder for the files.", show_default=False)]


class Form(StrEnum):
    """How notices are printed."""

    TABLE = "table"
    JSON = "json"
    GEOJSON = "geojson"
    KML = "kml"
    NOTAM = "notam"
    NAVAREA = "navarea"


class MergedForm(StrEnum):
    """How launches are printed."""

    TABLE = "table"
    JSON = "json"
    GEOJSON = "geojson"


@app.command("read")
def notice_read(
    files: Files,
    form: Annotated[Form, typer.Option("--format", help="How to print them.")] = Form.TABLE,
    at: At = "",
    received: Received = "",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Read launch notices: areas, windows, what holds, and what is wrong with them.

    Example: downrange notice read navarea.txt --format geojson
    """
    with explained():
        from downrange.notice import to_geojson, to_kml
        from downrange.replay import check_folder, notice_files, notices_shown, write_folder

        if out is not None:
            check_folder(out)
        notices = _read(files, _moment(received, "--received"))
        shown = notices_shown(notices, _moment(at, "--at"))
        if as_json or form in {Form.TABLE, Form.JSON}:
            show(shown, as_json=as_json or form is Form.JSON)
        elif form is Form.GEOJSON:
            print_json(to_geojson(notices))
        else:
            text = to_kml(notices) if form is Form.KML else _rewritten(notices, form)
            typer.echo(text.encode(), nl=False)
        if out is not None:
            write_folder(out, notice_files(notices, shown[1]))
    if out is not None:
        say(f"The files are in {out}")


@app.command("merge")
def notice_merge(
    files: Files,
    form: Annotated[MergedForm, typer.Option("--format", help="How to print them.")] = MergedForm.TABLE,
    at: At = "",
    received: Received = "",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Bring the notices of several agencies about one launch together, and show where they disagree.

    Example: downrange notice merge notam.txt navarea.txt --out launches
    """
    with explained():
        from downrange.replay import check_folder, launch_files, launches_shown, write_folder

        if out is not None:
            check_folder(out)
        tables, document = launches_shown(_read(files, _moment(received, "--received")), _moment(at, "--at"))
        if form is MergedForm.GEOJSON and not as_json:
            print_json({key: document[key] for key in ("type", "features")})
        else:
            show((tables, document), as_json=as_json or form is MergedForm.JSON)
        if out is not None:
            write_folder(out, launch_files(document))
    if out is not None:
        say(f"The files are in {out}")


def _moment(text: str, option: str) -> datetime | None:
    return moment_of(text, option) if text else None


def _read(files: list[Path], received: datetime | None) -> tuple[Notice, ...]:
    """Read all files; - is standard input."""
    from downrange.notice import MOST_BYTES, read_bytes, read_file

    found: list[Notice] = []
    for file in files:
        if str(file) == "-":
            raw = sys.stdin.buffer.read(MOST_BYTES + 1)
            found.extend(read_bytes(raw, "standard input", received=received))
        else:
            found.extend(read_file(file, received=received))
    return tuple(found)


def _rewritten(notices: tuple[Notice, ...], form: Form) -> str:
    """Write notices as text again; those that cannot be written are named on standard error."""
    from downrange.base import InputError
    from downrange.notice import as_navarea, as_notam

    write: Any = as_notam if form is Form.NOTAM else as_navarea
    texts: list[str] = []
    problems: list[InputError] = []
    for notice in notices:
        try:
            texts.append(write(notice))
        except InputError as problem:
            problems.append(problem)
    if not texts:
        raise problems[0]
    for one in problems:
        say(f"not written: {one}")
    return "\n".join(texts)
