"""An alert office from the command line: one launch lived through, in an exercise and for real."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from downrange.cli import app

EXAMPLES = Path(__file__).parents[2] / "examples" / "alert"
FALLS, EVENT = str(EXAMPLES / "falls.csv"), str(EXAMPLES / "event.toml")
FIRST, LAST = "2023-05-31.KR.01", "2023-05-31.KR.02"
BAENGNYEONG = "KR-28720330"


def run(*words, typed=None):
    """Return what a command printed; a traceback is nobody's answer."""
    done = CliRunner().invoke(app, ["alert", *map(str, words)], input=typed)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return SimpleNamespace(code=done.exit_code, out=done.stdout, err=done.stderr)


def well(*words, **options):
    done = run(*words, **options)
    assert done.code == 0, done.err
    return done


def refused(*words, **options):
    """Return the last paragraph of a command that was refused."""
    done = run(*words, **options)
    assert done.code == 2, done.out
    assert done.out == ""
    told = done.err.strip().splitlines()[-1]
    assert told.startswith("downrange: ")
    return told


class Desk:
    """An office in a folder, and two people with their keys."""

    def __init__(self, folder, *opening):
        self.folder = folder / "office"
        self.keys = folder / "keys"
        well("open", self.folder, *opening)
        for name in ("kim", "lee"):
            lines = json.loads(well("keys", name, "--out", self.keys, "--json").out)["people_toml"]
            with (self.folder / "people.toml").open("a", encoding="utf-8") as file:
                file.write("\n" + lines)

    def key(self, name):
        return self.keys / f"{name}.key"

    def words(self, command, words, at, who):
        mine = [command, *words, "--office", self.folder]
        return mine + (["--as", self.key(who)] if who else []) + (["--at", at] if at else [])

    def do(self, command, *words, at=None, who=None, **options):
        return well(*self.words(command, words, at, who), **options)

    def json(self, command, *words, at=None, who=None):
        return json.loads(self.do(command, *words, "--json", at=at, who=who).out)

    def not_done(self, command, *words, at=None, who=None, **options):
        return refused(*self.words(command, words, at, who), **options)


def look(verdict):
    return (FALLS, "--event", EVENT, "--verdict", verdict, "--p", "0.99")


@pytest.fixture(scope="module")
def exercise(tmp_path_factory):
    """The launch of 2023-05-31 as an exercise: warned at 60 s, read, issued, over, lifted."""
    desk = Desk(tmp_path_factory.mktemp("exercise"), "--at", "2023-05-01T00:00Z")
    desk.looked = desk.do("look", *look("nominal"), at="2023-05-30T21:28:00Z")
    desk.waiting = desk.json("list", at="2023-05-30T21:28:10Z")
    desk.shown = desk.json("show", FIRST, at="2023-05-30T21:28:10Z")
    desk.read = desk.do("show", FIRST, at="2023-05-30T21:28:10Z")
    desk.do("approve", FIRST, "--digest", desk.shown["digest"][:12], at="2023-05-30T21:28:20Z", who="lee")
    desk.issued = desk.do("issue", FIRST, at="2023-05-30T21:28:30Z", who="kim")
    desk.warned = desk.json("list", at="2023-05-30T21:30:00Z")
    # the whole file has come down by then; the reason must stand for settle_s
    desk.do("look", *look("thrust lost"), at="2023-05-30T22:20:00Z")
    desk.over = desk.json("look", *look("thrust lost"), at="2023-05-30T22:20:15Z")
    desk.do("issue", desk.over["dispatches"][0]["dispatch"], at="2023-05-30T22:20:20Z", who="lee")
    desk.free = desk.json("list", at="2023-05-30T22:21:00Z")
    return desk


def test_the_islands_are_proposed_and_nobody_else(exercise):
    (waiting,) = exercise.waiting["waiting"]
    assert waiting["codes"] == ["KR-28720330", "KR-28720340"]
    assert waiting["people"]["low"] < waiting["people"]["best"] < waiting["people"]["high"]
    assert exercise.waiting["in_force"] == []
    assert "Baengnyeong" in exercise.looked.out
    assert f"downrange alert issue {FIRST}" in exercise.looked.out


