"""Reorder policies against exact results: renewal and Markov chains, Clark and Scarf, bullwhip.

An order is placed in the evening, after the day's demand, and goods are there `lead` mornings later: an
evening's stock is the position after the order `lead` evenings ago less the demand of `lead` days. Demand is
injected; two hundred chains of a source, a plant, a depot and a shop run side by side, independent of each
other, so that every figure has an honest standard error; four of them are allowed, and each test states the
precision that it must have reached.
"""

import dataclasses

import numpy as np
import pytest
from scipy.stats import poisson

from benchmarks import distribution as trees
from benchmarks.tables import complete
from scenarios.policies import make_policies
from simulation import SimulationSettings, UncertaintySettings
from simulation.kernel import run_days
from simulation.trial import Trial
from simulation.trials import prepare
from tests.simulation.published import assert_mean, published

CHAINS, WARM_UP = 200, 40
ROLES = ("plant", "hub", "customer")
PLENTY = {"policy": "base_stock", "order_up_to": 1e6}


@dataclasses.dataclass
class Evenings:
    """What was seen each evening after the warm-up, (days, chains), stocks by tier from the plants on."""

    stocks: list
    waiting: np.ndarray
    asked: np.ndarray
    ordered: np.ndarray  # by the shops
    position: np.ndarray  # of the shops, after the order
    orders: np.ndarray  # placed by the shops
    served: np.ndarray


@pytest.fixture
def chains(monkeypatch):
    """Return a maker of evenings of policies, one for each tier, under drawn demand."""

    def evenings(leads, rules, mean, draw, tolerance=np.inf, opening=None):
        monkeypatch.setattr(trees, "LEADS", leads)
        each = np.arange(CHAINS)
        tree = trees.Distribution((each * 0, each, each), np.full(CHAINS, 365.0 * mean), 1)
        scenario = tree.scenario()
        names = {name for rule in rules for name in rule}
        table = {
            name: [rule.get(name, np.nan) for rule in rules] for name in names - {"policy", "measured_in"}
        }
        table |= {"role": ROLES, "policy": [rule["policy"] for rule in rules]}
        table["measured_in"] = [rule.get("measured_in", "quantity") for rule in rules]
        policies, problems = make_policies(complete(policies=table)["policies"], scenario)
        assert not problems
        demands = dataclasses.replace(scenario.demands, tolerance_days=np.full(CHAINS, tolerance))
        scenario = dataclasses.replace(scenario, policies=policies, demands=demands)
        off = UncertaintySettings.off()
        settings = SimulationSettings(uncertainty=off)
        trials = prepare(scenario, trees.planned(scenario), settings)
        network, stock = trials.network, np.zeros_like(trials.opening.stock)
        place = {str(label): n for n, label in enumerate(network.labels("node"))}
        tiers = [[place[f"{name}:goods"] for name in tree.names(tier)] for tier in range(3)]
        levels = opening or [rule["order_up_to"] for rule in rules]
        for nodes, lead, level in zip(tiers, leads, levels, strict=True):
            stock[nodes] = level - lead * mean
        opened = dataclasses.replace(trials.opening, stock=stock)
        shops = np.array([int(np.flatnonzero(network.ordering.node == n)[0]) for n in tiers[2]])
        seen = []

        def watched(first, last, world):
            for day in range(first, last):
                before = world.policies["position"][shops].copy()
                run_days(day, day + 1, world)
                waiting, after = world.demands["waiting"].copy(), world.policies["position"][shops].copy()
                ordered = after - before + world.demand[day]
                counts, served = world.policies["orders"][shops].copy(), world.demands["served"].copy()
                seen.append((world.nodes["stock"].copy(), waiting, ordered, after, counts, served))

        trial = Trial(network, opened, settings, off, 0, watched)
        world = trial.world
        world.demand[:] = draw(np.random.default_rng(5), world.demand.shape)
        trial.run()
        stocks, *rest = (np.array(kind)[WARM_UP:-1] for kind in zip(*seen, strict=True))
        waiting, ordered, position, orders, served = rest
        asked = world.demand[WARM_UP:-1]
        by_tier = [stocks[:, nodes] for nodes in tiers]
        return Evenings(by_tier, waiting, asked, ordered, position, orders, served)

    return evenings


