import math
import tomllib
from pathlib import Path

import pytest

from downrange.base import InputError
from downrange.notice import Activity, read, read_file
from downrange.notice._evidence import Said, _tree, _Writing, lore

HERE = Path(__file__).parent
SHARED = Path(__file__).parents[2] / "../shared/notices"
ORDINARY = tomllib.loads((HERE / "about_ordinary.toml").read_text(encoding="utf-8"))
SPACE = tomllib.loads((HERE / "about_space.toml").read_text(encoding="utf-8"))
MEANT = {
    "other": {Activity.OTHER},
    "missile": {Activity.MISSILE},
    "either": {Activity.OTHER, Activity.MISSILE},
    "launch": {Activity.LAUNCH},
    "reentry": {Activity.REENTRY},
    "space": {Activity.LAUNCH, Activity.REENTRY},
}
RING = "1000N02000E-1000N02100E-0900N02100E-1000N02000E"


def messages(table) -> list[tuple[str, str]]:
    return [(kind, text) for kind, texts in table.items() if kind in MEANT for text in texts]


def about(text):
    (notice,) = read(text)
    return notice.about


def p_of_space(subject) -> float:
    return sum(subject.p[:2])


def notam(e=RING, q="ZXXX/QRDCA/IV/BO/W/000/999", c="2604010030", f="SFC", g="UNL"):
    return about(f"B1/26 NOTAMN Q) {q} A) ZBPE B) 2604010000 C) {c} E) {e} F) {f} G) {g}")


def test_there_are_enough_invented_messages() -> None:
    assert sum(len(ORDINARY[kind]) for kind in ("other", "missile", "either")) >= 120
    assert sum(len(SPACE[kind]) for kind in ("launch", "reentry", "space", "missile")) >= 60


@pytest.mark.parametrize(("kind", "text"), messages(ORDINARY))
def test_no_ordinary_message_is_a_launch_or_a_reentry(kind, text) -> None:
    for notice in read(text):
        assert notice.about.activity in MEANT[kind], notice.about
        assert p_of_space(notice.about) < 0.3, notice.about


@pytest.mark.parametrize("subject", ORDINARY["subjects"])
def test_an_area_and_a_time_make_no_launch_of_an_ordinary_subject(subject) -> None:
    warning = about(f"HYDROPAC 10/26(61). 1. {subject} 0600Z TO 1200Z DAILY 12 THRU 14 APR IN AREA BOUND BY {RING}.")
    assert p_of_space(warning) < 0.3, warning


@pytest.mark.parametrize(("kind", "text"), messages(SPACE))
def test_launches_reentries_and_missiles_are_told_apart(kind, text) -> None:
    subject = about(text)
    assert subject.activity in MEANT[kind], subject
    assert subject.confidence > 0.5


@pytest.mark.parametrize(("kind", "text"), [*messages(ORDINARY), *messages(SPACE)])
def test_probabilities_add_up_and_reasons_point_into_the_text(kind, text) -> None:
    for notice in read(text):
        assert math.isclose(sum(notice.about.p), 1.0)
        assert notice.about.confidence == max(notice.about.p)
        for reason in notice.about.reasons:
            assert 0 <= reason.start < reason.stop <= len(text), (kind, reason)
            assert reason.message


def test_the_reasons_are_all_that_moved_the_probability() -> None:
    subject = notam(e=f"AEROSPACE FLIGHT ACT WI {RING}")
    scores = dict(zip(Activity, lore().prior, strict=True))
    for reason in subject.reasons:
        scores[reason.activity] += reason.logodds
    total = sum(math.exp(score) for score in scores.values())
    assert subject.p == pytest.approx([math.exp(score) / total for score in scores.values()])


def test_a_reason_points_at_the_words() -> None:
    text = f"HYDROPAC 1/26(81). HAZARDOUS OPERATIONS, ROCKET LAUNCHING IN AREA BOUND BY {RING}."
    reason = about(text).reasons[0]
    assert text[reason.start : reason.stop] == "HAZARDOUS OPERATIONS, ROCKET LAUNCHING"
    assert (reason.activity, reason.logodds > 5) == (Activity.LAUNCH, True)


