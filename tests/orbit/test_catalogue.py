"""Catalogues: sets by object, first-seen times in their two forms, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from downrange.base import InputError
from downrange.orbit import element_set, read_tle
from downrange.orbit.catalogue import catalogue_of, read_first_seen

# Malligyong-1 twice, and Shenzhou-16 once: element sets as published
SETS = """
1 58400U 23179A   24164.24788005  .00007135  00000+0  32465-3 0  9998
2 58400  97.4040  51.1823 0001996 152.6365 207.4976 15.21013721 30973
SHENZHOU-16 (SZ-16)
1 56761U 23077A   23250.41140741  .00030442  00000+0  34184-3 0  9993
2 56761  41.4752  15.8612 0010490 318.7503  41.2543 15.61898836134680
1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991
2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329
"""
SEEN = datetime(2023, 11, 22, 3, tzinfo=UTC)


def test_the_sets_of_one_number_are_one_object_in_the_order_of_their_epochs() -> None:
    found = catalogue_of(read_tle(SETS), source="two", first_seen={58400: SEEN}, pulled=SEEN)
    first, second = found.objects
    assert [one.epoch.day for one in first.sets] == [7, 12]
    assert (first.number, str(first.launch), first.designator, first.first_seen) == (58400, "2023-179", "23179A", SEEN)
    assert (second.label, second.first_seen) == ("SHENZHOU-16 (SZ-16) (56761)", None)
    assert found.newest == first.sets[1].epoch
    assert first.nearest(datetime(2024, 6, 8, tzinfo=UTC)) is first.sets[0]


def test_sets_without_a_number_stay_apart() -> None:
    two = [element_set(name, SEEN, 97.4, 0.0, 0.001, 0.0, 0.0, 15.2) for name in ("a", "b")]
    found = catalogue_of(two, source="unnumbered")
    assert [one.label for one in found.objects] == ["a", "b"]
    assert found.objects[0].launch is None
    assert found.objects[0].designator == ""


@pytest.mark.parametrize(
    "text",
    [
        "number,first_seen\n58400,2023-11-22T03:00:00Z\n",
        "\ufeffname,first_seen,number\r\nx,2023-11-22T12:00+09:00,58400\r\n",
        '{"58400": "2023-11-22T03:00:00Z"}',
    ],
)
def test_first_seen_times_come_as_csv_or_json(text: str) -> None:
    assert read_first_seen(text) == {58400: SEEN}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("58400,2023-11-22T03:00:00Z\n", "columns 58400, 2023-11-22T03:00:00Z"),
        ("number,first_seen\n", "no times"),
        ("number,first_seen\nx,2023-11-22T03:00:00Z\n", "line 2: 'x' as a catalogue number"),
        ("number,first_seen\n58400,2023-11-22T03:00:00\n", "no time zone"),
        ("number,first_seen\n58400\n", "line 2"),
        ('{"58400": 3}', "not an object of texts"),
        ('["58400"]', "not an object of texts"),
        ("{58400", "not JSON"),
        ("", "columns none"),
    ],
)
def test_what_is_no_such_file_is_told_with_its_line_and_a_cure(text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_first_seen(text, where="seen.csv")
    assert told in str(caught.value)
    assert "seen.csv" in str(caught.value)


def test_an_empty_catalogue_and_times_of_strangers_are_refused() -> None:
    with pytest.raises(InputError, match="no element set"):
        catalogue_of([], source="none")
    with pytest.raises(InputError, match="no object 99999 in two"):
        catalogue_of(read_tle(SETS), source="two", first_seen={99999: SEEN})
    with pytest.raises(InputError, match="pulled"):
        catalogue_of(read_tle(SETS), source="two", pulled=datetime(2024, 7, 8))  # noqa: DTZ001
