"""Right ascension and declination turned into azimuth and elevation where a telescope stands.

They are taken as measured against catalogue stars: no refraction, no aberration left in them. Neglected: UT1 - UTC
(0.004 deg of azimuth at most), polar motion, the difference between EME2000 and ICRF (0.02 arc seconds), diurnal
aberration (0.3 arc seconds).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from downrange.base import Array, enu_axes, gcrf_from_ecef
from downrange.track.model import Sensor

_SPIN_RADPH: Final = 1.00273781191135448 * 2.0 * np.pi / 24.0  # Earth rotation angle; IERS Conventions 2010, eq. 5.15


def az_el_deg(place: Sensor, moments: Sequence[datetime], angles: Array) -> tuple[list[float], list[float]]:
    """Return azimuths and elevations of directions given in GCRF. The frame is computed for each hour, then spun."""
    ra, dec = angles.T
    stars = np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1)
    axes = enu_axes(place.lat_deg, place.lon_deg)
    enu = np.empty_like(stars)
    hours = [moment.replace(minute=0, second=0, microsecond=0) for moment in moments]
    frames = {hour: gcrf_from_ecef(hour).T for hour in set(hours)}
    for i, (moment, hour) in enumerate(zip(moments, hours, strict=True)):
        turn = _SPIN_RADPH * ((moment - hour) / timedelta(hours=1))
        x, y, z = frames[hour] @ stars[i]
        c, s = np.cos(turn), np.sin(turn)
        enu[i] = axes @ np.array([c * x + s * y, c * y - s * x, z])
    azimuths = np.degrees(np.arctan2(enu[:, 0], enu[:, 1])) % 360.0
    return azimuths.tolist(), np.degrees(np.arctan2(enu[:, 2], np.hypot(enu[:, 0], enu[:, 1]))).tolist()
