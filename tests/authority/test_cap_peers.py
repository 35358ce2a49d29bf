"""Another reader of CAP reads our messages, we read what it writes, and both read messages like those of the standard.

SOURCE: cap-tools 3.1.1 (MIT, Björn Reetz), data bindings made from the OASIS schema by xsdata; it ships no messages.
The four messages below follow the four examples in appendix A of OASIS, Common Alerting Protocol Version 1.2 (1 July
2010): their identifiers, times, codes and places are the standard's, their words are our own.
"""

import runpy
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cap_tools.models import (
    Alert,
    Area,
    Category,
    Certainty,
    Geocode,
    Info,
    MsgType,
    Reference,
    Scope,
    Severity,
    Urgency,
    Value,
    ValueName,
)
from cap_tools.models import Status as PeerStatus
from xsdata.formats.dataclass.context import XmlContext
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.models.datatype import XmlDateTime

from downrange.alert import Kind, Lift, Reason, Status, check, release
from downrange.alert.draft import advise, retract
from downrange.alert.read import read_cap
from downrange.alert.sign import load_agency_key, make_agency_key, sign_xml

CHAINS = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "cap_chains.py")))
WEST, EAST, EVENT, POLICY, T0 = CHAINS.WEST, CHAINS.EAST, CHAINS.EVENT, CHAINS.POLICY, CHAINS.T0
FOOT_M = 0.3048


@pytest.fixture(scope="module")
def peer():
    return XmlParser(context=XmlContext(models_package="cap_tools"))


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    files = make_agency_key(tmp_path_factory.mktemp("agency"), "Exercise desk", now=T0)
    return load_agency_key(files.key, files.certificate)


def all_kinds():
    """Return a message of every kind, in every run mode: first, wider, longer, freed in part, freed, mistaken, advised."""
    part = CHAINS.action(Kind.LIFT, 300.0, (EAST,), Reason.BEYOND, lift=Lift.NOT_COMING)
    rest = CHAINS.action(Kind.LIFT, 700.0, (WEST,), Reason.ARRIVED, lift=Lift.PASSED)
    for status in Status:
        yield from release(EVENT, (*CHAINS.ACTIONS[:3], part, rest), POLICY, status)
        (warned,) = release(EVENT, CHAINS.ACTIONS[:2], POLICY, status)
        yield retract(warned, T0 + timedelta(minutes=4), "a drill was taken for real")
        yield from advise(EVENT, (WEST, EAST), T0, T0 + timedelta(days=1), POLICY, status, sent=T0 - timedelta(hours=9))


MESSAGES = [released for chain in all_kinds() for released in chain.released]


def test_there_are_messages_of_every_kind_and_mode():
    assert {one.message.kind for one in MESSAGES} == set(Kind)
    assert {one.message.status for one in MESSAGES} == set(Status)
    assert {one.message.msg_type for one in MESSAGES} == {"Alert", "Update", "Cancel"}


def when(moment):
    return None if moment is None else moment.to_datetime()


def named(rows):
    return [(one.value_name.value, one.value.value) for one in rows]


def rings(area):
    return [tuple(tuple(map(float, pair.split(","))) for pair in ring.split()) for ring in area.polygons]


def same_area(theirs, ours):
    assert theirs.area_desc == ours.description
    assert rings(theirs) == list(ours.polygons)
    assert [tuple(map(float, one.replace(",", " ").split())) for one in theirs.circles] == [
        (one.lat_deg, one.lon_deg, one.radius_m / 1000.0) for one in ours.circles
    ]
    assert named(theirs.geocodes) == list(ours.geocodes)
    for height, height_m in ((theirs.altitude, ours.altitude_m), (theirs.ceiling, ours.ceiling_m)):
        assert height_m == (None if height is None else pytest.approx(float(height) * FOOT_M))


