"""The model, part by part: read the lists below as its table of contents."""

from __future__ import annotations

import pyomo.environ as pyo

from optimizer.models import carbon, electricity, interventions, network, production, sourcing
from optimizer.models.instance import Instance
from optimizer.models.objective import least_cost
from optimizer.models.variables import add_variables

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
    carbon.cap_respected,
)
COUNTING_RULES = (sourcing.bought_only_if_used, sourcing.used_only_if_bought, sourcing.supplier_count)


def build_model(instance: Instance) -> pyo.ConcreteModel:
    """Return the model of an instance: all decisions, every rule under its own name, the objective."""
    model = pyo.ConcreteModel(name=instance.scenario.name)
    add_variables(model, instance)
    rules = [*RULES]
    if len(sourcing.counted_rules(instance.scenario)):
        sourcing.add_use_offer(model, instance.scenario)
        rules += COUNTING_RULES
    for rule in rules:
        model.add_component(rule.__name__, rule(model, instance))
    model.least_cost = least_cost(model, instance)
    return model
