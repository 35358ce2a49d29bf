"""Units of the outside world: one NAME is VALUE SI. Multiply to come in, divide to go out."""

from __future__ import annotations

import math
from typing import Final

MINUTE: Final = 60.0
HOUR: Final = 3_600.0
DAY: Final = 86_400.0
DEGREE: Final = math.pi / 180.0
KILOMETRE: Final = 1_000.0
NAUTICAL_MILE: Final = 1_852.0
FOOT: Final = 0.3048
KNOT: Final = 1_852.0 / 3_600.0
POUND: Final = 0.45359237
TONNE: Final = 1_000.0
KILONEWTON: Final = 1_000.0
STANDARD_GRAVITY: Final = 9.80665
