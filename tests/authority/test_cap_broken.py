"""Messages broken by one named change each: all are refused by the rule that is meant for it, with a reason that says why.

SOURCE: the rules stand in OASIS, Common Alerting Protocol Version 1.2 (1 July 2010), section 3.2 and its schema; what
else is refused, in the list of rules R1 to R12 of the alert room. XML attacks: OWASP, "XML External Entity Prevention".
"""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from lxml import etree

from downrange.alert import RULES, CapError, check
from downrange.alert.read import read_cap
from downrange.alert.sign import SignatureRefusedError, load_agency_key, make_agency_key, sign_xml, verify_xml
from downrange.alert.verify import verify_file

CHAINS = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "cap_chains.py")))
CAP, CONTEXT, AT = CHAINS.CAP, CHAINS.CONTEXT, CHAINS.AT
GOOD = CHAINS.GOOD.xml
put, gone, after, together, changed = CHAINS.put, CHAINS.gone, CHAINS.after, CHAINS.together, CHAINS.changed
FIRST, SECOND = (str(one) for one in CONTEXT.published)
OWN = CHAINS.GOOD.message
RING = "37.8900,124.6400 37.8900,124.7600 38.0100,124.7600 38.0100,124.6400 37.8900,124.6400"
POLYGON = "info/area/polygon"


def first_polygons(text):
    """A change: another text in the first polygon of each language."""

    def change(root):
        for info in root.findall(f"{CAP}info"):
            info.find(f"{CAP}area/{CAP}polygon").text = text

    return change


def references(*entries):
    return put("references", " ".join(entries))


def twice(name):
    def change(root):
        one = root.find(CAP + name)
        again = etree.Element(one.tag)
        again.text = f"{one.text}x"
        one.addnext(again)

    return change


def in_other_order(root):
    root.append(root.find(f"{CAP}identifier"))


def foreign(root):
    etree.SubElement(root, "{urn:made-up}note").text = "hello"


def attribute(root):
    root.find(f"{CAP}identifier").set("id", "1")


def one_area_less(root):
    info = root.find(f"{CAP}info")
    info.remove(info.find(f"{CAP}area"))


def other_code(root):
    root.find(f"{CAP}info/{CAP}area/{CAP}geocode/{CAP}value").text = "23320340"


def swapped(root):
    for one in root.iter(f"{CAP}polygon"):
        one.text = " ".join(",".join(reversed(pair.split(","))) for pair in one.text.split())


def with_circle(text):
    return after(POLYGON, ("circle", text))


def with_heights(altitude, ceiling):
    rows = [("altitude", altitude), ("ceiling", ceiling)]
    return after("info/area/geocode", *((name, text) for name, text in rows if text is not None))


def with_resource(uri):
    def change(root):
        for one in root.iter(f"{CAP}parameter"):
            if one.getnext().tag == f"{CAP}area":
                resource = etree.Element(f"{CAP}resource")
                for name, text in (("resourceDesc", "map"), ("mimeType", "image/png"), ("uri", uri)):
                    etree.SubElement(resource, CAP + name).text = text
                one.addnext(resource)

    return change


