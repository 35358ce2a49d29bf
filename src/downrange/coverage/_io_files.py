"""Files of windows and figures: which form an ending asks for, and whether it can be written here."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from downrange.base import InputError

FORMS: Final = (".csv", ".parquet", ".nc")


def check_form(path: str | Path) -> str:
    """Return the form that a file's ending asks for: .csv, .parquet or .nc; InputError before any work where it cannot be.

    >>> check_form("windows.CSV")
    '.csv'
    """
    form = Path(path).suffix.lower()
    if form not in FORMS:
        seen = f"the ending {form!r}" if form else "a name without an ending"
        raise InputError(where=str(path), seen=seen, cure=f"choose the form by the ending: {', '.join(FORMS)}")
    if form == ".parquet" and find_spec("pyarrow") is None:
        seen = "writing Parquet needs pyarrow, which is not installed here"
        cure = "install it with pip install 'downrange[parquet]', or write .csv or .nc"
        raise InputError(where=str(path), seen=seen, cure=cure)
    return form
