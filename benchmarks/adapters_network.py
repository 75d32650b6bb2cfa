"""Network design instances as scenarios: nodes are hubs, arcs are lanes with a yearly fixed cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.readers_mps import Mps
from benchmarks.readers_network import Network
from benchmarks.tables import NotCoveredError, Problem, complete, modes, places

Lane = tuple[str, str, float, float, float]  # both ends, cost, capacity, fixed cost


def network(instance: Network) -> Problem:
    """Return a fixed-charge network design problem, one product a commodity.

    A lane is told by origin, destination and mode, so the second of two parallel arcs is another mode.
    An arc from a node to itself carries nothing and is left out. Raises NotCoveredError when supply and
    demand of a commodity differ: an offer need not be sold out.
    """
    goods = np.array([f"commodity {k + 1}" for k in range(len(instance.supply))], dtype=object)
    for product, supply, demand in zip(goods, instance.supply, instance.demand, strict=True):
        if not np.isclose(sum(supply.values()), sum(demand.values()), rtol=1e-12):
            message = f"{product} has more supply than demand, and all of it must leave"
            raise NotCoveredError(message)
    nodes = list(dict.fromkeys([*instance.tail, *instance.head, *_nodes(instance.supply + instance.demand)]))
    joins = np.array([a != b for a, b in zip(instance.tail, instance.head, strict=True)])
    seen: Counter[tuple[str, str]] = Counter()
    copies = []
    for pair in zip(instance.tail, instance.head, strict=True):
        seen[pair] += 1
        copies.append(f"way {seen[pair]}")
    lanes = pd.DataFrame(
        {
            "origin": instance.tail,
            "destination": instance.head,
            "mode": copies,
            "products": [tuple(goods)] * len(copies),
            "cost": instance.cost,
            "capacity": np.where(np.isfinite(instance.capacity), instance.capacity, np.nan),
            "fixed_cost": instance.fixed,
        }
    )
    return Problem(
        complete(
            sites=places(nodes, "hub"),
            products={"product": goods},
            offers=pd.DataFrame(
                [
                    (f"{node}:{product}", node, product, 0.0, quantity, 0.0)
                    for product, supply in zip(goods, instance.supply, strict=True)
                    for node, quantity in supply.items()
                ],
                columns=["offer", "site", "product", "price", "capacity", "footprint"],
            ),
            modes=modes(*sorted(set(copies))),
            lanes=lanes[joins],
            demand=pd.DataFrame(
                [
                    (node, product, quantity)
                    for product, demand in zip(goods, instance.demand, strict=True)
                    for node, quantity in demand.items()
                ],
                columns=["site", "product", "quantity"],
            ),
        )
    )


def _nodes(quantities: tuple[dict[str, float], ...]) -> list[str]:
    return [node for by_node in quantities for node in by_node]


def transportation(model: Mps) -> Problem:
    """Return the fixed-charge transportation problem that a mixed-integer program turns out to be.

    Looked for: every continuous column is a flow that stands with coefficient 1 in two balance rows and in
    one row ``flow <= u y`` of a 0/1 column y of its own; the balance rows split into sources and sinks.
    Raises NotCoveredError naming the first thing that does not fit.
    """
    flows = [column for column in model.entries if column not in model.whole]
    used: dict[str, str] = {}
    lanes: list[Lane] = []
    for flow in flows:
        limits = [row for row, value in model.entries[flow].items() if model.rows[row] == "L" and value == 1]
        ends = [row for row, value in model.entries[flow].items() if model.rows[row] == "E" and value == 1]
        if model.bounds[flow][0] != 0 or len(ends) != 2 or len(limits) != 1 or len(model.entries[flow]) != 3:
            message = f"column {flow} is not a flow between two balances with one limit"
            raise NotCoveredError(message)
        partners = {c: v for c, v in model.columns_of(limits[0]).items() if c != flow}
        switch = next(iter(partners), "")
        if len(partners) != 1 or not _is_switch(model, switch, limits[0]) or model.right.get(limits[0], 0.0):
            message = f"row {limits[0]} is not flow <= u y with a 0/1 column y of its own"
            raise NotCoveredError(message)
        used[switch] = flow
        capacity = min(-partners[switch], model.bounds[flow][1])
        lanes.append((ends[0], ends[1], model.cost.get(flow, 0.0), capacity, model.cost.get(switch, 0.0)))
    if set(used) != model.whole or len(used) != len(flows) or model.ranges:
        message = "some 0/1 columns open no flow, or one opens several"
        raise NotCoveredError(message)
    source = _sources(lanes)
    turned = [lane if lane[0] in source else (lane[1], lane[0], lane[2], lane[3], lane[4]) for lane in lanes]
    quantity = {row: model.right.get(row, 0.0) for lane in lanes for row in lane[:2]}
    return _offset(
        network(
            Network(
                tail=tuple(lane[0] for lane in turned),
                head=tuple(lane[1] for lane in turned),
                cost=np.array([lane[2] for lane in turned]),
                capacity=np.array([lane[3] for lane in turned]),
                fixed=np.array([lane[4] for lane in turned]),
                supply=({row: value for row, value in quantity.items() if row in source},),
                demand=({row: value for row, value in quantity.items() if row not in source},),
            )
        ),
        model.offset,
    )


def _is_switch(model: Mps, column: str, row: str) -> bool:
    """Return whether a column is 0/1 and stands in `row` alone, with a negative coefficient."""
    if column not in model.whole or model.bounds[column] != (0.0, 1.0):
        return False
    return set(model.entries[column]) == {row} and model.entries[column][row] < 0


def _sources(lanes: list[Lane]) -> set[str]:
    """Return the balance rows on one side of the lanes; raises NotCoveredError without two sides."""
    joined: dict[str, set[str]] = {}
    for start, end, *_ in lanes:
        joined.setdefault(start, set()).add(end)
        joined.setdefault(end, set()).add(start)
    source: dict[str, bool] = {}
    for first in joined:
        ahead = [] if first in source else [first]
        source.setdefault(first, True)
        while ahead:
            row = ahead.pop()
            for other in joined[row]:
                if other not in source:
                    source[other] = not source[row]
                    ahead.append(other)
                elif source[other] == source[row]:
                    message = f"row {row} is a source and a sink at once"
                    raise NotCoveredError(message)
    return {row for row, is_source in source.items() if is_source}


def _offset(problem: Problem, offset: float) -> Problem:
    return replace(problem, offset=problem.offset + offset)
