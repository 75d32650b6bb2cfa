"""What scope 2 by the same hour books, and what was paid for claims that would not count."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.rate import Rate
from scenarios.scenario import Scenario

Floats = NDArray[np.float64]


def claim_rates(scenario: Scenario) -> list[Rate]:
    """All ``power`` of own sites at the factor of unclaimed power, less what ``claimed`` of it spares."""
    claims, supplies = scenario.claims, scenario.supplies
    if not len(claims):
        return []
    own = (scenario.sites.owner[supplies.site] == "own")[:, None]
    factor = claims.unclaimed * own
    return [
        Rate("power", "scope2_same_hour", factor, supplies.site),
        Rate("claimed", "scope2_same_hour", -factor, supplies.site),
    ]


def claim_premium(scenario: Scenario) -> Floats:
    """Return what was paid for a MWh of each supply for the claim alone, currency per MWh, (U, T).

    Never below zero; nothing for own plants, whose cost is not that of a claim.
    """
    return np.maximum(np.nan_to_num(price_beyond_grid(scenario)), 0.0)


def price_beyond_grid(scenario: Scenario) -> Floats:
    """Return what a MWh bought costs beyond the cheapest plain grid power of its site, currency, (U, T).

    Below zero where it is cheaper; NaN for own plants, plain grid power and where there is none to compare.
    """
    supplies = scenario.supplies
    premium = np.full_like(supplies.price, np.nan)
    for site in np.unique(supplies.site):
        members = np.flatnonzero(supplies.site == site)
        grid = members[supplies.kind[members] == "grid"]
        if len(grid):
            premium[members] = supplies.price[members] - supplies.price[grid].min(axis=0)
    certificates = scenario.certificates
    apart = np.flatnonzero(certificates.of_supply >= 0)
    if len(apart):
        premium[apart] += certificates.price[certificates.of_supply[apart]]
    bought = np.isin(supplies.kind.astype(str), ("certificate", "ppa", "import"))
    return np.where(bought[:, None], premium, np.nan)
