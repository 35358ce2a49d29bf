"""Covering ellipses: nothing sticks out, judged by geodesics of another library call; the table is the published one."""

import dataclasses
import json

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.alert import Status
from downrange.alert.channels import ChannelDownError, ChannelRefusedError, WrongStatusError, load_channels, read_letter
from downrange.alert.channels._enclose import (
    AZIMUTH_STEP_DEG,
    SEMI_AXES_KM,
    covering,
    smallest_centre,
)
from downrange.alert.channels.ellipse import EllipseChannel
from downrange.base import InputError, ModelError

GEOD = pyproj.Geod(ellps="WGS84")


def outermost(facts, points):
    """Return how far out the outermost of (lat, lon) points lies: distance over radius in its direction."""
    azimuth, _, distance = GEOD.inv(
        *(np.full(len(points), facts[key]) for key in ("lon_deg", "lat_deg")), *np.array(points)[:, ::-1].T
    )
    turn = np.radians(azimuth - facts["azimuth_deg"])
    a, b = facts["semi_major_km"] * 1e3, facts["semi_minor_km"] * 1e3
    radius = a * b / np.hypot(b * np.cos(turn), a * np.sin(turn))
    return float((distance / radius).max())


@pytest.fixture
def channel(tmp_path, now):
    return EllipseChannel(name="space", status=Status.EXERCISE, folder=tmp_path / "out", now=now)


def document(channel, parcel):
    return json.loads((channel.folder / f"{parcel.identifier}.json").read_text(encoding="utf-8"))


def test_every_vertex_lies_inside_the_ellipse_that_the_indices_mean(channel, parcels):
    for parcel in parcels:
        receipt = channel.send(parcel)
        letter, made = read_letter(parcel.xml), document(channel, parcel)
        rings = [list(shape.polygons) for shape in letter.shapes]
        both = [(made["main"], [point for shape in rings for ring in shape for point in ring])]
        both += [
            (one, [point for ring in shape for point in ring]) for one, shape in zip(made["areas"], rings, strict=True)
        ]
        for facts, points in both:
            assert outermost(facts, points) <= facts["proof"]["outermost"] <= 1.0
            indices = facts["indices"]
            assert facts["lat_deg"] == pytest.approx(-90 + 180 / 65535 * indices["A12_latitude"], abs=1e-6)
            assert facts["lon_deg"] == pytest.approx(-180 + 360 / 131071 * indices["A13_longitude"], abs=1e-6)
            assert facts["semi_major_km"] == SEMI_AXES_KM[indices["A14_semi_major_axis"]]
            assert facts["semi_minor_km"] == SEMI_AXES_KM[indices["A15_semi_minor_axis"]]
            assert facts["azimuth_deg"] == -90 + 180 / 64 * indices["A16_azimuth"]
            assert facts["over_cover"] > 0.0
        assert [one["name"] for one in made["areas"]] == [shape.name for shape in letter.shapes]
        assert made["A1_message_type"] == 0  # a drill is a test to a satellite, whatever it is to us
        assert receipt.said.startswith(f"{made['main']['semi_major_km']:g} by ")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_only_the_real_thing_is_an_alert_an_update_or_an_all_clear(tmp_path, parcels_in, now, number):
    channel = EllipseChannel(name="space", status=Status.ACTUAL, folder=tmp_path / "real", now=now)
    parcel = parcels_in(Status.ACTUAL)[number]
    channel.send(parcel)
    assert document(channel, parcel)["A1_message_type"] == number + 1


def test_sent_twice_is_written_once_and_other_bytes_are_refused(channel, parcel):
    channel.send(parcel)
    before = (channel.folder / f"{parcel.identifier}.json").stat()
    assert channel.send(parcel).said.startswith("was there: ")
    assert (channel.folder / f"{parcel.identifier}.json").stat().st_mtime_ns == before.st_mtime_ns
    with pytest.raises(ChannelRefusedError, match="sent before with other bytes"):
        channel.send(dataclasses.replace(parcel, xml=parcel.xml.replace(b"Immediate", b"Expected")))
    channel.close()


