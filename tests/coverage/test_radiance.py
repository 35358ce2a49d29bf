"""Sunlight, air, electrons, noise."""

import numpy as np
import pytest

from downrange.base import InputError
from downrange.coverage.radiance import (
    Detector,
    Scene,
    air_depth,
    contrast_snr,
    ground_speed_mps,
    noise_e,
    photon_radiance,
    sun_irradiance,
)

CLEAR = Scene(sun_elevation_deg=45.0, view_elevation_deg=90.0, haze=0.05)


def detector(**changes):
    usual = {
        "light_m2sr": 2e-13,
        "line_s": 1e-4,
        "tdi_lines": 16.0,
        "well_e": 1e5,
        "bits": 11.0,
        "read_noise_e": 50.0,
        "dark_eps": 1e4,
    }
    return Detector(**{key: np.array([value]) for key, value in (usual | changes).items()})


def snr(scene=CLEAR, **changes):
    return float(contrast_snr(scene, 0.45e-6, 0.9e-6, detector(**changes))[0])


def test_all_of_the_suns_light_is_the_solar_constant():
    wave_m = np.geomspace(0.1e-6, 100e-6, 4000)
    total_wpm2 = np.trapezoid(sun_irradiance(wave_m), wave_m)
    assert total_wpm2 == pytest.approx(1361.0, abs=2.0)  # IAU 2015 Resolution B3: the nominal total irradiance


def test_air_scatters_blue_more():
    assert air_depth(0.4e-6) / air_depth(0.8e-6) == pytest.approx(16.0, rel=0.06)


@pytest.mark.parametrize(
    "worse",
    [
        Scene(sun_elevation_deg=15.0, view_elevation_deg=90.0, haze=0.05),
        Scene(sun_elevation_deg=45.0, view_elevation_deg=30.0, haze=0.05),
        Scene(sun_elevation_deg=45.0, view_elevation_deg=90.0, haze=0.3),
    ],
)
def test_low_sun_long_ways_and_haze_cost_signal(worse):
    assert snr(worse) < snr()


def test_a_brighter_surface_sends_more_and_air_before_a_black_one_still_shines():
    wave_m = np.linspace(0.45e-6, 0.9e-6, 10)
    black, dark, bright = (photon_radiance(CLEAR, part, wave_m) for part in (0.0, 0.07, 0.15))
    assert (0.0 < black).all()
    assert (black < dark).all()
    assert (dark < bright).all()
    assert (bright - black) / (dark - black) == pytest.approx(np.full(10, 0.15 / 0.07))


@pytest.mark.parametrize(
    ("key", "worse"),
    [("light_m2sr", 1e-13), ("tdi_lines", 4.0), ("bits", 6.0), ("read_noise_e", 200.0), ("dark_eps", 1e7)],
)
def test_each_loss_costs_signal(key, worse):
    assert snr(**{key: worse}) < snr()


def test_a_full_well_ends_the_exposure():
    assert snr(well_e=1e4, tdi_lines=1e3) == pytest.approx(snr(well_e=1e4, tdi_lines=1e4), rel=1e-12)


def test_noise_adds_in_squares():
    assert noise_e(400.0, 1e4, 20.0, 15.0) == pytest.approx(25.0, abs=1e-3)


def test_a_night_scene_is_refused():
    with pytest.raises(InputError, match="daylit"):
        Scene(sun_elevation_deg=-2.0, view_elevation_deg=60.0, haze=0.1)
    with pytest.raises(InputError, match="view_elevation_deg"):
        Scene(sun_elevation_deg=20.0, view_elevation_deg=0.0, haze=0.1)


def test_the_ground_runs_slower_below_a_higher_orbit():
    assert ground_speed_mps(500e3) > ground_speed_mps(700e3) > 6000.0
