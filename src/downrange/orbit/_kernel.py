"""Motion round the Earth in axes that do not turn: zonal gravity, drag in air that turns with the Earth.

Bare arithmetic, SI. The axes are the Earth-fixed ones of one moment, held still: z is the pole, and neither zonal
harmonics nor an air that depends on height alone ask where Greenwich is.

Integrator: DOP853 (Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, 2nd ed. 1993, section II.5, whose
coefficients these are). What is asked for between two steps is reached by a shorter step from the first, so that it is
as exact as the rest. Averaged decay: King-Hele, Satellite Orbits in an Atmosphere, 1987, chapter 4, with the integrals
over the revolution done by sums.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from downrange.earth import _kernel as earth

SPAN, LOW, STUCK = range(3)  # why a run ends
PEAKS = 3  # columns of a revolution: its end, lowest and highest distance from the centre
_GM_M3PS2 = 3.986004418e14
_RE_M = 6_378_137.0
_OMEGA_RADPS = 7.292115e-5
_TOP_M = 1_000_000.0
_STAGES = 12
_LONGEST_S = 600.0
_SHORTEST_S = 1e-5
_NEAR = 1e-4
_TURN = 2.0 * math.pi
_A = np.array(
    (
        (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (0.05260015195876773, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (0.0197250569845379, 0.0591751709536137, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (0.02958758547680685, 0.0, 0.08876275643042054, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (0.2413651341592667, 0.0, -0.8845494793282861, 0.924834003261792, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (0.037037037037037035, 0.0, 0.0, 0.17082860872947386, 0.12546768756682242, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (0.037109375, 0.0, 0.0, 0.17025221101954405, 0.06021653898045596, -0.017578125, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (
            0.03709200011850479,
            0.0,
            0.0,
            0.17038392571223998,
            0.10726203044637328,
            -0.015319437748624402,
            0.008273789163814023,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
        ),
        (
            0.6241109587160757,
            0.0,
            0.0,
            -3.3608926294469414,
            -0.868219346841726,
            27.59209969944671,
            20.154067550477894,
            -43.48988418106996,
            0.0,
            0.0,
            0.0,
            0.0,
        ),
        (
            0.47766253643826434,
            0.0,
            0.0,
            -2.4881146199716677,
            -0.590290826836843,
            21.230051448181193,
            15.279233632882423,
            -33.28821096898486,
            -0.020331201708508627,
            0.0,
            0.0,
            0.0,
        ),
        (
            -0.9371424300859873,
            0.0,
            0.0,
            5.186372428844064,
            1.0914373489967295,
            -8.149787010746927,
            -18.52006565999696,
            22.739487099350505,
            2.4936055526796523,
            -3.0467644718982196,
            0.0,
            0.0,
        ),
        (
            2.273310147516538,
            0.0,
            0.0,
            -10.53449546673725,
            -2.0008720582248625,
            -17.9589318631188,
            27.94888452941996,
            -2.8589982771350235,
            -8.87285693353063,
            12.360567175794303,
            0.6433927460157636,
            0.0,
        ),
    )
)
_B = np.array(
    (
        0.054293734116568765,
        0.0,
        0.0,
        0.0,
        0.0,
        4.450312892752409,
        1.8915178993145003,
        -5.801203960010585,
        0.3111643669578199,
        -0.1521609496625161,
        0.20136540080403034,
        0.04471061572777259,
    )
)
_E3 = np.array(
    (
        -0.18980075407240762,
        0.0,
        0.0,
        0.0,
        0.0,
        4.450312892752409,
        1.8915178993145003,
        -5.801203960010585,
        -0.4226823213237919,
        -0.1521609496625161,
        0.20136540080403034,
        0.02265179219836082,
    )
)
_E5 = np.array(
    (
        0.01312004499419488,
        0.0,
        0.0,
        0.0,
        0.0,
        -1.2251564463762044,
        -0.4957589496572502,
        1.6643771824549864,
        -0.35032884874997366,
        0.3341791187130175,
        0.08192320648511571,
        -0.022355307863886294,
    )
)


@numba.njit(cache=True, error_model="numpy")
def _copy(source: NDArray[np.float64], target: NDArray[np.float64]) -> None:
    """Copy a state; written out, because a slice costs seconds of compiling."""
    for j in range(6):
        target[j] = source[j]


@numba.njit(cache=True, error_model="numpy")
def _mark(t: float, y: NDArray[np.float64], marks: NDArray[np.float64], row: int) -> None:
    """Note a time and a state."""
    marks[row, 0] = t
    for j in range(6):
        marks[row, 1 + j] = y[j]


@numba.njit(cache=True, error_model="numpy")
def air_density(alt_m: float, air: NDArray[np.float64]) -> float:
    """Return the density [kg/m^3]; above the table it thins out as between the table's last two rows."""
    if alt_m < _TOP_M:
        return float(earth.density(alt_m, air))
    last, before = air[air.shape[0] - 1, 0], air[air.shape[0] - 2, 0]
    return float(last * math.exp(max(-300.0, (alt_m - _TOP_M) * 1e-3 * math.log(last / before))))


