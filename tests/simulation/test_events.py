"""Disruptions of the scenario: what happens and when, and what it changes, worked out by hand.

The first day of the cases is 1 January 2025, so that 1 January 2026 is day 365.
"""

import pickle
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from scenarios import CarbonSettings
from simulation.engines import play_many
from simulation.event_cost import _moves_demand, welch, without_demand
from simulation.events import Happening, happenings, length_of, power_left, share_of_days
from simulation.journal import keep_journal
from simulation.outcome import outcome_dataset
from simulation.settings import Engine, UncertaintySettings
from simulation.streams import Streams
from simulation.trials import _portable
from tests.simulation.extra_tables import table, with_tables

EXACT = 1e-9
FIRST = date(2025, 1, 1)
YEAR = 365


@pytest.fixture(scope="module")
def tried(make):
    """Return the trials of the tutorial's plan with a table of disruptions, which the plan does not read."""
    solved = {}

    def trials(*records, carbon=None, **policy):
        key = str(carbon)
        if key not in solved:
            solved[key] = make.solved(make.tutorial_tables(), carbon)
        case = solved[key]
        case = with_tables(case, make.tutorial_tables() | {"disruptions": table("disruptions", *records)})
        return make.trials(case, make.uncertain(disruptions=1.0), **policy)

    return trials


def happened(trials, index=0):
    found = happenings(trials.network, trials.settings.uncertainty, Streams(trials.settings.seed, index))
    return {str(trials.network.scenario.disruptions.label[h.event]): h for h in found}


CLOSED = {"event": "port_closed", "kind": "closes_site", "site": "port", "earliest": "2026-03-01"}
MARCH = (date(2026, 3, 1) - FIRST).days


# ---------------------------------------------------------------- what is closed


@pytest.mark.parametrize(("severity", "left"), [(1, 0.0), (0.4, 0.6)])
def test_a_supplier_closed_for_thirty_days_ships_what_is_left(tried, severity, left):
    trials = tried({**CLOSED, "mean_days": 30, "severity": severity}, safety_days=60.0)
    diary = keep_journal(trials, 0).diary
    offer = list(trials.network.labels("offer")).index("port_ore")
    bought = np.array(diary.booked["offers"])[:, offer]
    planned = trials.network.planned.purchase[:, offer]
    assert bought[:MARCH] == pytest.approx(planned[trials.network.days.period[:MARCH]], rel=1e-6)
    closed = slice(MARCH, MARCH + 30)
    assert bought[closed] == pytest.approx(left * planned[1], rel=1e-6)
    not_shipped = 30 * planned[1] - bought[closed].sum()
    assert not_shipped == pytest.approx(30 * (1 - left) * planned[1], rel=1e-6)
    assert bought[MARCH + 30] > planned[1]  # caught up later


def test_what_a_closed_lane_does_not_bring_by_the_end_of_the_year_is_lost(tried):
    """Closed on the last 30 days; what left before arrives, and there is no stock to live on."""
    december = {"earliest": "2026-12-02", "mean_days": 30}
    last_mile = {"event": "no_trucks", "kind": "closes_lane", "mode": "truck", "destination": "city"}
    trials = tried(last_mile | december, safety_days=0.0, buffer_days=0.0)
    twin, account = trials.twin(), trials.run(0)
    arc = list(trials.network.labels("arc")).index("mill>city:truck:steel")
    lead = trials.network.scenario.arcs.lead_days[trials.network.used.arc[arc]]
    in_time = max(round(float(lead)), 1)
    daily = twin.required[0, 1] / YEAR
    assert twin.delivered[0] == pytest.approx(twin.required[0])
    assert account.delivered[0, 0] == pytest.approx(twin.required[0, 0])
    lost = twin.required[0, 1] - account.delivered[0, 1]
    # What left on the eve of the closing arrives `lead` days later, and is delivered that day.
    assert lost == pytest.approx((30 - in_time) * daily, rel=1e-5)


def test_a_region_closes_all_its_sites_but_customers(tried):
    trials = tried({"event": "north", "kind": "closes_site", "region": "north", "earliest": "2026-01-01"})
    scenario = trials.network.scenario
    hit = set(scenario.sites.label[scenario.disruptions.hits[0]])
    north = scenario.sites.region == "north"
    assert hit == set(scenario.sites.label[north & (scenario.sites.role != "customer")])
    assert happened(trials)["north"] == Happening(0, YEAR, np.inf)  # no length: to the end
    assert trials.run(0).delivered[0, 1] < 0.5 * trials.twin().delivered[0, 1]


