"""Solving through HiGHS: answers, duals, units, limits, interruption, re-solving."""

import math
import os
import signal
import sys
import threading
import time

import highspy
import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from optimizer.arrays import ArrayObjective, ArrayVar, rows, term
from optimizer.highs import HighsModel, solve
from optimizer.runner import Runner
from optimizer.settings import Presolve, SolverSettings
from optimizer.solution import Status, relative_gap
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


def hard_model(size: int = 100, seed: int = 0) -> pyo.ConcreteModel:
    """A five-row knapsack: plans come at once, proof takes minutes."""
    random = np.random.default_rng(seed)
    weight = random.integers(1, 1000, (5, size)).astype(float)
    gain = weight.mean(axis=0) + random.integers(0, 500, size)
    model = pyo.ConcreteModel()
    model.pick = ArrayVar(size, binary=True)
    row, column = np.nonzero(weight)
    model.room = rows(5).at_most(
        weight.sum(axis=1) / 2, [term(model.pick, row=row, column=column, coefficient=weight[row, column])]
    )
    model.cost = ArrayObjective([(model.pick, -gain)])
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


def test_a_limit_keeps_the_plan_and_its_gap():
    model = hard_model()
    solution = solve(model, SolverSettings(mip_gap=0.0, node_limit=1))
    assert solution.status is Status.FEASIBLE
    assert solution.termination == "stopped at the limit of 1 nodes"
    assert 0.0 < solution.gap < 0.05
    assert solution.bound < solution.objective < 0
    assert solution.gap == pytest.approx((solution.objective - solution.bound) / -solution.objective)
    assert pyo.value(model.cost) == pytest.approx(solution.objective)
    assert set(model.pick.value_array) == {0.0, 1.0}
    assert (model.room.evaluate() <= model.room.upper + 1e-9).all()


def test_the_time_limit():
    solution = solve(hard_model(), SolverSettings(mip_gap=0.0, time_limit_seconds=1.0))
    assert solution.status is Status.FEASIBLE
    assert solution.termination == "stopped at the time limit of 1 s"
    assert solution.gap > 0
    assert 0.9 < solution.seconds < 5.0


def test_no_plan_before_the_limit():
    model = hard_model()
    model.pick.value_array[:] = 0.5
    solution = solve(model, SolverSettings(time_limit_seconds=1e-9))
    assert solution.status is Status.NO_SOLUTION
    assert solution.termination == "stopped at the time limit of 1e-09 s before any plan was found"
    assert not solution.has_values
    assert set(model.pick.value_array) == {0.5}


def test_progress_is_in_natural_units_and_throttled():
    seen = []
    model = hard_model()
    solution = solve(model, SolverSettings(mip_gap=0.0, time_limit_seconds=1.5), progress=seen.append)
    assert 2 <= len(seen) <= 8
    assert [p.seconds for p in seen] == sorted(p.seconds for p in seen)
    last = seen[-1]
    assert last.bound <= solution.bound + 1e-6
    assert last.incumbent >= solution.objective - 1e-6
    assert last.gap == pytest.approx(relative_gap(last.incumbent, last.bound))
    assert all(p.gap is None or math.isfinite(p.gap) for p in seen)


def test_an_error_in_the_progress_function_is_raised_and_the_model_still_works():
    def fail(_):
        message = "no screen"
        raise RuntimeError(message)

    held = HighsModel(hard_model(), SolverSettings(mip_gap=0.0, time_limit_seconds=20.0))
    began = time.monotonic()
    with pytest.raises(RuntimeError, match="no screen"):
        held.run(fail)
    assert time.monotonic() - began < 10
    held.settings = SolverSettings(time_limit_seconds=0.5)
    assert held.run().status is Status.FEASIBLE


def press_ctrl_c(times, apart=0.0):
    def press():
        for _ in range(times):
            time.sleep(apart)
            os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press).start()


