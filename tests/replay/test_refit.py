"""A record fitted anew through its door: two files that the rooms read back, whole or not at all."""

import math

import numpy as np
import pytest

from downrange.base import InputError
from downrange.corridor import load_fits, load_record
from downrange.corridor.fit_model import read_fits
from downrange.flight import load_vehicle
from downrange.replay import refit_record, refit_shown


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("refit") / "new"
    said = []
    found = refit_record(load_record("chollima-1"), folder, starts=1, fits=2, seed=5, say=said.append)
    return folder, found, said


def test_the_files_are_read_back_by_the_rooms(made):
    folder, found, said = made
    assert sorted(path.name for path in folder.iterdir()) == ["chollima-1.fits.csv", "chollima-1.toml"]
    rows = read_fits((folder / "chollima-1.fits.csv").read_text(encoding="utf-8"))
    assert np.allclose(rows, found.fits, rtol=1e-8)
    vehicle = load_vehicle(folder / "chollima-1.toml")
    assert math.isclose(vehicle.liftoff_kg, rows[0, 0], rel_tol=1e-6)
    assert any("1 of 1 starts" in line for line in said)


def test_the_best_fit_is_the_shipped_one(made):
    """chi2 has one minimum: another start and other randomised facts end in the same best fit."""
    shipped = load_fits("chollima-1")
    sigma = load_record("chollima-1").sigma
    assert np.abs((made[1].fits[0] - shipped[0]) / sigma).max() < 0.02


def test_the_tables_tell_every_fact_and_parameter(made):
    (facts, what), document = refit_shown(load_record("chollima-1"), made[1])
    assert len(facts.rows) == len(document["facts"]) == 14
    assert len(what.rows) == len(document["parameters"]) == 27
    assert {row[-1] for row in what.rows} <= {"fitted", "assumed"}
    assert "nan" not in str(facts.rows)


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "diary.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="holds files"):
        refit_record(load_record("chollima-1"), tmp_path, starts=1, fits=2, seed=5)
    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]
