"""The optimiser against the tutorial case, solved by hand in docs/tutorial.md."""

import numpy as np
import pytest

from optimizer import SolverSettings, optimize, reference_plan
from scenarios import (
    CapSettings,
    CarbonSettings,
    LeverSettings,
    PathwaySettings,
    ScenarioSettings,
    load_scenario,
)
from scenarios.settings import CapKind, LimitUnit

SETTINGS = ScenarioSettings(
    name="tutorial", data="tutorial", first_year=2025, last_year=2026, discount_rate=0.0
)
EXACT = SolverSettings(mip_gap=0.0)
SCRAP_STEEL = 62_100 / 1.949  # t, docs/tutorial.md, step 2


def tutorial(carbon=None, pathway=None):
    return load_scenario(SETTINGS, carbon or CarbonSettings(), pathway or PathwaySettings())


@pytest.fixture(scope="module")
def capped():
    return optimize(tutorial(CarbonSettings(cap_2026=0.7)), EXACT)


def value(plan, variable, label, year=2026):
    return float(plan[variable].sel({plan[variable].dims[0]: label, "period": year}))


def test_today_is_all_ore():
    plan = reference_plan(tutorial())
    assert plan.attrs["objective"] == pytest.approx(352_000_000)
    total = plan["emissions"].drop_sel(emission_account="scope2_location").sum("emission_account")
    assert total.to_numpy() == pytest.approx([207_000, 207_000])


def test_capped_plan_is_the_hand_solution(capped):
    assert capped.attrs["objective"] == pytest.approx(352e6 + SCRAP_STEEL * 1287.5 + 1.35e6 + 0.5e6, rel=1e-9)
    assert value(capped, "run", "mill_arc_furnace:scrap_route") == pytest.approx(SCRAP_STEEL)
    assert value(capped, "run", "base_yard:sorting") == pytest.approx(1.1 * SCRAP_STEEL)
    assert value(capped, "power", "mill:certificate") == pytest.approx(0.45 * SCRAP_STEEL)
    assert value(capped, "power", "mill:grid") == 0


def test_capped_plan_decides_what_the_page_says(capped):
    adopt = capped["adopt"].to_pandas()
    assert adopt.loc["base_phase_2"].tolist() == [1, 0]
    assert adopt.loc["mill_energy_management"].tolist() == [0, 1]
    assert adopt.loc["mill_solar"].tolist() == [0, 0]


def test_cap_is_met_to_the_tonne_and_priced(capped):
    assert capped["cap_limit"].to_numpy()[0, 1] == pytest.approx(144_900)
    assert np.isnan(capped["cap_limit"].to_numpy()[0, 0])
    assert value(capped, "cap_emissions", "total") == pytest.approx(144_900)
    assert value(capped, "dual_cap_respected", "total") == pytest.approx(1287.5 / 1.949)


def test_every_emission_account_is_booked_once(capped):
    emissions = capped["emissions"].sel(period=2026).to_pandas()
    ore = 100_000 - SCRAP_STEEL
    assert emissions["scope1"] == pytest.approx(2.0 * ore + 0.1 * SCRAP_STEEL)
    assert emissions["scope2_market"] == 0
    assert emissions["scope2_location"] == pytest.approx(0.6 * 0.45 * SCRAP_STEEL)
    assert emissions["scope3_purchased_goods"] == pytest.approx(1.5 * 0.02 * ore)
    inbound = 0.03 * ore + 0.011 * SCRAP_STEEL
    assert emissions["scope3_upstream_transport_ttw"] == pytest.approx(0.8 * inbound)
    assert emissions["scope3_upstream_transport_wtt"] == pytest.approx(0.2 * inbound)
    assert emissions["scope3_downstream_transport_ttw"] == pytest.approx(0.8 * 1000)
    assert emissions["scope3_downstream_transport_wtt"] == pytest.approx(0.2 * 1000)


