from datetime import UTC, datetime

import pytest

from downrange.base import InputError
from downrange.notice import State, life, normal_name, read

NOTAM = (
    "{name} NOTAM{action} Q) RPHI/QRALW/IV/NBO/W/000/999/ A) {fir} B) {opens} C) {closes} E) WI "
    "1000N02000E-1000N02100E-0900N02100E F) SFC G) {ceiling}"
)
WARNING = """{issued} HYDROPAC {number}/26(81).
1. ROCKET LAUNCHING {hours} DAILY 06 THRU 08 APR IN AREA BOUND BY 10-00.0N 020-00.0W, 10-00.0N 021-00.0W, 09-00.0N 021-00.0W.
2. CANCEL THIS MSG 081400Z APR 26.{more}"""


def notam(name="B1/26", action="N", opens="2604010000", closes="2604022359", ceiling="UNL", fir="RPHI"):
    return NOTAM.format(name=name, action=action, opens=opens, closes=closes, ceiling=ceiling, fir=fir)


def warning(number=12, issued="011200Z APR 26", hours="1200Z TO 1300Z", more=""):
    return WARNING.format(number=number, issued=issued, hours=hours, more=more)


def stand(*texts, at=None):
    return life([one for text in texts for one in read(text)], at)


def day(number, hour=0):
    return datetime(2026, 4, number, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("NAVAREA 12 0007/2026", "NAVAREA XII 7/26"),
        ("navarea XI warning NR 0012/26", "NAVAREA XI 12/26"),
        ("HYDROPAC  012/26", "HYDROPAC 12/26."),
        ("B0045/26", "B 45/2026"),
        ("0456/26", "456/26"),
        ("NAVAREA XI 26-0111", "NAVAREA XI 111/26"),
    ],
)
def test_names_of_one_notice_are_one(one, other) -> None:
    assert normal_name(one) == normal_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("NAVAREA XI 1/26", "NAVAREA IX 1/26"), ("B45/26", "A45/26"), ("B45/26", "B45/25"), ("HYDROPAC 1/26", "HYDROLANT 1/26"), ("B450/26", "B45/26")],
)  # fmt: skip
def test_names_of_two_notices_are_two(one, other) -> None:
    assert normal_name(one) != normal_name(other)


def test_a_replacement_ends_the_old_one_and_both_are_kept() -> None:
    old, new = stand(notam(), notam("B2/26", "R B0001/26", "2604030000", "2604042359", "FL200"))
    assert (old.state, old.by, old.reason) == (State.REPLACED, "B2/26", "replaced by B2/26")
    assert (new.state, new.reason) == (State.IN_FORCE, "names B0001/26")
    assert {change.what for change in new.changes} == {"dates", "limits of height"}
    (dates,) = [change for change in new.changes if change.what == "dates"]
    assert dates.old == "2026-04-01 0000Z to 2026-04-02 2359Z"
    assert dates.new == "2026-04-03 0000Z to 2026-04-04 2359Z"


def test_an_amended_window_with_the_same_hours_and_zones_shows_old_and_new() -> None:
    old = "NAVAREA XI 46/16. ROCKET LAUNCHING 2230Z TO 0330Z DAILY 07 THRU 24 FEB 2016 IN AREA BOUND BY 36-00N 124-30E, 36-00N 124-55E, 35-00N 124-55E."
    new = old.replace("46/16", "58/16").replace("07 THRU 24", "06 THRU 13") + " CANCEL NAVAREA XI 046/16."
    first, second = stand(old, new)
    assert first.state is State.REPLACED
    (change,) = second.changes
    assert change.what == "dates"
    assert "2016-02-25" in change.old
    assert "2016-02-14" in change.new


def test_a_change_of_hours_is_told_as_that() -> None:
    _, new = stand(warning(), warning(13, "021200Z APR 26", "1400Z TO 1500Z", " 3. CANCEL HYDROPAC 12/26."))
    assert [change.what for change in new.changes] == ["hours"]


def test_the_same_ring_from_another_corner_is_no_change() -> None:
    turned = notam("B2/26", "R B1/26").replace(
        "1000N02000E-1000N02100E-0900N02100E", "0900N02100E-1000N02100E-1000N02000E"
    )
    _, new = stand(notam(), turned)
    assert new.changes == ()


