"""How long from a decision to a signed, verified CAP file on the disk; what checking one message costs beside its peers.

A decision begins with what falls and a verdict. It goes through the office: the desk looks, the messages are drafted and held
against all rules, two people sign for them, the agency's key signs, the journal (SQLite) and the file wait for the disk, and
the file is read back and its signature verified. The two people take no time here: what is measured is the machine.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _alert_journal import journal, percentiles, postgresql
from _alert_office import PHASES, Decision, Desk, at_work, made
from _report import cpu_s, digits, in_turns, options, say, tell, version

from downrange.alert import (
    check,
    infos,
    load_agency_key,
    load_pins,
    make_agency_key,
    messages_of,
    parcel_texts,
    parse,
    read_cap,
    sign_xml,
    verify_xml,
)
from downrange.alert.schema import schema_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from downrange.alert import Message, Pins, Policy

WANTED_P99_MS = 100.0
FILED = 4  # phases until the signed file is on the disk; reading it back comes after
LANGUAGES = ("ko", "ja", "en", "zh", "tl")


def decisions(desk: Desk, count: int) -> dict[str, Any]:
    """Take so many decisions after the first, which finds nothing in memory and is told apart."""
    first, *taken = (desk.decide(number) for number in range(count + 1))
    entries = desk.office.book.seq
    check_s = cpu_s(desk.office.check)
    return {
        "count": count,
        "wanted_p99_ms": WANTED_P99_MS,
        **percentiles([sum(one.wall_s[:FILED]) for one in taken]),
        "cpu": percentiles([sum(one.cpu_s[:FILED]) for one in taken]),
        "phases": {
            name: {
                **percentiles([one.wall_s[k] for one in taken]),
                "cpu": percentiles([one.cpu_s[k] for one in taken]),
            }
            for k, name in enumerate(PHASES)
        },
        "first_of_the_process_ms": digits(1e3 * sum(first.wall_s[:FILED])),
        "last_hundred": {
            **percentiles([sum(one.wall_s[:FILED]) for one in taken[-100:]]),
            "cpu": percentiles([sum(one.cpu_s[:FILED]) for one in taken[-100:]]),
        },
        **_size(taken),
        "journal": {"entries": entries, "check_with_signatures_cpu_s": digits(check_s)},
    }


def _size(taken: list[Decision]) -> dict[str, Any]:
    """Return how large the messages were."""
    places = [one.places for one in taken]
    return {
        "municipalities": [min(places), max(places)],
        "languages": taken[0].languages,
        "kilobytes": digits(sum(one.kilobytes for one in taken) / len(taken)),
    }


def signed_today(draft: str, folder: Path) -> tuple[bytes, Pins]:
    """Sign a draft with a key whose certificate is valid by this machine's clock, which is the one that peers go by."""
    key = make_agency_key(folder, "Safety Agency", now=datetime.now(UTC))
    return sign_xml(draft.encode(), load_agency_key(key.key, key.certificate), now=datetime.now(UTC)), load_pins(
        (key.certificate,)
    )


