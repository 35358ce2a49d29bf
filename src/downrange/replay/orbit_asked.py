"""What the other commands of the orbit room ask for: element sets of files, carried on or turned into other forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from downrange.base import Array, InputError, ModelError, after, iso, units
from downrange.orbit import (
    ASSUMED_BETA,
    Activity,
    Beta,
    Decay,
    ElementSet,
    OemFrame,
    OmmForm,
    Pass,
    Propagated,
    activity_air,
    catalogue_of,
    decay_of,
    launch_number,
    load_elements,
    oem_text,
    omm_text,
    passes,
    positions,
    propagate,
    refuse_old,
    tle_text,
)

_TENTH_S = 0.1


def sets_about(path: Path, moment: datetime, satellite: str | None = None) -> tuple[ElementSet, ...]:
    """Return the set of each object of a file whose epoch lies nearest to a moment; one object where it is named.

    satellite: catalogue number, designator, or name
    """
    objects = catalogue_of(load_elements(path), source=path.name).objects
    if satellite is not None:
        word = satellite.strip().casefold()
        found = [
            one
            for one in objects
            if word in (str(one.number), one.designator.casefold(), *(each.name.casefold() for each in one.sets))
        ]
        if not found:
            known = ", ".join(one.label for one in objects[:5]) + (" and more" if len(objects) > 5 else "")
            raise InputError(where=path.name, seen=f"no {satellite!r}", cure=f"it holds {known}: give one's number")
        objects = tuple(found)
    return tuple(one.nearest(moment) for one in objects)


def sets_of(path: Path) -> tuple[ElementSet, ...]:
    """Return every element set of a file, in its order."""
    return load_elements(path)


def one_set(path: Path, moment: datetime, satellite: str | None) -> ElementSet:
    """Return the set of the one object asked about."""
    found = sets_about(path, moment, satellite)
    if len(found) > 1:
        known = ", ".join(one.label for one in found[:5]) + (" and more" if len(found) > 5 else "")
        raise InputError(where=path.name, seen=f"{len(found)} objects", cure=f"name one with --satellite: {known}")
    return found[0]


def passes_asked(
    sets: Sequence[ElementSet],
    place_deg: tuple[float, float],
    span: tuple[datetime, datetime],
    min_elevation_deg: float,
) -> list[tuple[ElementSet, Pass]]:
    """Return the passes of several satellites over a place, in order of time."""
    refuse_old(sets, *span, where="passes")
    found = []
    for one in sets:
        with _of(one):
            seen = passes(one.satellite(), *place_deg, *span, min_elevation_deg=min_elevation_deg)
        found += [(one, each) for each in seen]
    return sorted(found, key=lambda pair: pair[1].rises)


@contextmanager
def _of(one: ElementSet) -> Iterator[None]:
    """Put the object's name before what is wrong with its orbit."""
    try:
        yield
    except ModelError as problem:
        told = f"{one.label}, element set of {iso(one.epoch)}: {problem}"
        raise ModelError(told) from None


def beta_asked(text: str | None) -> Beta | None:
    """Return a ballistic coefficient as typed: one number, low,middle,high, "assumed" or "none"."""
    if text is None or text == "none":
        return None
    if text == "assumed":
        return ASSUMED_BETA
    cure = "give kg/m^2 as one number, as LOW,MIDDLE,HIGH, or the word assumed or none"
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 3):
        raise InputError(where="--beta", seen=repr(text), cure=cure)
    return Beta(low_kgpm2=numbers[0], middle_kgpm2=numbers[len(numbers) // 2], high_kgpm2=numbers[-1], source="given")


def activity_asked(text: str | None, option: str) -> Activity | None:
    """Return a level of solar activity as typed."""
    if text is None:
        return None
    if text not in tuple(Activity):
        raise InputError(where=option, seen=repr(text), cure=f"give one of {', '.join(Activity)}")
    return Activity(text)


def propagated_asked(
    found: ElementSet, *, days: float, step_s: float, beta: str | None, activity: str | None
) -> Propagated:
    """Return the path of an element set's object from its epoch on, with zonals and drag."""
    level = activity_asked(activity, "--activity")
    times = np.append(np.arange(0.0, days * units.DAY, step_s), days * units.DAY)
    air = None if level is None else activity_air(level)
    with _of(found):
        return propagate(found, times, beta=beta_asked(beta), air=air)


def decays_asked(
    sets: Sequence[ElementSet], *, beta: str | None, activity: str | None
) -> list[tuple[ElementSet, Decay]]:
    """Return how long each object's orbit lasts."""
    body, level = beta_asked(beta), activity_asked(activity, "--activity")
    found = []
    for one in sets:
        with _of(one):
            found.append((one, decay_of(one, beta=body, activity=level)))
    return found


def path_text(found: ElementSet, path: Propagated) -> str:
    """Return a propagated path as an orbit ephemeris message, Earth-fixed."""
    comment = "Propagated from an element set with J2 to J4"
    comment += "; no drag" if path.beta is None else f"; drag with {path.beta.middle_kgpm2:g} kg/m^2, air: {path.air}"
    return oem_text(path.t_s, path.r_ecef_m, path.v_ecef_mps, path.epoch, comment=comment, **_named(found))


def converted(
    path: Path, to: str, *, start: datetime | None, hours: float, step_s: float, satellite: str | None
) -> tuple[int, str]:
    """Return how many element sets were read, and the text of them in another form.

    to: tle, omm-kvn, omm-xml, omm-json, omm-csv, or oem: one object's ephemeris by SGP4, Earth-fixed
    """
    forms = ("tle", *(f"omm-{form}" for form in OmmForm), "oem")
    if to not in forms:
        raise InputError(where="--to", seen=repr(to), cure=f"give one of {', '.join(forms)}")
    sets = load_elements(path)
    if to == "tle":
        return len(sets), tle_text(sets)
    if to != "oem":
        return len(sets), omm_text(sets, OmmForm(to.removeprefix("omm-")))
    found = one_set(path, sets[0].epoch if start is None else start, satellite)
    begin = found.epoch if start is None else start
    stop = after(begin, hours * 3_600.0)
    refuse_old((found,), begin, stop, where=path.name)
    return 1, _ephemeris(found, begin, np.append(np.arange(0.0, hours * 3_600.0, step_s), hours * 3_600.0))


def _ephemeris(found: ElementSet, begin: datetime, t_s: Array) -> str:
    """Return an SGP4 ephemeris; speeds are the centred differences of positions a tenth of a second either way."""
    satellite = found.satellite()
    ahead, behind = (positions(satellite, begin, t_s + shift) for shift in (_TENTH_S, -_TENTH_S))
    speeds = (ahead - behind) / (2.0 * _TENTH_S)
    comment = "SGP4 from an element set; TEME turned by the sidereal time of 1982, UT1 = UTC"
    return oem_text(t_s, positions(satellite, begin, t_s), speeds, begin, comment=comment, **_named(found))


def _named(found: ElementSet) -> dict[str, Any]:
    """Return the names of an object as ephemeris messages take them."""
    launch = launch_number(found.designator)
    piece = "".join(c for c in found.designator if c.isalpha())
    return {
        "object_name": found.name or f"OBJECT {found.number}",
        "object_id": f"{launch}{piece}" if launch is not None else "UNKNOWN",
        "frame": OemFrame.ITRF,
    }
