"""Channel kind "cell-broadcast": what a mobile network would broadcast, as files. Nothing is transmitted.

Keys: folder; message_identifier (Actual only and required there), language (the national one; default the message's
first).

Each message becomes a folder named after its identifier: a text file for each municipality, language and budget, one
with the full text of each language in up to 15 pages, and broadcast.json with the octets and the numbers:

- Message identifier (3GPP TS 23.041, 9.4.1.2.2, the CMAS, EU-Alert and Korean range): 4380 for Test (required monthly
  test), 4381 for Exercise, and for Actual what the agency and its networks agreed on, 4370 to 4379. For the other
  languages 13 higher, 4383 to 4394. No channel of Test or Exercise can be given an identifier of Actual.
- Serial number (9.4.1.2.1): geographical scope 01 (a phone that saw it does not show it again in the next cell), a
  message code of 10 bits and an update number of 4 bits. Each municipality and language has a message code of its
  own, which an update or a lift of that warning keeps, with the update number one higher, modulo 16: phones replace
  the text that they hold. A phone takes a number up to 8 higher as newer, so it may miss seven and still follow.
- What was on the air and is not replaced, because a text got too long or a municipality left an update, stands under
  "stop" with its numbers: the network must end it.
- A text of 90, 157 or 360 characters and its longer sisters share their serial number: a network sends one of them.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from downrange.alert.channels._files import claim, down, file_stem, locked, other_bytes, write_folder
from downrange.alert.channels._pages import MOST_PAGES, Pages, paged
from downrange.alert.channels._serials import SCOPE_NETWORK, CodesUsedUpError, Slot, assign
from downrange.alert.channels.model import (
    ChannelRefusedError,
    Clock,
    Letter,
    opened,
    refuse_expired,
    utc_now,
)
from downrange.alert.channels.settings import Settings
from downrange.alert.model import Parcel, Receipt, Status

INDEX: Final = "broadcast.json"
OTHER_LANGUAGES: Final = 13
"""How much higher the identifier for the other languages is (4370 and 4383, 4381 and 4394, ...)."""

_FIXED: Final = {Status.TEST: 4380, Status.EXERCISE: 4381}
_ACTUAL: Final = range(4370, 4380)
_FULL: Final = "full"
_STOPPED: Final = ("area", "language", "message_identifier", "serial_number")
_CODE: Final = re.compile(r"[A-Za-z0-9-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A text in pages, before it has a serial number."""

    code: str
    language: str
    budget: str
    file: str
    pages: Pages

    @property
    def key(self) -> tuple[str, str]:
        """What its serial number goes by."""
        return self.code, self.language[:2]

    def broadcast(self, message_identifier: int, slot: Slot) -> dict[str, Any]:
        """Return what a network needs for it."""
        pages = self.pages.pages
        return {
            "area": self.code,
            "language": self.language,
            "budget": self.budget,
            "file": self.file,
            "message_identifier": message_identifier,
            "serial_number": f"{slot.serial:#06x}",
            "geographical_scope": SCOPE_NETWORK,
            "message_code": slot.code,
            "update_number": slot.update,
            "data_coding_scheme": f"{self.pages.scheme:#04x}",
            "alphabet": self.pages.alphabet,
            "units": self.pages.units,
            "pages": [
                {"page_parameter": f"{i << 4 | len(pages):#04x}", "octets": page.octets.hex()}
                for i, page in enumerate(pages, start=1)
            ],
        }