def same_info(theirs, ours):
    assert theirs.get_language() == ours.language
    assert [one.value for one in theirs.categories] == list(ours.categories)
    assert [one.value for one in theirs.response_types] == list(ours.responses)
    values = (theirs.urgency.value, theirs.severity.value, theirs.certainty.value)
    assert values == (ours.urgency, ours.severity, ours.certainty)
    assert (when(theirs.effective), when(theirs.onset), when(theirs.expires)) == (
        ours.effective,
        ours.onset,
        ours.expires,
    )
    texts = (theirs.event, theirs.sender_name, theirs.headline, theirs.description, theirs.instruction, theirs.contact)
    assert tuple((one or "").strip() for one in texts) == (
        ours.event,
        ours.sender_name,
        ours.headline,
        ours.description,
        ours.instruction,
        ours.contact,
    )
    assert named(theirs.event_codes) == list(ours.event_codes)
    assert named(theirs.parameters) == list(ours.parameters)
    assert [(one.resource_desc, one.mime_type, one.uri) for one in theirs.resources] == [
        (one.description, one.mime_type, one.uri) for one in ours.resources
    ]
    assert len(theirs.areas) == len(ours.areas)
    for one, other in zip(theirs.areas, ours.areas, strict=True):
        same_area(one, other)


def same(theirs, ours):
    """Hold all values that the peer reads against all that we read."""
    assert (theirs.identifier, theirs.sender, theirs.sent.to_datetime()) == (ours.identifier, ours.sender, ours.sent)
    assert (theirs.status.value, theirs.msg_type.value, theirs.scope.value) == (
        ours.status,
        ours.msg_type,
        ours.scope,
    )
    assert (theirs.source or "", theirs.restriction or "", theirs.note or "") == (
        ours.source,
        ours.restriction,
        ours.note,
    )
    assert tuple(theirs.addresses_to_list()) == ours.addresses
    assert tuple(theirs.incidents_to_list()) == ours.incidents
    assert tuple(theirs.codes) == ours.codes
    assert [str(one) for one in theirs.references_to_list()] == [",".join(one) for one in ours.references]
    assert len(theirs.infos) == len(ours.infos)
    for one, other in zip(theirs.infos, ours.infos, strict=True):
        same_info(one, other)


@pytest.mark.parametrize("released", MESSAGES, ids=[one.message.identifier for one in MESSAGES])
def test_the_peer_reads_every_kind_of_our_messages_as_they_were_meant(released, peer, key):
    signed = sign_xml(released.xml, key, now=T0)
    assert check(signed) == ()
    theirs, message = peer.from_bytes(signed, Alert), released.message
    same(theirs, read_cap(signed))
    assert (theirs.identifier, theirs.sender) == (message.identifier, message.sender)
    assert theirs.sent.to_datetime() == message.sent
    assert (theirs.status.value, theirs.msg_type.value) == (message.status.value, message.msg_type)
    assert [str(one) for one in theirs.references_to_list()] == [str(one) for one in message.references]
    assert [one.get_language() for one in theirs.infos] == [one.language for one in message.infos]
    for info, words in zip(theirs.infos, message.infos, strict=True):
        assert (info.headline, info.description, info.instruction) == (
            words.headline,
            words.description,
            words.instruction,
        )
        assert when(info.expires) == message.expires
        assert [named(area.geocodes)[0][1] for area in info.areas] == [area.code for area in message.areas]
        for theirs_area, ours_area in zip(info.areas, message.areas, strict=True):
            written = [[(round(lat, 4), round(lon, 4)) for lat, lon in ring] for ring in ours_area.polygons]
            assert [list(ring) for ring in rings(theirs_area)] == written


def moment(text):
    return XmlDateTime.from_string(text)