def test_whoever_approves_reads_every_word_and_what_it_rests_on(exercise):
    shown = exercise.shown
    assert {text["language"][:2] for text in shown["messages"][0]["texts"]} == {"ko", "ja", "en"}
    assert {text["budget"] for text in shown["short_texts"]} == {90, 157, 360}
    assert shown["evidence"]["situation"]["verdict"] == "nominal"
    assert shown["evidence"]["rows"] == sum(line[:1].isdigit() for line in Path(FALLS).read_text().splitlines())
    flat = " ".join(exercise.read.out.split())
    for told in ("백령면", "白翎面", "Places, and no other", "Evidence", shown["digest"][:12], "DOES NOT FIT"):
        assert told in flat


def test_an_exercise_says_so_first_and_last_everywhere(exercise):
    for done in (exercise.looked, exercise.read, exercise.issued):
        heading = done.err.strip().splitlines()[0]
        assert heading.startswith("EXERCISE office of")
        assert heading.endswith("EXERCISE")
        titles = [line for line in done.out.splitlines() if line.startswith("EXERCISE: ")]
        assert titles
        assert all(line.rstrip().endswith("(EXERCISE)") for line in titles)


def test_what_is_issued_is_in_force_until_it_is_lifted(exercise):
    (case,) = exercise.warned["in_force"]
    assert case["standing"] == "warned"
    assert case["expires"] > case["falls_until"]
    assert exercise.warned["without_receipt"] == []
    (lift,) = exercise.over["dispatches"]
    assert (lift["kind"], lift["lift"], lift["codes"]) == ("lift", "has passed", case["codes"])
    assert lift["channels"] == case["channels"]
    assert exercise.free["in_force"] == []
    assert exercise.free["ended"][0]["standing"] == "lifted"


def test_the_journal_is_whole_and_one_changed_letter_is_found(exercise, tmp_path):
    done = exercise.do("journal", "--check")
    assert "hold" in done.out
    before = json.loads(well("journal", "--office", exercise.folder, "--json").out)
    assert before["whole"]
    assert [one["step"] for one in before["entries"]][:3] == ["opened", "looked", "proposed"]
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in exercise.folder.iterdir():
        if path.is_file():
            (copy / path.name).write_bytes(path.read_bytes())
    with sqlite3.connect(copy / "journal.db") as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE entries SET body = replace(body, 'nominal', 'nominel') WHERE seq = 2")
    database.close()
    broken = run("journal", "--office", copy)
    assert broken.code == 2
    assert "entry 2" in broken.out


def test_a_file_is_believed_by_the_agencys_certificate_alone(exercise, tmp_path):
    messages = sorted((exercise.folder / "out").glob("*.xml"))
    pin = exercise.folder / "keys" / "agency.pem"
    at = ("--at", "2023-05-30T21:30:00Z")
    assert "CN=Downrange exercise desk" in well("verify", messages[0], "--pin", pin, *at).out
    other = tmp_path / "other"
    well("open", other, "--at", "2023-05-01T00:00Z")
    false = run("verify", messages[0], "--pin", other / "keys" / "agency.pem", *at)
    assert false.code == 2
    assert "SIGNATURE" in false.out
    assert "NOT checked" in well("verify", messages[0], *at).out


def test_the_xml_shown_is_the_file_sent(exercise):
    shown = exercise.do("show", FIRST, "--xml", at="2023-05-30T22:21:00Z").out
    (sent,) = (exercise.folder / "out").glob("*issue*.xml")
    assert shown.rstrip("\n") == sent.read_text(encoding="utf-8").rstrip("\n")


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """An Actual office, by the clock of this machine, and a launch a minute ago."""
    folder = tmp_path_factory.mktemp("real")
    desk = Desk(folder, "--mode", "actual", "--policy", EXAMPLES / "policy.toml")
    t0 = datetime.now(UTC) - timedelta(seconds=60)
    desk.event = folder / "now.toml"
    text = Path(EVENT).read_text(encoding="utf-8")
    text = text.replace("2023-05-30T21:27:00Z", t0.isoformat(timespec="seconds")).replace('"2023-05-31"', '"now"')
    desk.event.write_text(text, encoding="utf-8")
    desk.t0 = t0
    return desk


