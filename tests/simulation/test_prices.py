"""Prices that are not known: what each path is on, what it adds, the range of the cost over many draws."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from scenarios import CarbonSettings
from simulation.engines import play_many
from simulation.journal import keep_journal
from simulation.ladder import one_source, sources_of
from simulation.outcome import outcome_dataset
from simulation.prices import draw_prices
from simulation.settings import Engine, UncertaintySettings
from simulation.streams import Streams, mean_one_lognormal, persistent
from simulation.tails import ranges_with_prices
from simulation.trials import _portable
from tests.simulation.extra_tables import table, with_tables

EXACT = 1e-9
CARBON = CarbonSettings(price={2025: 50.0, 2026: 60.0}, priced_accounts=["scope1"], cap_2026=0.7)
ALL = {"purchase_price_cv": 0.2, "freight_price_cv": 0.1, "power_price_cv": 0.3, "carbon_price_cv": 0.4}


@pytest.fixture(scope="module")
def case(make):
    return make.solved(make.tutorial_tables(), CARBON)


@pytest.fixture(scope="module")
def tried(make, case):
    """Return trials of the tutorial's plan with tables that the plan does not read."""

    def trials(tables=None, level=None, **policy):
        told = with_tables(case, make.tutorial_tables() | tables) if tables else case
        return make.trials(told, make.uncertain(**(level or {})), **policy)

    return trials


def level_of(trials, name, index, cv, keep=0.0):
    """Return a price's factors by year, as its stream gives them."""
    normals = Streams(trials.settings.seed, index).normals(name, "price", 2)
    return mean_one_lognormal(persistent(normals, keep), cv)


def added(trials, index):
    """Return what a trial pays more than the twin, by account and period."""
    names = [str(name) for name in trials.network.plan["cost_account"].to_numpy()]
    twin, account = trials.twin(), trials.run(index)
    assert np.array_equal(account.emissions, twin.emissions)
    assert np.array_equal(account.delivered, twin.delivered)
    return dict(zip(names, account.cost - twin.cost, strict=True)), dict(zip(names, twin.cost, strict=True))


# ---------------------------------------------------------------- one price at a time


@pytest.mark.parametrize(
    ("setting", "name", "account"),
    [
        ("freight_price_cv", "freight price by truck", "freight"),
        ("power_price_cv", "power price of certificate", "electricity"),
        ("carbon_price_cv", "carbon price", "carbon_price"),
    ],
)
def test_one_price_scales_its_account_and_nothing_else(tried, setting, name, account):
    trials = tried(level={setting: 0.3, "price_persistence": 0.5})
    more, twin = added(trials, 3)
    factor = level_of(trials, name, 3, 0.3, 0.5)
    assert twin[account].max() > 0
    assert more.pop(account) == pytest.approx(twin[account] * (factor - 1), rel=1e-7)
    assert max(np.abs(values).max() for values in more.values()) <= EXACT * max(map(np.max, twin.values()))


def test_all_who_offer_a_product_have_its_price(tried):
    """Ore and scrap each have a path; the bill of each is price times tonnes."""
    trials = tried(level={"purchase_price_cv": 0.25})
    more, _ = added(trials, 0)
    offers, purchase = trials.network.scenario.offers, trials.network.plan["purchase"]
    bill = offers.price * purchase.transpose("offer", "period").to_numpy()
    product = trials.network.scenario.products.label[offers.product]
    factor = np.array([level_of(trials, f"price of {name}", 0, 0.25) for name in product])
    assert more["purchase"] == pytest.approx((bill * (factor - 1)).sum(axis=0), rel=1e-7)
    prices = draw_prices(trials.network, trials.settings.uncertainty, Streams(1, 0))
    assert prices.paths.shape == (len(set(product)), 2)


def test_contracts_keep_their_price_and_certificates_have_their_own(tried):
    trials = tried(level={"power_price_cv": 0.3})
    prices = draw_prices(trials.network, trials.settings.uncertainty, Streams(1, 0))
    supplies, path = trials.network.scenario.supplies, prices.of["power_price_change"]
    kinds = supplies.kind.astype(str)
    assert (path[np.isin(kinds, ("ppa", "onsite"))] == -1).all()
    assert len(set(path[kinds == "grid"].tolist())) == len(set(trials.network.scenario.sites.region))
    assert not set(path[kinds == "certificate"].tolist()) & set(path[kinds != "certificate"].tolist())


