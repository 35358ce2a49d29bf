"""Signatures forged, moved, wrapped, weakened or out of time: each is refused, with its reason; sound ones hold.

SOURCE: the attacks are those of McIntosh and Austel, "XML signature element wrapping attacks and countermeasures" (2005),
of W3C, "XML Signature Best Practices" (2013), and CVE-2022-21449 (a signature of zeros); what is a valid signature, of
W3C, "XML Signature Syntax and Processing Version 1.1" (2013).
"""

import base64
import copy
import runpy
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from signxml import CanonicalizationMethod, DigestAlgorithm, SignatureConstructionMethod, SignatureMethod, XMLSigner

from downrange.alert import check
from downrange.alert.read import read_cap
from downrange.alert.sign import (
    AgencyKey,
    Pins,
    SignatureRefusedError,
    load_agency_key,
    make_agency_key,
    sign_xml,
    unsigned,
    verify_xml,
)
from downrange.alert.verify import verify_file

CHAINS = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "cap_chains.py")))
CAP, DS, AT, T0 = CHAINS.CAP, CHAINS.DS, CHAINS.AT, CHAINS.T0
DRAFT = CHAINS.GOOD.xml
BROKEN_SHA1 = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


class OldSigner(XMLSigner):
    """A signer that still takes what was given up as too weak."""

    def check_deprecated_methods(self):
        pass


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    files = make_agency_key(tmp_path_factory.mktemp("agency"), "Exercise desk", now=T0)
    return load_agency_key(files.key, files.certificate)


@pytest.fixture(scope="module")
def attacker(tmp_path_factory):
    """Whoever made this gave it the agency's name."""
    files = make_agency_key(tmp_path_factory.mktemp("attacker"), "Exercise desk", now=T0)
    return load_agency_key(files.key, files.certificate)


@pytest.fixture(scope="module")
def signed(key):
    return sign_xml(DRAFT, key, now=AT)


def find(root, name):
    return next(root.iter(DS + name))