@numba.njit(cache=True, error_model="numpy")
def _rates(
    y: NDArray[np.float64],
    drag: float,
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Write velocity and acceleration of a state; drag is one half over the ballistic coefficient [m^2/kg]."""
    gx, gy, gz = earth.gravity(y[0], y[1], y[2], zonals[0], zonals[1], zonals[2])
    if drag > 0.0:
        wx, wy, wz = y[3] + _OMEGA_RADPS * y[1], y[4] - _OMEGA_RADPS * y[0], y[5]
        rho = air_density(earth.height_at(y[0], y[1], y[2]), air)
        d = drag * rho * math.sqrt(wx * wx + wy * wy + wz * wz)
        gx, gy, gz = gx - d * wx, gy - d * wy, gz - d * wz
    out[0], out[1], out[2] = y[3], y[4], y[5]
    out[3], out[4], out[5] = gx, gy, gz


@numba.njit(cache=True, error_model="numpy")
def _step(
    h: float,
    y: NDArray[np.float64],
    drag: float,
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    k: NDArray[np.float64],
    new: NDArray[np.float64],
) -> None:
    """Write the state a step later; k[0] has to hold the rates at y, the other stages are left in k."""
    for s in range(1, _STAGES):
        for j in range(6):
            total = 0.0
            for q in range(s):
                total += _A[s, q] * k[q, j]
            new[j] = y[j] + h * total
        _rates(new, drag, air, zonals, k[s])
    for j in range(6):
        total = 0.0
        for q in range(_STAGES):
            total += _B[q] * k[q, j]
        new[j] = y[j] + h * total


@numba.njit(cache=True, error_model="numpy")
def _error(h: float, y: NDArray[np.float64], k: NDArray[np.float64], tolerance: float) -> float:
    """Return the error of the step just made, 1 being what is allowed: a part of the distance and of the speed."""
    r = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
    v = math.sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5])
    e3, e5 = 0.0, 0.0
    for j in range(6):
        a, b = 0.0, 0.0
        for q in range(_STAGES):
            a += _E3[q] * k[q, j]
            b += _E5[q] * k[q, j]
        scale = tolerance * (r if j < 3 else v)
        e3 += (a / scale) ** 2
        e5 += (b / scale) ** 2
    if e3 == 0.0 and e5 == 0.0:
        return 0.0
    return float(abs(h) * e5 / math.sqrt((e5 + 0.01 * e3) * 6.0))


@numba.njit(cache=True, error_model="numpy")
def _measure(y: NDArray[np.float64], which: int, level: float) -> float:
    """Return what a search wants to be nothing: height less a level [m] (which 0), or r.v over r [m/s] (which 1)."""
    if which == 0:
        return float(earth.height_at(y[0], y[1], y[2]) - level)
    r = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
    return float((y[0] * y[3] + y[1] * y[4] + y[2] * y[5]) / r)


@numba.njit(cache=True, error_model="numpy")
def _search(
    h: float,
    which: int,
    level: float,
    y: NDArray[np.float64],
    end: float,
    drag: float,
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    k: NDArray[np.float64],
    found: NDArray[np.float64],
) -> float:
    """Return how far into a step the measure is nothing (regula falsi, Illinois) and write the state there."""
    low, high, f_low, f_high = 0.0, h, _measure(y, which, level), end
    part = h
    for _ in range(60):
        part = high - f_high * (high - low) / (f_high - f_low)
        _step(part, y, drag, air, zonals, k, found)
        f = _measure(found, which, level)
        if abs(f) < _NEAR or abs(high - low) < 1e-9:
            break
        if f * f_high < 0.0:
            low, f_low = high, f_high
        else:
            f_low *= 0.5
        high, f_high = part, f
    return part


@numba.njit(cache=True, error_model="numpy")
def _angle(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the angle [rad] between two positions."""
    cx, cy, cz = a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]
    return math.atan2(math.sqrt(cx * cx + cy * cy + cz * cz), a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


@numba.njit(cache=True, error_model="numpy")
def _distance(y: NDArray[np.float64]) -> float:
    """Return the distance from the Earth's centre [m]."""
    return math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])


