"""Where every product of a plan comes from and goes to, and what became of each batch delivered."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from scenarios.plans import activities_of
from scenarios.scenario import Scenario

Floats = NDArray[np.float64]

CAME = ("from_stock", "bought", "made", "spared", "returned")
WENT = ("used", "delivered", "discarded", "to_stock")


def mass_balance(scenario: Scenario, plan: xr.Dataset) -> xr.DataArray:
    """Return the quantities of each product that came and went in each period, over all sites.

    Dimensions ``product, entry, period``, in product units of the whole period. For each product and
    period the entries of :data:`CAME` add up to those of :data:`WENT`; goods between sites do neither.
    """
    s, x, years = scenario, activities_of(plan), scenario.periods.years
    entries = (*CAME, *WENT)
    found = np.zeros((len(s.products.label), len(entries), len(s.periods)))

    def book(entry: str, product: NDArray[np.int64], values: Floats) -> None:
        np.add.at(found[:, entries.index(entry)], product, values)

    recipe, covers = s.recipe, s.covers
    moved = recipe.quantity[:, None] * x["run"][recipe.operation] * years
    product = s.nodes.product[recipe.node]
    book("bought", s.offers.product, x["purchase"] * years)
    book("made", product, np.maximum(moved, 0))
    book("used", product, np.maximum(-moved, 0))
    spared = covers.input_quantity[:, None] * x["covered"][covers.input_cover] * years
    book("spared", s.nodes.product[covers.input_node], spared)
    book("returned", s.returns.product, x["returned"] * years)
    book("delivered", s.demands.product, x["delivered"] * years)
    book("discarded", s.disposals.product, x["discard"] * years)
    book("from_stock", s.stores.product, np.hstack([s.stores.opening[:, None], x["stock"][:, :-1]]))
    book("to_stock", s.stores.product, x["stock"])
    return xr.DataArray(
        found,
        dims=("product", "entry", "period"),
        coords={
            "product": np.asarray(s.products.label, dtype=str),
            "entry": list(entries),
            "period": s.periods.start,
        },
        name="mass_balance",
        attrs={"units": "unit", "long_name": "quantity in the whole period"},
    )


def returned_batches(scenario: Scenario, plan: xr.Dataset) -> xr.DataArray:
    """Return how much of what was delivered in one period came back in another.

    Dimensions ``return, sold, period``, in product units of the whole period; `sold` is the period of
    the delivery. What comes back beyond the stream is shared among the batches due, by their size.
    """
    returns, years = scenario.returns, scenario.periods.years
    x = activities_of(plan)
    due = returns.lagged * x["delivered"][returns.demand][:, None, :]  # (B, t, d)
    total = due.sum(axis=2, keepdims=True)
    share = np.divide(due, total, out=np.zeros_like(due), where=total > 0)
    beyond = np.maximum(x["returned"] - returns.stream[:, None], 0) * years
    return xr.DataArray(
        np.swapaxes(share * beyond[:, :, None], 1, 2),
        dims=("return", "sold", "period"),
        coords={
            "return": np.asarray(returns.label, dtype=str),
            "sold": scenario.periods.start,
            "period": scenario.periods.start,
        },
        name="returned_batches",
        attrs={"units": "unit", "long_name": "came back in the period of what was delivered in `sold`"},
    )
