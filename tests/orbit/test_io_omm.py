import dataclasses
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError, parse_utc
from downrange.orbit import ElementSet, OmmForm, element_set, omm, omm_text, read_elements, read_tle

LINES = (
    "1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991",
    "2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329",
)
FOUND = read_tle("MALLIGYONG-1\n" + "\n".join(LINES))[0]
BARE = dataclasses.replace(FOUND, lines=None)
MADE = datetime(2024, 6, 8, tzinfo=UTC)
KVN = omm_text(FOUND, created=MADE)
XML = omm_text(FOUND, "xml", created=MADE)
JSON = omm_text(FOUND, "json")
CSV = omm_text(FOUND, "csv")

# SOURCE: CCSDS 502.0-B-3, annex G, figure G-7: day of the year, the theory's old name, a leading zero, a GM
STANDARD = """CCSDS_OMM_VERS = 3.0
CREATION_DATE = 2020-065T16:00:00
ORIGINATOR = NOAA
MESSAGE_ID = OMM 202013719185
OBJECT_NAME = GOES 9
OBJECT_ID = 1995-025A
CENTER_NAME = EARTH
REF_FRAME = TEME
TIME_SYSTEM = UTC
MEAN_ELEMENT_THEORY = SGP/SGP4
EPOCH = 2020-064T10:34:41.4264
MEAN_MOTION = 1.00273272
ECCENTRICITY = 0.0005013
INCLINATION = 3.0539
RA_OF_ASC_NODE = 81.7939
ARG_OF_PERICENTER = 249.2363
MEAN_ANOMALY = 150.1602
GM = 398600.8
EPHEMERIS_TYPE = 0
CLASSIFICATION_TYPE = U
NORAD_CAT_ID = 23581
ELEMENT_SET_NO = 0925
REV_AT_EPOCH = 4316
BSTAR = 0.0001
MEAN_MOTION_DOT = -0.00000113
MEAN_MOTION_DDOT = 0.0
"""


def test_the_mean_elements_message_has_the_printed_numbers_in_the_order_of_the_standard():
    words = omm(FOUND)
    assert list(words) == [
        "OBJECT_NAME", "OBJECT_ID", "CENTER_NAME", "REF_FRAME", "TIME_SYSTEM", "MEAN_ELEMENT_THEORY", "EPOCH",
        "MEAN_MOTION", "ECCENTRICITY", "INCLINATION", "RA_OF_ASC_NODE", "ARG_OF_PERICENTER", "MEAN_ANOMALY",
        "EPHEMERIS_TYPE", "CLASSIFICATION_TYPE", "NORAD_CAT_ID", "ELEMENT_SET_NO", "REV_AT_EPOCH", "BSTAR",
        "MEAN_MOTION_DOT", "MEAN_MOTION_DDOT",
    ]  # fmt: skip
    assert words["OBJECT_ID"] == "2023-179A"
    assert words["REF_FRAME"] == "TEME"
    assert words["MEAN_MOTION"] == 15.20948569
    assert words["EPOCH"] == "2024-06-07T23:19:05.561760"
    assert (words["INCLINATION"], words["BSTAR"], words["MEAN_MOTION_DOT"]) == (97.4051, 30025e-8, 6581e-8)
    assert (words["ELEMENT_SET_NO"], words["REV_AT_EPOCH"]) == (999, 3032)


def test_the_standards_own_message_is_read():
    found = read_elements(STANDARD)[0]
    assert (found.name, found.designator, found.number, found.element_set_number) == ("GOES 9", "95025A", 23581, 925)
    assert found.epoch == parse_utc("2020-03-04T10:34:41.4264Z")
    assert (found.raan_deg, found.mean_motion_dot, found.bstar) == (81.7939, -0.00000113, 0.0001)
    written = [line.split(" = ")[0] for line in omm_text(found).splitlines()]
    theirs = [line.split(" = ")[0] for line in STANDARD.splitlines()]
    assert written == [key for key in theirs if key not in {"MESSAGE_ID", "GM"}]


@pytest.mark.parametrize("form", list(OmmForm))
def test_every_form_reads_back_as_it_was(form):
    other = element_set(
        "NEW <1> & \"2\", 3", MADE, 53.1, 10, 0.001, 2, 3, 15.05, bstar=-1.25e-5, number=799_500_123
    )  # fmt: skip
    assert read_elements(omm_text(FOUND, form)) == (BARE,)
    assert read_elements(omm_text([FOUND, other, FOUND], form)) == (BARE, other, BARE)
    assert read_elements("\ufeff\r\n" + omm_text([FOUND, other], str(form)).replace("\n", "\r\n")) == (BARE, other)
    assert other.satellite().satnum == 0
    assert other.satellite().sgp4_tsince(0.0)[0] == 0


