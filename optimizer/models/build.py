"""The model, part by part: read the lists below as its table of contents."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.models import electricity, interventions, network, production, sourcing
from optimizer.models.bounds import activity_bounds
from optimizer.models.carbon import cap_respected
from optimizer.models.objective import least_cost
from optimizer.models.variables import add_variables
from scenarios.caps import Cap
from scenarios.ledger import Ledger
from scenarios.scenario import Floats, Scenario

RULES = (
    network.node_balance,
    network.lane_capacity,
    network.arc_unlocked,
    production.standing_capacity,
    production.line_capacity,
    production.minimum_use,
    production.recipe_share,
    production.operation_unlocked,
    sourcing.offer_unlocked,
    sourcing.least_share,
    sourcing.largest_share,
    interventions.effect_follows_adoption,
    interventions.adopted_once,
    interventions.prerequisite_active,
    interventions.exclusive_choice,
    interventions.covered_within_activity,
    interventions.covered_only_if_active,
    interventions.covered_when_active,
    electricity.load_met,
    electricity.option_share,
    electricity.contracted_output,
    electricity.contract_used,
    electricity.onsite_output,
    electricity.green_share,
)
COUNTING_RULES = (sourcing.bought_only_if_used, sourcing.used_only_if_bought, sourcing.supplier_count)


def build_model(scenario: Scenario, ledger: Ledger, caps: list[Cap], limits: Floats) -> pyo.ConcreteModel:
    """Return the model of a scenario.

    Parameters
    ----------
    caps, limits : what :func:`scenarios.caps.cap_terms` and :func:`~scenarios.caps.cap_limits`
        return; limits (C, T).
    """
    model = pyo.ConcreteModel(name=scenario.name)
    bounds = activity_bounds(scenario)
    add_variables(model, scenario, bounds)
    for rule in RULES:
        model.add_component(rule.__name__, rule(model, scenario, bounds))
    if len(sourcing.counted_rules(scenario)):
        sourcing.add_use_offer(model, scenario)
        for rule in COUNTING_RULES:
            model.add_component(rule.__name__, rule(model, scenario, bounds))
    if len(caps):
        model.cap_respected = cap_respected(model, scenario, caps, np.asarray(limits))
    model.least_cost = least_cost(model, ledger)
    return model
