"""What no tracker of scenario S1 can beat: RMS of the posterior Cramer-Rao bound, and when a loss of thrust can show.

SOURCE: Downrange design notes "Tracking", section 4 (bound on S1 with thrust lost at 200 s; Riccati recursion on the true
path with the true modes, coast without noise) and section 6 (information bound: known onset, accumulated energy).
"""

from __future__ import annotations

# from [s], to [s], q of the boost [m2/s5], position [m], velocity [m/s], both as printed
RMS = (
    (160.0, 200.0, 0.02, 27.2, 5.55),
    (160.0, 200.0, 0.1, 31.0, 8.26),
    (205.0, 210.0, 0.02, 21.7, 2.29),
    (205.0, 210.0, 0.1, 23.7, 2.85),
    (230.0, 340.0, 0.02, 14.0, 0.27),
    (230.0, 340.0, 0.1, 14.3, 0.29),
    (71.05, 345.0, 0.02, 28.4, 8.7),
    (71.05, 345.0, 0.1, 31.0, 9.97),
)
PRINTED = 0.02  # the last digit, and five seconds begun a reading sooner or later

# thrust lost at 200 s, radar of range and angles: energy, seconds after the loss (from, to). Ours may come sooner: it
# allows the thrust less noise (q 0.02) than the filters of that section.
ENERGY_S = ((9.0, 3.8, 3.9), (25.0, 4.8, 5.2))
SOONER_S = 0.6
