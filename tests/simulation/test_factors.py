"""Emission factors that are not known exactly: what carries what, and the chance of missing a cap."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr

from scenarios import CarbonSettings
from simulation.factors import cap_parts, draw_factors, factors_of
from simulation.outcome import outcome_dataset
from simulation.settings import FactorSettings, UncertaintySettings
from simulation.streams import Streams

ALL = FactorSettings(
    own_cv=0.05,
    supplier_cv=0.1,
    sector_cv=0.2,
    regional_cv=0.25,
    national_cv=0.3,
    freight_cv=0.15,
    grid_cv=0.08,
    process_cv=0.02,
)


def chance_above(limit, certain, carried, cv):
    """Return the chance that certain + carried x lognormal of mean one is above the limit."""
    variance = np.log1p(cv * cv)
    return 1 - ndtr((np.log((limit - certain) / carried) + variance / 2) / np.sqrt(variance))


def test_nothing_is_drawn_where_factors_are_known(make, tutorial):
    assert make.trials(tutorial).run(0).cap_chance is None
    assert factors_of(tutorial.scenario, FactorSettings()).label == ()


def test_what_is_one_factor(tutorial):
    factors = factors_of(tutorial.scenario, ALL)
    assert set(factors.label) == {
        "footprint of raw_scrap, sector",
        "footprint of iron_ore, national",
        "freight by truck",
        "grid of north",
        "process sorting",
        "process ore_route",
        "process scrap_route",
    }
    offers = tutorial.scenario.offers.label
    carried = [factors.label[k] for k in factors.of["purchase"]]
    assert carried[offers.tolist().index("port_ore")] == "footprint of iron_ore, national"
    stated = replace(tutorial.scenario.offers, data_tier=np.full(len(offers), "supplier", dtype=object))
    own = factors_of(replace(tutorial.scenario, offers=stated), ALL)
    assert {"footprint of port_ore", "footprint of yard_scrap"} <= set(own.label)


def test_parts_sum_to_what_the_cap_bounds(make, two_routes):
    """Cumulative, per unit and per year, with power, freight, processes and savings in it."""
    trials = make.trials(two_routes)
    result, accounts = make.trial(trials), trials.accounts
    factors, years = factors_of(two_routes.scenario, ALL), two_routes.scenario.periods.years
    counted = accounts._counted(result)
    _, bounded = accounts.activities(result)
    for cap, value in zip(accounts._caps, bounded, strict=True):
        parts = cap_parts(cap, factors, counted, years)
        assert parts.sum(axis=0) == pytest.approx(value, rel=1e-12)
        assert np.abs(parts[:-1]).sum() > 0


def test_draws_have_mean_one_and_belong_to_the_trial(tutorial):
    factors = factors_of(tutorial.scenario, ALL)
    drawn = draw_factors(factors, 20_000, Streams(7, 0))
    bound = 4 * factors.cv / np.sqrt(20_000)
    assert (np.abs(drawn.mean(axis=0) - 1) <= bound).all()
    assert drawn.std(axis=0) == pytest.approx(factors.cv, rel=0.05)
    only_freight = factors_of(tutorial.scenario, FactorSettings(freight_cv=0.15))
    same = draw_factors(only_freight, 20_000, Streams(7, 0))[:, 0]
    assert np.array_equal(same, drawn[:, factors.label.index("freight by truck")])
    assert not np.array_equal(same, draw_factors(only_freight, 20_000, Streams(7, 1))[:, 0])


def test_the_chance_of_missing_is_the_lognormals(make):
    """One factor, nothing else varies: the chance has a closed form; within four standard errors."""
    case = make.solved(make.tutorial_tables(), CarbonSettings(cap_2026=0.7))
    settings = FactorSettings(process_cv=0.0, freight_cv=0.3, draws=500)
    trials = make.trials(case, factors=settings)
    factors, result = factors_of(case.scenario, settings), make.trial(trials)
    parts = cap_parts(
        trials.accounts._caps[0], factors, trials.accounts._counted(result), case.scenario.periods.years
    )
    limit = trials.accounts._limits[0, 1] * (1 + 1e-6)
    expected = chance_above(limit, parts[-1, 1], parts[0, 1], 0.3)
    assert 0.3 < expected < 0.6  # the plan is at its cap; a lognormal's median is below its mean
    found = [trials.run(index).cap_chance[0, 1] for index in range(20)]
    error = np.sqrt(expected * (1 - expected) / (20 * 500))
    assert np.mean(found) == pytest.approx(expected, abs=4 * error)
    assert trials.run(3).cap_chance[0, 1] == found[3]


def test_the_outcome_has_the_chance_with_an_interval_narrower_than_of_single_draws(make, tutorial):
    settings = FactorSettings(freight_cv=0.3, process_cv=0.05, draws=100)
    level = replace(UncertaintySettings.off(), demand_daily_cv=0.1)
    trials = make.trials(tutorial, level, factors=settings)
    accounts = [trials.run(index) for index in range(20)]
    outcome = outcome_dataset(trials.network, trials.opening, accounts, trials.settings, "all")
    cell = {"cap": "total", "period": 2026}
    chance = float(outcome["chance_with_factors"].sel(cell))
    given = np.array([a.cap_chance[0, 1] for a in accounts])
    assert chance == pytest.approx(given.mean())
    low, high = (float(outcome[f"chance_with_factors_{end}"].sel(cell)) for end in ("low", "high"))
    assert low <= chance <= high
    assert given.std() < np.sqrt(chance * (1 - chance))  # conditioning: less spread than a single draw's
    assert np.isnan(outcome["chance_with_factors"].sel(cap="total", period=2025))
    plain = make.trials(tutorial, level)
    few = [plain.run(index) for index in range(2)]
    without = outcome_dataset(plain.network, plain.opening, few, plain.settings, "all")
    assert "chance_with_factors" not in without
    assert few[0].cost_npv == accounts[0].cost_npv  # no tonne and no currency unit moved
