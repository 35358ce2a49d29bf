"""The Earth's constants, one set for the whole package.

Ellipsoid, GM and rate: NIMA TR8350.2 (3rd edition, 2000), tables 3.1 and 3.2.
Mean radius R1 = (2a + b) / 3: the same, table 3.3; METRES_PER_DEGREE is a degree of its great circles, to the metre.
Zonal harmonics: EGM96 (NASA/TP-1998-206861), Jn = -sqrt(2n+1) * Cn0 of the fully normalised
C20 = -0.484165371736e-3, C30 = 0.957254173792e-6, C40 = 0.539873863789e-6.
"""

from __future__ import annotations

from typing import Final

GM_M3PS2: Final = 3.986004418e14
RE_M: Final = 6_378_137.0
FLATTENING: Final = 1.0 / 298.257223563
RP_M: Final = RE_M * (1.0 - FLATTENING)
MEAN_RADIUS_M: Final = 6_371_008.7714
METRES_PER_DEGREE: Final = 111_195.0
E2: Final = FLATTENING * (2.0 - FLATTENING)
EP2: Final = E2 / (1.0 - E2)
OMEGA_RADPS: Final = 7.292115e-5
J2: Final = 1.08262668355e-3
J3: Final = -2.53265648533e-6
J4: Final = -1.61962159137e-6
