import json
import subprocess
import sys

import pytest

from downrange.orbit import engine

PROGRAM = """
import json, sys, warnings
if sys.argv[1] == "without":
    sys.modules["sgp4.wrapper"] = None  # as if no compiled module had been built: the package falls back by itself
from datetime import UTC, datetime
from downrange.orbit import element_set, engine
found = element_set("A", datetime(2024, 6, 1, tzinfo=UTC), 97.4, 10, 0.001, 20, 30, 15.2, bstar=1e-4)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    first, second = found.satellite(), found.satellite()
said = [[each.category.__name__, each.filename, str(each.message)] for each in caught]
print(json.dumps([engine(), said, first.sgp4_tsince(1000.0)[1]]))
"""


def answer(how):
    """Return (engine, warnings, position) of a fresh process with or without the compiled engine."""
    command = [sys.executable, "-c", PROGRAM, how]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)


def test_a_missing_compiled_engine_is_named_and_warned_of_once():
    name, said, r_km = answer("without")
    assert name == engine().replace("compiled", "plain Python")
    ((category, file, words),) = said
    assert (category, file) == ("RuntimeWarning", "<string>")
    assert f"the compiled SGP4 engine is missing ({name})" in words
    assert "Install the sgp4 package" in words
    compiled, quiet, same_km = answer("with")
    assert (compiled, quiet) == (engine(), [])
    assert r_km == pytest.approx(same_km, abs=1e-9)
