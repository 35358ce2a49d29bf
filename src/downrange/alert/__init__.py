"""Alert: who must be warned, with what words, by whose consent, and when they may be let go.

In: falls ahead, a verdict, municipalities with people, an agency's policy, people's keys.
Out: actions (issue, update, lift), signed CAP 1.2 messages on channels, a journal of every step, a score.
Start here: `look`, `watch`, `release`, `verify`, `score`; for a real desk `make_office`, `open_office`, `Office`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from downrange.alert.by_hand import free, widen
from downrange.alert.cap import CapError, parse, reference, when, write
from downrange.alert.desk import Desk, Situation, Told, Warned, decide, expiry_s, look, watch
from downrange.alert.draft import Chain, advise, follow, release, retract
from downrange.alert.exposure import FallsLike, Prepared, assess, last_arrival_s, quantile, upper_bound
from downrange.alert.lint import lint, lint_message
from downrange.alert.model import (
    NOBODY,
    Action,
    Area,
    AtRisk,
    Band,
    Event,
    Info,
    Kind,
    Lift,
    Message,
    Parcel,
    PlaceLike,
    Problem,
    Reason,
    Receipt,
    Reference,
    Released,
    Ring,
    ShortText,
    Status,
    people_of,
)
from downrange.alert.outline import Outline, outline
from downrange.alert.passage import clearance_m, passed_by
from downrange.alert.policy import Policy, Worth, load_policy, policy_names
from downrange.alert.rules import RULES, Context, check
from downrange.alert.schema import SchemaMissingError, schema_path
from downrange.alert.score import PersonMinutes, Score, Spell, person_minutes, score, spells, tenth_and_median
from downrange.alert.texts import BUDGETS, TextTooLongError, infos, plain, short
from downrange.alert.verify import Report, verify, verify_file

if TYPE_CHECKING:
    from downrange.alert._database import JournalError
    from downrange.alert.book import OPEN_STAGES, Book, Case, Dispatch, LifeError, Stage, Standing
    from downrange.alert.channels import Channel, ChannelDownError, ChannelRefusedError, WrongStatusError, load_channels
    from downrange.alert.drafting import DraftError, messages_of
    from downrange.alert.entries import Delivery, Entry, Looked, Proposed, Step, body_of
    from downrange.alert.evidence import read_snapshot, snapshot
    from downrange.alert.journal import Journal
    from downrange.alert.keys import (
        KeyRefusedError,
        Person,
        Roster,
        Signer,
        check_signer,
        load_roster,
        load_signer,
        make_keys,
    )
    from downrange.alert.life import consents_needed, fold
    from downrange.alert.office import Office
    from downrange.alert.office_files import make_office, open_office, read_journal, read_office
    from downrange.alert.parcels import parcel_texts
    from downrange.alert.preauth import (
        PreAuthorisation,
        canonical,
        load_preauthorisation,
        sign_preauthorisation,
        write_preauthorisation,
    )
    from downrange.alert.read import Received, read_cap
    from downrange.alert.sign import (
        AgencyKey,
        Pins,
        SignatureRefusedError,
        load_agency_key,
        load_pins,
        make_agency_key,
        sign_xml,
        verify_xml,
    )

__all__ = [
    "BUDGETS",
    "NOBODY",
    "OPEN_STAGES",
    "RULES",
    "Action",
    "AgencyKey",
    "Area",
    "AtRisk",
    "Band",
    "Book",
    "CapError",
    "Case",
    "Chain",
    "Channel",
    "ChannelDownError",
    "ChannelRefusedError",
    "Context",
    "Delivery",
    "Desk",
    "Dispatch",
    "DraftError",
    "Entry",
    "Event",
    "FallsLike",
    "Info",
    "Journal",
    "JournalError",
    "KeyRefusedError",
    "Kind",
    "LifeError",
    "Lift",
    "Looked",
    "Message",
    "Office",
    "Outline",
    "Parcel",
    "Person",
    "PersonMinutes",
    "Pins",
    "PlaceLike",
    "Policy",
    "PreAuthorisation",
    "Prepared",
    "Problem",
    "Proposed",
    "Reason",
    "Receipt",
    "Received",
    "Reference",
    "Released",
    "Report",
    "Ring",
    "Roster",
    "SchemaMissingError",
    "Score",
    "ShortText",
    "SignatureRefusedError",
    "Signer",
    "Situation",
    "Spell",
    "Stage",
    "Standing",
    "Status",
    "Step",
    "TextTooLongError",
    "Told",
    "Warned",
    "Worth",
    "WrongStatusError",
    "advise",
    "assess",
    "body_of",
    "canonical",
    "check",
    "check_signer",
    "clearance_m",
    "consents_needed",
    "decide",
    "expiry_s",
    "fold",
    "follow",
    "free",
    "infos",
    "last_arrival_s",
    "lint",
    "lint_message",
    "load_agency_key",
    "load_channels",
    "load_pins",
    "load_policy",
    "load_preauthorisation",
    "load_roster",
    "load_signer",
    "look",
    "make_agency_key",
    "make_keys",
    "make_office",
    "messages_of",
    "open_office",
    "outline",
    "parcel_texts",
    "parse",
    "passed_by",
    "people_of",
    "person_minutes",
    "plain",
    "policy_names",
    "quantile",
    "read_cap",
    "read_journal",
    "read_office",
    "read_snapshot",
    "reference",
    "release",
    "retract",
    "schema_path",
    "score",
    "short",
    "sign_preauthorisation",
    "sign_xml",
    "snapshot",
    "spells",
    "tenth_and_median",
    "upper_bound",
    "verify",
    "verify_file",
    "verify_xml",
    "watch",
    "when",
    "widen",
    "write",
    "write_preauthorisation",
]

# An office's journal, keys and channels are not needed by a replay, and take a third of a second to load.
_LATE = {
    "AgencyKey": "sign",
    "Book": "book",
    "Case": "book",
    "Channel": "channels",
    "ChannelDownError": "channels",
    "ChannelRefusedError": "channels",
    "Delivery": "entries",
    "Dispatch": "book",
    "DraftError": "drafting",
    "Entry": "entries",
    "Journal": "journal",
    "JournalError": "_database",
    "KeyRefusedError": "keys",
    "LifeError": "book",
    "Looked": "entries",
    "OPEN_STAGES": "book",
    "Office": "office",
    "Person": "keys",
    "Pins": "sign",
    "PreAuthorisation": "preauth",
    "Proposed": "entries",
    "Received": "read",
    "Roster": "keys",
    "SignatureRefusedError": "sign",
    "Signer": "keys",
    "Stage": "book",
    "Standing": "book",
    "Step": "entries",
    "WrongStatusError": "channels",
    "body_of": "entries",
    "canonical": "preauth",
    "check_signer": "keys",
    "consents_needed": "life",
    "fold": "life",
    "load_agency_key": "sign",
    "load_channels": "channels",
    "load_pins": "sign",
    "load_preauthorisation": "preauth",
    "load_roster": "keys",
    "load_signer": "keys",
    "make_agency_key": "sign",
    "make_keys": "keys",
    "make_office": "office_files",
    "messages_of": "drafting",
    "open_office": "office_files",
    "parcel_texts": "parcels",
    "read_cap": "read",
    "read_journal": "office_files",
    "read_office": "office_files",
    "read_snapshot": "evidence",
    "sign_preauthorisation": "preauth",
    "sign_xml": "sign",
    "snapshot": "evidence",
    "verify_xml": "sign",
    "write_preauthorisation": "preauth",
}


def __getattr__(name: str) -> object:
    """Load the modules of an office when first asked for."""
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = getattr(import_module(f"downrange.alert.{_LATE[name]}"), name)
    return globals()[name]
