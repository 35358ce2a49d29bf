"""The link check finds what leads nowhere, and keeps quiet about what does not lead into the project."""

import subprocess
import sys
from pathlib import Path

import check_links
import pytest

TOOL = Path(check_links.__file__)
ROOT = Path(__file__).parents[2]


def wrong(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "docs").mkdir(exist_ok=True)
    page = tmp_path / "docs" / "page.md"
    page.write_text(text, encoding="utf-8")
    (tmp_path / "other page.md").write_text("# Wind, and air\n\n```\n# no heading\n```\n", encoding="utf-8")
    (tmp_path / "docs" / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "docs" / "empty.png").touch()
    return [f"{line}: {sentence}" for line, sentence in check_links.check(page)]


@pytest.mark.parametrize(
    "text",
    [
        "[a](picture.png) and ![b](picture.png)",
        "[a](../other%20page.md#wind-and-air)",
        "[a](..)",
        "# Here\n[a](#here)",
        "[a](https://nowhere.invalid/x) [b](mailto:a@b.c)",
        "`[a](none.md)` and ``[b](`none.md)``",
        "```\n[a](none.md)\n```\n",
        "~~~\n```\n[a](none.md)\n~~~\n",
        '![a](picture.png "a title")',
    ],
)
def test_what_leads_somewhere_is_passed(tmp_path: Path, text: str) -> None:
    assert wrong(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\n[a](none.md)", "2: none.md: there is no such file"),
        ("![a](none.png)", "1: none.png: there is no such file"),
        ("[![a](none.png)](picture.png)", "1: none.png: there is no such file"),
        ("[![a](picture.png)](none.md)", "1: none.md: there is no such file"),
        ("![a](empty.png)", "1: empty.png: the file is empty"),
        ("[a](../other%20page.md#no-heading)", "1: ../other%20page.md#no-heading: no heading of that name"),
        ("[a](#nowhere)", "1: #nowhere: no heading of that name"),
        ("[a](/etc)", "1: /etc: begins at the root of a disk; write it from this page on"),
        ("`x` [a](none.md) `y`", "1: none.md: there is no such file"),
        ("```\n```\n[a](none.md)", "3: none.md: there is no such file"),
    ],
)
def test_what_leads_nowhere_is_found(tmp_path: Path, text: str, told: str) -> None:
    assert wrong(tmp_path, text) == [told]


def test_the_command_names_page_and_line_and_fails(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n[a](none.md)\n", encoding="utf-8")
    words = [sys.executable, TOOL, page, tmp_path / "gone.md"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"{tmp_path / 'gone.md'}: there is no such page",
        f"{page}:3: none.md: there is no such file",
    ]
    page.write_text("# Page\n\n[a](#page)\n", encoding="utf-8")
    assert subprocess.run([*words[:3]], capture_output=True, check=False).returncode == 0


def test_the_pages_of_the_project_lead_somewhere() -> None:
    pages = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").glob("*.md"))
    assert {page.name for page in pages} >= {"README.md", "flight.md", "fall.md", "commands.md"}
    assert {str(page): found for page in pages if (found := check_links.check(page))} == {}
