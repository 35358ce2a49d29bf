"""Channel kind "atom": an Atom feed (RFC 4287) with the single CAP files beside it, for a web server to serve.

Keys: folder, title; feed ("feed.atom"), base_url, hub, entries_at_most (100).

The feed follows OASIS "Example Practices: CAP Feeds Version 1.0" (Committee Note 02): one entry a message, linked to
its own file, newest first. Nothing is taken out because it ended: a message that was replaced, lifted or has expired
stays and says so, in its title and as a category. Only when there are more than entries_at_most do the oldest of the
ended ones leave the feed; their files stay.

The feed is made anew from the files that are there, so a kill between file and feed is healed by the next send or
tend(). A file that is no message of this channel is left out and told in the receipt: one bad file must not stop the
next warning.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from downrange.alert.channels._files import claim, down, file_stem, locked, write_new, write_whole
from downrange.alert.channels.model import Clock, Letter, opened, read_letter, utc_now
from downrange.alert.channels.settings import Settings
from downrange.alert.model import Parcel, Receipt, Status
from downrange.base import InputError, iso

if TYPE_CHECKING:
    from lxml import etree

ATOM: Final = "http://www.w3.org/2005/Atom"
CAP_TYPE: Final = "application/cap+xml"
STATES: Final = "urn:x-downrange:state"
"""Scheme of the category that says whether an entry is in force: active, lift, replaced, lifted or expired."""

_ENDED: Final = {
    "replaced": {"ko": "대체됨", "ja": "更新済み", "zh": "已更新", "tl": "napalitan na", "en": "replaced"},
    "lifted": {"ko": "해제됨", "ja": "解除済み", "zh": "已解除", "tl": "binawi na", "en": "lifted"},
    "expired": {"ko": "만료", "ja": "期限切れ", "zh": "已过期", "tl": "lipas na", "en": "expired"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A message as the feed shows it: what it says, what became of it, and when that last changed."""

    letter: Letter
    state: str
    updated: datetime


class AtomChannel:
    """Writes `identifier.xml` into a folder and a feed of all that is there."""

    __slots__ = ("_read", "base_url", "entries_at_most", "feed", "folder", "hub", "name", "now", "status", "title")

    def __init__(
        self,
        *,
        name: str,
        status: Status,
        folder: Path,
        title: str,
        feed: str = "feed.atom",
        base_url: str = "",
        hub: str = "",
        entries_at_most: int = 100,
        now: Clock = utc_now,
    ) -> None:
        claim(folder, status, where=f"channel {name}")
        self.name, self.status, self.folder, self.title, self.feed = name, status, folder, title, feed
        self.base_url, self.hub, self.entries_at_most, self.now = base_url, hub, entries_at_most, now
        self._read: dict[str, tuple[tuple[int, int], Letter | str]] = {}

    def send(self, parcel: Parcel) -> Receipt:
        """Write the file unless it is there, then make the feed anew."""
        opened(parcel, channel=self.name, status=self.status)
        path = self.folder / f"{file_stem(parcel.identifier, channel=self.name)}.xml"
        write_new(path, parcel.xml, channel=self.name)
        return Receipt(channel=self.name, identifier=parcel.identifier, at=self.now(), said=self._rebuild())

    def tend(self) -> None:
        """Make the feed anew, so that what has expired by now is marked."""
        self._rebuild()

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _rebuild(self) -> str:
        """Write the feed if it changes, one process at a time; return what it holds, in words."""
        try:
            with locked(self.folder):
                return self._rebuilt()
        except OSError as problem:
            raise down(self.name, f"write {self.folder / self.feed}", problem) from None

    def _rebuilt(self) -> str:
        """Write the feed if it changes; return what it holds, in words."""
        letters, left_out = self._letters()
        if not letters:
            return f"no feed: there is no message in {self.folder}"
        path = self.folder / self.feed
        shown = _shown(entries_of(letters, self.now()), self.entries_at_most)
        content = self._feed_xml(shown)
        if not path.exists() or path.read_bytes() != content:
            write_whole(path, content)
        said = f"{len(shown)} entries in {path}, {sum(one.state == 'active' for one in shown)} active"
        return f"{said}; left out: {'; '.join(left_out)}" if left_out else said

    def _letters(self) -> tuple[list[Letter], list[str]]:
        """Return the messages in the folder, and what is wrong with the files that are none of ours."""
        paths = sorted(path for path in self.folder.iterdir() if path.suffix == ".xml")
        found = [(path, self._letter(path)) for path in paths]
        letters = [one for _, one in found if isinstance(one, Letter)]
        return letters, [f"{path.name} ({one})" for path, one in found if isinstance(one, str)]

    def _letter(self, path: Path) -> Letter | str:
        """Return the message in a file, or why it is none of ours; a file that did not change is read once."""
        stat = path.stat()
        version = (stat.st_size, stat.st_mtime_ns)
        known = self._read.get(path.name)
        if known is not None and known[0] == version:
            return known[1]
        answer: Letter | str
        try:
            answer = read_letter(path.read_bytes())
        except InputError as problem:
            answer = str(problem)
        if isinstance(answer, Letter):
            if answer.status is not self.status:
                answer = f"its status is {answer.status.value}"
            elif f"{answer.identifier}.xml" != path.name:
                answer = f"it calls itself {answer.identifier}"
        self._read[path.name] = (version, answer)
        return answer

    def _feed_xml(self, entries: Sequence[Entry]) -> bytes:
        """Return the feed as XML."""
        from lxml import etree

        plain: dict[str | None, str] = {None: ATOM}
        root = etree.Element(f"{{{ATOM}}}feed", nsmap=plain)  # type: ignore[arg-type]
        here = urljoin(self.base_url, self.feed)
        name = here if self.base_url else f"{self.status.value}/{self.name}/{self.feed}"
        _add(root, "id", uuid.uuid5(uuid.NAMESPACE_URL, name).urn)
        _add(root, "title", self.title)
        _add(root, "updated", iso(max(one.updated for one in entries)))
        _add(_add(root, "author"), "name", self.title)
        _add(root, "link", rel="self", type="application/atom+xml", href=here)
        if self.hub:
            _add(root, "link", rel="hub", href=self.hub)
        for entry in entries:
            self._add_entry(root, entry)
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True)

    def _add_entry(self, root: etree._Element, entry: Entry) -> None:
        """Append one message."""
        letter = entry.letter
        block = _add(root, "entry")
        file = urljoin(self.base_url, f"{letter.identifier}.xml")
        name = f"{letter.sender},{letter.identifier},{letter.sent.isoformat()}"
        _add(block, "id", uuid.uuid5(uuid.NAMESPACE_URL, name).urn)
        title = _add(block, "title", _title(entry))
        title.set("{http://www.w3.org/XML/1998/namespace}lang", letter.words[0].language)
        _add(block, "published", iso(letter.sent))
        _add(block, "updated", iso(entry.updated))
        _add(_add(block, "author"), "name", letter.sender)
        _add(block, "link", rel="alternate", type=CAP_TYPE, href=file)
        _add(block, "category", scheme=STATES, term=entry.state)
        for key, term in _categories(letter):
            _add(block, "category", scheme=f"urn:oasis:names:tc:emergency:cap:1.2:{key}", term=term)
        _add(block, "summary", "\n".join(words.headline for words in letter.words))
        _add(block, "content", type=CAP_TYPE, src=file)  # by reference: copied in, the signature would not hold


