"""Errors written to the person at 3 a.m.: what was seen, what was expected, the usual cause."""

from __future__ import annotations


class DownrangeError(Exception):
    """Any failure that Downrange expects and explains; the command line turns it into exit 2."""


class InputError(DownrangeError, ValueError):
    """Something that a person gave us is wrong: says where, what was seen and how to cure it.

    where: the file or option, as the person knows it ("chollima-1.toml")
    key:   the key, line or field inside it ("stages[1].dry_kg"), or ""
    seen:  what stands there, in words
    cure:  what to do about it, starting with a verb
    """

    def __init__(self, *, where: str, key: str = "", seen: str, cure: str) -> None:
        self.where, self.key, self.seen, self.cure = where, key, seen, cure
        place = f"{where}: {key}: " if key else f"{where}: "
        super().__init__(f"{place}{seen}. {cure[:1].upper()}{cure[1:].rstrip('.')}.")


class ModelError(DownrangeError, ValueError):
    """A computation was asked for that physics or the model does not allow."""
