"""People's keys: made for one owner, refused when anybody else could have them, and no two names for one person."""

import os
import stat
import unicodedata
from datetime import UTC, date, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from downrange.alert.keys import (
    KeyRefusedError,
    Person,
    Roster,
    check_name,
    check_signature,
    check_signer,
    load_roster,
    load_signer,
    make_keys,
    roster_entry,
)
from downrange.base import InputError

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.fixture
def kim(tmp_path):
    return make_keys(tmp_path, "kim")


@pytest.fixture
def roster(tmp_path, kim):
    lee = make_keys(tmp_path, "lee", "열려라 참깨")
    desk = make_keys(tmp_path, "desk", machine=True)
    text = "\n".join(files.public.read_text() for files in (kim, lee, desk))
    path = tmp_path / "people.toml"
    path.write_text(text.replace('name = "lee"', 'name = "lee"\nuntil = 2026-03-31'), encoding="utf-8")
    return load_roster(path)


def test_what_a_person_signs_is_theirs_and_nobody_elses(kim, roster):
    signer = load_signer(kim.private)
    signature = signer.sign(b"issue 7")
    assert check_signature(roster, "kim", b"issue 7", signature).name == "kim"
    for name, data, made in (
        ("lee", b"issue 7", signature),
        ("kim", b"issue 8", signature),
        ("kim", b"issue 7", signature[:-1] + bytes([signature[-1] ^ 1])),
        ("kim", b"issue 7", b""),
        ("kim", b"issue 7", bytes(64)),
    ):
        with pytest.raises(KeyRefusedError, match="does not fit"):
            check_signature(roster, name, data, made)
    with pytest.raises(KeyRefusedError, match="there is no 'Kim' in the roster"):
        check_signature(roster, "Kim", b"issue 7", signature)


def test_the_roster_says_who_is_a_machine_and_until_when_a_key_is_good(roster, tmp_path):
    assert [(one.name, one.machine, one.until) for one in roster.people] == [
        ("kim", False, None),
        ("lee", False, date(2026, 3, 31)),
        ("desk", True, None),
    ]
    signature = load_signer(tmp_path / "lee.key", "열려라 참깨").sign(b"x")
    late = datetime(2026, 4, 1, tzinfo=UTC)
    assert check_signature(roster, "lee", b"x", signature, at=NOON)
    assert check_signature(roster, "lee", b"x", signature)  # what was signed in time stays signed
    with pytest.raises(KeyRefusedError, match="good until 2026-03-31, not at 2026-04-01"):
        check_signature(roster, "lee", b"x", signature, at=late)


def test_a_passphrase_is_the_same_from_every_keyboard(roster, tmp_path):
    """Some systems send a Korean syllable in its parts."""
    parts = unicodedata.normalize("NFD", "열려라 참깨")
    assert parts != "열려라 참깨"
    assert load_signer(tmp_path / "lee.key", parts).name == "lee"


def test_a_private_key_is_for_its_owner_alone(kim):
    assert stat.S_IMODE(kim.private.stat().st_mode) == 0o600
    assert b"BEGIN PRIVATE KEY" in kim.private.read_bytes()
    for mode in (0o640, 0o604, 0o620, 0o666):
        kim.private.chmod(mode)
        with pytest.raises(KeyRefusedError, match=f"mode {mode:04o}") as refusal:
            load_signer(kim.private)
        assert "chmod 600" in refusal.value.cure
    kim.private.chmod(0o400)
    assert load_signer(kim.private).name == "kim"


def test_a_loose_umask_loosens_nothing(tmp_path):
    before = os.umask(0)
    try:
        files = make_keys(tmp_path, "open")
    finally:
        os.umask(before)
    assert stat.S_IMODE(files.private.stat().st_mode) == 0o600


def test_a_key_is_never_overwritten(kim, tmp_path):
    sound = kim.private.read_bytes()
    with pytest.raises(KeyRefusedError, match=r"kim\.key: it is there already"):
        make_keys(tmp_path, "kim")
    assert kim.private.read_bytes() == sound
    kim.private.unlink()
    with pytest.raises(KeyRefusedError, match=r"kim\.person\.toml: it is there already"):
        make_keys(tmp_path, "kim")
    assert not kim.private.exists()  # both or none