def envelope(xml, private, certificate, *, signer=XMLSigner, **options):
    """Sign with any algorithms."""
    chosen = {
        "method": SignatureConstructionMethod.enveloped,
        "signature_algorithm": SignatureMethod.ECDSA_SHA256,
        "c14n_algorithm": CanonicalizationMethod.CANONICAL_XML_1_0,
        **options,
    }
    more = {"reference_uri": chosen.pop("reference_uri")} if "reference_uri" in chosen else {}
    root = signer(**chosen).sign(etree.fromstring(xml), key=private, cert=certificate, **more)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def certificate_for(private, *, days=10):
    """Return a certificate for any key, as another agency might have."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Other agency")])
    builder = x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=private.public_key())
    builder = builder.serial_number(7).not_valid_before(T0).not_valid_after(T0 + timedelta(days=days))
    return builder.sign(private, hashes.SHA256())


def der(certificate):
    return certificate.public_bytes(Encoding.DER)


def test_our_own_signature_holds_and_hands_back_what_was_signed(signed, key):
    verified = verify_xml(signed, key.pins, AT)
    assert verified.xml == unsigned(DRAFT) == unsigned(signed)
    assert verified.subject == "CN=Exercise desk"
    assert verified.valid_until == key.valid_until
    assert read_cap(verified.xml) == read_cap(DRAFT)
    assert read_cap(signed).signed


def swap_text(name, text):
    def change(root, _attacker):
        root.find(CHAINS.path(name)).text += text

    return change


def move_into_info(root, _attacker):
    root.find(f"{CAP}info").append(find(root, "Signature"))


def move_first(root, _attacker):
    """Stands at another place, under the same root: what it signs is the same, but the schema knows no such order."""
    root.insert(0, find(root, "Signature"))
    root.find(f"{CAP}info/{CAP}headline").text += "!"


def duplicate(root, _attacker):
    root.append(copy.deepcopy(find(root, "Signature")))


def duplicate_deep(root, _attacker):
    root.find(f"{CAP}info").append(copy.deepcopy(find(root, "Signature")))


def wrap(root, _attacker):
    """The signed message lies inside one that the attacker wrote."""
    inner = copy.deepcopy(root)
    for one in list(root):
        if one.tag == f"{DS}Signature":
            root.remove(one)
    root.find(f"{CAP}info/{CAP}headline").text = "Run"
    root.append(inner)


def wrap_in_object(root, _attacker):
    """The signature stands where it should; what it signs lies hidden in an object beside it."""
    inner = copy.deepcopy(root)
    inner.remove(find(inner, "Signature"))
    inner.set("Id", "original")
    hidden = etree.SubElement(find(root, "Signature"), f"{DS}Object")
    hidden.append(inner)
    root.find(f"{CAP}info/{CAP}headline").text = "Run"
    find(root, "Reference").set("URI", "#original")


def object_beside(root, _attacker):
    etree.SubElement(find(root, "Signature"), f"{DS}Object").text = "Run"


def object_outside(root, _attacker):
    etree.SubElement(root, f"{DS}Object").text = "Run"


def uri(text):
    def change(root, _attacker):
        find(root, "Reference").set("URI", text)

    return change


def no_uri(root, _attacker):
    del find(root, "Reference").attrib["URI"]


def second_reference(root, _attacker):
    find(root, "SignedInfo").append(copy.deepcopy(find(root, "Reference")))


def algorithm(name, to):
    def change(root, _attacker):
        find(root, name).set("Algorithm", to)

    return change


def no_algorithm(root, _attacker):
    del find(root, "SignatureMethod").attrib["Algorithm"]


def transform(to, *, at):
    def change(root, _attacker):
        list(root.iter(f"{DS}Transform"))[at].set("Algorithm", to)

    return change


def third_transform(root, _attacker):
    etree.SubElement(find(root, "Transforms"), f"{DS}Transform", Algorithm=EXCLUSIVE)


def xpath_transform(root, _attacker):
    etree.SubElement(list(root.iter(f"{DS}Transform"))[1], f"{DS}XPath").text = "not(ancestor-or-self::*)"


def short_hmac(root, _attacker):
    etree.SubElement(find(root, "SignatureMethod"), f"{DS}HMACOutputLength").text = "0"


def value(name, text):
    def change(root, _attacker):
        find(root, name).text = text

    return change


def other_certificate(root, attacker):
    find(root, "X509Certificate").text = base64.b64encode(attacker.der).decode()


def another_certificate(root, attacker):
    etree.SubElement(find(root, "X509Data"), f"{DS}X509Certificate").text = base64.b64encode(attacker.der).decode()


def subject_beside(root, _attacker):
    etree.SubElement(find(root, "X509Data"), f"{DS}X509SubjectName").text = "CN=the agency, honestly"


def no_certificate(root, _attacker):
    find(root, "X509Data").remove(find(root, "X509Certificate"))


def key_beside(root, _attacker):
    etree.SubElement(find(root, "KeyInfo"), f"{DS}KeyName").text = "the agency, honestly"


def comment_in_a_word(root, _attacker):
    one = root.find(f"{CAP}status")
    one.text = "Actual"
    comment = etree.Comment("x")
    comment.tail = "Exercise"
    one.append(comment)


def comment_somewhere(root, _attacker):
    root.insert(3, etree.Comment("x"))


def instruction_before(root, _attacker):
    root.addprevious(etree.ProcessingInstruction("xml-stylesheet", 'href="https://attacker.invalid/x.xsl"'))


def blank(root, _attacker):
    root.find(f"{CAP}info").tail = "\n"


def junk(root, _attacker):
    """Some readers pass over what is no base64."""
    find(root, "SignatureValue").text += "!"


ZEROS = base64.b64encode(bytes(64)).decode()
CHANGED = "is not the one that was signed"
FORGED = [
    ("one letter more", swap_text("info/headline", "!"), CHANGED),
    ("one digit of a polygon more", swap_text("info/area/polygon", "1"), CHANGED),
    ("one reference more", swap_text("references", " a,b,c"), CHANGED),
    ("a blank between elements", blank, CHANGED),
    ("an element taken out", lambda root, _: root.remove(root.findall(f"{CAP}info")[1]), CHANGED),
    ("infos in another order", lambda root, _: root.append(root.find(f"{CAP}info")), CHANGED),
    ("an attribute more", lambda root, _: root.set("Id", "x"), CHANGED),
    ("a name space more", lambda root, _: etree.SubElement(root, "{urn:x}y"), CHANGED),
    ("moved into an info", move_into_info, "not stand directly under <alert>"),
    ("moved to the front, and a word changed", move_first, CHANGED),
    ("two signatures", duplicate, "2 signatures"),
    ("a second signature deep inside", duplicate_deep, "2 signatures"),
    ("wrapped in another message", wrap, "not stand directly under <alert>"),
    ("the signed one hidden in an object", wrap_in_object, "<Signature> in the signature holds"),
    ("an object in the signature", object_beside, "<Signature> in the signature holds"),
    ("an object beside the signature", object_outside, "parts of a signature stand outside"),
    ("signs a part", uri("#part"), "signs '#part' and not the whole message"),
    ("signs the root through a pointer", uri("#xpointer(/)"), "not the whole message"),
    ("signs a page elsewhere", uri("https://attacker.invalid/alert.xml"), "not the whole message"),
    ("signs a file", uri("file:///etc/hostname"), "not the whole message"),
    ("signs nobody knows what", no_uri, "signs None"),
    ("two references", second_reference, "<SignedInfo> in the signature holds"),
    ("shared secret", algorithm("SignatureMethod", f"{MORE}hmac-sha256"), "is weak or not for this"),
    ("no algorithm", no_algorithm, "asks for None"),
    ("algorithm none", algorithm("SignatureMethod", "none"), "asks for 'none'"),
    ("RSA with SHA-1", algorithm("SignatureMethod", f"{BROKEN_SHA1}rsa-sha1"), "is weak"),
    ("ECDSA with SHA-1", algorithm("SignatureMethod", f"{MORE}ecdsa-sha1"), "is weak"),
    ("other algorithm", algorithm("SignatureMethod", f"{MORE}ecdsa-sha512"), "not made with the key"),
    ("RSA said, ECDSA made", algorithm("SignatureMethod", f"{MORE}rsa-sha256"), "cannot be checked"),
    ("digest SHA-1", algorithm("DigestMethod", f"{BROKEN_SHA1}sha1"), "is weak"),
    ("comments signed too", algorithm("CanonicalizationMethod", f"{EXCLUSIVE}WithComments"), "not for this"),
    ("not enveloped", transform(EXCLUSIVE, at=0), "other bytes than are read"),
    ("XSLT", transform("http://www.w3.org/TR/1999/REC-xslt-19991116", at=1), "other bytes than are read"),
    ("XPath", transform("http://www.w3.org/TR/1999/REC-xpath-19991116", at=1), "other bytes than are read"),
    ("base64", transform(f"{BROKEN_SHA1}base64", at=1), "other bytes than are read"),
    ("a third transform", third_transform, "<Transforms> in the signature holds"),
    ("a filter in a transform", xpath_transform, "<Transform> in the signature holds"),
    ("a shortened secret", short_hmac, "<SignatureMethod> in the signature holds"),
    ("no value", value("SignatureValue", ""), "<SignatureValue> of the signature is not base64"),
    ("no base64", value("SignatureValue", "!!!!"), "is not base64"),
    ("base64 and more", junk, "<SignatureValue> of the signature is not base64"),
    ("zeros", value("SignatureValue", ZEROS), "not made with the key"),
    ("too short", value("SignatureValue", ZEROS[:40]), "not made with the key"),
    ("other digest", value("DigestValue", base64.b64encode(bytes(32)).decode()), "not made with the key"),
    ("no digest", value("DigestValue", " "), "<DigestValue> of the signature is not base64"),
    ("certificate swapped", other_certificate, "certificate that is not pinned"),
    ("a second certificate", another_certificate, "certificate that is not pinned"),
    ("certificate that is none", value("X509Certificate", "AAAA"), "certificate that is not pinned"),
    ("a subject beside the certificate", subject_beside, "<X509Data> in the signature holds"),
    ("no certificate where one should be", no_certificate, "<X509Data> in the signature holds"),
    ("a name beside the certificate", key_beside, "<KeyInfo> in the signature holds"),
    ("a comment in the status", comment_in_a_word, "comment"),
    ("a comment anywhere", comment_somewhere, "comment"),
    ("an instruction before the message", instruction_before, "processing instruction"),
]


@pytest.mark.parametrize(("forge", "words"), [row[1:] for row in FORGED], ids=[row[0] for row in FORGED])
def test_a_forged_message_is_refused_with_its_reason(forge, words, signed, key, attacker):
    tree = etree.fromstring(signed).getroottree()
    forge(tree.getroot(), attacker)
    forged = etree.tostring(tree, encoding="UTF-8", xml_declaration=True)
    assert forged != signed
    with pytest.raises(SignatureRefusedError) as refusal:
        verify_xml(forged, key.pins, AT)
    assert words in refusal.value.seen
    assert refusal.value.cure
    assert "SIGNATURE" in {problem.rule for problem in verify_file(forged, key.pins, AT).problems}


def test_what_an_attacker_signed_is_refused_whatever_it_carries(key, attacker, signed):
    forged = sign_xml(DRAFT, attacker, now=AT)
    with pytest.raises(SignatureRefusedError, match="not pinned"):
        verify_xml(forged, key.pins, AT)
    honest = base64.b64encode(key.der).decode()
    root = etree.fromstring(forged)
    find(root, "X509Certificate").text = honest
    with pytest.raises(SignatureRefusedError, match="not made with the key"):
        verify_xml(etree.tostring(root), key.pins, AT)
    root.iter(f"{DS}KeyInfo").__next__().getparent().remove(find(root, "KeyInfo"))
    with pytest.raises(SignatureRefusedError, match="not made with the key"):
        verify_xml(etree.tostring(root), key.pins, AT)
    with pytest.raises(SignatureRefusedError, match="not pinned"):
        verify_xml(signed, attacker.pins, AT)


def test_a_shared_secret_that_is_the_public_key_proves_nothing(key):
    """Who verifies by the algorithm that the document names takes the public key for the secret."""
    public = x509.load_der_x509_certificate(key.der).public_key()
    secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    forged = envelope(DRAFT, secret, None, signature_algorithm=SignatureMethod.HMAC_SHA256)
    with pytest.raises(SignatureRefusedError, match="is weak"):
        verify_xml(forged, key.pins, AT)


@pytest.mark.parametrize(
    "options",
    [
        {"signature_algorithm": SignatureMethod.ECDSA_SHA1},
        {"digest_algorithm": DigestAlgorithm.SHA1},
        {"c14n_algorithm": CanonicalizationMethod.CANONICAL_XML_1_0_WITH_COMMENTS},
    ],
)
def test_weak_or_odd_algorithms_are_refused_even_from_the_agency(options):
    private = ec.generate_private_key(ec.SECP256R1())
    certificate = certificate_for(private)
    xml = envelope(DRAFT, private, [certificate], signer=OldSigner, **options)
    with pytest.raises(SignatureRefusedError, match=r"is weak or not for this|other bytes"):
        verify_xml(xml, Pins(certificates=(der(certificate),)), AT)


def test_a_signature_over_a_part_is_refused_even_from_the_agency():
    private = ec.generate_private_key(ec.SECP256R1())
    certificate = certificate_for(private)
    root = etree.fromstring(DRAFT)
    root.find(f"{CAP}info").set("Id", "part")
    xml = envelope(etree.tostring(root), private, [certificate], reference_uri="#part")
    with pytest.raises(SignatureRefusedError, match="'#part' and not the whole message"):
        verify_xml(xml, Pins(certificates=(der(certificate),)), AT)


def test_a_certificate_counts_only_in_its_time(signed, key):
    for moment, words in (
        (key.valid_from - timedelta(seconds=1), "is not valid before"),
        (key.valid_until + timedelta(seconds=1), "expired at"),
    ):
        with pytest.raises(SignatureRefusedError, match=words) as refusal:
            verify_xml(signed, key.pins, moment)
        assert "clock" in refusal.value.cure
        with pytest.raises(SignatureRefusedError, match=words):
            sign_xml(DRAFT, key, now=moment)
    assert verify_xml(signed, key.pins, key.valid_from)
    assert verify_xml(signed, key.pins, key.valid_until)


def test_a_short_key_is_refused_although_pinned():
    private = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - that is the point
    certificate = certificate_for(private)
    xml = envelope(DRAFT, private, [certificate], signature_algorithm=SignatureMethod.RSA_SHA256)
    with pytest.raises(SignatureRefusedError, match="a length that is not accepted"):
        verify_xml(xml, Pins(certificates=(der(certificate),)), AT)


def test_an_unsigned_message_is_refused_when_somebody_is_pinned(key):
    with pytest.raises(SignatureRefusedError, match="not signed"):
        verify_xml(DRAFT, key.pins, AT)


def test_a_tidied_copy_is_refused_and_a_message_signed_when_tidy_holds(signed, key):
    """capvalidator strips white space before it verifies, so it takes the second for forged."""
    tidied = etree.fromstring(signed)
    etree.indent(tidied)
    with pytest.raises(SignatureRefusedError, match="to tidy up a file is enough"):
        verify_xml(etree.tostring(tidied), key.pins, AT)
    tidy = etree.fromstring(DRAFT)
    etree.indent(tidy)
    xml = etree.tostring(tidy, encoding="UTF-8", xml_declaration=True)
    again = sign_xml(xml, key, now=AT)
    assert verify_xml(again, key.pins, AT).xml == unsigned(xml)
    assert check(again) == ()


@pytest.mark.parametrize(
    ("make", "method"),
    [
        (lambda: ec.generate_private_key(ec.SECP384R1()), SignatureMethod.ECDSA_SHA384),
        (lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048), SignatureMethod.RSA_SHA256),
        (lambda: ec.generate_private_key(ec.SECP256R1()), SignatureMethod.ECDSA_SHA512),
    ],
)
@pytest.mark.parametrize(
    "canonical",
    [
        CanonicalizationMethod.CANONICAL_XML_1_1,
        CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    ],
)
def test_signatures_of_other_agencies_hold(make, method, canonical):
    private = make()
    certificate = certificate_for(private)
    xml = envelope(DRAFT, private, [certificate], signature_algorithm=method, c14n_algorithm=canonical)
    verified = verify_xml(xml, Pins(certificates=(der(certificate),)), AT)
    assert verified.subject == "CN=Other agency"
    assert read_cap(verified.xml) == read_cap(DRAFT)


def test_a_signature_without_a_certificate_holds_for_the_pinned_key(signed, key, attacker):
    root = etree.fromstring(signed)
    find(root, "Signature").remove(find(root, "KeyInfo"))
    bare = etree.tostring(root)
    both = Pins(certificates=(attacker.der, key.der))
    assert verify_xml(bare, both, AT).fingerprint == key.fingerprint
    with pytest.raises(SignatureRefusedError, match="only fingerprints are pinned"):
        verify_xml(bare, Pins(fingerprints=frozenset({key.fingerprint})), AT)
    assert verify_xml(signed, Pins(fingerprints=frozenset({key.fingerprint})), AT).fingerprint == key.fingerprint


def test_every_changed_byte_is_noticed_or_changes_nothing(signed, key):
    """Bytes all along the file are replaced: the message is refused, or what was signed is what is handed back."""
    sound, held, places = unsigned(signed), 0, range(0, len(signed), 31)
    for at in places:
        other = signed[:at] + (b"A" if signed[at] != ord("A") else b"B") + signed[at + 1 :]
        try:
            content = verify_xml(other, key.pins, AT).xml
        except ValueError:  # every refusal is one
            continue
        assert content == sound, at
        held += 1
    assert held < len(places) // 20


def test_a_key_in_hand_does_not_show_itself(key):
    assert isinstance(key, AgencyKey)
    assert repr(key).startswith("AgencyKey('CN=Exercise desk'")
    assert "PRIVATE" not in repr(key)
