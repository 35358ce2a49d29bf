"""Tables of readings: the same names and units as the JSON lines, read on past bad rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.track import Reading
from downrange.track._io_csv import COLUMNS, csv_text, header_of, row_reading

AT = datetime(2023, 5, 30, 21, 28, tzinfo=UTC)
HEAD = "t,sensor,range_m,az_deg,el_deg,x_ecef_m,y_ecef_m,z_ecef_m"
ROW = "2023-05-30T21:28:00Z,a,191000.5,190.25,,,,"


def read(text: str) -> list[Reading]:
    """Read a table all of whose rows are good."""
    header, *rows = text.splitlines()
    columns = header_of(header, where="here")
    return [row_reading(columns, row, where="here", t0=AT, seq=0) for row in rows]


def test_a_row_is_read_column_by_column() -> None:
    assert read(f"{HEAD}\n{ROW}") == [Reading(t=AT, sensor="a", range_m=191000.5, az_deg=190.25)]
    assert read(" t , sensor,el_deg\n 2023-05-31T06:28:00+09:00 , a , 3e1 ") == [Reading(t=AT, sensor="a", el_deg=30.0)]
    assert read("t_s,lat_deg,lon_deg,alt_m,sensor,v_east_mps,v_north_mps,v_up_mps\n1,0,0,0,a,1,2,3") == [
        Reading(t=AT + timedelta(seconds=1), sensor="a", r_ecef_m=(6_378_137.0, 0.0, 0.0), v_ecef_mps=(3.0, 1.0, 2.0))
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (ROW.replace("191000.5", "nan"), "range_m: nan. Give a number from 1"),
        (ROW.replace("191000.5", "-5"), "range_m: -5. Give a number from 1"),
        (ROW.replace("191000.5", "191_000.5"), "range_m: '191_000.5' is no number"),
        (ROW.replace("191000.5", "191 km"), "range_m: '191 km' is no number. Write a plain number"),
        (ROW.replace("2023", ""), "is not a time"),
        (ROW.replace(",a,", ",,"), "sensor: missing"),
        (ROW.replace(",,,,", ",,7e6,,"), "x_ecef_m: not a whole vector. Give all of x_ecef_m, y_ecef_m, z_ecef_m"),
        (ROW[:-4], "4 cells under 8 columns. .*cut off"),
        (ROW.replace("a", '"a', 1), "no row of a table"),
    ],
)
def test_a_bad_row_is_said(row, told) -> None:
    with pytest.raises(InputError, match=told):
        read(f"{HEAD}\n{row}")


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("t;sensor;range_m", "columns without commas between them. Separate them with commas"),
        ("t,sensor,range_m,range_m", "range_m: a column that stands twice"),
        ("time,velocity,altitude", "no column t or t_s in 'time,velocity,altitude'. Begin with a header line"),
    ],
)
def test_a_header_that_means_nothing_is_refused(header, told) -> None:
    with pytest.raises(InputError, match=told):
        header_of(header, where="here")


def test_an_unknown_column_is_passed_over_but_not_in_silence() -> None:
    header = header_of("t,sensor,range_km,range_m", where="r.csv: line 1")
    (fault,) = header.faults
    assert (fault.where, fault.key, fault.seen) == ("r.csv: line 1", "range_km", "an unknown column, passed over")
    assert "range_m" in fault.cure
    assert row_reading(header, "2023-05-30T21:28:00Z,a,191,191000", where="here", t0=None, seq=1).range_m == 191000.0


def test_columns_have_the_names_of_the_json_lines() -> None:
    assert {"t", "t_s", "sensor", "object", "range_m", "range_rate_mps", "lat_deg", "v_up_mps", "speed_mps"} <= set(
        COLUMNS
    )
    assert not {"r_ecef_m", "v_ecef_mps", "object_name"} & set(COLUMNS)


def test_a_name_of_two_lines_is_refused() -> None:
    with pytest.raises(InputError, match="Give it a name of one line"):
        csv_text([Reading(t=AT, sensor="a\nb", range_m=5.0)])


number = st.floats(1.0, 2e4)


@settings(max_examples=50)
@given(
    rows=st.lists(
        st.builds(
            Reading,
            t=st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
            sensor=st.sampled_from(("a", "서해", 'a, "b"', "x'y")),
            seq=st.integers(0, 99),
            received=st.none() | st.just(AT),
            object_id=st.none() | st.just("stage 2"),
            range_m=number,
            az_deg=st.none() | st.floats(-180.0, 360.0),
            range_rate_mps=st.none() | number,
            r_ecef_m=st.none() | st.tuples(st.floats(7e6, 8e6), number, number),
            alt_m=st.none() | number,
        ),
        max_size=4,
    )
)
def test_what_is_written_is_read_back_to_the_last_bit(rows) -> None:
    assert read(csv_text(rows)) == rows