def test_a_real_warning_takes_two_people_and_its_name_typed_and_one_takes_it_back(real):
    proposed = real.do("look", FALLS, "--event", real.event, "--verdict", "nominal", "--p", "0.99")
    assert "2 people to approve" in proposed.out
    assert proposed.err.startswith("ACTUAL office of Example Safety Agency")
    assert real.not_done("issue", "now.KR.01", "--confirm", "now.KR.01", who="kim").count("2 people to approve") == 1
    real.do("approve", "now.KR.01", who="kim")
    assert "kim stands for it already" in real.not_done("approve", "now.KR.01", who="kim")
    assert "1 more person to approve (not kim)" in real.not_done(
        "issue", "now.KR.01", "--confirm", "now.KR.01", who="kim"
    )
    assert "is not the draft that waits" in real.not_done("approve", "now.KR.01", "--digest", "deadbeef", who="lee")
    real.do("approve", "now.KR.01", who="lee")
    assert "--confirm now.KR.01" in real.not_done("issue", "now.KR.01", who="lee")
    assert "'KR' is not 'now.KR.01'" in real.not_done("issue", "now.KR.01", "--confirm", "KR", who="lee")
    assert list((real.folder / "out").glob("*.xml")) == []
    issued = real.do("issue", "now.KR.01", "--confirm", "now.KR.01", who="lee")
    assert "THIS WARNS PEOPLE" in issued.err
    assert len(list((real.folder / "out").glob("*.xml"))) == 1
    words = ("--all", "--kind", "not-coming", "--because", "we think it is gone")
    assert "nothing shows that they will not" in real.not_done("lift", *words, who="kim")
    back = real.do("retract", "KR", "--because", "it was a tape on the radar", who="kim")
    assert "every channel took it" in back.out
    assert real.json("list")["in_force"] == []
    assert "no warning is in force" in real.not_done("retract", "KR", "--because", "once more", who="kim")
    assert real.json("journal", "--check")["whole"]


def test_an_actual_office_goes_by_its_clock(real):
    assert "leave --at out" in real.not_done("list", at="2023-05-30T21:28:00Z").casefold()
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds")
    words = (FALLS, "--event", EVENT, "--verdict", "nominal", "--p", "0.99")
    assert "60 min" in real.not_done("look", *words, at=hour_ago)


def test_a_person_widens_by_names_and_an_area_warns_nobody(tmp_path):
    desk = Desk(tmp_path, "--at", "2023-05-01T00:00Z")
    listed = well("draft", "--area", EXAMPLES / "area.geojson")
    assert BAENGNYEONG in listed.out
    assert "Nobody was warned" in listed.err
    at, until = "2023-05-30T21:28:00Z", ("--until", "2023-05-30T21:50:00Z")
    why = ("--because", "a ship saw it turn east", "--event", EVENT)
    place = ("--place", BAENGNYEONG)
    assert "an area warns nobody" in desk.not_done(
        "draft", *place, *until, *why, "--area", EXAMPLES / "area.geojson", at=at, who="kim"
    )
    assert "--place: missing" in desk.not_done("draft", *until, *why, at=at, who="kim")
    assert "--as: missing" in desk.not_done("draft", *place, *until, *why, at=at)
    whole_city = desk.not_done("draft", "--place", "KR-11", *until, *why, at=at, who="kim")
    assert "Seoul is a province of several municipalities" in whole_city
    assert "is over" in desk.not_done("draft", *place, "--until", "2023-05-30T21:00:00Z", *why, at=at, who="kim")
    assert "who saw what" in desk.not_done(
        "draft", *place, *until, "--because", "why", "--event", EVENT, at=at, who="kim"
    )
    made = desk.json("draft", *place, *until, *why, at=at, who="kim")["dispatches"]
    assert [(one["codes"], one["reason"], one["consents"]) for one in made] == [([BAENGNYEONG], "by_hand", ["kim"])]
    later = "2023-05-30T21:40:00Z"
    assert "downrange alert update" in desk.not_done("issue", FIRST, at=later, who="kim")
    again = desk.json("update", FIRST, at=later, who="lee")["dispatches"][0]
    assert again["valid_until"] == "2023-05-30T21:45:00Z"
    desk.do("reject", FIRST, "--because", "the ship corrected itself", at=later, who="lee")
    assert desk.json("list", at=later)["waiting"] == []
    assert "it is rejected" in desk.not_done("issue", FIRST, at=later, who="kim")