FINITE = st.floats(-1e3, 1e3)
ANGLES = st.floats(0.0, 360.0)
SETS = st.builds(
    lambda **words: ElementSet(lines=None, **words),
    name=st.text("ABC (2)&<>,;\"'=[]", max_size=12).map(str.strip),
    number=st.integers(0, 999_999_999),
    designator=st.sampled_from(["", "98067A", "23179ABC", "57001A", "OWN-1"]),
    epoch=st.integers(-4 * 10**14, 5 * 10**15).map(lambda k: MADE + timedelta(microseconds=k) / 2),
    inclination_deg=st.floats(0.0, 180.0),
    raan_deg=ANGLES,
    e=st.floats(0.0, 1.0, exclude_max=True),
    argp_deg=ANGLES,
    mean_anomaly_deg=ANGLES,
    mean_motion_revpday=st.floats(0.01, 18.0),
    bstar=FINITE,
    classification=st.sampled_from("UCS"),
    element_set_number=st.integers(0, 9_999),
    revolution=st.integers(0, 10**6),
    mean_motion_dot=FINITE,
    mean_motion_ddot=FINITE,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(SETS, min_size=1, max_size=3), st.sampled_from(OmmForm))
def test_any_sets_read_back_to_the_last_bit(sets, form):
    assert read_elements(omm_text(sets, form)) == tuple(sets)


def test_what_the_catalogue_sites_write_is_read():
    # their JSON leaves the frame out, one gives numbers as text; unknown designators are null
    words = json.loads(JSON)[0]
    texts = {key: str(value) for key, value in words.items()} | {"MEAN_MOTION_DDOT": "0E-13", "DECAY_DATE": None}
    assert read_elements(json.dumps(texts)) == read_elements(json.dumps([texts])) == (BARE,)
    assert read_elements(json.dumps(words | {"OBJECT_ID": None}))[0].designator == ""
    assert read_elements(json.dumps(words | {"EPHEMERIS_TYPE": None, "REV_AT_EPOCH": ""}))[0].revolution == 0
    old = XML.replace('version="3.0"', 'version="2.0"').replace(' units="deg"', "")
    assert read_elements(old) == (BARE,)
    spaced = XML.replace("<omm ", '<n:omm xmlns:n="urn:ccsds:schema:ndmxml" ').replace("</omm>", "</n:omm>")
    assert read_elements(spaced) == (BARE,)
    with_units = KVN.replace("= 15.20948569", "= 15.20948569 [rev/day]").replace("= 97.4051", "  =  97.4051   [deg]")
    assert read_elements(with_units.replace("OBJECT_ID = 2023-179A", "OBJECT_ID =")) == (
        dataclasses.replace(BARE, designator=""),
    )
    comments = KVN.replace("\nEPOCH =", "\nCOMMENT mean = elements\n\nEPOCH =") + "USER_DEFINED_COLOUR = red\n"
    assert read_elements(comments) == (BARE,)