@pytest.mark.parametrize(
    "break_at", ["ROCKET\nLAUNCHING", "ROCKET  LAUNCHING", "rocket launchings", "ROCKET-LAUNCHING"]
)
def test_case_line_breaks_and_spellings_do_not_matter(break_at) -> None:
    assert about(f"HYDROPAC 1/26. HAZARDOUS OPERATIONS,\n{break_at} {RING}.").activity is Activity.LAUNCH


def test_a_full_stop_parts_a_phrase() -> None:
    assert about("COASTAL WARNING. YACHT CLUB ROCKET. LAUNCH OF RACE 10-00.0N 020-00.0E.").activity is Activity.OTHER


@pytest.mark.parametrize(
    ("said", "alone"),
    [
        ("LIFEBOAT LAUNCHING", "LAUNCHING"),
        ("DISTRESS ROCKETS LAUNCHED", "ROCKETS LAUNCHED"),
        ("NO ROCKET LAUNCH", "ROCKET LAUNCH"),
        ("AMATEUR ROCKET LAUNCH", "ROCKET LAUNCH"),
        ("ROCKET LAUNCH HAS BEEN CANCELED", "ROCKET LAUNCH"),
        ("SPACE DEBRIS ADRIFT", "SPACE DEBRIS"),
    ],
)
def test_the_words_beside_it_change_what_a_word_means(said, alone) -> None:
    assert about(f"COASTAL WARNING. {said} {RING}.").activity is Activity.OTHER
    assert p_of_space(about(f"COASTAL WARNING. {said} {RING}.")) < p_of_space(
        about(f"COASTAL WARNING. {alone} {RING}.")
    )


def test_the_name_of_a_ship_is_no_subject() -> None:
    assert p_of_space(about(f"COASTAL WARNING. M/V SPACE LAUNCH ANCHORED {RING}.")) < 0.2
    assert p_of_space(about(f"COASTAL WARNING. SPACE LAUNCH {RING}.")) > 0.8


def test_a_sounding_rocket_is_no_space_launch_but_a_near_thing() -> None:
    subject = about(f"COASTAL WARNING. SOUNDING ROCKET LAUNCH {RING}.")
    assert subject.activity is Activity.OTHER
    assert 0.001 < p_of_space(subject) < 0.3
    said_so = about(f"HYDROARC 1/26. HAZARDOUS OPERATIONS, ROCKET LAUNCHING. SOUNDING ROCKETS FROM ANDOYA {RING}.")
    assert said_so.activity is Activity.LAUNCH


def test_a_bare_danger_area_to_all_heights_is_likely_but_not_certainly_a_launch() -> None:
    ring = f"A TEMPORARY DANGER AREA ESTABLISHED BOUNDED BY: {RING}"
    bare = notam(e=ring)
    assert bare.activity is Activity.LAUNCH
    assert 0.5 < bare.confidence < 0.9
    assert notam(e=ring, g="FL150").activity is not Activity.LAUNCH
    assert notam(e=ring, c="2604300000").p[0] < bare.p[0]
    assert notam(e=ring, q="ZXXX/QRRCA/IV/BO/W/000/999").p[0] < bare.p[0]


def test_figures_and_codes_are_pointed_at() -> None:
    text = f"B1/26 NOTAMN Q) ZXXX/QWMLW/IV A) ZBPE B) 2604010000 C) 2604010030 E) {RING} F) SFC G) FL150"
    said = {text[reason.start : reason.stop] for reason in about(text).reasons}
    assert {"QWMLW", "B) 2604010000", "G) FL"} <= said


def test_each_q_code_of_aerodromes_and_services_speaks_against_a_launch() -> None:
    for code in ("QMRLC", "QNVAS", "QFAHC", "QSTAH", "QOBCE", "QWPLW", "QWLLW", "QKKKK"):
        assert notam(e=f"ROCKET {RING}", q=f"EGTT/{code}/IV/BO/W/000/999").activity is Activity.OTHER