def test_a_price_that_an_event_raises_has_its_factor_too(tried):
    """Half as much again on ore in all of 2026, times the market's factor."""
    event = {"event": "dear", "kind": "raises_price", "product": "iron_ore", "amount": 0.5}
    events = table("disruptions", {**event, "earliest": "2026-01-01"})
    level = {"purchase_price_cv": 0.25, "disruptions": 1.0}
    trials = tried({"disruptions": events}, level)
    more, _ = added(trials, 0)
    offers, purchase = trials.network.scenario.offers, trials.network.plan["purchase"]
    bill = (offers.price * purchase.transpose("offer", "period").to_numpy())[:, 1]
    product = trials.network.scenario.products.label[offers.product]
    factor = np.array([level_of(trials, f"price of {name}", 0, 0.25)[1] for name in product])
    raised = np.where(product == "iron_ore", 1.5, 1.0)
    assert more["purchase"][1] == pytest.approx((bill * (raised * factor - 1)).sum(), rel=1e-7)


def test_rows_of_the_table_say_who_varies_how_far_and_with_whom(tried):
    """Ore alone varies, uniformly, in one draw for both years, which a group shares with diesel."""
    rows = table(
        "uncertainty",
        {"kind": "purchase_price", "cv": 0},
        {
            "kind": "purchase_price",
            "product": "iron_ore",
            "cv": 0.2,
            "distribution": "uniform",
            "persistence": 1,
            "correlation": 1,
            "group": "oil",
        },
        {"kind": "freight_price", "mode": "truck", "cv": 0.1, "correlation": 1, "group": "oil"},
    )
    trials = tried({"uncertainty": rows}, {"purchase_price_cv": 0.05, "freight_price_cv": 0.05})
    prices = draw_prices(trials.network, trials.settings.uncertainty, Streams(1, 0))
    product = trials.network.scenario.products.label[trials.network.scenario.offers.product]
    assert ((prices.of["price_change"] >= 0) == (product == "iron_ore")).all()
    ore = prices.paths[prices.of["price_change"][product == "iron_ore"][0]]
    assert ore[0] == ore[1]
    assert abs(ore[0] - 1) <= 0.2 * np.sqrt(3)
    freight = prices.paths[prices.of["freight_price_change"][0]]
    oil = Streams(1, 0).normals("group oil", "price", 2)
    assert freight == pytest.approx(mean_one_lognormal(oil, 0.1), rel=1e-12)


# ---------------------------------------------------------------- off, engines, journal


def test_known_prices_change_nothing(tried):
    assert draw_prices(tried().network, UncertaintySettings(), Streams(1, 0), 50) is None
    plain, persisting = tried().run(0), tried(level={"price_persistence": 0.9}).run(0)
    assert plain.cost_npv == persisting.cost_npv
    assert plain.cost_again is None
    assert tried(level=ALL).twin().cost_npv == tried().twin().cost_npv


def test_mean_prices_are_the_planned_ones(tried):
    """Forty trials: mean cost within four standard errors of the twin's."""
    trials = tried(level=ALL)
    cost = np.array([trials.run(index).cost_npv for index in range(40)])
    assert abs(cost.mean() - trials.twin().cost_npv) <= 4 * cost.std(ddof=1) / np.sqrt(40)
    assert cost.std() > 0.01 * cost.mean()


def test_the_numpy_engine_pays_the_same_prices(tried):
    trials = tried(level={**ALL, "demand_daily_cv": 0.1})
    other = replace(trials, settings=replace(trials.settings, engine=Engine.NUMPY))
    one, two = (trials.accounts.book(play_many(t, [1])[0]) for t in (trials, other))
    assert one.cost_npv == pytest.approx(two.cost_npv, rel=EXACT)


