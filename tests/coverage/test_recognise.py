"""Johnson's criteria over what is not known."""

import numpy as np
import pytest

from downrange.base import InputError
from downrange.coverage.camera import Bounds, Camera, load_camera
from downrange.coverage.quality import quality
from downrange.coverage.recognise import Subject, Task, load_subjects, p_task, recognise

HEAD = 'title = "Mine"\n'
ROW = '[[subjects]]\nname = "{}"\ntitle = "T"\nlength_m = {}\nwidth_m = 2.0\nsource = "{}"\n'


def rows(camera, off_nadir_deg=0.0):
    found = recognise(quality(camera, 500e3, off_nadir_deg), load_subjects())
    return {(row.subject.name, row.task): row for row in found}


def test_the_probability_grows_from_nothing_to_certainty():
    p = p_task(np.linspace(0.0, 40.0, 401), 4.0)
    assert p[0] == 0.0
    assert (np.diff(p) >= 0.0).all()
    assert p_task(4.0, 4.0) == 0.5
    assert p_task(1e9, 1.0) == pytest.approx(1.0)


def test_what_the_malligyong_camera_could_see():
    seen = rows(load_camera("assumed-malligyong"))
    assert len(seen) == len(load_subjects()) * len(Task)
    ship, plane = seen["large-ship", Task.DETECT], seen["aircraft", Task.IDENTIFY]
    assert ship.p_low > 0.9
    assert plane.p_low < 0.01
    assert plane.p_high > 0.5
    for subject in load_subjects():
        easy_to_hard = [seen[subject.name, task] for task in Task]
        assert [row.p_low for row in easy_to_hard] == sorted((row.p_low for row in easy_to_hard), reverse=True)
        assert all(row.p_low <= row.p_high for row in easy_to_hard)


def test_aside_is_never_better():
    camera = load_camera("assumed-malligyong")
    down, aside = rows(camera), rows(camera, 45.0)
    assert all(aside[key].p_low <= down[key].p_low and aside[key].p_high <= down[key].p_high for key in down)


def test_without_sampling_only_the_best_case_is_told():
    figure = {
        key: Bounds(low=value, high=value, source="assumed")
        for key, value in (("aperture_m", 0.1), ("wavelength_m", 5.5e-7))
    }
    row = rows(Camera(name="c", title="C", note="", **figure))["truck", Task.IDENTIFY]
    assert row.p_low is None
    assert 0.0 < row.p_high < 0.05
    assert row.words.startswith("at most")


def test_without_anything_it_is_unknown():
    row = rows(Camera(name="c", title="C", note=""))["large-ship", Task.DETECT]
    assert (row.p_low, row.p_high, row.words) == (None, None, "UNKNOWN")


def test_half_succeed_at_the_needed_distance():
    subject = Subject(name="s", title="S", length_m=16.0, width_m=16.0, source="assumed")
    distance = Bounds(low=8.0, high=8.0, source="assumed")
    height = Bounds(low=500e3, high=500e3, source="assumed")
    camera = Camera(name="c", title="C", note="", gsd_m=distance, gsd_alt_m=height)
    (row,) = recognise(quality(camera, 500e3), (subject,), (Task.DETECT,))
    assert row.needed_gsd_m == 8.0
    assert row.p_low < 0.5 < row.p_high
    assert row.words == f"{row.p_low:.0%} to {row.p_high:.0%}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + "subjects = []\n", "Add a \\[\\[subjects\\]\\] table"),
        (HEAD + ROW.format("a", 3.0, "x") + ROW.format("a", 3.0, "x"), "stands twice"),
        (HEAD + ROW.format("a", -3.0, "x"), "metres above 0"),
        (HEAD + ROW.format("a", 3.0, ""), "no source"),
        (HEAD + ROW.format("a", 3.0, "x").replace("width_m", "weight_m"), "width_m"),
    ],
)
def test_subject_files_that_are_refused(tmp_path, text, words):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words) as caught:
        load_subjects(path)
    assert "mine.toml" in str(caught.value)


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + ROW.format("boat", 8.0, "measured"), encoding="utf-8")
    (boat,) = load_subjects(path)
    assert boat.size_m == pytest.approx(4.0)
