"""The response phase of a day: what is done about a shortfall, the first in the chain that can.

It comes after the day's release, so that waiting, and what other open lanes and offers take over, come
first. Goods are short where stock, less what customers wait for, is below a cover of planned use and below
what the plan has there that day; nothing is short when nothing varies. What a response brings counts
as a part of the stock position at once, so that the other ways in do not bring it once more.
"""

from __future__ import annotations

import numpy as np

from simulation.compiled import compiled, inlined
from simulation.dispatch import buy_more, offered
from simulation.layout import (
    CURTAIL_DEMAND,
    CURTAIL_PRODUCTION,
    EXPEDITE,
    SPOT_PURCHASE,
    SUBSTITUTE,
    Floats,
    Records,
    World,
)

TRACE = 1e-6  # of a day's planned use: less is no shortfall


@compiled
def take_in(nodes: Records, shortages: Records, answered: Floats) -> None:
    """Take in what responses sent for and what arrives today, `answered` (shortages,)."""
    for s in range(len(shortages)):
        if answered[s] != 0.0:
            place = shortages[s]
            nodes[place.node].stock += answered[s]
            nodes[place.node].transit -= answered[s]
            place.underway = max(place.underway - answered[s], 0.0)
            answered[s] = 0.0


@compiled
def respond(day: int, world: World) -> None:
    """Let each shortfall be answered by its chain of responses, as far as each of them can."""
    if world.free:
        return
    for s in range(len(world.shortages)):
        place = world.shortages[s]
        node = world.nodes[place.node]
        waiting = world.demands[place.demand].waiting if place.demand >= 0 else 0.0
        unmade = min(not_made(node, world), node.deviation)
        there, trace = node.stock - waiting, TRACE * place.use
        given, row, left = 0.0, -1, 0.0  # given: at once, by those before in the chain
        for i in range(place.first_answer, place.end_answer):
            answer = world.answers[i]
            if answer.row != row:
                row, left = answer.row, answer.most_share * place.use
            short = min(answer.cover_days * place.use, world.level[day, s]) - there
            if answer.kind == CURTAIL_DEMAND:
                short = waiting
            elif answer.kind == CURTAIL_PRODUCTION:
                short = unmade
            answer.short_days = answer.short_days + 1.0 if short > trace else 0.0
            amount = min(short - place.underway - given, left)
            if answer.kind == CURTAIL_PRODUCTION:
                amount = min(short, left)
            answer.done = 0.0
            if answer.short_days > answer.after_days and amount > trace:
                answer.done = act(amount, day, s, answer, world)
            if answer.kind == CURTAIL_PRODUCTION:
                unmade -= answer.done
            elif answer.kind in (SUBSTITUTE, CURTAIL_DEMAND):
                given += answer.done
            left -= answer.done
            answer.booked += answer.done


@inlined
def act(amount: float, day: int, s: int, answer: np.record, world: World) -> float:
    """Let one response do `amount` at the place of a shortfall; return what it could do of it."""
    place = world.shortages[s]
    node = world.nodes[place.node]
    if answer.kind == EXPEDITE:
        amount = expedite(amount, day, s, answer, world)
    elif answer.kind == SPOT_PURCHASE:
        send_for(amount, day, s, answer, world)
    elif answer.kind == SUBSTITUTE:
        amount = substitute(amount, node, answer, world)
    elif answer.kind == CURTAIL_DEMAND:
        world.demands[place.demand].waiting -= amount
    else:
        amount = max(min(amount, node.deviation), 0.0)
    node.deviation -= amount
    return amount


@inlined
def not_made(node: np.record, world: World) -> float:
    """Return what the operations that make a product fell short of the plan today, all of them together."""
    total = 0.0
    for i in range(node.first_maker, node.end_maker):
        operation = world.operations[world.maker[i]]
        total += (operation.planned - operation.done) * operation.made_quantity
    return total


@inlined
def send_for(amount: float, day: int, s: int, answer: np.record, world: World) -> None:
    """Let `amount` arrive at the place of a shortfall after the response's lead time."""
    place = world.shortages[s]
    place.underway += amount
    world.nodes[place.node].transit += amount
    world.answered[(day + answer.lead) % len(world.answered), s] += amount


@inlined
def expedite(amount: float, day: int, s: int, answer: np.record, world: World) -> float:
    """Send what there is upstream, of stock or of an offer, past the limits of lane and hub; return it."""
    arc = world.arcs[answer.source]
    tail = world.nodes[arc.tail]
    if world.site_up[day, world.lanes[arc.lane].origin] <= 0.0:
        return 0.0
    if tail.source:
        sent = min(amount, offered(tail, world.offers, world.seller))
        if sent <= 0.0:
            return 0.0
        for i in range(tail.first_seller, tail.end_seller):
            offer = world.offers[world.seller[i]]
            offer.room += offer.done
            offer.booked -= offer.done
        buy_more(sent, tail, world.offers, world.seller)
        for i in range(tail.first_seller, tail.end_seller):
            offer = world.offers[world.seller[i]]
            offer.room -= offer.done
            offer.booked += offer.done
    else:
        sent = min(amount, max(tail.stock, 0.0))
        tail.stock -= sent
        tail.deviation += sent - ordered(sent, arc)
    if arc.by_order:
        arc.unsent -= ordered(sent, arc)
    send_for(sent, day, s, answer, world)
    return sent


@inlined
def ordered(sent: float, arc: np.record) -> float:
    """Return what of `sent` was on order by a policy; its origin has known of it since then."""
    return min(sent, arc.unsent) if arc.by_order else 0.0


@inlined
def substitute(amount: float, node: np.record, answer: np.record, world: World) -> float:
    """Take another product from the site's stock for `amount`, as far as there is any; return how much."""
    other = world.nodes[answer.source]
    taken = min(amount * answer.ratio, max(other.stock, 0.0))
    other.stock -= taken
    other.used += taken
    other.deviation += taken
    amount = taken / answer.ratio
    node.stock += amount
    node.made += amount
    return amount
