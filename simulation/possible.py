"""What can happen of the plan until the next event, and who steps in for the rest, as the kernel reads it."""

from __future__ import annotations

from simulation.compiled import compiled
from simulation.layout import Flags, Floats, Integers, Records, World
from simulation.work import let_rest

STAND_IN_WEIGHT = 1e-3  # of idle operations against those used in earlier periods


@compiled
def enter_situation(
    world: World,
    works: Floats,
    live: Flags,
    recipes: tuple[Floats, Integers, Integers, Floats, Floats],
    covers: tuple[Floats, Integers],
    locks: tuple[tuple[Flags, Integers, Integers], ...],
    possible: tuple[tuple[Flags, ...], tuple[Flags, ...], tuple[Floats, ...], Floats],
) -> None:
    """Write recipes, what covers save and what is possible while the interventions `live`, (I,), work.

    Parameters
    ----------
    works : of its planned effect, what each intervention has, (I,).
    recipes, covers : as :func:`enter_recipes` takes them.
    locks : of operations, arcs and offers, each: what is locked, then interventions and what they unlock.
    possible : as :func:`enter_possible` takes them; what is opened is found here.
    """
    enter_recipes(world, works, recipes, covers)
    opened, as_planned, carried, brought = possible
    for family in range(len(locks)):
        locked, intervention, element = locks[family]
        free = opened[family]
        for i in range(len(locked)):
            free[i] = not locked[i]
        for m in range(len(element)):
            if live[intervention[m]]:
                free[element[m]] = True
    enter_possible(world, opened, as_planned, carried, brought)


@compiled
def enter_recipes(
    world: World,
    works: Floats,
    recipes: tuple[Floats, Integers, Integers, Floats, Floats],
    covers: tuple[Floats, Integers],
) -> None:
    """Write what recipes take and make, less what covers spare, and how much covers cover.

    Parameters
    ----------
    recipes : quantity of each entry, (E,); entry, cover and quantity of what is spared, (M,); need of each
        entry over the usual one, (E,).
    covers : the share of its activity that each covers in the plan, and its intervention, (C,).
    """
    usual, entry, cover, spared, need = recipes
    share, intervention = covers
    entries = world.entries
    for c in range(len(share)):
        world.covers[c].weight = share[c] * works[intervention[c]]
    for e in range(len(usual)):
        entries[e].quantity = usual[e]
    for m in range(len(entry)):
        entries[entry[m]].quantity += spared[m] * world.covers[cover[m]].weight
    for e in range(len(usual)):
        if usual[e] < 0.0:
            entries[e].quantity = min(entries[e].quantity, 0.0) * need[e]


@compiled
def enter_possible(
    world: World,
    opened: tuple[Flags, ...],
    as_planned: tuple[Flags, ...],
    carried: tuple[Floats, ...],
    brought: Floats,
) -> None:
    """Write what is possible, what may step in, and what is missing at nodes.

    Parameters
    ----------
    opened, as_planned : what is not locked now, and as planned; operations, arcs and offers.
    carried : the last positive planned rate of each of them.
    brought : for the sums of each way in, (possible, reserve, missing) x (run, flow, purchase) x N.
    """
    nodes, operations, arcs, offers = world.nodes, world.operations, world.arcs, world.offers
    unlock(operations, opened[0], as_planned[0], carried[0])
    unlock(arcs, opened[1], as_planned[1], carried[1])
    unlock(offers, opened[2], as_planned[2], carried[2])
    fit_lines(operations, world.lines)
    brought[:] = 0.0
    for r in range(len(operations)):
        operation = operations[r]
        if operation.made_node >= 0:
            made, capacity = operation.made_quantity, world.lines[operation.line].capacity
            if opened[0][r]:
                operation.reserve = max(operation.reserve, STAND_IN_WEIGHT * capacity)
            n = operation.made_node
            brought[0, 0, n] += operation.possible * made
            brought[1, 0, n] += operation.reserve * made
            brought[2, 0, n] += (operation.planned - operation.possible) * made
    for a in range(len(arcs)):
        arc = arcs[a]
        brought[0, 1, arc.head] += arc.possible
        brought[1, 1, arc.head] += arc.reserve
        brought[2, 1, arc.head] += arc.planned - arc.possible
    for o in range(len(offers)):
        offer = offers[o]
        brought[0, 2, offer.node] += offer.possible
        brought[1, 2, offer.node] += offer.reserve
        brought[2, 2, offer.node] += offer.planned - offer.possible
    split(nodes, brought)
    let_rest(world)
    for w in range(len(world.disposals)):
        disposal = world.disposals[w]
        node = nodes[disposal.node]
        cannot_be_cut = node.run_part + node.flow_part + node.purchase_part == 0.0
        disposal.part = 1.0 if cannot_be_cut else 0.0


@compiled
def take_late_capacity(
    lines: Records,
    adds: tuple[Integers, Integers, Flags, Floats],
    share: Floats,
    behind: Floats,
    most: Floats,
) -> None:
    """Take off the planned capacity what is not live yet; what it would have replaced stays.

    Parameters
    ----------
    adds : line, intervention, whether it grows and amount a day of each change of capacity.
    share, behind : of its effect, what each intervention has reached, and what it lacks of the plan, (I,).
    most : what the lines have of their own, (L,); becomes what they can have now.
    """
    line, intervention, grows, amount = adds
    for i in range(len(lines)):
        lines[i].load = 0.0
    for m in range(len(line)):
        i, missing = line[m], behind[intervention[m]]
        if missing > 0.0:
            lines[i].capacity -= amount[m] * missing
            lines[i].load = 1.0  # for now: some is late
        if grows[m] and share[intervention[m]] > 0.0:
            most[i] += amount[m] * share[intervention[m]]
    for i in range(len(lines)):
        if lines[i].load > 0.0:
            lines[i].capacity = min(max(lines[i].capacity, 0.0), most[i])


@compiled
def unlock(elements: Records, opened: Flags, as_planned: Flags, carried: Floats) -> None:
    """Let what is planned and unlocked be possible, and what is unlocked step in by its `carried` rate."""
    for i in range(len(elements)):
        element = elements[i]
        element.possible = 0.0 if as_planned[i] and not opened[i] else element.planned
        element.reserve = carried[i] if opened[i] else 0.0


@compiled
def fit_lines(operations: Records, lines: Records) -> None:
    """Scale possible runs down to the capacity of their lines, and note the load that they are."""
    for i in range(len(lines)):
        lines[i].load = 0.0
    for r in range(len(operations)):
        lines[operations[r].line].load += operations[r].possible * operations[r].use
    for r in range(len(operations)):
        line = lines[operations[r].line]
        if line.load > line.capacity:
            operations[r].possible *= line.capacity / line.load
    for i in range(len(lines)):
        lines[i].load = 0.0
    for r in range(len(operations)):
        lines[operations[r].line].load += operations[r].use * operations[r].possible


@compiled
def split(nodes: Records, brought: Floats) -> None:
    """Split corrections among the ways in by what is possible, else in reserve; note what is missing."""
    for n in range(len(nodes)):
        node = nodes[n]
        node.missing_run, node.missing_flow = brought[2, 0, n], brought[2, 1, n]
        node.missing_purchase = brought[2, 2, n]
        node.run_part, node.flow_part, node.purchase_part = 0.0, 0.0, 0.0
        for tier in range(2):
            total = brought[tier, 0, n] + brought[tier, 1, n] + brought[tier, 2, n]
            if total > 0.0:
                node.run_part, node.flow_part = brought[tier, 0, n] / total, brought[tier, 1, n] / total
                node.purchase_part = brought[tier, 2, n] / total
                break
