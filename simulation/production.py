"""The production phase of a day: what operations shall run, and what they can."""

from __future__ import annotations

import numpy as np

from simulation.compiled import compiled, inlined
from simulation.layout import Flags, Floats, Places, Records, World

SWEEPS = 3  # rounds that hand what one operation cannot take to the others
SHORT = 1 - 1e-6  # below this share of what was asked an operation counts as starved
TRACE = 1e-12  # of a line's daily capacity: what rounding leaves of a stock decides nothing


@compiled
def decide_runs(day: int, world: World) -> None:
    """Set what each operation shall run, downstream first, so that a pull reaches upstream today."""
    nodes, operations, entries = world.nodes, world.operations, world.entries
    lines, maker, surge, gain, idle = world.lines, world.maker, world.surge, world.gain, world.idle_operations
    plan_lines(surge, lines, operations, idle, world.line_up[day], world.site_up[day])
    ease_off(nodes, operations, entries, lines, idle)
    for n in range(len(nodes)):
        nodes[n].pull = 0.0
    for n in world.want_order:
        node = nodes[n]
        waiting = still_owed(node, world.patience, operations, idle, maker)
        asked = gain * (node.deviation - waiting) + node.pull
        amount = node.missing_run + node.run_part * asked
        for i in range(node.first_maker, node.end_maker):
            if idle[maker[i]]:
                continue
            operation = operations[maker[i]]
            line = lines[operation.line]
            amount += (operation.fitting - operation.want) * operation.made_quantity
            if operation.owed > 0.0:
                more = max(min(gain * operation.owed, room_of(operation, line, surge)), 0.0)
                operation.want += more
                line.left -= more * operation.use
        if amount > 0.0:
            spread(amount, node, world)
        elif amount < 0.0:
            lower(-amount, node, operations, lines, idle, maker)
        for i in range(node.first_maker, node.end_maker):
            if idle[maker[i]]:
                continue
            operation = operations[maker[i]]
            for e in range(operation.first_entry, operation.end_entry):
                entry = entries[e]
                change = entry.quantity * operation.want - entry.planned * operation.planned
                nodes[entry.node].pull -= change


@inlined
def plan_lines(
    surge: float, lines: Records, operations: Records, idle: Flags, line_up: Floats, site_up: Floats
) -> None:
    """Find today's capacity of each line, and what of the planned runs fits."""
    for i in range(len(lines)):
        line = lines[i]
        up = line_up[i] * site_up[line.site]
        line.room += line.capacity
        line.left = max(min(up * (1.0 + surge) * line.capacity, line.room), 0.0)
        line.load = 0.0
    for r in range(len(operations)):
        if not idle[r]:
            operation = operations[r]
            lines[operation.line].load += operation.use * operation.possible
    for r in range(len(operations)):
        if idle[r]:
            continue
        operation = operations[r]
        line = lines[operation.line]
        operation.fitting = operation.possible
        if line.load > line.left:
            operation.fitting = operation.possible * line.left / line.load


@inlined
def ease_off(nodes: Records, operations: Records, entries: Records, lines: Records, idle: Flags) -> None:
    """Run less where an input is scarce, and leave the rest of the line to others."""
    for r in range(len(operations)):
        if idle[r]:
            continue
        operation = operations[r]
        share = 1.0
        for e in range(operation.first_entry, operation.end_entry):
            entry = entries[e]
            stock = max(nodes[entry.node].stock, 0.0)
            if stock < entry.scarce_below:
                share = min(share, stock / entry.scarce_below)
                operation.starved = True
        operation.want = operation.fitting * share
        lines[operation.line].left -= operation.use * operation.want
    for i in range(len(lines)):
        lines[i].left = max(lines[i].left, 0.0)


@inlined
def still_owed(node: np.record, patience: float, operations: Records, idle: Flags, maker: Places) -> float:
    """Return what is left to those who fell short: less each day, and never beyond the deviation."""
    total = 0.0
    for i in range(node.first_maker, node.end_maker):
        if not idle[maker[i]]:
            total += operations[maker[i]].owed * operations[maker[i]].made_quantity
    if total <= 0.0:
        return 0.0
    keep = min(max(node.deviation, 0.0) / total, 1.0 - 1.0 / patience)
    for i in range(node.first_maker, node.end_maker):
        if not idle[maker[i]]:
            operations[maker[i]].owed *= keep
    return keep * total


