"""Workload W1e: a thousand fragments falling through exponential air, and where they come down.

SOURCE: Downrange design notes "Flight and fall", section 4: made with Dormand-Prince 5(4) at 1e-9 m a step; two other
programs (heyoka 7.13.2, a Taylor method, and Orekit 13.1.9) agree with it to 1 mm.
"""

from __future__ import annotations

SCALE_HEIGHT_M, SURFACE_KGPM3, CLAMP_M = 7_200.0, 1.225, -5_000.0
J2 = 1.08262668e-3
CASES, SEED = 1_000, 1
# height [m], latitude [deg], longitude [deg], speed [m/s], climb [deg], azimuth [deg], log10 of beta: uniform, in order
DRAWS = (
    (60e3, 200e3),
    (30.0, 42.0),
    (118.0, 128.0),
    (2_000.0, 4_000.0),
    (-5.0, 45.0),
    (150.0, 220.0),
    (1.0, 3.301029995663981),
)
CASE_0_START = (-2685607.716, 4497698.417, 3851966.855, -1738.665, 1186.694, -737.621)
CASE_0_BETA = 77.533165
CASE_0_IMPACT = (676.777, -3024786.351, 4529844.802, 3307278.032)
CASE_999_IMPACT = (1525.769, -2720518.144, 5256421.915, 2368886.187)
MEAN_IMPACT = (-2932123.508, 4739553.390, 3008068.012)
FLIGHT_S = (186.60, 676.31, 1602.28)  # shortest, mean, longest
