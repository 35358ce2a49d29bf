"""The linter: every element of every text can be missed, what must not stand there is seen, and history is blocked."""

import dataclasses
import re
from datetime import timedelta

import pytest

from downrange.alert import (
    Action,
    Kind,
    Lift,
    Reason,
    Status,
    infos,
    lint,
    lint_message,
    load_policy,
    plain,
    release,
    short,
)
from downrange.alert.draft import advise, retract
from downrange.alert.parcels import parcel_texts
from downrange.alert.texts import fields
from downrange.alert.wording import kind_of_text, language_of, wording

LANGUAGES = ("ko", "ja", "en", "zh", "tl")
POLICY = dataclasses.replace(
    load_policy(),
    languages=LANGUAGES,
    agency={"en": "Duty Desk", "ko": "다운레인지 상황실", "ja": "当直室", "zh": "值班室", "tl": "Duty Desk"},
    agency_short={"en": "Desk", "ko": "상황실", "ja": "当直室", "zh": "值班室", "tl": "Desk"},
)
NAMES = ("Baengnyeong-myeon", "백령면", "白翎面")
WARN = {"first_arrival_s": 260.0, "last_arrival_s": 330.0, "p": 0.02}


@pytest.fixture(scope="module")
def spoken(event):
    return dataclasses.replace(event, origin={**event.origin, "zh": "朝鲜", "tl": "Hilagang Korea"})


@pytest.fixture(scope="module")
def by_kind(place, spoken):
    """One message of each kind of text, in the order of their lives."""

    def make(status):
        one, two = (
            place("KR-1", 37.95, 124.7, names=NAMES),
            place("KR-2", 37.8, 124.7, names=("Daecheong", "대청면", "大青面")),
        )
        issue = Action(kind=Kind.ISSUE, t_s=60.0, places=(one, two), added=(one, two), reason=Reason.RISK, **WARN)
        over = Action(kind=Kind.LIFT, t_s=400.0, places=(one, two), reason=Reason.ARRIVED, lift=Lift.PASSED)
        opens = spoken.t0 - timedelta(hours=6)
        chains = [
            *advise(
                spoken, (one, two), opens, opens + timedelta(hours=9), POLICY, status, sent=opens - timedelta(hours=20)
            ),
            *release(spoken, [issue, over], POLICY, status),
        ]
        wrong = release(spoken, [issue], POLICY, status)[0]
        chains.append(retract(wrong, spoken.t0 + timedelta(minutes=3), "the wrong button"))
        return {kind_of_text(one.message): one.message for chain in chains for one in chain.released}

    return {status: make(status) for status in Status}


def full(message, language):
    return next(plain(info) for info in message.infos if language_of(info.language) == language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["advice", "warn", "lift", "correction"])
def test_each_phrase_that_carries_an_element_is_needed(by_kind, kind, language):
    """Cut every phrase that shows an element out of the sound text, and the linter names that element."""
    message = by_kind[Status.ACTUAL][kind]
    text, words = full(message, language), wording(language)
    known = fields(message, POLICY, language)
    assert lint(text, message, POLICY, language=language) == ()
    elements = {name: phrases for name, phrases in words.checks[kind].items() if not name.endswith("_short")}
    assert {"action", "expiry", "next-update"} <= set(elements)
    for element, phrases in {**elements, "hazard": words.hazard}.items():
        cut = text
        for phrase in phrases:
            cut = re.sub(re.escape(phrase.format_map(known)), "", cut, flags=re.IGNORECASE)
        assert f"TEXT-{element}" in {problem.rule for problem in lint(cut, message, POLICY, language=language)}, element


