"""Fuzz the notice reader, guided by coverage: `python tools/fuzz_notice.py --minutes 60`.

Needs atheris (the extra `fuzz`). Seeds are the invented notices of tests/authority and, where it lies beside the checkout,
the collection ../shared/notices. A text at which the reader breaks a promise is written to the folder `--out`, and the run
goes on; the exit code then is 1. `--replay FILE...` tries stored texts again, without atheris.

What is promised of every text: nothing is raised but NoticeError; the steps grow with the text and no faster; the same
text reads the same twice; flags and areas point inside the text; positions are positions; what prints a position gives an
area or a flag; and what was read can be written as GeoJSON and KML.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import math
import os
import random
import re
import sys
import time
import tomllib
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from downrange.notice import NoticeError, Shape, read, to_geojson, to_kml
from downrange.notice._tokens import Cursor, tokens
from downrange.notice.read import read_bytes, read_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from downrange.notice import Area, Notice

ROOT: Final = Path(__file__).parents[1]
STEPS_A_TOKEN: Final = 400  # the dearest family known, single digits, takes 153
MOST_CHARACTERS: Final = 2_000
HALF_WAY_ROUND_M: Final = 2.0e7
_EVERY: Final = 16  # one text in so many is also read twice, read as bytes, and written out

_OURS: Final = frozenset(
    {"Cursor", "NoticeError", "Shape", "read", "read_bytes", "read_tokens", "to_geojson", "to_kml", "tokens"}
)

# Whole positions in the two commonest forms, with values that can be: whatever prints one must not pass in silence.
_PACKED: Final = r"(?:[0-8]\d[0-5]\d[0-5]\d|[0-8]\d[0-5]\d)[NS] ?(?:(?:0\d\d|1[0-7]\d)[0-5]\d(?:[0-5]\d)?)[EW]"
_DASHED: Final = r"[0-8]\d-[0-5]\d\.\d{1,2}[NS] (?:0\d\d|1[0-7]\d)-[0-5]\d\.\d{1,2}[EW]"
_POSITION: Final = re.compile(rf"(?<![\w.-])(?:{_PACKED}|{_DASHED})(?![\w-])", re.ASCII)
_REMARK: Final = re.compile(r"^[ \t]*#.*$", re.MULTILINE)

_WORDS: Final = """AREA AREAS AREA1: BOUND BY BOUNDED WITHIN MILES OF NM RADIUS METERS LINE JOINING ARC CLOCKWISE CENTERED ON TO THE
    POINT ORIGIN BACK START BEGINNING AND THRU DAILY DLY ALTERNATE UNTIL SUNSET SUNRISE FROM UTC JAN FEB MAR APR MAY JUN JUL
    AUG SEP OCT NOV DEC SEB CANCEL THIS MSG NAVAREA IV XII XIV HYDROPAC HYDROLANT HYDROARC NOTAMN NOTAMR NOTAMC Q) A) B) C) D)
    E) F) G) SFC GND UNL FL180 AMSL EST PERM PART 1 2 A. B. C. 1. 2. !FDC !CARF N S E W - / , . : ( ) ; ' " ° ’ ” º &apos;
    &amp; Z H24 WEDNESDAY SATURDAY MON-FRI EVERY NORTH SOUTH EAST WEST NINE FIFTEEN HUNDRED ALTN RTE DCT RMK/ EXCEPT SIMILAR
    ACTIVITIES 0000-2359 2601010000 010000Z 311200Z 12-34.50N 123-45.60W 123456N1234507E N1234E12345 1234S 12345W 12 34 56
    123 45 07 36.04 90 180 999 60 00 NNNN ZCZC #"""
WORDS: Final = (*_WORDS.split(), "\n", "\n\n")


# ------------------------------------------------------------------------------------------ what is promised


def faults(text: str, *, twice: bool = True) -> list[str]:
    """Return every promise that the reader breaks at this text, in words; read it twice and count the steps, or only once."""
    try:
        notices = read(text, "fuzz")
    except NoticeError:
        return []
    found = again_faults(text, notices) if twice else []
    for notice in notices:
        found += [*span_faults(notice, text), *silence_faults(notice)]
        found += [line for area in notice.areas for line in area_faults(area)]
        if not math.isclose(sum(notice.about.p), 1.0, abs_tol=1e-6):
            found.append(f"probabilities {notice.about.p} do not make 1")
    return found


