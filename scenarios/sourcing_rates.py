"""What purchases book: their price, by the tier they fall in where there are tiers, and their footprint."""

from __future__ import annotations

import numpy as np

from scenarios.rate import Rate
from scenarios.scenario import Scenario


def purchase_rates(scenario: Scenario) -> list[Rate]:
    """Price and footprint of ``purchase``; where an offer has tiers, ``tier_purchase`` pays instead.

    ``tier_used`` counts 1 for the tier a year's purchase lies in and pays what an incremental
    discount does not give back on the units below it.
    """
    offers, tiers = scenario.offers, scenario.offer_tiers
    flat = np.ones((len(offers.label), 1), dtype=bool)
    flat[tiers.offers] = False
    site = offers.site[tiers.offer]
    return [
        Rate("purchase", "purchase", offers.price * flat, offers.site),
        Rate("tier_purchase", "purchase", tiers.price, site),
        Rate("tier_used", "purchase", tiers.intercept, site),
        Rate("purchase", "scope3_purchased_goods", offers.booked_footprint, offers.site),
    ]
