"""The opening balance sheet: stock and goods on the way on the first morning.

A dry run of the plan, in which stocks may fall below zero, shows the largest deficit at each node
that lead times and changes of rate cause; the opening stock covers it, and some safety days where
goods are kept. It is reported, and valued outside the reconciled accounts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.conditions import Situation
from simulation.draws import draw, longest_lead, planned_lead_days
from simulation.kernel import run_days
from simulation.layout import Floats, Rules, State, World, empty_booked, empty_scratch
from simulation.network import Network
from simulation.settings import UncertaintySettings
from simulation.streams import Streams

MARGIN_DAYS = 1e-6  # so that rounding starves nobody


@dataclass(frozen=True)
class Opening:
    """Product units by node, (N,), and by day of arrival, (days ahead, N)."""

    stock: Floats
    transit: Floats
    coming: Floats

    def state(self, network: Network) -> State:
        """Return a fresh state of the first morning."""
        structure = network.structure
        return State(
            stock=self.stock.copy(),
            transit=self.transit.copy(),
            coming=self.coming.copy(),
            deviation=np.zeros(len(self.stock)),
            backlog=np.zeros(len(structure.demand_node)),
            line_room=np.zeros(len(structure.line_site)),
            lane_room=np.zeros(len(structure.lane_origin)),
            offer_room=np.zeros(len(structure.offer_site)),
            starved=np.zeros(len(structure.made_node), dtype=bool),
            correction=np.zeros(len(structure.tail)),
        )


def opening_balance(network: Network, safety_days: float) -> Opening:
    """Return the least opening stock with which the plan runs through, and `safety_days` more.

    Safety stock is kept where goods arrive, leave or are delivered; what passes through a site
    within the day, such as hot metal, is not stored.
    """
    structure, planned = network.structure, network.planned
    nodes = len(structure.source)
    coming = _pipeline(network)
    empty = Opening(np.zeros(nodes), coming.sum(axis=0), coming)
    lowest = _dry_run(network, empty)
    use = np.array(
        [
            np.bincount(structure.tail, planned.flow[t], nodes)
            + np.bincount(structure.demand_node, planned.delivered[t], nodes)
            + np.bincount(structure.entry_node, np.maximum(-_per_entry(network, t), 0.0), nodes)
            for t in range(len(planned.run))
        ]
    ).max(axis=0)
    kept = np.zeros(nodes, dtype=bool)
    kept[np.concatenate([structure.tail, structure.head, structure.demand_node])] = True
    stock = np.maximum(-lowest, 0.0) + MARGIN_DAYS * use + safety_days * use * kept
    stock[structure.source] = 0.0
    return Opening(stock, empty.transit, coming)


def _per_entry(network: Network, period: int) -> Floats:
    """Return planned use (-) and output (+) of each recipe entry a day, (E,)."""
    structure, planned = network.structure, network.planned
    operation = np.repeat(np.arange(len(structure.made_node)), np.diff(structure.entry_start))
    return planned.quantity[period] * planned.run[period, operation]


def _pipeline(network: Network) -> Floats:
    """Return arrivals of what was sent before the first day at the first period's rates."""
    structure = network.structure
    coming = np.zeros((longest_lead(network) + 1, len(structure.source)))
    for a, days in enumerate(planned_lead_days(network)):
        coming[:days, structure.head[a]] += network.planned.flow[0, a]
    return coming


def _dry_run(network: Network, opening: Opening) -> Floats:
    """Return the lowest stock at each node, (N,), when nothing varies and nothing holds goods back."""
    situation, booked = Situation(network), empty_booked(network.structure, network.planned)
    draws, _ = draw(network, UncertaintySettings.off(), Streams(0, 0))
    state, scratch = opening.state(network), empty_scratch(network.structure)
    rules = Rules(gain=0.0, surge=0.0, free=True)
    for period in range(len(network.planned.run)):
        now = situation.conditions(period, network.active[period])
        world = World(rules, network.structure, network.planned, now, state, draws, booked, scratch)
        for room in (state.line_room, state.lane_room, state.offer_room):
            room[:] = np.inf
        run_days(int(network.days.first[period]), int(network.days.first[period + 1]), period, world)
    return booked.lowest
