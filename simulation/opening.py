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
from simulation.layout import Floats, fresh
from simulation.network import Network
from simulation.settings import UncertaintySettings
from simulation.streams import Streams

SCARCE = 0.5  # of the safety stock: below it the largest users ease off
MARGIN_DAYS = 1e-6  # so that rounding starves nobody


@dataclass(frozen=True)
class Opening:
    """What there is on the first morning.

    Attributes
    ----------
    stock, transit : product units by node, (N,).
    coming : product units by day of arrival, (days ahead, N).
    scarce_below : stock of its input below which a recipe entry's operation eases off, (E,).
    closing : stock at the end of each period when all goes as planned, (T, N).
    """

    stock: Floats
    transit: Floats
    coming: Floats
    scarce_below: Floats
    closing: Floats


def opening_balance(network: Network, safety_days: float, buffer_days: float) -> Opening:
    """Return the least opening stock with which the plan runs through, and some days of use more.

    Parameters
    ----------
    safety_days : kept where goods are bought, arrive, leave or are delivered.
    buffer_days : kept of what passes from one operation to the next within a site.
    """
    template = network.template
    coming = _pipeline(network)
    lowest, closing = _dry_run(network, coming)
    use = planned_use(network).max(axis=0)
    thrown = np.bincount(template.disposals["node"], network.planned.discarded.max(axis=0), len(use))
    kept = np.zeros(len(template.nodes), dtype=bool)
    comes_and_goes = [template.arcs["tail"], template.arcs["head"], template.demands["node"]]
    kept[np.concatenate([*comes_and_goes, template.offers["node"]])] = True
    safety, buffer = np.where(kept, safety_days * use, 0.0), np.where(kept, 0.0, buffer_days * use)
    more = np.maximum(-lowest, 0.0) + MARGIN_DAYS * (use + thrown) + safety + buffer
    more[template.nodes["source"]] = 0.0
    scarce_below = _scarce_below(network, safety)
    return Opening(
        network.kept.opening + more, coming.sum(axis=0), coming, scarce_below, closing=closing + more
    )


def _scarce_below(network: Network, safety: Floats) -> Floats:
    """Return the stock below which each entry's operation eases off, (E,): a part of the safety stock.

    Of the operations of a site that make the same product, the one that needs most of the input per
    unit eases off first, so that a scarce input goes where it makes most: of a converter's recipes,
    those with much scrap before those with little.
    """
    operations, entries = network.template.operations, network.template.entries
    owner = np.repeat(np.arange(len(operations)), operations["end_entry"] - operations["first_entry"])
    makes = (operations["made_node"] >= 0)[owner] & (entries["quantity"] < 0)
    need = np.zeros(len(entries))
    np.divide(-entries["quantity"], operations["made_quantity"][owner], out=need, where=makes)
    rivals = operations["made_node"][owner] * len(network.template.nodes) + entries["node"]
    _, group = np.unique(rivals, return_inverse=True)
    most = np.zeros(group.max(initial=0) + 1)
    np.maximum.at(most, group, need)
    share = np.divide(need, most[group], out=np.zeros(len(entries)), where=most[group] > 0)
    return SCARCE * share * safety[entries["node"]]


def planned_use(network: Network) -> Floats:
    """Return the planned use of a day at each node, (T, N)."""
    template, planned = network.template, network.planned
    operations, nodes = template.operations, len(template.nodes)
    owner = np.repeat(np.arange(len(operations)), operations["end_entry"] - operations["first_entry"])
    use = []
    for period in range(len(planned.run)):
        inputs = np.maximum(-network.recipe(period, network.active[period]), 0.0) * planned.run[period, owner]
        leaving = np.bincount(template.arcs["tail"], planned.flow[period], nodes)
        delivered = np.bincount(template.demands["node"], planned.delivered[period], nodes)
        use.append(leaving + delivered + np.bincount(template.entries["node"], inputs, nodes))
    return np.array(use)


def _pipeline(network: Network) -> Floats:
    """Return arrivals of what was sent before the first day at the first period's rates."""
    coming = np.zeros((longest_lead(network) + 1, len(network.template.nodes)))
    for a, days in enumerate(planned_lead_days(network)):
        coming[:days, network.template.arcs["head"][a]] += network.planned.flow[0, a]
    return coming


def _dry_run(network: Network, coming: Floats) -> tuple[Floats, Floats]:
    """Return lowest stock, (N,), and stock at the ends of periods, (T, N), when nothing varies or is limited.

    The first day begins with what the scenario has in its stores.
    """
    situation = Situation(network)
    draws, _ = draw(network, UncertaintySettings.off(), Streams(0, 0))
    world = fresh(network.template, free=True, coming=coming.copy(), **draws)
    world.nodes["stock"] = network.kept.opening
    closing = []
    for limited in (world.lines, world.lanes, world.offers, world.hubs):
        limited["room"] = np.inf
    for period in range(len(network.planned.run)):
        situation.open_period(world, period)
        situation.apply(world, period, network.active[period])
        run_days(int(network.days.first[period]), int(network.days.first[period + 1]), world)
        closing.append(world.nodes["stock"].copy())
    return world.nodes["lowest"], np.array(closing)
