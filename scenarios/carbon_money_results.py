"""What a plan says of carbon markets and borders: settled quantities, and the figures they follow from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from scenarios.carbon_markets import market_terms, settled

if TYPE_CHECKING:
    from scenarios.ledger import Ledger
    from scenarios.scenario import Scenario

Floats = NDArray[np.float64]

COUNTED = ("market_emitted", "market_allocated")  # follow from activities and are none themselves
UNITS = {
    "allowance_bought": ("tCO2e/year", "allowances bought"),
    "allowance_sold": ("tCO2e/year", "allowances sold, of those to spare"),
    "bank": ("tCO2e", "allowances carried over at the close of the period"),
    "declared": ("unit/year", "activity that an exporting site declares at a border"),
    "declared_cut": ("unit/year", "of that, improved by an intervention"),
    "at_default": ("unit/year", "goods that count at a border by their default value"),
    "border_due": ("tCO2e/year", "paid for at a border, net of free allocation and prices paid at home"),
}


def settled_activities(
    scenario: Scenario, ledger: Ledger, activities: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Return activities with allowances and borders as they follow from what is done, each (n, T)."""
    found = dict(activities)
    if len(scenario.markets.label):
        sums = settled(scenario, market_terms(scenario, ledger), activities, activities["bank"])
        found |= {name: values for name, values in sums.items() if name not in COUNTED}
    if len(scenario.borders.site_label):
        found["border_due"] = scenario.borders.due(activities)
    return found


def carbon_money_figures(scenario: Scenario, ledger: Ledger, activities: Mapping[str, Floats]) -> xr.Dataset:
    """Return the figures behind allowances and borders, as variables of a plan; none without either.

    ``market_price``, ``market_emitted``, ``market_allocated`` (market, period), ``border_price``,
    ``border_exported``, ``border_default``, ``border_free`` (border_good, period), and names.
    """
    markets, borders, money = scenario.markets, scenario.borders, scenario.currency
    found = xr.Dataset()
    if len(markets.label):
        sums = settled(scenario, market_terms(scenario, ledger), activities, activities["bank"])
        for name, values, unit, meaning in (
            ("market_price", markets.price, f"{money}/tCO2e", "price of an allowance"),
            ("market_emitted", sums["market_emitted"], "tCO2e/year", "emissions a market covers"),
            ("market_allocated", sums["market_allocated"], "tCO2e/year", "allowances given for free"),
        ):
            found[name] = (("market", "period"), values, {"units": unit, "long_name": meaning})
        found = found.assign_coords(market_name=("market", markets.name.astype(str)))
    if len(borders.site_label):
        price = borders.price[borders.site_border[borders.good_site]]
        exported = borders.exported(activities["flow"])
        for name, values, unit, meaning in (
            ("border_price", price, f"{money}/tCO2e", "price at the border"),
            ("border_exported", exported, "unit/year", "brought across the border"),
            ("border_default", borders.default, "tCO2e/unit", "default value with its mark-up"),
            ("border_free", borders.free, "tCO2e/unit", "of a unit exported that is free"),
        ):
            found[name] = (("border_good", "period"), values, {"units": unit, "long_name": meaning})
        exporter = scenario.sites.label[borders.site].astype(str)
        good = scenario.products.label[scenario.nodes.product[borders.good_node]]
        found = found.assign_coords(
            border_site_site=("border_site", exporter),
            border_site_border=("border_site", borders.label[borders.site_border].astype(str)),
            border_good_site=("border_good", exporter[borders.good_site]),
            border_good_border=(
                "border_good",
                borders.label[borders.site_border[borders.good_site]].astype(str),
            ),
            border_good_product=("border_good", good.astype(str)),
        )
    return found
