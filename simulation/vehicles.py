"""The departure phase of a day: vehicles that are paid by the trip leave when they are full enough."""

from __future__ import annotations

import numpy as np

from simulation.compiled import compiled, inlined
from simulation.layout import World
from simulation.setting_off import set_off_loaded

FULL = 1e-9  # of a vehicle, for the rounding of sums


@compiled
def depart(day: int, world: World) -> None:
    """Let full vehicles leave, others with their least load or after their longest wait; at last all.

    What is released on a lane paid by the trip is loaded at once and waits at the origin, on the way for
    its destination, and leaves at the latest on the last day of a period. Nothing leaves while lane or origin
    is shut, on that day neither.
    """
    for k in world.by_trip:
        lane = world.lanes[k]
        if lane.loaded <= 0.0:
            continue
        lane.waited += 1.0
        if world.lane_up[day, k] * world.site_up[day, lane.origin] <= 0.0:
            continue
        trips, part = np.floor(lane.loaded / lane.payload + FULL), 1.0
        if world.closes[day]:
            trips = max(np.ceil(lane.loaded / lane.payload - lane.slack), 0.0)
        elif leaves_in_part(lane.loaded - trips * lane.payload, lane):
            trips += 1.0
        else:
            part = min(trips * lane.payload / lane.loaded, 1.0)
        if part <= 0.0:
            continue
        lane.booked += trips
        set_off_loaded(part, lane, day, world)
        lane.waited = 1.0 if lane.loaded > FULL * lane.payload else 0.0  # what stays was loaded today


@inlined
def leaves_in_part(rest: float, lane: np.record) -> bool:
    """Return whether what does not fill a vehicle leaves all the same: enough of it, or after its wait."""
    if rest <= FULL * lane.payload:
        return False
    enough = lane.least_load < 1.0 and rest >= (lane.least_load - FULL) * lane.payload
    return enough or lane.waited > lane.longest_wait
