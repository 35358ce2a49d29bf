"""What happened along simulated flights, and when it was noticed."""

from __future__ import annotations

import numpy as np
import pytest

from downrange.base import ecef_from_geodetic, enu_axes
from downrange.track import EventKind, Sensor, events_of, follow, load_sensors, simulate

BURNS = ((0.0, 122.0, 1), (126.0, 310.0, 2))


@pytest.mark.parametrize("seed", range(3))
def test_a_burn_out_is_dated_better_than_it_is_noticed(seed, radar: Sensor, readings_of, t0) -> None:
    track = follow(readings_of(seed, 200.0), (radar,), t0, burns=BURNS)
    (out,) = [event for event in events_of(track) if event.kind is EventKind.BURN_OUT and event.t_s > 180.0]
    assert abs(out.t_s - 200.0) < 3.0 * out.sigma_s
    assert out.sigma_s < 1.0
    assert 202.0 < out.noticed_t_s < 207.0
    assert out.p > 0.9
    assert (out.alt_m, out.speed_mps) == (pytest.approx(139_750.0, abs=1_500.0), pytest.approx(2_288.0, abs=40.0))


def test_every_burn_of_an_ascent_is_found(climb, climb_burns, t0) -> None:
    flight, sensors = climb(None), load_sensors("2023-invented")
    readings = simulate(flight.t_s, flight.r_ecef_m, flight.v_ecef_mps, sensors, t0, 4)
    found = events_of(follow(readings, sensors, t0, burns=climb_burns))
    said = [(event.kind, event.t_s, event.sigma_s) for event in found]
    true = [(EventKind.BURN_OUT, 330.0), (EventKind.IGNITION, 450.0), (EventKind.BURN_OUT, 705.0)]
    assert [kind for kind, _, _ in said] == [kind for kind, _ in true]
    for (_, t_s, sigma_s), (_, true_s) in zip(said, true, strict=True):
        assert abs(t_s - true_s) < 3.0 * sigma_s


def test_what_falls_into_the_sea_is_down(t0) -> None:
    # Straight down from 20 km at 200 m/s, then still: a radar 40 km away.
    up = enu_axes(30.0, 130.0)[2]
    t_s = np.arange(0.0, 140.0, 0.5)
    alt_m = np.maximum(20_000.0 - 200.0 * t_s, 0.0)
    r = ecef_from_geodetic(30.0, 130.0, 0.0) + alt_m[:, None] * up
    v = np.where((alt_m > 0.0)[:, None], -200.0 * up, 0.0)
    radar = Sensor(
        name="near", title="near", lat_deg=30.3, lon_deg=130.2, alt_m=1_500.0, sigma_range_m=20.0, sigma_az_deg=0.03,
        sigma_el_deg=0.03, min_elevation_deg=-4.0, period_s=0.5, source="test",
    )  # fmt: skip
    track = follow(simulate(t_s, r, v, (radar,), t0), (radar,), t0)
    down = [event for event in events_of(track) if event.kind is EventKind.DOWN]
    assert len(down) == 1
    assert 95.0 < down[0].t_s < 115.0
    assert down[0].alt_m < 1_000.0


def test_an_empty_track_has_no_events(radar: Sensor, t0) -> None:
    assert events_of(follow((), (radar,), t0)) == ()
