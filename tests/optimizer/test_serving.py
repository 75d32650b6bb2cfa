"""Cost to serve and carbon to serve along actual paths, by hand."""

import numpy as np
import pandas as pd
import pytest

from optimizer import SolverSettings, optimize, reference_plan
from scenarios import CarbonSettings, ScenarioSettings, read_tables, scenario_from_tables
from scenarios.loading import BUNDLED

EXACT = SolverSettings(mip_gap=0.0)
SCRAP_STEEL = 62_100 / 1.949
REMAINDER = {"cost": "cost_account", "emissions": "emission_account"}


@pytest.fixture
def tables():
    return {name: frame.copy() for name, frame in read_tables(BUNDLED / "tutorial").items()}


def scenario_of(tables, carbon=None, **years):
    horizon = {"first_year": 2025, "last_year": 2026, "discount_rate": 0.0, **years}
    settings = ScenarioSettings(name="case", data="tutorial", **horizon)
    return scenario_from_tables(tables, settings, carbon or CarbonSettings())


def append(frame, *records):
    """Return `frame` with rows appended that are blank where the first row's word is not given."""
    first = frame.iloc[0].to_dict()
    return pd.concat([frame, pd.DataFrame([{**first, **r} for r in records])], ignore_index=True)


def adds_up(plan):
    for name, dim in REMAINDER.items():
        total = plan[name].to_numpy()
        parts = plan[f"serve_{name}"].sum("demand") + plan[f"serve_{name}_remainder"]
        np.testing.assert_allclose(
            parts.transpose(dim, "period").to_numpy(), total, rtol=0, atol=1e-9 * np.abs(total).max()
        )


def second_customer(tables):
    """A village 50 km from the mill takes 20,000 t, the city 80,000 t."""
    tables["sites"] = append(
        tables["sites"], {"site": "village", "role": "customer", "name": "", "lat": 40.3}
    )
    tables["sites"].loc[tables["sites"]["site"] == "village", "owner"] = "partner"
    tables["demand"]["quantity"] = tables["demand"]["quantity"].astype(float)
    tables["demand"].loc[0, "quantity"] = 80_000.0
    tables["demand"] = append(tables["demand"], {"site": "village", "quantity": 20_000.0})
    lane = tables["lanes"][tables["lanes"]["destination"] == "city"].iloc[0].to_dict()
    village = {**lane, "destination": "village", "distance_km": 50.0, "cost": 15.0}
    tables["lanes"] = append(tables["lanes"], village)


def test_one_customer_bears_everything(tables):
    plan = reference_plan(scenario_of(tables))
    adds_up(plan)
    assert float(plan["serve_cost"].sum()) == pytest.approx(352e6)
    assert np.abs(plan["serve_cost_remainder"]).sum() == pytest.approx(0, abs=1e-3)
    total = plan["serve_emissions"].drop_sel(emission_account="scope2_location").sum("emission_account")
    assert total.to_numpy() == pytest.approx(np.array([[207_000, 207_000]]))


def test_customers_differ_by_their_own_lane_only(tables):
    second_customer(tables)
    plan = optimize(scenario_of(tables, CarbonSettings(cap_2026=0.7)), EXACT)
    adds_up(plan)
    served = plan["serve_cost"].sel(period=2026)
    tonnes = {"city:steel": 80_000, "village:steel": 20_000}
    each = {d: served.sel(demand=d).to_pandas() / q for d, q in tonnes.items()}
    for account in plan["cost_account"].to_numpy():
        if account == "freight":
            assert each["city:steel"][account] - each["village:steel"][account] == pytest.approx(15)
        else:
            assert each["city:steel"][account] == pytest.approx(each["village:steel"][account])
    carbon = plan["serve_emissions"].sel(period=2026)
    downstream = carbon.sel(emission_account="scope3_downstream_transport_ttw")
    assert float(downstream.sel(demand="village:steel")) == pytest.approx(20_000 * 50 * 0.08 / 1000)
    scope1 = carbon.sel(emission_account="scope1").to_pandas()
    assert scope1["village:steel"] == pytest.approx(0.2 * scope1.sum())  # the mill mixes its two routes


def test_investment_before_anything_leaves_is_a_remainder(tables):
    plan = optimize(scenario_of(tables, CarbonSettings(cap_2026=0.7)), EXACT)
    adds_up(plan)
    # Phase II is paid in 2025, when the yard stands still; its value left is booked in 2026, when it works.
    assert float(plan["serve_cost_remainder"].sel(cost_account="capex", period=2025)) == pytest.approx(27e6)
    served = plan["serve_cost"].sel(demand="city:steel", period=2026).to_pandas()
    assert served["residual_value"] == pytest.approx(-25.65e6)
    assert served["programme"] == pytest.approx(0.5e6)  # the mill's own, borne by its steel


