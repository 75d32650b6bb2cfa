"""What stands beside the chain's own emissions: what it spares others, takes from rivals, and buys.

None of it is an emission of the chain. The ledger books it on lines of its own (`Ledger.beside`), which no
total sums; only offsets can count under a cap, and only where the cap says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.empty_arrays import no_integers, no_labels
from scenarios.periods import Periods
from scenarios.values_by_period import by_period

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.object_]


def _no_grid() -> Floats:
    return np.zeros((0, 0))


@dataclass(frozen=True)
class Uses:
    """Where a product counts, entries (E,): `quantity` units for each unit of an element of one activity."""

    row: Integers
    element: Integers
    quantity: Floats


@dataclass(frozen=True)
class Avoided:
    """What the use of products spares others, (Q,) and (Q, T), per unit of product; uses by activity."""

    label: Labels = field(default_factory=no_labels)
    name: Labels = field(default_factory=no_labels)
    emissions: Floats = field(default_factory=_no_grid)  # tCO2e
    coal: Floats = field(default_factory=_no_grid)  # tce
    uses: Mapping[str, Uses] = field(default_factory=dict)

    def used(self, activities: Mapping[str, Floats]) -> Floats:
        """Return the units that count for each row, a year, (Q, T), of activities (n, T)."""
        total = np.zeros(self.emissions.shape)
        for activity, uses in self.uses.items():
            np.add.at(total, uses.row, uses.quantity[:, None] * activities[activity][uses.element])
        return total


@dataclass(frozen=True)
class Pools:
    """Goods that others want too, (G,), and the bands of what is taken from each, (B,) and (B, T).

    The bands of a pool follow each other from nothing on: up to today's tonnes, and from step to step of
    its price. Premiums do not fall from band to band.
    """

    label: Labels = field(default_factory=no_labels)
    name: Labels = field(default_factory=no_labels)
    product: Labels = field(default_factory=no_labels)
    capacity: Floats = field(default_factory=_no_grid)  # unit/year, inf: unlimited, (G, T)
    today: Floats = field(default_factory=_no_grid)  # unit/year, (G, T)
    offer: Integers = field(default_factory=no_integers)  # entries (M,): an offer
    pool: Integers = field(default_factory=no_integers)  # and the pool it draws on
    band_label: Labels = field(default_factory=no_labels)
    band_pool: Integers = field(default_factory=no_integers)
    lower: Floats = field(default_factory=_no_grid)  # unit/year
    upper: Floats = field(default_factory=_no_grid)
    premium: Floats = field(default_factory=_no_grid)  # currency/unit
    displaced_emissions: Floats = field(default_factory=_no_grid)  # tCO2e per unit, 0 up to today's
    displaced_coal: Floats = field(default_factory=_no_grid)  # tce per unit

    @property
    def bound(self) -> Integers:
        """Positions of pools that move decisions, by their price or their size; the others only report."""
        dear = np.zeros(len(self.label), dtype=bool)
        dear[self.band_pool[self.premium.any(axis=1)]] = True
        return np.flatnonzero(dear | np.isfinite(self.capacity).any(axis=1))

    def drawn(self, purchase: Floats) -> Floats:
        """Return what is bought of each pool, (..., G, T), of purchases (..., O, T), units a year."""
        total = np.zeros((*purchase.shape[:-2], len(self.label), purchase.shape[-1]))
        for offer, pool in zip(self.offer.tolist(), self.pool.tolist(), strict=True):
            total[..., pool, :] += purchase[..., offer, :]
        return total

    def taken(self, purchase: Floats) -> Floats:
        """Return what is taken in each band, (..., B, T): bands fill in order, what is beyond in the last."""
        drawn = self.drawn(purchase)[..., self.band_pool, :]
        last = np.append(self.band_pool[1:] != self.band_pool[:-1], True)[: len(self.band_pool)]
        top = np.where(last[:, None], np.inf, self.upper)
        filled: Floats = np.maximum(np.minimum(drawn, top) - self.lower, 0.0)
        return filled


@dataclass(frozen=True)
class Offsets:
    """Offsets and removals on offer, (F,) and (F, T)."""

    label: Labels = field(default_factory=no_labels)
    name: Labels = field(default_factory=no_labels)
    kind: Labels = field(default_factory=no_labels)
    price: Floats = field(default_factory=_no_grid)  # currency/t
    capacity: Floats = field(default_factory=_no_grid)  # t/year, inf: unlimited
    counts: Floats = field(default_factory=_no_grid)  # share of a credited t that a cap counts


def make_offsets(frame: pd.DataFrame, periods: Periods) -> Offsets:
    """Return the offsets of the table."""
    first, key = frame.drop_duplicates("offset"), ["offset"]
    return Offsets(
        label=first["offset"].to_numpy(object),
        name=_names(first, "offset"),
        kind=first["kind"].to_numpy(object),
        price=by_period(frame, key, "price", periods, 0.0),
        capacity=by_period(frame, key, "capacity", periods, np.inf),
        counts=by_period(frame, key, "counts", periods, 1.0),
    )


def make_pools(tables: Mapping[str, pd.DataFrame], members: tuple[Integers, ...], periods: Periods) -> Pools:
    """Return the pools and their bands.

    `members` : positions of the offers that draw on each pool, in the order of the table.
    """
    frame, steps = tables["pools"], tables["pool_steps"]
    first, key = frame.drop_duplicates("pool"), ["pool"]
    if first.empty:
        none = np.zeros((0, len(periods)))
        return Pools(
            capacity=none,
            today=none,
            lower=none,
            upper=none,
            premium=none,
            displaced_emissions=none,
            displaced_coal=none,
        )
    today, share, emitted, coal = (
        by_period(frame, key, name, periods, 0.0)
        for name in ("today", "rival_share", "displaced_emissions", "displaced_coal")
    )
    capacity = by_period(frame, key, "capacity", periods, np.inf)
    labels, pools, parts = [], [], []
    for g, pool in enumerate(first["pool"]):
        mine = steps[steps["pool"] == pool].sort_values("from_quantity")
        begins, premiums = mine["from_quantity"].to_numpy(float), mine["premium"].to_numpy(float)
        lower, upper, premium, contested = _bands(begins, premiums, today[g], capacity[g])
        labels += [f"{pool}:{b + 1}" for b in range(len(lower))]
        pools += [g] * len(lower)
        rivals = contested * share[g]
        parts.append((lower, upper, premium, rivals * emitted[g], rivals * coal[g]))
    lower, upper, premium, displaced, displaced_coal = (np.vstack(part) for part in zip(*parts, strict=True))
    return Pools(
        label=first["pool"].to_numpy(object),
        name=_names(first, "pool"),
        product=first["product"].to_numpy(object),
        capacity=capacity,
        today=today,
        offer=np.concatenate(members).astype(np.int64),
        pool=np.repeat(np.arange(len(members)), [len(offers) for offers in members]),
        band_label=np.array(labels, dtype=object),
        band_pool=np.array(pools, dtype=np.int64),
        lower=lower,
        upper=upper,
        premium=premium,
        displaced_emissions=displaced,
        displaced_coal=displaced_coal,
    )


def _bands(
    begins: Floats, premiums: Floats, today: Floats, capacity: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return lower and upper end of a pool's bands, their premium, and 1 where contested, (bands, T) each."""
    periods = len(today)
    edges = np.vstack([np.zeros(periods), np.repeat(begins[:, None], periods, axis=1), today[None, :]])
    lower = np.sort(edges, axis=0)
    upper = np.vstack([lower[1:], np.full(periods, np.inf)])
    reached = np.searchsorted(begins, lower.ravel(), side="right").reshape(lower.shape)
    premium = np.append(0.0, premiums)[reached]
    contested = (lower >= today).astype(float)
    return np.minimum(lower, capacity), np.minimum(upper, capacity), premium, contested


def _names(frame: pd.DataFrame, key: str) -> Labels:
    names: Labels = frame["name"].where(frame["name"] != "", frame[key]).to_numpy(object)
    return names
