"""Channel kind "directory": each message a file of its own, named after its identifier, its bytes as they were signed.

Keys: folder.
"""

from __future__ import annotations

from pathlib import Path

from downrange.alert.channels._files import claim, file_stem, write_new
from downrange.alert.channels.model import Clock, opened, utc_now
from downrange.alert.channels.settings import Settings
from downrange.alert.model import Parcel, Receipt, Status


class DirectoryChannel:
    """Writes `identifier.xml` into a folder: whole and on the disk, or not at all."""

    __slots__ = ("folder", "name", "now", "status")

    def __init__(self, *, name: str, status: Status, folder: Path, now: Clock = utc_now) -> None:
        claim(folder, status, where=f"channel {name}")
        self.name, self.status, self.folder, self.now = name, status, folder, now

    def send(self, parcel: Parcel) -> Receipt:
        """Write the file, or find it there already."""
        opened(parcel, channel=self.name, status=self.status)
        path = self.folder / f"{file_stem(parcel.identifier, channel=self.name)}.xml"
        written = write_new(path, parcel.xml, channel=self.name)
        said = f"{'' if written else 'was there: '}{len(parcel.xml)} bytes in {path}"
        return Receipt(channel=self.name, identifier=parcel.identifier, at=self.now(), said=said)

    def close(self) -> None:
        """Do nothing: no file stays open."""


def make(settings: Settings) -> DirectoryChannel:
    """Construct the channel that a [[channel]] table asks for."""
    folder = settings.path("folder")
    settings.finish()
    return DirectoryChannel(name=settings.name, status=settings.status, folder=folder, now=settings.now)
