"""What interventions improve: shares of activities, reported truly whether wanted or not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyomo.environ as pyo
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from optimizer.arrays import ArrayConstraint, RowBuilder, Term, rows, term
from optimizer.models.columns import every_period, repeated
from optimizer.models.instance import Instance
from optimizer.models.modules import presence
from optimizer.models.variables import cover_bounds
from scenarios.scenario import Floats, Integers, Scenario


def covered_within_activity(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Improve no more than the activity there is.

    .. math:: covered_{c,t} \le activity_{c,t}

    Index: cover (intervention, activity), period. Unit: unit of activity a year.
    Dual: value of one more unit of activity to improve, present value.
    Source: exact linearisation of activity times a 0/1 decision (McCormick 1976).
    """
    scenario = instance.scenario
    return _covered_rows(scenario).at_most(0.0, _covered_minus_activity(model, scenario))


def covered_only_if_active(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Improve nothing before the intervention is in effect.

    .. math:: covered_{c,t} \le X_{c,t}\,in\_effect_{i,t}

    Index: cover, period. Unit: unit of activity a year. X: the activity's own bound.
    Dual: value of having more of the intervention in effect, present value.
    Source: exact linearisation of activity times a 0/1 decision (McCormick 1976).
    """
    scenario = instance.scenario
    periods, covers = len(scenario.periods), scenario.covers
    row = np.arange(len(covers.label) * periods)
    return _covered_rows(scenario).at_most(
        0.0,
        [
            +term(model.covered, row=row),
            *presence(model, scenario, row, covers.intervention, -cover_bounds(instance).ravel()),
        ],
    )


def covered_within_capacity(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Improve no more of all that lines do together than their capacity while the intervention is in effect.

    .. math:: \sum_{c \in lines} u_c\,covered_{c,t} \le C_{lines,t}\,in\_effect_{i,t}

    Index: intervention and line, or lines of which one grows when another goes, with several covers; period.
    Unit: unit of activity a year. u: capacity used per unit of activity; C: the most capacity they can have
    together. It excludes no plan: it keeps a relaxation from improving six products of a full line with a
    sixth of an intervention.
    Dual: value of having more of the intervention in effect, present value.
    Source: own; sum of the links under their common capacity.
    """
    scenario = instance.scenario
    periods, covers, operations = len(scenario.periods), scenario.covers, scenario.operations
    members = covers.of("operation")
    line, use = operations.line[covers.element[members]], operations.use[covers.element[members]]
    who = covers.intervention[members]
    cover: list[Integers] = []
    row: list[Integers] = []
    intervention: list[int] = []
    most: list[Floats] = []
    for lines, capacity in _lines_together(scenario, instance.bounds.capacity):
        inside = np.isin(line, lines) & (use > 0)
        for one in np.unique(who[inside]).tolist() if np.isfinite(capacity).all() else ():
            mine = np.flatnonzero(inside & (who == one))
            if len(mine) > 1:
                cover.append(mine)
                row.append(np.full(len(mine), len(intervention)))
                intervention.append(one)
                most.append(capacity)
    mine = np.concatenate([np.zeros(0, dtype=np.int64), *cover])
    return rows(len(intervention) * periods).at_most(
        0.0,
        [
            +term(
                model.covered,
                row=every_period(np.concatenate([np.zeros(0, dtype=np.int64), *row]), periods),
                column=every_period(members[mine], periods),
                coefficient=repeated(use[mine], periods),
            ),
            *presence(
                model,
                scenario,
                np.arange(len(intervention) * periods),
                intervention,
                -np.concatenate([np.zeros(0), *most]),
            ),
        ],
    )


def _lines_together(scenario: Scenario, capacity: Floats) -> Iterator[tuple[Integers, Floats]]:
    """Yield each line and the most capacity it can have, (T,), and so lines that rise and fall together.

    Together are lines of which an intervention adds to one and takes from another, as a new furnace does;
    only one of an exclusive group counts.
    """
    for line, most in enumerate(capacity):
        yield np.array([line]), most
    changes, interventions = scenario.capacity_changes, scenario.interventions
    shape = (len(interventions.label), len(capacity))
    change = np.zeros(shape)
    np.add.at(change, (changes.intervention, changes.line), changes.amount)
    change[~interventions.allowed] = 0.0
    swaps = change[(change > 0).any(axis=1) & (change < 0).any(axis=1)]
    joined = csr_array(abs(swaps).T @ abs(swaps)) if len(swaps) else csr_array((len(capacity), len(capacity)))
    count, part = connected_components(joined, directed=False)
    for number in np.flatnonzero(np.bincount(part, minlength=count) > 1):
        lines = np.flatnonzero(part == number)
        gain = np.maximum(change[:, lines].sum(axis=1) * interventions.maximum_modules, 0.0)
        groups = interventions.exclusive_group
        alone = gain[groups == ""].sum()
        rivals = sum(gain[groups == name].max() for name in set(groups[groups != ""]))
        yield lines, scenario.lines.capacity[lines].sum(axis=0) + alone + rivals


def covered_when_active(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Improve all of the activity while the intervention is in effect, wanted or not.

    .. math:: covered_{c,t} \ge activity_{c,t} - X_{c,t}\,(1 - in\_effect_{i,t})

    Index: cover, period. Unit: unit of activity a year. X: the activity's own bound. Without this
    side a saving would go unreported when no cap asks for it, and an added cost could be dodged.
    Dual: cost of being made to improve one more unit, present value.
    Source: exact linearisation of activity times a 0/1 decision (McCormick 1976).
    """
    scenario = instance.scenario
    periods, covers = len(scenario.periods), scenario.covers
    largest = cover_bounds(instance).ravel()
    row = np.arange(len(covers.label) * periods)
    return _covered_rows(scenario).at_least(
        -largest,
        [
            *_covered_minus_activity(model, scenario),
            *presence(model, scenario, row, covers.intervention, -largest),
        ],
    )


def _covered_rows(scenario: Scenario) -> RowBuilder:
    return rows(len(scenario.covers.label) * len(scenario.periods))


def _covered_minus_activity(model: pyo.ConcreteModel, scenario: Scenario) -> list[Term]:
    periods, covers = len(scenario.periods), scenario.covers
    terms = [+term(model.covered, row=np.arange(len(covers.label) * periods))]
    for family, activity in (("operation", model.run), ("arc", model.flow), ("offer", model.purchase)):
        members = covers.of(family)
        terms.append(
            -term(
                activity,
                row=every_period(members, periods),
                column=every_period(covers.element[members], periods),
            )
        )
    return terms
