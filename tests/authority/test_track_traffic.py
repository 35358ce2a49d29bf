"""AIS sentences and an aircraft state as others have published them, with their decoding.

SOURCE: gpsd, test/sample.aivdm (sentences of K. Schwehr, M. Greene and Nirgal, with their dumps, "checked with the
noaadata tools and the Maritec decoder"); of message 9 the values of its check file.
SOURCE: OpenSky Network forum, topic 213 "Opensky api response - states array" (2017): a row of the REST API and the
order of its fields.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pyais import encode_dict

from downrange.track._io_ais import from_ais
from downrange.track._io_traffic import read_traffic

KNOT_MPS = 1852.0 / 3600.0
NOW = datetime(2017, 7, 3, 18, 10, tzinfo=UTC)
# Sentence, then what it says: MMSI, kind, place, knots, course, UTC second, height.
POSITIONS = (
    ("!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A", "371798000", "ship", 48.38163333, -123.395383333, 12.3, 224, 33, None),
    ("!AIVDM,1,1,,A,16SteH0P00Jt63hHaa6SagvJ087r,0*42", "440348000", "ship", 43.08015, -70.7582, 0, 93.4, 13, None),
    ("!AIVDM,1,1,,B,25Cjtd0Oj;Jp7ilG7=UkKBoB0<06,0*60", "356302000", "ship", 40.3923583, -71.6261433, 13.9, 87.7, 41, None),
    ("!AIVDM,1,1,,A,38Id705000rRVJhE7cl9n;160000,0*40", "563808000", "ship", 36.91, -76.327533, 0, 252, 35, None),
    ("!AIVDM,1,1,,A,B52K>;h00Fc>jpUlNV@ikwpUoP06,0*4C", "338087471", "ship", 40.68454, -74.0721317, 0.1, 79.6, 49, None),
    ("!AIVDM,1,1,,B,C5N3SRgPEnJGEBT>NhWAwwo862PaLELTBJ:V00000000S0D:R220,0*0B", "367059850", "ship", 29.543695, -88.8103917, 8.7, 335.9, 46, None),
    ("!AIVDM,1,1,,A,91b77=h3h00nHt0Q3r@@07000<0b,0*69", "111265591", "aircraft", 57.778455, 11.8816, 0, 0, 28, 15),
)  # fmt: skip


@pytest.mark.parametrize("row", POSITIONS, ids=[row[1] for row in POSITIONS])
def test_a_published_sentence_is_read_as_published(row, tmp_path) -> None:
    sentence, mmsi, kind, lat, lon, knots, course, second, height = row
    path = tmp_path / "ais.nmea"
    path.write_text(f"{NOW - timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ} {sentence}\n")
    (craft,), faults = read_traffic(path, now=NOW)
    assert not faults
    assert (craft.id, craft.kind, craft.alt_m) == (mmsi, kind, height)
    assert (craft.lat_deg, craft.lon_deg) == pytest.approx((lat, lon), abs=1e-6)
    assert craft.speed_mps == pytest.approx(knots * KNOT_MPS, abs=1e-9)
    assert craft.course_deg == pytest.approx(course, abs=1e-9)
    assert craft.t.second == second
    assert timedelta(seconds=-5) <= NOW - craft.t < timedelta(minutes=1)


def test_names_come_from_the_published_static_messages(tmp_path) -> None:
    lines = (
        "!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C",
        "!AIVDM,2,2,1,A,88888888880,2*25",
        "!AIVDM,1,1,,A,H42O55i18tMET00000000000000,2*6D",
        "!AIVDM,1,1,,A,H42O55lti4hhhilD3nink000?050,0*40",
    )
    mine = [
        encode_dict({"type": kind, "mmsi": mmsi, "lat": 37.0, "lon": 125.0, "speed": 1.0, "course": 10.0, "second": 5})[
            0
        ]
        for kind, mmsi in ((1, 351759000), (18, 271041815))
    ]
    crafts, faults = from_ais((*lines, *mine), "a", untimed=NOW)
    assert not faults
    assert {craft.id: craft.name for craft in crafts} == {"351759000": "EVER DIADEM", "271041815": "PROGUY"}


def test_a_published_aircraft_state_is_read_in_its_order(tmp_path) -> None:
    path = tmp_path / "states.json"
    path.write_text(
        '{"time": 1499105360, "states": [["4240ec","UTA394  ","United Kingdom",1499105360,1499105360,21.9943,54.9052,'
        '8404.86,false,225.19,84.89,9.1,null,8397.24,"7674",false,false,0]]}'
    )
    (craft,), faults = read_traffic(path, now=NOW)
    assert not faults
    assert (craft.id, craft.name, craft.kind, craft.on_ground) == ("4240ec", "UTA394", "aircraft", False)
    assert (craft.lat_deg, craft.lon_deg, craft.alt_m) == pytest.approx((54.9052, 21.9943, 8397.24))
    assert (craft.speed_mps, craft.course_deg, craft.climb_mps) == pytest.approx((225.19, 84.89, 9.1))
    assert craft.t == datetime(2017, 7, 3, 18, 9, 20, tzinfo=UTC)
