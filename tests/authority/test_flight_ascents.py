"""Published ascents flown again: NESC check case 17, Saturn V AS-506, two Falcon 9.

SOURCE: the figures stand with their origin in flight_nesc17.py, flight_as506.py and flight_falcon9.py beside this file.
The bounds are what was measured, rounded up; docs/accuracy.md holds the tables and says what explains the rest.
"""

import csv
from pathlib import Path

import accuracy
import numpy as np
import pytest

from downrange.flight import load_vehicle, load_vehicle_and_plan

SHARED = Path(__file__).parents[3] / "shared" / "verification"
NESC_HEIGHT_M, NESC_SPEED_MPS, NESC_EAST_M = 60.0, 4.5, 540.0
SATURN_HEIGHT_KM, SATURN_RANGE_SHARE, SATURN_SPEED_MPS = 1.1, 0.007, 23.0
SATURN_TIMES_S = {"Mach 1": 2.1, "max q": 7.0, "S-II OECO": 1.0, "S-IVB 1st cutoff": 2.6}
FALCON_SPEED, FALCON_HEIGHT_KM = 0.032, 1.8  # from 40 s on; before, the webcast lags by half a second
FALCON_WAY_KM = {"falcon-9-echostar-23": 24.0, "falcon-9-crs-8": 20.0}


def shared(*names: str) -> list[dict[str, str]]:
    path = SHARED.joinpath(*names)
    if not path.exists():
        pytest.skip(f"no ../shared/verification/{'/'.join(names)}")
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def check_nesc(found: np.ndarray) -> None:
    _, _, _, d_alt, d_speed, d_east = found.T
    assert np.abs(d_alt).max() < NESC_HEIGHT_M
    assert np.abs(d_speed).max() < NESC_SPEED_MPS
    assert np.abs(d_east).max() < NESC_EAST_M


def test_nesc_17_is_flown_within_60_metres_of_height() -> None:
    check_nesc(accuracy.nesc_errors())


def test_nesc_17_over_the_whole_series() -> None:
    columns = ("time", "altitudeMsl_ft", "feVelocity_ft_s_Y", "feVelocity_ft_s_Z", "longitude_deg")
    rows = [[float(row[c]) for c in columns] for row in shared("nesc", "Atmos_17_sim_06.csv")]
    assert len(rows) == 2001
    check_nesc(accuracy.nesc_errors(rows))
    given = {round(row[0], 3): row[1:] for row in rows}
    for t_s, *rest in accuracy.published("flight_nesc17").ROWS:
        assert given[float(t_s)] == pytest.approx(rest, abs=0.006)


def test_nesc_17_burns_and_coasts_as_its_models_say() -> None:
    vehicle, _ = load_vehicle_and_plan("nesc-17")
    assert vehicle.liftoff_kg == 314_000.0
    here = {event.name: event.t_s for event in accuracy.flown("nesc-17", "equator")[0].events}
    assert here["stage 1 burn-out"] == pytest.approx(180_000.0 * 360.0 * 9.8066 / 17e6, abs=1e-6)
    assert here["stage 2 ignition"] - here["stage 1 burn-out"] == pytest.approx(96.79)
    assert here["last burn-out"] - here["stage 2 ignition"] == pytest.approx(80_000.0 * 390.0 * 9.8066 / 5e6, abs=1e-6)


def test_as506_passes_its_events_at_the_published_places() -> None:
    for event, _, _, range_km, d_alt_km, d_range_km in accuracy.saturn_errors():
        assert abs(d_alt_km) < SATURN_HEIGHT_KM, event
        assert abs(d_range_km) < max(2.0, SATURN_RANGE_SHARE * range_km), event


def test_as506_reaches_what_is_not_commanded_when_it_did() -> None:
    found = {event: here_s - published_s for event, published_s, here_s in accuracy.saturn_times()}
    assert found.keys() == SATURN_TIMES_S.keys()
    assert all(abs(found[event]) < bound_s for event, bound_s in SATURN_TIMES_S.items()), found


