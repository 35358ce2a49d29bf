"""Pictures of a flight: what they show, with units, from the record alone."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from downrange.base import geodetic_from_ecef, inertial_velocity
from downrange.earth import load_site
from downrange.fall import drop
from downrange.flight import Failure, Flight, fly, load_vehicle_and_plan
from downrange.replay.flight_pictures import downs_of, flight_pictures, strips_figure, track_figure
from downrange.replay.pictures import picture_files

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def nominal() -> Flight:
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    return fly(vehicle, load_site("sohae-coastal"), plan)


@pytest.fixture(scope="module")
def failed() -> Flight:
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    return fly(vehicle, load_site("sohae-coastal"), plan, Failure.parse("stage1:early-shutdown@60"))


def test_the_strips_have_names_units_and_the_numbers_of_the_record(nominal: Flight) -> None:
    figure = strips_figure(nominal, title="Chollima-1")
    assert [axes.get_ylabel() for axes in figure.axes] == [
        "altitude\n[km]",
        "speed\n[km/s]",
        "dynamic pressure\n[kPa]",
        "thrust per mass\n[m/s²]",
    ]
    assert figure.axes[-1].get_xlabel() == "time since lift-off [s]"
    drawn = [[line for line in axes.lines if len(line.get_xdata()) == len(nominal.t_s)] for axes in figure.axes]
    assert [len(lines) for lines in drawn] == [1, 2, 1, 1]
    altitude, (relative, inertial), pressure, thrust = drawn[0][0], drawn[1], drawn[2][0], drawn[3][0]
    assert altitude.get_ydata()[-1] == pytest.approx(geodetic_from_ecef(nominal.r_ecef_m[-1])[2] / 1e3)
    assert relative.get_ydata()[-1] == pytest.approx(np.linalg.norm(nominal.v_ecef_mps[-1]) / 1e3)
    against_stars = inertial_velocity(nominal.r_ecef_m[0], nominal.v_ecef_mps[0])
    assert inertial.get_ydata()[0] == pytest.approx(np.linalg.norm(against_stars) / 1e3)
    assert pressure.get_ydata().max() == pytest.approx(nominal.q_pa.max() / 1e3)
    assert thrust.get_ydata().max() == pytest.approx(np.linalg.norm(nominal.f_ecef_mps2, axis=1).max())


def test_the_two_speeds_differ_in_black_and_white_and_are_named(nominal: Flight) -> None:
    speed = strips_figure(nominal, title="Chollima-1").axes[1]
    lines = [line for line in speed.lines if len(line.get_xdata()) == len(nominal.t_s)]
    assert lines[0].get_linestyle() != lines[1].get_linestyle()
    assert [text.get_text() for text in speed.get_legend().get_texts()] == ["relative to the Earth", "inertial"]


def test_acceleration_is_told_in_g_too(nominal: Flight) -> None:
    last = strips_figure(nominal, title="Chollima-1").axes[-1]
    (right,) = last.child_axes
    right.figure.canvas.draw()
    assert right.get_ylabel() == "[g]"
    assert right.get_ylim()[1] == pytest.approx(last.get_ylim()[1] / 9.80665)


def test_drag_joins_the_acceleration_that_is_felt(nominal: Flight) -> None:
    ahead = nominal.v_ecef_mps / np.maximum(np.linalg.norm(nominal.v_ecef_mps, axis=1), 1.0)[:, None]
    drag = -ahead * (nominal.q_pa / nominal.mass_kg)[:, None]
    last = strips_figure(nominal, title="Chollima-1", drag_ecef_mps2=drag).axes[-1]
    assert last.get_ylabel() == "acceleration\n[m/s²]"
    told = [text.get_text() for text in last.get_legend().get_texts()]
    assert told == ["felt: thrust and drag", "thrust alone", "drag alone"]
    felt = last.lines[0].get_ydata()
    assert felt == pytest.approx(np.linalg.norm(nominal.f_ecef_mps2 + drag, axis=1))


def test_every_event_is_named_once_with_its_time(nominal: Flight) -> None:
    names = [text.get_text() for text in strips_figure(nominal, title="Chollima-1").axes[0].texts if text.get_text()]
    flown = [event for event in nominal.events if event.t_s <= nominal.t_s[-1] + 1e-6]
    assert len(flown) >= 8
    assert sorted(names) == sorted(f"{event.name}, {event.t_s:.0f} s" for event in flown)


def test_an_event_after_the_powered_flight_does_not_stretch_the_strips(nominal: Flight) -> None:
    late = dataclasses.replace(nominal.events[-1], name="impact of stage 1", t_s=float(nominal.t_s[-1]) + 900.0)
    more = dataclasses.replace(nominal, events=(*nominal.events, late))
    one, two = (strips_figure(flight, title="Chollima-1") for flight in (nominal, more))
    assert one.axes[0].get_xlim() == two.axes[0].get_xlim()


def test_bodies_fall_where_the_fall_room_drops_them(nominal: Flight) -> None:
    downs = downs_of(nominal)
    assert [down.body for down in downs] == [body.name for body in nominal.bodies]
    for down, body in zip(downs, nominal.bodies, strict=True):
        hit = drop([body.t_s], body.r_ecef_m[None], body.v_ecef_mps[None], [body.beta_kgpm2])
        assert (down.lat_deg, down.lon_deg, down.t_s) == (hit.lat_deg[0], hit.lon_deg[0], hit.t_s[0])
        assert down.path_lat_deg[-1] == pytest.approx(down.lat_deg, abs=0.02)
        assert down.path_lon_deg[-1] == pytest.approx(down.lon_deg, abs=0.02)


def test_a_body_in_orbit_is_left_out(nominal: Flight) -> None:
    last = nominal.bodies[-1]
    fast = dataclasses.replace(
        last, name="in orbit", r_ecef_m=nominal.r_ecef_m[-1], v_ecef_mps=1.03 * nominal.v_ecef_mps[-1]
    )
    assert [down.body for down in downs_of(dataclasses.replace(nominal, bodies=(last, fast)))] == [last.name]


def test_the_map_names_site_falls_and_events_and_draws_track_and_impact_point(nominal: Flight) -> None:
    downs = downs_of(nominal)
    figure = track_figure(nominal, downs, title="Chollima-1", site_name="Sohae")
    told = " ".join(text.get_text() for axes in figure.axes for text in axes.texts).replace("\n", " ")
    told = told.replace("\N{NO-BREAK SPACE}", " ")
    assert "Sohae" in told
    for down in downs:
        assert f"{down.body}, {down.t_s:.0f} s" in told
    for event in nominal.events:
        assert not 0.0 < event.t_s <= nominal.t_s[-1] or f"{event.name}, {event.t_s:.0f} s" in told
    assert " km at " in told
    named = " ".join(text.get_text() for text in figure.legends[0].get_texts()).replace("\n", " ")
    for kind in ("flight over the ground", "where it would fall", "bodies falling", "fall of a body", "launch site"):
        assert kind in named


def test_a_short_flight_needs_no_second_map(failed: Flight, nominal: Flight) -> None:
    assert len(track_figure(failed, downs_of(failed), title="Chollima-1").axes) == 1
    assert len(track_figure(nominal, downs_of(nominal), title="Chollima-1").axes) == 2


def test_both_pictures_come_as_png_and_svg_with_title(nominal: Flight) -> None:
    pictures = flight_pictures(nominal, title="Chollima-1 & <Sohae>", site_name="Sohae")
    assert [picture.name for picture in pictures] == ["flight", "ground-track"]
    files = picture_files(pictures)
    assert sorted(files) == ["flight.png", "flight.svg", "ground-track.png", "ground-track.svg"]
    for picture in pictures:
        assert picture.png.startswith(b"\x89PNG\r\n\x1a\n")
        wide, tall = (int.from_bytes(picture.png[k : k + 4], "big") for k in (16, 20))
        assert 900 <= wide <= 2000
        assert 700 <= tall <= 2000
        root = ET.fromstring(files[f"{picture.name}.svg"])  # noqa: S314 # our own
        title = root.find(f"{SVG}title")
        assert title is not None
        assert title.text == f"{picture.name}: {picture.caption}"
        assert "Chollima-1 & <Sohae>" in picture.caption


def test_a_picture_is_the_same_each_time(failed: Flight) -> None:
    one, two = (flight_pictures(failed, title="Chollima-1") for _ in range(2))
    assert one == two


def test_a_failure_says_in_the_strips_when_it_came(failed: Flight) -> None:
    names = [text.get_text() for text in strips_figure(failed, title="Chollima-1").axes[0].texts]
    assert any(name.startswith("failure, 60") for name in names)
