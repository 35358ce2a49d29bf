"""The page on accuracy holds what the flights give today."""

import re

import accuracy
import pytest

NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def on_the_page() -> str:
    return accuracy.PAGE.read_text(encoding="utf-8").split(accuracy.BEGIN)[1].split(accuracy.END)[0].strip()


def test_the_page_holds_the_tables_of_today() -> None:
    held, today = on_the_page().splitlines(), accuracy.tables().strip().splitlines()
    assert [NUMBER.sub("#", line) for line in held] == [NUMBER.sub("#", line) for line in today]
    for old, new in zip(held, today, strict=True):
        for a, b in zip(NUMBER.findall(old), NUMBER.findall(new), strict=True):
            digits = len(a.partition(".")[2])
            assert float(a) == pytest.approx(float(b), abs=1.01 * 10.0**-digits), old  # another machine may round on


def test_it_prints_what_it_would_write(capsys: pytest.CaptureFixture[str]) -> None:
    accuracy.main([])
    assert capsys.readouterr().out == accuracy.tables() + "\n"


def test_it_writes_between_the_marks_alone(tmp_path, monkeypatch) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{accuracy.BEGIN}old\n{accuracy.END}after\n", encoding="utf-8")
    monkeypatch.setattr(accuracy, "PAGE", page)
    accuracy.main(["--write"])
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert accuracy.tables() in text
