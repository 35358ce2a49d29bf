"""Texts: complete in every language, within budget or refused, and the linter sees what is missing."""

import dataclasses
import re
from importlib.resources import files

import pytest

from downrange.alert import (
    BUDGETS,
    Action,
    Kind,
    Lift,
    Reason,
    Status,
    TextTooLongError,
    infos,
    lint,
    lint_message,
    load_policy,
    plain,
    release,
    short,
)
from downrange.alert.texts import wording
from downrange.base import InputError

POLICY = dataclasses.replace(load_policy(), agency={"en": "The duty desk", "ko": "다운레인지 상황실", "ja": "当直室"})
LANGUAGES = ("ko", "ja", "en")


@pytest.fixture
def messages(place, event):
    """One message of each phase and reason, exercise and actual, sound and degraded."""
    one = place("KR-1", 37.95, 124.7, names=("Baengnyeong", "백령면", "白翎面"))
    two = place("KR-2", 37.82, 124.7, names=("Daecheong", "대청면", "大青面"))
    warn = {"first_arrival_s": 260.0, "last_arrival_s": 330.0, "p": 0.02}
    issue = Action(kind=Kind.ISSUE, t_s=60.0, places=(one, two), added=(one, two), reason=Reason.RISK, **warn)
    updates = [
        Action(kind=Kind.UPDATE, t_s=70.0, places=(one, two), added=(two,), reason=reason, degraded=degraded, **warn)
        for reason in (Reason.FALLING, Reason.WIDER, Reason.EXTENDED)
        for degraded in (False, True)
    ]
    passed = Action(kind=Kind.LIFT, t_s=400.0, places=(one,), reason=Reason.ARRIVED, lift=Lift.PASSED)
    beyond = dataclasses.replace(passed, reason=Reason.BEYOND, places=(two,))
    away = dataclasses.replace(passed, reason=Reason.OUT_OF_REACH, lift=Lift.NOT_COMING, places=(two,))
    return [
        released.message
        for status in Status
        for lifts in ([passed, beyond], [away, passed])
        for chain in release(event, [issue, *updates, *lifts], POLICY, status)
        for released in chain.released
    ]


def test_every_reason_has_been_said_and_every_text_is_complete(messages):
    assert {message.reason for message in messages} == set(Reason)
    assert {message.status for message in messages} == set(Status)
    for message in messages:
        assert lint_message(message, POLICY) == ()
        assert [info.language for info in message.infos] == ["ko-KR", "ja-JP", "en-US"]
        for info in message.infos:
            assert not re.search(r"[{}]|  ", plain(info))


def test_degraded_tracking_shows(messages):
    for message in messages:
        for language, info in zip(LANGUAGES, message.infos, strict=True):
            assert (wording(language).degraded in info.description) is message.degraded


@pytest.mark.parametrize("budget", BUDGETS)
def test_short_texts_fit_and_say_everything_or_are_refused(messages, budget):
    made = 0
    for message in messages:
        for language in LANGUAGES:
            for area in message.areas:
                try:
                    text = short(message, POLICY, language=language, code=area.code, budget=budget)
                except TextTooLongError:
                    continue
                made += 1
                assert len(text) <= budget
                assert lint(text, message, POLICY, language=language, code=area.code) == ()
    assert made >= {90: 80, 157: 190, 360: 216}[budget]


def test_english_has_no_text_of_90_characters_and_says_so(messages):
    with pytest.raises(TextTooLongError, match="channel of 157 characters or more"):
        short(messages[0], POLICY, language="en", code="KR-1", budget=90)


def test_a_text_is_never_cut(messages):
    wordy = dataclasses.replace(POLICY, agency_short={"en": "x" * 60, "ko": "가" * 60, "ja": "あ" * 60})
    for language in ("ko", "ja"):
        with pytest.raises(TextTooLongError, match="takes 90"):
            short(messages[0], wordy, language=language, code="KR-1", budget=90)


def test_a_short_text_is_for_an_area_of_the_message(messages):
    with pytest.raises(InputError, match="not an area"):
        short(messages[0], POLICY, language="ko", code="KR-9", budget=157)


def test_an_event_without_origin_in_a_language_is_refused(messages, event):
    message = dataclasses.replace(messages[0], event=dataclasses.replace(event, origin={"en": "North Korea"}))
    with pytest.raises(InputError, match=r"origin\.ko: missing"):
        infos(message, POLICY)


