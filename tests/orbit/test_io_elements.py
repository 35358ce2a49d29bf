import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.orbit import element_set, load_elements, oem_text, omm_text, read_elements, read_oem, tle_text

EPOCH = datetime(2024, 6, 1, tzinfo=UTC)
SETS = (
    element_set("FIRST", EPOCH, 97.4, 46.9797, 0.0001572, 158.683, 201.4471, 15.20948569, 3e-4, 58400, "23179A"),
    element_set("SECOND", EPOCH, 51.6, 10, 0.001, 20, 30, 15.5, 1e-4, 25544, "98067A"),
)
TEXTS = {form: omm_text(SETS, form) for form in ("kvn", "xml", "json", "csv")} | {"tle": tle_text(SETS)}
OEM = oem_text([0.0, 60.0], [[7e6, 0.0, 0.0]] * 2, [[0.0, 7e3, 0.0]] * 2, EPOCH, object_name="X")


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("before", ["", "\n\n", "\ufeff", " \r\n"])
def test_every_form_is_told_by_itself(form, before):
    found = read_elements(before + TEXTS[form])
    assert [each.name for each in found] == ["FIRST", "SECOND"]
    assert [each.inclination_deg for each in found] == [97.4, 51.6]
    assert (found[0].lines is not None) == (form == "tle")


@pytest.mark.parametrize("form", TEXTS)
def test_files_are_read_and_named_in_errors(form, tmp_path):
    path = tmp_path / "elements.txt"
    path.write_bytes(TEXTS[form].replace("\n", "\r\n").encode())
    assert [each.number for each in load_elements(path)] == [58400, 25544]
    path.write_bytes(TEXTS[form].encode("utf-16"))
    with pytest.raises(InputError, match="it is not UTF-8 text"):
        load_elements(path)
    path.write_bytes(TEXTS[form].encode("utf-16-le"))  # valid UTF-8 with zeros in between
    with pytest.raises(InputError, match=r"^elements.txt: the character '\\x00': this is no UTF-8 text. Save it"):
        load_elements(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing in it. Get the file again"),
        (" \n\r\n\ufeff", "nothing in it"),
        ("<!DOCTYPE html>\n<html><body>503</body></html>", "a web page (HTML) instead of data. Get two-line element"),
        ("\n <HTML lang='en'>", "a web page (HTML) instead of data"),
        ("<!-- made by hand -->\n<head>", "a web page (HTML) instead of data"),
        ("No GP data found", "no element sets; it starts with 'No GP data found'"),
        ("Lat,Lon\n1,2\n", "no element sets; it starts with 'Lat,Lon'"),
        ("PK\x03\x04\x00\x00\x01", "the character '\\x00'"),
        ("xyz\ufffd", "this is no UTF-8 text"),
        (OEM, "a CCSDS OEM, not mean elements. Read it with read_oem"),
        ("COMMENT x\nCCSDS_OPM_VERS = 3.0\n", "a CCSDS OPM, not mean elements. Give two-line element sets"),
    ],
)
def test_what_is_no_element_set_says_what_it_looks_like(text, words):
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        read_elements(text, where="gp.txt")
    assert (caught.value.where, caught.value.key) == ("gp.txt", "")


@pytest.mark.parametrize("form", TEXTS)
def test_a_file_cut_anywhere_in_its_last_set_is_never_taken_for_whole(form):
    text = TEXTS[form].rstrip()
    last = text.rindex("CCSDS_OMM_VERS =" if form == "kvn" else "SECOND")
    needed = text.index("BSTAR", last) + len("BSTAR") if form == "kvn" else len(text) - 1
    if form == "csv":
        needed = text.rindex(",")
    for end in range(last + 1, needed, 3):
        with pytest.raises(InputError):
            read_elements(text[:end])


def test_an_element_set_is_no_ephemeris():
    with pytest.raises(InputError, match="no ephemeris; it starts with 'FIRST'"):
        read_oem(TEXTS["tle"])


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([*TEXTS.values(), OEM]),
    st.floats(0.0, 1.0),
    st.integers(0, 40),
    st.text("0123456789.-+eE ,\n\t\"'<>[]{}=&;:TZ\x00²٣nainfABC", max_size=20),
)
def test_a_spoilt_text_is_read_or_refused_in_words_and_never_anything_else(text, place, lost, put_in):
    start = int(place * len(text))
    spoilt = text[:start] + put_in + text[start + lost :]
    for read in (read_elements, read_oem):
        assert len(answer(read, spoilt)) > 0


def answer(read, text):
    """Return what a reader makes of a text, or what it says should be done about it."""
    try:
        return read(text, where="spoilt")
    except InputError as problem:
        return problem.cure
