"""A catalogue check as a command asks it: the launch of a scenario, and what a track said in each of its forms."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from downrange.base import InputError
from downrange.earth import load_site
from downrange.flight import fly, load_vehicle_and_plan
from downrange.orbit import Listed, Reached, catalogue_of, check, fit_tle, read_elements
from downrange.replay import launch_of, load_scenario, track_answer

# Objects of Transporter-9 and of a later Falcon 9, as published
OTHERS = """
1 58295U 23174AR  24059.48814215  .00002816  00000-0  15242-3 0  9993
2 58295  97.4674 135.5968 0009692 246.6806 113.3407 15.15425370 17069
1 58468U 23185G   23357.11756912  .00006799  00000+0  34809-3 0  9999
2 58468  97.4526  61.3089 0013947 175.3806 184.7558 15.16847854  3243
"""


def test_a_scenario_gives_its_launch_and_enters_orbit_where_its_flight_ends() -> None:
    scenario = load_scenario("2023-11-21")
    found = launch_of(scenario)
    point = found.injection
    assert point.t_s == pytest.approx(705.0, abs=1.0)  # KCNA: 22:54:13 less 22:42:28
    assert point.southbound is True
    assert point.alt_m == pytest.approx(494e3, abs=5e3)  # 493 x 512 km over the equatorial radius
    assert (found.inclination_deg, found.perigee_alt_m, found.apogee_alt_m) == (97.4, 493e3, 512e3)
    assert found.t0_sigma_s == pytest.approx(16.0)  # KCNA and Japan differ by 32 s
    assert str(launch_of(scenario, "2023-179").numbers) == "2023-179"
    assert launch_of(load_scenario("2023-05-31")).t0_sigma_s == pytest.approx(60.0)  # 06:27 to 06:29


@pytest.mark.parametrize(
    ("text", "said", "p"),
    [
        (json.dumps({"reached_orbit": "yes", "decided_t_s": 750.0, "reached_orbit_rule": {"p": 0.99, "words": "w"}}), "yes", 0.99),
        (json.dumps({"reached_orbit": "unknown", "reached_orbit_rule": {"p": None, "words": "w"}}), "unknown", None),
        (json.dumps({"updates": [{"verdict": "NOMINAL", "p": 0.9, "t_s": 1.0}]}), "unknown", None),
        (json.dumps({"updates": [{"verdict": "IN_ORBIT", "p": 0.995, "t_s": 730.0, "reason": "w"}]}), "yes", 0.995),
        ('{"verdict": "NOMINAL", "p": 0.9, "t_s": 1}\n{"verdict": "WILL_NOT_REACH_ORBIT", "p": 0.98, "t_s": 300}\n', "no", 0.02),
    ],
    ids=["replay", "replay in doubt", "track", "track in orbit", "lines of a track"],
)  # fmt: skip
def test_what_a_track_said_is_read_in_each_form(tmp_path: Path, text: str, said: str, p: float | None) -> None:
    path = tmp_path / "track.json"
    path.write_text(text)
    found = track_answer(path)
    assert found.answer is Reached(said)
    assert math.isnan(found.p) if p is None else found.p == pytest.approx(p)


@pytest.mark.parametrize("text", ["", "[]", "3", '{"a": 1}', '{"updates": [1]}', '{"verdict": 1}\nnot json\n'])
def test_a_file_that_says_nothing_of_an_orbit_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "track.json"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        track_answer(path)
    assert "track.json" in str(caught.value)
    assert "downrange replay --json" in str(caught.value)


def test_the_flight_itself_is_found_again_in_a_catalogue_of_the_next_day() -> None:
    # the nominal flight's own end as an element set, among real ones; its number is one of those possible
    flown = launch_of(load_scenario("2023-11-21"))
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    flight = fly(vehicle, load_site("sohae-coastal"), plan)
    fitted = fit_tle(flight.r_ecef_m[-1], flight.v_ecef_mps[-1], flown.injected, number=99_000, designator="23178A")
    sets = (*read_elements("\n".join(fitted.lines)), *read_elements(OTHERS))
    found = check(catalogue_of(sets, source="invented", pulled=None), flown)
    assert found.answer is Listed.YES
    best = found.matched[0]
    assert best.object.number == 99_000
    assert abs(best.off_plane_deg) < 0.02
    along = next(one for one in best.evidence if one.what == "along track")
    assert along.seen.startswith("0.0 deg")
    assert along.ratio > 50.0
