import pytest

from downrange.notice._phrases import Cancel, Circle, Label, Mark, Sign
from downrange.notice._tokens import Cursor, tokens
from downrange.notice.coordinates import Vertex
from downrange.notice.phrases import phrases

NAUTICAL_MILE_M = 1852.0


def read(text):
    return phrases(Cursor(tokens(text)))


def first(text, kind):
    return next(item for item in read(text) if isinstance(item, kind))


def signs(text):
    return [item.sign for item in read(text) if isinstance(item, Mark) and item.sign is not Sign.WORD]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("A. 12-34.5N 123-45.6E", "A"),
        ("AREA: 2. 123456N1234507E", "2"),
        ("AREA1: x", "1"),
        ("AREA 2: x", "2"),
        ("\n1) x", "1"),
    ],
)
def test_labels(text, label) -> None:
    assert first(text, Label).text == label


@pytest.mark.parametrize(
    "text", ["U.S. COAST GUARD", "DNC 21, DNC 22.\nX", "APR 23.\nX", "3.5 NM", "RMK/1.ATC", "W-188."]
)
def test_initials_years_and_decimals_are_no_labels(text) -> None:
    assert not [item for item in read(text) if isinstance(item, Label)]


def test_brackets_mark_a_vertex() -> None:
    row = [item for item in read("123456N1234507E - (123456N1234507E)") if isinstance(item, Vertex)]
    assert [vertex.bracketed for vertex in row] == [False, True]


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("IN AREA BOUND BY", Sign.ANNOUNCE),
        ("BACK TO START", Sign.CLOSE),
        ("TO BEGINNING", Sign.CLOSE),
        ("TO THE POINT OF ORIGIN", Sign.CLOSE),
        ("ALTN RTE", Sign.CUT),
        ("INTERMITTENT", Sign.VAGUE_TIME),
        ("1200Z", Sign.UNREAD_TIME),
    ],
)
def test_set_phrases(text, sign) -> None:
    assert sign in signs(text)


def test_every_phrase_stands_where_it_says() -> None:
    text = "A. WITHIN NINE MILES OF 33-40.72N 119-09.16W. CANCEL NAVAREA IV 1165/22."
    circle, cancel = first(text, Circle), first(text, Cancel)
    assert text[circle.start : circle.stop] == "WITHIN NINE MILES OF 33-40.72N 119-09.16W"
    assert text[cancel.start : cancel.stop] == "CANCEL NAVAREA IV 1165/22"
