"""Solving through HiGHS: answers, statuses, duals, units, solving again."""

import math

import highspy
import numpy as np
import pyomo.environ as pyo
import pytest

from optimizer.arrays import ArrayObjective, ArrayVar, rows, term
from optimizer.highs import HighsModel, solve
from optimizer.runner import Runner
from optimizer.settings import Presolve, SolverSettings
from optimizer.solution import Status
from scenarios.errors import SolverError

EXACT = SolverSettings(mip_gap=0.0)


UNITS = [1.0, 1000.0, 1e-3]


def plant_model(unit: float = 1.0) -> pyo.ConcreteModel:
    """Serve 1000 t from x0 (3 a tonne, up to 400 t) and x1 (1 a tonne, needs a plant: 2500, up to 800 t).

    By hand: 800 t from x1 and 200 t from x0: 600 + 800 + 2500, and 10 besides: 3910.
    A tonne more of demand costs 3; a tonne more of plant saves 2.
    """
    model = pyo.ConcreteModel()
    model.x = ArrayVar(2, upper=[400.0, math.inf], unit=unit)
    model.plant = ArrayVar(1, binary=True)
    model.demand = rows(1).at_least(1000.0, [term(model.x, row=[0, 0])])
    model.built = rows(1).at_most(
        0.0, [term(model.x, row=[0], column=[1]), -term(model.plant, row=[0], coefficient=800.0)]
    )
    model.cost = ArrayObjective([(model.x, [3.0, 1.0]), (model.plant, 2500.0)], constant=10.0)
    return model


@pytest.mark.parametrize("unit", UNITS)
def test_a_mip_by_hand_in_any_unit(unit):
    model = plant_model(unit)
    solution = solve(model, EXACT)
    assert solution.status is Status.OPTIMAL
    assert solution.objective == solution.bound == pytest.approx(3910.0)
    assert solution.termination == "solved to gap 0.00 %"
    assert model.x.value_array == pytest.approx([200.0, 800.0])
    assert model.plant.value_array.tolist() == [1.0]
    assert pyo.value(model.cost) == pytest.approx(3910.0)
    assert solution.dual(model.demand) == pytest.approx([3.0])
    assert solution.dual(model.built) == pytest.approx([-2.0])
    assert solution.dual(model.built[0]) == pytest.approx([-2.0])
    assert solution.reduced_cost(model.x) == pytest.approx([0.0, 0.0])
    assert solution.reduced_cost(model.plant) == pytest.approx([2500 - 2 * 800])
    assert solution.value(model.x[1]) == pytest.approx([800.0])
    sizes = solution.variables, solution.constraints, solution.nonzeros, solution.binaries
    assert sizes == (3, 2, 4, 1)
    assert 0 < solution.seconds < 5


@pytest.mark.parametrize("unit", UNITS)
def test_the_relaxation_by_hand_in_any_unit(unit):
    model = plant_model(unit)
    solution = solve(model, EXACT, relax_integrality=True)
    # 2500 / 800 = 3.125 for a tonne of plant and 1 to run it: dearer than x0, which stops at 400 t
    assert solution.objective == pytest.approx(10 + 400 * 3 + 600 * 4.125)
    assert model.plant.value_array == pytest.approx([0.75])
    assert solution.dual(model.demand) == pytest.approx([4.125])
    assert solution.dual(model.built) == pytest.approx([-3.125])
    assert solution.reduced_cost(model.x) == pytest.approx([3 - 4.125, 0.0])
    assert (solution.gap, solution.binaries, solution.nodes) == (0.0, 0, 0)
    assert solution.termination == "solved to optimality"


def test_a_dual_is_the_change_of_the_objective():
    """In every kind of row, minimising and maximising, against solving again."""
    for sign, sense in ((1, pyo.minimize), (-1, pyo.maximize)):

        def model_of(equal, most, least, sign=sign, sense=sense):
            model = pyo.ConcreteModel()
            model.x = ArrayVar(3, upper=50.0, unit=100.0)
            model.equal = rows(1).equal(
                equal, [term(model.x, row=[0, 0], column=[0, 1], coefficient=[7.0, 3.0])]
            )
            model.most = rows(1).at_most(most, [term(model.x, row=[0], column=[1], coefficient=0.01)])
            model.least = pyo.Constraint(expr=2 * model.x[2] + model.x[1] >= least)
            cost = 5 * model.x[0] + 1 * model.x[1] + 4 * model.x[2] + 3
            model.objective = pyo.Objective(expr=sign * cost, sense=sense)
            return model

        base = 70.0, 0.05, 20.0
        model = model_of(*base)
        solution = solve(model)
        for k, name in enumerate(("equal", "most", "least")):
            step = 1e-3 * base[k]
            moved = solve(model_of(*(b + step * (i == k) for i, b in enumerate(base))))
            expected = (moved.objective - solution.objective) / step
            assert expected != 0
            assert solution.dual(getattr(model, name)) == pytest.approx([expected], rel=1e-6), (name, sense)


