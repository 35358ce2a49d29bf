import pytest

from downrange.notice._tokens import Cursor, tokens
from downrange.notice.areas import draft
from downrange.notice.model import FlagCode, Shape
from downrange.notice.phrases import phrases

A, B, C, D = "1000N02000E", "1000N02100E", "0900N02100E", "0900N02000E"
E, F, G = "1500N03000E", "1500N03100E", "1400N03100E"
A_PLACE = (10.0, 20.0)


def read(text):
    found = draft(phrases(Cursor(tokens(text))))
    return [(one.label, [vertex.place for vertex in one.ring]) for one in found.drafts], found


def sizes(text):
    return [len(ring) for _, ring in read(text)[0]]


def codes(found):
    return {flag.code for flag in found.flags} | {flag.code for one in found.drafts for flag in one.flags}


@pytest.mark.parametrize(
    "text",
    [
        f"WI {A}-{B}-{C}-{D}",
        f"WI {A}-{B}-{C}-{D}-{A}.",
        f"WI {A} TO {B} TO {C} TO {D} TO POINT OF ORIGIN",
        f"WI {A}, {B}, {C}, {D} TO BEGINNING.",
        f"WI {A}-{B}-{C}-{D},\nBACK TO START. SFC-UNL",
        f"WI {A}-{B}-{C}-{D}-{A}-({A}). IMPACT",
        f"WI {A}-{B}-{C}-{D}-({A})",
        f"WI {A}-{A}-{B}-{C}-{D}-{D}-{A}",
        f"A. {A} B. {B} C. {C} D. {D}",
        f"1. {A} 2. {B} 3. {C} 4. {D}",
        f"{A}, {B}, {C} AND {D}.",
    ],
)
def test_every_closing_style_gives_the_same_ring(text) -> None:
    rings, found = read(text)
    assert [ring for _, ring in rings] == [[A_PLACE, (10.0, 21.0), (9.0, 21.0), (9.0, 20.0)]]
    assert codes(found) == set()


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (f"1. {A}-{B}-{C}. 2. {E}-{F}-{G}.", ["1", "2"]),
        (f"A. {A}, {B}, {C}.\nB. {E}, {F}, {G}.", ["A", "B"]),
        (f"AREA1: {A}-{B}-{C} AREA2: {E}-{F}-{G}", ["1", "2"]),
        (f"{A}-{B}-{C}-{A} AND {E}-{F}-{G}-{E}", ["1", "2"]),
        (f"{A}-{B}-{C} AND {E}-{F}-{G}", ["1", "2"]),
        (f"{A}-{B}-{C}-({A}). ALSO PLANNED AT {E}-{F}-{G}", ["1", "2"]),
        (f"1. A. {A}, {B}, {C}. B. {E}, {F}, {G}. 2. A. {A}, {C}, {D}.", ["1A", "1B", "2A"]),
        (f"1. {A}-{B}-{C}-{A}-{E}-{F}-{G}-{E}. 2. {A}-{C}-{D}.", ["1-1", "1-2", "2"]),
    ],
)
def test_areas_are_split_and_named(text, labels) -> None:
    rings, _ = read(text)
    assert [label for label, _ in rings] == labels
    assert all(len(ring) == 3 for _, ring in rings)


def test_a_centre_before_the_ring_is_left_out_and_flagged() -> None:
    rings, found = read(f"WI 0930N02030E-{A}-{B}-{C}-{D}-{A}")
    assert rings[0][1][0] == A_PLACE
    assert codes(found) == {FlagCode.LEADING_CENTROID}


def test_reroutes_are_cut_away_and_flagged() -> None:
    rings, found = read(f"WI {A}-{B}-{C}-{A}. ALTN RTE: {E}-DCT-{F}-{G}")
    assert len(rings) == 1
    assert codes(found) == {FlagCode.REROUTE_CUT}


def test_a_remark_before_the_announcement_cuts_nothing_else() -> None:
    assert sizes(f"ATS RTE A123 NOT AVBL DUE TO FLT WI AREA: {A}-{B}-{C}-{A}") == [3]


def test_a_navaid_among_the_vertices_makes_the_ring_incomplete() -> None:
    for text in (f"WI 'ABC' VOR-{A}-{B}-{C}", f"WI {A}-{B}-'ABC' VOR-{C}", f"WI {A}-{B}-FIXXX-{C}-{A}"):
        expected = {FlagCode.INCOMPLETE_RING} if "VOR-1000N02000E" not in text else set()
        assert codes(read(text)[1]) == expected


