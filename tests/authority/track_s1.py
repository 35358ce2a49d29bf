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
