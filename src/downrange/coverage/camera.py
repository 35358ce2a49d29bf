"""Camera files: TOML that a person can copy and edit, each figure a number or a range, with its source.

A figure that is not written is unknown, and whatever needs it is UNKNOWN: nothing is filled in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Annotated, Final

import msgspec

from downrange.base import InputError, read_toml, toml_names, toml_text

_SHIPPED = resources.files("downrange.coverage") / "data" / "cameras"
_AGREE = 0.05  # a stated ground sample distance and pitch over focal length may differ by this; catalogues round
_FORM = "write name and title as 'text', a figure as { value = 0.7, source = 'where it was read' } or { range = [0.1, 0.5], source = 'assumed: why' }"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A number or the range that holds it, and its parent.

    low, high: the ends of the range, equal for one number
    source:    where it was read, or "assumed" and why
    """

    low: float
    high: float
    source: str

    def __post_init__(self) -> None:
        """Refuse a range with its ends exchanged, and a number without a parent."""
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            cure = "give the lower end first, both of them numbers"
            raise InputError(where="range", seen=f"[{self.low:g}, {self.high:g}]", cure=cure)
        if not self.source.strip():
            cure = "name one, or say 'assumed'"
            raise InputError(where="range", key="source", seen="no source", cure=cure)

    @property
    def exact(self) -> bool:
        """One number and not a range."""
        return self.low == self.high

    @property
    def words(self) -> str:
        """The number or the range as people read it, to three digits."""
        return f"{self.low:.3g}" if f"{self.low:.3g}" == f"{self.high:.3g}" else f"{self.low:.3g} to {self.high:.3g}"

    @property
    def assumed(self) -> bool:
        """Nobody measured or published it."""
        return self.source.lower().startswith("assumed")


