"""Workloads W1e and W1u: a thousand fragments falling through exponential and through layered air, and where to.

SOURCE: Downrange design notes "Flight and fall", section 4: made with Dormand-Prince 5(4) at 1e-9 m a step; two other
programs (heyoka 7.13.2, a Taylor method, and Orekit 13.1.9) agree with W1e to 1 mm.
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

# W1u: the closed form of the US Standard Atmosphere 1976 below 86 km, above it straight lines of the logarithm through
# these (km: kg/m3), sampled every kilometre from -4 to 1002 km and joined by a cubic spline of the logarithm. The high
# part is the workload's own.
W1U_HIGH = {
    86: 6.958e-6,
    90: 3.416e-6,
    95: 1.393e-6,
    100: 5.604e-7,
    110: 9.708e-8,
    120: 2.222e-8,
    130: 8.152e-9,
    140: 3.831e-9,
    150: 2.076e-9,
    160: 1.233e-9,
    180: 5.194e-10,
    200: 2.541e-10,
    250: 6.073e-11,
    300: 1.916e-11,
    400: 2.803e-12,
    500: 5.215e-13,
    1000: 3.561e-15,
}
W1U_CASE_0_IMPACT = (707.338, -3024982.957, 4529901.331, 3307022.500)
W1U_CASE_999_IMPACT = (1600.220, -2720631.048, 5256742.114, 2368051.472)
W1U_FLIGHT_S = (193.80, 705.24, 1674.37)
