import pytest

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
