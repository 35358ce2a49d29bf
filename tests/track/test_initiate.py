"""The start of a track: honest spread, wild readings, the geometry of few sensors, and its cost."""

from __future__ import annotations

import time

import numpy as np
import pytest

from downrange.base import ecef_from_geodetic, enu_axes, geodetic_from_ecef
from downrange.track.initiate import Opening, Start, initiate

# Four invented places around the Korean peninsula.
SITES = ((36.0, 126.4, 50.0), (37.9, 124.7, 100.0), (35.2, 129.2, 200.0), (38.5, 128.4, 400.0))
PLACES = ecef_from_geodetic(*np.array(SITES).T)
AXES = enu_axes(*np.array(SITES).T[:2])
RADAR, CAMERA, RANGER, REPORT, FULL_REPORT, SCREEN = "radar", "camera", "ranger", "report", "full report", "screen"
# Noise of each kind: column -> sigma, SI and radians.
NOISE = {
    RADAR: {0: 30.0, 1: 1e-3, 2: 1e-3},
    CAMERA: {1: 1e-4, 2: 1e-4},
    RANGER: {0: 20.0},
    REPORT: dict.fromkeys((4, 5, 6), 50.0),
    FULL_REPORT: dict.fromkeys((4, 5, 6), 50.0) | dict.fromkeys((7, 8, 9), 1.0),
    SCREEN: {10: 50.0, 11: 5.0},
}
GM, OMEGA = 3.986004418e14, 7.292115e-5


class Scene:
    """An object seen from several places, under gravity, rotation and one force; total acceleration constant."""

    def __init__(self, kinds, seed, *, period_s=0.2, seconds=1.6, p_wild=0.0, force_mps2=30.0, bias=0.0):
        draw = np.random.default_rng(seed)
        lat, lon, alt = 37.0 + draw.uniform(-1, 1), 126.5 + draw.uniform(-1, 1), draw.uniform(60e3, 250e3)
        self.r = ecef_from_geodetic(lat, lon, alt)
        self.v = enu_axes(lat, lon).T @ (np.array([0.0, -1500.0, 800.0]) + 500.0 * draw.normal(size=3))
        self.f = force_mps2 * draw.normal(size=3)
        turn = OMEGA * np.array([2 * self.v[1] + OMEGA * self.r[0], -2 * self.v[0] + OMEGA * self.r[1], 0.0])
        self.a = -GM * self.r / np.linalg.norm(self.r) ** 3 + turn + self.f
        self.variances = np.full((len(kinds), 12), np.nan)
        self.bias = bias * draw.normal(size=(len(kinds), 12))  # in sigmas of the noise
        rows = []
        for s, kind in enumerate(kinds):
            for column, sigma in NOISE[kind].items():
                self.variances[s, column] = sigma**2
            for t in np.arange(0.0, seconds + 1e-9, period_s) + 0.03 * s:
                wild = draw.uniform() < p_wild
                rows.append((t, s, self.seen(kind, s, t, draw, wild), wild))
        rows.sort(key=lambda row: row[:2])
        self.t_s, self.sensor = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
        self.z, self.wild = np.array([row[2] for row in rows]), np.array([row[3] for row in rows])

    def at(self, t):
        """Return the true state (9,)."""
        return np.concatenate([self.r + self.v * t + 0.5 * self.a * t * t, self.v + self.a * t, self.f])

    def seen(self, kind, s, t, draw, wild):
        """Return one reading (12,)."""
        x = self.at(t)
        east, north, up = AXES[s] @ (x[:3] - PLACES[s])
        rho, alt, speed = np.sqrt(east**2 + north**2 + up**2), geodetic_from_ecef(x[:3])[2], np.linalg.norm(x[3:6])
        truth = np.array([
            rho, np.arctan2(east, north), np.arctan2(up, np.hypot(east, north)), np.nan, *x[:6], alt, speed,
        ])  # fmt: skip
        nonsense = np.array([draw.uniform(1.0, 2e6), draw.uniform(-3.0, 3.0), draw.uniform(0.0, 1.5), np.nan])
        z, noise = np.full(12, np.nan), draw.normal(size=12)
        for column, sigma in NOISE[kind].items():
            z[column] = truth[column] + sigma * (noise[column] + self.bias[s, column])
            if wild:
                z[column] = nonsense[column] if column < 4 else truth[column] + 5e5 * draw.uniform(-1.0, 1.0)
        return z

    def start(self, rows=None, **more) -> Start | None:
        """Look for a start in the first rows."""
        cut = slice(None, rows)
        s = self.sensor[cut]
        return initiate(self.t_s[cut], self.z[cut], s, PLACES[s], AXES[s], self.variances, **more)

    def misfit(self, start):
        """Return the squared error of the nine numbers in units of their covariance."""
        error = self.at(start.t_s) - start.x
        return float(error @ np.linalg.solve(start.cov, error))


