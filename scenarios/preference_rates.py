"""What preferences for lower footprints book, and how they steer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.rate import Rate
from scenarios.scenario import Scenario

Floats = NDArray[np.float64]


def preference_rates(scenario: Scenario) -> list[Rate]:
    """Bonus and malus of ``purchase``, as money."""
    paid = scenario.preferences.paid
    return [Rate("purchase", "bonus_malus", paid, scenario.offers.site)] if paid.size else []


def steering(scenario: Scenario) -> dict[str, Floats]:
    """Return what a unit of each activity is preferred by in the ranking of bids, (n, T); never booked."""
    ranking = scenario.preferences.ranking
    return {"purchase": ranking} if ranking.any() else {}
