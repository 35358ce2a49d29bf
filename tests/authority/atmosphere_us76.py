"""Density of the US Standard Atmosphere 1976 at chosen heights.

SOURCE: NOAA-S/T 76-1562, U.S. Standard Atmosphere, 1976, tables I and VIII, as computed by the program ussa1976 0.3.4
(five figures). SOUND_MPS: the same document, equation 50, at its sea-level 288.15 K and at 216.65 K of its second layer.
"""

from __future__ import annotations

# height over sea level [m], density [kg/m^3]
DENSITY = (
    (0.0, 1.2250),
    (11_000.0, 3.6480e-1),
    (20_000.0, 8.8910e-2),
    (32_000.0, 1.3555e-2),
    (47_000.0, 1.4965e-3),
    (71_000.0, 7.1965e-5),
    (86_000.0, 6.9578e-6),
    (100_000.0, 5.6123e-7),
    (120_000.0, 2.2393e-8),
    (150_000.0, 2.1092e-9),
    (200_000.0, 2.6169e-10),
    (300_000.0, 2.0186e-11),
    (500_000.0, 5.5630e-13),
    (1_000_000.0, 3.5719e-15),
)
# height [m], speed of sound [m/s]
SOUND_MPS = ((0.0, 340.294), (15_000.0, 295.069))
