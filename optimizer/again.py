"""Planning again and again under tighter margins, with one model for all plans."""

from __future__ import annotations

from collections.abc import Callable

import xarray as xr

from optimizer.objective_settings import ObjectiveSettings
from optimizer.optimize import optimize
from optimizer.session import PlanSession
from optimizer.settings import SolverSettings
from scenarios.scenario import Scenario


def plan_again(
    settings: SolverSettings, reference: xr.Dataset, objective: ObjectiveSettings
) -> Callable[[Scenario], xr.Dataset]:
    """Return what plans a scenario of which only numbers change; the model is built for the first one.

    It raises as :func:`optimizer.optimize` does.
    """
    sessions: list[PlanSession] = []

    def plan(scenario: Scenario) -> xr.Dataset:
        if not sessions:
            sessions.append(PlanSession(scenario, settings, reference))
        return optimize(scenario, settings, reference, None, objective, sessions[0])

    return plan
