"""What a channel over the network has sent: one small file a message, so that a restart forgets nothing.

The file is there before the first try. So an identifier cannot go out again with other bytes, even when nobody knows
whether the first try arrived; and a message that was taken is not sent a second time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from downrange.alert.channels._files import claim, down, file_stem, locked, other_bytes, write_whole
from downrange.alert.channels.model import ChannelRefusedError
from downrange.alert.model import Parcel, Receipt, Status
from downrange.base import parse_utc


class SentBook:
    """The record of one channel, in a folder of its own."""

    __slots__ = ("channel", "folder")

    def __init__(self, folder: Path, *, channel: str, status: Status) -> None:
        claim(folder, status, where=f"channel {channel}", key="record", parent=True)
        self.folder, self.channel = folder, channel

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Let one process at a time send on this channel, so that two do not send the same message."""
        with ExitStack() as held:
            try:
                held.enter_context(locked(self.folder))
            except OSError as problem:
                raise down(self.channel, f"note in {self.folder} what is sent", problem) from None
            yield

    def taken(self, parcel: Parcel) -> Receipt | None:
        """Return the receipt of a message that was taken before, None if it was not; refuse other bytes."""
        found = self._read(parcel.identifier)
        if found is None:
            return None
        if found["sha256"] != hashlib.sha256(parcel.xml).hexdigest():
            raise other_bytes(self.channel, parcel.identifier)
        if found["at"] is None:
            return None
        return Receipt(
            channel=self.channel,
            identifier=parcel.identifier,
            at=parse_utc(found["at"]),
            said=f"was taken before: {found['said']}",
        )

    def begin(self, parcel: Parcel) -> None:
        """Note that a message is being sent, unless it was noted by an earlier try."""
        if self._read(parcel.identifier) is None:
            self._write(_note(parcel))

    def end(self, parcel: Parcel, receipt: Receipt) -> Receipt:
        """Note that a message was taken."""
        self._write(_note(parcel, at=receipt.at.isoformat(), said=receipt.said))
        return receipt

    def _path(self, identifier: str) -> Path:
        """Return where a message is noted."""
        return self.folder / f"{file_stem(identifier, channel=self.channel)}.json"

    def _read(self, identifier: str) -> dict[str, Any] | None:
        """Return what is noted of a message."""
        path = self._path(identifier)
        try:
            noted: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise down(self.channel, f"read {path}", problem) from None
        except ValueError:
            noted = {}
        if noted.keys() != {"identifier", "sha256", "at", "said"}:
            raise ChannelRefusedError(
                channel=self.channel,
                tried=f"read {path}",
                seen="it is not what this channel wrote there, so nobody knows whether the message was sent",
                cure="look at the receiver; remove the file if the message did not arrive there",
            )
        return noted

    def _write(self, noted: dict[str, Any]) -> None:
        """Write the note of a message."""
        path = self._path(noted["identifier"])
        try:
            write_whole(path, json.dumps(noted, ensure_ascii=False, indent=1).encode())
        except OSError as problem:
            raise down(self.channel, f"note in {path} that it is being sent", problem) from None


def _note(parcel: Parcel, *, at: str | None = None, said: str = "") -> dict[str, Any]:
    """Return the note of a message; at is None until it was taken."""
    digest = hashlib.sha256(parcel.xml).hexdigest()
    return {"identifier": parcel.identifier, "sha256": digest, "at": at, "said": said}