@pytest.mark.parametrize(
    ("kinds", "period_s"),
    [((RADAR,), 0.1), ((CAMERA, CAMERA), 0.25), ((RANGER, RANGER, RANGER, RANGER), 0.5), ((FULL_REPORT,), 0.1)],
)
def test_the_spread_is_honest(kinds, period_s) -> None:
    # Mean of 100 draws of chi2 with 9 degrees of freedom: 9 +- 3.3 sigma of sqrt(18 / 100). 400 starts in all.
    scenes = [Scene(kinds, seed, period_s=period_s) for seed in range(100)]
    starts = [scene.start() for scene in scenes]
    assert all(start is not None for start in starts)
    misfit = [scene.misfit(start) for scene, start in zip(scenes, starts, strict=True)]
    assert np.mean(misfit) == pytest.approx(9.0, abs=3.3 * np.sqrt(18.0 / 100.0))
    assert max(misfit) < 40.0  # chi2 of 9 exceeds it once in 130,000


def test_cameras_and_rangers_together_start_as_well() -> None:
    for kinds in ((CAMERA, CAMERA, CAMERA), (CAMERA, RANGER), (CAMERA, SCREEN), (RANGER, RANGER, RANGER)):
        found = 0
        for seed in range(9):
            scene = Scene(kinds, seed, seconds=4.0)
            start = scene.start()
            if start is not None:
                found += 1
                assert scene.misfit(start) < 40.0
        assert found >= 6  # where a sight meets the sphere twice above ground, there is no start


@pytest.mark.parametrize("kinds", [(CAMERA, CAMERA), (RADAR,)])
def test_what_is_wrong_with_a_sensor_all_along_is_part_of_the_spread(kinds) -> None:
    # Ten times the noise, the same in every number of a sensor: two cameras' sights then miss each other.
    scenes = [Scene(kinds, seed, bias=10.0) for seed in range(40)]
    known = [scene.start(bias_variances=100.0 * scene.variances) for scene in scenes]
    misfit = [scene.misfit(start) for scene, start in zip(scenes, known, strict=True)]
    assert np.mean(misfit) == pytest.approx(9.0, abs=3.3 * np.sqrt(18.0 / 40.0))
    plain = [scene.start() for scene in scenes[:8]]
    if kinds == (RADAR,):
        assert np.mean([scene.misfit(start) for scene, start in zip(scenes[:8], plain, strict=True)]) > 50.0
    else:
        assert sum(start is None for start in plain) > 3


def test_one_camera_alone_never_starts() -> None:
    assert Scene((CAMERA,), 1, seconds=20.0).start() is None


def test_two_rangers_alone_never_start() -> None:
    assert Scene((RANGER, RANGER), 1, seconds=20.0).start() is None


@pytest.mark.parametrize("kinds", [(RADAR,), (REPORT,), (CAMERA, CAMERA), (RADAR, CAMERA, RANGER)])
def test_wild_readings_are_left_out(kinds) -> None:
    spent_wild = 0
    for seed in range(30):
        scene = Scene(kinds, seed, period_s=0.5, seconds=10.0, p_wild=0.1, force_mps2=10.0)
        start = scene.start()
        assert start is not None
        assert not scene.wild[list(start.rows)].any()
        assert scene.misfit(start) < 45.0
        spent_wild += int(scene.wild[: start.row + 1].sum())
    assert spent_wild > 3  # so the test meets some