def poisson_of(rate):
    return lambda luck, shape: luck.poisson(rate, shape)


def normal_of(mean, spread):
    return lambda luck, shape: luck.normal(mean, spread, shape)


def test_min_max_costs_what_is_published(chains):
    """(s,S) under Poisson demand: Snyder and Shen, example 4.7; Zheng and Federgruen (1991)."""
    case = published("inventory_published", "sS_poisson")
    given, best = case["given"], case["expected"]
    rule = {"policy": "order_up_to", "reorder_point": best["s"], "order_up_to": best["S"]}
    seen = chains((1, 1, 1), [PLENTY, PLENTY, rule], given["mean"], poisson_of(given["mean"]))
    cost = given["h"] * seen.stocks[2] + given["p"] * seen.waiting + given["K"] * (seen.ordered > 1e-9)
    assert_mean(cost, best["cost"], 0.005)


def test_fixed_lots_cost_what_is_published(chains):
    """(r,Q) under Poisson demand: Snyder and Shen, example 5.8; the position is uniform above r."""
    case = published("inventory_published", "rQ_poisson")
    given, best = case["given"], case["expected"]
    rule = {"policy": "fixed_quantity", "reorder_point": best["r"], "order_quantity": best["Q"]}
    levels = [1e6, 1e6, best["r"] + best["Q"]]
    lead, rate = given["lead_time"], given["demand_rate"]
    seen = chains((1, 1, lead), [PLENTY, PLENTY, rule], rate, poisson_of(rate), opening=levels)
    lots = seen.ordered / best["Q"]
    assert np.abs(lots - np.rint(lots)).max() < 1e-9
    cost = given["h"] * seen.stocks[2] + given["p"] * seen.waiting + given["K"] * lots
    assert_mean(cost, best["cost"], 0.01)
    for above in range(1, best["Q"] + 1):
        at = np.abs(seen.position - best["r"] - above) < 1e-6
        assert_mean(at, 1 / best["Q"], 0.02)


@pytest.mark.parametrize("days", [1, 3])
def test_base_stock_serves_from_the_shelf_what_poisson_says(chains, days):
    """Reviewed every T days: evenings see the demand of lead to lead + T - 1 days (T = 1: base stock)."""
    rate, lead, level = 4.0, 2, 13 + 4 * (days - 1)
    rule = {"policy": "base_stock", "order_up_to": level}
    if days > 1:
        rule = {"policy": "periodic", "order_up_to": level, "review_days": days}
    seen = chains((1, 1, lead), [PLENTY, PLENTY, rule], rate, poisson_of(rate))
    short = [short_of(level, rate * (lead + k)) for k in range(days)]
    late = short_of(level, rate * (lead - 1))  # before the first evening of a cycle
    assert_mean(seen.waiting, np.mean(short), 0.05)
    assert_mean(
        seen.stocks[2], level - np.mean([rate * (lead + k) for k in range(days)]) + np.mean(short), 0.01
    )
    at_once = np.clip(seen.asked - seen.waiting, 0.0, None)
    assert_mean(at_once, rate - (short[-1] - late) / days, 0.01)


def short_of(level, mean):
    """Return E[(D - level)+] of Poisson demand."""
    return mean * poisson.sf(level - 2, mean) - level * poisson.sf(level - 1, mean) if level > 0 else mean