def test_a_notice_that_only_cancels_puts_nothing_in_the_place() -> None:
    old, new = stand(notam(), "B2/26 NOTAMC B1/26 Q) RPHI/QRALW/IV/NBO/W/000/999/ A) RPHI B) 2604010600 E) CNL")
    assert (old.state, old.by) == (State.CANCELLED, "B2/26")
    assert new.changes == ()
    (kept, _) = stand(warning(), "021200Z APR 26 HYDROPAC 13/26(81). 1. CANCEL HYDROPAC 12/26.")
    assert kept.state is State.CANCELLED


def test_cancelled_holds_from_the_issue_of_the_one_that_cancels() -> None:
    texts = (warning(), "061200Z APR 26 HYDROPAC 13/26(81). 1. CANCEL HYDROPAC 12/26.")
    assert stand(*texts, at=day(6, 11))[0].state is State.IN_FORCE
    assert "cancelled by HYDROPAC 13/26" in stand(*texts, at=day(6, 11))[0].reason
    assert stand(*texts, at=day(6, 12))[0].state is State.CANCELLED
    assert stand(*texts, at=day(6, 11))[1].state is State.PENDING


def test_an_annotated_copy_is_cancelled() -> None:
    (one,) = stand("NAVAREA XII 656/2019 (17,83)\n\n(Cancelled by NAVAREA XII 657/2019)\n IN AREA BOUND BY 10-00N 120-00W, 10-00N 121-00W, 9-00N 120-00W.")  # fmt: skip
    assert (one.state, one.by) == (State.CANCELLED, "NAVAREA XII 657/2019")


@pytest.mark.parametrize(
    ("text", "ends"), [(warning(), day(8, 14)), (notam(), datetime(2026, 4, 2, 23, 59, tzinfo=UTC))]
)
def test_a_notice_expires_at_its_cancel_time_or_with_its_last_window(text, ends) -> None:
    (one,) = stand(text)
    assert one.state is State.IN_FORCE
    (late,) = stand(text, at=ends)
    assert (late.state, late.since) == (State.EXPIRED, ends)
    (soon,) = stand(text, at=ends.replace(hour=ends.hour - 1))
    assert soon.state is State.IN_FORCE


@pytest.mark.parametrize("closes", ["PERM", "2604022359 EST"])
def test_what_has_no_certain_end_never_expires(closes) -> None:
    (one,) = stand(notam(closes=closes), at=datetime(2036, 1, 1, tzinfo=UTC))
    assert (one.state, one.reason) == (State.IN_FORCE, "nothing in it says when it ends")


def test_the_areas_that_are_active_at_a_moment() -> None:
    text = (
        "B1/26 NOTAMN A) RPHI B) 2604010000 C) 2604022359 E) AREA1: 2604010100 TO 2604010200 WI 1000N02000E-1000N02100E-0900N02100E. "
        "AREA2: 2604010300 TO 2604010400 WI 1000N03000E-1000N03100E-0900N03100E. F) SFC G) UNL"
    )
    for hour, labels in ((0, []), (1, ["1"]), (3, ["2"])):
        (one,) = stand(text, at=day(1, hour))
        assert [area.label for area in one.active] == labels
    assert stand(text)[0].active == ()


def test_the_number_of_another_state_is_another_notice() -> None:
    mine, theirs, new = stand(notam(fir="ENOB"), notam(fir="RPHI"), notam("B2/26", "R B1/26", fir="ENOR"))
    assert (mine.state, theirs.state) == (State.REPLACED, State.IN_FORCE)
    assert new.state is State.IN_FORCE
    china, mongolia, _ = stand(notam(fir="ZLHW"), notam(fir="ZMUB"), notam("B2/26", "R B1/26", fir="ZBPE"))
    assert (china.state, mongolia.state) == (State.REPLACED, State.IN_FORCE)


def test_what_is_named_but_not_here_is_said() -> None:
    (one,) = stand(warning(more=" 3. CANCEL HYDROPAC 9/26."))
    assert one.reason == "names HYDROPAC 9/26, not among these"
    assert one.changes == ()


def test_an_older_notice_does_not_end_a_younger_one() -> None:
    old, new = stand(warning(12, "011200Z APR 26", more=" 3. CANCEL HYDROPAC 13/26."), warning(13, "021200Z APR 26"))
    assert (old.state, new.state) == (State.IN_FORCE, State.IN_FORCE)


def test_the_moment_needs_a_zone() -> None:
    with pytest.raises(InputError, match=r"at: .* has no time zone"):
        stand(warning(), at=datetime(2026, 4, 1))  # noqa: DTZ001 - the point of the test
