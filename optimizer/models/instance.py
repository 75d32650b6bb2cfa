"""What every rule of the model is given: the scenario, its caps and ledger, and bounds on activities.

The bounds are the largest value each activity can take, from the data alone. They bound the
variables and stand where textbooks write a big M: a link between a flow and a decision uses the
flow's own bound, which keeps the relaxation tight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.models.bounds import discard_bounds, kept_before, kept_for_later, return_bounds
from scenarios.caps import Cap
from scenarios.ledger import Ledger
from scenarios.scenario import Floats, Scenario


@dataclass(frozen=True)
class Bounds:
    """Upper bounds by period: purchase (O, T), flow (A, T), run (R, T), capacity (L, T), load (S, T)."""

    purchase: Floats
    flow: Floats
    run: Floats
    capacity: Floats
    load: Floats


@dataclass(frozen=True)
class Instance:
    """One problem to model: limits of the caps are (C, T), inf where a cap does not hold."""

    scenario: Scenario
    ledger: Ledger
    caps: list[Cap]
    limits: Floats
    bounds: Bounds


def make_instance(scenario: Scenario, ledger: Ledger, caps: list[Cap], limits: Floats) -> Instance:
    """Return the instance of a scenario under limits of its caps."""
    return Instance(scenario, ledger, caps, np.asarray(limits), activity_bounds(scenario))


def activity_bounds(scenario: Scenario) -> Bounds:
    """Return the tightest simple bounds: capacities, then what can leave or be used at a node."""
    periods, nodes = len(scenario.periods), len(scenario.nodes.label)
    capacity = _largest_capacity(scenario)
    operations, recipe = scenario.operations, scenario.recipe
    use = np.maximum(operations.use, 1e-12)[:, None]
    run = capacity[operations.line] / use * operations.maximum_share[:, None]

    made, used = np.zeros((nodes, periods)), np.zeros((nodes, periods))
    moved = recipe.quantity[:, None] * run[recipe.operation]
    np.add.at(made, recipe.node, np.maximum(moved, 0))
    np.add.at(used, recipe.node, np.maximum(-moved, 0))
    np.add.at(used, scenario.demands.node, scenario.demands.quantity)
    np.add.at(made, scenario.returns.node, return_bounds(scenario))
    np.add.at(used, scenario.disposals.node, discard_bounds(scenario, run))

    product = scenario.nodes.product
    used_in_all = np.zeros((len(scenario.products.label), periods))
    np.add.at(used_in_all, product, used)
    used_in_all += kept_for_later(used_in_all, scenario, scenario.stores.product)
    used += kept_for_later(used, scenario, scenario.stores.node)

    offers = scenario.offers
    purchase = np.minimum(offers.capacity, used_in_all[offers.product])
    np.add.at(made, offers.node, purchase)
    made += kept_before(made, scenario, scenario.stores.node)

    arcs = scenario.arcs
    in_all = used_in_all[arcs.product]
    passes_on = np.isin(arcs.head, arcs.tail)[:, None]
    passed_on = np.isin(arcs.tail, arcs.head)[:, None]
    flow = np.minimum(
        np.where(passes_on, in_all, used[arcs.head]), np.where(passed_on, in_all, made[arcs.tail])
    )
    flow = np.minimum(flow, scenario.lanes.capacity[arcs.lane, None] / arcs.tonnes_per_unit[:, None])

    load = np.zeros((len(scenario.sites.label), periods))
    np.add.at(load, operations.site, operations.electricity[:, None] * run)
    grows = scenario.covers.electricity_cut < 0  # carbon capture draws power instead of saving it
    extra = scenario.covers.element[grows]
    np.add.at(
        load,
        operations.site[extra],
        (-scenario.covers.electricity_cut[grows] * operations.electricity[extra])[:, None] * run[extra],
    )
    return Bounds(purchase, flow, run, capacity, load)


def _largest_capacity(scenario: Scenario) -> Floats:
    """Return standing capacity plus all that allowed interventions may add, (L, T)."""
    changes = scenario.capacity_changes
    added = np.zeros(len(scenario.lines.label))
    adds = (changes.amount > 0) & scenario.interventions.allowed[changes.intervention]
    modules = scenario.interventions.maximum_modules[changes.intervention]
    np.add.at(added, changes.line[adds], (changes.amount * modules)[adds])
    return scenario.lines.capacity + added[:, None]
