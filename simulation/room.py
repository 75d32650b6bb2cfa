"""How much more an arc could carry today, and taking it up."""

from __future__ import annotations

import numpy as np

from simulation.compiled import inlined
from simulation.layout import World


@inlined
def passage(arc: np.record, world: World) -> float:
    """Return how much more lane and hub let pass today."""
    room = np.inf
    if world.bounded[arc.lane]:
        room = world.lanes[arc.lane].left / arc.mass
    for g in range(arc.first_gate, arc.end_gate):
        room = min(room, world.hubs[world.gate[g]].left)
    return room


@inlined
def room_of(arc: np.record, world: World) -> float:
    """Return how much more an arc could carry today: what lane and hub let pass and its origin can spare."""
    return min(passage(arc, world), world.spare[arc.tail])


@inlined
def take_room(arc: np.record, quantity: float, world: World) -> None:
    """Reserve the room for `quantity` more on an arc."""
    if world.bounded[arc.lane]:
        world.lanes[arc.lane].left -= quantity * arc.mass
    world.spare[arc.tail] -= quantity
    for g in range(arc.first_gate, arc.end_gate):
        world.hubs[world.gate[g]].left -= quantity
