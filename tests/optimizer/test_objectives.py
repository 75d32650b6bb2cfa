"""Objectives on the tutorial case, by hand.

Each t of scrap steel cuts 1.949 t on certified power and costs 1,318 more than ore steel, or 1,287.5 with
energy management at 0.5 million a year, which pays from 16,393 t a year on. The yard's 20,000 t of scrap
make 18,182 t of steel a year; phase II, 1.35 million net, raises that to 45,455 t in 2026.
"""

import json

import numpy as np
import pytest
from pydantic import ValidationError

from optimizer import SolverSettings, optimize
from optimizer.objective_settings import BudgetUnit, EmissionMeasure, Goal, ObjectiveKind, ObjectiveSettings
from scenarios import CarbonSettings, InfeasibleError, ScenarioSettings, load_scenario

SETTINGS = ScenarioSettings(
    name="tutorial", data="tutorial", first_year=2025, last_year=2026, discount_rate=0.0
)
EXACT = SolverSettings(mip_gap=0.0)
ORE_ONLY, ORE_EMISSIONS = 352e6, 414_000
BASE, GROWN = 20_000 / 1.1, 50_000 / 1.1  # t of scrap steel a year without and with phase II
LEAST = ORE_EMISSIONS - 1.949 * (BASE + GROWN)
LEAST_COST_OF_LEAST = ORE_ONLY + (BASE + GROWN) * 1287.5 + 1.35e6 + 2 * 0.5e6


def solved(carbon=None, **objective):
    scenario = load_scenario(SETTINGS, carbon or CarbonSettings())
    return optimize(scenario, EXACT, objective=ObjectiveSettings(**objective))


def cost(plan):
    return float(plan["cost_npv"].sum())


def emitted(plan):
    yearly = plan["emissions"].drop_sel(emission_account="scope2_location").sum("emission_account")
    return yearly.to_numpy()


def test_least_cost_is_the_default():
    plan = solved()
    assert plan.attrs["objective"] == cost(plan) == pytest.approx(ORE_ONLY)
    assert plan.attrs["objective_kind"] == "least_cost"


def test_least_emissions_whatever_it_takes_but_not_more():
    plan = solved(kind=ObjectiveKind.LEAST_EMISSIONS)
    assert emitted(plan).sum() == pytest.approx(LEAST, rel=1e-6)
    assert cost(plan) == pytest.approx(
        LEAST_COST_OF_LEAST, rel=1e-6
    )  # no solar roof, which cuts nothing more
    assert plan["adopt"].sel(intervention="mill_solar").sum() == 0
    stages = json.loads(plan.attrs["stages_json"])
    assert [stage["goal"] for stage in stages] == ["emissions", "cost"]
    assert stages[0]["value"] == pytest.approx(LEAST, rel=1e-9)


def test_least_emissions_of_the_last_year_only():
    plan = solved(kind=ObjectiveKind.LEAST_EMISSIONS, emissions=EmissionMeasure.LAST_YEAR)
    assert emitted(plan) == pytest.approx([207_000, 207_000 - 1.949 * GROWN], rel=1e-6)
    assert cost(plan) == pytest.approx(ORE_ONLY + GROWN * 1287.5 + 1.35e6 + 0.5e6, rel=1e-6)


@pytest.mark.parametrize(
    "budget",
    [
        {"budget": 0.05},
        {"budget": 1.05 * ORE_ONLY, "budget_unit": BudgetUnit.CURRENCY},
    ],
)
def test_least_emissions_within_a_budget(budget):
    plan = solved(kind=ObjectiveKind.LEAST_EMISSIONS, **budget)
    # 17.6 million buy 13,354 t at 1,318; with energy management only 13,282 t.
    assert emitted(plan).sum() == pytest.approx(ORE_EMISSIONS - 1.949 * 17.6e6 / 1318, rel=1e-6)
    assert cost(plan) == pytest.approx(1.05 * ORE_ONLY, rel=1e-6)
    assert [stage["goal"] for stage in json.loads(plan.attrs["stages_json"])] == ["cost", "emissions", "cost"]


