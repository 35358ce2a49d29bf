"""Chains of messages: valid by schema and rules, closed, equal areas lifted and alerted, bytes that repeat."""

import dataclasses
from datetime import UTC, timedelta

import msgspec
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.alert import (
    Action,
    Kind,
    Lift,
    Message,
    Reason,
    Status,
    compose,
    infos,
    lint_message,
    load_policy,
    parse,
    release,
    spells,
    verify,
    write,
)
from downrange.alert.compose import prepare_outlines
from downrange.alert.draft import Chain, advise, follow, retract
from downrange.base import InputError

POLICY = load_policy()
REGION = shapely.box(118.0, 10.0, 140.0, 45.0)


def issue(places, t_s=60.0, **facts):
    given = {"first_arrival_s": t_s + 200.0, "last_arrival_s": t_s + 260.0, "p": 0.02, "added": places} | facts
    return Action(kind=Kind.ISSUE, t_s=t_s, places=places, reason=Reason.RISK, **given)


def update(places, t_s, added=(), reason=Reason.WIDER):
    return dataclasses.replace(issue(places, t_s, added=added), kind=Kind.UPDATE, reason=reason)


def lift(places, t_s, kind=Lift.PASSED):
    reason = Reason.ARRIVED if kind is Lift.PASSED else Reason.OUT_OF_REACH
    return Action(kind=Kind.LIFT, t_s=t_s, places=places, reason=reason, lift=kind)


@pytest.fixture
def islets(place):
    return (
        place("KR-1", 37.95, 124.7, names=("Baengnyeong", "백령면", "白翎面")),
        place("KR-2", 37.82, 124.7, names=("Daecheong", "대청면", "大青面")),
        place("JP-1", 24.8, 125.3, country="JP", names=("Miyakojima", "미야코지마시", "宮古島市")),
    )


def problems_of(chain, places):
    return list(verify(chain, places, REGION))


def test_a_whole_life_is_valid_and_closed(islets, event):
    north, south, island = islets
    actions = [
        issue((north,)),
        issue((island,), 70.0),
        update((north, south), 80.0, added=(south,)),
        update((north, south), 90.0, reason=Reason.FALLING),
        update((north, south), 3000.0, reason=Reason.EXTENDED),
        lift((island,), 3010.0, Lift.NOT_COMING),
        lift((south,), 3020.0, Lift.NOT_COMING),
        lift((north,), 3050.0),
    ]
    chains = release(event, actions, POLICY, Status.EXERCISE)
    assert [problems_of(chain, islets) for chain in chains] == [[], []]
    korea, japan = ([(one.message.msg_type, one.message.kind) for one in chain.released] for chain in chains)
    assert korea == [
        ("Alert", Kind.ISSUE),
        ("Update", Kind.UPDATE),
        ("Update", Kind.UPDATE),
        ("Update", Kind.UPDATE),
        ("Update", Kind.LIFT),
        ("Update", Kind.UPDATE),
        ("Cancel", Kind.LIFT),
    ]
    assert japan == [("Alert", Kind.ISSUE), ("Cancel", Kind.LIFT)]
    assert {(one.code, one.lifted is None) for one in spells(chains)} == {(one.code, False) for one in islets}


def test_each_successor_names_all_that_are_still_valid_or_else_the_last(islets, event):
    north, south, _ = islets
    actions = [issue((north,)), update((north, south), 80.0, added=(south,)), lift((north, south), 8000.0)]
    (chain,) = release(event, actions, POLICY, Status.EXERCISE)
    first, second, last = (one.message for one in chain.released)
    assert [one.identifier for one in second.references] == [first.identifier]
    assert [one.identifier for one in last.references] == [second.identifier]  # both had expired, two hours later
    assert problems_of(chain, islets) == []


