"""A distribution network as scenario tables: one source, plants, depots and shops in a tree.

Every site is supplied by one other, so the plan is known beforehand and the day-by-day behaviour can be
written down by anyone: an order travels upstream on the day it is placed, goods come after whole days.
With ``gain=1`` the simulation's policy is base stock here: each evening the position of a site (stock,
goods on the way, less what its customers wait for) is ordered up to its planned level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from benchmarks.tables import complete
from optimizer import SolverSettings, optimize
from scenarios import Scenario, ScenarioSettings, scenario_from_tables

FIRST_YEAR = 2025
LEADS = (5, 3, 2)  # days to a plant, a depot, a shop
ROLES = ("plant", "hub", "customer")
NAMES = ("plant", "depot", "shop")

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Distribution:
    """A tree of sites.

    Attributes
    ----------
    parents : position of the supplier of each plant, depot and shop in the tier above, one array a tier.
    need : tonnes a year of each shop.
    years : calendar years from 2025 on.
    """

    parents: tuple[Integers, Integers, Integers]
    need: NDArray[np.float64]
    years: int

    @property
    def sites(self) -> int:
        """Plants, depots and shops; the source keeps no stock and is not counted."""
        return sum(len(tier) for tier in self.parents)

    def names(self, tier: int) -> list[str]:
        """Return the names of the sites of a tier, in the order of their position."""
        return [f"{NAMES[tier]}_{i:03d}" for i in range(len(self.parents[tier]))]

    def scenario(self) -> Scenario:
        """Return the scenario, by the same checks and assembly as a folder of tables."""
        above = [["source"], self.names(0), self.names(1)]
        own = [self.names(tier) for tier in range(3)]
        sites = ["source", *own[0], *own[1], *own[2]]
        roles = ["supplier"] + [role for tier, role in enumerate(ROLES) for _ in own[tier]]
        tables = complete(
            sites={"site": sites, "role": roles, "lat": 40.0, "lon": 116.0, "region": "here"},
            products={"product": ["goods"]},
            modes={"mode": ["truck"], "cost_per_tkm": 0.4, "tank_to_wheel": 0.08, "well_to_tank": 0.02},
            offers={
                "offer": ["goods"],
                "site": "source",
                "product": "goods",
                "price": 1000.0,
                "footprint": 1.5,
            },
            lanes={
                "origin": [above[tier][p] for tier in range(3) for p in self.parents[tier]],
                "destination": [name for tier in range(3) for name in own[tier]],
                "mode": "truck",
                "products": [("goods",)] * self.sites,
                "distance_km": [100.0 * LEADS[tier] for tier in range(3) for _ in own[tier]],
                "lead_days": [LEADS[tier] for tier in range(3) for _ in own[tier]],
            },
            demand={"site": own[2], "product": "goods", "quantity": self.need, "shortage_cost": 5000.0},
        )
        last = FIRST_YEAR + self.years - 1
        settings = ScenarioSettings(name="distribution", first_year=FIRST_YEAR, last_year=last)
        return scenario_from_tables(tables, settings)


def distribution(plants: int, depots: int, shops: int, years: int, seed: int = 7) -> Distribution:
    """Return a tree of sites in which depots and shops are dealt out evenly.

    The sizes are those of the simulation benchmark's literature: a shop sells 5 to 30 t a day.
    """
    daily = np.random.default_rng(seed).integers(5, 31, shops)
    parents = (
        np.zeros(plants, dtype=np.int64),
        np.arange(depots) * plants // depots,
        np.arange(shops) * depots // shops,
    )
    return Distribution(parents, np.asarray(daily * 365.0, dtype=np.float64), years)


def planned(scenario: Scenario) -> xr.Dataset:
    """Return the plan of a scenario, solved to the end."""
    return optimize(scenario, SolverSettings(mip_gap=0.0))
