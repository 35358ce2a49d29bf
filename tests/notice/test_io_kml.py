from datetime import UTC, datetime, timedelta

from lxml import etree

from downrange.notice import Area, Notice, NoticeKind, NoticeWindow, Shape, read, to_kml

START = datetime(2026, 12, 30, 22, tzinfo=UTC)
SPACE = {"k": "http://www.opengis.net/kml/2.2"}


def test_kml_is_well_formed_and_holds_every_piece() -> None:
    over = Area(label="1", shape=Shape.POLYGON, lat_deg=(1.0, 1.0, 0.0, 0.0), lon_deg=(179.0, -178.0, -178.0, 179.0))
    point = Area(
        label="2 & 3",
        shape=Shape.POINT,
        lat_deg=(1.0,),
        lon_deg=(2.0,),
        windows=(NoticeWindow(opens=START, closes=START + timedelta(hours=3)),),
    )
    root = etree.fromstring(to_kml([Notice(source_id="B1/26", kind=NoticeKind.NOTAM, areas=(over, point))]).encode())
    assert len(root.findall(".//k:Polygon", SPACE)) == 2
    assert root.findtext(".//k:Point/k:coordinates", namespaces=SPACE) == "2.0000000,1.0000000"
    assert root.findtext(".//k:TimeSpan/k:begin", namespaces=SPACE) == "2026-12-30T22:00:00Z"
    assert [name.text for name in root.findall(".//k:Placemark/k:name", SPACE)] == ["B1/26 1", "B1/26 2 & 3"]


def test_kml_keeps_what_a_notice_without_areas_says_and_drops_what_xml_cannot_hold() -> None:
    notices = [
        *read("B1/26 NOTAMN A) RPHI B) 2604010000 C) 2604022359 E) NOTHING"),
        Notice(source_id="\x01 <&>", kind=NoticeKind.OTHER),
    ]
    root = etree.fromstring(to_kml(notices).encode())
    first, second = root.findall(".//k:Folder", SPACE)
    assert "no-area" in first.findtext("k:description", namespaces=SPACE)
    assert second.findtext("k:name", namespaces=SPACE) == " <&>"
