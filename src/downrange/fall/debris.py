"""Debris: what a stack breaks into, as classes of pieces in a file that a person can copy and edit.

A class holds pieces that fall alike: its ballistic coefficients span at most half a decade (14 CFR part 417 appendix C).
Each piece flies with a coefficient drawn evenly in its logarithm over that span, so that neighbouring classes meet
without a gap, and with a velocity added to that of the stack: three normal numbers of one sigma, whose size is
Maxwellian, with 97 % of the pieces below the stated maximum. Lift and explosive yield are not modelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, InputError, Sourced, normals, read_toml, toml_names, toml_text, uniforms
from downrange.flight import Figure

STREAM = 1000
"""Debris draws of seed s are those of the counted generator with the key s ^ (STREAM << 32): no other draw has them."""

MAXWELL_97 = 2.991201681
"""The 97th percentile of the size of three standard normal numbers (root of chi-square with 3 degrees of freedom)."""

WIDEST_LOG10 = 0.5

_SHIPPED = resources.files("downrange.fall") / "data" / "debris"
_FORM = (
    "write numbers as { value = 1.0, kind = 'assumed', source = 'why' }; compare with the shipped assumed-launcher.toml"
)
_BOUNDS = {  # key: unit, lowest, highest, whether the lowest itself is allowed, what to give
    "count": ("1", 0.0, 1e6, False, "how many such pieces there are, above 0"),
    "mass_kg": ("kg", 0.0, 1e6, False, "the mass of one piece in kg"),
    "area_m2": ("m2", 0.0, 1e4, False, "the projected area of one piece in m^2"),
    "beta_kgpm2": ("kgpm2", 0.1, 1e5, True, "mass / (drag coefficient x area) in kg/m^2; 1 lb/ft^2 is 4.88 kg/m^2"),
    "log10_width": ("1", 0.0, WIDEST_LOG10, True, "the span of the class in decades, 0 to 0.5, or split the class"),
    "imparted_mps": ("mps", 0.0, 3e3, True, "the velocity that 97 % of the pieces stay below, in m/s"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DebrisClass:
    """Pieces that fall alike.

    count: how many there are; mass_kg, area_m2: of each one, the area projected (for casualties, not for drag)
    beta_kgpm2: median ballistic coefficient, mass over drag coefficient times drag area
    log10_width: full width of the class in decades of the coefficient, evenly filled, half of it on either side
    imparted_mps: what the break-up adds at most; 97 % of the pieces get less
    """

    name: str
    count: float
    mass_kg: float
    area_m2: float
    beta_kgpm2: float
    log10_width: float
    imparted_mps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DebrisList:
    """What a stack breaks into.

    figures: every number of the file with its parent, by key
    """

    name: str
    title: str
    classes: tuple[DebrisClass, ...]
    figures: tuple[tuple[str, Sourced], ...]

    @property
    def total_kg(self) -> float:
        """Mass of all pieces of all classes."""
        return sum(c.count * c.mass_kg for c in self.classes)


class _Class(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    name: str
    count: Figure
    mass_kg: Figure
    area_m2: Figure
    beta_kgpm2: Figure
    log10_width: Figure
    imparted_mps: Figure


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    name: str
    title: str
    classes: list[_Class]


def debris_names() -> tuple[str, ...]:
    """Return the names of the debris lists that come with the package.

    >>> debris_names()
    ('assumed-launcher',)
    """
    return toml_names(_SHIPPED)


def load_debris(name_or_path: str | Path) -> DebrisList:
    """Read a debris list that comes with the package by its name, or a person's own TOML file by its path.

    >>> debris = load_debris("assumed-launcher")
    >>> f"{len(debris.classes)} classes, {debris.total_kg / 1e3:.1f} t"
    '6 classes, 3.6 t'
    """
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="debris list")
    file = read_toml(where, text, _File, missing=_FORM, wrong=_FORM)
    if not file.classes:
        raise InputError(where=where, key="classes", seen="an empty debris list", cure="give at least one [[classes]]")
    names = [kept.name for kept in file.classes]
    for i, name in enumerate(names):
        if name in names[:i]:
            cure = "rename one; impacts are told by these names"
            raise InputError(where=where, key=f"classes[{i}].name", seen=f"{name!r} stands twice", cure=cure)
    figures = tuple(_figure(where, i, key, kept) for i, kept in enumerate(file.classes) for key in _BOUNDS)
    classes = tuple(
        DebrisClass(name=kept.name, **{key: getattr(kept, key).value for key in _BOUNDS}) for kept in file.classes
    )
    return DebrisList(name=file.name, title=file.title, classes=classes, figures=figures)


def draw_pieces(
    debris: DebrisList, seed: int, samples: int, *, first: int = 0, per_class: int = 1
) -> tuple[NDArray[np.int64], Array, Array]:
    """Return (class_index (n, k), dv_mps (n, k, 3), beta_kgpm2 (n, k)) of n break-ups, k = classes x per_class.

    dv_mps: added velocity, alike in every direction, so in whatever axes the stack's velocity is
    per_class: pieces drawn for a class; each stands for count / per_class of its pieces. Piece j of a class is the
        same whatever per_class is, sample i of a seed the same whatever the chunking.

    >>> index, dv_mps, beta_kgpm2 = draw_pieces(load_debris("assumed-launcher"), 7, 4, per_class=2)
    >>> index.shape, dv_mps.shape, index[0].tolist()
    ((4, 12), (4, 12, 3), [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5])
    """
    if per_class < 1:
        raise InputError(where="debris", key="per_class", seen=f"{per_class}", cure="draw at least one piece a class")
    key = seed ^ (STREAM << 32)
    one = np.tile(np.arange(len(debris.classes)), per_class)
    sigma_mps = np.array([c.imparted_mps for c in debris.classes])[one] / MAXWELL_97
    median = np.log10([c.beta_kgpm2 for c in debris.classes])[one]
    width = np.array([c.log10_width for c in debris.classes])[one]
    dv_mps = normals(key, samples, 3 * len(one), first=first).reshape(samples, len(one), 3) * sigma_mps[:, None]
    beta_kgpm2 = 10.0 ** (median + width * (uniforms(key, samples, len(one), first=first) - 0.5))
    return np.broadcast_to(one, (samples, len(one))), dv_mps, beta_kgpm2


def _figure(where: str, number: int, key: str, kept: _Class) -> tuple[str, Sourced]:
    """Return a number of the file with its parent, or say why it cannot be."""
    figure: Figure = getattr(kept, key)
    unit, low, high, from_low, cure = _BOUNDS[key]
    path = f"classes[{number}].{key}"
    if not low <= figure.value <= high or (figure.value == low and not from_low):
        raise InputError(where=where, key=path, seen=f"{figure.value:g} in {kept.name!r}", cure=f"give {cure}")
    if not figure.source.strip():
        raise InputError(where=where, key=f"{path}.source", seen="no source", cure="name one, or say 'assumed'")
    if figure.sigma is not None and not 0.0 <= figure.sigma <= high:
        cure = "give one standard deviation, 0 or more, or leave it out"
        raise InputError(where=where, key=f"{path}.sigma", seen=f"{figure.sigma:g}", cure=cure)
    sourced = Sourced(value=figure.value, unit=unit, sigma=figure.sigma, kind=figure.kind, source=figure.source)
    return path, sourced
