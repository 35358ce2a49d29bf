"""An inference with what was asked of it."""

from __future__ import annotations

from dataclasses import dataclass

from downrange.corridor import Attribution, Case, LeftOut, Tracks


@dataclass(frozen=True, slots=True, kw_only=True)
class Inferred:
    """An inference with what was asked of it.

    left_out: a row an area when each was hidden in turn; tracks: of the likeliest vehicle first
    """

    attribution: Attribution
    left_out: tuple[LeftOut, ...]
    tracks: Tracks
    seed: int

    @property
    def case(self) -> Case:
        """What was known before."""
        return self.attribution.case