def again_faults(text: str, first: tuple[Notice, ...]) -> list[str]:
    """Read the text once more: count the steps, compare the answers."""
    row = tokens(text)
    cur = Cursor(row)
    second = read_tokens(cur, text, "fuzz", None)
    found = [] if cur.steps <= STEPS_A_TOKEN * len(row) else [f"{cur.steps} steps for {len(row)} tokens"]
    return found if first == second else [*found, "the same text read twice gives two answers"]


def span_faults(notice: Notice, text: str) -> list[str]:
    """Return the flags and areas that point outside the text."""
    spans = [(f"flag {flag.code}", flag.start, flag.stop) for flag in notice.flags]
    spans += [(f"area {area.label}", area.start, area.stop) for area in notice.areas]
    return [f"{name} at {a}..{b} of {len(text)}" for name, a, b in spans if not 0 <= a <= b <= len(text)]


def silence_faults(notice: Notice) -> list[str]:
    """Return a fault where a position is printed and neither an area nor a flag came of it."""
    if notice.areas or notice.flags:
        return []
    seen = _POSITION.search(_REMARK.sub("", notice.text))
    return [f"no area and no flag, though {seen.group()!r} is printed"] if seen else []


def area_faults(area: Area) -> list[str]:
    """Return what is impossible in an area."""
    found = []
    pairs = list(zip(area.lat_deg, area.lon_deg, strict=True))
    if not all(-90.0 <= lat <= 90.0 and -180.0 <= lon < 180.0 for lat, lon in pairs):
        found.append(f"area {area.label}: a position off the Earth")
    fewest = {Shape.POLYGON: 3, Shape.BAND: 2}.get(area.shape, 1)
    if len(pairs) < fewest:
        found.append(f"area {area.label}: a {area.shape} of {len(pairs)} positions")
    if (area.radius_m is not None) != (area.shape in {Shape.CIRCLE, Shape.BAND}):
        found.append(f"area {area.label}: a {area.shape} with radius {area.radius_m}")
    if area.radius_m is not None and not (0.0 < area.radius_m < HALF_WAY_ROUND_M or area.flags):
        found.append(f"area {area.label}: radius {area.radius_m} and no flag")
    return found


def written(text: str) -> None:
    """Write what was read in every form we have; whatever this raises is a fault."""
    try:
        notices = (*read(text, "fuzz"), *read_bytes(text.encode("utf-8", "replace"), "fuzz"))
    except NoticeError:
        return
    json.dumps(to_geojson(notices), allow_nan=False)
    to_kml(notices)


# ------------------------------------------------------------------------------------------ seeds and mutations


def invented() -> list[str]:
    """Return the invented notices of the golden file."""
    with (ROOT / "tests/authority/notice_golden_invented.toml").open("rb") as file:
        return [entry["text"] for entry in tomllib.load(file)["notice"]]


def seeds() -> list[str]:
    """Return the texts to start from: the invented ones, and the real ones where they lie beside the checkout."""
    real = sorted((ROOT / "../shared/notices").glob("*.txt"))
    return invented() + [file.read_text(encoding="utf-8") for file in real]


def mutated(text: str, others: Sequence[str], draw: random.Random) -> str:
    """Return the text with a few changes of the kinds that people and copies make."""
    for _ in range(draw.randint(1, 4)):
        at = draw.randint(0, len(text))
        to = min(len(text), at + draw.choice((0, 1, 1, 2, 5, 20, 80)))
        kind = draw.randrange(6)
        if kind == 0:
            new = draw.choice(WORDS)
        elif kind == 1:
            new = " " + " ".join(draw.choices(WORDS, k=draw.randint(1, 4))) + " "
        elif kind == 2:
            other = draw.choice(others)
            start = draw.randint(0, len(other))
            new = other[start : start + draw.choice((5, 20, 80, 300))]
        elif kind == 3:
            new = text[at:to] * draw.randint(2, 5)
        elif kind == 4:
            new = "".join(draw.choice("0123456789") if c.isdigit() else c for c in text[at:to])
        else:
            new = draw.choice("\n\n\r \t-.,/()NSEW0159°'\"“” \u2028é")
        text = text[:at] + new + text[to:]
    return text[:MOST_CHARACTERS]


# ------------------------------------------------------------------------------------------ the run


