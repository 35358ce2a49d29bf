"""Channels: how an approved, signed message leaves the house, and the receipts that it did.

In: channels.toml, parcels. Out: files, requests and publications; a receipt for each.
Start here: `load_channels`, then `Channel.send`.
"""

from downrange.alert.channels.loader import GROUP, channel_kinds, load_channels
from downrange.alert.channels.model import (
    Channel,
    ChannelDownError,
    ChannelRefusedError,
    Letter,
    Tended,
    WrongStatusError,
    opened,
    read_letter,
    refuse_expired,
)
from downrange.alert.channels.settings import Settings

__all__ = [
    "GROUP",
    "Channel",
    "ChannelDownError",
    "ChannelRefusedError",
    "Letter",
    "Settings",
    "Tended",
    "WrongStatusError",
    "channel_kinds",
    "load_channels",
    "opened",
    "read_letter",
    "refuse_expired",
]
