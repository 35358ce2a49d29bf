"""Pre-authorisations: what two people have signed beforehand, so that a warning need not wait for the second one.

It is narrow on purpose: one pattern of events, one country, municipalities by code, a probability, some kinds of action
and at most a month. Whatever does not fit every word of it needs two people, as always.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from downrange.alert.keys import KeyRefusedError, Roster, Signer, check_name, check_signature
from downrange.alert.model import Kind, Status
from downrange.base import InputError, iso, parse_utc, read_text, refuse_unknown, toml_table, utc, write_text

_FIRST_LINE: Final = b"downrange pre-authorisation 1\n"
_LONGEST: Final = timedelta(days=31)  # assumed: a launch window with its reserve days is shorter
_KINDS: Final = (Kind.ISSUE, Kind.UPDATE, Kind.LIFT)
_PATTERN: Final = re.compile(r"[A-Za-z0-9.*?-]+")
_FIXED_CHARACTERS: Final = 4  # assumed: a pattern with fewer, as "*" or "20*", would fit every launch
_CODE: Final = re.compile(r"[A-Za-z0-9._:-]+")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_FIELDS: Final = ("id", "status", "event", "country", "codes", "p_at_least", "kinds", "starts", "ends")
_SIGNED_BY: Final = "signed"


class PreAuthorisationError(InputError):
    """A pre-authorisation that must not be relied on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """That somebody signed: who, and 64 bytes."""

    name: str
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PreAuthorisation:
    """What may go out with one person's consent.

    status:     the run mode that it is for: what people allow in an exercise, they have not allowed in earnest
    event:      pattern of event codes, with * and ?
    codes:      the municipalities, each by its code
    p_at_least: the probability that must be reached
    starts, ends: first and last moment (UTC, whole seconds)
    by:         who signed
    """

    id: str
    event: str
    country: str
    codes: tuple[str, ...]
    p_at_least: float
    kinds: tuple[Kind, ...]
    starts: datetime
    ends: datetime
    by: tuple[Mark, ...] = ()
    status: Status = Status.ACTUAL

    def __post_init__(self) -> None:
        """Refuse one that is wider than two people can mean."""
        check_name(self.id)
        for key, fault in _faults(self):
            if fault:
                raise PreAuthorisationError(
                    where=f"pre-authorisation {self.id}", key=key, seen=fault, cure="correct it and have it signed anew"
                )

    def document(self) -> dict[str, Any]:
        """Return it as plain JSON values: what a journal keeps."""
        return {
            **_terms(self),
            _SIGNED_BY: [
                {"name": one.name, "signature": base64.b64encode(one.signature).decode("ascii")} for one in self.by
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Whether an action fits a pre-authorisation; true when it does.

    reasons: why not, in words; empty when it fits
    """

    reasons: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Say whether it fits."""
        return not self.reasons


def _faults(pre: PreAuthorisation) -> tuple[tuple[str, str], ...]:
    """Return, key by key, what is wrong with the terms; "" where nothing is."""
    fixed = len(re.sub(r"[*?]", "", pre.event))
    spelled = bool(_PATTERN.fullmatch(pre.event)) and fixed >= _FIXED_CHARACTERS
    codes_fit = pre.codes and all(_CODE.fullmatch(code) for code in pre.codes)
    return (
        ("event", "" if spelled else f"{pre.event!r} is no pattern with at least {_FIXED_CHARACTERS} fixed characters"),
        ("country", "" if _COUNTRY.fullmatch(pre.country) else f"{pre.country!r} is not two capital letters"),
        ("codes", "" if codes_fit else f"{list(pre.codes)!r} are no municipality codes, each written out"),
        ("codes", "" if len(set(pre.codes)) == len(pre.codes) else "a code stands twice"),
        ("p_at_least", "" if 0.0 < pre.p_at_least <= 1.0 else f"{pre.p_at_least!r} is not above 0 and at most 1"),
        ("kinds", "" if pre.kinds and set(pre.kinds) <= set(_KINDS) else f"{[str(k) for k in pre.kinds]!r}"),
        ("starts", _time_fault(pre.starts)),
        ("ends", _time_fault(pre.ends)),
        ("ends", _length_fault(pre.starts, pre.ends)),
    )


def _time_fault(moment: datetime) -> str:
    """Say what is wrong with a moment."""
    if moment.tzinfo is None:
        return f"{moment.isoformat()} has no time zone"
    return "" if moment.microsecond == 0 else "it has a fraction of a second"


def _length_fault(starts: datetime, ends: datetime) -> str:
    """Say what is wrong with the time between start and end."""
    if starts.tzinfo is None or ends.tzinfo is None:
        return ""
    if not timedelta(0) < ends - starts <= _LONGEST:
        return f"it would hold from {iso(starts)} to {iso(ends)}, which is not more than 0 and at most {_LONGEST.days} days"
    return ""


def _terms(pre: PreAuthorisation) -> dict[str, Any]:
    """Return what is signed, in plain values and one order."""
    return {
        "id": pre.id,
        "status": pre.status.value,
        "event": pre.event,
        "country": pre.country,
        "codes": sorted(pre.codes),
        "p_at_least": float(pre.p_at_least),
        "kinds": sorted(kind.value for kind in pre.kinds),
        "starts": iso(pre.starts),
        "ends": iso(pre.ends),
    }


def canonical(pre: PreAuthorisation) -> bytes:
    """Return the bytes that people sign: the terms alone, however the file was laid out.

    The first line makes sure that nothing else that they ever sign can be taken for a pre-authorisation.
    """
    return _FIRST_LINE + json.dumps(_terms(pre), sort_keys=True, separators=(",", ":")).encode()


def preauthorisation(document: Mapping[str, Any], *, where: str = "pre-authorisation") -> PreAuthorisation:
    """Build one from plain values, as `document()` gives them or a TOML file has them; every fault is told by its key."""
    refuse_unknown(where, "", document, (*_FIELDS, _SIGNED_BY))
    for key in _FIELDS:
        if key not in document:
            raise PreAuthorisationError(
                where=where, key=key, seen="missing", cure="give it: what is not said is not allowed"
            )
    kinds, p = _words(where, "kinds", document["kinds"]), document["p_at_least"]
    if isinstance(p, bool) or not isinstance(p, int | float) or not 0.0 < p <= 1.0:
        raise PreAuthorisationError(where=where, key="p_at_least", seen=f"{p!r} is no probability", cure="give 0 to 1")
    if document["status"] not in list(Status):
        raise PreAuthorisationError(
            where=where, key="status", seen=f"{document['status']!r}", cure=f"write one of {', '.join(Status)}"
        )
    if unknown := set(kinds) - {kind.value for kind in _KINDS}:
        raise PreAuthorisationError(
            where=where, key="kinds", seen=f"{sorted(unknown)}", cure=f"use some of {', '.join(_KINDS)}"
        )
    return PreAuthorisation(
        id=_word(where, "id", document["id"]),
        event=_word(where, "event", document["event"]),
        country=_word(where, "country", document["country"]),
        codes=_words(where, "codes", document["codes"]),
        p_at_least=float(p),
        kinds=tuple(Kind(kind) for kind in kinds),
        starts=_moment(where, "starts", document["starts"]),
        ends=_moment(where, "ends", document["ends"]),
        status=Status(document["status"]),
        by=_marks(where, document.get(_SIGNED_BY, [])),
    )


def _word(where: str, key: str, value: object) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise PreAuthorisationError(
            where=where, key=key, seen=f"{value!r} is no text", cure="give it in quotation marks"
        )
    return value


def _words(where: str, key: str, value: object) -> tuple[str, ...]:
    """Return a list of texts."""
    if not isinstance(value, list | tuple):
        raise PreAuthorisationError(
            where=where, key=key, seen=f"{value!r} is no list", cure='write it as ["...", "..."]'
        )
    return tuple(_word(where, f"{key}[{i}]", one) for i, one in enumerate(value))


def _moment(where: str, key: str, value: object) -> datetime:
    """Return a moment with its zone, from text or as TOML has it."""
    at = f"{where}: {key}"
    try:
        return utc(value, where=at) if isinstance(value, datetime) else parse_utc(_word(where, key, value), where=at)
    except OverflowError:
        raise PreAuthorisationError(
            where=where, key=key, seen=f"{value} lies beyond all calendars", cure="write a moment of our time"
        ) from None


def _marks(where: str, value: object) -> tuple[Mark, ...]:
    """Return the signatures."""
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise PreAuthorisationError(
            where=where, key=_SIGNED_BY, seen=f"{value!r}", cure="let people sign with the program"
        )
    found = []
    for i, row in enumerate(value):
        refuse_unknown(where, f"{_SIGNED_BY}[{i}]", row, ("name", "signature"))
        key = f"{_SIGNED_BY}[{i}]"
        try:
            signature = base64.b64decode(_word(where, f"{key}.signature", row.get("signature")), validate=True)
        except binascii.Error:
            raise PreAuthorisationError(
                where=where, key=key, seen="the signature is not base64", cure="sign it anew"
            ) from None
        found.append(Mark(name=_word(where, f"{key}.name", row.get("name")), signature=signature))
    return tuple(found)


def load_preauthorisation(path: str | Path) -> PreAuthorisation:
    """Read one from a TOML file."""
    where = Path(path).name
    return preauthorisation(toml_table(where, read_text(path)), where=where)


def write_preauthorisation(path: str | Path, pre: PreAuthorisation) -> Path:
    """Write one as a TOML file that a person can read before signing."""
    terms = _terms(pre)
    lines = [f"{key} = {json.dumps(terms[key])}" for key in _FIELDS]
    for row in pre.document()[_SIGNED_BY]:
        lines += ["", f"[[{_SIGNED_BY}]]", *(f"{key} = {json.dumps(value)}" for key, value in row.items())]
    return write_text(path, "\n".join(lines) + "\n")


def sign_preauthorisation(pre: PreAuthorisation, signer: Signer) -> PreAuthorisation:
    """Return it with one more signature; the same person signs once."""
    if any(one.name == signer.name for one in pre.by):
        raise PreAuthorisationError(
            where=f"pre-authorisation {pre.id}", seen=f"{signer.name} has signed it", cure="let somebody else sign"
        )
    return replace(pre, by=(*pre.by, Mark(name=signer.name, signature=signer.sign(canonical(pre)))))


def check_preauthorisation(pre: PreAuthorisation, roster: Roster, now: datetime) -> tuple[str, ...]:
    """Return who signed it, at least two different people of the roster; refuse it when any signature does not hold.

    A machine's signature is refused, and so is that of somebody whose time is over: both are no consent.
    """
    where = f"pre-authorisation {pre.id}"
    data, names = canonical(pre), []
    for one in pre.by:
        try:
            person = check_signature(roster, one.name, data, one.signature, at=now)
        except KeyRefusedError as problem:
            raise PreAuthorisationError(where=where, key=one.name, seen=problem.seen, cure=problem.cure) from None
        if person.machine:
            seen, cure = f"{one.name} is a machine", "let two people sign: no program consents for anybody"
            raise PreAuthorisationError(where=where, key=one.name, seen=seen, cure=cure)
        names.append(person.name)
    if len(set(names)) < 2 or len(set(names)) < len(names):
        raise PreAuthorisationError(
            where=where,
            seen=f"signed by {', '.join(names) or 'nobody'}",
            cure="let two different people sign it, each once",
        )
    return tuple(names)


def matches(
    pre: PreAuthorisation,
    *,
    event: str,
    country: str,
    codes: Collection[str],
    p: float,
    kind: Kind,
    at: datetime,
    status: Status | None = None,
) -> Match:
    """Say whether an action fits the terms, and if not, every reason; the signatures are checked elsewhere, first.

    status: the run mode, where it was not checked before
    """
    beyond = sorted(set(codes) - set(pre.codes))
    rows = (
        (status in (None, pre.status), f"this is {status}, and it is for {pre.status}"),
        (fnmatchcase(event, pre.event), f"the event is {event}, and it is for {pre.event}"),
        (country == pre.country, f"the country is {country}, and it is for {pre.country}"),
        (bool(codes), "no municipality is named"),
        (not beyond, f"it does not name {', '.join(beyond)}"),
        (p >= pre.p_at_least, f"the probability is {p:.3g}, and it asks for {pre.p_at_least:.3g} at least"),
        (kind in pre.kinds, f"it does not allow to {kind.value}"),
        (pre.starts <= utc(at), f"it begins only at {iso(pre.starts)}"),
        (utc(at) <= pre.ends, f"it ended at {iso(pre.ends)}"),
    )
    return Match(reasons=tuple(reason for fits, reason in rows if not fits))