@pytest.mark.parametrize(
    ("old", "new", "key", "seen"),
    [
        ("INCLINATION = 97.4051", "INCLINATION = NaN", "INCLINATION", "'NaN' is no number"),
        ("INCLINATION = 97.4051", "INCLINATION = 97,4", "INCLINATION", "'97,4' is no number"),
        ("INCLINATION = 97.4051", "INCLINATION = 297.4", "INCLINATION", "297.4"),
        ("INCLINATION = 97.4051\n", "", "INCLINATION", "missing"),
        ("ECCENTRICITY = 0.0001572", "ECCENTRICITY = 1572", "ECCENTRICITY", "1572.0"),
        ("RA_OF_ASC_NODE = 46.9797", "RA_OF_ASC_NODE = 400", "RA_OF_ASC_NODE", "400.0"),
        ("MEAN_MOTION = 15.20948569", "SEMI_MAJOR_AXIS = 6878", "MEAN_MOTION", "missing"),
        ("MEAN_MOTION = 15.20948569", "MEAN_MOTION = 0.0066", "MEAN_MOTION", "0.0066"),
        (KVN[KVN.index("BSTAR") :], "", "BSTAR", "missing"),
        ("BSTAR = 0.00030025", "BTERM = 0.1", "BSTAR", "missing"),
        ("BSTAR = 0.00030025", "BSTAR = inf", "BSTAR", "'inf' is no number"),
        ("NORAD_CAT_ID = 58400", "NORAD_CAT_ID = 1000000000", "NORAD_CAT_ID", "1000000000"),
        ("NORAD_CAT_ID = 58400", "NORAD_CAT_ID = -1", "NORAD_CAT_ID", "'-1' is no such number"),
        ("NORAD_CAT_ID = 58400", "NORAD_CAT_ID = 58400.5", "NORAD_CAT_ID", "'58400.5' is no such number"),
        ("NORAD_CAT_ID = 58400", "NORAD_CAT_ID = A0000", "NORAD_CAT_ID", "'A0000' is no such number"),
        ("EPOCH = 2024-06-07T23:19:05.561760", "EPOCH = 2024-13-07", "EPOCH", "'2024-13-07' is no time of a satellite"),
        (
            "EPOCH = 2024-06-07T23:19:05.561760",
            "EPOCH = 2024-367T23:19:05",
            "EPOCH",
            "'2024-367T23:19:05' is no time of a satellite",
        ),
        ("EPOCH = 2024-06-07", "EPOCH = 0224-06-07", "EPOCH", "'0224-06-07T23:19:05.561760' is no time of a satellite"),
        ("EPOCH = 2024-06-07T23:19:05.561760\n", "", "EPOCH", "missing"),
        ("REF_FRAME = TEME", "REF_FRAME = GCRF", "REF_FRAME", "GCRF"),
        ("REF_FRAME = TEME\n", "", "REF_FRAME", "missing"),
        ("TIME_SYSTEM = UTC", "TIME_SYSTEM = TAI", "TIME_SYSTEM", "TAI"),
        ("CENTER_NAME = EARTH", "CENTER_NAME = MARS", "CENTER_NAME", "MARS"),
        ("MEAN_ELEMENT_THEORY = SGP4", "MEAN_ELEMENT_THEORY = SGP4-XP", "MEAN_ELEMENT_THEORY", "SGP4-XP"),
        ("EPHEMERIS_TYPE = 0", "EPHEMERIS_TYPE = 4", "EPHEMERIS_TYPE", "4"),
    ],
)
def test_messages_that_cannot_be_used_name_the_keyword(old, new, key, seen):
    text = KVN.replace(old, new)
    with pytest.raises(InputError) as caught:
        read_elements(text, where="mine.kvn")
    problem = caught.value
    assert (problem.where, problem.key, problem.seen) == ("mine.kvn", f"message at line 1: {key}", seen)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            KVN.replace("RA_OF_ASC_NODE = 46.9797", "RA_OF_ASC_NODE = 0.82 [rad]"),
            "RA_OF_ASC_NODE: in rad. Give it in deg",
        ),
        (KVN + KVN.partition("\n")[2], "line 27: OBJECT_NAME: given twice in one message"),
        (KVN[: KVN.index("MEAN_ANOMALY")] + "MEAN_", "'MEAN_' without '='"),
        (XML[:-60], "broken XML"),
        (XML.replace('units="rev/day"', 'units="rad/min"'), "message 1: MEAN_MOTION: in rad/min. Give it in rev/day"),
        (XML.replace("<omm", "<oem").replace("</omm", "</oem"), "XML of <oem> without an <omm>"),
        ('<!DOCTYPE omm [<!ENTITY a "b">]>' + XML.partition("?>")[2], "XML with a document type of its own"),
        (XML.replace(">97.4051<", "><deg>97.4051</deg><"), "message 1: INCLINATION: missing"),
        (JSON[:-30], "broken JSON"),
        ("[" * 100_000, "broken JSON"),
        ("[]", "no element set in it"),
        ("[1, 2]", "object 1: '1' instead of an object"),
        ('{"error": "You must be logged in"}', 'object 1: no EPOCH, but {"error": "You must be logged in"}'),
        (JSON.replace("97.4051", "NaN"), "object 1: INCLINATION: 'nan' is no number"),
        (JSON.replace("97.4051", "true"), "object 1: INCLINATION: 'True' is no number"),
        (JSON.replace("97.4051", "[97.4]"), "object 1: INCLINATION: '[97.4]' is no number"),
        (JSON.replace("58400", "9" * 400), "object 1: NORAD_CAT_ID: '99999"),
        (JSON.replace("58400", "[58400]"), "object 1: NORAD_CAT_ID: '[58400]' is no such number"),
        (CSV[:-20], "line 2: 15 columns instead of 17"),
        (CSV.replace("BSTAR", "B*"), "line 1: BSTAR: no such column"),
        (CSV.partition("\n")[0], "no element set in it"),
        (CSV.replace("97.4051", '"97.4051'), "line 2: unexpected end of data"),
        (CSV.replace("97.4051", ""), "line 2: INCLINATION: missing"),
    ],
)
def test_broken_forms_say_what_is_wrong_and_where(text, words):
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        read_elements(text, where="mine")
    assert caught.value.where == "mine"


def test_angles_of_the_turn_before_are_taken_forward():
    found = read_elements(KVN.replace("RA_OF_ASC_NODE = 46.9797", "RA_OF_ASC_NODE = -90"))[0]
    assert found.raan_deg == 270.0


def test_nothing_that_would_break_a_form_is_written():
    with pytest.raises(InputError, match="no element set"):
        omm_text([])
    for form in ("kvn", "xml"):
        with pytest.raises(InputError, match="one line of"):
            omm_text(dataclasses.replace(BARE, name="A\x01B\nCENTER_NAME = MARS"), form)
    with pytest.raises(ValueError, match="yaml"):
        omm_text(FOUND, "yaml")
