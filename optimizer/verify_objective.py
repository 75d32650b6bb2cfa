"""Second opinion on what a plan minimises; see :mod:`optimizer.verify`."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import xarray as xr

from scenarios.accounts import total_accounts
from scenarios.scenario import Floats
from scenarios.settings import Scope2

Finding = tuple[str, Floats, Floats]  # rule, violation, size of what is compared


def measured_emissions(plan: xr.Dataset, measure: str) -> float:
    """Return a plan's emissions over the accounts of its total.

    `measure` : ``cumulative``, t over the horizon, or ``last_year``, t a year in the last period.
    """
    accounts = list(total_accounts(Scope2(plan.attrs["scope2"])))
    yearly = plan["emissions"].sel(emission_account=accounts).sum("emission_account").to_numpy()
    if measure == "cumulative":
        return float(yearly @ plan["years"].to_numpy())
    if measure != "last_year":
        message = f"no measure of emissions is called {measure!r}"
        raise ValueError(message)
    return float(yearly[-1])


def objective_findings(plan: xr.Dataset, cost: float) -> Iterator[Finding]:
    """Yield how far the objective is from what is booked, and goals of earlier solves from their limits."""
    emitted = measured_emissions(plan, plan.attrs.get("objective_emissions", "cumulative"))
    weight = float(plan.attrs.get("carbon_weight", 0.0))
    booked = {"cost": cost, "emissions": emitted, "weighted": cost + weight * emitted}
    goal = plan.attrs.get("objective_goal", "cost")
    objective = np.array([plan.attrs["objective"]])
    yield f"objective equals booked {goal}", np.abs(objective - booked[goal]), objective
    for stage in json.loads(plan.attrs.get("stages_json", "[]")):
        if stage["limit"] is not None:
            excess = np.array([max(booked[stage["goal"]] - stage["limit"], 0.0)])
            yield f"{stage['goal']} within its limit", excess, np.array([stage["limit"]])