@numba.njit(cache=True, error_model="numpy")
def _meet(
    h: float,
    alt_m: float,
    climb: float,
    t: float,
    y: NDArray[np.float64],
    drag: float,
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    levels_m: NDArray[np.float64],
    k: NDArray[np.float64],
    new: NDArray[np.float64],
    found: NDArray[np.float64],
    ends: NDArray[np.float64],
    marks: NDArray[np.float64],
) -> tuple[int, float]:
    """Look into a step for its extreme distance and for the two heights; return (why, how much of it counts).

    The state in new is moved back to where the step has to end; ends holds the extremes of the revolution.
    """
    reach, why = h, SPAN
    new_alt, new_climb = earth.height_at(new[0], new[1], new[2]), _measure(new, 1, 0.0)
    if climb * new_climb < 0.0:
        part = _search(h, 1, 0.0, y, new_climb, drag, air, zonals, k, found)
        peak, dip = _distance(found), earth.height_at(found[0], found[1], found[2])
        ends[0], ends[1] = min(ends[0], peak), max(ends[1], peak)
        if dip < levels_m[1] <= new_alt:
            reach, new_alt = part, dip
            _copy(found, new)
    if alt_m >= levels_m[0] > new_alt:
        part = _search(reach, 0, levels_m[0], y, new_alt - levels_m[0], drag, air, zonals, k, found)
        _mark(t + part, found, marks, 0)
    if new_alt < levels_m[1]:
        reach = _search(reach, 0, levels_m[1], y, new_alt - levels_m[1], drag, air, zonals, k, found)
        _mark(t + reach, found, marks, 1)
        _copy(found, new)
        why = LOW
    far = _distance(new)
    ends[0], ends[1] = min(ends[0], far), max(ends[1], far)
    return why, reach


@numba.njit(cache=True, error_model="numpy")
def _tell(
    count: int,
    t: float,
    reach: float,
    t_s: NDArray[np.float64],
    y: NDArray[np.float64],
    drag: float,
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    k: NDArray[np.float64],
    out: NDArray[np.float64],
) -> int:
    """Write the states asked for inside a step; return how many have been written in all."""
    while count < t_s.shape[0] and abs(t_s[count] - t) <= abs(reach):
        if t_s[count] == t:
            _copy(y, out[count])
        else:
            _step(t_s[count] - t, y, drag, air, zonals, k, out[count])
        count += 1
    return count


