"""When trials may end: by hand, the same for any number of workers, and how often the interval is right."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import xarray as xr

from simulation import SimulationSettings, simulate, stopping
from simulation import trials as trials_module
from simulation.settings import PrecisionSettings
from simulation.stopping import Watched, next_look, rule_in_words, still_too_wide, watched

LOOSE = {"cost": 9.0, "emissions": 9.0, "service": 9.0, "chance": 9.0}
ALL = Watched(np.array([True, False]), np.array([[True]]))


def accounts_of(costs, emissions=0.0, other=0.0, missed=False):
    """Return accounts of one period, one customer and two emission accounts, the second not counted."""
    costs = np.asarray(costs, dtype=float)
    columns = [np.broadcast_to(v, costs.shape) for v in (emissions, other, missed)]
    one = np.ones((1, 1))
    return [
        SimpleNamespace(
            cost_npv=cost,
            emissions=np.array([[counted], [apart]]),
            required=one,
            delivered=one,
            cap_missed=np.array([[bool(over)]]),
        )
        for cost, counted, apart, over in zip(costs, *columns, strict=True)
    ]


def wide(accounts, watch=ALL, **asked):
    return still_too_wide(accounts, watch, PrecisionSettings(**{**LOOSE, **asked}), 0.95)


def test_cost_by_hand():
    """40 values of 99 and 101: sd 1.01274; with 4 figures t(39, 1 - 0.05/8) = 2.6168: 0.419 % of the mean."""
    accounts = accounts_of([99.0, 101.0] * 20)
    assert wide(accounts, cost=0.0042) == []
    (said,) = wide(accounts, cost=0.0041)
    assert said == "cost to 0.42% of 0.41%"


def test_only_the_accounts_of_the_total_count():
    shaken = np.linspace(0, 100, 40)
    assert wide(accounts_of(np.full(40, 5.0), 10.0, shaken), emissions=1e-9) == []
    (said,) = wide(accounts_of(np.full(40, 5.0), shaken), emissions=1e-9)
    assert said.startswith("emissions to ")


def test_a_chance_never_seen_by_hand():
    """0 of 40, 4 figures: z = 2.4977, upper end z^2 / (40 + z^2) = 13.49 %, half of it 6.75 %."""
    accounts = accounts_of(np.full(40, 5.0))
    assert wide(accounts, chance=0.068) == []
    assert wide(accounts, chance=0.067) == ["chance of missing a cap to 6.7% of 6.7%"]


def test_a_cap_that_does_not_hold_is_not_waited_for():
    accounts = accounts_of(np.full(40, 5.0))
    assert wide(accounts, Watched(ALL.counted, np.array([[False]])), chance=1e-9) == []


def test_looks_and_words():
    asked = PrecisionSettings(fewest_trials=40)
    assert [next_look(n, asked, 95) for n in (0, 40, 60, 80)] == [40, 60, 80, 95]
    assert next_look(0, None, 95) == 95
    assert next_look(0, asked, 10) == 10
    assert wide(accounts_of([1.0])) == ["one trial has no interval"]
    assert rule_in_words(60, asked, []) == "precision reached after 60 trials"
    assert rule_in_words(95, asked, ["cost to 2% of 1%"]).startswith("largest number of trials, 95, reached")


def test_what_is_watched_in_a_plan(tutorial):
    """The tutorial's cap holds in its second year only, and of scope 2 only the market is counted."""
    found = watched(tutorial.scenario, tutorial.plan)
    accounts = tutorial.plan["emission_account"].to_numpy().astype(str)
    assert accounts[~found.counted].tolist() == ["scope2_location", "scope2_same_hour"]
    assert found.held.tolist() == [[False, True]]


def test_the_same_stop_for_any_number_of_workers(tutorial, monkeypatch):
    monkeypatch.setattr(stopping, "BATCH", 3)
    precision = PrecisionSettings(**{**LOOSE, "fewest_trials": 4, "cost": 0.03})
    settings = SimulationSettings(trials=60, precision=precision)
    alone = simulate(tutorial.scenario, tutorial.plan, settings)
    count = alone.sizes["trial"]
    assert 4 < count < 60
    assert (count - 4) % 3 == 0
    assert alone.attrs["trials"] == count
    assert alone.attrs["stopping_rule"] == f"precision reached after {count} trials"
    monkeypatch.setattr(trials_module, "WORTH_PROCESSES", 0.0)
    settings.workers = 2
    spread = simulate(tutorial.scenario, tutorial.plan, settings)
    for found in (alone, spread):
        found.attrs["simulate_seconds"] = 0.0
    xr.testing.assert_identical(alone, spread)


def test_the_stopped_interval_covers_about_as_asked():
    """Normal costs of 10 % spread, stopped at 1.5 %: the truth is within 1.5 % in 95 % of runs at least.

    300 runs, standard error 1.3 points; the share holds because the confidence is split among figures.
    """
    random, inside, lengths = np.random.default_rng(3), 0, []
    asked = PrecisionSettings(**{**LOOSE, "cost": 0.015})
    for _ in range(300):
        accounts, drawn = accounts_of(random.normal(100, 10, 700)), 0
        while drawn < 700:
            drawn = next_look(drawn, asked, 700)
            if not still_too_wide(accounts[:drawn], ALL, asked, 0.8):
                break
        mean = np.mean([account.cost_npv for account in accounts[:drawn]])
        inside += abs(mean - 100) <= 0.015 * mean
        lengths.append(drawn)
    assert inside / 300 >= 0.91
    assert 100 < np.mean(lengths) < 700
