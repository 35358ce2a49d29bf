"""Inference on invented areas: what can be told, what cannot, what no vehicle flies, and the same bits again."""

from __future__ import annotations

import numpy as np
import pytest

from downrange.corridor import Inference, Quantity, Target, case_of, infer, load_outline
from downrange.corridor.fit import bounds
from downrange.corridor.infer import modes
from downrange.corridor.outline import Aim
from downrange.corridor.posterior import effective
from downrange.earth import destination, load_site, range_azimuth

SITE = load_site("lc-39a")
THREE, TWO = load_outline("three-stages"), load_outline("two-stages")
FLIGHTS = 3_000


def circle(label: str, azimuth_deg: float, range_m: float, radius_m: float = 50e3) -> Target:
    lat, lon = destination(SITE.lat_deg, SITE.lon_deg, azimuth_deg, range_m)
    return Target(label=label, lat_deg=(float(lat),), lon_deg=(float(lon),), radius_m=radius_m)


def named(found: Inference) -> dict[str, Quantity]:
    return {one.name: one for one in found.quantities()}


@pytest.fixture(scope="module")
def found() -> Inference:
    """One area 700 km away, and nothing else: two stages."""
    return infer(case_of(TWO, SITE, [circle("1", 95.0, 700e3)]).record(["stage 1"]), flights=FLIGHTS, threads=2)


def test_the_weighted_flights_fall_into_the_area(found: Inference) -> None:
    assert found.explained
    assert found.chi2 < 10.0
    assert [check.fact for check in found.checks] == ["stage 1 in 1", "insertion"]
    assert all(0.05 < check.p < 0.95 for check in found.checks)
    lat, lon, _ = found.after.place["stage 1"]
    away_m, _ = range_azimuth(*destination(SITE.lat_deg, SITE.lon_deg, 95.0, 700e3), lat, lon)
    # a normal spread of 25 km: 95 % within 61 km; wider by the pad's own uncertainty
    assert found.weight @ (np.asarray(away_m) < 61e3) > 0.85
    assert found.weight @ (np.asarray(away_m) > 10e3) > 0.5


def test_the_notice_narrows_what_it_tells_and_not_more(found: Inference) -> None:
    quantity = named(found)
    assert quantity["stage 1 fall: range"].told
    assert quantity["azimuth1"].told
    assert quantity["stage 1 fall: azimuth"].posterior[1] == pytest.approx(95.0, abs=2.0)
    for name in ("isp vac1", "ln beta fairing", "fairing"):
        assert not quantity[name].told, name
    low, _, high = quantity["ln beta fairing"].posterior
    assert high - low > 0.7 * 2.0 * 1.645 * 0.45


def test_what_the_draws_are_worth_is_reported(found: Inference) -> None:
    assert found.weight.sum() == pytest.approx(1.0)
    assert (found.weight > 0.0).all()
    assert found.effective == pytest.approx(effective(found.weight))
    assert 8.0 < found.effective <= len(found.weight) <= round(FLIGHTS / 85)
    assert found.trusted == (found.effective >= 50.0)
    assert 0.0 <= found.unsolved < 0.5
    assert 0.0 <= found.outside < 0.5
    assert len(found.weight) == round((1.0 - found.unsolved - found.outside) * round(FLIGHTS / 85))
    assert 0.5 * FLIGHTS < found.flights < 4 * FLIGHTS
    low, high = bounds(found.record)
    u = found.record.u_of(found.x)
    assert ((u >= low - 1e-9) & (u <= high + 1e-9)).all()


def test_places_have_levels_and_sectors_hold_their_share(found: Inference) -> None:
    assert found.level_of("stage 1", *destination(SITE.lat_deg, SITE.lon_deg, 95.0, 1_400e3)) == pytest.approx(1.0)
    lat, lon, _ = found.after.place["stage 1"]
    middle = float(found.weight @ lat), float(found.weight @ lon)
    assert found.level_of("stage 1", *middle) < 0.2
    ring_lat, ring_lon = found.sector_of("stage 1")
    range_m, azimuth = range_azimuth(SITE.lat_deg, SITE.lon_deg, lat, lon)
    edge_m, edge = range_azimuth(SITE.lat_deg, SITE.lon_deg, ring_lat, ring_lon)
    inside = (range_m >= edge_m.min()) & (range_m <= edge_m.max()) & (azimuth >= edge.min()) & (azimuth <= edge.max())
    assert 0.8 < found.weight @ inside <= 1.0


