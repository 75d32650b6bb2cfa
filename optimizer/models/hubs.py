"""Hubs: what may pass through, and only where they are open."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, Term, rows, term
from optimizer.models.columns import every_period
from optimizer.models.instance import Instance
from optimizer.models.modules import presence
from scenarios.flows import Hubs
from scenarios.scenario import Flags, Integers, Scenario, Unlocks


def hub_capacity(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Let no more leave a hub than it can handle.

    .. math:: \sum_{a\ leaving\ h} flow_{a,t} \le capacity_{h,t}

    Index: hub row with a capacity, period. Unit: product unit a year. Lanes that leave a locked hub
    are locked themselves and open with the hub: see `arc_open_with_hub`.
    Dual: saving from one more unit of capacity, present value.
    Source: capacitated hub location (Campbell 1994).
    """
    scenario = instance.scenario
    bound = np.flatnonzero(np.isfinite(scenario.hubs.capacity).all(axis=1))
    capacity = scenario.hubs.capacity[bound]
    return rows(capacity.size).at_most(capacity.ravel(), [_leaving(model, scenario, bound)])


def hub_capacity_opened(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Give a locked hub its capacity only while an intervention that opens it is in effect.

    .. math:: \sum_{a\ leaving\ h} flow_{a,t} \le capacity_{h,t} \sum_{i \in opens(h)} in\_effect_{i,t}

    Index: locked hub row with a capacity, period. Unit: product unit a year.
    Dual: value of opening one more unit of capacity, present value.
    Source: capacitated facility location, aggregated link beside the one by arc (Cornuejols et al. 1991).
    """
    scenario = instance.scenario
    periods, hubs = len(scenario.periods), scenario.hubs
    bound = np.flatnonzero(hubs.locked & np.isfinite(hubs.capacity).all(axis=1))
    hub, intervention = hub_openers(hubs, scenario.unlocks)
    opened = np.isin(hub, bound)
    hub, intervention = hub[opened], intervention[opened]
    row = every_period(np.searchsorted(bound, hub), periods)
    return rows(len(bound) * periods).at_most(
        0.0,
        [
            _leaving(model, scenario, bound),
            *presence(model, scenario, row, intervention, -hubs.capacity[hub].ravel()),
        ],
    )


def hub_openers(hubs: Hubs, unlocks: Unlocks) -> tuple[Integers, Integers]:
    """Return the pairs (hub row, intervention) where the intervention unlocks a lane that leaves the hub."""
    opens = np.flatnonzero(unlocks.family == "arc")
    opens = opens[np.argsort(unlocks.element[opens], kind="stable")]
    arc = unlocks.element[opens]
    first, end = (np.searchsorted(arc, hubs.leaving_arc, side=side) for side in ("left", "right"))
    count = end - first
    hub = np.repeat(hubs.leaving_hub, count)
    entry = np.repeat(first, count) + np.arange(len(hub)) - np.repeat(np.cumsum(count) - count, count)
    width = int(unlocks.intervention.max(initial=0)) + 1
    found = np.zeros(len(hubs.label) * width, dtype=bool)
    found[hub * width + unlocks.intervention[opens[entry]]] = True
    pair = np.flatnonzero(found)
    return pair // width, pair % width


def arc_open_with_hub(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Carry nothing on a lane out of a locked hub that is never opened, and less the later it opens.

    .. math:: \sum_t flow_{a,t} \le \sum_t F_{a,t} \sum_{i \in opens(h)} in\_effect_{i,t}

    Index: arc that leaves a locked hub with a capacity and is unlocked by what opens the hub and nothing
    else. Unit: product unit a year. F: the arc's own bound. `hub_capacity_opened` alone closes the hub;
    this one cuts off fractions. One row for all periods gives nearly the bound of one a period and a
    relaxation solved in half the time (generated network of 100,000 variables: 0.02 % of bound lost,
    31,000 rows for 88,000).
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: disaggregated linking constraint (Krarup and Pruzan 1983), summed over time.
    """
    scenario = instance.scenario
    periods, flow, unlocks = len(scenario.periods), instance.bounds.flow, scenario.unlocks
    bound = np.flatnonzero(opened_with_hub(scenario) & flow.any(axis=1))
    opens = np.flatnonzero((unlocks.family == "arc") & np.isin(unlocks.element, bound))
    arc = unlocks.element[opens]
    row = np.repeat(np.searchsorted(bound, arc), periods)
    return rows(len(bound)).at_most(
        0.0,
        [
            +term(
                model.flow,
                row=np.repeat(np.arange(len(bound)), periods),
                column=every_period(bound, periods),
            ),
            *presence(model, scenario, row, unlocks.intervention[opens], -flow[arc].ravel()),
        ],
    )


def opened_with_hub(scenario: Scenario) -> Flags:
    """Return whether an arc is locked by a hub with a capacity alone, (A,).

    Such an arc needs no link of its own in each period: the hub's opened capacity closes it.
    """
    hubs, unlocks = scenario.hubs, scenario.unlocks
    of_arc = unlocks.family == "arc"
    width = int(unlocks.intervention.max(initial=0)) + 1
    pairs = np.unique(unlocks.element[of_arc] * width + unlocks.intervention[of_arc])
    of_its_own = np.bincount(pairs // width, minlength=len(scenario.arcs.label))
    of_hub = np.bincount(hub_openers(hubs, unlocks)[0], minlength=len(hubs.label))
    capped = hubs.locked & np.isfinite(hubs.capacity).all(axis=1)
    hub, arc = hubs.leaving_hub, hubs.leaving_arc
    # What unlocks the arc is among what opens its hub: as many means the same.
    alike = capped[hub] & (of_its_own[arc] == of_hub[hub])
    found = np.zeros(len(scenario.arcs.label), dtype=bool)
    found[arc[alike]] = True
    return found


def _leaving(model: pyo.ConcreteModel, scenario: Scenario, bound: Integers) -> Term:
    periods, hubs = len(scenario.periods), scenario.hubs
    entry = np.isin(hubs.leaving_hub, bound)
    row = np.searchsorted(bound, hubs.leaving_hub[entry])
    return term(
        model.flow, row=every_period(row, periods), column=every_period(hubs.leaving_arc[entry], periods)
    )
