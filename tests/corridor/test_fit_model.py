"""Records: the shipped one, errors in one's own, and the vehicles that parameters mean."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.corridor import load_fits, load_record
from downrange.corridor.fit_model import FIXED, crowd_from, names_of
from downrange.flight import timeline

NAMES = list(names_of(3))

TEXT = resources.files("downrange.corridor").joinpath("data", "chollima-1.toml").read_text(encoding="utf-8")


def refused(tmp_path: Path, text: str) -> InputError:
    assert text != TEXT
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_record(path)
    assert caught.value.where == "mine.toml"
    return caught.value


def test_every_fact_prior_and_fixed_number_of_the_shipped_record_has_a_source() -> None:
    record = load_record("chollima-1")
    assert [fact.kind for fact in record.facts] == ["place", "place", "axis", "time", "time", "insertion"]
    assert all(fact.source.strip() and fact.limit.strip() for fact in record.facts)
    assert list(record.priors) == NAMES
    assert all(prior.source.strip() for prior in record.priors.values())
    assert all(figure.source.strip() for figure in record.fixed.values())
    assert (record.sigma > 0.0).all()
    assert record.mean[NAMES.index("liftoff_kg")] == record.priors["liftoff_kg"].mean == 120e3


def test_a_record_of_ones_own_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TEXT, encoding="utf-8")
    assert load_record(path).facts == load_record(str(path)).facts == load_record("chollima-1").facts


@pytest.mark.parametrize("table", ["priors", "fixed"])
def test_a_number_that_is_missing_or_unknown_is_named(tmp_path: Path, table: str) -> None:
    name = {"priors": "coast_s = {", "fixed": "kick_s = {"}[table]
    line = next(line for line in TEXT.splitlines() if line.startswith(name))
    gone = refused(tmp_path, TEXT.replace(line + "\n", ""))
    assert (gone.key, gone.seen) == (table, f"{name.split()[0]} missing or unknown")
    typo = refused(tmp_path, TEXT.replace(line, "x" + line))
    assert typo.seen == f"{name.split()[0]}, x{name.split()[0]} missing or unknown"
    assert all(wanted in typo.cure for wanted in {"priors": NAMES, "fixed": FIXED}[table])


@pytest.mark.parametrize(
    ("old", "new", "key", "seen", "cure"),
    [
        ('kind = "axis"', 'kind = "line"', "facts[2].kind", "line", "shipped chollima-1.toml"),
        ("sigma_m = 12500.0", "sigmam = 12500.0", "facts[0].sigmam", "unknown key", "write sigma_m"),
        ("lat_deg = 36.10", 'lat_deg = "36.10"', "facts[0].lat_deg", "Expected float", "shipped chollima-1.toml"),
        ("[soft]", "[hard]", "hard", "unknown key", "use one of azimuths, drag, facts"),
        ('name = "chollima-1"', 'name = "chollima-1', "", "Illegal", "correct that line"),
    ],
)
def test_what_the_file_cannot_mean_is_refused(
    tmp_path: Path, old: str, new: str, key: str, seen: str, cure: str
) -> None:
    error = refused(tmp_path, TEXT.replace(old, new, 1))
    assert error.key == key
    assert seen in error.seen
    assert cure in error.cure


def test_an_unknown_site_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TEXT.replace('site = "sohae-coastal"', 'site = "atlantis"'), encoding="utf-8")
    with pytest.raises(InputError, match="atlantis"):
        load_record(path)


def test_records_and_fits_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no record 'nobody'\. Choose one of chollima-1"):
        load_record("nobody")
    with pytest.raises(InputError, match="cannot be read"):
        load_record(tmp_path / "gone.toml")
    with pytest.raises(InputError, match=r"nobody\.fits\.csv.*no fits are shipped"):
        load_fits("nobody")


def test_the_shipped_fits_cannot_be_changed_by_a_reader() -> None:
    fits = load_fits("chollima-1")
    assert fits.shape[1] == len(NAMES)
    assert np.isfinite(fits).all()
    with pytest.raises(ValueError, match="read-only"):
        fits[0, 0] = 1.0


@given(u=st.lists(st.floats(-3.0, 3.0), min_size=27, max_size=27))
def test_the_budget_closes_at_the_mass_on_the_pad(u: list[float]) -> None:
    record = load_record("chollima-1")
    x = (record.mean + record.sigma * np.array(u))[None]
    crowd = crowd_from(record, x)
    total = (crowd.propellant_kg + crowd.dry_kg).sum() + crowd.payload_kg[0] + crowd.fairing_kg[0]
    assert total == pytest.approx(x[0, NAMES.index("liftoff_kg")])
    assert timeline(crowd).table[0, 0, 2] == pytest.approx(x[0, NAMES.index("liftoff_kg")])


def test_parameters_mean_what_they_are_called() -> None:
    record = load_record("chollima-1")
    x = load_fits("chollima-1")[3:5]
    crowd, d = crowd_from(record, x), {name: x[:, i] for i, name in enumerate(NAMES)}
    for s in range(3):
        share = crowd.dry_kg[:, s] / (crowd.dry_kg[:, s] + crowd.propellant_kg[:, s])
        assert share == pytest.approx(d[f"structure{s + 1}"])
        assert crowd.isp_vac_s[:, s] == pytest.approx(d[f"isp_vac{s + 1}_s"])
    assert crowd.thrust_vac_n[:, 0] * crowd.sl_over_vac[:, 0] == pytest.approx(d["thrust_sl1_n"])
    assert crowd.thrust_vac_n[:, 1:] == pytest.approx(
        x[:, [NAMES.index("thrust_vac2_n"), NAMES.index("thrust_vac3_n")]]
    )
    for s, n in ((1, 2), (2, 3)):
        for field, part in (("pitch0", "start"), ("pitch1", "end"), ("azimuth0", "start"), ("azimuth1", "end")):
            name = f"{field[:-1]}{n}_{part}_deg"
            assert np.array_equal(getattr(crowd, f"{field}_deg")[:, s], d[name]), name
    assert np.log(crowd.beta_kgpm2[:, 0]) == pytest.approx(d["ln_beta1"])
    assert np.log(crowd.beta_kgpm2[:, 1]) == pytest.approx(d["ln_beta2"])
    assert np.log(crowd.fairing_beta_kgpm2) == pytest.approx(d["ln_beta_fairing"])
    assert crowd.coast_s[:, 1].tolist() == [record.fixed["gap_s"].value] * 2
    for field, name in (("coast_s", "coast_s"), ("kick_deg", "kick_deg"), ("azimuth_deg", "azimuth1_deg")):
        values = getattr(crowd, field)
        assert np.array_equal(values[:, 2] if values.ndim == 2 else values, d[name])
    assert np.array_equal(crowd.fairing_s, d["fairing_s"])
    assert (crowd.lat_deg[0], crowd.lon_deg[0]) == (record.site.lat_deg, record.site.lon_deg)
