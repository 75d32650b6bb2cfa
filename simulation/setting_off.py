"""What sets off today: on its way from here on, it arrives when its lead time is over."""

from __future__ import annotations

import numpy as np

from simulation.compiled import inlined
from simulation.layout import World


@inlined
def set_off(quantity: float, a: int, today: int, week: int, world: World) -> None:
    """Let `quantity` set off on arc `a`; `today` is the place of the day in the ring of arrivals."""
    coming, lead = world.coming, world.lead
    slot = today + lead[week, a]
    coming[slot if slot < len(coming) else slot - len(coming), world.arcs[a].head] += quantity


@inlined
def set_off_loaded(part: float, lane: np.record, day: int, world: World) -> None:
    """Let a part of what is loaded on a lane set off, the same part of every product."""
    today, week = day % len(world.coming), day // 7
    lane.loaded -= part * lane.loaded
    for a in range(lane.first_arc, lane.end_arc):
        arc = world.arcs[a]
        gone = part * arc.loaded
        arc.loaded -= gone
        set_off(gone, a, today, week, world)