def test_a_warning_after_an_all_clear_takes_it_back(islets, event):
    soon = [issue(islets[:1]), lift(islets[:1], 400.0), issue(islets[:1], 500.0)]
    (chain,) = release(event, soon, POLICY, Status.EXERCISE)
    assert [one.message.msg_type for one in chain.released] == ["Alert", "Cancel", "Update"]
    assert problems_of(chain, islets) == []
    (chain,) = release(event, [*soon[:2], issue(islets[:1], 9000.0)], POLICY, Status.EXERCISE)
    assert [one.message.msg_type for one in chain.released] == ["Alert", "Cancel", "Alert"]
    assert problems_of(chain, islets) == []


def test_the_rest_stays_warned_when_some_are_lifted(islets, event):
    north, south, _ = islets
    (chain,) = release(event, [issue((north, south)), lift((south,), 400.0)], POLICY, Status.EXERCISE)
    freed, onward = chain.released[1].message, chain.released[2].message
    assert [one.code for one in freed.areas] == ["KR-2"]
    assert (freed.response, freed.urgency, freed.next_update) == ("AllClear", "Past", None)
    assert [one.code for one in onward.areas] == ["KR-1"]
    assert [one.code for one in onward.lifted] == ["KR-2"]
    assert onward.reason is Reason.NARROWER
    assert freed.identifier in {one.identifier for one in onward.references}
    assert [one.code for one in chain.warned] == ["KR-1"]


def test_only_warned_places_can_be_lifted(islets, event):
    north, south, _ = islets
    with pytest.raises(InputError, match="KR-2: not under warning"):
        release(event, [issue((north,)), lift((south,), 400.0)], POLICY, Status.EXERCISE)


def test_actions_for_other_countries_leave_a_chain_alone(islets, event):
    chain = Chain(event=event, country="JP", status=Status.EXERCISE, policy=POLICY)
    assert follow(chain, issue(islets[:1])) is chain


def test_times_are_local_whole_and_on_the_safe_side(islets, event):
    """Arrival T+260.5 s to T+320.5 s after 06:27 KST: told from 06:31 to 06:33; sent 10 s after the decision."""
    action = issue(islets[:1], 60.25, first_arrival_s=260.5, last_arrival_s=320.5)
    ((released,),) = (chain.released for chain in release(event, [action], POLICY, Status.EXERCISE))
    message = released.message
    assert message.sent.isoformat() == "2023-05-31T06:28:11+09:00"
    assert message.onset.isoformat() == "2023-05-31T06:31:00+09:00"
    assert message.until.isoformat() == "2023-05-31T06:33:00+09:00"
    assert message.expires.isoformat() == "2023-05-31T07:33:00+09:00"
    assert message.next_update.isoformat() == "2023-05-31T06:39:00+09:00"
    assert message.zone == "KST"


def test_urgency_and_certainty_follow_the_numbers(islets, event):
    def first(**facts):
        return release(event, [issue(islets[:1], **facts)], POLICY, Status.EXERCISE)[0].released[0].message

    assert (first().urgency, first().certainty) == ("Immediate", "Possible")
    assert first(first_arrival_s=900.0, last_arrival_s=960.0).urgency == "Expected"
    assert first(p=0.7).certainty == "Likely"


def test_people_without_a_figure_are_counted_as_unknown(place, event):
    known, unknown = place("KR-1", 37.95, 124.7), place("KR-2", 37.6, 124.7, people=(None, None, None))
    (chain,) = release(event, [issue((known, unknown))], POLICY, Status.EXERCISE)
    message = chain.released[0].message
    assert (message.people.low, message.people.best, message.people.high) == (90.0, 100.0, 110.0)
    assert message.people_unknown == 1
    assert b"<valueName>downrange:placesWithoutCount</valueName><value>1</value>" in chain.released[0].xml


def test_the_run_mode_fixes_the_status_and_the_identifier(islets, event):
    real = dataclasses.replace(POLICY, agency={"en": "Duty desk", "ko": "상황실", "ja": "当直室"})
    names, marks = set(), {Status.EXERCISE: "[훈련]", Status.TEST: "[시험]", Status.ACTUAL: ""}
    for status, mark in marks.items():
        (chain,) = release(event, [issue(islets[:1])], real, status)
        root = parse(chain.released[0].xml)
        assert root.findtext("{*}status") == status.value
        korean = chain.released[0].message.infos[0]
        assert korean.headline.startswith(mark or "우주발사체")
        names.add(chain.released[0].message.identifier)
        assert lint_message(chain.released[0].message, real) == ()
    assert len(names) == 3


