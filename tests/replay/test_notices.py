"""What the terminal shows of notices and of merged launches."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from downrange.notice import Notice, read
from downrange.replay import launch_files, launches_shown, notice_files, notices_shown

RING = "14-31.0N 174-41.0E, 14-50.0N 175-16.0E, 14-25.0N 175-30.0E, 14-06.0N 174-55.0E"


def warning(number: int, end: str = "1337", more: str = "") -> tuple[Notice, ...]:
    return read(
        f"14135{number}Z APR 26 HYDROPAC {number}/26(81). 1. ROCKET LAUNCHING 0631Z TO {end}Z DAILY 19 AND 20 APR "
        f"IN AREAS BOUND BY: A. {RING}. B. {RING.replace('14-', '16-')}. {more}"
    )


def test_a_name_stands_once_and_what_is_the_same_is_said_to_be() -> None:
    tables, document = notices_shown(warning(7))
    first, second = tables[0].rows
    assert first[0] == "HYDROPAC 7/26"
    assert first[4] == "2026-04-19 0631Z to\n2026-04-20 1337Z (2x)"
    assert first[5].startswith("space launch\n")
    assert (second[0], second[1], second[4]) == ("", "B", "as above")
    assert [len(row) for table in tables for row in table.rows] == [
        len(table.columns) for table in tables for _ in table.rows
    ]
    assert len(document["features"]) == 2


def test_flags_come_with_their_place_in_the_text() -> None:
    tables, _ = notices_shown(warning(7))
    (row,) = tables[-1].rows
    assert row[:3] == ("HYDROPAC 7/26", "year-inferred", "54-88")


def test_where_notices_stand_is_shown_when_asked_or_when_they_speak_of_each_other() -> None:
    assert [table.title for table in notices_shown(warning(7))[0]] == ["Areas and windows", "What an operator must see"]
    rows = (*warning(7), *warning(8, "1437", "2. CANCEL HYDROPAC 7/26."))
    table = notices_shown(rows)[0][1]
    assert table.title == "What the notices say of each other"
    assert table.rows[0][:4] == ("HYDROPAC 7/26", "replaced", "-", "replaced by HYDROPAC 8/26")
    assert table.rows[1][4].startswith("hours: 2026-04-19 0631Z to 2026-04-20 1337Z (2 windows), now ")
    tables, document = notices_shown(rows, datetime(2026, 4, 19, 14, tzinfo=UTC))
    assert tables[1].title == "What holds at 2026-04-19T14:00:00Z"
    assert [row[2] for row in tables[1].rows] == ["-", "A, B"]
    assert document["at"] == "2026-04-19T14:00:00Z"
    assert document["notices"][1]["life"]["active"] == ["A", "B"]


def test_launches_with_their_sources_and_what_they_disagree_on() -> None:
    tables, document = launches_shown(
        (*warning(7), *warning(8, "1437"), *read("DRILLING RIG ON STATION 10-00N 020-00W."))
    )
    launches, disagreements = tables
    assert launches.rows[0][1] == "HYDROPAC 7/26\nHYDROPAC 8/26"
    assert launches.rows[0][2] == "A: 2 drawings,\n100 % alike"
    assert launches.rows[0][3:5] == (
        "2026-04-19 0631Z to\n2026-04-20 1437Z (2x)",
        "2026-04-19 0631Z to\n2026-04-20 1337Z (2x)",
    )
    assert launches.note == "Left out: 1 of 3 notices, about other things or no longer in force."
    assert {row[1] for row in disagreements.rows} == {"window of area A", "window of area B"}
    assert len(document["launches"][0]["notices"]) == 2


def test_what_could_be_one_launch_is_shown_beside() -> None:
    tables, document = launches_shown(
        (*warning(7), *read(warning(8, "1337")[0].text.replace("174-", "164-").replace("175-", "165-")))
    )
    assert tables[-1].title == "Could be one launch: not joined"
    assert tables[-1].rows[0][:2] == ("HYDROPAC 7/26", "HYDROPAC 8/26")
    assert len(document["proposals"]) == 1


def test_the_files_are_those_documents() -> None:
    notices = warning(7)
    _, document = notices_shown(notices)
    files = notice_files(notices, document)
    assert set(files) == {"notices.json", "notices.geojson", "notices.kml"}
    assert json.loads(files["notices.json"])["notices"][0]["source_id"] == "HYDROPAC 7/26"
    files = launch_files(launches_shown(notices)[1])
    assert set(json.loads(files["launches.geojson"])) == {"type", "features"}
    assert json.loads(files["launches.json"])["launches"][0]["name"] == "HYDROPAC 7/26"
