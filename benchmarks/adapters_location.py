"""Facility location and p-median instances as scenarios.

A facility is a supplier whose offer and lanes are locked until an intervention opens it; the
intervention's capex is the fixed cost. Facility and customer of one place are two sites, because goods
at one site need no lane.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.readers_location import Floats, Location, Median, TwoStage
from benchmarks.tables import Problem, complete, modes, places, stacked
from scenarios.custom_rule_settings import CustomRule, RuleTerm, Sense

GOODS, VISIT, ROAD = "goods", "visit", "road"


def location(instance: Location, capacitated: bool, single_source: bool) -> Problem:
    """Return a capacitated, uncapacitated or single-source location problem.

    Demand is 1 where nothing limits it, so that costs stay as published. A customer who needs nothing
    but costs something to serve still has to be served: it needs one unit of a product of its own.
    """
    demand = instance.demand if capacitated else np.ones_like(instance.demand)
    served = np.where(demand > 0, demand, 1.0)
    product = np.where(demand > 0, GOODS, VISIT).astype(object)
    capacity = np.where(np.isfinite(instance.capacity) & capacitated, instance.capacity, np.nan)
    return Problem(_located(instance.fixed, capacity, served, product, instance.cost / served, single_source))


def _located(
    fixed: Floats, capacity: Floats, demand: Floats, product: np.ndarray, cost: Floats, single_source: bool
) -> dict[str, pd.DataFrame]:
    """Return the tables; `cost` per unit (m, n), a customer's lanes carry its own `product` only."""
    facilities = [f"F{i + 1}" for i in range(len(fixed))]
    customers = [f"C{j + 1}" for j in range(len(demand))]
    kept = [GOODS, *([VISIT] if (product == VISIT).any() else [])]
    offers = stacked(*[_offers(facilities, p, capacity if p == GOODS else capacity * np.nan) for p in kept])
    origin, destination = (grid.ravel() for grid in np.indices(cost.shape))
    opened = [f"open {f}" for f in facilities]
    kinds = ["unlocks_mode", *(["unlocks_offer"] if np.isfinite(capacity).any() else [])]
    return complete(
        sites=stacked(places(facilities, "supplier"), places(customers, "customer")),
        products={"product": kept},
        offers=offers,
        modes=modes(ROAD),
        lanes={
            "origin": np.array(facilities, dtype=object)[origin],
            "destination": np.array(customers, dtype=object)[destination],
            "mode": ROAD,
            "products": [(p,) for p in product[destination]],
            "cost": cost.ravel(),
            "locked": True,
        },
        demand={"site": customers, "product": product, "quantity": demand, "single_source": single_source},
        interventions={
            "intervention": opened,
            "kind": "open",
            "site": facilities,
            "capex": fixed,
            "life_years": 1,
        },
        effects=stacked(
            *[pd.DataFrame({"intervention": opened, "effect": kind, "site": facilities}) for kind in kinds]
        ),
    )


def _offers(facilities: list[str], product: str, capacity: Floats) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "offer": [f"{f}:{product}" for f in facilities],
            "site": facilities,
            "product": product,
            "price": 0.0,
            "capacity": capacity,
            "footprint": 0.0,
            "locked": bool(np.isfinite(capacity).any()),  # without a capacity the lanes say it all
        }
    )


def two_stage(instance: TwoStage) -> Problem:
    """Return a two-stage multi-product location problem: depots are hubs that an intervention opens.

    A lane has one price, so each product moves by a mode of its own.
    """
    plants = _named("plant", len(instance.plant_fixed))
    depots = _named("depot", len(instance.depot_fixed))
    customers = _named("customer", len(instance.demand))
    products = _named("product", instance.demand.shape[1])
    plant, good = (grid.ravel() for grid in np.indices(instance.plant_capacity.shape))
    depot, kept = (grid.ravel() for grid in np.indices(instance.depot_capacity.shape))
    customer, needed = (grid.ravel() for grid in np.indices(instance.demand.shape))
    opened = np.concatenate([plants, depots])
    effects = [
        pd.DataFrame({"intervention": "open " + sites, "effect": effect, "site": sites})
        for effect, sites in (("unlocks_offer", plants), ("unlocks_mode", plants), ("opens_hub", depots))
    ]
    return Problem(
        complete(
            sites=stacked(places(plants, "supplier"), places(depots, "hub"), places(customers, "customer")),
            products={"product": products},
            offers={
                "offer": plants[plant] + ":" + products[good],
                "site": plants[plant],
                "product": products[good],
                "price": 0.0,
                "capacity": instance.plant_capacity.ravel(),
                "footprint": 0.0,
                "locked": True,
            },
            hubs={
                "site": depots[depot],
                "product": products[kept],
                "capacity": instance.depot_capacity.ravel(),
                "locked": True,
            },
            modes=modes(*products),
            lanes=stacked(
                _lanes(plants, depots, products, instance.inbound).assign(locked=True),
                _lanes(depots, customers, products, instance.outbound).assign(locked=False),  # by the hub
            ),
            demand={
                "site": customers[customer],
                "product": products[needed],
                "quantity": instance.demand.ravel(),
            },
            interventions={
                "intervention": "open " + opened,
                "kind": "open",
                "site": opened,
                "capex": np.concatenate([instance.plant_fixed, instance.depot_fixed]),
                "life_years": 1,
            },
            effects=stacked(*effects),
        )
    )


def _lanes(origins: np.ndarray, destinations: np.ndarray, products: np.ndarray, cost: Floats) -> pd.DataFrame:
    """Return lanes of every product, each by the mode named like it; cost (product, origin, end)."""
    product, start, end = (grid.ravel() for grid in np.indices(cost.shape))
    return pd.DataFrame(
        {
            "origin": origins[start],
            "destination": destinations[end],
            "mode": products[product],
            "products": [(p,) for p in products[product]],
            "cost": cost.ravel(),
        }
    )


def _named(what: str, count: int) -> np.ndarray:
    return np.array([f"{what} {i + 1}" for i in range(count)], dtype=object)


def median(instance: Median) -> Problem:
    """Return a p-median problem: at most p facilities open, each customer has one.

    A median serves its own point, at no cost: where room is short that has to be asked for.
    """
    points = len(instance.demand)
    limited = bool(np.isfinite(instance.capacity))
    tables = _located(
        np.zeros(points),
        np.full(points, instance.capacity if limited else np.nan),
        instance.demand,
        np.full(points, GOODS, dtype=object),
        instance.distance / instance.demand,
        single_source=limited,
    )
    counts = complete(intervention_counts={"rule": ["p"], "kind": "open", "maximum": instance.p})
    own = [_serves_itself(j + 1, float(demand)) for j, demand in enumerate(instance.demand) if limited]
    return Problem(tables | {"intervention_counts": counts["intervention_counts"]}, rules=own)


def _serves_itself(point: int, demand: float) -> CustomRule:
    facility, customer = f"F{point}", f"C{point}"
    return CustomRule(
        name=f"{facility} serves itself",
        terms=[
            RuleTerm("flow", {"origin": facility, "destination": customer}),
            RuleTerm("in_effect", {"intervention": f"open {facility}"}, -demand, "t/year"),
        ],
        limit=0.0,
        unit="t/year",
        sense=Sense.AT_LEAST,
    )
