"""What a person does from a seat in an office: look, warn and free by hand, sign beforehand, read again, keep time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from downrange.alert import Dispatch, Event, Lift
from downrange.base import InputError, Window, after, iso, since
from downrange.earth import Place, finest_places, places_meeting
from downrange.replay.alert_files import area_file, falls_file
from downrange.replay.alert_seat import Seat, event_at, place_of

if TYPE_CHECKING:
    from downrange.alert import PreAuthorisation, Signer

AUTHORITIES: Final = "authorities"
"""The folder in an office where pre-authorisations wait for their second signature."""

_LIFTS: Final = {"passed": Lift.PASSED, "not-coming": Lift.NOT_COMING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was typed to warn places by hand; "" and None where nothing was."""

    event: str
    codes: tuple[str, ...]
    until: str
    because: str
    area: Path | None
    key: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """What was typed to free places by hand."""

    event: str | None
    codes: tuple[str, ...]
    every: bool
    kind: str
    because: str
    seen: Path | None


def look_at_falls(
    seat: Seat,
    path: Path,
    event: Event,
    *,
    verdict: str,
    p: float,
    passed: Sequence[str] = (),
    let_go_s: float | None = None,
    at: datetime | None = None,
) -> tuple[tuple[Dispatch, ...], tuple[str, ...]]:
    """Let the desk look at a file of falls; return what it proposes, and what should be known of the file."""
    falls, remarks = falls_file(path, let_go_s)
    for code in passed:
        place_of(seat, code, "--passed")
    moment, last = at or seat.now(), seat.office.desk(event).t_s
    if since(event.t0, moment) < last:
        seen = f"{iso(moment)} is before the desk's last look, of {iso(after(event.t0, last))}"
        raise InputError(where="--at", seen=seen, cure="look at what is known now; the desk does not go back in time")
    made = seat.office.look(
        event,
        falls,
        finest_places(),
        t_s=since(event.t0, moment),
        verdict=verdict,
        p=p,
        passed=passed,
        more={"file": path.name, "remarks": list(remarks)},
    )
    return made, remarks


def draft_by_hand(
    seat: Seat, wanted: Wanted, signer: Callable[[Path], Signer], moment: Callable[[str], datetime]
) -> tuple[Dispatch, ...]:
    """Let a person warn municipalities, each named by its code; an area only proposes them, and warns nobody."""
    if wanted.area is not None:
        cure = "list its municipalities with --area alone, then give those meant with --place"
        raise InputError(where="--area", seen="an area warns nobody", cure=cure)
    needed = {
        "--place": (wanted.codes, "give the code of each municipality: downrange alert places NAME"),
        "--event": (wanted.event, "give the launch's TOML file or code"),
        "--until": (wanted.until, "say until when something may fall there"),
        "--because": (wanted.because, "say who saw what; it stays in the journal"),
        "--as": (wanted.key, "give your key file"),
    }
    for option, (value, cure) in needed.items():
        if not value:
            raise InputError(where=option, seen="missing", cure=cure)
    for code in wanted.codes:
        _smallest(seat, code)
    event, until = event_at(seat, wanted.event), moment(wanted.until)
    if until <= seat.now():
        cure = "give the time until which something may fall there"
        raise InputError(where="--until", seen=f"{iso(until)} is over", cure=cure)
    key = wanted.key or Path()
    return seat.office.draft(signer(key), event, wanted.codes, because=wanted.because, last_arrival=until)


def advise_by_hand(
    seat: Seat, signer: Signer, event: Event, codes: Sequence[str], *, window: Window, because: str
) -> tuple[Dispatch, ...]:
    """Let a person propose the notice before a launch window to municipalities, each named by its code."""
    for code in codes:
        _smallest(seat, code)
    return seat.office.advise(signer, event, tuple(codes), window=window, because=because)


def _smallest(seat: Seat, code: str) -> Place:
    """Return a municipality; a place that holds several is refused, for nobody means all of a city at 3 a.m."""
    place = place_of(seat, code, "--place")
    if code not in {one.code for one in finest_places()}:
        raise InputError(
            where="--place",
            key=code,
            seen=f"{place.name_en} is a {place.level.value} of several municipalities",
            cure=f"name each that is meant: downrange alert places {place.name_en}",
        )
    return place


def lift_by_hand(seat: Seat, freed: Freed, signer: Signer) -> tuple[Dispatch, ...]:
    """Let a person free places under warning."""
    event = event_at(seat, freed.event)
    codes = _codes_to_lift(seat, event, freed.codes, every=freed.every)
    seen = b""
    if freed.seen is not None:
        try:
            seen = freed.seen.read_bytes()
        except OSError as problem:
            raise InputError(
                where="--seen", key=str(freed.seen), seen=f"cannot be read: {problem.strerror}", cure="check the path"
            ) from None
        if not seen:
            raise InputError(where="--seen", key=str(freed.seen), seen="an empty file", cure="give what was seen")
    return seat.office.lift(signer, event, codes, lift=_LIFTS[freed.kind], because=freed.because, seen=seen)