def test_the_same_actions_give_the_same_bytes(islets, event):
    actions = [issue(islets), lift(islets, 500.0)]
    one, two = (release(event, actions, POLICY, Status.EXERCISE) for _ in range(2))
    assert [r.xml for chain in one for r in chain.released] == [r.xml for chain in two for r in chain.released]


def test_lift_off_in_any_zone_means_the_same(islets, event):
    moved = dataclasses.replace(event, t0=event.t0.astimezone(UTC))
    one, two = (release(which, [issue(islets)], POLICY, Status.EXERCISE) for which in (event, moved))
    assert [c.released[0].message.infos for c in one] == [c.released[0].message.infos for c in two]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_order_of_warning_and_lifting_is_valid_and_frees_exactly_the_warned(data, place, event):
    places = [place(f"KR-{n}", 36.0 + 0.2 * n, 125.0) for n in range(3)] + [place("JP-1", 24.8, 125.3, country="JP")]
    warned, actions, t_s = set(), [], 60.0
    for _ in range(data.draw(st.integers(1, 6))):
        t_s += data.draw(st.floats(1.0, 600.0))
        country = data.draw(st.sampled_from(["KR", "JP"]))
        own = [one for one in places if one.country == country]
        held = [one for one in own if one.code in warned]
        if held and data.draw(st.booleans()):
            gone = tuple(held[: data.draw(st.integers(1, len(held)))])
            actions.append(lift(gone, t_s, data.draw(st.sampled_from([Lift.PASSED, Lift.NOT_COMING]))))
            warned -= {one.code for one in gone}
        else:
            new = tuple(one for one in own if one.code not in warned)
            actions.append((update if held else issue)(tuple(own), t_s, added=new))
            warned |= {one.code for one in own}
    chains = release(event, actions, POLICY, Status.EXERCISE)
    for chain in chains:
        assert problems_of(chain, places) == []
        for released in chain.released:
            assert released.message.expires - released.message.sent <= timedelta(hours=1, minutes=10)
    assert {one.code for chain in chains for one in chain.warned} == warned
    assert {one.code for one in spells(chains) if one.lifted is None} == warned


SPOKEN = ("ko", "ja", "en", "zh", "tl")
WORLDLY = dataclasses.replace(
    POLICY,
    languages=SPOKEN,
    agency={"en": "Duty Desk", "ko": "상황실", "ja": "当直室", "zh": "值班室", "tl": "Duty Desk"},
    agency_short={"en": "Desk", "ko": "상황실", "ja": "当直室", "zh": "值班室", "tl": "Desk"},
)


@pytest.fixture
def launch(event):
    return dataclasses.replace(event, origin={**event.origin, "zh": "朝鲜", "tl": "Hilagang Korea"})


def at(event, seconds):
    return event.t0 + timedelta(seconds=seconds)


def noted(chain):
    return parse(chain.released[-1].xml).findtext("{*}note")


def test_a_life_from_the_announcement_to_the_correction_verifies_in_five_languages(islets, launch):
    """Notice, warning, partial and whole lift in one event and its notice; then one that was a mistake, in earnest."""
    north, south, island = islets
    opens, closes = at(launch, -7 * 3600.0), at(launch, 10 * 86400.0)
    notices = advise(launch, islets, opens, closes, WORLDLY, Status.ACTUAL, sent=at(launch, -30 * 3600.0))
    assert [chain.country for chain in notices] == ["KR", "JP"]
    chains = release(
        launch, [issue((north, south)), lift((south,), 400.0), lift((north,), 420.0)], WORLDLY, Status.ACTUAL
    )
    wrong = release(launch, [issue((island,))], WORLDLY, Status.ACTUAL)[0]
    wrong = retract(wrong, at(launch, 100.0), "the wrong island")
    for chain in (*notices, *chains, wrong):
        assert problems_of(chain, islets) == []
    assert {chain.event.code for chain in notices} == {"2023-05-31.notice"}
    assert {chain.warned for chain in (*chains, wrong)} == {()}


