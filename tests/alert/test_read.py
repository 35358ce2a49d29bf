"""Messages of others are read whole; where their meaning is not plain, reading stops and says where.

SOURCE of the traps: capparselib #16 (only the first polygon read) and #14 (onset stored as effective), google cap-library
#43 (white space in polygon text), cap-composer pull request #15 (order of latitude and longitude).
"""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.alert import CapError
from downrange.alert.read import read_cap

WEST = "37.9,124.6 37.9,124.8 38.0,124.8 38.0,124.6 37.9,124.6"
EAST = "37.8,124.6 37.8,124.8 37.85,124.8 37.8,124.6"
AREA = f"<area><areaDesc>Two islands</areaDesc><polygon>{WEST}</polygon><polygon>{EAST}</polygon></area>"
INFO = (
    "<info><category>Safety</category><event>Debris</event><urgency>Immediate</urgency><severity>Severe</severity>"
    "<certainty>Likely</certainty><onset>2023-05-31T06:33:00+09:00</onset><expires>2023-05-31T07:29:00+09:00</expires>"
    f"<headline>h</headline>{AREA}</info>"
)
PLAIN = (
    '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>one.1</identifier><sender>desk@example.org</sender>'
    "<sent>2023-05-31T06:29:00+09:00</sent><status>Exercise</status><msgType>Alert</msgType><scope>Public</scope>"
    f"{INFO}</alert>"
)


def read(old="", new=""):
    assert old in PLAIN
    return read_cap(PLAIN.replace(old, new).encode())


def test_all_polygons_of_all_areas_are_read():
    received = read("</area>", "</area>" + AREA.replace("Two islands", "Two more"))
    assert [area.description for area in received.infos[0].areas] == ["Two islands", "Two more"]
    assert [len(ring) for area in received.infos[0].areas for ring in area.polygons] == [5, 4, 5, 4]
    assert received.infos[0].areas[0].polygons[1][1] == (37.8, 124.8)


def test_onset_is_not_the_time_of_effect():
    (info,) = read().infos
    assert info.onset == datetime.fromisoformat("2023-05-31T06:33:00+09:00")
    assert info.effective is None
    assert info.expires == datetime.fromisoformat("2023-05-31T07:29:00+09:00")


def test_times_keep_their_zone():
    sent = read().sent
    assert sent.utcoffset() == timedelta(hours=9)
    assert sent == datetime(2023, 5, 30, 21, 29, tzinfo=UTC)
    assert read("06:29:00+09:00", "06:29:00-00:00").sent.utcoffset() == timedelta(0)


@pytest.mark.parametrize("blank", ["\n", "\t", "  ", "\r\n   ", " \n\t "])
def test_white_space_in_a_polygon_means_nothing(blank):
    spaced = f"{blank}{WEST.replace(' ', blank)}{blank}"
    assert read(WEST, spaced).infos[0].areas[0].polygons == read().infos[0].areas[0].polygons


def test_a_blank_beside_a_comma_means_nothing():
    assert read(WEST, WEST.replace(",", " , ")).infos[0].areas[0].polygons == read().infos[0].areas[0].polygons


def test_a_ring_left_open_is_closed_and_noted():
    received = read(WEST, WEST.rpartition(" ")[0])
    assert received.infos[0].areas[0].polygons == read().infos[0].areas[0].polygons
    assert received.notes == ("info[0]/area[0]/polygon[0]: the ring was open, and was closed",)


def test_utc_as_a_letter_is_forgiven_and_noted():
    received = read("06:33:00+09:00", "06:33:00Z")
    assert received.infos[0].onset == datetime(2023, 5, 31, 6, 33, tzinfo=UTC)
    assert len(received.notes) == 1
    assert "info[0]/onset" in received.notes[0]


def test_references_are_kept_byte_for_byte_and_broken_ones_are_noted():
    entries = "a@b.org,1,2023-05-30T21:00:00-00:00\n a@b.org,2,2023-05-31T06:00:00+09:00 a@b.org,3 ,, "
    received = read("<scope>Public</scope>", f"<scope>Public</scope><references>{entries}</references>")
    assert received.references == (
        ("a@b.org", "1", "2023-05-30T21:00:00-00:00"),
        ("a@b.org", "2", "2023-05-31T06:00:00+09:00"),
    )
    assert [note for note in received.notes if "names no message" in note] == list(received.notes)
    assert len(received.notes) == 2


def test_everything_that_a_message_may_hold_is_read():
    extra = (
        "<contact>desk</contact><parameter><valueName>p</valueName><value>1</value></parameter><resource>"
        "<resourceDesc>map</resourceDesc><mimeType>image/png</mimeType><uri>https://example.org/m.png</uri></resource>"
        "<area><areaDesc>A</areaDesc><circle>37.9,124.7 2.5</circle><geocode><valueName>KR</valueName><value>1</value>"
        "</geocode><altitude>1000</altitude><ceiling>2000</ceiling></area>"
    )
    (info,) = read("<headline>h</headline>", f"<headline>h</headline>{extra}").infos
    assert info.contact == "desk"
    assert info.parameters == (("p", "1"),)
    assert info.resources[0].uri == "https://example.org/m.png"
    area = info.areas[0]
    assert (area.circles[0].lat_deg, area.circles[0].lon_deg, area.circles[0].radius_m) == (37.9, 124.7, 2500.0)
    assert area.geocodes == (("KR", "1"),)
    assert area.altitude_m == pytest.approx(304.8)
    assert area.ceiling_m == pytest.approx(609.6)


