"""The tables of a generated network: sites, goods, offers, lanes, recipes, power and demand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.generated_choices import choices_of
from benchmarks.generated_places import (
    FIRST_YEAR,
    KM_PER_DEGREE,
    REGIONS,
    Floats,
    Places,
    Size,
    Words,
    kilometres,
    lists,
    named,
)
from scenarios.geography import great_circle_km

Integers = NDArray[np.int64]

RADIUS_KM = 100.0
SORTING_YIELD = 0.96
SHORTAGE_COST = 2500.0  # EUR/t
MODES = ("truck", "rail", "barge")
MODE_COST = np.array([0.10, 0.06, 0.05])  # EUR/tkm
MODE_FACTOR = np.array([0.09, 0.025, 0.035])  # kg/tkm
TECHNOLOGY_EMISSIONS = np.array([1.6, 0.7, 0.25])  # tCO2e/t
TECHNOLOGY_POWER = np.array([0.2, 0.5, 0.8])  # MWh/t


class Network:
    """Draws one network; every method gives the columns of the tables it is named for."""

    def __init__(self, size: Size, rng: np.random.Generator) -> None:
        self.size, self.rng = size, rng
        self.bases = self._places("base", "scrap_base", size.bases)
        self.collections = self._collections()
        self.vendors = self._places("vendor", "supplier", size.vendors)
        self.plants = self._places("plant", "plant", size.plants)
        self.hubs = self._places("hub", "hub", size.hubs)
        self.customers = self._places("customer", "customer", size.customers)
        self.raw = [f"collected_{r}" for r in range(size.grades)]
        self.sorted = [f"scrap_{r}" for r in range(size.grades)]
        self.metals = [f"metal_{r}" for r in range(size.metals)]
        self.products = [f"steel_{f}" for f in range(size.products)]
        self.grades = np.sort(
            np.argsort(rng.random((size.collections, size.grades)), axis=1)[:, : min(2, size.grades)], axis=1
        )
        self.wanted = np.sort(
            np.argsort(rng.random((size.customers, size.products)), axis=1)[:, : size.wants], axis=1
        )
        first = rng.lognormal(4.0, 0.7, self.wanted.size)
        growth = 1 + 0.02 * np.arange(size.periods)
        self.demand = np.round(first[:, None] * growth * rng.uniform(0.9, 1.1, (first.size, size.periods)), 2)
        self.sold = float(self.demand[:, 0].sum())  # t in the first year: capacities are shares of it
        self.base_capacity = rng.uniform(0.6, 1.4, size.bases) * 2.2 * self.sold / size.bases
        self.plant_capacity = rng.uniform(0.7, 1.3, size.plants) * 1.5 * self.sold / size.plants
        self.hub_capacity = rng.uniform(0.6, 1.4, size.hubs) * 2.5 * self.sold / size.hubs

    def _places(self, word: str, role: str, count: int) -> Places:
        x, y = self.rng.uniform(0, self.size.box_km, (2, count))
        return self._at(word, role, x, y)

    def _at(self, word: str, role: str, x: Floats, y: Floats) -> Places:
        """Return places at x, y km in the box, whose middle lies at 36 degrees north."""
        half = self.size.box_km / 2
        lat = 36.0 + (y - half) / KM_PER_DEGREE
        lon = 112.0 + (x - half) / (KM_PER_DEGREE * np.cos(np.radians(36.0)))
        quarter = 2 * (y < half) + (x < half)
        return Places(named(word, len(x)), role, lat, lon, np.array(REGIONS, dtype=object)[quarter])

    def _collections(self) -> Places:
        """Return collection points; those beyond the radius of all bases move close to a random one."""
        count, rng = self.size.collections, self.rng
        anywhere = self._places("collection", "collection", count)
        alone = kilometres(anywhere, self.bases).min(axis=1) > RADIUS_KM
        base = rng.integers(0, self.size.bases, count)
        angle, km = rng.uniform(0, 2 * np.pi, count), rng.uniform(5.0, 0.9 * RADIUS_KM, count)
        lat = self.bases.lat[base] + km * np.sin(angle) / KM_PER_DEGREE
        lon = self.bases.lon[base] + km * np.cos(angle) / (KM_PER_DEGREE * np.cos(np.radians(lat)))
        return replace(
            anywhere, lat=np.where(alone, lat, anywhere.lat), lon=np.where(alone, lon, anywhere.lon)
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the columns of all tables that the network fills."""
        found = {
            "sites": self.sites(),
            "products": pd.DataFrame({"product": [*self.raw, *self.sorted, *self.metals, *self.products]}),
            "offers": self.offers(),
            "modes": self.modes(),
            "lanes": self.lanes(),
            "demand": self.demands(),
            "hubs": pd.DataFrame(
                {"site": self.hubs.label, "capacity": np.round(self.hub_capacity, 1), "locked": True}
            ),
            "storage": self.storage(),
            **self.making(),
            **self.power(),
        }
        found["interventions"], found["effects"] = choices_of(self)
        found["budgets"] = pd.DataFrame(
            {
                "budget": [f"investment_{t}" for t in range(self.size.periods)],
                "year": FIRST_YEAR + np.arange(self.size.periods),
                "amount": 50.0 * self.sold,
            }
        )
        return found

    def sites(self) -> pd.DataFrame:
        """Return all places; plants, bases and hubs are the company's own."""
        families = (self.collections, self.bases, self.vendors, self.plants, self.hubs, self.customers)
        return pd.concat(
            [
                pd.DataFrame(
                    {
                        "site": f.label,
                        "role": f.role,
                        "lat": np.round(f.lat, 5),
                        "lon": np.round(f.lon, 5),
                        "region": f.region,
                        "owner": "own" if f.role in ("scrap_base", "plant", "hub") else "partner",
                        "service_radius_km": RADIUS_KM + 1.0 if f.role == "collection" else np.nan,
                    }
                )
                for f in families
            ],
            ignore_index=True,
        )

    def offers(self) -> pd.DataFrame:
        """Return two grades of each collection point, 1.6 t for each tonne sold, and metal from vendors."""
        rng, size = self.rng, self.size
        each = self.grades.shape[1]
        weight = rng.uniform(0.5, 1.5, size.collections * each)
        place = np.repeat(self.collections.label, each)
        product = np.array(self.raw, dtype=object)[self.grades.ravel()]
        scrap = pd.DataFrame(
            {
                "offer": place + ":" + product,
                "site": place,
                "product": product,
                "price": np.round(rng.uniform(120, 200, len(place)), 1),
                "capacity": np.round(weight * 1.6 * self.sold / weight.sum(), 2),
                "footprint": 0.02,
            }
        )
        place = np.repeat(self.vendors.label, size.metals)
        product = np.tile(np.array(self.metals, dtype=object), size.vendors)
        metal = pd.DataFrame(
            {
                "offer": place + ":" + product,
                "site": place,
                "product": product,
                "price": np.round(rng.uniform(220, 300, len(place)), 1),
                "capacity": round(2.5 * self.sold / len(place), 2),
                "footprint": 0.1,
            }
        )
        return pd.concat([scrap, metal], ignore_index=True)

    def modes(self) -> pd.DataFrame:
        """Return the modes; trains and barges take longer ways."""
        count = self.size.modes
        return pd.DataFrame(
            {
                "mode": MODES[:count],
                "cost_per_tkm": MODE_COST[:count],
                "tank_to_wheel": np.round(0.8 * MODE_FACTOR[:count], 5),
                "well_to_tank": np.round(0.2 * MODE_FACTOR[:count], 5),
                "circuity": [1.2, 1.25, 1.3][:count],
            }
        )

    def lanes(self) -> pd.DataFrame:
        """Return all lanes of five steps of the chain, one row for each pair of sites and mode."""
        steel = np.array(self.products, dtype=object)
        wanted = lists([tuple(steel[w]) for w in self.wanted])
        raw = np.array(self.raw, dtype=object)
        collected = lists([tuple(raw[g]) for g in self.grades])
        all_of = {
            name: lists([tuple(goods)])[np.zeros(count, dtype=np.int64)]
            for name, goods, count in (
                ("scrap", self.sorted, self.size.bases),
                ("metal", self.metals, self.size.vendors),
                ("steel", self.products, self.size.plants),
            )
        }
        reach = kilometres(self.collections, self.bases)
        near = np.argsort(kilometres(self.hubs, self.customers), axis=0)[: self.size.near_hubs]
        straight = kilometres(self.plants, self.customers) <= 0.18 * self.size.box_km
        plants, hubs, customers = self.plants, self.hubs, self.customers
        s, b = np.nonzero(reach <= RADIUS_KM)
        k, c = np.nonzero(straight)
        hub, customer = near.ravel(), np.tile(np.arange(self.size.customers), len(near))
        frames = [
            self._step(self.collections, self.bases, (s, b), collected[s], 0.0, 3.0),
            self._full(self.bases, plants, all_of["scrap"], 0.6),
            self._full(self.vendors, plants, all_of["metal"], 0.9),
            self._full(plants, hubs, all_of["steel"], 0.7),
            self._step(hubs, customers, (hub, customer), wanted[customer], 0.55, 1.0),
            self._step(plants, customers, (k, c), wanted[c], 0.0, 4.0),
        ]
        return pd.concat(frames, ignore_index=True)

    def _full(self, origins: Places, ends: Places, goods: Words, second_mode: float) -> pd.DataFrame:
        """Return lanes from every origin to every destination."""
        o, d = (x.ravel() for x in np.indices((len(origins.label), len(ends.label))))
        return self._step(origins, ends, (o, d), goods[o], second_mode, 2.0)

    def _step(
        self,
        origins: Places,
        ends: Places,
        pairs: tuple[Integers, Integers],
        goods: Words,
        second_mode: float,
        fixed: float,
    ) -> pd.DataFrame:
        """Return lanes of pairs by truck, and by each further mode with the chance `second_mode`."""
        o, d = pairs
        km = great_circle_km(origins.lat[o], origins.lon[o], ends.lat[d], ends.lon[d])
        kept = np.concatenate(
            [np.arange(len(o))]
            + [np.flatnonzero(self.rng.random(len(o)) < second_mode) for _ in range(1, self.size.modes)]
        )
        mode = np.cumsum(np.diff(kept, prepend=-1) < 0)
        price = fixed + km[kept] * MODE_COST[mode] * self.rng.uniform(0.9, 1.1, len(kept)) + 4 * (mode > 0)
        return pd.DataFrame(
            {
                "origin": origins.label[o[kept]],
                "destination": ends.label[d[kept]],
                "mode": np.array(MODES, dtype=object)[mode],
                "products": goods[kept],
                "cost": np.round(price, 3),
            }
        )

    def demands(self) -> pd.DataFrame:
        """Return a row for each product a customer wants and year."""
        periods = self.size.periods
        return pd.DataFrame(
            {
                "site": np.repeat(self.customers.label, self.size.wants * periods),
                "product": np.repeat(np.array(self.products, dtype=object)[self.wanted.ravel()], periods),
                "period": np.tile(FIRST_YEAR + np.arange(periods), self.wanted.size),
                "quantity": self.demand.ravel(),
                "shortage_cost": SHORTAGE_COST,
            }
        )

    def storage(self) -> pd.DataFrame:
        """Return stocks of every product at every hub."""
        return pd.DataFrame(
            {
                "site": np.repeat(self.hubs.label, self.size.products),
                "product": np.tile(np.array(self.products, dtype=object), self.size.hubs),
                "holding_cost": 3.0,
            }
        )

    def making(self) -> dict[str, pd.DataFrame]:
        """Return processes, recipes, lines and which line runs what."""
        size, rng = self.size, self.rng
        technologies, goods = size.technologies, [*self.sorted, *self.metals]
        share = rng.dirichlet(np.full(len(goods), 2.0), (technologies, size.products))
        share[:, :, size.grades :] *= np.array([1.6, 0.7, 0.3])[:technologies, None, None]  # metal-rich first
        share *= 1.1 / share.sum(axis=2, keepdims=True)
        i, f = (x.ravel() for x in np.indices((technologies, size.products)))
        make = np.array([f"make_{a}_{b}" for a, b in zip(i, f, strict=True)], dtype=object)
        sort = np.array([f"sort_{r}" for r in range(size.grades)], dtype=object)
        spread = rng.uniform(0.9, 1.1, (2, len(make)))
        processes = pd.DataFrame(
            {
                "process": [*sort, *make],
                "direct_emissions": np.r_[
                    np.zeros(len(sort)), np.round(TECHNOLOGY_EMISSIONS[i] * spread[0], 4)
                ],
                "electricity": np.r_[np.zeros(len(sort)), np.round(TECHNOLOGY_POWER[i] * spread[1], 4)],
                "operating_cost": np.r_[
                    np.full(len(sort), 5.0), np.round(rng.uniform(60, 90, len(make)) * (1 + 0.1 * i), 2)
                ],
            }
        )
        recipes = pd.DataFrame(
            {
                "process": [*sort, *sort, *np.repeat(make, len(goods)), *make],
                "product": [
                    *self.raw,
                    *self.sorted,
                    *np.tile(np.array(goods, dtype=object), len(make)),
                    *np.array(self.products, dtype=object)[f],
                ],
                "quantity": np.r_[
                    np.full(size.grades, round(-1 / SORTING_YIELD, 6)),
                    np.ones(size.grades),
                    -np.round(share.ravel(), 4),
                    np.ones(len(make)),
                ],
            }
        )
        furnace = np.repeat(self.plants.label, technologies)
        kind = np.tile(np.arange(technologies), size.plants)
        lines = pd.DataFrame(
            {
                "line": [
                    *self.yards,
                    *[f"{k}_furnace_{a}" for k, a in zip(furnace, kind, strict=True)],
                ],
                "site": [*self.bases.label, *furnace],
                "capacity": np.r_[
                    np.zeros(size.bases), np.round(np.repeat(self.plant_capacity, technologies), 1)
                ]
                * np.r_[np.ones(size.bases), kind == 0],
            }
        )
        runs = pd.DataFrame(
            {
                "line": [
                    *np.repeat(self.yards, size.grades),
                    *np.repeat(lines["line"].to_numpy()[size.bases :], size.products),
                ],
                "process": [
                    *np.tile(sort, size.bases),
                    *np.tile(make, size.plants),
                ],
            }
        )
        return {"processes": processes, "recipes": recipes, "lines": lines, "line_processes": runs}

    @property
    def yards(self) -> Words:
        """Lines of the bases."""
        return np.asarray(self.bases.label + "_yard", dtype=object)

    def power(self) -> dict[str, pd.DataFrame]:
        """Return a grid for each region, certificates, contracts and onsite power for all."""
        count, periods = len(REGIONS), self.size.periods
        options = pd.DataFrame(
            {
                "option": [*(f"grid_{r}" for r in REGIONS), "certificate", "contract", "onsite"],
                "kind": ["grid"] * count + ["certificate", "ppa", "onsite"],
                "region": [*REGIONS, "", "", ""],
                "price": [*np.round(70 * self.rng.uniform(0.95, 1.05, count), 2), 90.0, 82.0, 0.0],
                "maximum_share": [1.0] * count + [0.35, 0.35, 0.1],
                "capacity_factor": [np.nan] * (count + 1) + [0.3, 0.15],
            }
        )
        grid = pd.DataFrame(
            {
                "region": np.repeat(np.array(REGIONS, dtype=object), periods),
                "period": np.tile(FIRST_YEAR + np.arange(periods), count),
                "factor": np.round(np.tile(0.38 * 0.97 ** np.arange(periods), count), 4),
            }
        )
        return {"power_options": options, "grid_factors": grid}
