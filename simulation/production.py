"""The production phase of a day: what operations shall run, and what they can."""

from __future__ import annotations

import numpy as np

from simulation.compiled import compiled
from simulation.layout import World

SWEEPS = 3  # rounds that hand what one operation cannot take to the others
SHORT = 1 - 1e-6  # below this share of what was asked an operation counts as starved


@compiled
def decide_runs(day: int, period: int, world: World) -> None:
    """Set what each operation shall run, downstream first, so that a pull reaches upstream today."""
    s, now, want, left = world.structure, world.now, world.scratch.want, world.scratch.line_left
    plan_lines(day, world)
    pull, planned = world.scratch.pull, world.planned
    pull[:] = 0.0
    for node in s.want_order:
        asked = world.rules.gain * world.state.deviation[node] + pull[node]
        amount = now.missing_run[node] + now.run_part[node] * asked
        if amount > 0.0:
            spread(node, amount, world)
        elif amount < 0.0:
            lower(node, -amount, world)
        for i in range(s.maker_start[node], s.maker_start[node + 1]):
            r = s.maker[i]
            for e in range(s.entry_start[r], s.entry_start[r + 1]):
                change = now.quantity[e] * want[r] - planned.quantity[period, e] * planned.run[period, r]
                pull[s.entry_node[e]] -= change


@compiled
def plan_lines(day: int, world: World) -> None:
    """Find today's capacity of each line, and the part of the planned runs that fits."""
    s, now, state = world.structure, world.now, world.state
    want, left, base = world.scratch.want, world.scratch.line_left, world.scratch.line_base
    for line in range(len(left)):
        up = world.draws.line_up[day, line] * world.draws.site_up[day, s.line_site[line]]
        state.line_room[line] += now.line_capacity[line]
        most = up * (1.0 + world.rules.surge) * now.line_capacity[line]
        left[line] = max(min(most, state.line_room[line]), 0.0)
        base[line] = 0.0
    for r in range(len(want)):
        base[s.operation_line[r]] += s.operation_use[r] * now.run[r]
    for r in range(len(want)):
        line = s.operation_line[r]
        want[r] = now.run[r] if base[line] <= left[line] else now.run[r] * left[line] / base[line]
    for line in range(len(left)):
        left[line] = max(left[line] - base[line], 0.0)


@compiled
def spread(node: int, amount: float, world: World) -> None:
    """Share `amount` among the operations that make the product: those planned now, then the reserve."""
    s, now, scratch = world.structure, world.now, world.scratch
    enough = 1e-12 * amount
    for tier in range(2):
        weights = now.run if tier == 0 else now.run_reserve
        for _ in range(SWEEPS):
            total = 0.0
            for i in range(s.maker_start[node], s.maker_start[node + 1]):
                if room_of(s.maker[i], world) > 0.0:
                    total += weights[s.maker[i]] * s.made_quantity[s.maker[i]]
            if total <= 0.0:
                break
            asked = amount
            for i in range(s.maker_start[node], s.maker_start[node + 1]):
                r = s.maker[i]
                room = room_of(r, world)
                if room > 0.0 and weights[r] > 0.0:
                    more = min(asked * weights[r] / total, room)
                    scratch.want[r] += more
                    scratch.line_left[s.operation_line[r]] -= more * s.operation_use[r]
                    amount -= more * s.made_quantity[r]
            if amount <= enough:
                return


@compiled
def room_of(operation: int, world: World) -> float:
    """Return how much more an operation could run today; nothing when its inputs ran short yesterday."""
    s = world.structure
    if world.state.starved[operation]:
        return 0.0
    use, line = s.operation_use[operation], s.operation_line[operation]
    room = np.inf
    if use > 0.0:
        room = world.scratch.line_left[line] / use
    share = s.operation_share[operation]
    if share < 1.0:
        most = share * (1.0 + world.rules.surge) * world.now.line_capacity[line]
        room = min(room, most - world.scratch.want[operation])
    return room


@compiled
def lower(node: int, amount: float, world: World) -> None:
    """Take `amount` off the operations that make the product, in proportion, not below zero."""
    s, want, total = world.structure, world.scratch.want, 0.0
    for i in range(s.maker_start[node], s.maker_start[node + 1]):
        total += want[s.maker[i]] * s.made_quantity[s.maker[i]]
    if total <= 0.0:
        return
    cut = min(amount / total, 1.0)
    for i in range(s.maker_start[node], s.maker_start[node + 1]):
        r = s.maker[i]
        world.scratch.line_left[s.operation_line[r]] += cut * want[r] * s.operation_use[r]
        want[r] -= cut * want[r]


@compiled
def produce(period: int, world: World) -> None:
    """Run the operations, upstream first; one day's output feeds downstream the same day."""
    s, now, state, booked = world.structure, world.now, world.state, world.booked
    want, claim = world.scratch.want, world.scratch.claim
    claim[:] = 0.0
    for r in range(len(want)):
        for e in range(s.entry_start[r], s.entry_start[r + 1]):
            if now.quantity[e] < 0.0:
                claim[s.entry_node[e]] -= now.quantity[e] * want[r]
    for r in s.run_order:
        done = possible(r, world)
        state.starved[r] = done < SHORT * want[r]
        for e in range(s.entry_start[r], s.entry_start[r + 1]):
            node, quantity = s.entry_node[e], now.quantity[e] * done
            asked = world.planned.quantity[period, e] * world.planned.run[period, r]
            state.stock[node] += quantity
            state.deviation[node] -= quantity - asked
            if now.quantity[e] < 0.0:
                claim[node] += now.quantity[e] * want[r]
                booked.used[node] -= quantity
                booked.lowest[node] = min(booked.lowest[node], state.stock[node])
            else:
                booked.made[node] += quantity
        state.line_room[s.operation_line[r]] -= done * s.operation_use[r]
        booked.run[period, r] += done
        world.scratch.ran[r] = done


@compiled
def possible(operation: int, world: World) -> float:
    """Return what an operation can run; rivals for a short input get it in proportion to what they want."""
    s, now, claim = world.structure, world.now, world.scratch.claim
    want = world.scratch.want[operation]
    if world.rules.free:
        return want
    done = want
    for e in range(s.entry_start[operation], s.entry_start[operation + 1]):
        node = s.entry_node[e]
        stock = max(world.state.stock[node], 0.0)
        if now.quantity[e] < 0.0 and claim[node] > stock:
            done = min(done, want * stock / claim[node])
    return done
