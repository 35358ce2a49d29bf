"""The report: one HTML file that needs nothing else, and the other files of the output folder."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import jinja2

from downrange.notice import to_geojson
from downrange.orbit import oem_text
from downrange.replay import _io
from downrange.replay._json import json_text
from downrange.replay.alerts import messages
from downrange.replay.figures import Drawn
from downrange.replay.model import Replay
from downrange.replay.page import page


@cache
def _template() -> tuple[jinja2.Template, str]:
    """Return the template of the page and its style sheet."""
    folder = files("downrange.replay") / "data"
    made = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    text = (folder / "report.html.j2").read_text(encoding="utf-8")
    return made.from_string(text), (folder / "report.css").read_text(encoding="utf-8")


def report_html(replay: Replay, figures: tuple[Drawn, ...], version: str) -> str:
    """Return the report as one HTML page: no network, no script, figures inline."""
    template, css = _template()
    return template.render(page=page(replay, figures, version), css=css)


def output_files(
    replay: Replay, figures: tuple[Drawn, ...], document: dict[str, object], version: str
) -> dict[str, bytes]:
    """Return every file of the output folder by its name."""
    found = {
        "report.html": report_html(replay, figures, version).encode(),
        "replay.json": json_text(document).encode(),
        "launch.geojson": _io.geojson(replay),
        "launch.kml": _io.kml(replay),
        "launch.czml": _io.czml(replay),
        "notice.geojson": json_text(to_geojson(replay.notices)).encode(),
        "trajectory.csv": _io.trajectory_csv(replay),
        "impacts.csv": _io.impacts_csv(replay),
        "trajectory.oem": oem(replay).encode(),
        "track.jsonl": _io.track_lines(replay),
    }
    found |= {f"{figure.name}.png": figure.png for figure in figures}
    found |= {f"cap/{one.message.identifier}.xml": one.xml for one in messages(replay)}
    return found


def oem(replay: Replay) -> str:
    """Return the flight with its coast or fall as a CCSDS orbit ephemeris message."""
    return oem_text(
        replay.path.t_s,
        replay.path.r_ecef_m,
        replay.path.v_ecef_mps,
        replay.scenario.liftoff.t0,
        object_name=f"{replay.vehicle.name} {replay.scenario.name}".upper(),
        comment="Recomputed by Downrange from a vehicle fitted to the public record; not a measurement.",
    )
