"""Trials book avoided emissions, pools, offsets and freight by energy as the plan does."""

import numpy as np
import pytest

from scenarios import CarbonSettings
from scenarios.accounts import BESIDE_ACCOUNTS
from simulation.accounting import relative_errors

EXACT = 1e-6
SCRAP = {
    "avoided": "by_scrap",
    "product": "scrap",
    "counted": "use",
    "emissions": 1.6,
    "coal": 0.35,
    "row": 2,
}
STEEL = {"avoided": "sold", "product": "steel", "counted": "delivery", "emissions": 0.1, "row": 3}
POOL = {
    "pool": "yards",
    "product": "raw_scrap",
    "today": 10_000.0,
    "capacity": 90_000.0,
    "rival_share": 0.5,
    "displaced_emissions": 1.6,
    "row": 2,
}
OFFSETS = (
    {
        "offset": "forest",
        "kind": "nature_based_removal",
        "price": 80.0,
        "capacity": 500.0,
        "counts": 0.8,
        "row": 2,
    },
    {"offset": "stove", "kind": "offset", "price": 150.0, "capacity": np.nan, "counts": 1.0, "row": 3},
)
BLANK = {"period": np.nan, "source": "", "quality": "estimated", "name": ""}


def filled(make, tables, name, *records):
    """Put rows into an empty table."""
    columns = {c: "" if tables[name][c].dtype == object else 0.0 for c in tables[name].columns}
    tables[name] = make.rows(tables[name], *({**columns, **BLANK, **record} for record in records))


@pytest.fixture(scope="module")
def case(make):
    tables = make.tutorial_tables()
    filled(make, tables, "avoided", SCRAP, STEEL)
    filled(make, tables, "pools", POOL)
    steps = [{"pool": "yards", "from_quantity": q, "premium": p, "row": 2} for q, p in ((0, 0), (20_000, 5))]
    filled(make, tables, "pool_steps", *steps)
    filled(make, tables, "offsets", *OFFSETS)
    diesel = {"carrier": "diesel", "unit": "l", "tank_to_wheel": 2.6, "well_to_tank": 0.6, "from_grid": False}
    power = {"carrier": "power", "unit": "kWh", "from_grid": True}
    filled(make, tables, "energy_carriers", {**diesel, "row": 2}, {**power, "row": 3})
    use = {"mode": "truck", "consumption_full": 0.4, "consumption_empty": 0.2, "charged_at": "both", "row": 2}
    filled(make, tables, "vehicles", *({**use, "carrier": c, "share": 0.5} for c in ("diesel", "power")))
    for name in ("tank_to_wheel", "well_to_tank"):
        tables["modes"][name] = 0.0
    tables["modes"]["load_factor"] = 0.5
    return make.solved(tables, CarbonSettings(cap_2026=0.7, includes_offsets=True, largest_offset_share=0.02))


def test_the_plan_uses_all_of_it(case):
    emitted = case.plan["emissions"].sum("period").to_series()
    assert emitted["scope3_upstream_transport_ttw"] > 0
    assert emitted["scope3_upstream_transport_wtt"] > 0
    for account in ("avoided_emissions", "avoided_coal", "displaced_emissions"):
        assert float(case.plan["beside"].sel(beside_account=account).sum()) > 0
    assert float(case.plan["offset_bought"].sum()) > 0
    assert float(case.plan["cost"].sel(cost_account=["offsets", "pool_premium"]).sum("period").min()) > 0


def test_without_uncertainty_trials_equal_the_plan(make, case):
    errors = relative_errors(make.trials(case).twin(), case.plan)
    assert set(BESIDE_ACCOUNTS) <= set(errors)
    assert max(errors.values()) < EXACT


def test_trials_avoid_and_displace_by_what_happens(make, case):
    trials = make.trials(case, make.uncertain(demand_annual_cv=0.2))
    at, s = {account: k for k, account in enumerate(BESIDE_ACCOUNTS)}, case.scenario
    melted, scrap = s.operations.process == "scrap_route", s.products.label[s.offers.product] == "raw_scrap"
    bought = case.plan["offset_bought"].sel(offset="forest").to_numpy()
    displaced = []
    for index in range(4):
        result = make.trial(trials, index)
        beside = trials.accounts.book(result).beside
        used = 1.1 * result.activities["run"][melted].sum(axis=0)
        spared = 1.6 * used + 0.1 * result.delivered.sum(axis=0)
        assert beside[at["avoided_emissions"]] == pytest.approx(spared)
        beyond = np.maximum(result.activities["purchase"][scrap].sum(axis=0) - 10_000, 0)
        displaced.append(beside[at["displaced_emissions"]])
        assert displaced[-1] == pytest.approx(0.5 * 1.6 * beyond)
        assert beside[at["nature_based_removals_retired"]] == pytest.approx(bought)  # as planned
    assert np.ptp(displaced, axis=0).max() > 0
