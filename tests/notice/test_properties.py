"""Laws of the notice reader over generated notices: what is written reads back the same, however it is printed.

Written with our own formatter where it has the form, by hand here for the other syntaxes.
"""

import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from fuzz_notice import WORDS, faults, invented, mutated
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from downrange.notice import Area, FlagCode, NoticeError, NoticeWindow, Role, Shape, read, to_navarea, to_notam

EXACT_DEG = 1e-9
NAUTICAL_MILE_M = 1852.0
PER_SECOND, PER_MINUTE, PER_HUNDREDTH = 3600, 60, 6000  # printed steps a degree: DDMMSS, DDMM, DD-MM.mm
SEEDS = invented()
QUIET = {FlagCode.YEAR_INFERRED, FlagCode.AREA_IMPLAUSIBLE}  # what says nothing against the reading
MIDDLES = (  # where signs change and longitudes jump
    (0, 0),
    (0, 180),
    (12, 180),
    (-41, -180),
    (55, 0),
    (-33, 0),
    (84, 25),
    (-84, 180),
    (0, 77),
    (0, -120),
)


def wrapped(lon_deg):
    return (lon_deg + 180.0) % 360.0 - 180.0


@st.composite
def middles(draw, per_degree):
    """A place anywhere, often on a line where something changes."""
    if draw(st.booleans()):
        lat, lon = draw(st.sampled_from(MIDDLES))
        return lat * per_degree, lon * per_degree
    return draw(st.integers(-84 * per_degree, 84 * per_degree)), draw(st.integers(-180 * per_degree, 180 * per_degree))


@st.composite
def rings(draw, per_degree=PER_SECOND):
    """Convex rings, their vertices on the steps of the printed form."""
    lat_mid, lon_mid = draw(middles(per_degree))
    size = draw(st.floats(0.2, 5.0)) * per_degree
    turns = sorted(draw(st.lists(st.integers(0, 35), min_size=3, max_size=9, unique=True)))
    assume(max((b - a) % 36 for a, b in zip(turns, [*turns[1:], turns[0]], strict=True)) < 18)
    return tuple(
        (
            (lat_mid + round(size * math.sin(turn * math.pi / 18))) / per_degree,
            wrapped((lon_mid + round(size * math.cos(turn * math.pi / 18))) / per_degree),
        )
        for turn in turns
    )


@st.composite
def caps(draw, per_degree=PER_SECOND):
    """Rings round a pole: a vertex in each quarter of longitude."""
    sign = draw(st.sampled_from([1, -1]))
    lats = draw(st.lists(st.integers(70 * per_degree, 89 * per_degree), min_size=4, max_size=4))
    lons = [draw(st.integers(first, first + 89)) for first in (-180, -90, 0, 90)]
    return tuple((sign * lat / per_degree, float(lon)) for lat, lon in zip(lats, lons, strict=True))


def polygon(places):
    lat_deg, lon_deg = zip(*places, strict=True)
    return Area(label="1", shape=Shape.POLYGON, lat_deg=lat_deg, lon_deg=lon_deg)


@st.composite
def circles(draw, per_degree=PER_SECOND):
    lat, lon = draw(middles(per_degree))
    radius_m = draw(st.sampled_from([0.5, 1, 2.5, 9, 15, 60, 150, 500])) * NAUTICAL_MILE_M
    return Area(
        label="1",
        shape=Shape.CIRCLE,
        lat_deg=(lat / per_degree,),
        lon_deg=(wrapped(lon / per_degree),),
        radius_m=radius_m,
    )


@st.composite
def bands(draw, per_degree=PER_SECOND):
    lat, lon = draw(middles(per_degree))
    steps = draw(
        st.lists(st.tuples(st.integers(-90, 90), st.integers(20, 90)), min_size=1, max_size=4)
    )  # minutes of arc, always eastward: the line does not come back to its start
    places = [(lat, lon)]
    for north, east in steps:
        places.append((places[-1][0] + north * per_degree // 60, places[-1][1] + east * per_degree // 60))
    return Area(
        label="1",
        shape=Shape.BAND,
        lat_deg=tuple(y / per_degree for y, _ in places),
        lon_deg=tuple(wrapped(x / per_degree) for _, x in places),
        radius_m=draw(st.sampled_from([1, 5, 12.5, 40])) * NAUTICAL_MILE_M,
    )


def areas(per_degree=PER_SECOND):
    """One to eight areas of any kind."""
    one = st.one_of(rings(per_degree).map(polygon), circles(per_degree), bands(per_degree))
    return st.lists(one, min_size=1, max_size=8)


@st.composite
def schedules(draw):
    """One to five windows that do not touch, over midnight, the end of a month and of a year; primary ones first."""
    start = draw(
        st.one_of(
            st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)),  # noqa: DTZ001 - given its zone below
            st.sampled_from([datetime(2026, 12, 31, 22), datetime(2028, 2, 28, 23), datetime(2027, 4, 30, 20)]),  # noqa: DTZ001
        )
    ).replace(second=0, microsecond=0, tzinfo=UTC)
    spares = draw(st.integers(0, 3))
    found = []
    for number in range(draw(st.integers(max(1, spares + 1), 5))):
        start += timedelta(minutes=draw(st.integers(5, 2_500)) if number else 0)
        closes = start + timedelta(minutes=draw(st.integers(4, 1_300)))
        found.append((start, closes))
        start = closes
    first_spare = len(found) - spares
    return tuple(
        NoticeWindow(opens=opens, closes=closes, role=Role.ALTERNATE if number >= first_spare else Role.PRIMARY)
        for number, (opens, closes) in enumerate(found)
    )


