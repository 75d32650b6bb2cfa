"""Exchanging decisions within a budget: what is given back and what is taken, by hand."""

import numpy as np
import pyomo.environ as pyo
import pytest
from scipy.sparse import csr_array

from optimizer import SolverSettings
from optimizer.constructive import choices, held
from optimizer.exchanges import Exchanges
from optimizer.highs import HighsModel
from optimizer.large import solve_large
from optimizer.narrowing import implied_bounds, narrowed
from optimizer.pricing import Thinned
from optimizer.restricted import Found, Problem, problem_of, solve_restricted
from optimizer.shared_room import keeping_room

INF = np.inf


def relaxation(one):
    return solve_restricted(one, SolverSettings(), one.lower, one.upper, relaxed=True, seconds=10)


def problem(cost, rows, row_lower, row_upper, *, upper=None, whole=None, offset=0.0):
    count = len(cost)
    return Problem(
        cost=np.array(cost, dtype=float),
        lower=np.zeros(count),
        upper=np.ones(count) if upper is None else np.array(upper, dtype=float),
        whole=np.ones(count, dtype=bool) if whole is None else np.array(whole),
        matrix=csr_array(np.array(rows, dtype=float)),
        row_lower=np.array(row_lower, dtype=float),
        row_upper=np.array(row_upper, dtype=float),
        offset=offset,
    )


def exchanged(one, plan):
    """Return what exchanges make of a plan (n,), and how many they were."""
    lower, upper = held(one, np.array(plan, dtype=float))
    first = solve_restricted(one, SolverSettings(), lower, upper, relaxed=True, seconds=10)
    thinned = Thinned(one, SolverSettings(), np.ones(len(one.cost), dtype=bool))
    exchanges = Exchanges(one, SolverSettings(), choices(one), thinned)
    found = exchanges.run(first, lambda: 30.0)
    assert found.objective == pytest.approx(one.objective(found.values))
    assert one.violation(found.values) < 1e-6
    return found, exchanges.steps


def test_two_that_save_more_take_the_place_of_one():
    # A budget of 6: one that saves 10 for 6, or two that save 6 for 3 each. No single move is better.
    one = problem([-10, -6, -6], [[6, 3, 3]], [-INF], [6], offset=1000)
    found, steps = exchanged(one, [1, 0, 0])
    assert found.values.tolist() == [0, 1, 1]
    assert found.objective == pytest.approx(988)
    assert steps == 1


def test_the_best_plan_is_left_alone():
    one = problem([-10, -6, -6], [[6, 3, 3]], [-INF], [6], offset=1000)
    found, steps = exchanged(one, [0, 1, 1])
    assert found.objective == pytest.approx(988)
    assert steps == 0


def test_three_that_could_wait_make_room_for_one():
    # A first year of 100 is spent on 40 that must not wait and four of 15 that may, at 1 each; a newcomer
    # needs 45 and saves 8: three of the four wait, 1,000 - 100 - 8 + 3 = 895.
    cost = [-8, -100, *([0, 1] * 4)]
    first_year = [45, 40, *([15, 0] * 4)]
    second_year = [0, 0, *([0, 15] * 4)]
    once = [[0, 0, *np.eye(4)[i].repeat(2)] for i in range(4)]
    rows, least = [first_year, second_year, *once], [-INF, -INF, 1, 1, 1, 1]
    one = problem(cost, rows, least, [100, 100, 1, 1, 1, 1], offset=1000)
    found, steps = exchanged(one, [0, 1, *([1, 0] * 4)])
    assert found.objective == pytest.approx(895)
    assert found.values[:2].tolist() == [1, 1]
    assert found.values[3::2].sum() == 3
    assert steps == 1


def test_without_shared_rows_nothing_is_measured():
    one = problem([-1, -1], [[1, 0], [0, 1]], [-INF, -INF], [1, 1])
    found, steps = exchanged(one, [0, 0])
    assert found.values.tolist() == [0, 0]
    assert steps == 0


def test_a_closed_base_takes_its_lanes_with_it():
    # flow <= 10 open at two bases, what comes in goes out; the second base stays closed.
    open_1, open_2, flow_1, flow_2, out_1, out_2 = np.eye(6)
    one = problem(
        [5, 5, 1, 1, 1, 1],
        [flow_1 - 10 * open_1, flow_2 - 10 * open_2, flow_1 - out_1, flow_2 - out_2],
        [-INF, -INF, 0, 0],
        [0, 0, 0, 0],
        upper=[1, 1, INF, INF, INF, INF],
        whole=[True, True, False, False, False, False],
    )
    lower, upper = implied_bounds(one, one.lower, np.array([1, 0, INF, INF, INF, INF]))
    assert lower.tolist() == [0] * 6
    assert upper.tolist() == [1, 0, INF, 0, INF, 0]