def test_half_days_count_by_halves():
    assert share_of_days(Happening(0, 1.5, 3.25), 5) == pytest.approx([0, 0.5, 1, 0.25, 0])
    assert share_of_days(Happening(0, -10.0, 0.5), 2) == pytest.approx([0.5, 0])
    assert not share_of_days(Happening(0, 9.0, np.inf), 3).any()


# ---------------------------------------------------------------- when


def test_a_probability_holds_over_trials(tried):
    """400 trials at 0.25: within four standard deviations of a binomial; starts fill the window evenly."""
    sometimes = {**CLOSED, "latest": "2026-03-10", "mean_days": 2, "probability": 0.25}
    trials = tried(sometimes)
    found = [happened(trials, index) for index in range(400)]
    starts = [h["port_closed"].start for h in found if h]
    assert abs(len(starts) - 100) <= 4 * np.sqrt(400 * 0.25 * 0.75)
    assert set(starts) == set(range(MARCH, MARCH + 10))
    half = replace(trials.settings.uncertainty, disruptions=0.5)
    fewer = [bool(happenings(trials.network, half, Streams(trials.settings.seed, i))) for i in range(400)]
    assert all(found[i] for i in range(400) if fewer[i])  # a subset: the same luck
    assert abs(sum(fewer) - 50) <= 4 * np.sqrt(400 * 0.125 * 0.875)


def test_lengths_follow_their_distribution(tried):
    row = {**CLOSED, "mean_days": 10}
    trials = tried(
        {**row, "event": "a", "duration": "exponential"},
        {**row, "event": "b", "duration": "lognormal", "duration_cv": 0.5},
        {**row, "event": "c"},
    )
    given = trials.network.scenario.disruptions
    uniforms = (np.arange(20_000) + 0.5) / 20_000  # the mean of inverses is an integral
    drawn = np.array([[length_of(given, e, u) for u in uniforms] for e in range(3)])
    assert drawn.mean(axis=1) == pytest.approx([10, 10, 10], rel=1e-3)
    assert drawn.std(axis=1) == pytest.approx([10, 5, 0], rel=1e-2, abs=1e-12)


def test_a_chain_of_triggers_keeps_its_order(tried):
    """Rows in any order; each link starts after its delay, and only where the one before it happened."""
    chain = (
        {"event": "third", "kind": "closes_line", "site": "mill", "after": "second", "delay_days": 2.5},
        {"event": "second", "kind": "closes_lane", "origin": "port", "after": "first", "delay_days": 4},
        {**CLOSED, "event": "first", "probability": 0.5},
    )
    trials = tried(*({**link, "mean_days": 1} for link in chain))
    assert trials.network.scenario.disruptions.label.tolist() == ["first", "second", "third"]
    found = [happened(trials, index) for index in range(40)]
    assert {len(h) for h in found} == {0, 3}
    for h in (h for h in found if h):
        assert [h[name].start for name in ("first", "second", "third")] == [MARCH, MARCH + 4, MARCH + 6.5]


def test_what_comes_every_year_has_luck_of_its_own_each_time(tried):
    winter = {**CLOSED, "earliest": "2024-11-15", "every_years": 1, "mean_days": 60, "probability": 0.5}
    trials = tried(winter)
    windows = trials.network.scenario.disruptions.windows[0]
    assert windows[:, 0].tolist() == [
        (date(year, 11, 15) - FIRST).days for year in (2024, 2025, 2026)
    ]  # the first one reaches into the horizon
    settings, network = trials.settings, trials.network
    counts = [len(happenings(network, settings.uncertainty, Streams(settings.seed, i))) for i in range(100)]
    assert set(counts) == {0, 1, 2, 3}


def test_rows_added_later_change_no_luck(tried):
    row = {**CLOSED, "latest": "2026-09-01", "mean_days": 9, "duration": "exponential"}
    alone, beside = tried(row), tried({**row, "event": "another", "site": "yard"}, row)
    for index in range(5):
        ours, theirs = happened(alone, index)["port_closed"], happened(beside, index)["port_closed"]
        assert (ours.start, ours.end) == (theirs.start, theirs.end)


# ---------------------------------------------------------------- nothing, to the bit


