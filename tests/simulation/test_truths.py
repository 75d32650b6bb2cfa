"""Published values and closed forms that the engine's own days must meet.

With ``gain=1`` and ``patience_days=1`` a site orders every evening up to its planned position: base stock,
reviewed daily. Goods ordered in the evening are there ``lead`` mornings later, so an evening's stock is what
the base-stock level leaves of the demand of ``lead`` days. Demand is injected; three hundred chains of a
source, a plant, a depot and a shop run side by side, independent of each other, so that every figure has
an honest standard error; four of them are allowed.

(s,S), (r,Q), forecasts (bullwhip) and the serial system of Clark and Scarf are in ``test_reorder_truths.py``:
a site that follows the plan counts what it has sent, not the orders that it could not fill, which are placed
again the next day; one with a policy counts both.
"""

import dataclasses

import numpy as np
import pytest
from scipy.stats import lognorm

from benchmarks import distribution as trees
from simulation import SimulationSettings, UncertaintySettings
from simulation.draws import LONGEST_LEAD, demand_factors, lead_days
from simulation.kernel import run_days
from simulation.outages import DAYS_PER_YEAR, outage_times
from simulation.streams import Streams
from simulation.trial import Trial
from simulation.trials import prepare
from tests.simulation.published import assert_mean, published

CHAINS, WARM_UP = 300, 60
PLENTY = 1e6


@pytest.fixture
def chains(monkeypatch):
    """Return a maker of evenings: (stock, waiting), by tier and of the shops, each (days, chains)."""

    def evenings(leads, levels, mean, draw):
        monkeypatch.setattr(trees, "LEADS", leads)
        each = np.arange(CHAINS)
        tree = trees.Distribution((each * 0, each, each), np.full(CHAINS, 365.0 * mean), 1)
        scenario = tree.scenario()
        off = UncertaintySettings.off()
        settings = SimulationSettings(uncertainty=off, gain=1.0, patience_days=1.0)
        trials = prepare(scenario, trees.planned(scenario), settings)
        network, stock = trials.network, np.zeros_like(trials.opening.stock)
        place = {str(label): n for n, label in enumerate(network.labels("node"))}
        tiers = [[place[f"{name}:goods"] for name in tree.names(tier)] for tier in range(3)]
        for nodes, lead, level in zip(tiers, leads, levels, strict=True):
            stock[nodes] = level - lead * mean
        opening = dataclasses.replace(trials.opening, stock=stock)
        seen = []

        def watched(first, last, world):
            for day in range(first, last):
                run_days(day, day + 1, world)
                seen.append((world.nodes["stock"].copy(), world.demands["waiting"].copy()))

        trial = Trial(network, opening, settings, off, 0, watched)
        trial.world.demand[:] = draw(np.random.default_rng(5), trial.world.demand.shape)
        trial.run()
        stocks, waiting = (np.array(kind)[WARM_UP:-1] for kind in zip(*seen, strict=True))
        return [stocks[:, nodes] for nodes in tiers], waiting

    return evenings


@pytest.mark.parametrize("number", [0, 1])
def test_base_stock_under_poisson_demand(chains, number):
    case = published("closed_forms", "base_stock_poisson")[number]
    rate = case["mean"] / 2
    stocks, waiting = chains(
        (1, 1, 2), (PLENTY, PLENTY, case["S"]), rate, lambda luck, shape: luck.poisson(rate, shape)
    )
    assert_mean(stocks[2], case["expected_on_hand"], 0.01)
    assert_mean(waiting, case["expected_backorders"], 0.03)
    assert_mean(stocks[2] > 1e-6, case["ready_rate"], 0.01)


@pytest.mark.parametrize("name", ["newsvendor_normal", "newsvendor_poisson_6"])
def test_newsvendor(chains, name):
    """The cost at the published level is the published one, and more at other levels."""
    case = published("inventory_published", name)
    given, best = case["given"], case["expected"]
    rate = given["mean"] / 2

    def draw(luck, shape):
        if "sd" in given:
            return luck.normal(rate, given["sd"] / np.sqrt(2), shape)
        return luck.poisson(rate, shape)

    def cost(level):
        stocks, waiting = chains((1, 1, 2), (PLENTY, PLENTY, level), rate, draw)
        return given["h"] * stocks[2] + given["p"] * waiting

    at_best = cost(best["S"])
    assert_mean(at_best, best["cost"], 0.01)
    step = 0.15 * given["mean"]
    assert min(cost(best["S"] - step).mean(), cost(best["S"] + step).mean()) > at_best.mean()


