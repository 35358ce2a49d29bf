"""Failure probability from a flight record: the rule of 14 CFR part 417, appendix C.

Two-sided 60 % limits of Clopper and Pearson (Biometrika 26, 1934); the probability is their middle.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass

from downrange.base import InputError

_TAIL = 0.2
_MOST = 1_000_000
_SOURCE = "14 CFR part 417 appendix C: middle of the two-sided 60 % Clopper-Pearson limits of {failures} in {flights}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureProbability:
    """How likely a launch fails, from how many did.

    p: probability of failure; low, high: its two-sided 60 % confidence limits
    flights, failures: the record
    source: the rule and the record in words
    """

    p: float
    low: float
    high: float
    flights: int
    failures: int
    source: str


def failure_probability(flights: int, failures: int) -> FailureProbability:
    """Return the probability that the next launch fails, given how many of so many flights did.

    >>> found = failure_probability(4, 3)
    >>> f"{found.p:.2f} ({found.low:.2f} to {found.high:.2f})"
    '0.68 (0.42 to 0.95)'
    """
    n, k = _counted("flights", flights), _counted("failures", failures)
    if n == 0:
        cure = "give the record of comparable vehicles on their first flights, or a probability of your own"
        raise InputError(where="flight record", key="flights", seen="no flight yet", cure=cure)
    if k > n:
        cure = "count each failed flight once, also among the flights; the usual cause is the two exchanged"
        raise InputError(where="flight record", key="failures", seen=f"{k} failures in {n} flights", cure=cure)
    from scipy.special import betaincinv

    low = float(betaincinv(k, n - k + 1, _TAIL)) if k > 0 else 0.0
    high = float(betaincinv(k + 1, n - k, 1.0 - _TAIL)) if k < n else 1.0
    return FailureProbability(
        p=(low + high) / 2.0,
        low=low,
        high=high,
        flights=n,
        failures=k,
        source=_SOURCE.format(failures=k, flights=n),
    )


def _counted(key: str, given: int) -> int:
    """Return a count of launches, or say why it is none."""
    cure = "give a whole number, 0 or more"
    try:
        count = operator.index(given)
    except TypeError:
        raise InputError(where="flight record", key=key, seen=f"{given!r}", cure=cure) from None
    if not 0 <= count <= _MOST:
        raise InputError(where="flight record", key=key, seen=f"{count}", cure=f"{cure}, at most {_MOST}")
    return count