class BroadcastChannel:
    """Renders the pages of a message into a folder."""

    __slots__ = ("folder", "language", "message_identifier", "name", "now", "status")

    def __init__(
        self,
        *,
        name: str,
        status: Status,
        folder: Path,
        message_identifier: int,
        language: str = "",
        now: Clock = utc_now,
    ) -> None:
        claim(folder, status, where=f"channel {name}")
        self.name, self.status, self.folder, self.now = name, status, folder, now
        self.message_identifier, self.language = message_identifier, language

    def send(self, parcel: Parcel) -> Receipt:
        """Write the folder of a message, or find it there already."""
        letter = opened(parcel, channel=self.name, status=self.status)
        path = self.folder / file_stem(parcel.identifier, channel=self.name)
        digest = hashlib.sha256(parcel.xml).hexdigest()
        try:
            with locked(self.folder):  # two messages must not take the same message code
                if path.exists():
                    return self._receipt(parcel, f"was there: {self._same(path, digest)}")
                refuse_expired(letter, channel=self.name, now=self.now())
                index, files = self._rendered(parcel, letter)
                index["sha256"] = digest
                contents = {name: text.encode() for name, text in files.items()}
                write_folder(path, contents | {INDEX: json.dumps(index, ensure_ascii=False, indent=1).encode()})
        except OSError as problem:
            raise down(self.name, f"write {path}", problem) from None
        left_out = index["left_out"]
        said = f"{len(files)} texts in {path}" + (f"; left out: {'; '.join(left_out)}" if left_out else "")
        return self._receipt(parcel, said)

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _receipt(self, parcel: Parcel, said: str) -> Receipt:
        """Return the receipt of a message."""
        return Receipt(channel=self.name, identifier=parcel.identifier, at=self.now(), said=said)

    def _same(self, path: Path, digest: str) -> str:
        """Return what is in a folder, or refuse other bytes."""
        index = _index(path)
        if index["sha256"] != digest:
            raise other_bytes(self.name, path.name)
        return f"{len({one['file'] for one in index['broadcasts']})} texts in {path}"

    def _rendered(self, parcel: Parcel, letter: Letter) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the index and the text files of a message."""
        drafts, left_out = self._drafts(parcel, letter)
        if not drafts:
            raise self._refused(parcel.identifier, f"no text fits {MOST_PAGES} pages: {'; '.join(left_out)}")
        earlier = self._earlier()
        try:
            serials = assign(dict.fromkeys(one.key for one in drafts), letter.references, earlier, self.now())
        except CodesUsedUpError as problem:
            raise self._refused(parcel.identifier, str(problem)) from None
        national = (self.language or letter.words[0].language)[:2]
        broadcasts = [
            one.broadcast(
                self.message_identifier + (0 if one.key[1] == national else OTHER_LANGUAGES), serials.slots[one.key]
            )
            for one in drafts
        ]
        index = {
            "identifier": parcel.identifier,
            "status": self.status.value,
            "expires": letter.expires.isoformat(),
            "order": max((one["order"] for one in earlier), default=0) + 1,
            "next_code": serials.next_code,
            "broadcasts": broadcasts,
            "stop": [{key: one[key] for key in _STOPPED} for one in serials.stop],
            "left_out": left_out,
        }
        return index, {one.file: _readable(one.pages) for one in drafts}

    def _drafts(self, parcel: Parcel, letter: Letter) -> tuple[list[_Draft], list[str]]:
        """Return the texts that fit, in pages, and in words those that do not."""
        wanted = [(text.code, text.language, str(text.budget), text.text) for text in parcel.texts]
        wanted += [(_FULL, one.language, _FULL, _full(one)) for one in letter.words]
        drafts, left_out = [], []
        for code, tongue, budget, text in wanted:
            file, pages = self._file_name(code, tongue, budget), paged(text, tongue)
            if pages.fits:
                drafts.append(_Draft(code=code, language=tongue, budget=budget, file=file, pages=pages))
            else:
                left_out.append(f"{file} ({pages.units} of {pages.limit} {pages.alphabet} units)")
        return drafts, left_out

    def _file_name(self, code: str, tongue: str, budget: str) -> str:
        """Return the name of a text file."""
        if not _CODE.fullmatch(code) or not _CODE.fullmatch(tongue):
            raise self._refused(code, f"{code!r} in {tongue!r} cannot name a file")
        return f"{_FULL}.{tongue}.txt" if code == _FULL else f"{code}.{tongue}.{budget}.txt"

    def _refused(self, what: str, seen: str) -> ChannelRefusedError:
        """Return the error for a message that cannot be rendered."""
        return ChannelRefusedError(
            channel=self.name, tried=f"render {what}", seen=seen, cure="shorten the texts, and warn by another channel"
        )

    def _earlier(self) -> list[dict[str, Any]]:
        """Return the indexes of the messages that are there; a name with a point before it is a half-written one."""
        paths = sorted(path for path in self.folder.iterdir() if not path.name.startswith("."))
        return [_index(path) for path in paths if (path / INDEX).is_file()]


def _index(path: Path) -> dict[str, Any]:
    """Return the index of a message that was rendered."""
    index: dict[str, Any] = json.loads((path / INDEX).read_text(encoding="utf-8"))
    return index


def _full(words: Any) -> str:  # noqa: ANN401 - the words of one info block
    """Return the full text of one language."""
    return f"{words.headline}\n{words.description}\n{words.instruction}"


def _readable(pages: Pages) -> str:
    """Return the pages for a person."""
    heads = (
        f"--- page {i} of {len(pages.pages)}, {page.units} {pages.alphabet} units\n"
        for i, page in enumerate(pages.pages, 1)
    )
    return "".join(f"{head}{page.text}\n" for head, page in zip(heads, pages.pages, strict=True))


def make(settings: Settings) -> BroadcastChannel:
    """Construct the channel that a [[channel]] table asks for."""
    fixed = _FIXED.get(settings.status)
    key = "message_identifier"
    if fixed is None:
        number = int(settings.number(key, low=_ACTUAL[0], high=_ACTUAL[-1]))
    elif settings.has(key):
        raise settings.wrong(key, f"{settings.status.value} always goes out as {fixed}", "leave the key out")
    else:
        number = fixed
    folder, language = settings.path("folder"), settings.text("language", "")
    settings.finish()
    return BroadcastChannel(
        name=settings.name,
        status=settings.status,
        folder=folder,
        message_identifier=number,
        language=language,
        now=settings.now,
    )
