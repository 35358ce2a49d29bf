"""Three days in the zonal field J2 to J4, without air, beside Orekit.

SOURCE: Orekit 13.1 (orekit-jpype 13.1.9.0, Java 17), run once by hand: NumericalPropagator with
DormandPrince853Integrator(1e-4, 300, 1e-6, 1e-13), Cartesian, HolmesFeatherstoneAttractionModel of degree 4 and order 0
from a file of three coefficients (those of `base.wgs84`, fully normalised, EGM96), GM 3.986004418e14, radius 6378137 m.
The zonals' axis is the z axis of the frame of integration, as in the axes of our kernel. Printed to 0.1 mm.
"""

import numpy as np
import pytest

from downrange.base import units
from downrange.earth import air_table
from downrange.orbit.propagate import follow

TEN_CM = 0.1  # two integrators, each at its tolerance, over 45 revolutions
START = {
    "sun-synchronous, 500 km": (-2384.46e3, 5729.01e3, 3050.46e3, -7.36138e3, -2.98997e3, 1.64354e3),
    "200 km": (6578137.0, 0.0, 0.0, 0.0, -1.0e3, 7.72e3),
    "eccentric": (7000e3, 1000e3, -500e3, -1.2e3, 7.9e3, 4.1e3),
}
OREKIT = {  # position [m] and velocity [m/s] after one and after three days
    ("sun-synchronous, 500 km", 1): (
        (-3109682.3398, 5329031.5024, 3224218.5676),
        (-7118.6681604, -3655.4462403, 1005.9380316),
    ),
    ("sun-synchronous, 500 km", 3): (
        (-4497408.9223, 4376344.706, 3247587.464),
        (-6367.1288518, -4766.7742087, -313.3180571),
    ),
    ("200 km", 1): ((-1379210.9504, -853961.0685, 6367556.2654), (-7606.4007811, 59.8652885, -1642.0742486)),
    ("200 km", 3): ((3913319.7706, 912840.3767, -5205915.9359), (6239.0412101, -225.6110728, 4640.8989874)),
    ("eccentric", 1): ((-8876860.1921, 7894633.889, 5110357.9659), (-5156.510582, -1778.9214282, -214.8072973)),
    ("eccentric", 3): ((-14908424.0467, -8713539.6019, -2776909.1412), (2476.4142421, -2342.4116675, -1454.3053075)),
}


@pytest.mark.parametrize(("case", "days"), list(OREKIT))
def test_the_zonal_field_of_orekit(case, days):
    out = follow(np.array(START[case]), np.array([days * units.DAY]), None, air_table()).out[0]
    r_m, v_mps = OREKIT[case, days]
    assert np.linalg.norm(out[:3] - r_m) < TEN_CM
    assert np.linalg.norm(out[3:] - v_mps) < 1e-3 * TEN_CM
