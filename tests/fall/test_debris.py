"""Debris lists: the shipped one, what goes wrong in one, and the law of what is drawn from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from downrange.base import InputError, Kind, normals, uniforms
from downrange.fall import DebrisClass, DebrisList, debris_names, draw_pieces, load_debris
from downrange.fall.debris import MAXWELL_97, STREAM, WIDEST_LOG10

SHIPPED = load_debris("assumed-launcher")
SAID = 'kind = "measured", source = "drop test"'
MINE = f"""
name = "mine"
title = "One class"
[[classes]]
name = "panels"
count = {{ value = 12, {SAID} }}
mass_kg = {{ value = 2.5, {SAID} }}
area_m2 = {{ value = 0.5, {SAID} }}
beta_kgpm2 = {{ value = 40, sigma = 5, {SAID} }}
log10_width = {{ value = 0.3, {SAID} }}
imparted_mps = {{ value = 60, {SAID} }}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def only(**changed: float) -> DebrisList:
    one = {"count": 1.0, "mass_kg": 1.0, "area_m2": 1.0, "beta_kgpm2": 100.0, "log10_width": 0.5, "imparted_mps": 80.0}
    return DebrisList(name="one", title="one", classes=(DebrisClass(name="one", **(one | changed)),), figures=())


def test_every_number_of_the_shipped_list_is_said_to_be_assumed() -> None:
    assert "assumed-launcher" in debris_names()
    for name in debris_names():
        debris = load_debris(name)
        assert debris.name == name
        assert len(debris.figures) == 6 * len(debris.classes)
        assert {figure.kind for _, figure in debris.figures} == {Kind.ASSUMED}


def test_the_shipped_classes_cover_all_coefficients_without_a_gap() -> None:
    half = np.array([c.log10_width / 2.0 for c in SHIPPED.classes])
    middle = np.log10([c.beta_kgpm2 for c in SHIPPED.classes])
    assert (2.0 * half <= WIDEST_LOG10).all()
    assert 10.0 ** (middle - half)[0] == pytest.approx(10.0, rel=0.01)
    assert 10.0 ** (middle + half)[-1] == pytest.approx(5_000.0, rel=0.01)
    assert (middle + half)[:-1] == pytest.approx((middle - half)[1:], abs=1e-3)


def test_the_shipped_pieces_add_up_to_an_upper_stack() -> None:
    assert 2_000.0 < SHIPPED.total_kg < 6_000.0
    for c in SHIPPED.classes:
        assert c.mass_kg / (c.beta_kgpm2 * c.area_m2) == pytest.approx(0.8, rel=0.01)  # drag coefficient of tumbling


def test_a_persons_own_list(tmp_path: Path) -> None:
    debris = load_debris(written(tmp_path, MINE))
    assert debris.classes == (
        DebrisClass(name="panels", count=12, mass_kg=2.5, area_m2=0.5, beta_kgpm2=40, log10_width=0.3, imparted_mps=60),
    )
    assert debris.total_kg == 30.0
    figure = dict(debris.figures)["classes[0].beta_kgpm2"]
    assert (figure.value, figure.unit, figure.sigma, figure.kind) == (40.0, "kgpm2", 5.0, Kind.MEASURED)


