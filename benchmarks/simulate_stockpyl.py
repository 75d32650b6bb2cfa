"""The distribution tree in stockpyl: ``python simulate_stockpyl.py GIVEN.npz`` prints one JSON object.

Stands alone, for a Python that has stockpyl: the package brings Sphinx with hooks that slow every start down,
so it may live in an environment of its own.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np
from stockpyl.demand_source import DemandSource
from stockpyl.policy import Policy
from stockpyl.sim import simulation
from stockpyl.supply_chain_network import SupplyChainNetwork
from stockpyl.supply_chain_node import SupplyChainNode


def network(given: Any) -> tuple[Any, list[int]]:
    """Return the network, and the position of the first site of each tier."""
    result, first = SupplyChainNetwork(), [0]
    for tier in range(3):
        lead, rate, stock = int(given["leads"][tier]), given[f"rate_{tier}"], given[f"stock_{tier}"]
        first.append(first[-1] + len(rate))
        for i in range(len(rate)):
            node = SupplyChainNode(
                index=first[tier] + i,
                shipment_lead_time=lead,
                initial_inventory_level=float(stock[i]),
                initial_shipments=float(rate[i]),
                supply_type=None if tier else "U",
                local_holding_cost=1.0,
                stockout_cost=0.0,
            )
            if tier == 2:
                node.demand_source = DemandSource(type="D", demand_list=given["demand"][:, i].tolist())
            result.add_node(node)
            level = float(stock[i] + lead * rate[i])
            node.inventory_policy = Policy(type="BS", base_stock_level=level, node=node)
    for tier in (1, 2):
        for i, parent in enumerate(given[f"parents_{tier}"]):
            result.add_edge(first[tier - 1] + int(parent), first[tier] + i)
    return result, first


def main(place: str) -> None:
    """Run all days and print what came of it."""
    given = dict(np.load(place))
    days = len(given["demand"])
    started = time.process_time()
    net, first = network(given)
    simulation(net, days, rand_seed=1, progress_bar=False, consistency_checks="N")
    seconds = time.process_time() - started
    sites = sorted(net.nodes, key=lambda node: node.index)
    levels = np.array(
        [[sum(node.state_vars[t].inventory_level.values()) for t in range(days)] for node in sites]
    )
    waiting = np.maximum(-levels[first[2] :, -1], 0.0)
    stock = np.maximum(levels, 0.0)
    said = {
        "seconds": seconds,
        "served": (given["demand"].sum(axis=0) - waiting).tolist(),
        "closing": stock[:, -1].tolist(),
        "mean": stock.mean(axis=1).tolist(),
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1])
