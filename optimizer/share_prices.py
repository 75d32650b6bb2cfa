"""What the shares that sourcing rules ask for cost: the duals of their rows, and the price of one point."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from optimizer.solution import Solution
from scenarios.power_results import POWER_MEANINGS
from scenarios.scenario import Floats, Integers, Scenario

POINT = 0.01  # of a share


def with_share_prices(
    plan: xr.Dataset, scenario: Scenario, solution: Solution, model: pyo.ConcreteModel
) -> xr.Dataset:
    """Return the plan with the price of each sourcing rule's share by period; as it is without rules.

    ``dual_least_share`` and ``dual_largest_share``: present value of one more unit, or currency, that the
    rule asks for or does not allow. ``rule_point_price``: the same of one percentage point of the share.
    """
    rules = scenario.sourcing_rules
    if "rule_share" not in plan:
        return plan
    least = _by_rule(solution, model.least_share, rules.with_least, scenario)
    largest = -_by_rule(solution, model.largest_share, rules.with_largest, scenario) + 0.0
    spend = plan["offer_spend"].to_numpy() / scenario.periods.years
    bought = plan["purchase"].to_numpy()
    whole = np.array(
        [
            (spend if by_spend else bought)[among].sum(axis=0)
            for by_spend, among in zip(rules.by_spend, rules.among, strict=True)
        ]
    )
    dims, money = ("sourcing_rule", "period"), scenario.currency
    more = "present value of one unit, or currency, a year more that the rule"
    point = "present value of one percentage point of the share in the years of the period"
    return plan.assign(
        dual_least_share=(dims, least, {"units": f"{money}/unit", "long_name": f"{more} asks for"}),
        dual_largest_share=(dims, largest, {"units": f"{money}/unit", "long_name": f"{more} allows"}),
        rule_point_price=(dims, (least + largest) * whole * POINT, {"units": money, "long_name": point}),
    )


def with_matching_price(
    plan: xr.Dataset, scenario: Scenario, solution: Solution, model: pyo.ConcreteModel
) -> xr.Dataset:
    """Return the plan with ``dual_matched_share`` (period,), where ``electricity.matched_share`` is set.

    Present value of one more MWh a year to be matched.
    """
    asked = np.flatnonzero(scenario.electricity.share_by_period(scenario.periods) > 0)
    if not len(asked):
        return plan
    price = np.zeros(len(scenario.periods))
    price[asked] = np.nan_to_num(solution.dual(model.matched_share))
    units, meaning = POWER_MEANINGS["dual_matched_share"]
    attributes = {"units": units.replace("currency", scenario.currency), "long_name": meaning}
    return plan.assign(dual_matched_share=("period", price, attributes))


def without_prices(plan: xr.Dataset) -> xr.Dataset:
    """Return a plan whose last solve counted emissions, not money: no price of it is known."""
    priced = [name for name in plan if str(name).startswith("dual_") or name == "rule_point_price"]
    return plan.assign({name: xr.full_like(plan[name], np.nan) for name in priced})


def _by_rule(solution: Solution, rows: pyo.Constraint, bound: Integers, scenario: Scenario) -> Floats:
    """Return the duals of a rule's rows, (R, T), 0 for sourcing rules that have none."""
    found = np.zeros(scenario.sourcing_rules.minimum_share.shape)
    if len(bound):
        found[bound] = np.nan_to_num(solution.dual(rows)).reshape(len(bound), -1)
    return found