def by_the_peer():
    """Return a message made with the peer's own model."""
    area = Area(
        area_desc="Two islands and a strait",
        polygons=["37.9,124.6 37.9,124.8 38.0,124.8 38.0,124.6 37.9,124.6", "36.0,124 36,125 37,125 36.0,124"],
        circles=["35.5,124.25 12.5"],
        geocodes=[Geocode(value_name=ValueName(value="KR:township"), value=Value(value="23320330"))],
        altitude=0,
        ceiling=30000,
    )
    info = Info(
        language="en-US",
        categories=[Category.SAFETY, Category.OTHER],
        event="Falling debris",
        urgency=Urgency.IMMEDIATE,
        severity=Severity.SEVERE,
        certainty=Certainty.LIKELY,
        effective=moment("2023-05-31T06:28:00+09:00"),
        onset=moment("2023-05-31T06:33:00+09:00"),
        expires=moment("2023-05-31T07:30:00+09:00"),
        sender_name="Peer",
        headline="Debris & dust < 1 km",
        areas=[area],
    )
    alert = Alert(
        identifier="peer.2",
        sender="peer@example.org",
        sent=moment("2023-05-31T06:28:00+09:00"),
        status=PeerStatus.EXERCISE,
        msg_type=MsgType.UPDATE,
        scope=Scope.PRIVATE,
        infos=[info],
    )
    alert.addresses_from_list(["coast guard", "police"])
    alert.references_from_list([Reference("peer@example.org", "peer.1", moment("2023-05-31T06:20:00+09:00"))])
    return alert


def test_we_read_what_the_peer_writes():
    written = XmlSerializer(context=XmlContext(models_package="cap_tools")).render(
        by_the_peer(), {None: CHAINS.NAMESPACE}
    )
    assert check(written.encode()) == ()
    ours = read_cap(written.encode())
    same(by_the_peer(), ours)
    assert ours.addresses == ("coast guard", "police")
    (area,) = ours.infos[0].areas
    assert [len(ring) for ring in area.polygons] == [5, 4]
    assert area.circles[0].radius_m == 12_500.0
    assert area.ceiling_m == pytest.approx(9_144.0)
    assert ours.infos[0].headline == "Debris & dust < 1 km"


def example(head, *infos):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="{CHAINS.NAMESPACE}">\n{head}\n{"".join(infos)}</alert>'
    )


ADVISORY = example(
    """<identifier>43b080713727</identifier> <sender>hsas@dhs.gov</sender> <sent>2003-04-02T14:39:01-05:00</sent>
    <status>Actual</status> <msgType>Alert</msgType> <scope>Public</scope>""",
    """<info> <category>Security</category> <event>Advisory of the homeland</event> <urgency>Immediate</urgency>
    <severity>Severe</severity> <certainty>Likely</certainty> <senderName>A government</senderName>
    <headline>Threat level raised</headline> <description>The level is now high.</description>
    <instruction>Follow the plans for this level.</instruction> <web>http://www.dhs.gov/dhspublic/display?theme=29</web>
    <parameter><valueName>HSAS</valueName><value>ORANGE</value></parameter>
    <resource><resourceDesc>Image file (GIF)</resourceDesc><mimeType>image/gif</mimeType>
    <uri>http://www.dhs.gov/dhspublic/getAdvisoryImage</uri></resource>
    <area><areaDesc>U.S. nationwide and interests worldwide</areaDesc></area> </info>""",
)
STORM = example(
    """<identifier>KSTO1055887203</identifier> <sender>KSTO@NWS.NOAA.GOV</sender> <sent>2003-06-17T14:57:00-07:00</sent>
    <status>Actual</status> <msgType>Alert</msgType> <scope>Public</scope>""",
    """<info> <category>Met</category> <event>Thunderstorm</event> <responseType>Shelter</responseType>
    <urgency>Immediate</urgency> <severity>Severe</severity> <certainty>Observed</certainty>
    <eventCode><valueName>SAME</valueName><value>SVR</value></eventCode> <expires>2003-06-17T16:00:00-07:00</expires>
    <senderName>A weather office</senderName> <headline>Severe storm</headline> <description>Hail and gusts.</description>
    <instruction>Go inside.</instruction> <contact>On duty</contact>
    <area> <areaDesc>Parts of three counties</areaDesc>
    <polygon>38.47,-120.14 38.34,-119.95 38.52,-119.74 38.62,-119.89 38.47,-120.14</polygon>
    <geocode><valueName>SAME</valueName><value>006109</value></geocode>
    <geocode><valueName>SAME</valueName><value>006009</value></geocode>
    <geocode><valueName>SAME</valueName><value>006003</value></geocode> </area> </info>""",
)
QUAKE = example(
    """<identifier>TRI13970876.2</identifier> <sender>trinet@caltech.edu</sender> <sent>2003-06-11T20:56:00-07:00</sent>
    <status>Actual</status> <msgType>Update</msgType> <scope>Public</scope>
    <references>trinet@caltech.edu,TRI13970876.1,2003-06-11T20:30:00-07:00</references>""",
    """<info> <category>Geo</category> <event>Earthquake</event> <urgency>Past</urgency> <severity>Minor</severity>
    <certainty>Observed</certainty> <senderName>A seismic network</senderName> <headline>A small earthquake</headline>
    <description>Felt by few.</description> <parameter><valueName>EventID</valueName><value>13970876</value></parameter>
    <parameter><valueName>Version</valueName><value>1</value></parameter>
    <area> <areaDesc>Near a town</areaDesc> <circle>32.9525,-115.5527 0</circle> </area> </info>""",
)
CHILD = example(
    """<identifier>KAR0-0306112239-SW</identifier> <sender>KARO@CLETS.DOJ.CA.GOV</sender>
    <sent>2003-06-11T22:39:00-07:00</sent> <status>Actual</status> <msgType>Alert</msgType> <source>SW</source>
    <scope>Public</scope>""",
    *(
        f"""<info> <language>{language}</language> <category>Rescue</category> <event>{event}</event>
    <urgency>Immediate</urgency> <severity>Severe</severity> <certainty>Likely</certainty>
    <eventCode><valueName>SAME</valueName><value>{code}</value></eventCode> <senderName>Police</senderName>
    <headline>{event}</headline> <description>{event}.</description> <contact>The police</contact>
    <area> <areaDesc>Los Angeles County</areaDesc> <geocode><valueName>SAME</valueName><value>006037</value></geocode>
    </area> </info>"""
        for language, event, code in (("en-US", "Missing child", "CAE"), ("es-US", "Niña perdida", "CAE"))
    ),
)


