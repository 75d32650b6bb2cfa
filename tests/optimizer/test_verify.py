"""verify must notice every kind of broken plan."""

import pytest

from optimizer import SolverSettings, optimize
from optimizer.verify import verify
from scenarios import CarbonSettings, ScenarioSettings, VerificationError, load_scenario
from scenarios.ledger import rates

SETTINGS = ScenarioSettings(
    name="tutorial", data="tutorial", first_year=2025, last_year=2026, discount_rate=0.0
)


@pytest.fixture(scope="module")
def solved():
    scenario = load_scenario(SETTINGS, CarbonSettings(cap_2026=0.7))
    return scenario, optimize(scenario, SolverSettings(mip_gap=0.0)), rates(scenario)


def test_a_good_plan_passes_closely(solved):
    scenario, plan, ledger = solved
    assert verify(scenario, plan, ledger) < 1e-9


@pytest.mark.parametrize(
    ("variable", "label", "change", "complaint"),
    [
        ("flow", "port>mill:truck:iron_ore", 10.0, "node balance"),
        ("purchase", "yard_scrap", 90_000.0, "offer capacity"),
        ("run", "mill_arc_furnace:scrap_route", 60_000.0, "line capacity"),
        ("unmet", "city:steel", 5.0, "demand that must be met"),
        ("adopt", "mill_solar", 0.5, "decisions are whole"),
        ("in_effect", "mill_solar", 1.0, "in effect as decided"),
        (
            "covered",
            "mill_energy_management@mill_arc_furnace:scrap_route",
            50.0,
            "what interventions improve",
        ),
        ("power", "mill:certificate", 5.0, "electricity load"),
        ("power", "mill:solar", 5.0, "onsite power"),
        ("standing", "mill_arc_furnace", 100.0, "capacity in place"),
        ("cap_emissions", "total", 5.0, "cap total"),
        ("emissions", "scope1", 5.0, "emission account scope1"),
        ("cost", "freight", 1000.0, "cost account freight"),
    ],
)
def test_each_planted_fault_is_caught(solved, variable, label, change, complaint):
    scenario, plan, ledger = solved
    broken = plan.copy(deep=True)
    broken[variable].loc[{plan[variable].dims[0]: label, "period": 2026}] += change
    with pytest.raises(VerificationError, match=complaint):
        verify(scenario, broken, ledger)


def test_an_objective_that_drifts_from_the_ledger_is_caught(solved):
    scenario, plan, ledger = solved
    with pytest.raises(VerificationError, match="objective equals booked cost"):
        verify(scenario, plan.assign_attrs(objective=plan.attrs["objective"] * 1.00001), ledger)
