"""Scenario S1: a synthetic ascent seen by one radar, and what a prototype made of it.

SOURCE: Downrange design notes "Tracking", section 2 (definition, check values of the truth), section 4 (errors of the
interacting-model filter, seeds 0-9) and section 6 (time to detect thrust lost at 200 s, 100 seeds). The scenario uses
its own Earth rate and J2, as stated there.
"""

from __future__ import annotations

# t [s], thrust fails at [s] or None, altitude [m], speed [m/s], range [m], elevation [deg], azimuth [deg]
TRUTH = (
    (160.0, None, 100_525.0, 2_004.58, 135_337.0, 47.498, -12.618),
    (260.0, 200.0, 178_061.0, 2_123.93, 215_492.0, 55.130, -151.616),
)
PAD = (39.66, 124.705, 30.0)
RADAR = (37.97, 124.72, 100.0)
SIGMA = (30.0, 1e-3, 1e-3)
AZIMUTH_DEG = 190.0
OMEGA_RADPS = 7.2921159e-5
J2 = 1.08262668e-3
BETA_KGPM2 = 2e4
SAMPLES = 3011
RMS_POSITION_M = (33.0, 35.5)
RMS_VELOCITY_MPS = (12.1, 12.6)
SLOWEST_DETECTION_S = 6.0

# The trap of another program's impact point (same notes, section 5): from 400 km with a perigee at -30 km the way down
# is longer than a quarter turn. Numeric two-body: 59.45 S 55.34 W after 2355 s; the trap answers 9.71 N 114.67 E after
# 468 s. Where it started is not given: over the pad, apogee, azimuth 190, is assumed here, hence the wide margins.
TRAP_IMPACT = (-59.45, -55.34, 2355.0)
TRAP_MARGIN = (2.0, 5.0, 20.0)
TRAP_ALTITUDE_M, TRAP_PERIGEE_M = 400_000.0, -30_000.0

# Perigee spread at a 400 km insertion, 20 m an axis (same notes, section 7): 3-D velocity rms [m/s] -> sigma [km].
PERIGEE_SPREAD_KM = ((0.3, 0.4, 0.6), (0.65, 0.7, 1.3), (6.3, 7.0, 12.0), (24.0, 27.0, 46.0))
