"""Earth: ellipsoid, gravity, air, coast, places, people, sites, the Sun.

In: a point in degrees, an area longitude first, the name of a site or of a wind, a height, a day.
Out: distances and areas, air, wind and gravity tables, coastlines, administrative places, people with their band, launch sites.
Start here: `load_site`, `range_azimuth`, `places_meeting`, `people_in`, `air_table`, `load_wind`.
"""

from downrange.earth.atmosphere import air_table, us76_below_86km
from downrange.earth.coast import coast, is_land
from downrange.earth.ellipsoid import (
    along_cross,
    area_m2,
    buffered,
    destination,
    east_north,
    range_azimuth,
    ring_area_m2,
)
from downrange.earth.gravity import ZONALS
from downrange.earth.model import Level, Named, People, Place, Share
from downrange.earth.msis import load_air, msis_table
from downrange.earth.people import people_in, people_of
from downrange.earth.places import alert_places, cities, finest_places, islands, places, places_meeting
from downrange.earth.sites import Site, load_site, site_names
from downrange.earth.sun import SunCrossing, next_sunrise, next_sunset, sun_alt_deg, sun_crossings
from downrange.earth.wind import Wind, load_wind, wind_names
from downrange.earth.wind_splines import mean_wind_table, no_wind, wind_tables

__all__ = [
    "ZONALS",
    "Level",
    "Named",
    "People",
    "Place",
    "Share",
    "Site",
    "SunCrossing",
    "Wind",
    "air_table",
    "alert_places",
    "along_cross",
    "area_m2",
    "buffered",
    "cities",
    "coast",
    "destination",
    "east_north",
    "finest_places",
    "is_land",
    "islands",
    "load_air",
    "load_site",
    "load_wind",
    "mean_wind_table",
    "msis_table",
    "next_sunrise",
    "next_sunset",
    "no_wind",
    "people_in",
    "people_of",
    "places",
    "places_meeting",
    "range_azimuth",
    "ring_area_m2",
    "site_names",
    "sun_alt_deg",
    "sun_crossings",
    "us76_below_86km",
    "wind_names",
    "wind_tables",
]
