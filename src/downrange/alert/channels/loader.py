"""channels.toml: which channels there are, and the making of those of one status.

Channels of other statuses are checked for their name, kind and place, but never made: their credentials are not read.
Other packages add kinds through the entry-point group "downrange.channels": the entry's name is the kind, its object a
function that takes Settings and returns a Channel. A kind of ours cannot be replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final

from downrange.alert.channels.model import Channel, Clock, Tended, opened, utc_now
from downrange.alert.channels.settings import Settings
from downrange.alert.model import Parcel, Receipt, Status
from downrange.base import InputError, read_text, refuse_unknown, toml_table

GROUP: Final = "downrange.channels"
Maker = Callable[[Settings], Channel]

_OURS: Final[Mapping[str, str]] = {
    "atom": "atom",
    "cell-broadcast": "broadcast",
    "directory": "directory",
    "ellipse": "ellipse",
    "mqtt": "mqtt",
    "webhook": "webhook",
}
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")  # it names folders too
_PLACES: Final = ("folder", "url", "host", "port", "topic")


class Guarded:
    """A channel that another package made, behind our own look at the status of all that it is given."""

    __slots__ = ("_inner", "name", "status")

    def __init__(self, inner: Channel, *, name: str, status: Status) -> None:
        self._inner, self.name, self.status = inner, name, status

    def send(self, parcel: Parcel) -> Receipt:
        """Check the parcel, then let the channel send it."""
        opened(parcel, channel=self.name, status=self.status)
        return self._inner.send(parcel)

    def tend(self) -> None:
        """Let the channel bring itself up to date, if it can."""
        if isinstance(self._inner, Tended):
            self._inner.tend()

    def close(self) -> None:
        """Close the channel."""
        self._inner.close()


def channel_kinds() -> tuple[str, ...]:
    """Return the kinds of channels that channels.toml may name: ours and those of installed packages."""
    return tuple(sorted(_OURS.keys() | {entry.name for entry in entry_points(group=GROUP)}))


def load_channels(path: str | Path, status: Status, *, now: Clock = utc_now) -> tuple[Channel, ...]:
    """Return the channels of one status, in the order of the file; the caller closes them.

    now: the clock that receipts and expiries go by
    """
    file = Path(path)
    tables = _tables(file)
    with ExitStack() as made:  # a fault in the third must not leave the first two open
        channels: list[Channel] = []
        for i, table in enumerate(tables):
            if Status(table["status"]) is status:
                settings = Settings(
                    table,
                    name=table["name"],
                    status=status,
                    where=file.name,
                    key=f"channel[{i}]",
                    base=file.parent,
                    now=now,
                )
                channels.append(_made(table["kind"], settings))
                made.callback(channels[-1].close)
        made.pop_all()
    return tuple(channels)


def _tables(file: Path) -> list[dict[str, Any]]:
    """Return the [[channel]] tables after checking what all of them share."""
    table = toml_table(file.name, read_text(file))
    refuse_unknown(file.name, "", table, ("channel",))
    tables = table.get("channel", [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise InputError(
            where=file.name, key="channel", seen="it is no list of tables", cure="head each channel with [[channel]]"
        )
    names: dict[str, int] = {}
    places: dict[tuple[str, ...], dict[str, Any]] = {}
    kinds = channel_kinds()
    for i, one in enumerate(tables):
        _check_head(file.name, i, one, kinds)
        if one["name"] in names:
            raise InputError(
                where=file.name,
                key=f"channel[{i}].name",
                seen=f"{one['name']!r} is the name of channel[{names[one['name']]}] too",
                cure="give each channel a name of its own: receipts and lifts go by it",
            )
        names[one["name"]] = i
        _refuse_shared(file, i, one, places)
    return tables


def _check_head(where: str, i: int, table: Mapping[str, Any], kinds: tuple[str, ...]) -> None:
    """Check the three keys that every channel has."""
    choices = {"name": None, "kind": kinds, "status": tuple(one.value for one in Status)}
    for key, known in choices.items():
        value = table.get(key)
        if not isinstance(value, str) or not value or not value.isprintable():
            seen = "missing" if value is None else f"{value!r} is no text"
            raise InputError(
                where=where, key=f"channel[{i}].{key}", seen=seen, cure=f'add {key} = "..." to this [[channel]]'
            )
        if known is None and not _NAME.fullmatch(value):
            cure = "use letters, digits and . _ -, a letter or digit first, 60 at most"
            raise InputError(where=where, key=f"channel[{i}].name", seen=f"{value!r} cannot name a channel", cure=cure)
        if known is not None and value not in known:
            cure = f"use one of {', '.join(known)}"
            if key == "kind":
                cure += ", or install the package that brings it"
            raise InputError(where=where, key=f"channel[{i}].{key}", seen=f"there is no {key} {value!r}", cure=cure)


def _refuse_shared(file: Path, i: int, table: dict[str, Any], places: dict[tuple[str, ...], dict[str, Any]]) -> None:
    """Refuse a place that channels of two statuses share: there an exercise would reach real people."""
    place = tuple(str(table.get(key, "")) for key in _PLACES)
    if "folder" in table:
        place = (str((file.parent / place[0]).resolve()),)  # whatever the kind
    other = places.setdefault(place, table)
    if any(place) and other["status"] != table["status"]:
        raise InputError(
            where=file.name,
            key=f"channel[{i}] ({table['name']})",
            seen=f"it leads to the same place as {other['name']!r}, which is for {other['status']}",
            cure="give every status places of its own, so that an exercise can never reach the public",
        )


def _made(kind: str, settings: Settings) -> Channel:
    """Make one channel."""
    if kind in _OURS:
        make: Maker = import_module(f"downrange.alert.channels.{_OURS[kind]}").make
        return make(settings)
    return _made_by_others(kind, settings)


def _made_by_others(kind: str, settings: Settings) -> Channel:
    """Make a channel of a kind that another package brings, and hold what it gives against what was asked."""
    entries = tuple(entry_points(group=GROUP, name=kind))
    if len(entries) != 1:
        brought = ", ".join(sorted(entry.value for entry in entries))
        raise settings.wrong("kind", f"{len(entries)} packages bring {kind!r} ({brought})", "remove all but one")
    made: Any = _loaded(entries[0], settings)(settings)  # whatever they return
    if not isinstance(made, Channel) or made.name != settings.name or made.status is not settings.status:
        raise settings.wrong(
            "kind",
            f"{entries[0].value} gave no channel of this name and status",
            "tell the makers of that package, and take the channel out of the file meanwhile",
        )
    return Guarded(made, name=settings.name, status=settings.status)


def _loaded(entry: EntryPoint, settings: Settings) -> Maker:
    """Import what another package brings."""
    try:
        maker: Maker = entry.load()
    except (ImportError, AttributeError) as problem:
        raise settings.wrong(
            "kind", f"{entry.value} cannot be loaded ({problem})", "install that package again, with all it needs"
        ) from None
    return maker
