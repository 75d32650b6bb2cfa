"""The journal of a trial: every unit, currency unit and tCO2e of its ledger is in one row."""

import numpy as np
import pandas as pd
import pytest

from scenarios import CapSettings, CarbonSettings
from simulation.journal import keep_journal, write_journal

EXACT = 1e-9
ROUGH = {
    "demand_daily_cv": 0.4,
    "lead_time_cv": 0.6,
    "supplier_disruptions_per_year": 3.0,
    "supplier_disruption_mean_days": 30.0,
    "site_disruptions_per_year": 3.0,
    "site_disruption_mean_days": 20.0,
    "breakdowns_per_year": 12.0,
    "repair_mean_days": 3.0,
    "renewable_cv": 0.2,
    "intervention_delay_mean_years": 0.7,
}


def rows_of(journal):
    return pd.concat([frame for frame in journal.frames() if len(frame)], ignore_index=True).fillna(0.0)


def assert_adds_up(rows, trials, account):
    plan, years = trials.network.plan, trials.network.scenario.periods.years
    booked = rows.groupby("period")[[c for c in rows.columns if c.startswith(("cost_", "emissions_"))]].sum()
    for kind, labels, per_year, values in (
        ("cost", plan["cost_account"], np.ones(len(years)), account.cost),
        ("emissions", plan["emission_account"], years, account.emissions),
    ):
        names = [f"{kind}_{name}" for name in labels.to_numpy()]
        assert {c for c in booked if c.startswith(kind)} <= set(names)
        found = booked.reindex(columns=names, index=range(len(years)), fill_value=0.0).to_numpy().T
        expected = values * per_year
        assert np.abs(found - expected).max() <= EXACT * np.abs(expected).max(), kind
        assert np.abs(expected).max() > 0


@pytest.fixture(scope="module")
def rough(make, two_routes):
    return make.trials(two_routes, make.uncertain(**ROUGH), safety_days=4.0)


@pytest.mark.parametrize("index", [0, 17])
def test_the_journal_adds_up_to_the_account(rough, index):
    journal = keep_journal(rough, index)
    account, rows = rough.run(index), rows_of(journal)
    assert journal.account.cost_npv == account.cost_npv  # the replay is the trial, to the bit
    assert np.array_equal(journal.account.emissions, account.emissions)
    assert_adds_up(rows, rough, account)
    assert {"outage", "go-live", "day", "period opens", "period closes", "horizon ends"} <= set(rows["event"])
    assert (rows["day"].between(0, rough.network.days.count - 1)).all()


def test_every_tonne_is_found_by_product(rough):
    """Opening + bought + made = used + delivered + closing, from the journal's quantities alone."""
    rows, scenario = rows_of(keep_journal(rough, 0)), rough.network.scenario
    count = len(scenario.products.label)
    net, turnover = np.zeros(count), np.zeros(count)

    def add(product, quantity):
        np.add.at(net, product, quantity)
        np.add.at(turnover, product, np.abs(quantity))

    def quantities(activity, labels):
        found = rows[rows["activity"] == activity].groupby("element")["quantity"].sum()
        return found.reindex(labels.astype(str), fill_value=0.0).to_numpy()

    recipe, covers = scenario.recipe, scenario.covers
    add(scenario.offers.product, quantities("purchase", scenario.offers.label))
    add(scenario.demands.product, -quantities("delivered", scenario.demands.label))
    run = quantities("run", scenario.operations.label)
    add(scenario.nodes.product[recipe.node], recipe.quantity * run[recipe.operation])
    covered = quantities("covered", covers.label)
    add(scenario.nodes.product[covers.input_node], covers.input_quantity * covered[covers.input_cover])
    for event, sign in (("opening stock", 1.0), ("closing stock", -1.0)):
        found = rows[rows["event"] == event].groupby("element")["quantity"].sum()
        labels = scenario.nodes.label.astype(str)
        add(scenario.nodes.product, sign * found.reindex(labels, fill_value=0.0).to_numpy())
    assert turnover.max() > 1e5
    assert np.abs(net).max() <= EXACT * turnover.max()
    asked = rows[rows["activity"] == "unmet"]["quantity"].sum()
    account = rough.run(0)
    assert asked == pytest.approx((account.required - account.delivered).sum(), rel=EXACT)


def test_price_tiers_soft_caps_and_long_periods_are_in_it(make):
    tables = make.tutorial_tables()
    tables["demand"]["shortage_cost"] = 9000.0
    tables["lines"].loc[tables["lines"]["line"] == "mill_blast_furnace", "capacity"] = 60_000
    soft = CapSettings(limit={2025: 0.5}, overrun_price=50.0)
    case = make.solved(tables, CarbonSettings(caps={"soft": soft}), last_year=2028, years_per_period=2)
    trials = make.trials(case, make.uncertain(demand_daily_cv=0.3))
    journal = keep_journal(trials, 3)
    rows = rows_of(journal)
    assert_adds_up(rows, trials, trials.run(3))
    assert rows["cost_cap_overrun"].sum() > 0
    assert rows["cost_shortage"].sum() > 0


def test_what_is_written_adds_up_too(rough, tmp_path):
    path = tmp_path / "journal.csv"
    write_journal(path, keep_journal(rough, 17))
    rows = pd.read_csv(path)
    assert list(rows.columns[:6]) == ["day", "period", "event", "activity", "element", "quantity"]
    assert rows["quantity"].notna().all()
    assert_adds_up(rows.fillna(0.0), rough, rough.run(17))
