"""Who has something to do until the next event: the days pass over the others.

Lists keep the order of all elements, so that sums over them are the same to the bit: what rests would have
added nothing.
"""

from __future__ import annotations

from simulation.compiled import compiled
from simulation.layout import World


@compiled
def let_rest(world: World) -> None:
    """Note what has nothing to do until the next event, unless it steps in, and list the others.

    Nothing is planned or possible there, and nothing is owed, on order or starved from the days before.
    """
    for r in range(len(world.operations)):
        operation = world.operations[r]
        nothing = operation.planned == 0.0 and operation.possible == 0.0 and operation.owed == 0.0
        idle = nothing and not operation.starved
        world.idle_operations[r] = idle
        if idle:
            operation.fitting, operation.want, operation.done = 0.0, 0.0, 0.0
    for a in range(len(world.arcs)):
        arc = world.arcs[a]
        idle = arc.planned == 0.0 and arc.possible == 0.0 and arc.owed == 0.0 and not arc.by_order
        world.idle_arcs[a] = idle
        if idle:
            arc.fitting, arc.correction, arc.done = 0.0, 0.0, 0.0
    list_work(world)
    list_lanes(world)
    list_covers(world)


@compiled
def list_work(world: World) -> None:
    """List the operations and arcs that are not idle, in all and by node."""
    list_operations(world)
    for n in range(len(world.nodes)):
        list_makers(n, world)
        list_leaving(n, world)
        list_arriving(n, world)


@compiled
def list_operations(world: World) -> None:
    """List the operations that are not idle, by number and upstream first."""
    count = 0
    for r in range(len(world.operations)):
        if not world.idle_operations[r]:
            world.working[count] = r
            count += 1
    world.how_many[0] = count
    count = 0
    for r in world.run_order:
        if not world.idle_operations[r]:
            world.working_order[count] = r
            count += 1


@compiled
def list_makers(n: int, world: World) -> None:
    """List the operations that make the product of a node and are not idle."""
    node = world.nodes[n]
    end = node.first_maker
    for i in range(node.first_maker, node.end_maker):
        if not world.idle_operations[world.maker[i]]:
            world.making[end] = world.maker[i]
            end += 1
    node.end_making = end


@compiled
def list_leaving(n: int, world: World) -> None:
    """List the arcs that leave a node and are not idle."""
    node = world.nodes[n]
    end = node.first_leaving
    for i in range(node.first_leaving, node.end_leaving):
        if not world.idle_arcs[world.leaving[i]]:
            world.sending[end] = world.leaving[i]
            end += 1
    node.end_sending = end


@compiled
def list_arriving(n: int, world: World) -> None:
    """List the arcs that arrive at a node and are not idle."""
    node = world.nodes[n]
    end = node.first_arriving
    for i in range(node.first_arriving, node.end_arriving):
        if not world.idle_arcs[world.arriving[i]]:
            world.bringing[end] = world.arriving[i]
            end += 1
    node.end_bringing = end


@compiled
def list_lanes(world: World) -> None:
    """Note which lanes have a limited capacity, and where goods wait for a vehicle or a departure."""
    for k in range(len(world.lanes)):
        lane = world.lanes[k]
        world.capped[k] = lane.capacity < float("inf")
        waits = lane.payload > 0.0 or lane.timetable >= 0
        for a in range(lane.first_arc, lane.end_arc):
            world.arcs[a].waits = waits


@compiled
def list_covers(world: World) -> None:
    """List the covers of interventions that work now."""
    count = 0
    for c in range(len(world.covers)):
        if world.covers[c].weight > 0.0:
            world.covering[count] = c
            count += 1
    world.how_many[1] = count


@compiled
def wake_operation(r: int, world: World) -> None:
    """Let an operation step in that has rested so far."""
    world.idle_operations[r] = False
    list_operations(world)
    list_makers(world.operations[r].made_node, world)


@compiled
def wake_arc(a: int, world: World) -> None:
    """Let an arc step in that has rested so far."""
    world.idle_arcs[a] = False
    list_leaving(world.arcs[a].tail, world)
    list_arriving(world.arcs[a].head, world)
