"""The files of the languages, reviewed as a table: every phase, language and element; and a new language is one file."""

import re
import tomllib
from importlib.resources import files

import pytest

from downrange.alert import Action, Kind, Lift, Reason, Status, load_policy, release
from downrange.alert.model import Area
from downrange.alert.wording import (
    BUDGETS,
    CHECKS,
    PARTS,
    PHASES,
    language_of,
    read_wording,
    text_languages,
    wording,
    wording_of,
)
from downrange.base import InputError

LANGUAGES = text_languages()
FOLDER = files("downrange.alert") / "data" / "texts"
FIELDS = re.compile(r"\{(\w+)\}")
# what each template must name, by phase: source, place, time, expiry, next update; {reason} carries the reason in full texts
FULL = {
    "advice": {"agency", "reason", "places", "first", "last", "expires", "degraded"},
    "notice_over": {"agency", "reason", "places", "sent", "expires"},
    "warn": {"agency", "reason", "places", "first", "last", "expires", "next", "degraded"},
    "lift_passed": {"agency", "reason", "places", "sent", "expires"},
    "lift_not_coming": {"agency", "reason", "places", "sent", "expires"},
    "correction": {"agency", "reason", "places", "sent", "expires"},
}
SHORT = {
    "advice": [{"span"}, {"window", "d_expires"}],
    "notice_over": [{"h_sent", "h_expires"}],
    "warn": [{"h_first", "h_last", "h_expires", "h_next"}],
    "lift_passed": [{"h_sent", "h_expires"}],
    "lift_not_coming": [{"h_sent", "h_expires"}],
    "correction": [{"h_sent", "h_expires"}],
}
REASONS = {
    "announced": {"origin"},
    "notice_over": {"origin"},
    "mistake": set(),
    "wider": {"origin", "t0", "added"},
    "narrower": {"origin", "t0", "lifted"},
}


def fields_of(*templates):
    return {name for template in templates for name in FIELDS.findall(template)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phase", PHASES)
def test_every_template_names_all_that_its_phase_must_say(language, phase):
    parts = wording(language).phases[phase]
    assert fields_of(*(parts[part] for part in PARTS)) == FULL[phase]
    assert "places" in fields_of(parts["headline"])
    for budget in BUDGETS:
        found = fields_of(parts[f"s{budget}"])
        assert {"agency_short", "zone"} <= found
        assert found & {"place", "place_short"}
        assert any(wanted <= found for wanted in SHORT[phase]), (language, phase, budget)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_says_who_when_and_where(language):
    words = wording(language)
    for reason, sentence in words.reason.items():
        assert fields_of(sentence) == REASONS.get(reason, {"origin", "t0"}), reason
        assert any(hazard.casefold() in sentence.casefold() for hazard in words.hazard), reason
    assert set(words.reason) == {*Reason, "by_hand_lift", "notice_over"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_something_to_look_for_in_every_kind(language):
    checks = wording(language).checks
    assert set(checks) == set(CHECKS)
    always = {"action", "expiry", "next-update"}
    special = {
        "advice": {"reason", "no-shelter"},
        "warn": {"reason"},
        "lift": {"reason"},
        "correction": {"mistake", "apology", "no-danger"},
    }
    for kind, elements in checks.items():
        assert {name.removesuffix("_short") for name in elements} == always | special[kind]
        assert all(phrases for phrases in elements.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_exercise_words_differ_from_test_words_and_earnest_has_none(language):
    for marks in (wording(language).exercise, wording(language).exercise_short):
        assert marks[Status.ACTUAL] == ""
        assert len({marks[Status.EXERCISE], marks[Status.TEST], ""}) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_holds_nothing_that_is_not_used(language):
    table = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    used = {"tag", "names", "drop", "event", "joiner", "dash", "time", "time_other_day", "date", "months", "degraded"}
    used |= {"degraded_short", "about", "zones", "exercise", "exercise_short", "reason", "lint", *PHASES}
    assert set(table) == used
    for phase in PHASES:
        assert set(table[phase]) - {"event"} == {*PARTS, *(f"s{budget}" for budget in BUDGETS)}
    assert set(table["lint"]) == {"hazard", "known", "banned", *CHECKS}
    assert set(table["exercise"]) == set(table["exercise_short"]) == {str(status) for status in Status}


def test_tags_lead_back_to_their_files():
    assert LANGUAGES == ("en", "ja", "ko", "tl", "zh")
    for language in LANGUAGES:
        assert language_of(wording(language).tag) == language
        assert wording_of(wording(language).tag) is wording(language)
    with pytest.raises(InputError, match="no file has this tag"):
        wording_of("xx-XX")


def test_a_language_without_texts_is_refused():
    with pytest.raises(InputError, match=r"xx\.toml"):
        wording("xx")


@pytest.mark.parametrize("gone", ["banned", "s90", "mistake", "Actual", "zones"])
def test_what_a_file_lacks_is_named(gone):
    text = (FOLDER / "en.toml").read_text(encoding="utf-8")
    broken = re.sub(rf"(?m)^(\[?){gone}\b", r"\1other", text, count=1)
    with pytest.raises(InputError, match=rf"made-up.toml: {gone}: missing"):
        read_wording(broken, where="made-up.toml")


def area(country, **names):
    return Area(code="X-1", country=country, level="township", name=names, polygons=(), over_cover=0.0)


def test_a_place_without_a_name_in_the_language_goes_by_its_own_countrys_or_the_english_one():
    islands = {"en": "Miyakojima", "ja": "宮古島市", "ko": "미야코지마시"}
    assert wording("zh").name(area("JP", **islands)) == "宮古島市"
    assert wording("zh").name(area("KR", en="Baengnyeong-myeon", ko="백령면")) == "백령면"
    assert wording("zh").name(area("PH", en="Itbayat")) == "Itbayat"
    assert wording("zh").name(area("KR", en="Seoul", zh="首尔")) == "首尔"
    assert wording("tl").name(area("JP", **islands)) == "Miyakojima"
    with pytest.raises(InputError, match="has a name in ja only"):
        wording("en").name(area("JP", ja="宮古島市"))


def test_short_names_leave_out_the_rank_where_people_do():
    township = area("KR", en="Baengnyeong-myeon", ko="백령면", ja="白翎面")
    assert wording("en").short_name(township) == "Baengnyeong"
    assert wording("ko").short_name(township) == "백령면"
    assert wording("en").short_name(area("KR", en="Jung-gu")) == "Jung-gu"


def test_a_lift_by_hand_has_its_own_sentence(place, event):
    one = place("KR-1", 37.95, 124.7)
    warn = {"first_arrival_s": 260.0, "last_arrival_s": 330.0, "p": 0.02}
    issue = Action(kind=Kind.ISSUE, t_s=60.0, places=(one,), added=(one,), reason=Reason.BY_HAND, **warn)
    over = Action(kind=Kind.LIFT, t_s=400.0, places=(one,), reason=Reason.BY_HAND, lift=Lift.PASSED)
    (chain,) = release(event, [issue, over], load_policy(), Status.EXERCISE)
    first, last = (one.message.infos[2].description for one in chain.released)
    assert "We judge that" in first
    assert "We have made sure" in last
