"""The production phase of a day: what operations shall run, and what they can."""

from __future__ import annotations

import numpy as np

from simulation.compiled import inlined, phase
from simulation.layout import Floats, Places, Records, World
from simulation.work import wake_operation

SWEEPS = 3  # rounds that hand what one operation cannot take to the others
SHORT = 1 - 1e-6  # below this share of what was asked an operation counts as starved
TRACE = 1e-12  # of a line's daily capacity: what rounding leaves of a stock decides nothing


@phase
def decide_runs(day: int, world: World) -> None:
    """Set what each operation shall run, downstream first, so that a pull reaches upstream today."""
    nodes, operations, entries, pull = world.nodes, world.operations, world.entries, world.pull
    lines, making, surge, gain = world.lines, world.making, world.surge, world.gain
    plan_lines(surge, lines, world.line_up[day], world.site_up[day])
    ease_off(world)
    pull[:] = 0.0
    for n in world.want_order:
        node = nodes[n]
        waiting = still_owed(node, world.patience, operations, making)
        asked = gain * (node.deviation - waiting) + pull[n]
        amount = node.missing_run + node.run_part * asked
        for i in range(node.first_maker, node.end_making):
            operation = operations[making[i]]
            amount += (operation.fitting - operation.want) * operation.made_quantity
            if operation.owed > 0.0:
                line = lines[operation.line]
                more = max(min(gain * operation.owed, room_of(operation, line, surge)), 0.0)
                operation.want += more
                line.left -= more * operation.use
        if amount > 0.0:
            spread(amount, node, world)
        elif amount < 0.0:
            lower(-amount, node, operations, lines, making)
        for i in range(node.first_maker, node.end_making):
            operation = operations[making[i]]
            want, planned = operation.want, operation.planned
            for e in range(operation.first_entry, operation.end_entry):
                entry = entries[e]
                pull[entry.node] -= entry.quantity * want - entry.planned * planned


@inlined
def plan_lines(surge: float, lines: Records, line_up: Floats, site_up: Floats) -> None:
    """Find today's capacity of each line."""
    for i in range(len(lines)):
        line = lines[i]
        up = line_up[i] * site_up[line.site]
        line.room += line.capacity
        line.most = max(min(up * (1.0 + surge) * line.capacity, line.room), 0.0)
        line.left = line.most


@inlined
def ease_off(world: World) -> None:
    """Run what of the plan fits, less where an input is scarce, and leave the rest of the line to others."""
    nodes, operations, entries, lines = world.nodes, world.operations, world.entries, world.lines
    for i in range(world.how_many[0]):
        operation = operations[world.working[i]]
        line, share = lines[operation.line], 1.0
        for e in range(operation.first_entry, operation.end_entry):
            entry = entries[e]
            stock = max(nodes[entry.node].stock, 0.0)
            if stock < entry.scarce_below:
                share = min(share, stock / entry.scarce_below)
                operation.starved = True
        fitting = operation.possible
        if line.load > line.most:
            fitting = operation.possible * line.most / line.load
        operation.fitting = fitting
        operation.want = fitting * share
        line.left -= operation.use * operation.want
    for k in range(len(lines)):
        lines[k].left = max(lines[k].left, 0.0)


@inlined
def still_owed(node: np.record, patience: float, operations: Records, making: Places) -> float:
    """Return what is left to those who fell short: less each day, and never beyond the deviation."""
    total = 0.0
    for i in range(node.first_maker, node.end_making):
        total += operations[making[i]].owed * operations[making[i]].made_quantity
    if total <= 0.0:
        return 0.0
    keep = min(max(node.deviation, 0.0) / total, 1.0 - 1.0 / patience)
    for i in range(node.first_maker, node.end_making):
        operations[making[i]].owed *= keep
    return keep * total


@inlined
def spread(amount: float, node: np.record, world: World) -> None:
    """Share `amount` among the operations that make the product: those planned now, then the reserve."""
    surge, operations, lines = world.surge, world.operations, world.lines
    making, enough = world.making, 1e-12 * amount
    for _ in range(SWEEPS):
        total = 0.0
        for i in range(node.first_maker, node.end_making):
            operation = operations[making[i]]
            if has_room(operation, lines[operation.line], surge):
                total += operation.possible * operation.made_quantity
        if total <= 0.0:
            break
        asked = amount
        for i in range(node.first_maker, node.end_making):
            operation = operations[making[i]]
            line, weight = lines[operation.line], operation.possible
            room = room_of(operation, line, surge)
            if room > 0.0 and weight > 0.0:
                more = min(asked * weight / total, room)
                operation.want += more
                line.left -= more * operation.use
                amount -= more * operation.made_quantity
        if amount <= enough:
            return
    step_in(amount, enough, node, world)