@pytest.mark.parametrize(
    ("xml", "stricter"),
    [(ADVISORY, {"R3", "R8", "R9"}), (STORM, {"R9"}), (QUAKE, {"R3", "R8", "R9"}), (CHILD, {"R3"})],
    ids=["advisory", "storm", "quake", "child"],
)
def test_messages_like_those_of_the_standard_are_read_alike(xml, stricter, peer):
    """They are sound CAP; what our rules ask of our own messages beyond that is told, and nothing else."""
    same(peer.from_string(xml, Alert), read_cap(xml.encode()))
    assert {problem.rule for problem in check(xml.encode())} == stricter


def test_what_the_messages_of_the_standard_say_is_found():
    storm, quake = read_cap(STORM.encode()), read_cap(QUAKE.encode())
    (info,) = storm.infos
    assert info.language == "en-US"  # what the standard says of an info without one
    assert (info.effective, info.onset) == (None, None)
    assert info.expires == storm.expires == datetime.fromisoformat("2003-06-17T16:00:00-07:00")
    (area,) = info.areas
    assert area.polygons == (
        ((38.47, -120.14), (38.34, -119.95), (38.52, -119.74), (38.62, -119.89), (38.47, -120.14)),
    )
    assert [code for _, code in area.geocodes] == ["006109", "006009", "006003"]
    assert quake.references == (("trinet@caltech.edu", "TRI13970876.1", "2003-06-11T20:30:00-07:00"),)
    circle = quake.infos[0].areas[0].circles[0]
    assert (circle.lat_deg, circle.lon_deg, circle.radius_m) == (32.9525, -115.5527, 0.0)
    assert quake.expires is None
    assert [one.language for one in read_cap(CHILD.encode()).infos] == ["en-US", "es-US"]
    assert read_cap(ADVISORY.encode()).infos[0].resources[0].uri == "http://www.dhs.gov/dhspublic/getAdvisoryImage"