@numba.njit(cache=True, error_model="numpy")
def _turn(
    revolutions: int,
    before: float,
    turned: float,
    t: float,
    reach: float,
    ends: NDArray[np.float64],
    revs: NDArray[np.float64],
) -> int:
    """Close a revolution when the angle gone says so; return how many there are."""
    goal = _TURN * (revolutions + 1)
    if turned < goal:
        return revolutions
    if revolutions < revs.shape[0]:
        revs[revolutions, 0] = t + (goal - before) / (turned - before) * reach
        revs[revolutions, 1], revs[revolutions, 2] = ends[0], ends[1]
    ends[0], ends[1] = np.inf, 0.0
    return revolutions + 1


@numba.njit(cache=True, error_model="numpy")
def run(
    start: NDArray[np.float64],
    t_s: NDArray[np.float64],
    drag: float,
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    tolerance: float,
    levels_m: NDArray[np.float64],
    out: NDArray[np.float64],
    revs: NDArray[np.float64],
    marks: NDArray[np.float64],
) -> tuple[int, int, int, float, float]:
    """Follow a state (6,) to times rising from 0, or falling; return (why, times reached, revolutions, end, angle).

    levels_m: two heights; passing the first downwards is noted, passing the second ends the run
    out:      (n, 6), the states at the times
    revs:     (m, PEAKS), the revolutions finished; when they do not fit, the later ones are not kept
    marks:    (2, 7), time and state of the last pass downwards of the first level and of the pass of the second
    """
    y, new, found, ends, k = np.empty(6), np.empty(6), np.empty(6), np.empty(2), np.empty((_STAGES, 6))
    _copy(start, y)
    ends[0] = ends[1] = _distance(y)
    t, count, turned, revolutions, why = 0.0, 0, 0.0, 0, SPAN
    end_s = t_s[t_s.shape[0] - 1]
    sign = -1.0 if end_s < 0.0 else 1.0
    h = 10.0 * sign
    while count < t_s.shape[0] and why == SPAN:
        _rates(y, drag, air, zonals, k[0])
        last = abs(h) >= abs(end_s - t)
        h = end_s - t if last else h
        _step(h, y, drag, air, zonals, k, new)
        error = _error(h, y, k, tolerance)
        if not error <= 1.0:
            h *= max(0.2, 0.9 * error**-0.125) if error < 1e12 else 0.2
            why = STUCK if abs(h) < _SHORTEST_S else SPAN
            continue
        alt_m, climb = earth.height_at(y[0], y[1], y[2]), _measure(y, 1, 0.0)
        why, reach = _meet(h, alt_m, climb, t, y, drag, air, zonals, levels_m, k, new, found, ends, marks)
        count = _tell(count, t, reach, t_s, y, drag, air, zonals, k, out)
        before = turned
        turned += _angle(y, new)
        revolutions = _turn(revolutions, before, turned, t, reach, ends, revs)
        t = end_s if last and why == SPAN else t + reach
        _copy(new, y)
        h = sign * min(_LONGEST_S, abs(h) * min(4.0, 0.9 * max(error, 1e-10) ** -0.125))
    return why, count, revolutions, t, turned


