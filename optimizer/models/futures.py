"""Several futures at once: expected cost and risk. Only in plans that are made for more than one future."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayObjective, ArrayVar, rows, term
from scenarios.scenario import Floats

Costs = Sequence[Sequence[tuple[ArrayVar, Floats]]]  # of each future: what a unit of each column costs in it


def expected_and_risk(
    model: pyo.ConcreteModel, costs: Costs, constants: Floats, chance: Floats, weight: float, share: float
) -> ArrayObjective:
    r"""Minimise expected present cost, and how much the costly futures cost.

    .. math:: \min\ (1 - w) \sum_f p_f\,C_f
        + w \left(threshold + \tfrac{1}{1 - \alpha} \sum_f p_f\,excess_f\right)

    Unit: currency, present value. f: futures; p: their chances; :math:`C_f = \sum_x c_{f,x}\,x` with x
    shared where it is decided now and of the future's own elsewhere; w: ``futures.risk_weight``;
    :math:`\alpha`: ``futures.risk_share``. At the optimum the bracket is the conditional value at risk.
    Source: two-stage programs with recourse (Birge and Louveaux 2011); conditional value at risk
    (Rockafellar and Uryasev 2000).
    """
    paid = 1.0 - weight
    terms = [(variable, chance[f] * paid * cost) for f, pairs in enumerate(costs) for variable, cost in pairs]
    if weight:
        terms += [(model.threshold, np.array([weight])), (model.excess, weight / (1.0 - share) * chance)]
    return ArrayObjective(terms, constant=paid * float(chance @ constants))


def beyond_threshold(model: pyo.ConcreteModel, costs: Costs, constants: Floats) -> ArrayConstraint:
    r"""Count what a future costs beyond the threshold of the costly ones.

    .. math:: \sum_x c_{f,x}\,x \le threshold + excess_f

    Index: future, only with a weight on risk. Unit: currency, present value. excess is not negative.
    Dual: the part of the risk that the future carries.
    Source: conditional value at risk (Rockafellar and Uryasev 2000).
    """
    terms = [
        term(
            variable,
            row=np.full(len(used), f),
            column=used,
            coefficient=cost[used],
        )
        for f, pairs in enumerate(costs)
        for variable, cost in pairs
        for used in [np.flatnonzero(cost)]
    ]
    futures = np.arange(len(costs))
    return rows(len(costs)).at_most(
        -np.asarray(constants, dtype=float),
        [
            *terms,
            -term(model.threshold, row=futures, column=np.zeros(len(costs), dtype=np.int64)),
            -term(model.excess, row=futures),
        ],
    )


def paid_elsewhere(
    model: pyo.ConcreteModel, costs: Sequence[tuple[ArrayVar, Floats]], constant: float
) -> ArrayConstraint:
    r"""Count in one sum what a future pays for all that is not decided now.

    .. math:: \sum_{x \notin now} c_{f,x}\,x = elsewhere_f

    Index: one row, only in progressive hedging. Unit: currency. It keeps short the objective that hedging
    changes.
    Dual: none of meaning.
    Source: own.
    """
    terms = [
        term(variable, row=np.zeros(len(used), dtype=np.int64), column=used, coefficient=cost[used])
        for variable, cost in costs
        for used in [np.flatnonzero(cost)]
    ]
    nothing = np.zeros(1, dtype=np.int64)
    return rows(1).equal(-constant, [*terms, -term(model.elsewhere, row=nothing, column=nothing)])


RULES = (expected_and_risk, beyond_threshold, paid_elsewhere)
