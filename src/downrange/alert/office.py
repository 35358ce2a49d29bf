"""The office of a warning agency: the desk's decisions through people's hands to the channels, step by step in the journal.

Each verb is one or two entries of the journal, written before anything leaves the house. Whatever is interrupted is
carried on from the journal: a proposal that was drafted waits for its people, what was issued is delivered again until
every channel has given its receipt, and a channel that has a message takes it again without effect.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from downrange.alert.book import Book, Case, Dispatch, LifeError
from downrange.alert.by_hand import free, widen
from downrange.alert.desk import Desk, decide, look
from downrange.alert.drafting import place_of
from downrange.alert.entries import (
    Approved,
    Body,
    ClockSet,
    Dropped,
    Expired,
    Issued,
    Opened,
    Preauthorised,
    Proposed,
    Revoked,
    SignedMessage,
    Step,
    digest_of,
)
from downrange.alert.evidence import snapshot
from downrange.alert.journal import Journal, Plan
from downrange.alert.keep import situation_to_json
from downrange.alert.life import preauthorisation_gaps
from downrange.alert.model import Action, Event, Kind, Lift, PlaceLike, Problem, Reason, Status
from downrange.alert.plans import Decided, House, advice, decision, retraction
from downrange.alert.post import send_all
from downrange.base import InputError, Window, after, iso, since

if TYPE_CHECKING:
    from downrange.alert.channels import Channel
    from downrange.alert.exposure import FallsLike
    from downrange.alert.keys import Signer
    from downrange.alert.policy import Policy
    from downrange.alert.preauth import PreAuthorisation
    from downrange.alert.sign import AgencyKey

Clock = Callable[[], datetime]
_KEY_WARNING: Final = timedelta(days=14)  # assumed: what receivers need to pin a new certificate


def utc_now() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


def no_channels(status: Status) -> InputError:
    """Return the error of an office that could tell nobody."""
    return InputError(
        where="channels.toml",
        seen=f"there is no channel of status {status.value}, so nobody could be told",
        cure="name one",
    )


class Office:
    """An agency's office: journal, policy, places, keys and channels of one status."""

    __slots__ = ("_agency", "_channels", "_machine", "_now", "_places", "journal", "policy", "troubles")

    def __init__(
        self,
        *,
        journal: Journal,
        policy: Policy,
        places: Iterable[PlaceLike],
        machine: Signer,
        agency: AgencyKey,
        channels: Sequence[Channel],
        now: Clock = utc_now,
    ) -> None:
        self.journal = journal
        self.policy = policy
        self._places: Mapping[str, PlaceLike] = {place.code: place for place in places}
        self._machine = machine
        self._agency = agency
        self._channels: Mapping[str, Channel] = {one.name: one for one in channels}
        self._now = now
        self.troubles: tuple[str, ...] = ()

    def open(self, status: Status) -> Self:
        """Write the first entry of a new journal; refuse one of another status, and channels of another status."""
        opened = self.book.opened
        if opened is not None and opened.status is not status:
            raise InputError(
                where="journal",
                seen=f"it is one of {opened.status.value} messages",
                cure=f"give the {status.value} office a journal of its own",
            )
        if not self._channels:
            raise no_channels(status)
        for one in self._channels.values():
            if one.status is not status:
                raise InputError(
                    where="channels",
                    key=one.name,
                    seen=f"is for {one.status.value}, this office is for {status.value}",
                    cure="keep the channels of each status in an office of its own",
                )
        first = Opened(status=status, agency=self.policy.title, sender=self.policy.sender)

        def steps(book: Book) -> Plan:
            if book.opened is None:  # nobody else has been quicker
                yield Step.OPENED, first

        if opened is None:
            self._append(self._machine, steps)
            return self.open(status)
        return self

    def warm(self, places: Sequence[PlaceLike] = ()) -> None:
        """Load what a first decision needs, for programs that stay open: their first warning must not wait for it.

        places: whose outlines to prepare. A message is drafted and signed, and thrown away. What is loaded by then stays
        loaded and is taken out of the garbage collector's rounds, which would stop a decision for a tenth of a second.
        """
        from downrange.alert.compose import prepare_outlines
        from downrange.alert.exposure import upper_bound
        from downrange.alert.sign import sign_xml

        now = self._now()
        upper_bound(np.empty(0), self.policy.p_warn, self.policy.bound_confidence)
        prepare_outlines(tuple(places), self.policy)
        for code in tuple(self._places)[:1]:
            event = Event(code="warm-up", t0=now, origin=dict.fromkeys(self.policy.languages, "-"))
            proposed = Proposed(
                dispatch="warm-up",
                event=event,
                country=self._places[code].country,
                based_on=0,
                kind=Kind.ISSUE,
                reason=Reason.RISK,
                codes=(code,),
                added=(code,),
                t_s=0.0,
                first_arrival_s=60.0,
                last_arrival_s=120.0,
                channels=tuple(self._channels),
            )
            for message in self.house.drafted(Book(), proposed, now).messages:
                sign_xml(message.xml.encode(), self._agency, now=now)
        gc.collect()
        gc.freeze()

    def close(self) -> None:
        """Let the channels and the database go."""
        for one in self._channels.values():
            one.close()
        self.journal.close()

    @property
    def book(self) -> Book:
        """What the journal says, as last read."""
        return self.journal.book

    @property
    def status(self) -> Status:
        """What kind of messages this office sends."""
        if self.book.opened is None:
            raise LifeError(where="journal", seen="not opened", cure="open the office first")
        return self.book.opened.status

    @property
    def house(self) -> House:
        """What this office plans with."""
        return House(status=self.status, policy=self.policy, places=self._places, channels=tuple(self._channels))

    def desk(self, event: Event) -> Desk:
        """Return the desk of an event as it was left."""
        return self.house.desk(self.book, event, self._now())

    # ---- what the desk decides, and what people decide for it

    def look(
        self,
        event: Event,
        falls: FallsLike,
        places: Sequence[PlaceLike],
        *,
        t_s: float,
        verdict: str,
        p: float,
        passed: Iterable[str] = (),
        more: Mapping[str, Any] | None = None,
    ) -> tuple[Dispatch, ...]:
        """Let the desk look at what falls; return the dispatches it proposes, drafted, and issued where authorised.

        falls, places, t_s, verdict, p, passed: as `alert.look` takes them; more: kept with the evidence, JSON values
        A look that is not of now is refused: the falls or this machine's clock are wrong.
        """
        now = self._now()
        self._refuse_clock(event, t_s, now)
        situation = look(falls, places, self.policy, t_s=t_s, verdict=verdict, p=p, passed=passed)
        told = situation_to_json(situation)
        data = snapshot(falls, told, **(more or {}))

        def decided(desk: Desk) -> tuple[Desk, tuple[Action, ...]]:
            return decide(desk, situation)

        return self._decided(self._machine, event, decided, now, situation=told, evidence=data)

    def draft(
        self,
        signer: Signer,
        event: Event,
        codes: Sequence[str],
        *,
        because: str,
        last_arrival: datetime,
    ) -> tuple[Dispatch, ...]:
        """Let a person warn municipalities, named one by one, for a reason in words; what is warned already stays so."""
        now = self._now()
        places = [place_of(self._places, code) for code in codes]
        t_s, last_s = since(event.t0, now), since(event.t0, last_arrival)

        def decided(desk: Desk) -> tuple[Desk, tuple[Action, ...]]:
            return widen(desk, places, t_s=max(t_s, desk.t_s), because=because, arrival_s=last_s)

        return self._decided(signer, event, decided, now, situation={"because": because, "codes": list(codes)})

    def lift(
        self,
        signer: Signer,
        event: Event,
        codes: Sequence[str],
        *,
        lift: Lift,
        because: str,
        seen: bytes = b"",
    ) -> tuple[Dispatch, ...]:
        """Let a person free places under warning: after the last time told for falling pieces, or on what was seen.

        lift: which all-clear; seen: a report, a picture or a track that shows that nothing more will fall, kept whole
        """
        now = self._now()

        def decided(desk: Desk) -> tuple[Desk, tuple[Action, ...]]:
            known = {one.place.code for one in desk.warned}
            t_s = max(since(event.t0, now), desk.t_s)
            actions: tuple[Action, ...] = ()
            if own := [code for code in codes if code in known]:
                desk, actions = free(desk, own, t_s=t_s, because=because, lift=lift)
            return desk, (*actions, *self._left_over(event, [c for c in codes if c not in known], t_s, lift, because))

        told = {"because": because, "codes": list(codes)}
        return self._decided(signer, event, decided, now, situation=told, evidence=seen)

    def retract(self, signer: Signer, event: Event, country: str, *, because: str) -> Dispatch:
        """Let one person take a warning back that was a mistake: drafted, issued and sent at once, to all who had it."""
        self._refuse_key(self._now())
        made = self._append(signer, retraction(self.house, event, country, self._now(), because=because))
        (name,) = (one.dispatch for one in made if isinstance(one, Proposed))
        return self.issue(name, signer)

    def advise(
        self, signer: Signer, event: Event, codes: Sequence[str], *, window: Window, because: str
    ) -> tuple[Dispatch, ...]:
        """Let a person propose the notice before a launch window: be ready, nobody need shelter yet.

        It is about the event "<code>.notice", stands beside any warning, and ends by itself after the window.
        """
        self._refuse_key(self._now())
        steps = advice(self.house, event, codes, window, self._now(), because=because)
        made = self._append(signer, steps)
        return tuple(self.book.dispatch(one.dispatch) for one in made if isinstance(one, Proposed))

    # ---- what people consent to

    def redraft(self, signer: Signer, name: str) -> Dispatch:
        """Draft a dispatch again with the times of now; earlier approvals are void."""
        now = self._now()
        self._append(
            signer, lambda book: _only(Step.DRAFTED, self.house.drafted(book, book.dispatch(name).proposed, now))
        )
        return self.book.dispatch(name)

    def approve(self, name: str, signer: Signer, *, digest: str | None = None) -> Dispatch:
        """Take a person's consent to a draft; digest: that of the draft they read, where it was shown to them."""
        self._append(
            signer,
            lambda book: _only(Step.APPROVED, Approved(dispatch=name, digest=digest or book.dispatch(name).digest)),
        )
        return self.book.dispatch(name)

    def reject(self, name: str, signer: Signer, *, because: str) -> Dispatch:
        """Take a person's no; what the desk wants is proposed again only when it decides anew."""
        self._append(signer, lambda _: _only(Step.REJECTED, Dropped(dispatch=name, because=because)))
        return self.book.dispatch(name)

    def issue(self, name: str, signer: Signer | None = None, *, preauthorisation: str = "") -> Dispatch:
        """Sign, publish and send a dispatch; signer None: the software itself, on consent or authority given before.

        The signed messages are in the journal before anything is sent. A channel that is down owes its receipt:
        `deliver` tries again.
        """
        from downrange.alert.sign import sign_xml

        now = self._now()
        drafts = self.book.dispatch(name).messages
        signed = tuple(
            SignedMessage(identifier=one.identifier, xml=sign_xml(one.xml.encode(), self._agency, now=now).decode())
            for one in drafts
        )
        body = Issued(dispatch=name, messages=signed, preauthorisation=preauthorisation)
        self._append(signer or self._machine, lambda _: _only(Step.ISSUED, body))
        self.deliver()
        return self.book.dispatch(name)

    def preauthorise(self, signer: Signer, document: PreAuthorisation) -> None:
        """Put a pre-authorisation, signed by two people, in force."""
        self._append(signer, lambda _: _only(Step.PREAUTHORISED, Preauthorised(document=document.document())))

    def revoke(self, signer: Signer, name: str, *, because: str) -> None:
        """Take a pre-authorisation back."""
        self._append(signer, lambda _: _only(Step.REVOKED, Revoked(preauthorisation=name, because=because)))

    def set_clock(self, signer: Signer, *, because: str) -> None:
        """Say that the last entry's time was wrong and this machine's is right."""
        self.journal.append(
            signer, self._now(), lambda _: _only(Step.CLOCK, ClockSet(because=because)), sets_clock=True
        )

    # ---- what time and the channels do

    def deliver(self) -> tuple[tuple[Dispatch, str, str], ...]:
        """Send what owes a receipt; return what still does, as (dispatch, message, channel)."""
        return send_all(self.journal, self._channels, self._machine, self.status, self._now())

    def tick(self) -> tuple[Case, ...]:
        """Do what time asks for: end what has expired, send what is owed; return the cases that expire soon.

        What a channel could not bring up to date stands in `troubles`.
        """
        now = self._now()

        def steps(book: Book) -> Plan:
            for case in book.cases.values():
                if case.expires is not None and case.expires <= now:
                    yield Step.EXPIRED, Expired(event=case.event, country=case.country)

        self.journal.refresh()
        if any(case.expires is not None and case.expires <= now for case in self.book.cases.values()):
            self._append(self._machine, steps)
        self._issue_authorised()
        self.deliver()
        fault = self._key_fault(now + _KEY_WARNING)
        self.troubles = (*self._tended(), *([f"{fault}: make a new one in time"] if fault else []))
        soon = now + timedelta(minutes=self.policy.expiry_warning_minutes)
        return tuple(case for case in self.book.active(now) if case.expires is not None and case.expires <= soon)

    def _tended(self) -> Iterator[str]:
        """Let the channels bring what they show up to date; yield what those that could not say."""
        from downrange.alert.channels import ChannelDownError, ChannelRefusedError, Tended

        for one in self._channels.values():
            if isinstance(one, Tended):
                try:
                    one.tend()
                except (ChannelDownError, ChannelRefusedError) as problem:
                    yield str(problem)

    def check(self) -> tuple[Problem, ...]:
        """Return everything wrong with the journal and with the signatures on what was issued; empty when all is whole."""
        from downrange.alert.sign import SignatureRefusedError, verify_xml

        found = list(self.journal.check(head=self.journal.witnessed()))
        for one in self.book.dispatches.values():
            for message in one.signed:
                try:
                    verify_xml(message.xml.encode(), self._agency.pins, one.issued_at or self._now())
                except SignatureRefusedError as problem:
                    found.append(Problem(rule="SIGNATURE", where=message.identifier, seen=str(problem)))
        return tuple(found)

    # ---- inside

    def _append(
        self, signer: Signer, steps: Callable[[Book], Plan], evidence: Sequence[bytes] = ()
    ) -> tuple[Body, ...]:
        """Write steps to the journal with the time of this machine; return their bodies."""
        return self.journal.append(signer, self._now(), steps, evidence)

    def _decided(
        self,
        signer: Signer,
        event: Event,
        decided: Decided,
        now: datetime,
        *,
        situation: Mapping[str, Any],
        evidence: bytes = b"",
    ) -> tuple[Dispatch, ...]:
        """Write a decision and all that follows from it as one: the look, withdrawals, proposals, drafts."""
        self._refuse_key(now)
        digest = digest_of(evidence) if evidence else ""
        steps = decision(self.house, event, decided, now, situation=situation, evidence=digest)
        made = self._append(signer, steps, (evidence,) if evidence else ())
        names = [one.dispatch for one in made if isinstance(one, Proposed)]
        self._issue_authorised()
        return tuple(self.book.dispatch(name) for name in names)

    def _issue_authorised(self) -> None:
        """Issue every fresh draft, in order, for which a pre-authorisation in force stands."""
        now = self._now()
        for waiting in self.book.open_dispatches():
            fresh = waiting.valid_until is not None and now <= waiting.valid_until
            case = self.book.case(waiting.proposed.event.code, waiting.proposed.country)
            if not fresh or waiting.proposed.based_on != len(case.issued):
                continue
            for authority in self.book.preauthorisations:
                if not preauthorisation_gaps(self.book, authority, waiting.proposed, now):
                    self.issue(waiting.name, preauthorisation=authority)
                    break

    def _left_over(self, event: Event, codes: Sequence[str], t_s: float, lift: Lift, because: str) -> Iterable[Action]:
        """Yield the lifts of places that people were told of and the desk has let go: somebody refused its lift."""
        warned = {code for case in self.book.cases.values() if case.event == event.code for code in case.warned}
        if strange := [code for code in codes if code not in warned]:
            cure = f"name some of {', '.join(sorted(warned))}" if warned else "nobody is under warning"
            raise InputError(where="lift", key=", ".join(strange), seen="not under warning", cure=cure)
        places = [place_of(self._places, code) for code in codes]
        reason = Reason.ARRIVED if lift is Lift.PASSED else Reason.OUT_OF_REACH
        for country in dict.fromkeys(place.country for place in places):
            own = tuple(place for place in places if place.country == country)
            yield Action(kind=Kind.LIFT, t_s=t_s, places=own, reason=reason, lift=lift, because=because)

    def _key_fault(self, now: datetime) -> str:
        """Return what is wrong with the agency's certificate at a moment, "" when it is good."""
        if now < self._agency.valid_from:
            return f"the agency's certificate is not good before {iso(self._agency.valid_from)}"
        if now > self._agency.valid_until:
            return f"the agency's certificate was good until {iso(self._agency.valid_until)}"
        return ""

    def _refuse_key(self, now: datetime) -> None:
        """Stop before people read and approve what could not be signed."""
        if fault := self._key_fault(now):
            raise InputError(
                where="agency key",
                seen=f"{fault}, and this machine says {iso(now)}",
                cure="set the clock, if that is wrong; else make a new key and certificate (downrange alert open in an "
                "empty folder shows how), and have the receivers pin it",
            )

    def _refuse_clock(self, event: Event, t_s: float, now: datetime) -> None:
        """Stop where what is looked at is not of now."""
        off_s = since(event.t0, now) - t_s
        if abs(off_s) > self.policy.clock_tolerance_s:
            raise LifeError(
                where="clock",
                seen=f"this machine says {iso(now)}; what was tracked is of {iso(after(event.t0, t_s))}, "
                f"{abs(off_s) / 60.0:.0f} min {'before' if off_s > 0.0 else 'after'} that",
                cure="set the clock of this machine (does it reach a time server?), or look at what is tracked now",
            )


def _only(step: Step, body: Body) -> Plan:
    """Plan one step that needs no look at the book."""
    yield step, body