@inlined
def spread(amount: float, node: np.record, world: World) -> None:
    """Share `amount` among the operations that make the product: those planned now, then the reserve."""
    surge, operations, lines, maker = world.surge, world.operations, world.lines, world.maker
    idle = world.idle_operations
    enough = 1e-12 * amount
    for tier in range(2):
        for _ in range(SWEEPS):
            total = 0.0
            for i in range(node.first_maker, node.end_maker):
                if idle[maker[i]] and (tier == 0 or scarce(maker[i], world)):
                    continue
                operation = operations[maker[i]]
                if room_of(operation, lines[operation.line], surge) > 0.0:
                    weight = operation.possible if tier == 0 else operation.reserve
                    total += weight * operation.made_quantity
            if total <= 0.0:
                break
            asked = amount
            for i in range(node.first_maker, node.end_maker):
                if idle[maker[i]] and (tier == 0 or scarce(maker[i], world)):
                    continue
                operation = operations[maker[i]]
                weight = operation.possible if tier == 0 else operation.reserve
                room = room_of(operation, lines[operation.line], surge)
                if room > 0.0 and weight > 0.0:
                    more = min(asked * weight / total, room)
                    idle[maker[i]] = False
                    operation.want += more
                    lines[operation.line].left -= more * operation.use
                    amount -= more * operation.made_quantity
            if amount <= enough:
                return


@inlined
def scarce(r: int, world: World) -> bool:
    """Return whether an input of an operation that has rested so far is scarce: it does not step in then."""
    operation = world.operations[r]
    for e in range(operation.first_entry, operation.end_entry):
        entry = world.entries[e]
        if max(world.nodes[entry.node].stock, 0.0) < entry.scarce_below:
            return True
    return False


@inlined
def room_of(operation: np.record, line: np.record, surge: float) -> float:
    """Return how much more an operation could run today; nothing when an input is short."""
    if operation.starved:
        return 0.0
    room = np.inf
    if operation.use > 0.0:
        room = line.left / operation.use
    if operation.most_share < 1.0:
        most = operation.most_share * (1.0 + surge) * line.capacity
        room = min(room, most - operation.want)
    return room


@inlined
def lower(
    amount: float, node: np.record, operations: Records, lines: Records, idle: Flags, maker: Places
) -> None:
    """Take `amount` off the operations that make the product, in proportion, not below zero."""
    total = 0.0
    for i in range(node.first_maker, node.end_maker):
        if not idle[maker[i]]:
            operation = operations[maker[i]]
            total += operation.want * operation.made_quantity
    if total <= 0.0:
        return
    cut = min(amount / total, 1.0)
    for i in range(node.first_maker, node.end_maker):
        if not idle[maker[i]]:
            operation = operations[maker[i]]
            lines[operation.line].left += cut * operation.want * operation.use
            operation.want -= cut * operation.want


@compiled
def produce(world: World) -> None:
    """Run the operations, upstream first; one day's output feeds downstream the same day."""
    nodes, operations, entries, lines = world.nodes, world.operations, world.entries, world.lines
    free, idle = world.free, world.idle_operations
    for n in range(len(nodes)):
        nodes[n].claim = 0.0
    for r in range(len(operations)):
        if idle[r]:
            continue
        operation = operations[r]
        for e in range(operation.first_entry, operation.end_entry):
            entry = entries[e]
            nodes[entry.node].claim += max(-entry.quantity, 0.0) * operation.want
    for r in world.run_order:
        if idle[r]:
            continue
        operation = operations[r]
        operation.done = operation.want if free else affordable(operation, entries, nodes)
        trace = TRACE * lines[operation.line].capacity
        operation.starved = operation.done < SHORT * operation.want - trace
        operation.owed = max(operation.owed + operation.possible - operation.done, 0.0)
        operation.booked += operation.done
        lines[operation.line].room -= operation.done * operation.use
        for e in range(operation.first_entry, operation.end_entry):
            entry = entries[e]
            node = nodes[entry.node]
            quantity = entry.quantity * operation.done
            node.stock += quantity
            node.deviation -= quantity - entry.planned * operation.planned
            node.claim -= max(-entry.quantity, 0.0) * operation.want
            if quantity < 0.0:
                node.used -= quantity
                node.lowest = min(node.lowest, node.stock)
            else:
                node.made += quantity


@inlined
def affordable(operation: np.record, entries: Records, nodes: Records) -> float:
    """Return what inputs allow; rivals for a short input get it in proportion to what they want."""
    done = operation.want
    for e in range(operation.first_entry, operation.end_entry):
        entry = entries[e]
        node = nodes[entry.node]
        stock = max(node.stock, 0.0)
        if entry.quantity < 0.0 and node.claim > stock:
            done = min(done, operation.want * stock / node.claim)
    return done
