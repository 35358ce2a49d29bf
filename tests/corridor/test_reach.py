"""What a launch can reach: sums by hand over made-up crowds, and the islands of Chollima-1."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from downrange.base import InputError
from downrange.corridor import Ground, Hazards, Reach, grounds, launch_hazards, load_fits, load_record, reaches, unseen
from downrange.corridor.reach import near, once, planned_weight
from downrange.fall import Falls

MARGIN_M = 50e3


def falls(rows: list[tuple[float, float, float, float]]) -> Falls:
    lat, lon, t_s, p = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    index = np.zeros(len(rows), dtype=np.int64)
    return Falls(lat_deg=lat, lon_deg=lon, t_s=t_s, p=p, body_index=index, bodies=("a body",), source="made up")


# Two planned flights let a stage go at 100 s. Four failing ones, 0.1 each: at 50 s (two rows), 90 s, 150 s, and one
# that flies on impaired until 400 s and drops a part at 300 s.
MADE_UP = Hazards(
    planned=falls([(10.0, 20.0, 500.0, 0.5), (12.0, 20.0, 520.0, 0.5)]),
    let_go_s=np.array([100.0, 100.0]),
    planned_flight=np.array([0, 1]),
    flights=2,
    failing=falls(
        [
            (10.0, 20.0, 200.0, 0.1),
            (10.0, 20.1, 260.0, 0.1),
            (10.1, 20.0, 210.0, 0.1),
            (12.0, 20.0, 300.0, 0.1),
            (10.0, 20.0, 300.0, 0.1),
            (float("nan"), float("nan"), float("nan"), 0.0),
        ]
    ),
    case=np.array([0, 0, 1, 2, 3, 3]),
    case_p=np.full(4, 0.1),
    case_stage=np.array([1, 1, 2, 2]),
    case_ends_s=np.array([50.0, 90.0, 150.0, 400.0]),
    case_flies_on=np.array([False, False, False, True]),
    p_failure=0.4,
)


def test_a_probability_by_hand() -> None:
    (here,) = reaches(MADE_UP, [shapely.box(19.9, 9.9, 20.2, 10.2)], margin_m=0.0)
    assert here is not None
    # Nothing failed by 100 s with probability 0.8, so the first planned flight drops its stage here with 0.8 / 2.
    assert here.p_planned == pytest.approx(0.4)
    assert here.p_failing == pytest.approx(0.3)  # cases 0 (two rows, counted once), 1 and 3
    assert here.p == pytest.approx(0.7)
    assert here.hits == 4
    assert here.low < here.p < here.high <= 1.0
    assert (here.first_t_s, here.last_t_s) == (200.0, 500.0)
    assert here.until_t_s == 300.0  # the impaired flight's part is down then
    assert here.until_lost_t_s == 90.0
    assert here.minutes == (0, 1)


def test_only_planned_only_failing_and_nobody() -> None:
    boxes = [shapely.box(19.9, 11.9, 20.1, 12.1), shapely.box(20.05, 9.95, 20.15, 10.05), shapely.box(0, 0, 1, 1)]
    both, failing, nobody = reaches(MADE_UP, boxes, margin_m=0.0)
    assert both is not None
    assert failing is not None
    assert (both.p_planned, both.p_failing) == (pytest.approx(0.4), pytest.approx(0.1))
    assert (failing.p_planned, failing.p_failing) == (0.0, pytest.approx(0.1))
    assert nobody is None
    assert unseen(MADE_UP) == pytest.approx(0.3, rel=0.01)  # the rule of three: 3 of one row's probability


def test_a_margin_reaches_as_far_as_it_says() -> None:
    point = shapely.Point(20.0, 11.0)  # 0.9 degrees of latitude, 99.5 km, from one row; 1 degree, 110.6 km, from others
    assert reaches(MADE_UP, [point], margin_m=99.4e3) == (None,)
    one, most = (reaches(MADE_UP, [point], margin_m=metres)[0] for metres in (99.7e3, 111.0e3))
    assert one is not None
    assert most is not None
    assert (one.hits, one.p) == (1, pytest.approx(0.1))
    assert most.p == pytest.approx(1.0)  # 0.8 of planned and 0.4 of failing: no more than certain
    with pytest.raises(InputError, match="margin_m"):
        reaches(MADE_UP, [point], margin_m=-1.0)


@pytest.mark.parametrize(("lon", "box"), [(179.9, (-180.0, 9.9, -179.9, 10.1)), (-179.9, (179.9, 9.9, 180.0, 10.1))])
def test_the_date_line_is_no_border(lon: float, box: tuple[float, float, float, float]) -> None:
    crowd = falls([(10.0, lon, 100.0, 1.0)])  # 0.1 degrees, 10.97 km, from the box on the other side
    shape = shapely.box(*box)
    assert [len(near(crowd, [shape], metres)[0]) for metres in (10.9e3, 11.1e3)] == [0, 1]
    cut = shapely.MultiPolygon([shapely.box(-180.0, 9.0, -179.0, 11.0), shapely.box(179.0, 9.0, 180.0, 11.0)])
    assert len(near(crowd, [cut], 0.0)[0]) == 1
    assert len(near(crowd, [shapely.Polygon()], 1e5)[0]) == 0


def test_a_group_counts_once_with_its_greatest_weight() -> None:
    assert once(np.array([3, 1, 3, 1]), np.array([0.1, 0.2, 0.4, 0.1])).tolist() == [0.2, 0.4]
    assert len(once(np.empty(0, dtype=np.int64), np.empty(0))) == 0


@pytest.fixture(scope="module")
def hazards() -> Hazards:
    return launch_hazards(load_record("chollima-1"), load_fits("chollima-1"), runs=1_000, seed=5)


def reach_of(hazards: Hazards, kind: str, name: str, margin_m: float = MARGIN_M) -> tuple[Ground, Reach | None]:
    ground = next(one for one in grounds() if (one.kind, one.name_en) == (kind, name))
    return ground, reaches(hazards, [ground.geometry_lonlat], margin_m=margin_m)[0]


@pytest.mark.parametrize(
    ("name", "minutes"),
    [("Baengnyeongdo", {1, 2}), ("Daecheongdo", {1, 2}), ("Miyako", {2, 3, 4, 5}), ("Tarama", {3, 4, 5})],
)
def test_an_island_is_reached_by_failures_of_its_own_minutes(hazards: Hazards, name: str, minutes: set[int]) -> None:
    _, reach = reach_of(hazards, "island", name)
    assert reach is not None
    assert reach.minutes
    assert set(reach.minutes) <= minutes
    assert reach.p_planned == 0.0  # no stage is let go to fall on an island
    assert 60.0 < reach.first_t_s < reach.last_t_s
    assert reach.until_lost_t_s < 60.0 * (max(minutes) + 1)
    assert reach.until_lost_t_s <= reach.until_t_s


def test_the_more_margin_the_likelier_and_the_nearer_the_likelier(hazards: Hazards) -> None:
    chances = [reach_of(hazards, "island", "Miyako", metres)[1] for metres in (20e3, 50e3, 100e3)]
    p = [0.0 if reach is None else reach.p for reach in chances]
    assert p == sorted(p)
    assert p[0] < p[-1]
    near_track, far = (reach_of(hazards, "island", name)[1] for name in ("Miyako", "Yonaguni"))
    assert near_track is not None
    assert far is None or far.p < near_track.p
    assert reach_of(hazards, "city", "Tokyo")[1] is None


def test_planned_stages_fall_unless_something_failed_before(hazards: Hazards) -> None:
    weight = planned_weight(hazards)
    for body in range(len(hazards.planned.bodies)):
        mine = hazards.planned.body_index == body
        when_s = float(np.median(hazards.let_go_s[mine]))
        assert weight[mine].sum() == pytest.approx(1.0 - hazards.p_failed_by(when_s), abs=0.02)


def test_an_upper_bound_shrinks_with_the_crowd() -> None:
    small = launch_hazards(load_record("chollima-1"), load_fits("chollima-1"), runs=20, seed=5)
    large = launch_hazards(load_record("chollima-1"), load_fits("chollima-1"), runs=40, seed=5)
    assert unseen(small) == pytest.approx(2.0 * unseen(large), rel=1e-6)
