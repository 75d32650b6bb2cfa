"""The gate phase of a day: vehicles queue at weighbridge, unloading and grading before goods are in stock.

Each stage is a queue of several servers, first come first served (Kiefer and Wolfowitz 1955), on a clock that
runs in opening hours: who is not through at closing time goes on next morning where he stopped.
"""

from __future__ import annotations

import math

import numpy as np

from simulation.compiled import compiled, inlined
from simulation.layout import Floats, Records, World
from simulation.raw_streams import next_uniform

ROUNDING = 1e-9  # of a vehicle


@compiled
def pass_gates(day: int, world: World) -> None:
    """Let what arrives today line up at the gates of its site, and take in what comes through."""
    for g in range(len(world.truck_gates)):
        gate = world.truck_gates[g]
        opening = gate.hours * world.site_up[day, gate.site]
        closing = gate.clock + opening
        line_up(opening, world.coming[day % len(world.coming)], g, world)
        for s in range(gate.first_stage, gate.end_stage):
            serve(s, closing, gate, world)
        let_in(closing, gate, world.nodes, world.entrances, world.vehicles)
        gate.clock = closing


@inlined
def line_up(opening: float, arriving: Floats, g: int, world: World) -> None:
    """Let vehicles with what arrives today, (nodes,), come at random within `opening` hours.

    The times are order statistics of uniforms, drawn one after the other (Lurie and Hartley 1972). Who
    finds the waiting room full comes again next morning; the day counts as waiting.
    """
    gate, entrances, vehicles, luck = world.truck_gates[g], world.entrances, world.vehicles, world.luck
    left = 0.0
    for e in range(gate.first_entrance, gate.end_entrance):
        entrance = entrances[e]
        entrance.outside += arriving[entrance.node]
        arriving[entrance.node] = 0.0
        tonnes = entrance.outside * entrance.mass
        entrance.vehicles = np.ceil(max(tonnes / gate.payload - ROUNDING, 0.0))
        entrance.load = entrance.outside / max(entrance.vehicles, 1.0)
        left += entrance.vehicles
    time, room = 0.0, gate.end_vehicle - gate.first_vehicle
    while left > 0.0 and gate.queued < room:
        time += (1.0 - time) * (1.0 - (1.0 - next_uniform(luck, gate.comes)) ** (1.0 / left))
        e = gate.first_entrance
        if gate.end_entrance - gate.first_entrance > 1:
            pick = next_uniform(luck, gate.brings) * left
            while e < gate.end_entrance - 1 and pick >= entrances[e].vehicles:
                pick -= entrances[e].vehicles
                e += 1
            while entrances[e].vehicles <= 0.0:  # rounding passed the last one
                e -= 1
        entrance, vehicle = entrances[e], vehicles[gate.first_vehicle + gate.queued]
        vehicle.entrance = e
        vehicle.stage = gate.first_stage
        vehicle.since = gate.clock + time * opening
        vehicle.load = entrance.load
        entrance.vehicles -= 1.0
        entrance.outside = entrance.outside - entrance.load if entrance.vehicles > 0.0 else 0.0
        gate.queued += 1
        gate.arrived += 1.0
        left -= 1.0
    gate.waited += left * opening
    gate.stayed += left


@inlined
def serve(s: int, closing: float, gate: np.record, world: World) -> None:
    """Serve those who wait at a stage in the order in which they came there, until closing time.

    A service takes a fixed part and an exponential one, by inversion; one that has begun is finished.
    """
    stages, entrances, vehicles = world.stages, world.entrances, world.vehicles
    free_at, turns, luck = world.free_at, world.turns, world.luck
    stage, count = stages[s], 0
    for i in range(gate.first_vehicle, gate.first_vehicle + gate.queued):
        if vehicles[i].stage == s and vehicles[i].since < closing:
            j = count
            while j > 0 and vehicles[turns[j - 1]].since > vehicles[i].since:
                turns[j] = turns[j - 1]
                j -= 1
            turns[j] = i
            count += 1
    for j in range(count):
        vehicle = vehicles[turns[j]]
        server = stage.first_server
        for m in range(stage.first_server + 1, stage.first_server + stage.servers):
            if free_at[m] < free_at[server]:
                server = m
        start = max(vehicle.since, free_at[server])
        gate.waited += min(start, closing) - max(vehicle.since, gate.clock)
        if start < closing:
            extra = -math.log1p(-next_uniform(luck, stage.lasts))
            vehicle.since = start + stage.hours * (1.0 - stage.cv + stage.cv * extra)
            vehicle.stage = s + 1
            free_at[server] = vehicle.since
            if stage.grade_error > 0.0 and next_uniform(luck, stage.errs) < stage.grade_error:
                gate.misgraded += vehicle.load * entrances[vehicle.entrance].mass


@inlined
def let_in(closing: float, gate: np.record, nodes: Records, entrances: Records, vehicles: Records) -> None:
    """Take the goods of those who are through into stock; the others stay where they are."""
    first, kept = gate.first_vehicle, 0
    for i in range(first, first + gate.queued):
        vehicle = vehicles[i]
        if vehicle.stage == gate.end_stage and vehicle.since < closing:
            node = nodes[entrances[vehicle.entrance].node]
            node.stock += vehicle.load
            node.transit -= vehicle.load
            gate.passed += 1.0
            continue
        stays = vehicles[first + kept]
        stays.entrance = vehicle.entrance
        stays.stage = vehicle.stage
        stays.since = vehicle.since
        stays.load = vehicle.load
        kept += 1
    gate.queued = kept
    gate.stayed += kept
