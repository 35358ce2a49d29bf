"""How good a picture is: ground sample distance, diffraction, sharpness, signal to noise, and NIIRS by GIQE-5.

A camera's ranges are carried through: each result is the range over the ends and the middles of what is not known.
What needs an unknown figure is None, and `unknown` says why.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from downrange.base import Array, InputError
from downrange.coverage.camera import Bounds, Camera, bounds_of, focal_length, pixel_angle, what_sampling_needs
from downrange.coverage.look import Look, look_down
from downrange.coverage.radiance import Detector, Scene, contrast_snr, ground_speed_mps
from downrange.coverage.sharpness import both_ways, edge_response

INCH_M: Final = 0.0254
RAYLEIGH: Final = 1.22  # first dark ring of a round opening, in wavelengths over aperture
SUN_DEG: Final = Bounds(low=20.0, high=60.0, source="assumed: mid-morning looks at mid latitudes, winter to summer")
HAZE: Final = Bounds(low=0.05, high=0.2, source="assumed: clear to hazy (Angstrom's turbidity)")
_SHARPNESS: Final = ("aperture_m", "wavelength_m", "obscuration", "jitter_pixels", "smear_pixels")
_NOISE: Final = (
    "aperture_m",
    "obscuration",
    "transmission",
    "quantum_efficiency",
    "well_e",
    "read_noise_e",
    "dark_eps",
    "bits",
    "tdi_lines",
    "band_low_m",
    "band_high_m",
)
_BOTH_WAYS: Final = (  # figures of which more is better for one thing and worse for another
    "aperture_m",
    "obscuration",
    "focal_length_m",
    "f_number",
    "pixel_pitch_m",
    "sampling_q",
    "gsd_m",
    "gsd_alt_m",
    "wavelength_m",
    "well_e",
)


def diffraction_gsd_m(wavelength_m: ArrayLike, aperture_m: ArrayLike, range_m: ArrayLike) -> Array:
    """Return the distance on the ground [m] that an opening of a diameter just separates: 1.22 x wavelength x range / diameter.

    >>> f"{float(diffraction_gsd_m(0.55e-6, 0.2, 500e3)):.1f}"
    '1.7'
    """
    wave, opening = np.asarray(wavelength_m, dtype=float), np.asarray(aperture_m, dtype=float)
    out: Array = RAYLEIGH * wave * np.asarray(range_m, dtype=float) / opening
    return out


def sampling_gsd_m(pixel_pitch_m: ArrayLike, focal_length_m: ArrayLike, range_m: ArrayLike) -> Array:
    """Return the distance [m] between two pixels' centres, across the look: pitch x range / focal length.

    >>> f"{float(sampling_gsd_m(12e-6, 10.0, 681e3)):.3f}"
    '0.817'
    """
    pitch, focal = np.asarray(pixel_pitch_m, dtype=float), np.asarray(focal_length_m, dtype=float)
    out: Array = pitch * np.asarray(range_m, dtype=float) / focal
    return out


def giqe5(gsd_m: ArrayLike, rer: ArrayLike, snr: ArrayLike, elevation_deg: ArrayLike = 90.0) -> Array:
    """Return the NIIRS that the General Image Quality Equation 5 (NGA, 2015) predicts; its own spread is about 0.3.

    gsd_m: geometric mean of the two directions, square to the look
    rer:   relative edge response, of two directions by `both_ways`
    snr:   contrast signal to noise

    >>> f"{float(giqe5(1.0, 0.35, 50.0)):.2f}"
    '4.10'
    """
    distance = np.asarray(gsd_m, dtype=float) / np.sin(np.radians(elevation_deg)) ** 0.25
    edge, noise = np.log10(np.asarray(rer, dtype=float)), np.asarray(snr, dtype=float)
    scale = 9.57 - 3.32 * np.log10(distance / INCH_M)
    out: Array = scale - 3.32 * np.expm1(-1.9 / noise) * edge - 2.0 * edge**4 - 1.8 / noise
    return out


# Ground resolved distance of each level [m], both ends (en.wikipedia.org: National Image Interpretability Rating Scale).
NIIRS_M: Final = {1: 9.0, 2: 4.5, 3: 2.5, 4: 1.2, 5: 0.75, 6: 0.40, 7: 0.20, 8: 0.10, 9: 0.0}
_SEEN: Final = {
    2: "large buildings can be made out (FAS Civil NIIRS guide)",
    3: "the set of an airliner's wings can be made out (weak source)",
    4: "a boat of 5 to 6 m can be made out (FAS, multispectral scale)",
    6: "a sedan and a station wagon can be told apart (FAS Civil NIIRS guide)",
}


def niirs_words(niirs: float) -> str:
    """Return what a level means, in a sentence; a level holds from its number up to the next.

    >>> niirs_words(2.6)
    'level 2: details of 4.5 to 9 m; large buildings can be made out (FAS Civil NIIRS guide)'
    """
    level = min(9, math.floor(niirs))
    if level < 1:
        return "level 0: no use for interpretation"
    low_m, high_m = NIIRS_M[level], NIIRS_M.get(level - 1)
    detail = (
        f"more than {low_m:g} m" if high_m is None else f"{low_m:g} to {high_m:g} m" if low_m else f"under {high_m:g} m"
    )
    seen = _SEEN.get(level)
    return f"level {level}: details of {detail}" + (f"; {seen}" if seen else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What a camera gives in one look; None stands for UNKNOWN, and `unknown` says why.

    look:          the geometry
    gsd_m:         distance between pixels square to the look, as catalogues print it for nadir
    diffraction_m: what the opening can just separate, square to the look
    finest_m, coarsest_m: ends of the resolution on the ground, as of one pixel: the coarser of pixel and opening (half
                   of diffraction_m at the fine end), geometric mean of across and along the look, as Johnson's
                   criteria are asked with it; coarsest_m is None without the sampling
    rer, snr:      sharpness and contrast signal to noise
    niirs:         by GIQE-5
    unknown:       sentences: what is UNKNOWN and what it needs
    """

    look: Look
    gsd_m: Bounds | None
    diffraction_m: Bounds | None
    finest_m: float | None
    coarsest_m: float | None
    rer: Bounds | None
    snr: Bounds | None
    niirs: Bounds | None
    unknown: tuple[str, ...]


