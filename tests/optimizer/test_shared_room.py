"""Budgets that decisions share: what is left of them, and who goes first."""

import numpy as np
import pyomo.environ as pyo
import pytest

from optimizer import SolverSettings
from optimizer.constructive import Dive, choices
from optimizer.highs import HighsModel
from optimizer.restricted import Found, problem_of, solve_restricted
from optimizer.shared_room import SharedRoom


def hubs_and_furnace(hubs=3):
    """Return a model of a year's money for either three hubs or a furnace.

    Three hubs of 2 carry up to 10 t each for a customer of 6 t; unserved costs 50 a tonne. A furnace of 7
    saves up to 20 by its share. Money is 8: the relaxation opens 0.6 of every hub and 0.63 of the furnace.
    """
    model = pyo.ConcreteModel()
    model.hub = pyo.Var(range(hubs), domain=pyo.Binary)
    model.furnace = pyo.Var(domain=pyo.Binary)
    model.served = pyo.Var(range(hubs), bounds=(0, 6))
    model.room = pyo.Constraint(range(hubs), rule=lambda m, h: m.served[h] <= 10 * m.hub[h])
    model.money = pyo.Constraint(expr=sum(2 * model.hub[h] for h in range(hubs)) + 7 * model.furnace <= 8)
    model.cost = pyo.Objective(expr=sum(50 * (6 - model.served[h]) for h in range(hubs)) - 20 * model.furnace)
    return model


def arrays_of(model):
    problem = problem_of(*HighsModel(model).arrays)
    relaxed = solve_restricted(
        problem, SolverSettings(), problem.lower, problem.upper, relaxed=True, seconds=60
    )
    return problem, choices(problem), relaxed


def test_room_is_measured_in_what_is_left():
    problem, group, relaxed = arrays_of(hubs_and_furnace())
    room = SharedRoom(problem, group)
    assert len(room.rows) == 1  # the links of hub and served are no budget: quantities stand in them
    whole = np.flatnonzero(problem.whole)
    cost = problem.matrix[room.rows].toarray()[0, whole]
    furnace = whole[np.argmax(cost)]
    hubs = whole[whole != furnace]
    nothing = np.zeros(len(problem.cost))
    needed = room.needed(np.r_[hubs, furnace], relaxed.values, nothing)
    # 0.4 of a hub of 2 and the rest of a furnace of 7, of 8; 4.4 are left for it by the hubs.
    assert needed == pytest.approx([0.1, 0.1, 0.1, 7 * (1 - 4.4 / 7) / 8])
    one_open = nothing.copy()
    one_open[hubs[0]] = 1.0
    assert room.needed(hubs[1:2], relaxed.values, one_open) == pytest.approx([0.4 * 2 / 6])


def test_a_choice_of_one_of_several_is_no_budget():
    model = pyo.ConcreteModel()
    model.year = pyo.Var(range(3), domain=pyo.Binary)
    model.once = pyo.Constraint(expr=sum(model.year[t] for t in range(3)) <= 1)
    model.cost = pyo.Objective(expr=-sum(model.year[t] for t in range(3)))
    problem, group, relaxed = arrays_of(model)
    room = SharedRoom(problem, group)
    assert not len(room.rows)
    assert room.needed(np.array([0, 1]), relaxed.values, np.zeros(3)).tolist() == [0.0, 0.0]


def relaxing(problem):
    def relax(lower, upper, priced):
        return solve_restricted(problem, SolverSettings(), lower, upper, relaxed=True, seconds=60)

    return relax


def nothing(lower, upper):
    return Found()


def test_a_hub_without_which_demand_goes_unmet_takes_the_place_of_a_furnace():
    problem, group, relaxed = arrays_of(hubs_and_furnace(hubs=1))
    dive = Dive(problem, group, problem.lower.copy(), problem.upper.copy())
    whole = np.flatnonzero(problem.whole)
    furnace = whole[np.argmax(problem.matrix[dive.room.rows].toarray()[0, whole])]
    dive.lower[furnace] = 1.0  # made too early: 1 is left for a hub of 2, which serves 5 of 6 t then
    dive.doubts[int(furnace)] = 0.4
    stuck = relaxing(problem)(dive.lower, dive.upper, True)
    assert stuck.objective > relaxed.objective
    found = dive.run(stuck, relaxing(problem), nothing, lambda: 0.003)
    assert found is not None
    assert found.values[furnace] == pytest.approx(0.0)
    assert found.objective == pytest.approx(0.0, abs=1e-6 * stuck.objective)


def test_a_dive_opens_hubs_before_the_furnace_takes_their_money():
    problem, group, relaxed = arrays_of(hubs_and_furnace())

    dive = Dive(problem, group, problem.lower.copy(), problem.upper.copy())
    one_a_step = dive._decide(relaxed.values, dive._split(relaxed.values), share=0.01)
    assert one_a_step == 1
    raised = np.flatnonzero(dive.lower > problem.lower)
    assert problem.matrix[dive.room.rows].toarray()[0, raised].max() < 0.5 * problem.row_upper[dive.room.rows]
    dive = Dive(problem, group, problem.lower.copy(), problem.upper.copy())
    found = dive.run(relaxed, relaxing(problem), nothing, lambda: np.inf)
    assert found is not None
    # All served; the furnace, for which 2 of 7 are left, is not built.
    assert found.objective == pytest.approx(0.0, abs=1e-6 * abs(relaxed.objective))