def test_a_notice_asks_to_be_ready_and_ends_after_the_window(islets, launch):
    opens, closes = at(launch, 7200.0), at(launch, 9000.0)
    (chain, _) = advise(launch, islets, opens, closes, WORLDLY, Status.EXERCISE, sent=at(launch, 0.4))
    message = chain.released[0].message
    assert (message.msg_type, message.kind, message.response) == ("Alert", Kind.ADVISE, "Prepare")
    assert (message.urgency, message.severity, message.certainty) == ("Future", "Moderate", "Possible")
    assert (message.onset, message.until) == (opens, closes)
    assert message.expires == closes + timedelta(minutes=POLICY.expiry_minutes)
    assert message.sent == at(launch, 1.0)
    assert message.next_update is None
    assert noted(chain) == "Exercise 2023-05-31.notice"
    (soon, _) = advise(launch, islets, opens, closes, WORLDLY, Status.EXERCISE, sent=opens - timedelta(minutes=59))
    assert soon.released[0].message.urgency == "Expected"


def test_a_notice_can_be_followed_when_the_window_moves(islets, launch):
    opens, closes = at(launch, 7200.0), at(launch, 9000.0)
    (chain, _) = advise(launch, islets, opens, closes, WORLDLY, Status.EXERCISE, sent=launch.t0)
    later = Action(
        kind=Kind.ADVISE, t_s=-7000.0, places=islets[:2], reason=Reason.ANNOUNCED,
        first_arrival_s=0.0, last_arrival_s=6000.0,
    )  # fmt: skip
    chain = follow(chain, later, sent=at(launch, 200.0))
    assert chain.released[1].message.msg_type == "Update"
    part = retract(chain, at(launch, 300.0), "not under the path", places=islets[1:2])
    assert [one.message.kind for one in part.released[2:]] == [Kind.RETRACT, Kind.ADVISE]
    assert part.released[3].message.onset == opens
    assert problems_of(part, islets) == []
    over = follow(chain, lift(islets[:2], 0.0), sent=at(launch, 7200.0))
    assert (over.released[-1].message.msg_type, over.warned) == ("Cancel", ())
    assert "Notice of a rocket launch ended" in over.released[-1].message.infos[2].headline
    assert problems_of(over, islets) == []


@pytest.mark.parametrize(
    ("opens_s", "closes_s", "sent_s"), [(100.0, 100.0, 0.0), (200.0, 100.0, 0.0), (0.0, 100.0, 100.0)]
)
def test_a_window_that_is_none_or_over_is_refused(islets, launch, opens_s, closes_s, sent_s):
    opens, closes, sent = (at(launch, seconds) for seconds in (opens_s, closes_s, sent_s))
    with pytest.raises(InputError, match="Give a window"):
        advise(launch, islets, opens, closes, WORLDLY, Status.EXERCISE, sent=sent)


def test_a_retraction_cancels_and_says_that_it_was_wrong_in_one_message(islets, launch):
    chain = release(launch, [issue(islets[:2])], WORLDLY, Status.ACTUAL)[0]
    done = retract(chain, at(launch, 95.5), "sent from the wrong screen")
    message = done.released[-1].message
    assert len(done.released) == 2
    assert (message.msg_type, message.kind, message.lift) == ("Cancel", Kind.RETRACT, Lift.MISTAKEN)
    assert (message.response, message.urgency, message.severity, message.certainty) == (
        "AllClear",
        "Past",
        "Minor",
        "Unlikely",
    )
    assert message.sent == at(launch, 96.0)
    assert {area.code for area in message.areas} == {"KR-1", "KR-2"}
    assert [one.identifier for one in message.references] == [chain.released[0].message.identifier]
    assert noted(done) == " / ".join(info.headline for info in message.infos)
    assert "False alarm" in noted(done)
    assert "sent from the wrong screen" not in done.released[-1].xml.decode()


