"""Pins: what the planner has fixed or bounded beforehand."""

from __future__ import annotations

import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint
from optimizer.models.instance import Instance
from optimizer.models.linear import linear_rows


def pin_kept(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Keep the decisions that the planner has pinned within their bounds.

    .. math:: minimum \le \sum_{x \in pinned} x_t \le maximum \qquad
        share^{min} \sum_{x \in whole} x_t \le \sum_{x \in pinned} x_t \le share^{max} \sum_{x \in whole} x_t

    Index: pin, period of its years (``adopt``: all its years together). Unit: of the decision.
    Dual: cost of one more unit that the pin asks for, or saving from one more that it allows, present value.
    Source: table ``pins``.
    """
    return linear_rows(model, instance.scenario.pins, instance.scenario)
