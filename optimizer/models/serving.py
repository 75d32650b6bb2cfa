"""Customers served by one lane only."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray

from optimizer.arrays import ArrayConstraint, ArrayVar, rows, term
from optimizer.models.columns import every_period
from optimizer.models.instance import Instance
from scenarios.scenario import Floats, Integers, Scenario

WHOLE = 1 - 1e-9  # an arc carries the whole demand if its bound is this share of it


def single_demands(scenario: Scenario) -> Integers:
    """Return the demands that one lane must serve."""
    return np.flatnonzero(scenario.demands.single_source)


def serving_arcs(scenario: Scenario) -> tuple[Integers, Integers]:
    """Return the arcs that may serve such demands, and which of :func:`single_demands` each leads to."""
    node = scenario.demands.node[single_demands(scenario)]
    arcs = np.flatnonzero(np.isin(scenario.arcs.head, node))
    order = np.argsort(node)
    return arcs, order[np.searchsorted(node[order], scenario.arcs.head[arcs])]


def add_serve(model: pyo.ConcreteModel, scenario: Scenario) -> None:
    """Declare ``serve`` (serving arc, period): 1 for the lane that serves the demand."""
    arcs, _ = serving_arcs(scenario)
    model.serve = ArrayVar(len(arcs) * len(scenario.periods), binary=True)


def one_lane_serves(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Serve the demand by one lane in a period.

    .. math:: \sum_{a \to d} serve_{a,t} \le 1, \quad = 1\ where\ the\ demand\ must\ be\ met

    Index: single-sourced demand, period. Unit: lanes.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: single-source capacitated facility location (Holmberg, Ronnqvist and Yuan 1999).
    """
    scenario = instance.scenario
    periods, singles = len(scenario.periods), single_demands(scenario)
    _, demand = serving_arcs(scenario)
    must = met_by_arcs_alone(model, scenario)
    return rows(len(singles) * periods).between(
        must.ravel().astype(float), 1.0, [term(model.serve, row=every_period(demand, periods))]
    )


def moved_only_if_serving(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Move goods to the demand on the lane that serves it only: all of a demand that must be met.

    .. math:: flow_{a,t} \le F_{a,t}\,serve_{a,t}, \quad
        flow_{a,t} = demand_{d,t}\,serve_{a,t}\ where\ the\ demand\ must\ be\ met

    Index: arc to a single-sourced demand, period. Unit: product unit a year. F: the arc's own bound.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: single-source capacitated facility location (Holmberg, Ronnqvist and Yuan 1999).
    """
    scenario = instance.scenario
    periods, singles = len(scenario.periods), single_demands(scenario)
    arcs, demand = serving_arcs(scenario)
    whole: NDArray[np.bool_] = met_by_arcs_alone(model, scenario)[demand]
    largest: Floats = instance.bounds.flow[arcs]
    quantity = scenario.demands.quantity[singles][demand]
    carried = np.where(whole, np.where(largest >= WHOLE * quantity, quantity, 0.0), largest)
    row = np.arange(len(arcs) * periods)
    return rows(len(row)).between(
        np.where(whole, 0.0, -np.inf).ravel(),
        0.0,
        [
            +term(model.flow, row=row, column=every_period(arcs, periods)),
            -term(model.serve, row=row, coefficient=carried.ravel()),
        ],
    )


def met_by_arcs_alone(model: pyo.ConcreteModel, scenario: Scenario) -> NDArray[np.bool_]:
    """Return whether arcs alone must bring the whole demand, (single-sourced demand, period).

    Read off the balance of its node: nothing else stands there, and no shortage is allowed.
    """
    demands, balance, singles = scenario.demands, model.node_balance, single_demands(scenario)
    if not len(singles):
        return np.zeros((0, len(scenario.periods)), dtype=bool)
    matrix = balance.matrix
    block = {id(variable): i for i, variable in enumerate(balance.variables)}
    family = np.searchsorted(balance.offsets, matrix.indices, side="right") - 1
    arrives = (family == block[id(model.flow)]) & (matrix.data == 1)
    other = ~arrives & (family != block[id(model.unmet)])
    row = np.repeat(np.arange(balance.n), np.diff(matrix.indptr))
    plain = np.bincount(row[other], minlength=balance.n).reshape(-1, len(scenario.periods)) == 0
    must = ~np.isfinite(demands.shortage_cost) & (demands.quantity > 0)
    alone: NDArray[np.bool_] = plain[demands.node[singles]] & must[singles]
    return alone