def test_lost_sales_follow_their_markov_chain(chains):
    """(s,S), lead of a day, nobody waits: the evening's stock is a Markov chain solved exactly."""
    s, most, rate = 5, 12, 4.0
    chance = np.zeros((most + 1, most + 1))
    lost, asked = np.zeros(most + 1), np.arange(200)
    for stock in range(most + 1):
        morning = most if stock <= s else stock
        left = np.maximum(morning - asked, 0)
        np.add.at(chance[stock], left, poisson.pmf(asked, rate))
        lost[stock] = (np.maximum(asked - morning, 0) * poisson.pmf(asked, rate)).sum()
    values, vectors = np.linalg.eig(chance.T)
    stationary = np.real(vectors[:, np.argmax(np.real(values))])
    stationary /= stationary.sum()
    rule = {"policy": "order_up_to", "reorder_point": s, "order_up_to": most}
    seen = chains((1, 1, 1), [PLENTY, PLENTY, rule], rate, poisson_of(rate), tolerance=0)
    assert (seen.waiting == 0).all()
    assert_mean(seen.stocks[2], float(stationary @ np.arange(most + 1)), 0.005)
    assert_mean(seen.asked - seen.served, float(stationary @ lost), 0.05)
    assert_mean(seen.served, rate - float(stationary @ lost), 0.005)


def test_a_serial_system_costs_what_clark_and_scarf_say(chains):
    """Local base stocks of the published echelon levels; the book prints 47.65 with 30 of it on the way."""
    case = published("inventory_published", "clark_scarf_serial")
    given = case["given"]
    echelon, hold = given["echelon_base_stock"], given["local_holding_cost"]
    levels = [echelon["3"] - echelon["2"], echelon["2"] - echelon["1"], echelon["1"]]
    rules = [{"policy": "base_stock", "order_up_to": level} for level in levels]
    leads = tuple(given["lead_time"][stage] for stage in ("3", "2", "1"))
    mean, spread = given["demand_mean"], given["demand_sd"]
    seen = chains(leads, rules, mean, normal_of(mean, spread))
    cost = sum(hold[stage] * stock for stage, stock in zip("321", seen.stocks, strict=True))
    cost = cost + given["stockout_cost"] * seen.waiting
    on_the_way = hold["2"] * leads[2] * mean + hold["3"] * leads[1] * mean
    assert on_the_way == 30
    assert_mean(cost + on_the_way, case["expected"]["cost"], 0.003)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_orders_swing_more_than_demand_as_chen_says(chains, number):
    """Order up to L days of a moving average of p days: 1 + (2 L / p + 2 L^2 / p^2) (1 - rho^p)."""
    case = published("closed_forms", "bullwhip_moving_average")[number]
    lead, window, rho, mean, spread = case["L"], case["p"], case["rho"], 100.0, 8.0

    def draw(luck, shape):
        demand = np.empty(shape)
        demand[0] = luck.normal(0, spread, shape[1])
        for day in range(1, shape[0]):
            fresh = luck.normal(0, spread * np.sqrt(1 - rho**2), shape[1])
            demand[day] = rho * demand[day - 1] + fresh
        return mean + demand

    rule = {"policy": "base_stock", "order_up_to": lead, "measured_in": "days_of_recent_use"}
    rules = [PLENTY, PLENTY, rule | {"recent_days": window}]
    seen = chains((1, 1, 1), rules, mean, draw, opening=[1e6, 1e6, lead * mean])
    assert (seen.ordered > 0).all()
    ratio = seen.ordered.var(axis=0, ddof=1) / seen.asked.var(axis=0, ddof=1)
    error = ratio.std(ddof=1) / np.sqrt(CHAINS)
    assert error < 0.01 * case["ratio"]
    assert abs(ratio.mean() - case["ratio"]) < 4 * error + 0.005 * case["ratio"]


def test_fixed_lots_under_normal_demand_cost_what_is_published(chains):
    """(r,Q): Snyder and Shen, example 5.1. A day here is the lead time of a month there."""
    case = published("inventory_published", "rQ_normal_cost")
    given = case["given"]
    part = given["lead_time"]
    mean, spread = given["demand_mean"] * part, given["demand_sd"] * np.sqrt(part)
    rule = {"policy": "fixed_quantity", "reorder_point": given["r"], "order_quantity": given["Q"]}
    levels = [1e6, 1e6, given["r"] + given["Q"] / 2]
    seen = chains((1, 1, 1), [PLENTY, PLENTY, rule], mean, normal_of(mean, spread), opening=levels)
    cost = given["h"] * seen.stocks[2] + given["p"] * seen.waiting
    cost = cost + given["K"] * seen.ordered / given["Q"] / part
    assert_mean(cost, case["expected"]["cost"], 0.01)
