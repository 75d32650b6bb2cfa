"""How a node with a policy orders: it looks at its position, not at the plan.

The position is stock, goods on the way and what was ordered and is not sent yet, less what customers wait
for and what others ordered here. An order is split among offers and arcs as the plan splits, and stays on
order until it can be sent. Of what a way could not send yesterday, one part in `patience` a day is handed
to ways that keep up.
"""

from __future__ import annotations

import numpy as np

from simulation.compiled import compiled, inlined
from simulation.layout import World
from simulation.room import passage, room_of, take_room

NEAR = 1e-9  # of the levels, for the rounding of sums: at the reorder point is not above it


@compiled
def order(day: int, n: int, world: World) -> None:
    """Let node `n` place today's order, ask its arcs for what is on order, and buy at its own gate.

    From here on `deviation` of the node is what is on order and not sent.
    """
    arcs, offers, node = world.arcs, world.offers, world.nodes[n]
    hand_over(node, world)
    place(to_order(day, position_of(node, world), node, world), node, world)
    node.deviation = 0.0
    for i in range(node.first_arriving, node.end_arriving):
        arc = arcs[world.arriving[i]]
        node.deviation += arc.unsent
        arc.correction = arc.unsent - arc.fitting
        if arc.correction > 0.0:
            arc.correction = max(min(arc.correction, passage(arc, world)), 0.0)
            take_room(arc, arc.correction, world)
    for i in range(node.first_seller, node.end_seller):
        offer = offers[world.seller[i]]
        offer.done = min(offer.unsent, offer.left)
        offer.unsent -= offer.done
        offer.left -= offer.done
        offer.room -= offer.done
        offer.booked += offer.done
        node.stock += offer.done
        node.deviation += offer.unsent
    policy = world.policies[node.policy]
    if node.stock <= NEAR * (policy.level + policy.lot):
        policy.empty += 1.0


@inlined
def position_of(node: np.record, world: World) -> float:
    """Return stock, on the way and on order, less what others wait for."""
    arcs, offers, demands = world.arcs, world.offers, world.demands
    position = node.stock + node.transit
    for i in range(node.first_customer, node.end_customer):
        position -= demands[world.customer[i]].waiting
    for i in range(node.first_leaving, node.end_leaving):
        position -= arcs[world.leaving[i]].unsent
    for i in range(node.first_arriving, node.end_arriving):
        position += arcs[world.arriving[i]].unsent
    for i in range(node.first_seller, node.end_seller):
        position += offers[world.seller[i]].unsent
    return position


@inlined
def to_order(day: int, position: float, node: np.record, world: World) -> float:
    """Return what the policy orders at a position, and remember the day's use.

    Levels in days of recent use count its moving average: what the position fell by since the last order,
    and so demand whether it was served or lost.
    """
    policy, recent = world.policies[node.policy], world.recent
    scale = 1.0
    if policy.window > 0:
        recent[day % policy.window, node.policy] = policy.position - position
        total = 0.0
        for k in range(policy.window):
            total += recent[k, node.policy]
        scale = max(total / policy.window, 0.0)
    policy.position = position
    if day % policy.review != 0:
        return 0.0
    point, level, lot = scale * policy.point, scale * policy.level, scale * policy.lot
    if policy.lot > 0.0:
        below = point + NEAR * (point + lot) - position
        if below < 0.0 or lot <= 0.0:
            return 0.0
        return (np.floor(below / lot) + 1.0) * lot
    if policy.daily or position <= point + NEAR * level:
        return max(level - position, 0.0)
    return 0.0


@inlined
def place(amount: float, node: np.record, world: World) -> None:
    """Split an order among the ways in that are possible in the plan, else among the reserve."""
    if amount <= 0.0:
        return
    arcs, offers, policy = world.arcs, world.offers, world.policies[node.policy]
    for tier in range(2):
        total = 0.0
        for i in range(node.first_arriving, node.end_arriving):
            arc = arcs[world.arriving[i]]
            total += arc.possible if tier == 0 else arc.reserve
        for i in range(node.first_seller, node.end_seller):
            offer = offers[world.seller[i]]
            total += offer.possible if tier == 0 else offer.reserve
        if total <= 0.0:
            continue
        for i in range(node.first_arriving, node.end_arriving):
            arc = arcs[world.arriving[i]]
            more = amount * (arc.possible if tier == 0 else arc.reserve) / total
            arc.unsent += more
            world.nodes[arc.tail].deviation += more
        for i in range(node.first_seller, node.end_seller):
            offer = offers[world.seller[i]]
            offer.unsent += amount * (offer.possible if tier == 0 else offer.reserve) / total
        policy.position += amount
        policy.orders += 1.0
        policy.ordered += amount
        return


@inlined
def hand_over(node: np.record, world: World) -> None:
    """Let ways in that are behind hand a part of what they did not send to ways that keep up.

    What is on order before today's order could not be sent yesterday. Those planned now come first, then
    the reserve; where nobody keeps up, everything stays where it is.
    """
    moved = given_up(node, world)
    if moved <= 0.0:
        return
    for tier in range(2):
        total = keeping_up(tier, node, world)
        if total > 0.0:
            move(tier, moved / total, node, world)
            return


@inlined
def given_up(node: np.record, world: World) -> float:
    """Return what the ways in hand over today, if others can take it."""
    total = 0.0
    for i in range(node.first_arriving, node.end_arriving):
        arc = world.arcs[world.arriving[i]]
        total += going(arc.unsent, arc.possible + arc.reserve, world.patience)
    for i in range(node.first_seller, node.end_seller):
        offer = world.offers[world.seller[i]]
        total += going(offer.unsent, offer.possible + offer.reserve, world.patience)
    return total


@inlined
def keeping_up(tier: int, node: np.record, world: World) -> float:
    """Return the weights of the ways in that sent all they were asked for and could send more."""
    total = 0.0
    for i in range(node.first_arriving, node.end_arriving):
        arc = world.arcs[world.arriving[i]]
        if arc.unsent <= 0.0 and passes(arc, world):
            total += arc.possible if tier == 0 else arc.reserve
    for i in range(node.first_seller, node.end_seller):
        offer = world.offers[world.seller[i]]
        if offer.unsent <= 0.0 and offer.left > 0.0:
            total += offer.possible if tier == 0 else offer.reserve
    return total


@inlined
def move(tier: int, per_weight: float, node: np.record, world: World) -> None:
    """Take what is handed over off those who are behind, and give it to those who keep up."""
    for i in range(node.first_arriving, node.end_arriving):
        arc = world.arcs[world.arriving[i]]
        more = 0.0
        if arc.unsent > 0.0:
            more = -going(arc.unsent, arc.possible + arc.reserve, world.patience)
        elif passes(arc, world):
            more = per_weight * (arc.possible if tier == 0 else arc.reserve)
        arc.unsent += more
        world.nodes[arc.tail].deviation += more
    for i in range(node.first_seller, node.end_seller):
        offer = world.offers[world.seller[i]]
        if offer.unsent > 0.0:
            offer.unsent -= going(offer.unsent, offer.possible + offer.reserve, world.patience)
        elif offer.left > 0.0:
            offer.unsent += per_weight * (offer.possible if tier == 0 else offer.reserve)


@inlined
def passes(arc: np.record, world: World) -> bool:
    """Return whether an arc could send more today: its origin, lane and hub have something left."""
    return room_of(arc, world) > 0.0


@inlined
def going(unsent: float, weight: float, patience: float) -> float:
    """Return what of an unsent order is handed over today: all of it by a way that is closed for good."""
    return unsent if weight <= 0.0 else unsent / patience