@pytest.mark.parametrize(
    ("words", "half_nm"),
    [
        ("WITHIN 15 MILES OF TRACKLINE", 15),
        ("WITHIN 15 MILES OF A LINE JOINING", 15),
        ("WITHIN 5 MILES EITHER SIDE OF A LINE JOINING", 5),
        ("5 NM EITHER SIDE OF LINE", 5),
        ("WI 2.5NM EITHER SIDE OF A LINE BTN", 2.5),
        ("FIVE MILES EACH SIDE OF", 5),
        ("10 NM WIDE ALONG A LINE JOINING", 5),
    ],
)
def test_a_band_along_a_line(words, half_nm) -> None:
    for listed in (f"{A}, {B}, {E}, {F}", f"{A} TO {B} TO {E} TO {F}", f"{A}, {B}, {E} AND {F}"):
        (one,), found = read(f"{words} {listed}.")[1].drafts, read(f"{words} {listed}.")[1]
        assert (one.shape, one.radius_m, len(one.ring)) == (Shape.BAND, pytest.approx(half_nm * 1852.0), 4)
        assert codes(found) == set()


def test_a_line_without_a_width_is_kept_as_a_line_and_flagged() -> None:
    _, found = read(f"CABLE OPERATIONS ALONG TRACKLINE JOINING {A}, {B} AND {E}.")
    assert [(one.shape, one.radius_m) for one in found.drafts] == [(Shape.BAND, 0.0)]
    assert codes(found) == {FlagCode.INCOMPLETE_RING}


def test_a_bad_vertex_is_left_out_and_flagged_twice() -> None:
    text = f"WI {A}-{B}-1075N02100E-{C}-{D}-{A}"
    rings, found = read(text)
    assert len(rings[0][1]) == 4
    assert codes(found) == {FlagCode.BAD_COORDINATE, FlagCode.INCOMPLETE_RING}
    assert text[found.flags[0].start : found.flags[0].stop] == "1075N02100E"


def test_half_a_position_is_flagged() -> None:
    assert codes(read(f"WI {A}-{B}-0900N-{C}-{A}")[1]) == {FlagCode.BAD_COORDINATE, FlagCode.INCOMPLETE_RING}


def test_leftovers_are_flagged() -> None:
    assert codes(read(f"FM {A} TO {B}")[1]) == {FlagCode.INCOMPLETE_RING}
    rings, found = read(f"1. {A}-{B}-{C}-{A}. 2. DEBRIS IS EXPECTED TO FALL {D}")
    assert [len(ring) for _, ring in rings] == [3, 1]
    assert codes(found) == {FlagCode.SINGLE_POINT}


def test_the_number_of_points_in_words_is_checked() -> None:
    assert codes(read(f"FOUR-POINT CONNECTION RANGE: {A}-{B}-{C}-{D}-{A}")[1]) == set()
    assert codes(read(f"FIVE-POINT CONNECTION RANGE: {A}-{B}-{C}-{D}-{A}")[1]) == {FlagCode.POINT_COUNT}


@pytest.mark.parametrize("ending", [",", ""])
def test_a_list_without_its_full_stop_may_be_cut_off(ending) -> None:
    assert codes(read(f"A. {A}, {B}, {C}{ending}\nB. {E}, {F}, {G}.")[1]) == {FlagCode.POSSIBLY_INCOMPLETE}


def test_announced_but_empty() -> None:
    assert codes(read("IN AREA BOUND BY")[1]) == {FlagCode.NO_AREA}
    _, found = read(f"IN AREAS BOUND BY: A. {A}, {B}, {C}. B. IN AREA BOUND BY .")
    assert [flag.message for flag in found.flags] == ["area B is announced without coordinates"]


def test_an_arc_is_stepped_by_a_degree() -> None:
    rings, found = read(
        "WI 0100N00000E THEN CLOCKWISE ON A 60 NM ARC CENTERED ON 0000N00000E TO 0000N00100E TO 0000N00000E TO POINT OF ORIGIN"
    )
    assert len(rings[0][1]) == 3 + 89
    assert codes(found) == {FlagCode.ARC_STEPPED}


