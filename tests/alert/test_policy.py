"""The policy file: what ships is sound, and every fault is told with file, key and cure."""

from importlib.resources import files

import pytest

from downrange.alert import Worth, load_policy
from downrange.base import InputError
from downrange.track import Verdict

SHIPPED = (files("downrange.alert") / "data" / "founding.toml").read_text(encoding="utf-8")


def test_every_number_says_where_it_comes_from(policy):
    assert len(policy.sources) == 17
    assert all(len(source) > 20 for source in policy.sources.values())


def test_every_verdict_of_the_track_is_worth_something(policy):
    assert set(policy.verdicts) == {str(verdict) for verdict in Verdict}
    assert policy.worth(Verdict.UNKNOWN, 1.0) is Worth.NO_EVIDENCE
    assert policy.worth(Verdict.THRUST_LOST, 0.99) is Worth.FALLING
    assert policy.worth(Verdict.IN_ORBIT, 0.99) is Worth.ORBIT
    assert policy.worth("Nominal", 0.95) is Worth.IN_FLIGHT


def test_a_verdict_that_is_not_sure_enough_is_no_evidence(policy):
    assert policy.worth(Verdict.THRUST_LOST, 0.89) is Worth.NO_EVIDENCE
    assert policy.worth(Verdict.THRUST_LOST, float("nan")) is Worth.NO_EVIDENCE


def test_a_verdict_nobody_weighed_is_refused(policy):
    with pytest.raises(InputError, match=r"'exploded'.*no_evidence, in_flight"):
        policy.worth("exploded", 1.0)


BROKEN = [
    ("p_warn]\nvalue = 1e-3", "p_warm]\nvalue = 1e-3", r"numbers\.p_warm: unknown key\. Write p_warn"),
    ("value = 1e-3\n", "value = 2\n", r"numbers\.p_warn\.value: 2 is outside"),
    ("value = 1e-3\n", 'value = "low"\n', r"numbers\.p_warn\.value: 'low' is no number"),
    ("value = 1e-3\n", "value = nan\n", r"numbers\.p_warn\.value: nan is no number"),
    ("value = 1e-3\n", "value = true\n", r"numbers\.p_warn\.value: True is no number"),
    ("value = 1e-3\n", "", r"numbers\.p_warn\.value: missing"),
    ("value = 5e-4", "value = 1e-3", r"numbers\.p_lift: 0\.001 is not below p_warn"),
    ("value = 60.0", "value = 10.0", r"numbers\.renew_minutes: 10 is not below expiry_minutes"),
    (
        'value = 5.0\nsource = "assumed: half of renew',
        'value = 10.0\nsource = "assumed: half of renew',
        r"numbers\.expiry_warning_minutes: 10 is not below renew_minutes",
    ),
    ("draft_minutes]\nvalue = 5.0", "draft_minutes]\nvalue = 0.0", r"numbers\.draft_minutes\.value: 0 is outside"),
    (
        "clock_tolerance_s]\nvalue = 60.0",
        "clock_tolerance_s]\nvalue = 3600.0",
        r"clock_tolerance_s\.value: 3600 is outside",
    ),
    (
        'source = "assumed: half of p_warn',
        'sauce = "assumed: half of p_warn',
        r"numbers\.p_lift\.sauce: unknown key\. Write source",
    ),
    ('languages = ["ko", "ja", "en"]', 'languages = ["ko", "xx"]', r"languages: there are no texts in 'xx'"),
    ('languages = ["ko", "ja", "en"]', 'languages = ["ko", "ko"]', r"languages: .*list of different ones"),
    ('languages = ["ko", "ja", "en"]', "languages = []", r"languages: .*list of different ones"),
    ('ja = "ダウンレンジ"', "", r"agency_short\.ja: missing"),
    ('sender = "desk@downrange.invalid"', 'sender = ""', r"sender: '' is no text"),
    ('"all down"\n', '"nothing"\n', r"lift_waits_for: 'nothing'"),
    ('no_evidence = ["unknown"]', "no_evidence = []", r"verdicts\.no_evidence: 'unknown' is not in it"),
    ('orbit = ["in orbit"]', 'orbit = ["unknown"]', r"verdicts\.orbit: 'unknown' stands in two lists"),
    ('orbit = ["in orbit"]', 'orbit = "in orbit"', r"verdicts\.orbit: 'in orbit'\. Give a list"),
    ("[agency]", "[agency", r"not TOML"),
]


@pytest.mark.parametrize(("sound", "broken", "words"), BROKEN, ids=[b[:30] for _, b, _ in BROKEN])
def test_a_fault_is_told_with_file_key_and_cure(tmp_path, sound, broken, words):
    assert sound in SHIPPED
    path = tmp_path / "mine.toml"
    path.write_text(SHIPPED.replace(sound, broken, 1), encoding="utf-8")
    with pytest.raises(InputError, match=words) as caught:
        load_policy(str(path))
    assert str(caught.value).startswith("mine.toml: ")
    assert "\n" not in str(caught.value)


def test_a_policy_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="founding"):
        load_policy("funding")
    with pytest.raises(InputError, match="cannot be read"):
        load_policy(str(tmp_path / "none.toml"))


def test_an_agency_may_own_a_copy(tmp_path, policy):
    path = tmp_path / "mine.toml"
    path.write_text(SHIPPED, encoding="utf-8")
    assert load_policy(str(path)) == policy
