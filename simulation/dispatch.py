"""The release phase of a day: what is sent on each arc and bought from each offer."""

from __future__ import annotations

import numpy as np

from simulation.compiled import inlined, phase
from simulation.layout import Floats, Places, Records, World
from simulation.reorder import order
from simulation.room import room_of, take_room
from simulation.setting_off import set_off
from simulation.work import wake_arc

TRACE = 1e-12  # of what is sent: what rounding leaves on order is sent
SWEEPS = 3  # rounds that hand what one arc or offer cannot take to the others
ROUNDING = 1 + 1e-6  # a limit may be passed by the solver's tolerance


@phase
def release(day: int, world: World) -> None:
    """Dispatch and buy, the heads of arcs before their tails, so that an order travels upstream today."""
    nodes, arcs, offers = world.nodes, world.arcs, world.offers
    bringing, seller, site_up = world.bringing, world.seller, world.site_up[day]
    open_offers(world.surge, offers, site_up)
    open_lanes(world.lane_up[day], site_up, world)
    open_nodes(world)
    open_hubs(site_up, world)
    gain, free, today, week = world.gain, world.free, day % len(world.coming), day // 7
    for n in world.send_order:
        node = nodes[n]
        there = np.inf
        if not free:
            there = offered(node, offers, seller) * ROUNDING if node.source else max(node.stock, 0.0)
        excess = 0.0
        if node.first_leaving < node.end_leaving:
            excess = send(there, today, week, node, world)
        if node.source:
            buy(node.missing_purchase + excess, node, offers, seller)
            node.deviation = 0.0
            continue
        if node.orders:
            order(day, n, world)
            continue
        fitting, owed = look_over(node, world.patience, arcs, bringing)
        wanted = gain * (node.deviation - owed)
        if node.first_seller < node.end_seller:
            buy(node.missing_purchase + node.purchase_part * wanted, node, offers, seller)
        if node.first_arriving < node.end_arriving:
            extra = node.missing_flow + node.flow_part * wanted
            if owed > 0.0:
                make_good(gain, node, world)
            if extra < 0.0:
                cut_arrivals(-extra, fitting, node, arcs, bringing)
            elif extra > 0.0:
                raise_arrivals(extra, node, world)


@inlined
def open_lanes(lane_up: Floats, site_up: Floats, world: World) -> None:
    """Find what each lane lets pass today, and what the plan leaves of it; most let everything pass."""
    lanes, arcs, bounded, origin = world.lanes, world.arcs, world.bounded, world.lane_origin
    for k in range(len(lanes)):
        bounded[k] = (lane_up[k] * site_up[origin[k]] < 1.0) | world.capped[k]
    for k in range(len(lanes)):
        if bounded[k]:
            lane, load = lanes[k], 0.0
            for a in range(lane.first_arc, lane.end_arc):
                load += due(arcs[a]) * arcs[a].mass
            lane.room += lane.capacity
            up = lane_up[k] * site_up[origin[k]]
            lane.passable = most_today(lane.room, lane.capacity, up, load, world.surge)
            lane.load = load
            lane.left = max(lane.passable - load, 0.0)


@inlined
def open_nodes(world: World) -> None:
    """Find the part of its planned flow that fits on each arc, and what that leaves of stock and offers."""
    nodes, arcs, lanes, sending = world.nodes, world.arcs, world.lanes, world.sending
    for n in world.tail:
        node = nodes[n]
        spare = offered(node, world.offers, world.seller) if node.source else node.stock
        for i in range(node.first_leaving, node.end_sending):
            arc = arcs[sending[i]]
            fitting = due(arc)
            if world.bounded[arc.lane]:
                lane = lanes[arc.lane]
                if lane.load > lane.passable:
                    fitting = fitting * lane.passable / lane.load
            arc.fitting = fitting
            spare -= fitting
        world.spare[n] = spare


@inlined
def due(arc: np.record) -> float:
    """Return what an arc has to send this morning: its plan, or what its head ordered until yesterday."""
    return arc.unsent if arc.by_order else arc.possible