@pytest.mark.parametrize(
    ("text", "nation"),
    [
        (f"HYDROPAC 1/26. HAZARDOUS OPERATIONS, ROCKET LAUNCHING {RING}. EASTERN RANGE 0/26 072203Z MAR 26.", "US"),
        (f"ROCKET LAUNCH FLW RECEIVED FM GOVERNMENT OF RUSSIA WI {RING}", "RU"),
        (f"ROCKET LAUNCH BY CHINA WI {RING}", "CN"),
        (f"SATELLITE LAUNCHED FROM THE DEMOCRATIC PEOPLE'S REPUBLIC OF KOREA {RING}", "KP"),
        (f"SATELLITE LAUNCHED FROM THE REPUBLIC OF KOREA {RING}", "KR"),
        (f"AN OBJECT PROPELLED BY ROCKET LAUNCHED FROM NORTH KOREA {RING}", "KP"),
        (f"ANTIBALLISTIC MISSILES AGAINST AN OBJECT PROPELLED BY ROCKET LAUNCHED FROM NORTH KOREA {RING}", ""),
        (f"HYDROARC 1/26. BARENTS SEA. RUSSIA. HAZARDOUS OPERATIONS, ROCKET LAUNCHING {RING}.", ""),
        (f"BARENTS SEA\nNORWAY\nROCKET LAUNCHING 0100Z TO 0200Z 12 MAY\n{RING}", ""),
        (f"ROCKET LAUNCH. GOVERNMENT OF RUSSIA. GOVERNMENT OF CHINA. {RING}", ""),
        (f"!FDC 6/1234 ZJX FL..SPACE OPERATIONS AREA WI AN AREA DEFINED AS {RING}", "US"),
        (f"!CARF 09/199 ZLA GOVERNMENT OF JAPAN ROCKET LAUNCH WI AN AREA DEFINED AS {RING}", "JP"),
        (f"COASTAL WARNING. RUSSIAN SATELLITE TRACKED BUOY ADRIFT {RING}", ""),
        (f"COASTAL WARNING. ROCKET LAUNCH {RING}", ""),
    ],
)
def test_a_nation_is_told_only_where_the_words_make_it_certain(text, nation) -> None:
    subject = about(text)
    assert subject.nation == nation
    assert bool(subject.nation_reason) == bool(nation)


@pytest.mark.parametrize(
    ("nation", "words"), [(nation, words) for nation, row in SPACE["nation"].items() for words in row]
)
def test_the_invented_notices_name_their_nation(nation, words) -> None:
    texts = [text for _, text in messages(SPACE) if words in text]
    assert texts
    assert {about(text).nation for text in texts} == {nation}


def test_a_region_of_airspace_never_makes_a_nation_certain() -> None:
    assert {notam(e=f"ROCKET LAUNCH {RING}", q=f"{fir}/QRDCA/IV").nation for fir in ("ZBPE", "UHHH", "RJJJ")} == {""}


def test_in_a_text_of_several_messages_each_has_its_own_subject() -> None:
    notices = read(
        f"031744Z FEB 26 HYDROLANT 237/26(54). GUNNERY IN AREA BOUND BY {RING}.\n\n"
        f"040658Z MAR 26 NAVAREA IV 207/26(11,26). HAZARDOUS OPERATIONS, ROCKET LAUNCHING IN AREA BOUND BY {RING}."
    )
    assert [notice.about.activity for notice in notices] == [Activity.MISSILE, Activity.LAUNCH]


@pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared/notices beside the checkout: whole texts are not ours")
def test_the_negative_examples_of_the_collection_are_no_launches_and_the_others_are() -> None:
    others = set()
    for path in sorted(SHARED.glob("*.txt")):
        tags = next(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# tags"))
        for notice in read_file(path):
            if "NEGATIVE" in tags or "missile;" in tags:
                assert notice.about.activity not in MEANT["space"], path.name
            elif "ROCKET LAUNCHING" in notice.text or "SPACE DEBRIS" in notice.text:
                assert notice.about.activity in MEANT["space"], path.name
            if notice.about.activity is Activity.OTHER:
                others.add(path.stem)
    assert others == {  # the last one has lost the line that says what it is about
        "in_A2696_balloon_negative",
        "notam_US_CARF_09_199",
        "notam_US_FDC_6_2736",
        "us_A3622_searchlight_negative",
        "nga_NAVAREA_XII_384_2021",
    }


def test_a_phrase_cannot_mean_two_things() -> None:
    writing = _Writing(same={}, idle=frozenset(), either={}, apart={})
    with pytest.raises(InputError, match="two things"):
        _tree([(["A B"], Said(what="one")), (["A B"], Said(what="two"))], writing)
