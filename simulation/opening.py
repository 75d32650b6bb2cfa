"""The opening balance sheet: stock and goods on the way on the first morning.

A dry run of the plan, in which stocks may fall below zero, shows the largest deficit at each node
that lead times and changes of rate cause; the opening stock covers it, and some safety days where
goods are kept. It is reported, and valued outside the reconciled accounts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from simulation.conditions import Situation
from simulation.departures import load_waiting, under_way
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
    waiting : product units that wait at the origin for a departure, by arc, (A,).
    use : planned use of a day, (T, N).
    level : where responses may act, stock at the end of each day when all goes as planned, (H, shortages).
    plan : the same where all follow the plan; none: nobody orders by a policy.
    """

    stock: Floats
    transit: Floats
    coming: Floats
    scarce_below: Floats
    closing: Floats
    waiting: Floats
    use: Floats
    level: Floats
    plan: Opening | None = None

    def by_plan(self) -> Opening:
        """Return what there is where all follow the plan, whatever their policies."""
        return self.plan or self


def opening_balance(network: Network, safety_days: float, buffer_days: float) -> Opening:
    """Return the least opening stock with which the plan runs through, and some days of use more.

    Parameters
    ----------
    safety_days : kept where goods are bought, arrive, leave or are delivered.
    buffer_days : kept of what passes from one operation to the next within a site.
    """
    template = network.template
    coming, waiting = _pipeline(network)
    lowest, closing, level = _dry_run(network, coming, waiting)
    of_day = planned_use(network)
    use = of_day.max(axis=0)
    thrown = np.bincount(template.disposals["node"], network.planned.discarded.max(axis=0), len(use))
    kept = np.zeros(len(template.nodes), dtype=bool)
    comes_and_goes = [template.arcs["tail"], template.arcs["head"], template.demands["node"]]
    kept[np.concatenate([*comes_and_goes, template.offers["node"]])] = True
    safety, buffer = np.where(kept, safety_days * use, 0.0), np.where(kept, 0.0, buffer_days * use)
    more = np.maximum(-lowest, 0.0) + MARGIN_DAYS * (use + thrown) + safety + buffer
    more[template.nodes["source"]] = 0.0
    scarce_below = _scarce_below(network, safety)
    opening = Opening(
        stock=network.kept.opening + more,
        transit=coming.sum(axis=0) + np.bincount(template.arcs["head"], waiting, len(use)),
        coming=coming,
        scarce_below=scarce_below,
        closing=closing + more,
        use=of_day,
        level=level + more[template.shortages["node"]],
        waiting=waiting,
    )
    return _of_policies(opening, network) if len(network.ordering.node) else opening


def _of_policies(opening: Opening, network: Network) -> Opening:
    """Return the opening with the stock that policies keep, in place of the plan's need and safety days."""
    stock = network.ordering.usual_stock(opening.stock, opening.transit, opening.use[0])
    return replace(opening, stock=stock, closing=opening.closing + (stock - opening.stock), plan=opening)


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


def _pipeline(network: Network) -> tuple[Floats, Floats]:
    """Return arrivals of what was sent before the first day, at the first period's rates.

    And what waits for a departure then, (A,).
    """
    coming = np.zeros((longest_lead(network) + 1, len(network.template.nodes)))
    arcs, lead = network.template.arcs, planned_lead_days(network)
    by_timetable = network.template.lanes["timetable"][arcs["lane"]] >= 0
    for a, days in enumerate(lead):
        if not by_timetable[a]:
            coming[:days, arcs["head"][a]] += network.planned.flow[0, a]
    return coming, under_way(network, coming, lead)


def _dry_run(network: Network, coming: Floats, waiting: Floats) -> tuple[Floats, Floats, Floats]:
    """Return lowest stock, (N,), and stock at the ends of periods, (T, N), when nothing varies or is limited.

    Then that at the end of each day where responses may act, (H, shortages). The first day begins with
    what the scenario has in its stores.
    """
    situation = Situation(network)
    draws, _ = draw(network, UncertaintySettings.off(), Streams(0, 0))
    world = fresh(network.template, free=True, coming=coming.copy(), **draws)
    world.nodes["stock"] = network.kept.opening
    load_waiting(world, waiting)
    closing, watched = [], world.shortages["node"]
    level = np.zeros((network.days.count, len(watched)))
    for limited in (world.lines, world.lanes, world.offers, world.hubs):
        limited["room"] = np.inf
    for period in range(len(network.planned.run)):
        situation.open_period(world, period)
        situation.apply(world, period, network.active[period])
        first, end = int(network.days.first[period]), int(network.days.first[period + 1])
        step = 1 if len(watched) else end - first
        for day in range(first, end, step):
            run_days(day, day + step, world)
            level[day] = world.nodes["stock"][watched]
        closing.append(world.nodes["stock"].copy())
    return world.nodes["lowest"], np.array(closing), level