def quality(
    camera: Camera, alt_m: float, off_nadir_deg: float = 0.0, *, sun_deg: Bounds = SUN_DEG, haze: Bounds = HAZE
) -> Quality:
    """Return what a camera gives from a height over the ground [m] at an angle off nadir, ranges carried through."""
    look = look_down(alt_m, off_nadir_deg)
    angle = pixel_angle(camera)
    gsd = None if angle is None else _scaled(angle, look.range_m)
    blur = _diffraction(camera, look)
    unknown = [sentence for sentence in (what_sampling_needs(camera), _opening_needs(camera)) if sentence]
    rer, snr, niirs, missing = _graded(camera, look, sun_deg, haze)
    finest, coarsest = _resolution(gsd, blur, look)
    return Quality(
        look=look,
        gsd_m=gsd,
        diffraction_m=blur,
        finest_m=finest,
        coarsest_m=coarsest,
        rer=rer,
        snr=snr,
        niirs=niirs,
        unknown=(*unknown, *missing),
    )


def _scaled(bounds: Bounds, factor: float) -> Bounds:
    """Return a range times a number."""
    return Bounds(low=bounds.low * factor, high=bounds.high * factor, source=bounds.source)


def _diffraction(camera: Camera, look: Look) -> Bounds | None:
    """Return what the opening can just separate, square to the look."""
    wave, opening = camera.wavelength_m, camera.aperture_m
    if wave is None or opening is None:
        return None
    low = float(diffraction_gsd_m(wave.low, opening.high, look.range_m))
    high = float(diffraction_gsd_m(wave.high, opening.low, look.range_m))
    return Bounds(low=low, high=high, source=f"1.22 x wavelength x range / aperture ({opening.source})")