def test_a_key_is_not_written_through_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "kim.key").symlink_to(tmp_path / "elsewhere" / "stolen.key")
    with pytest.raises(KeyRefusedError, match="there already"):
        make_keys(tmp_path, "kim")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(KeyRefusedError, match="Make the folder"):
        make_keys(tmp_path / "none", "kim")


def test_keys_are_made_in_silence(tmp_path, capfd):
    make_keys(tmp_path, "quiet", "word")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("passphrase", "given", "words"),
    [
        ("right", "wrong", "the passphrase does not open it"),
        ("right", None, "under a passphrase, and none was given"),
        (None, "needless", "not under a passphrase, and one was given"),
    ],
)
def test_a_wrong_passphrase_is_told(tmp_path, passphrase, given, words):
    files = make_keys(tmp_path, "kim", passphrase)
    with pytest.raises(KeyRefusedError, match=words):
        load_signer(files.private, given)


def test_an_empty_passphrase_is_no_passphrase(tmp_path):
    with pytest.raises(KeyRefusedError, match="it is empty"):
        make_keys(tmp_path, "kim", "")
    assert list(tmp_path.iterdir()) == []


def other_key(private):
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_what_is_no_persons_key_is_told_for_what_it_is(kim, tmp_path):
    path = tmp_path / "other.key"
    path.touch(mode=0o600)
    for content, words in (
        (other_key(ec.generate_private_key(ec.SECP256R1())), "is it the agency's"),
        (other_key(rsa.generate_private_key(public_exponent=65537, key_size=1024)), "not Ed25519"),  # noqa: S505
        (kim.public.read_bytes(), "the public half"),
        (b"hello", "no private key that can be read"),
        (b"", "no private key that can be read"),
        (kim.private.read_bytes()[:60], "no private key that can be read"),
        (kim.private.read_bytes().replace(b"M", b"!", 3), "no private key that can be read"),
    ):
        path.write_bytes(content)
        with pytest.raises(KeyRefusedError, match=words):
            load_signer(path)
    for missing in (tmp_path / "none.key", tmp_path):
        with pytest.raises(KeyRefusedError, match="cannot be read"):
            load_signer(missing)


def test_a_pipe_does_not_make_the_program_wait(tmp_path):
    os.mkfifo(tmp_path / "pipe.key", 0o600)
    with pytest.raises(KeyRefusedError, match="no private key"):
        load_signer(tmp_path / "pipe.key")


def test_a_renamed_key_file_is_not_somebody_else(kim, roster, tmp_path):
    kim.private.rename(tmp_path / "desk.key")
    signer = load_signer(tmp_path / "desk.key")
    assert signer.name == "desk"
    with pytest.raises(KeyRefusedError, match="not the one in the roster"):
        check_signer(roster, signer)
    with pytest.raises(KeyRefusedError, match="does not fit"):
        check_signature(roster, "desk", b"x", signer.sign(b"x"))
    assert check_signer(roster, load_signer(make_copy(tmp_path, "kim"))).name == "kim"


def make_copy(folder, name):
    return (folder / "desk.key").rename(folder / f"{name}.key")


def test_a_signer_does_not_show_its_key(kim):
    signer = load_signer(kim.private)
    assert repr(signer) == "Signer('kim')"
    assert not hasattr(signer, "__dict__")