def agree(found, wanted):
    """Compare areas: shape, size, and every vertex in order."""
    assert [area.shape for area in found] == [area.shape for area in wanted]
    for area, other in zip(found, wanted, strict=True):
        assert (area.radius_m or 0.0) == pytest.approx(other.radius_m or 0.0, rel=1e-9)
        assert len(area.lat_deg) == len(other.lat_deg)
        assert area.lat_deg == pytest.approx(other.lat_deg, abs=EXACT_DEG)
        for lon, lon_wanted in zip(area.lon_deg, other.lon_deg, strict=True):
            assert wrapped(lon - lon_wanted) == pytest.approx(0.0, abs=EXACT_DEG)


def spans(windows):
    return [(window.opens, window.closes) for window in windows]


def loud(notice):
    return {flag.code for flag in notice.flags} - QUIET


# ------------------------------------------------------------------------------------------ format, then parse


@given(areas(PER_SECOND), schedules())
def test_a_notam_reads_back_as_it_was_written(wanted, windows) -> None:
    (notice,) = read(to_notam(wanted, windows, name="B1234/26", fir="RPHI"))
    agree(notice.areas, wanted)
    assert spans(notice.windows) == spans(windows)
    assert loud(notice) == set()


@given(areas(PER_HUNDREDTH), schedules())
def test_a_warning_reads_back_as_it_was_written(wanted, windows) -> None:
    issued = windows[0].opens - timedelta(days=2)
    (notice,) = read(to_navarea(wanted, windows, name="NAVAREA IV 207/26", issued=issued))
    agree(notice.areas, wanted)
    assert [(w.opens, w.closes, w.role) for w in notice.windows] == [(w.opens, w.closes, w.role) for w in windows]
    assert notice.issued == issued.replace(second=0)
    assert loud(notice) == set()


@given(st.one_of(caps(), rings()), schedules())
def test_a_ring_round_a_pole_keeps_its_vertices(places, windows) -> None:
    (notice,) = read(to_notam([polygon(places)], windows[:1], name="B1234/26", fir="ZZZZ"))
    agree(notice.areas, [polygon(places)])


# ------------------------------------------------------------------------------------------ every syntax, by hand


def sexagesimal(value_deg, width, letters, per_degree):
    """Return degrees, minutes, seconds or hundredths as printed, and the letter."""
    units = round(abs(value_deg) * per_degree)
    small = per_degree // 60
    parts = (f"{units // per_degree:0{width}d}", f"{units % per_degree // small:02d}", f"{units % small:02d}")
    return parts, letters[value_deg < 0]


def printed(form, lat_deg, lon_deg):
    """Return one position in one of the syntaxes."""
    steps = {"ddmm": PER_MINUTE, "h-ddmm": PER_MINUTE, "s-ddmm": PER_MINUTE, "minutes": PER_HUNDREDTH}
    per_degree = steps.get(form, PER_SECOND)
    (a, b, c), y = sexagesimal(lat_deg, 2, "NS", per_degree)
    (d, e, f), x = sexagesimal(lon_deg, 3, "EW", per_degree)
    return {
        "packed": f"{a}{b}{c}{y}{d}{e}{f}{x}",
        "blank": f"{a}{b}{c}{y} {d}{e}{f}{x}",
        "first": f"{y}{a}{b}{c}{x}{d}{e}{f}",
        "ddmm": f"{a}{b}{y}{d}{e}{x}",
        "h-ddmm": f"{y}{a}{b}{x}{d}{e}",
        "s-ddmm": f"{a} {b}{y} {d} {e}{x}",
        "spaced": f"{a} {b} {c} {y} {d} {e} {f} {x}",
        "spaced-glued": f"{a} {b} {c}{y} {d} {e} {f}{x}",
        "spaced-first": f"{y}{a} {b} {c} {x}{d} {e} {f}",
        "dashed": f"{a}-{b}-{c}{y} {d}-{e}-{f}{x}",
        "minutes": f"{a}-{b}.{c}{y} {d}-{e}.{f}{x}",
        "signs": f"{a}°{b}'{c}\"{y} {d}°{e}'{f}\"{x}",
        "press": f"{a}° {b}’{c}”{y} / {d}° {e}’{f}”{x}",
        "ordinal": f"{a}º{b}'{c}\"{y} {d}º{e}'{f}\"{x}",
    }[form]


