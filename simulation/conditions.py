"""What is possible between two events: the plan, less what is not live yet, plus who steps in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.layout import Conditions, Flags, Floats, Integers
from simulation.network import Network, effective_quantity
from simulation.selection import Used

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

    Parameters
    ----------
    network : the network of the plan.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        scenario, used = network.scenario, network.used
        self._locks = {
            "operation": _locks(network, "operation", scenario.operations.locked[used.operation]),
            "arc": _locks(network, "arc", scenario.arcs.locked[used.arc]),
            "offer": _locks(network, "offer", scenario.offers.locked[used.offer]),
        }
        planned = network.planned
        self._carried = {
            "operation": _carried(planned.run),
            "arc": _carried(planned.flow),
            "offer": _carried(planned.purchase),
        }
        self._cover_intervention = scenario.covers.intervention[used.cover]
        self._offer_node = np.repeat(np.arange(len(used.node)), np.diff(network.structure.seller_start))[
            np.argsort(network.structure.seller, kind="stable")
        ]
        changes = scenario.capacity_changes
        at = {int(line): i for i, line in enumerate(used.line)}
        keep = [m for m, line in enumerate(changes.line) if int(line) in at]
        self._change_line = np.array([at[int(changes.line[m])] for m in keep], dtype=np.int64)
        self._change_intervention = changes.intervention[keep]
        self._change_amount = changes.amount[keep]

    def conditions(self, period: int, live: Flags) -> Conditions:
        """Return what holds in `period` when the interventions `live`, (I,), work."""
        network, structure, planned = self._network, self._network.structure, self._network.planned
        nodes = len(network.used.node)
        capacity = self._line_capacity(period, live)
        shares = network.cover_share[period] * live[self._cover_intervention]
        quantity = effective_quantity(
            network.entry_quantity, network.input_entry, network.input_quantity, shares[network.input_cover]
        )
        run, run_reserve = self._possible("operation", planned.run, period, live)
        run = self._within(run, capacity)
        makes = structure.made_node >= 0
        made_node, made = structure.made_node[makes], structure.made_quantity[makes]
        missing_run = np.bincount(made_node, ((planned.run[period] - run)[makes]) * made, nodes)
        run_reserve = self._with_stand_ins(run_reserve, missing_run, capacity, live)
        flow, flow_reserve = self._possible("arc", planned.flow, period, live)
        purchase, purchase_reserve = self._possible("offer", planned.purchase, period, live)
        ways_in = [np.bincount(made_node, run[makes] * made, nodes)]
        ways_in.append(np.bincount(structure.head, flow, nodes))
        ways_in.append(np.bincount(self._offer_node, purchase, nodes))
        spare_ways = [np.bincount(made_node, run_reserve[makes] * made, nodes)]
        spare_ways.append(np.bincount(structure.head, flow_reserve, nodes))
        spare_ways.append(np.bincount(self._offer_node, purchase_reserve, nodes))
        parts = _parts(ways_in, spare_ways)
        return Conditions(
            quantity=quantity,
            cover_weight=shares,
            line_capacity=capacity,
            run=run,
            run_reserve=run_reserve,
            flow=flow,
            flow_reserve=flow_reserve,
            purchase=purchase,
            purchase_reserve=purchase_reserve,
            missing_run=missing_run,
            missing_flow=np.bincount(structure.head, planned.flow[period] - flow, nodes),
            missing_purchase=np.bincount(self._offer_node, planned.purchase[period] - purchase, nodes),
            run_part=parts[0],
            flow_part=parts[1],
            purchase_part=parts[2],
        )

    def _line_capacity(self, period: int, live: Flags) -> Floats:
        """Planned capacity without what is not live yet, and with what it would have replaced."""
        network = self._network
        late = network.active[period] & ~live
        counts = late[self._change_intervention]
        capacity = network.line_capacity[period].copy()
        if not counts.any():
            return capacity
        per_day = network.scenario.periods.years[period] / network.days.in_period[period]
        amount = self._change_amount[counts] * per_day
        np.subtract.at(capacity, self._change_line[counts], amount)
        grown = live[self._change_intervention] & (self._change_amount > 0)
        most = network.scenario.lines.capacity[network.used.line, period] * per_day
        np.add.at(most, self._change_line[grown], self._change_amount[grown] * per_day)
        changed = np.zeros(len(capacity), dtype=bool)
        changed[self._change_line[counts]] = True
        return np.where(changed, np.clip(capacity, 0.0, most), capacity)

    def _possible(self, family: str, planned: Floats, period: int, live: Flags) -> tuple[Floats, Floats]:
        """Return the planned activity that is unlocked, and the weights of those that may step in."""
        locks, active = self._locks[family], self._network.active[period]
        opened = locks.opened(live)
        late = locks.opened(active) & ~opened
        return np.where(late, 0.0, planned[period]), np.where(opened, self._carried[family][period], 0.0)

    def _within(self, run: Floats, capacity: Floats) -> Floats:
        """Scale runs down to the capacity of their lines."""
        structure = self._network.structure
        needed = np.bincount(structure.operation_line, run * structure.operation_use, len(capacity))
        fits = np.ones(len(capacity))
        np.divide(capacity, needed, out=fits, where=needed > capacity)
        return run * fits[structure.operation_line]

    def _with_stand_ins(self, reserve: Floats, missing: Floats, capacity: Floats, live: Flags) -> Floats:
        """Let every unlocked operation step in, with little weight, where planned ones are not live."""
        structure = self._network.structure
        may = (structure.made_node >= 0) & (missing > 0)[structure.made_node]
        may &= self._locks["operation"].opened(live)
        return np.where(may, np.maximum(reserve, STAND_IN_WEIGHT * capacity[structure.operation_line]), reserve)


def _locks(network: Network, family: str, locked: Flags) -> Locks:
    unlocks, members = network.scenario.unlocks, getattr(network.used, family)
    at = {int(element): i for i, element in enumerate(members)}
    keep = [
        m
        for m, (name, element) in enumerate(zip(unlocks.family, unlocks.element, strict=True))
        if name == family and int(element) in at
    ]
    element = np.array([at[int(unlocks.element[m])] for m in keep], dtype=np.int64)
    return Locks(locked, unlocks.intervention[keep], element)


def _carried(planned: Floats) -> Floats:
    """Return the last positive planned rate up to each period, (T, n)."""
    result = planned.copy()
    for period in range(1, len(result)):
        result[period] = np.where(result[period] > 0, result[period], result[period - 1])
    return result


def _parts(ways: list[Floats], spare: list[Floats]) -> list[Floats]:
    """Return the share of each way in among all at a node, by planned or else by spare rates."""
    planned, reserve = np.sum(ways, axis=0), np.sum(spare, axis=0)
    parts = []
    for way, other in zip(ways, spare, strict=True):
        part = np.zeros(len(planned))
        np.divide(other, reserve, out=part, where=reserve > 0)
        np.divide(way, planned, out=part, where=planned > 0)
        parts.append(part)
    return parts
