"""Settling split decisions among what is near: exact where they are local, left open where they are not."""

import numpy as np
import pyomo.environ as pyo
import pytest

from optimizer import SolverSettings
from optimizer.constructive import choices
from optimizer.highs import HighsModel
from optimizer.large import solve_large
from optimizer.local_rounding import LocalRounding
from optimizer.restricted import problem_of, solve_restricted

TOWNS = 60


def towns(fixed: float, money: float = 1e9):
    """Return a model of towns that need 12 t each, from two depots of 10 t, at 10 a tonne; 50 a tonne unmet.

    A depot is linked to what it sends, so the relaxation opens 1.2 of two. Money for depots is shared.
    """
    model = pyo.ConcreteModel()
    model.opened = pyo.Var(range(TOWNS), range(2), domain=pyo.Binary)
    model.sent = pyo.Var(range(TOWNS), range(2), bounds=(0, 10))
    model.unmet = pyo.Var(range(TOWNS), bounds=(0, 12))
    model.room = pyo.Constraint(
        range(TOWNS), range(2), rule=lambda m, t, d: m.sent[t, d] <= 10 * m.opened[t, d]
    )
    model.need = pyo.Constraint(
        range(TOWNS), rule=lambda m, t: m.sent[t, 0] + m.sent[t, 1] + m.unmet[t] == 12
    )
    model.money = pyo.Constraint(
        expr=sum(fixed * model.opened[t, d] for t in range(TOWNS) for d in (0, 1)) <= money
    )
    model.cost = pyo.Objective(
        expr=sum(
            50 * model.unmet[t] + sum(fixed * model.opened[t, d] + 10 * model.sent[t, d] for d in (0, 1))
            for t in range(TOWNS)
        )
    )
    return model


def rounded(model):
    problem = problem_of(*HighsModel(model).arrays)
    relaxed = solve_restricted(
        problem, SolverSettings(), problem.lower, problem.upper, relaxed=True, seconds=60
    )
    everything = np.ones(len(problem.cost), dtype=bool)
    local = LocalRounding(problem, SolverSettings(), choices(problem), relaxed, everything)
    local.run(lambda: 60.0)
    return problem, relaxed, local


def test_towns_of_their_own_are_settled_to_the_best_plan():
    problem, relaxed, local = rounded(towns(fixed=1.0))
    assert len(local.split) == TOWNS  # one of two depots is split
    assert local.settled == TOWNS
    assert not local.open
    assert (local.lower == local.upper)[problem.whole].all()
    found = solve_restricted(problem, SolverSettings(), local.lower, local.upper, relaxed=True, seconds=60)
    # Both depots: 2 + 120 a town; one and 2 t unmet: 1 + 100 + 100. The relaxation pays for 1.2 depots.
    assert found.objective / relaxed.objective == pytest.approx(122 / 121.2, rel=1e-6)


def test_what_costs_too_much_to_settle_stays_open():
    _, relaxed, local = rounded(towns(fixed=12.0))
    assert local.settled == 0  # 24 + 120 a town against 14.4 + 120
    assert sorted(local.open) == local.split.tolist()
    assert relaxed.solved


def test_shared_money_is_not_spent_twice():
    # Money for 90 depots: the relaxation needs 72, all towns whole would need 120.
    model = towns(fixed=1.0, money=90.0)
    problem, _, local = rounded(model)
    spent = local.lower[problem.whole].sum() + len(local.open) * 0.2
    assert spent <= 90 + 1e-6
    exact = HighsModel(model, SolverSettings(mip_gap=0.0)).run()
    large = solve_large(
        HighsModel(model).arrays,
        SolverSettings(strategy="large", mip_gap=1e-3, time_limit_seconds=60),
    )
    assert large.objective == pytest.approx(exact.objective, rel=2e-3)
    assert large.bound <= exact.objective * (1 + 1e-9)


def test_the_large_strategy_says_what_was_settled_locally():
    large = solve_large(
        HighsModel(towns(fixed=1.0)).arrays,
        SolverSettings(strategy="large", mip_gap=8e-3, time_limit_seconds=60),
    )
    assert "60 of 60 split choices settled locally" in large.termination
    assert large.objective == pytest.approx(122 * TOWNS)
