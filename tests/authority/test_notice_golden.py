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


def name_of(entry):
    return entry["file"] + ("" if entry.get("nth", 1) == 1 else f"#{entry['nth']}")


def reading(entry):
    """Return the notice and the text that its flags count in."""
    path = NOTICES / f"{entry['file']}.txt"
    received = GOLDEN.moment(entry["received"]) if "received" in entry else None
    found = read_file(path, received=received)
    return found[entry.get("nth", 1) - 1], path.read_text(encoding="utf-8")


@HERE
@pytest.mark.parametrize("entry", REAL, ids=name_of)
def test_a_real_notice_reads_as_it_says(entry):
    assert not {aspect: found for aspect, found in GOLDEN.differences(entry, *reading(entry)).items() if found}
