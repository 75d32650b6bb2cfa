"""What is possible between two events: the plan, less what is not live yet, plus who steps in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulation.layout import Flags, Floats, Integers, World
from simulation.network import Network
from simulation.performance import Performance
from simulation.wiring import places_of

STAND_IN_WEIGHT = 1e-3  # of idle operations against those used in earlier periods


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
        template = network.template
        operations = template.operations
        self._makes = np.flatnonzero(operations["made_node"] >= 0)
        self._made = operations["made_quantity"][self._makes]
        self._line_of, self._use = operations["line"].astype(np.int64), operations["use"].copy()
        # The node that each way in leads to: what is made, sent and bought there.
        self._into = [
            members.astype(np.int64)
            for members in (
                operations["made_node"][self._makes],
                template.arcs["head"],
                template.offers["node"],
            )
        ]
        # What is unlocked in each period as planned, (T, n) by family.
        self._as_planned = {
            family: np.array([locks.opened(live) for live in network.active])
            for family, locks in self._locks.items()
        }
        changes = network.scenario.capacity_changes
        line = places_of(changes.line, network.used.line)
        keep = line >= 0
        self._change_line = line[keep]
        self._change_intervention = changes.intervention[keep]
        self._change_amount = changes.amount[keep]

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
        planned, nodes = self._network.planned, world.nodes
        operations, arcs, offers = world.operations, world.arcs, world.offers
        share = live.astype(float) if reached is None else reached
        works = share if self._performance is None else share * self._performance.effect
        quantity = self._network.recipe(period, works)
        if self._performance is not None:
            need = self._performance.need[period, world.entries["node"]]
            quantity = np.where(quantity < 0, quantity * need, quantity)
        world.entries["quantity"] = quantity
        world.covers["weight"] = self._network.cover_share[period] * works[self._network.cover_intervention]
        capacity = self._line_capacity(period, share)
        world.lines["capacity"] = capacity
        families = ("operation", "arc", "offer")
        opened = {family: self._locks[family].opened(live) for family in families}
        plans = (planned.run[period], planned.flow[period], planned.purchase[period])
        goes = [
            self._possible(family, plan, period, opened[family])
            for family, plan in zip(families, plans, strict=True)
        ]
        possible, reserve = [way[0] for way in goes], [way[1] for way in goes]
        possible[0] = self._within(possible[0], capacity)
        reserve[0] = self._with_stand_ins(reserve[0], capacity, opened["operation"])
        for elements, done, held in zip((operations, arcs, offers), possible, reserve, strict=True):
            elements["possible"], elements["reserve"] = done, held
        missing = self._at_nodes([plan - done for plan, done in zip(plans, possible, strict=True)])
        nodes["missing_run"], nodes["missing_flow"], nodes["missing_purchase"] = missing
        parts = _parts(self._at_nodes(possible), self._at_nodes(reserve))
        nodes["run_part"], nodes["flow_part"], nodes["purchase_part"] = parts
        cannot_be_cut = parts[:, world.disposals["node"]].sum(axis=0) == 0
        world.disposals["part"] = cannot_be_cut

    def _at_nodes(self, ways: Sequence[Floats]) -> Floats:
        """Return what runs, flows and purchases bring to each node, (ways, N)."""
        runs, flows, purchases = ways
        brought = (runs[self._makes] * self._made, flows, purchases)
        count = len(self._network.template.nodes)
        pairs = zip(self._into, brought, strict=True)
        return np.array([np.bincount(node, values, count) for node, values in pairs])

    def _line_capacity(self, period: int, share: Floats) -> Floats:
        """Return planned capacity without what is not live yet, and with what it would have replaced."""
        network = self._network
        capacity = network.planned.line_capacity[period].copy()
        behind = (network.active[period] * (1.0 - share))[self._change_intervention]
        late = behind > 0
        if not late.any():
            return capacity
        per_day = network.scenario.periods.years[period] / network.days.in_period[period]
        amount = self._change_amount * network.modules[period, self._change_intervention] * per_day
        np.subtract.at(capacity, self._change_line[late], (amount * behind)[late])
        most = network.scenario.lines.capacity[network.used.line, period] * per_day
        there = share[self._change_intervention]
        grown = (there > 0) & (self._change_amount > 0)
        np.add.at(most, self._change_line[grown], (amount * there)[grown])
        changed = np.zeros(len(capacity), dtype=bool)
        changed[self._change_line[late]] = True
        return np.where(changed, np.clip(capacity, 0.0, most), capacity)

    def _possible(self, family: str, planned: Floats, period: int, opened: Flags) -> tuple[Floats, Floats]:
        """Return the planned activity that is unlocked, and the weights of those that may step in."""
        late = self._as_planned[family][period] & ~opened
        return np.where(late, 0.0, planned), np.where(opened, self._carried[family][period], 0.0)

    def _within(self, run: Floats, capacity: Floats) -> Floats:
        """Return runs scaled down to the capacity of their lines, (L,)."""
        needed = np.bincount(self._line_of, run * self._use, len(capacity))
        fits = np.ones(len(capacity))
        np.divide(capacity, needed, out=fits, where=needed > capacity)
        return np.asarray(run * fits[self._line_of])

    def _with_stand_ins(self, reserve: Floats, capacity: Floats, opened: Flags) -> Floats:
        """Let every unlocked operation step in, with little weight beside those of earlier periods."""
        may = self._makes[opened[self._makes]]
        result = reserve.copy()
        result[may] = np.maximum(reserve[may], STAND_IN_WEIGHT * capacity[self._line_of[may]])
        return result


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


def _parts(possible: Floats, reserve: Floats) -> Floats:
    """Return the share of each way in at a node, (ways, N), by what is possible, else in reserve."""
    shares = np.zeros(possible.shape)
    np.divide(reserve, reserve.sum(axis=0), out=shares, where=reserve.sum(axis=0) > 0)
    np.divide(possible, possible.sum(axis=0), out=shares, where=possible.sum(axis=0) > 0)
    return shares
