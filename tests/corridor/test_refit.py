"""Fits in plenty, what they determine, and the files written from them."""

from __future__ import annotations

import runpy
from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from downrange.base import InputError, Kind
from downrange.corridor import Fit, Record, Starts, load_fits, load_record, parameters, refit, vehicle_toml
from downrange.corridor.fit_model import crowd_from, names_of, read_fits
from downrange.corridor.refit import fits_csv
from downrange.earth import load_site
from downrange.flight import crowd_of, read_vehicle

NAMES = list(names_of(3))

LIMITS = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "authority" / "fit_limits.py")))


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record("chollima-1")


def test_enough_randomised_fits_are_shipped_and_they_differ() -> None:
    fits = load_fits("chollima-1")
    assert len(fits) - 1 >= LIMITS.REFITS
    assert len(np.unique(fits[:, 0])) == len(fits)


def test_one_start_and_one_fit_are_the_first_of_the_shipped_ones(record: Record) -> None:
    made, shipped = refit(record, starts=1, fits=1), load_fits("chollima-1")
    assert made.left_out == 0
    assert (made.fits - shipped[:2]) / record.sigma == pytest.approx(np.zeros((2, len(NAMES))), abs=0.02)
    assert read_fits(made.fits_csv) == pytest.approx(made.fits, rel=1e-8)
    assert made.vehicle_toml == vehicle_toml(record, read_fits(made.fits_csv))
    assert len(made.starts.chi2) == 1


def test_what_the_record_tells_and_what_it_does_not(record: Record) -> None:
    told = {p.name: p.determined for p in parameters(record, load_fits("chollima-1"))}
    assert list(told) == NAMES
    assert all(told[name] for name in LIMITS.DETERMINED), told
    wrongly = [name for name in LIMITS.ASSUMED if told[name]]
    assert set(wrongly) <= {"structure1"}, "stage 1 is told as one with the mass on the pad"


def test_a_parameter_tells_prior_and_fit(record: Record) -> None:
    fits = np.tile(record.mean, (9, 1))
    fits[1:, 0] += record.sigma[0] * np.array([1, -1] * 4) * 0.79
    fits[1:, 1] += record.sigma[1] * np.array([1, -1] * 4) * 0.81
    first, second, *_ = parameters(record, fits)
    assert (first.determined, second.determined) == (True, False)
    assert first.sigma == pytest.approx(0.79 * record.sigma[0])
    assert (first.prior_mean, first.prior_sigma, first.best) == (record.mean[0], record.sigma[0], record.mean[0])
    assert first.source == record.priors[NAMES[0]].source


def test_starts_that_agree_are_within_a_tenth_of_the_best() -> None:
    best = Fit(x=np.zeros(27), chi2=10.0, simulations=5)
    starts = Starts(best=best, chi2=np.array([10.0, 10.1, 10.11, 50.0]), simulations=np.array([1, 2, 3, 4]))
    assert starts.agreeing == 2


def test_the_file_of_fits_is_read_back(record: Record) -> None:
    fits = load_fits("chollima-1")
    best = Fit(x=fits[0], chi2=15.5624, simulations=1)
    starts = Starts(best=best, chi2=np.array([15.6, 15.7]), simulations=np.array([900, 2_000]))
    text = fits_csv(record, starts, fits[1:4], seed=77)
    notes = [line for line in text.splitlines() if line.startswith("#")]
    assert "chi2 15.562" in notes[0]
    assert "3 randomised fits, seed 77" in notes[0]
    assert "1 of 2 random starts" in notes[1]
    assert "900 to 2000 simulations" in notes[1]
    assert "not measured" in notes[2]
    assert np.array_equal(read_fits(text), fits[:4])
    with pytest.raises(InputError, match="its columns are not the parameters"):
        read_fits(text.replace("kick_deg", "kick_rad"))


def test_the_shipped_vehicle_file_is_written_from_the_shipped_fits(record: Record) -> None:
    shipped = resources.files("downrange.flight").joinpath("data", "chollima-1.toml").read_text(encoding="utf-8")
    assert vehicle_toml(record, load_fits("chollima-1")) == shipped


def test_the_vehicle_file_flies_as_the_best_fit(record: Record) -> None:
    fits = load_fits("chollima-1")
    vehicle, plan = read_vehicle(vehicle_toml(record, fits), where="test")
    mine, fitted = crowd_of(vehicle, plan, load_site("sohae-coastal")), crowd_from(record, fits[:1])
    assert mine.programmes == fitted.programmes == (None,) * 3
    for name in set(type(mine).__slots__) - {"programmes", "profiles"}:
        assert getattr(mine, name) == pytest.approx(getattr(fitted, name), rel=1e-7), name
    for one, other in zip(mine.profiles, fitted.profiles, strict=True):
        for name in type(one).__slots__:
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
    figures = dict(vehicle.figures)
    told = {p.name: p.determined for p in parameters(record, fits)}
    assert figures["stages[0].thrust_vac_n"].kind is (Kind.FITTED if told["thrust_sl1_n"] else Kind.ASSUMED)
    assert figures["stages[1].propellant_kg"].kind is Kind.FITTED
    assert figures["stages[1].propellant_kg"].sigma == pytest.approx(fits[1:, 1].std(), rel=0.01)
