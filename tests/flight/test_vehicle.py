"""Vehicle files: the shipped one, and what a person gets wrong in one's own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from downrange.base import InputError, Kind
from downrange.earth import load_site
from downrange.flight import fly, load_plan, load_vehicle, load_vehicle_and_plan, read_vehicle, vehicles

TEXT = resources.files("downrange.flight").joinpath("data", "chollima-1.toml").read_text(encoding="utf-8")
LINES = {line.split(" = ")[0]: line for line in reversed(TEXT.splitlines()) if " = {" in line}  # first of each key


def refused(text: str) -> InputError:
    assert text != TEXT
    with pytest.raises(InputError) as caught:
        read_vehicle(text, where="mine.toml")
    assert caught.value.where == "mine.toml"
    assert "\n" not in str(caught.value)
    return caught.value


def test_every_shipped_vehicle_loads_and_every_figure_has_kind_and_source() -> None:
    assert "chollima-1" in vehicles()
    for name in vehicles():
        vehicle = load_vehicle(name)
        assert vehicle.name == name
        assert len(vehicle.figures) >= 5 + 6 * len(vehicle.stages)
        for key, figure in vehicle.figures:
            assert figure.source.strip(), key
            assert isinstance(figure.kind, Kind), key
            assert figure.unit == "1" or key.endswith(f"_{figure.unit}"), key


def test_of_an_outline_nothing_is_measured_and_what_is_fitted_has_a_spread() -> None:
    figures = dict(load_vehicle("chollima-1").figures)
    assert Kind.MEASURED not in {figure.kind for figure in figures.values()}
    fitted = [figure for figure in figures.values() if figure.kind is Kind.FITTED]
    assert len(fitted) >= 10
    assert all(figure.sigma is not None and figure.sigma > 0.0 for figure in fitted)


def test_the_file_is_the_vehicle() -> None:
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    figures = dict(vehicle.figures)
    assert vehicle.stages[2].dry_kg == figures["stages[2].dry_kg"].value
    assert vehicle.payload_kg == figures["body.payload_kg"].value == 300.0
    assert plan.uppers[1].azimuth_deg[1] == figures["plan.uppers[1].azimuth_end_deg"].value
    assert plan == load_plan("chollima-1")
    assert vehicle.drag[2] == (1.1, 0.55)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TEXT.replace('name = "chollima-1"', 'name = "mine"'), encoding="utf-8")
    assert load_vehicle(path).name == load_vehicle(str(path)).name == "mine"


def test_a_missing_key_is_named_with_its_place() -> None:
    error = refused(TEXT.replace(LINES["dry_kg"] + "\n", "", 1))
    assert (error.key, error.seen) == ("stages[0].dry_kg", "missing")
    assert "kind = 'assumed'" in error.cure


def test_a_typo_names_the_nearest_key() -> None:
    error = refused(TEXT.replace("propellant_kg", "propelant_kg", 1))
    assert (error.key, error.seen) == ("stages[0].propelant_kg", "unknown key")
    assert error.cure == "write propellant_kg"
    assert refused(TEXT + "\n[zzzz]\n").cure == "use one of body, boosters, drag, name, plan, stages, title"


@pytest.mark.parametrize("value", ["-1.0", "0.0", "nan", "inf"])
@pytest.mark.parametrize("key", ["propellant_kg", "isp_vac_s", "thrust_vac_n", "beta_kgpm2", "reference_area_m2"])
def test_a_value_that_cannot_fly_is_refused_by_its_key(key: str, value: str) -> None:
    error = refused(TEXT.replace(LINES[key], f'{key} = {{ value = {value}, kind = "assumed", source = "test" }}', 1))
    assert error.key.endswith(key)
    assert "positive number" in error.seen
    assert "unit mistyped" in error.cure


def test_angles_may_be_negative_but_must_be_numbers() -> None:
    line = LINES["pitch_end_deg"]
    for value in ("-7.5", "0.0"):
        _, plan = read_vehicle(
            TEXT.replace(line, f'pitch_end_deg = {{ value = {value}, kind = "assumed", source = "x" }}', 1), where="x"
        )
        assert plan.uppers[0].pitch_deg[1] == float(value)
    error = refused(TEXT.replace(line, 'pitch_end_deg = { value = nan, kind = "assumed", source = "x" }', 1))
    assert error.key == "plan.uppers[0].pitch_end_deg"


def test_a_plan_for_fewer_stages_is_refused() -> None:
    error = refused(TEXT[: TEXT.rindex("[[plan.uppers]]")])
    assert (error.key, error.seen) == ("plan.uppers", "1 steerings for 3 stages")


def test_a_thrust_that_does_not_lift_is_refused_with_both_forces() -> None:
    line = LINES["thrust_vac_n"]
    error = refused(TEXT.replace(line, 'thrust_vac_n = { value = 1.0e6, kind = "assumed", source = "x" }', 1))
    assert error.key == "stages[0].thrust_vac_n"
    assert error.seen == "thrust 900 kN at sea level does not lift 1116 kN"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mach = [0.0, 0.8, 1.1, 2.0, 4.0]", "mach = [0.0, 0.8, 1.1, 2.0]"),
        ("mach = [0.0, 0.8, 1.1, 2.0, 4.0]", "mach = [0.0, 1.1, 0.8, 2.0, 4.0]"),
    ],
)
def test_drag_rows_that_do_not_pair_up_are_refused(old: str, new: str) -> None:
    assert refused(TEXT.replace(old, new)).key == "drag"


def test_a_number_without_a_parent_is_refused() -> None:
    assert "kinds: measured" in refused(TEXT.replace(LINES["payload_kg"], "payload_kg = 300.0")).cure
    orphan = refused(TEXT.replace(LINES["payload_kg"], 'payload_kg = { value = 3, kind = "assumed" }'))
    assert (orphan.key, orphan.seen) == ("body.payload_kg.source", "missing")
    guessed = LINES["payload_kg"].replace('"published"', '"guessed"')
    assert "guessed" in refused(TEXT.replace(LINES["payload_kg"], guessed)).seen


def test_what_is_no_toml_is_refused() -> None:
    assert "not TOML" in refused(TEXT + "\n[[[").seen


@pytest.mark.parametrize("name", ["chollima-2", "", "chollima-1.json"])
def test_an_unknown_vehicle_is_answered_with_those_there_are(name: str) -> None:
    with pytest.raises(InputError, match="Choose one of") as caught:
        load_vehicle(name)
    assert "chollima-1" in caught.value.cure


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.toml.*cannot be read"):
        load_vehicle(tmp_path / "gone.toml")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(InputError, match="cannot be read"):
        load_vehicle(tmp_path / "latin.toml")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("coast_s = { value = 2,", "coast_s = { value = 1e9,", "plan.uppers[0].coast_s"),
        ("thrust_vac_n = { value = 24801.213", "thrust_vac_n = { value = 0.001", "stages[2].thrust_vac_n"),
        ("propellant_kg = { value = 23180.497", "propellant_kg = { value = 1e300", "stages[1].propellant_kg"),
        ("thrust_sl_over_vac = { value = 0.9", "thrust_sl_over_vac = { value = 9", "stages[0].thrust_sl_over_vac"),
        ("azimuth_deg = { value = 190.54655", "azimuth_deg = { value = 1e9", "plan.azimuth_deg"),
        ("kick_deg = { value = 1.9071256", "kick_deg = { value = 180", "plan.kick_deg"),
        ("pitch_start_deg = { value = 37.335545", "pitch_start_deg = { value = 90", "plan.uppers[0].pitch_start_deg"),
        ("sigma = 38.5", "sigma = -38.5", "body.fairing_beta_kgpm2.sigma"),
        ('source = "fairings of launchers of this size"', 'source = " "', "body.fairing_kg.source"),
        ("cd = [0.3,", "cd = [nan,", "drag.cd[0]"),
        ("cd = [0.3,", "cd = [-0.3,", "drag.cd[0]"),
        ("mach = [0.0, 0.8", "mach = [0.8, 0.8", "drag"),
        ('name = "stage 2"', 'name = "stage 1"', "stages[1].name"),
    ],
)
def test_what_would_break_the_flight_or_fly_nonsense_is_named_by_its_key(old: str, new: str, key: str) -> None:
    assert old in TEXT
    assert refused(TEXT.replace(old, new, 1)).key == key


def test_a_vehicle_of_one_stage_flies_with_no_steering_above_it() -> None:
    head, first, *_ = TEXT.split("[[stages]]")
    plan = TEXT[TEXT.index("[plan]") : TEXT.index("[[plan.uppers]]")]
    text = f"{head}[[stages]]{first}{plan}uppers = []\n"
    vehicle, programme = read_vehicle(text, where="mine.toml")
    assert fly(vehicle, load_site("sohae"), programme).events[-1].name == "last burn-out"
    assert refused(text.replace("uppers = []", "")).key == "plan.uppers"
    assert refused(f"stages = []\n{head}{plan}uppers = []\n").key == "stages"


def test_coasts_and_a_kick_of_nothing_fly() -> None:
    text = TEXT.replace("coast_s = { value = 2,", "coast_s = { value = 0,").replace("value = 1.9071256", "value = 0")
    vehicle, programme = read_vehicle(text, where="mine.toml")
    assert fly(vehicle, load_site("sohae"), programme).t_s[-1] > 600.0


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(TEXT, encoding="utf-8-sig")
    assert load_vehicle(tmp_path / "mine.toml") == load_vehicle("chollima-1")


BOOSTERS = """
[[boosters]]
name = "strap-on"
count = 2
propellant_kg = { value = 9000, kind = "assumed", source = "test" }
dry_kg = { value = 1000, kind = "assumed", source = "test" }
thrust_vac_n = { value = 3e5, kind = "assumed", source = "test" }
isp_vac_s = { value = 260, kind = "assumed", source = "test" }
thrust_sl_over_vac = { value = 0.88, kind = "assumed", source = "test" }
beta_kgpm2 = { value = 500, kind = "assumed", source = "test" }
separation_s = { value = 1.5, kind = "assumed", source = "test" }
area_m2 = { value = 0.8, kind = "assumed", source = "test" }
"""
TABLES = """
[[plan.programmes]]
stage = 1
kind = "assumed"
source = "test"
t_s = [0, 10, 60]
pitch_deg = [90, 85, 50]
azimuth_deg = [190, 190, 170]

