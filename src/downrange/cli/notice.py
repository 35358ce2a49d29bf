"""Commands of the room `notice`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from downrange.cli.terminal import AsJson, explained, part, show

app = part("Launch notices: areas and windows.")


class Form(StrEnum):
    """How areas are printed."""

    TABLE = "table"
    GEOJSON = "geojson"
    KML = "kml"
    JSON = "json"


@app.command("read")
def notice_read(
    files: Annotated[list[Path], typer.Argument(help="Text files with notices.", show_default=False)],
    form: Annotated[Form, typer.Option("--format", help="How to print them.")] = Form.TABLE,
    as_json: AsJson = False,
) -> None:
    """Read launch notices: areas, windows, and what is wrong with them.

    Example: downrange notice read navarea.txt --format geojson
    """
    with explained():
        from downrange.notice import read_file, to_kml
        from downrange.replay import notices_shown

        notices = tuple(notice for file in files for notice in read_file(file))
        if form is Form.KML:
            typer.echo(to_kml(notices).encode(), nl=False)
        else:
            show(notices_shown(notices), as_json=as_json or form is not Form.TABLE)
