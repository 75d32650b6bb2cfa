"""Customers who do not wait for ever: what is late by more days than they tolerate is lost."""

from __future__ import annotations

import numpy as np

from simulation.compiled import compiled
from simulation.layout import World


@compiled
def lose_late(day: int, world: World) -> None:
    """Strike off what has waited longer than its customer tolerates; it counts as unmet demand.

    Who waits first is served first, so of what waits in the evening the latest days' demand is the part that
    may go on waiting. With a tolerance of 0 days nobody waits overnight (lost sales).
    """
    demands = world.demands
    for d in range(len(demands)):
        demand = demands[d]
        late, back = demand.waiting, 0
        if late <= 0.0 or demand.tolerance == np.inf:
            continue
        while late > 0.0 and back < demand.tolerance and back <= day:
            late -= world.demand[day - back, d]
            back += 1
        if late > 0.0 and back >= demand.tolerance:
            demand.waiting -= late
            node = world.nodes[demand.node]
            node.deviation -= late
            if node.orders:  # it was asked for all the same: recent use counts it
                world.policies[node.policy].position += late