def _opening_needs(camera: Camera) -> str:
    """Return what diffraction lacks, as a sentence."""
    missing = [key for key in ("aperture_m", "wavelength_m") if getattr(camera, key) is None]
    return f"diffraction UNKNOWN: it needs {' and '.join(missing)}" if missing else ""


def _resolution(gsd: Bounds | None, blur: Bounds | None, look: Look) -> tuple[float | None, float | None]:
    """Return the finest and the coarsest resolution on the ground, as of one pixel; None where nothing bounds it.

    Two pixels hold a line pair. At best the opening passes one as narrow as what it just separates, with a tenth of its
    contrast, so that half of that distance is a pixel; one twice as wide comes through with half of it.
    """
    lows = [*([gsd.low] if gsd else []), *([0.5 * blur.low] if blur else [])]
    finest = max(lows) * look.growth / look.across if lows else None
    if gsd is None:
        return finest, None
    coarsest = max(gsd.high, 0.0 if blur is None else blur.high)
    return finest, coarsest * look.growth / look.across


def _graded(
    camera: Camera, look: Look, sun_deg: Bounds, haze: Bounds
) -> tuple[Bounds | None, Bounds | None, Bounds | None, list[str]]:
    """Return sharpness, signal to noise, NIIRS, and what they lack."""
    sharp_needs, noise_needs = _lacking(camera, "rer", _SHARPNESS), _lacking(camera, "snr", _NOISE)
    if pixel_angle(camera) is None:
        return camera.rer, camera.snr, None, ["sharpness, signal to noise and NIIRS UNKNOWN: they need the sampling"]
    drawn = _draws(camera)
    angle_rad = _angle(camera, drawn)
    rer = None if sharp_needs else _sharpness(camera, drawn, angle_rad)
    snr = None if noise_needs else _signal(camera, look, drawn, angle_rad, (sun_deg, haze))
    missing = [
        f"{what} UNKNOWN: it needs {', '.join(needs)}"
        for what, needs in (("sharpness (RER)", sharp_needs), ("signal to noise", noise_needs))
        if needs
    ]
    sharpness = None if rer is None else _range_of(rer, "modulation transfer over the camera's ranges", camera.rer)
    signal = None if snr is None else _range_of(snr, "radiance and noise model over the camera's ranges", camera.snr)
    if rer is None or snr is None:
        return sharpness, signal, None, [*missing, "NIIRS UNKNOWN: it needs sharpness and signal to noise"]
    levels = np.maximum(giqe5(angle_rad * look.range_m, rer, snr, look.elevation_deg), 0.0)  # the scale begins at 0
    return sharpness, signal, _range_of(levels, "GIQE-5 over the camera's ranges", None), missing


def _range_of(values: Array, how: str, given: Bounds | None) -> Bounds:
    """Return the range of drawn values; a figure of the file keeps its own source."""
    return bounds_of(values.tolist(), how if given is None else given.source)


def _lacking(camera: Camera, given: str, needs: tuple[str, ...]) -> list[str]:
    """Return the figures that a result lacks; none where the result itself is in the file."""
    return [] if getattr(camera, given) is not None else [key for key in needs if getattr(camera, key) is None]


def _draws(camera: Camera) -> dict[str, Array]:
    """Return every combination of the ends and middles of the figures that pull two ways, each good and bad.

    Good and bad stand for all that pulls one way: NIIRS grows with sharpness and with signal to noise, these with less
    jitter, more light, less noise. So their ends need no combinations among themselves.
    """
    ends: dict[str, list[float]] = {"good": [1.0, 0.0]}
    for key in _BOTH_WAYS:
        figure = getattr(camera, key)
        if figure is not None:
            middle = (figure.low + figure.high) / 2.0
            ends[key] = [figure.low] if figure.exact else [figure.low, middle, figure.high]
    columns = np.array(list(product(*ends.values()))).T
    return dict(zip(ends, columns, strict=True))


