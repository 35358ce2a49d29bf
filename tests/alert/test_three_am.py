"""What the person at the desk sees at 3 a.m. when something breaks, and that nothing is lost or half-done by it."""

import resource
import runpy
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from downrange.alert import Lift, Status
from downrange.alert.book import LifeError
from downrange.alert.journal import JournalError
from downrange.alert.keys import load_signer, make_keys
from downrange.base import DownrangeError, InputError

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("office_kit.py"))))

FILES = kit.channel_table("files", "directory", Status.ACTUAL, folder="out")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    base = tmp_path_factory.mktemp("three")
    kit.plug_in(base)
    return kit.make(base / "office", channels=FILES, languages=["en"])


@pytest.fixture
def desk(template, tmp_path):
    """An office with its clock a minute after lift-off, and two people; opened by the test with `desk.enter()`."""
    with a_desk(kit.copy(template, tmp_path / "office")) as made:
        yield made


@contextmanager
def a_desk(folder):
    clock = kit.Clock()
    clock.go(60)
    made = SimpleNamespace(
        folder=folder, clock=clock, kim=kit.signer(folder, "kim"), lee=kit.signer(folder, "lee"), office=None
    )

    def enter(channels=""):
        if channels:
            (folder / "channels.toml").write_text(FILES + "\n" + channels, encoding="utf-8")
        made.office = kit.enter(folder, clock)
        return made.office

    made.enter = enter
    yield made
    if made.office is not None:
        made.office.close()


def warn(desk, codes=("KR-01",)):
    """Warn islets, from the look to the channels; return the dispatch."""
    (one,) = kit.look(desk.office, desk.clock, list(codes), arrival_s=desk.clock.t_s + 340.0)
    desk.office.approve(one.name, desk.kim)
    desk.office.approve(one.name, desk.lee)
    return desk.office.issue(one.name)


def free(desk):
    """Take the warning back."""
    return desk.office.retract(desk.kim, kit.EVENT, "KR", because="the track was of another object")


def said(office):
    """Return what the journal keeps of troubles with channels, in one text."""
    return " ".join(text for one in office.book.dispatches.values() for text in one.troubles.values())


def holds(text, *words):
    """Check that a text says all of these words, on one line, and nothing of our insides."""
    for word in words:
        assert word.casefold() in text.casefold(), text
    assert "Traceback" not in text
    assert "sqlalche.me" not in text
    assert "\n" not in text


# ---- the disk is full


@contextmanager
def full_disk(folder):
    """Leave no room: on a small disk of its own where we may mount one (`small_disk`), else by a limit on file sizes."""
    ballast = folder.parent / "ballast"
    if folder.parent.is_mount():
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(1 << 12))
        yield "No space left"
        ballast.unlink()
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    wal = folder / "journal.db-wal"
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + 100 if wal.exists() else 100, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def gone(folder):
    """Take a folder away, where no disk can be filled."""
    away = folder.rename(folder.with_name("away"))
    yield "No such file"
    away.rename(folder)


@pytest.fixture
def small_disk(template):
    """A folder for an office on a disk of 3 MB where we may mount one, else on any disk."""
    with tempfile.TemporaryDirectory(prefix="dr-disk-") as base:
        words = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", base]
        mounted = shutil.which("mount") and subprocess.run(words, check=False, capture_output=True).returncode == 0
        try:
            yield kit.copy(template, Path(base) / "office")
        finally:
            if mounted:
                subprocess.run([shutil.which("umount"), "--lazy", base], check=True)


def test_the_journal_s_disk_is_full(small_disk):
    with a_desk(small_disk) as desk:
        office = desk.enter()
        warn(desk)
        before = office.journal.entries()
        with full_disk(small_disk):
            desk.clock.go(30)
            with pytest.raises(JournalError) as problem:
                kit.look(office, desk.clock, ["KR-01", "KR-02"])
            holds(str(problem.value), "disk is full", "Make room", "Nothing was written")
            with pytest.raises(JournalError, match="disk is full"):
                free(desk)
            assert office.journal.entries() == before
        (one,) = kit.look(office, desk.clock, ["KR-01", "KR-02"])
        assert one.proposed.added == ("KR-02",)
        free(desk)
        assert office.book.undelivered() == ()
        assert office.check() == ()