def test_two_mills_keep_their_own_costs(tables):
    # A second mill far away serves the village alone, from the same port, by its own blast furnace.
    second_customer(tables)
    tables["sites"] = append(tables["sites"], {"site": "mill_2", "role": "plant", "name": "", "owner": "own"})
    lines = tables["lines"]
    furnace = lines[lines["line"] == "mill_blast_furnace"].iloc[0].to_dict()
    tables["lines"] = append(lines, {**furnace, "line": "furnace_2", "site": "mill_2", "fixed_cost": 10.0})
    tables["line_processes"] = append(tables["line_processes"], {"line": "furnace_2", "process": "ore_route"})
    lanes = tables["lanes"]
    ore = lanes[lanes["origin"] == "port"].iloc[0].to_dict()
    steel = lanes[lanes["destination"] == "village"].iloc[0].to_dict()
    kept = lanes[lanes["destination"] != "village"]
    tables["lanes"] = append(
        kept, {**ore, "destination": "mill_2", "cost": 40.0}, {**steel, "origin": "mill_2"}
    )
    plan = reference_plan(scenario_of(tables))
    adds_up(plan)
    served = plan["serve_cost"].sel(period=2025).sum("cost_account").to_pandas()
    assert served["city:steel"] == pytest.approx(80_000 * 1760)
    assert served["village:steel"] == pytest.approx(20_000 * (1.5 * 840 + 500 + 15) + 10 * 120_000)


def test_co_products_share_by_mass(tables):
    # The ore route also makes 0.25 t of slag a t of steel, sold to the village.
    second_customer(tables)
    tables["products"] = append(tables["products"], {"product": "slag", "name": "Slag"})
    tables["recipes"] = append(
        tables["recipes"], {"process": "ore_route", "product": "slag", "quantity": 0.25}
    )
    tables["demand"].loc[0, "quantity"] = 100_000.0
    tables["demand"].loc[1, ["product", "quantity"]] = ["slag", 25_000.0]
    lanes = tables["lanes"]
    lanes["products"] = [
        ("slag",) if d == "village" else p
        for d, p in zip(lanes["destination"], lanes["products"], strict=True)
    ]
    plan = reference_plan(scenario_of(tables))
    adds_up(plan)
    scope1 = plan["serve_emissions"].sel(emission_account="scope1", period=2025).to_pandas()
    assert scope1["city:steel"] == pytest.approx(0.8 * 200_000)
    assert scope1["village:slag"] == pytest.approx(0.2 * 200_000)


def test_the_steel_case_adds_up():
    from scenarios import load_scenario

    settings = ScenarioSettings(name="steel", data="steel_north_china", first_year=2025, last_year=2026)
    plan = reference_plan(load_scenario(settings))
    adds_up(plan)
    served = float(plan["serve_cost"].sum())
    assert served == pytest.approx(float(plan["cost"].sum()), rel=0.01)  # next to nothing is left over


def test_stock_keeps_its_value_until_it_is_drawn(tables):
    # Ore is free to buy in 2025 and gone in 2026: 2026 lives on 150,000 t kept at the mill, 1 a t and year.
    offers = tables["offers"]
    ore = offers[offers["offer"] == "port_ore"].iloc[0].to_dict()
    others = offers[offers["offer"] != "port_ore"]
    years = [{**ore, "period": 2025.0, "capacity": 300e3}, {**ore, "period": 2026.0, "capacity": 0.0}]
    tables["offers"] = pd.concat([others, pd.DataFrame(years)], ignore_index=True)
    store = {"site": "mill", "product": "iron_ore", "capacity": np.nan, "holding_cost": 1.0, "opening": 0.0}
    tables["storage"] = pd.DataFrame([{**store, "source": "", "quality": "estimated", "row": 2}])
    plan = reference_plan(scenario_of(tables))
    adds_up(plan)
    assert plan["stock"].to_numpy().tolist() == [[pytest.approx(150e3), 0]]
    served = plan["serve_cost"].sel(demand="city:steel").sum("cost_account").to_numpy()
    # The holding is paid for what lies at the mill in 2025 and spread over all ore that passes it.
    assert served == pytest.approx([176e6 + 0.5 * 150e3, 176e6 + 0.5 * 150e3])
    remainder = plan["serve_cost_remainder"].sum("cost_account").to_numpy()
    assert remainder == pytest.approx([150e3 * 820 + 0.5 * 150e3, -150e3 * 820 - 0.5 * 150e3])
