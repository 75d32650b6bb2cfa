"""What is possible between two events: the plan, less what is not live yet, plus who steps in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.layout import Flags, Floats, Integers, World
from simulation.network import Network
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
        result = ~self.locked
        result[self.element[live[self.intervention]]] = True
        return result


class Situation:
    """Turns the set of live interventions into the conditions that the kernel works under.

    What is planned but not possible yet is `missing` at its node and handed at once to others: to
    those planned there now, then to those of earlier periods, then to idle unlocked operations.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        planned = network.planned
        self._locks = {family: _locks(network, family) for family in ("operation", "arc", "offer")}
        self._carried = {
            "operation": _carried(planned.run),
            "arc": _carried(planned.flow),
            "offer": _carried(planned.purchase),
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

    def apply(self, world: World, period: int, live: Flags) -> None:
        """Write into the world what is possible while the interventions `live`, (I,), work."""
        planned, nodes = self._network.planned, world.nodes
        operations, arcs, offers = world.operations, world.arcs, world.offers
        world.entries["quantity"] = self._network.recipe(period, live)
        world.covers["weight"] = self._network.cover_share[period] * live[self._network.cover_intervention]
        world.lines["capacity"] = self._line_capacity(period, live)
        run, run_reserve = self._possible("operation", planned.run[period], period, live)
        operations["possible"] = _within(run, world)
        arcs["possible"], arcs["reserve"] = self._possible("arc", planned.flow[period], period, live)
        offers["possible"], offers["reserve"] = self._possible(
            "offer", planned.purchase[period], period, live
        )
        makes = operations["made_node"] >= 0
        made_node, made = operations["made_node"][makes], operations["made_quantity"][makes]

        def at_nodes(runs: Floats, flows: Floats, purchases: Floats) -> Floats:
            ways = [(made_node, runs[makes] * made), (arcs["head"], flows), (offers["node"], purchases)]
            return np.array([np.bincount(node, values, len(nodes)) for node, values in ways])

        possible = at_nodes(operations["possible"], arcs["possible"], offers["possible"])
        missing = at_nodes(
            planned.run[period] - operations["possible"],
            planned.flow[period] - arcs["possible"],
            planned.purchase[period] - offers["possible"],
        )
        nodes["missing_run"], nodes["missing_flow"], nodes["missing_purchase"] = missing
        operations["reserve"] = self._with_stand_ins(run_reserve, world, live)
        parts = _parts(possible, at_nodes(operations["reserve"], arcs["reserve"], offers["reserve"]))
        nodes["run_part"], nodes["flow_part"], nodes["purchase_part"] = parts
        cannot_be_cut = parts[:, world.disposals["node"]].sum(axis=0) == 0
        world.disposals["part"] = cannot_be_cut

    def _line_capacity(self, period: int, live: Flags) -> Floats:
        """Return planned capacity without what is not live yet, and with what it would have replaced."""
        network = self._network
        capacity = network.planned.line_capacity[period].copy()
        late = (network.active[period] & ~live)[self._change_intervention]
        if not late.any():
            return capacity
        per_day = network.scenario.periods.years[period] / network.days.in_period[period]
        amount = self._change_amount * network.modules[period, self._change_intervention] * per_day
        np.subtract.at(capacity, self._change_line[late], amount[late])
        most = network.scenario.lines.capacity[network.used.line, period] * per_day
        grown = live[self._change_intervention] & (self._change_amount > 0)
        np.add.at(most, self._change_line[grown], amount[grown])
        changed = np.zeros(len(capacity), dtype=bool)
        changed[self._change_line[late]] = True
        return np.where(changed, np.clip(capacity, 0.0, most), capacity)

    def _possible(self, family: str, planned: Floats, period: int, live: Flags) -> tuple[Floats, Floats]:
        """Return the planned activity that is unlocked, and the weights of those that may step in."""
        locks, opened = self._locks[family], self._locks[family].opened(live)
        late = locks.opened(self._network.active[period]) & ~opened
        return np.where(late, 0.0, planned), np.where(opened, self._carried[family][period], 0.0)

    def _with_stand_ins(self, reserve: Floats, world: World, live: Flags) -> Floats:
        """Let every unlocked operation step in, with little weight beside those of earlier periods."""
        operations = world.operations
        may = (operations["made_node"] >= 0) & self._locks["operation"].opened(live)
        weight = np.maximum(reserve, STAND_IN_WEIGHT * world.lines["capacity"][operations["line"]])
        return np.where(may, weight, reserve)


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


def _within(run: Floats, world: World) -> Floats:
    """Return runs scaled down to the capacity of their lines."""
    operations, capacity = world.operations, world.lines["capacity"]
    needed = np.bincount(operations["line"], run * operations["use"], len(capacity))
    fits = np.ones(len(capacity))
    np.divide(capacity, needed, out=fits, where=needed > capacity)
    return run * fits[operations["line"]]


def _parts(possible: Floats, reserve: Floats) -> Floats:
    """Return the share of each way in at a node, (ways, N), by what is possible, else in reserve."""
    shares = np.zeros(possible.shape)
    np.divide(reserve, reserve.sum(axis=0), out=shares, where=reserve.sum(axis=0) > 0)
    np.divide(possible, possible.sum(axis=0), out=shares, where=possible.sum(axis=0) > 0)
    return shares
