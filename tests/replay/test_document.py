"""The JSON document holds what programs were promised, in the forms they were promised."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pytest

# the names promised for `replay --json`
PROMISED = [
    "scenario",
    "notice",
    "corridor",
    "flight",
    "track",
    "reached_orbit",
    "falls",
    "alerts",
    "history",
    "score",
    "sources",
    "made",
]
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def every(value: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [row for key, item in value.items() for row in every(item, f"{path}.{key}")]
    if isinstance(value, list):
        return [row for i, item in enumerate(value) for row in every(item, f"{path}[{i}]")]
    return [(path, value)]


def test_every_promised_part_is_there(may) -> None:
    document = may.document
    assert set(PROMISED) <= set(document)
    assert {"areas", "windows", "flags"} <= set(document["notice"])
    assert {"single_plane", "dog_leg", "below"} <= set(document["corridor"])
    assert {"t_s", "alt_m", "lat_deg", "lon_deg", "speed_mps"} <= set(document["flight"]["events"][0])
    assert "outcome" in document["flight"]
    assert {"detection_delay_s", "verdict", "p"} <= set(document["track"])
    assert {"body", "lat_deg", "lon_deg", "t_s", "sigma_major_m", "sigma_minor_m", "inside_area"} <= set(
        document["falls"][0]
    )
    alert = {"identifier", "msgType", "areas", "people", "sent", "lifted", "lift_reason"}
    assert alert <= set(document["alerts"][0])
    assert {"authority", "area", "issued", "lifted"} <= set(document["history"][0])
    score = {"ours_person_minutes", "history_person_minutes", "early_lifts", "misses"}
    assert score <= set(document["score"])
    assert "decided_t_s" in document


def test_an_orbit_is_told_only_where_there_is_one(nominal, august) -> None:
    assert {"perigee_alt_m", "apogee_alt_m", "inclination_deg", "tle", "passes"} <= set(nominal.document["orbit"])
    assert "orbit" not in august.document


def test_times_are_iso_utc_and_numbers_are_numbers(may) -> None:
    for path, value in every(may.document):
        if isinstance(value, float):
            assert math.isfinite(value), path
            assert str(value) != "-0.0", path
        if (
            re.search(r"\.(t0|sent|lifted|issued|opens|closes|expires|t|at|moment)(\[\d\])?$", path)
            and value is not None
        ):
            assert ISO.fullmatch(value), (path, value)


def test_the_file_holds_what_was_printed(may) -> None:
    assert json.loads((may.folder / "replay.json").read_text(encoding="utf-8")) == may.document


def test_every_source_is_named_once(may) -> None:
    sources = [row["source"] for row in may.document["sources"]]
    assert len(sources) == len(set(sources)) > 20
    assert all(row["what"] and row["source"] for row in may.document["sources"])


def test_a_lift_names_its_kind_for_every_message_that_warned(august) -> None:
    for alert in august.document["alerts"]:
        if alert["kind"] != "lift":
            assert alert["lift_reason"] in {"has passed", "will not come"}
            assert alert["lifted"] >= alert["sent"]


@pytest.mark.parametrize("key", ["facts", "parameters"])
def test_the_fit_is_told_with_residuals_and_what_it_does_not_know(may, key: str) -> None:
    rows = may.document["fit"][key]
    assert rows
    if key == "facts":
        assert all(row["holds"] for row in rows)
        assert any(row["residual"] is not None for row in rows)
    else:
        assert {row["kind"] for row in rows} == {"fitted", "assumed"}