def test_ordinary_constraints_and_variables_beside_arrays_agree_with_pyomo():
    model = plant_model(unit=100.0)
    model.trips = pyo.Var(["a", "b"], domain=pyo.NonNegativeIntegers, bounds=(0, 20))
    model.carried = pyo.Constraint(["a", "b"], rule=lambda m, i: m.x["ab".index(i)] <= 90 * m.trips[i])
    model.share = pyo.Constraint(expr=model.x[0] >= 0.25 * sum(model.x[i] for i in range(2)) + 1)
    model.cost.deactivate()
    model.total = pyo.Objective(expr=model.cost + 35 * sum(model.trips[i] for i in ("a", "b")))
    solution = solve(model, EXACT)
    ours = pyo.value(model.total), model.x.value_array.copy(), [v.value for v in model.trips.values()]
    assert solution.objective == pytest.approx(ours[0])
    assert solution.binaries == 3
    pyo.SolverFactory("highs").solve(model)
    assert pyo.value(model.total) == pytest.approx(ours[0])
    assert model.x.value_array == pytest.approx(ours[1])
    assert [v.value for v in model.trips.values()] == pytest.approx(ours[2])
    assert all(isinstance(v, float) and v.is_integer() for v in ours[2])
    assert solution.dual(model.carried).shape == (2,)


@pytest.mark.parametrize("interface", ["appsi_highs", "highs", "lp"])
@pytest.mark.parametrize("unit", [1.0, 1000.0])
def test_stock_writers_and_the_bridge_find_the_same_optimum(interface, unit, tmp_path):
    ours = solve(plant_model(unit), EXACT).objective
    model = plant_model(unit)
    if interface == "lp":
        path = tmp_path / "model.lp"
        model.write(str(path))
        highs = highspy.Highs()
        highs.silent()
        highs.readModel(str(path))
        highs.run()
        theirs = highs.getInfo().objective_function_value
    else:
        pyo.SolverFactory(interface).solve(model)
        theirs = pyo.value(model.cost)
    assert theirs == pytest.approx(ours)


def test_infeasible_is_a_status_and_leaves_values_alone():
    model = plant_model()
    model.x.value_array[:] = 7.0
    model.plant.upper[:] = 0.0
    solution = solve(model)
    assert solution.status is Status.INFEASIBLE
    assert not solution.has_values
    assert model.x.value_array.tolist() == [7.0, 7.0]
    assert math.isnan(solution.objective)
    assert np.isnan(solution.dual(model.demand)).all()
    assert np.isnan(solution.reduced_cost(model.x)).all()
    assert np.isnan(solution.value(model.x)).all()


@pytest.mark.parametrize("presolve", list(Presolve))
@pytest.mark.parametrize("binary", [False, True])
def test_unbounded_is_told_from_infeasible(presolve, binary):
    def model_of(lower, upper):
        model = pyo.ConcreteModel()
        model.x = ArrayVar(2)
        model.b = ArrayVar(1, binary=binary, upper=1.0)
        model.c = rows(1).between(
            lower, upper, [term(model.x, row=[0, 0], coefficient=[1, -1]), term(model.b, row=0)]
        )
        model.cost = ArrayObjective([(model.x, -1.0)])
        return model

    chosen = SolverSettings(presolve=presolve)
    assert solve(model_of(1, 2), chosen).status is Status.UNBOUNDED
    assert solve(model_of(2, 1), chosen).status is Status.INFEASIBLE


