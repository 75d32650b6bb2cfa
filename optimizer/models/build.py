"""The model, part by part: read the lists below as its table of contents."""

from __future__ import annotations

import pyomo.environ as pyo

from optimizer.models import (
    carbon,
    covers,
    custom,
    electricity,
    gates,
    hubs,
    interventions,
    investment,
    lanes,
    modules,
    network,
    pins,
    production,
    programmes,
    scorecards,
    serving,
    sourcing,
    stocks,
    targets,
    tiers,
)
from optimizer.models.instance import Instance
from optimizer.models.objective import least_cost
from optimizer.models.variables import add_variables

RULES = (
    network.node_balance,
    network.lane_capacity,
    network.arc_unlocked,
    lanes.lane_opened,
    lanes.lane_minimum,
    lanes.enough_trips,
    gates.arc_open_with_origin,
    gates.arc_open_with_destination,
    hubs.hub_capacity,
    hubs.hub_capacity_opened,
    hubs.arc_open_with_hub,
    stocks.most_returned,
    stocks.least_returned,
    stocks.disposal_limit,
    stocks.production_ceiling,
    production.standing_capacity,
    production.line_capacity,
    production.minimum_use,
    production.recipe_share,
    production.operation_unlocked,
    sourcing.offer_unlocked,
    sourcing.least_share,
    sourcing.largest_share,
    sourcing.bought_only_if_used,
    sourcing.used_only_if_bought,
    sourcing.minimum_order,
    sourcing.share_if_used,
    sourcing.supplier_count,
    sourcing.change_limited,
    scorecards.threshold_reached,
    scorecards.threshold_missed,
    scorecards.counted_within_purchase,
    scorecards.counted_only_if_reached,
    scorecards.counted_when_reached,
    tiers.purchase_in_tiers,
    tiers.tier_reached,
    tiers.tier_left,
    tiers.one_tier,
    serving.one_lane_serves,
    serving.moved_only_if_serving,
    interventions.effect_follows_adoption,
    interventions.adopted_once,
    interventions.prerequisite_active,
    interventions.exclusive_choice,
    covers.covered_within_activity,
    covers.covered_only_if_active,
    covers.covered_within_capacity,
    covers.covered_when_active,
    modules.present_with_a_module,
    modules.present_with_any_module,
    modules.chosen_when_decided,
    investment.loan_repaid,
    investment.budget_kept,
    investment.intervention_count,
    programmes.seats_given,
    electricity.load_met,
    electricity.option_share,
    electricity.contracted_output,
    electricity.contract_used,
    electricity.onsite_output,
    electricity.green_share,
    carbon.cap_respected,
    pins.pin_kept,
    custom.custom_rule_kept,
    targets.target_kept,
    targets.basin_water,
)


def build_model(instance: Instance) -> pyo.ConcreteModel:
    """Return the model of an instance: all decisions, every rule under its own name, the objective."""
    model = pyo.ConcreteModel(name=instance.scenario.name)
    add_variables(model, instance)
    rules = [*RULES]
    for rule in rules:
        model.add_component(rule.__name__, rule(model, instance))
    model.least_cost = least_cost(model, instance)
    return model