def test_an_arc_without_an_end_is_flagged() -> None:
    text = f"WI {A} TO {B} TO {C} THEN CLOCKWISE ON A 60 NM ARC CENTERED ON {D}"
    assert codes(read(text)[1]) >= {FlagCode.BAD_COORDINATE}


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (f"AREA A {A} {B} {C} AREA B {E} {F} {G}", ["A", "B"]),
        (f"AREA A BOUNDED BY {A}, {B}, {C}. AREA B BOUNDED BY {E}, {F}, {G}.", ["A", "B"]),
        (f"AREA NO.1: {A} {B} {C} AREA NO.2: {E} {F} {G}", ["1", "2"]),
        (f"AREA I {A} {B} {C} AREA II {E} {F} {G}", ["I", "II"]),
        (f"AREA ONE: {A} {B} {C} AREA TWO: {E} {F} {G}", ["1", "2"]),
        (f"(A) {A} {B} {C} (B) {E} {F} {G}", ["A", "B"]),
        (f"A) {A} {B} {C}\nB) {E} {F} {G}", ["A", "B"]),
        (f"1) {A} {B} {C}\n2) {E} {F} {G}", ["1", "2"]),
        (f"ZONE 1: {A}-{B}-{C} ZONE 2: {E}-{F}-{G}", ["1", "2"]),
        (f"1.{A}-{B}-{C} 2.{E}-{F}-{G}", ["1", "2"]),
        (f"WI {A}-{B}-{C}; {E}-{F}-{G}", ["1", "2"]),
        (f"WI {A}-{B}-{C}\n\n{E}-{F}-{G}", ["1", "2"]),
        (f"First zone:\n{A}\n{B}\n{C}\nSecond zone:\n{E}\n{F}\n{G}", ["1", "2"]),
        (f"WI {A}-{B}-{C} AND AREA {E}-{F}-{G}", ["1", "2"]),
    ],
)
def test_more_ways_to_part_areas(text, labels) -> None:
    rings, found = read(text)
    assert [(label, len(ring)) for label, ring in rings] == [(label, 3) for label in labels]
    assert codes(found) == set()


@pytest.mark.parametrize(
    "text", [f"WI {A};{B};{C};{D}", f"WI {A},\n\n{B},\n\n{C},\n\n{D}", f"From: {A} To: {B} To: {C} To: {D}"]
)
def test_what_parts_vertices_parts_no_areas(text) -> None:
    assert sizes(text) == [4]


@pytest.mark.parametrize(
    "text",
    [
        f"WITHIN 5 MILES OF {A}, {B} AND {C}.",
        f"WITHIN 5 MILES OF: A. {A} B. {B} C. {C}",
        f"WITHIN 5 MILES OF {A}. WITHIN 5 MILES OF {B}. 5NM RADIUS OF {C}.",
    ],
)
def test_one_radius_around_several_positions(text) -> None:
    _, found = read(text)
    assert [one.shape for one in found.drafts] == [Shape.CIRCLE] * 3
    assert {one.radius_m for one in found.drafts} == {5 * 1852.0}


@pytest.mark.parametrize(
    "text",
    [
        f"PSN {A} RADIUS 5NM.",
        f"AREA CENTRE {A}, RADIUS: 5 NM",
        f"CIRCLE CENTERED AT {A} WITH A RADIUS OF 5 NM",
        f"R=5NM {A}",
    ],
)
def test_a_radius_behind_its_centre(text) -> None:
    (one,) = read(text)[1].drafts
    assert (one.shape, one.radius_m, one.ring[0].place) == (Shape.CIRCLE, 5 * 1852.0, A_PLACE)


def test_a_ring_and_a_circle() -> None:
    _, found = read(f"WI {A}-{B}-{C} AND WITHIN 5NM OF {E}.")
    assert [one.shape for one in found.drafts] == [Shape.POLYGON, Shape.CIRCLE]


@pytest.mark.parametrize(
    "text",
    [
        "IN AREA BETWEEN 10-00N AND 09-00N, 020-00E AND 021-00E.",
        "BOUNDED BY LATITUDES 10-00N AND 09-00N AND LONGITUDES 020-00E AND 021-00E",
    ],
)
def test_limits_of_latitude_and_longitude(text) -> None:
    (one,) = read(text)[1].drafts
    assert {vertex.place for vertex in one.ring} == {(10.0, 20.0), (10.0, 21.0), (9.0, 21.0), (9.0, 20.0)}


def test_a_sector_of_a_circle() -> None:
    for text in (
        f"SECTOR BETWEEN BEARINGS 045 AND 120, 10 MILES RADIUS OF {A}.",
        f"WITHIN 10 MILES OF {A} BETWEEN BEARINGS 045 AND 120.",
    ):
        (one,) = read(text)[1].drafts
        assert (one.shape, len(one.ring)) == (Shape.POLYGON, 77)
        assert {flag.code for flag in one.flags} == {FlagCode.ARC_STEPPED}


@pytest.mark.parametrize(
    "text",
    [
        f"LIGHTS UNLIT: A. {A}. B. {B}. C. {C}.",
        f"MOBILE DRILLING UNITS: {A} OCEAN ALPHA. {B} OCEAN BETA. {C} OCEAN GAMMA.",
        f"BUOYS ADRIFT IN VICINITY {A}, {B} AND {C}.",
    ],
)
def test_single_positions_are_no_ring(text) -> None:
    _, found = read(text)
    assert [one.shape for one in found.drafts] == [Shape.POINT] * 3
    assert codes(found) == {FlagCode.SINGLE_POINT}


