import dataclasses
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError, parse_utc
from downrange.orbit import ElementSet, element_set, read_tle, tle_text
from downrange.orbit._io_columns import checksum, figures_of

LINES = (
    "1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991",
    "2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329",
)


@pytest.mark.parametrize("name", ["", "MALLIGYONG-1\n", "0 MALLIGYONG-1\n", "# a remark\n\n"])
def test_two_lines_are_read_with_and_without_a_name(name):
    found = read_tle(name + "\n".join(LINES) + "\n")
    assert len(found) == 1
    assert found[0].name == ("MALLIGYONG-1" if "MALL" in name else "")
    assert found[0].number == 58400
    assert found[0].designator == "23179A"
    assert found[0].e == pytest.approx(0.0001572, abs=1e-12)
    assert found[0].inclination_deg == pytest.approx(97.4051, abs=1e-9)
    assert found[0].epoch == parse_utc("2024-06-07T23:19:05.561760Z")
    assert found[0].bstar == pytest.approx(3.0025e-4)
    assert found[0].lines == LINES


@pytest.mark.parametrize(("line", "column"), [(n, k) for n in (0, 1) for k in range(2, 69) if LINES[n][k].isdigit()])
def test_any_changed_digit_is_noticed(line, column):
    spoilt = list(LINES)
    digit = (int(LINES[line][column]) + 1) % 10
    spoilt[line] = f"{LINES[line][:column]}{digit}{LINES[line][column + 1 :]}"
    with pytest.raises(InputError, match=f"line {line + 1}: the checksum"):
        read_tle("\n".join(spoilt))


def test_broken_element_sets_name_the_line():
    with pytest.raises(InputError, match="no line that starts"):
        read_tle("hello\n")
    with pytest.raises(InputError, match="line 1: a first line without its second"):
        read_tle(LINES[0])
    with pytest.raises(InputError, match="line 1: a second line without its first"):
        read_tle(LINES[1])
    with pytest.raises(InputError, match="68 characters instead of 69"):
        read_tle(LINES[0].replace("U 23179A", "U23179A") + "\n" + LINES[1])
    other = "2 58401" + LINES[1][7:68]
    with pytest.raises(InputError, match="58400 and 58401"):
        read_tle(f"{LINES[0]}\n{other}{checksum(other)}")


def summed(line):
    return line[:68] + str(checksum(line))


@pytest.mark.parametrize(
    ("columns", "text", "key"),
    [
        (slice(8, 16), "  ab.cde", "line 2: inclination"),
        (slice(8, 16), "297.4051", "line 2: inclination"),
        (slice(26, 33), "       ", "line 2: eccentricity"),
        (slice(52, 63), " 0.00000000", "line 2: mean motion"),
        (slice(52, 63), "99.00000000", "line 2: mean motion"),
    ],
)
def test_columns_that_hold_no_orbit_are_named_though_the_checksum_is_right(columns, text, key):
    line = LINES[1][: columns.start] + text + LINES[1][columns.stop :]
    with pytest.raises(InputError) as caught:
        read_tle(f"{LINES[0]}\n{summed(line)}\n", where="mine.tle")
    assert (caught.value.where, caught.value.key) == ("mine.tle", key)


def test_element_sets_as_windows_saves_them_are_read():
    assert read_tle("\ufeff" + "\r\n".join(LINES) + "\r\n")[0].number == 58400


def with_figures(line, columns, text):
    """Return a line with other figures and the checksum that belongs to them."""
    return summed(line[: columns.start] + text + line[columns.stop :])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n".join((LINES[0][:40], LINES[1])), "line 1: 40 characters instead of 69"),
        ("\n".join((LINES[0], LINES[1][:30])), "line 2: 30 characters instead of 69"),
        (LINES[0][:30], "line 1: a first line without its second"),
        ("\n".join((*LINES, "NEXT ONE")), "line 3: 'NEXT ONE' is no element set, and none follows"),
        ("\n".join(LINES).replace(" 23179A", "\xa023179A"), "line 1: the character '\\xa0'"),
        ("\n".join(LINES).replace(".00006581", "²00006581"), "line 1: the character '²'"),
        ("\n".join((with_figures(LINES[0], slice(34, 43), ".0000x581"), LINES[1])), "line 1: 'x' among the figures"),
        ("\n".join((with_figures(LINES[0], slice(34, 43), "      nan"), LINES[1])), "line 1: 'n' among the figures"),
        ("\n".join((with_figures(LINES[0], slice(20, 23), "400"), LINES[1])), "line 1: columns that hold no number"),
        ("\n".join((with_figures(LINES[0], slice(62, 63), "4"), LINES[1])), "ephemeris type 4, a set for SGP4-XP"),
        ("\n".join(with_figures(line, slice(2, 7), "I0000") for line in LINES), "line 1: columns that hold no number"),
        ("\n".join((LINES[0], with_figures(LINES[1], slice(52, 63), "15,20948569"))), "line 2: mean motion: '15,2"),
        ("\n".join((LINES[0], with_figures(LINES[1], slice(52, 63), "15_20948569"))), "line 2: mean motion|'_' among"),
    ],
)
def test_spoilt_sets_say_which_line_and_what_is_wrong_with_it(text, words):
    with pytest.raises(InputError, match="|".join(re.escape(part) for part in words.split("|"))) as caught:
        read_tle(text, where="mine.tle")
    assert caught.value.where == "mine.tle"


