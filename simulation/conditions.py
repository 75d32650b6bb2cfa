"""What is possible between two events: the plan, less what is not live yet, plus who steps in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.layout import Flags, Floats, Integers, World
from simulation.network import Network
from simulation.performance import Performance
from simulation.possible import enter_situation, take_late_capacity
from simulation.wiring import places_of


@dataclass(frozen=True)
class Locks:
    """Which interventions unlock the elements of one family; entries (M,) and locked (n,)."""

    locked: Flags
    intervention: Integers
    element: Integers

    def opened(self, live: Flags) -> Flags:
        """Return which elements are not locked, or unlocked by a live intervention, (n,)."""
        result: Flags = ~self.locked
        result[self.element[live[self.intervention]]] = True
        return result


@dataclass(frozen=True)
class Changes:
    """What interventions add to the capacity of used lines, or take from it; entries (M,).

    Attributes
    ----------
    amount : a day, below zero where capacity is taken away, (T, M).
    most : what the lines have of their own, a day, (T, L).
    """

    line: Integers
    intervention: Integers
    grows: Flags
    amount: Floats
    most: Floats


class Situation:
    """Turns the set of live interventions into the conditions that the kernel works under.

    What is planned but not possible yet is `missing` at its node and handed at once to others: to
    those planned there now, then to those of earlier periods, then to idle unlocked operations.
    """

    def __init__(self, network: Network, performance: Performance | None = None) -> None:
        self._network, self._performance = network, performance
        planned = network.planned
        self._locks = {family: _locks(network, family) for family in ("operation", "arc", "offer")}
        self._carried = {
            "operation": _carried(planned.run),
            "arc": _carried(planned.flow),
            "offer": _carried(planned.purchase),
        }
        self._brought = np.zeros((3, 3, len(network.template.nodes)))
        # What is unlocked in each period as planned, (T, n) by family.
        self._as_planned = {
            family: np.array([locks.opened(live) for live in network.active])
            for family, locks in self._locks.items()
        }
        self._changes = _changes(network)
        entries, spared = network.template.entries, network.spared
        self._recipes = (entries["quantity"].copy(), spared.entry, spared.cover, spared.quantity)
        periods = len(network.active)
        self._need = np.ones((periods, len(entries)))
        if performance is not None:
            self._need = np.ascontiguousarray(performance.need[:, entries["node"]])
        self._cover_intervention = network.cover_intervention
        self._cover_share = np.ascontiguousarray(network.cover_share)
        self._keys = tuple((each.locked, each.intervention, each.element) for each in self._locks.values())
        self._opened = tuple(np.zeros(len(each.locked), dtype=bool) for each in self._locks.values())

    def open_period(self, world: World, period: int) -> None:
        """Write the plan and the capacities of a period into the world."""
        planned = self._network.planned
        world.operations["planned"] = planned.run[period]
        world.entries["planned"] = self._network.recipe(period, self._network.active[period])
        world.arcs["planned"] = planned.flow[period]
        world.offers["planned"] = planned.purchase[period]
        world.offers["capacity"] = planned.offer_capacity[period]
        world.lanes["capacity"] = planned.lane_capacity[period]
        world.demands["planned"] = planned.delivered[period]
        world.lanes["slack"] = self._network.kept.trip_slack[period]
        world.hubs["capacity"] = planned.hub_capacity[period]
        world.takebacks["planned"] = planned.returned[period]
        world.takebacks["share"] = self._network.kept.returned_share[period]
        world.disposals["planned"] = planned.discarded[period]
        world.limits["capacity"] = planned.discard_limit[period]

    def apply(self, world: World, period: int, live: Flags, reached: Floats | None = None) -> None:
        """Write into the world what is possible while the interventions `live`, (I,), work.

        `reached` : the share of its effect that each of them has come up to, (I,); none: all of it.
        """
        share = live.astype(float) if reached is None else reached
        works = share if self._performance is None else share * self._performance.effect
        world.lines["capacity"] = self._network.planned.line_capacity[period]
        behind = self._network.active[period] * (1.0 - share)
        if behind.any():
            changes = self._changes
            adds = (changes.line, changes.intervention, changes.grows, changes.amount[period])
            take_late_capacity(world.lines, adds, share, behind, changes.most[period].copy())
        as_planned = tuple(planned[period] for planned in self._as_planned.values())
        carried = tuple(carried[period] for carried in self._carried.values())
        enter_situation(
            world,
            works,
            np.ascontiguousarray(live),
            (*self._recipes, self._need[period]),
            (self._cover_share[period], self._cover_intervention),
            self._keys,
            (self._opened, as_planned, carried, self._brought),
        )


def _changes(network: Network) -> Changes:
    changes, used, years = network.scenario.capacity_changes, network.used, network.scenario.periods.years
    line, per_day = places_of(changes.line, used.line), years / network.days.in_period
    here = line >= 0
    intervention, amount = changes.intervention[here], changes.amount[here]
    return Changes(
        line[here],
        intervention,
        amount > 0,
        np.ascontiguousarray(amount * network.modules[:, intervention] * per_day[:, None]),
        network.scenario.lines.capacity[used.line].T * per_day[:, None],
    )


def _locks(network: Network, family: str) -> Locks:
    unlocks, members = network.scenario.unlocks, getattr(network.used, family)
    locked = getattr(network.scenario, f"{family}s").locked[members]
    element = np.where(unlocks.family == family, places_of(unlocks.element, members), -1).astype(np.int64)
    keep = element >= 0
    return Locks(locked, unlocks.intervention[keep], element[keep])


def _carried(planned: Floats) -> Floats:
    """Return the last positive planned rate up to each period, (T, n)."""
    result = planned.copy()
    for period in range(1, len(result)):
        result[period] = np.where(result[period] > 0, result[period], result[period - 1])
    return result