CROWDED = " ".join(["37.89,124.64", *(f"37.89,{124.64 + 0.001 * i:.3f}" for i in range(1, 100)), *RING.split()[1:]])
BROKEN = [
    # name of the change, rules that refuse it, the change, words of the reason
    ("unknown status", "SCHEMA R11", put("status", "Drill"), "'drill'"),
    ("UTC as Z", "SCHEMA R2", put("sent", "2023-05-30T21:29:10Z"), "no time with a numeric offset"),
    ("comma for the sign of the offset", "SCHEMA R2", put("info/onset", "2023-05-31T06:32:00,09:00"), "numeric offset"),
    ("no zone", "SCHEMA R2", put("info/onset", "2023-05-31T06:32:00"), "no time with a numeric offset"),
    ("31 February", "SCHEMA R2", put("info/onset", "2023-02-31T06:32:00+09:00"), "'2023-02-31t06:32:00+09:00'"),
    ("language with a low line", "SCHEMA", put("info/language", "ko_KR", only=1), "ko_kr"),
    ("no urgency", "SCHEMA", gone("info/urgency"), "urgency"),
    ("no category", "SCHEMA", gone("info/category"), "category"),
    ("invented severity", "SCHEMA", put("info/severity", "Huge"), "'huge'"),
    ("identifier at the end", "SCHEMA", in_other_order, "sender"),
    ("two identifiers", "SCHEMA", twice("identifier"), "identifier"),
    ("two statuses", "SCHEMA", twice("status"), "status"),
    ("element of somebody else", "SCHEMA", foreign, "not expected"),
    ("attribute", "SCHEMA", attribute, "attribute"),
    ("blank in the identifier", "R1", put("identifier", "one two"), "'one two' is empty or holds a blank"),
    ("comma in the identifier", "R1", put("identifier", "one,2"), "comma"),
    ("ampersand in the identifier", "R1", put("identifier", "one&2"), "'one&2'"),
    ("less-than in the identifier", "R1", put("identifier", "one<2"), "'one<2'"),
    ("empty identifier", "R1", put("identifier", ""), "is empty"),
    ("identifier that cannot be seen", "R1", put("identifier", "one\u200b2"), "cannot be seen"),
    ("blank that does not break", "R1", put("identifier", "one\u00a02"), "holds a blank"),
    ("identifier used before", "R1 R4", put("identifier", FIRST.split(",")[1]), "was published before"),
    ("sender with a blank", "R1", put("sender", "the desk"), "'the desk'"),
    ("UTC as +00:00", "R2", put("info/effective", "2023-05-30T21:29:10+00:00"), "writes utc as -00:00"),
    ("offset of a hundred hours", "SCHEMA R2", put("info/onset", "2023-05-31T06:32:00+99:00"), "numeric offset"),
    ("before all calendars", "SCHEMA R2", put("info/onset", "0000-01-01T06:32:00+09:00"), "no time"),
    ("no expiry", "R3", gone("info/expires"), "must end by itself"),
    ("expired when sent", "R3", put("info/expires", "2023-05-31T06:29:00+09:00"), "is before sent"),
    ("onset after expiry", "R3", put("info/onset", "2023-05-31T11:00:00+09:00"), "is before onset"),
    ("takes effect after expiry", "R3", put("info/effective", "2023-05-31T11:00:00+09:00"), "is before effective"),
    ("valid for a year", "R3", put("info/expires", "2024-05-31T07:37:00+09:00"), "valid for more than 24 h"),
    ("update of nothing", "R4", gone("references"), "missing"),
    ("first message that follows", "R4", put("msgType", "Alert"), "follows nothing"),
    (
        "reference one second off",
        "R4",
        references(FIRST, SECOND.replace("40+", "41+")),
        "never published in these bytes",
    ),
    (
        "reference to the same moment in UTC",
        "R4",
        references(FIRST, SECOND.replace("2023-05-31T06:28:40+09:00", "2023-05-30T21:28:40-00:00")),
        "never published in these bytes",
    ),
    ("reference without the time", "R4", references(FIRST, SECOND.rpartition(",")[0]), "is not sender,identifier,sent"),
    ("one predecessor forgotten", "R4", references(SECOND), "still valid and is not named"),
    ("one predecessor twice", "R4", references(FIRST, SECOND, SECOND), "is named 2 times"),
    (
        "reference to itself",
        "R4",
        references(FIRST, SECOND, f"{OWN.sender},{OWN.identifier},2023-05-31T06:29:00+09:00"),
        "is this message itself",
    ),
    (
        "reference to the future",
        "R4",
        references(FIRST, SECOND, f"{OWN.sender},later,2023-05-31T06:59:00+09:00"),
        "was sent after this message",
    ),
    ("words for a polygon", "R5 R6", put(POLYGON, "hello"), "is no list of lat,lon pairs"),
    ("numbers with low lines", "R5 R6", first_polygons(RING.replace("37.", "3_7.")), "is no list of lat,lon pairs"),
    ("full-width digits", "R5 R6", first_polygons(RING.replace("3", "３")), "is no list of lat,lon pairs"),
    ("infinite polygon", "R5 R6", first_polygons(RING.replace("38.0100", "inf")), "is no list of lat,lon pairs"),
    ("open ring", "R5", first_polygons(RING.rpartition(" ")[0]), "not closed"),
    ("two points", "R5 R6", first_polygons("37.9,124.6 38.0,124.7 37.9,124.6"), "at least 4"),
    ("no points", "R5 R6", first_polygons(" "), "is no list"),
    ("clockwise", "R5", first_polygons(" ".join(reversed(RING.split()))), "clockwise"),
    ("bow-tie", "R5 R6", first_polygons("37.9,124.6 38.0,124.8 38.0,124.6 37.9,124.8 37.9,124.6"), "not simple"),
    ("no width", "R5 R6", first_polygons("37.9,124.6 38.0,124.6 37.9,124.6 37.9,124.6"), "not simple"),
    ("more than 100 points", "R5", first_polygons(CROWDED), "104 points, more than 100"),
    ("lat and lon swapped", "R5 R6 R12", swapped, "is it lat,lon and not lon,lat?"),
    (
        "half an island",
        "R6",
        first_polygons("37.9,124.64 37.9,124.7 38.0,124.7 38.0,124.64 37.9,124.64"),
        "do not cover the area of 23320330",
    ),
    ("the province as well", "R6", first_polygons("30.0,124.0 30.0,130.0 39.0,130.0 39.0,124.0 30.0,124.0"), "exceed"),
    ("a code nobody has", "R6", put("info/area/geocode/value", "99999999"), "no code of a known municipality"),
    (
        "ring across the 180th meridian",
        "R6 R7",
        first_polygons("37.7,-179.9 37.7,179.9 38.1,179.9 38.1,-179.9 37.7,-179.9"),
        "cut it in two polygons",
    ),
    ("area without a name", "R8", put("info/area/areaDesc", " ", only=1), "names no place"),
    ("area named by a dash", "R8", put("info/area/areaDesc", "---", only=1), "names no place"),
    (
        "the rest of the country",
        "R8",
        put("info/area/areaDesc", "Areas that have not received this", only=1),
        "no place",
    ),
    ("no code", "R6 R8", gone("info/area/geocode"), "no geocode"),
    ("blank code", "R6 R8", put("info/area/geocode/value", " "), "no geocode"),
    ("code of no system", "R8", put("info/area/geocode/valueName", ""), "does not say of which system"),
    ("no area", "R8", gone("info/area"), "no area"),
    ("no words at all", "R9", gone("info"), "no info block"),
    ("no language", "R9", gone("info/language", only=1), "no language"),
    ("the same language twice", "R9", put("info/language", "en-us", only=1), "stands more than once"),
    ("urgency by language", "R9", put("info/urgency", "Future", only=1), "differs from info[0]"),
    ("expiry by language", "R9", put("info/expires", "2023-05-31T09:00:00+09:00", only=1), "differs from info[0]"),
    ("areas by language", "R9", one_area_less, "differs from info[0]"),
    ("codes by language", "R6 R9", other_code, "differs from info[0]"),
    ("numbers by language", "R9", put("info/parameter/value", "1 2 3", only=1), "differs from info[0]"),
    ("phase by language", "R9", put("info/eventCode/value", "lift", only=1), "differs from info[0]"),
    ("ceiling alone", "R10", with_heights(None, "100"), "given without an altitude"),
    ("ceiling under the floor", "R10", with_heights("100", "50"), "50 is below the altitude 100"),
    ("page without a host", "R10", after("info/instruction", ("web", "/warnings/1")), "not an absolute address"),
    ("page that is a program", "R10", after("info/instruction", ("web", "javascript://x/%0aalert(1)")), "absolute"),
    ("picture without a host", "R10", with_resource("map.png"), "'map.png' is not an absolute address"),
    ("negative radius", "R10", with_circle("37.9,124.7 -1"), "radius of 0 km or more"),
    ("infinite radius", "R10", with_circle("37.9,124.7 inf"), "radius"),
    ("circle beyond the pole", "R10 R12", with_circle("124.7,37.9 1"), "is it lat,lon and not lon,lat?"),
    ("radius in metres", "R10", with_circle("37.9,124.7 50000"), "the radius is in kilometres"),
    ("circle of three numbers", "R10", with_circle("37.9 124.7 1"), "is not 'lat,lon radius'"),
    ("restriction in public", "R10", after("scope", ("restriction", "staff")), "scope is not restricted"),
    ("restricted to nobody said", "R10", put("scope", "Restricted"), "missing, and the scope is restricted"),
    ("private to nobody said", "R10", put("scope", "Private"), "missing, and the scope is private"),
    ("exercise that says it is real", "R11", put("status", "Actual"), "this run may only write exercise"),
    ("exercise that says it is a test", "R11", put("status", "Test"), "this run may only write exercise"),
    (
        "other hemisphere",
        "R6 R12",
        first_polygons("-38.0,124.6 -38.0,124.8 -37.9,124.8 -37.9,124.6 -38.0,124.6"),
        "were lat and lon swapped?",
    ),
    ("circle in the Atlantic", "R12", with_circle("37.9,-30.0 10"), "outside the alert region"),
]


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    files = make_agency_key(tmp_path_factory.mktemp("agency"), "Exercise desk", now=CHAINS.T0)
    return load_agency_key(files.key, files.certificate)


