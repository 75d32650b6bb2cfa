"""The release phase of a day: what is sent on each arc and bought from each offer."""

from __future__ import annotations

import numpy as np

from simulation.compiled import compiled
from simulation.layout import Floats, Integers, World

SWEEPS = 3  # rounds that hand what one arc or offer cannot take to the others
ROUNDING = 1 + 1e-6  # a limit may be passed by the solver's tolerance


@compiled
def release(day: int, period: int, world: World) -> None:
    """Dispatch and buy, the heads of arcs before their tails, so that an order travels upstream today."""
    s, now, scratch = world.structure, world.now, world.scratch
    open_lanes(day, period, world)
    open_offers(day, period, world)
    for node in range(len(s.source)):
        scratch.spare[node] = offered(node, world) if s.source[node] else world.state.stock[node]
    for a in range(len(s.tail)):
        scratch.spare[s.tail[a]] -= scratch.base[a]
    for node in s.send_order:
        excess = send(node, day, period, world)
        if s.source[node]:
            buy(node, excess + now.missing_purchase[node], period, world)
            world.state.deviation[node] = 0.0
        else:
            asked = world.rules.gain * world.state.deviation[node]
            buy(node, now.missing_purchase[node] + now.purchase_part[node] * asked, period, world)
        asked = world.rules.gain * world.state.deviation[node]
        correct_arrivals(node, now.missing_flow[node] + now.flow_part[node] * asked, world)


@compiled
def open_lanes(day: int, period: int, world: World) -> None:
    """Find what each lane lets pass today, and the part of the planned flows that fits."""
    s, now, scratch = world.structure, world.now, world.scratch
    left, base = scratch.lane_left, scratch.lane_base
    base[:] = 0.0
    for a in range(len(s.tail)):
        base[s.arc_lane[a]] += now.flow[a] * s.arc_mass[a]
    for k in range(len(left)):
        capacity = world.planned.lane_capacity[period, k]
        up = world.draws.lane_up[day, k] * world.draws.site_up[day, s.lane_origin[k]]
        world.state.lane_room[k] += capacity
        left[k] = limit(world.state.lane_room[k], capacity, up, base[k], world.rules.surge)
        scratch.lane_open[k] = left[k]
    for a in range(len(s.tail)):
        k = s.arc_lane[a]
        scratch.base[a] = now.flow[a] if base[k] <= left[k] else now.flow[a] * left[k] / base[k]
    for k in range(len(left)):
        left[k] = max(left[k] - base[k], 0.0)


@compiled
def open_offers(day: int, period: int, world: World) -> None:
    """Find what can be bought today from each offer; nothing where none was ever planned so far."""
    now, state = world.now, world.state
    for o in range(len(world.structure.offer_site)):
        capacity = world.planned.offer_capacity[period, o]
        up = world.draws.site_up[day, world.structure.offer_site[o]]
        state.offer_room[o] += capacity
        world.scratch.offer_left[o] = 0.0
        if now.purchase[o] + now.purchase_reserve[o] > 0.0:
            room = limit(state.offer_room[o], capacity, up, now.purchase[o], world.rules.surge)
            world.scratch.offer_left[o] = room


@compiled
def limit(room: float, capacity: float, up: float, base: float, surge: float) -> float:
    """Return the most of today: of the capacity, or of the planned `base` while an unlimited one is down."""
    if capacity < np.inf:
        return max(min(room, up * (1.0 + surge) * capacity), 0.0)
    if up < 1.0:
        return up * base
    return room


@compiled
def offered(node: int, world: World) -> float:
    """Return what can be bought today at a node."""
    s, total = world.structure, 0.0
    for i in range(s.seller_start[node], s.seller_start[node + 1]):
        total += world.scratch.offer_left[s.seller[i]]
    return total