def entries_of(letters: Iterable[Letter], now: datetime) -> tuple[Entry, ...]:
    """Return what became of each message by a moment, newest first.

    One that a Cancel names is lifted, one that any other message names is replaced; else it ends when it expires.
    """
    known = sorted(letters, key=lambda one: (one.sent, one.identifier))
    ended: dict[str, tuple[str, datetime]] = {}
    for letter in known:
        state = "lifted" if letter.msg_type == "Cancel" else "replaced"
        for identifier in letter.references:
            ended.setdefault(identifier, (state, letter.sent))
    return tuple(_entry(letter, ended.get(letter.identifier), now) for letter in reversed(known))


def _entry(letter: Letter, ended: tuple[str, datetime] | None, now: datetime) -> Entry:
    """Return one message with its state."""
    if ended is not None:
        return Entry(letter=letter, state=ended[0], updated=max(ended[1], letter.sent))
    if now >= letter.expires:
        return Entry(letter=letter, state="expired", updated=letter.expires)
    return Entry(letter=letter, state="lift" if letter.msg_type == "Cancel" else "active", updated=letter.sent)


def _shown(entries: Sequence[Entry], most: int) -> tuple[Entry, ...]:
    """Return the newest, and all that are still in force however many they are."""
    return tuple(one for i, one in enumerate(entries) if i < most or one.state in {"active", "lift"})


def _title(entry: Entry) -> str:
    """Return the headline, with a word before it when the message is no longer in force."""
    first = entry.letter.words[0]
    words = _ENDED.get(entry.state)
    return f"[{words.get(first.language[:2], words['en'])}] {first.headline}" if words else first.headline


def _categories(letter: Letter) -> tuple[tuple[str, str], ...]:
    """Return what a reader may sort messages by."""
    return (
        ("status", letter.status.value),
        ("msgType", letter.msg_type),
        ("urgency", letter.urgency),
        ("severity", letter.severity),
        ("certainty", letter.certainty),
        ("event", letter.words[-1].event),
    )


def _add(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    """Append an element."""
    from lxml import etree

    child = etree.SubElement(parent, f"{{{ATOM}}}{tag}", attributes)
    if text:
        child.text = text
    return child


def make(settings: Settings) -> AtomChannel:
    """Construct the channel that a [[channel]] table asks for."""
    base_url, hub, feed = settings.text("base_url", ""), settings.text("hub", ""), settings.text("feed", "feed.atom")
    if base_url and not (base_url.startswith(("https://", "http://")) and base_url.endswith("/")):
        raise settings.wrong("base_url", f"{base_url!r} is no address of a folder", "write it as https://.../")
    if hub and not (base_url and hub.startswith(("https://", "http://"))):
        raise settings.wrong("hub", "a hub needs absolute addresses", "give base_url too, and the hub as https://...")
    if "/" in feed or feed.startswith(".") or feed.endswith(".xml"):
        raise settings.wrong("feed", f"{feed!r} is no name for a feed", "use a name as feed.atom, not ending in .xml")
    folder, title = settings.path("folder"), settings.text("title")
    entries_at_most = int(settings.number("entries_at_most", 100, low=1, high=10_000))
    settings.finish()
    return AtomChannel(
        name=settings.name,
        status=settings.status,
        folder=folder,
        title=title,
        feed=feed,
        base_url=base_url,
        hub=hub,
        entries_at_most=entries_at_most,
        now=settings.now,
    )
