"""The days between two events: goods move through the whole network, one call for all days.

A day has fixed phases: receive, pass gates, produce, deliver, lose late, take back, release, depart, discard,
respond, record. Every activity does what the plan says for the day plus a correction in proportion to
the deviation from the planned stock position, so corrections vanish identically when nothing varies.
Compiled by numba; plain Python when ``NUMBA_DISABLE_JIT=1`` is set.
"""

from __future__ import annotations

from simulation.compiled import compiled, phase
from simulation.dispatch import release
from simulation.gates import pass_gates
from simulation.layout import ARC, OPERATION, Floats, Records, World
from simulation.lost_sales import lose_late
from simulation.production import decide_runs, produce
from simulation.responses import respond, take_in
from simulation.takeback import discard, take_back
from simulation.timetables import leave
from simulation.vehicles import depart


@compiled
def run_days(first: int, last: int, world: World) -> None:
    """Run days `first` to `last` - 1, all of one period and with no event in between."""
    for day in range(first, last):
        receive(world.nodes, world.coming[day % len(world.coming)])
        if len(world.truck_gates) > 0:
            pass_gates(day, world)
        take_in(world.nodes, world.shortages, world.answered[day % len(world.answered)])
        decide_runs(day, world)
        produce(world)
        deliver(world.free, world.nodes, world.demands, world.demand[day])
        lose_late(day, world)
        take_back(day, world)
        release(day, world)
        depart(day, world)
        leave(day, world)
        discard(world)
        if len(world.shortages) > 0:
            respond(day, world)
        record(world)


@phase
def receive(nodes: Records, arriving: Floats) -> None:
    """Take in what arrives today, (nodes,), and has no gate to pass."""
    for n in range(len(nodes)):
        if arriving[n] != 0.0 and not nodes[n].gated:
            nodes[n].stock += arriving[n]
            nodes[n].transit -= arriving[n]
            arriving[n] = 0.0


@phase
def deliver(free: bool, nodes: Records, demands: Records, asked: Floats) -> None:
    """Serve today's demand, (demands,), and what is owed from earlier days of the period."""
    for d in range(len(demands)):
        demand = demands[d]
        node = nodes[demand.node]
        owed = demand.waiting + asked[d]
        served = owed if free else min(owed, max(node.stock, 0.0))
        demand.waiting = owed - served
        demand.served = served
        demand.booked += served
        node.stock -= served
        node.deviation += asked[d] - demand.planned
        if free:
            node.lowest = min(node.lowest, node.stock)


@phase
def record(world: World) -> None:
    """Book what interventions cover, and stocks and goods on the way at the end of the day."""
    nodes, covers = world.nodes, world.covers
    for i in range(world.how_many[1]):
        cover = covers[world.covering[i]]
        if cover.family == OPERATION:
            cover.booked += cover.weight * world.operations[cover.element].done
        elif cover.family == ARC:
            cover.booked += cover.weight * world.arcs[cover.element].done
        else:
            cover.booked += cover.weight * world.offers[cover.element].done
    for n in range(len(nodes)):
        nodes[n].stock_days += nodes[n].stock
        nodes[n].transit_days += nodes[n].transit
