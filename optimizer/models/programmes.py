"""Supplier programmes: how many seats of a stage are given in a year."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, Term, rows, term
from optimizer.models.instance import Instance


def seats_given(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Give no more seats of a programme's stage than there are in a year.

    .. math:: \sum_{i \in stage} \sum_{t \in year} adopt_{i,t} \le seats

    Index: stage with a limit, period; of months, calendar year. Unit: seats. A period of several years
    has the seats of all of them. That a stage needs the one before it is `prerequisite_active`.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; what a programme can train, audit or coach in a year.
    """
    limits, periods = instance.scenario.programmes.seats, len(instance.scenario.periods)
    terms: list[Term] = []
    for k, (members, when) in enumerate(zip(limits.members, limits.periods, strict=True)):
        column = (members[:, None] * periods + when).ravel()
        terms.append(term(model.adopt, row=np.full(len(column), k), column=column))
    return rows(len(limits.label)).at_most(limits.most, terms)
