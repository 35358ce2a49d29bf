import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fuzz_notice import (
    MOST_CHARACTERS,
    Run,
    area_faults,
    faults,
    invented,
    mutated,
    seeds,
    silence_faults,
    span_faults,
    written,
)

from downrange.notice import Area, Flag, FlagCode, Notice, NoticeKind, Shape

TOOL = Path(__file__).parents[2] / "tools" / "fuzz_notice.py"
RING = Area(label="A", shape=Shape.POLYGON, lat_deg=(1.0, 2.0, 1.5), lon_deg=(10.0, 10.0, 11.0), start=3, stop=9)
BARE = Notice(source_id="", kind=NoticeKind.OTHER, text="WI 123456N1234507E AND MORE")
FLAG = Flag(code=FlagCode.NO_AREA, start=4, stop=8, message="none")


def test_every_seed_keeps_every_promise() -> None:
    texts = seeds()
    assert {*invented()} <= {*texts}
    for text in texts:
        assert faults(text) == []
        written(text)


@pytest.mark.parametrize(("start", "stop"), [(-1, 4), (5, 4), (4, 11)])
def test_a_flag_outside_the_text_is_a_fault(start, stop) -> None:
    assert span_faults(replace(BARE, flags=(FLAG,)), "0123456789") == []
    notice = replace(BARE, flags=(replace(FLAG, start=start, stop=stop),))
    assert span_faults(notice, "0123456789") == [f"flag no-area at {start}..{stop} of 10"]


def test_a_printed_position_that_leaves_nothing_behind_is_a_fault() -> None:
    assert silence_faults(BARE) == ["no area and no flag, though '123456N1234507E' is printed"]
    assert silence_faults(replace(BARE, text="CALL 12-34.50N 123-45.60W NOW"))
    assert silence_faults(replace(BARE, areas=(RING,))) == []
    assert silence_faults(replace(BARE, flags=(FLAG,))) == []


@pytest.mark.parametrize(
    "text", ["996456N1234507E", "X123456N1234507E", "123456N1874507E", "# at 123456N1234507E", "12 N"]
)
def test_what_is_no_position_may_pass_in_silence(text) -> None:
    assert silence_faults(replace(BARE, text=text)) == []


@pytest.mark.parametrize(
    "area",
    [
        replace(RING, lat_deg=(1.0, 2.0, 91.0)),
        replace(RING, lon_deg=(10.0, 10.0, 180.0)),
        replace(RING, lat_deg=(float("nan"), 2.0, 3.0)),
        replace(RING, lat_deg=(1.0, 2.0), lon_deg=(1.0, 2.0)),
        replace(RING, radius_m=5.0),
        replace(RING, shape=Shape.CIRCLE, lat_deg=(1.0,), lon_deg=(1.0,)),
        replace(RING, shape=Shape.CIRCLE, lat_deg=(1.0,), lon_deg=(1.0,), radius_m=3e7),
        replace(RING, shape=Shape.CIRCLE, lat_deg=(1.0,), lon_deg=(1.0,), radius_m=float("nan")),
        replace(RING, shape=Shape.BAND, lat_deg=(1.0,), lon_deg=(1.0,), radius_m=9.0),
    ],
)
def test_an_impossible_area_is_a_fault(area) -> None:
    assert area_faults(RING) == []
    assert len(area_faults(area)) == 1


def test_damage_is_the_same_for_the_same_draws_and_stays_short() -> None:
    texts = invented()
    first, second = (mutated(texts[0], texts, random.Random(7)) for _ in range(2))  # noqa: S311 - no secret
    assert first == second != texts[0]
    assert len(mutated("A" * 10_000, texts, random.Random(7))) == MOST_CHARACTERS  # noqa: S311 - no secret


def test_a_run_keeps_the_first_texts_of_a_kind_of_fault(tmp_path, capsys) -> None:
    run = Run(tmp_path / "out", 5.0)
    for number in range(5):
        run.note(f"IndexError at areas.py:{number}: 'x{number}'", f"text {number}")
    assert list(run.kinds.values()) == [5]
    assert sorted(file.read_text() for file in (tmp_path / "out").iterdir()) == ["text 0", "text 1", "text 2"]
    run.one(invented()[0])
    assert run.tried == 1
    assert capsys.readouterr().err.count("FAULT") == 3


def test_stored_texts_are_tried_again_from_the_command_line(tmp_path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(invented()[0], encoding="utf-8")
    done = subprocess.run([sys.executable, TOOL, "--replay", file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "1 texts, nothing broken\n")
