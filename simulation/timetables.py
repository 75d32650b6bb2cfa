"""The departure phase of trains and ships: what waits at the origin leaves by the timetable."""

from __future__ import annotations

from simulation.compiled import compiled
from simulation.layout import World
from simulation.setting_off import set_off_loaded


@compiled
def leave(day: int, world: World) -> None:
    """Let departures that are due take what waits, all products in proportion where it is too much.

    What is released on a lane with a timetable is loaded at once and waits at the origin, on the way for its
    destination. A departure that finds lane or origin shut is due until they open.
    """
    if world.departures.shape[1] == 0:
        return
    for k in range(len(world.lanes)):
        lane = world.lanes[k]
        if lane.timetable < 0:
            continue
        lane.due += world.departures[day, lane.timetable]
        if lane.due <= 0.0 or world.lane_up[day, k] * world.site_up[day, lane.origin] <= 0.0:
            continue
        if lane.loaded > 0.0:
            set_off_loaded(min(lane.due * lane.takes / lane.loaded, 1.0), lane, day, world)
        lane.due = 0.0
