"""What steel classes cost: the same pathway solved again without them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import xarray as xr

from scenarios.scenario import Scenario
from scenarios.steel_classes import MEASURE


def with_class_cost(
    plan: xr.Dataset, scenario: Scenario, solve: Callable[[Scenario], xr.Dataset]
) -> xr.Dataset:
    """Return the plan with what its steel classes cost, where that is asked for (`carbon.cost_of_classes`).

    Attributes ``classes_cost_npv``, currency, present value, and ``classes_cost_gap``, by which the two plans
    may be off together. `solve` : returns the plan of a scenario.
    """
    targets = scenario.targets
    classes = targets.enforce & (targets.measure == MEASURE)
    if not scenario.carbon.cost_of_classes or not classes.any():
        return plan
    free = replace(
        scenario,
        targets=replace(targets, enforce=targets.enforce & ~classes),
        carbon=replace(scenario.carbon, cost_of_classes=False),
    )
    without = solve(free)
    cost = [float(each.attrs["total_cost_npv"]) for each in (plan, without)]
    gap = sum(float(each.attrs["gap"]) * abs(c) for each, c in zip((plan, without), cost, strict=True))
    return plan.assign_attrs(classes_cost_npv=cost[0] - cost[1], classes_cost_gap=gap)
