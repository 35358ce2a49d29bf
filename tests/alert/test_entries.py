"""Entries: every body survives being stored, and a body that does not fit its step is refused."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from downrange.alert.entries import (
    BODIES,
    GENESIS,
    Delivery,
    Entry,
    Opened,
    Preauthorised,
    Proposed,
    Step,
    at_text,
    body_of,
    body_text,
    entry_hash,
)
from downrange.alert.model import Event, Kind, Lift, Reason, Status
from downrange.base import InputError

T0 = datetime(2023, 5, 30, 21, 27, tzinfo=UTC)
PROPOSED = Proposed(
    dispatch="x.KR.01",
    event=Event(code="x", t0=T0, origin={"en": "the north"}),
    country="KR",
    based_on=2,
    kind=Kind.LIFT,
    lift=Lift.PASSED,
    reason=Reason.ARRIVED,
    codes=("KR-1", "KR-2"),
    t_s=0.1 + 0.2,
    channels=("files",),
)


def stored(step, body):
    return Entry(seq=1, at=at_text(T0), step=step, who="kim", body=body_text(body), prev=GENESIS, hash="", sig="")


@pytest.mark.parametrize(
    ("step", "body"),
    [
        (Step.OPENED, Opened(status=Status.TEST, agency="Desk", sender="a@b")),
        (Step.PROPOSED, PROPOSED),
        (Step.DELIVERED, Delivery(dispatch="d", identifier="i", channel="c", said="재해 ok ✓")),
        (Step.PREAUTHORISED, Preauthorised(document={"codes": ["KR-1"], "p": 1e-3})),
    ],
)
def test_a_body_comes_back_as_it_was(step, body):
    assert body_of(stored(step, body)) == body


def test_every_step_has_a_body():
    assert set(BODIES) == set(Step)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"status": "Real"}', '{"status": 3}'])
def test_a_body_that_does_not_fit_is_refused_with_its_number(body):
    entry = replace(stored(Step.OPENED, Opened(status=Status.TEST, agency="Desk", sender="a@b")), body=body)
    with pytest.raises(InputError, match="journal entry 1"):
        body_of(entry)


def test_the_hash_depends_on_every_field():
    fields = {"seq": 1, "at": "a", "step": "s", "who": "w", "body": "b", "prev": "p"}
    hashes = {entry_hash(**fields)}
    hashes |= {entry_hash(**(fields | {name: 2 if name == "seq" else "other"})) for name in fields}
    hashes.add(entry_hash(**(fields | {"who": "wb", "body": ""})))  # nor can text move from field to field
    assert len(hashes) == 8
