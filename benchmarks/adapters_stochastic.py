"""Two-stage server location as one scenario: what happens in each future is a product of its own.

Servers are decided once. In every future each client present is one unit of demand, served by one lane;
serving it takes room of that server in that future. Revenue not earned is the lane's cost.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.readers_stochastic import OVERFLOW, Servers
from benchmarks.tables import Problem, complete, modes, places, stacked


def server_location(instance: Servers) -> Problem:
    """Return the extensive form of a two-stage server location problem, futures of equal chance."""
    futures = len(instance.present)
    chance = 1 / futures
    servers = np.array([f"server {j + 1}" for j in range(len(instance.fixed))], dtype=object)
    clients = np.array([f"client {i + 1}" for i in range(len(instance.use))], dtype=object)
    best = instance.revenue.max(axis=1)
    future, client = np.nonzero(instance.present)
    visits = np.array([f"{clients[i]} in {s + 1}" for s, i in zip(future, client, strict=True)], dtype=object)
    room = np.array([f"room in {s + 1}" for s in range(futures)], dtype=object)
    visit, server = (grid.ravel() for grid in np.indices((len(visits), len(servers))))
    serve = visits[visit] + " at " + servers[server]
    taken = instance.use[client[visit], server]
    recipes = pd.concat(
        [
            pd.DataFrame({"process": serve, "product": visits[visit], "quantity": 1.0}),
            pd.DataFrame({"process": serve, "product": room[future[visit]], "quantity": -taken})[taken > 0],
        ]
    )
    at, when = (grid.ravel() for grid in np.indices((len(servers), futures)))
    own = pd.DataFrame({"site": servers[at], "product": room[when], "footprint": 0.0})
    offers = stacked(
        own.assign(
            offer=own["site"] + ":" + own["product"], price=0.0, capacity=instance.capacity, locked=True
        ),
        own.assign(offer=own["site"] + ":beyond " + own["product"], price=OVERFLOW * chance, locked=False),
    )
    origin, end = (grid.ravel() for grid in np.indices((len(servers), len(clients))))
    mine = [tuple(visits[client == i]) for i in range(len(clients))]
    lanes = pd.DataFrame(
        {
            "origin": servers[origin],
            "destination": clients[end],
            "mode": "line",
            "products": [mine[i] for i in end],
            "cost": chance * (best[end] - instance.revenue[end, origin]),
        }
    )
    return Problem(
        complete(
            sites=stacked(places(servers, "plant"), places(clients, "customer")),
            products={"product": [*room, *visits]},
            offers=offers,
            processes={"process": serve},
            recipes=recipes,
            lines={"line": servers, "site": servers, "capacity": float(len(visits))},
            line_processes={"line": servers[server], "process": serve},
            modes=modes("line"),
            lanes=lanes[lanes["products"].map(len) > 0],
            demand={"site": clients[client], "product": visits, "quantity": 1.0, "single_source": True},
            interventions={
                "intervention": "open " + servers,
                "kind": "open",
                "site": servers,
                "capex": instance.fixed,
                "life_years": 1,
            },
            effects={"intervention": "open " + servers, "effect": "unlocks_offer", "site": servers},
        ),
        offset=-chance * float(best[client].sum()),
    )
