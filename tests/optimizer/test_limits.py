"""Stopping a solve: limits, progress, Ctrl-C; and what repeats."""

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

from optimizer.arrays import ArrayObjective, ArrayVar, rows, term
from optimizer.highs import HighsModel, solve
from optimizer.runner import Runner
from optimizer.settings import SolverSettings
from optimizer.solution import Status, relative_gap


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
    count = len(model.pick.value_array)
    model.some = rows(1).at_least(1.0, [term(model.pick, row=np.zeros(count, dtype=int))])
    model.pick.value_array[:] = 0.5
    solution = solve(model, SolverSettings(time_limit_seconds=1e-9))  # all is too much, none too little
    assert solution.status is Status.NO_SOLUTION
    assert solution.termination == "stopped at the time limit of 1e-09 s before any plan was found"
    assert not solution.has_values
    assert set(model.pick.value_array) == {0.5}


def test_out_of_time_every_decision_that_something_uses_is_made():
    # Depots of 10 t at 5, 7 and 6; 12 t to deliver, at 1 a tonne from the first two, at 2 from the third:
    # all three open cost 18 + 12; the third, which nothing needs then, is closed again: 12 + 12.
    model = pyo.ConcreteModel()
    model.opened = pyo.Var(range(3), domain=pyo.Binary)
    model.sent = pyo.Var(range(3), bounds=(0, 10))
    model.room = pyo.Constraint(range(3), rule=lambda m, d: m.sent[d] <= 10 * m.opened[d])
    model.all = pyo.Constraint(expr=sum(model.sent[d] for d in range(3)) == 12)
    fixed, each = [5, 7, 6], [1, 1, 2]
    model.cost = pyo.Objective(
        expr=sum(fixed[d] * model.opened[d] + each[d] * model.sent[d] for d in range(3))
    )
    solution = solve(model, SolverSettings(time_limit_seconds=1e-9))
    assert solution.status is Status.FEASIBLE
    assert solution.objective == pytest.approx(24)
    assert [pyo.value(model.opened[d]) for d in range(3)] == [1, 1, 0]
    assert solution.termination.endswith("this one makes every decision that something uses")
    assert not solution.bound > 24


def test_out_of_time_no_decision_is_made_where_all_are_too_many():
    solution = solve(hard_model(), SolverSettings(time_limit_seconds=1e-9))
    assert solution.status is Status.FEASIBLE
    assert solution.objective == 0
    assert solution.termination.endswith("this one makes no new decision")


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


def test_a_mip_of_many_columns_is_still_a_mip():
    answers = [
        solve(hard_model(20), SolverSettings(mip_gap=0.0, interior_point_columns=columns))
        for columns in (0, 1000)
    ]
    assert answers[0].objective == pytest.approx(answers[1].objective)
    assert [answer.gap for answer in answers] == [0.0, 0.0]


def test_the_same_seed_gives_the_same_plan():
    runs = []
    for _ in range(2):
        model = hard_model(40)
        solution = solve(model, SolverSettings(mip_gap=0.0, node_limit=5))
        runs.append((solution.objective, solution.bound, solution.nodes, model.pick.value_array.tolist()))
    assert runs[0] == runs[1]


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


def test_a_negligible_difference_is_no_gap():
    assert relative_gap(0.0, -1e-3, negligible=1e-2) == 0.0
    assert relative_gap(0.0, -1e-1, negligible=1e-2) == math.inf
    assert math.isnan(relative_gap(math.nan, 1.0))


def test_a_suggested_plan_is_kept_when_nothing_better_is_found():
    model = hard_model()
    best = solve(model, SolverSettings(mip_gap=0.0, node_limit=1))
    suggested = HighsModel(model, SolverSettings(mip_gap=0.05))
    suggested.suggest(best)
    assert suggested.run().objective == pytest.approx(best.objective)
    alone = HighsModel(model, SolverSettings(mip_gap=0.05)).run()
    assert alone.objective > best.objective


def test_progress_of_a_linear_program_tells_true_seconds():
    """HiGHS's clock says -1 in these callbacks."""
    seen = []
    random = np.random.default_rng(3)
    row, column = np.nonzero(random.random((1500, 3000)) < 0.02)
    model = pyo.ConcreteModel()
    model.x = ArrayVar(3000, upper=10.0)
    weights = term(model.x, row=row, column=column, coefficient=random.random(len(row)))
    model.enough = rows(1500).at_least(5.0, [weights])
    model.cost = ArrayObjective([(model.x, random.random(3000) + 0.5)])
    solve(model, SolverSettings(time_limit_seconds=2.0, presolve="off"), progress=seen.append)
    assert seen
    assert min(moment.seconds for moment in seen) > 0
