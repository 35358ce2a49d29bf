"""How flights differ: every group by its own draws, every flight of a seed always by the same."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from downrange.base import Array, InputError
from downrange.earth import Site
from downrange.flight import GROUPS, Crowd, Plan, Spread, Vehicle, crowd_of, dispersed, load_spread, spread_names

Case = tuple[Vehicle, Plan, Site]
ASSUMED = (files("downrange.flight") / "data" / "spreads" / "assumed.toml").read_text(encoding="utf-8")
SPREAD = load_spread("assumed")
BETAS = {"fairing_beta_kgpm2", "beta_stack_kgpm2", "beta_kgpm2", "booster_beta_kgpm2"}
AREAS = {"area_m2", "booster_area_m2"}
BURNS = ("propellant_kg", "dry_kg", "thrust_vac_n", "isp_vac_s")
MOVES = {
    "vehicle": {*BURNS, *(f"booster_{name}" for name in BURNS)},
    "aerodynamics": BETAS | AREAS,
    "guidance": {"kick_deg", "off_pitch_deg", "off_azimuth_deg"},
    "air": BETAS | AREAS,
}


def spread_out(
    case: Case, count: int = 40, *, seed: int = 3, first: int = 0, without: Collection[str] = (), of: Spread = SPREAD
) -> Crowd:
    vehicle, plan, site = case
    return dispersed(crowd_of(vehicle, plan, site, count), of, seed, first=first, without=without)


def arrays(crowd: Crowd) -> dict[str, Array]:
    return {f.name: value for f in fields(crowd) if isinstance(value := getattr(crowd, f.name), np.ndarray)}


def changed(a: Crowd, b: Crowd) -> set[str]:
    return {name for name, values in arrays(a).items() if not np.array_equal(values, arrays(b)[name])}


def test_every_shipped_spread_loads() -> None:
    assert "assumed" in spread_names()
    for name in spread_names():
        assert load_spread(name).name == name


@pytest.mark.parametrize("chunk", [1, 7, 39])
@pytest.mark.parametrize("first", [0, 999, 10**12])
def test_flight_i_of_a_seed_is_the_same_wherever_a_chunk_begins(everything: Case, first: int, chunk: int) -> None:
    whole = arrays(spread_out(everything, 40, first=first))
    for at in range(0, 40, chunk):
        n = min(chunk, 40 - at)
        for name, values in arrays(spread_out(everything, n, first=first + at)).items():
            if len(whole[name]) == 40:
                assert np.array_equal(values, whole[name][at : at + n]), name


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_switched_off_takes_its_own_draws_and_no_other(everything: Case, group: str) -> None:
    vehicle, plan, site = everything
    plain = crowd_of(vehicle, plan, site, 40)
    others = [other for other in GROUPS if other != group]
    assert changed(spread_out(everything, without=others), plain) == MOVES[group]
    without, full = spread_out(everything, without=(group,)), spread_out(everything)
    assert changed(without, full) == MOVES[group]
    assert changed(spread_out(everything, without=GROUPS), plain) == set()
    if group == "air":  # a denser air is one factor on all areas, and under all ballistic coefficients
        factor = full.area_m2 / without.area_m2
        assert np.std(factor) > 0.02
        np.testing.assert_allclose(without.beta_kgpm2 / full.beta_kgpm2, np.tile(factor, (3, 1)).T, rtol=1e-12)
        np.testing.assert_allclose(
            full.booster_area_m2 / without.booster_area_m2, np.tile(factor, (2, 1)).T, rtol=1e-12
        )


def test_another_seed_is_another_crowd(everything: Case) -> None:
    assert changed(spread_out(everything, seed=3), spread_out(everything, seed=4)) == set().union(*MOVES.values())


@pytest.mark.parametrize(
    ("field", "sigma"),
    [
        ("propellant_kg", "propellant"),
        ("dry_kg", "dry"),
        ("thrust_vac_n", "thrust"),
        ("isp_vac_s", "isp"),
        ("kick_deg", "kick"),
        ("area_m2", "area"),
    ],
)
def test_the_spread_is_the_one_of_the_file(everything: Case, field: str, sigma: str) -> None:
    vehicle, plan, site = everything
    plain = crowd_of(vehicle, plan, site, 4_000)
    factor = getattr(spread_out(everything, 4_000, without=("air",)), field) / getattr(plain, field)
    wanted = getattr(SPREAD, sigma)
    assert factor.std(axis=0) == pytest.approx(wanted, rel=0.06)
    assert factor.mean(axis=0) == pytest.approx(1.0, abs=0.07 * wanted)


def test_angles_and_logarithms_have_their_own_units(everything: Case) -> None:
    vehicle, plan, site = everything
    plain, out = crowd_of(vehicle, plan, site, 4_000), spread_out(everything, 4_000, without=("air",))
    assert out.off_pitch_deg.std() == pytest.approx(SPREAD.pitch_deg, rel=0.06)
    assert out.off_azimuth_deg.std() == pytest.approx(SPREAD.azimuth_deg, rel=0.06)
    assert np.log(out.beta_kgpm2 / plain.beta_kgpm2).std() == pytest.approx(SPREAD.ln_beta, rel=0.06)
    assert np.log(out.beta_stack_kgpm2 / plain.beta_stack_kgpm2).std() == pytest.approx(SPREAD.ln_beta, rel=0.06)


def test_draws_of_different_parts_do_not_hang_together(everything: Case) -> None:
    out = spread_out(everything, 4_000)
    columns = [
        *out.propellant_kg.T,
        *out.booster_propellant_kg.T,
        *out.dry_kg.T,
        *out.thrust_vac_n.T,
        *out.booster_isp_vac_s.T,
        out.kick_deg,
        out.off_pitch_deg,
        out.off_azimuth_deg,
        out.area_m2,
    ]
    correlation = np.corrcoef(columns) - np.eye(len(columns))
    assert np.abs(correlation).max() < 5.0 / np.sqrt(4_000)


def test_at_the_widest_spread_a_file_may_give_everything_stays_positive(everything: Case) -> None:
    widest = replace(SPREAD, propellant=0.5, dry=0.5, thrust=0.5, isp=0.5, area=0.5, ln_beta=2.0, kick=0.5, density=0.5)
    out = spread_out(everything, 4_000, of=widest)
    for name in set().union(*MOVES.values()) - {"off_pitch_deg", "off_azimuth_deg"}:
        assert (arrays(out)[name] > 0.0).all(), name


WRONG = {
    "below 0": ("thrust = { value = 0.01", "thrust = { value = -0.01", "vehicle.thrust"),
    "no number": ("thrust = { value = 0.01", "thrust = { value = nan", "vehicle.thrust"),
    "in per cent": ("thrust = { value = 0.01", "thrust = { value = 1", "vehicle.thrust"),
    "an angle too large": ("pitch_deg = { value = 0.2", "pitch_deg = { value = 200", "guidance.pitch_deg"),
    "missing": ("density = ", "dencity = ", "air.dencity"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_spread_with_a_fault_names_file_and_key(tmp_path: Path, wrong: str) -> None:
    old, new, key = WRONG[wrong]
    assert old in ASSUMED
    path = tmp_path / "own.toml"
    path.write_text(ASSUMED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_spread(path)
    assert caught.value.where == "own.toml"
    assert caught.value.key == key
    assert caught.value.cure


def test_an_unknown_spread_is_answered_with_those_there_are() -> None:
    with pytest.raises(InputError, match="assumed"):
        load_spread("nosuch")
