"""The ensemble of a launch in its folder: files that other programs open, tables and figures that agree, when it stops."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely
from scipy.io import netcdf_file

from downrange.base import InputError
from downrange.fall import Look, Wanted, expected_pieces, load_tally, read_ensemble, same_tally, tally_footprint
from downrange.flight import Device
from downrange.replay import Asked, ensemble_shown, fly_ensemble, hands_of, launch_risk, risk_shown
from downrange.replay.ensemble import _read_looks
from downrange.replay.ensemble_model import Flown, Hands

CREATED = datetime(2026, 1, 1, tzinfo=UTC)
ONE = hands_of(threads=1, chunk=1_000, cluster=None, cuda=False)
ASKED = Asked(vehicle="chollima-1", site="sohae-coastal", flights=1_200, seed=4, cell_m=50e3)
PEOPLE = "lat_deg,lon_deg,people\n39.65,124.7,20000\n36.15,123.6,300\n13.7,129.2,100\n"


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory) -> Flown:
    here = tmp_path_factory.mktemp("ensemble")
    (here / "people.csv").write_text(PEOPLE, encoding="utf-8")
    asked = replace(ASKED, people=here / "people.csv")
    return fly_ensemble(asked, here / "out", hands=ONE, created=CREATED)


def test_the_folder_holds_all_that_is_promised(flown: Flown) -> None:
    names = {path.name for path in flown.folder.iterdir()}
    drawn = ("convergence", "flight", "footprint", "ground-track", "times")
    expected = {f"{name}.{kind}" for name in drawn for kind in ("png", "svg")}
    expected |= {"campaign.json", "state-1000.npz", "convergence.csv", "dwell.csv", "density.nc", "ensemble.json"}
    expected |= {"regions.geojson", "regions.kml", "risk.json", "tally.npz"}
    assert names == expected


def test_pictures_open_and_have_a_title(flown: Flown) -> None:
    from matplotlib.image import imread

    for path in sorted(flown.folder.glob("*.png")):
        pixels = imread(io.BytesIO(path.read_bytes()))
        assert min(pixels.shape[:2]) > 400, path.name
        assert pixels[..., :3].std() > 0.01, path.name
        svg = ET.parse(path.with_suffix(".svg")).getroot()  # noqa: S314 - our own file
        text = "".join(svg.itertext())
        assert "Chollima-1 from Sohae" in text, path.name
    footprint = "".join(ET.parse(flown.folder / "footprint.svg").getroot().itertext())  # noqa: S314
    assert "1\N{NO-BREAK SPACE}200 flights, seed 4; probability of failure 0.5 (assumed)" in footprint
    assert "97% of stage 2" in footprint


def test_the_density_opens_elsewhere_and_holds_every_piece(flown: Flown) -> None:
    with netcdf_file(flown.folder / "density.nc", mmap=False) as file:
        assert file.Conventions == b"CF-1.8"
        names = set(file.variables)
        assert {"lat", "lon"} <= names
        lat, lon = np.array(file.variables["lat"][:]), np.array(file.variables["lon"][:])
        assert (np.diff(lat) > 0.0).all()
        assert (np.diff(lon) > 0.0).all()
        shaped = [name for name in names if file.variables[name].dimensions[-2:] == ("lat", "lon")]
        assert shaped
        assert all(np.nanmin(file.variables[name][:]) >= 0.0 for name in shaped)
        assert any(np.nanmax(file.variables[name][:]) > 0.0 for name in shaped)


def test_the_regions_are_sound_and_lie_where_things_fall(flown: Flown) -> None:
    found = json.loads((flown.folder / "regions.geojson").read_text(encoding="utf-8"))
    assert found["type"] == "FeatureCollection"
    assert len(found["features"]) == len(flown.risk.regions)
    for feature, region in zip(found["features"], flown.risk.regions, strict=True):
        if feature["geometry"] is None:  # a limit that is nowhere reached
            assert region.region_lonlat.is_empty
            continue
        shape = shapely.geometry.shape(feature["geometry"])
        assert shape.is_valid
        assert shape.equals(region.region_lonlat) or shape.symmetric_difference(region.region_lonlat).area < 1e-5
    contained = {region.body: region for region in flown.risk.regions if region.kind == "containment"}
    assert set(contained) == {"stage 1", "stage 2", "fairing"}  # the last stage was meant to stay up
    for body, region in contained.items():
        foot = tally_footprint(flown.risk.tally, body, mode="as planned")
        assert shapely.contains_xy(region.region_lonlat, foot.lon_deg, foot.lat_deg)
        assert region.reached >= 0.97
    assert ET.parse(flown.folder / "regions.kml").getroot().tag.endswith("kml")  # noqa: S314


def test_the_folder_is_read_back_as_it_was(flown: Flown) -> None:
    assert same_tally(load_tally(flown.folder / "tally.npz"), flown.risk.tally)
    text = (flown.folder / "ensemble.json").read_text(encoding="utf-8")
    assert read_ensemble("ensemble.json", text) == flown.risk.ensemble
    again = launch_risk(flown.folder, flown.folder.parent / "people.csv")
    assert risk_shown(again) == risk_shown(flown.risk)
    assert json.loads((flown.folder / "risk.json").read_text(encoding="utf-8")) == risk_shown(again)[1]


def test_tables_and_document_tell_the_same(flown: Flown) -> None:
    tables, document = ensemble_shown(flown)
    by_title = {table.title: table for table in tables}
    assert list(by_title)[:2] == ["What comes down", "How flights go"]
    assert list(by_title)[-1] == "How well it is known"
    assert [row[0] for row in by_title["What comes down"].rows] == [foot["body"] for foot in document["footprints"]]
    assert [row[0] for row in by_title["How flights go"].rows] == [mode["name"] for mode in document["modes"]]
    assert sum(mode["flights"] for mode in document["modes"]) == document["flights"] == 1_200
    assert sum(mode["p"] for mode in document["modes"]) == pytest.approx(1.0)
    first = document["footprints"][0]
    foot = tally_footprint(flown.risk.tally, "stage 1", mode="as planned")
    assert (first["body"], first["of"], first["impacts"]) == ("stage 1", "as planned", 600)
    assert first["sigma_major_m"] == pytest.approx(foot.sigma_major_m, abs=0.06)
    assert first["t_s"] < first["t_q99_s"]
    hurt = flown.risk.casualties
    assert hurt is not None
    assert document["settled"]["number"] == "casualties"
    assert document["settled"]["value"] == pytest.approx(hurt.ec, rel=1e-6)
    assert document["settled"]["interval_95"] == pytest.approx([hurt.low, hurt.high], rel=1e-6)
    assert json.loads(json.dumps(document)) == document
    row = by_title["How well it is known"].rows[0]
    assert row[1:3] == (f"{hurt.ec:.3g}", f"{hurt.low:.3g} to {hurt.high:.3g}")  # however small


def test_the_looks_are_kept_beside_the_flights(flown: Flown) -> None:
    of, head, *rows = (flown.folder / "convergence.csv").read_text(encoding="utf-8").splitlines()
    assert of.startswith("# casualties among the people of people.csv, ")
    assert head == "flights,value,low,high"
    assert [int(row.split(",")[0]) for row in rows] == [look.flights for look in flown.looks] == [1_000, 1_200]
    assert float(rows[-1].split(",")[1]) == flown.looks[-1].value


def test_the_impact_point_dwells_as_long_as_the_flight_burns(flown: Flown) -> None:
    head, *rows = (flown.folder / "dwell.csv").read_text(encoding="utf-8").splitlines()
    assert head == "lat_deg,lon_deg,dwell_s"
    values = np.array([[float(cell) for cell in row.split(",")] for row in rows])
    assert (values[:, 2] > 0.0).all()
    assert values[:, 2].sum() <= flown.flight.t_s[-1] + 1e-6
    assert values[:, 2].sum() > 0.8 * flown.flight.t_s[-1]  # until the impact point leaves the Earth
    pad = np.hypot(values[:, 0] - 39.66, values[:, 1] - 124.7).argmin()
    assert values[pad, 2] > 10.0


def test_every_piece_expected_is_in_a_cell(flown: Flown) -> None:
    tally, ensemble = flown.risk.tally, flown.risk.ensemble
    _, pieces = expected_pieces(tally, ensemble)
    weights = np.array([mode.p for mode in ensemble.modes]) / tally.flights
    each = np.array([body.pieces for body in ensemble.bodies])
    assert pieces.sum() == pytest.approx(float(weights @ tally.landed @ each), rel=1e-12)


def test_a_rule_stops_the_run_at_the_same_flight_however_it_is_run(tmp_path: Path) -> None:
    asked = replace(ASKED, flights=30_000, until="footprint:3.9%")
    first = fly_ensemble(asked, tmp_path / "a", hands=ONE, created=CREATED)
    assert 5_000 <= first.flights < 30_000
    assert first.stopped_because.startswith("footprint known to ±")
    assert first.looks[-1].relative <= 0.039
    fly_ensemble(replace(asked, flights=3_000), tmp_path / "b", hands=ONE, created=CREATED)
    two = hands_of(threads=2, chunk=2_500, cluster=None, cuda=False)
    second = fly_ensemble(asked, tmp_path / "b", hands=two, resume=True, created=CREATED)
    assert (second.flights, second.stopped_because, second.looks) == (first.flights, first.stopped_because, first.looks)
    assert second.resumed_from == 3_000
    assert same_tally(first.risk.tally, second.risk.tally)


def test_looks_at_another_number_are_not_mixed_in(tmp_path: Path) -> None:
    first = fly_ensemble(replace(ASKED, flights=2_000), tmp_path, hands=ONE, created=CREATED)
    assert [look.flights for look in first.looks] == [1_000, 2_000]
    assert first.rule.wanted is Wanted.FOOTPRINT
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    asked = replace(ASKED, flights=3_000, people=tmp_path / "people.csv")
    second = fly_ensemble(asked, tmp_path, hands=ONE, resume=True, created=CREATED)
    assert second.rule.wanted is Wanted.CASUALTIES
    assert [look.flights for look in second.looks] == [2_000, 3_000]
    assert max(look.value for look in second.looks) < 1e3  # casualties, not square metres


ROWS = "flights,value,low,high\n1000,12.5,12.0,13.0\n2000,12.4,12.1,12.7\n"
SEEN = [Look(flights=1_000, value=12.5, low=12.0, high=13.0), Look(flights=2_000, value=12.4, low=12.1, high=12.7)]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("# footprint\n" + ROWS, SEEN),
        ("# casualties among the people of p.csv, 123456789abc\n" + ROWS, []),
        (ROWS, []),
        ("", []),
        ("# footprint\n" + ROWS + "3000,12\n", []),
        ("# footprint\n" + ROWS + "many,1,2,3\n", []),
    ],
)
def test_looks_at_the_same_number_are_taken_up_and_no_others(tmp_path: Path, text: str, seen: list[Look]) -> None:
    assert _read_looks(tmp_path / "convergence.csv", "# footprint") == []
    (tmp_path / "convergence.csv").write_text(text, encoding="utf-8")
    assert _read_looks(tmp_path / "convergence.csv", "# footprint") == seen


def test_progress_tells_how_well_the_number_is_known(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    fly_ensemble(
        replace(ASKED, flights=2_000), tmp_path, hands=ONE, created=CREATED, progress=lambda *now: told.append(now)
    )
    assert told[-1][:2] == (2_000, 2_000)
    assert told[-1][2].startswith("footprint ±")
    assert [now for now, _, _ in told] == sorted(now for now, _, _ in told)


def test_a_device_that_is_not_there_is_told_before_the_folder_is_made(tmp_path: Path) -> None:
    hands = hands_of(threads=None, chunk=1_000, cluster=None, cuda=True)
    assert hands.device is Device.CUDA
    try:
        from downrange.base.cuda import need

        need()
    except InputError:
        with pytest.raises(InputError, match=r"^--device: cuda: .*leave --device out"):
            fly_ensemble(ASKED, tmp_path / "out", hands=hands, created=CREATED)
        assert not (tmp_path / "out").exists()


def test_hands_are_as_typed() -> None:
    assert hands_of(threads=3, chunk=7, cluster=None, cuda=False) == Hands(threads=3, chunk=7)
    assert hands_of(threads=3, chunk=7, cluster=None, cuda=True).chunk >= 10_000
    with pytest.raises(InputError, match="--device"):
        hands_of(threads=None, chunk=7, cluster="tcp://x:1", cuda=True)


def test_a_record_of_flights_gives_the_probability(tmp_path: Path) -> None:
    done = fly_ensemble(replace(ASKED, flights=200, record=(3, 2)), tmp_path, hands=ONE, created=CREATED)
    assert done.launch.failures.p.value == pytest.approx(0.6, abs=0.1)
    _, document = ensemble_shown(done)
    assert document["modes"][0]["p"] == pytest.approx(1.0 - done.launch.failures.p.value)
    assert document["settled"]["interval_95"] is not None
    assert all(math.isfinite(look.value) for look in done.looks)
    assert isinstance(done.looks[0], Look)


def test_failures_that_are_rare_ask_for_more_flights(tmp_path: Path) -> None:
    from importlib.resources import files

    text = (files("downrange.flight") / "data" / "failures" / "assumed.toml").read_text(encoding="utf-8")
    (tmp_path / "rare.toml").write_text(text.replace("share = { value = 0.15", "share = { value = 0.001", 1))
    asked = replace(ASKED, failures=str(tmp_path / "rare.toml"))
    with pytest.raises(InputError, match=r"--runs: 1200. Give [67]\d{3} or more, so that every way to fail is flown"):
        fly_ensemble(asked, tmp_path / "out", hands=ONE, created=CREATED)
    assert not (tmp_path / "out").exists()
