"""The release phase of a day: what is sent on each arc and bought from each offer."""

from __future__ import annotations

import numpy as np

from simulation.compiled import compiled, inlined
from simulation.layout import Floats, Integers, Records, World

SWEEPS = 3  # rounds that hand what one arc or offer cannot take to the others
ROUNDING = 1 + 1e-6  # a limit may be passed by the solver's tolerance


@compiled
def release(day: int, world: World) -> None:
    """Dispatch and buy, the heads of arcs before their tails, so that an order travels upstream today."""
    nodes, arcs, lanes, offers = world.nodes, world.arcs, world.lanes, world.offers
    leaving, arriving, seller, coming = world.leaving, world.arriving, world.seller, world.coming
    open_lanes(world.surge, lanes, arcs, world.lane_up[day], world.site_up[day])
    open_offers(world.surge, offers, world.site_up[day])
    for n in range(len(nodes)):
        node = nodes[n]
        node.spare = offered(node, offers, seller) if node.source else node.stock
    lead = world.lead[day // 7]
    for a in range(len(arcs)):
        arcs[a].lead = lead[a]
        nodes[arcs[a].tail].spare -= arcs[a].fitting
    gain, free = world.gain, world.free
    for n in world.send_order:
        node = nodes[n]
        there = offered(node, offers, seller) * ROUNDING if node.source else max(node.stock, 0.0)
        if free:
            there = np.inf
        excess = send(there, day, node, nodes, arcs, lanes, leaving, coming)
        if node.source:
            buy(node.missing_purchase + excess, node, offers, seller)
            node.deviation = 0.0
        else:
            wanted = gain * (node.deviation - still_owed(node, world.patience, arcs, arriving))
            buy(node.missing_purchase + node.purchase_part * wanted, node, offers, seller)
            extra = node.missing_flow + node.flow_part * wanted
            correct_arrivals(extra, gain, node, nodes, arcs, lanes, arriving)


@inlined
def open_lanes(surge: float, lanes: Records, arcs: Records, lane_up: Floats, site_up: Floats) -> None:
    """Find what each lane lets pass today, and the part of the planned flows that fits."""
    for k in range(len(lanes)):
        lanes[k].load = 0.0
    for a in range(len(arcs)):
        arc = arcs[a]
        lanes[arc.lane].load += arc.possible * arc.mass
    for k in range(len(lanes)):
        lane = lanes[k]
        up = lane_up[k] * site_up[lane.origin]
        lane.room += lane.capacity
        lane.passable = most_today(lane.room, lane.capacity, up, lane.load, surge)
    for a in range(len(arcs)):
        arc = arcs[a]
        lane = lanes[arc.lane]
        arc.fitting = arc.possible
        if lane.load > lane.passable:
            arc.fitting = arc.possible * lane.passable / lane.load
    for k in range(len(lanes)):
        lane = lanes[k]
        lane.left = max(lane.passable - lane.load, 0.0)


@inlined
def open_offers(surge: float, offers: Records, site_up: Floats) -> None:
    """Find what can be bought today from each offer; nothing where none was ever planned so far."""
    for o in range(len(offers)):
        offer = offers[o]
        offer.room += offer.capacity
        offer.left = 0.0
        if offer.possible + offer.reserve > 0.0:
            up = site_up[offer.site]
            offer.left = most_today(offer.room, offer.capacity, up, offer.possible, surge)


@inlined
def most_today(room: float, capacity: float, up: float, planned: float, surge: float) -> float:
    """Return the most of today: of a capacity, or of what is planned while an unlimited one is down."""
    if capacity < np.inf:
        return max(min(room, up * (1.0 + surge) * capacity), 0.0)
    if up < 1.0:
        return up * planned
    return room


@inlined
def offered(node: np.record, offers: Records, seller: Integers) -> float:
    """Return what can be bought today at a node."""
    total = 0.0
    for i in range(node.first_seller, node.end_seller):
        total += offers[seller[i]].left
    return total


@inlined
def send(
    there: float,
    day: int,
    node: np.record,
    nodes: Records,
    arcs: Records,
    lanes: Records,
    leaving: Integers,
    coming: Floats,
) -> float:
    """Dispatch what is `there`, in proportion when it is too little; return the excess over plan."""
    asked, excess, today = 0.0, 0.0, day % len(coming)
    for i in range(node.first_leaving, node.end_leaving):
        arc = arcs[leaving[i]]
        asked += max(arc.fitting + arc.correction, 0.0)
    part = there / asked if asked > there else 1.0
    for i in range(node.first_leaving, node.end_leaving):
        arc = arcs[leaving[i]]
        lane, head = lanes[arc.lane], nodes[arc.head]
        arc.done = max(arc.fitting + arc.correction, 0.0) * part
        if arc.done * arc.mass > lane.passable * ROUNDING:
            arc.done = max(lane.passable, 0.0) / arc.mass
        arc.owed = max(arc.owed + arc.possible - arc.done, 0.0)
        lane.passable -= arc.done * arc.mass
        lane.room -= arc.done * arc.mass
        arc.booked += arc.done
        node.stock -= arc.done
        head.transit += arc.done
        slot = today + arc.lead
        coming[slot if slot < len(coming) else slot - len(coming), arc.head] += arc.done
        node.deviation += arc.done - arc.planned
        head.deviation -= arc.done - arc.planned
        excess += arc.done - arc.planned
    if not node.source:
        node.lowest = min(node.lowest, node.stock)
    return excess


@inlined
def buy(extra: float, node: np.record, offers: Records, seller: Integers) -> None:
    """Buy as planned and `extra` beyond it (below zero: less), within what is offered today."""
    total = 0.0
    for i in range(node.first_seller, node.end_seller):
        offer = offers[seller[i]]
        offer.done = min(offer.possible, offer.left)
        offer.left -= offer.done
        total += offer.done
        if node.source:  # what goes out today must be bought today, from another offer if need be
            extra += offer.possible - offer.done
    if extra < 0.0 and total > 0.0:
        keep = max(1.0 + extra / total, 0.0)
        for i in range(node.first_seller, node.end_seller):
            offers[seller[i]].done *= keep
    elif extra > 0.0:
        buy_more(extra, node, offers, seller)
    for i in range(node.first_seller, node.end_seller):
        offer = offers[seller[i]]
        offer.room -= offer.done
        offer.booked += offer.done
        node.stock += offer.done
        node.deviation -= offer.done - offer.planned


@inlined
def buy_more(amount: float, node: np.record, offers: Records, seller: Integers) -> None:
    """Share `amount` among offers with something left: those planned now, then the reserve."""
    enough = 1e-12 * amount
    for tier in range(2):
        for _ in range(SWEEPS):
            total = 0.0
            for i in range(node.first_seller, node.end_seller):
                offer = offers[seller[i]]
                if offer.left > 0.0:
                    total += offer.possible if tier == 0 else offer.reserve
            if total <= 0.0:
                break
            asked = amount
            for i in range(node.first_seller, node.end_seller):
                offer = offers[seller[i]]
                weight = offer.possible if tier == 0 else offer.reserve
                if offer.left > 0.0 and weight > 0.0:
                    more = min(asked * weight / total, offer.left)
                    offer.done += more
                    offer.left -= more
                    amount -= more
            if amount <= enough:
                return


@inlined
def still_owed(node: np.record, patience: float, arcs: Records, arriving: Integers) -> float:
    """Return what is left to those who fell short: less each day, and never beyond the deviation."""
    total = 0.0
    for i in range(node.first_arriving, node.end_arriving):
        total += arcs[arriving[i]].owed
    if total <= 0.0:
        return 0.0
    keep = min(max(node.deviation, 0.0) / total, 1.0 - 1.0 / patience)
    for i in range(node.first_arriving, node.end_arriving):
        arcs[arriving[i]].owed *= keep
    return keep * total


@inlined
def correct_arrivals(
    amount: float,
    gain: float,
    node: np.record,
    nodes: Records,
    arcs: Records,
    lanes: Records,
    arriving: Integers,
) -> None:
    """Set the corrections of the arcs into a node: what they owe, and `amount` shared among all."""
    total = 0.0
    for i in range(node.first_arriving, node.end_arriving):
        arc = arcs[arriving[i]]
        total += arc.fitting
        arc.correction = 0.0
        if arc.owed > 0.0:
            lane, tail = lanes[arc.lane], nodes[arc.tail]
            arc.correction = max(min(gain * arc.owed, room_of(arc, lane, tail)), 0.0)
            take_room(arc, arc.correction, lane, tail)
    if amount < 0.0 and total > 0.0:
        cut = min(-amount / total, 1.0)
        for i in range(node.first_arriving, node.end_arriving):
            arc = arcs[arriving[i]]
            arc.correction = -cut * arc.fitting
    elif amount > 0.0:
        raise_arrivals(amount, node, nodes, arcs, lanes, arriving)


@inlined
def raise_arrivals(
    amount: float, node: np.record, nodes: Records, arcs: Records, lanes: Records, arriving: Integers
) -> None:
    """Share `amount` among arcs whose lane and origin have room: those planned now, then the reserve."""
    enough = 1e-12 * amount
    for tier in range(2):
        for _ in range(SWEEPS):
            total = 0.0
            for i in range(node.first_arriving, node.end_arriving):
                arc = arcs[arriving[i]]
                if lanes[arc.lane].left > 0.0 and nodes[arc.tail].spare > 0.0:
                    total += arc.possible if tier == 0 else arc.reserve
            if total <= 0.0:
                break
            asked = amount
            for i in range(node.first_arriving, node.end_arriving):
                arc = arcs[arriving[i]]
                lane, tail = lanes[arc.lane], nodes[arc.tail]
                weight = arc.possible if tier == 0 else arc.reserve
                if weight > 0.0 and lane.left > 0.0 and tail.spare > 0.0:
                    more = min(asked * weight / total, room_of(arc, lane, tail))
                    arc.correction += more
                    take_room(arc, more, lane, tail)
                    amount -= more
            if amount <= enough:
                return


@inlined
def room_of(arc: np.record, lane: np.record, tail: np.record) -> float:
    """Return how much more an arc could carry today: what its lane lets pass and its origin can spare."""
    return min(lane.left / arc.mass, tail.spare)


@inlined
def take_room(arc: np.record, quantity: float, lane: np.record, tail: np.record) -> None:
    """Reserve the room for `quantity` more on an arc."""
    lane.left -= quantity * arc.mass
    tail.spare -= quantity