@pytest.mark.parametrize("presolve", list(Presolve))
def test_no_whole_number_plan_although_the_relaxation_is_unbounded(presolve):
    """Without presolve, HiGHS itself says "unbounded or infeasible" of this one."""
    model = pyo.ConcreteModel()
    model.k = pyo.Var(range(2), domain=pyo.NonNegativeIntegers, bounds=(0, 9))
    model.b = ArrayVar(1, binary=True)
    model.y = ArrayVar(2)
    model.thirds = pyo.Constraint(expr=3 * model.k[0] + 3 * model.k[1] + 3 * model.b[0] == 4.5)
    model.least = pyo.Constraint(expr=model.y[0] + model.k[0] >= 1)
    model.apart = pyo.Constraint(expr=model.y[0] - model.y[1] <= model.k[1])
    model.gain = pyo.Objective(expr=-model.y[0] - model.k[0])
    solution = solve(model, SolverSettings(presolve=presolve))
    assert solution.status is Status.INFEASIBLE


def test_costs_are_back_after_unboundedness_was_found():
    model = plant_model()
    held = HighsModel(model, EXACT)
    model.x.lower[:] = -math.inf
    model.demand.lower[:] = -math.inf
    held.push_columns(model.x)
    held.push_rows(model.demand)
    assert held.run().status is Status.UNBOUNDED
    model.x.lower[:] = 0.0
    model.demand.lower[:] = 1000.0
    held.push_columns(model.x)
    held.push_rows(model.demand)
    assert held.run().objective == pytest.approx(3910.0)


@pytest.mark.parametrize("columns", [0, 1])
def test_a_row_without_entries_is_not_dropped(columns):
    model = pyo.ConcreteModel()
    model.x = ArrayVar(columns, upper=1.0)
    model.empty = rows(2).between([0.0, -1.0], [1.0, 1.0], [])
    model.cost = ArrayObjective([(model.x, 1.0)], constant=4.0)
    solution = solve(model)
    assert (solution.status, solution.objective, solution.gap) == (Status.OPTIMAL, 4.0, 0.0)
    assert solution.dual(model.empty).tolist() == [0.0, 0.0]
    model.empty.lower[1] = 0.5
    assert solve(model).status is Status.INFEASIBLE
    model.empty.lower[1], model.empty.upper[1] = -1.0, -0.5
    assert solve(model).status is Status.INFEASIBLE


def test_whole_numbers_are_exact_and_balances_hold():
    random = np.random.default_rng(3)
    model = pyo.ConcreteModel()
    sites, customers = 6, 12
    model.ship = ArrayVar(sites * customers, unit=1000.0)
    model.open = ArrayVar(sites, binary=True)
    site, customer = (grid.ravel() for grid in np.meshgrid(range(sites), range(customers), indexing="ij"))
    demand = random.uniform(1e3, 9e4, customers)
    model.served = rows(customers).equal(demand, [term(model.ship, row=customer)])
    model.capacity = rows(sites).at_most(
        0.0, [term(model.ship, row=site), -term(model.open, row=range(sites), coefficient=demand.sum() / 2.2)]
    )
    model.cost = ArrayObjective([(model.ship, random.uniform(5, 50, site.size)), (model.open, 4e5)])
    solution = solve(model, EXACT)
    assert solution.status is Status.OPTIMAL
    assert set(model.open.value_array) <= {0.0, 1.0}
    assert model.served.evaluate() == pytest.approx(demand, rel=1e-12)
    assert (model.capacity.evaluate() <= 1e-6).all()
    # complementary slackness of the LP with the opened sites: money in equals money out
    fixed = model.cost.terms[1][1] @ model.open.value_array
    rent = solution.dual(model.capacity) @ (demand.sum() / 2.2 * model.open.value_array)
    assert solution.dual(model.served) @ demand + rent == pytest.approx(solution.objective - fixed)


def test_values_never_leave_their_bounds_by_rounding():
    random = np.random.default_rng(1)
    model = pyo.ConcreteModel()
    model.x = ArrayVar(500, upper=random.uniform(0.1, 9e6, 500), unit=1000.0)
    model.low = ArrayVar(500, lower=random.uniform(0.1, 9e6, 500), unit=1000.0)
    model.gain = ArrayObjective([(model.x, -1.0), (model.low, 1.0)])
    solve(model)
    assert (model.x.value_array <= model.x.upper).all()
    assert (model.low.value_array >= model.low.lower).all()
    assert model.x.value_array == pytest.approx(model.x.upper, rel=1e-14)


