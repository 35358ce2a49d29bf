"""Korean names in Latin letters (Revised Romanization, 2000) and in katakana, syllable by syllable.

Good for names of places, which is all it is for: sound changes between syllables are those of the romanization's
chapter 3; the katakana is the plain transliteration used by Japanese maps, voiced between voiced sounds.
"""

from __future__ import annotations

from typing import Final

_INITIALS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_LATIN_INITIAL: Final = [
    "g",
    "kk",
    "n",
    "d",
    "tt",
    "r",
    "m",
    "b",
    "pp",
    "s",
    "ss",
    "-",
    "j",
    "jj",
    "ch",
    "k",
    "t",
    "p",
    "h",
]
_VOWELS: Final = [
    "a",
    "ae",
    "ya",
    "yae",
    "eo",
    "e",
    "yeo",
    "ye",
    "o",
    "wa",
    "wae",
    "oe",
    "yo",
    "u",
    "wo",
    "we",
    "wi",
    "yu",
    "eu",
    "ui",
    "i",
]
_FINALS: Final = ["", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]
_CLOSED: Final = {
    "": "", "ㄱ": "k", "ㄲ": "k", "ㄳ": "k", "ㅋ": "k", "ㄺ": "k", "ㄴ": "n", "ㄵ": "n", "ㄶ": "n", "ㄷ": "t", "ㅅ": "t",
    "ㅆ": "t", "ㅈ": "t", "ㅊ": "t", "ㅌ": "t", "ㅎ": "t", "ㄹ": "l", "ㄼ": "l", "ㄽ": "l", "ㄾ": "l", "ㅀ": "l", "ㅁ": "m",
    "ㄻ": "m", "ㅂ": "p", "ㅄ": "p", "ㅍ": "p", "ㄿ": "p", "ㅇ": "ng",
}  # fmt: skip
_LINKED: Final = {"ㄱ": "g", "ㄴ": "n", "ㄷ": "d", "ㄹ": "r", "ㅁ": "m", "ㅂ": "b", "ㅅ": "s", "ㅈ": "j", "ㅊ": "ch"}
_NASAL: Final = {"k": "ng", "t": "n", "p": "m"}
_UNITS: Final = {
    "시": ("-si", "市"), "군": ("-gun", "郡"), "구": ("-gu", "区"), "읍": ("-eup", "邑"), "면": ("-myeon", "面"),
    "동": ("-dong", "洞"),
}  # fmt: skip
_ROWS: Final = {
    "g": "カ ケ キャ ケ コ ケ キョ ケ コ クァ クェ ケ キョ ク クォ クェ クィ キュ ク クィ キ",
    "G": "ガ ゲ ギャ ゲ ゴ ゲ ギョ ゲ ゴ グァ グェ ゲ ギョ グ グォ グェ グィ ギュ グ グィ ギ",
    "n": "ナ ネ ニャ ネ ノ ネ ニョ ネ ノ ヌァ ヌェ ネ ニョ ヌ ヌォ ヌェ ヌィ ニュ ヌ ヌィ ニ",
    "d": "タ テ ティャ テ ト テ ティョ テ ト トァ トェ テ ティョ トゥ トォ トェ トゥィ ティュ トゥ トゥィ ティ",
    "D": "ダ デ ディャ デ ド デ ディョ デ ド ドァ ドェ デ ディョ ドゥ ドォ ドェ ドゥィ ディュ ドゥ ドゥィ ディ",
    "r": "ラ レ リャ レ ロ レ リョ レ ロ ルァ ルェ レ リョ ル ルォ ルェ ルィ リュ ル ルィ リ",
    "m": "マ メ ミャ メ モ メ ミョ メ モ ムァ ムェ メ ミョ ム ムォ ムェ ムィ ミュ ム ムィ ミ",
    "b": "パ ペ ピャ ペ ポ ペ ピョ ペ ポ プァ プェ ペ ピョ プ プォ プェ プィ ピュ プ プィ ピ",
    "B": "バ ベ ビャ ベ ボ ベ ビョ ベ ボ ブァ ブェ ベ ビョ ブ ブォ ブェ ブィ ビュ ブ ブィ ビ",
    "s": "サ セ シャ シェ ソ セ ショ シェ ソ スァ スェ セ ショ ス スォ スェ スィ シュ ス スィ シ",
    "-": "ア エ ヤ イェ オ エ ヨ イェ オ ワ ウェ ウェ ヨ ウ ウォ ウェ ウィ ユ ウ ウィ イ",
    "j": "チャ チェ チャ チェ チョ チェ チョ チェ チョ チュァ チュェ チェ チョ チュ チュォ チュェ チュィ チュ チュ チュィ チ",
    "J": "ジャ ジェ ジャ ジェ ジョ ジェ ジョ ジェ ジョ ジュァ ジュェ ジェ ジョ ジュ ジュォ ジュェ ジュィ ジュ ジュ ジュィ ジ",
    "h": "ハ ヘ ヒャ ヘ ホ ヘ ヒョ ヘ ホ ファ フェ フェ ヒョ フ フォ フェ フィ ヒュ フ フィ ヒ",
}  # fmt: skip
_HARD: Final = {"kk": "g", "k": "g", "tt": "d", "t": "d", "pp": "b", "p": "b", "ss": "s", "jj": "j", "ch": "j"}
_TAIL: Final = {"": "", "k": "ク", "t": "ッ", "p": "プ", "n": "ン", "ng": "ン", "m": "ム", "l": "ル"}