def test_as506_is_as_fast_as_it_was() -> None:
    for event, published_mps, here_mps in accuracy.saturn_speeds():
        assert abs(here_mps - published_mps) < SATURN_SPEED_MPS, event


def test_as506_feels_its_largest_dynamic_pressure_within_5_percent() -> None:
    flight, _ = accuracy.flown("saturn-v-as506", "lc-39a")
    assert flight.q_pa.max() / 1e3 == pytest.approx(accuracy.published("flight_as506").MAX_Q_KPA, rel=0.05)


def test_as506_weighs_what_it_weighed() -> None:
    # MPR-SAT-FE-69-9, table 20-9: 2,899,008 kg when the hold-down arms let go, 135,102 kg after the first burn of the S-IVB
    assert load_vehicle("saturn-v-as506").liftoff_kg == pytest.approx(2_899_008.0, abs=100.0)
    flight, _ = accuracy.flown("saturn-v-as506", "lc-39a")
    on_orbit_kg = flight.mass_kg[-1]
    assert on_orbit_kg == pytest.approx(135_102.0, rel=0.006)


def test_as506_events_are_those_of_the_file() -> None:
    rows = shared("as506_apollo11_ascent.csv")
    told = [(r["event"], float(r["get_s"]), float(r["altitude_km"]), float(r["surface_range_km"])) for r in rows]
    assert tuple(told) == accuracy.published("flight_as506").EVENTS


def check_falcon(name: str, found: np.ndarray) -> None:
    t_s, _, _, _, d_speed, d_alt_km, d_way_km, _ = found.T
    assert np.abs(d_speed[t_s >= 40.0]).max() < FALCON_SPEED
    assert np.abs(d_alt_km).max() < FALCON_HEIGHT_KM
    assert np.abs(d_way_km).max() < FALCON_WAY_KM[name]


@pytest.mark.parametrize("name", accuracy.FALCONS)
def test_falcon_9_flies_as_its_webcast_showed(name) -> None:
    check_falcon(name, accuracy.falcon_errors(name))


@pytest.mark.parametrize(
    ("name", "file", "gap_s", "last_s"),
    [
        ("falcon-9-echostar-23", "EchoStar_23.csv", (163.0, 180.0), 511.0),
        ("falcon-9-crs-8", "SpaceX_CRS-8.csv", (151.0, 168.0), 591.0),
    ],
)
def test_falcon_9_over_every_second_but_of_staging(name, file, gap_s, last_s) -> None:
    columns = ("time", "velocity", "altitude", "downrange_distance", "angle")
    rows = [[float(row[c]) for c in columns] for row in shared("falcon9", file)]
    kept = [r for r in rows if 1.0 < r[0] <= last_s and not gap_s[0] < r[0] < gap_s[1]]
    check_falcon(name, accuracy.falcon_errors(name, kept))


@pytest.mark.parametrize(("name", "left_kg"), [("falcon-9-echostar-23", (4e3, 13e3)), ("falcon-9-crs-8", (35e3, 50e3))])
def test_falcon_9_keeps_propellant_where_it_has_to_land(name, left_kg) -> None:
    vehicle = load_vehicle(name)
    flight, _ = accuracy.flown(name, accuracy.FALCONS[name][0])
    first = next(body for body in flight.bodies if body.name == "first stage")
    assert left_kg[0] < first.mass_kg - vehicle.stages[0].dry_kg < left_kg[1]


@pytest.mark.parametrize("name", ["nesc-17", "saturn-v-as506", *accuracy.FALCONS])
def test_what_was_fitted_to_one_flight_says_so(name) -> None:
    text = (Path(accuracy.ROOT) / "src" / "downrange" / "flight" / "data" / f"{name}.toml").read_text(encoding="utf-8")
    fitted = [line for line in text.split("[[")[1:] if 'kind = "fitted"' in line]
    assert all("fitted to this flight" in table for table in fitted)
    assert len(fitted) == (4 if name in accuracy.FALCONS else 0)
