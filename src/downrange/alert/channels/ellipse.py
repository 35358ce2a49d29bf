"""Channel kind "ellipse": the areas of a message as covering ellipses, in a JSON file. Nothing is transmitted.

Keys: folder; margin_m (100).

Satellite warning services (Galileo EWSS, QZSS DC extended) carry an area as one ellipse from a table: 122 bits leave
no room for polygons. The file gives the smallest ellipse of that table around all areas together, another around each
area alone, the table's indices (Common Alert Message Format fields A12 to A16, and A1 from status and kind of the
message), how much ground each covers beyond its areas, and the proof: how far out the outermost vertex lies. Hazard,
provider and guidance codes are an agency's to fill in.

Japan's own J-Alert goes over QZSS with codes of municipalities and without an ellipse (IS-QZSS-DCX).

An Exercise has the message type of a Test: the format knows no other.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from downrange.alert.channels._files import claim, down, file_stem, other_bytes, write_whole
from downrange.alert.channels.model import ChannelRefusedError, Clock, Letter, Shape, opened, utc_now
from downrange.alert.channels.settings import Settings
from downrange.alert.model import Parcel, Receipt, Ring, Status
from downrange.base import DownrangeError, ModelError

if TYPE_CHECKING:
    from downrange.alert.channels._enclose import Ellipse

_MESSAGE_TYPES: Final = {"Alert": 1, "Update": 2, "Cancel": 3}
_TEST: Final = 0


class EllipseChannel:
    """Writes `identifier.json` into a folder."""

    __slots__ = ("folder", "margin_m", "name", "now", "status")

    def __init__(
        self, *, name: str, status: Status, folder: Path, margin_m: float = 100.0, now: Clock = utc_now
    ) -> None:
        claim(folder, status, where=f"channel {name}")
        self.name, self.status, self.folder, self.margin_m, self.now = name, status, folder, margin_m, now

    def send(self, parcel: Parcel) -> Receipt:
        """Write the file, or find it there already."""
        letter = opened(parcel, channel=self.name, status=self.status)
        path = self.folder / f"{file_stem(parcel.identifier, channel=self.name)}.json"
        digest = hashlib.sha256(parcel.xml).hexdigest()
        try:
            if path.exists():
                found = json.loads(path.read_text(encoding="utf-8"))
                if found["sha256"] != digest:
                    raise other_bytes(self.name, parcel.identifier)
                return self._receipt(parcel, f"was there: {_words(found, path)}")
            document = self._document(letter) | {"sha256": digest}
            write_whole(path, json.dumps(document, ensure_ascii=False, indent=1).encode())
        except OSError as problem:
            raise down(self.name, f"write {path}", problem) from None
        return self._receipt(parcel, _words(document, path))

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _receipt(self, parcel: Parcel, said: str) -> Receipt:
        """Return the receipt of a message."""
        return Receipt(channel=self.name, identifier=parcel.identifier, at=self.now(), said=said)

    def _document(self, letter: Letter) -> dict[str, Any]:
        """Return what the file says."""
        kind = _MESSAGE_TYPES.get(letter.msg_type)
        try:
            if kind is None:
                raise self._refused(letter, f"a message of type {letter.msg_type} has no place in the format")
            return {
                "identifier": letter.identifier,
                "status": letter.status.value,
                "expires": letter.expires.isoformat(),
                "A1_message_type": kind if self.status is Status.ACTUAL else _TEST,
                "margin_m": self.margin_m,
                "main": self._ellipse(letter.shapes),
                "areas": [
                    {"name": shape.name, "codes": [":".join(code) for code in shape.codes], **self._ellipse((shape,))}
                    for shape in letter.shapes
                ],
            }
        except ChannelRefusedError:
            raise
        except DownrangeError as problem:
            raise self._refused(letter, str(problem)) from None

    def _refused(self, letter: Letter, seen: str) -> ChannelRefusedError:
        """Return the error for a message that has no ellipse."""
        return ChannelRefusedError(
            channel=self.name, tried=f"put an ellipse around {letter.identifier}", seen=seen, cure="use other channels"
        )

    def _ellipse(self, shapes: Sequence[Shape]) -> dict[str, Any]:
        """Return the ellipse around areas, with its over-cover and its proof."""
        import numpy as np

        from downrange.alert.channels._enclose import covering

        rings = [ring for shape in shapes for ring in shape.polygons]
        if not rings or not all(shape.polygons for shape in shapes):
            raise ModelError("an area has no polygon. Draw one: codes of places alone cannot be put into an ellipse.")
        lat_deg, lon_deg = (np.array(part) for part in zip(*(p for ring in rings for p in _dense(ring)), strict=True))
        ellipse = covering(lat_deg, lon_deg, margin_m=self.margin_m)
        return _facts(ellipse, _ground_m2(rings), sum(len(ring) - 1 for ring in rings))


def _facts(ellipse: Ellipse, ground_m2: float, vertices: int) -> dict[str, Any]:
    """Return an ellipse as the file has it."""
    return {
        "lat_deg": round(ellipse.lat_deg, 6),
        "lon_deg": round(ellipse.lon_deg, 6),
        "semi_major_km": ellipse.semi_major_m / 1e3,
        "semi_minor_km": ellipse.semi_minor_m / 1e3,
        "azimuth_deg": ellipse.azimuth_deg,
        "indices": {
            "A12_latitude": ellipse.lat_index,
            "A13_longitude": ellipse.lon_index,
            "A14_semi_major_axis": ellipse.semi_major_index,
            "A15_semi_minor_axis": ellipse.semi_minor_index,
            "A16_azimuth": ellipse.azimuth_index,
        },
        "over_cover": round(ellipse.area_m2 / ground_m2 - 1.0, 3),
        "proof": {"vertices_covered": vertices, "outermost": round(ellipse.fill, 6), "edge": 1.0},
    }


def _ground_m2(rings: Sequence[Ring]) -> float:
    """Return the ground that polygons cover together, overlaps once."""
    import shapely

    from downrange.earth import area_m2

    flat = [shapely.Polygon([(lon_deg, lat_deg) for lat_deg, lon_deg in ring]) for ring in rings]
    return area_m2(shapely.union_all(shapely.make_valid(flat)))


def _dense(ring: Ring) -> list[tuple[float, float]]:
    """Return the points of a ring with more along its edges, at most a twentieth of a degree apart.

    An edge is straight in latitude and longitude, which is not straight on the ellipse's map.
    """
    points: list[tuple[float, float]] = []
    for (lat1, lon1), (lat2, lon2) in itertools.pairwise(ring):
        steps = max(1, int(max(abs(lat2 - lat1), abs(lon2 - lon1)) / 0.05) + 1)
        points += [(lat1 + (lat2 - lat1) * i / steps, lon1 + (lon2 - lon1) * i / steps) for i in range(steps)]
    return points


def _words(document: dict[str, Any], path: Path) -> str:
    """Return what a receipt says."""
    main = document["main"]
    return (
        f"{main['semi_major_km']:g} by {main['semi_minor_km']:g} km around {len(document['areas'])} areas, "
        f"{main['over_cover']:.0%} too much, in {path}"
    )


def make(settings: Settings) -> EllipseChannel:
    """Construct the channel that a [[channel]] table asks for."""
    folder = settings.path("folder")
    margin_m = settings.number("margin_m", 100.0, low=1.0, high=100_000.0)
    settings.finish()
    return EllipseChannel(
        name=settings.name, status=settings.status, folder=folder, margin_m=margin_m, now=settings.now
    )
