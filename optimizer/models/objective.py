"""What the plan minimises."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayObjective, Term, rows, term
from optimizer.models.carbon import cap_respected
from optimizer.models.instance import Instance
from optimizer.objective_settings import EmissionMeasure
from scenarios.caps import main_accounts
from scenarios.scenario import Floats, Scenario


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


def measure_weight(scenario: Scenario, measure: EmissionMeasure) -> Floats:
    """Return what one t a year of each period counts in the measure, (T,)."""
    if measure is EmissionMeasure.CUMULATIVE:
        return scenario.periods.years.astype(float)
    return np.eye(len(scenario.periods))[-1]


def emissions_per_unit(instance: Instance, measure: EmissionMeasure) -> dict[str, Floats]:
    """Return what one unit of each activity adds to the measured emissions, (n, T)."""
    scenario = instance.scenario
    weight = measure_weight(scenario, measure)
    coefficients = instance.ledger.emission_coefficients(main_accounts(scenario))
    return {activity: per_unit * weight for activity, per_unit in coefficients.items()}


def least_emissions(
    model: pyo.ConcreteModel, instance: Instance, measure: EmissionMeasure = EmissionMeasure.CUMULATIVE
) -> ArrayObjective:
    r"""Minimise emissions over the horizon, or of the last year.

    .. math:: \min \sum_x \sum_t w_t\,e_{x,t}\,x_t

    Unit: tCO2e. e: the ledger's emission coefficients over the accounts of the pathway's total; w: years of
    the period (cumulative), or 1 in the last period and 0 before (last year). Followed by a solve for
    least cost among the plans that emit no more, so that nothing is spent in vain.
    Source: own; setting ``objective.kind=least_emissions``.
    """
    coefficients = emissions_per_unit(instance, measure)
    return ArrayObjective(
        [(getattr(model, activity), per_unit.ravel()) for activity, per_unit in coefficients.items()]
    )


def weighted_cost(
    model: pyo.ConcreteModel,
    instance: Instance,
    measure: EmissionMeasure = EmissionMeasure.CUMULATIVE,
    carbon_weight: float = 0.0,
) -> ArrayObjective:
    r"""Minimise present cost plus a weight on emissions; the weight is a preference, not a payment.

    .. math:: \min \sum_x \sum_t (c_{x,t} + \lambda\,w_t\,e_{x,t})\,x_t

    Unit: currency. λ: ``objective.carbon_weight``, currency per t, not discounted; w, e as for least
    emissions. Nothing of it is booked to an account.
    Source: weighted-sum method (Zadeh 1963); finds convex parts of the frontier only.
    """
    cost = instance.ledger.cost_coefficients()
    carbon = emissions_per_unit(instance, measure)
    pairs = [(getattr(model, activity), per_unit.ravel()) for activity, per_unit in cost.items()]
    pairs += [
        (getattr(model, activity), carbon_weight * per_unit.ravel()) for activity, per_unit in carbon.items()
    ]
    return ArrayObjective(pairs)


def emissions_priced(instance: Instance, weight: Floats) -> dict[str, Floats]:
    """Return t of the pathway's priced accounts per unit of each activity, (n, T), times a weight, (T,)."""
    accounts = tuple(instance.scenario.carbon.priced_accounts)
    coefficients = instance.ledger.emission_coefficients(accounts)
    return {activity: per_unit * weight for activity, per_unit in coefficients.items()}


def least_cost_at_price(model: pyo.ConcreteModel, instance: Instance, price: float = 0.0) -> ArrayObjective:
    r"""Minimise present cost and a carbon price on top, the same in all years.

    .. math:: \min \sum_x \sum_t (c_{x,t} + p\,\delta_t\,e_{x,t})\,x_t

    Unit: currency. p: currency per t, real; δ: present value of one currency unit a year; e: the ledger's
    emission coefficients over the priced accounts of the pathway; c as for least cost.
    Source: own; asked for break-even prices alone, see `optimizer/break_even.py`.
    """
    cost = instance.ledger.cost_coefficients()
    carbon = emissions_priced(instance, instance.scenario.periods.discount_yearly)
    pairs = [(getattr(model, activity), per_unit.ravel()) for activity, per_unit in cost.items()]
    pairs += [(getattr(model, activity), price * per_unit.ravel()) for activity, per_unit in carbon.items()]
    return ArrayObjective(pairs)


def least_cost_with_caps_priced(
    model: pyo.ConcreteModel, instance: Instance, prices: Floats | None = None
) -> ArrayObjective:
    r"""Minimise present cost and a price on what each cap counts, in place of its limit.

    .. math:: \min \sum_x \sum_t c_{x,t}\,x_t + \sum_c \sum_t \lambda_{c,t}\,capped_{c,t}(x)

    Unit: currency. λ: present currency per unit of the cap's row, (C, T), its dual in the plan; capped: the
    left side of `cap_respected`; c as for least cost. Nothing of it is booked to an account.
    Source: Lagrange multipliers in place of limits (Everett 1963, Operations Research 11:399-417); asked for
    levers alone, see `optimizer/abatement.py`.
    """
    pairs = [
        (getattr(model, activity), cost.ravel())
        for activity, cost in instance.ledger.cost_coefficients().items()
    ]
    counted = cap_respected(model, instance)
    if prices is not None and counted.n:
        weights = np.asarray(prices, dtype=float).ravel() @ counted.matrix
        pairs += [
            (variable, weights[start : start + variable.n])
            for variable, start in zip(counted.variables, counted.offsets, strict=False)
        ]
    return ArrayObjective(pairs)


OBJECTIVES = (least_cost, least_emissions, weighted_cost, least_cost_at_price, least_cost_with_caps_priced)


def emissions_within_target(
    model: pyo.ConcreteModel,
    instance: Instance,
    measure: EmissionMeasure = EmissionMeasure.CUMULATIVE,
    target: float = np.inf,
) -> ArrayConstraint:
    r"""Emit no more than a target over the horizon, or in the last year.

    .. math:: \sum_x \sum_t w_t\,e_{x,t}\,x_t \le target

    Index: one row, only where an objective or a frontier asks for it. Unit: tCO2e; w, e as for least
    emissions.
    Dual: present cost of one more t cut; on a frontier, the price of the next tonne.
    Source: epsilon-constraint method (Haimes, Lasdon and Wismer 1971).
    """
    return _one_row(model, emissions_per_unit(instance, measure), target)


def cost_within_budget(
    model: pyo.ConcreteModel, instance: Instance, budget: float = np.inf
) -> ArrayConstraint:
    r"""Cost no more than a budget.

    .. math:: \sum_x \sum_t c_{x,t}\,x_t \le budget

    Index: one row, only where an objective asks for it. Unit: currency, present value.
    Dual: t saved by one more currency unit.
    Source: epsilon-constraint method (Haimes, Lasdon and Wismer 1971).
    """
    return _one_row(model, instance.ledger.cost_coefficients(), budget)


GOALS = (emissions_within_target, cost_within_budget)


def _one_row(model: pyo.ConcreteModel, per_unit: dict[str, Floats], most: float) -> ArrayConstraint:
    terms: list[Term] = []
    for activity, values in per_unit.items():
        column = np.flatnonzero(values.ravel())
        terms.append(
            term(
                getattr(model, activity),
                row=np.zeros(len(column), dtype=np.int64),
                column=column,
                coefficient=values.ravel()[column],
            )
        )
    return rows(1).at_most(most, terms)
