"""Three falls of the published check cases of atmospheric flight: a sphere over the equator, seen 30 s later.

SOURCE: NASA/TM-2015-218675, Check-Cases for Verification of 6-Degree-of-Freedom Flight Vehicle Simulations, volume II,
atmospheric scenarios 1, 6 and 9, simulation 04, first and last row: US 1976 air, J2 1.08262982e-3, mass 1 slug,
reference area 0.1963495 ft2. The published simulations of case 6 differ by up to 85 mm, those of case 9 by 1.4 m.
"""

from __future__ import annotations

FOOT_M, SLUG_KG, AREA_FT2 = 0.3048, 14.593903, 0.1963495
J2, SECONDS, NEAR_M = 1.08262982e-3, 30.0, 5e-3
# name: (drag coefficient, altitude [ft], east and up [ft/s]), then altitude [ft], east and down [ft/s], longitude [deg]
CASES = {
    "1, no air": ((0.0, 30_000.0, 0.0, 0.0), (15_598.9043522, 2.10101108617, 960.293064507, 5.74552213287e-5)),
    "6, drag": ((0.1, 30_000.0, 0.0, 0.0), (16_284.443772, 1.84293085603, 864.010905567, 5.33798251362e-5)),
    "9, thrown": ((0.1, 0.0, 1_000.0, 1_000.0), (10_160.9897645, 610.746581927, 181.748229037, 0.0616478507138)),
}
