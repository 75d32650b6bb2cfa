"""Which rules are policy: what is asked of lanes, orders, hubs and returns, and how customers are served."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyomo.environ as pyo

from optimizer.models import purchases, sourcing
from optimizer.models.instance import Instance
from optimizer.models.serving import single_demands
from optimizer.policy import (
    AT_LEAST,
    AT_MOST,
    Policy,
    Prices,
    evaluated,
    goods_unit,
    grid,
    ones,
    weight,
)
from scenarios.scenario import Floats


def network_policies(model: pyo.ConcreteModel, instance: Instance, price: Prices) -> Iterator[Policy]:
    """Yield the policies of lanes, orders, hubs, returns and single sourcing, rows or not."""
    yield from _lane_minimum(instance, price)
    yield from _minimum_order(instance, price)
    yield from _share_if_used(model, instance, price)
    yield from _single_source(instance, price)
    yield from _hub_capacity(instance, price)
    yield from _minimum_return(model, instance, price)


def _lane_minimum(instance: Instance, price: Prices) -> Iterator[Policy]:
    scenario, lanes = instance.scenario, instance.scenario.lanes
    element, period = grid(np.flatnonzero(lanes.minimum > 0), len(scenario.periods))
    yield Policy(
        *("lane_minimum", "lane minimum", AT_LEAST, np.arange(len(element)), lanes.label[element]),
        *(element, period, lanes.minimum[element], "t/year", "t/year"),
        *(price.goods * weight(scenario, period), ones(len(element))),
    )


def _minimum_order(instance: Instance, price: Prices) -> Iterator[Policy]:
    scenario, offers, unit = instance.scenario, instance.scenario.offers, goods_unit(instance.scenario)
    element, period = grid(np.flatnonzero(offers.minimum_order > 0), len(scenario.periods))
    yield Policy(
        *("minimum_order", "minimum order", AT_LEAST, np.arange(len(element)), offers.label[element]),
        *(element, period, offers.minimum_order[element], unit, unit),
        *(price.goods * weight(scenario, period), ones(len(element))),
    )


def _share_if_used(model: pyo.ConcreteModel, instance: Instance, price: Prices) -> Iterator[Policy]:
    scenario, rules = instance.scenario, instance.scenario.sourcing_rules
    periods, floored = len(scenario.periods), sourcing.floored_rules(instance.scenario)
    rule = np.repeat(floored, [len(rules.members[r]) for r in floored]).astype(np.int64)
    element, period = grid(rule, periods)
    spend = rules.by_spend[element]

    def whole() -> Floats:
        terms = [
            part
            for row, r in enumerate(rule.tolist())
            for part in purchases.measured(model, instance, rules.among[r], bool(rules.by_spend[r]), row, 1.0)
        ]
        return np.maximum(evaluated(terms, len(element)), 1e-9)

    yield Policy(
        *("share_if_used", "share if used", AT_LEAST, np.arange(len(element)), rules.label[element]),
        *(element, period, rules.share_if_used[element], "share"),
        goods_unit(scenario) if not spend.any() else "units or currency a year",
        *(np.where(spend, price.money, price.goods) * weight(scenario, period), whole),
    )


def _single_source(instance: Instance, price: Prices) -> Iterator[Policy]:
    scenario, demands = instance.scenario, instance.scenario.demands
    element, period = grid(single_demands(scenario), len(scenario.periods))
    yield Policy(
        *("one_lane_serves", "single source", AT_MOST, np.arange(len(element)), demands.label[element]),
        *(element, period, np.ones(len(element)), "lanes", "lanes"),
        *(price.count * weight(scenario, period), ones(len(element))),
    )


def _hub_capacity(instance: Instance, price: Prices) -> Iterator[Policy]:
    scenario, hubs, unit = instance.scenario, instance.scenario.hubs, goods_unit(instance.scenario)
    element, period = grid(np.flatnonzero(np.isfinite(hubs.capacity).all(axis=1)), len(scenario.periods))
    yield Policy(
        *("hub_capacity", "hub capacity", AT_MOST, np.arange(len(element)), hubs.label[element]),
        *(element, period, hubs.capacity[element, period], unit, unit),
        *(price.goods * weight(scenario, period), ones(len(element))),
    )


def _minimum_return(model: pyo.ConcreteModel, instance: Instance, price: Prices) -> Iterator[Policy]:
    scenario, returns = instance.scenario, instance.scenario.returns
    periods, unit = len(scenario.periods), goods_unit(instance.scenario)
    element, period = grid(np.flatnonzero(returns.minimum_share > 0), periods)

    def delivered() -> Floats:
        unmet = model.unmet.value_array.reshape(-1, periods)
        before = returns.delivered_before(scenario.demands.quantity - unmet)
        return np.maximum(before[element, period], 1e-9)

    yield Policy(
        *("least_returned", "minimum return", AT_LEAST, element * periods + period, returns.label[element]),
        *(element, period, returns.minimum_share[element], "share", unit),
        *(price.goods * weight(scenario, period), delivered),
    )
