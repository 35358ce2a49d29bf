"""Which object came from a launch: the three flights of 2023 on real element sets, decoys, waiting, and chance."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.orbit import Answer, ElementSet, Reached, element_set, read_tle
from downrange.orbit.catalogue import Catalogue, catalogue_of
from downrange.orbit.check import check, joined
from downrange.orbit.launched import CheckRule, Injection, Launch, Listed
from downrange.orbit.plane import node_deg, node_rate_degpday, off_plane_deg, share_of_planes
from downrange.orbit.sequence import known_number, numbers_at

# NORAD 58400, Malligyong-1: three element sets of June and July 2024 as published
MALLIGYONG = """
1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991
2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329
1 58400U 23179A   24164.24788005  .00007135  00000+0  32465-3 0  9998
2 58400  97.4040  51.1823 0001996 152.6365 207.4976 15.21013721 30973
1 58400U 23179A   24189.90245992  .00005957  00000-0  26900-3 0  9999
2 58400  97.4012  76.4000 0003640 108.4471 251.7161 15.21338773 34872
"""
# Element sets as published (copies in public GitHub repositories, checksums pass) of objects launched elsewhere about
# the three dates: Transporter-9 from Vandenberg, 11 November 2023 (23174), Falcon 9 from Vandenberg, December 2023
# (23185), Transporter-8, 12 June 2023 (23084), Soyuz from Vostochny, 27 June 2023 (23091), Shenzhou-16, 30 May
# (23077), Progress MS-24, 23 August (23125), Crew-7, 26 August (23128).
OTHERS = """
1 58295U 23174AR  24059.48814215  .00002816  00000-0  15242-3 0  9993
2 58295  97.4674 135.5968 0009692 246.6806 113.3407 15.15425370 17069
1 58567U 23174CY  24183.17961421  .00058899  00000-0  19343-2 0  9998
2 58567  97.4543 258.9627 0013472 177.0274 183.1050 15.31276393 35926
1 58468U 23185G   23357.11756912  .00006799  00000+0  34809-3 0  9999
2 58468  97.4526  61.3089 0013947 175.3806 184.7558 15.16847854  3243
1 58642U 23185N   24081.15647041  .00022282  00000+0  15749-2 0  9990
2 58642  97.6346 149.4102 0018842 223.6176 136.3561 15.04756794 13268
1 56226U 23084BK  23191.10910518  .00005567  00000+0  30866-3 0  9997
2 56226  97.5132 307.3349 0012453 121.1638 239.0816 15.14117734  4126
1 57956U 23084BZ  23356.86776708  .00012856  00000+0  66259-3 0  9999
2 57956  97.5277 111.2278 0010377 268.2908  91.7136 15.16462747 15664
1 57190U 23091AA  24130.57390210  .00015468  00000-0  90888-3 0  9994
2 57190  97.6141 184.3669 0010261 235.3155 124.7108 15.11740894 47760
1 56761U 23077A   23250.41140741  .00030442  00000+0  34184-3 0  9993
2 56761  41.4752  15.8612 0010490 318.7503  41.2543 15.61898836134680
1 57691U 23125A   23250.54606199  .00010692  00000+0  19312-3 0  9999
2 57691  51.6415 280.5283 0005852  40.5829 119.1724 15.50278646414567
1 57697U 23128A   23250.54606199  .00010692  00000+0  19312-3 0  9998
2 57697  51.6415 280.5283 0005852  40.5829 119.1724 15.50278646414563
"""
MAY = datetime(2023, 5, 30, 21, 27, tzinfo=UTC)  # KCNA
AUGUST = datetime(2023, 8, 23, 18, 50, tzinfo=UTC)  # ROK Joint Chiefs of Staff
NOVEMBER = datetime(2023, 11, 21, 13, 42, 28, tzinfo=UTC)  # KCNA
PULLED = datetime(2024, 7, 8, 12, tzinfo=UTC)  # after the newest of these sets
TAKEN = read_tle(MALLIGYONG)
ELSEWHERE = read_tle(OTHERS)


def launch(t0: datetime, **changes: object) -> Launch:
    """The flight of Chollima-1 as its nominal programme ends, 705 s after lift-off."""
    point = Injection(
        lat_deg=15.54,
        lon_deg=125.48,
        alt_m=494.5e3,
        t_s=705.0,
        southbound=True,
        sigma_deg=2.0,
        source="nominal flight; sigma assumed",
    )
    made = Launch(
        name=f"{t0:%Y-%m-%d}",
        t0=t0,
        t0_sigma_s=60.0,
        injection=point,
        inclination_deg=97.4,
        inclination_sigma_deg=0.2,
        perigee_alt_m=493e3,
        apogee_alt_m=512e3,
        alt_sigma_m=30e3,
        numbers=numbers_at(t0),
        source="tests",
    )
    return dataclasses.replace(made, **changes)


def catalogue(
    *sets: ElementSet, pulled: datetime | None = PULLED, whole: bool | None = True, **words: object
) -> Catalogue:
    """All that these tests take to be listed, unless they say otherwise."""
    return catalogue_of(sets, source="test", pulled=pulled, whole=whole, **words)


def invented(
    raan_deg: float, designator: str, *, epoch: datetime = NOVEMBER + timedelta(days=1), number: int = 99_001
) -> ElementSet:
    """An object of the same kind of orbit that nobody launched, its node given at the injection in November."""
    moment = launch(NOVEMBER).injected
    made = element_set("decoy", epoch, 97.41, raan_deg, 0.0014, 0.0, 0.0, 15.22, number=number, designator=designator)
    days = (epoch - moment).total_seconds() / 86_400.0
    turned = (raan_deg + node_rate_degpday(made) * days) % 360.0
    return element_set("decoy", epoch, 97.41, turned, 0.0014, 0.0, 0.0, 15.22, number=number, designator=designator)


def node_through_the_point() -> float:
    """The node of the plane that goes south through the injection point: found by trying."""
    point, moment = launch(NOVEMBER).injection, launch(NOVEMBER).injected
    nodes = np.arange(190.0, 230.0, 0.02)
    flat = element_set("any", moment, 97.41, 0.0, 0.0014, 0.0, 0.0, 15.22)
    off = [
        abs(
            off_plane_deg(
                dataclasses.replace(flat, raan_deg=float(node)),
                point.lat_deg,
                point.lon_deg,
                moment,
                alt_m=point.alt_m,
            )
        )
        for node in nodes
    ]
    return float(nodes[int(np.argmin(off))])


IN_PLANE = node_through_the_point()


def test_58400_is_matched_to_the_launch_of_november() -> None:
    found = check(catalogue(*TAKEN, *ELSEWHERE), launch(NOVEMBER))
    assert found.answer is Listed.YES
    assert [one.object.number for one in found.matched] == [58400]
    assert found.p > 0.99
    best = found.matched[0]
    # the pad lies 5.0 deg off this plane; the predicted injection point a quarter of that
    assert abs(best.off_plane_deg) == pytest.approx(1.24, abs=0.02)
    assert best.off_plane_sigma_deg > 2.0
    evidence = {one.what: one for one in best.evidence}
    assert set(evidence) == {"plane", "along track", "epoch", "designator", "first seen", "inclination", "height"}
    assert "3 sets agree to 0.03 deg" in evidence["plane"].seen
    assert all(one.ratio > 1.0 for what, one in evidence.items() if what not in ("epoch", "first seen", "along track"))


@pytest.mark.parametrize("t0", [MAY, AUGUST], ids=["May", "August"])
def test_nothing_is_matched_to_may_or_august(t0: datetime) -> None:
    found = check(catalogue(*TAKEN, *ELSEWHERE), launch(t0))
    assert found.answer is Listed.NO
    assert found.matched == ()
    assert found.p < 0.05
    assert all(one.p < 1e-4 for one in found.candidates)
    assert "72 h" in found.words
    assert found.waited_h is not None
    assert found.waited_h > found.wait_h == 72.0


def test_real_objects_in_the_same_plane_but_of_an_older_launch_are_not_matched() -> None:
    # two of Transporter-9, ten days earlier, pass 1.2 and 1.9 deg from the point at the same inclination, but northbound
    found = check(catalogue(*ELSEWHERE), launch(NOVEMBER))
    near = {one.object.number: abs(one.off_plane_deg) for one in found.candidates}
    assert near[58567] < 2.0 > near[58295]
    assert found.answer is Listed.NO
    assert found.matched == ()


def test_an_invented_object_launched_elsewhere_in_the_same_days_is_not_matched() -> None:
    for away in (20.0, -35.0, 90.0, 176.0):  # the last passes near the point, but northbound
        decoy = invented(IN_PLANE + away, "23178A")  # a number that this launch could have had
        found = check(catalogue(decoy, *ELSEWHERE), launch(NOVEMBER))
        assert found.matched == ()
        assert found.answer is Listed.NO
        both = check(catalogue(decoy, *TAKEN, *ELSEWHERE), launch(NOVEMBER))
        assert [one.object.number for one in both.matched] == [58400]


@pytest.mark.parametrize("designator", ["23174ZZ", "23100A", "22179A", "98067XX"])
def test_an_invented_object_in_the_very_same_plane_with_an_older_number_is_not_matched(designator: str) -> None:
    found = check(catalogue(invented(IN_PLANE, designator), *ELSEWHERE), launch(NOVEMBER))
    assert abs(next(one for one in found.candidates if one.object.number == 99_001).off_plane_deg) < 0.1
    assert found.answer is Listed.NO


def test_an_object_that_flew_before_is_ruled_out_whatever_its_orbit_and_number() -> None:
    early = invented(IN_PLANE, "23179A", epoch=NOVEMBER - timedelta(days=3))
    found = check(catalogue(early, *ELSEWHERE[:4]), launch(NOVEMBER))
    assert found.matched == ()
    assert next(one for one in found.candidates if one.object.number == 99_001).p == 0.0
    assert found.ruled_out >= 1


def test_a_set_of_the_first_days_tells_where_the_object_was() -> None:
    # an object that is at the point at the moment of injection, its set dated half a day later; and its twin elsewhere
    from downrange.orbit.plane import ahead_deg

    asked = launch(NOVEMBER)
    point = asked.injection

    def ahead(mean_anomaly_deg: float) -> ElementSet:
        one = invented(IN_PLANE, "", epoch=asked.injected + timedelta(hours=12.0))
        return dataclasses.replace(one, mean_anomaly_deg=mean_anomaly_deg % 360.0)

    def miss(found: ElementSet) -> float:
        angle = ahead_deg(found, point.lat_deg, point.lon_deg, asked.injected, alt_m=point.alt_m)
        assert angle is not None
        return angle

    there = ahead(-miss(ahead(0.0)))
    assert abs(miss(there)) < 0.5
    assert miss(ahead(there.mean_anomaly_deg + 40.0)) == pytest.approx(40.0, abs=0.5)
    for one, low, high in ((there, 20.0, 100.0), (ahead(there.mean_anomaly_deg + 40.0), 0.0, 0.1)):
        found = check(catalogue(one, *ELSEWHERE), asked).candidates
        best = next(each for each in found if each.object.number == 99_001)
        evidence = next(each for each in best.evidence if each.what == "along track")
        assert low < evidence.ratio < high


def test_a_pull_too_early_says_not_catalogued_yet() -> None:
    for hours in (-48.0, 1.0, 24.0, 71.9):
        pulled = NOVEMBER + timedelta(hours=hours)
        old = invented(IN_PLANE + 60.0, "23100A", epoch=pulled - timedelta(hours=1.0))
        found = check(catalogue(old, pulled=pulled), launch(NOVEMBER))
        assert found.answer is Listed.NOT_YET
        assert found.decides == NOVEMBER + timedelta(hours=72.0)
        assert "72 h" in found.words
    late = catalogue(old, pulled=found.decides + timedelta(minutes=1), whole=True)
    assert check(late, launch(NOVEMBER)).answer is Listed.NO


def test_a_pull_before_lift_off_with_sets_from_after_it_is_refused() -> None:
    with pytest.raises(InputError, match=r"2023-01-01T00:00:00Z is before lift-off.*Check the year"):
        check(catalogue(*TAKEN, pulled=datetime(2023, 1, 1, tzinfo=UTC)), launch(NOVEMBER))


def test_without_the_time_of_the_pull_absence_is_unknown() -> None:
    found = check(catalogue(*ELSEWHERE, pulled=None), launch(NOVEMBER))
    assert found.answer is Listed.UNKNOWN
    assert found.p == pytest.approx(0.5, abs=0.01)  # as before anybody looked
    assert found.waited_h is None
    assert check(catalogue(*TAKEN, pulled=None), launch(NOVEMBER)).answer is Listed.YES  # presence needs no clock


def test_a_part_of_a_catalogue_never_says_no() -> None:
    found = check(catalogue(*ELSEWHERE, whole=False), launch(NOVEMBER))
    assert found.answer is Listed.UNKNOWN
    assert "only a part" in found.words
    assert found.p == pytest.approx(0.5, abs=0.01)


def test_a_satellite_s_own_sets_are_no_catalogue_unless_somebody_says_so() -> None:
    found = check(catalogue(*TAKEN, whole=None), launch(MAY))
    assert found.answer is Listed.UNKNOWN
    assert "holds so little (1)" in found.words
    assert found.matched == ()
    assert check(catalogue(*TAKEN, whole=True), launch(MAY)).answer is Listed.NO
    assert check(catalogue(*TAKEN, *ELSEWHERE, whole=None), launch(MAY)).answer is Listed.UNKNOWN  # a handful neither
    late = PULLED - timedelta(hours=1.0)
    many = [invented(float(k), "98067A", epoch=late, number=90_000 + k) for k in range(100)]
    assert check(catalogue(*many, whole=None), launch(NOVEMBER)).answer is Listed.NO
    assert check(catalogue(*many[1:], whole=None), launch(NOVEMBER)).answer is Listed.UNKNOWN


def test_a_pull_that_contradicts_its_own_sets_never_says_no() -> None:
    late = datetime(2024, 1, 31, tzinfo=UTC)  # long after the launch, long before most of these sets
    found = check(catalogue(*ELSEWHERE, pulled=late), launch(NOVEMBER))
    assert found.answer is Listed.UNKNOWN
    assert "newer than the pull" in found.notes[0]
    stale = invented(60.0, "22001A", epoch=NOVEMBER - timedelta(days=30))
    found = check(catalogue(stale, pulled=PULLED), launch(NOVEMBER))
    assert found.answer is Listed.UNKNOWN
    assert "older than the launch" in found.notes[0]


def test_a_plane_without_a_number_or_a_first_sighting_is_only_worth_a_look() -> None:
    nameless = invented(IN_PLANE, "")
    found = check(catalogue(nameless, *ELSEWHERE), launch(NOVEMBER))
    assert found.answer is Listed.UNKNOWN
    assert found.p < 0.95
    sure = dataclasses.replace(launch(NOVEMBER), p_reach=0.999)  # as after a good track
    assert "says that it is new" in check(catalogue(nameless, *ELSEWHERE), sure).words
    seen = {99_001: NOVEMBER + timedelta(hours=20.0)}
    assert check(catalogue(nameless, *ELSEWHERE, first_seen=seen), launch(NOVEMBER)).answer is Listed.YES
    before = {99_001: NOVEMBER - timedelta(hours=20.0)}
    assert check(catalogue(nameless, *ELSEWHERE, first_seen=before), launch(NOVEMBER)).answer is Listed.NO


def test_payload_and_upper_stage_are_one_launch() -> None:
    pair = invented(IN_PLANE, "23179A"), invented(IN_PLANE + 0.1, "23179B", number=99_002)
    found = check(catalogue(*pair, *ELSEWHERE), launch(NOVEMBER))
    assert found.answer is Listed.YES
    assert {one.object.designator for one in found.matched} == {"23179A", "23179B"}


def test_two_new_launches_in_one_plane_need_a_person() -> None:
    pair = invented(IN_PLANE, "23178A"), invented(IN_PLANE + 0.5, "23179A", number=99_002)
    found = check(catalogue(*pair, *ELSEWHERE), launch(NOVEMBER))
    assert found.answer is Listed.UNKNOWN
    assert "neither a match nor none" in found.words
    told = dataclasses.replace(launch(NOVEMBER), numbers=known_number("2023-179", "told"))
    assert [one.object.designator for one in check(catalogue(*pair, *ELSEWHERE), told).matched] == ["23179A"]


@settings(max_examples=30)
@given(
    st.floats(-75.0, 75.0),
    st.floats(-180.0, 180.0),
    st.floats(80.0, 100.0),
    st.floats(300e3, 900e3),
    st.floats(0.02, 40.0),
    st.floats(-1.0, 1.0),
)
def test_a_synthetic_launch_is_recovered(
    lat: float, lon: float, i: float, alt: float, days: float, slip: float
) -> None:
    point = Injection(lat_deg=lat, lon_deg=lon, alt_m=alt, t_s=600.0, southbound=None, sigma_deg=2.0, source="drawn")
    a_m = 6_378_135.0 + alt
    asked = launch(
        NOVEMBER,
        injection=point,
        inclination_deg=i,
        perigee_alt_m=alt,
        apogee_alt_m=alt,
        numbers=known_number("23179A", "x"),
    )
    epoch = asked.injected + timedelta(days=days)
    revs = float((3.986008e14 / a_m**3) ** 0.5 * 86_400.0 / (2.0 * np.pi))

    def with_node(node: float) -> ElementSet:
        return element_set("truth", epoch, i, node, 0.001, 0.0, 0.0, revs, number=1, designator="23179A")

    def off(node: float) -> float:
        return off_plane_deg(with_node(node), lat, lon, asked.injected, alt_m=alt)

    nodes = np.arange(0.0, 360.0, 1.0)
    angles = np.array([off(float(node)) for node in nodes])
    truth = with_node(float(nodes[int(np.argmin(np.abs(angles - 2.0 * slip)))]))  # within one sigma of the plane
    found = check(catalogue(truth, *ELSEWHERE, pulled=None), asked)
    assert found.answer is Listed.YES
    assert found.matched[0].object.number == 1


def test_random_planes_fit_as_often_as_the_verdict_states() -> None:
    # objects of other launches of the same days, nodes evenly round: the share that the plane alone lets through
    asked = launch(NOVEMBER)
    nodes = np.arange(0.25, 360.0, 0.5)
    inside = np.zeros(nodes.size, dtype=bool)
    yes = np.zeros(nodes.size, dtype=bool)
    worst = 0.0
    for k, node in enumerate(nodes):
        decoy = invented(float(node), "23178A", epoch=NOVEMBER + timedelta(days=4))  # too late to tell where it was
        found = check(catalogue(decoy, *ELSEWHERE[:3], pulled=None), asked)
        best = next(one for one in found.candidates if one.object.number == 99_001)
        within = abs(best.off_plane_deg) <= 2.0 * best.off_plane_sigma_deg
        inside[k] = within and "southbound" in best.evidence[0].seen
        yes[k] = found.answer is Listed.YES
        worst = max(worst, abs(best.off_plane_deg)) if yes[k] else worst
    assert inside.mean() == pytest.approx(found.chance, abs=0.004)
    assert yes.mean() == pytest.approx(0.5 * share_of_planes(-worst, worst, 15.45, 97.41), abs=0.006)
    assert 0.01 < yes.mean() < 0.05
    assert 4.0 < worst < 8.0


def test_a_track_and_a_catalogue_join() -> None:
    yes = check(catalogue(*TAKEN, *ELSEWHERE), launch(NOVEMBER))
    no = check(catalogue(*ELSEWHERE), launch(NOVEMBER))
    wait = check(catalogue(*ELSEWHERE, pulled=NOVEMBER), launch(NOVEMBER))

    def track(reached: Reached, p: float) -> Answer:
        return Answer(answer=reached, decided_t_s=700.0, p=p, rule="test")

    assert joined(yes, track(Reached.YES, 0.992)).answer is Reached.YES
    assert joined(yes, track(Reached.YES, 0.992)).p == max(yes.p, 0.992)
    assert joined(no, track(Reached.NO, 0.001)).answer is Reached.NO
    for verdict, told in ((yes, track(Reached.NO, 0.0)), (no, track(Reached.YES, 1.0))):
        both = joined(verdict, told)
        assert (both.answer, both.conflict) == (Reached.UNKNOWN, True)
        assert "contradict" in both.words
    unsure = track(Reached.UNKNOWN, float("nan"))
    assert joined(yes, unsure).answer is Reached.YES
    assert joined(wait, track(Reached.NO, 0.001)).answer is Reached.NO
    assert joined(wait, unsure).answer is Reached.UNKNOWN
    assert not joined(wait, unsure).conflict


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"p_reach": 1.0}, "p_reach"),
        ({"apogee_alt_m": 300e3}, "lies below the perigee"),
        ({"alt_sigma_m": 0.0}, "standard deviations above 0"),
        ({"t0": datetime(2023, 11, 21)}, "time zone"),  # noqa: DTZ001
    ],
)
def test_a_launch_that_cannot_be_is_refused(changes: dict[str, object], told: str) -> None:
    with pytest.raises(InputError) as caught:
        dataclasses.replace(launch(NOVEMBER), **changes)
    assert told in str(caught.value)


def test_an_injection_off_the_earth_or_without_doubt_is_refused() -> None:
    good = launch(NOVEMBER).injection
    with pytest.raises(InputError, match="Exchange latitude and longitude"):
        dataclasses.replace(good, lat_deg=125.48)
    with pytest.raises(InputError, match="standard deviation above 0"):
        dataclasses.replace(good, sigma_deg=0.0)


def test_every_figure_of_the_rule_can_be_changed() -> None:
    hasty = CheckRule(wait_h=0.5, p_no=0.6)
    old = invented(IN_PLANE + 60.0, "23100A", epoch=NOVEMBER + timedelta(hours=0.9))
    found = check(catalogue(old, pulled=NOVEMBER + timedelta(hours=1.0), whole=True), launch(NOVEMBER), rule=hasty)
    assert found.answer is Listed.NO
    assert found.wait_h == 0.5
    assert node_deg(old, NOVEMBER) >= 0.0
