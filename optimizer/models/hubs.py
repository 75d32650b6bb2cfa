"""Hubs: what may pass through, and only where they are open."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, Term, rows, term
from optimizer.models.columns import every_period
from optimizer.models.instance import Instance
from optimizer.models.modules import presence
from scenarios.scenario import Integers, Scenario


def hub_capacity(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Let no more leave a hub than it can handle.

    .. math:: \sum_{a\ leaving\ h} flow_{a,t} \le capacity_{h,t}

    Index: hub row with a capacity, period. Unit: product unit a year. Lanes that leave a locked hub
    are locked themselves: `arc_unlocked` opens them, one by one, with the hub.
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
    periods, hubs, unlocks = len(scenario.periods), scenario.hubs, scenario.unlocks
    bound = np.flatnonzero(hubs.locked & np.isfinite(hubs.capacity).all(axis=1))
    opens = unlocks.family == "arc"
    pairs = sorted(
        {
            (int(h), int(i))
            for h, arc in zip(hubs.leaving_hub, hubs.leaving_arc, strict=True)
            if h in bound
            for i in unlocks.intervention[opens & (unlocks.element == arc)]
        }
    )
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    row = every_period(np.searchsorted(bound, table[:, 0]), periods)
    return rows(len(bound) * periods).at_most(
        0.0,
        [
            _leaving(model, scenario, bound),
            *presence(model, scenario, row, table[:, 1], -hubs.capacity[table[:, 0]].ravel()),
        ],
    )


def _leaving(model: pyo.ConcreteModel, scenario: Scenario, bound: Integers) -> Term:
    periods, hubs = len(scenario.periods), scenario.hubs
    entry = np.isin(hubs.leaving_hub, bound)
    row = np.searchsorted(bound, hubs.leaving_hub[entry])
    return term(
        model.flow, row=every_period(row, periods), column=every_period(hubs.leaving_arc[entry], periods)
    )