def test_energy_management_reports_what_it_saves(capped):
    saved = capped["intervention_savings"].sel(intervention="mill_energy_management", period=2026).to_pandas()
    assert saved["scope2_location"] == pytest.approx(0.05 * 0.6 * SCRAP_STEEL)
    assert saved["scope2_market"] == 0  # all power is certified already
    assert saved["scope1"] == 0


def test_location_based_cap_makes_certificates_useless_and_solar_worth_it():
    scope2 = CarbonSettings(cap_2026=0.7, scope2="location")
    plan = optimize(tutorial(scope2), EXACT)
    # Grid power emits whatever is bought with it; solar meets a fifth of the load without emissions:
    # a tonne of scrap steel saves 2.07 - 0.121 - 0.8 x 0.45 x 0.6 = 1.733 t.
    assert value(plan, "run", "mill_arc_furnace:scrap_route") == pytest.approx(62_100 / 1.733)
    assert value(plan, "power", "mill:certificate") == 0
    assert float(plan["adopt"].sel(intervention="mill_solar").sum()) == 1


def test_intensity_and_cumulative_caps_bound_what_they_say():
    intensity = CapSettings(limit={2026: 1.449}, kind=CapKind.INTENSITY, unit=LimitUnit.TONNES)
    plan = optimize(tutorial(CarbonSettings(caps={"intensity": intensity})), EXACT)
    assert value(plan, "run", "mill_arc_furnace:scrap_route") == pytest.approx(SCRAP_STEEL)
    cumulative = CapSettings(limit={2025: 1.0, 2026: 0.85}, kind=CapKind.CUMULATIVE)
    plan = optimize(tutorial(CarbonSettings(caps={"budget": cumulative})), EXACT)
    # The same cut spread over two years fits the base as it is: 31,862 t in two years of 18,182 t each.
    assert value(plan, "cap_emissions", "budget") == pytest.approx(351_900)
    scrap_steel = plan["run"].sel(operation="mill_arc_furnace:scrap_route")
    assert float(scrap_steel.sum()) == pytest.approx(SCRAP_STEEL)
    assert plan["adopt"].sel(intervention="base_phase_2").sum() == 0


def test_soft_cap_is_overrun_where_that_is_cheaper():
    soft = CapSettings(limit={2026: 0.7}, overrun_price=600.0)  # below the 660.6 a tonne costs
    plan = optimize(tutorial(CarbonSettings(caps={"soft": soft})), EXACT)
    assert value(plan, "overrun", "soft") == pytest.approx(62_100)
    assert plan.attrs["objective"] == pytest.approx(352e6 + 600 * 62_100)


def test_carbon_price_works_like_the_cap_it_equals():
    below = optimize(tutorial(CarbonSettings(price={2025: 0, 2026: 640})), EXACT)
    assert value(below, "run", "mill_arc_furnace:scrap_route") == 0
    # At 800 CNY a tonne of scrap steel saves 1.9 t of scope 1: 1,520 CNY against 1,287.5 and the fixed costs.
    above = optimize(tutorial(CarbonSettings(price={2025: 0, 2026: 800})), EXACT)
    assert value(above, "run", "mill_arc_furnace:scrap_route") == pytest.approx(50_000 / 1.1, rel=1e-9)
    paid = float(above["cost_npv"].sel(cost_account="carbon_price"))
    assert paid == pytest.approx(800 * float(above["emissions"].sel(emission_account="scope1", period=2026)))


def test_green_share_is_met():
    levers = LeverSettings(minimum_green_share={2026: 0.5})
    price = CarbonSettings(price={2025: 0, 2026: 800}, priced_accounts=["scope1"])
    plan = optimize(tutorial(price, PathwaySettings(levers=levers)), EXACT)
    power = plan["power"].sel(period=2026).to_pandas()
    assert power["mill:certificate"] + power["mill:solar"] >= 0.5 * power.sum() - 1e-6


def test_pathway_without_interventions_chooses_none():
    levers = LeverSettings(interventions=False)
    plan = optimize(tutorial(CarbonSettings(cap_2026=0.9), PathwaySettings(levers=levers)), EXACT)
    assert plan["adopt"].sum() == 0
    assert value(plan, "run", "base_yard:sorting") <= 20_000
