"""Why there is no plan, in the planner's words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayObjective
from optimizer.highs import solve
from optimizer.models.build import build_model
from optimizer.models.instance import Instance, make_instance
from optimizer.settings import SolverSettings
from optimizer.solution import Status
from scenarios.caps import Cap
from scenarios.ledger import rates
from scenarios.scenario import Floats, Scenario
from scenarios.settings import CapKind

NEGLIGIBLE = 1e-6  # of the limit or the demand


def why_infeasible(instance: Instance, settings: SolverSettings) -> str:
    """Return what stands in the way: the least overrun of each cap, else the least shortage, else neither.

    Caps and demands are relaxed together and the sum of overruns is made as small as it can be;
    demand is only left unmet where no cap could help.
    """
    scenario, caps, limits = instance.scenario, instance.caps, instance.limits
    relaxed = replace(
        scenario, demands=replace(scenario.demands, shortage_cost=np.ones_like(scenario.demands.quantity))
    )
    model = build_model(make_instance(relaxed, rates(relaxed), caps, limits))
    model.overrun.upper[:] = np.inf
    model.least_cost.deactivate()
    unmet_weight = 1e3  # a tonne unserved outweighs any tonne of carbon it could save
    model.least_violation = ArrayObjective(
        [
            (model.overrun, np.ones(len(model.overrun))),
            (model.unmet, np.full(len(model.unmet), unmet_weight)),
        ]
    )
    solution = solve(model, settings)
    if not solution.has_values or solution.status is Status.INFEASIBLE:
        return (
            "no plan meets all rules, even without caps and with demand unserved. Rules on lines "
            "(minimum_use), sourcing shares and the green share are left: relax them one at a time"
        )
    lines = [*_caps_missed(model, scenario, caps, limits), *_demand_missed(model, scenario)]
    if not lines:
        return "no plan meets all rules within the solver's tolerance; the conflict is too small to name"
    return "no plan meets all rules. At the least:\n" + "\n".join(f"  - {line}" for line in lines)


def _caps_missed(model: pyo.ConcreteModel, scenario: Scenario, caps: list[Cap], limits: Floats) -> list[str]:
    periods = scenario.periods
    overrun = model.overrun.value_array.reshape(len(caps), len(periods))
    found = []
    for c, cap in enumerate(caps):
        for t in np.flatnonzero(overrun[c] > NEGLIGIBLE * np.maximum(np.nan_to_num(limits[c], posinf=0), 1)):
            limit = limits[c, t]
            if cap.settings.kind is CapKind.INTENSITY:
                shown = f"{limit:.4g} t per unit"
            else:
                shown = f"{limit / 1e3:,.1f} kt"
            found.append(
                f"cap {cap.label!r} of {shown} in {periods.start[t]} is missed by "
                f"{overrun[c, t] / 1e3:,.1f} kt: raise the limit, allow more levers (pathway.levers), "
                "or give it an overrun_price"
            )
    return found


def _demand_missed(model: pyo.ConcreteModel, scenario: Scenario) -> list[str]:
    periods = scenario.periods
    unmet = model.unmet.value_array.reshape(-1, len(periods))
    found = []
    for d, t in zip(*np.nonzero(unmet > NEGLIGIBLE * np.maximum(scenario.demands.quantity, 1)), strict=True):
        if np.isfinite(scenario.demands.shortage_cost[d, t]):
            continue
        found.append(
            f"demand {scenario.demands.label[d]} in {periods.start[t]} is short by {unmet[d, t]:,.0f}: "
            "add capacity or lanes, or give it a shortage_cost"
        )
    return found
