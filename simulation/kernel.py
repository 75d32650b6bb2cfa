"""The days between two events: goods move through the whole network, one call for all days.

A day has fixed phases: receive, produce, deliver, release (order and dispatch), record. Every
activity does what the plan says for the day plus a correction in proportion to the deviation from
the planned stock position, so corrections vanish identically when nothing varies. Compiled by
numba; plain Python when ``NUMBA_DISABLE_JIT=1`` is set.
"""

from __future__ import annotations

from simulation.compiled import compiled
from simulation.dispatch import release
from simulation.layout import ARC, OPERATION, World
from simulation.production import decide_runs, produce


@compiled
def run_days(first: int, last: int, period: int, world: World) -> None:
    """Run days `first` to `last` - 1, all of one period and with no event in between."""
    for day in range(first, last):
        receive(day, world)
        decide_runs(day, period, world)
        produce(period, world)
        deliver(day, period, world)
        release(day, period, world)
        record(period, world)


@compiled
def receive(day: int, world: World) -> None:
    """Take in what arrives today."""
    state = world.state
    slot = day % len(state.coming)
    for node in range(len(state.stock)):
        quantity = state.coming[slot, node]
        if quantity != 0.0:
            state.stock[node] += quantity
            state.transit[node] -= quantity
            state.coming[slot, node] = 0.0


@compiled
def deliver(day: int, period: int, world: World) -> None:
    """Serve today's demand and what is owed from earlier days of the period."""
    state, booked = world.state, world.booked
    for d in range(len(world.structure.demand_node)):
        node = world.structure.demand_node[d]
        asked = world.draws.demand[day, d]
        owed = state.backlog[d] + asked
        served = owed if world.rules.free else min(owed, max(state.stock[node], 0.0))
        state.backlog[d] = owed - served
        state.stock[node] -= served
        state.deviation[node] += asked - world.planned.delivered[period, d]
        booked.delivered[period, d] += served
        booked.lowest[node] = min(booked.lowest[node], state.stock[node])


@compiled
def record(period: int, world: World) -> None:
    """Book what interventions cover, and stocks and goods on the way at the end of the day."""
    structure, booked, scratch = world.structure, world.booked, world.scratch
    for c in range(len(structure.cover_element)):
        weight = world.now.cover_weight[c]
        if weight > 0.0:
            element, family = structure.cover_element[c], structure.cover_family[c]
            if family == OPERATION:
                booked.covered[period, c] += weight * scratch.ran[element]
            elif family == ARC:
                booked.covered[period, c] += weight * scratch.sent[element]
            else:
                booked.covered[period, c] += weight * scratch.bought[element]
    for node in range(len(world.state.stock)):
        booked.stock_days[node] += world.state.stock[node]
        booked.transit_days[node] += world.state.transit[node]