def test_the_good_message_passes(key):
    report = verify_file(sign_xml(GOOD, key, now=AT), key.pins, AT, CONTEXT)
    assert report.problems == ()
    assert report.verified is not None
    assert report.verified.fingerprint == key.fingerprint


@pytest.mark.parametrize(("rules", "change", "words"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_message_is_refused_by_its_rule_with_its_reason(rules, change, words, key):
    """The agency itself signed it, so the signature holds: it is refused for what it says."""
    broken = sign_xml(changed(GOOD, change), key, now=AT)
    report = verify_file(broken, key.pins, AT, CONTEXT)
    assert {problem.rule for problem in report.problems} == set(rules.split())
    assert words in " | ".join(str(problem) for problem in report.problems).casefold()


def test_there_are_many_of_them_and_some_for_every_rule():
    assert len(BROKEN) >= 40
    assert len({row[0] for row in BROKEN}) == len(BROKEN)
    alone = {row[1] for row in BROKEN}
    assert {"SCHEMA", *RULES} - alone <= {"R7"}  # what jumps across the meridian covers nothing either


OUTSIDE = "the content of a file of this machine"
BODY = GOOD.partition(b"?>\n")[2].decode()
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))


def attack(doctype, *, text="", encoding="utf-8"):
    """The good message behind a DOCTYPE, with an entity in the first headline."""
    document = BODY.replace("</headline>", f"{text}</headline>", 1)
    return f'<?xml version="1.0" encoding="{encoding}"?>{doctype}{document}'.encode(encoding)


