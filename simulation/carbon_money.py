"""Carbon markets and borders in trials: settled when a period closes.

Allowances are bought for what was really emitted, and the bank of the plan is kept: what lacks to it is
bought, what is over is sold or carried over. At borders the emissions that the plan declares for a unit
exported are declared again. The twin pays what the plan pays.
"""

from __future__ import annotations

from collections.abc import Mapping

import xarray as xr

from scenarios.carbon_markets import market_terms, settled
from scenarios.carbon_money_results import COUNTED
from scenarios.ledger import Ledger
from scenarios.plans import activities_of
from scenarios.scenario import Scenario
from simulation.layout import Floats


class CarbonMoney:
    """Settles the markets and borders of a plan's trials; books nothing where there are none.

    Raises KeyError when the plan was made without the markets or borders of the scenario.
    """

    def __init__(self, scenario: Scenario, ledger: Ledger, plan: xr.Dataset) -> None:
        self._scenario = scenario
        self._terms = market_terms(scenario, ledger)
        planned = activities_of(plan)
        self._bank = planned["bank"] if self._terms else None
        exporting = len(scenario.borders.site_label) > 0
        self._exports = (planned["flow"], planned["border_due"]) if exporting else None

    def settle(self, activities: Mapping[str, Floats]) -> dict[str, Floats]:
        """Return allowances bought, sold and banked, and what is due at borders, (n, T), of a trial."""
        found: dict[str, Floats] = {}
        if self._bank is not None:
            sums = settled(self._scenario, self._terms, activities, self._bank)
            found |= {name: values for name, values in sums.items() if name not in COUNTED}
        if self._exports is not None:
            due = self._scenario.borders.due_as_declared(activities["flow"], *self._exports)
            found["border_due"] = due
        return found
