"""Crowds of falls."""

from __future__ import annotations

import numpy as np
import pytest

from downrange.fall import Falls

CROWD = Falls(
    lat_deg=np.array([30.0, 31.0, 32.0, 33.0]),
    lon_deg=np.array([120.0, 121.0, 122.0, 123.0]),
    t_s=np.array([400.0, 401.0, 500.0, 403.0]),
    p=np.array([0.3, 0.3, 0.1, 0.4]),
    body_index=np.array([0, 0, 1, 0]),
    bodies=("stage 1", "fairing"),
    source="test",
)


def test_of_picks_the_rows_of_one_body() -> None:
    stage, fairing = CROWD.of("stage 1"), CROWD.of("fairing")
    assert stage.lat_deg.tolist() == [30.0, 31.0, 33.0]
    assert stage.lon_deg.tolist() == [120.0, 121.0, 123.0]
    assert stage.t_s.tolist() == [400.0, 401.0, 403.0]
    assert stage.p.sum() == pytest.approx(1.0)
    assert stage.body_index.tolist() == [0, 0, 0]
    assert (fairing.lat_deg.tolist(), fairing.body_index.tolist(), fairing.bodies) == ([32.0], [0], ("fairing",))
    assert fairing.source == "test"
    assert fairing.of("fairing").p.tolist() == [0.1]


def test_a_body_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="not in"):
        CROWD.of("stage 9")
