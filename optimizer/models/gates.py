"""Lanes whose one end works only once an intervention has opened it: the strong form of facility location."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, rows, term
from optimizer.models.columns import active_after, every_period
from optimizer.models.instance import Instance
from optimizer.models.modules import presence
from scenarios.scenario import Flags, Floats, Integers, Scenario

Pairs = set[tuple[int, int]]  # (node, intervention)


def arc_open_with_origin(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Carry nothing away from an origin before an intervention opens it.

    .. math:: flow_{a,t} \le F_{a,t} \sum_{i \in opens(origin)} in\_effect_{i,t}

    Index: arc that leaves a node with no source but locked offers, locked processes or lines without
    capacity of their own, period; only where F is smaller than what the origin could ever supply.
    Unit: product unit a year. F: the arc's own bound. It follows from the origin's own links but for
    fractions: with it the relaxation of facility location is the strong one.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: disaggregated linking constraint (Krarup and Pruzan 1983).
    """
    arcs = instance.scenario.arcs
    return _open_with(model, instance, arcs.tail, origin_gates(instance.scenario), largest_supply(instance))


def arc_open_with_destination(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Bring nothing to a destination before an intervention opens what uses it.

    .. math:: flow_{a,t} \le F_{a,t} \sum_{i \in opens(destination)} in\_effect_{i,t}

    Index: arc to a node that only locked processes or lines without capacity of their own use, period;
    only where F is smaller than what the destination could ever use. Unit: product unit a year. F: the
    arc's own bound. It follows from the destination's own links but for fractions: generated networks
    with bases to open have a relaxation 1 % nearer to the optimum with it.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: disaggregated linking constraint (Krarup and Pruzan 1983).
    """
    arcs = instance.scenario.arcs
    return _open_with(model, instance, arcs.head, destination_gates(instance.scenario), largest_use(instance))


def _open_with(
    model: pyo.ConcreteModel,
    instance: Instance,
    end: Integers,
    gates: tuple[Integers, Integers],
    largest: Floats,
) -> ArrayConstraint:
    """Return rows that close arcs until one of the gates of the node at their `end` (A,) is in effect."""
    scenario, flow = instance.scenario, instance.bounds.flow
    periods = len(scenario.periods)
    node, intervention = gates
    smaller = (flow < largest[end] * (1 - 1e-9)).any(axis=1) & flow.any(axis=1)
    bound = np.flatnonzero(smaller & np.isin(end, node))
    first, count = np.searchsorted(node, end[bound]), np.bincount(node, minlength=1)
    number = count[end[bound]]
    arc = np.repeat(np.arange(len(bound)), number)
    gate = np.repeat(first, number) + np.arange(len(arc)) - np.repeat(np.cumsum(number) - number, number)
    return rows(len(bound) * periods).at_most(
        0.0,
        [
            +term(model.flow, row=np.arange(len(bound) * periods), column=every_period(bound, periods)),
            *presence(
                model, scenario, every_period(arc, periods), intervention[gate], -flow[bound[arc]].ravel()
            ),
        ],
    )


def origin_gates(scenario: Scenario) -> tuple[Integers, Integers]:
    """Return pairs (node, intervention) for nodes that nothing supplies before an intervention does."""
    offers, recipe, unlocks = scenario.offers, scenario.recipe, scenario.unlocks
    made = np.flatnonzero(recipe.quantity > 0)
    free = np.zeros(len(scenario.nodes.label), dtype=bool)
    for open_nodes in (
        scenario.arcs.head,
        offers.node[~offers.locked],
        recipe.node[made][~_closed(scenario)[recipe.operation[made]]],
        scenario.covers.input_node,
        scenario.returns.node,
        scenario.stores.node,
    ):
        free[open_nodes] = True
    of_offer = unlocks.family == "offer"
    opened = offers.node[unlocks.element[of_offer]].tolist()
    gates = set(zip(opened, unlocks.intervention[of_offer].tolist(), strict=True))
    return _sorted_gates(scenario, gates | _process_gates(scenario, made), free)


def destination_gates(scenario: Scenario) -> tuple[Integers, Integers]:
    """Return pairs (node, intervention) for nodes that nothing uses before an intervention does."""
    recipe = scenario.recipe
    used = np.flatnonzero(recipe.quantity < 0)
    free = np.zeros(len(scenario.nodes.label), dtype=bool)
    for open_nodes in (
        scenario.arcs.tail,
        scenario.demands.node,
        recipe.node[used][~_closed(scenario)[recipe.operation[used]]],
        scenario.disposals.node,
        scenario.stores.node,
    ):
        free[open_nodes] = True
    return _sorted_gates(scenario, _process_gates(scenario, used), free)


def _closed(scenario: Scenario) -> Flags:
    """Return whether an operation can run only thanks to an intervention, (R,)."""
    operations = scenario.operations
    idle = ~(scenario.lines.capacity[operations.line] > 0).any(axis=1)
    closed: Flags = np.logical_or(operations.locked, idle)
    return closed


def _process_gates(scenario: Scenario, entries: Integers) -> Pairs:
    """Return who opens the operations of recipe `entries`, at the nodes of the entries."""
    operations, recipe = scenario.operations, scenario.recipe
    unlocks, changes = scenario.unlocks, scenario.capacity_changes
    by_operation: dict[int, list[int]] = {}
    of_operation = unlocks.family == "operation"
    for i, r in zip(
        unlocks.intervention[of_operation].tolist(), unlocks.element[of_operation].tolist(), strict=True
    ):
        by_operation.setdefault(r, []).append(i)
    by_line: dict[int, list[int]] = {}
    grows = changes.amount > 0
    for i, line in zip(changes.intervention[grows].tolist(), changes.line[grows].tolist(), strict=True):
        by_line.setdefault(line, []).append(i)
    gates: Pairs = set()
    for node, r in zip(recipe.node[entries].tolist(), recipe.operation[entries].tolist(), strict=True):
        keys = by_operation.get(r, []) if operations.locked[r] else by_line.get(int(operations.line[r]), [])
        gates |= {(node, i) for i in keys}
    return gates


def _sorted_gates(scenario: Scenario, gates: Pairs, free: Flags) -> tuple[Integers, Integers]:
    """Return the gates of nodes that are not free, without those that come only after another one.

    What requires a gate that stays in effect for good opens nothing that is not open already.
    """
    lasts = np.all(np.diff(active_after(scenario).astype(int), axis=2) >= 0, axis=(1, 2))
    requires = scenario.interventions.requires
    kept = sorted(
        (n, i)
        for n, i in gates
        if not free[n] and not any(lasts[j] and (n, j) in gates for j in requires[i].tolist())
    )
    table = np.array(kept, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def largest_supply(instance: Instance) -> Floats:
    """Return the most that offers and processes can put into each node, (N, T)."""
    scenario, bounds, recipe = instance.scenario, instance.bounds, instance.scenario.recipe
    supply = np.zeros((len(scenario.nodes.label), len(scenario.periods)))
    np.add.at(supply, scenario.offers.node, bounds.purchase)
    np.add.at(supply, recipe.node, np.maximum(recipe.quantity, 0)[:, None] * bounds.run[recipe.operation])
    return supply


def largest_use(instance: Instance) -> Floats:
    """Return the most that processes can use at each node, (N, T)."""
    scenario, bounds, recipe = instance.scenario, instance.bounds, instance.scenario.recipe
    use = np.zeros((len(scenario.nodes.label), len(scenario.periods)))
    np.add.at(use, recipe.node, np.maximum(-recipe.quantity, 0)[:, None] * bounds.run[recipe.operation])
    return use
