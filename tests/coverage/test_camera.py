"""Camera files: ranges, unknowns, and what is refused."""

import pytest

from downrange.base import InputError
from downrange.coverage.camera import (
    FIGURES,
    Bounds,
    Camera,
    bounds_of,
    camera_names,
    focal_length,
    load_camera,
    pixel_angle,
    what_sampling_needs,
)

BARE = 'name = "mine"\ntitle = "Mine"\n'


def one(value, source="assumed"):
    return Bounds(low=value, high=value, source=source)


def made(**figures):
    return Camera(name="mine", title="Mine", note="", **figures)


def written(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(BARE + text, encoding="utf-8")
    return load_camera(path)


@pytest.mark.parametrize("name", camera_names())
def test_every_shipped_camera_reads_and_every_figure_has_a_source(name):
    camera = load_camera(name)
    assert camera.name == name
    assert set(camera.known) | set(camera.unknown) == set(FIGURES)
    assert len(camera.sources) == len(camera.known)
    assert pixel_angle(camera) is not None


def test_the_malligyong_camera_is_all_assumed_and_never_one_number():
    camera = load_camera("assumed-malligyong")
    assert all(getattr(camera, key).assumed for key in camera.known)
    assert camera.focal_length_m is None
    assert camera.gsd_m is None
    angle = pixel_angle(camera)
    assert angle.high / angle.low > 5.0
    assert "No source gives a measured" in camera.note


def test_a_value_and_a_range(tmp_path):
    camera = written(
        tmp_path,
        "aperture_m = { value = 0.3, source = 'a' }\nsampling_q = { range = [0.5, 1], source = 'assumed: b' }\n",
    )
    assert camera.aperture_m.exact
    assert not camera.aperture_m.assumed
    assert (camera.sampling_q.low, camera.sampling_q.high) == (0.5, 1.0)
    assert camera.sampling_q.assumed


def test_without_a_focal_length_the_sampling_is_unknown_and_says_what_it_needs():
    camera = made(aperture_m=one(0.3), pixel_pitch_m=one(1e-5), wavelength_m=one(5.5e-7))
    assert pixel_angle(camera) is None
    said = what_sampling_needs(camera)
    assert "UNKNOWN" in said
    assert "focal_length_m and pixel_pitch_m, or gsd_m and gsd_alt_m" in said
    assert "only pixel_pitch_m" in said
    assert "diffraction" in said
    assert "none of them is given" in what_sampling_needs(made(aperture_m=one(0.3)))


def test_the_angle_of_a_pixel_three_ways():
    by_pitch = pixel_angle(made(focal_length_m=one(10.0), pixel_pitch_m=one(1e-5)))
    by_distance = pixel_angle(made(gsd_m=one(0.5), gsd_alt_m=one(500e3)))
    by_ratio = pixel_angle(made(wavelength_m=one(5e-7), aperture_m=one(0.5), sampling_q=one(1.0)))
    by_number = pixel_angle(made(f_number=one(20.0), aperture_m=one(0.5), pixel_pitch_m=one(1e-5)))
    for angle in (by_pitch, by_distance, by_ratio, by_number):
        assert (angle.low, angle.high) == pytest.approx((1e-6, 1e-6))


def test_ranges_widen_the_angle():
    pitch, focal = Bounds(low=8e-6, high=1e-5, source="assumed"), Bounds(low=4.0, high=5.0, source="assumed")
    angle = pixel_angle(made(focal_length_m=focal, pixel_pitch_m=pitch))
    assert (angle.low, angle.high) == pytest.approx((8e-6 / 5.0, 1e-5 / 4.0))


def test_focal_length_by_the_f_number():
    assert focal_length(made(f_number=one(10.0), aperture_m=one(0.5))).low == pytest.approx(5.0)
    assert focal_length(made(f_number=one(10.0))) is None


@pytest.mark.parametrize(
    ("figures", "key", "words"),
    [
        ({"aperture_m": one(700.0)}, "aperture_m", "another unit"),
        ({"pixel_pitch_m": one(12.0)}, "pixel_pitch_m", "another unit"),
        ({"transmission": one(70.0)}, "transmission", "shares of 1"),
        ({"gsd_m": one(0.8)}, "gsd_alt_m", "only together"),
        ({"swath_alt_m": one(500e3)}, "swath_m", "only together"),
        ({"band_low_m": one(9e-7), "band_high_m": one(4e-7)}, "band_low_m", "Exchange"),
        ({"aperture_m": one(0.5), "focal_length_m": one(5.0), "f_number": one(14.0)}, "f_number", "wrong"),
        (
            {"focal_length_m": one(10.0), "pixel_pitch_m": one(12e-6), "gsd_m": one(1.0), "gsd_alt_m": one(681e3)},
            "gsd_m",
            "Leave one out",
        ),
    ],
)
def test_figures_that_cannot_be(figures, key, words):
    with pytest.raises(InputError, match=words) as caught:
        made(**figures)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("apperture_m = { value = 0.3, source = 'a' }", "write aperture_m|Write aperture_m"),
        ("aperture_m = 0.3", "source = "),
        ("aperture_m = { value = 0.3 }", "missing"),
        ("aperture_m = { value = 0.3, range = [0.1, 0.2], source = 'a' }", "both value and range"),
        ("aperture_m = { source = 'a' }", "neither value nor range"),
        ("aperture_m = { range = [0.5, 0.1], source = 'a' }", "lower end first"),
        ("aperture_m = { range = [0.1, 0.2, 0.3], source = 'a' }", "range"),
        ("aperture_m = { value = 0.3, source = ' ' }", "no source"),
        ("aperture_m = { value = nan, source = 'a' }", "numbers"),
        ("aperture_m = { value = 30.0, source = 'a' }", "mine.toml: aperture_m: 30"),
        ("aperture_m = {", "not TOML"),
    ],
)
def test_files_that_are_refused_name_the_file_and_the_cure(tmp_path, text, words):
    with pytest.raises(InputError, match=words) as caught:
        written(tmp_path, text)
    assert "mine.toml" in str(caught.value)


def test_an_unknown_name_lists_the_known():
    with pytest.raises(InputError, match="assumed-malligyong"):
        load_camera("malligyong")


def test_the_range_of_values():
    assert bounds_of([2.0, 1.0, 3.0], "assumed") == Bounds(low=1.0, high=3.0, source="assumed")


def test_a_file_without_a_title_is_told_how_a_title_is_written(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"title: missing\. Write name and title as 'text'"):
        load_camera(file)
