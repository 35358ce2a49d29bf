"""One [[channel]] table of channels.toml, read key by key; secrets come from files or the environment, never from it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from downrange.alert.channels.model import Clock, utc_now
from downrange.alert.model import Status
from downrange.base import InputError, read_text, refuse_unknown


class Settings:
    """What a kind of channel is constructed from.

    name, status: of the channel
    where:        the file, for errors
    key:          the table inside the file, for errors ("channel[2]")
    base:         the folder of the file; relative paths start there
    now:          the clock that receipts and expiries go by

    A kind asks for its keys one by one, then calls finish(), which refuses the keys that nobody asked for.
    """

    __slots__ = ("_asked", "_values", "base", "key", "name", "now", "status", "where")

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        name: str,
        status: Status,
        where: str = "channels.toml",
        key: str = "channel",
        base: Path = Path(),
        now: Clock = utc_now,
    ) -> None:
        self._values, self._asked = dict(values), {"name", "kind", "status"}
        self.name, self.status, self.where, self.key, self.base, self.now = name, status, where, key, base, now

    def has(self, key: str) -> bool:
        """Return whether a key is there."""
        self._asked.add(key)
        return key in self._values

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text that is not empty."""
        value = self._value(key, default)
        if not isinstance(value, str) or (not value and value != default):
            raise self.wrong(key, f"{value!r} is no text", 'write it between quotes, as "..."')
        return value

    def number(self, key: str, default: float | None = None, *, low: float, high: float) -> float:
        """Return a number within bounds."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.wrong(key, f"{value!r} is no number from {low:g} to {high:g}", "correct the value")
        return float(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._value(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, f"{value!r} is neither true nor false", "write true or false, without quotes")
        return value

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self._value(key, list(default))
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise self.wrong(key, f"{value!r} is no list of texts", 'write it as ["ko", "en"]')
        return tuple(value)

    def path(self, key: str, default: str | None = None) -> Path:
        """Return a path; a relative one starts at the folder of channels.toml."""
        return self.base / Path(self.text(key, default)).expanduser()

    def secret(self, stem: str) -> str | None:
        """Return a secret from the file `<stem>_file` or the environment variable `<stem>_env`; None without either."""
        file_key, env_key = f"{stem}_file", f"{stem}_env"
        if stem in self._values:
            raise self.wrong(
                stem,
                "a secret stands in the file, where everybody sees it",
                f"change the secret, put the new one into a file of its own and name that file in {file_key}",
            )
        given = [key for key in (file_key, env_key) if self.has(key)]
        if not given:
            return None
        if len(given) == 2:
            raise self.wrong(file_key, f"so is {env_key}, and they may differ", "keep one of the two")
        return self._from_file(file_key) if given == [file_key] else self._from_environment(env_key)

    def finish(self) -> None:
        """Refuse the first key that the kind did not ask for."""
        refuse_unknown(self.where, self.key, self._values, self._asked)

    def wrong(self, key: str, seen: str, cure: str) -> InputError:
        """Return the error for a key of this table."""
        return InputError(where=self.where, key=f"{self.key}.{key} ({self.name})", seen=seen, cure=cure)

    def _value(self, key: str, default: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
        """Return what stands at a key."""
        self._asked.add(key)
        if key in self._values:
            return self._values[key]
        if default is None:
            raise self.wrong(key, "missing", f"add {key} = ... to this [[channel]]")
        return default

    def _from_file(self, key: str) -> str:
        """Return the secret that a file holds, without the line end after it."""
        path = self.path(key)
        try:
            secret = read_text(path).rstrip("\n")
        except InputError as problem:
            raise self.wrong(key, problem.seen + f" ({path})", problem.cure) from None
        return self._sound(key, secret, str(path))

    def _from_environment(self, key: str) -> str:
        """Return the secret that an environment variable holds."""
        variable = self.text(key)
        return self._sound(key, os.environ.get(variable, ""), f"the environment variable {variable}")

    def _sound(self, key: str, secret: str, place: str) -> str:
        """Refuse a secret that is empty or has several lines; it is not shown."""
        if not secret or not secret.isprintable():
            seen = "is empty or not set" if not secret else "holds line ends or other signs that cannot be sent"
            raise self.wrong(key, f"{place} {seen}", "put the secret there, on one line")
        return secret
