"""Events that change footprints and grid factors: what is bought and used emits more for a while.

What an event adds is an activity of its own, which carries the rates of what it is about, so that caps and
the carbon price count it. Shares count by the mean over the days of a period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scenarios.accounts import EMISSION_ACCOUNTS
from scenarios.ledger import Ledger
from scenarios.rate import Rate
from scenarios.scenario import Scenario
from simulation.events import Jumps
from simulation.layout import Floats

# Activities that only trials have, by the one whose rates they carry, and the dimension of both in a plan.
CARRIED = {
    "purchase": "footprint_jump",
    "covered": "covered_footprint_jump",
    "power": "grid_factor_jump",
}
FOOTPRINT_DIMS = {"footprint_jump": "offer", "covered_footprint_jump": "cover", "grid_factor_jump": "supply"}
EMITTING = (*EMISSION_ACCOUNTS, "carbon_price")


def footprint_rates(ledger: Ledger) -> tuple[Rate, ...]:
    """Return the rates of what events add to emissions: those of what emits, and the carbon price on it."""
    return tuple(
        replace(rate, activity=CARRIED[rate.activity])
        for rate in ledger.rates
        if rate.activity in CARRIED and rate.account in EMITTING
    )


def footprint_activities(
    scenario: Scenario, jumps: Jumps, activities: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Return the activities that emit as much as events add, (n, T), none where nothing happened.

    Parameters
    ----------
    activities : with ``purchase``, ``covered`` and ``power``, a year (n, T).
    """
    covers, found = scenario.covers, {}
    if jumps.footprint.any():
        found["footprint_jump"] = activities["purchase"] * jumps.footprint
        members = covers.of("offer")  # what an intervention saves of a footprint grows with it
        saved = activities["covered"] * 0.0
        saved[members] = activities["covered"][members] * jumps.footprint[covers.element[members]]
        found["covered_footprint_jump"] = saved
    if jumps.grid.any():
        found["grid_factor_jump"] = activities["power"] * jumps.grid
    return found
