"""What is detected, recognised, identified: Johnson's criteria, with a probability over everything that is not known.

Line pairs across the critical dimension for 50 %, and their spread: J. Johnson, Analysis of image forming systems
(Image Intensifier Symposium, Fort Belvoir, 1958), as quoted widely. Probability at other counts: the target transfer
probability function of the US Army's Night Vision Laboratory, P = x^E / (1 + x^E), x = N / N50, E = 2.7 + 0.7 x
(Holst, Electro-optical Imaging System Performance; Driggers, Friedman and Nichols, Introduction to Infrared and
Electro-optical Systems). It holds for a fair contrast and a trained eye with time; haze, camouflage, shadow and cloud
are not in it. The critical dimension of a thing seen from above is the root of length times width.

No table of ground distances by military object is shipped: the one that is often copied has no source.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from downrange.base import Array, InputError, read_toml, toml_names, toml_text
from downrange.coverage.quality import Quality

_SHIPPED = resources.files("downrange.coverage") / "data" / "subjects"
_FORM = "write name, title, length_m, width_m and source, as in data/subjects/usual.toml"


class Task(StrEnum):
    """What is done with a picture."""

    DETECT = "detect"
    ORIENT = "orient"
    RECOGNISE = "recognise"
    IDENTIFY = "identify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycles:
    """Line pairs across the critical dimension at which half of the observers succeed, and the spread of that.

    n50:    line pairs
    spread: to either side
    """

    n50: float
    spread: float

    @property
    def pixels(self) -> int:
        """Whole pixels across the critical dimension, two for each line pair."""
        return math.ceil(2.0 * self.n50)


CYCLES: Final[dict[Task, Cycles]] = {
    Task.DETECT: Cycles(n50=1.0, spread=0.25),
    Task.ORIENT: Cycles(n50=1.4, spread=0.35),
    Task.RECOGNISE: Cycles(n50=4.0, spread=0.8),
    Task.IDENTIFY: Cycles(n50=6.4, spread=1.5),
}
DOING: Final[dict[Task, str]] = {
    Task.DETECT: "something is there",
    Task.ORIENT: "which way it points",
    Task.RECOGNISE: "which class it is of",
    Task.IDENTIFY: "which type it is",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A thing that somebody wants to see.

    name, title:       as typed, and for people
    length_m, width_m: seen from above
    source:            of the size, or "assumed" and why
    """

    name: str
    title: str
    length_m: float
    width_m: float
    source: str

    def __post_init__(self) -> None:
        """Refuse a thing without a size or a source."""
        for key in ("length_m", "width_m"):
            value = getattr(self, key)
            if not (math.isfinite(value) and value > 0.0):
                raise InputError(where=self.name, key=key, seen=f"{value:g}", cure="give metres above 0")
        if not self.source.strip():
            raise InputError(where=self.name, key="source", seen="no source", cure="name one, or say 'assumed'")

    @property
    def size_m(self) -> float:
        """The critical dimension: the root of length times width."""
        return math.sqrt(self.length_m * self.width_m)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """How probable a task is with one subject in one look.

    subject:         what is looked at
    task:            what is asked of the picture
    needed_gsd_m:    pixel on the ground at which half succeed, by whole pixels
    p_low, p_high:   probability over the ranges of the camera and of the criterion; p_low is None where only the best
                     case is known, because the sampling is not; both None where nothing is
    """

    subject: Subject
    task: Task
    needed_gsd_m: float
    p_low: float | None
    p_high: float | None

    @property
    def words(self) -> str:
        """The probability as people read it."""
        return likelihood_words(self.p_low, self.p_high)


def likelihood_words(p_low: float | None, p_high: float | None) -> str:
    """Return a range of probabilities as people read it: no 0 % and no 100 %, as neither is ever known.

    >>> likelihood_words(0.2, 0.9999), likelihood_words(None, 0.3), likelihood_words(None, None)
    ('20% to over 99%', 'at most 30%', 'UNKNOWN')
    """
    if p_high is None:
        return "UNKNOWN"
    if p_low is None:
        return f"at most {_percent(p_high)}"
    low, high = _percent(p_low), _percent(p_high)
    return low if low == high else f"{low} to {high}"


def _percent(p: float) -> str:
    """Return one probability in whole per cent."""
    return "under 1%" if p < 0.005 else "over 99%" if p >= 0.995 else f"{p:.0%}"


def p_task(cycles: ArrayLike, n50: ArrayLike) -> Array:
    """Return the probability of a task with so many line pairs across, where half succeed at n50.

    >>> [f"{float(p_task(n, 4.0)):.2f}" for n in (2.0, 4.0, 8.0)]
    ['0.11', '0.50', '0.94']
    """
    x = np.asarray(cycles, dtype=float) / np.asarray(n50, dtype=float)
    grown = np.minimum(x, 20.0) ** (2.7 + 0.7 * np.minimum(x, 20.0))
    out: Array = grown / (1.0 + grown)
    return out


def johnson_gsd_m(size_m: float, task: Task) -> float:
    """Return the pixel on the ground [m] at which half of the observers succeed, by whole pixels across.

    >>> f"{johnson_gsd_m(Subject(name='s', title='S', length_m=150, width_m=18, source='assumed').size_m, Task.DETECT):.0f}"
    '26'
    """
    return size_m / CYCLES[task].pixels


def recognise(
    found: Quality, subjects: tuple[Subject, ...], tasks: tuple[Task, ...] = tuple(Task)
) -> tuple[Recognised, ...]:
    """Return how probable each task is with each subject at a look's quality."""
    return tuple(_recognised(found, subject, task) for subject in subjects for task in tasks)


def _recognised(found: Quality, subject: Subject, task: Task) -> Recognised:
    """Return one of them: the worst of all ranges against the best of all."""
    cycles = CYCLES[task]
    best, worst = (
        None if pixel_m is None else subject.size_m / (2.0 * pixel_m) for pixel_m in (found.finest_m, found.coarsest_m)
    )
    return Recognised(
        subject=subject,
        task=task,
        needed_gsd_m=johnson_gsd_m(subject.size_m, task),
        p_low=None if worst is None else float(p_task(worst, cycles.n50 + cycles.spread)),
        p_high=None if best is None else float(p_task(best, cycles.n50 - cycles.spread)),
    )


class _Subject(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One [[subjects]] table."""

    name: str
    title: str
    length_m: float
    width_m: float
    source: str


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A subject file."""

    title: str
    subjects: list[_Subject]


def subject_files() -> tuple[str, ...]:
    """Return the names of the subject files that come with the program.

    >>> subject_files()
    ('usual',)
    """
    return toml_names(_SHIPPED)


def load_subjects(name_or_path: str | Path = "usual") -> tuple[Subject, ...]:
    """Read a subject file, one of the package by its name or any other by its path.

    >>> [subject.name for subject in load_subjects()][:3]
    ['large-ship', 'patrol-boat', 'vehicle-column']
    """
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="subject file")
    file = read_toml(where, text.removeprefix("\ufeff"), _File, missing=_FORM, wrong=_FORM)
    if not file.subjects:
        raise InputError(where=where, key="subjects", seen="none", cure="add a [[subjects]] table")
    names = [table.name for table in file.subjects]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(where=where, key="name", seen=f"{twice!r} stands twice", cure="rename one of them")
    try:
        return tuple(Subject(**msgspec.structs.asdict(table)) for table in file.subjects)
    except InputError as problem:  # the record knows its name, the person knows the file
        cure = problem.cure
        raise InputError(where=f"{where}: {problem.where}", key=problem.key, seen=problem.seen, cure=cure) from None
