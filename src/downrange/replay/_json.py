"""How JSON is written here: one form for files and for the terminal."""

from __future__ import annotations

import json


def json_text(value: object) -> str:
    """Return JSON for people and programs: indented, UTF-8, no NaN.

    >>> print(json_text({"a": [1, 2.5]}), end="")
    {
     "a": [
      1,
      2.5
     ]
    }
    """
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