GOOD = """
[[person]]
name = "kim"
public_key = "{key}"
"""


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("name", "naem", "person[0].naem", "unknown key"),
        ('name = "kim"', "", "person[0].name", "missing"),
        ('"kim"', '"kim lee"', "person[0].name", "'kim lee'"),
        ('"kim"', '"../kim"', "person[0].name", "../kim"),
        ('"kim"', '"кim"', "person[0].name", "кim"),
        ('"kim"', '""', "person[0].name", "''"),
        ('"kim"', "7", "person[0].name", "Expected `str`"),
        ('"{key}"', '"!!!"', "person[0].public_key", "not base64"),
        ('"{key}"', '"AAAA"', "person[0].public_key", "3 bytes"),
        ('"kim"', '"kim"\nmachine = "yes"', "person[0].machine", "Expected `bool`"),
        ('"kim"', '"kim"\nuntil = "2026-03-31"', "person[0].until", "is no date"),
        ('"kim"', '"kim"\nuntil = 2026-03-31T00:00:00Z', "person[0].until", "is no date"),
        ("[[person]]", "[[people]]", "people", "unknown key"),
        ("[[person]]", "[person]", "person", "Expected `array`"),
    ],
)
def test_every_fault_of_a_roster_is_told_by_its_key(tmp_path, kim, old, new, key, words):
    public = load_signer(kim.private).public_key
    entry = roster_entry(Person(name="kim", public_key=public))
    path = tmp_path / "people.toml"
    path.write_text(GOOD.replace(old, new).format(key=entry.split('"')[3]), encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        load_roster(path)
    assert refusal.value.where == "people.toml"
    assert refusal.value.key == key
    assert words.replace("`", "") in refusal.value.seen


def test_an_empty_roster_is_refused(tmp_path):
    (tmp_path / "people.toml").write_text("")
    with pytest.raises(InputError, match="person: missing"):
        load_roster(tmp_path / "people.toml")


def test_nobody_is_two_people(kim):
    public = load_signer(kim.private).public_key
    one = Person(name="kim", public_key=public)
    with pytest.raises(KeyRefusedError, match="park has the same public key as kim"):
        Roster(people=(one, Person(name="park", public_key=public)))
    other = bytes([public[0] ^ 1]) + public[1:]
    with pytest.raises(KeyRefusedError, match="KIM has the same name as kim"):
        Roster(people=(one, Person(name="KIM", public_key=other)))


PRIME = 2**255 - 19


def points_of_small_order():
    """Return the y of the eight points whose order divides 8, from the equation of the curve.

    SOURCE: RFC 8032, section 5.1: -x2 + y2 = 1 + d x2 y2 over 2^255 - 19, d = -121665/121666, order of the base point L.
    """
    d = -121665 * pow(121666, -1, PRIME) % PRIME
    order = 2**252 + 27742317777372353535851937790883648493

    def add(p, q):
        t = d * p[0] * q[0] * p[1] * q[1] % PRIME
        x = (p[0] * q[1] + q[0] * p[1]) * pow(1 + t, -1, PRIME)
        return x % PRIME, (p[1] * q[1] + p[0] * q[0]) * pow(1 - t, -1, PRIME) % PRIME

    def times(n, p):
        total = (0, 1)
        while n:
            total, p, n = add(total, p) if n & 1 else total, add(p, p), n >> 1
        return total

    found = set()
    for y in range(3, 60):
        square = (y * y - 1) * pow(d * y * y + 1, -1, PRIME) % PRIME
        x = pow(square, (PRIME + 3) // 8, PRIME)
        x = x if x * x % PRIME == square else x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
        if x * x % PRIME == square:
            point = times(order, (x, y))
            found |= {times(n, point)[1] for n in range(8)}
    return found


def test_a_key_under_which_anything_is_signed_is_refused():
    found = points_of_small_order()
    assert len(found) == 5
    for y in found:
        for written in (y, y + PRIME):  # the second where it fits: the same point, written in a way that is not allowed
            for sign in (0, 1 << 255):
                if written < 2**255:
                    with pytest.raises(KeyRefusedError, match="no sound Ed25519 key"):
                        Person(name="kim", public_key=(written | sign).to_bytes(32, "little"))


@pytest.mark.parametrize("name", ["kim", "k", "Kim.Min-Ji_2", "7"])
def test_names_that_can_stand_in_a_file_name(name):
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "-x", "a/b", "a b", "a\n", "ｋim", "김", "x" * 65])
def test_names_that_cannot(name, tmp_path):
    with pytest.raises(KeyRefusedError, match="beginning with a letter or a digit"):
        make_keys(tmp_path, name)
    assert list(tmp_path.iterdir()) == []
