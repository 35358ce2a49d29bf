"""Strict TOML: each fault of form has its own sentence."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import pytest

from downrange.base import InputError, read_toml, table_type, toml_names, toml_text


class Inner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    height_m: Annotated[float, msgspec.Meta(gt=0.0)]


class Outer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()
    named: dict[str, Inner] = {}
    words: dict[str, str] = {}
    when: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


def read(text: str) -> Outer:
    return read_toml("mine.toml", text, Outer, missing=lambda name: f"give {name}", wrong="look again")


@pytest.mark.parametrize(
    ("text", "key", "told"),
    [
        ('namee = "a"', "namee", "unknown key. Write name"),
        ('name = "a"\nzzz = 1', "zzz", "unknown key. Use one of inner, many, name, named, when, words"),
        ('name = "a"\n[inner]\nhight_m = 1.0', "inner.hight_m", "Write height_m"),
        ('name = "a"\n[[many]]\nheight_m = 1.0\n[[many]]\nheigth_m = 1.0', "many[1].heigth_m", "Write height_m"),
        ('name = "a"\n[inner]', "inner.height_m", "missing. Give height_m"),
        ('name = "a"\n[inner]\nheight_m = -1.0', "inner.height_m", "Look again"),
        ('name = "a"\n[inner]\nheight_m = "high"', "inner.height_m", "Expected float, got str"),
        ('name = "a"\n[named.one]\nhight_m = 1.0', "named.one.hight_m", "Write height_m"),
        ('name = "a"\n[named.one]', "named[...].height_m", "missing. Give height_m"),
        ('name = "a"\nwords = { one = 1 }', "words[...]", "Expected str, got int"),
        ('name = "a"\nwhen = 2023-05-30T21:27:00', "when", "Write the time zone"),
        ('name = "a"\nwhen = 12', "when", "Expected datetime"),
        ('name = "a"\ninner = 3', "inner", "Expected object | null, got int"),
    ],
)
def test_the_fault_is_named_where_it_stands(text: str, key: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert caught.value.key == key
    assert told in str(caught.value)
    assert str(caught.value).startswith(f"mine.toml: {key}: ")


def test_what_is_right_comes_through() -> None:
    found = read('name = "a"\n[[many]]\nheight_m = 2\n[words]\nany_key = "b"\n[named.mast]\nheight_m = 3')
    assert found == Outer(
        name="a", many=(Inner(height_m=2.0),), words={"any_key": "b"}, named={"mast": Inner(height_m=3.0)}
    )


def test_what_is_missing_may_have_one_cure_for_all_keys() -> None:
    with pytest.raises(InputError, match=r"mine.toml: name: missing. Look at the example."):
        read_toml("mine.toml", "", Outer, missing="look at the example")


def test_broken_toml_says_the_line() -> None:
    with pytest.raises(InputError, match=r"mine.toml: not TOML: .*line 2"):
        read('name = "a"\nname :: "b"')


def test_a_name_is_looked_up_among_the_shipped_and_a_path_is_read(tmp_path: Path) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    for name in ("b.toml", "a.toml", "a.csv"):
        (shipped / name).write_text(name)
    assert toml_names(shipped) == ("a", "b")
    assert toml_text("a", folder=shipped, what="sort") == ("a.toml", "a.toml")
    own = tmp_path / "MINE.TOML"
    own.write_text("mine")
    assert toml_text(own, folder=shipped, what="sort") == toml_text(str(own), folder=shipped, what="sort")
    assert toml_text(own, folder=shipped, what="sort") == ("MINE.TOML", "mine")


@pytest.mark.parametrize("name", ["c", "", "a.csv", "../a"])
def test_a_name_that_is_not_shipped_is_answered_with_those_that_are(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.toml").write_text("")
    with pytest.raises(InputError) as caught:
        toml_text(name, folder=tmp_path, what="sort")
    assert str(caught.value) == (f"sort: there is no sort {name!r}. Choose one of a, or give the path of a .toml file.")


def test_a_file_that_cannot_be_read_is_told_with_its_path(tmp_path: Path) -> None:
    gone, latin = tmp_path / "gone.toml", tmp_path / "latin.toml"
    latin.write_bytes(b'name = "\xe9"')
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    for path, reason in ((gone, "No such file"), (latin, "it is not UTF-8 text"), (folder, "Is a directory")):
        with pytest.raises(InputError, match=f"cannot be read: {reason}") as caught:
            toml_text(path, folder=tmp_path, what="sort")
        assert caught.value.where == str(path)


@pytest.mark.parametrize(
    ("hint", "table"),
    [
        (Inner, Inner),
        (Inner | None, Inner),
        (tuple[Inner, ...], Inner),
        (Annotated[list[Inner] | None, "x"], Inner),
        (dict[str, Inner], dict[str, Inner]),
        (str | None, None),
    ],
)
def test_the_table_in_a_type_is_found(hint: object, table: object) -> None:
    assert table_type(hint) == table
