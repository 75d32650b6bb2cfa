"""Lot sizing with setup times as a scenario: a setup is an intervention of one period."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.readers_periods import LotSizing
from benchmarks.tables import FIRST_YEAR, Problem, complete, modes, places, stacked


def lot_sizing(instance: LotSizing) -> Problem:
    """Return a capacitated lot-sizing problem.

    A setup unlocks the item's process for its period and takes its hours from the machine; stocks are kept
    at the works and charged at the end of each period.
    """
    periods, items = instance.demand.shape
    names = [f"item {i + 1}" for i in range(items)]
    item, period = (grid.ravel() for grid in np.indices((items, periods)))
    setups = [f"set up {names[i]} in period {t + 1}" for i, t in zip(item, period, strict=True)]
    takes_time = instance.setup_hours[item] > 0
    made = [names[i] for i in item]
    effects = stacked(
        pd.DataFrame({"intervention": setups, "effect": "unlocks_process", "process": made}),
        pd.DataFrame(
            {
                "intervention": setups,
                "effect": "retires_capacity",
                "line": "machine",
                "amount": instance.setup_hours[item],
            }
        )[takes_time],
    )
    return Problem(
        complete(
            sites=stacked(places(["works"], "plant"), places(["market"], "customer")),
            products={"product": names},
            processes={"process": names},
            recipes={"process": names, "product": names, "quantity": 1.0},
            lines={"line": ["machine"], "site": "works", "capacity": instance.capacity},
            line_processes={"line": "machine", "process": names, "use": instance.hours, "locked": True},
            modes=modes("road"),
            lanes={
                "origin": ["works"],
                "destination": "market",
                "mode": "road",
                "products": [tuple(names)],
                "cost": 0.0,
            },
            demand={
                "site": "market",
                "product": made,
                "quantity": instance.demand.T.ravel(),
                "period": FIRST_YEAR + period,
            },
            storage={"site": "works", "product": names, "holding_cost": instance.holding_cost},
            interventions={
                "intervention": setups,
                "kind": "setup",
                "site": "works",
                "capex": instance.setup_cost[item],
                "life_years": 1,
                "earliest": FIRST_YEAR + period,
                "latest": FIRST_YEAR + period,
            },
            effects=effects.fillna({"line": "", "process": ""}),
        ),
        periods=periods,
    )
