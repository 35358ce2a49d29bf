"""Every notice of the collection beside the project, and invented ones like them, against what they say, typed by hand.

SOURCE: the notices themselves; see the head of notice_golden.toml.
"""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from downrange.notice import read, read_file

GOLDEN = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "notice_golden.py")))
NOTICES = Path(__file__).parents[2] / "../shared/notices"
HERE = pytest.mark.skipif(
    not NOTICES.is_dir(), reason="no ../shared/notices beside the checkout: whole texts are not ours"
)
REAL = GOLDEN.entries("notice_golden.toml")
INVENTED = GOLDEN.entries("notice_golden_invented.toml")


def name_of(entry):
    return entry["file"] + ("" if entry.get("nth", 1) == 1 else f"#{entry['nth']}")


def reading(entry):
    """Return the notice and the text that its flags count in."""
    path = NOTICES / f"{entry['file']}.txt"
    received = GOLDEN.moment(entry["received"]) if "received" in entry else None
    found = read_file(path, received=received)
    return found[entry.get("nth", 1) - 1], path.read_text(encoding="utf-8")


@pytest.mark.parametrize("entry", INVENTED, ids=lambda entry: entry["name"])
def test_an_invented_notice_reads_as_it_says(entry):
    notice = read(entry["text"])[entry.get("nth", 1) - 1]
    assert not {aspect: found for aspect, found in GOLDEN.differences(entry, notice, entry["text"]).items() if found}


@HERE
def test_a_text_without_any_year_leaves_the_days_open():
    (entry,) = [entry for entry in REAL if "received" in entry]
    (notice,) = read_file(NOTICES / f"{entry['file']}.txt")
    assert notice.windows == ()
    assert notice.flagged("year-unknown")


@HERE
def test_no_file_of_the_collection_is_left_out():
    assert {file.stem for file in NOTICES.glob("*.txt")} <= {entry["file"] for entry in REAL}


@HERE
@pytest.mark.parametrize("entry", REAL, ids=name_of)
def test_a_real_notice_reads_as_it_says(entry):
    assert not {aspect: found for aspect, found in GOLDEN.differences(entry, *reading(entry)).items() if found}
