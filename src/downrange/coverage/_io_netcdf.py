"""NetCDF (classic, 64-bit offsets) with the attributes of the CF conventions 1.8, through scipy's writer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, utc, wgs84


class NetCdf:
    """A NetCDF file in memory: dimensions and variables are added, then `content` gives its bytes."""

    __slots__ = ("_file", "_memory")

    def __init__(self, about: Mapping[str, str]) -> None:
        from scipy.io import netcdf_file

        self._memory = BytesIO()
        self._file: Any = netcdf_file(self._memory, "w", version=2)
        for name, value in {"Conventions": "CF-1.8", **about}.items():
            setattr(self._file, name, value.encode("utf-8"))

    def dimension(self, name: str, length: int) -> None:
        """Add a dimension of a fixed length; the format has none of length 0, which counts as unlimited."""
        self._file.createDimension(name, length or None)

    def add(self, name: str, dimensions: tuple[str, ...], values: NDArray[Any], **attributes: Any) -> None:  # noqa: ANN401
        """Add a variable of doubles, whole numbers, truths (as bytes) or moments' seconds, with its attributes."""
        kind = {"f": "d", "i": "i", "b": "b"}[values.dtype.kind]
        variable = self._file.createVariable(name, kind, dimensions)
        if kind == "b":
            variable.flag_values, variable.flag_meanings = np.array([0, 1], np.int8), "no yes"
        for key, value in attributes.items():
            setattr(variable, key, value)
        if len(values):
            variable[:] = values.astype(np.int8) if kind == "b" else values

    def add_texts(self, name: str, dimension: str, texts: Sequence[str], **attributes: Any) -> None:  # noqa: ANN401
        """Add texts as rows of letters, padded with zeros."""
        width = max([len(text.encode()) for text in texts], default=1) or 1
        self._file.createDimension(f"{name}_letters", width)
        variable = self._file.createVariable(name, "c", (dimension, f"{name}_letters"))
        for key, value in {"_Encoding": "utf-8", **attributes}.items():
            setattr(variable, key, value)
        if texts:
            rows = [list(text.encode().ljust(width, b"\0")) for text in texts]
            variable[:] = np.array(rows, np.uint8).view("S1")

    def add_points(self, lat_deg: Array, lon_deg: Array, alt_m: Array, area_m2: Array, names: Sequence[str]) -> None:
        """Add the points that were observed, dimension "point", and the datum."""
        self.dimension("point", len(lat_deg))
        for name, values, long_name, unit in (
            ("lat", lat_deg, "latitude", "degrees_north"),
            ("lon", lon_deg, "longitude", "degrees_east"),
        ):
            self.add(name, ("point",), values, standard_name=long_name, long_name=long_name, units=unit)
        self.add(
            "alt",
            ("point",),
            alt_m,
            standard_name="height_above_reference_ellipsoid",
            long_name="height over the ellipsoid",
            units="m",
            positive="up",
        )
        self.add("area", ("point",), area_m2, long_name="what the point stands for in means", units="m2")
        if names:
            self.add_texts("point_name", "point", names, long_name="name of the point")
        crs = self._file.createVariable("crs", "i", ())
        crs.grid_mapping_name = "latitude_longitude"
        crs.semi_major_axis, crs.inverse_flattening = wgs84.RE_M, 1.0 / wgs84.FLATTENING
        crs.longitude_of_prime_meridian = 0.0

    def content(self) -> bytes:
        """Return the file."""
        self._file.flush()
        return self._memory.getvalue()


def seconds_since(start: datetime) -> str:
    """Return the unit of times counted from a moment, as CF and UDUNITS write it.

    >>> from datetime import UTC
    >>> seconds_since(datetime(2024, 6, 1, tzinfo=UTC))
    'seconds since 2024-06-01 00:00:00 UTC'
    """
    moment = utc(start)
    fraction = f".{moment.microsecond:06d}" if moment.microsecond else ""
    return f"seconds since {moment:%Y-%m-%d %H:%M:%S}{fraction} UTC"