def test_two_people_authorise_beforehand_and_one_revokes(tmp_path):
    desk = Desk(tmp_path, "--at", "2023-05-01T00:00Z")
    at = "2023-05-30T20:00:00Z"
    terms = EXAMPLES / "authority.toml"
    assert "Not in force" in desk.do("authorise", terms, at=at, who="kim").out
    changed = tmp_path / "changed.toml"
    changed.write_text(terms.read_text(encoding="utf-8").replace("0.01", "0.001"), encoding="utf-8")
    assert "not what kim signed" in desk.not_done("authorise", changed, at=at, who="lee")
    assert "kim has signed it" in desk.not_done("authorise", terms, at=at, who="kim")
    assert desk.json("authorise", terms, at=at, who="lee")["in_force"]
    assert "Authorised beforehand" in desk.do("list", at=at).out
    gone = desk.json("look", *look("nominal"), at="2023-05-30T21:28:00Z")["dispatches"]
    assert [(one["stage"], one["consents"]) for one in gone] == [("issued", [])]
    desk.do("revoke", "yellow-sea-2023", "--because", "the window is closed", at="2023-05-30T21:30:00Z", who="kim")
    assert desk.json("list", at="2023-05-30T21:31:00Z")["preauthorisations"] == []


def test_a_strangers_key_and_another_country_are_refused_and_the_desk_never_goes_back(exercise, tmp_path):
    at, words = "2023-05-30T22:30:00Z", ("--because", "let us see what happens", "--event", "2023-05-31")
    well("keys", "mallory", "--out", tmp_path)
    well("keys", "kim", "--out", tmp_path)
    for name, told in (("mallory", "there is no 'mallory'"), ("kim", "its key is not the one in the roster")):
        stranger = ["retract", "KR", *words, "--office", exercise.folder, "--at", at, "--as", tmp_path / f"{name}.key"]
        assert told in refused(*stranger)
    assert "KR is not under warning for 2023-05-31" in exercise.not_done("retract", "kr", *words, at=at, who="kim")
    assert "before the desk's last look" in exercise.not_done("look", *look("nominal"), at="2023-05-30T21:30:00Z")


def test_time_ends_what_nobody_lifts(tmp_path):
    desk = Desk(tmp_path, "--at", "2023-05-01T00:00Z")
    desk.do("look", *look("nominal"), at="2023-05-30T21:28:00Z")
    expires = desk.json("issue", FIRST, at="2023-05-30T21:28:30Z", who="kim")
    assert expires["dispatches"][0]["stage"] == "issued"
    (case,) = desk.json("list", at="2023-05-30T21:29:00Z")["in_force"]
    end = datetime.fromisoformat(case["expires"])
    soon, over = ((end - timedelta(minutes=m)).isoformat() for m in (3, -1))
    assert "ENDS SOON" in desk.do("tick", at=soon).out
    assert desk.json("list", at=over)["ended"][0]["standing"] == "expired"
    assert desk.json("tick", at=over)["ends_soon"] == []
    assert "the time stands still" in desk.not_done("tick", "--every", "5", at=over)
    assert "no warning is in force" in desk.not_done(
        "lift", "--all", "--kind", "passed", "--because", "it is long over", at=over, who="kim"
    )


def test_a_notice_before_the_window_is_no_warning(tmp_path):
    desk = Desk(tmp_path, "--at", "2023-05-01T00:00Z")
    window = ("--opens", "2023-05-30T15:00:00Z", "--closes", "2023-05-31T15:00:00Z")
    words = ("--place", BAENGNYEONG, *window, "--event", EVENT, "--because", "the notice of 29 May")
    (made,) = desk.json("advise", *words, at="2023-05-30T14:00:00Z", who="kim")["dispatches"]
    assert made["kind"] == "advise"


