"""Without uncertainty a trial is the plan: cost, every account, every activity."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer import SolverSettings, optimize
from scenarios import CapSettings, CarbonSettings, InfeasibleError, ScenarioSettings, scenario_from_tables
from scenarios.plans import activities_of
from simulation import SimulationSettings, UncertaintySettings, simulate
from simulation.accounting import relative_errors

EXACT = 1e-9


def assert_twin(trials):
    account = trials.twin()
    errors = relative_errors(account, trials.network.plan)
    assert max(errors.values()) < EXACT, errors
    assert account.mass_error < EXACT
    assert set(errors) == {"cost_npv", *trials.network.plan["emission_account"].to_numpy()}


@pytest.mark.parametrize("name", ["tutorial", "two_routes"])
def test_twin_meets_cost_and_every_emission_account(name, make, request):
    assert_twin(make.trials(request.getfixturevalue(name)))


def test_twin_repeats_every_activity_of_the_plan(make, two_routes):
    trials = make.trials(two_routes)
    result = make.trial(trials)
    for name, planned in activities_of(two_routes.plan).items():
        if name in result.activities and planned.size:
            largest = np.abs(planned).max()
            assert np.abs(result.activities[name] - planned).max() <= EXACT * largest, name
    assert {"purchase", "flow", "run", "covered", "power", "standing", "adopt"} <= set(result.activities)


def test_twin_needs_no_safety_stock(make, two_routes):
    assert_twin(make.trials(two_routes, safety_days=0.0, buffer_days=0.0))


def test_twin_does_not_depend_on_the_policy(make, two_routes):
    assert_twin(make.trials(two_routes, gain=1.0, surge=0.0, patience_days=1.0))


def test_twin_of_periods_of_several_years_and_long_ways(make):
    tables = make.two_route_tables()
    tables["lanes"]["lead_days"] = [0.0, 3.0, 45.0, 1.4, 20.0]
    case = make.solved(tables, CarbonSettings(cap_2030=0.9), last_year=2031, years_per_period=3)
    assert list(case.scenario.periods.years) == [3, 3, 1]
    assert_twin(make.trials(case, safety_days=0.0))


def test_twin_of_a_plan_that_leaves_demand_unmet_over_a_soft_cap(make):
    tables = make.tutorial_tables()
    tables["demand"]["shortage_cost"] = 9000.0
    tables["lines"].loc[tables["lines"]["line"] == "mill_blast_furnace", "capacity"] = 60_000
    soft = CapSettings(limit={2025: 0.5}, overrun_price=50.0)
    case = make.solved(tables, CarbonSettings(caps={"soft": soft}))
    assert float(case.plan["unmet"].sum()) > 0
    assert float(case.plan["overrun"].sum()) > 0
    trials = make.trials(case)
    assert_twin(trials)
    booked = trials.twin().cost
    assert booked == pytest.approx(case.plan["cost"].to_numpy(), rel=1e-9, abs=1e-3)
    outcome = simulate(case.scenario, case.plan, SimulationSettings(trials=1))
    assert "unmet" in outcome.attrs["warnings_json"]
    assert "exceeds the cap 'soft'" in outcome.attrs["warnings_json"]


def test_off_means_everything_is_off():
    assert set(dataclasses.asdict(UncertaintySettings.off()).values()) == {0.0}


def test_a_wrong_plan_is_no_twin(make, two_routes):
    """The comparison can fail: a plan whose figures were touched is told apart."""
    plan = two_routes.plan.copy(deep=True)
    plan["run"][:] = plan["run"] * 1.001
    trials = make.trials(dataclasses.replace(two_routes, plan=plan))
    assert max(relative_errors(trials.twin(), plan).values()) > 1e-4


def test_plan_of_another_scenario_is_refused(make, tutorial, two_routes):
    with pytest.raises(ValueError, match="does not belong"):
        simulate(tutorial.scenario, two_routes.plan)


@given(
    demand=st.floats(0.3, 1.0),
    furnace=st.floats(0.7, 1.5),
    lead=st.integers(0, 2),
    days=st.lists(st.floats(0.0, 30.0), min_size=5, max_size=5),
    cap=st.floats(0.75, 1.0),
)
@settings(max_examples=12, deadline=None)
def test_twin_of_any_small_case(make, demand, furnace, lead, days, cap):
    tables = make.two_route_tables()
    tables["demand"]["quantity"] = tables["demand"]["quantity"] * demand
    tables["lines"]["capacity"] = tables["lines"]["capacity"] * furnace
    tables["interventions"]["lead_years"] = lead
    tables["lanes"]["lead_days"] = days
    years = ScenarioSettings(name="random", data="tutorial", first_year=2027, last_year=2029)
    scenario = scenario_from_tables(tables, years, CarbonSettings(cap_2029=cap))
    try:
        plan = optimize(scenario, SolverSettings(mip_gap=0.01))
    except InfeasibleError:
        return
    trials = make.trials(type("Case", (), {"scenario": scenario, "plan": plan}))
    assert_twin(trials)
