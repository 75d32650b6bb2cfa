"""Discrete choices: when they may be taken, what they need, what they exclude."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, rows, term
from optimizer.models.columns import active_after, every_period, repeated
from optimizer.models.instance import Instance
from optimizer.models.modules import choice, presence
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
