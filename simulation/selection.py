"""Which elements of a scenario take part in trials of a plan.

Elements the plan never uses are left out, so they cannot change a trial; the rest is sorted by
label, so the order of rows in a table cannot either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from scenarios.scenario import Scenario
from simulation.layout import Flags, Floats, Integers

Labels = NDArray[np.object_]
NOTHING = np.False_  # of any family


@dataclass(frozen=True)
class Used:
    """Positions in the scenario of the elements that take part, each family sorted by label.

    Arcs are sorted by the label of their lane first, so that those of one lane stand together.
    """

    operation: Integers
    arc: Integers
    offer: Integers
    node: Integers
    line: Integers
    lane: Integers
    site: Integers
    demand: Integers
    cover: Integers
    hub: Integers  # of limited capacity
    store: Integers
    takeback: Integers  # returns
    disposal: Integers
    answer: Integers  # what responses may do, by node and in the order of the chain


def yearly(plan: xr.Dataset, name: str) -> Floats:
    """Return a plan variable as (T, n), without the solver's traces below zero."""
    return np.maximum(plan[name].transpose("period", ...).to_numpy().astype(float), 0.0)


def choose_used(
    scenario: Scenario, plan: xr.Dataset, active: Flags, open_to: Mapping[str, Flags] | None = None
) -> Used:
    """Return what has a planned quantity, idle operations that could stand in, and what they touch.

    Parameters
    ----------
    open_to : by family, what takes part besides: all that a plan made again may use.
    """
    also = open_to or {}
    running = _ever(yearly(plan, "run") > 0) | also.get("operation", NOTHING)
    moves, buys = _ever(yearly(plan, "flow") > 0), _ever(yearly(plan, "purchase") > 0)
    arc = _sorted(np.flatnonzero(moves | also.get("arc", NOTHING)), scenario.arcs.label)
    offer = _sorted(np.flatnonzero(buys | also.get("offer", NOTHING)), scenario.offers.label)
    takes_part = running | _stand_ins(scenario, running, arc, offer)
    operation = _sorted(np.flatnonzero(takes_part), scenario.operations.label)
    demand = _sorted(np.arange(len(scenario.demands.label)), scenario.demands.label)
    entries = np.flatnonzero(np.isin(scenario.recipe.operation, operation))
    kept, stores = yearly(plan, "stock"), scenario.stores
    holds = _ever(kept > 0) | (stores.opening > 0) | also.get("store", NOTHING)
    returns = _ever(yearly(plan, "returned") > 0) | also.get("return", NOTHING)
    discards = _ever(yearly(plan, "discard") > 0) | also.get("disposal", NOTHING)
    store = _sorted(np.flatnonzero(holds), stores.label)
    takeback = _sorted(np.flatnonzero(returns), scenario.returns.label)
    disposal = _sorted(np.flatnonzero(discards), scenario.disposals.label)
    node = np.concatenate(
        [
            scenario.arcs.tail[arc],
            scenario.arcs.head[arc],
            scenario.offers.node[offer],
            scenario.recipe.node[entries],
            scenario.demands.node[demand],
            stores.node[store],
            scenario.returns.node[takeback],
            scenario.disposals.node[disposal],
        ]
    )
    members = {"operation": operation, "arc": arc, "offer": offer}
    covers = scenario.covers
    at_work = _ever(active) | also.get("intervention", NOTHING)
    cover = [
        c
        for c in range(len(covers.label))
        if at_work[covers.intervention[c]] and covers.element[c] in members[covers.family[c]]
    ]
    line = scenario.operations.line[operation]
    ends = [scenario.arcs.origin[arc], scenario.arcs.destination[arc]]
    site = np.concatenate([*ends, scenario.offers.site[offer], scenario.lines.site[line]])
    nodes = _sorted(node, scenario.nodes.label)
    by_lane = np.argsort(scenario.lanes.label[scenario.arcs.lane[arc]].astype(str), kind="stable")
    return Used(
        operation=operation,
        arc=arc[by_lane],
        offer=offer,
        node=nodes,
        line=_sorted(line, scenario.lines.label),
        lane=_sorted(scenario.arcs.lane[arc], scenario.lanes.label),
        site=_sorted(site, scenario.sites.label),
        demand=demand,
        cover=_sorted(cover, covers.label),
        hub=_limited_hubs(scenario, arc),
        store=store,
        takeback=takeback,
        disposal=disposal,
        answer=_answers(scenario, arc, nodes),
    )


def _limited_hubs(scenario: Scenario, arc: Integers) -> Integers:
    """Return the hubs of limited capacity that the arcs leave."""
    hubs = scenario.hubs
    leaving = hubs.leaving_hub[np.isin(hubs.leaving_arc, arc)]
    limited = _ever(np.isfinite(hubs.capacity).T)
    return _sorted(leaving[limited[leaving]], hubs.label)


def _answers(scenario: Scenario, arc: Integers, node: Integers) -> Integers:
    """Return what responses may do with what takes part, by node; of one response, the cheapest way first."""
    found = scenario.responses
    takes_part = np.isin(found.node, node)
    takes_part &= (found.arc < 0) | np.isin(found.arc, arc)
    takes_part &= (found.instead < 0) | np.isin(found.instead, node)
    place = {int(n): i for i, n in enumerate(node)}
    cost = np.where(found.arc >= 0, np.append(scenario.arcs.cost, 0.0)[found.arc], 0.0)
    members = np.flatnonzero(takes_part).tolist()
    order = sorted(members, key=lambda a: (place[int(found.node[a])], found.row[a], cost[a], found.label[a]))
    return np.array(order, dtype=np.int64)


def _ever(flags: Flags) -> Flags:
    """Return what is true in some period, (n,)."""
    return np.asarray(flags.any(axis=0))


def _sorted(positions: Sequence[int] | Integers, labels: Labels) -> Integers:
    return np.array(sorted({int(p) for p in positions}, key=lambda p: str(labels[p])), dtype=np.int64)


def _stand_ins(scenario: Scenario, running: Flags, arc: Integers, offer: Integers) -> Flags:
    """Return the idle, unlocked operations that could replace a planned one with what its site gets."""
    recipe = scenario.recipe
    fed = set(scenario.arcs.head[arc]) | set(scenario.offers.node[offer])
    fed |= set(recipe.node[(recipe.quantity > 0) & running[recipe.operation]])
    wanted = {main_output(scenario, int(r))[0] for r in np.flatnonzero(running)}
    found = np.zeros(len(running), dtype=bool)
    for r in np.flatnonzero(~running & ~scenario.operations.locked).tolist():
        entries = entries_of(scenario, r)
        inputs = recipe.node[entries][recipe.quantity[entries] < 0]
        makes_something = bool((recipe.quantity[entries] > 0).any())
        found[r] = makes_something and main_output(scenario, r)[0] in wanted and all(n in fed for n in inputs)
    return found


def entries_of(scenario: Scenario, operation: int) -> Integers:
    """Return the recipe entries of an operation."""
    return np.flatnonzero(scenario.recipe.operation == operation)


def main_output(scenario: Scenario, operation: int) -> tuple[int, float]:
    """Return node and quantity of an operation's largest output; node -1 when it makes nothing."""
    entries = entries_of(scenario, operation)
    quantity = scenario.recipe.quantity[entries]
    if not (quantity > 0).any():
        return -1, 0.0
    best = int(np.argmax(quantity))
    return int(scenario.recipe.node[entries[best]]), float(quantity[best])
