"""Preference for lower footprints in procurement: in the ranking of bids, or as bonus and malus paid."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scenarios.scenario import Offers, Products

Floats = NDArray[np.float64]


def _none() -> Floats:
    return np.zeros((0, 0))


@dataclass(frozen=True)
class PricePreferences:
    """What a unit of each offer is preferred by, (O, T), currency: negative for low footprints.

    Attributes
    ----------
    ranking : counts where bids are ranked, and is paid to nobody.
    paid : received below the benchmark and paid above it.
    """

    ranking: Floats = field(default_factory=_none)
    paid: Floats = field(default_factory=_none)


def make_preferences(frame: pd.DataFrame, offers: Offers, products: Products) -> PricePreferences:
    r"""Return the preferences; a row that names the product stands before one of all products.

    .. math:: -\max(-s p, \min(s p, r (b - f)))

    p: price, f: footprint booked, b: benchmark, r: rate, s: largest share of the price.
    """
    if not len(frame):
        return PricePreferences()
    found = {}
    product = products.label[offers.product]
    for kind in ("ranking", "paid"):
        amount = np.zeros(offers.price.shape)
        rows = frame[frame["kind"] == kind]
        for row in rows.sort_values("product", key=lambda names: names != "", kind="stable").to_dict(
            "records"
        ):
            mine = (product == row["product"]) if row["product"] else np.ones(len(product), dtype=bool)
            largest = row["largest_share"] * offers.price[mine]
            worth = row["rate"] * (row["benchmark"] - offers.booked_footprint[mine])
            amount[mine] = -np.clip(worth, -largest, largest)
        found[kind] = amount
    return PricePreferences(**found)
