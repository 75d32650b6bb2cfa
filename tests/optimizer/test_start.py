"""The rounded start: respects groups and prerequisites, is a true plan, and leaves the model as it was."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from optimizer import SolverSettings, optimize
from optimizer.models.build import build_model
from optimizer.models.instance import make_instance
from optimizer.solution import Solution, Status
from optimizer.start import round_decisions, rounded_start
from scenarios import CarbonSettings, ScenarioSettings, load_scenario
from scenarios.caps import cap_limits, cap_terms
from scenarios.ledger import rates


def instance_of(groups, requires, modules=1):
    needed = tuple(np.array(r, dtype=np.int64) for r in requires)
    most = np.full(len(groups), modules)
    interventions = SimpleNamespace(
        exclusive_group=np.array(groups, dtype=object), requires=needed, maximum_modules=most
    )
    return SimpleNamespace(scenario=SimpleNamespace(interventions=interventions))


def test_decisions_fall_when_the_relaxation_reaches_the_threshold():
    wanted = np.array([[0.0, 0.3, 0.4], [0.05, 0.0, 0.0], [0.6, 0.4, 0.0]])
    rounded = round_decisions(wanted, 0.5, instance_of(["", "", ""], [[], [], []]))
    assert rounded.tolist() == [[0, 0, 1], [0, 0, 0], [1, 0, 0]]


def test_only_the_most_wanted_rival_is_kept():
    wanted = np.array([[0.4, 0.0], [0.0, 0.6]])
    rounded = round_decisions(wanted, 0.3, instance_of(["route", "route"], [[], []]))
    assert rounded.tolist() == [[0, 0], [0, 1]]


def test_what_lacks_a_prerequisite_is_dropped_down_the_ladder():
    wanted = np.array([[0.1, 0.0], [0.5, 0.0], [0.5, 0.0]])
    rounded = round_decisions(wanted, 0.3, instance_of(["", "", ""], [[], [0], [1]]))
    assert not rounded.any()


def test_modules_are_rounded_to_whole_ones():
    wanted = np.array([[0.0, 1.4, 0.4], [0.0, 0.2, 0.0], [3.0, 0.0, 0.0]])
    rounded = round_decisions(wanted, 0.3, instance_of(["", "", ""], [[], [], []], modules=3))
    assert rounded.tolist() == [[0, 2, 0], [0, 0, 0], [3, 0, 0]]


@pytest.fixture(scope="module")
def steel():
    settings = ScenarioSettings(name="steel", data="steel_north_china", years_per_period=4)
    return load_scenario(settings, CarbonSettings(cap_2029=0.85))


def test_start_is_feasible_close_and_leaves_the_bounds(steel):
    ledger = rates(steel)
    caps = cap_terms(steel, ledger)
    instance = make_instance(steel, ledger, caps, cap_limits(caps, steel, {"total": 3.65e8}))
    model = build_model(instance)
    before = model.adopt.lower.copy(), model.adopt.upper.copy()
    start = rounded_start(model, instance, SolverSettings())
    assert start is not None
    decisions = start.value(model.adopt)
    assert np.abs(decisions - np.round(decisions)).max() < 1e-6
    assert (model.adopt.lower == before[0]).all()
    assert (model.adopt.upper == before[1]).all()


def test_plan_with_and_without_the_start_agree_within_the_gap(steel):
    with_start = optimize(steel, SolverSettings(mip_gap=2e-3, rounding_binaries=0))
    without = optimize(steel, SolverSettings(mip_gap=2e-3, rounding_binaries=10_000))
    assert with_start.attrs["objective"] == pytest.approx(without.attrs["objective"], rel=4e-3)


def test_ctrl_c_before_there_is_a_plan_stops_everything(steel, monkeypatch):
    class Stopped:
        def run(self):
            return Solution(Status.NO_SOLUTION, "stopped by the user", layout=None, stopped_by_user=True)

    def stopped_start(model, instance, settings, relaxed):
        return rounded_start(model, instance, settings, Stopped())

    monkeypatch.setattr(sys.modules[optimize.__module__], "rounded_start", stopped_start)
    with pytest.raises(KeyboardInterrupt):
        optimize(steel, SolverSettings(rounding_binaries=0))