def test_demand_of_a_lead_time():
    """Mean and variance as published, with the drawn lead time's own moments: it comes in whole days."""
    case = published("closed_forms", "lead_time_demand")[0]
    mean, cv = case["demand_mean"], case["demand_sd"] / case["demand_mean"]
    spread, days = case["leadtime_sd"] / case["leadtime_mean"], 4 * case["leadtime_mean"]
    luck = UncertaintySettings(
        **{**vars(UncertaintySettings.off()), "demand_daily_cv": cv, "lead_time_cv": spread}
    )
    tree = trees.distribution(1, 1, 200, 3)
    scenario = tree.scenario()
    network = prepare(scenario, trees.planned(scenario), SimulationSettings()).network
    labels = network.labels("arc").astype(str)
    arcs = [a for a, label in enumerate(labels) if ">plant" in label or "plant_000>" in label]
    assert len(arcs) == 2
    sigma = np.sqrt(np.log1p(spread**2))
    of_shops, found = [], []
    for trial in range(40):
        streams = Streams(3, trial)
        demand, lead = mean * demand_factors(network, luck, streams), lead_days(network, luck, streams)
        first = 7 * np.arange(len(lead) - 4)
        sums = np.vstack([np.zeros(demand.shape[1]), np.cumsum(demand, axis=0)])
        for a in arcs:
            shop = (3 * trial + a) % demand.shape[1]
            found.append((sums[first + lead[: len(first), a], shop] - sums[first, shop], a))
            of_shops.append(lead[: len(first), a])
    for a in arcs:
        own = network.scenario.arcs.lead_days[network.used.arc][a]
        whole = np.arange(1, int(np.ceil(LONGEST_LEAD * own)) + 1)
        law = lognorm(s=sigma, scale=own * np.exp(-(sigma**2) / 2))
        upper = np.append(law.cdf(whole[:-1] + 0.5), 1.0)
        chance = np.diff(np.append(0.0, upper))
        expected = (whole * chance).sum()
        variance = (whole**2 * chance).sum() - expected**2
        drawn = np.concatenate([values for values, arc in found if arc == a])
        total = expected * (mean * cv) ** 2 + mean**2 * variance
        error = np.sqrt(total / len(drawn))
        assert abs(drawn.mean() - mean * expected) < 4 * error
        assert drawn.var() == pytest.approx(total, rel=0.06)
    assert days == 16
    exact = case["leadtime_mean"] * case["demand_sd"] ** 2 + mean**2 * case["leadtime_sd"] ** 2
    assert np.sqrt(exact) == pytest.approx(case["sd"])


def test_availability_at_a_moment_and_in_the_long_run():
    case = published("closed_forms", "availability")[0]
    per_year, moment, runs = DAYS_PER_YEAR / case["mtbf"], case["mttr"], 4000
    up_then, up_share, horizon = 0, [], 2000.0
    for run in range(runs):
        luck = Streams(29, run).exponentials("line", "breakdown")
        limit = horizon if run < 400 else moment + 1e-9
        spells = list(outage_times(per_year, case["mttr"], luck, limit))
        up_then += not any(start <= moment < end for start, end in spells)
        if limit == horizon:
            up_share.append(1 - sum(min(end, horizon) - start for start, end in spells) / horizon)
    truth = case["availability_at_time_one_mttr_from_up"]
    assert abs(up_then / runs - truth) < 4 * np.sqrt(truth * (1 - truth) / runs)
    error = np.std(up_share, ddof=1) / np.sqrt(len(up_share))
    start_up = (1 - case["availability"]) / (case["failure_rate"] + case["repair_rate"]) / horizon
    assert error < 0.002
    assert abs(np.mean(up_share) - case["availability"] - start_up) < 4 * error