FORMS = {
    "packed": PER_SECOND,
    "blank": PER_SECOND,
    "first": PER_SECOND,
    "ddmm": PER_MINUTE,
    "h-ddmm": PER_MINUTE,
    "s-ddmm": PER_MINUTE,
    "spaced": PER_SECOND,
    "spaced-glued": PER_SECOND,
    "spaced-first": PER_SECOND,
    "dashed": PER_SECOND,
    "minutes": PER_HUNDREDTH,
    "signs": PER_SECOND,
    "press": PER_SECOND,
    "ordinal": PER_SECOND,
}
SEPARATORS = (", ", " - ", "\n", " TO ", ",\n", " -\n", "; ")
CLOSINGS = {
    "explicit": "{list}{and}{first}.",
    "implicit": "{list}.",
    "brackets": "{list}{and}({first}).",
    "twice": "{list}{and}{first}{and}({first}).",
    "phrase": "{list} BACK TO START.",
    "comma and phrase": "{list}, BACK TO START.",
    "beginning": "{list} TO BEGINNING.",
    "origin": "{list} TO POINT OF ORIGIN.",
}


def notam(body):
    """Return a notice around the text of its field E)."""
    return f"B1234/26 NOTAMN\nQ) RPHI/QRALW/IV/NBO/W/000/999/\nA) RPHI B) 2611220000 C) 2611302359\nE) {body}\nF) SFC G) UNL\n"


def one_area(text):
    (notice,) = read(text)
    (area,) = notice.areas
    return area, notice


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40)
@given(data=st.data(), separator=st.sampled_from(SEPARATORS), closing=st.sampled_from(sorted(CLOSINGS)))
def test_every_syntax_with_every_separator_and_closing_reads_the_same(form, data, separator, closing) -> None:
    places = data.draw(rings(FORMS[form]))
    points = [printed(form, *place) for place in places]
    text = CLOSINGS[closing].format(list=separator.join(points), first=points[0], **{"and": separator})
    area, notice = one_area(notam(f"TEMPO DANGER AREA WI AREA BOUNDED BY: {text}"))
    agree([area], [polygon(places)])
    assert loud(notice) == set()


@given(rings(), st.integers(0, 8), st.booleans())
def test_where_the_ring_begins_and_which_way_it_runs_does_not_matter(places, turn, back) -> None:
    row = places[turn % len(places) :] + places[: turn % len(places)]
    row = row[::-1] if back else row
    area, notice = one_area(notam("WI: " + " - ".join(printed("blank", *place) for place in row)))
    agree([area], [polygon(row)])
    assert loud(notice) == set()
    assert area.geometry_lonlat().symmetric_difference(polygon(places).geometry_lonlat()).area < 1e-6


@pytest.mark.parametrize("form", FORMS)
def test_a_line_break_at_any_place_of_the_list_changes_nothing(form) -> None:
    places = ((12.575, -3.4125), (12.65, 2.35), (-11.2375, 2.0875), (-11.5, -3.675))
    places = tuple((round(a * FORMS[form]) / FORMS[form], round(b * FORMS[form]) / FORMS[form]) for a, b in places)
    text = " - ".join(printed(form, *place) for place in places)
    for at in range(1, len(text)):
        broken = f"{text[:at]}\n{text[at:]}"
        (notice,) = read(notam(f"TEMPO DANGER AREA WI AREA BOUNDED BY: {broken}."))
        agree(notice.areas, [polygon(places)])
        assert loud(notice) == set(), broken


# ------------------------------------------------------------------------------------------ any text at all


@settings(max_examples=300)
@given(st.text(max_size=200))
@example("#")
@example("A" * 200)
@example("Q) Q) Q)")
@example("\u2028 \x85 é ١٢-٣٤.٥٠N ߁߂")
@example("٩٠٠٠٠٠N٠٠٠٠٠٠٠E")
@example("³⁄₄ ½ Ⅻ ①②③④⑤⑥N①②③④⑤⑥⑦E")
def test_no_text_is_refused_but_with_a_reason(text) -> None:
    assert faults(text) == []


@settings(max_examples=200)
@given(st.lists(st.sampled_from(WORDS), max_size=60), st.sampled_from(["", " ", "\n"]))
def test_no_row_of_the_words_of_notices_breaks_a_promise(words, separator) -> None:
    assert faults(separator.join(words)) == []


@settings(max_examples=300)
@given(st.integers(0, 2**32))
def test_no_damage_to_a_notice_breaks_a_promise(seed) -> None:
    draw = random.Random(seed)  # noqa: S311 - no secret
    assert faults(mutated(draw.choice(SEEDS), SEEDS, draw)) == []


@pytest.mark.parametrize("text", ["", " \n\t", "#only a remark", "\0\0\0", "\x01\x02\x03" * 9])
def test_what_is_no_text_is_refused(text) -> None:
    with pytest.raises(NoticeError):
        read(text)
