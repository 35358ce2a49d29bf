import pytest

from downrange.notice import read
from downrange.notice._labels import label
from downrange.notice._tokens import Cursor, tokens


@pytest.mark.parametrize(
    ("text", "name", "area"),
    [
        ("A. 12-34.5N", "A", False),
        ("A.N123456E", "A", False),
        ("1.123456N1234507E", "1", False),
        ("B) 12-34.5N", "B", False),
        ("(C) 123456N", "C", False),
        ("(02) 123456N", "2", False),
        ("AREA A: x", "A", True),
        ("AREA A BOUNDED BY", "A", True),
        ("AREA A 123456N1234507E", "A", True),
        ("AREA1: x", "1", True),
        ("AREA NO.2: x", "2", True),
        ("AREA NR 3 WITHIN", "3", True),
        ("AREA II N1234E", "II", True),
        ("AREA TWO: x", "2", True),
        ("AREA 'B': x", "B", True),
        ("ZONE 1 (123456N", "1", True),
    ],
)
def test_labels(text, name, area) -> None:
    found = label(Cursor(tokens(text)))
    assert (found.text, found.area) == (name, area)


@pytest.mark.parametrize(
    "text",
    [
        "AREA IS CLOSED",
        "AREA A IS CLOSED",
        "AREA OF 15 NM",
        "1.5 NM",
        "123.",
        "AB. x",
        "A B",
        "(KEW)",
        "X (A) IS",
        "U.S. NAVY",
    ],
)
def test_what_is_no_label(text) -> None:
    cur = Cursor(tokens(text))
    if text.startswith("X"):
        cur.take()
    assert label(cur) is None


def test_degrees_behind_the_word_area_are_no_label() -> None:
    text = "NAVAREA IX 77/27. ROCKET FIRING 0400-1400 UTC DAILY 21-25 FEB AREA 24-10N 062-10E, 24-10N 063-00E, 23-00N 063-00E."
    (area,) = read(text)[0].areas
    assert area.lat_deg[0] == pytest.approx(24.0 + 10.0 / 60.0)
    assert (area.label, len(area.lat_deg)) == ("1", 3)
    (named,) = read(text.replace("AREA 24-10N", "AREA 12: 24-10N"))[0].areas
    assert named.lat_deg == area.lat_deg
