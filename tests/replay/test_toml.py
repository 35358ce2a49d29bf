"""Strict TOML: each fault of form has its own sentence."""

from __future__ import annotations

from typing import Annotated

import msgspec
import pytest

from downrange.base import InputError
from downrange.replay._toml import read_strict


class Inner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    height_m: Annotated[float, msgspec.Meta(gt=0.0)]


class Outer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()


@pytest.mark.parametrize(
    ("text", "key", "told"),
    [
        ('namee = "a"', "namee", "unknown key. Write name"),
        ('name = "a"\nzzz = 1', "zzz", "unknown key. Use one of inner, many, name"),
        ('name = "a"\n[inner]\nhight_m = 1.0', "inner.hight_m", "Write height_m"),
        ('name = "a"\n[[many]]\nheight_m = 1.0\n[[many]]\nheigth_m = 1.0', "many[1].heigth_m", "Write height_m"),
        ('name = "a"\n[inner]', "inner.height_m", "missing. Give height_m"),
        ('name = "a"\n[inner]\nheight_m = -1.0', "inner.height_m", "Correct the value"),
        ('name = "a"\n[inner]\nheight_m = "high"', "inner.height_m", "Expected float, got str"),
        ('name = "a"\ninner = 3', "inner", "Expected object | null, got int"),
    ],
)
def test_the_fault_is_named_where_it_stands(text: str, key: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_strict("mine.toml", text, Outer)
    assert caught.value.key == key
    assert told in str(caught.value)
    assert str(caught.value).startswith(f"mine.toml: {key}: ")


def test_what_is_right_comes_through() -> None:
    found = read_strict("mine.toml", 'name = "a"\n[[many]]\nheight_m = 2', Outer)
    assert found == Outer(name="a", many=(Inner(height_m=2.0),))


def test_broken_toml_says_the_line() -> None:
    with pytest.raises(InputError, match=r"mine.toml: not TOML: .*line 2"):
        read_strict("mine.toml", 'name = "a"\nname :: "b"', Outer)