def test_a_budget_below_the_least_cost_is_refused_with_that_cost():
    with pytest.raises(InfeasibleError, match=r"objective\.budget of 300,000,000 .* 352,000,000"):
        solved(kind=ObjectiveKind.LEAST_EMISSIONS, budget=300e6, budget_unit=BudgetUnit.CURRENCY)


def test_a_budget_that_is_no_limit_gives_the_least_emissions():
    plan = solved(kind=ObjectiveKind.LEAST_EMISSIONS, budget=10.0)
    assert cost(plan) == pytest.approx(LEAST_COST_OF_LEAST, rel=1e-6)


def test_a_low_weight_changes_nothing_and_a_high_one_everything():
    low = solved(kind=ObjectiveKind.WEIGHTED, carbon_weight=640.0)  # the cheapest cut costs 660.6 a t
    assert low.attrs["objective"] == pytest.approx(ORE_ONLY + 640 * ORE_EMISSIONS)
    assert cost(low) == pytest.approx(ORE_ONLY)
    high = solved(kind=ObjectiveKind.WEIGHTED, carbon_weight=700.0)
    assert cost(high) == pytest.approx(LEAST_COST_OF_LEAST)
    assert high.attrs["objective"] == pytest.approx(LEAST_COST_OF_LEAST + 700 * LEAST)
    assert float(high["cost"].sel(cost_account="carbon_price").sum()) == 0  # a preference, not a payment


def test_cost_first_then_emissions():
    plan = solved(kind=ObjectiveKind.LEXICOGRAPHIC, order=[Goal.COST, Goal.EMISSIONS], tolerance=0.05)
    assert plan.attrs["objective_goal"] == "emissions"
    assert plan.attrs["objective"] == pytest.approx(ORE_EMISSIONS - 1.949 * 17.6e6 / 1318, rel=1e-6)
    strict = solved(kind=ObjectiveKind.LEXICOGRAPHIC, order=[Goal.COST, Goal.EMISSIONS])
    assert strict.attrs["objective"] == pytest.approx(ORE_EMISSIONS, rel=1e-6)


def test_emissions_first_then_cost():
    plan = solved(kind=ObjectiveKind.LEXICOGRAPHIC, tolerance=0.1)
    assert emitted(plan).sum() == pytest.approx(1.1 * LEAST, rel=1e-6)
    early = (ORE_EMISSIONS - 1.1 * LEAST) / 1.949 - GROWN  # t in 2025, too few for energy management
    expected = ORE_ONLY + GROWN * 1287.5 + early * 1318 + 1.35e6 + 0.5e6
    assert cost(plan) == pytest.approx(expected, rel=1e-6)
    assert plan.attrs["objective"] == pytest.approx(expected, rel=1e-6)


def test_caps_hold_under_every_objective():
    plan = solved(
        CarbonSettings(cap_2026=0.9), kind=ObjectiveKind.LEXICOGRAPHIC, order=[Goal.COST, Goal.EMISSIONS]
    )
    assert emitted(plan)[1] <= 0.9 * 207_000 * (1 + 1e-9)
    assert np.isnan(plan["dual_cap_respected"]).all()


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"budget": 1.0}, "objective.budget belongs to objective.kind=least_emissions"),
        ({"carbon_weight": 1.0}, "objective.carbon_weight belongs to"),
        ({"kind": ObjectiveKind.WEIGHTED, "tolerance": 0.1}, "objective.tolerance belongs to"),
        ({"kind": ObjectiveKind.LEXICOGRAPHIC, "order": [Goal.COST]}, "once each"),
        ({"kind": ObjectiveKind.LEAST_EMISSIONS, "budget": -1.0}, "cannot be negative"),
    ],
)
def test_settings_that_would_be_ignored_are_refused(values, complaint):
    with pytest.raises(ValidationError, match=complaint):
        ObjectiveSettings(**values)
