"""What comes back of what was delivered, and what is thrown away."""

from __future__ import annotations

from simulation.compiled import compiled
from simulation.layout import World


@compiled
def take_back(day: int, world: World) -> None:
    """Take back what the plan does, and its share of what was delivered beyond plan the lag before.

    Deliveries before the first day came as the plan counts them.
    """
    nodes, demands, takebacks, history = world.nodes, world.demands, world.takebacks, world.history
    for b in range(len(takebacks)):
        back = takebacks[b]
        demand, node = demands[back.demand], nodes[back.node]
        history[day, b] = demand.served - demand.planned
        done = back.planned
        if back.lag <= day:
            done = max(done + back.share * history[day - back.lag, b], 0.0)
        back.booked += done
        node.stock += done
        node.deviation -= done - back.planned


@compiled
def discard(world: World) -> None:
    """Throw away what the plan does, and a part of what is there beyond it, as far as allowed and there.

    The excess over plan is thrown away only where nothing that comes in could be cut instead.
    """
    nodes, disposals, limits = world.nodes, world.disposals, world.limits
    for q in range(len(limits)):
        limit = limits[q]
        limit.room += limit.capacity
        limit.left = max(min(limit.room, (1.0 + world.surge) * limit.capacity), 0.0)
    for w in range(len(disposals)):
        disposal = disposals[w]
        disposal.done = disposal.planned
        if not world.free:
            node, limit = nodes[disposal.node], limits[disposal.limit]
            most = min(limit.left, max(node.stock, 0.0))
            less = max(world.gain * disposal.part * node.deviation, 0.0)
            disposal.done = min(max(disposal.planned - less, 0.0), most)
        limits[disposal.limit].left -= disposal.done
    for w in range(len(disposals)):
        disposal = disposals[w]
        node, limit = nodes[disposal.node], limits[disposal.limit]
        more = -world.gain * disposal.part * node.deviation
        if more > 0.0 and not world.free:
            more = max(min(more, limit.left, node.stock - disposal.done), 0.0)
            disposal.done += more
            limit.left -= more
        limit.room -= disposal.done
        disposal.booked += disposal.done
        node.stock -= disposal.done
        node.deviation += disposal.done - disposal.planned
        if world.free:
            node.lowest = min(node.lowest, node.stock)
