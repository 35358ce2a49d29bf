import pytest

from downrange.notice import FlagCode, read

FIRST = "B1/26 NOTAMN Q) RPHI/QRALW/IV/NBO/W/000/999/ A) RPHI B) 2604010000 C) 2604022359 E) PART 1 OF 2 WI 1000N02000E-1000N02100E-"
SECOND = "B1/26 NOTAMN Q) RPHI/QRALW/IV/NBO/W/000/999/ A) RPHI B) 2604010000 C) 2604022359 E) PART 2 OF 2 0900N02100E-0900N02000E F) SFC G) UNL"
OTHER = "B2/26 NOTAMN A) RPHI B) 2604010000 C) 2604022359 E) WITHIN 5 NM OF 1000N03000E"


@pytest.mark.parametrize("texts", [(FIRST, SECOND), (FIRST, OTHER, SECOND)])
def test_parts_of_one_number_are_read_as_one(texts) -> None:
    whole = "\n".join(texts)
    found = {notice.source_id: notice for notice in read(whole)}
    notice = found["B1/26"]
    assert len(found) == len(texts) - 1
    (area,) = notice.areas
    assert area.lat_deg == (10.0, 10.0, 9.0, 9.0)
    assert (notice.floor_m, len(notice.windows)) == (0.0, 1)
    assert not notice.flagged(FlagCode.MULTI_PART_MISSING)
    assert all(0 <= flag.start < flag.stop <= len(whole) for flag in notice.flags)
    assert "PART 1 OF 2" in notice.text
    assert "PART 2 OF 2" in notice.text


@pytest.mark.parametrize(
    "texts",
    [
        (FIRST,),
        (SECOND, FIRST),
        (FIRST, SECOND.replace("2 OF 2", "3 OF 3").replace("B1", "B3")),
        (FIRST.replace("OF 2", "OF 3"), SECOND.replace("OF 2", "OF 3")),
    ],
)
def test_what_is_missing_is_still_missed(texts) -> None:
    found = read("\n".join(texts))
    assert found[0].flagged(FlagCode.MULTI_PART_MISSING)


def test_the_same_part_twice_is_not_joined() -> None:
    assert len(read(f"{FIRST}\n{FIRST}")) == 2


def test_a_part_that_goes_on_without_its_fields() -> None:
    (notice,) = read(f"{FIRST}\n\nB1/26 NOTAMN PART 2 OF 2 0900N02100E-0900N02000E F) SFC G) UNL")
    assert [area.lat_deg for area in notice.areas] == [(10.0, 10.0, 9.0, 9.0)]
