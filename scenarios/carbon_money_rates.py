"""What carbon markets and border adjustments book, and the internal price that steers decisions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenarios.rate import Rate
from scenarios.scenario import Floats, Scenario


def carbon_money_rates(scenario: Scenario) -> list[Rate]:
    """Return what a t of ``allowance_bought``, ``allowance_sold`` and ``border_due`` costs."""
    markets, borders = scenario.markets, scenario.borders
    found = []
    if len(markets.label):
        nowhere = np.full(len(markets.label), -1, dtype=np.int64)
        brings = -markets.price * markets.sale_share[:, None]
        found += [
            Rate("allowance_bought", "allowances", markets.price, nowhere),
            Rate("allowance_sold", "allowances", brings, nowhere),
        ]
    if len(borders.site_label):
        price = borders.price[borders.site_border]
        found.append(Rate("border_due", "border_adjustment", price, borders.site))
    return found


def internal_price(scenario: Scenario, found: Sequence[Rate]) -> dict[str, Floats]:
    """Return what the internal price adds to a unit of each activity, (n, T); it is booked to no account."""
    carbon = scenario.carbon
    if not carbon.internal_price:
        return {}
    price = scenario.periods.interpolate(carbon.internal_price, before_first=0.0)
    total: dict[str, Floats] = {}
    for rate in found:
        if rate.account in carbon.priced_accounts:
            total[rate.activity] = total.get(rate.activity, 0.0) + rate.per_unit * price
    return total
