"""Texts: complete in every language, within budget or refused with the way out, never cut."""

import dataclasses
import re
from datetime import timedelta

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
from downrange.alert.draft import advise, follow, retract
from downrange.alert.gsm7 import gsm7_septets, size
from downrange.alert.wording import PHASES, phase, text_languages, wording
from downrange.base import InputError

LANGUAGES = ("ko", "ja", "en", "zh", "tl")
POLICY = dataclasses.replace(
    load_policy(),
    languages=LANGUAGES,
    agency={"en": "Duty Desk", "ko": "다운레인지 상황실", "ja": "当直室", "zh": "值班室", "tl": "Duty Desk"},
    agency_short={"en": "Desk", "ko": "상황실", "ja": "当直室", "zh": "值班室", "tl": "Desk"},
)
WARN = {"first_arrival_s": 260.0, "last_arrival_s": 330.0, "p": 0.02}


@pytest.fixture(scope="module")
def messages(place, event):
    """One message of each phase and reason, in all run modes, sound and degraded."""
    event = dataclasses.replace(event, origin={**event.origin, "zh": "朝鲜", "tl": "Hilagang Korea"})
    one = place("KR-1", 37.95, 124.7, names=("Baengnyeong-myeon", "백령면", "白翎面"))
    two = place("KR-2", 37.82, 124.7, names=("Daecheong-myeon", "대청면", "大青面"))
    issue = Action(kind=Kind.ISSUE, t_s=60.0, places=(one, two), added=(one, two), reason=Reason.RISK, **WARN)
    updates = [
        Action(kind=Kind.UPDATE, t_s=70.0, places=(one, two), added=(two,), reason=reason, degraded=degraded, **WARN)
        for reason in (Reason.FALLING, Reason.WIDER, Reason.EXTENDED, Reason.BY_HAND)
        for degraded in (False, True)
    ]
    passed = Action(kind=Kind.LIFT, t_s=400.0, places=(one,), reason=Reason.ARRIVED, lift=Lift.PASSED)
    beyond = dataclasses.replace(passed, reason=Reason.BEYOND, places=(two,))
    away = dataclasses.replace(passed, reason=Reason.OUT_OF_REACH, lift=Lift.NOT_COMING, places=(two,))
    by_hand = dataclasses.replace(passed, reason=Reason.BY_HAND)
    made = []
    for status in Status:
        chains = [
            release(event, [issue, *updates, *lifts], POLICY, status) for lifts in ([passed, beyond], [away, by_hand])
        ]
        wrong = release(event, [issue], POLICY, status)[0]
        chains.append((retract(wrong, event.t0 + timedelta(minutes=3), "the wrong button"),))
        opens = event.t0 - timedelta(hours=6)
        for hours, ahead in ((4, 24), (250, 3)):
            asked = {"sent": opens - timedelta(hours=ahead)}
            notices = advise(event, (one, two), opens, opens + timedelta(hours=hours), POLICY, status, **asked)
            over = dataclasses.replace(by_hand, places=(one, two))
            chains.append([follow(notice, over, sent=event.t0) for notice in notices])
        made += [released.message for group in chains for chain in group for released in chain.released]
    return made


def test_every_reason_has_been_said_and_every_text_is_complete(messages):
    assert {message.reason for message in messages} == set(Reason)
    assert {message.status for message in messages} == set(Status)
    for message in messages:
        assert lint_message(message, POLICY) == ()
        assert [info.language for info in message.infos] == ["ko-KR", "ja-JP", "en-US", "zh-Hans", "tl-PH"]
        for info in message.infos:
            assert not re.search(r"[{}]|  ", plain(info))


def test_degraded_tracking_shows(messages):
    for message in messages:
        for language, info in zip(LANGUAGES, message.infos, strict=True):
            assert (wording(language).degraded in info.description) is message.degraded


def told(message, language, code, budget):
    """The short text, None when it is refused."""
    try:
        return short(message, POLICY, language=language, code=code, budget=budget)
    except TextTooLongError:
        return None


@pytest.mark.parametrize("budget", BUDGETS)
def test_short_texts_exist_in_every_phase_and_language_and_say_everything(messages, budget):
    """A drill adds two words: some of these are refused at 90. Everything that is meant is carried."""
    for message in messages:
        for language in LANGUAGES:
            for area in message.areas:
                text = told(message, language, area.code, budget)
                if text is None:
                    crowded = message.status is not Status.ACTUAL or message.degraded or language == "tl"
                    assert (budget, crowded) == (90, True), (message.identifier, language)
                    continue
                assert size(text) <= budget
                assert lint(text, message, POLICY, language=language, code=area.code) == (), text


def test_latin_texts_fit_the_alphabet_of_mobile_networks(messages):
    for message in messages:
        for language in ("en", "tl"):
            text = short(
                message,
                POLICY,
                language=language,
                code="KR-1" if len(message.areas) > 1 else message.areas[0].code,
                budget=360,
            )
            assert gsm7_septets(text) is not None, text


def test_a_text_is_never_cut_and_the_way_out_is_named(messages):
    wordy = dataclasses.replace(POLICY, agency_short=dict.fromkeys(LANGUAGES, "x" * 80))
    for language in LANGUAGES:
        with pytest.raises(TextTooLongError, match=rf"157 characters or more, or shorten agency_short\.{language}"):
            short(messages[0], wordy, language=language, code="KR-1", budget=90)


def test_a_short_text_is_for_an_area_of_the_message(messages):
    with pytest.raises(InputError, match="not an area"):
        short(messages[0], POLICY, language="ko", code="KR-9", budget=157)
    with pytest.raises(InputError, match="90, 157, 360"):
        short(messages[0], POLICY, language="ko", code="KR-1", budget=91)


def test_an_event_without_origin_in_a_language_is_refused(messages, event):
    message = dataclasses.replace(messages[0], event=dataclasses.replace(event, origin={"en": "North Korea"}))
    with pytest.raises(InputError, match=r"origin\.ko: missing"):
        infos(message, POLICY)


def test_every_phase_is_there(messages):
    assert {phase(message) for message in messages} == set(PHASES)
    assert set(LANGUAGES) == set(text_languages())