@compiled
def send(node: int, day: int, period: int, world: World) -> float:
    """Dispatch from a node, in proportion when there is too little; return the excess over plan."""
    s, state, scratch = world.structure, world.state, world.scratch
    asked, excess = 0.0, 0.0
    for i in range(s.leaving_start[node], s.leaving_start[node + 1]):
        a = s.leaving[i]
        asked += max(scratch.base[a] + state.correction[a], 0.0)
    there = offered(node, world) * ROUNDING if s.source[node] else max(state.stock[node], 0.0)
    part = there / asked if asked > there and not world.rules.free else 1.0
    for i in range(s.leaving_start[node], s.leaving_start[node + 1]):
        a = s.leaving[i]
        k, head = s.arc_lane[a], s.head[a]
        done = max(scratch.base[a] + state.correction[a], 0.0) * part
        if done * s.arc_mass[a] > scratch.lane_open[k] * ROUNDING:
            done = max(scratch.lane_open[k], 0.0) / s.arc_mass[a]
        scratch.lane_open[k] -= done * s.arc_mass[a]
        state.lane_room[k] -= done * s.arc_mass[a]
        state.stock[node] -= done
        state.transit[head] += done
        state.coming[(day + world.draws.lead[day // 7, a]) % len(state.coming), head] += done
        state.deviation[node] += done - world.planned.flow[period, a]
        state.deviation[head] -= done - world.planned.flow[period, a]
        excess += done - world.planned.flow[period, a]
        world.booked.flow[period, a] += done
        scratch.sent[a] = done
    if not s.source[node]:
        world.booked.lowest[node] = min(world.booked.lowest[node], state.stock[node])
    return excess


@compiled
def buy(node: int, extra: float, period: int, world: World) -> None:
    """Buy as planned and `extra` beyond it (below zero: less), within what is offered today."""
    s, now, scratch = world.structure, world.now, world.scratch
    bought, total = scratch.bought, 0.0
    for i in range(s.seller_start[node], s.seller_start[node + 1]):
        o = s.seller[i]
        bought[o] = min(now.purchase[o], scratch.offer_left[o])
        extra += 0.0 if not s.source[node] else now.purchase[o] - bought[o]
        scratch.offer_left[o] -= bought[o]
        total += bought[o]
    if extra < 0.0 and total > 0.0:
        keep = max(1.0 + extra / total, 0.0)
        for i in range(s.seller_start[node], s.seller_start[node + 1]):
            bought[s.seller[i]] *= keep
    elif extra > 0.0:
        first, last = s.seller_start[node], s.seller_start[node + 1]
        left = share_out(extra, s.seller[first:last], now.purchase, scratch.offer_left, bought)
        share_out(left, s.seller[first:last], now.purchase_reserve, scratch.offer_left, bought)
    for i in range(s.seller_start[node], s.seller_start[node + 1]):
        o = s.seller[i]
        world.state.offer_room[o] -= bought[o]
        world.state.stock[node] += bought[o]
        world.state.deviation[node] -= bought[o] - world.planned.purchase[period, o]
        world.booked.purchase[period, o] += bought[o]


@compiled
def share_out(amount: float, members: Integers, weights: Floats, left: Floats, taken: Floats) -> float:
    """Share `amount` by weight among members with something left; return what none could take."""
    enough = 1e-12 * amount
    for _ in range(SWEEPS):
        total = 0.0
        for o in members:
            if left[o] > 0.0:
                total += weights[o]
        if total <= 0.0 or amount <= enough:
            return amount
        asked = amount
        for o in members:
            if left[o] > 0.0 and weights[o] > 0.0:
                more = min(asked * weights[o] / total, left[o])
                taken[o] += more
                left[o] -= more
                amount -= more
    return amount


@compiled
def correct_arrivals(node: int, amount: float, world: World) -> None:
    """Set the corrections of the arcs into a node so that they bring `amount` beyond plan."""
    s, correction, base = world.structure, world.state.correction, world.scratch.base
    total = 0.0
    for i in range(s.arriving_start[node], s.arriving_start[node + 1]):
        correction[s.arriving[i]] = 0.0
        total += base[s.arriving[i]]
    if amount < 0.0 and total > 0.0:
        cut = min(-amount / total, 1.0)
        for i in range(s.arriving_start[node], s.arriving_start[node + 1]):
            correction[s.arriving[i]] = -cut * base[s.arriving[i]]
    elif amount > 0.0:
        left = raise_arrivals(node, amount, world.now.flow, world)
        raise_arrivals(node, left, world.now.flow_reserve, world)


@compiled
def raise_arrivals(node: int, amount: float, weights: Floats, world: World) -> float:
    """Share `amount` by weight among arcs whose lane and origin have room; return the rest."""
    s, scratch = world.structure, world.scratch
    enough = 1e-12 * amount
    for _ in range(SWEEPS):
        total = 0.0
        for i in range(s.arriving_start[node], s.arriving_start[node + 1]):
            a = s.arriving[i]
            if scratch.lane_left[s.arc_lane[a]] > 0.0 and scratch.spare[s.tail[a]] > 0.0:
                total += weights[a]
        if total <= 0.0 or amount <= enough:
            return amount
        asked = amount
        for i in range(s.arriving_start[node], s.arriving_start[node + 1]):
            a = s.arriving[i]
            k, tail = s.arc_lane[a], s.tail[a]
            if scratch.lane_left[k] > 0.0 and scratch.spare[tail] > 0.0 and weights[a] > 0.0:
                more = min(asked * weights[a] / total, scratch.lane_left[k] / s.arc_mass[a], scratch.spare[tail])
                world.state.correction[a] += more
                scratch.lane_left[k] -= more * s.arc_mass[a]
                scratch.spare[tail] -= more
                amount -= more
    return amount
