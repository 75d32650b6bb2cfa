"""What happens to goods between and after uses: hubs, stocks, returns, disposal and ceilings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.object_]


@dataclass(frozen=True)
class Hubs:
    """Handling at hub sites, one per row of the table, (H,) and (H, T)."""

    label: Labels
    site: Integers
    product: Integers  # -1: all products together
    capacity: Floats  # unit/year that may leave, inf: unlimited
    handling_cost: Floats
    handling_emissions: Floats
    consolidation: Floats  # share by which freight of lanes leaving is cut
    load_factor: Floats  # of vehicles leaving, nan: as their mode's
    locked: Flags
    leaving_hub: Integers  # entries (M,): hub
    leaving_arc: Integers  # and an arc that leaves it
    energy_tank_to_wheel: Floats  # of the energy that handling takes, tCO2e per unit that leaves, where used,
    energy_well_to_tank: Floats  # made,
    energy_grid: Floats  # and drawn from the grid


@dataclass(frozen=True)
class Stores:
    """Stocks kept from one period to the next, (K,); quantities in product units, not per year."""

    label: Labels
    site: Integers
    product: Integers
    node: Integers
    capacity: Floats  # inf: unlimited
    holding_cost: Floats  # currency per unit and year
    opening: Floats


@dataclass(frozen=True)
class Returns:
    """What comes back of what was delivered, (B,).

    Attributes
    ----------
    node : where it comes back.
    share, minimum_share : returned per unit delivered `lag_years` before, at most and at least.
    stream : unit/year that comes back whatever is delivered.
    lagged : share of the deliveries a year of period d that are `lag_years` back in period t, (B, t, d).
    """

    label: Labels
    demand: Integers
    site: Integers
    product: Integers
    node: Integers
    share: Floats
    minimum_share: Floats
    lag_years: Integers
    stream: Floats
    collection_cost: Floats
    lagged: Floats

    def delivered_before(self, delivered: Floats) -> Floats:
        """Return the deliveries (D, T), a year, that each return goes back to, (B, T)."""
        back: Floats = np.einsum("btd,bd->bt", self.lagged, delivered[self.demand])
        return back


@dataclass(frozen=True)
class Disposals:
    """Places where a product may be discarded, (W,); limits are of all places of one row, entries (Q,)."""

    label: Labels
    site: Integers
    product: Integers
    node: Integers
    cost: Floats
    emissions: Floats
    limit_label: Labels
    limit: Floats  # unit/year, (Q,)
    limit_of: Integers  # limit of each place, -1: none, (W,)


@dataclass(frozen=True)
class Ceilings:
    """The most that may be made of a product, (Q,) and (Q, T), over recipe entries (M,) that make it."""

    label: Labels
    maximum: Floats
    entry_ceiling: Integers
    entry_operation: Integers
    entry_quantity: Floats
