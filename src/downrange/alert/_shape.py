"""The one shape of signature that is accepted; everything else that XML signatures can be is refused before any sum is done.

One signature, a child of the root, with one reference to the whole document, the plain transforms and strong algorithms.
What the signature does not cover (comments, instructions, objects beside it) must not be there: then nobody can be shown
something that was not signed.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from downrange.base import InputError

if TYPE_CHECKING:
    from lxml import etree

DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
_XMLENC: Final = "http://www.w3.org/2001/04/xmlenc#"
ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
CANONICAL: Final = (
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/2006/12/xml-c14n11",
    EXCLUSIVE,
)
SIGNATURES: Final = tuple(f"{_MORE}{kind}-sha{bits}" for kind in ("ecdsa", "rsa") for bits in (256, 384, 512))
DIGESTS: Final = (f"{_XMLENC}sha256", f"{_MORE}sha384", f"{_XMLENC}sha512")
_CHILDREN: Final = {
    "Signature": (("SignedInfo", "SignatureValue"), ("SignedInfo", "SignatureValue", "KeyInfo")),
    "SignedInfo": (("CanonicalizationMethod", "SignatureMethod", "Reference"),),
    "Reference": (("Transforms", "DigestMethod", "DigestValue"),),
    "Transforms": (("Transform",), ("Transform", "Transform")),
    "KeyInfo": (("X509Data",),),
}
_ALGORITHMS: Final = {"CanonicalizationMethod": CANONICAL, "SignatureMethod": SIGNATURES, "DigestMethod": DIGESTS}


class SignatureRefusedError(InputError):
    """A message whose signature does not prove that the agency wrote it."""


def refused(seen: str, cure: str) -> SignatureRefusedError:
    """Return the error for a message."""
    return SignatureRefusedError(where="signature", seen=seen, cure=cure)


def refuse_hidden_parts(root: etree._Element) -> None:
    """Refuse comments and processing instructions, inside the document or around it."""
    from lxml import etree

    around = [*root.itersiblings(), *root.itersiblings(preceding=True)]
    if around or next(root.iter(etree.Comment, etree.ProcessingInstruction, etree.Entity), None) is not None:
        raise refused(
            "it holds a comment or a processing instruction, which signatures pass over and readers may not",
            "use the file as the agency published it; if it is so, ask them to publish without",
        )


def lone_signature(root: etree._Element) -> etree._Element:
    """Return the one signature of a document, of the one shape that is accepted."""
    found = list(root.iter(f"{DS}Signature"))
    if not found:
        raise refused("it is not signed", "use the signed file; do not pass on what nobody signed")
    if len(found) > 1:
        raise refused(
            f"it holds {len(found)} signatures", "use the file as the agency published it, with one signature"
        )
    (signature,) = found
    if signature.getparent() is not root:
        raise refused(
            "the signature does not stand directly under <alert>: something was wrapped around it",
            "use the file as the agency published it; find out who changed it",
        )
    inside = set(signature.iter())
    if any(one not in inside and str(one.tag).startswith(DS) for one in root.iter()):
        raise refused("parts of a signature stand outside it", "use the file as the agency published it")
    _refuse_other_shape(signature)
    return signature


def _refuse_other_shape(signature: etree._Element) -> None:
    """Hold every element of the signature against the one shape."""
    for one in signature.iter():
        if not isinstance(one.tag, str):
            continue
        name = one.tag.removeprefix(DS)
        children = tuple(str(child.tag).removeprefix(DS) for child in one)
        if name == "X509Data":
            _refuse_unless(children == ("X509Certificate",) * max(1, len(children)), name, children)
        else:
            _refuse_unless(children in _CHILDREN.get(name, ((),)), name, children)
        if name in _ALGORITHMS:
            _refuse_algorithm(name, one.get("Algorithm"), _ALGORITHMS[name])
    _refuse_other_reference(signature)


def _refuse_unless(fits: bool, name: str, children: tuple[str, ...]) -> None:
    """Refuse a part of the signature that holds other things than the one shape has."""
    if not fits:
        held = ", ".join(children) or "nothing"
        raise refused(
            f"<{name}> in the signature holds {held}, which no signature of this kind has",
            "use the file as the agency published it; ask them for one plain enveloped signature over the whole message",
        )


def _refuse_algorithm(name: str, seen: str | None, allowed: tuple[str, ...]) -> None:
    """Refuse algorithms that are weak, odd or no signature at all."""
    if seen not in allowed:
        raise refused(
            f"<{name}> asks for {seen!r}, which is weak or not for this",
            "ask the agency for ECDSA or RSA with SHA-256: SHA-1 and shared secrets prove nothing",
        )


def _refuse_other_reference(signature: etree._Element) -> None:
    """Refuse a signature over anything but the whole document."""
    reference = signature.find(f"{DS}SignedInfo/{DS}Reference")
    uri = None if reference is None else reference.get("URI")
    if uri != "":
        raise refused(
            f"it signs {uri!r} and not the whole message: the rest could be anybody's",
            "use the file as the agency published it; find out who changed it",
        )
    steps = [one.get("Algorithm") for one in signature.iter(f"{DS}Transform")]
    if steps[0] != ENVELOPED or any(step not in CANONICAL for step in steps[1:]):
        raise refused(
            f"it signs the message after the transforms {steps}, so other bytes than are read",
            "ask the agency for the enveloped-signature transform and one canonical form, nothing else",
        )


def base64_of(element: etree._Element | None) -> bytes:
    """Return the bytes of a base64 element, strictly."""
    written = "" if element is None else "".join((element.text or "").split())
    try:
        content = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        name = "a part" if element is None else f"<{str(element.tag).removeprefix(DS)}>"
        raise refused(f"{name} of the signature is not base64", "use the file as the agency published it")
    return content


def certificates_inside(signature: etree._Element) -> tuple[bytes, ...]:
    """Return the certificates (DER) that a signature carries along; they prove nothing by themselves."""
    return tuple(base64_of(one) for one in signature.iter(f"{DS}X509Certificate"))
