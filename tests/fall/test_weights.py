"""What counts mean: modes, pieces, and the file that says so."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from downrange.base import InputError, ModelError
from downrange.fall import (
    Body,
    Ensemble,
    Grid,
    Mode,
    Tally,
    ensemble_text,
    expected_pieces,
    read_ensemble,
    tally_of,
    with_p_failure,
)

GRID = Grid(lat_rows=180, lon_columns=360)
ENSEMBLE = Ensemble(
    modes=(
        Mode(name="nominal", p=0.9, planned=True),
        Mode(name="break-up", p=0.06),
        Mode(name="thrust lost", p=0.04),
    ),
    bodies=(Body(name="stage 1", pieces=1.0, area_m2=30.0), Body(name="pieces", pieces=200.0, area_m2=0.3)),
    grid=GRID,
    flights=14,
    seed=7,
    source="by hand",
)


def tally() -> Tally:
    """10 planned flights drop stage 1 at A; 4 broken ones drop pieces: 1 at A, 2 at B (1 harmful), 1 never lands."""
    return tally_of(
        GRID,
        ("nominal", "break-up", "thrust lost"),
        ("stage 1", "pieces"),
        [10, 4, 1],
        mode=[0] * 10 + [1] * 4,
        body=[0] * 10 + [1] * 4,
        lat_deg=[30.5] * 10 + [30.5, 31.5, 31.5, np.nan],
        lon_deg=[120.5] * 14,
        t_s=[400.0] * 14,
        speed_mps=[100.0] * 14,
        harmful=[True] * 10 + [True, True, False, True],
    )


A, B = (int(GRID.cell_of(lat, 120.5)) for lat in (30.5, 31.5))


@pytest.mark.parametrize(
    ("which", "want"),
    [
        ({}, {A: 0.9 + 0.06 * 200 / 4, B: 0.06 * 200 * 2 / 4}),
        ({"harmful": True}, {A: 0.9 + 0.06 * 200 / 4, B: 0.06 * 200 / 4}),
        ({"body": "stage 1"}, {A: 0.9}),
        ({"mode": "break-up"}, {A: 50.0, B: 100.0}),
        ({"mode": "break-up", "body": "pieces", "harmful": True}, {A: 50.0, B: 50.0}),
        ({"mode": "thrust lost"}, {}),
    ],
)
def test_expected_pieces_by_hand(which: dict[str, Any], want: dict[int, float]) -> None:
    cells, pieces = expected_pieces(tally(), ENSEMBLE, **which)
    assert dict(zip(cells.tolist(), pieces.tolist(), strict=True)) == pytest.approx(want)


def test_failure_can_be_made_more_likely() -> None:
    other = with_p_failure(ENSEMBLE, 0.5)
    assert [mode.p for mode in other.modes] == pytest.approx([0.5, 0.3, 0.2])
    assert [mode.p for mode in with_p_failure(ENSEMBLE, 0.0).modes] == [1.0, 0.0, 0.0]
    assert [mode.p for mode in with_p_failure(ENSEMBLE, 1.0).modes] == pytest.approx([0.0, 0.6, 0.4])


def test_the_source_tells_of_another_probability() -> None:
    """Or a map would bear the probability of the file that it was not made with."""
    assert with_p_failure(ENSEMBLE, 0.25).source == f"{ENSEMBLE.source}; weighed anew, with p = 0.25"


def test_failure_cannot_be_given_to_nobody() -> None:
    planned = replace(ENSEMBLE, modes=(Mode(name="nominal", p=1.0, planned=True),))
    with pytest.raises(ModelError, match="no failing mode"):
        with_p_failure(planned, 0.1)
    assert with_p_failure(planned, 0.0).modes == planned.modes
    with pytest.raises(ModelError, match="give 0 to 1"):
        with_p_failure(planned, 1.5)


def test_a_mode_that_never_flew_may_not_count() -> None:
    unflown = replace(tally(), flights=np.array([10, 0, 1]))
    with pytest.raises(ModelError, match="Fly more"):
        expected_pieces(unflown, ENSEMBLE)
    assert len(expected_pieces(unflown, with_p_failure(replace(ENSEMBLE), 0.0))[0]) == 1


def test_a_tally_of_another_ensemble_is_refused() -> None:
    for other in (
        replace(ENSEMBLE, modes=ENSEMBLE.modes[::-1]),
        replace(ENSEMBLE, bodies=ENSEMBLE.bodies[:1]),
        replace(ENSEMBLE, grid=Grid(lat_rows=10, lon_columns=20)),
    ):
        with pytest.raises(ModelError, match="do not belong together"):
            expected_pieces(tally(), other)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"modes": ()}, "without modes"),
        ({"modes": (Mode(name="a", p=0.5),)}, "sum to 0.5"),
        ({"modes": (Mode(name="a", p=1.5), Mode(name="b", p=-0.5))}, "give 0 to 1"),
        ({"modes": (Mode(name="a", p=float("nan")),)}, "give 0 to 1"),
        ({"bodies": (Body(name="a", pieces=-1.0, area_m2=1.0),)}, "give 0 or more"),
        ({"bodies": (Body(name="a", pieces=1.0, area_m2=float("nan")),)}, "give 0 or more"),
    ],
)
def test_an_ensemble_that_cannot_be_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ModelError, match=says):
        replace(ENSEMBLE, **change)


def test_the_file_comes_back_and_may_hold_more() -> None:
    assert read_ensemble("ensemble.json", ensemble_text(ENSEMBLE)) == ENSEMBLE
    more = json.loads(ensemble_text(ENSEMBLE)) | {"vehicle": "chollima-1", "winds": {"name": "none"}}
    assert read_ensemble("ensemble.json", json.dumps(more)) == ENSEMBLE


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("modes", 0, "p"), "0.9", r"modes\[0\]\.p: Expected float, got str"),
        (("modes", 0, "p"), None, r"modes\[0\]\.p: missing"),
        (("modes", 0, "p"), 0.8, "sum to 0.9"),
        (("bodies", 1, "area_m2"), -1.0, "give 0 or more"),
        (("grid", "lat_rows"), 0, "0 rows"),
        (("seed",), None, "seed: missing"),
    ],
)
def test_a_wrong_file_is_told_by_its_key(path: tuple[Any, ...], value: object, says: str) -> None:
    document: Any = json.loads(ensemble_text(ENSEMBLE))
    place = document
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    with pytest.raises(InputError, match=rf"ensemble\.json: .*{says}"):
        read_ensemble("ensemble.json", json.dumps(document))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00"])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"ensemble\.json"):
        read_ensemble("ensemble.json", text)
