"""Planning below the caps until they hold: the arithmetic by hand, and the loop on the tutorial case."""

import json
from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
import xarray as xr

from optimizer import SolverSettings, optimize, reference_plan
from scenarios import ConfigError, InfeasibleError
from simulation import SimulationSettings, UncertaintySettings
from simulation.margins import allowed_misses, fewest_trials, hold_caps, raised, with_margins

EXACT = SolverSettings(mip_gap=0.0)
UNCERTAIN = replace(UncertaintySettings.off(), demand_annual_cv=0.03, demand_daily_cv=0.1)


def planned(scenario):
    return optimize(scenario, EXACT, reference_plan(scenario, EXACT))


def test_a_margin_moves_the_plan_and_leaves_the_limit(tutorial):
    plan = planned(with_margins(tutorial.scenario, {"total": {2026: 0.05}}))
    assert plan["cap_limit"].sel(cap="total", period=2026).item() == pytest.approx(144_900)
    assert plan["cap_emissions"].sel(cap="total", period=2026).item() == pytest.approx(0.95 * 144_900)
    assert plan["cap_margin"].sel(cap="total").to_numpy() == pytest.approx([0.0, 0.05])
    assert plan.attrs["objective"] > tutorial.plan.attrs["objective"]


def test_a_margin_needs_a_hard_cap(tutorial):
    with pytest.raises(ConfigError, match="'totl' is no hard cap of this pathway; hard caps: total"):
        planned(with_margins(tutorial.scenario, {"totl": {2026: 0.05}}))


@pytest.mark.parametrize("target", [0.01, 0.05, 0.2])
def test_trials_and_misses_follow_wilson(target):
    """Of zero misses the bound is z^2 / (n + z^2), so n is z^2 (1 - target) / target, rounded up."""
    z_squared = 1.959963984540054**2
    without = int(np.ceil(z_squared * (1 - target) / target))
    assert allowed_misses(target, without, 0.95) == 0
    assert allowed_misses(target, without - 1, 0.95) == -1
    needed = fewest_trials(target, 0.95)
    assert allowed_misses(target, needed, 0.95) / needed >= target / 2
    misses = allowed_misses(target, 400, 0.95)

    def bound(k, n=400):
        p = k / n
        half = sqrt(z_squared * (p * (1 - p) / n + z_squared / (4 * n * n)))
        return (p + z_squared / (2 * n) + half) / (1 + z_squared / n)

    assert bound(misses) <= target < bound(misses + 1)


def test_the_margin_puts_the_decisive_trial_at_the_limit():
    """100 trials may miss 0.05 not once, so the worst of them decides: 110 of a plan of 100, limit 100."""
    emissions = np.linspace(91, 110, 100)[:, None, None] * np.array([1.0, 0.5])
    outcome = xr.Dataset(
        {"cap_emissions": (("trial", "cap", "period"), emissions)}, attrs={"confidence": 0.95}
    )
    values = {"cap_limit": [[100.0, 100.0]], "cap_emissions": [[100.0, 50.0]]}
    plan = xr.Dataset({name: (("cap", "period"), rows) for name, rows in values.items()})
    margins = raised(np.zeros((1, 2)), plan, outcome, np.array([[True, True]]), 0.05)
    assert margins == pytest.approx(np.array([[1.05 * (1 - 100 / 110), 0.0]]))
    untouched = raised(np.zeros((1, 2)), plan, outcome, np.array([[False, False]]), 0.05)
    assert not untouched.any()


@pytest.fixture(scope="module")
def certain(tutorial):
    settings = SimulationSettings(trials=100, target_chance=0.1, uncertainty=UNCERTAIN)
    told = []
    found = hold_caps(tutorial.scenario, tutorial.plan, settings, planned, tell=told.append)
    return *found, told


def test_the_loop_ends_with_caps_that_hold_on_a_fresh_seed(tutorial, certain):
    _, outcome, told = certain
    said = json.loads(outcome.attrs["certainty_json"])
    assert said["confirmed"]
    first, last = said["rounds"][0], said["rounds"][-1]
    assert first["chance"] > 0.3  # a cap that binds does not hold
    assert last["fresh"]
    assert said["rounds"][-2]["chance_high"] <= 0.10  # on the seed that set the margins
    assert outcome.attrs["seed"] == last["seed"] != first["seed"]
    assert outcome["chance_high"].sel(cap="total", period=2026).item() == last["chance_high"] <= 0.20
    assert len(told) == len(said["rounds"])


def test_certainty_has_a_price(tutorial, certain):
    plan, outcome, _ = certain
    said = json.loads(outcome.attrs["certainty_json"])
    margin = said["margins"]["total"]["2026"]
    assert 0.01 < margin < 0.3
    assert plan["cap_emissions"].sel(cap="total", period=2026).item() == pytest.approx((1 - margin) * 144_900)
    dearer = float(plan["cost_npv"].sum() - tutorial.plan["cost_npv"].sum())
    assert said["cost_of_certainty"] == pytest.approx(dearer)
    assert dearer > 0


def test_without_uncertainty_the_first_plan_stays(tutorial):
    settings = SimulationSettings(trials=1, target_chance=0.2, uncertainty=UncertaintySettings.off())
    plan, outcome = hold_caps(
        tutorial.scenario, tutorial.plan, settings, lambda _: pytest.fail("nothing to make again")
    )
    said = json.loads(outcome.attrs["certainty_json"])
    assert plan is tutorial.plan
    assert (said["confirmed"], said["cost_of_certainty"], said["margins"]) == (True, 0.0, {})
    assert said["trials"] == fewest_trials(0.2, 0.95)


def test_a_target_out_of_reach_is_said(tutorial):
    def impossible(margins):
        message = "no plan"
        raise InfeasibleError(message)

    settings = SimulationSettings(trials=8, target_chance=0.1, uncertainty=UNCERTAIN)
    plan, outcome = hold_caps(tutorial.scenario, tutorial.plan, settings, impossible)
    said = json.loads(outcome.attrs["certainty_json"])
    assert plan is tutorial.plan
    assert not said["confirmed"]
    assert "no plan can stay as far below the caps" in said["reason"]