@inlined
def open_hubs(site_up: Floats, world: World) -> None:
    """Find what each hub of limited capacity can handle today, and cut the planned flows to it."""
    arcs, lanes, hubs, member = world.arcs, world.lanes, world.hubs, world.member
    for h in range(len(hubs)):
        hub, load = hubs[h], 0.0
        for i in range(hub.first_member, hub.end_member):
            load += arcs[member[i]].fitting
        hub.room += hub.capacity
        hub.passable = most_today(hub.room, hub.capacity, site_up[hub.site], load, world.surge)
        hub.left = max(hub.passable - load, 0.0)
        if load > hub.passable:
            for i in range(hub.first_member, hub.end_member):
                arc = arcs[member[i]]
                cut = arc.fitting * (1.0 - hub.passable / load)
                arc.fitting -= cut
                world.spare[arc.tail] += cut
                if world.bounded[arc.lane]:
                    lanes[arc.lane].left += cut * arc.mass


@inlined
def open_offers(surge: float, offers: Records, site_up: Floats) -> None:
    """Find what can be bought today from each offer; nothing where none was ever planned so far."""
    for o in range(len(offers)):
        offer = offers[o]
        offer.room += offer.capacity
        offer.left = 0.0
        if offer.possible + offer.reserve > 0.0:
            up = site_up[offer.site]
            usual = offer.unsent if offer.by_order else offer.possible
            offer.left = most_today(offer.room, offer.capacity, up, usual, surge)


@inlined
def most_today(room: float, capacity: float, up: float, planned: float, surge: float) -> float:
    """Return the most of today: of a capacity, or of what is planned while an unlimited one is down."""
    if capacity < np.inf:
        return max(min(room, up * (1.0 + surge) * capacity), 0.0)
    if up < 1.0:
        return up * planned
    return room


@inlined
def offered(node: np.record, offers: Records, seller: Places) -> float:
    """Return what can be bought today at a node."""
    total = 0.0
    for i in range(node.first_seller, node.end_seller):
        total += offers[seller[i]].left
    return total


@inlined
def send(there: float, today: int, week: int, node: np.record, world: World) -> float:
    """Dispatch what is `there`, in proportion when it is too little; return the excess over plan."""
    nodes, arcs, lanes = world.nodes, world.arcs, world.lanes
    sending, bounded, asked, excess = world.sending, world.bounded, 0.0, 0.0
    for i in range(node.first_leaving, node.end_sending):
        arc = arcs[sending[i]]
        arc.done = max(arc.fitting + arc.correction, 0.0)
        asked += arc.done
    part = there / asked if asked > there else 1.0
    stock, deviation = node.stock, node.deviation
    for i in range(node.first_leaving, node.end_sending):
        a = sending[i]
        arc = arcs[a]
        head, done = nodes[arc.head], arc.done * part
        if bounded[arc.lane] and done * arc.mass > lanes[arc.lane].passable * ROUNDING:
            done = max(lanes[arc.lane].passable, 0.0) / arc.mass
        for g in range(arc.first_gate, arc.end_gate):
            hub = world.hubs[world.gate[g]]
            if done > hub.passable * ROUNDING:
                done = max(hub.passable, 0.0)
        for g in range(arc.first_gate, arc.end_gate):
            hub = world.hubs[world.gate[g]]
            hub.passable -= done
            hub.room -= done
        beyond = done - arc.planned
        excess += beyond
        deviation += note_sent(done, beyond, arc, head)
        if bounded[arc.lane]:
            lanes[arc.lane].passable -= done * arc.mass
            lanes[arc.lane].room -= done * arc.mass
        arc.done = done
        arc.booked += done
        stock -= done
        head.transit += done
        if arc.waits:  # leaves when the vehicle is full, or by timetable
            arc.loaded += done
            lanes[arc.lane].loaded += done * arc.mass
        else:
            set_off(done, a, today, week, world)
    node.stock, node.deviation = stock, deviation
    if world.free and not node.source:
        node.lowest = min(node.lowest, stock)
    return excess


@inlined
def note_sent(done: float, beyond: float, arc: np.record, head: np.record) -> float:
    """Write down what an arc sent; return what its origin now lacks beyond plan."""
    if arc.by_order:  # the origin has known of it since the order
        head.deviation -= done
        left = arc.unsent - done
        arc.unsent = left if left >= TRACE * done else 0.0
        return -arc.planned
    arc.owed = max(arc.owed + arc.possible - done, 0.0)
    head.deviation -= beyond
    return beyond