ATTACKS = [
    ("external entity", lambda url: attack(f'<!DOCTYPE alert [<!ENTITY x SYSTEM "{url}">]>', text="&x;"), "DOCTYPE"),
    ("external entity, public", lambda url: attack(f'<!DOCTYPE alert [<!ENTITY x PUBLIC "a" "{url}">]>'), "DOCTYPE"),
    ("parameter entity", lambda url: attack(f'<!DOCTYPE alert [<!ENTITY % x SYSTEM "{url}"> %x;]>'), "DOCTYPE"),
    ("DTD elsewhere", lambda url: attack(f'<!DOCTYPE alert SYSTEM "{url}">'), "DOCTYPE"),
    ("empty DOCTYPE", lambda _: attack("<!DOCTYPE alert>"), "DOCTYPE"),
    ("default attribute", lambda _: attack('<!DOCTYPE alert [<!ATTLIST info id CDATA "1">]>'), "DOCTYPE"),
    ("billion laughs", lambda _: attack(f'<!DOCTYPE alert [<!ENTITY l0 "ha">{LAUGHS}]>', text="&l9;"), "DOCTYPE"),
    (
        "quadratic growth",
        lambda _: attack(f'<!DOCTYPE alert [<!ENTITY l "{"ha" * 50_000}">]>', text="&l;" * 5_000),
        "DOCTYPE",
    ),
    ("entity without a DTD", lambda _: attack("", text="&x;"), "not XML"),
    ("DOCTYPE in UTF-16", lambda _: attack("<!DOCTYPE alert>", encoding="utf-16"), "DOCTYPE"),
    ("DOCTYPE in UTF-7", lambda _: attack("<!DOCTYPE alert>", encoding="utf-7"), "DOCTYPE"),
    ("UTF-7", lambda _: attack("", encoding="utf-7"), "encoding"),
    ("UTF-32", lambda _: attack("", encoding="utf-32"), "encoding"),
    ("says UTF-8, is Korean", lambda _: BODY.encode("euc-kr", "ignore"), "not XML"),
    (
        "huge attribute",
        lambda _: BODY.replace("<info>", f'<info x="{"x" * 7_990_000}">').encode(),
        "bytes",
    ),
    ("huge text", lambda _: attack("", text="x" * 8_000_000), "bytes"),
    (
        "deep nesting",
        lambda _: BODY.replace("</alert>", "<info>" * 400 + "</info>" * 400 + "</alert>").encode(),
        "depth",
    ),
    ("two roots", lambda _: (BODY + BODY).encode(), "not XML"),
    ("cut short", lambda _: GOOD[:-30], "not XML"),
    ("zero byte", lambda _: GOOD.replace(b"<scope>", b"<scope>\0"), "not XML"),
    ("nothing", lambda _: b"", "not XML"),
    ("JSON", lambda _: b'{"identifier": "1"}', "not XML"),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    path = tmp_path_factory.mktemp("outside") / "secret.txt"
    path.write_text(OUTSIDE)
    return path.as_uri()


@pytest.mark.parametrize(("make", "words"), [row[1:] for row in ATTACKS], ids=[row[0] for row in ATTACKS])
def test_a_document_made_to_harm_is_not_opened(make, words, url, key):
    document = make(url)
    (problem,) = check(document, CONTEXT)
    assert problem.rule == "XML"
    assert words in problem.seen
    report = verify_file(document, key.pins, AT)
    assert [one.rule for one in report.problems] == ["XML"]
    assert report.received is None
    for opening in (read_cap, lambda xml: verify_xml(xml, key.pins, AT), lambda xml: sign_xml(xml, key, now=AT)):
        with pytest.raises(CapError, match=words) as refusal:
            opening(document)
        assert OUTSIDE not in str(refusal.value)


def test_nothing_is_included_from_elsewhere(url, key):
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{url}" parse="text"/>'
    document = BODY.replace("</headline>", f"{include}</headline>", 1).encode()
    assert {problem.rule for problem in check(document, CONTEXT)} == {"SCHEMA"}
    assert OUTSIDE not in repr(read_cap(document))
    assert OUTSIDE.encode() not in sign_xml(document, key, now=AT)


def test_a_document_cannot_bring_its_own_schema(tmp_path):
    lax = tmp_path / "lax.xsd"
    lax.write_text(
        f'<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="{CHAINS.NAMESPACE}">'
        '<element name="alert"><complexType mixed="true"><sequence><any minOccurs="0" maxOccurs="unbounded" '
        'processContents="skip"/></sequence></complexType></element></schema>'
    )
    location = (
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{CHAINS.NAMESPACE} {lax.as_uri()}"'
    )
    document = BODY.replace("<alert ", f"<alert {location} ").replace("<status>Exercise", "<status>Drill").encode()
    assert "SCHEMA" in {problem.rule for problem in check(document, CONTEXT)}


@pytest.mark.parametrize(
    ("root", "words"),
    [
        ('<alert xmlns="urn:oasis:names:tc:emergency:cap:1.1"/>', "CAP 1.1"),
        ('<alert xmlns="http://www.incident.com/cap/1.0"/>', "CAP 1.0"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"/>', "Atom feed"),
        ('<rss version="2.0"/>', "RSS feed"),
        ("<alert/>", "<alert>"),
    ],
)
def test_other_documents_are_told_by_name(root, words, key):
    assert {problem.rule for problem in check(root.encode())} >= {"SCHEMA"}
    with pytest.raises(CapError, match=words):
        read_cap(root.encode())
    with pytest.raises(SignatureRefusedError, match=r"not a CAP 1\.2 alert"):
        verify_xml(root.encode(), key.pins, AT)


def test_a_comment_hides_nothing_from_the_rules():
    """A reader that stops at a comment would take this for a new identifier, and this for a real warning."""
    first = FIRST.split(",")[1]
    hidden = GOOD.replace(OWN.identifier.encode(), first[:4].encode() + b"<!-- -->" + first[4:].encode(), 1)
    assert "was published before" in " ".join(str(problem) for problem in check(hidden, CONTEXT))
    assert read_cap(hidden).identifier == first
    assert check(GOOD.replace(b"<status>Exer", b"<status>Exer<!-- -->"), CONTEXT) == ()


@pytest.mark.parametrize("teeth", [1_900, 11_000])
def test_a_checker_is_not_kept_busy_by_a_polygon_without_end(teeth):
    """Such a comb crosses itself a million times and more: nobody may have to wait for that."""
    comb = " ".join(f"{37.0 + i % 2},{124.0 + i * 7919 % teeth * 1e-5:.5f}" for i in range(teeth))
    rules = {problem.rule for problem in check(changed(GOOD, first_polygons(f"{comb} 37.0,124.0")), CONTEXT)}
    assert rules == {"R5", "R6"}
