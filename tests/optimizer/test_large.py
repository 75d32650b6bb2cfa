"""The strategy for large models: a true bound, true plans, repair and Ctrl-C, beside exact solves."""

from types import SimpleNamespace

import numpy as np
import pyomo.environ as pyo
import pytest

from optimizer import SolverSettings, large, optimize
from optimizer.constructive import choices
from optimizer.highs import HighsModel
from optimizer.large import solve_large, takes_large
from optimizer.neighbourhoods import Neighbourhoods
from optimizer.pricing import Thinned, promising
from optimizer.restricted import Found, problem_of, proven_bound, solve_restricted
from optimizer.settings import Strategy
from optimizer.solution import Status
from scenarios import CarbonSettings, ScenarioSettings, load_scenario

GAP = 2e-3


def settings(**changed):
    return SolverSettings(**({"mip_gap": GAP, "time_limit_seconds": 120, "strategy": "large"} | changed))


def facility_location(plants=6, customers=15, seed=3):
    """Return a Pyomo model of capacitated facility location, each customer served by one plant."""
    random = np.random.default_rng(seed)
    demand = random.uniform(5, 15, customers)
    capacity = random.uniform(1.5, 2.5, plants) * demand.sum() / plants
    cost = random.uniform(1, 10, (plants, customers)) * demand
    model = pyo.ConcreteModel()
    model.opened = pyo.Var(range(plants), domain=pyo.Binary)
    model.served = pyo.Var(range(plants), range(customers), domain=pyo.Binary)
    model.once = pyo.Constraint(
        range(customers), rule=lambda m, c: sum(m.served[p, c] for p in range(plants)) == 1
    )
    model.room = pyo.Constraint(
        range(plants),
        rule=lambda m, p: (
            sum(demand[c] * m.served[p, c] for c in range(customers)) <= capacity[p] * m.opened[p]
        ),
    )
    model.total = pyo.Objective(
        expr=sum(100 * model.opened[p] for p in range(plants))
        + sum(cost[p, c] * model.served[p, c] for p in range(plants) for c in range(customers))
    )
    return model


def problem(model):
    return problem_of(*HighsModel(model).arrays)


def relax(one):
    return solve_restricted(one, SolverSettings(), one.lower, one.upper, relaxed=True, seconds=60)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_plan_is_true_and_the_bound_below_the_optimum(seed):
    exact = HighsModel(facility_location(seed=seed), SolverSettings(mip_gap=0)).run()
    highs = HighsModel(facility_location(seed=seed), settings())
    told = []
    found = solve_large(highs.arrays, settings(), told.append)
    assert found.status is Status.OPTIMAL
    assert found.bound <= exact.objective * (1 + 1e-9)
    assert exact.objective * (1 - 1e-9) <= found.objective <= exact.objective * (1 + GAP) + 1e-6
    assert found.gap == pytest.approx((found.objective - found.bound) / found.objective)
    compiled, _, _ = highs.arrays
    activity = compiled.matrix @ found.values
    assert (activity <= compiled.row_upper + 1e-6).all()
    assert (activity >= compiled.row_lower - 1e-6).all()
    assert (found.values[compiled.integer] == np.round(found.values[compiled.integer])).all()
    assert told[-1].incumbent is not None
    bounds = [moment.bound for moment in told if moment.bound is not None]
    assert bounds == sorted(bounds)
    assert "large strategy" in found.termination


def test_what_cannot_be_rounded_is_repaired():
    # Only 9 + 14 + 20 = 43 makes the sum; the relaxation wants 3 and 20 most.
    weights, costs = [3, 9, 14, 20, 31], [1, 5, 8, 9, 40]
    model = pyo.ConcreteModel()
    model.pick = pyo.Var(range(5), domain=pyo.Binary)
    model.sum = pyo.Constraint(expr=sum(w * model.pick[i] for i, w in enumerate(weights)) == 43)
    model.total = pyo.Objective(expr=sum(c * model.pick[i] for i, c in enumerate(costs)))
    found = solve_large(HighsModel(model).arrays, settings())
    assert found.values.tolist() == [0, 1, 1, 1, 0]
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(22)


def test_no_plan_is_told_apart_from_no_end():
    model = pyo.ConcreteModel()
    model.pick = pyo.Var(range(2), domain=pyo.Binary)
    model.flow = pyo.Var(bounds=(0, None))
    model.more = pyo.Constraint(expr=model.pick[0] + model.pick[1] >= 3)
    model.total = pyo.Objective(expr=model.pick[0] - model.flow)
    assert solve_large(HighsModel(model).arrays, settings()).status is Status.INFEASIBLE
    model.more.deactivate()
    assert solve_large(HighsModel(model).arrays, settings()).status is Status.UNBOUNDED


def test_a_parity_that_no_whole_numbers_meet_is_infeasible():
    model = pyo.ConcreteModel()
    model.pick = pyo.Var(range(4), domain=pyo.Binary)
    model.odd = pyo.Constraint(expr=2 * sum(model.pick[i] for i in range(4)) == 3)
    model.total = pyo.Objective(expr=model.pick[0])
    assert solve_large(HighsModel(model).arrays, settings()).status is Status.INFEASIBLE