@pytest.mark.parametrize(
    ("old", "new", "key", "told"),
    [
        ("mass_kg = { value = 2.5", "mass_kg = { value = -2.5", "classes[0].mass_kg", "-2.5 in 'panels'. Give the mass"),
        ("area_m2 = { value = 0.5", "area_m2 = { value = -1", "classes[0].area_m2", "projected area"),
        ("count = { value = 12", "count = { value = -12", "classes[0].count", "above 0"),
        ("count = { value = 12", "count = { value = 0", "classes[0].count", "above 0"),
        ("beta_kgpm2 = { value = 40", "beta_kgpm2 = { value = nan", "classes[0].beta_kgpm2", "1 lb/ft^2 is 4.88"),
        ("mass_kg = { value = 2.5", "mass_kg = { value = inf", "classes[0].mass_kg", "inf"),
        ("log10_width = { value = 0.3", "log10_width = { value = 0.51", "classes[0].log10_width", "split the class"),
        ("log10_width = { value = 0.3", "log10_width = { value = -0.1", "classes[0].log10_width", "0 to 0.5"),
        ("imparted_mps = { value = 60", "imparted_mps = { value = -60", "classes[0].imparted_mps", "97 %"),
        ("sigma = 5", "sigma = -5", "classes[0].beta_kgpm2.sigma", "0 or more"),
        ("mass_kg", "weight_kg", "classes[0].weight_kg", "unknown key"),
        ("value = 2.5", "val = 2.5", "classes[0].mass_kg.val", "Write value"),
        (f"mass_kg = {{ value = 2.5, {SAID} }}\n", "", "classes[0].mass_kg", "assumed-launcher.toml"),
        (f"mass_kg = {{ value = 2.5, {SAID} }}", "mass_kg = 2.5", "classes[0].mass_kg", "Write numbers as"),
        ('area_m2 = { value = 0.5, kind = "measured", source = "drop test"', 'area_m2 = { value = 0.5, kind = "measured", source = ""', "classes[0].area_m2.source", "say 'assumed'"),
        (MINE[MINE.index("[[classes]]") :], "classes = []", "classes", "an empty debris list"),
        (MINE[MINE.index("[[classes]]") :], "", "classes", "missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_key_and_cure(tmp_path: Path, old: str, new: str, key: str, told: str) -> None:
    assert old in MINE
    with pytest.raises(InputError) as caught:
        load_debris(written(tmp_path, MINE.replace(old, new)))
    assert (caught.value.where, caught.value.key) == ("mine.toml", key)
    assert told in str(caught.value)


def test_two_classes_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'panels' stands twice") as caught:
        load_debris(written(tmp_path, MINE + MINE[MINE.index("[[classes]]") :]))
    assert caught.value.key == "classes[1].name"


def test_an_unknown_list_is_answered_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"no debris list 'launcher'.*assumed-launcher"):
        load_debris("launcher")


def test_the_percentile_of_the_maxwellian_is_the_97th() -> None:
    assert pytest.approx(stats.maxwell.ppf(0.97), rel=1e-9) == MAXWELL_97


def test_added_speeds_are_maxwellian_with_97_percent_below_the_maximum() -> None:
    _, dv_mps, _ = draw_pieces(only(imparted_mps=80.0), 4, 50_000)
    speeds_mps = np.linalg.norm(dv_mps[:, 0], axis=1)
    assert stats.kstest(speeds_mps, stats.maxwell(scale=80.0 / stats.maxwell.ppf(0.97)).cdf).pvalue > 0.01
    assert (speeds_mps < 80.0).mean() == pytest.approx(0.97, abs=4.0 * np.sqrt(0.97 * 0.03 / 50_000))


def test_pieces_fly_off_alike_in_every_direction() -> None:
    _, dv_mps, _ = draw_pieces(only(), 9, 50_000)
    to = dv_mps[:, 0] / np.linalg.norm(dv_mps[:, 0], axis=1)[:, None]
    for axis in range(3):  # the parts of a direction on a sphere are evenly spread (Archimedes)
        assert stats.kstest(to[:, axis], stats.uniform(-1.0, 2.0).cdf).pvalue > 0.01
    assert np.abs(np.corrcoef(dv_mps[:, 0].T) - np.eye(3)).max() < 0.02


def test_coefficients_fill_their_class_evenly_in_the_logarithm() -> None:
    _, _, beta_kgpm2 = draw_pieces(only(beta_kgpm2=200.0, log10_width=0.4), 2, 20_000)
    low = np.log10(200.0) - 0.2
    assert stats.kstest(np.log10(beta_kgpm2[:, 0]), stats.uniform(low, 0.4).cdf).pvalue > 0.01
    assert np.ptp(np.log10(beta_kgpm2)) <= 0.4


def test_speed_and_coefficient_of_a_piece_do_not_hang_together() -> None:
    _, dv_mps, beta_kgpm2 = draw_pieces(only(), 3, 20_000)
    assert abs(np.corrcoef(np.linalg.norm(dv_mps[:, 0], axis=1), beta_kgpm2[:, 0])[0, 1]) < 0.03


def test_a_class_without_width_or_kick_is_sure() -> None:
    _, dv_mps, beta_kgpm2 = draw_pieces(only(log10_width=0.0, imparted_mps=0.0, beta_kgpm2=123.0), 1, 5, per_class=3)
    assert (dv_mps == 0.0).all()
    assert beta_kgpm2 == pytest.approx(np.full((5, 3), 123.0))


def test_each_class_keeps_to_its_own_numbers() -> None:
    index, dv_mps, beta_kgpm2 = draw_pieces(SHIPPED, 8, 3_000, per_class=2)
    assert index.shape == beta_kgpm2.shape == dv_mps.shape[:2] == (3_000, 2 * len(SHIPPED.classes))
    for i, c in enumerate(SHIPPED.classes):
        mine = index == i
        assert mine.sum(axis=1).tolist() == [2] * 3_000
        assert np.abs(np.log10(beta_kgpm2[mine] / c.beta_kgpm2)).max() <= c.log10_width / 2.0 + 1e-12
        assert (np.linalg.norm(dv_mps[mine], axis=1) < c.imparted_mps).mean() == pytest.approx(0.97, abs=0.01)


@pytest.mark.parametrize("chunk", [1, 7, 40])
def test_sample_i_is_the_same_whatever_the_chunking(chunk: int) -> None:
    whole = draw_pieces(SHIPPED, 5, 40, per_class=2)
    parts = [draw_pieces(SHIPPED, 5, min(chunk, 40 - at), first=at, per_class=2) for at in range(0, 40, chunk)]
    for i, values in enumerate(whole):
        assert (np.concatenate([part[i] for part in parts]) == values).all()


def test_a_piece_is_the_same_however_many_are_drawn_of_its_class() -> None:
    few, many = draw_pieces(SHIPPED, 5, 10), draw_pieces(SHIPPED, 5, 10, per_class=4)
    for one, other in zip(few, many, strict=True):
        assert (other[:, : len(SHIPPED.classes)] == one).all()


def test_seeds_differ_and_the_draws_are_nobody_elses() -> None:
    _, dv_mps, _ = draw_pieces(only(imparted_mps=MAXWELL_97), 5, 30)
    assert not np.isin(dv_mps, draw_pieces(only(imparted_mps=MAXWELL_97), 6, 30)[1]).any()
    assert not np.isin(dv_mps, normals(5, 30, 3_000)).any()
    assert np.isin(dv_mps, normals(5 ^ (STREAM << 32), 30, 3)).all()
    _, _, beta_kgpm2 = draw_pieces(only(), 5, 30)
    expected = 100.0 * 10.0 ** (0.5 * (uniforms(5 ^ (STREAM << 32), 30, 1) - 0.5))
    assert beta_kgpm2 == pytest.approx(expected)


def test_no_piece_a_class_is_refused() -> None:
    with pytest.raises(InputError, match="at least one piece"):
        draw_pieces(SHIPPED, 1, 1, per_class=0)
