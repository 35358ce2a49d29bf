from downrange.notice import read, summary_rows

TEXT = (
    "B1/26 NOTAMN Q) RPHI/QRALW/IV/NBO/W/000/999/ A) RPHI B) 2604010000 C) 2604022359 D) DAILY 0900-1100 "
    "E) AREA1: 0030S17930E-0030S17930W-0030N17930W-0030N17930E. AREA2: WITHIN 15 NM OF 3000S02000W. AREA3: 1000N02000E."
)


def test_one_row_an_area() -> None:
    square, circle, point = summary_rows(read(TEXT))
    assert (square.notice, square.area, square.shape) == ("B1/26", "1", "4 points")
    assert square.centre in {"0.00 N 180.00 W", "0.00 S 180.00 W"}
    assert square.size == "12,309 km2"
    assert square.windows == "2026-04-01 0900Z to 2026-04-02 1100Z (2 windows)"
    assert square.flags == "-"
    assert (circle.shape, circle.centre) == ("circle 15 NM", "30.00 S 20.00 W")
    assert (point.shape, point.size, point.flags) == ("point", "-", "single-point")


def test_one_row_for_a_notice_without_areas() -> None:
    (row,) = summary_rows(read("Nothing to see here.", "page.txt"))
    assert (row.notice, row.area, row.shape, row.size, row.windows) == ("page.txt", "-", "-", "-", "-")
    assert row.flags == "window-open, no-area"
