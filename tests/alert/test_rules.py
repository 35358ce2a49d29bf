"""Each rule refuses messages broken for it alone, and the sound message passes."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import shapely

from downrange.alert import RULES, Context, Reference, Status, check

SQUARE = "37.9000,124.6000 37.9000,124.8000 38.0000,124.8000 38.0000,124.6000 37.9000,124.6000"
INFO = (
    "<info><language>{language}</language><category>Safety</category><event>Falling debris</event>"
    "<responseType>Shelter</responseType><urgency>Immediate</urgency><severity>Extreme</severity>"
    "<certainty>Possible</certainty><effective>2023-05-31T06:29:00+09:00</effective>"
    "<onset>2023-05-31T06:33:00+09:00</onset><expires>2023-05-31T07:29:00+09:00</expires>"
    "<senderName>Desk</senderName><headline>h</headline><web>https://desk.example/1</web>"
    "<parameter><valueName>downrange:people</valueName><value>1 2 3</value></parameter>"
    "<area><areaDesc>Baengnyeong</areaDesc><polygon>" + SQUARE + "</polygon>"
    "<geocode><valueName>KR:emd</valueName><value>23320330</value></geocode>"
    "<altitude>0</altitude><ceiling>100</ceiling></area></info>"
)
SOUND = (
    '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>one.2</identifier>'
    "<sender>desk@downrange.example</sender><sent>2023-05-31T06:29:00+09:00</sent><status>Exercise</status>"
    "<msgType>Update</msgType><scope>Public</scope>"
    "<references>desk@downrange.example,one.1,2023-05-31T06:28:00+09:00</references>"
    + INFO.format(language="ko-KR")
    + INFO.format(language="en-US")
    + "</alert>"
)
FIRST = Reference(
    sender="desk@downrange.example",
    identifier="one.1",
    sent="2023-05-31T06:28:00+09:00",
    expires=datetime.fromisoformat("2023-05-31T07:28:00+09:00"),
)
OTHER = Reference(sender=FIRST.sender, identifier="one.0", sent=FIRST.sent, expires=FIRST.expires)
GONE = Reference(
    sender=FIRST.sender,
    identifier="zero",
    sent="2023-05-31T04:00:00+09:00",
    expires=datetime.fromisoformat("2023-05-31T05:00:00+09:00"),
)
CONTEXT = Context(
    status=Status.EXERCISE,
    published=(GONE, FIRST),
    footprints={"23320330": shapely.box(124.61, 37.91, 124.79, 37.99)},
    max_over_cover=0.5,
    region_lonlat=shapely.box(120.0, 20.0, 135.0, 43.0),
)


def test_the_sound_message_passes():
    assert check(SOUND.encode(), CONTEXT) == ()
    assert check(SOUND.encode()) == ()


def swapped(ring):
    return " ".join(",".join(reversed(pair.split(","))) for pair in ring.split())


MANY = " ".join(
    [
        "37.9000,124.6000",
        *(f"37.9000,{124.6 + 0.002 * i:.4f}" for i in range(1, 101)),
        "38.0000,124.8000",
        "37.9000,124.6000",
    ]
)
BROKEN = [
    ("SCHEMA", "2023-05-31T06:29:00+09:00</sent>", "2023-05-30T21:29:00Z</sent>"),
    ("SCHEMA", "<status>Exercise", "<status>Drill"),
    ("SCHEMA", "<urgency>Immediate</urgency>", ""),
    ("SCHEMA", "<language>ko-KR", "<language>ko_KR"),
    ("R1", "<identifier>one.2", "<identifier>one 2"),
    ("R1", "<identifier>one.2", "<identifier>one,2"),
    ("R1", "<identifier>one.2", "<identifier>one&amp;2"),
    ("R1", "<identifier>one.2", "<identifier>one&lt;2"),
    ("R1", "<identifier>one.2", "<identifier>"),
    ("R1", "<identifier>one.2", "<identifier>one.1"),
    ("R1", "<sender>desk@downrange.example", "<sender>the desk"),
    ("R2", "06:33:00+09:00</onset>", "06:33:00,09:00</onset>"),
    ("R2", "06:33:00+09:00</onset>", "06:33:00</onset>"),
    ("R2", "2023-05-31T06:33:00+09:00</onset>", "2023-02-31T06:33:00+09:00</onset>"),
    ("R3", "<expires>2023-05-31T07:29:00+09:00</expires>", ""),
    ("R3", "<expires>2023-05-31T07:29:00+09:00", "<expires>2023-05-31T06:28:00+09:00"),
    ("R3", "<onset>2023-05-31T06:33:00+09:00", "<onset>2023-05-31T08:33:00+09:00"),
    ("R3", "<effective>2023-05-31T06:29:00+09:00", "<effective>2023-05-31T08:33:00+09:00"),
    ("R4", "<references>desk@downrange.example,one.1,2023-05-31T06:28:00+09:00</references>", ""),
    ("R4", "<msgType>Update", "<msgType>Alert"),
    ("R4", "one.1,2023-05-31T06:28:00+09:00", "one.1,2023-05-31T06:28:01+09:00"),
    ("R4", "one.1,2023-05-31T06:28:00+09:00", "one.1"),
    ("R4", "one.1,2023-05-31T06:28:00+09:00", "one.1,2023-05-30T21:28:00-00:00"),
    ("R5", SQUARE, "hello"),
    ("R5", SQUARE, SQUARE.rpartition(" ")[0]),
    ("R5", SQUARE, "37.9,124.6 37.9,124.8 37.9,124.6"),
    ("R5", SQUARE, " ".join(reversed(SQUARE.split()))),
    ("R5", SQUARE, "37.9,124.6 38.0,124.8 38.0,124.6 37.9,124.8 37.9,124.6"),
    ("R5", SQUARE, swapped(SQUARE)),
    ("R5", SQUARE, MANY),
    ("R6", SQUARE, "37.9,124.6 37.9,124.7 38.0,124.7 38.0,124.6 37.9,124.6"),
    ("R6", SQUARE, "37.0,124.0 37.0,125.0 38.0,125.0 38.0,124.0 37.0,124.0"),
    ("R7", SQUARE, "37.9,179.9 37.9,-179.9 38.0,-179.9 38.0,179.9 37.9,179.9"),
    ("R8", "<areaDesc>Baengnyeong", "<areaDesc>Areas that have not received this"),
    ("R8", "<areaDesc>Baengnyeong", "<areaDesc> "),
    ("R8", "<geocode><valueName>KR:emd</valueName><value>23320330</value></geocode>", ""),
    ("R9", "<language>ko-KR", "<language>en-US"),
    ("R9", "<language>ko-KR</language>", ""),
    ("R10", "<ceiling>100", "<ceiling>-1"),
    ("R10", "<altitude>0</altitude>", ""),
    ("R10", "<web>https://desk.example/1", "<web>/1"),
    ("R10", "<scope>Public</scope>", "<scope>Public</scope><restriction>staff</restriction>"),
    ("R10", "</polygon>", "</polygon><circle>37.9,124.6 -1</circle>"),
    ("R10", "</polygon>", "</polygon><circle>37.9 124.6 1</circle>"),
    ("R11", "<status>Exercise", "<status>Actual"),
    ("R12", SQUARE, "-38.0,124.6 -38.0,124.8 -37.9,124.8 -37.9,124.6 -38.0,124.6"),
    ("R12", SQUARE, swapped(SQUARE)),
]


@pytest.mark.parametrize(("rule", "sound", "broken"), BROKEN, ids=[f"{r}-{b[:38]}" for r, _, b in BROKEN])
def test_a_broken_message_is_refused_by_its_rule(rule, sound, broken):
    assert sound in SOUND
    problems = check(SOUND.replace(sound, broken).encode(), CONTEXT)
    assert rule in {problem.rule for problem in problems}
    assert all(problem.where and problem.seen for problem in problems)


def test_every_rule_has_a_message_broken_for_it():
    assert {rule for rule, _, _ in BROKEN} == {"SCHEMA", *RULES}


@pytest.mark.parametrize("rule", [f"R{n}" for n in range(1, 13) if n != 2])
def test_what_only_our_rule_sees_passes_the_schema(rule):
    """The rules exist because the schema is silent: at least one message of each rule is valid by the schema."""
    found = [
        {problem.rule for problem in check(SOUND.replace(sound, broken).encode(), CONTEXT)}
        for name, sound, broken in BROKEN
        if name == rule
    ]
    assert any("SCHEMA" not in rules for rules in found)


@pytest.mark.parametrize(
    ("where", "one", "other"),
    [
        ("urgency", "<urgency>Immediate", "<urgency>Future"),
        ("expires", "<expires>2023-05-31T07:29", "<expires>2023-05-31T07:30"),
        ("area", "38.0000,124.8000", "38.0000,124.9000"),
        ("parameter", "<value>1 2 3", "<value>1 2 4"),
    ],
)
def test_languages_may_not_differ_in_anything_but_words(where, one, other):
    head, _, tail = SOUND.rpartition("<info>")
    problems = check((head + "<info>" + tail.replace(one, other)).encode())
    assert [(problem.rule, problem.where) for problem in problems] == [("R9", f"info[1]/{where}")]


def test_all_still_valid_predecessors_must_be_named():
    context = Context(published=(GONE, OTHER, FIRST))
    (problem,) = check(SOUND.encode(), context)
    assert problem.rule == "R4"
    assert "one.0" in problem.seen
    assert "still valid" in problem.seen


def test_a_message_with_a_doctype_is_not_opened():
    attack = '<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + SOUND.replace("one.2", "&x;")
    (problem,) = check(attack.encode())
    assert problem.rule == "XML"
    assert "DOCTYPE" in problem.seen


def test_noise_is_refused_not_raised():
    for noise in (b"", b"{}", b"<alert", b"<alert/>", SOUND.encode()[:-20], SOUND.encode("utf-16")[1:]):
        assert check(noise)


def test_polygon_text_may_hold_any_white_space():
    assert check(SOUND.replace(SQUARE, f"\n  {SQUARE.replace(' ', chr(10))}\t").encode(), CONTEXT) == ()


def test_an_answer_to_a_message_names_it_too():
    """CAP: Ack and Error are about the messages in references; neither replaces any, so none is forgotten."""
    for kind in ("Ack", "Error"):
        answer = SOUND.replace("<msgType>Update", f"<msgType>{kind}")
        assert check(answer.encode(), Context(published=(GONE, OTHER, FIRST))) == ()
        bare = answer.replace(f"<references>{FIRST}</references>", "")
        assert {problem.rule for problem in check(bare.encode())} == {"R4"}


def test_the_order_of_areas_and_the_spelling_of_moments_do_not_tell_languages_apart():
    head, _, tail = SOUND.rpartition("<info>")
    for one, other in (
        ("<onset>2023-05-31T06:33:00+09:00", "<onset>2023-05-30T21:33:00-00:00"),
        (SQUARE, f" {SQUARE.replace(' ', chr(10))} "),
    ):
        assert one in tail
        assert check(f"{head}<info>{tail.replace(one, other)}".encode(), CONTEXT) == ()


def test_several_municipalities_may_share_one_area():
    """Then the polygons must cover them all, and are held against all of them together."""
    code = "<geocode><valueName>KR:emd</valueName><value>23320330</value></geocode>"
    both = SOUND.replace(code, code + code.replace("23320330", "23320340"))
    halves = {
        "23320330": shapely.box(124.61, 37.91, 124.70, 37.99),
        "23320340": shapely.box(124.70, 37.91, 124.79, 37.99),
    }
    assert check(both.encode(), Context(footprints=halves, max_over_cover=0.5)) == ()
    (first, _) = check(both.encode(), Context(footprints={**halves, "23320340": shapely.box(124.7, 37.9, 125.0, 38.0)}))
    assert "do not cover the area of 23320330, 23320340" in first.seen


def test_a_picture_that_comes_along_may_have_a_name_of_its_own():
    """CAP: uri may be relative where derefUri brings the content."""
    picture = (
        "<resource><resourceDesc>map</resourceDesc><mimeType>image/png</mimeType><uri>map.png</uri>{}</resource><area>"
    )
    for more, rules in (("<derefUri>AAAA</derefUri>", set()), ("", {"R10"})):
        message = SOUND.replace("<area>", picture.format(more))
        assert {problem.rule for problem in check(message.encode(), CONTEXT)} == rules


def test_a_restricted_or_private_message_that_says_for_whom_passes():
    for scope, more in (
        ("Restricted", "<restriction>staff</restriction>"),
        ("Private", "<addresses>staff</addresses>"),
    ):
        message = SOUND.replace("<scope>Public</scope>", f"<scope>{scope}</scope>{more}")
        assert check(message.encode(), CONTEXT) == ()


@pytest.mark.parametrize(
    "web", ["https://desk.example", "http://desk.example/a?b=1#c", "mailto:desk@downrange.example"]
)
def test_absolute_addresses_of_all_sorts_pass(web):
    assert check(SOUND.replace("https://desk.example/1", web).encode(), CONTEXT) == ()


def test_a_ring_that_crosses_itself_is_still_held_against_the_region():
    bow = "-37.9,124.6 -38.0,124.8 -38.0,124.6 -37.9,124.8 -37.9,124.6"
    rules = {problem.rule for problem in check(SOUND.replace(SQUARE, bow).encode(), CONTEXT)}
    assert rules == {"R5", "R6", "R12"}


def test_messages_are_checked_beside_each_other():
    """The schema keeps one list of errors: what is wrong with one message is not told of another."""
    wrong = SOUND.replace("<status>Exercise", "<status>Drill").encode()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(check, [wrong, SOUND.encode()] * 100))
    assert found[::2] == [check(wrong)] * 100
    assert found[1::2] == [()] * 100


def test_a_clock_that_ran_ahead_keeps_nobody_under_warning():
    """The message before this one was sent an hour later by a wrong clock: when a person says so, it can be followed."""
    ahead = dataclasses.replace(FIRST, sent="2023-05-31T07:28:00+09:00")
    message = SOUND.replace(str(FIRST), str(ahead)).encode()
    assert check(message, Context(published=(ahead,), clock_set=True)) == ()
    (problem,) = check(message, Context(published=(ahead,)))
    assert "was sent after this message" in problem.seen


def test_what_is_remembered_of_polygons_does_not_mix_municipalities_up():
    small, large = shapely.box(124.61, 37.91, 124.79, 37.99), shapely.box(124.0, 37.0, 125.0, 38.5)
    for _ in range(2):
        assert check(SOUND.encode(), Context(footprints={"23320330": small})) == ()
        assert {one.rule for one in check(SOUND.encode(), Context(footprints={"23320330": large}))} == {"R6"}
        tight = Context(footprints={"23320330": small}, max_over_cover=0.01)
        assert "exceed the area of 23320330 by 39%" in check(SOUND.encode(), tight)[0].seen
