"""What responses to shortfalls book: caps, prices, journal and outcome count it, and every engine alike."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.shortfalls import FURNACES, LANE, ONLY_EVENTS, tried
from scenarios import CapSettings, CarbonSettings
from scenarios.errors import UnplayableError
from simulation import simulate
from simulation.factors import factors_of
from simulation.journal import keep_journal
from simulation.outcome import outcome_dataset
from simulation.settings import Engine, FactorSettings
from simulation.trials import _portable
from tests.simulation.shortfalls import EXACT, LACKING, SPOT, done, emitted, once, paid

ROUGH = {**ONLY_EVENTS, "breakdowns_per_year": 20.0, "repair_mean_days": 1.5} | {
    "supplier_disruptions_per_year": 3.0,
    "supplier_disruption_mean_days": 14.0,
    "demand_annual_cv": 0.05,
    "demand_daily_cv": 0.15,
    "lead_time_cv": 0.3,
}


def test_caps_and_carbon_prices_count_it():
    """Also where the pathway prices and caps what is bought: 2 t of CO2e for each t from outside."""
    carbon = CarbonSettings(
        price={2025: 11.0},
        priced_accounts=["scope3_purchased_goods"],
        caps={"goods": CapSettings(limit={2025: 1e6}, unit="tonnes", accounts=["scope3_purchased_goods"])},
    )
    trials = tried(SPOT, carbon=carbon)
    _, account = once(trials)
    twin = trials.twin()
    bought = emitted(trials, account, "scope3_purchased_goods")
    assert account.cap_emissions[0] == pytest.approx(bought, rel=EXACT)
    assert paid(trials, account, "carbon_price") == pytest.approx(11 * bought, rel=EXACT)
    assert (account.cap_emissions - twin.cap_emissions)[0] == pytest.approx([LACKING, 0], rel=1e-4)


CHAIN = (
    "response kind product cover_days price substitute rank most_share\n"
    "fast expedite - 4 9 - 1 0.5\nother substitute ore 3 - pellets 2 1\n"
    "spot spot_purchase steel 2 50 - 3 0.05\nless curtail_demand - - 7 - 4 0.5\n"
    "never curtail_production steel - 7 - 5 1"
)


@pytest.fixture(scope="module")
def rough():
    narrow = {"lines": "line site capacity\nof_ore mill 365\nof_pellets mill 370"}
    return tried(CHAIN, base=FURNACES | narrow, uncertainty=ROUGH, days=40, safety=0.5)


def test_the_journal_adds_up(rough):
    journal = keep_journal(rough, 2)
    rows = pd.concat([frame for frame in journal.frames() if len(frame)], ignore_index=True).fillna(0.0)
    account, plan, years = rough.run(2), rough.network.plan, rough.network.scenario.periods.years
    assert journal.account.cost_npv == account.cost_npv
    assert paid(rough, account).sum() > 0
    for name, values in zip(plan["cost_account"].to_numpy(), account.cost, strict=True):
        column = f"cost_{name}"
        booked = rows.groupby("period")[column].sum().to_numpy() if column in rows else np.zeros(2)
        assert booked == pytest.approx(values, rel=EXACT, abs=EXACT * np.abs(account.cost).max()), name
    for name, values in zip(plan["emission_account"].to_numpy(), account.emissions, strict=True):
        column = f"emissions_{name}"
        booked = rows.groupby("period")[column].sum().to_numpy() if column in rows else np.zeros(2)
        assert booked == pytest.approx(values * years, rel=EXACT, abs=EXACT * account.emissions.max()), name
    answers = rows[rows["activity"] == "response"]
    assert answers["quantity"].sum() == pytest.approx(account.responses.quantity.sum(), rel=EXACT)
    assert answers["element"].str.startswith(("fast ", "other ", "spot ", "less ", "never ")).all()


def test_plain_python_and_another_process_respond_alike(rough):
    sent = pickle.loads(pickle.dumps(_portable(rough)))
    one, two = rough.run(1), sent.run(1)
    assert one.cost_npv == two.cost_npv
    assert np.array_equal(one.responses.quantity, two.responses.quantity)
    plain = replace(rough, settings=replace(rough.settings, engine=Engine.PLAIN))
    (result, account), (other, other_account) = once(rough, 1), once(plain, 1)
    assert done(account).sum() > 0
    assert other_account.cost == pytest.approx(account.cost, rel=EXACT, abs=1e-6)
    for name in result.activities:
        assert other.activities[name] == pytest.approx(result.activities[name], rel=EXACT, abs=1e-7), name


def test_every_tonne_is_balanced_in_rough_trials(rough):
    used = np.zeros(5)
    for index in range(6):
        result, account = once(rough, index)
        used += account.responses.quantity.sum(axis=1)
        assert (result.activities["unmet"] >= -1e-9).all()
    assert (used > 0).all(), used


def test_the_outcome_shows_each_response(rough):
    accounts = [rough.run(index) for index in range(4)]
    outcome = outcome_dataset(rough.network, rough.opening, accounts, rough.settings, "all")
    assert outcome["response"].to_numpy().tolist() == ["fast", "other", "spot", "less", "never"]
    assert outcome["response_kind"].to_numpy()[2] == "spot_purchase"
    total = outcome["response_cost"].sum("response").to_numpy()
    booked = outcome["cost"].sel(cost_account="responses").to_numpy()
    assert total == pytest.approx(booked, rel=EXACT)
    mean = outcome["response_quantity"].mean("trial")
    assert outcome["response_mean_quantity"].to_numpy() == pytest.approx(mean.to_numpy())
    share = (outcome["response_quantity"].sum("period") > 0).mean("trial")
    assert outcome["response_share"].to_numpy() == pytest.approx(share.to_numpy())


def test_no_responses_no_variables():
    trials = tried("")
    outcome = simulate(trials.network.scenario, trials.network.plan, replace(trials.settings, trials=2))
    assert "response" not in outcome.dims


def test_the_numpy_engine_refuses_them():
    trials = tried(SPOT)
    with pytest.raises(UnplayableError, match="responses to shortfalls"):
        once(replace(trials, settings=replace(trials.settings, engine=Engine.NUMPY)))


def test_expedited_goods_share_the_luck_of_their_mode():
    trials = tried("response kind cover_days premium\nfast expedite 3 9", event=LANE)
    factors = factors_of(trials.network.scenario, FactorSettings(freight_cv=0.2))
    assert [factors.label[k] for k in factors.of["response"]] == ["freight by road"]
    stated = tried("response kind cover_days premium footprint\nfast expedite 3 9 1", event=LANE)
    assert factors_of(stated.network.scenario, FactorSettings(freight_cv=0.2)).of["response"].tolist() == [-1]
