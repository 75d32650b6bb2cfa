"""What single offers and lanes cost and emit adds up to the accounts, with cuts, tiers and whole vehicles."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer import SolverSettings, optimize
from scenarios import CarbonSettings, ScenarioSettings, load_scenario
from scenarios.accounts import EMISSION_ACCOUNTS
from scenarios.entries import arc_emissions, offer_emissions, offer_spend
from scenarios.ledger import rates
from scenarios.plans import activities_of


def transport(part):
    return [account for account in EMISSION_ACCOUNTS if account.endswith(f"_transport_{part}")]


def test_entries_add_up_to_the_accounts_of_a_plan():
    """On battery returns: hubs, returns and interventions that cut freight and offers."""
    settings = ScenarioSettings(name="battery_returns", data="battery_returns", last_year=2030)
    scenario = load_scenario(settings, CarbonSettings(cap_2026=0.97, cap_2030=0.8))
    plan = optimize(scenario, SolverSettings(mip_gap=0.02))
    paid = plan["cost"].sel(cost_account="purchase").to_numpy()
    np.testing.assert_allclose(plan["offer_spend"].sum("offer"), paid, rtol=1e-9)
    for part in ("ttw", "wtt"):
        booked = plan["emissions"].sel(emission_account=transport(part)).sum("emission_account")
        np.testing.assert_allclose(plan[f"freight_{part}"].sum("arc"), booked, rtol=1e-9)
    ledger, activities = rates(scenario), activities_of(plan)
    bought = sum(
        (activities[rate.activity] * rate.per_unit).sum(axis=0)
        for rate in ledger.rates
        if rate.account == "scope3_purchased_goods" and rate.activity == "purchase"
    )
    members = scenario.covers.of("offer")
    cut = sum(
        (activities["covered"] * rate.per_unit)[members].sum(axis=0)
        for rate in ledger.rates
        if rate.account == "scope3_purchased_goods" and rate.activity == "covered"
    )
    np.testing.assert_allclose(offer_emissions(scenario, ledger, activities).sum(axis=0), bought + cut)


@pytest.fixture
def tutorial():
    settings = ScenarioSettings(name="tutorial", data="tutorial", last_year=2026, years_per_period=2)
    return load_scenario(settings)


def test_trips_are_shared_by_mass(tutorial):
    """What is moved twice as heavy bears twice as much; spend is of the whole period of two years."""
    lanes, arcs = tutorial.lanes, tutorial.arcs
    whole = replace(lanes, whole_vehicles=np.ones(len(lanes.label), dtype=bool))
    together = replace(arcs, lane=np.zeros(len(arcs.label), dtype=np.int64))
    first = replace(whole, **{name: getattr(whole, name)[:1] for name in vars(whole)})
    scenario = replace(tutorial, lanes=first, arcs=together)
    flow = np.array([[100.0], [200.0], [0.0], [100.0]])
    activities = {
        "flow": flow,
        "trips": np.array([[10.0]]),
        "covered": np.zeros((len(tutorial.covers.label), 1)),
        "purchase": np.array([[10.0], [20.0]]),
        "tier_purchase": np.zeros((0, 1)),
        "tier_used": np.zeros((0, 1)),
    }
    ledger = rates(scenario)
    driven = arc_emissions(scenario, ledger, activities, "ttw")
    booked = sum(
        (activities["trips"] * rate.per_unit).sum()
        for rate in ledger.rates
        if rate.activity == "trips" and rate.account in transport("ttw")
    )
    np.testing.assert_allclose(driven[:, 0], booked * np.array([0.25, 0.5, 0.0, 0.25]))
    assert booked > 0
    np.testing.assert_allclose(offer_spend(scenario, ledger, activities)[:, 0], [2 * 16000, 2 * 16000])