@inlined
def step_in(amount: float, enough: float, node: np.record, world: World) -> None:
    """Share `amount` among the reserve of the operations that make the product; who rested works then."""
    surge, operations, lines, maker = world.surge, world.operations, world.lines, world.maker
    idle = world.idle_operations
    for _ in range(SWEEPS):
        total = 0.0
        for i in range(node.first_maker, node.end_maker):
            if idle[maker[i]] and scarce(maker[i], world):
                continue
            operation = operations[maker[i]]
            if has_room(operation, lines[operation.line], surge):
                total += operation.reserve * operation.made_quantity
        if total <= 0.0:
            return
        asked = amount
        for i in range(node.first_maker, node.end_maker):
            if idle[maker[i]] and scarce(maker[i], world):
                continue
            operation = operations[maker[i]]
            weight = operation.reserve
            room = room_of(operation, lines[operation.line], surge)
            if room > 0.0 and weight > 0.0:
                more = min(asked * weight / total, room)
                if idle[maker[i]]:
                    wake_operation(maker[i], world)
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
def has_room(operation: np.record, line: np.record, surge: float) -> bool:
    """Return whether :func:`room_of` is above zero."""
    if operation.starved or (operation.use > 0.0 and line.left <= 0.0):
        return False
    if operation.most_share < 1.0:
        return operation.most_share * (1.0 + surge) * line.capacity - operation.want > 0.0
    return True


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
def lower(amount: float, node: np.record, operations: Records, lines: Records, making: Places) -> None:
    """Take `amount` off the operations that make the product, in proportion, not below zero."""
    total = 0.0
    for i in range(node.first_maker, node.end_making):
        operation = operations[making[i]]
        total += operation.want * operation.made_quantity
    if total <= 0.0:
        return
    cut = min(amount / total, 1.0)
    for i in range(node.first_maker, node.end_making):
        operation = operations[making[i]]
        lines[operation.line].left += cut * operation.want * operation.use
        operation.want -= cut * operation.want


@phase
def produce(world: World) -> None:
    """Run the operations, upstream first; one day's output feeds downstream the same day."""
    nodes, operations, entries, lines = world.nodes, world.operations, world.entries, world.lines
    free, claim = world.free, world.claim
    claim[:] = 0.0
    for i in range(world.how_many[0]):
        operation = operations[world.working[i]]
        want = operation.want
        for e in range(operation.first_entry, operation.end_entry):
            entry = entries[e]
            claim[entry.node] += max(-entry.quantity, 0.0) * want
    for i in range(world.how_many[0]):
        operation = operations[world.working_order[i]]
        line, want, planned = lines[operation.line], operation.want, operation.planned
        done = want if free else affordable(operation, entries, nodes, claim)
        operation.done = done
        operation.starved = done < SHORT * want - TRACE * line.capacity
        operation.owed = max(operation.owed + operation.possible - done, 0.0)
        operation.booked += done
        line.room -= done * operation.use
        for e in range(operation.first_entry, operation.end_entry):
            entry = entries[e]
            node = nodes[entry.node]
            quantity = entry.quantity * done
            node.stock += quantity
            node.deviation -= quantity - entry.planned * planned
            claim[entry.node] -= max(-entry.quantity, 0.0) * want
            if quantity < 0.0:
                node.used -= quantity
                if free:
                    node.lowest = min(node.lowest, node.stock)
            else:
                node.made += quantity


@inlined
def affordable(operation: np.record, entries: Records, nodes: Records, claim: Floats) -> float:
    """Return what inputs allow; rivals for a short input get it in proportion to what they want."""
    done = operation.want
    for e in range(operation.first_entry, operation.end_entry):
        entry = entries[e]
        stock, wanted = max(nodes[entry.node].stock, 0.0), claim[entry.node]
        if entry.quantity < 0.0 and wanted > stock:
            done = min(done, operation.want * stock / wanted)
    return done
