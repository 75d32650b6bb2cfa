"""Discrete choices: when they may be taken, what they need, what they exclude, what they improve."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, RowBuilder, Term, rows, term
from optimizer.models.columns import active_after, every_period, repeated
from optimizer.models.instance import Instance
from optimizer.models.modules import choice, presence
from optimizer.models.variables import cover_bounds
from scenarios.scenario import Integers, Scenario


def effect_follows_adoption(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Put an intervention in effect from its lead time after the decision to the end of its life.

    .. math:: in\_effect_{i,t} =
        \sum_{d:\ start_d + lead_i \le start_t < start_d + lead_i + life_i} adopt_{i,d}

    Index: intervention, period. Unit: modules; 0 or 1 unless modular.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; decision by period with lead time and life.
    """
    scenario = instance.scenario
    periods = len(scenario.periods)
    intervention, decided, effective = np.nonzero(active_after(scenario))
    count = len(scenario.interventions.label) * periods
    return rows(count).equal(
        0.0,
        [
            +term(model.in_effect, row=np.arange(count)),
            -term(
                model.adopt, row=intervention * periods + effective, column=intervention * periods + decided
            ),
        ],
    )


def adopted_once(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Decide an intervention at most once, or no more modules of it than may be built.

    .. math:: \sum_t adopt_{i,t} \le M_i

    Index: intervention. Unit: modules. M: the most that may be built, 1 unless modular.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; decision by period with lead time and life.
    """
    scenario = instance.scenario
    periods, count = len(scenario.periods), len(scenario.interventions.label)
    most = scenario.interventions.maximum_modules
    return rows(count).at_most(most, [term(model.adopt, row=np.repeat(np.arange(count), periods))])


def prerequisite_active(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Decide an intervention only while each of its prerequisites is in effect.

    .. math:: adopt_{i,t} \le M_i\,in\_effect_{j,t}

    Index: pair of intervention i and prerequisite j, period. Unit: modules. M: the most that may be
    built, 1 unless modular; for a modular prerequisite, ``present`` stands for its ``in_effect``.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; precedence between decisions.
    """
    scenario = instance.scenario
    periods = len(scenario.periods)
    pairs = [(i, j) for i, needed in enumerate(scenario.interventions.requires) for j in needed.tolist()]
    later = np.array([i for i, _ in pairs], dtype=np.int64)
    earlier = np.array([j for _, j in pairs], dtype=np.int64)
    row, most = np.arange(len(pairs) * periods), scenario.interventions.maximum_modules
    return rows(len(row)).at_most(
        0.0,
        [
            +term(model.adopt, row=row, column=every_period(later, periods)),
            *presence(model, scenario, row, earlier, -repeated(most[later], periods)),
        ],
    )


def exclusive_choice(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Choose at most one of rival interventions.

    .. math:: \sum_{i \in group} \sum_t adopt_{i,t} \le 1

    Index: exclusive group. Unit: interventions; a modular one counts once, by ``chosen``.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; clique constraint.
    """
    scenario = instance.scenario
    groups, member = _exclusive_groups(scenario)
    rivals = np.flatnonzero(member >= 0)
    return rows(groups).at_most(1.0, choice(model, scenario, member[rivals], rivals))


def _exclusive_groups(scenario: Scenario) -> tuple[int, Integers]:
    labels = scenario.interventions.exclusive_group
    groups = sorted({label for label in labels if label})
    position = {label: g for g, label in enumerate(groups)}
    return len(groups), np.array([position.get(label, -1) for label in labels], dtype=np.int64)


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
    r"""Improve no more of all that a line does than its capacity while the intervention is in effect.

    .. math:: \sum_{c \in line} u_c\,covered_{c,t} \le C_{l,t}\,in\_effect_{i,t}

    Index: intervention and line with several covers, period. Unit: unit of activity a year. u: capacity used
    per unit of activity; C: the most capacity the line can have. It excludes no plan: it keeps a relaxation
    from improving six products of a full line with a sixth of an intervention.
    Dual: value of having more of the intervention in effect, present value.
    Source: own; sum of the links under their common capacity.
    """
    scenario = instance.scenario
    periods, covers, operations = len(scenario.periods), scenario.covers, scenario.operations
    members = covers.of("operation")
    line, use = operations.line[covers.element[members]], operations.use[covers.element[members]]
    capacity = instance.bounds.capacity
    counts = (use > 0) & np.isfinite(capacity[line]).all(axis=1)
    members, line, use = members[counts], line[counts], use[counts]
    pair, number, together = np.unique(
        np.column_stack([covers.intervention[members], line]).reshape(-1, 2),
        axis=0,
        return_inverse=True,
        return_counts=True,
    )
    several = np.flatnonzero(together > 1)
    position = np.full(len(pair), -1)
    position[several] = np.arange(len(several))
    row = position[number.ravel()]
    inside = np.flatnonzero(row >= 0)
    pair = pair[several]
    return rows(len(pair) * periods).at_most(
        0.0,
        [
            +term(
                model.covered,
                row=every_period(row[inside], periods),
                column=every_period(members[inside], periods),
                coefficient=repeated(use[inside], periods),
            ),
            *presence(
                model, scenario, np.arange(len(pair) * periods), pair[:, 0], -capacity[pair[:, 1]].ravel()
            ),
        ],
    )


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