def test_nothing_but_nonsense_never_starts() -> None:
    assert Scene((RADAR,), 3, seconds=30.0, p_wild=1.0).start() is None


def test_a_start_needs_one_fix_more_than_a_state_unless_told_otherwise() -> None:
    scene = Scene((RADAR,), 5, period_s=1.0, seconds=5.0)
    assert scene.start().row == 2
    assert scene.start(spare=0).row == 1
    report = Scene((FULL_REPORT,), 5, period_s=1.0, seconds=5.0)
    assert report.start().row == 1
    assert report.start(spare=0).row == 0
    assert report.start(spare=0).x[:6] == pytest.approx(report.z[0, 4:10], rel=1e-9)


def test_the_start_is_causal_and_the_same_in_a_stream() -> None:
    scene = Scene((CAMERA, CAMERA, RANGER), 8, period_s=0.4, seconds=6.0, p_wild=0.1)
    whole = scene.start()
    assert whole is not None
    assert scene.start(whole.row) is None
    again = scene.start(whole.row + 1)
    opening = Opening(scene.variances)
    offers = (
        opening.offer(i, float(scene.t_s[i]), scene.z[i], int(s), PLACES[s], AXES[s])
        for i, s in enumerate(scene.sensor.tolist())
    )
    live = next(offer for offer in offers if offer is not None)
    for other in (again, live):
        assert other.row == whole.row
        assert other.x.tobytes() == whole.x.tobytes()
        assert other.cov.tobytes() == whole.cov.tobytes()


def test_a_moving_ship_takes_nothing_off_its_range_rate() -> None:
    # A ship closing at 25 m/s sees a hovering object 100 km ahead come nearer: the object itself does not move.
    t = np.arange(0.0, 4.0, 0.5)
    there = ecef_from_geodetic(36.0, 127.5, 30_000.0)
    place = PLACES[0] + 25.0 * t[:, None] * (there - PLACES[0]) / np.linalg.norm(there - PLACES[0])
    enu = np.einsum("ij,kj->ki", AXES[0], there - place)
    z = np.full((t.size, 12), np.nan)
    z[:, 0] = np.linalg.norm(enu, axis=1)
    z[:, 1], z[:, 2] = np.arctan2(enu[:, 0], enu[:, 1]), np.arctan2(enu[:, 2], np.hypot(enu[:, 0], enu[:, 1]))
    z[:, 3] = -25.0
    variances = np.full((1, 12), np.nan)
    variances[0, :4] = 900.0, 1e-10, 1e-10, 0.01
    start = initiate(t, z, np.zeros(t.size, dtype=int), place, np.tile(AXES[0], (t.size, 1, 1)), variances)
    assert start is not None
    along = (there - PLACES[0]) / np.linalg.norm(there - PLACES[0])
    assert float(start.x[3:6] @ along) == pytest.approx(0.0, abs=0.5)


def test_what_lies_underground_or_is_too_fast_is_refused() -> None:
    scene = Scene((REPORT,), 2, period_s=1.0, seconds=6.0, force_mps2=0.0)
    assert scene.start() is not None
    deep = scene.z[:, 4:7] * (6.2e6 / np.linalg.norm(scene.z[:, 4:7], axis=1))[:, None]
    fast = scene.z[:, 4:7] + scene.t_s[:, None] * np.array([14_000.0, 0.0, 0.0])
    for places in (deep, fast):
        scene.z[:, 4:7] = places
        assert scene.start() is None


def test_a_hundred_thousand_readings_without_a_start_cost_little() -> None:
    n = 100_000
    draw = np.random.default_rng(4)
    z = np.full((n, 12), np.nan)
    z[:, :3] = draw.uniform((1.0, -3.0, 0.0), (2e6, 3.0, 1.5), size=(n, 3))
    none = np.zeros(n, dtype=int)
    variances = np.full((1, 12), np.nan)
    variances[0, :3] = 900.0, 1e-6, 1e-6
    begun = time.process_time()
    assert initiate(0.1 * np.arange(n), z, none, PLACES[none], AXES[none], variances) is None
    assert time.process_time() - begun < 20.0  # about 1.5 s on one core; a search over pairs takes hours