def romanized(name: str) -> str:
    """Return the name in Latin letters: 백령면 gives Baengnyeong-myeon."""
    stem, unit = _split(name)
    sounds = _sounds(stem)
    text = "".join(("" if first == "-" else first) + _VOWELS[vowel] + last for first, vowel, last in sounds)
    return text[:1].upper() + text[1:] + (_UNITS[unit][0] if unit else "")


def katakana(name: str) -> str:
    """Return the name in katakana with the Japanese character of its unit: 종로구 gives チョンノ区."""
    stem, unit = _split(name)
    text, voiced = "", False
    for first, vowel, last in _sounds(stem):
        row = _HARD.get(first, first)
        if voiced and first in {"g", "d", "b", "j"}:
            row = first.upper()
        text += _ROWS["r" if row == "l" else row].split()[vowel] + _TAIL[last]
        voiced = last in {"", "n", "ng", "m", "l"}
    return text + (_UNITS[unit][1] if unit else "")


def _split(name: str) -> tuple[str, str]:
    return (name[:-1], name[-1]) if len(name) > 1 and name[-1] in _UNITS else (name, "")


def _sounds(stem: str) -> list[tuple[str, int, str]]:
    syllables = []
    for letter in stem:
        index = ord(letter) - 0xAC00
        if not 0 <= index < 11172:
            continue
        syllables.append([_INITIALS[index // 588], index % 588 // 28, _FINALS[index % 28]])
    sounds = []
    for here, syllable in enumerate(syllables):
        first, vowel, last = syllable
        before = syllables[here - 1][2] if here else ""
        after = syllables[here + 1][0] if here + 1 < len(syllables) else ""
        sounds.append((_onset(before, first), vowel, _coda(last, after)))
    return sounds


def _onset(before: str, first: str) -> str:
    closed = _CLOSED[before]
    if first == "ㅇ":
        return _LINKED.get(before, "-")
    if first == "ㄹ" and closed in {"k", "t", "p", "m", "ng"}:
        return "n"
    if first in {"ㄹ", "ㄴ"} and closed == "l":
        return "l"
    if first == "ㄹ" and closed == "n":
        return "l"
    return _LATIN_INITIAL[_INITIALS.index(first)]


def _coda(last: str, after: str) -> str:
    closed = _CLOSED[last]
    if after == "ㅇ" and last in _LINKED:
        return ""
    if after in {"ㄴ", "ㅁ", "ㄹ"} and closed in _NASAL:
        return _NASAL[closed]
    if after == "ㄹ" and closed == "n":
        return "l"
    return closed
