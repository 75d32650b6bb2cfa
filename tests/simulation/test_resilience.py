"""Time to survive and to recover, by hand where a stock and a capacity decide."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios import ConfigError
from simulation import SimulationSettings
from simulation.draws import planned_lead_days
from simulation.resilience import first_day, resilience, time_to_recover, time_to_survive


@pytest.fixture(scope="module")
def all_ore(make):
    """The tutorial without a cap: ore from one port, one mill, one customer."""
    return make.solved(make.tutorial_tables())


def lead(trials, origin):
    arcs = list(trials.network.labels("arc"))
    found = [a for a, label in enumerate(arcs) if label.startswith(origin)]
    assert len(found) == 1, arcs
    return int(planned_lead_days(trials.network)[found[0]])


def position(trials, site):
    return list(trials.network.labels("site")).index(site)


@pytest.mark.parametrize("safety_days", [0.0, 5.0, 14.0])
@pytest.mark.parametrize("start", [0, 100])
def test_a_customer_lives_on_goods_on_the_way_and_his_stock(make, all_ore, safety_days, start):
    """Without the mill, what was sent before arrives for the lead time, then the stock lasts its days."""
    trials = make.trials(all_ore, safety_days=safety_days)
    expected = lead(trials, "mill") + safety_days
    assert time_to_survive(trials, position(trials, "mill"), start, 0.95) == expected


def test_a_supplier_further_up_is_survived_longer(make, all_ore):
    trials = make.trials(all_ore)
    mill, port = (time_to_survive(trials, position(trials, site), 0, 0.95) for site in ("mill", "port"))
    stocks = 14 * 3  # ore at the mill, steel at the mill, steel in the city
    assert mill < port <= stocks + lead(trials, "port") + lead(trials, "mill") + 1


@pytest.mark.parametrize(("capacity", "spare"), [(120_000, 0.2), (112_500, 0.125)])
def test_recovery_at_the_pace_of_the_line(make, capacity, spare):
    """The mill lacks 10 days of 100 kt a year and may run so much more: that bounds the days it takes.

    No sooner than the line can make what lacks but for 0.1 days at mill and city; no later than that and
    two tails, each from 1 day missing to 0.1 at a fifth less a day: ln 10 / -ln 0.8 = 10.3 days.
    """
    tables = make.tutorial_tables()
    tables["lines"].loc[tables["lines"]["line"] == "mill_blast_furnace", "capacity"] = capacity
    trials = make.trials(make.solved(tables), surge=0.0, patience_days=1.0)
    found, account = time_to_recover(trials, position(trials, "mill"), 0, 10)
    soonest = (10 - 2 * 0.1) / spare
    assert soonest <= found <= 10 / spare + 2 * 10.3 + 1
    assert account.delivered == pytest.approx(account.required)


def test_a_stock_not_in_use_is_not_waited_for(make, tutorial):
    """The arc furnace, planned for the second year, helps out and empties the scrap that waits for it."""
    trials = make.trials(tutorial)
    found, _ = time_to_recover(trials, position(trials, "mill"), 0, 30)
    assert 30 <= found < 200


def test_what_an_outage_costs(make, all_ore):
    settings = SimulationSettings(resilience=True, resilience_days=60)
    told = []
    found = resilience(all_ore.scenario, all_ore.plan, settings, lambda done, n: told.append((done, n)))
    assert told == [(1, 2), (2, 2)]
    assert sorted(found["disrupted"].to_numpy().tolist()) == ["mill", "port"]
    assert found.attrs["resilience_year"] == 2025
    assert (np.diff(found["outage_cost"].to_numpy()) <= 0).all()
    mill = found.sel(disrupted="mill")
    assert float(mill["outage_undelivered"]) >= 0
    trials = make.trials(all_ore)
    _, account = time_to_recover(trials, position(trials, "mill"), 0, 60)
    assert float(mill["outage_cost"]) == pytest.approx(account.cost_npv - trials.twin().cost_npv)


def test_an_outage_too_short_to_matter_is_over_at_once(make, all_ore):
    """One day of the port, caught up by the next days' purchases; nobody waits."""
    trials = make.trials(all_ore)
    _, account = time_to_recover(trials, position(trials, "port"), 30, 1)
    assert account.delivered == pytest.approx(account.required)


def test_years_and_lengths_are_checked(make, all_ore):
    network = make.trials(all_ore).network
    assert [first_day(network, year) for year in (None, 2025, 2026)] == [0, 0, 365]
    with pytest.raises(ConfigError, match="not a year of the plan"):
        first_day(network, 2030)
    with pytest.raises(ConfigError, match="does not fit"):
        resilience(all_ore.scenario, all_ore.plan, SimulationSettings(resilience_days=730))
