"""The agency's key and certificate, the pins, and what signing does to a draft: nothing but a signature before its end."""

import base64
import hashlib
import re
import runpy
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from downrange.alert import schema_path
from downrange.alert.keys import KeyRefusedError, make_keys
from downrange.alert.sign import (
    SignatureRefusedError,
    load_agency_key,
    load_pins,
    make_agency_key,
    sign_xml,
    unsigned,
    verify_xml,
)
from downrange.base import InputError

CHAINS = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "authority" / "cap_chains.py")))
DRAFT, NOW = CHAINS.GOOD.xml, datetime(2026, 5, 31, tzinfo=UTC)


@pytest.fixture
def files(tmp_path):
    return make_agency_key(tmp_path, "민방위 훈련 상황실", now=NOW)


@pytest.fixture
def key(files):
    return load_agency_key(files.key, files.certificate)


def test_the_certificate_says_whose_key_it_is_and_for_what(files, key):
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    assert key.subject == "CN=민방위 훈련 상황실"
    assert key.valid_until == NOW + timedelta(days=730)
    assert key.valid_from == NOW - timedelta(hours=1)
    assert key.fingerprint == certificate.fingerprint(hashes.SHA256()).hex()
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    certificate.verify_directly_issued_by(certificate)


def test_the_private_half_is_for_its_owner_alone_and_never_overwritten(files, tmp_path):
    assert stat.S_IMODE(files.key.stat().st_mode) == 0o600
    before = files.key.read_bytes()
    with pytest.raises(KeyRefusedError, match=r"agency\.key: it is there already"):
        make_agency_key(tmp_path, "Another", now=NOW)
    assert files.key.read_bytes() == before
    files.key.chmod(0o644)
    with pytest.raises(KeyRefusedError, match="mode 0644"):
        load_agency_key(files.key, files.certificate)


def test_two_keys_are_never_the_same(tmp_path):
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir()
    one, other = (make_agency_key(folder, "Desk", now=NOW) for folder in folders)
    assert one.key.read_bytes() != other.key.read_bytes()
    with pytest.raises(KeyRefusedError, match="not the one that belongs to the key"):
        load_agency_key(one.key, other.certificate)


@pytest.mark.parametrize(
    ("agency", "days", "words"),
    [("", 730, "''"), (" ", 730, "' '"), ("x" * 65, 730, "64"), ("a\nb", 730, "cannot stand"), ("Desk", 0, "0 days")],
)
def test_a_name_or_a_time_that_cannot_be_is_refused(tmp_path, agency, days, words):
    with pytest.raises(InputError, match=words):
        make_agency_key(tmp_path, agency, days)
    assert list(tmp_path.iterdir()) == []


def test_a_key_under_a_passphrase(tmp_path):
    files = make_agency_key(tmp_path, "Desk", now=NOW, passphrase="open")  # noqa: S106 - of a key that lives for a second
    assert load_agency_key(files.key, files.certificate, "open").subject == "CN=Desk"
    with pytest.raises(KeyRefusedError, match="none was given"):
        load_agency_key(files.key, files.certificate)


def test_what_is_no_agency_key_is_told(files, tmp_path):
    person = make_keys(tmp_path, "kim")
    with pytest.raises(KeyRefusedError, match="is it a person's"):
        load_agency_key(person.private, files.certificate)
    with pytest.raises(KeyRefusedError, match="the public half or a certificate"):
        load_agency_key(files.certificate, files.certificate)
    for path, words in ((files.key, "no certificate in PEM form"), (tmp_path / "none.pem", "No such file")):
        with pytest.raises(KeyRefusedError, match=words):
            load_agency_key(files.key, path)


def test_pins_are_files_or_fingerprints(files, key):
    digits = key.fingerprint
    colons = ":".join(re.findall("..", digits.upper()))
    signed = sign_xml(DRAFT, key, now=NOW)
    for pin in (files.certificate, str(files.certificate), digits, colons, f"sha256:{digits}", f" {digits}\n"):
        assert verify_xml(signed, load_pins([pin]), NOW).fingerprint == digits
    with pytest.raises(SignatureRefusedError, match="not pinned"):
        verify_xml(signed, load_pins(["0" * 64]), NOW)
    with pytest.raises(InputError, match="nobody is pinned"):
        load_pins([])
    with pytest.raises(KeyRefusedError, match="cannot be read"):
        load_pins(["no-such-file.pem"])
    with pytest.raises(KeyRefusedError, match="no certificate in PEM form"):
        load_pins([files.key])


def test_a_file_named_by_its_fingerprint_is_a_file(files, key, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files.certificate.rename(f"{key.fingerprint}.pem")
    assert load_pins([f"{key.fingerprint}.pem"]) == key.pins


def certificate_for(private, **usage):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Other")])
    builder = x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=private.public_key())
    builder = builder.serial_number(7).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    if usage:
        names = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign")
        row = {**dict.fromkeys((*names, "encipher_only", "decipher_only"), False), **usage}
        builder = builder.add_extension(x509.KeyUsage(**row), critical=True)
    return builder.sign(private, hashes.SHA256()).public_bytes(Encoding.PEM)