def test_lists_with_quotation_marks_are_split_where_they_mean_it():
    head = '<scope>Private</scope><addresses>police "coast guard" fire</addresses>'
    assert read("<scope>Public</scope>", head).addresses == ("police", "coast guard", "fire")


def test_a_message_without_words_is_read():
    received = read_cap(PLAIN.replace(INFO, "").replace(">Alert<", ">Ack<").encode())
    assert (received.msg_type, received.infos, received.expires) == ("Ack", (), None)


def test_a_message_ends_with_its_last_block_or_never():
    longer = INFO.replace("07:29", "08:29")
    assert read(INFO, INFO + longer).expires == datetime.fromisoformat("2023-05-31T08:29:00+09:00")
    endless = INFO.replace("<expires>2023-05-31T07:29:00+09:00</expires>", "")
    assert read(INFO, INFO + endless).expires is None


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("<identifier>one.1</identifier>", "", "alert", "<identifier> is missing"),
        ("<sender>desk@example.org", "<sender> ", "alert", "<sender> is missing or empty"),
        ("<sent>2023-05-31T06:29:00+09:00</sent>", "", "alert", "<sent> is missing"),
        ("06:29:00+09:00", "06:29:00", "sent", "has no time zone"),
        ("2023-05-31T06:29:00+09:00", "yesterday", "sent", "'yesterday' is no time"),
        ("2023-05-31T06:29:00+09:00", "0001-01-01T00:00:00+14:00", "sent", "beyond all calendars"),
        ("2023-05-31T06:33:00+09:00", "2023-05-31", "info[0]/onset", "has no time zone"),
        ("<status>Exercise", "<status>Drill", "status", "'Drill' is none of Actual"),
        ("<status>Exercise</status>", "<status>Exercise</status><status>Actual</status>", "alert", "stands twice"),
        ("<msgType>Alert", "<msgType>Warn", "msgType", "'Warn'"),
        ("<scope>Public", "<scope>All", "scope", "'All'"),
        ("<event>Debris</event>", "", "info[0]", "<event> is missing"),
        ("<urgency>Immediate</urgency>", "", "info[0]", "<urgency> is missing"),
        (
            "<headline>h</headline>",
            "<headline>h</headline><headline>i</headline>",
            "info[0]",
            "<headline> stands twice",
        ),
        ("</areaDesc>", "</areaDesc><areaDesc>B</areaDesc>", "info[0]/area[0]", "<areaDesc> stands twice"),
        (WEST, "hello", "info[0]/area[0]/polygon[0]", "'hello' is no polygon"),
        (EAST, "", "info[0]/area[0]/polygon[1]", "is no polygon"),
        (EAST, "37.8,124.6 37.9,124.6 37.8,124.6", "info[0]/area[0]/polygon[1]", "is no polygon"),
        (EAST, EAST.replace("37.8", "nan"), "info[0]/area[0]/polygon[1]", "is no polygon"),
        (EAST, EAST.replace("37.8", "1" + "0" * 400), "info[0]/area[0]/polygon[1]", "is no polygon"),
        (
            WEST,
            "124.6,37.9 124.8,37.9 124.8,38.0 124.6,37.9",
            "info[0]/area[0]/polygon[0]",
            "are lat and lon swapped?",
        ),
        ("</area>", "<circle>37.9,124.6</circle></area>", "info[0]/area[0]/circle[0]", "is no circle"),
        ("</area>", "<circle>37.9,124.6 -1</circle></area>", "info[0]/area[0]/circle[0]", "is no circle"),
        ("</area>", "<circle>137.9,24.6 1</circle></area>", "info[0]/area[0]/circle[0]", "swapped"),
        ("</area>", "<altitude>high</altitude></area>", "info[0]/area[0]/altitude", "no height in feet"),
        ("</area>", f"<ceiling>{'9' * 400}</ceiling></area>", "info[0]/area[0]/ceiling", "no height in feet"),
        ("</area>", f"<circle>37.9,124.6 {'9' * 308}</circle></area>", "info[0]/area[0]/circle[0]", "is no circle"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(old, new, key, words):
    """A warning that loses an area in silence is worse than one that is refused aloud."""
    with pytest.raises(CapError) as refusal:
        read(old, new)
    assert refusal.value.key == key
    assert words in refusal.value.seen


numbers = st.floats(-90.0, 90.0).map(lambda value: round(value, 4))


@given(
    st.lists(st.tuples(numbers, numbers.map(lambda value: 2 * value)), min_size=3, max_size=30, unique=True),
    st.sampled_from([" ", "\n", " \t "]),
)
def test_any_ring_comes_back_as_it_was_written(pairs, blank):
    ring = (*pairs, pairs[0])
    written = blank.join(f"{lat:.4f},{lon:.4f}" for lat, lon in ring)
    assert read(WEST, written).infos[0].areas[0].polygons[0] == ring


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_any_time_comes_back_as_it_was_written(moment, minutes):
    whole = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert read("2023-05-31T06:33:00+09:00", whole.isoformat()).infos[0].onset == whole


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_noise_is_refused_as_such(noise):
    with pytest.raises(CapError):
        read_cap(noise)