def test_a_point_of_fall_behind_a_ring_that_was_not_closed() -> None:
    rings, found = read(f"DEBRIS WI\n{A}\n{B}\n{C}\n{D}\nUNBURNED DEBRIS IS EXPECTED TO FALL: 0930N02030E")
    assert [len(ring) for _, ring in rings] == [4, 1]
    assert codes(found) == {FlagCode.SINGLE_POINT}


def test_a_position_before_the_announcement_is_no_corner() -> None:
    rings, found = read(f"IN VICINITY OF {D} IN AREA BOUND BY {A}, {B}, {C}.")
    assert [len(ring) for _, ring in rings] == [1, 3]
    assert codes(found) == {FlagCode.SINGLE_POINT}


def test_what_is_excluded_is_no_area_and_flagged() -> None:
    _, found = read(f"WITHIN 20 MILES OF {A}, EXCLUDING AREA WITHIN 12 MILES OF {B}.")
    assert len(found.drafts) == 1
    assert codes(found) == {FlagCode.INCOMPLETE_RING}


def test_a_side_along_a_border_is_flagged() -> None:
    assert codes(read(f"WI {A} - {B} - {C} ALONG FIR BOUNDARY TO {D} TO {A}")[1]) == {FlagCode.INCOMPLETE_RING}


def test_a_notice_of_reroutes_alone_says_that_another_has_the_area() -> None:
    _, found = read(f"ALTN RTE: {A} DCT {B} DCT {C}")
    assert not found.drafts
    assert codes(found) == {FlagCode.REROUTE_CUT, FlagCode.NO_AREA}


def test_a_closed_ring_behind_a_remark_is_an_area_when_it_is_the_only_one() -> None:
    assert sizes(f"ATS RTE A1 CLOSED. RMK: {A}-{B}-{C}-{A}") == [3]


def test_another_area_behind_reroutes_is_read() -> None:
    rings, found = read(f"WI {A}-{B}-{C}-{A}. FLT REROUTED VIA {D} {E}. AREA2: {E}-{F}-{G}-{E}")
    assert [len(ring) for _, ring in rings] == [3, 3]
    assert codes(found) == {FlagCode.REROUTE_CUT}


def test_letters_for_digits_are_flagged_where_they_stand() -> None:
    text = f"WI {A}-10O0N02100E-{C}-{D}"
    _, found = read(text)
    (flag,) = found.drafts[0].flags
    assert (flag.code, text[flag.start : flag.stop]) == (FlagCode.TEXT_DAMAGED, "10O0N02100E")


def test_exchanged_angles_are_flagged() -> None:
    assert FlagCode.SWAPPED_COORDINATES in codes(read("WI 123-45.0N 012-30.0E, 124-00.0N 012-30.0E")[1])


def test_a_position_without_its_letters_is_flagged() -> None:
    assert FlagCode.BAD_COORDINATE in codes(read(f"WI 100000 0200000 - {A} - {B} - {C}")[1])


def test_an_arc_may_lead_back_to_the_first_vertex() -> None:
    rings, found = read(f"WI {A} TO {B} TO {C} ALONG ARC RADIUS 60NM CENTERED ON {D} TO POINT OF ORIGIN")
    assert len(rings[0][1]) > 80
    assert codes(found) == {FlagCode.ARC_STEPPED}


RING = "N101530E0201530 - N101530E0214545 - N091515E0214545 - N091515E0201530"


@pytest.mark.parametrize("place", range(1, len(RING)))
@pytest.mark.parametrize("layout", ["first", "last", "dashed"])
def test_a_line_may_break_at_every_place_of_a_list(layout, place) -> None:
    text = {
        "first": RING,
        "last": "101530N 0201530E - 101530N 0214545E - 091515N 0214545E - 091515N 0201530E",
        "dashed": "10-15.50N 020-15.50E, 10-15.50N 021-45.75E, 09-15.25N 021-45.75E, 09-15.25N 020-15.50E",
    }[layout]
    whole, _ = read("AREA BOUNDED BY " + text)
    broken, _ = read("AREA BOUNDED BY " + text[:place] + "\n" + text[place:])
    assert broken == whole


@pytest.mark.parametrize(("one", "two", "three"), [("1.", "2.", "3."), ("(1)", "(2)", "(3)"), ("1)", "2)", "3)")])
def test_numbered_vertices_of_numbered_areas(one, two, three) -> None:
    text = (
        f"ZONE-1: A CIRCLE OF 10NM AROUND THE PAD {D}. ZONE-2: AREA BOUNDED BY COORD {one} {A} {two} {B} {three} {C}. "
    )
    rings, found = read(text + f"ZONE-3: AREA BOUNDED BY COORD {one} {E} {two} {F} {three} {G}. 4. CANCEL THIS")
    assert [(label, len(ring)) for label, ring in rings] == [("1", 1), ("2", 3), ("3", 3)]
    assert codes(found) == set()
