"""A process that lives through warnings again and again and is killed again and again, until each life is complete.

Not a test, and not imported by one: test_kills.py starts it. It is warm, has no threads and no connections, and forks a
child for every attempt; the child opens the office, sees from the journal how far it came, and goes on from there.
"""

import hashlib
import itertools
import json
import os
import random
import select
import shutil
import signal
import sys
import threading
import time
import tomllib
import traceback
from pathlib import Path

import life_witness
import office_kit as kit
from lxml import etree

from downrange.alert import Event
from downrange.alert.book import LifeError
from downrange.alert.preauth import load_preauthorisation

RACERS = 5
STRIDES = 12  # how many times, roughly, a life is killed before it is through
TRACED = ("/alert/office.py", "/alert/journal.py", "/alert/post.py", "/alert/channels/", "/tale_channel.py")
OTHER = Event(code="2023-06-01", t0=kit.T0, origin=kit.EVENT.origin)
LOOKS = (
    # event, seconds after lift-off, islets that something falls on, verdict
    (kit.EVENT, 60, ("KR-01", "KR-02"), "nominal"),  # issued on two people's word
    (kit.EVENT, 90, ("KR-01", "KR-02", "KR-03"), "nominal"),  # widened
    (kit.EVENT, 420, (), "thrust lost"),
    (kit.EVENT, 432, (), "thrust lost"),  # lifted
    (OTHER, 440, ("JP-01",), "nominal"),  # issued, and taken back
    (OTHER, 460, ("KR-04",), "nominal"),  # issued by pre-authorisation
)


def live(folder):
    """Carry a life on from where its journal ends, as the people of the office would."""
    clock = kit.Clock()
    office = kit.enter(folder, clock)
    people = {name: kit.signer(folder, name) for name in kit.PEOPLE}
    if not office.book.preauthorisations:
        office.preauthorise(people["park"], load_preauthorisation(folder / "night.toml"))
    done = [number for number, (event, t_s, *_) in enumerate(LOOKS) if office.desk(event).t_s >= t_s]
    for number in range(done[-1] if done else 0, len(LOOKS)):
        event, t_s, codes, verdict = LOOKS[number]
        clock.now = kit.T0
        clock.go(t_s)
        if office.desk(event).t_s < t_s:
            arrival_s = max(400.0, t_s + 200.0) if codes else 410.0
            kit.look(office, clock, codes, arrival_s=arrival_s, verdict=verdict, event=event)
        answer(office, people)
        if office.book.case(OTHER.code, "JP").warned:
            office.retract(people["kim"], OTHER, "JP", because="the track was of another object")
    clock.go(3 * 3600)
    office.tick()
    office.close()


def answer(office, people):
    """Let time do what it does, and people consent to and issue what waits for them."""
    office.tick()
    for one in office.book.open_dispatches():
        widens = bool(one.proposed.added)
        for name in ("kim", "lee") if widens else ():
            if name not in office.book.dispatch(one.name).consents:
                office.approve(one.name, people[name])
        office.issue(one.name, people["kim"])


# ---- dying


class Steps:
    """Counts the lines that are run in the rooms where things are written down, and dies at the one that is wanted."""

    def __init__(self, fatal=None):
        self.fatal, self.count, self.lock = fatal, 0, threading.Lock()

    def __call__(self, frame, event, arg):  # noqa: ARG002 - as settrace has it
        return self.line if any(part in frame.f_code.co_filename for part in TRACED) else None

    def line(self, frame, event, arg):  # noqa: ARG002 - the same
        if event == "line":
            with self.lock:
                self.count += 1
            if self.count == self.fatal:
                os.kill(os.getpid(), signal.SIGKILL)
        return self.line

    def watch(self):
        threading.settrace(self)
        sys.settrace(self)


def die_in_database(fatal):
    """Die before or after the n-th statement or commit, whatever database it is."""
    from sqlalchemy import Engine, event

    left = [fatal]  # 0: never, but count

    def count(*_, **__):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, name, count)
    return left


