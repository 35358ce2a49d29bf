"""Points sorted for the search: all of them, in bands, inside their cap."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import ecef_from_geodetic
from downrange.coverage import index_of, points_at


@given(
    places=st.lists(
        st.tuples(st.floats(-90, 90), st.floats(-180, 360), st.floats(-400, 9_000)), min_size=1, max_size=80
    )
)
def test_every_point_is_in_its_band_in_order_of_longitude_and_in_the_cap(places):
    points = points_at(*(np.array(column) for column in zip(*places, strict=True)))
    index = index_of(points)
    assert sorted(index.place.tolist()) == list(range(len(points)))
    q = ecef_from_geodetic(points.lat_deg, points.lon_deg, points.alt_m)[index.place]
    assert np.array_equal(index.rows[:, :3], q)
    assert np.array_equal(index.xyz.T, q)
    lat = np.arcsin(q[:, 2] / np.linalg.norm(q, axis=1))
    for band in range(index.band_start.size - 1):
        rows = slice(index.band_start[band], index.band_start[band + 1])
        assert (lat[rows] >= index.band_trig[band, 2] - 1e-12).all()
        assert (lat[rows] <= index.band_trig[band + 1, 2] + 1e-12).all()
        assert (np.diff(index.lon[rows]) >= 0.0).all()
    assert index.band_start[-1] == len(points)
    off = np.arccos(np.clip(q @ index.region[:3] / np.linalg.norm(q, axis=1), -1.0, 1.0))
    assert (off <= index.region[3] + 1e-9).all()
