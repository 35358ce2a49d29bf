"""Real messages to send: a warning of two islets and its lift, in any status."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from downrange.alert import Action, Kind, Lift, Reason, Status, load_policy, release
from downrange.alert.model import Parcel, ShortText

POLICY = load_policy()


def parcels_of(place, event, status):
    """Return the parcels of a warning, an update and the lift, as their chain made them."""
    north = place("KR-1", 37.95, 124.7, names=("Baengnyeong", "백령면", "白翎面"))
    south = place("KR-2", 37.82, 124.7, names=("Daecheong", "대청면", "大青面"))
    facts = {"reason": Reason.RISK, "first_arrival_s": 260.0, "last_arrival_s": 320.0, "p": 0.02}
    actions = [
        Action(kind=Kind.ISSUE, t_s=60.0, places=(north,), added=(north,), **facts),
        Action(kind=Kind.UPDATE, t_s=90.0, places=(north, south), added=(south,), **facts),
        Action(kind=Kind.LIFT, t_s=600.0, places=(north, south), reason=Reason.ARRIVED, lift=Lift.PASSED),
    ]
    (chain,) = release(event, actions, POLICY, status)
    return tuple(
        Parcel(
            identifier=one.message.identifier,
            status=status,
            xml=one.xml,
            texts=tuple(
                ShortText(language=language, budget=90, code=area.code, text=f"{status} {area.name[language]} {number}")
                for area in one.message.areas
                for language in ("ko", "en")
            ),
        )
        for number, one in enumerate(chain.released)
    )


@pytest.fixture
def parcels(place, event):
    return parcels_of(place, event, Status.EXERCISE)


@pytest.fixture
def parcel(parcels):
    return parcels[0]


@pytest.fixture
def parcels_in(place, event):
    """Return the parcels of any status."""
    return lambda status: parcels_of(place, event, status)


class Hands:
    """A clock that a test sets."""

    __slots__ = ("moment",)

    def __init__(self, moment):
        self.moment = moment

    def __call__(self):
        return self.moment

    def on(self, minutes):
        """Move it on."""
        self.moment += timedelta(minutes=minutes)


@pytest.fixture
def now():
    """Return a clock that stands a minute after the first message was sent."""
    return Hands(datetime(2023, 5, 30, 21, 29, 10, tzinfo=UTC))


@pytest.fixture(scope="session")
def self_signed():
    """Return (key, certificate) for localhost as PEM: an authority of its own that nobody knows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    start = datetime.now(UTC) - timedelta(hours=1)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, certificate.public_bytes(pem)