def test_the_journal_adds_up_at_other_prices(tried):
    trials = tried(level={**ALL, "demand_daily_cv": 0.1})
    journal = keep_journal(trials, 2)
    rows = pd.concat([frame for frame in journal.frames() if len(frame)], ignore_index=True).fillna(0.0)
    for name, paid in zip(
        trials.network.plan["cost_account"].to_numpy(), trials.run(2).cost.sum(axis=1), strict=True
    ):
        booked = rows[f"cost_{name}"].sum() if f"cost_{name}" in rows else 0.0
        assert booked == pytest.approx(paid, rel=EXACT, abs=1e-3), name
    assert {"price_change", "freight_price_change", "power_price_change"} <= set(rows["activity"])


def test_another_process_pays_the_same_prices(tried):
    """What is sent has neither tables nor settings, and plays on; interventions and inputs vary, too."""
    level = {**ALL, "intervention_effect_cv": 0.2, "intervention_dropout": 0.3, "input_need_cv": 0.05}
    trials = tried(level=level, price_draws=5, antithetic=True)
    sent = pickle.loads(pickle.dumps(_portable(trials)))
    for index in (2, 3):
        ours, theirs = trials.run(index), sent.run(index)
        assert ours.cost_npv == theirs.cost_npv
        assert np.array_equal(ours.cost_again, theirs.cost_again)


def test_each_price_is_a_rung_of_the_ladder():
    level = UncertaintySettings(**ALL, price_persistence=0.8)
    sources = sources_of(level)
    assert {"purchase prices", "freight prices", "power prices", "carbon price"} <= set(sources)
    alone = one_source(level, "freight prices")
    assert (alone.freight_price_cv, alone.price_persistence, alone.purchase_price_cv) == (0.1, 0.8, 0.0)
    assert not {"purchase prices", "input needs"} & set(sources_of(UncertaintySettings()))


# ---------------------------------------------------------------- many draws


def test_the_range_over_many_draws_is_that_of_the_price(tried):
    """Freight alone, one draw for both years: cost = known + freight x lognormal, so quantiles are known."""
    trials = tried(level={"freight_price_cv": 0.5, "price_persistence": 1.0}, price_draws=400)
    accounts = [trials.run(index) for index in range(20)]
    outcome = outcome_dataset(trials.network, trials.opening, accounts, trials.settings, "all")
    names = trials.network.plan["cost_account"].to_numpy().tolist()
    periods, twin = trials.network.scenario.periods, trials.twin()
    freight = float((twin.cost[names.index("freight")] / periods.years * periods.discount_yearly).sum())
    for level in (0.05, 0.5, 0.95):
        factor = float(mean_one_lognormal(np.array([ndtri(level)]), 0.5)[0])
        truth = twin.cost_npv + freight * (factor - 1)
        cell = outcome.sel(quantile=level)
        low, high = (float(cell[f"cost_with_prices_quantile_{end}"]) for end in ("low", "high"))
        assert low - 0.02 * freight <= truth <= high + 0.02 * freight
        assert high - low < 0.5 * freight
    assert accounts[0].cost_again.shape == (400,)
    assert accounts[0].cost_npv == tried(level=trials.settings.uncertainty.__dict__).run(0).cost_npv


def test_ranges_are_of_trials_not_of_draws():
    """A thousand draws of ten trials that differ: as wide as ten values make it."""
    trial = np.arange(10.0)[:, None] + np.zeros((10, 1000))
    found = ranges_with_prices(trial, 0.95, "CNY")
    low, middle, high = (
        float(found[f"cost_with_prices_quantile{end}"][1][2]) for end in ("_low", "", "_high")
    )
    assert middle == 4.5
    assert low <= 2
    assert high >= 7


def test_wrong_rows_are_said_all_at_once(make):
    rows = table(
        "uncertainty",
        {"kind": "purchase_price", "mode": "truck", "cv": 0.1},
        {"kind": "freight_price", "mode": "truck"},
        {"kind": "power_price", "cv": 0.9, "distribution": "uniform"},
        {"kind": "drop_out", "cv": 0.1},
        {"kind": "intervention_effect", "cv": 0.1, "persistence": 0.5},
    )
    old = make.tutorial_tables() | {"uncertainty": rows}
    with pytest.raises(Exception, match="uncertainty") as raised:
        make.solved(old)
    for text in (
        "is no filter of purchase_price",
        "freight_price needs it",
        "fall below zero",
        "drop_out needs it",
        "is no figure of drop_out",
        "is no figure of intervention_effect",
    ):
        assert text in str(raised.value)
