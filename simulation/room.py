"""How much more an arc could carry today, and taking it up."""

from __future__ import annotations

import numpy as np

from simulation.compiled import inlined
from simulation.layout import World


@inlined
def passage(arc: np.record, world: World) -> float:
    """Return how much more lane and hub let pass today."""
    room, lane = np.inf, world.lanes[arc.lane]
    if lane.left < np.inf:
        room = lane.left / arc.mass
    for g in range(arc.first_gate, arc.end_gate):
        room = min(room, world.hubs[world.gate[g]].left)
    return room


@inlined
def room_of(arc: np.record, world: World) -> float:
    """Return how much more an arc could carry today: what lane and hub let pass and its origin can spare."""
    return min(passage(arc, world), world.nodes[arc.tail].spare)


@inlined
def take_room(arc: np.record, quantity: float, world: World) -> None:
    """Reserve the room for `quantity` more on an arc."""
    world.lanes[arc.lane].left -= quantity * arc.mass
    world.nodes[arc.tail].spare -= quantity
    for g in range(arc.first_gate, arc.end_gate):
        world.hubs[world.gate[g]].left -= quantity