def retract_by_hand(seat: Seat, signer: Signer, word: str | None, country: str, *, because: str) -> Dispatch:
    """Let one person take back what a country was told; a country that is not under warning is told as such."""
    event, code = event_at(seat, word), country.upper()
    warned = [case.country for case in seat.office.book.active(seat.now()) if case.event == event.code]
    if code not in warned:
        cure = f"name {' or '.join(warned)}" if warned else "see `downrange alert list`"
        raise InputError(where="COUNTRY", seen=f"{code} is not under warning for {event.code}", cure=cure)
    return seat.office.retract(signer, event, code, because=because)


def _codes_to_lift(seat: Seat, event: Event, codes: Sequence[str], *, every: bool) -> tuple[str, ...]:
    """Return the places to be freed: those named, or all that an event holds under warning."""
    if every == bool(codes):
        raise InputError(where="lift", seen="whom?", cure="name places with --place CODE, or give --all, not both")
    if not every:
        return tuple(place_of(seat, code, "--place").code for code in codes)
    active = seat.office.book.active(seat.now())
    warned = tuple(code for case in active if case.event == event.code for code in case.warned)
    if not warned:
        raise InputError(
            where="lift", seen=f"nobody is under warning for {event.code}", cure="see `downrange alert list`"
        )
    return warned


def find_places(words: Sequence[str], area: Path | None = None) -> tuple[Place, ...]:
    """Return the municipalities that an area meets, or whose name in any language or code holds one of the words."""
    if area is not None:
        return places_meeting(area_file(area))
    if not words:
        raise InputError(where="places", seen="nothing to look for", cure="give a name, a code, or --area FILE")
    sought = [word.casefold() for word in words]
    found = []
    for place in finest_places():
        texts = (place.code, place.name_en, place.name_ko, place.name_ja, place.parent_en)
        if any(word in text.casefold() for word in sought for text in texts):
            found.append(place)
    if not found:
        cure = "try a shorter part of it, or its name in Korean or Japanese"
        raise InputError(where="places", seen=f"no municipality is called {', '.join(words)}", cure=cure)
    return tuple(found)


def authorise(seat: Seat, path: Path, signer: Signer) -> tuple[PreAuthorisation, bool]:
    """Sign a pre-authorisation for one person; with the second signature it is in force. Return it, and whether it is.

    It waits in the office's folder between the two; the second person signs what the first one signed, or nothing.
    """
    from downrange.alert import canonical, load_preauthorisation, sign_preauthorisation, write_preauthorisation

    terms = load_preauthorisation(path)
    waiting = seat.folder / AUTHORITIES / f"{terms.id}.toml"
    if waiting.exists():
        begun = load_preauthorisation(waiting)
        if canonical(begun) != canonical(terms):
            names = ", ".join(mark.name for mark in begun.by)
            raise InputError(
                where=path.name,
                seen=f"it is not what {names} signed under the name {terms.id}",
                cure=f"sign {waiting}, or give the changed one another id",
            )
        terms = begun
    signed = sign_preauthorisation(terms, signer)
    enough = len(signed.by) > 1
    if enough:
        seat.office.preauthorise(signer, signed)
    waiting.parent.mkdir(exist_ok=True)
    write_preauthorisation(waiting, signed)
    return signed, enough


def read_again(seat: Seat, name: str, digest: str) -> str:
    """Return the whole digest of a draft from its first characters; another draft than the one read is refused."""
    one = seat.office.book.dispatch(name)
    if len(digest) < 8 or not one.digest.startswith(digest.casefold()):
        raise InputError(
            where="--digest",
            seen=f"{digest} is not the draft that waits, which is {one.digest[:12]}",
            cure=f"read it again: downrange alert show {name}",
        )
    return one.digest


def tick_told(seat: Seat) -> dict[str, Any]:
    """Do what time asks for; return it as a document: what ends soon, what owes a receipt."""
    soon = seat.office.tick()
    return {
        "at": iso(seat.now()),
        "status": seat.status.value,
        "ends_soon": [
            {"event": one.event, "country": one.country, "expires": iso(one.expires) if one.expires else None}
            for one in soon
        ],
        "without_receipt": [
            {"dispatch": one.name, "identifier": identifier, "channel": channel}
            for one, identifier, channel in seat.office.book.undelivered()
        ],
    }


def refuse_standing_clock(every: float | None, at: str) -> None:
    """Refuse to keep watch again and again while an exercise's time stands still."""
    if every is not None and at:
        cure = "leave one of the two out; without --at an exercise goes by this machine's clock"
        raise InputError(where="--every", seen=f"with --at {at} the time stands still", cure=cure)
