"""The departure phase of trains and ships: what waits at the origin leaves by the timetable."""

from __future__ import annotations

from simulation.compiled import compiled
from simulation.layout import World


@compiled
def leave(day: int, world: World) -> None:
    """Let departures that are due take what waits, all products in proportion where it is too much.

    What is released on a lane with a timetable is loaded at once and waits at the origin, on the way for its
    destination. A departure that finds lane or origin shut is due until they open.
    """
    if world.departures.shape[1] == 0:
        return
    arcs, lanes, coming = world.arcs, world.lanes, world.coming
    today, week = day % len(coming), day // 7
    for k in range(len(lanes)):
        lane = lanes[k]
        if lane.timetable < 0:
            continue
        lane.due += world.departures[day, lane.timetable]
        if lane.due <= 0.0 or world.lane_up[day, k] * world.site_up[day, lane.origin] <= 0.0:
            continue
        if lane.loaded > 0.0:
            part = min(lane.due * lane.takes / lane.loaded, 1.0)
            lane.loaded -= part * lane.loaded
            for a in range(lane.first_arc, lane.end_arc):
                arc = arcs[a]
                gone = part * arc.loaded
                arc.loaded -= gone
                slot = today + world.lead[week, a]
                coming[slot if slot < len(coming) else slot - len(coming), arc.head] += gone
        lane.due = 0.0