def _angle(camera: Camera, drawn: dict[str, Array]) -> Array:
    """Return the angle of a pixel [rad] for each draw, by the same rule as `pixel_angle`."""
    if camera.pixel_pitch_m is not None and camera.focal_length_m is not None:
        return drawn["pixel_pitch_m"] / drawn["focal_length_m"]
    if camera.pixel_pitch_m is not None and focal_length(camera) is not None:
        return drawn["pixel_pitch_m"] / (drawn["f_number"] * drawn["aperture_m"])
    if camera.gsd_m is not None:
        return drawn["gsd_m"] / drawn["gsd_alt_m"]
    return drawn["wavelength_m"] / (drawn["aperture_m"] * drawn["sampling_q"])


def _pick(camera: Camera, key: str, drawn: dict[str, Array], *, more_is_better: bool) -> Array:
    """Return the better end of a figure in the good draws and the worse in the bad ones."""
    figure: Bounds = getattr(camera, key)
    best, worst = (figure.high, figure.low) if more_is_better else (figure.low, figure.high)
    return np.where(drawn["good"] > 0.0, best, worst)


def _sharpness(camera: Camera, drawn: dict[str, Array], angle_rad: Array) -> Array:
    """Return the relative edge response of each draw, along and across the track together."""
    if camera.rer is not None:
        return _pick(camera, "rer", drawn, more_is_better=True)
    ratio = drawn["wavelength_m"] / (drawn["aperture_m"] * angle_rad)
    jitter = _pick(camera, "jitter_pixels", drawn, more_is_better=False)
    smear = _pick(camera, "smear_pixels", drawn, more_is_better=False)
    across = edge_response(ratio, obscuration=drawn["obscuration"], jitter_pixels=jitter)
    along = edge_response(ratio, obscuration=drawn["obscuration"], jitter_pixels=jitter, smear_pixels=smear)
    return both_ways(along, across)


def _signal(
    camera: Camera, look: Look, drawn: dict[str, Array], angle_rad: Array, light: tuple[Bounds, Bounds]
) -> Array:
    """Return the contrast signal to noise of each draw; good ones have the high sun and the clear air."""
    if camera.snr is not None:
        return _pick(camera, "snr", drawn, more_is_better=True)
    opening_m2 = math.pi / 4.0 * drawn["aperture_m"] ** 2 * (1.0 - drawn["obscuration"] ** 2)
    passed = _pick(camera, "transmission", drawn, more_is_better=True)
    passed = passed * _pick(camera, "quantum_efficiency", drawn, more_is_better=True)
    detector = Detector(
        light_m2sr=opening_m2 * angle_rad**2 * passed,
        line_s=angle_rad * look.alt_m / ground_speed_mps(look.alt_m),
        tdi_lines=_pick(camera, "tdi_lines", drawn, more_is_better=True),
        well_e=drawn["well_e"],
        bits=_pick(camera, "bits", drawn, more_is_better=True),
        read_noise_e=_pick(camera, "read_noise_e", drawn, more_is_better=False),
        dark_eps=_pick(camera, "dark_eps", drawn, more_is_better=False),
    )
    sun_deg, haze = light
    best = Scene(sun_elevation_deg=sun_deg.high, view_elevation_deg=look.elevation_deg, haze=haze.low)
    worst = Scene(sun_elevation_deg=sun_deg.low, view_elevation_deg=look.elevation_deg, haze=haze.high)
    good, bad = (contrast_snr(scene, *_band(camera), detector) for scene in (best, worst))
    return np.where(drawn["good"] > 0.0, good, bad)


def _band(camera: Camera) -> tuple[float, float]:
    """Return the middle of each end of the band [m]: their spread is small beside everything else."""
    low, high = camera.band_low_m, camera.band_high_m
    if low is None or high is None:
        raise InputError(where=camera.name, key="band_low_m", seen="missing", cure="give the band's two ends")
    return (low.low + low.high) / 2.0, (high.low + high.high) / 2.0
