"""Processes on lines: capacity in place, how it may be used, and which recipes may run."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, rows, term
from optimizer.models.columns import every_period, repeated
from optimizer.models.instance import Instance
from optimizer.models.unlocking import opened_by


def standing_capacity(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Follow what interventions add to a line and take from it.

    .. math:: standing_{l,t} - \sum_i change_{i,l}\,in\_effect_{i,t} = capacity_{l,t}

    Index: line, period. Unit: unit of activity a year.
    Dual: saving from one more unit of capacity in place, present value.
    Source: activity analysis (Koopmans 1951).
    """
    scenario = instance.scenario
    periods, changes = len(scenario.periods), scenario.capacity_changes
    return rows(scenario.lines.capacity.size).equal(
        scenario.lines.capacity.ravel(),
        [
            +term(model.standing, row=np.arange(scenario.lines.capacity.size)),
            -term(
                model.in_effect,
                row=every_period(changes.line, periods),
                column=every_period(changes.intervention, periods),
                coefficient=repeated(changes.amount, periods),
            ),
        ],
    )


def line_capacity(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Run no more than the capacity in place.

    .. math:: \sum_{r \in line} u_r\,run_{r,t} \le standing_{l,t}

    Index: line, period. Unit: unit of activity a year. u: capacity used per unit of activity.
    Dual: saving from one more unit of capacity, present value.
    Source: activity analysis (Koopmans 1951).
    """
    scenario = instance.scenario
    periods, operations = len(scenario.periods), scenario.operations
    lines = len(scenario.lines.label)
    return rows(lines * periods).at_most(
        0.0,
        [
            +term(
                model.run,
                row=every_period(operations.line, periods),
                coefficient=repeated(operations.use, periods),
            ),
            -term(model.standing, row=np.arange(lines * periods)),
        ],
    )


def minimum_use(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Keep a line running at no less than its minimum share of capacity.

    .. math:: \sum_{r \in line} u_r\,run_{r,t} \ge minimum_{l,t}\,standing_{l,t}

    Index: line with a minimum, period. Unit: unit of activity a year.
    Dual: cost of being made to run one more unit, present value.
    Source: own; minimum load as in unit commitment, on yearly totals.
    """
    scenario = instance.scenario
    periods, operations = len(scenario.periods), scenario.operations
    bound = np.flatnonzero((scenario.lines.minimum_use > 0).any(axis=1))
    inside = np.flatnonzero(np.isin(operations.line, bound))
    return rows(len(bound) * periods).at_least(
        0.0,
        [
            +term(
                model.run,
                row=every_period(np.searchsorted(bound, operations.line[inside]), periods),
                column=every_period(inside, periods),
                coefficient=repeated(operations.use[inside], periods),
            ),
            -term(
                model.standing,
                row=np.arange(len(bound) * periods),
                column=every_period(bound, periods),
                coefficient=scenario.lines.minimum_use[bound].ravel(),
            ),
        ],
    )


def recipe_share(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Hold a recipe to its largest share of a line's activity, e.g. a largest scrap share.

    .. math:: u_r\,run_{r,t} \le share_r \sum_{r' \in line} u_{r'}\,run_{r',t}

    Index: operation with a share below one, period. Unit: unit of activity a year.
    Dual: saving from letting one more unit run by this recipe, present value.
    Source: own; blending constraint on a line's activity.
    """
    scenario = instance.scenario
    periods, operations = len(scenario.periods), scenario.operations
    bound = np.flatnonzero(operations.maximum_share < 1)
    row, mate = np.nonzero(operations.line[bound][:, None] == operations.line[None, :])
    coefficient = -operations.maximum_share[bound[row]] * operations.use[mate]
    coefficient = coefficient + np.where(mate == bound[row], operations.use[mate], 0.0)
    return rows(len(bound) * periods).at_most(
        0.0,
        [
            term(
                model.run,
                row=every_period(row, periods),
                column=every_period(mate, periods),
                coefficient=repeated(coefficient, periods),
            )
        ],
    )


def operation_unlocked(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Run a locked process only while an intervention that unlocks it is active.

    .. math:: run_{r,t} \le R_{r,t} \sum_{i \in unlocks(r)} in\_effect_{i,t}

    Index: locked operation, period. Unit: unit of activity a year. R: the operation's own bound.
    Dual: value of unlocking one more unit, present value.
    Source: disaggregated linking constraint (Krarup and Pruzan 1983).
    """
    scenario = instance.scenario
    return opened_by(model, scenario, model.run, "operation", scenario.operations.locked, instance.bounds.run)