def test_a_start_is_never_worsened():
    model = facility_location()
    start = HighsModel(model, SolverSettings(mip_gap=0.3)).run()
    found = solve_large(HighsModel(model).arrays, settings(time_limit_seconds=5), start=start)
    assert found.objective <= start.objective * (1 + 1e-9)


def test_any_duals_prove_a_bound():
    one = problem(facility_location())
    best = relax(one)
    assert proven_bound(one, best.row_duals) == pytest.approx(best.objective, rel=1e-6)
    random = np.random.default_rng(0)
    for _ in range(20):
        duals = best.row_duals + random.normal(0, 1, len(best.row_duals))
        assert proven_bound(one, duals) <= best.objective + 1e-6


def test_columns_left_out_are_priced_back_in():
    one = problem(facility_location())
    whole = relax(one)
    dearest = facility_location()
    dearest.total.sense = pyo.maximize
    plan = HighsModel(dearest, SolverSettings(mip_gap=0.5)).run().values
    thinned = Thinned(one, SolverSettings(), plan > 0.5)
    first = int(thinned.at_work.sum())
    answers = [thinned.relax(one.lower, one.upper, lambda: 60.0).objective for _ in range(6)]
    assert answers == sorted(answers, reverse=True)
    assert answers[-1] == pytest.approx(whole.objective, rel=1e-6)
    assert first < thinned.at_work.sum()
    assert promising(one, whole)[one.whole].all()


def test_a_customer_is_one_choice_and_a_plant_its_own():
    one = problem(facility_location(plants=3, customers=4))
    group = choices(one)
    assert len(np.unique(group)) == 3 + 4


def test_neighbourhoods_free_what_they_should_and_keep_the_rest():
    one = problem(facility_location())
    around = Neighbourhoods(one, choices(one), relax(one).values, seed=1, size=5)
    plan = np.round(relax(one).values)
    sizes = [len(np.unique(around.group[around.next(plan)])) for _ in range(6)]
    assert all(1 <= size <= 5 for size in sizes)
    around.learn(solved=True, better=False)
    assert around.size > 5
    for _ in range(40):
        around.learn(solved=False, better=False)
    assert around.size == 8


def test_ctrl_c_keeps_the_best_plan(monkeypatch):
    solved, calls = large.solve_restricted, []

    def interrupted(*arguments, **named):
        calls.append(named["relaxed"])
        if not named["relaxed"]:
            return Found(stopped_by_user=True)
        return solved(*arguments, **named)

    model = facility_location()
    start = HighsModel(model, SolverSettings(mip_gap=0.5)).run()
    monkeypatch.setattr(large, "solve_restricted", interrupted)
    found = solve_large(HighsModel(model).arrays, settings(mip_gap=0.0), start=start)
    assert found.stopped_by_user
    assert found.status is Status.FEASIBLE
    assert found.objective <= start.objective * (1 + 1e-9)
    assert calls.count(False) == 1  # nothing but the clean-up follows
    assert found.termination.startswith("stopped by the user")


def test_ctrl_c_before_a_plan_leaves_none(monkeypatch):
    monkeypatch.setattr(large, "solve_restricted", lambda *_, **__: Found(stopped_by_user=True))
    found = solve_large(HighsModel(facility_location()).arrays, settings())
    assert found.stopped_by_user
    assert not found.has_values


def test_size_decides_what_is_large():
    highs = HighsModel(facility_location())
    assert not takes_large(highs, SolverSettings())
    assert takes_large(highs, SolverSettings(large_columns=10, large_decisions=10))
    assert not takes_large(highs, SolverSettings(large_columns=10, large_decisions=1000))
    assert takes_large(highs, SolverSettings(strategy=Strategy.LARGE))
    assert not takes_large(highs, SolverSettings(strategy="exact", large_columns=0, large_decisions=0))
    linear = SimpleNamespace(is_mip=False)
    assert not takes_large(linear, SolverSettings(strategy="large"))


def test_plan_of_a_scenario_is_verified_and_says_how_it_was_found():
    chosen = ScenarioSettings(name="steel", data="steel_north_china", years_per_period=6)
    steel = load_scenario(chosen, CarbonSettings(cap_2031=0.8))
    exact = optimize(steel, SolverSettings(mip_gap=GAP, strategy="exact"))
    plan = optimize(steel, settings(mip_gap=5e-3))
    assert (exact.attrs["strategy"], plan.attrs["strategy"]) == ("exact", "large")
    assert plan.attrs["largest_violation"] < 1e-6
    assert plan.attrs["bound"] <= exact.attrs["objective"] * (1 + 1e-9)
    assert plan.attrs["objective"] == pytest.approx(exact.attrs["objective"], rel=7e-3)
    assert np.isfinite(plan["dual_cap_respected"]).all()
