"""Green power hour by hour, where the plan matches by the hour: output with its luck, storage by its rule.

On each typical day of each period, of every site:

- Own plants, then contracts, then imports give each hour what is planned, as far as they put it out, and
  what they put out beyond the plan as far as load is left. Sites that draw on another's plant get what is
  planned in the part that the plant puts out.
- A storage does on a day as planned, in the part that the least lucky of what charges it allows, never more:
  charge, level and discharge alike, so that a day ends as it began.
- The grid takes the rest, over the year.

With no luck and no load other than planned, that is the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scenarios.power import HOURS_PER_DAY, HOURS_PER_YEAR, output_of_megawatts
from scenarios.scenario import Scenario
from simulation.layout import Floats, Integers

if TYPE_CHECKING:
    from simulation.network import Network

IN_ORDER = ("onsite", "ppa", "import", "storage")  # in which they meet the load of an hour


@dataclass(frozen=True)
class PlannedHours:
    """What the plan does by the hour, MW, (N, H, T) of supplies matched by the hour, (C, H, T) of charging.

    Attributes
    ----------
    supply : positions of those supplies, (N,).
    potential : output of their own MW, of copies none, (N, H, T).
    """

    scenario: Scenario
    supply: Integers
    used: Floats
    charged: Floats
    potential: Floats

    @cached_property
    def place(self) -> Integers:
        """Place of each supply of the scenario among those by the hour, -1: none, (U,)."""
        found = np.full(len(self.scenario.supplies.label), -1, dtype=np.int64)
        found[self.supply] = np.arange(len(self.supply))
        return found


@dataclass(frozen=True)
class PlayedHours:
    """What a trial does by the hour, in MWh a year: of all supplies, (T, U), and of charging, (T, C)."""

    power: Floats
    charged: Floats


def planned_hours(network: Network) -> PlannedHours:
    """Return the plan by the hour."""
    scenario, plan = network.scenario, network.plan
    labels = {label: u for u, label in enumerate(scenario.supplies.label)}
    supply = np.array([labels[str(name)] for name in plan["hourly_supply"].to_numpy()], dtype=np.int64)
    used, charged = (
        plan[name].transpose(dim, "slice", "period").to_numpy()
        for name, dim in (("hourly_used", "hourly_supply"), ("hourly_charged", "charging"))
    )
    planned = network.as_planned
    output = output_of_megawatts(scenario, planned["contracted"].T, planned["in_effect"].T)
    potential = scenario.hours.output[supply][:, :, None] * output[supply][:, None, :] / HOURS_PER_YEAR
    return PlannedHours(scenario, supply, used, charged, potential)


def play_hours(network: Network, excess: Floats, available: Floats) -> PlayedHours:
    """Return what the hours of all periods give.

    Parameters
    ----------
    excess : MWh a year that sites draw beyond the plan, (T, S).
    available : output over planned output on each typical day, (T, D, U); one for imports and storage.
    """
    plan, scenario = network.planned_hours, network.scenario
    supplies, hours = scenario.supplies, scenario.hours
    luck = np.repeat(available[:, :, supplies.source], HOURS_PER_DAY, axis=1).T  # (U, H, T)
    charged, part = _storage(plan, luck)
    free = plan.potential * luck[plan.supply]
    np.subtract.at(free, plan.place[scenario.storages.charging_supply], charged)
    power = np.zeros((len(supplies.label), plan.used.shape[2]))
    drawn = network.as_planned["power"]
    for site in np.unique(supplies.site[plan.supply]):
        of_site = supplies.site == site
        load = np.maximum(drawn[:, of_site].sum(axis=1) + excess[:, site], 0.0)
        left = hours.load[site][:, None] * load / HOURS_PER_YEAR
        for n in _in_order(supplies.kind, plan.supply, np.flatnonzero(of_site)):
            u = plan.supply[n]
            used = np.minimum(_given(plan, int(n), luck, part, free), left)
            left = left - used
            power[u] = hours.weight @ used
    return PlayedHours(power.T, np.einsum("cht,h->tc", charged, hours.weight))


def _in_order(kind: np.ndarray, supply: Integers, members: Integers) -> list[int]:
    """Return the places, among those by the hour, of a site's supplies in the order in which they give."""
    return [n for name in IN_ORDER for n, u in enumerate(supply) if kind[u] == name and u in members]


def _given(plan: PlannedHours, n: int, luck: Floats, part: Floats, free: Floats) -> Floats:
    """Return what the supply at place `n` can give in each hour, (H, T)."""
    supplies, u = plan.scenario.supplies, plan.supply[n]
    planned, kind = plan.used[n], supplies.kind[u]
    if kind == "import":
        return planned
    if kind == "storage":
        stored = np.flatnonzero(plan.scenario.storages.supply == supplies.source[u])
        return np.asarray(planned * part[stored[0]])
    if supplies.source[u] != u:
        return np.asarray(planned * np.minimum(luck[u], 1.0))
    copies = np.flatnonzero((supplies.source[plan.supply] == u) & (plan.supply != u))
    passed_on = (plan.used[copies] * np.minimum(luck[u], 1.0)).sum(axis=0)
    beyond = np.maximum(plan.potential[n] * (luck[u] - 1.0), 0.0)
    return np.asarray(np.clip(np.minimum(planned + beyond, free[n] - passed_on), 0.0, None))


def _storage(plan: PlannedHours, luck: Floats) -> tuple[Floats, Floats]:
    """Return MW charged, (C, H, T), and the part of its plan that each storage does, (B, H, T)."""
    storages = plan.scenario.storages
    part = np.ones((len(storages.supply), *plan.used.shape[1:]))
    days = part.shape[1] // HOURS_PER_DAY
    for c, (source, b) in enumerate(
        zip(storages.charging_supply.tolist(), storages.charging_storage.tolist(), strict=True)
    ):
        by_day = plan.charged[c].reshape(days, HOURS_PER_DAY, -1)
        charges = np.repeat((by_day > 0).any(axis=1), HOURS_PER_DAY, axis=0)
        part[b] = np.where(charges, np.minimum(part[b], luck[source]), part[b])
    return plan.charged * part[storages.charging_storage], part
