"""What single commands show: the same figures in the table and in the document."""

from __future__ import annotations

import numpy as np

from downrange.corridor import Target, explain, ranges
from downrange.earth import load_site
from downrange.fall import Impacts
from downrange.notice import read
from downrange.replay import corridor_shown, examine, impacts_shown, notices_shown

# area C of the 2023 notices as Manila FIR printed it: B4525/23
NOTAM = """B4525/23 NOTAMN
Q) RPHI/QRALW/IV/NBO/W/000/999/1311N12917E114
A) RPHI B) 2311220000 C) 2311302359
E) AEROSPACE FLT ACT WILL TAKE PLACE WI:
145410N 1284006E - 150142N 1292403E - 112649N 1295408E - 111918N 1291050E - 145410N 1284006E.
F) SFC G) UNL
"""


def test_a_notice_is_one_row_and_one_feature_an_area() -> None:
    tables, document = notices_shown(read(NOTAM, source="B4525/23"))
    assert len(tables[0].rows) == len(document["features"]) == 1
    assert document["features"][0]["properties"]["source_id"] == "B4525/23"


def test_one_area_is_always_in_one_plane_and_three_may_not_be() -> None:
    site = load_site("sohae-coastal")
    c = Target(
        label="C",
        lat_deg=(14.902778, 15.028333, 11.446944, 11.321667),
        lon_deg=(128.668333, 129.400833, 129.902222, 129.180556),
    )
    a = Target(label="A", lat_deg=(36.10,), lon_deg=(123.54,), radius_m=25e3)
    for areas, single in (((c,), True), ((a, c), False)):
        tables, document = corridor_shown(ranges(site, areas), explain(site, areas, inclination_deg=97.4))
        assert document["verdict"] == ("one plane" if single else "dog-leg")
        assert len(tables[1].rows) == len(areas)
        assert document["areas"][0]["course_low_deg"] < document["areas"][0]["course_high_deg"]
        assert document["single_plane"] is single
        assert len(tables[0].rows) == len(areas)
        assert set(document["residual_m"]) == {area.label for area in areas}


def test_what_never_falls_is_unknown_and_null() -> None:
    falls = Impacts(
        lat_deg=np.array([np.nan]), lon_deg=np.array([np.nan]), t_s=np.array([np.nan]), speed_mps=np.array([np.nan])
    )
    tables, document = impacts_shown(falls)
    assert tables[0].rows[0][1:] == ("unknown", "unknown", "unknown")
    assert set(document["impacts"][0].values()) == {None}


def test_the_doctor_finds_this_house_well() -> None:
    well, table = examine()
    assert well
    assert {row[1] for row in table.rows} == {"well"}
    assert "2023-08-24-nominal" in table.rows[-1][2]
