"""The ascent of Apollo 11 on Saturn V AS-506, 16 July 1969, to its parking orbit.

SOURCE events: R. W. Orloff, Apollo by the Numbers, NASA SP-2000-4029, ascent data of Apollo 11, turned into metric units.
SOURCE speeds and dynamic pressure: Saturn V Launch Vehicle Flight Evaluation Report AS-506, MPR-SAT-FE-69-9, tables 4-1
and 4-2, read in a public digest of it.
"""

from __future__ import annotations

# event, time after range zero [s], height [km], range along the surface [km]
EVENTS = (
    ("liftoff", 0.63, 0.09, 0.0),
    ("Mach 1", 66.3, 7.88, 2.0),
    ("max q", 83.0, 13.6, 5.6),
    ("S-IC OECO", 161.63, 66.15, 93.6),
    ("S-IC/S-II separation", 162.3, 66.76, 95.1),
    ("S-II CECO", 460.62, 180.2, 1114.1),
    ("S-II OECO", 548.22, 187.35, 1618.2),
    ("S-II/S-IVB separation", 549.0, 187.41, 1623.1),
    ("S-IVB 1st cutoff", 699.33, 191.16, 2633.0),
    ("parking orbit insertion", 709.33, 191.11, 2709.0),
)
# event, speed against the stars [m/s]
SPEEDS = (("S-IC OECO", 2764.0), ("S-II CECO", 5707.5), ("S-II OECO", 6916.0), ("S-IVB 1st cutoff", 7793.0))
MAX_Q_KPA = 35.2