def bounds_of(values: Sequence[float], source: str) -> Bounds:
    """Return the range that holds some values.

    >>> bounds_of([3.4, 0.67], "assumed").low
    0.67
    """
    return Bounds(low=float(min(values)), high=float(max(values)), source=source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A camera that looks down; None stands for unknown.

    name, title:        as typed, and for people
    note:               what a reader must know before believing it; "" when nothing
    aperture_m:         diameter of the opening
    obscuration:        diameter of what stands in the middle of it over its own
    focal_length_m:     effective focal length
    f_number:           focal length over aperture, where only that is told
    pixel_pitch_m:      from the centre of a pixel to the next
    sampling_q:         wavelength x focal length / (aperture x pitch), where only that can be assumed
    gsd_m, gsd_alt_m:   a stated ground sample distance straight down, and the height it holds for
    wavelength_m:       for which diffraction is counted
    band_low_m, band_high_m: the band that is recorded
    transmission:       of the optics, 0 to 1
    quantum_efficiency: electrons over photons, 0 to 1
    well_e:             electrons that a pixel holds; the converter's full scale
    read_noise_e:       electrons, one standard deviation
    dark_eps:           electrons a second without light
    bits:               of the converter
    tdi_lines:          lines over which an image row is summed (time delay and integration)
    jitter_pixels:      one standard deviation of the line of sight during an exposure
    smear_pixels:       how far the image moves along the track during the exposure of one line
    rer, snr:           sharpness and contrast signal to noise, where they are told instead of their causes
    swath_m, swath_alt_m: width of the strip straight down, and the height it holds for
    off_nadir_deg:      how far off nadir the satellite can turn it
    """

    name: str
    title: str
    note: str
    aperture_m: Bounds | None = None
    obscuration: Bounds | None = None
    focal_length_m: Bounds | None = None
    f_number: Bounds | None = None
    pixel_pitch_m: Bounds | None = None
    sampling_q: Bounds | None = None
    gsd_m: Bounds | None = None
    gsd_alt_m: Bounds | None = None
    wavelength_m: Bounds | None = None
    band_low_m: Bounds | None = None
    band_high_m: Bounds | None = None
    transmission: Bounds | None = None
    quantum_efficiency: Bounds | None = None
    well_e: Bounds | None = None
    read_noise_e: Bounds | None = None
    dark_eps: Bounds | None = None
    bits: Bounds | None = None
    tdi_lines: Bounds | None = None
    jitter_pixels: Bounds | None = None
    smear_pixels: Bounds | None = None
    rer: Bounds | None = None
    snr: Bounds | None = None
    swath_m: Bounds | None = None
    swath_alt_m: Bounds | None = None
    off_nadir_deg: Bounds | None = None

    def __post_init__(self) -> None:
        """Refuse figures that no camera has, and figures that contradict each other."""
        for key, (low, high) in _POSSIBLE.items():
            _refuse_outside(self.name, key, getattr(self, key), low, high)
        for one, other in (("gsd_m", "gsd_alt_m"), ("swath_m", "swath_alt_m"), ("band_low_m", "band_high_m")):
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                missing = other if getattr(self, other) is None else one
                cure = f"{one} and {other} mean something only together"
                raise InputError(where=self.name, key=missing, seen="missing", cure=cure)
        _refuse_contradictions(self)

    @property
    def known(self) -> tuple[str, ...]:
        """The names of the figures that are given."""
        return tuple(key for key in FIGURES if getattr(self, key) is not None)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names of the figures that are not given."""
        return tuple(key for key in FIGURES if getattr(self, key) is None)

    @property
    def sources(self) -> tuple[str, ...]:
        """Each figure's name and source, in the order of the record."""
        return tuple(f"{key}: {getattr(self, key).source}" for key in self.known)


FIGURES: Final = tuple(field.name for field in fields(Camera) if field.name not in ("name", "title", "note"))

_POSSIBLE: Final[dict[str, tuple[float, float]]] = {
    "aperture_m": (1e-3, 10.0),
    "obscuration": (0.0, 0.95),
    "focal_length_m": (1e-3, 200.0),
    "f_number": (0.5, 200.0),
    "pixel_pitch_m": (1e-7, 1e-3),
    "sampling_q": (0.01, 10.0),
    "gsd_m": (0.01, 1e5),
    "gsd_alt_m": (1e4, 1e8),
    "wavelength_m": (1e-7, 2e-5),
    "band_low_m": (1e-7, 2e-5),
    "band_high_m": (1e-7, 2e-5),
    "transmission": (1e-3, 1.0),
    "quantum_efficiency": (1e-3, 1.0),
    "well_e": (1.0, 1e9),
    "read_noise_e": (0.0, 1e6),
    "dark_eps": (0.0, 1e9),
    "bits": (1.0, 32.0),
    "tdi_lines": (1.0, 1e5),
    "jitter_pixels": (0.0, 100.0),
    "smear_pixels": (0.0, 100.0),
    "rer": (0.01, 2.0),
    "snr": (0.1, 1e6),
    "swath_m": (1.0, 1e7),
    "swath_alt_m": (1e4, 1e8),
    "off_nadir_deg": (0.0, 89.0),
}


def pixel_angle(camera: Camera) -> Bounds | None:
    """Return the angle of one pixel [rad] seen from the satellite; None where nothing tells it.

    In this order: pitch over focal length, a stated ground sample distance over its height, an assumed sampling
    ratio with aperture and wavelength.
    """
    focal = focal_length(camera)
    if focal is not None and camera.pixel_pitch_m is not None:
        pitch = camera.pixel_pitch_m
        source = f"pitch over focal length ({pitch.source}; {focal.source})"
        return Bounds(low=pitch.low / focal.high, high=pitch.high / focal.low, source=source)
    if camera.gsd_m is not None and camera.gsd_alt_m is not None:
        low, high = camera.gsd_m.low / camera.gsd_alt_m.high, camera.gsd_m.high / camera.gsd_alt_m.low
        return Bounds(low=low, high=high, source=camera.gsd_m.source)
    wave, opening, ratio = camera.wavelength_m, camera.aperture_m, camera.sampling_q
    if wave is None or opening is None or ratio is None:
        return None
    low, high = wave.low / (opening.high * ratio.high), wave.high / (opening.low * ratio.low)
    return Bounds(low=low, high=high, source=f"sampling ratio: {ratio.source}; aperture: {opening.source}")


def focal_length(camera: Camera) -> Bounds | None:
    """Return the focal length [m], from the f-number and the aperture where it is not given itself."""
    if camera.focal_length_m is not None or camera.f_number is None or camera.aperture_m is None:
        return camera.focal_length_m
    ratio, opening = camera.f_number, camera.aperture_m
    source = f"f-number x aperture ({ratio.source}; {opening.source})"
    return Bounds(low=ratio.low * opening.low, high=ratio.high * opening.high, source=source)


def what_sampling_needs(camera: Camera) -> str:
    """Return what is missing for a ground sample distance, as a sentence; "" when nothing is."""
    if pixel_angle(camera) is not None:
        return ""
    has = [key for key in ("focal_length_m", "f_number", "pixel_pitch_m") if getattr(camera, key) is not None]
    told = f"only {' and '.join(has)} of them is given" if has else "none of them is given"
    return (
        "ground sample distance UNKNOWN: it needs focal_length_m and pixel_pitch_m, or gsd_m and gsd_alt_m, "
        f"and {told}; diffraction alone still says what cannot be seen"
    )


def _refuse_outside(name: str, key: str, figure: Bounds | None, low: float, high: float) -> None:
    """Refuse a figure beyond what any camera has; units are the usual cause."""
    if figure is not None and not low <= figure.low <= figure.high <= high:
        cure = f"give a figure from {low:g} to {high:g}; the usual cause is another unit (here metres, seconds, electrons, degrees, shares of 1)"
        raise InputError(where=name, key=key, seen=figure.words, cure=cure)


def _refuse_contradictions(camera: Camera) -> None:
    """Refuse a band with its ends exchanged, an f-number or a stated distance that the rest does not bear out."""
    name = camera.name
    band_low, band_high = camera.band_low_m, camera.band_high_m
    if band_low is not None and band_high is not None and band_low.high >= band_high.low:
        raise InputError(where=name, key="band_low_m", seen="not below band_high_m", cure="exchange the two")
    focal, ratio, opening = camera.focal_length_m, camera.f_number, camera.aperture_m
    if focal is not None and ratio is not None and opening is not None:
        told = Bounds(low=focal.low / opening.high, high=focal.high / opening.low, source="derived")
        _refuse_apart(name, "f_number", ratio, told, "focal_length_m over aperture_m")
    if camera.gsd_m is None or camera.gsd_alt_m is None or focal is None or camera.pixel_pitch_m is None:
        return
    pitch, alt = camera.pixel_pitch_m, camera.gsd_alt_m
    told = Bounds(low=pitch.low * alt.low / focal.high, high=pitch.high * alt.high / focal.low, source="derived")
    _refuse_apart(name, "gsd_m", camera.gsd_m, told, "pixel_pitch_m x gsd_alt_m / focal_length_m")


def _refuse_apart(name: str, key: str, stated: Bounds, derived: Bounds, how: str) -> None:
    """Refuse two figures for one thing that differ by more than rounding."""
    if stated.low > derived.high * (1.0 + _AGREE) or stated.high < derived.low * (1.0 - _AGREE):
        seen = f"{stated.words}, but {how} gives {derived.words}"
        raise InputError(where=name, key=key, seen=seen, cure="leave one out, or correct the one that is wrong")


class _Number(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One figure: a value or a range, and its source."""

    source: str
    value: float | None = None
    range: Annotated[list[float], msgspec.Meta(min_length=2, max_length=2)] | None = None


_FILE = msgspec.defstruct(
    "_File",
    [("name", str), ("title", str), ("note", str, ""), *((key, _Number | None, None) for key in FIGURES)],
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
)


def camera_names() -> tuple[str, ...]:
    """Return the names of the cameras that come with the program.

    >>> "assumed-malligyong" in camera_names()
    True
    """
    return toml_names(_SHIPPED)


def load_camera(name_or_path: str | Path) -> Camera:
    """Read a camera that comes with the program by its name, or a person's own TOML file by its path.

    >>> load_camera("ikonos-2").aperture_m.low
    0.7
    >>> load_camera("assumed-malligyong").focal_length_m is None
    True
    """
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="camera")
    table = msgspec.structs.asdict(read_toml(where, text.removeprefix("\ufeff"), _FILE, missing=_FORM, wrong=_FORM))
    figures = {key: _bounds(where, key, table[key]) for key in FIGURES if table[key] is not None}
    try:
        return Camera(name=table["name"], title=table["title"], note=table["note"], **figures)
    except InputError as problem:  # the record knows its name, the person knows the file
        raise InputError(where=where, key=problem.key, seen=problem.seen, cure=problem.cure) from None


def _bounds(where: str, key: str, number: _Number) -> Bounds:
    """Make a range of one figure of a file."""
    ends = [number.value, number.value] if number.range is None else list(number.range)
    if (number.value is None) == (number.range is None):
        seen = "neither value nor range" if number.value is None else "both value and range"
        raise InputError(where=where, key=key, seen=seen, cure=_FORM)
    try:
        return Bounds(low=float(ends[0] or 0.0), high=float(ends[1] or 0.0), source=number.source)
    except InputError as problem:
        inner = f"{key}.{problem.key}" if problem.key else key
        raise InputError(where=where, key=inner, seen=problem.seen, cure=problem.cure) from None