def test_a_language_without_texts_is_refused():
    with pytest.raises(InputError, match=r"xx\.toml"):
        wording("xx")


def test_all_languages_have_the_same_templates_but_the_shortest():
    shapes = {}
    for language in LANGUAGES:
        words = wording(language)
        shapes[language] = {phase: set(parts) - {"s90"} for phase, parts in words.phases.items()}
        assert set(words.reason) == set(Reason)
        assert set(words.lint) == set(wording("en").lint)
    assert shapes["ko"] == shapes["ja"] == shapes["en"]
    assert {path.name for path in (files("downrange.alert") / "data" / "texts").iterdir()} == {
        f"{language}.toml" for language in LANGUAGES
    }


def texts_of(messages, status=Status.EXERCISE):
    message = next(one for one in messages if one.status is status)
    return message, {info.language[:2]: plain(info) for info in message.infos}


@pytest.mark.parametrize(
    ("element", "language", "sound", "broken"),
    [
        ("source", "ko", "다운레인지 상황실에서", "당국에서"),
        ("hazard", "en", "(?i)rocket", "thing"),
        ("reason", "ja", "打ち上げられ|落下物|破片", "何か"),
        ("place", "ko", "대청면", "인근 섬"),
        ("time", "ja", "06:33", "まもなく"),
        ("utc", "en", r"\(21:31 UTC\)", ""),
        ("zone", "ko", "KST", "현지"),
        ("action", "ja", "避難", "注意"),
        ("expiry", "en", "valid", "good"),
        ("expiry", "ko", "07:33", "나중"),
        ("next-update", "ko", "다음 안내", "안내"),
        ("exercise", "ja", "^【訓練】 ", ""),
        ("exercise", "en", " EXERCISE$", ""),
        ("banned", "ko", "낙하물 위험 지역은", "미수신 지역과 낙하물 위험 지역은"),
    ],
)
def test_the_linter_sees_what_is_missing(messages, element, language, sound, broken):
    message, texts = texts_of(messages)
    text = re.sub(sound, broken, texts[language])
    assert text != texts[language]
    found = {problem.rule for problem in lint(text, message, POLICY, language=language)}
    assert f"TEXT-{element}" in found


def test_an_actual_text_must_not_call_itself_an_exercise(messages):
    message, texts = texts_of(messages, Status.ACTUAL)
    found = lint(f"{texts['en']} EXERCISE", message, POLICY, language="en")
    assert [problem.rule for problem in found] == ["TEXT-exercise"]


def test_an_exercise_desk_cannot_send_an_actual_message(place, event):
    warn = {"first_arrival_s": 260.0, "last_arrival_s": 330.0, "p": 0.02}
    action = Action(kind=Kind.ISSUE, t_s=60.0, places=(place("1", 37.0, 125.0),), reason=Reason.RISK, **warn)
    (chain,) = release(event, [action], load_policy(), Status.ACTUAL)
    (problem,) = lint_message(chain.released[0].message, load_policy())
    assert (problem.rule, problem.where) == ("TEXT-exercise", "en")


def test_other_numbers_in_one_language_are_seen(messages):
    message = messages[0]
    korean = dataclasses.replace(message.infos[0], instruction=message.infos[0].instruction.replace("06:39", "06:49"))
    found = lint_message(dataclasses.replace(message, infos=(korean, *message.infos[1:])), POLICY)
    assert "TEXT-numbers" in {problem.rule for problem in found}


def test_a_missing_language_is_seen(messages):
    (problem,) = lint_message(dataclasses.replace(messages[0], infos=messages[0].infos[:2]), POLICY)
    assert (problem.rule, problem.where) == ("TEXT-languages", "en")


def test_the_text_of_seoul_of_31_may_2023_would_not_have_gone_out(messages):
    """In its own words it gave no reason, no place to go, no zone, no end and no next word; in paraphrase here."""
    message, _ = texts_of(messages)
    text = "오늘 6시 32분 백령면, 대청면에 경계경보가 내려졌으니 대피 준비를 하시기 바랍니다"
    found = {problem.rule.removeprefix("TEXT-") for problem in lint(text, message, POLICY, language="ko")}
    assert {"source", "hazard", "time", "zone", "expiry", "next-update", "exercise"} <= found
