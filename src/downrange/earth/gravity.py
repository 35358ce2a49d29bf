"""Gravity: the zonal harmonics that flight and fall feel, as the array that kernels take."""

from __future__ import annotations

import numpy as np

from downrange.base import wgs84

ZONALS = np.array([wgs84.J2, wgs84.J3, wgs84.J4])
ZONALS.setflags(write=False)
