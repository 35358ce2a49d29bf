"""The transcripts of docs/alert.md, run command by command: what the page says is what a duty officer sees."""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
from pathlib import Path

from typer.testing import CliRunner

from downrange.cli import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "alert.md").read_text(encoding="utf-8")
ALIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def transcript():
    """Return every command of the page with what the page says that it prints, "" where it says nothing."""
    told = []
    for block in re.findall(r"^```console\n(.*?)^```", PAGE, flags=re.M | re.S):
        for part in block.split("$ ")[1:]:
            command, _, printed = part.partition("\n")
            told.append((command, printed.strip()))
    return told


def run(command):
    """Run a command as a shell would: patterns of files, and output added to a file."""
    words, _, target = command.partition(" >> ")
    expanded = []
    for word in shlex.split(words)[1:]:
        expanded += sorted(str(path) for path in Path().glob(word)) if "*" in word else [word]
    done = CliRunner().invoke(app, expanded)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    if target:
        with Path(target).open("a", encoding="utf-8") as file:
            file.write(done.stdout)
    return done


def test_what_the_page_shows_is_what_is_printed(tmp_path, monkeypatch):
    for path in (ROOT / "examples" / "alert").iterdir():
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    commands = transcript()
    assert len(commands) > 20
    for command, printed in commands:
        if command.startswith("export "):
            monkeypatch.setenv(*command.removeprefix("export ").split("=", 1))
            continue
        done = run(command)
        refused = printed.startswith("downrange: ")
        assert done.exit_code == (2 if refused else 0), (command, done.stderr)
        seen = done.stderr.strip().splitlines()[-1] if refused else done.stdout
        if printed:
            # an ellipsis stands for what differs from run to run, and for what the page leaves out
            assert doctest.OutputChecker().check_output(printed + "\n", seen.strip() + "\n", ALIKE), (
                f"{command}\n{seen}"
            )
