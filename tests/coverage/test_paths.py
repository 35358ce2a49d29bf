"""Polynomials against SGP4 itself, turned by the sidereal time of 1982 in plain numpy."""

from datetime import UTC, datetime

import erfa
import numpy as np
import pytest

from downrange.base import InputError, ModelError, julian_pair
from downrange.coverage import paths_of
from downrange.coverage._kernel.path import upward, value_at
from downrange.orbit import element_set

START = datetime(2024, 6, 1, tzinfo=UTC)
MILLIMETRE_M = 1e-3
NAMES = {
    "low and round": {"mean_motion_revpday": 15.2, "e": 0.001},
    "low, as oval as is still simple": {"mean_motion_revpday": 14.0, "e": 0.049},
    "oval": {"mean_motion_revpday": 7.6, "e": 0.24},
    "Molniya's kind": {"mean_motion_revpday": 2.006, "e": 0.7},
    "geostationary": {"mean_motion_revpday": 1.0027, "e": 0.0002, "inclination_deg": 0.05},
}


def satellite(**changes):
    asked = {
        "epoch": START,
        "inclination_deg": 63.4,
        "raan_deg": 40.0,
        "argp_deg": 270.0,
        "mean_anomaly_deg": 10.0,
        "mean_motion_revpday": 15.2,
        "e": 0.001,
        "bstar": 1e-5,
    }
    return element_set("test", **(asked | changes))


def sgp4_ecef(record, t_s):
    jd, fraction = julian_pair(START)
    whole, part = np.full(t_s.shape, jd), fraction + t_s / 86_400.0
    error, r_km, _ = record.sgp4_array(whole, part)
    assert not error.any()
    turn = erfa.gmst82(whole, part)
    x, y, z = 1e3 * r_km.T
    return np.stack([np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x, z], axis=-1)


@pytest.mark.parametrize("name", NAMES)
def test_a_path_meets_sgp4_to_millimetres(name):
    asked = satellite(**NAMES[name])
    paths = paths_of([asked], START, 86_400.0, with_normal=True)
    arcs = paths.coef.shape[0]
    u = np.tile(np.linspace(-0.5, 0.5, 9), arcs)
    k = np.repeat(np.arange(arcs), 9)
    found = np.array([[value_at(paths.coef[a, c], x) for c in range(8)] for a, x in zip(k, u, strict=True)])
    true = sgp4_ecef(asked.satellite(), paths.begin_s[0] + (k + 0.5 + u) * paths.arc_s[0])
    limit_m = 2 * MILLIMETRE_M if name == "low and round" else 20 * MILLIMETRE_M
    assert np.abs(found[:, :3] - true).max() < limit_m
    length = np.linalg.norm(true, axis=1)
    assert np.abs(np.sqrt(found[:, 3]) - length).max() < limit_m
    normal = np.array([upward(*r, 6_378_137.0, 0.006_694_379_990_14) for r in true])
    assert np.abs(found[:, 4:7] - normal).max() < 1e-9
    assert np.abs(found[:, 7] - np.einsum("ni,ni->n", normal, true)).max() < limit_m
    assert paths.lowest_m[0] <= length.min() * 1.001
    assert paths.highest_m[0] >= length.max() * 0.999


def test_the_normal_is_that_of_the_ellipsoid():
    # by its definition: the gradient of x^2/a^2 + y^2/a^2 + z^2/b^2 at the foot of the perpendicular
    a_m, e2 = 6_378_137.0, 0.006_694_379_990_14
    rng = np.random.default_rng(5)
    for lat, lon, alt in zip(
        rng.uniform(-89.9, 89.9, 50), rng.uniform(-180, 180, 50), rng.uniform(0, 4e7, 50), strict=True
    ):
        n = np.array(
            [
                np.cos(np.radians(lat)) * np.cos(np.radians(lon)),
                np.cos(np.radians(lat)) * np.sin(np.radians(lon)),
                np.sin(np.radians(lat)),
            ]
        )
        radius = a_m / np.sqrt(1.0 - e2 * n[2] ** 2)
        point = n * [radius + alt, radius + alt, radius * (1.0 - e2) + alt]
        assert np.allclose(upward(*point, a_m, e2), n, atol=1e-12)
    assert upward(0.0, 0.0, -7e6, a_m, e2) == (0.0, 0.0, -1.0)


def test_low_round_orbits_are_told_from_others():
    sets = [satellite(**NAMES[name]) for name in NAMES]
    assert paths_of(sets, START, 3_600.0).simple.tolist() == [True, True, False, False, False]


def test_no_satellites_and_no_time_are_refused():
    with pytest.raises(InputError, match=r"satellites: none\. Give at least one element set"):
        paths_of([], START, 3_600.0)
    with pytest.raises(InputError, match="span: 0 s"):
        paths_of([satellite()], START, 0.0)


def test_a_satellite_that_comes_down_in_the_span_is_named():
    falling = satellite(mean_motion_revpday=16.4, bstar=0.05, number=58400)
    with pytest.raises(ModelError, match=r"test \(58400\): SGP4 stops at 2024-06-.*satellite down"):
        paths_of([falling], START, 20 * 86_400.0)