def test_what_cannot_be_an_ellipse_is_told(channel, parcel, parcels_in):
    with pytest.raises(WrongStatusError):
        channel.send(parcels_in(Status.TEST)[0])
    xml = parcel.xml
    while b"<polygon>" in xml:
        head, _, rest = xml.partition(b"<polygon>")
        xml = head + rest.partition(b"</polygon>")[2]
    with pytest.raises(ChannelRefusedError, match="an area has no polygon"):
        channel.send(dataclasses.replace(parcel, xml=xml))
    with pytest.raises(ChannelRefusedError, match="a message of type Ack has no place in the format"):
        channel.send(dataclasses.replace(parcel, xml=parcel.xml.replace(b">Alert<", b">Ack<")))
    with pytest.raises(ChannelRefusedError, match="is no closed ring of lat,lon"):
        channel.send(dataclasses.replace(parcel, xml=parcel.xml.replace(b"<polygon>", b"<polygon>1,2 ")))
    channel.folder.rename(channel.folder.with_name("away"))
    with pytest.raises(ChannelDownError, match="No such file"):
        channel.send(parcel)


@settings(max_examples=25)
@given(
    lat=st.floats(-60, 60), lon=st.floats(-180, 180), size_m=st.floats(1e3, 6e5), flat=st.floats(0.02, 1.0),
    turn=st.floats(0, np.pi), seed=st.integers(0, 2**31),
)  # fmt: skip
def test_nothing_sticks_out_anywhere_on_the_earth(lat, lon, size_m, flat, turn, seed):
    draw = np.random.default_rng(seed)
    along, across = draw.uniform(-size_m, size_m, 12), draw.uniform(-size_m, size_m, 12) * flat
    azimuth = np.degrees(np.arctan2(across, along) + turn)
    lons, lats, _ = GEOD.fwd(np.full(12, lon), np.full(12, lat), azimuth, np.hypot(along, across))
    made = covering(np.array(lats), np.array(lons), margin_m=100.0)
    facts = {
        "lat_deg": made.lat_deg, "lon_deg": made.lon_deg, "azimuth_deg": made.azimuth_deg,
        "semi_major_km": made.semi_major_m / 1e3, "semi_minor_km": made.semi_minor_m / 1e3,
    }  # fmt: skip
    assert outermost(facts, list(zip(lats, lons, strict=True))) <= made.fill <= 1.0
    assert made.semi_minor_m <= made.semi_major_m


def test_the_date_line_is_no_obstacle():
    made = covering(np.array([10.0, 10.0, 10.5]), np.array([179.8, -179.9, 179.9]), margin_m=100.0)
    assert made.semi_major_m < 60e3
    assert abs(made.lon_deg) > 179.5


def test_points_across_the_world_are_refused():
    with pytest.raises(ModelError, match="more than 5000 km apart"):
        covering(np.array([0.0, 60.0]), np.array([0.0, 90.0]), margin_m=100.0)


def test_a_long_thin_area_gets_a_long_thin_ellipse():
    """A strip 200 km long and 2 km wide, running north-east."""
    lons, lats, _ = GEOD.fwd(np.full(3, 125.0), np.full(3, 37.0), np.full(3, 45.0), np.array([0.0, 1e5, 2e5]))
    made = covering(np.array(lats), np.array(lons), margin_m=1000.0)
    assert made.azimuth_deg == pytest.approx(45.0, abs=AZIMUTH_STEP_DEG)
    assert made.semi_minor_m < made.semi_major_m / 20.0


@settings(max_examples=30)
@given(a=st.floats(1.0, 100.0), b=st.floats(0.1, 1.0), turn=st.floats(0.0, np.pi), x=st.floats(-1e3, 1e3))
def test_the_centre_of_points_on_an_ellipse_is_its_centre(a, b, turn, x):
    """The smallest ellipse around enough points of an ellipse is that ellipse."""
    angle = np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False)
    u, v = a * np.cos(angle), b * a * np.sin(angle)
    east, north = smallest_centre(u * np.cos(turn) - v * np.sin(turn) + x, u * np.sin(turn) + v * np.cos(turn))
    assert (east, north) == (pytest.approx(x, abs=0.03 * a), pytest.approx(0.0, abs=0.03 * a))


def test_a_coast_of_a_thousand_vertices_is_covered():
    angle = np.linspace(0.0, 2.0 * np.pi, 1000)
    lat_deg, lon_deg = 37.0 + 0.3 * np.sin(angle) + 0.01 * np.sin(40 * angle), 125.0 + 0.9 * np.cos(angle)
    made = covering(lat_deg, lon_deg, margin_m=100.0)
    assert 0.5 < made.fill <= 1.0


def test_faults_in_the_file_are_told(tmp_path):
    path = tmp_path / "channels.toml"
    head = '[[channel]]\nname = "space"\nkind = "ellipse"\nstatus = "Exercise"\nfolder = "out"\n'
    path.write_text(f"{head}margin_m = 0\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"channel\[0\]\.margin_m \(space\): 0 is no number from 1 to 100000"):
        load_channels(path, Status.EXERCISE)