def test_mixed_line_ends_blanks_and_a_dos_end_of_file_do_no_harm():
    text = f"FIRST\r\n{LINES[0]}\r\n{LINES[1]}   \n\n# remark\rSECOND\r{LINES[0]}\n{LINES[1]}\r\n\x1a"
    assert [found.name for found in read_tle(text)] == ["FIRST", "SECOND"]


@pytest.mark.parametrize(("column", "number"), [("A0000", 100_000), ("J2931", 182_931), ("Z9999", 339_999)])
def test_numbers_past_99999_are_read_and_written_in_alpha_5(column, number):
    # SOURCE: space-track.org/documentation, "Alpha 5", its own examples
    lines = tuple(with_figures(line, slice(2, 7), column) for line in LINES)
    found = read_tle("\n".join(lines))[0]
    assert (found.number, found.satellite().satnum) == (number, number)
    made = dataclasses.replace(found, lines=None)
    assert made.satellite().satnum == number
    assert tle_text(made).splitlines()[0][2:7] == column


def test_lines_that_were_read_are_written_as_they_came():
    text = "MALLIGYONG-1\n" + "\n".join(LINES) + "\n"
    found = read_tle(text)
    assert tle_text(found) == tle_text(found[0]) == text
    assert tle_text(dataclasses.replace(found[0], lines=None)) == text


@pytest.mark.parametrize("name", ["1 HOPPER", "2 SISTERS", "0 START", "#1", LINES[0]])
def test_names_that_look_like_something_else_survive(name):
    found = dataclasses.replace(read_tle("\n".join(LINES))[0], name=name)
    assert [each.name for each in read_tle(tle_text([found, found]))] == [name, name]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": 340_000}, "number: 340000. Write a mean-elements message"),
        ({"designator": "2023-179A"}, "designator: 2023-179A. Write"),
        ({"epoch": datetime(2057, 1, 1, tzinfo=UTC)}, "epoch: 2057. Write"),
        ({"mean_motion_dot": 1.5}, "mean_motion_dot: 1.5. Write"),
        ({"bstar": 1e9}, "bstar: 1000000000.0. Write"),
        ({"name": "TWO\nLINES"}, "name: 'TWO\\nLINES'. Give one line"),
    ],
)
def test_what_two_lines_have_no_columns_for_is_not_written(change, words):
    found = dataclasses.replace(read_tle("\n".join(LINES))[0], lines=None, **change)
    with pytest.raises(InputError, match=re.escape(words)):
        tle_text(found)


def test_the_last_instant_of_a_year_and_a_full_turn_are_written_readably():
    made = element_set("", datetime(2023, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), 0, 359.99999, 0, 0, 360, 1)
    back = read_tle(tle_text(made))[0]
    assert back.epoch == datetime(2024, 1, 1, tzinfo=UTC)
    assert (back.raan_deg, back.mean_anomaly_deg, back.name) == (0.0, 0.0, "")


STEP = timedelta(microseconds=864)  # of an epoch in two lines
ANGLES = st.integers(0, 3_599_999).map(lambda k: k / 1e4)
POWERS = st.tuples(st.integers(-99_999, 99_999), st.integers(-9, 0)).map(lambda pair: float(f"{pair[0]}e{pair[1] - 5}"))
SETS = st.builds(
    lambda **words: ElementSet(lines=None, **words),
    name=st.text("ABC (2)&<>,\"'", max_size=12).map(str.strip),
    number=st.integers(0, 339_999),
    designator=st.sampled_from(["", "98067A", "23179ABC"]),
    epoch=st.integers(0, 30_000 * 10**8).map(lambda k: datetime(1970, 1, 1, tzinfo=UTC) + k * STEP),
    inclination_deg=st.integers(0, 1_800_000).map(lambda k: k / 1e4),
    raan_deg=ANGLES,
    e=st.integers(0, 9_999_999).map(lambda k: k / 1e7),
    argp_deg=ANGLES,
    mean_anomaly_deg=ANGLES,
    mean_motion_revpday=st.integers(1_000_000, 1_800_000_000).map(lambda k: k / 1e8),
    bstar=POWERS,
    classification=st.sampled_from("UCS"),
    element_set_number=st.integers(0, 9_999),
    revolution=st.integers(0, 99_999),
    mean_motion_dot=st.integers(-99_999_999, 99_999_999).map(lambda k: k / 1e8),
    mean_motion_ddot=POWERS,
)


@settings(max_examples=150, deadline=None)
@given(SETS)
def test_every_set_that_two_lines_can_hold_reads_back_as_it_was(found):
    text = tle_text(found)
    back = read_tle(text)[0]
    assert dataclasses.replace(back, lines=None) == found
    assert back.lines == tuple(text.splitlines()[-2:])
    assert figures_of(*back.lines).epoch == found.epoch
