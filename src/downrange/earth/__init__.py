"""Earth: the ground under a flight, its shape, its coast, its places and who lives there.

In: points in degrees, areas longitude first, names of sites.
Out: distances and areas on the ellipsoid, launch sites, coastlines, administrative places, people with their band.
Start here: `range_azimuth`, `load_site`, `places_meeting`, `people_in`.
"""

from downrange.earth.atmosphere import air_table, us76_below_86km
from downrange.earth.coast import coast, is_land
from downrange.earth.ellipsoid import along_cross, area_m2, buffered, destination, range_azimuth, ring_area_m2
from downrange.earth.model import Level, Named, People, Place, Share
from downrange.earth.places import cities, islands, people_in, people_of, places, places_meeting
from downrange.earth.sites import Site, load_site, site_names

__all__ = [
    "Level",
    "Named",
    "People",
    "Place",
    "Share",
    "Site",
    "air_table",
    "along_cross",
    "area_m2",
    "buffered",
    "cities",
    "coast",
    "destination",
    "is_land",
    "islands",
    "load_site",
    "people_in",
    "people_of",
    "places",
    "places_meeting",
    "range_azimuth",
    "ring_area_m2",
    "site_names",
    "us76_below_86km",
]
