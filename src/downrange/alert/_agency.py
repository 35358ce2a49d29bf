"""The agency's key and certificate, and the certificates that a receiver has pinned."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from downrange.alert._secrets import KeyRefusedError, pem_of, read_private, write_new
from downrange.alert._shape import CANONICAL, DIGESTS, SIGNATURES
from downrange.base import InputError, iso, utc

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate
    from lxml import etree

_FINGERPRINT: Final = re.compile(r"(?:sha-?256[:=])?((?:[0-9a-f]{2}:?){31}[0-9a-f]{2})", re.IGNORECASE)
_LONGEST_NAME: Final = 64  # characters of a common name, RFC 5280 appendix A.1 (ub-common-name)
_LONGEST_DAYS: Final = 3_650
_LARGEST_PEM: Final = 200_000
_RSA_BITS: Final = 2_048
_CURVES: Final = ("secp256r1", "secp384r1", "secp521r1")
_CLOCK_SLACK: Final = timedelta(hours=1)  # assumed: a receiver's clock may be so much behind the maker's


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyFiles:
    """Where a new agency key lies.

    key:         the private half, for its owner alone
    certificate: what receivers pin; give it to them by another way than the messages
    """

    key: Path
    certificate: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """Whom to believe.

    certificates: X.509, DER
    fingerprints: SHA-256 of certificates, 64 hexadecimal digits; those of `certificates` need not be repeated
    """

    certificates: tuple[bytes, ...] = ()
    fingerprints: frozenset[str] = frozenset()

    def hold(self, certificate: bytes) -> bool:
        """Say whether a certificate is one of those to be believed."""
        return certificate in self.certificates or fingerprint_of(certificate) in self.fingerprints


class AgencyKey:
    """An agency's private key in hand, with its certificate."""

    __slots__ = ("_certificate", "_private")

    def __init__(self, private: EllipticCurvePrivateKey, certificate: Certificate) -> None:
        self._private, self._certificate = private, certificate

    def __repr__(self) -> str:
        """Tell whose it is, never the key."""
        return f"AgencyKey({self.subject!r}, {self.fingerprint[:16]})"

    @property
    def der(self) -> bytes:
        """The certificate."""
        return der_of(self._certificate)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate."""
        return fingerprint_of(self.der)

    @property
    def subject(self) -> str:
        """Whose it is, as RFC 4514 writes it."""
        return self._certificate.subject.rfc4514_string()

    @property
    def valid_from(self) -> datetime:
        """First moment of the certificate."""
        return self._certificate.not_valid_before_utc

    @property
    def valid_until(self) -> datetime:
        """Last moment of the certificate."""
        return self._certificate.not_valid_after_utc

    @property
    def pins(self) -> Pins:
        """What receivers pin."""
        return Pins(certificates=(self.der,))

    def envelope(self, root: etree._Element) -> etree._Element:
        """Return a copy of the document with the signature in it."""
        from signxml.algorithms import (
            CanonicalizationMethod,
            DigestAlgorithm,
            SignatureConstructionMethod,
            SignatureMethod,
        )
        from signxml.signer import XMLSigner

        signer = XMLSigner(
            method=SignatureConstructionMethod.enveloped,
            signature_algorithm=SignatureMethod(SIGNATURES[0]),
            digest_algorithm=DigestAlgorithm(DIGESTS[0]),
            c14n_algorithm=CanonicalizationMethod(CANONICAL[0]),
        )
        signed: etree._Element = signer.sign(root, key=self._private, cert=[self._certificate])
        return signed


def fingerprint_of(certificate: bytes) -> str:
    """Return the SHA-256 of a certificate (DER), in hexadecimal digits."""
    return hashlib.sha256(certificate).hexdigest()


def make_agency_key(
    folder: str | Path,
    agency: str,
    valid_days: int = 730,
    *,
    now: datetime | None = None,
    passphrase: str | None = None,
) -> AgencyFiles:
    """Make the agency's key (ECDSA, P-256) and a certificate for it, signed by itself: agency.key and agency.pem.

    Nothing that lies there already is touched. now: when the certificate begins; the clock's when not given
    """
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding

    if not agency.strip() or len(agency) > _LONGEST_NAME or not agency.isprintable():
        seen, cure = f"{agency!r} cannot stand in a certificate", f"give 1 to {_LONGEST_NAME} characters"
        raise InputError(where="agency", key="name", seen=seen, cure=cure)
    if not 1 <= valid_days <= _LONGEST_DAYS:
        seen, cure = f"{valid_days} days", f"give 1 to {_LONGEST_DAYS}"
        raise InputError(where="agency", key="valid_days", seen=seen, cure=cure)
    start = utc(now or datetime.now(UTC)).replace(microsecond=0)
    private = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(private, agency, start - _CLOCK_SLACK, start + timedelta(days=valid_days))
    files = AgencyFiles(key=Path(folder) / "agency.key", certificate=Path(folder) / "agency.pem")
    pem = certificate.public_bytes(Encoding.PEM)
    write_new({files.key: (pem_of(private, passphrase), 0o600), files.certificate: (pem, 0o644)})
    return files


def _certificate(private: EllipticCurvePrivateKey, agency: str, start: datetime, end: datetime) -> Certificate:
    """Make a certificate that says: this key may sign, and is nobody's authority."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, agency)])
    only = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"),
        False,
    )
    usage = x509.KeyUsage(digital_signature=True, encipher_only=False, decipher_only=False, **only)
    builder = x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=private.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(usage, critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
    return builder.sign(private, hashes.SHA256())


def load_agency_key(key: str | Path, certificate: str | Path, passphrase: str | None = None) -> AgencyKey:
    """Read the agency's private key and its certificate; they must belong together."""
    from cryptography.hazmat.primitives.asymmetric import ec

    private = read_private(key, passphrase)
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != _CURVES[0]:
        raise KeyRefusedError(
            where=str(key),
            seen="it holds a key of another kind, not ECDSA on P-256: is it a person's?",
            cure="give the agency.key that `downrange alert keys` wrote",
        )
    found = _certificates(Path(certificate))
    if len(found) != 1 or found[0].public_key() != private.public_key():
        raise KeyRefusedError(
            where=str(certificate),
            seen=f"{len(found)} certificates, not the one that belongs to the key",
            cure="give the agency.pem that was made together with the key",
        )
    return AgencyKey(private, found[0])


def load_pins(paths: Iterable[str | Path]) -> Pins:
    """Read whom to believe: PEM files with certificates, or SHA-256 fingerprints as text."""
    certificates: list[bytes] = []
    fingerprints: set[str] = set()
    for path in paths:
        if digits := _FINGERPRINT.fullmatch(str(path).strip()):
            fingerprints.add(digits[1].replace(":", "").lower())
        else:
            certificates += [der_of(one) for one in _certificates(Path(path))]
    if not certificates and not fingerprints:
        raise InputError(
            where="pins", seen="nobody is pinned", cure="give the agency's certificate file or fingerprint"
        )
    return Pins(certificates=tuple(dict.fromkeys(certificates)), fingerprints=frozenset(fingerprints))


def _certificates(path: Path) -> list[Certificate]:
    """Read the certificates of a PEM file; each must be able to sign."""
    from cryptography import x509

    try:
        with path.open("rb") as file:
            found = x509.load_pem_x509_certificates(file.read(_LARGEST_PEM))
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it holds no certificate in PEM form"
        raise KeyRefusedError(
            where=str(path), seen=f"cannot be read: {why}", cure="give the .pem file of the agency"
        ) from None
    for one in found:
        if fault := _weakness(one):
            raise KeyRefusedError(where=str(path), seen=fault, cure="ask the agency for its certificate for signing")
    return found


def _weakness(certificate: Certificate) -> str:
    """Say why a certificate cannot stand behind a signature; "" when it can."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    key = certificate.public_key()
    if not (
        (isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES)
        or (isinstance(key, rsa.RSAPublicKey) and key.key_size >= _RSA_BITS)
    ):
        return "its key is of a kind or a length that is not accepted"
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return ""
    return "" if usage.digital_signature else "its key may not be used for signatures, it says"


def der_of(certificate: Certificate) -> bytes:
    """Return the bytes of a certificate."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def fault_at(certificate: Certificate, now: datetime) -> str:
    """Say why a certificate does not count at a moment; "" when it does."""
    if now > certificate.not_valid_after_utc:
        return f"the certificate expired at {iso(certificate.not_valid_after_utc)}, and it is {iso(now)}"
    if now < certificate.not_valid_before_utc:
        return f"the certificate is not valid before {iso(certificate.not_valid_before_utc)}, and it is {iso(now)}"
    return _weakness(certificate)