@inlined
def buy(extra: float, node: np.record, offers: Records, seller: Places) -> None:
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
            offer = offers[seller[i]]
            offer.left += (1.0 - keep) * offer.done
            offer.done *= keep
    elif extra > 0.0:
        buy_more(extra, node, offers, seller)
    for i in range(node.first_seller, node.end_seller):
        offer = offers[seller[i]]
        offer.room -= offer.done
        offer.booked += offer.done
        node.stock += offer.done
        node.deviation -= offer.done - offer.planned


@inlined
def buy_more(amount: float, node: np.record, offers: Records, seller: Places) -> None:
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
def look_over(node: np.record, patience: float, arcs: Records, bringing: Places) -> tuple[float, float]:
    """Return what fits of the planned arrivals, and what is left to those who fell short.

    That is less each day, and never beyond the deviation.
    """
    fitting, owed = 0.0, 0.0
    for i in range(node.first_arriving, node.end_bringing):
        arc = arcs[bringing[i]]
        arc.correction = 0.0
        fitting += arc.fitting
        owed += arc.owed
    if owed <= 0.0:
        return fitting, 0.0
    keep = min(max(node.deviation, 0.0) / owed, 1.0 - 1.0 / patience)
    for i in range(node.first_arriving, node.end_bringing):
        arcs[bringing[i]].owed *= keep
    return fitting, keep * owed


@inlined
def make_good(gain: float, node: np.record, world: World) -> None:
    """Let each arc into a node send more of what it owes."""
    for i in range(node.first_arriving, node.end_bringing):
        arc = world.arcs[world.bringing[i]]
        if arc.owed > 0.0:
            arc.correction = max(min(gain * arc.owed, room_of(arc, world)), 0.0)
            take_room(arc, arc.correction, world)


@inlined
def cut_arrivals(amount: float, fitting: float, node: np.record, arcs: Records, bringing: Places) -> None:
    """Take `amount` off the arcs into a node, in proportion to what fits of their plan."""
    if fitting <= 0.0:
        return
    cut = min(amount / fitting, 1.0)
    for i in range(node.first_arriving, node.end_bringing):
        arc = arcs[bringing[i]]
        arc.correction -= cut * arc.fitting


@inlined
def raise_arrivals(amount: float, node: np.record, world: World) -> None:
    """Share `amount` among arcs whose lane, hub and origin have room: those planned now, then the reserve."""
    arcs, bringing, enough = world.arcs, world.bringing, 1e-12 * amount
    for _ in range(SWEEPS):
        total = 0.0
        for i in range(node.first_arriving, node.end_bringing):
            arc = arcs[bringing[i]]
            if room_of(arc, world) > 0.0:
                total += arc.possible
        if total <= 0.0:
            break
        asked = amount
        for i in range(node.first_arriving, node.end_bringing):
            arc = arcs[bringing[i]]
            weight, room = arc.possible, room_of(arc, world)
            if weight > 0.0 and room > 0.0:
                more = min(asked * weight / total, room)
                arc.correction += more
                take_room(arc, more, world)
                amount -= more
        if amount <= enough:
            return
    bring_in(amount, enough, node, world)


@inlined
def bring_in(amount: float, enough: float, node: np.record, world: World) -> None:
    """Share `amount` among the reserve of the arcs into a node; who rested works then."""
    arcs, arriving = world.arcs, world.arriving
    for _ in range(SWEEPS):
        total = 0.0
        for i in range(node.first_arriving, node.end_arriving):
            arc = arcs[arriving[i]]
            if room_of(arc, world) > 0.0:
                total += arc.reserve
        if total <= 0.0:
            return
        asked = amount
        for i in range(node.first_arriving, node.end_arriving):
            arc = arcs[arriving[i]]
            weight, room = arc.reserve, room_of(arc, world)
            if weight > 0.0 and room > 0.0:
                more = min(asked * weight / total, room)
                if world.idle_arcs[arriving[i]]:
                    wake_arc(arriving[i], world)
                arc.correction += more
                take_room(arc, more, world)
                amount -= more
        if amount <= enough:
            return