class Run:
    """The texts tried, the faults found, and when to stop."""

    def __init__(self, out: Path, minutes: float) -> None:
        self.out, self.began = out, time.monotonic()
        self.until = self.began + 60.0 * minutes
        self.told = self.began + 60.0
        self.tried = 0
        self.kinds: Counter[str] = Counter()

    def one(self, text: str) -> None:
        """Try one text; note what is wrong and go on."""
        self.tried += 1
        try:
            rare = self.tried % _EVERY == 0
            found = faults(text, twice=rare)
            if rare:
                written(text)
        except Exception as trouble:  # noqa: BLE001 - the point of it: whatever comes is noted
            place = traceback.extract_tb(trouble.__traceback__)[-1]
            found = [f"{type(trouble).__name__} at {Path(place.filename).name}:{place.lineno}: {trouble}"]
        for line in found:
            self.note(line, text)
        now = time.monotonic()
        if now >= self.told:
            self.told = now + 60.0
            self.tell()
        if now >= self.until:
            self.tell()
            sys.stderr.flush()
            os._exit(1 if self.kinds else 0)  # the engine below does not let a run come back

    def note(self, line: str, text: str) -> None:
        """Keep the first texts of each kind of fault."""
        kind = re.sub(r"[\d.]+", "9", re.sub(r"'.*'", "''", line))[:120]
        self.kinds[kind] += 1
        if self.kinds[kind] <= 3:
            name = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
            self.out.mkdir(parents=True, exist_ok=True)
            (self.out / f"{name}.txt").write_text(text, encoding="utf-8", errors="replace")
            print(f"FAULT {line}\n      {self.out / name}.txt", file=sys.stderr, flush=True)

    def tell(self) -> None:
        """Say how far it is."""
        minutes = (time.monotonic() - self.began) / 60.0
        print(
            f"{minutes:6.1f} min  {self.tried:9d} texts  {sum(self.kinds.values())} faults", file=sys.stderr, flush=True
        )


def fuzz(args: argparse.Namespace) -> None:
    """Let the engine make texts until the time is over."""
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed: pip install -e '.[fuzz]' (Linux; needs a wheel for this Python)")
    for name in [name for name in sys.modules if name.startswith("downrange.notice")]:
        del sys.modules[name]
    with atheris.instrument_imports(include=["downrange.notice"]):
        again()
    texts = seeds()
    corpus = args.out / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(texts):
        (corpus / f"seed-{number:03d}").write_text(text, encoding="utf-8")
    run = Run(args.out, args.minutes)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        draw = random.Random(seed)  # noqa: S311 - no secret
        if draw.random() < 0.3:
            return bytes(atheris.Mutate(data, most))
        return mutated(data.decode("utf-8", "replace"), texts, draw).encode("utf-8", "replace")[:most]

    options = [f"-max_len={MOST_CHARACTERS}", f"-seed={args.seed}", "-timeout=30", "-rss_limit_mb=4096", "-verbosity=0"]
    atheris.Setup(
        [sys.argv[0], *options, f"-artifact_prefix={args.out}/", str(corpus)],
        lambda data: run.one(data.decode("utf-8", "replace")),
        custom_mutator=mutate,
    )
    atheris.Fuzz()


def again() -> None:
    """Import the reader once more, so that the engine sees which branches run."""
    for module in map(
        importlib.import_module, ("downrange.notice", "downrange.notice._tokens", "downrange.notice.read")
    ):
        globals().update({name: value for name, value in vars(module).items() if name in _OURS})


def replayed(files: Sequence[Path]) -> Iterator[str]:
    """Try stored texts again; give what is wrong with each."""
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        written(text)
        yield from (f"{file}: {line}" for line in faults(text))


def main() -> None:
    """Fuzz, or try stored texts again."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="how long to run")
    parser.add_argument("--seed", type=int, default=1, help="of the engine's draws")
    parser.add_argument("--out", type=Path, default=Path("out/fuzz"), help="folder for the texts that break a promise")
    parser.add_argument("--replay", type=Path, nargs="+", help="try these stored texts instead")
    args = parser.parse_args()
    if args.replay:
        lines = list(replayed(args.replay))
        print("\n".join(lines) or f"{len(args.replay)} texts, nothing broken", file=sys.stderr)
        sys.exit(1 if lines else 0)
    fuzz(args)


if __name__ == "__main__":
    main()
