"""Safety stocks: one record tells the service of every stock, to the unit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulation import SimulationSettings
from simulation.safety_stock import Record, customer_nodes, recorded, safety_stock, served_at_once


@pytest.fixture(scope="module")
def all_ore(make):
    """The tutorial without a cap: one customer."""
    return make.solved(make.tutorial_tables())


def test_service_of_a_record_by_hand():
    """Asked 10 a day; evenings 5, -4, -12: served on the day 10, 6, 0 (its 10 of 12 waiting all wait)."""
    record = Record(np.array([0]), 3)
    record.net[:, 0], record.asked[:, 0] = [5.0, -4.0, -12.0], 10.0
    shares = served_at_once(record, np.array([[0.0], [4.0], [12.0], [-30.0]]))
    assert shares[:, 0] == pytest.approx([16 / 30, 22 / 30, 1.0, 0.0])


def test_more_stock_lifts_the_record_and_nothing_else(make, all_ore):
    """The service foretold from a trial with little stock is that of a trial with more, to 1e-9."""
    trials = make.trials(all_ore, make.uncertain(demand_daily_cv=0.6, lead_time_cv=0.5), safety_days=1.0)
    (node,) = customer_nodes(trials)
    use = 100_000 / 365
    base = recorded(trials, 0)
    assert served_at_once(base, np.zeros((1, 1)))[0, 0] < 0.999
    for days in (0.5, 2.0):
        stock = trials.opening.stock.copy()
        stock[node] += days * use
        again = recorded(replace(trials, opening=replace(trials.opening, stock=stock)), 0)
        foretold = served_at_once(base, np.array([[days * use]]))[0, 0]
        assert served_at_once(again, np.zeros((1, 1)))[0, 0] == pytest.approx(foretold, abs=1e-9)


def test_the_least_stock_that_meets_the_target(make, all_ore):
    uncertain = make.uncertain(demand_daily_cv=0.6, lead_time_cv=0.5)
    settings = SimulationSettings(trials=4, uncertainty=uncertain, safety_days=1.0, service_target=0.995)
    found = safety_stock(all_ore.scenario, all_ore.plan, settings)
    assert found["kept"].to_numpy().tolist() == ["city:steel"]
    assert float(found["stock_now"][0]) == 1.0
    more = float(found["stock_more"][0])
    assert float(found["stock_more_units"][0]) == pytest.approx(more * 100_000 / 365, rel=1e-6)
    assert float(found["served_then_low"][0]) >= 0.995 > float(found["served_now_low"][0])
    trials = make.trials(all_ore, uncertain, safety_days=1.0)
    less = np.array([[(more - 0.25) * 100_000 / 365]])
    shares = np.array([served_at_once(recorded(trials, index), less)[0, 0] for index in range(4)])
    half = 3.182446 * shares.std(ddof=1) / 2  # t(3, 0.975)
    assert shares.mean() - half < 0.995


def test_stock_nobody_needs_may_go(make, all_ore):
    settings = SimulationSettings(trials=2, uncertainty=make.uncertain(), service_target=0.9)
    found = safety_stock(all_ore.scenario, all_ore.plan, settings)
    assert float(found["stock_more"][0]) == -14.0
    assert float(found["served_then"][0]) == pytest.approx(1.0, abs=1e-3)


def test_a_target_is_needed(all_ore):
    with pytest.raises(ValueError, match="needs a service target"):
        safety_stock(all_ore.scenario, all_ore.plan, SimulationSettings())