def test_if_the_clean_up_fails_the_plan_is_kept_and_says_so(monkeypatch):
    run = Runner.run
    calls = []

    def second_run_fails(self, show=None):
        calls.append(1)
        return run(self, show) if len(calls) == 1 else (highspy.HighsStatus.kError, False)

    monkeypatch.setattr(Runner, "run", second_run_fails)
    model = plant_model(10.0)
    held = HighsModel(model, EXACT)
    solution = held.run()
    held.load(solution)
    assert len(calls) == 2
    assert solution.status is Status.OPTIMAL
    assert "clean-up did not finish" in solution.termination
    assert model.x.value_array == pytest.approx([200.0, 800.0])
    assert model.plant.value_array.tolist() == [1.0]
    assert np.isnan(solution.dual(model.demand)).all()
    monkeypatch.undo()
    assert held.run().dual(model.demand) == pytest.approx([3.0])


def test_a_solver_error_is_a_status(monkeypatch):
    monkeypatch.setattr(Runner, "run", lambda self, show=None: (highspy.HighsStatus.kError, False))
    solution = solve(plant_model())
    assert solution.status is Status.FAILED
    assert not solution.has_values


def test_changes_are_pushed_without_building_again():
    model = plant_model(unit=100.0)
    model.extra = pyo.Var(bounds=(0, 50))
    model.bonus = pyo.Constraint(expr=model.extra <= model.x[0])
    held = HighsModel(model, EXACT)
    assert held.run().objective == pytest.approx(3910.0)
    changes = [
        (lambda: model.demand.lower.__setitem__(0, 300.0), lambda: held.push_rows(model.demand)),  # no plant
        (lambda: model.demand.lower.__setitem__(0, 700.0), lambda: held.push_rows(model.demand)),
        (lambda: model.demand.lower.__setitem__(0, 1100.0), lambda: held.push_rows(model.demand)),
        (lambda: model.x.upper.__setitem__(0, 350.0), lambda: held.push_columns(model.x)),
        (lambda: model.plant.fix_array(True, 1.0), lambda: held.push_columns(model.plant)),
        (lambda: model.cost.terms[0][1].__setitem__(0, 2.5), held.push_objective),
        (lambda: setattr(model.cost, "constant", -5e6), held.push_objective),
        (model.built.deactivate, lambda: held.push_rows(model.built)),
        (lambda: model.extra.setlb(30), lambda: held.push_columns(model.extra)),
        (lambda: model.demand.lower.__setitem__(0, 900.0), lambda: held.push_rows(model.demand)),
    ]
    seen = set()
    for change, push in changes:
        change()
        push()
        if not model.built.active_mask.all():
            model.built._active = True  # compile keeps an array constraint whose rows are off
        again, fresh = held.run(), solve(model.clone(), EXACT)
        assert again.status is fresh.status is Status.OPTIMAL
        assert again.objective == pytest.approx(fresh.objective)
        assert again.dual(model.demand) == pytest.approx(held.run().dual(model.demand))
        seen.add(round(again.objective, 3))
    assert len(seen) >= 6


def test_a_value_that_stands_in_an_ordinary_row_cannot_be_pushed():
    model = plant_model()
    model.x[0].fix(100.0)
    model.rule = pyo.Constraint(expr=model.x[0] + model.x[1] <= 2000)
    held = HighsModel(model, EXACT)
    held.push_columns(model.x)
    model.x[0].fix(150.0)
    with pytest.raises(ValueError, match="stands as a constant"):
        held.push_columns(model.x)
    model.x[0].unfix()
    with pytest.raises(ValueError, match="stands as a constant"):
        held.push_columns(model.x)


@pytest.mark.parametrize("crossover", [True, False])
def test_interior_point_for_many_columns(crossover):
    chosen = SolverSettings(interior_point_columns=0, crossover=crossover)
    model = plant_model(unit=10.0)
    solution = solve(model, chosen, relax_integrality=True)
    assert solution.objective == pytest.approx(10 + 400 * 3 + 600 * 4.125, rel=1e-6)
    assert solution.dual(model.demand) == pytest.approx([4.125], rel=1e-4)


def test_nothing_is_printed_and_the_log_goes_to_its_file(tmp_path, capfd):
    log = tmp_path / "highs.log"
    solve(plant_model(), SolverSettings(log_file=str(log)))
    solve(plant_model())
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")
    assert "Solving report" in log.read_text()


def test_threads_may_differ_between_solves():
    for threads in (1, 2, 1):
        assert solve(plant_model(), SolverSettings(threads=threads)).status is Status.OPTIMAL


def test_a_refused_setting_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="threads"):
        SolverSettings(threads=0)
    chosen = SolverSettings()
    chosen.seed = -5
    with pytest.raises(SolverError, match="random_seed = -5"):
        solve(plant_model(), chosen)