def test_some_places_can_be_retracted_and_the_rest_stays_warned(islets, launch):
    chain = release(launch, [issue(islets[:2])], WORLDLY, Status.ACTUAL)[0]
    done = retract(chain, at(launch, 95.0), "one too many", places=islets[1:2])
    assert [(one.message.msg_type, one.message.kind) for one in done.released[1:]] == [
        ("Update", Kind.RETRACT),
        ("Update", Kind.UPDATE),
    ]
    assert [one.code for one in done.warned] == ["KR-1"]
    assert problems_of(done, islets) == []


def test_a_warning_already_lifted_can_still_be_called_a_mistake(islets, launch):
    chain = release(launch, [issue(islets[:1]), lift(islets[:1], 100.0)], WORLDLY, Status.ACTUAL)[0]
    done = retract(chain, at(launch, 86400.0), "it was a bird", places=islets[:1])
    assert done.released[-1].message.msg_type == "Cancel"
    assert problems_of(done, islets) == []
    with pytest.raises(InputError, match="nobody is under warning"):
        retract(chain, at(launch, 200.0), "it was a bird")
    with pytest.raises(InputError, match="KR-2: not under warning"):
        retract(chain, at(launch, 200.0), "it was a bird", places=islets[1:2])
    with pytest.raises(InputError, match="because"):
        retract(chain, at(launch, 200.0), " ", places=islets[:1])


def test_a_message_goes_out_when_it_is_said_to(islets, launch):
    empty = Chain(event=launch, country="KR", status=Status.EXERCISE, policy=POLICY)
    chain = follow(empty, issue(islets[:1]), sent=at(launch, 200.0).astimezone(UTC))
    message = chain.released[0].message
    assert message.sent.isoformat() == "2023-05-31T06:30:20+09:00"
    assert (message.onset.isoformat(), message.until.isoformat()) == (
        "2023-05-31T06:31:00+09:00",
        "2023-05-31T06:33:00+09:00",
    )
    with pytest.raises(InputError, match="no time zone"):
        follow(chain, lift(islets[:1], 400.0), sent=message.sent.replace(tzinfo=None))


def test_a_warning_whose_time_has_passed_unproven_lasts_until_it_ends(islets, launch):
    """Approved twenty minutes late, or extended: nobody may be told a danger that ended before the message was sent."""
    empty = Chain(event=launch, country="KR", status=Status.EXERCISE, policy=POLICY)
    late = follow(empty, issue(islets[:1]), sent=at(launch, 1800.0)).released[0].message
    extended = dataclasses.replace(issue(islets[:1], 3000.0, last_arrival_s=3000.0), reason=Reason.EXTENDED)
    renewed = follow(empty, extended).released[0].message
    for message in (late, renewed):
        assert message.until == message.expires
        assert message.expires - message.sent <= timedelta(minutes=POLICY.expiry_minutes + 1.0)
        assert message.sent - message.onset < timedelta(minutes=1)
        assert lint_message(message, POLICY) == ()


def test_a_message_survives_json_with_its_offsets(islets, launch):
    chains = release(
        launch, [issue(islets), lift(islets[:1], 500.0), lift(islets[1:], 600.0)], WORLDLY, Status.EXERCISE
    )
    chains = (
        *chains,
        *advise(launch, islets, at(launch, 7200.0), at(launch, 9e5), WORLDLY, Status.TEST, sent=launch.t0),
    )
    for released in (one for chain in chains for one in chain.released):
        message = released.message
        back = msgspec.json.decode(msgspec.json.encode(message), type=Message)
        assert back == message
        for name in ("sent", "onset", "until", "expires", "next_update"):
            before, after = getattr(message, name), getattr(back, name)
            assert (before and before.utcoffset()) == (after and after.utcoffset())
        assert write(back).xml == released.xml
        assert infos(back, WORLDLY) == message.infos


def test_outlines_can_be_made_ahead_of_time(place):
    island = place("KR-7", 35.5, 125.5)
    prepare_outlines((island,), POLICY)
    before = compose._outline.cache_info()
    prepare_outlines((island,), POLICY)
    assert compose._outline.cache_info().hits == before.hits + 1