def test_a_channel_s_disk_is_full(small_disk, tmp_path):
    """The journal lies elsewhere: what is issued is issued, the other channels have it, the full one gets it later."""
    with a_desk(small_disk) as desk:
        path = small_disk / "office.toml"
        path.write_text(
            path.read_text(encoding="utf-8").replace("journal.db", f"{tmp_path}/journal.db"), encoding="utf-8"
        )
        office = desk.enter(kit.channel_table("tale", "tale", Status.ACTUAL, folder=f"{tmp_path}/tale"))
        with full_disk(small_disk) if small_disk.parent.is_mount() else gone(small_disk / "out") as word:
            one = warn(desk)
            assert one.stage == "issued"
            holds(said(office), "channel files", word, "Try again")
            assert not list((small_disk / "out").glob("*.xml"))
            assert len(kit.taken(tmp_path / "tale")) == 1
        office.tick()
        assert office.book.undelivered() == ()
        assert [path.stem for path in (small_disk / "out").glob("*.xml")] == [one.messages[0].identifier]


# ---- the database is gone


def test_the_database_is_gone_and_comes_back(template, tmp_path, postgres, postgres_database):
    with a_desk(kit.copy(template, tmp_path / "office", database=postgres_database)) as desk:
        office = desk.enter()
        warn(desk)
        before = office.journal.entries()
        for end in (postgres.stop, postgres.kill):
            end()
            desk.clock.go(30)
            for step in (lambda: kit.look(office, desk.clock, ["KR-01", "KR-02"]), lambda: free(desk), office.tick):
                with pytest.raises(JournalError) as problem:
                    step()
                holds(str(problem.value), "database does not answer", "can be reached", "Nothing was written")
            with pytest.raises(JournalError, match="does not answer"):
                kit.enter(desk.folder, desk.clock)
            postgres.start()
            assert office.journal.entries() == before
        free(desk)  # the same office, without being opened anew
        assert office.book.undelivered() == ()
        assert office.check() == ()


def test_the_journal_s_file_is_gone(desk):
    """A journal that vanished is not silently begun anew."""
    warn_once = desk.enter()
    warn(desk)
    warn_once.close()
    for path in desk.folder.glob("journal.db*"):
        path.unlink()
    with pytest.raises(DownrangeError) as problem:
        kit.enter(desk.folder, desk.clock)
    holds(str(problem.value), "is not there", "put a good copy back")
    desk.office = None


# ---- a channel is down


def test_nobody_listens_where_the_webhook_goes(desk):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/"
    office = desk.enter(kit.channel_table("hook", "webhook", Status.ACTUAL, url=url, allow_http=True, record="hook"))
    one = warn(desk)
    assert one.stage == "issued"
    assert len(list((desk.folder / "out").glob("*.xml"))) == 1  # the other channel did not wait
    holds(said(office), "channel hook", "refused", "Try again in")
    free(desk)
    owed = [(channel, dispatch.proposed.kind) for dispatch, _, channel in office.book.undelivered()]
    assert owed == [("hook", "issue"), ("hook", "retract")]