def test_what_cannot_happen_changes_nothing_to_the_bit(make, tried):
    rough = UncertaintySettings()
    without = make.trials(make.solved(make.tutorial_tables()), rough)
    row = {**CLOSED, "mean_days": 30}
    price = {"event": "dear", "kind": "raises_price", "amount": 1, "earliest": "2026-01-01"}
    never = tried({**row, "probability": 0}, {**price, "probability": 0})
    never = replace(never, settings=replace(never.settings, uncertainty=rough))
    sure = tried(row, price)
    off = replace(sure.settings, uncertainty=replace(rough, disruptions=0.0))
    for one, other in (
        (without.run(3), never.run(3)),
        (without.run(3), replace(sure, settings=off).run(3)),
        (without.twin(), sure.twin()),
    ):
        assert one.cost_npv == other.cost_npv
        for name in ("cost", "emissions", "delivered", "closing_stock"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
        assert one.events == other.events


# ---------------------------------------------------------------- demand, prices, power


def test_demand_falls_by_a_fifth_for_a_fifth_of_the_year(tried):
    slump = {"event": "slump", "kind": "changes_demand", "product": "steel", "amount": -0.2}
    trials = tried({**slump, "earliest": "2026-05-01", "mean_days": 73})
    required = trials.run(0).required[0]
    assert required == pytest.approx([100_000, 100_000 * (1 - 0.2 * 0.2)], rel=EXACT)


def test_a_carbon_price_jump_adds_price_times_tonnes(tried):
    """Also where no carbon price was planned; paid by the year, discounted as the rest of the year is."""
    jump = {"event": "tax", "kind": "raises_carbon_price", "amount": 90, "earliest": "2026-01-01"}
    trials = tried(jump)
    twin, account, plan = trials.twin(), trials.run(0), trials.network.plan
    carbon = plan["cost_account"].to_numpy().tolist().index("carbon_price")
    scope1 = twin.emissions[plan["emission_account"].to_numpy().tolist().index("scope1")]
    assert scope1[1] > 1_000
    added = account.cost - twin.cost
    assert added[carbon] == pytest.approx([0, 90 * scope1[1]], rel=EXACT)
    assert np.abs(np.delete(added, carbon, axis=0)).max() <= EXACT * np.abs(twin.cost).max()
    discount = trials.network.scenario.periods.discount_yearly[1]
    assert account.cost_npv - twin.cost_npv == pytest.approx(90 * scope1[1] * discount, rel=1e-6)
    assert account.emissions == pytest.approx(twin.emissions, rel=EXACT)


def test_a_price_jump_counts_by_its_days(tried):
    """Half as much again on ore for 73 of 365 days: a tenth of the year's bill."""
    jump = {"event": "dear_ore", "kind": "raises_price", "product": "iron_ore", "amount": 0.5}
    trials = tried({**jump, "earliest": "2026-02-01", "mean_days": 73})
    twin, account, network = trials.twin(), trials.run(0), trials.network
    ore = network.scenario.offers.label.tolist().index("port_ore")
    bill = 800 * network.plan["purchase"].transpose("offer", "period").to_numpy()[ore, 1]
    paid = network.plan["cost_account"].to_numpy().tolist().index("purchase")
    assert (account.cost - twin.cost)[paid] == pytest.approx([0, 0.1 * bill], rel=1e-6)


def test_a_shortage_of_certificates_leaves_grid_power(tried):
    """Half the certificates missing all of 2026: half the load has the grid's factor."""
    carbon = CarbonSettings(price={2025: 1_000.0}, priced_accounts=["scope1", "scope2_market"])
    short = {"event": "short", "kind": "cuts_power", "option": "certificate", "severity": 0.5}
    trials = tried({**short, "earliest": "2026-01-01"}, carbon=carbon)
    network, supplies = trials.network, trials.network.scenario.supplies
    left = power_left(network, list(happened(trials).values()))
    assert left[0] == pytest.approx(1.0)
    assert left[1] == pytest.approx(np.where(supplies.option == "certificate", 0.5, 1.0))
    planned = network.plan["power"].transpose("period", "supply").to_numpy()
    account = network.plan["emission_account"].to_numpy().tolist().index("scope2_market")
    emitted = trials.run(0).emissions[account]
    certificates = planned[1, supplies.option == "certificate"].sum()
    assert certificates > 100
    grid = planned[:, supplies.option == "grid"].sum(axis=1)
    grid += np.array([0, 0.5 * certificates])
    assert emitted == pytest.approx(0.6 * grid, rel=1e-6, abs=1e-3)


# ---------------------------------------------------------------- what each costs


def test_what_an_event_adds_is_its_price(tried):
    """A tax that comes half the time: with it less without it is its amount times the tonnes, to rounding."""
    jump = {"event": "tax", "kind": "raises_carbon_price", "amount": 90, "earliest": "2026-01-01"}
    trials = tried({**jump, "probability": 0.5}, {**CLOSED, "probability": 0})
    accounts = [trials.run(index) for index in range(12)]
    network, settings = trials.network, trials.settings
    outcome = outcome_dataset(network, trials.opening, accounts, settings, "all")
    tax = outcome.sel(disruption="tax")
    assert 0 < float(tax["disruption_share"]) < 1
    assert float(tax["disruption_share"]) == np.mean([len(happened(trials, i)) for i in range(12)])
    without = min(a.cost_npv for a in accounts)
    with_it = max(a.cost_npv for a in accounts)
    assert with_it - without > 1e6
    assert float(tax["disruption_cost_added"]) == pytest.approx(with_it - without, rel=1e-9)
    assert float(tax["disruption_unmet_added"]) == pytest.approx(0, abs=1e-12)
    assert np.isnan(outcome["disruption_cost_added"].sel(disruption="port_closed"))


def test_two_samples_differ_by_their_means():
    """Worked by hand: means 3 and 1, variances of the means 1/3 and 1/3, 4 degrees of freedom."""
    found = welch(np.array([2.0, 3.0, 4.0]), np.array([0.0, 1.0, 2.0]), 0.95)
    half = 2.7764451 * np.sqrt(2 / 3)
    assert found == pytest.approx((2.0, 2.0 - half, 2.0 + half), rel=1e-7)


# ---------------------------------------------------------------- other engines, and the journal

MANY = (
    {**CLOSED, "mean_days": 20, "duration": "exponential", "severity": 0.7},
    {"event": "no_road", "kind": "closes_lane", "mode": "truck", "after": "port_closed", "mean_days": 4},
    {"event": "slump", "kind": "changes_demand", "amount": 0.3, "earliest": "2025-06-01", "mean_days": 50},
    {"event": "dear", "kind": "raises_price", "amount": 0.5, "earliest": "2025-03-01"},
    {"event": "tax", "kind": "raises_carbon_price", "amount": 50, "earliest": "2025-09-01"},
)


def test_the_journal_adds_up_with_disruptions(tried):
    trials = tried(*MANY)
    journal = keep_journal(trials, 2)
    rows = pd.concat([frame for frame in journal.frames() if len(frame)], ignore_index=True).fillna(0.0)
    account, plan = trials.run(2), trials.network.plan
    for name, paid in zip(plan["cost_account"].to_numpy(), account.cost, strict=True):
        column = f"cost_{name}"
        booked = rows.groupby("period")[column].sum().to_numpy() if column in rows else np.zeros(2)
        assert booked == pytest.approx(paid, rel=EXACT, abs=EXACT * np.abs(account.cost).max()), name
    assert {"price_jump", "carbon_price_jump"} <= set(rows["activity"])


def test_another_process_meets_the_same_disruptions(tried):
    trials = tried(*MANY)
    sent = pickle.loads(pickle.dumps(_portable(trials)))
    ours, theirs = trials.run(1), sent.run(1)
    assert ours.cost_npv == theirs.cost_npv
    assert np.array_equal(ours.cost, theirs.cost)


def test_the_numpy_engine_meets_the_same_disruptions(tried):
    trials = tried(*MANY)
    other = replace(trials, settings=replace(trials.settings, engine=Engine.NUMPY))
    for one, two in zip(play_many(trials, [0, 1]), play_many(other, [0, 1]), strict=True):
        for name in one.activities:
            largest = max(np.abs(one.activities[name]).max(initial=0.0), 1e-3 * one.required.max())
            assert np.abs(one.activities[name] - two.activities[name]).max(initial=0.0) <= EXACT * largest
        assert np.array_equal(one.jumps.price, two.jumps.price)


def test_what_follows_demand_is_left_out_of_what_an_event_adds():
    """Cost is 5 times demand, and 30 more with the event: worked out exactly, however demand scatters."""
    asked, with_it = np.random.default_rng(1).normal(100, 10, 40), np.arange(40) % 3 == 0
    cost = 5 * asked + 30 * with_it
    left = without_demand(cost, with_it, asked)
    difference, low, high = welch(left[with_it], left[~with_it], 0.95)
    assert difference == pytest.approx(30)
    assert high - low < 1e-6
    assert left.mean() == pytest.approx(cost.mean())
    assert welch(cost[with_it], cost[~with_it], 0.95)[2] - difference > 10
    same = np.full(40, 100.0)
    assert without_demand(cost, with_it, same) is cost


def test_which_events_change_demand(tried):
    """A slump, what sets it off and what it sets off; a tax does not."""
    rows = (
        {"event": "crisis", "kind": "raises_price", "amount": 0.1, "earliest": "2025-02-01"},
        {"event": "slump", "kind": "changes_demand", "amount": -0.1, "after": "crisis"},
        {"event": "idle", "kind": "closes_site", "site": "mill", "after": "slump", "mean_days": 1},
        {"event": "tax", "kind": "raises_carbon_price", "amount": 5, "earliest": "2025-02-01"},
    )
    found = tried(*rows).network.scenario.disruptions
    moves = dict(zip(found.label, _moves_demand(found), strict=True))
    assert moves == {"crisis": True, "slump": True, "idle": True, "tax": False}
