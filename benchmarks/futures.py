"""Published two-stage problems as futures of one scenario: what is decided now is shared, the rest is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.readers_stochastic import OVERFLOW, Servers
from benchmarks.tables import Problem, complete, modes, places, stacked
from optimizer.future_settings import FuturesSettings
from scenarios.futures import Future, Futures

Book = dict[str, Any]


@dataclass(frozen=True)
class TwoStage:
    """A published two-stage problem.

    The published figure is ``offset`` plus the objective over all futures.

    Attributes
    ----------
    base : the scenario as it stands. problems : one a future. mean : that of the mean of all.
    """

    base: Problem
    problems: Sequence[Problem]
    chance: Sequence[float]
    offset: float
    settings: FuturesSettings
    mean: Problem | None = None

    def futures(self, name: str) -> Futures:
        """Return the futures as scenarios, by the same checks as a folder of tables."""
        members = [
            Future(f"{name} {k}", chance, problem.scenario(f"{name} {k}"))
            for k, (problem, chance) in enumerate(zip(self.problems, self.chance, strict=True), 1)
        ]
        return Futures(members, None if self.mean is None else self.mean.scenario(f"{name} mean"))


def farmer(book: Book, settings: FuturesSettings) -> TwoStage:
    """Return Birge and Louveaux's farmer: acres are bought now, what grows on them is known later.

    What could be sold and is not costs its price, so that cost lies above the published figure by the revenue
    of selling all that could be.
    """
    factors, chance = book["scenario_factor"], book["probability"]
    most = book["acres"] * max(factors)
    build: Callable[[float], Problem] = lambda factor: _field(book, factor, most)  # noqa: E731
    offset = sum(
        quantity * price for c in range(len(book["crops"])) for _, quantity, price in _sales(book, c, most)
    )
    settings.committed_offers = [f"acre of {crop}" for crop in book["crops"]]
    total = sum(chance)
    return TwoStage(
        build(1.0), [build(f) for f in factors], [p / total for p in chance], -offset, settings, build(1.0)
    )


def _sales(book: Book, c: int, most: float) -> list[tuple[str, float, float]]:
    """Return what can be sold of a crop: where, how much and at which price."""
    quantity = most * book["yield_mean"][c]
    if book["crops"][c] != "beets":
        return [("market", quantity, book["sell"][c])]
    return [
        ("market", book["quota_beets"], book["sell"][c]),
        ("beyond quota", quantity, book["sell_over_quota"]),
    ]


def _field(book: Book, factor: float, most: float) -> Problem:
    """Return the farm in a year in which everything yields `factor` times the mean."""
    crops = book["crops"]
    acres = [f"acre {crop}" for crop in crops]
    offers = [
        ("acre of " + crop, "farm", acre, float(cost))
        for crop, acre, cost in zip(crops, acres, book["plant_cost"], strict=True)
    ]
    recipes = [(c, acre, -1.0) for c, acre in zip(crops, acres, strict=True)]
    demand: list[tuple[str, str, float, float | None]] = []
    for c, crop in enumerate(crops):
        recipes.append((crop, crop + " grown", book["yield_mean"][c] * factor))
        if book["need"][c]:
            offers.append((f"buy {crop}", "farm", crop + " grown", float(book["buy"][c])))
            demand.append(("cattle", crop + " grown", float(book["need"][c]), None))
        demand += [(site, crop + " grown", q, price) for site, q, price in _sales(book, c, most)]
    ends = sorted({site for site, *_ in demand})
    return Problem(
        complete(
            sites=stacked(places(["farm"], "plant"), places(ends, "customer")),
            products={"product": sorted({product for _, product, _ in recipes})},
            offers=pd.DataFrame(offers, columns=["offer", "site", "product", "price"]).assign(footprint=0.0),
            processes={"process": crops},
            recipes=pd.DataFrame(recipes, columns=["process", "product", "quantity"]),
            lines={"line": ["fields"], "site": "farm", "capacity": float(book["acres"])},
            line_processes={"line": "fields", "process": crops},
            modes=modes("road"),
            lanes={
                "origin": "farm",
                "destination": ends,
                "mode": "road",
                "products": [tuple(p for s, p, *_ in demand if s == site) for site in ends],
                "cost": 0.0,
            },
            demand=pd.DataFrame(demand, columns=["site", "product", "quantity", "shortage_cost"]),
        )
    )


def server_location(instance: Servers, settings: FuturesSettings) -> TwoStage:
    """Return two-stage server location: servers are opened now, who has to be served is known later."""
    futures = len(instance.present)
    problems = [_served(instance, present) for present in instance.present]
    best = instance.revenue.max(axis=1)
    offset = -float((instance.present * best).sum()) / futures
    everybody = _served(instance, np.ones(len(instance.use), dtype=bool))
    return TwoStage(everybody, problems, [1 / futures] * futures, offset, settings)


def _served(instance: Servers, present: np.ndarray) -> Problem:
    """Return the problem with the clients that are present: each served by one server with room for it."""
    servers = np.array([f"server {j + 1}" for j in range(len(instance.fixed))], dtype=object)
    client = np.flatnonzero(present)
    clients = np.array([f"client {i + 1}" for i in client], dtype=object)
    visits = np.array([f"visit of {i + 1}" for i in client], dtype=object)
    which, server = (grid.ravel() for grid in np.indices((len(client), len(servers))))
    serve = visits[which] + " at " + servers[server]
    taken = instance.use[client[which], server]
    recipes = pd.concat(
        [
            pd.DataFrame({"process": serve, "product": visits[which], "quantity": 1.0}),
            pd.DataFrame({"process": serve, "product": "room", "quantity": -taken})[taken > 0],
        ]
    )
    own = pd.DataFrame({"site": servers, "product": "room", "footprint": 0.0})
    offers = stacked(
        own.assign(offer=servers + ":room", price=0.0, capacity=instance.capacity, locked=True),
        own.assign(offer=servers + ":beyond", price=OVERFLOW, locked=False),
    )
    best = instance.revenue.max(axis=1)
    return Problem(
        complete(
            sites=stacked(places(servers, "plant"), places(clients, "customer")),
            products={"product": ["room", *visits]},
            offers=offers,
            processes={"process": serve},
            recipes=recipes,
            lines={"line": servers, "site": servers, "capacity": float(len(instance.use))},
            line_processes={"line": servers[server], "process": serve},
            modes=modes("line"),
            lanes={
                "origin": servers[server],
                "destination": clients[which],
                "mode": "line",
                "products": [(visits[k],) for k in which],
                "cost": best[client[which]] - instance.revenue[client[which], server],
            },
            demand={"site": clients, "product": visits, "quantity": 1.0, "single_source": True},
            interventions={
                "intervention": "open " + servers,
                "kind": "open",
                "site": servers,
                "capex": instance.fixed,
                "life_years": 1,
            },
            effects={"intervention": "open " + servers, "effect": "unlocks_offer", "site": servers},
        )
    )
