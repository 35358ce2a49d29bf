"""An inference through its door: tables, document and files that other rooms read back."""

import json

import numpy as np
import pytest

from downrange.base import InputError
from downrange.corridor import load_outline, outlined
from downrange.corridor.fit_model import read_fits
from downrange.earth import load_site
from downrange.flight import load_vehicle
from downrange.replay import areas_asked, case_asked, infer_case, inferred_shown, write_inferred


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    pad, areas = areas_asked([], None, "2009-04-05")
    case = case_asked(vehicle="three-stages", pad=pad, areas=areas, launch="2009-04-05", bodies=["1=stage 1"])
    told = []
    found = infer_case(case, flights=3_000, seed=2, hide_each=True, progress=lambda *now: told.append(now))
    folder = tmp_path_factory.mktemp("inferred") / "new"
    write_inferred(found, folder)
    return found, folder, told


def test_the_files_are_read_back_by_the_rooms(made):
    found, folder, _ = made
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "inferred.json", "draws.csv", "falls.geojson", "inferred.png", "inferred.svg", "three-stages.toml", "three-stages.fits.csv",
    }  # fmt: skip
    best = found.attribution.best
    rows = read_fits((folder / "three-stages.fits.csv").read_text(encoding="utf-8"), names=best.record.names)
    assert np.allclose(rows[0], best.mode, rtol=1e-8)
    vehicle = load_vehicle(folder / "three-stages.toml")
    assert vehicle.liftoff_kg == pytest.approx(100_000.0, rel=1e-6)  # the outline's scale
    assert len(vehicle.stages) == 3
    draws = np.loadtxt((folder / "draws.csv").read_text().splitlines()[1:], delimiter=",")
    assert draws[:, 0].sum() == pytest.approx(1.0, abs=1e-6)
    assert len(draws) == len(best.weight)


def test_the_map_of_falls_holds_the_areas(made):
    found, folder, _ = made
    features = json.loads((folder / "falls.geojson").read_text(encoding="utf-8"))["features"]
    assert [one["properties"].get("body") for one in features] == ["fairing", "stage 1", "stage 2", None]
    assert features[-1]["geometry"]["type"] == "LineString"
    first = np.array(features[1]["geometry"]["coordinates"][0])
    area = found.case.areas[0]
    middle = np.array([np.mean(area.lon_deg), np.mean(area.lat_deg)])
    assert (first.min(axis=0) < middle).all()
    assert (middle < first.max(axis=0)).all()


def test_the_tables_say_what_is_known_and_how_well(made):
    found, _, told = made
    (bodies, learnt, hidden), document = inferred_shown(found)
    assert [row[:2] for row in bodies.rows] == [("1", "stage 1"), ("2", "stage 2")]
    assert "explains these areas" in bodies.note
    assert "nothing measured" in learnt.note
    assert "azimuth1" in {row[0] for row in learnt.rows}
    assert [row[0] for row in hidden.rows] == ["1", "2"]
    assert all(0.0 <= float(row[5]) <= 1.0 for row in hidden.rows)
    assert document["explained"] is True
    assert document["areas"] == ["1", "2"]
    assert len(document["left_out"]) == 2
    assert told[-1] == (3_000, 3_000)


@pytest.mark.parametrize(
    ("words", "where", "seen"),
    [
        ({"notices": [], "site": None, "launch": None}, "corridor fit", "no notice"),
        ({"notices": [], "site": "sohae", "launch": "2009-04-05"}, "--launch", "with --notice or --site"),
        ({"notices": [], "site": None, "launch": "2009-04-05", "without": ["Z"]}, "--without", "no area Z"),
    ],
)
def test_what_does_not_go_together_is_refused(words, where, seen):
    with pytest.raises(InputError) as refused:
        areas_asked(**words)
    assert (refused.value.where, refused.value.seen) == (where, seen)


def test_bodies_that_are_not_said_right_are_refused():
    pad, areas = areas_asked([], None, "2009-04-05")
    for words, seen in ((["A"], "'A'"), (["Z=stage 1"], "no area Z")):
        with pytest.raises(InputError, match=r"--body") as refused:
            case_asked(vehicle="three-stages", pad=pad, areas=areas, bodies=words)
        assert seen in refused.value.seen


def test_an_inclination_asked_for_becomes_a_fact():
    pad, areas = areas_asked([], None, "2009-04-05")
    case = case_asked(vehicle="three-stages", pad=pad, areas=areas, inclination_deg=97.4)
    fact = case.record(("stage 1", "stage 2")).facts[-1]
    assert (fact.inclination_deg, fact.sigma_inclination_deg) == (97.4, 0.2)
    free = outlined(load_outline("three-stages"), load_site("tonghae"), areas, ("stage 1", "stage 2")).facts[-1]
    assert free.sigma_inclination_deg > 1e3