def test_fits_are_the_mode_and_rows_as_often_as_they_weigh(found: Inference) -> None:
    rows = found.fits(200)
    assert rows.shape == (201, len(found.record.names))
    assert rows[0].tolist() == found.mode.tolist()
    heaviest = found.x[np.argmax(found.weight)]
    assert abs(int((rows[1:] == heaviest).all(axis=1).sum()) - 200 * found.weight.max()) <= 1.0


def test_the_same_seed_gives_the_same_bits_on_any_number_of_threads(found: Inference) -> None:
    told = []
    again = infer(found.record, flights=FLIGHTS, threads=1, progress=lambda done, wanted: told.append((done, wanted)))
    for name in ("mode", "x", "weight"):
        assert getattr(again, name).tobytes() == getattr(found, name).tobytes(), name
    assert (again.chi2, again.log_evidence, again.flights) == (found.chi2, found.log_evidence, found.flights)
    assert told[-1] == (FLIGHTS, FLIGHTS)
    other = infer(found.record, flights=1_000, seed=2, starts=2)
    assert other.x.tobytes() != found.x[: len(other.x)].tobytes()
    assert other.chi2 == pytest.approx(found.chi2, abs=0.01)


@pytest.mark.parametrize("range_m", [540e3, 900e3])
def test_every_start_from_a_good_flight_finds_the_same_mode(range_m: float) -> None:
    """At 540 km a search that frees the orbit at first ends in five different places, the best of them at chi2 14."""
    fits = modes(case_of(TWO, SITE, [circle("1", 95.0, range_m)]).record(["stage 1"]))
    assert len(fits) == 3
    assert max(fit.chi2 for fit in fits) < min(fit.chi2 for fit in fits) + 0.1 < 6.0


@pytest.mark.parametrize(
    ("areas", "bodies"),
    [
        ([circle("1", 95.0, 600e3), circle("2", 5.0, 620e3)], ["stage 1", "fairing"]),
        ([circle("1", 95.0, 600e3), circle("2", 275.0, 2_600e3)], ["stage 1", "stage 2"]),
    ],
    ids=["sideways at the same range", "behind the pad"],
)
def test_areas_that_no_vehicle_reaches_are_not_explained(areas: list[Target], bodies: list[str]) -> None:
    found = infer(case_of(THREE, SITE, areas).record(bodies), flights=1_000, starts=1)
    assert not found.explained
    assert not found.trusted
    assert found.p < 1e-9
    assert min(check.p for check in found.checks) < 1e-9
    assert found.effective == 1.0  # the best vehicle alone: there is nothing to weigh
    assert found.log_evidence < -100.0


def test_a_circle_of_low_inclination_from_a_northern_pad_is_not_explained() -> None:
    """No direct ascent from 28.6 N on an azimuth of 95 reaches the plane of the equator."""
    aim = Aim(
        perigee_alt_m=400e3,
        apogee_alt_m=400e3,
        inclination_deg=0.0,
        sigma_alt_m=20e3,
        sigma_inclination_deg=0.2,
        sigma_radial_mps=50.0,
        source="test",
    )
    found = infer(case_of(TWO, SITE, [circle("1", 95.0, 700e3)], aim=aim).record(["stage 1"]), flights=1_000, starts=1)
    assert not found.explained
    assert found.p < 1e-9
    assert {check.fact: check.p for check in found.checks}["insertion"] < 1e-9


def test_draws_are_kept_in_a_folder_and_gone_on_from(found: Inference, tmp_path) -> None:
    first = infer(found.record, flights=1_000, folder=tmp_path / "kept")
    assert (tmp_path / "kept" / "campaign.json").is_file()
    again = infer(found.record, flights=1_000, folder=tmp_path / "kept", resume=True)
    assert again.x.tobytes() == first.x.tobytes()
