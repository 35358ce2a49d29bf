"""From seeing to knowing: when a picture reaches the ground, and how long a request waits until somebody can look at it.

A window's picture can be sent from the window's end on, to the first ground station that hears its satellite for long
enough, and is known a stated processing time after it came down. No relay satellites, no limit of data, no queue.
What no pass takes down before the contacts end is open: its latency is not known, only that it is longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, InputError, iso
from downrange.coverage._kernel import latency as kernel
from downrange.coverage.contacts import Contacts
from downrange.coverage.figure import Figure
from downrange.coverage.gaps import PERCENTS, weights_of
from downrange.coverage.model import Accesses


class Downlink(StrEnum):
    """When in a pass a picture is down.

    START: at once, when the pass starts, or at the end of the window when the station hears the satellite then
    END:   when the pass ends: the pass is needed whole
    """

    START = "start of the pass"
    END = "end of the pass"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Latency:
    """How late pictures are.

    rule:          what was counted, for a person
    processing_s:  time from down to known [s], as stated
    latency_s:     (k,) from the end of each window until it is known [s]; infinite where open
    station:       (k,) which station took it, -1 where open
    percents:      (q,)
    windows:       (s,) windows of each satellite
    satellite_s:   (s, q) latency [s] that so many percent of a satellite's windows do not exceed; infinite where those
                   are open, NaN where a satellite has no window
    latency_all_s: the same of all windows, one figure for each of percents
    share_open:    share of windows whose latency is not known
    know_mean_s:   mean wait of a request until it is known [s]
    know_s:        wait [s] until it is known that so many percent of requests do not exceed
    share_unanswered: share of requests that nothing known answers within the span
    """

    rule: str
    processing_s: float
    latency_s: Array
    station: NDArray[np.int32]
    percents: Array
    windows: NDArray[np.int64]
    satellite_s: Array
    latency_all_s: tuple[Figure, ...]
    share_open: Figure
    know_mean_s: Figure
    know_s: tuple[Figure, ...]
    share_unanswered: Figure


def latency(
    accesses: Accesses,
    passes: Contacts,
    *,
    processing_s: float = 0.0,
    downlink: Downlink = Downlink.END,
    min_contact_s: float = 0.0,
    percents: Sequence[float] = PERCENTS,
) -> Latency:
    """Return how late the pictures of windows are, and how late a request is answered.

    passes:        over ground stations, of the same satellites from the same start on
    processing_s:  from the moment that a picture is down until somebody knows what it shows [s]
    downlink:      when in a pass a picture is down
    min_contact_s: a pass counts only if so much of it is left [s]
    """
    _check(accesses, passes, processing_s, min_contact_s, percents)
    known_s, station = _known(accesses, passes, downlink, min_contact_s)
    known_s += processing_s
    late_s = known_s - accesses.end_s
    share = np.asarray(percents, dtype=float) / 100.0
    weights = weights_of(accesses.points.lat_deg.size, accesses.points.area_m2)
    weight = weights[accesses.point]
    of_each = [accesses.satellite == s for s in range(len(accesses.satellites))]
    rule = _rule(passes, processing_s, downlink, min_contact_s)
    pooled_s = _percentiles(late_s, weight, share)
    is_open = ~np.isfinite(late_s)
    know_mean_s, know_s, unanswered = _answers(accesses, known_s, weights, percents, rule)
    share_open = float(weight[is_open].sum() / weight.sum()) if weight.any() else None
    return Latency(
        rule=rule,
        processing_s=processing_s,
        latency_s=late_s,
        station=station,
        percents=100.0 * share,
        windows=np.array([int(mine.sum()) for mine in of_each]),
        satellite_s=np.array([_percentiles(late_s[mine], weight[mine], share) for mine in of_each]),
        latency_all_s=tuple(
            _figure(value, f"latency of {q:g} % of windows, {rule}")
            for q, value in zip(percents, pooled_s, strict=True)
        ),
        share_open=Figure(value=share_open, unit="1", rule=f"share of windows not down by the end of contacts, {rule}"),
        know_mean_s=know_mean_s,
        know_s=know_s,
        share_unanswered=unanswered,
    )


def _known(
    accesses: Accesses, passes: Contacts, downlink: Downlink, min_contact_s: float
) -> tuple[Array, NDArray[np.int32]]:
    """Return (when each window's picture is down, by which station); infinity and -1 where no pass takes it.

    A pass serves when it ends min_contact_s after the window or later; of those that serve, the one that is first.
    """
    known_s = np.full(accesses.end_s.size, np.inf)
    station = np.full(accesses.end_s.size, -1, dtype=np.int32)
    long = passes.end_s - passes.start_s >= min_contact_s
    if downlink is Downlink.END:
        long &= ~passes.open_end
    for s in range(len(accesses.satellites)):
        mine = np.flatnonzero(accesses.satellite == s)
        able = np.flatnonzero(long & (passes.satellite == s))
        able = able[np.argsort(passes.end_s[able], kind="stable")]
        at = np.searchsorted(passes.end_s[able], accesses.end_s[mine] + min_contact_s)
        mine, at = mine[at < able.size], at[at < able.size]
        if downlink is Downlink.END:
            known_s[mine], station[mine] = passes.end_s[able][at], passes.station[able][at]
            continue
        first = _earliest(passes.start_s[able])[at]
        known_s[mine] = np.maximum(passes.start_s[able][first], accesses.end_s[mine])
        station[mine] = passes.station[able][first]
    return known_s, station


def _earliest(start_s: Array) -> NDArray[np.int64]:
    """Return for each place in a row which of it and those after it starts first."""
    back = start_s[::-1]
    low = np.minimum.accumulate(back) if back.size else back
    at = np.maximum.accumulate(np.where(back <= low, np.arange(back.size), 0)) if back.size else np.arange(0)
    return back.size - 1 - at[::-1]


def _percentiles(late_s: Array, weight: Array, share: Array) -> Array:
    """Return the latencies that shares of the weight do not exceed; what is open counts as longest. NaN without any."""
    if not weight.any():
        return np.full(share.size, np.nan)
    order = np.argsort(late_s, kind="stable")
    heaped = np.cumsum(weight[order])
    at = np.searchsorted(heaped, share * heaped[-1] * (1.0 - 1e-12))
    return np.asarray(late_s[order][np.minimum(at, order.size - 1)])


def _answers(
    accesses: Accesses, known_s: Array, weights: Array, percents: Sequence[float], rule: str
) -> tuple[Figure, tuple[Figure, ...], Figure]:
    """Return (mean wait, waits of percents, share unanswered) of requests until they are known."""
    middle_s = 0.5 * (accesses.start_s + accesses.end_s)
    order = np.lexsort((middle_s, accesses.point))
    offset = np.concatenate([[0], np.cumsum(np.bincount(accesses.point, minlength=weights.size))]).astype(np.int64)
    parts = kernel.pieces(offset, middle_s[order], known_s[order], accesses.span_s)
    found = [kernel.wait_of_share(*parts, weights, accesses.span_s, q / 100.0) for q in percents]
    answered = kernel.share_within(*parts, weights, accesses.span_s, np.inf)
    mean_s = kernel.least_mean(*parts[:3], weights, accesses.span_s)
    gone = max(0.0, 1.0 - answered)
    at_least = "; those without an answer counted until the span ends, so a least value" if gone > 0.0 else ""
    mean = Figure(
        value=mean_s,
        low=mean_s,
        high=None if gone > 0.0 else mean_s,
        unit="s",
        rule=f"mean wait of a request at a random moment until it is known{at_least}, {rule}",
    )
    waits = tuple(
        _figure(value, f"wait of {q:g} % of requests until it is known, {rule}")
        for q, value in zip(percents, found, strict=True)
    )
    unanswered = Figure(value=gone, unit="1", rule="share of requests that no known look answers in the span")
    return mean, waits, unanswered


def _figure(value: float, rule: str) -> Figure:
    """Return a figure in seconds, UNKNOWN where what was asked for is open."""
    if np.isfinite(value):
        return Figure(value=float(value), unit="s", rule=rule)
    return Figure(value=None, unit="s", rule=f"UNKNOWN: fewer are known before contacts end; {rule}")


def _rule(passes: Contacts, processing_s: float, downlink: Downlink, min_contact_s: float) -> str:
    """Say what was counted."""
    masks = sorted({station.min_elevation_deg for station in passes.stations})
    over = ", ".join(station.name for station in passes.stations[:3])
    over += f" and {len(passes.stations) - 3} more" if len(passes.stations) > 3 else ""
    least = f" with {min_contact_s:g} s of it left" if min_contact_s else ""
    return (
        f"from the end of a window to the {downlink.value} over {over}{least}, above "
        f"{' or '.join(f'{mask:g}' for mask in masks)} deg, and {processing_s:g} s of processing"
    )


def _check(
    accesses: Accesses, passes: Contacts, processing_s: float, min_contact_s: float, percents: Sequence[float]
) -> None:
    """Refuse contacts of other satellites or another span, and times below 0."""
    if tuple(accesses.satellites) != passes.satellites:
        seen = f"contacts of {', '.join(passes.satellites)} for looks of {', '.join(accesses.satellites)}"
        raise InputError(where="latency", seen=seen, cure="make the contacts of the same satellites in the same order")
    if accesses.start != passes.start or passes.span_s < accesses.span_s:
        seen = f"contacts from {iso(passes.start)} for {passes.span_s:g} s, looks from {iso(accesses.start)} for {accesses.span_s:g} s"
        raise InputError(where="latency", seen=seen, cure="start both at one moment, and let contacts run no shorter")
    for key, value in (("processing_s", processing_s), ("min_contact_s", min_contact_s)):
        if not 0.0 <= value < np.inf:
            raise InputError(where="latency", key=key, seen=f"{value:g}", cure="give seconds, 0 or more")
    if not all(0.0 <= q <= 100.0 for q in percents):
        raise InputError(where="percents", seen=f"{percents}", cure="give numbers from 0 to 100, as 50 90 95")
