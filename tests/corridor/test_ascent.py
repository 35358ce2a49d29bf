from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import ModelError, ecef_from_geodetic, v_ecef_from_enu
from downrange.corridor import azimuth_for, inclination_of
from downrange.corridor.ascent import ORBIT_SPEED_MPS


@given(
    lat=st.floats(-85, 85),
    part=st.floats(0.001, 0.999),
    southbound=st.booleans(),
    rotating=st.booleans(),
)
def test_azimuth_and_inclination_are_each_others_inverse(lat, part, southbound, rotating):
    site = SimpleNamespace(name="x", lat_deg=lat, lon_deg=0.0, sigma_m=0.0)
    wanted = abs(lat) + part * (180.0 - 2.0 * abs(lat))
    azimuth = azimuth_for(site, wanted, rotating=rotating, southbound=southbound)
    assert inclination_of(site, azimuth, rotating=rotating) == pytest.approx(wanted, abs=1e-6)
    assert (90.0 < azimuth < 270.0) is southbound


@pytest.mark.parametrize("azimuth", [92.0, 170.0, 192.27, 350.0])
def test_the_inclination_is_that_of_the_vector_sum(azimuth):
    lat = 39.66
    site = SimpleNamespace(name="x", lat_deg=lat, lon_deg=0.0, sigma_m=0.0)
    position = ecef_from_geodetic(lat, 0.0, 0.0)
    turning = np.cross([0.0, 0.0, 7.292115e-5], position)
    course = v_ecef_from_enu([np.sin(np.radians(azimuth)), np.cos(np.radians(azimuth)), 0.0], lat, 0.0)
    # scale the speed over the ground until the speed against the stars is the orbit's
    b = course @ turning
    ground = -b + np.sqrt(b * b + ORBIT_SPEED_MPS**2 - turning @ turning)
    plane = np.cross(position, ground * course + turning)
    true_deg = np.degrees(np.arccos(plane[2] / np.linalg.norm(plane)))
    # the geocentric latitude is 0.19 deg lower: up to 0.15 deg at an eastward launch, 0.03 deg near the pole
    assert inclination_of(site, azimuth) == pytest.approx(true_deg, abs=0.2)


def test_an_inclination_below_the_latitude_is_refused():
    site = SimpleNamespace(name="x", lat_deg=39.66, lon_deg=0.0, sigma_m=0.0)
    with pytest.raises(ModelError, match=r"between 39\.66 and 140\.34"):
        azimuth_for(site, 28.5)
