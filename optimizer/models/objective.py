"""What the plan minimises."""

from __future__ import annotations

import pyomo.environ as pyo

from optimizer.arrays import ArrayObjective
from optimizer.models.instance import Instance


def least_cost(model: pyo.ConcreteModel, instance: Instance) -> ArrayObjective:
    r"""Minimise the present value of everything the ledger books.

    .. math:: \min \sum_x \sum_t c_{x,t}\,x_t

    Unit: currency, present value in the base year. x: activities; c: the ledger's cost
    coefficients, already discounted (yearly flows mid-year, investments at the period's start,
    residual values at the end of the horizon).
    Source: net present value; coefficients of `scenarios/ledger.py`.
    """
    coefficients = instance.ledger.cost_coefficients()
    return ArrayObjective(
        [(getattr(model, activity), cost.ravel()) for activity, cost in coefficients.items()]
    )
