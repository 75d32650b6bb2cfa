"""Swings of inputs known by hand: the mill of `carbon_money_tables`, 100 t of steel at 100, 200 t emitted."""

import numpy as np
import pytest

from optimizer import SolverSettings, optimize, reference_plan
from optimizer.lever_settings import TornadoSettings
from optimizer.optimize import needs_reference
from optimizer.tornado import changed_input, input_ranges, tornado
from scenarios import ConfigError, ScenarioSettings, load_scenario
from scenarios.variations import INPUTS, usual, varied
from tests.optimizer.carbon_money_tables import carbon_case, market
from tests.optimizer.test_break_even import measures

EXACT = SolverSettings(mip_gap=0.0)
TUTORIAL = ScenarioSettings(name="tutorial", data="tutorial", first_year=2025, last_year=2026)


def swings(*parts, carbon=None, inputs=(), **settings):
    scenario = carbon_case(parts, carbon)
    reference = reference_plan(scenario, EXACT) if needs_reference(scenario) else None
    plan = optimize(scenario, EXACT, reference)
    return plan, tornado(plan, scenario, TornadoSettings([*inputs], **settings), EXACT, reference)


def costs(found, name):
    return found["tornado_cost"].sel(tornado_input=name).values.tolist()


def test_cost_follows_demand_and_operating_cost():
    plan, found = swings(inputs=["demand", "operating_cost"])
    assert plan["cost_npv"].sum() == pytest.approx(10_000)
    assert costs(found, "demand") == pytest.approx([9_000, 11_000])
    assert costs(found, "operating_cost") == pytest.approx([8_000, 12_000])
    emitted = found["tornado_emissions"].sel(tornado_input="demand").values.ravel()
    assert emitted == pytest.approx([180, 220])


def test_caps_stay_at_their_tonnes():
    """170 t are 85 % of the baseline. With a tenth more demand 110 t of steel have to fit under them still.

    2.0 (110 - x) + 0.5 x = 170 at x = 33.3: 100 * 110 + 100 * 33.3.
    """
    _, found = swings(carbon={"caps": {"all": {"limit": {2025: 0.85}}}}, inputs=["demand"])
    low, high = costs(found, "demand")
    assert high == pytest.approx(11_000 + 100 * 100 / 3)
    assert low == pytest.approx(9_000 + 100 * 10 / 1.5)


def test_an_end_without_a_plan_is_said_and_the_next_is_solved_all_the_same():
    """50 t are the least that 100 t of steel emit: a tenth more demand has no plan."""
    carbon = {"caps": {"all": {"limit": {2025: 0.25}}}}
    _, found = swings(carbon=carbon, inputs=["demand", "operating_cost"])
    assert found["tornado_state"].values.tolist() == [["solved", "impossible"], ["solved", "solved"]]
    assert np.isnan(costs(found, "demand")[1])
    assert costs(found, "operating_cost") == pytest.approx([16_000, 24_000])


def test_all_asks_for_what_the_case_has_and_ranges_add_their_own():
    scenario = carbon_case((market(12, sale_share=0), measures()), {"markets": ["home"]})
    asked = input_ranges(scenario, TornadoSettings(["all"], {"carbon_price": [0.5, 3.0]}))
    assert asked == {
        "demand": (0.9, 1.1),
        "operating_cost": (0.8, 1.2),
        "carbon_price": (0.5, 3.0),
        "process_emissions": (0.8, 1.2),
        "discount_rate": (0.0, 0.02),
    }


def test_decisions_are_free_and_what_is_the_same_is_not_solved():
    parts = (market(12, sale_share=0), measures())
    asked = {"carbon_price": [0.5, 3.0], "discount_rate": [0.0, 0.02]}
    _, found = swings(*parts, carbon={"markets": ["home"]}, ranges=asked)
    assert found["tornado_amount"].sel(tornado_input="carbon_price").values.tolist() == [0.5, 3.0]
    changed = found["tornado_changed"].sel(tornado_input="carbon_price").values.tolist()
    assert changed[1] == 1.0  # capture pays from 30 a tonne, and the price is 36
    assert found["tornado_state"].sel(tornado_input="discount_rate").values.tolist() == ["same", "solved"]


def test_a_column_of_a_table_can_be_an_input():
    scenario = load_scenario(TUTORIAL)
    by_table = changed_input(scenario, "data.demand[quantity].scale", 1.1)
    assert by_table.demands.quantity == pytest.approx(varied(scenario, "demand", 1.1).demands.quantity)


def test_an_unknown_input_is_named():
    with pytest.raises(ConfigError, match=r"no input 'demnd'.*demand"):
        tornado(None, carbon_case(), TornadoSettings(["demnd"]), EXACT, None)


def test_what_is_varied_to_what_it_is_stays_as_it_is():
    """All at once: each change touches arrays of its own."""
    scenario = carbon_case((market(12), measures()), {"markets": ["home"]})
    same = scenario
    for name in INPUTS:
        same = varied(same, name, usual(scenario, name))
    assert float(optimize(same, EXACT)["cost_npv"].sum()) == pytest.approx(
        float(optimize(scenario, EXACT)["cost_npv"].sum())
    )
