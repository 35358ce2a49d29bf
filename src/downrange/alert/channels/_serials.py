"""Serial numbers of cell broadcasts: which text on the air a new one replaces, and which must be stopped.

SOURCE: 3GPP TS 23.041, 9.4.1.2.1 (geographical scope of 2 bits, message code of 10, update number of 4; a receiver
takes an update number up to 8 higher, modulo 16, as newer).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from downrange.base import DownrangeError

MESSAGE_CODES: Final = 1024
SCOPE_NETWORK: Final = 0b01

_UPDATES: Final = 16

Key = tuple[str, str]
"""A municipality's code (or "full") and a language of two letters."""


class CodesUsedUpError(DownrangeError):
    """Every message code is on the air."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The message code and update number of one municipality (or the full text) in one language."""

    code: int
    update: int

    @property
    def serial(self) -> int:
        """The serial number of 16 bits.

        >>> f"{Slot(code=1, update=2).serial:#06x}"
        '0x4012'
        """
        return SCOPE_NETWORK << 14 | self.code << 4 | self.update


@dataclass(frozen=True, slots=True, kw_only=True)
class Serials:
    """What a message goes out under.

    slots:     by municipality and language
    next_code: where the search for a free message code goes on
    stop:      broadcasts of the messages before it that none of its texts replaces
    """

    slots: Mapping[Key, Slot]
    next_code: int
    stop: tuple[Mapping[str, Any], ...]


def is_newer(update: int, held: int) -> bool:
    """Return whether a phone that holds one update number takes another as newer: 1 to 8 higher, modulo 16.

    >>> is_newer(1, 0), is_newer(0, 15), is_newer(9, 0), is_newer(0, 0)
    (True, True, False, False)
    """
    return 1 <= (update - held) % _UPDATES <= 8


def assign(
    wanted: Iterable[Key], references: Sequence[str], earlier: Sequence[Mapping[str, Any]], now: datetime
) -> Serials:
    """Return the serial numbers of a message: those of the messages that it replaces, one on, or new codes.

    earlier: the indexes of what was rendered before
    """
    in_order = sorted(earlier, key=lambda one: int(one["order"]))
    before = [index for index in in_order if index["identifier"] in references]
    held = {key: slot for index in before for key, slot in _slots_of(index).items()}
    valid = [index for index in in_order if datetime.fromisoformat(index["expires"]) > now]
    on_air = {slot.code for index in valid for slot in _slots_of(index).values()}
    next_code = int(in_order[-1]["next_code"]) if in_order else 0
    slots: dict[Key, Slot] = {}
    for key in wanted:
        if key in held:
            slots[key] = Slot(code=held[key].code, update=(held[key].update + 1) % _UPDATES)
            continue
        code = _free(next_code, on_air)
        slots[key] = Slot(code=code, update=0)
        on_air.add(code)
        next_code = (code + 1) % MESSAGE_CODES
    stop = {
        (one["message_identifier"], one["serial_number"]): one
        for index in before
        for one in index["broadcasts"]
        if held[_key(one)].update == one["update_number"] and _key(one) not in slots
    }
    return Serials(slots=slots, next_code=next_code, stop=tuple(stop.values()))


def _free(code: int, on_air: set[int]) -> int:
    """Return the first message code from one on that no broadcast holds."""
    for step in range(MESSAGE_CODES):
        if (code + step) % MESSAGE_CODES not in on_air:
            return (code + step) % MESSAGE_CODES
    raise CodesUsedUpError(
        f"all {MESSAGE_CODES} message codes are on the air. A municipality takes one for each language. "
        "Let old warnings expire, or give the channel fewer languages."
    )


def _key(broadcast: Mapping[str, Any]) -> Key:
    """Return the municipality and language of a broadcast."""
    return broadcast["area"], broadcast["language"][:2]


def _slots_of(index: Mapping[str, Any]) -> dict[Key, Slot]:
    """Return the slots that a rendered message took."""
    return {_key(one): Slot(code=one["message_code"], update=one["update_number"]) for one in index["broadcasts"]}
