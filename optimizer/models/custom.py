"""Custom rules: linear rules that the scenario's settings state over named decisions."""

from __future__ import annotations

import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint
from optimizer.models.instance import Instance
from optimizer.models.linear import linear_rows


def custom_rule_kept(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Keep the linear rules that the scenario states for itself.

    .. math:: \sum_k c_k \sum_{x \in picked(k)} w_t\,x_t \ \{\le, \ge, =\}\ limit_t

    Index: custom rule, period in which it has a limit (or one row over the horizon). Unit: as the rule
    states. c: coefficient of a term; w: 1, or over the horizon the years of a period for yearly quantities.
    Dual: saving from one more unit of limit, present value.
    Source: settings ``scenario.rules``.
    """
    return linear_rows(model, instance.scenario.custom_rules, instance.scenario)