def child(work, *args, within_s=None):
    """Run something in a forked process; return what it told, or None when it was killed, at the latest after a time."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        status = 1
        try:
            os.write(write, json.dumps(work(*args)).encode())
            status = 0
        except BaseException:  # noqa: BLE001 - told to the test that reads our standard error
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read, "rb") as told:
        if not select.select([told], [], [], within_s)[0]:
            os.kill(pid, signal.SIGKILL)
        said = told.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return None
    if status:
        raise SystemExit(f"a life failed by itself, with status {status}")
    return json.loads(said)


def attempt(folder, how, fatal):
    """Make one attempt at a life, to be cut short."""
    if how == "line":
        Steps(fatal).watch()
    elif how == "database":
        die_in_database(fatal)
    live(folder)
    return "through"


def measured(folder):
    """Live once, undisturbed; return how many lines, calls of the database and seconds that takes."""
    start = time.monotonic()
    calls = die_in_database(0)
    live(folder)
    time_s = time.monotonic() - start
    return {"database": -calls[0], "time": time_s}


def counted(folder):
    """Live once, undisturbed; return how many lines that takes."""
    steps = Steps()
    steps.watch()
    live(folder)
    return steps.count


# ---- and judging what is left


def judged(folder):
    """Hold all that a life left behind against its journal, and tell what it was."""
    clock = kit.Clock(kit.T0)
    clock.go(3 * 3600)
    office = kit.enter(folder, clock)
    entries = office.journal.entries()
    people = tomllib.loads((folder / "people.toml").read_text(encoding="utf-8"))["person"]
    witness = life_witness.Witness(people, "Actual")
    for entry in entries:
        witness.read(entry)
    assert office.check() == ()
    assert office.book.undelivered() == ()
    assert office.book.open_dispatches() == ()
    office.tick()
    assert office.journal.entries() == entries, "something was left to do"
    office.close()
    published = witness.published
    for name in ("out", "feed"):
        files = {path.stem: path.read_bytes() for path in (folder / name).glob("*.xml")}
        assert files == published, f"{name} does not hold what was issued"
    digests = [(name, hashlib.sha256(xml).hexdigest()) for name, xml in published.items()]
    assert kit.taken(folder / "tale") == digests, "not each message once, in order"
    steps = [str(entry.step) for entry in entries if entry.step not in ("delivered", "undelivered")]
    delivered = sorted(_receipt(entry) for entry in entries if entry.step == "delivered")
    return {
        "steps": steps,
        "delivered": delivered,
        "drafts": [draft for one in witness.issued for draft in witness.drafts[one]],
        "digests": digests,
        "identifiers": _in_feed(folder / "feed" / "feed.atom"),
    }


def _receipt(entry):
    body = json.loads(entry.body)
    return [body["identifier"], body["channel"]]


def _in_feed(path):
    """Return the files that a feed points to, sorted."""
    root = etree.fromstring(path.read_bytes())
    links = root.iterfind("{http://www.w3.org/2005/Atom}entry/{http://www.w3.org/2005/Atom}link")
    return sorted({link.get("href").rsplit("/", 1)[-1] for link in links})


# ---- many at once


def race(folder):
    """Let several processes do the same at the same moment; tell how many of them were the one that did it."""
    name = child(prepared, folder)
    gate, opened = os.pipe()
    pids = []
    for _ in range(RACERS):
        pids.append(os.fork())
        if pids[-1] == 0:
            os.close(opened)
            os.read(gate, 1)  # until the gate opens for all
            os._exit(contend(folder, name))
    os.close(gate)
    os.close(opened)
    ends = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    child(expired, folder)
    return ends


def prepared(folder):
    """Bring a warning to where it can be issued."""
    clock = kit.Clock()
    clock.go(60)
    office = kit.enter(folder, clock)
    (one,) = kit.look(office, clock, ["KR-01", "KR-02"])
    for name in ("kim", "lee"):
        office.approve(one.name, kit.signer(folder, name))
    office.close()
    return one.name


def contend(folder, name):
    """Issue a warning that others issue too, and send what is owed; return 0 for the one who did, 3 for the others."""
    try:
        clock = kit.Clock()
        clock.go(61)
        office = kit.enter(folder, clock)
        status = 0
        try:
            office.issue(name)
        except LifeError:
            status = 3
        office.tick()
        office.close()
    except BaseException:  # noqa: BLE001 - told to the test that reads our standard error
        traceback.print_exc()
        return 1
    return status


def expired(folder):
    """Let the warning end by itself."""
    clock = kit.Clock()
    clock.go(3 * 3600)
    office = kit.enter(folder, clock)
    office.tick()
    office.close()


def tell(what):
    """Write a line for the test that reads our standard output."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def fresh_databases(server):
    """Yield addresses under which nothing lies yet: schemas of one database, which cost less than databases."""
    for number in itertools.count(1):
        child(make_schema, server.replace("+psycopg", ""), f"life_{number}")
        yield f"{server}?options=-csearch_path%3Dlife_{number}"


def make_schema(server, name):
    """Make an empty schema."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")


def lives(told):
    """Live and die until there were enough kills; tell a line of JSON for each life."""
    template, kills, number = Path(told["template"]), 0, 0
    urls = fresh_databases(told["server"]) if told["server"] else itertools.repeat(None)
    base = Path(told["folder"])
    live(kit.copy(template, base / "first"))  # here: what it imports and reads once, the children need not
    span = child(measured, kit.copy(template, base / "measured", database=next(urls)))
    span["line"] = child(counted, kit.copy(template, base / "counted", database=next(urls)))
    tell(span | {"life": child(judged, base / "counted")})
    for number in range(told["races"]):
        folder = kit.copy(template, base / f"race{number}", database=next(urls))
        tell({"race": race(folder), "life": child(judged, folder)})
    number = 0
    while kills < told["kills"]:
        number += 1
        folder = kit.copy(template, base / f"life{number}", database=next(urls))
        rng, deaths = random.Random(f"{told['seed']} {number}"), []  # noqa: S311 - nobody must not guess it
        while True:
            how = rng.choice(["line", "database", "time"])
            fatal = rng.uniform(0.0, 2.0 * span[how] / STRIDES)
            within_s = fatal if how == "time" else None
            if child(attempt, folder, how, max(1, round(fatal)), within_s=within_s) == "through":
                break
            deaths.append(how)
            # A process that is killed over and over in its first steps would never get through.
            span = {key: value * 1.02 for key, value in span.items()}
        kills += len(deaths)
        tell({"deaths": deaths, "life": child(judged, folder)})
        shutil.rmtree(folder)


if __name__ == "__main__":
    request = json.loads(sys.stdin.read())
    kit.plug_in(Path(request["folder"]))
    lives(request)
