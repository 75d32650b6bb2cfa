"""Small random problems, checked against enumeration and LP duality."""

import itertools
import math

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from optimizer.arrays import ArrayObjective, ArrayVar, rows, term
from optimizer.highs import solve
from optimizer.settings import SolverSettings
from optimizer.solution import Status

EXACT = SolverSettings(mip_gap=0.0)
small = st.integers(-5, 5)


@st.composite
def problems(draw):
    """Small bounded problems: n columns, the first of them binary, m rows of every kind."""
    n, m, binaries = draw(st.integers(1, 5)), draw(st.integers(1, 4)), draw(st.integers(0, 3))
    binaries = min(n, binaries)
    numbers = lambda k: draw(st.lists(small, min_size=k, max_size=k))  # noqa: E731
    matrix = np.array([numbers(n) for _ in range(m)], dtype=float)
    cost = np.array(numbers(n), dtype=float)
    right = np.array(numbers(m), dtype=float)
    width = [draw(st.sampled_from([0.0, 3.0, math.inf, -math.inf])) for _ in range(m)]
    lower = np.array([-math.inf if w == -math.inf else r for r, w in zip(right, width, strict=True)])
    upper = np.array([r if w == -math.inf else r + w for r, w in zip(right, width, strict=True)])
    upper_bound = np.array(
        [1.0] * binaries + [draw(st.sampled_from([2.5, 10.0])) for _ in range(n - binaries)]
    )
    return matrix, cost, lower, upper, binaries, upper_bound, draw(st.sampled_from([1e-2, 1.0, 1e3]))


def cheapest_by_enumeration(matrix, cost, lower, upper, binaries, most):
    """Return the least cost over all choices of the binaries, each an LP by scipy; inf if none is feasible.

    (Left to itself, scipy's own MIP search now and then reports an error on such problems.)
    """
    best = math.inf
    for choice in itertools.product((0.0, 1.0), repeat=binaries):
        least, largest = np.zeros(len(cost)), most.copy()
        least[:binaries] = largest[:binaries] = choice
        found = milp(cost, bounds=Bounds(least, largest), constraints=LinearConstraint(matrix, lower, upper))
        assert found.status in {0, 2}
        best = min(best, found.fun) if found.status == 0 else best
    return best


@settings(max_examples=100, deadline=None)
@given(problems())
def test_small_random_problems_agree_with_scipy(problem):
    matrix, cost, lower, upper, binaries, most, unit = problem
    m, n = matrix.shape
    model = pyo.ConcreteModel()
    model.b = ArrayVar(binaries, binary=True)
    model.x = ArrayVar(n - binaries, upper=most[binaries:], unit=unit)
    parts = []
    for variable, part in ((model.b, matrix[:, :binaries]), (model.x, matrix[:, binaries:])):
        row, column = np.indices(part.shape)
        parts.append(term(variable, row=row, column=column, coefficient=part))
    model.c = rows(m).between(lower, upper, parts)
    model.cost = ArrayObjective([(model.b, cost[:binaries]), (model.x, cost[binaries:])], constant=2.0)
    solution = solve(model, EXACT)
    best = cheapest_by_enumeration(matrix, cost, lower, upper, binaries, most)
    if best == math.inf:
        assert solution.status is Status.INFEASIBLE
        return
    assert solution.status is Status.OPTIMAL
    assert solution.objective == pytest.approx(best + 2.0, abs=1e-6)
    assert pyo.value(model.cost) == pytest.approx(solution.objective, abs=1e-9)
    found = np.concatenate([model.b.value_array, model.x.value_array])
    assert ((found >= 0) & (found <= most)).all()
    assert ((matrix @ found >= lower - 1e-6) & (matrix @ found <= upper + 1e-6)).all()
    # LP duality of the LP with binaries held: the duals price the plan exactly
    reduced = cost - matrix.T @ solution.dual(model.c)
    both = np.concatenate([solution.reduced_cost(model.b), solution.reduced_cost(model.x)])
    assert both == pytest.approx(reduced, abs=1e-6)
    free = (found > 1e-6) & (found < most - 1e-6) & (np.arange(n) >= binaries)
    assert np.abs(both[free]).max(initial=0) <= 1e-6
    slack = (matrix @ found > lower + 1e-6) & (matrix @ found < upper - 1e-6)
    assert np.abs(solution.dual(model.c)[slack]).max(initial=0) <= 1e-6