def test_a_locked_key_opens_with_its_passphrase_and_never_by_an_argument(tmp_path):
    phrase = tmp_path / "phrase"
    phrase.write_text("하나 둘 셋\n", encoding="utf-8")
    desk = Desk(tmp_path, "--at", "2023-05-01T00:00Z")
    lines = json.loads(well("keys", "park", "--out", desk.keys, "--passphrase-file", phrase, "--json").out)[
        "people_toml"
    ]
    with (desk.folder / "people.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + lines)
    desk.do("look", *look("nominal"), at="2023-05-30T21:28:00Z")
    at = "2023-05-30T21:28:30Z"
    assert "nobody to type it" in desk.not_done("approve", FIRST, at=at, who="park")
    wrong = tmp_path / "wrong"
    wrong.write_text("four\n", encoding="utf-8")
    assert "does not open it" in desk.not_done("approve", FIRST, "--passphrase-file", wrong, at=at, who="park")
    desk.do("approve", FIRST, "--passphrase-file", phrase, at=at, who="park")
    assert "there is nobody to type it" in refused("keys", "choi", "--out", desk.keys, "--passphrase")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("lat_deg,lon_deg\n37.9,124.7\n", "Begin with lat_deg,lon_deg,t_s"),
        ("lat_deg,lon_deg,t_s\n", "a header and no row"),
        ("lat_deg,lon_deg,t_s\n124.7,37.9,400\n", "line 2: lat_deg: '124.7'"),
        ("lat_deg,lon_deg,t_s\n37.9,124.7,\n", "leave no piece out"),
        ("lat_deg,lon_deg,t_s,p\n37.9,124.7,400,0.7\n37.9,124.7,400,0.7\n", "its rows sum to 1.4"),
        ("lat_deg,lon_deg,t_s,speed_mps\n37.9,124.7,400,90\n", "--let-go-s"),
        ("lat_deg,lon_deg,t_s,p\n37.9,124.7,400\n", "line 2: 3 values"),
    ],
)
def test_a_file_of_falls_with_a_fault_is_explained(exercise, tmp_path, text, told):
    (tmp_path / "falls.csv").write_text(text, encoding="utf-8")
    words = (tmp_path / "falls.csv", "--event", EVENT, "--verdict", "nominal", "--p", "0.99")
    assert told in exercise.not_done("look", *words, at="2023-05-30T23:00:00Z")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("list",), "--office: no office is named"),
        (("list", "--office", "none"), "make an office"),
        (("places", "Xyzzy"), "no municipality is called Xyzzy"),
        (("places",), "nothing to look for"),
        (("open", "new", "--mode", "actual"), "speaks for an exercise desk"),
        (("verify", "none.xml"), "cannot be read"),
        (("score", "--policy", "founding"), "without --runs"),
        (("score", "2023-05-31", "--runs", "3"), "one of the two"),
        (("score", "2022"), "neither a known name"),
    ],
)
def test_a_word_that_cannot_be_is_explained(tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOWNRANGE_OFFICE", raising=False)
    assert told.casefold() in refused(*words).casefold()


def test_impacts_without_probabilities_count_alike_and_that_is_said(tmp_path):
    desk = Desk(tmp_path, "--at", "2023-05-01T00:00Z")
    rows = "\n".join(f"37.9{i},124.7,100,90" for i in range(10))
    (tmp_path / "drop.csv").write_text(f"lat_deg,lon_deg,t_s,speed_mps\n{rows}\n", encoding="utf-8")
    words = (tmp_path / "drop.csv", "--event", EVENT, "--verdict", "broken up", "--p", "0.99", "--let-go-s", "300")
    done = desk.do("look", *words, at="2023-05-30T21:32:00Z")
    assert "each row counts as one" in done.err
    shown = desk.json("show", FIRST, at="2023-05-30T21:32:00Z")
    assert shown["last_arrival"].startswith("2023-05-30T21:33:40")
    assert re.search(r"Baengnyeong", done.out)


def test_the_policy_to_copy_differs_from_the_shipped_one_in_names_alone():
    from dataclasses import replace

    from downrange.alert import load_policy

    shipped, example = load_policy("founding"), load_policy(str(EXAMPLES / "policy.toml"))
    same = ("title", "sender", "agency", "agency_short")
    assert replace(example, **{name: getattr(shipped, name) for name in same}) == shipped
    assert all(getattr(example, name) != getattr(shipped, name) for name in same)
