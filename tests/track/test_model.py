"""Records that refuse what cannot be."""

from __future__ import annotations

import dataclasses

import pytest

from downrange.base import InputError
from downrange.track import Burn, Verdict


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("lat_deg", 91.0),
        ("lon_deg", float("nan")),
        ("sigma_range_m", 0.0),
        ("sigma_az_deg", -1.0),
        ("max_range_m", 0.0),
    ],
)
def test_a_sensor_that_cannot_be_names_the_field(key, value, radar) -> None:
    with pytest.raises(InputError, match=f"sensor 'radar': {key}: .*Give a value from"):
        dataclasses.replace(radar, **{key: value})


def test_a_burn_is_a_plain_triple() -> None:
    assert Burn(1.0, 2.0, 3) == (1.0, 2.0, 3)


def test_unknown_is_a_verdict() -> None:
    assert Verdict("unknown") is Verdict.UNKNOWN
    assert len(Verdict) == 9