@pytest.mark.parametrize("language", LANGUAGES)
def test_source_place_time_utc_and_zone_are_each_seen_missing(by_kind, language):
    message = by_kind[Status.ACTUAL]["warn"]
    text, words = full(message, language), wording(language)
    for element, gone in [
        ("source", POLICY.agency[language]),
        ("place", words.name(message.areas[0])),
        ("time", "06:33"),
        ("utc", "21:33"),
        ("zone", words.zones.get("KST", "KST")),
    ]:
        assert gone in text
        found = {problem.rule for problem in lint(text.replace(gone, ""), message, POLICY, language=language)}
        assert f"TEXT-{element}" in found, element


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_banned_word_and_every_abbreviation_is_seen(by_kind, language):
    message = by_kind[Status.ACTUAL]["warn"]
    text = full(message, language)
    for bad in wording(language).banned:
        found = [
            problem for problem in lint(f"{text} {bad}", message, POLICY, language=language) if "banned" in problem.rule
        ]
        assert bad in found[0].seen
    for bad in ("ICBM", "NOTAM", "IIP", "EEZ", "SRB"):
        found = lint(f"{text} {bad}.", message, POLICY, language=language)
        assert [problem.rule for problem in found] == ["TEXT-abbreviation"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_exercise_words_stand_first_and_last_and_never_in_earnest(by_kind, language):
    words = wording(language)
    for status in (Status.EXERCISE, Status.TEST):
        message = by_kind[status]["warn"]
        text = full(message, language)
        mark = words.exercise[status]
        for broken in (text.removeprefix(mark), text.removesuffix(mark)):
            assert "TEXT-exercise" in {problem.rule for problem in lint(broken, message, POLICY, language=language)}
    message = by_kind[Status.ACTUAL]["warn"]
    for mark in {*words.exercise.values(), *words.exercise_short.values()} - {""}:
        found = lint(f"{full(message, language)} {mark}", message, POLICY, language=language)
        assert [problem.rule for problem in found] == ["TEXT-exercise"]


def test_an_exercise_desk_cannot_send_an_actual_message(place, event):
    action = Action(kind=Kind.ISSUE, t_s=60.0, places=(place("1", 37.0, 125.0),), reason=Reason.RISK, **WARN)
    (chain,) = release(event, [action], load_policy(), Status.ACTUAL)
    assert {(one.rule, one.where) for one in lint_message(chain.released[0].message, load_policy())} == {
        ("TEXT-exercise", "en")
    }


def test_other_numbers_in_one_language_are_seen(by_kind):
    message = by_kind[Status.ACTUAL]["warn"]
    korean = dataclasses.replace(message.infos[0], description=f"{message.infos[0].description} 06:49")
    found = lint_message(dataclasses.replace(message, infos=(korean, *message.infos[1:])), POLICY)
    assert {problem.rule for problem in found} == {"TEXT-numbers"}


def test_a_missing_language_is_seen(by_kind):
    message = by_kind[Status.ACTUAL]["warn"]
    (problem,) = lint_message(dataclasses.replace(message, infos=message.infos[:4]), POLICY)
    assert (problem.rule, problem.where) == ("TEXT-languages", "tl")


def test_a_warning_of_what_is_over_is_not_sent(by_kind):
    message = by_kind[Status.ACTUAL]["warn"]
    late = dataclasses.replace(message, sent=message.until + timedelta(minutes=5))
    found = lint_message(dataclasses.replace(late, infos=infos(late, POLICY)), POLICY)
    assert any("before it is sent" in problem.seen for problem in found)


def test_incomplete_tracking_must_show(by_kind):
    message = by_kind[Status.ACTUAL]["warn"]
    sound = dataclasses.replace(message, degraded=True)
    assert {problem.rule for problem in lint_message(sound, POLICY)} == {"TEXT-degraded"}
    assert lint_message(dataclasses.replace(sound, infos=infos(sound, POLICY)), POLICY) == ()


ALL = {"source", "hazard", "reason", "time", "utc", "zone", "action", "expiry", "next-update"}
HISTORY = [
    # What was sent on 31 May 2023, told in other words with the same gaps (launch-facts: Seoul 06:41; the ministry 06:30;
    # J-Alert 06:30). The clock "6시 32분" is read by nobody's machine and carries no zone.
    ("ko", "오늘 6시 32분 백령면에 경계경보를 발령합니다. 시민은 대피를 준비하고 노약자를 먼저 대피시켜 주십시오", ALL - {"action"}),
    ("ko", "06:31 백령면 실제 경보 발령. 미수신 지역은 자체 발령 바람", {*ALL, "banned"}),
    ("ja", "発射。発射。ミサイルが発射されたもようです。建物の中か地下に避難してください。", {*ALL, "place", "banned"} - {"action"}),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "lacks"), HISTORY)
def test_the_texts_of_31_may_2023_would_not_have_gone_out(place, spoken, language, text, lacks):
    one = place("KR-1", 37.95, 124.7, names=NAMES)
    issue = Action(kind=Kind.ISSUE, t_s=60.0, places=(one,), added=(one,), reason=Reason.RISK, **WARN)
    (chain,) = release(spoken, [issue], POLICY, Status.ACTUAL)
    found = lint(text, chain.released[0].message, POLICY, language=language)
    assert {problem.rule.removeprefix("TEXT-") for problem in found} == lacks


def test_the_short_texts_of_a_message_come_with_what_is_missing(by_kind):
    message = by_kind[Status.ACTUAL]["warn"]
    texts, problems = parcel_texts(message, POLICY)
    assert problems == ()
    assert len(texts) == 3 * 5 * 2
    for one in texts:
        assert one.text == short(message, POLICY, language=one.language, code=one.code, budget=one.budget)
    wordy = dataclasses.replace(
        POLICY, agency_short={**POLICY.agency_short, "en": "The Ministry of the Interior and Safety"}
    )
    fewer, problems = parcel_texts(message, wordy)
    assert {(one.rule, one.where) for one in problems} == {
        ("TEXT-too-long", f"en 90 {code}") for code in ("KR-1", "KR-2")
    }
    assert len(fewer) == len(texts) - 2
    unfit = dataclasses.replace(POLICY, agency_short={**POLICY.agency_short, "en": "Shortly"})
    fewer, problems = parcel_texts(message, unfit)
    assert {one.rule for one in problems} == {"TEXT-banned"}
    assert {one.language for one in fewer} == set(LANGUAGES) - {"en"}