[[plan.throttles]]
stage = 1
kind = "assumed"
source = "test"
t_s = [0, 40, 45, 60, 60]
level = [1, 1, 0.7, 0.7, 1]

[[plan.burns]]
stage = 3
kind = "assumed"
source = "test"
start_s = [0, 300]
length_s = [200, inf]
"""
LONG = TEXT + BOOSTERS + TABLES


def test_the_longer_form_is_read_whole_and_flies() -> None:
    sep = TEXT.replace(
        "[[stages]]\n", '[[stages]]\nseparation_s = { value = 2.5, kind = "assumed", source = "x" }\n', 1
    )
    vehicle, plan = read_vehicle(sep + BOOSTERS + TABLES, where="mine.toml")
    (strap,) = vehicle.boosters
    assert (strap.name, strap.count, strap.area_m2, strap.separation_s) == ("strap-on", 2, 0.8, 1.5)
    assert [s.separation_s for s in vehicle.stages] == [2.5, 0.0, 0.0]
    assert dict(vehicle.figures)["boosters[0].thrust_vac_n"].value == 3e5
    assert vehicle.liftoff_kg == load_vehicle("chollima-1").liftoff_kg + 20e3
    assert (plan.programmes[0].stage, plan.programmes[0].pitch_deg) == (1, (90.0, 85.0, 50.0))
    assert plan.throttles[0].level == (1.0, 1.0, 0.7, 0.7, 1.0)
    assert plan.burns[0].length_s == (200.0, float("inf"))
    flight = fly(vehicle, load_site("sohae"), plan)
    assert flight.event("strap-on separation").t_s == pytest.approx(flight.event("strap-on burn-out").t_s + 1.5)
    assert [stage for _, _, stage in flight.burns] == [1, 2, 3, 3]


@pytest.mark.parametrize(
    ("old", "new", "key", "seen"),
    [
        ("count = 2", "count = 0", "boosters[0].count", "0"),
        ("count = 2", "count = 21", "boosters[0].count", "21"),
        (
            "propellant_kg = { value = 9000",
            "propellant_kg = { value = -9000",
            "boosters[0].propellant_kg",
            "not a positive",
        ),
        (
            "propellant_kg = { value = 9000",
            "propellant_kg = { value = 0",
            "boosters[0].propellant_kg",
            "not a positive",
        ),
        (
            "thrust_vac_n = { value = 3e5",
            "thrust_vac_n = { value = 1",
            "boosters[0].thrust_vac_n",
            "the strap-on burns for",
        ),
        ('name = "strap-on"', 'name = "stage 2"', "boosters[0].name", "stands twice"),
        ("area_m2 = { value = 0.8", "area_m2 = { value = nan", "boosters[0].area_m2", "nan"),
        ("t_s = [0, 10, 60]", "t_s = [0, 10]", "plan.programmes[0]", "lists of [2, 3] numbers"),
        ("t_s = [0, 10, 60]", "t_s = [0, 60, 10]", "plan.programmes[0].t_s", "do not rise"),
        ("t_s = [0, 10, 60]", "t_s = [0, 10, 10]", "plan.programmes[0].t_s", "do not rise"),
        ("t_s = [0, 10, 60]", "t_s = [0, nan, 60]", "plan.programmes[0].t_s[1]", "nan"),
        ("t_s = [0, 10, 60]", "t_s = [-1, 10, 60]", "plan.programmes[0].t_s[0]", "-1"),
        ("pitch_deg = [90, 85, 50]", "pitch_deg = [90, 95, 50]", "plan.programmes[0].pitch_deg[1]", "95"),
        ("azimuth_deg = [190, 190, 170]", "azimuth_deg = [190, inf, 170]", "plan.programmes[0].azimuth_deg[1]", "inf"),
        ("level = [1, 1, 0.7, 0.7, 1]", "level = [1, 1, -0.7, 0.7, 1]", "plan.throttles[0].level[2]", "-0.7"),
        ("level = [1, 1, 0.7, 0.7, 1]", "level = [1, 1, 0.7, 0.7, 0]", "plan.throttles[0].level", "not empty after"),
        ("level = [1, 1, 0.7, 0.7, 1]", "level = [0.4, 0.4, 1, 1, 1]", "stages[0].thrust_vac_n", "does not lift"),
        ("t_s = [0, 40, 45, 60, 60]", "t_s = [0, 40, 45, 60, 59]", "plan.throttles[0].t_s", "do not rise"),
        ("t_s = [0, 40, 45, 60, 60]", "t_s = []", "plan.throttles[0]", "lists of [0, 5] numbers"),
        ("stage = 3", "stage = 4", "plan.burns[0].stage", "4"),
        ("stage = 3", "stage = 0", "plan.burns[0].stage", "0"),
        ("start_s = [0, 300]", "start_s = [5, 300]", "plan.burns[0].start_s[0]", "5"),
        ("start_s = [0, 300]", "start_s = [0, 150]", "plan.burns[0].length_s[0]", "200"),
        ("length_s = [200, inf]", "length_s = [inf, 100]", "plan.burns[0].length_s[0]", "inf"),
        ("length_s = [200, inf]", "length_s = [0, inf]", "plan.burns[0].length_s[0]", "0"),
        ("length_s = [200, inf]", "length_s = [200, nan]", "plan.burns[0].length_s[1]", "nan"),
        ("length_s = [200, inf]", "length_s = [200, -5]", "plan.burns[0].length_s[1]", "-5"),
        ('source = "test"\nt_s = [0, 40', 'source = " "\nt_s = [0, 40', "plan.throttles[0].source", "no source"),
    ],
)
def test_what_is_wrong_in_the_longer_form_is_named_with_a_cure(old: str, new: str, key: str, seen: str) -> None:
    longer = BOOSTERS + TABLES
    assert old in longer
    error = refused(TEXT + longer.replace(old, new, 1))
    assert error.key == key
    assert seen in error.seen
    assert len(error.cure) > 10
    assert str(error).startswith(f"mine.toml: {key}: ")


def test_two_tables_of_one_stage_are_refused() -> None:
    twice = TABLES[TABLES.index("[[plan.throttles]]") : TABLES.index("[[plan.burns]]")]
    error = refused(LONG + twice)
    assert (error.key, error.seen) == ("plan.throttles[1].stage", "1")


def test_a_throttled_first_stage_lifts_with_what_it_has_left_of_its_thrust() -> None:
    """The air takes as much from a throttled nozzle as from a full one: 0.7 of the thrust in vacuum, 0.6 on the pad."""
    level = TABLES.replace("level = [1, 1, 0.7, 0.7, 1]", "level = [0.7, 0.7, 0.7, 0.7, 1]")
    error = refused(TEXT + level)
    thrust_kn = 1772158.4 * (0.7 - 0.1) / 1e3
    assert error.seen.startswith(f"thrust {thrust_kn:.4g} kN")


@pytest.mark.parametrize("key", ["propellant_kg", "dry_kg"])
def test_a_stage_without_its_masses_is_refused_by_name(key: str) -> None:
    for stage in range(3):
        for value in ("0", "-1", "nan"):
            heads = TEXT.split("[[stages]]")
            line = next(row for row in heads[stage + 1].splitlines() if row.startswith(f"{key} = "))
            heads[stage + 1] = heads[stage + 1].replace(
                line, f'{key} = {{ value = {value}, kind = "assumed", source = "x" }}'
            )
            error = refused("[[stages]]".join(heads))
            assert error.key == f"stages[{stage}].{key}"
            assert f"value {float(value):g} is not a positive number" in error.seen
