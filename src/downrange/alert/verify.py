"""A whole chain held against the schema, rules R1 to R12 and the linter, message by message in the order of sending."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from downrange.alert.cap import reference
from downrange.alert.draft import Chain
from downrange.alert.lint import lint_message
from downrange.alert.model import PlaceLike, Problem, Reference
from downrange.alert.rules import Context, check


def verify(chain: Chain, places: Iterable[PlaceLike], region_lonlat: Any = None) -> tuple[Problem, ...]:  # noqa: ANN401
    """Return everything wrong with the messages of a chain; empty when all of them may go out.

    places:        the municipalities, so that the polygons can be held against what they must cover
    region_lonlat: where the site's alerts belong, as shapely geometry of (lon, lat); None when unknown
    """
    found: list[Problem] = []
    published: list[Reference] = []
    footprints = {place.code: place.geometry_lonlat for place in places}
    for released in chain.released:
        context = Context(
            status=chain.status,
            published=tuple(published),
            footprints=footprints,
            max_over_cover=chain.policy.max_over_cover,
            region_lonlat=region_lonlat,
        )
        found += check(released.xml, context)
        found += lint_message(released.message, chain.policy)
        published.append(reference(released.message))
    return tuple(found)
