"""A column of NRLMSISE-00 from the online run of the model's own community centre.

SOURCE: Community Coordinated Modeling Center, online NRLMSISE-00, profile over 16 S, 312 E at 21:30 UTC on
1986-06-19, daily F10.7 121, 81-day mean 80, daily ap 7; as typed into the tests of SatelliteToolboxAtmosphericModels.jl
(test/nrlmsise00.jl, scenario 01). Four figures for density, one decimal for temperature.
"""

from __future__ import annotations

LAT_DEG, LON_DEG = -16.0, 312.0
WHEN = "1986-06-19T21:30:00Z"
F107, F107A, AP = 121.0, 80.0, 7.0

# height [km], total mass density without anomalous oxygen [g/cm^3], temperature [K], anomalous oxygen [1/cm^3]
ROWS = (
    (0.0, 1.180e-03, 297.7, 0.0),
    (100.0, 5.783e-10, 165.9, 0.0),
    (200.0, 1.838e-13, 829.3, 1.802e-09),
    (300.0, 1.212e-14, 900.6, 4.938e00),
    (400.0, 1.510e-15, 907.7, 1.237e03),
    (500.0, 2.410e-16, 908.5, 4.047e03),
    (600.0, 4.543e-17, 908.6, 4.167e03),
    (700.0, 1.097e-17, 908.6, 3.173e03),
    (800.0, 3.887e-18, 908.6, 2.246e03),
    (900.0, 1.984e-18, 908.6, 1.571e03),
    (1000.0, 1.244e-18, 908.6, 1.103e03),
)
# mass of an atom of oxygen [g], CODATA 2018 dalton times 15.999
OXYGEN_G = 15.999 * 1.66053906660e-24
