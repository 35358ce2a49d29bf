"""Light on its way from the sun to a pixel: radiance, electrons, and the contrast signal to noise.

Model, all of it stated because none of it is measured here: the sun is a black body of 5772 K at 1 au (IAU 2015
Resolution B3), without lines; air scatters by the Rayleigh formula of Hansen and Travis (Space Sci. Rev. 16, 527, 1974)
at sea-level pressure and haze by Angstrom's law with exponent 1.3; ozone and water vapour are left out. Half of what
air scatters and 0.85 of what haze scatters still goes forward and reaches the ground; light scattered into the look
is single scattering. Good to some thirty per cent (assumed), which is 0.1 NIIRS at a signal to noise of 20, 0.04 at 50.
Noise as pyBSM counts it: the root of the sum of photon, dark, read and quantisation variances.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from downrange.base import Array, InputError, wgs84

H_JS: Final = 6.62607015e-34  # Planck's constant, exact (SI)
C_MPS: Final = 299_792_458.0  # speed of light, exact (SI)
K_JPK: Final = 1.380649e-23  # Boltzmann's constant, exact (SI)
SUN_K: Final = 5772.0  # IAU 2015 Resolution B3, nominal effective temperature
SUN_RADIUS_M: Final = 695.7e6  # the same, nominal radius
AU_M: Final = 149_597_870_700.0  # IAU 2012 Resolution B2
HAZE_EXPONENT: Final = 1.3  # Angstrom 1929, the usual value
HAZE_BACK: Final = 0.15  # share of what haze scatters that goes back; assumed
BRIGHT: Final = 0.15  # reflectances of GIQE's contrast (Leachtenauer et al., Appl. Opt. 36, 8322, 1997)
DARK: Final = 0.07
FULL: Final = 0.9  # an exposure is shortened so that no more of the well than this is filled; assumed
_STEPS: Final = 24  # over the band


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The light of a scene.

    sun_elevation_deg:  over the point's horizon
    view_elevation_deg: of the satellite over the point's horizon
    haze:               optical depth of haze at 1 um (Angstrom's turbidity): 0.02 very clear, 0.2 hazy
    """

    sun_elevation_deg: float
    view_elevation_deg: float
    haze: float

    def __post_init__(self) -> None:
        """Refuse a sun or a satellite that is not above the horizon."""
        for key in ("sun_elevation_deg", "view_elevation_deg"):
            if not 0.0 < getattr(self, key) <= 90.0:
                cure = "ask for a daylit look, above 0 and up to 90 degrees"
                raise InputError(where="scene", key=key, seen=f"{getattr(self, key):g}", cure=cure)


def sun_irradiance(wavelength_m: ArrayLike) -> Array:
    """Return the sun's spectral irradiance at 1 au [W/m^2 per m of wavelength].

    >>> f"{float(sun_irradiance(0.55e-6)) / 1e9:.2f} W/m^2/nm"
    '1.75 W/m^2/nm'
    """
    wave = np.asarray(wavelength_m, dtype=float)
    planck = 2.0 * H_JS * C_MPS**2 / wave**5 / np.expm1(H_JS * C_MPS / (wave * K_JPK * SUN_K))
    out: Array = math.pi * planck * (SUN_RADIUS_M / AU_M) ** 2
    return out


def air_depth(wavelength_m: ArrayLike) -> Array:
    """Return the optical depth of the air above sea level by Rayleigh scattering.

    >>> f"{float(air_depth(0.55e-6)):.4f}"
    '0.0973'
    """
    um = np.asarray(wavelength_m, dtype=float) / 1e-6
    out: Array = 0.008569 / um**4 * (1.0 + 0.0113 / um**2 + 0.00013 / um**4)
    return out


def photon_radiance(scene: Scene, reflectance: float, wavelength_m: ArrayLike) -> Array:
    """Return the photons that a camera is sent by a matt surface and the air before it [1/(s m^2 sr m)]."""
    wave = np.asarray(wavelength_m, dtype=float)
    sun = math.sin(math.radians(scene.sun_elevation_deg))
    view = math.sin(math.radians(scene.view_elevation_deg))
    air, haze = air_depth(wave), scene.haze * (wave / 1e-6) ** -HAZE_EXPONENT
    light = sun_irradiance(wave)
    ground = light * sun * np.exp(-(0.5 * air + HAZE_BACK * haze) / sun)
    seen = reflectance / math.pi * ground * np.exp(-(air + haze) / view)
    aside = 0.75 * (1.0 + (sun * view) ** 2) * air + 2.0 * HAZE_BACK * haze  # sun and look taken as at right angles
    depth = air + haze
    path = aside / depth * light / (4.0 * math.pi) * sun / (sun + view)
    path *= -np.expm1(-depth * (1.0 / sun + 1.0 / view))
    out: Array = (seen + path) * wave / (H_JS * C_MPS)
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """What turns light into electrons and adds noise; arrays of one shape, one element a possible camera.

    light_m2sr:         area of the opening x solid angle of a pixel x transmission x quantum efficiency
    line_s:             exposure of one line
    tdi_lines:          lines that are summed
    well_e, bits, read_noise_e, dark_eps: as in Camera
    """

    light_m2sr: Array
    line_s: Array
    tdi_lines: Array
    well_e: Array
    bits: Array
    read_noise_e: Array
    dark_eps: Array


def contrast_snr(scene: Scene, band_low_m: float, band_high_m: float, detector: Detector) -> Array:
    """Return the contrast signal to noise of GIQE: reflectance 0.15 beside 0.07.

    An exposure that would fill the well is shortened, as an operator would, by taking fewer lines.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_STEPS)
    half = (band_high_m - band_low_m) / 2.0
    wave = band_low_m + half * (nodes + 1.0)
    bright, dark = (half * float(weights @ photon_radiance(scene, part, wave)) for part in (BRIGHT, DARK))
    exposure_s = detector.line_s * detector.tdi_lines
    rate = bright * detector.light_m2sr + detector.dark_eps
    exposure_s = np.minimum(exposure_s, FULL * detector.well_e / rate)
    signal = (bright - dark) * detector.light_m2sr * exposure_s
    return signal / noise_e(rate * exposure_s, detector.well_e, detector.bits, detector.read_noise_e)


def noise_e(electrons: ArrayLike, well_e: ArrayLike, bits: ArrayLike, read_noise_e: ArrayLike) -> Array:
    """Return the noise [electrons]: of what is counted (photons and dark), of reading it, of rounding it.

    >>> f"{float(noise_e(40_000.0, 100_000.0, 11.0, 50.0)):.1f}"
    '206.6'
    """
    step = np.asarray(well_e, dtype=float) / (np.exp2(np.asarray(bits, dtype=float)) - 1.0)
    variance = np.asarray(electrons, dtype=float) + np.asarray(read_noise_e, dtype=float) ** 2 + step**2 / 12.0
    out: Array = np.sqrt(variance)
    return out


def ground_speed_mps(alt_m: float) -> float:
    """Return how fast the point below a satellite on a circle moves over a resting sphere [m/s].

    >>> round(ground_speed_mps(500e3))
    7062
    """
    a_m = wgs84.MEAN_RADIUS_M + alt_m
    return math.sqrt(wgs84.GM_M3PS2 / a_m) * wgs84.MEAN_RADIUS_M / a_m
