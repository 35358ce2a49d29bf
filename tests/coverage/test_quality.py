"""Ranges carried from a camera to NIIRS, and UNKNOWN where they cannot be."""

import dataclasses

import pytest

from downrange.coverage.camera import Bounds, Camera, load_camera
from downrange.coverage.quality import RAYLEIGH, giqe5, niirs_words, quality
from downrange.coverage.sharpness import diffraction_mtf


def one(value):
    return Bounds(low=value, high=value, source="assumed")


def test_the_malligyong_camera_gives_ranges():
    found = quality(load_camera("assumed-malligyong"), 500e3)
    assert found.diffraction_m.low == pytest.approx(0.67, abs=0.005)
    assert found.diffraction_m.high == pytest.approx(3.36, abs=0.005)
    assert found.finest_m == pytest.approx(found.gsd_m.low)
    assert found.finest_m > 0.5 * found.diffraction_m.low
    assert found.coarsest_m == pytest.approx(found.gsd_m.high)
    assert found.niirs.low < 2.0
    assert found.niirs.high > 4.5
    assert found.unknown == ()


def test_aside_everything_is_worse():
    camera = load_camera("ikonos-2")
    down, aside = quality(camera, 681e3), quality(camera, 681e3, 45.0)
    assert aside.gsd_m.low > down.gsd_m.low
    assert aside.finest_m / down.finest_m == pytest.approx(aside.look.growth)
    assert aside.niirs.high < down.niirs.high
    assert aside.niirs.low < down.niirs.low


def test_a_camera_without_focal_length_is_bounded_by_its_opening_alone():
    found = quality(Camera(name="c", title="C", note="", aperture_m=one(0.2), wavelength_m=one(0.55e-6)), 500e3)
    assert found.gsd_m is None
    assert found.niirs is None
    assert found.coarsest_m is None
    # a line pair of what the opening just separates, 1.68 m, is two pixels: nothing finer comes through it
    assert found.finest_m == pytest.approx(0.5 * 1.68, abs=0.005)
    assert float(diffraction_mtf(1.0 / RAYLEIGH)) == pytest.approx(0.09, abs=0.005)
    assert float(diffraction_mtf(0.5 / RAYLEIGH)) == pytest.approx(0.5, abs=0.02)
    assert any("focal_length_m and pixel_pitch_m" in sentence for sentence in found.unknown)


def test_a_camera_of_which_nothing_is_known():
    found = quality(Camera(name="c", title="C", note=""), 500e3)
    assert (found.gsd_m, found.diffraction_m, found.finest_m, found.coarsest_m, found.niirs) == (None,) * 5
    assert sum("UNKNOWN" in sentence for sentence in found.unknown) == 3


def test_a_ground_sample_distance_alone_is_no_niirs():
    found = quality(Camera(name="c", title="C", note="", gsd_m=one(1.0), gsd_alt_m=one(500e3)), 600e3)
    assert found.gsd_m.low == pytest.approx(1.2)
    assert found.diffraction_m is None
    assert found.niirs is None
    assert "NIIRS UNKNOWN: it needs sharpness and signal to noise" in found.unknown


def test_told_sharpness_and_signal_are_taken():
    told = Camera(name="c", title="C", note="", gsd_m=one(1.0), gsd_alt_m=one(500e3), rer=one(0.35), snr=one(50.0))
    found = quality(told, 500e3)
    assert (found.niirs.low, found.niirs.high) == pytest.approx((4.0952, 4.0952), abs=1e-4)
    assert found.rer.source == "assumed"


@pytest.mark.parametrize(
    "key",
    [
        "aperture_m",
        "obscuration",
        "sampling_q",
        "transmission",
        "quantum_efficiency",
        "well_e",
        "read_noise_e",
        "dark_eps",
        "bits",
        "tdi_lines",
        "jitter_pixels",
        "smear_pixels",
    ],
)
def test_to_learn_more_never_widens_the_answer(key):
    camera = load_camera("assumed-malligyong")
    wide = quality(camera, 500e3)
    known = getattr(camera, key)
    for value in (known.low, known.high, 0.3 * known.low + 0.7 * known.high):
        narrow = quality(dataclasses.replace(camera, **{key: one(value)}), 500e3)
        assert wide.niirs.low - 0.02 <= narrow.niirs.low <= narrow.niirs.high <= wide.niirs.high + 0.02
        assert wide.finest_m - 1e-9 <= narrow.finest_m
        assert narrow.coarsest_m <= wide.coarsest_m + 1e-9


def test_words_for_levels():
    assert niirs_words(4.9).startswith("level 4: details of 1.2 to 2.5 m")
    assert niirs_words(-1.0) == niirs_words(0.9) == "level 0: no use for interpretation"


@pytest.mark.parametrize(("snr", "costs"), [(20.0, 0.1), (50.0, 0.04)])
def test_what_thirty_per_cent_less_signal_costs(snr, costs):
    # as the notes of `radiance` tell, for the sharpness of the quoted table
    lost = giqe5(1.0, 0.35, snr) - giqe5(1.0, 0.35, 0.7 * snr)
    assert costs - 0.01 < lost < costs
