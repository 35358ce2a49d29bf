"""Outlined vehicles and the records that areas make of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from downrange.base import InputError
from downrange.corridor import Target, bodies_for, load_outline, outline_names, outlined, ranges
from downrange.corridor.fit import bounds
from downrange.corridor.fit_model import Record
from downrange.corridor.outline import AREA_SIGMAS, LEAST_SIGMA_M, SOME_LOW_ORBIT, Aim, Outline, area_fact
from downrange.earth import destination, load_site

SITE = load_site("lc-39a")
THREE, TWO = load_outline("three-stages"), load_outline("two-stages")


@dataclass(frozen=True, kw_only=True)
class Time:
    event: str
    t_s: float
    sigma_s: float = 20.0
    source: str = "test"


def circle(azimuth_deg: float, range_m: float, radius_m: float = 50e3, label: str = "1") -> Target:
    lat, lon = destination(SITE.lat_deg, SITE.lon_deg, azimuth_deg, range_m)
    return Target(label=label, lat_deg=(float(lat),), lon_deg=(float(lon),), radius_m=radius_m)


def area_of(length_m: float, width_m: float, course_deg: float, at: tuple[float, float]) -> Target:
    """Return a rectangle so long along a course."""
    half = [(0.5 * a * length_m, 0.5 * b * width_m) for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))]
    corners = [
        destination(*at, course_deg + math.degrees(math.atan2(right, ahead)), math.hypot(ahead, right))
        for ahead, right in half
    ]
    return Target(label="box", lat_deg=tuple(float(c[0]) for c in corners), lon_deg=tuple(float(c[1]) for c in corners))


def test_shipped_outlines_have_sources_and_spread_everywhere() -> None:
    assert set(outline_names()) == {"chollima-1", "three-stages", "two-stages"}
    for name in outline_names():
        outline = load_outline(name)
        assert all(figure.source.strip() for figure in outline.file.fixed.values())
        assert all(
            prior.source.strip() and (prior.sigma > 0.0) != (prior.factor > 1.0)
            for prior in outline.file.priors.values()
        )


def test_an_unknown_outline_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(InputError) as caught:
        load_outline("four-stages")
    assert "four-stages" in caught.value.seen
    assert all(name in caught.value.cure for name in outline_names())


def test_bodies_come_in_the_order_in_which_launchers_drop_them() -> None:
    assert (TWO.stages, TWO.bodies) == (2, ("stage 1", "fairing"))
    assert (THREE.stages, THREE.bodies) == (3, ("stage 1", "fairing", "stage 2"))


@pytest.mark.parametrize(
    ("outline", "known", "ways"),
    [
        (TWO, [""], [("stage 1",), ("fairing",)]),
        (TWO, ["", ""], [("stage 1", "fairing")]),
        (THREE, ["", ""], [("stage 1", "fairing"), ("stage 1", "stage 2"), ("fairing", "stage 2")]),
        (THREE, ["stage 1", ""], [("stage 1", "fairing"), ("stage 1", "stage 2")]),
        (THREE, ["", "", ""], [("stage 1", "fairing", "stage 2")]),
        (THREE, ["fairing"], [("fairing",)]),
    ],
)
def test_areas_belong_to_bodies_in_every_way_that_keeps_the_order(
    outline: Outline, known: list[str], ways: list
) -> None:
    assert list(bodies_for(outline, known)) == ways


@pytest.mark.parametrize(
    ("outline", "known", "seen"),
    [
        (TWO, ["", "", ""], r"3 areas \(\?, \?, \?\) for a vehicle that lets stage 1, fairing fall"),
        (THREE, ["stage 2", "stage 1"], r"2 areas \(stage 2, stage 1\)"),
        (TWO, ["stage 2"], r"1 areas \(stage 2\)"),
        (THREE, ["", "stage 1"], r"2 areas \(\?, stage 1\)"),
    ],
)
def test_areas_that_no_way_fits_are_refused(outline: Outline, known: list[str], seen: str) -> None:
    with pytest.raises(InputError, match=seen) as caught:
        bodies_for(outline, known)
    assert "join those that touch" in caught.value.cure


def test_an_area_says_half_its_half_length_along_its_axis_and_half_its_half_width_across() -> None:
    sharp = replace(SITE, sigma_m=0.0)
    at = destination(SITE.lat_deg, SITE.lon_deg, 95.0, 600e3)
    area = area_of(200e3, 60e3, 100.0, (float(at[0]), float(at[1])))
    fact = area_fact(sharp, area, "stage 1")
    assert (fact.kind, fact.body, fact.name) == ("axis", "stage 1", "stage 1 in box")
    assert (fact.lat_deg, fact.lon_deg) == pytest.approx((float(at[0]), float(at[1])), abs=0.01)
    assert fact.course_deg == pytest.approx(100.0, abs=0.5)
    assert fact.sigma_along_m == pytest.approx(100e3 / AREA_SIGMAS, rel=0.01)
    assert fact.sigma_across_m == pytest.approx(30e3 / AREA_SIGMAS, rel=0.01)
    unsure = area_fact(replace(SITE, sigma_m=40e3), area, "stage 1")
    assert unsure.sigma_across_m == pytest.approx(math.hypot(15e3, 40e3), rel=0.01)


def test_a_circle_says_half_its_radius_and_no_area_less_than_a_kilometre() -> None:
    sharp = replace(SITE, sigma_m=0.0)
    fact = area_fact(sharp, circle(95.0, 600e3, 50e3), "fairing")
    assert (fact.kind, fact.sigma_m) == ("place", pytest.approx(25e3))
    assert area_fact(sharp, circle(95.0, 600e3, 100.0), "fairing").sigma_m == LEAST_SIGMA_M


def mean(record: Record, name: str) -> float:
    return float(record.mean[record.names.index(name)])


@pytest.mark.parametrize("azimuth_deg", [3.0, 92.0, 187.0, 301.0])
def test_azimuths_are_counted_from_the_nearest_area(azimuth_deg: float) -> None:
    areas = [circle(azimuth_deg - 20.0, 2_500e3), circle(azimuth_deg, 500e3)]
    record = outlined(THREE, SITE, areas, ["stage 2", "stage 1"])
    toward = ranges(SITE, areas)[1].azimuth_deg
    for name in ("azimuth1_deg", "azimuth2_start_deg", "azimuth2_end_deg", "azimuth3_start_deg", "azimuth3_end_deg"):
        assert mean(record, name) == pytest.approx(toward + THREE.file.priors[name].mean, abs=1e-9)
    assert toward == pytest.approx(azimuth_deg, abs=0.01)
    assert mean(record, "pitch2_start_deg") == THREE.file.priors["pitch2_start_deg"].mean


def test_azimuths_that_are_given_stay() -> None:
    chollima = load_outline("chollima-1")
    record = outlined(chollima, SITE, [circle(95.0, 600e3)], ["stage 1"])
    assert mean(record, "azimuth1_deg") == chollima.file.priors["azimuth1_deg"].mean == 192.0


def test_an_outline_that_counts_from_areas_needs_one() -> None:
    with pytest.raises(InputError, match="no area to count from") as caught:
        outlined(TWO, SITE, [], [])
    assert caught.value.key == "azimuths"


def test_a_factor_is_a_normal_logarithm() -> None:
    record = outlined(THREE, SITE, [circle(95.0, 600e3)], ["stage 1"])
    i = record.names.index("propellant2_kg")
    steps = np.zeros((3, len(record.names)))
    steps[:, i] = [-1.0, 0.0, 2.0]
    assert record.x_of(steps)[:, i] == pytest.approx([17e3 / 1.35, 17e3, 17e3 * 1.35**2])
    j = record.names.index("isp_vac2_s")
    steps[:, j] = [-1.0, 0.0, 2.0]
    assert record.x_of(steps)[:, j] == pytest.approx([275.0, 295.0, 335.0])
    assert record.u_of(record.x_of(steps)) == pytest.approx(steps, abs=1e-12)


def test_bounds_are_five_sigmas_or_what_can_be() -> None:
    record = outlined(THREE, SITE, [circle(95.0, 600e3)], ["stage 1"])
    low, high = bounds(record)
    assert (high == 5.0).all()
    kick = record.names.index("kick_deg")
    assert record.x_of(low)[kick] == pytest.approx(0.4)
    assert (np.delete(low, kick) == -5.0).all()  # a coast of guessed logarithm is never below zero
    assert record.x_of(low)[record.names.index("coast_s")] == pytest.approx(15.0 / 3.0**5)


def test_the_aim_and_the_times_become_facts() -> None:
    aim = Aim(
        perigee_alt_m=500e3,
        apogee_alt_m=520e3,
        inclination_deg=97.4,
        sigma_alt_m=20e3,
        sigma_inclination_deg=0.2,
        sigma_radial_mps=50.0,
        source="somebody",
    )
    times = [Time(event="insertion", t_s=700.0, sigma_s=2.0), Time(event="fairing falls", t_s=800.0)]
    record = outlined(THREE, SITE, [circle(190.0, 600e3)], ["stage 1"], aim=aim, times=times)
    assert [fact.name for fact in record.facts] == ["stage 1 in 1", "fairing falls", "insertion"]
    *_, fairing, insertion = record.facts
    assert (fairing.kind, fairing.body, fairing.t_s, fairing.sigma_s) == ("time", "fairing", 800.0, 20.0)
    assert (insertion.t_s, insertion.sigma_s, insertion.inclination_deg) == (700.0, 2.0, 97.4)
    assert (insertion.sigma_sma_m, insertion.sigma_r_m, insertion.source) == (20e3, 20e3, "somebody")


def test_what_nobody_said_weighs_nothing() -> None:
    record = outlined(THREE, SITE, [circle(95.0, 600e3)], ["stage 1"], aim=SOME_LOW_ORBIT)
    insertion = record.facts[-1]
    assert 180.0 / insertion.sigma_inclination_deg < 1e-3
    assert 1_000.0 / insertion.sigma_s < 0.01


def test_a_parameter_that_is_missing_is_named_with_its_file(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "src" / "downrange" / "corridor" / "data" / "two-stages.toml"
    text = shipped.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("isp_vac2_s"))
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(line + "\n", ""), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        outlined(load_outline(path), SITE, [circle(95.0, 600e3)], ["stage 1"])
    assert (caught.value.where, caught.value.seen) == ("mine.toml", "isp_vac2_s missing or unknown")
    assert "isp_vac2_s" in caught.value.cure
