"""Failure probabilities from flight records.

SOURCE: 14 CFR part 417 appendix C (table of reference probabilities by flights and failures), two decimals.
"""

from __future__ import annotations

# flights, failures, probability
PROBABILITY = ((2, 0, 0.28), (2, 1, 0.50), (2, 2, 0.72), (3, 2, 0.61), (4, 3, 0.68), (10, 1, 0.15))
# flights, failures, lower and upper limit
LIMITS = ((3, 2, 0.29, 0.93), (4, 3, 0.42, 0.95))