@numba.njit(cache=True, error_model="numpy")
def mean_rates(
    a: float,
    x: float,
    cos_i: float,
    raise_m: float,
    airs: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Write the rates of a and of x = a e [m/s], out (M, 2), averaged over a revolution and all directions of perigee.

    airs: (M, K, 5) tables, each with its row of rates, for a ballistic coefficient of 1 kg/m^2
    raise_m: added to the ellipse's distances: what the zonals lift the path by
    """
    for m in range(airs.shape[0]):
        out[m, 0] = out[m, 1] = 0.0
    e = x / a
    points = 16 if e < 0.02 else 96
    tilts = 6
    sin2_i = 1.0 - cos_i * cos_i
    for n in range(points):
        anomaly = math.pi * (n + 0.5) / points
        c = math.cos(anomaly)
        down, up = 1.0 - e * c, 1.0 + e * c
        r = a * down
        v = math.sqrt(_GM_M3PS2 / a * up / down)
        true = math.atan2(math.sqrt(1.0 - e * e) * math.sin(anomaly), c - e)
        wind = 1.0 - r * _OMEGA_RADPS * cos_i / v
        force = 0.5 * v * v * wind * wind * down / (points * tilts)
        per_a = -2.0 * a * a * v / _GM_M3PS2 * force
        per_e = -2.0 * (e + math.cos(true)) / v * force
        for k in range(tilts):
            s = math.sin(true + math.pi * (k + 0.5) / tilts)
            far = r + raise_m
            alt_m = earth.height(far, _RE_M / far, sin2_i * s * s)
            for m in range(airs.shape[0]):
                rho = air_density(alt_m, airs[m])
                out[m, 0] += per_a * rho
                out[m, 1] += (a * per_e + e * per_a) * rho


@numba.njit(cache=True, error_model="numpy")
def mixed(level: float, rates: NDArray[np.float64]) -> tuple[float, float]:
    """Return the rates of a and x at a level of activity from -1 to 1, between low, mean and high; of one air, its own."""
    if rates.shape[0] < 3:
        return float(rates[0, 0]), float(rates[0, 1])
    low, mid, high = math.log(-rates[0, 0]), math.log(-rates[1, 0]), math.log(-rates[2, 0])
    half, bend = 0.5 * (high - low), 0.5 * (high + low) - mid
    fall = -math.exp(mid + level * (half + level * bend))
    low, mid, high = rates[0, 1] / rates[0, 0], rates[1, 1] / rates[1, 0], rates[2, 1] / rates[2, 0]
    half, bend = 0.5 * (high - low), 0.5 * (high + low) - mid
    return fall, fall * (mid + level * (half + level * bend))


@numba.njit(cache=True, error_model="numpy")
def level_of(t_s: float, phase: float, cycle_s: float, steady: float) -> float:
    """Return the level of activity at a time: steady, or where a cycle stands that is highest at a phase of nought."""
    if cycle_s <= 0.0:
        return steady
    return math.cos(_TURN * t_s / cycle_s + phase)


@numba.njit(cache=True, error_model="numpy")
def decay_s(
    a: float,
    x: float,
    cos_i: float,
    raise_m: float,
    airs: NDArray[np.float64],
    beta: float,
    phase: float,
    cycle_s: float,
    steady: float,
    longest_s: float,
) -> float:
    """Return the time [s] until the orbit is down, or longest_s; Runge-Kutta on the averaged rates."""
    rates = np.empty((airs.shape[0], 2))
    ka, kx = np.empty(4), np.empty(4)
    t = 0.0
    while t < longest_s:
        h, da, dx, back = 0.0, 0.0, 0.0, 0.0
        for s in range(4):
            back = 0.0 if s == 0 else (1.0 if s == 3 else 0.5)
            now_a = a + back * h * da
            now_x = max(0.0, x + back * h * dx)
            mean_rates(now_a, now_x, cos_i, raise_m, airs, rates)
            da, dx = mixed(level_of(t + back * h, phase, cycle_s, steady), rates)
            da, dx = da / beta, dx / beta
            ka[s], kx[s] = da, dx
            if s == 0:
                low_m, high_m = a - x + raise_m - _RE_M, a + x + raise_m - _RE_M
                turn_s = _TURN * math.sqrt(a * a * a / _GM_M3PS2)
                if low_m < 80_000.0 or (high_m < 300_000.0 and -da * turn_s > 30_000.0):
                    return t + 0.5 * turn_s
                scale_m = max(4_000.0, 0.13 * (low_m - 60_000.0))
                sink, shrink = max(1e-12, -(da - dx)), max(1e-12, -(da + dx))
                h = 0.15 * min(scale_m / sink, (scale_m + 0.5 * x) / shrink)
                h = min(h, longest_s)
                if cycle_s > 0.0:
                    h = min(h, 0.02 * cycle_s)
        a += h / 6.0 * (ka[0] + 2.0 * ka[1] + 2.0 * ka[2] + ka[3])
        x = max(0.0, x + h / 6.0 * (kx[0] + 2.0 * kx[1] + 2.0 * kx[2] + kx[3]))
        t += h
    return longest_s
