"""Tables and sentences that people read."""

from __future__ import annotations

import re

from downrange.replay import page, told
from downrange.replay.alerts import messages, spans


def test_every_row_has_a_cell_for_each_column(august, nominal) -> None:
    for done in (august, nominal):
        tables = [
            *done.tables,
            told.warned_table(done.replay),
            told.history_table(done.replay),
            told.told_table(done.replay),
            told.events_table(done.replay),
            told.fit_table(done.replay),
        ]
        for table in tables:
            assert table.rows or table.note
            assert {len(row) for row in table.rows} <= {len(table.columns)}, table.title
            assert all(isinstance(cell, str) and cell for row in table.rows for cell in row[1:]), table.title


def test_the_terminal_shows_the_timeline_in_order(august) -> None:
    first = august.tables[0]
    times = [float(row[0].removeprefix("T+").removesuffix(" s")) for row in first.rows]
    assert times == sorted(times)
    assert any("history: J-Alert" in row[2] for row in first.rows)
    assert any(row[2].startswith("Downrange warns Miyakojima") for row in first.rows)


def test_the_verdict_is_one_paragraph_with_the_figures_that_matter(august, nominal) -> None:
    failed, worked = page.verdict(august.replay), page.verdict(nominal.replay)
    assert "nothing reached orbit (decided at T+" in failed
    assert "see the failure" in failed
    assert "something reached orbit (decided at T+" in worked
    assert "did not happen" in worked
    for text in (failed, worked):
        assert "\n" not in text
        assert "Downrange would have warned Miyakojima" in text
        assert "History alerted Okinawa Prefecture (13 min)." in text
        assert re.search(r"minutes under warning: [01]\.\d+ million against 19\.1 million in history", text)


def test_units_stand_in_the_heads_of_columns_with_numbers(august) -> None:
    bare = {"", "UTC", "person-minutes", "range", "after lift-off", "after the danger had ended"}
    for table in august.tables:
        for column in table.columns:
            named = column.name in bare or "[" in column.name or "number" in column.name
            assert not column.number or named, column.name


def test_spans_and_messages_tell_the_same_story(august) -> None:
    stays = spans(august.replay)
    assert stays
    assert all(span.lifted is not None and span.lifted > span.sent for span in stays)
    sent = [one.message.sent for one in messages(august.replay)]
    assert sent == sorted(sent)
    assert {span.sent for span in stays} <= set(sent)


def test_a_person_minute_of_ours_is_people_times_minutes(august) -> None:
    # the score's sum over places, worked out again from the spans
    replay = august.replay
    total = 0.0
    for span in spans(replay):
        people = next(chain.counted[span.place.code] for chain in replay.chains if span.place.code in chain.counted)
        total += people.best * span.minutes
    assert abs(total - replay.score.ours.total.best) <= 1e-6 * total


def test_the_passes_are_those_of_the_peninsula(nominal) -> None:
    orbit = nominal.replay.orbit
    assert orbit.over.startswith("Pyongyang")
    assert {one.daylight for one in orbit.passes} == {True, False}
    assert all(one.max_elevation_deg >= 10.0 for one in orbit.passes)
