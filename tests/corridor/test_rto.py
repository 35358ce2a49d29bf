"""Weighted draws against models whose posterior is known: exactly, or by fine quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import least_squares

from downrange.base import Array, ModelError, normals
from downrange.corridor.posterior import effective, normalised
from downrange.corridor.rto import SOLVED, Draws, Tangent, draw, tangent

DRAWS = 6_000
STANDARD_ERRORS = 5.0  # a right sampler fails one comparison in two millions


def bent_in_two(u: Array) -> Array:
    """One datum on a bent sheet, and a standard normal prior."""
    datum = (u[:, 1] + 0.15 * u[:, 0] ** 2 + 0.5 * u[:, 0] - 1.0) / 0.3
    return np.column_stack([datum, u])


def bent_in_three(u: Array, bend: float = 0.1, twist: float = 0.15) -> Array:
    """Two data, bent and twisted."""
    first = (u[:, 0] + bend * u[:, 1] ** 2 + 0.2 * u[:, 2] - 0.8) / 0.25
    second = (np.sinh(0.6 * u[:, 2]) - twist * u[:, 0] * u[:, 1] - 0.3) / 0.4
    return np.column_stack([first, second, u])


def folded(u: Array) -> Array:
    """The same so strongly bent that one draw in six asks for what no parameters give."""
    return bent_in_three(u, bend=0.4, twist=0.5)


def at_mode(values, n: int) -> Tangent:
    found = least_squares(lambda u: values(u[None])[0], np.zeros(n), xtol=1e-12, ftol=1e-12, gtol=1e-12)
    return tangent(values, found.x)


def by_quadrature(values, n: int, *, reach: float = 5.5, steps: int = 141) -> tuple[Array, Array, float]:
    """Return mean, covariance and evidence on a grid: sums of a smooth density that has died out at the edges."""
    axis = np.linspace(-reach, reach, steps)
    u = np.stack(np.meshgrid(*[axis] * n, indexing="ij"), axis=-1).reshape(-1, n)
    density = np.exp(-0.5 * (values(u) ** 2).sum(axis=1))
    cell = (axis[1] - axis[0]) ** n
    evidence = float(density.sum()) * cell / (2.0 * np.pi) ** (0.5 * n)
    share = density / density.sum()
    mean = share @ u
    return mean, ((u - mean) * share[:, None]).T @ (u - mean), evidence


def weighted(found: Draws, of: Array) -> tuple[Array, Array]:
    """Return the weighted means of columns and their standard errors."""
    weight = normalised(found.log_weight)
    mean = weight @ of
    return mean, np.sqrt((weight[:, None] ** 2 * (of - mean) ** 2).sum(axis=0))


def test_of_a_linear_model_all_weights_are_equal_and_the_draws_are_the_posterior() -> None:
    matrix = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, 1.0], [1.0, 1.0, -4.0], [0.3, 0.0, 0.1]])
    seen = np.array([1.0, -2.0, 0.5, 3.0])
    linear = lambda u: np.column_stack([u @ matrix.T - seen, u])  # noqa: E731
    precision = matrix.T @ matrix + np.eye(3)
    mode = np.linalg.solve(precision, matrix.T @ seen)
    xi = normals(3, DRAWS, 3)
    found = draw(linear, tangent(linear, mode), xi)
    assert found.solved.all()
    assert np.ptp(found.log_weight) < 1e-6
    # each draw is where the tangent puts its xi, so that the moments follow from those of xi without any error
    root = np.linalg.inv(tangent(linear, mode).r)
    assert found.u == pytest.approx(mode + xi @ root.T, abs=1e-6)
    assert root @ root.T == pytest.approx(np.linalg.inv(precision), abs=1e-8)
    misfit = matrix @ mode - seen
    log_evidence = -0.5 * (misfit @ misfit + mode @ mode) - 0.5 * np.linalg.slogdet(precision)[1]
    assert found.log_weight[0] == pytest.approx(log_evidence, abs=1e-6)
    assert tangent(linear, mode).log_evidence == pytest.approx(log_evidence, abs=1e-6)
    aside = tangent(linear, mode + 0.5)  # of a linear model any point tells the same
    assert aside.log_evidence == pytest.approx(log_evidence, abs=1e-5)


@pytest.mark.parametrize(("values", "n"), [(bent_in_two, 2), (bent_in_three, 3), (folded, 3)])
def test_bent_posteriors_have_the_moments_and_the_evidence_of_quadrature(values, n) -> None:
    mean, covariance, evidence = by_quadrature(values, n)
    found = draw(values, at_mode(values, n), normals(11, DRAWS, n))
    assert found.solved.mean() > (0.8 if values is folded else 0.999)
    got, error = weighted(found, found.u)
    assert (np.abs(got - mean) < STANDARD_ERRORS * error).all()
    off = found.u - mean
    products = (off[:, :, None] * off[:, None, :]).reshape(DRAWS, -1)
    got, error = weighted(found, products)
    assert (np.abs(got - covariance.ravel()) < STANDARD_ERRORS * error).all()
    weight = np.exp(found.log_weight)  # of draws that were not solved: 0, and they count
    assert abs(weight.mean() - evidence) < STANDARD_ERRORS * weight.std() / DRAWS**0.5
    assert (error < 0.1).all()  # so that these comparisons can fail
    assert effective(normalised(found.log_weight)) > 0.5 * DRAWS


def test_neither_the_tangent_nor_draws_without_weights_would_have_passed() -> None:
    mean, _, _ = by_quadrature(bent_in_two, 2)
    line = at_mode(bent_in_two, 2)
    found = draw(bent_in_two, line, normals(11, DRAWS, 2))
    _, error = weighted(found, found.u)
    assert (np.abs(line.mode - mean) > STANDARD_ERRORS * error).any()
    plain = found.u[found.solved]
    error = plain.std(axis=0) / len(plain) ** 0.5
    assert (np.abs(plain.mean(axis=0) - mean) > STANDARD_ERRORS * error).any()


def test_what_has_no_solution_weighs_nothing() -> None:
    """The datum saturates at 1, so no parameter reaches what most draws ask for."""
    flat = lambda u: np.column_stack([4.0 * np.tanh(u[:, :1]), 0.01 * u[:, 1:]])  # noqa: E731
    line = tangent(flat, np.zeros(2))
    xi = np.array([[0.5, 0.1], [3.9, 0.0], [4.1, 0.0], [9.0, 0.2], [-7.0, 0.0]])
    found = draw(flat, line, xi)
    assert found.solved.tolist() == [True, True, False, False, False]
    assert np.isneginf(found.log_weight[2:]).all()
    assert normalised(found.log_weight)[2:].tolist() == [0.0, 0.0, 0.0]


def test_a_model_that_gives_no_number_somewhere_is_not_solved_there() -> None:
    def broken(u: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return np.column_stack([np.where(u[:, 0] < 1.0, 3.0 * u[:, 0], np.nan), u])

    line = tangent(broken, np.zeros(1))
    found = draw(broken, line, np.array([[0.3], [12.0]]) * np.sign(line.q[0]))
    assert found.solved.tolist() == [True, False]
    assert normalised(found.log_weight).tolist() == [1.0, 0.0]


def test_a_draw_is_the_same_alone_and_among_others() -> None:
    """Within the tolerance of the equations: matrix products of other sizes round otherwise, in the last bits."""
    line = at_mode(bent_in_three, 3)
    xi = normals(5, 200, 3)
    among = draw(bent_in_three, line, xi)
    for row in range(0, 200, 20):
        alone = draw(bent_in_three, line, xi[row : row + 1])
        assert alone.u[0] == pytest.approx(among.u[row], abs=1e-9)
        assert alone.log_weight[0] == pytest.approx(among.log_weight[row], abs=1e-7)
    again = draw(bent_in_three, line, xi)
    assert again.u.tobytes() == among.u.tobytes()
    assert again.log_weight.tobytes() == among.log_weight.tobytes()


def test_draws_solve_their_equations_and_count_what_was_computed() -> None:
    rows = 0

    def counted(u: Array) -> Array:
        nonlocal rows
        rows += len(u)
        return bent_in_three(u)

    line = at_mode(bent_in_three, 3)
    xi = normals(6, 100, 3)
    found = draw(counted, line, xi)
    assert found.calls == rows
    left = np.abs(found.values @ line.q - xi).max(axis=1)
    assert (left[found.solved] <= SOLVED).all()
    assert found.values == pytest.approx(bent_in_three(found.u))


def test_hard_draws_are_reached_by_stages() -> None:
    """A straight step from the mode overshoots where the model grows like an exponential."""
    steep = lambda u: np.column_stack([np.expm1(3.0 * np.minimum(u, 9.0)), 0.1 * u])  # noqa: E731
    line = tangent(steep, np.zeros(1))
    found = draw(steep, line, np.array([[5.0], [40.0], [400.0]]) * np.sign(line.q[0]))
    assert found.solved.all()
    assert found.u[:, 0] == pytest.approx(np.log([6.0, 41.0, 401.0]) / 3.0, abs=0.01)


def test_a_parameter_that_nothing_tells_is_refused() -> None:
    blind = lambda u: u[:, :1] * np.ones((1, 3))  # noqa: E731
    with pytest.raises(ModelError, match=r"^the model has no slope at its mode: some parameter cannot be told"):
        tangent(blind, np.zeros(2))


def test_of_two_modes_only_the_one_around_which_it_draws_is_seen() -> None:
    """A limit, not a virtue: other modes must be looked for by other starts."""
    two = lambda u: np.column_stack([(u * u - 4.0) / 0.2, 0.05 * u])  # noqa: E731
    found = draw(two, tangent(two, np.array([2.0])), normals(8, 500, 1))
    assert found.solved.all()
    assert (found.u > 0.0).all()
    mean, _, evidence = by_quadrature(two, 1, steps=40_001)
    assert mean[0] == pytest.approx(0.0, abs=1e-9)
    half = np.exp(found.log_weight).mean()
    assert half == pytest.approx(0.5 * evidence, rel=0.02)