def test_a_channel_that_stays_down_does_not_fill_the_journal(desk):
    """Not while it is tried again every second, nor when what it owes has long expired."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/"
    office = desk.enter(kit.channel_table("hook", "webhook", Status.ACTUAL, url=url, allow_http=True, record="hook"))
    warn(desk)
    seq = office.book.seq
    for _ in range(5):
        desk.clock.go(1)
        office.tick()
    assert office.book.seq == seq
    desk.clock.go(7200)
    office.tick()
    seq = office.book.seq
    for _ in range(5):
        desk.clock.go(1)
        office.tick()
    assert office.book.seq == seq, said(office)


def test_the_broker_is_killed_and_comes_back(desk, mosquitto):
    channel = kit.channel_table(
        "bus",
        "mqtt",
        Status.ACTUAL,
        host=mosquitto.host,
        port=mosquitto.port,
        tls=False,
        topic="cap",
        record="bus",
        timeout_s=2,
    )
    office = desk.enter(channel)
    warn(desk)
    assert office.book.undelivered() == ()
    mosquitto.kill()
    desk.clock.go(30)
    free(desk)
    holds(said(office), "channel bus", "refused", "Try again in")
    assert len(list((desk.folder / "out").glob("*.xml"))) == 2
    mosquitto.start()
    office.tick()
    assert office.book.undelivered() == ()
    assert said(office) == ""


def test_a_channel_with_a_fault_in_its_program_does_not_stop_the_others(desk, monkeypatch):
    office = desk.enter(kit.channel_table("tale", "tale", Status.ACTUAL, folder="tale"))
    import tale_channel

    def faulty(self, parcel):
        raise KeyError(parcel.identifier)

    with monkeypatch.context() as patch:
        patch.setattr(tale_channel.Tale, "send", faulty)
        (one,) = kit.look(office, desk.clock, ["KR-01"])
        office.approve(one.name, desk.kim)
        office.approve(one.name, desk.lee)
        try:
            office.issue(one.name)
        except KeyError:
            pass  # told aloud; it may also be kept as a trouble
        else:
            assert "KeyError" in said(office)
        owed = [channel for _, _, channel in office.journal.refresh().undelivered()]
        assert owed == ["tale"], "the receipt of a channel that works was lost"
    office.tick()
    assert office.book.undelivered() == ()


def test_a_channel_taken_out_of_the_file_still_owes(desk):
    desk.enter(kit.channel_table("tale", "tale", Status.ACTUAL, folder="tale"))
    kit.trouble(desk.folder / "tale", "down")
    warn(desk)
    desk.office.close()
    (desk.folder / "channels.toml").write_text(FILES, encoding="utf-8")
    office = desk.enter()
    office.tick()
    holds(said(office), "channel tale", "not configured here any more", "put it back")


# ---- the clock is wrong


@pytest.mark.parametrize(("hours", "word"), [(1, "before"), (-1, "after")])
def test_a_clock_that_is_wrong_by_an_hour_is_seen_before_anything_is_said(desk, hours, word):
    office = desk.enter()
    before = office.journal.entries()
    t_s = desk.clock.t_s
    desk.clock.go(hours * 3600)
    with pytest.raises(LifeError) as problem:
        office.look(kit.EVENT, kit.crowd(["KR-01"], 400.0), kit.PLACES, t_s=t_s, verdict="nominal", p=0.99)
    holds(str(problem.value), "clock", "60 min", word, "set the clock of this machine", "time server")
    assert office.journal.entries() == before


def test_a_clock_that_fell_back_an_hour_writes_nothing(desk):
    office = desk.enter()
    (one,) = kit.look(office, desk.clock, ["KR-01"])
    before = office.journal.entries()
    desk.clock.go(-3600)
    for step in (lambda: office.approve(one.name, desk.kim), lambda: office.reject(one.name, desk.kim, because="no")):
        with pytest.raises(LifeError) as problem:
            step()
        holds(str(problem.value), "clock", "60 min before the last entry", "set the clock", "downrange alert clock")
    assert office.journal.entries() == before
    desk.clock.go(3600)
    assert office.approve(one.name, desk.kim).consents == ("kim",)


def test_a_clock_that_fell_back_is_told_before_any_fault_of_a_draft(desk):
    """With a message out, a new one dated before it breaks a rule of messages too; that is not the cause."""
    office = desk.enter()
    warn(desk)
    (two,) = kit.look(office, desk.clock, ["KR-01", "KR-02"])
    desk.clock.go(-3600)
    for step in (lambda: office.redraft(desk.kim, two.name), lambda: free(desk)):
        with pytest.raises(LifeError) as problem:
            step()
        holds(str(problem.value), "clock", "60 min before the last entry", "downrange alert clock")


def test_after_a_clock_ran_an_hour_ahead_people_can_be_freed_and_warned_at_once(desk):
    """What was written by the wrong clock stands; a person says that it was wrong, and all goes on."""
    office = desk.enter()
    t_s = desk.clock.t_s
    desk.clock.go(3600)
    office.draft(
        desk.kim,
        kit.EVENT,
        ["KR-01"],
        because="the radar saw it fall there",
        last_arrival=desk.clock() + timedelta(minutes=5),
    )
    (one,) = office.book.open_dispatches()
    office.approve(one.name, desk.lee)
    office.issue(one.name)
    desk.clock.go(-3600)
    assert desk.clock.t_s == t_s
    with pytest.raises(LifeError, match="downrange alert clock"):
        free(desk)
    with pytest.raises(LifeError, match="Give one"):
        office.set_clock(desk.lee, because=" ")
    office.set_clock(desk.lee, because="the time server was an hour ahead")
    (two,) = kit.look(office, desk.clock, ["KR-01", "KR-02"])
    office.approve(two.name, desk.kim)
    office.approve(two.name, desk.lee)
    office.issue(two.name)
    assert set(office.book.case(kit.EVENT.code, "KR").warned) == {"KR-01", "KR-02"}
    free(desk)
    assert office.book.case(kit.EVENT.code, "KR").warned == ()
    assert office.book.undelivered() == ()
    assert office.check() == ()


def test_a_draft_that_lay_too_long_is_not_issued(desk):
    office = desk.enter()
    (one,) = kit.look(office, desk.clock, ["KR-01"], arrival_s=900.0)
    office.approve(one.name, desk.kim)
    desk.clock.go(301)
    for step in (lambda: office.approve(one.name, desk.lee), lambda: office.issue(one.name)):
        with pytest.raises(LifeError) as problem:
            step()
        holds(str(problem.value), "its draft was good until", "draft it again")
    office.redraft(desk.kim, one.name)
    office.approve(one.name, desk.lee)
    with pytest.raises(LifeError, match="1 of 2 people stand for it"):
        office.issue(one.name)  # kim consented to the old words
    office.approve(one.name, desk.kim)
    assert office.issue(one.name).stage == "issued"


# ---- a file of the office is missing or wrong


def refuses(desk, *words):
    """Check that the office does not open, says why, and leaves its folder as it was."""
    before = {path: path.read_bytes() for path in desk.folder.rglob("*") if path.is_file()}
    with pytest.raises(DownrangeError) as problem:
        kit.enter(desk.folder, desk.clock)
    holds(str(problem.value), *words)
    assert {path: path.read_bytes() for path in desk.folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "name",
    [
        "keys/agency.key",
        "keys/agency.pem",
        "keys/downrange.key",
        "people.toml",
        "channels.toml",
        "policy.toml",
        "office.toml",
    ],
)
@pytest.mark.parametrize("fault", ["missing", "empty", "a folder", "garbage"])
def test_a_file_that_is_not_there_or_not_what_it_should_be(desk, name, fault):
    path = desk.folder / name
    text = path.read_bytes()
    path.unlink()
    if fault == "a folder":
        path.mkdir()
    elif fault != "missing":
        path.write_bytes(b"" if fault == "empty" else b"\xff\x00 = [" + text[: len(text) // 2])
    refuses(desk, Path(name).name)


@pytest.mark.parametrize(
    ("was", "becomes", "words"),
    [
        ("p_warn", "p_wran", ("policy.toml", "p_w")),
        ("falling = ['thrust lost'", "falling = ['nominal'", ("policy.toml", "nominal")),
        ("lift_waits_for = 'all down'", "lift_waits_for = 'all up'", ("policy.toml", "lift_waits_for")),
        ("[numbers.settle_s]\nvalue = 10.0", "[numbers.settle_s]\nvalue = -10.0", ("policy.toml", "settle_s")),
        ("sender = 'desk@downrange.invalid'", "sender = 'the desk, downrange'", ("policy.toml", "sender")),
    ],
)
def test_a_policy_with_a_fault_says_where(desk, was, becomes, words):
    path = desk.folder / "policy.toml"
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes), encoding="utf-8")
    refuses(desk, *words)


def test_the_wrong_passphrase_and_none(tmp_path):
    pair = make_keys(tmp_path, "kim", "open sesame")
    for given in ("open sesam", None):
        with pytest.raises(InputError) as problem:
            load_signer(pair.private, given)
        holds(str(problem.value), "kim.key", "passphrase")
    assert load_signer(pair.private, "open sesame").name == "kim"


def test_the_agency_s_certificate_has_expired(desk):
    """It is told when the office opens, not when the first warning is to be signed."""
    desk.clock.go(3600 * 24 * 365 * 20)
    with pytest.raises(DownrangeError) as problem:
        desk.enter()
    holds(str(problem.value), "agency.pem", "certificate", "expired", "pin")
    assert not list(desk.folder.glob("journal.db*"))


def test_a_channel_of_another_status_stops_the_office(desk):
    text = (desk.folder / "office.toml").read_text(encoding="utf-8")
    desk.enter()
    desk.office.close()
    desk.office = None
    (desk.folder / "office.toml").write_text(text.replace('status = "Actual"', 'status = "Exercise"'), encoding="utf-8")
    with pytest.raises(InputError) as problem:
        kit.enter(desk.folder, desk.clock)
    holds(str(problem.value), "Actual", "Exercise", "journal of its own")


def test_a_lift_on_silence_is_refused_and_says_what_would_do(desk):
    office = desk.enter()
    warn(desk)
    desk.clock.go(20)
    with pytest.raises(LifeError) as problem:
        office.lift(desk.kim, kit.EVENT, ["KR-01"], lift=Lift.PASSED, because="we have heard nothing for long")
    holds(str(problem.value), "pieces were said to fall until", "attach what was seen", "retract")
