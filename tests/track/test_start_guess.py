"""Where lines of sight and spheres meet, on geometry that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from downrange.track._start_guess import _Line, _meeting, _on_sphere, _places, _straight, _three_spheres

HERE = np.array([6.4e6, 0.0, 0.0])


def off(x, y, z):
    return HERE + np.array([x, y, z])


def line(place, value, rate=None, sensor=0):
    value = np.atleast_1d(np.asarray(value, dtype=float))
    return _Line(
        sensor=sensor,
        place=np.asarray(place, dtype=float),
        value=value,
        rate=np.zeros_like(value) if rate is None else rate,
    )


def towards(place, target):
    d = np.asarray(target) - place
    return line(place, d / np.linalg.norm(d))


def test_a_line_through_time_does_not_mind_a_wild_point() -> None:
    t = np.arange(-9.0, 1.0)
    y = (5.0 + 2.0 * t)[:, None]
    y[3] = 1e6
    value, rate = _straight(t, y)
    assert (value[0], rate[0]) == (5.0, 2.0)
    value, rate = _straight(np.zeros(3), np.array([[1.0], [2.0], [9.0]]))
    assert (value[0], rate[0]) == (2.0, 0.0)


def test_two_sights_meet_where_they_look_and_nowhere_side_by_side() -> None:
    target = off(3e5, 1e5, 2e5)
    there = off(0.0, 2e5, 0.0)
    (point,) = _meeting([towards(HERE, target), towards(there, target)])
    assert point == pytest.approx(target, abs=1e-3)
    assert _meeting([line(HERE, [1.0, 0.0, 0.0]), line(there, [1.0, 0.0, 0.0])]) == []


def test_a_sight_meets_a_sphere_once_from_within_twice_from_without_and_not_when_it_grazes() -> None:
    up = line(HERE, [1.0, 0.0, 0.0])
    (inside,) = _on_sphere(up, off(1e5, 0.0, 0.0), 2e5)
    assert inside == pytest.approx(off(3e5, 0.0, 0.0))
    far, near = _on_sphere(up, off(3e5, 0.0, 0.0), 2e5)
    assert far == pytest.approx(off(5e5, 0.0, 0.0))
    assert near == pytest.approx(off(1e5, 0.0, 0.0))
    assert _on_sphere(up, off(3e5, 2e5, 0.0), 2.0e5) == []
    assert _on_sphere(up, off(3e5, 3e5, 0.0), 2.0e5) == []


def test_three_spheres_meet_above_and_below_and_not_in_a_row() -> None:
    target = off(3e5, 5e4, 7e4)
    sites = [HERE, off(0.0, 2e5, 0.0), off(0.0, 0.0, 2e5)]
    ranges = [line(site, np.linalg.norm(target - site), sensor=i) for i, site in enumerate(sites)]
    points = _three_spheres(ranges)
    below, above = sorted(points, key=lambda point: float(point[0]))
    assert above == pytest.approx(target, abs=1e-3)
    assert below == pytest.approx(off(-3e5, 5e4, 7e4), abs=1e-3)
    row = [line(off(0.0, k * 1e5, 0.0), 3e5, sensor=k) for k in range(3)]
    assert _three_spheres(row) == []


def test_too_few_lines_make_no_place() -> None:
    sight, reach = line(HERE, [1.0, 0.0, 0.0]), line(HERE, 1e5)
    assert _places([sight], [], []) == []
    assert _places([], [reach, reach], []) == []
    (point,) = _places([sight], [], [line(HERE, 2e5)])
    assert float(np.linalg.norm(point)) == pytest.approx(6.6e6, abs=3e4)  # 22 km more at the equator than at 6.4e6
