"""Pre-authorisations hold only what two people signed, and whatever does not fit is told in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.alert.keys import KeyRefusedError, load_roster, load_signer, make_keys
from downrange.alert.model import Kind, Status
from downrange.alert.preauth import (
    PreAuthorisation,
    PreAuthorisationError,
    canonical,
    check_preauthorisation,
    load_preauthorisation,
    matches,
    preauthorisation,
    sign_preauthorisation,
    write_preauthorisation,
)
from downrange.base import KST, InputError

NOW = datetime(2026, 5, 31, tzinfo=UTC)
TERMS = PreAuthorisation(
    id="window-7",
    event="2026-05-*",
    country="KR",
    codes=("23320340", "23320330"),
    p_at_least=0.001,
    kinds=(Kind.ISSUE, Kind.UPDATE),
    starts=NOW,
    ends=NOW + timedelta(days=11),
)
FITS = {
    "event": "2026-05-31",
    "country": "KR",
    "codes": ("23320330",),
    "p": 0.01,
    "kind": Kind.ISSUE,
    "at": NOW + timedelta(hours=1),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("people")
    files = [make_keys(path, name) for name in ("kim", "lee", "park")] + [make_keys(path, "desk", machine=True)]
    text = "\n".join(one.public.read_text() for one in files)
    (path / "people.toml").write_text(text.replace('name = "park"', 'name = "park"\nuntil = 2026-05-30'))
    return path


@pytest.fixture(scope="module")
def roster(folder):
    return load_roster(folder / "people.toml")


@pytest.fixture(scope="module")
def signed(folder):
    def sign(pre, *names):
        for name in names:
            pre = sign_preauthorisation(pre, load_signer(folder / f"{name}.key"))
        return pre

    return sign


def test_two_people_make_it_hold(signed, roster):
    assert check_preauthorisation(signed(TERMS, "kim", "lee"), roster, NOW) == ("kim", "lee")


def test_a_file_of_it_holds_the_same(signed, roster, tmp_path):
    pre = signed(TERMS, "kim", "lee")
    read = load_preauthorisation(write_preauthorisation(tmp_path / "window.toml", pre))
    assert canonical(read) == canonical(pre)
    assert check_preauthorisation(read, roster, NOW) == ("kim", "lee")
    assert canonical(preauthorisation(pre.document())) == canonical(pre)


def test_how_the_file_is_laid_out_does_not_matter(signed, roster, tmp_path):
    path = write_preauthorisation(tmp_path / "window.toml", signed(TERMS, "kim", "lee"))
    text = path.read_text().replace("id = ", "\n# for the spring window\nid   =   ")
    text = text.replace('"2026-05-31T00:00:00Z"', "2026-05-31T09:00:00+09:00")
    path.write_text(text)
    assert check_preauthorisation(load_preauthorisation(path), roster, NOW) == ("kim", "lee")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "signed by nobody"),
        (("kim",), "signed by kim"),
        (("kim", "desk"), "desk is a machine"),
        (("kim", "lee", "desk"), "desk is a machine"),
        (("kim", "park"), "good until 2026-05-30"),
    ],
)
def test_fewer_than_two_people_are_not_enough(names, words, signed, roster):
    with pytest.raises(PreAuthorisationError, match=words):
        check_preauthorisation(signed(TERMS, *names), roster, NOW)


def test_one_person_does_not_sign_for_two(signed, roster):
    pre = signed(TERMS, "kim")
    with pytest.raises(PreAuthorisationError, match="kim has signed it"):
        signed(pre, "kim")
    with pytest.raises(PreAuthorisationError, match="signed by kim, kim"):
        check_preauthorisation(replace(pre, by=(*pre.by, *pre.by)), roster, NOW)
    forged = replace(pre, by=(*pre.by, replace(pre.by[0], name="lee")))
    with pytest.raises(PreAuthorisationError, match="does not fit"):
        check_preauthorisation(forged, roster, NOW)
    with pytest.raises(PreAuthorisationError, match="there is no 'choi'"):
        check_preauthorisation(replace(pre, by=(*pre.by, replace(pre.by[0], name="choi"))), roster, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "window-8"},
        {"status": Status.EXERCISE},
        {"event": "2026-0*"},
        {"country": "JP"},
        {"codes": ("23320340", "23320330", "11000000")},
        {"codes": ("23320330",)},
        {"p_at_least": 0.0001},
        {"kinds": (Kind.ISSUE, Kind.UPDATE, Kind.LIFT)},
        {"starts": NOW - timedelta(days=1)},
        {"ends": NOW + timedelta(days=12)},
    ],
)
def test_no_term_can_be_changed_after_signing(change, signed, roster):
    with pytest.raises(PreAuthorisationError, match="does not fit"):
        check_preauthorisation(replace(signed(TERMS, "kim", "lee"), **change), roster, NOW)


def test_what_people_sign_elsewhere_is_no_pre_authorisation():
    assert canonical(TERMS).startswith(b"downrange pre-authorisation 1\n{")


def test_an_action_that_fits_matches():
    match = matches(TERMS, **FITS)
    assert match
    assert match.reasons == ()
    for edge in (TERMS.starts, TERMS.ends, TERMS.ends.astimezone(KST)):
        assert matches(TERMS, **{**FITS, "at": edge})
    assert matches(TERMS, **{**FITS, "codes": TERMS.codes, "p": 0.001})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"event": "2026-06-01"}, "the event is 2026-06-01, and it is for 2026-05-*"),
        ({"status": Status.EXERCISE}, "this is Exercise, and it is for Actual"),
        ({"country": "JP"}, "the country is JP, and it is for KR"),
        ({"codes": ()}, "no municipality is named"),
        ({"codes": ("23320330", "11000000")}, "it does not name 11000000"),
        ({"p": 0.0009}, "the probability is 0.0009, and it asks for 0.001 at least"),
        ({"p": float("nan")}, "the probability is nan"),
        ({"kind": Kind.LIFT}, "it does not allow to lift"),
        ({"kind": Kind.RETRACT}, "it does not allow to retract"),
        ({"at": NOW - timedelta(seconds=1)}, "it begins only at 2026-05-31T00:00:00Z"),
        ({"at": NOW + timedelta(days=11, seconds=1)}, "it ended at 2026-06-11T00:00:00Z"),
    ],
)
def test_every_reason_for_not_matching_is_told(change, words):
    match = matches(TERMS, **{**FITS, **change})
    assert not match
    assert len(match.reasons) == 1
    assert words in match.reasons[0]


def test_an_event_is_told_from_one_that_is_spelled_otherwise():
    named = replace(TERMS, event="Night-Watch-?")
    assert matches(named, **{**FITS, "event": "Night-Watch-7"})
    assert not matches(named, **{**FITS, "event": "night-watch-7"})
    assert not matches(named, **{**FITS, "event": "Night-Watch-77"})


def test_all_reasons_are_told_together():
    worst = {"event": "x", "country": "JP", "codes": ("1",), "p": 0.0, "kind": Kind.LIFT, "at": NOW - timedelta(days=1)}
    assert len(matches(TERMS, **worst).reasons) == 6


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(InputError, match="no time zone"):
        matches(TERMS, **{**FITS, "at": datetime(2026, 5, 31, 1)})  # noqa: DTZ001 - that is the point


@given(
    st.fixed_dictionaries(
        {
            "event": st.text("0123456789-", min_size=4, max_size=10),
            "country": st.sampled_from(["KR", "JP", "kr"]),
            "codes": st.sets(st.sampled_from(["23320330", "23320340", "11000000", "*"])),
            "p": st.floats(0.0, 1.0),
            "kind": st.sampled_from(Kind),
            "at": st.datetimes(datetime(2026, 5, 1), datetime(2026, 7, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        }
    )
)
def test_it_matches_exactly_when_every_term_does(action):
    expected = (
        action["event"].startswith("2026-05-")
        and action["country"] == "KR"
        and bool(action["codes"])
        and action["codes"] <= {"23320330", "23320340"}
        and action["p"] >= 0.001
        and action["kind"] in (Kind.ISSUE, Kind.UPDATE)
        and NOW <= action["at"] <= NOW + timedelta(days=11)
    )
    assert bool(matches(TERMS, **action)) is expected


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"event": "*"}, "event", "at least 4 fixed characters"),
        ({"event": "20*"}, "event", "at least 4 fixed characters"),
        ({"event": "2026[!x]*"}, "event", "is no pattern"),
        ({"country": "kr"}, "country", "two capital letters"),
        ({"codes": ()}, "codes", "are no municipality codes"),
        ({"codes": ("233*",)}, "codes", "are no municipality codes"),
        ({"codes": ("1", "1")}, "codes", "a code stands twice"),
        ({"p_at_least": 0.0}, "p_at_least", "is not above 0"),
        ({"p_at_least": float("nan")}, "p_at_least", "is not above 0"),
        ({"kinds": ()}, "kinds", "[]"),
        ({"kinds": (Kind.RETRACT,)}, "kinds", "retract"),
        ({"starts": datetime(2026, 5, 31)}, "starts", "no time zone"),  # noqa: DTZ001
        ({"starts": NOW.replace(microsecond=1)}, "starts", "a fraction of a second"),
        ({"ends": NOW}, "ends", "not more than 0"),
        ({"ends": NOW + timedelta(days=31, seconds=1)}, "ends", "at most 31 days"),
    ],
)
def test_terms_wider_than_people_can_mean_are_refused(change, key, words):
    with pytest.raises(PreAuthorisationError) as refusal:
        replace(TERMS, **change)
    assert refusal.value.key == key
    assert words in refusal.value.seen


def test_an_id_that_cannot_be_named_is_refused():
    with pytest.raises(KeyRefusedError, match="'a b'"):
        replace(TERMS, id="a b")


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"evnt": 1}, "evnt", "unknown key"),
        ({"country": None}, "country", "missing"),
        ({"status": None}, "status", "missing"),
        ({"status": "actual"}, "status", "'actual'"),
        ({"status": ["Actual"]}, "status", "['Actual']"),
        ({"id": 7}, "id", "7 is no text"),
        ({"p_at_least": "0.1"}, "p_at_least", "is no probability"),
        ({"p_at_least": True}, "p_at_least", "is no probability"),
        ({"codes": "23320330"}, "codes", "is no list"),
        ({"codes": [7]}, "codes[0]", "7 is no text"),
        ({"kinds": ["issue", "all"]}, "kinds", "['all']"),
        ({"p_at_least": 10**400}, "p_at_least", "is no probability"),
        ({"ends": "0001-01-01T00:00:00+14:00"}, "ends", "beyond all calendars"),
        ({"starts": "tomorrow"}, "", "'tomorrow' is not a time"),
        ({"signed": "kim"}, "signed", "'kim'"),
        ({"signed": [{"name": "kim", "signature": "!"}]}, "signed[0]", "not base64"),
        ({"signed": [{"signature": "AAAA"}]}, "signed[0].name", "None is no text"),
    ],
)
def test_every_fault_of_a_document_is_told_by_its_key(change, key, words):
    document = {**TERMS.document(), **change}
    for name in [name for name, value in change.items() if value is None]:
        del document[name]
    with pytest.raises(InputError) as refusal:
        preauthorisation(document)
    assert refusal.value.key == key
    assert words in refusal.value.seen


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*TERMS.document(), "x"]), plain, min_size=1, max_size=3))
def test_any_document_is_read_or_refused_in_words(change):
    try:
        pre = preauthorisation({**TERMS.document(), **change})
    except InputError:
        return
    assert preauthorisation(pre.document()) == pre
