"""What gates book in trials: ``gate_waiting``, hours in queues, and ``misgraded``, t graded wrongly."""

from __future__ import annotations

import numpy as np

from scenarios.rate import Rate, every_period
from scenarios.scenario import Scenario

ACCOUNT, IDLING = "gates", "scope3_upstream_transport_idling"


def gate_rates(scenario: Scenario) -> list[Rate]:
    """Return the rates of both activities, over all sites; none without gates.

    Engines that idle burn fuel of inbound freight: GHG Protocol, scope 3 category 4.
    """
    gates, count = scenario.gates, len(scenario.sites.label)
    if not len(gates.site):
        return []
    site = np.arange(count)

    def at_sites(values: np.ndarray) -> np.ndarray:
        whole = np.zeros(count)
        whole[gates.site] = values
        return every_period(whole, scenario)

    return [
        Rate("gate_waiting", ACCOUNT, at_sites(gates.waiting_cost), site),
        Rate("gate_waiting", IDLING, at_sites(gates.idling), site),
        Rate("misgraded", ACCOUNT, at_sites(gates.misgrade_cost), site),
    ]