@pytest.mark.skipif(sys.platform == "win32", reason="signals cannot be sent to oneself")
def test_ctrl_c_keeps_the_plan():
    pressed = []

    def watch(progress):
        if progress.incumbent is not None and not pressed:
            pressed.append(True)
            press_ctrl_c(1, apart=0.05)  # while the caller waits for HiGHS

    model = hard_model()
    solution = solve(model, SolverSettings(mip_gap=0.0, time_limit_seconds=60.0), progress=watch)
    assert pressed
    assert solution.status is Status.FEASIBLE
    assert solution.termination == "stopped by the user"
    assert solution.seconds < 20
    assert solution.gap > 0
    assert pyo.value(model.cost) == pytest.approx(solution.objective)


class SlowToStop:
    """Stands in for HiGHS: works a second whatever it is asked."""

    def __init__(self):
        self.cbSimplexInterrupt = self.cbIpmInterrupt = self.cbMipInterrupt = self
        self.finished = False

    def subscribe(self, _):
        pass

    def run(self):
        time.sleep(1.0)
        self.finished = True
        return highspy.HighsStatus.kOk


@pytest.mark.skipif(sys.platform == "win32", reason="signals cannot be sent to oneself")
@pytest.mark.parametrize(("presses", "waits"), [(2, True), (3, False)])
def test_a_second_ctrl_c_ends_the_run_after_highs_and_a_third_at_once(presses, waits):
    highs = SlowToStop()
    runner = Runner(highs)
    press_ctrl_c(presses, apart=0.1)
    with pytest.raises(KeyboardInterrupt):
        runner.run()
    assert highs.finished == waits


@pytest.mark.skipif(sys.platform == "win32", reason="signals cannot be sent to oneself")
def test_ctrl_c_does_not_make_a_running_solver_look_finished():
    highs = SlowToStop()
    press_ctrl_c(1, apart=0.1)
    assert Runner(highs).run() == (highspy.HighsStatus.kOk, True)
    assert highs.finished


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
    model = plant_model()
    model.demand.lower[:] = 700.0  # the relaxation would open 0.375 of the plant
    mip = solve(model, SolverSettings(interior_point_columns=0, mip_gap=0.0))
    assert mip.objective == pytest.approx(10 + 2500 + 700)


def test_nothing_is_printed_and_the_log_goes_to_its_file(tmp_path, capfd):
    log = tmp_path / "highs.log"
    solve(plant_model(), SolverSettings(log_file=str(log)))
    solve(plant_model())
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")
    assert "Solving report" in log.read_text()


def test_the_same_seed_gives_the_same_plan():
    runs = []
    for _ in range(2):
        model = hard_model(40)
        solution = solve(model, SolverSettings(mip_gap=0.0, node_limit=5))
        runs.append((solution.objective, solution.bound, solution.nodes, model.pick.value_array.tolist()))
    assert runs[0] == runs[1]


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


@pytest.mark.parametrize(
    ("objective", "bound", "gap"),
    [
        (10.0, 9.0, 0.1),
        (-10.0, -11.0, 0.1),
        (0.0, 0.0, 0.0),
        (0.0, -1.0, math.inf),
        (5.0, -math.inf, math.inf),
    ],
)
def test_relative_gap(objective, bound, gap):
    assert relative_gap(objective, bound) == pytest.approx(gap)


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


@settings(max_examples=150, deadline=None)
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
    theirs = milp(
        cost,
        integrality=np.arange(n) < binaries,
        bounds=Bounds(np.zeros(n), most),
        constraints=LinearConstraint(matrix, lower, upper),
    )
    if theirs.status == 2:
        assert solution.status is Status.INFEASIBLE
        return
    assert theirs.status == 0
    assert solution.status is Status.OPTIMAL
    assert solution.objective == pytest.approx(theirs.fun + 2.0, abs=1e-4)  # scipy: whole within 1e-6
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