def test_what_must_be_full_is_held_full():
    # Two lanes of 4 and 6 must bring 10: both are full; of three none is sure.
    both = problem([1, 1], [[1, 1]], [10], [INF], upper=[4, 6], whole=[False, False])
    assert [ends.tolist() for ends in implied_bounds(both, both.lower, both.upper)] == [[4, 6], [4, 6]]
    three = problem([1, 1, 1], [[1, 1, 1]], [10], [INF], upper=[4, 6, 1], whole=[False] * 3)
    assert [ends.tolist() for ends in implied_bounds(three, three.lower, three.upper)] == [
        [0, 0, 0],
        [4, 6, 1],
    ]


def test_what_left_the_problem_cannot_be_decided_any_more():
    # One of two may be made; the first is held made, so the second is out.
    one = problem([1, 1], [[1, 1]], [1], [1])
    lower, upper = np.array([1.0, 0.0]), np.array([1.0, 1.0])
    found = solve_restricted(one, SolverSettings(), lower, upper, relaxed=True, seconds=10)
    thin = narrowed(one, SolverSettings(), found, lower, upper, 0.01)
    assert thin.problem.upper.tolist() == [1, 0]
    assert thin.relax(lower, upper, lambda: 10.0).objective == pytest.approx(1)
    assert thin.relax(np.zeros(2), np.ones(2), lambda: 10.0).objective == pytest.approx(1)
    other = thin.relax(np.array([0.0, 1.0]), np.array([0.0, 1.0]), lambda: 10.0)
    assert other.infeasible
    assert not other.has_values


def test_an_answer_of_no_interest_is_none():
    one = problem([3, 1], [[1, 1]], [1], [INF])
    thin = Thinned(one, SolverSettings(), np.ones(2, dtype=bool))
    held_1 = np.array([1.0, 0.0])
    assert thin.relax(one.lower, one.upper, lambda: 10.0).objective == pytest.approx(1)
    assert thin.relax(held_1, held_1, lambda: 10.0, most=4.0).objective == pytest.approx(3)
    assert thin.relax(held_1, held_1, lambda: 10.0, most=2.0).objective > 2.0
    assert thin.relax(one.lower, one.upper, lambda: 10.0).objective == pytest.approx(1)
    assert isinstance(thin.relax(held_1, held_1, lambda: 10.0), Found)


def test_a_budget_is_kept_back_where_that_costs_little():
    # A quarter of 8 kept back: 2 of the 8 that save 1 each go without, dear beside 100, cheap beside 1,000.
    for offset, kept in ((100, 8.0), (1000, 6.0)):
        one = problem([-1] * 10, [[1] * 10], [-INF], [8], offset=offset)
        with_room, found = keeping_room(one, choices(one), relaxation(one), relaxation)
        assert with_room.row_upper.tolist() == [kept]
        assert found.objective == pytest.approx(offset - kept)


def test_a_model_of_many_columns_is_planned_on_few_and_exchanged():
    # Ten furnaces of 3 to 12 MW serve 24 MW within a budget; the same plan as by branch and bound alone.
    random = np.random.default_rng(5)
    size = np.arange(3.0, 13.0)
    price, running = random.uniform(2, 4, 10) * size, random.uniform(5, 15, 10)
    model = pyo.ConcreteModel()
    model.built = pyo.Var(range(10), domain=pyo.Binary)
    model.made = pyo.Var(range(10), bounds=(0, None))
    model.short = pyo.Var(bounds=(0, None))
    model.budget = pyo.Constraint(expr=sum(price[i] * model.built[i] for i in range(10)) <= 60)
    model.room = pyo.Constraint(range(10), rule=lambda m, i: m.made[i] <= size[i] * m.built[i])
    model.all = pyo.Constraint(expr=sum(model.made[i] for i in range(10)) + model.short == 24)
    model.total = pyo.Objective(
        expr=100 * model.short
        + sum(price[i] * model.built[i] + running[i] * model.made[i] for i in range(10))
    )
    exact = HighsModel(model, SolverSettings(mip_gap=0)).run()
    many = SolverSettings(mip_gap=1e-4, time_limit_seconds=30, strategy="large", interior_point_columns=0)
    found = solve_large(HighsModel(model, many).arrays, many)
    assert found.objective == pytest.approx(exact.objective, rel=2e-4)
    assert found.bound <= exact.objective * (1 + 1e-9)
    assert problem_of(*HighsModel(model).arrays).violation(found.values) < 1e-6
