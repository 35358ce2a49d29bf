"""The agency's signature on a message: made with its key, believed only against a certificate that was pinned before.

Whatever a document says about its own signer proves nothing: an attacker can put any certificate inside. So a message
is verified on its original bytes against certificates (or their fingerprints) that came by another way, and what is
handed back is what was signed, not what surrounds it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from downrange.alert._agency import (
    AgencyFiles,
    AgencyKey,
    Pins,
    der_of,
    fault_at,
    fingerprint_of,
    load_agency_key,
    load_pins,
    make_agency_key,
)
from downrange.alert._document import CAP, open_document
from downrange.alert._shape import (
    CANONICAL,
    DIGESTS,
    DS,
    EXCLUSIVE,
    SIGNATURES,
    SignatureRefusedError,
    base64_of,
    certificates_inside,
    lone_signature,
    refuse_hidden_parts,
    refused,
)
from downrange.base import iso, utc

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from lxml import etree

__all__ = [
    "AgencyFiles",
    "AgencyKey",
    "Pins",
    "SignatureRefusedError",
    "Verified",
    "load_agency_key",
    "load_pins",
    "make_agency_key",
    "sign_xml",
    "unsigned",
    "verify_xml",
]
_END: Final = re.compile(rb"</(?:[A-Za-z_][A-Za-z0-9_.-]*:)?alert[ \t\r\n]*>[ \t\r\n]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a signature proves.

    fingerprint: of the pinned certificate that it fits
    subject:     whose certificate that is
    valid_until: last moment of the certificate
    xml:         the message that was signed: canonical bytes, without the signature
    checked:     what was looked at, in words
    """

    fingerprint: str
    subject: str
    valid_until: datetime
    xml: bytes = field(repr=False)
    checked: tuple[str, ...]


def sign_xml(xml: bytes, key: AgencyKey, *, now: datetime) -> bytes:
    """Return the draft with the signature before its end tag, all its own bytes untouched.

    It has been verified against the key's own certificate before it is returned; whatever goes wrong stops.
    """
    from lxml import etree

    root = _alert(xml)
    refuse_hidden_parts(root)
    if any(str(one.tag).startswith(DS) for one in root.iter()):
        raise refused("it holds a signature already", "sign the draft, once")
    signed = key.envelope(root)
    for one in signed.iter(f"{DS}X509Certificate"):
        one.text = "".join((one.text or "").split())
    written: bytes = etree.tostring(signed, encoding="UTF-8")
    end = _END.search(xml)
    if end is None:
        raise refused("its end tag is not found", "sign the draft as it was written: UTF-8, nothing after </alert>")
    signature = written[written.rindex(b"<ds:Signature ") : written.rindex(b"</ds:Signature>")] + b"</ds:Signature>"
    flat = xml[: end.start()] + signature + xml[end.start() :]
    if verify_xml(flat, key.pins, now).xml != _without_signature(root, exclusive=False):
        raise refused("what was signed is not the draft", "report it; nothing was published")
    return flat


def unsigned(xml: bytes) -> bytes:
    """Return the canonical bytes of a message without its signature; the same for a draft and for what was issued."""
    return _without_signature(_alert(xml), exclusive=False)


def _alert(xml: bytes) -> etree._Element:
    """Open a document that must be a CAP 1.2 alert."""
    root = open_document(xml)
    if root.tag != f"{CAP}alert":
        raise refused(f"its root is {root.tag}, not a CAP 1.2 alert", "give the message itself, not a feed around it")
    return root


def _without_signature(root: etree._Element, *, exclusive: bool) -> bytes:
    """Return the canonical bytes of a document, of which the signature is taken out; it is no use after that."""
    from lxml import etree

    for one in root.findall(f"{DS}Signature"):
        before = one.getprevious()
        if before is None:
            root.text = (root.text or "") + (one.tail or "")
        else:
            before.tail = (before.tail or "") + (one.tail or "")
        root.remove(one)
    canonical: bytes = etree.tostring(root, method="c14n", exclusive=exclusive)
    return canonical


