from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("hangul", Path(__file__).parents[2] / "tools" / "places" / "hangul.py")
assert SPEC is not None
assert SPEC.loader is not None
hangul = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(hangul)


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        # SOURCE: Romanization of Korean, National Institute of Korean Language, proclamation 2000-8, chapters 2 and 3
        ("독도", "Dokdo"), ("독립문", "Dongnimmun"), ("왕십리", "Wangsimni"), ("신라", "Silla"), ("백마", "Baengma"),
        ("종로구", "Jongno-gu"), ("별내", "Byeollae"), ("구미시", "Gumi-si"), ("합덕", "Hapdeok"),
        ("벚꽃", "Beotkkot"), ("한밭", "Hanbat"),
    ],
)  # fmt: skip
def test_names_of_the_rule_book(name: str, latin: str) -> None:
    assert hangul.romanized(name) == latin


@pytest.mark.parametrize(
    ("name", "kana"),
    [("종로구", "チョンノ区"), ("강릉시", "カンヌン市"), ("울릉군", "ウルルン郡"), ("목포시", "モクポ市")],
)
def test_katakana_as_japanese_maps_write_it(name: str, kana: str) -> None:
    assert hangul.katakana(name) == kana
