"""What a decision rested on, kept whole: the falls row by row, and the situation in numbers."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from downrange.alert.exposure import FallsLike

_COLUMNS: Final = ("lat_deg", "lon_deg", "t_s", "p")


def snapshot(falls: FallsLike, situation: Mapping[str, Any], **more: Any) -> bytes:  # noqa: ANN401 - JSON values
    """Return falls and situation as one file (numpy's .npz), the same bytes for the same input.

    more: whatever else the decision rested on, as JSON values (the track's last update, its sensors)

    >>> from types import SimpleNamespace as Record
    >>> row = np.array([1.0])
    >>> crowd = Record(lat_deg=row, lon_deg=row, t_s=row, p=row, body_index=np.array([0]), bodies=("stage 1",))
    >>> read_snapshot(snapshot(crowd, {"verdict": "nominal"}))["situation"]
    {'verdict': 'nominal'}
    """
    told = {"situation": dict(situation), "bodies": list(falls.bodies), **more}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
    columns: dict[str, Any] = {name: np.asarray(getattr(falls, name), float) for name in _COLUMNS}
    file = io.BytesIO()
    np.savez(file, told=np.frombuffer(text, np.uint8), body_index=np.asarray(falls.body_index, np.int64), **columns)
    return file.getvalue()


def read_snapshot(data: bytes) -> dict[str, Any]:
    """Return what `snapshot` kept: "situation", "bodies", the columns of the falls as arrays, and more."""
    with np.load(io.BytesIO(data), allow_pickle=False) as kept:
        told: dict[str, Any] = json.loads(kept["told"].tobytes())
        return told | {name: kept[name] for name in (*_COLUMNS, "body_index")}