def verify_xml(xml: bytes, pins: Pins, now: datetime) -> Verified:
    """Return what the signature of a message proves, or refuse the message and say what was seen.

    xml: the original bytes; a copy that was tidied up is another document
    now: the moment at which the certificate must be valid
    """
    now = utc(now)
    root = _alert(xml)
    refuse_hidden_parts(root)
    signature = lone_signature(root)
    base64_of(signature.find(f"{DS}SignatureValue"))
    base64_of(signature.find(f"{DS}SignedInfo/{DS}Reference/{DS}DigestValue"))
    believed = _believed(certificates_inside(signature), pins, now)
    certificate, content = _fitting(root, believed, now)
    transforms = [one.get("Algorithm") for one in signature.iter(f"{DS}Transform")]
    if content != _without_signature(root, exclusive=transforms[-1] == EXCLUSIVE):
        raise refused("it covers other bytes than the message holds", "use the file as the agency published it")
    return Verified(
        fingerprint=fingerprint_of(der_of(certificate)),
        subject=certificate.subject.rfc4514_string(),
        valid_until=certificate.not_valid_after_utc,
        xml=content,
        checked=(
            "one signature over the whole message, on its original bytes",
            "by the key of a pinned certificate",
            f"which is valid at {iso(now)}",
        ),
    )


def _believed(inside: tuple[bytes, ...], pins: Pins, now: datetime) -> list[Certificate]:
    """Return the pinned certificates that may have signed, all of them valid now."""
    from cryptography import x509

    for one in inside:
        if not pins.hold(one):
            raise refused(
                f"it carries a certificate that is not pinned ({fingerprint_of(one)[:16]}…): anybody can make one",
                "do not pass it on; if the agency has a new key, get its certificate from them by another way",
            )
    if not inside and not pins.certificates:
        raise refused("it carries no certificate, and only fingerprints are pinned", "pin the certificate file itself")
    try:
        found = [x509.load_der_x509_certificate(one) for one in dict.fromkeys(inside or pins.certificates)]
    except ValueError:
        raise refused("the certificate in it cannot be read", "use the file as the agency published it") from None
    faults = [fault_at(one, now) for one in found]
    if all(faults):
        raise refused(faults[0], "check this machine's clock; else ask the agency for a message under a valid key")
    return [one for one, fault in zip(found, faults, strict=True) if not fault]


def _fitting(root: etree._Element, believed: list[Certificate], now: datetime) -> tuple[Certificate, bytes]:
    """Return the certificate whose key made the signature, and the bytes that it covers."""
    from lxml import etree
    from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
    from signxml.exceptions import SignXMLException
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    config = SignatureConfiguration(
        location="./",
        signature_methods=frozenset(SignatureMethod(one) for one in SIGNATURES),
        digest_algorithms=frozenset(DigestAlgorithm(one) for one in DIGESTS),
        verification_time=now,
        default_reference_c14n_method=CanonicalizationMethod(CANONICAL[0]),
    )
    seen = ""
    for one in believed:
        try:
            result: Any = XMLVerifier().verify(root, x509_cert=one, expect_config=config)
        except (SignXMLException, etree.LxmlError, ValueError) as problem:
            seen = _plain(problem)
        else:
            return one, bytes(result.signed_data)
    raise refused(seen, "do not pass it on; get the original file from the agency, and find out who changed it")


def _plain(problem: Exception) -> str:
    """Say in plain words why a signature does not fit."""
    from signxml.exceptions import InvalidDigest, InvalidSignature

    if isinstance(problem, InvalidDigest):
        return "the message is not the one that was signed: something was changed, be it only a blank"
    if isinstance(problem, InvalidSignature):
        return "it was not made with the key of the pinned certificate, or was itself changed (to tidy up a file is enough)"
    return f"it cannot be checked ({problem})"