def one_message(xml: bytes, pins: Pins, rounds: int, *, peers: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the CPU seconds of checking one signed message: ours by part, and the peers'."""
    now = datetime.now(UTC)
    areas = vars(import_module("downrange.alert._rules_area"))
    memories = [held.cache_clear for held in areas.values() if hasattr(held, "cache_clear")]
    checks: dict[str, Callable[[], object]] = {
        "parse": lambda: read_cap(xml),
        "schema and rules": lambda: _checked_anew(xml, memories),
        "schema and rules, seen before": lambda: check(xml),
        "signature": lambda: verify_xml(xml, pins, now),
        "schema and signature": lambda: (schema_problems(parse(xml)), verify_xml(xml, pins, now)),
        "all": lambda: (read_cap(xml), _checked_anew(xml, memories), verify_xml(xml, pins, now)),
    }
    theirs = _peers(xml) if peers else {}
    if check(xml):
        raise SystemExit(f"our own message: {check(xml)[0]}")
    sides = {name: _timed(work) for name, work in {**checks, **theirs}.items()}
    for work in (*checks.values(), *theirs.values()):
        work()
    best = {name: min(seconds) for name, seconds in in_turns(sides, rounds).items()}
    ours = {f"{name}_ms": digits(1e3 * best[name]) for name in checks}
    if not theirs:
        return ours, {"absent": "not installed" if peers else "switched off"}
    against = {"capvalidator": "schema and signature", "cap-tools": "parse"}
    return ours, {
        name: {
            "version": version(name),
            "does": {"capvalidator": "schema, signature by the key in the message", "cap-tools": "parse"}[name],
            "ms": digits(1e3 * best[name]),
            "ours_does": against[name],
            "ratio_of_its_time_to_ours": digits(best[name] / best[against[name]]),
        }
        for name in theirs
    }


def _checked_anew(xml: bytes, memories: Sequence[Callable[[], None]]) -> object:
    """Check a message as if its polygons had never been seen."""
    for forget in memories:
        forget()
    return check(xml)


def _timed(work: Callable[[], object]) -> Callable[[], float]:
    """Return what measures the CPU seconds of one call, from ten."""
    return lambda: cpu_s(work, repeats=10)


def _peers(xml: bytes) -> dict[str, Callable[[], object]]:
    """Return what the peers do with a message; only those that are installed and take it."""
    found: dict[str, Callable[[], object]] = {}
    if version("capvalidator") is not None:
        from capvalidator import validate_cap_message

        if not validate_cap_message(xml).passed:
            raise SystemExit(f"capvalidator: {validate_cap_message(xml).message}")
        found["capvalidator"] = lambda: validate_cap_message(xml)
    if version("cap-tools") is not None:
        from cap_tools.models import Alert
        from xsdata.formats.dataclass.context import XmlContext
        from xsdata.formats.dataclass.parsers import XmlParser

        parser = XmlParser(context=XmlContext(models_package="cap_tools"))
        found["cap-tools"] = lambda: parser.from_bytes(xml, Alert)
    return found


def texts(message: Message, policy: Policy, rounds: int) -> dict[str, Any]:
    """Return what the words of a message cost, in five languages."""
    names = dict.fromkeys(LANGUAGES, "Safety Agency")
    policy = replace(
        policy,
        languages=LANGUAGES,
        agency={**names, **policy.agency},
        agency_short={**names, **policy.agency_short},
    )
    short, left = parcel_texts(message, policy)
    sides = {
        "long": _timed(lambda: infos(message, policy)),
        "short": _timed(lambda: parcel_texts(message, policy)),
    }
    best = {name: min(seconds) for name, seconds in in_turns(sides, rounds).items()}
    return {
        "languages": len(LANGUAGES),
        "long_texts_ms": digits(1e3 * best["long"]),
        "short_texts": len(short),
        "short_texts_that_do_not_fit": len(left),
        "short_texts_ms": digits(1e3 * best["short"]),
        "short_texts_per_cpu_s": digits(len(short) / best["short"]),
    }


@contextmanager
def _nowhere() -> Iterator[None]:
    """Yield no database."""
    yield None


def main() -> None:
    """Measure, and print one line of JSON."""
    args = options(__doc__ or "")
    count, entries, rounds = (2, 8, 1) if args.tiny else (300, 1_000, 5)
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as here:
        folder = made(Path(here) / "office")
        for desk in at_work(folder):
            result["decision_to_signed_file"] = decisions(desk, count)
            sent = next(iter(desk.office.book.dispatches.values()))
            xml, pins = signed_today(sent.messages[0].xml, Path(here))
            result["one_message"], result["peers"] = one_message(xml, pins, rounds, peers=args.peers)
            result["texts"] = texts(messages_of(sent)[0], desk.office.policy, rounds)
        result["journal"] = {"sqlite": journal(Path(here) / "small", entries)}
        with postgresql() if not args.tiny else _nowhere() as url:
            absent = {"absent": "not installed" if not args.tiny else "not in a tiny run"}
            result["journal"]["postgresql"] = journal(Path(here) / "server", entries, url) if url else absent
    told(result)
    tell("alert", result, tiny=args.tiny)


def told(result: dict[str, Any]) -> None:
    """Say the same in words."""
    row = result["decision_to_signed_file"]
    low, high = row["municipalities"]
    say(f"A decision about {low} to {high} municipalities in {row['languages']} languages, {row['kilobytes']:g} kB")
    say(
        f"  {row['count']}: {_in_words(row)} by the clock (wanted: {WANTED_P99_MS:g} ms for p99), {_in_words(row['cpu'])} of CPU"
    )
    say(
        f"  the last hundred: {_in_words(row['last_hundred'])}; the first of the process: {row['first_of_the_process_ms']:g} ms"
    )
    for name, phase in row["phases"].items():
        say(f"    {name}: {_in_words(phase)}")
    kept = row["journal"]
    say(
        f"  their journal of {kept['entries']:,} entries, checked whole: {kept['check_with_signatures_cpu_s']:g} s of CPU"
    )
    say("One of these messages, CPU time")
    for name, value in result["one_message"].items():
        say(f"  {name.removesuffix('_ms')}: {value:g} ms")
    for name, peer in result["peers"].items():
        if name != "absent":
            say(
                f"  {name} ({peer['does']}): {peer['ms']:g} ms, {peer['ratio_of_its_time_to_ours']:g} times ours ({peer['ours_does']})"
            )
    words = result["texts"]
    say(
        f"Its words in {words['languages']} languages: {words['long_texts_ms']:g} ms; {words['short_texts']} short texts: {words['short_texts_ms']:g} ms"
    )
    for name, database in result["journal"].items():
        if "absent" not in database:
            say(
                f"Journal in {name}: {database['appends_per_s']:g} small entries a second ({_in_words(database)}), check of {database['entries']:,}: {database['check_s']:g} s"
            )


def _in_words(row: dict[str, Any]) -> str:
    """Return percentiles in words."""
    return f"p50 {row['p50_ms']:g}, p99 {row['p99_ms']:g} ms"


if __name__ == "__main__":
    main()