def test_certificates_that_cannot_stand_behind_a_message_are_not_pinned(tmp_path):
    curve = ec.generate_private_key(ec.SECP256R1())
    path = tmp_path / "other.pem"
    for content, words in (
        (certificate_for(curve, digital_signature=False, key_cert_sign=True), "may not be used for signatures"),
        (certificate_for(ec.generate_private_key(ec.SECP224R1())), "a kind or a length that is not accepted"),
        (certificate_for(dsa.generate_private_key(2048)), "a kind or a length that is not accepted"),
    ):
        path.write_bytes(content)
        with pytest.raises(KeyRefusedError, match=words):
            load_pins([path])
    path.write_bytes(certificate_for(curve, digital_signature=True, key_cert_sign=False))
    assert len(load_pins([path, path]).certificates) == 1


@pytest.mark.parametrize(
    "shape",
    [
        lambda xml: xml,
        lambda xml: xml.partition(b"\n")[2],
        lambda xml: xml.replace(b"><", b">\r\n  <"),
        lambda xml: xml + b"\n \n",
        lambda xml: b"\xef\xbb\xbf" + xml,
        lambda xml: xml.replace(b"</alert>", b"</alert >").replace(b"<scope>", b"<scope  >"),
        lambda xml: xml.replace(b"<incidents>", b"<incidents><![CDATA[<&]]>"),
        lambda xml: xml.replace(b"<incidents>", b"<incidents>&#xAC00;&gt;"),
        lambda xml: re.sub(rb"<(/?)(?=[a-z])", rb"<\1cap:", xml).replace(b"xmlns=", b"xmlns:cap="),
    ],
)
def test_signing_leaves_every_byte_of_the_draft_alone(shape, key):
    draft = shape(DRAFT)
    signed = sign_xml(draft, key, now=NOW)
    start, end = signed.index(b"<ds:Signature "), signed.rindex(b"</ds:Signature>") + len(b"</ds:Signature>")
    assert signed[:start] + signed[end:] == draft
    assert b"\n" not in signed[start:end]
    assert unsigned(signed) == unsigned(draft) == verify_xml(signed, key.pins, NOW).xml


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda xml: xml.replace(b"<scope>", b"<!-- x --><scope>"), "comment"),
        (lambda xml: xml + b"<!-- x -->", "comment"),
        (lambda xml: xml.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "its end tag is not found"),
        (lambda _: b'<feed xmlns="http://www.w3.org/2005/Atom"/>', "not a CAP 1.2 alert"),
    ],
)
def test_what_should_not_be_signed_is_not(spoil, words, key):
    with pytest.raises(SignatureRefusedError, match=words):
        sign_xml(spoil(DRAFT), key, now=NOW)


def test_the_signature_is_what_the_standard_says_by_hand(key, files):
    """SOURCE: W3C, XML Signature Syntax and Processing 1.1, section 3.2; RFC 4050/6090: r and s side by side."""
    root = etree.fromstring(sign_xml(DRAFT, key, now=NOW))
    signature = root.find("{*}Signature")
    info = signature.find("{*}SignedInfo")
    covered = etree.tostring(info, method="c14n")
    root.remove(signature)
    digest = base64.b64encode(hashlib.sha256(etree.tostring(root, method="c14n")).digest()).decode()
    assert info.findtext("{*}Reference/{*}DigestValue") == digest
    value = base64.b64decode(signature.findtext("{*}SignatureValue"))
    r, s = (int.from_bytes(part, "big") for part in (value[:32], value[32:]))
    public = x509.load_pem_x509_certificate(files.certificate.read_bytes()).public_key()
    public.verify(encode_dss_signature(r, s), covered, ec.ECDSA(hashes.SHA256()))


def test_nothing_is_signed_twice(key):
    with pytest.raises(SignatureRefusedError, match="holds a signature already"):
        sign_xml(sign_xml(DRAFT, key, now=NOW), key, now=NOW)


def test_a_moment_without_a_zone_is_refused(key):
    with pytest.raises(InputError, match="no time zone"):
        verify_xml(sign_xml(DRAFT, key, now=NOW), key.pins, datetime(2026, 5, 31))  # noqa: DTZ001


def test_two_signatures_of_one_draft_say_the_same(key):
    one, other = (sign_xml(DRAFT, key, now=NOW) for _ in range(2))
    assert one != other  # the number that ECDSA draws
    assert verify_xml(one, key.pins, NOW) == verify_xml(other, key.pins, NOW)


def test_the_room_is_opened_without_the_heavy_packages():
    """The command line must answer at once."""
    code = "import sys, downrange.alert.sign, downrange.alert.keys; print({'signxml', 'cryptography', 'lxml'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"
    assert schema_path().is_file()
