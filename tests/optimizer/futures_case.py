"""A mill that may be enlarged before demand is known: what it buys and sells follows the future."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from scenarios.futures import Future, Futures
from tests.optimizer.small_tables import scenario_of

PRICE, CAPACITY = 10.0, 100.0


def mill(demand, shortage, sizes, years=1):
    """Return the scenario: `sizes` are (capacity added, capex) of each enlargement, `demand` t a year."""
    made = _tables(len(sizes), years)
    added, capex = (np.array(values, dtype=float) for values in zip(*sizes, strict=True))
    demands, interventions = made.demands, made.interventions
    return replace(
        made,
        demands=replace(
            demands,
            quantity=np.full_like(demands.quantity, demand),
            shortage_cost=np.full_like(demands.shortage_cost, np.inf if shortage is None else shortage),
        ),
        interventions=replace(interventions, capex=np.broadcast_to(capex, interventions.capex.T.shape).T),
        capacity_changes=replace(made.capacity_changes, amount=added),
    )


@cache
def _tables(sizes, years):
    """Return the scenario of a mill with so many enlargements on offer; numbers are put in afterwards."""
    rows = {
        "sites": [
            {"site": name, "role": role, "lat": 0, "lon": 0, "region": "here"}
            for name, role in (("mine", "supplier"), ("mill", "plant"), ("town", "customer"))
        ],
        "products": [{"product": "ore"}, {"product": "steel"}],
        "offers": [{"offer": "ore", "site": "mine", "product": "ore", "price": PRICE, "footprint": 0}],
        "processes": [{"process": "melt"}],
        "recipes": [
            {"process": "melt", "product": "ore", "quantity": -1},
            {"process": "melt", "product": "steel", "quantity": 1},
        ],
        "lines": [{"line": "furnace", "site": "mill", "capacity": CAPACITY}],
        "line_processes": [{"line": "furnace", "process": "melt"}],
        "modes": [{"mode": "road", "cost_per_tkm": 0}],
        "lanes": [
            {"origin": "mine", "destination": "mill", "mode": "road", "products": "ore"},
            {"origin": "mill", "destination": "town", "mode": "road", "products": "steel"},
        ],
        "demand": [{"site": "town", "product": "steel", "quantity": 1, "shortage_cost": 1}],
        "interventions": [
            {"intervention": f"size {k}", "kind": "size", "site": "mill", "capex": 1, "life_years": years}
            for k in range(sizes)
        ],
        "effects": [
            {"intervention": f"size {k}", "effect": "adds_capacity", "line": "furnace", "amount": 1}
            for k in range(sizes)
        ],
    }
    return scenario_of(rows, last_year=2024 + years)


def futures_of(demands, chances, shortage, sizes, **more):
    """Return the futures by demand, and that of the mean."""
    total = sum(chances)
    members = [
        Future(f"{demand:g} t", chance / total, mill(demand, shortage, sizes, **more))
        for demand, chance in zip(demands, chances, strict=True)
    ]
    mean = sum(d * c for d, c in zip(demands, chances, strict=True)) / total
    return Futures(members, mill(mean, shortage, sizes, **more))


def cost_of(built, demand, shortage, sizes):
    """Return what the mill costs in one future, by hand: `built` says which enlargements there are."""
    room = CAPACITY + sum(added for there, (added, _) in zip(built, sizes, strict=True) if there)
    made = min(demand, room) if shortage is None or shortage > PRICE else 0.0
    spent = sum(capex for there, (_, capex) in zip(built, sizes, strict=True) if there)
    return spent + PRICE * made + (shortage or 0.0) * (demand - made)
