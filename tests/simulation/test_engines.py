"""All engines play the same trials: the compiled kernel, its source in plain Python, and numpy's twin.

The twin is written by another hand over all trials at once and shares only what is drawn before the first
day; 1e-9 of the largest figure of each kind is asserted, in every trial.
"""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.distribution import distribution, planned
from scenarios.errors import UnplayableError
from simulation import SimulationSettings
from simulation.engines import play_many
from simulation.settings import Engine
from simulation.trials import prepare

EXACT = 1e-9
ROUGH = {
    "demand_annual_cv": 0.15,
    "demand_daily_cv": 0.5,
    "lead_time_cv": 0.8,
    "supplier_disruptions_per_year": 3.0,
    "supplier_disruption_mean_days": 30.0,
    "site_disruptions_per_year": 3.0,
    "site_disruption_mean_days": 15.0,
    "lane_disruptions_per_year": 4.0,
    "lane_disruption_mean_days": 10.0,
    "breakdowns_per_year": 20.0,
    "repair_mean_days": 4.0,
    "renewable_cv": 0.2,
}


def played(trials, engine, indices):
    settings = replace(trials.settings, engine=engine)
    return play_many(replace(trials, settings=settings), indices)


def assert_same(ours, theirs, trials):
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        largest = 1e-3 * one.required.max()  # stocks may end near zero
        pairs = {name: (one.activities[name], other.activities[name]) for name in one.activities}
        for name in (
            "required",
            "delivered",
            "closing_stock",
            "closing_transit",
            "mean_stock",
            "mean_transit",
        ):
            pairs[name] = (getattr(one, name), getattr(other, name))
        mine, others = trials.accounts.book(one), trials.accounts.book(other)
        pairs |= {name: (getattr(mine, name), getattr(others, name)) for name in ("cost", "emissions")}
        for name, (a, b) in pairs.items():
            if a.size:
                assert np.abs(a - b).max() <= EXACT * max(np.abs(a).max(), largest), name
        assert other.mass_error < EXACT


@pytest.fixture(scope="module")
def twenty_sites(make):
    """Twenty sites in a tree, so short of stock that customers wait."""
    tree = distribution(2, 5, 12, 2)
    scenario = tree.scenario()
    assert len(scenario.sites.label) == 20
    rough = make.uncertain(**ROUGH)
    return prepare(scenario, planned(scenario), SimulationSettings(safety_days=1.0, uncertainty=rough))


def test_numpys_twin_on_twenty_sites(twenty_sites):
    ours, theirs = (played(twenty_sites, engine, range(6)) for engine in (Engine.KERNEL, Engine.NUMPY))
    assert_same(ours, theirs, twenty_sites)
    assert all((result.delivered < result.required).any() for result in ours)
    assert len({float(result.delivered.sum()) for result in ours}) == 6


@pytest.mark.parametrize("policy", [{}, {"gain": 0.5, "patience_days": 3.0, "surge": 0.03}])
def test_numpys_twin_where_goods_are_made(make, two_routes, policy):
    """Two ways in, rival recipes on a full line, by-passes, reserves, a lane and offers with limits."""
    trials = make.trials(two_routes, make.uncertain(**ROUGH), safety_days=4.0, **policy)
    ours, theirs = (played(trials, engine, range(4)) for engine in (Engine.KERNEL, Engine.NUMPY))
    assert_same(ours, theirs, trials)
    assert any((result.delivered < result.required).any() for result in ours)


def test_plain_python_on_twenty_sites(twenty_sites):
    ours, theirs = (played(twenty_sites, engine, [5]) for engine in (Engine.KERNEL, Engine.PLAIN))
    assert_same(ours, theirs, twenty_sites)


def test_the_twin_refuses_late_go_lives_by_name(make, two_routes):
    trials = make.trials(two_routes, make.uncertain(intervention_delay_mean_years=0.5))
    with pytest.raises(UnplayableError, match="intervention_delay_mean_years=0"):
        played(trials, Engine.NUMPY, [0])


def test_an_engine_is_a_setting(make, tutorial):
    accounts = [make.trials(tutorial, engine=engine).run(0) for engine in Engine]
    for account in accounts[1:]:
        assert account.cost_npv == pytest.approx(accounts[0].cost_npv, rel=EXACT)
