"""The folder of a campaign: nothing in it is lost, mixed up or believed when damaged."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import pytest

from downrange.base import InputError
from downrange.fall.campaign import campaign, read_checkpoint

sys.path.append(str(Path(__file__).parent))
toy = importlib.import_module("campaign_toy")

WORK = toy.Fragments(seed=7)


@pytest.fixture
def folder(tmp_path):
    """A folder with a finished run of 2,000 flights."""
    campaign(WORK, flights=2_000, folder=tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(folder: Path, message: str, *, seed: int = 7, flights: int = 3_000, resume: bool = True) -> None:
    """Assert that a run is refused with these words, and that nothing in the folder changed."""
    before = contents(folder)
    with pytest.raises(InputError, match=message):
        campaign(toy.Fragments(seed=seed), flights=flights, folder=folder, resume=resume)
    assert contents(folder) == before


def test_a_kept_run_is_not_overwritten(folder):
    refused(folder, "a finished run lies here with 2,000 flights. Go on with it by --resume, or choose", resume=False)


def test_an_unfinished_run_is_not_overwritten(tmp_path):
    with pytest.raises(InputError, match="Mend the toy"):
        campaign(toy.Fragments(seed=7, fails_from=1_500), flights=4_000, folder=tmp_path)
    refused(tmp_path, r"an unfinished run \(4,000 were asked for\) lies here with 1,000 flights", resume=False)


def test_a_run_that_kept_nothing_may_be_begun_again(tmp_path):
    with pytest.raises(InputError, match="Mend the toy"):
        campaign(toy.Fragments(seed=8, fails_from=0), flights=4_000, folder=tmp_path)
    assert read_checkpoint(tmp_path).flights_done == 0
    assert campaign(WORK, flights=100, folder=tmp_path).resumed_from == 0


def test_a_resume_says_which_input_differs(folder):
    refused(folder, "the run that lies here is another: seed is 7 there and 8 here. Resume with the inputs", seed=8)


def test_a_resume_tells_when_no_name_of_an_input_differs(folder, monkeypatch):
    monkeypatch.setenv("TOY_VERSION", "2")
    refused(folder, "another: its inputs have the same names but other contents, or another version of the program")


def test_a_resume_needs_something_to_resume(tmp_path):
    refused(tmp_path, "--resume: no campaign was begun in this folder. Name the folder")


def test_flights_that_are_done_cannot_be_taken_back(folder):
    refused(folder, "^--runs: 1,999, and 2,000 flights are done already in .* Ask for 2,000 or more", flights=1_999)


def test_a_damaged_state_is_refused_and_stays_as_it_is(folder):
    state = folder / "state-2000.npz"
    damaged = bytearray(state.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    state.write_bytes(damaged)
    refused(folder, r"state-2000.npz: it is damaged: not the file that campaign.json describes. Bring it back from a")


def test_a_state_that_is_gone_is_missed(folder):
    (folder / "state-2000.npz").unlink()
    refused(folder, r"state-2000.npz: it cannot be read \(No such file or directory\). Bring it back")


@pytest.mark.parametrize("cut", [0, 1, 100])
def test_a_manifest_cut_short_is_refused(folder, cut):
    manifest = folder / "campaign.json"
    manifest.write_bytes(manifest.read_bytes()[:cut])
    refused(folder, r"campaign.json: it is no manifest of a campaign \(.*\). Bring it back from a copy, or begin anew")


@pytest.mark.parametrize(
    "change",
    [
        {"flights_done": 1_999},
        {"flights_done": -1_000},
        {"flights_done": 0},
        {"state_name": "../state-2000.npz"},
        {"state_name": ""},
    ],
)
def test_a_manifest_that_no_campaign_writes_is_refused(folder, change):
    manifest = folder / "campaign.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text(encoding="utf-8")) | change), encoding="utf-8")
    refused(folder, r"campaign.json: flights_done is .* and state_name is .*: no campaign writes that")


def test_a_folder_serves_one_campaign_at_a_time(folder):
    def second(*_now):
        campaign(WORK, flights=3_000, folder=folder, resume=True)

    with pytest.raises(InputError, match=r"another campaign is at work in this folder. Wait for it"):
        campaign(WORK, flights=3_000, folder=folder, resume=True, progress=second)
    assert campaign(WORK, flights=3_000, folder=folder, resume=True).flights == 3_000


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("a person's", encoding="utf-8")
    with pytest.raises(InputError, match=r"file: no such folder can be used \(File exists\). Choose another"):
        campaign(WORK, flights=1, folder=tmp_path / "file")
    assert contents(tmp_path) == {"file": b"a person's"}


def test_leavings_of_a_kill_are_swept_and_nothing_else(folder):
    for name in (
        "state-1000.npz",
        ".state-2000.npz.17.part",
        ".campaign.json.17.part",
        "state-of-affairs.npz",
        "a.part",
    ):
        (folder / name).touch()
    campaign(WORK, flights=3_000, folder=folder, resume=True)
    assert sorted(contents(folder)) == ["a.part", "campaign.json", "state-3000.npz", "state-of-affairs.npz"]
