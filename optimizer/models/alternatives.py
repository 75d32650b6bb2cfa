"""Rules by which plans are told apart by what they decide; asked for by `optimizer/alternatives.py` alone."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayObjective, rows
from optimizer.models.instance import Instance
from optimizer.models.modules import choice
from scenarios.scenario import Floats


def farthest_from_found(model: pyo.ConcreteModel, instance: Instance, found: Floats) -> ArrayObjective:
    r"""Decide as differently from all plans found so far as can be.

    .. math:: \max \sum_j \sum_i |z_i - z_{i,j}| = \max \sum_j \Big(\sum_{i \notin j} z_i +
        \sum_{i \in j} (1 - z_i)\Big)

    Unit: decisions. z: 1 where an intervention is ever decided; j: a plan found, of which :math:`z_{i,j}` is
    known; `found` (J, I). Sum of the Hamming distances, minimised with its sign turned.
    Source: hop, skip and jump (Brill 1979, Management Science 25:413-422; DeCarolis 2011, Energy Economics
    33:145-152), which minimises what earlier plans used, and here also counts what they left out.
    """
    most_without = (1 - 2 * found).sum(axis=0)  # plans without it less plans with it
    taken = np.arange(found.shape[1])
    weights = []
    for entries in choice(model, instance.scenario, np.zeros(len(taken)), taken, -most_without):
        cost = np.zeros(entries.variable.n)
        cost[entries.column] = entries.coefficient
        weights.append((entries.variable, cost))
    return ArrayObjective([pair for pair in weights if pair[0].n], constant=-float(found.sum()))


def unlike_found(model: pyo.ConcreteModel, instance: Instance, found: Floats) -> ArrayConstraint:
    r"""Decide otherwise than each plan found so far in one intervention at least.

    .. math:: \sum_{i \notin j} z_i - \sum_{i \in j} z_i \ge 1 - |j|

    Index: plan found. Unit: decisions. z: 1 where an intervention is ever decided.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: canonical cut (Balas and Jeroslow 1972, SIAM Journal on Applied Mathematics 23:61-69).
    """
    plan, taken = np.indices(found.shape).reshape(2, -1)
    sign = (1 - 2 * found).ravel()
    return rows(len(found)).at_least(
        1 - found.sum(axis=1), choice(model, instance.scenario, plan, taken, sign)
    )


def chosen_as_told(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Decide an intervention or leave it, as told.

    .. math:: \underline{z}_i \le z_i \le \overline{z}_i

    Index: intervention. Unit: 0 or 1, whether it is ever decided; the bounds are free until they are set.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; for plans with and without a decision.
    """
    n = len(instance.scenario.interventions.label)
    every = np.arange(n)
    return rows(n).between(np.zeros(n), np.ones(n), choice(model, instance.scenario, every, every))
