"""Allowances of carbon markets: bought, sold and carried over."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar, Term, rows, term
from optimizer.models.instance import Instance
from scenarios.carbon_markets import market_terms
from scenarios.scenario import Floats


def add_allowances(model: pyo.ConcreteModel, instance: Instance, unit: float) -> None:
    """Declare ``allowance_bought``, ``allowance_sold`` and ``bank`` (market, period)."""
    markets, periods = instance.scenario.markets, len(instance.scenario.periods)
    n = len(markets.label) * periods
    sells = np.where(np.repeat(markets.sale_share, periods) > 0, np.inf, 0.0)
    model.allowance_bought = ArrayVar(n, unit=unit)
    model.allowance_sold = ArrayVar(n, upper=sells, unit=unit)
    model.bank = ArrayVar(n, upper=np.repeat(markets.bank_limit, periods), unit=unit)


def allowances_surrendered(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Surrender an allowance for each t emitted in a market; what is left may be carried over or lapse.

    .. math:: bank_{m,t} \le bank_{m,t-1} + L_t \Big( bought_{m,t} - sold_{m,t}
        + \sum_x (a_{m,x,t} - e_{m,x,t})\,x_t \Big)

    Index: market, period. Unit: tCO2e. x: activities; e: the ledger's emission coefficients over the
    market's accounts and own sites; a: allowances given for free, a benchmark per unit of activity or a
    share of what is emitted; L: years of a period. The bank before the first period is given.
    Dual: value of one more allowance, present value; its price where allowances are bought.
    Source: own; account balance of an emissions trading system. No tax or system needs rules of its own: a
    tax is a market in which nothing is given, sold or carried over.
    """
    scenario = instance.scenario
    markets, periods, years = scenario.markets, len(scenario.periods), scenario.periods.years
    count = len(markets.label) * periods
    opening = np.zeros((len(markets.label), periods))
    opening[:, 0] = markets.opening_bank
    row = np.arange(count)
    later, length = row % periods > 0, np.tile(years.astype(float), len(markets.label))
    terms: list[Term] = [
        +term(model.bank, row=row),
        -term(model.bank, row=row[later], column=row[later] - 1),
        -term(model.allowance_bought, row=row, coefficient=length),
        +term(model.allowance_sold, row=row, coefficient=length),
    ]
    for m, each in enumerate(market_terms(scenario, instance.ledger)):
        for name, net in each.net.items():
            terms += _in_rows(model, name, net * years, m)
    return rows(count).at_most(opening.ravel(), terms)


def only_surplus_sold(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Sell no more allowances than activities are given beyond what they emit.

    .. math:: sold_{m,t} \le \sum_x \max(a_{m,x,t} - e_{m,x,t}, 0)\,x_t

    Index: market, period. Unit: tCO2e a year; a, e as in `allowances_surrendered`.
    Dual: value of one more allowance to sell, present value.
    Source: own; so that nothing is gained by buying early, to sell what is given when prices have risen.
    """
    scenario = instance.scenario
    count = len(scenario.markets.label) * len(scenario.periods)
    terms: list[Term] = [+term(model.allowance_sold, row=np.arange(count))]
    for m, each in enumerate(market_terms(scenario, instance.ledger)):
        for name, spare in each.to_spare.items():
            terms += _in_rows(model, name, -spare, m)
    return rows(count).at_most(0.0, terms)


def _in_rows(model: pyo.ConcreteModel, activity: str, per_unit: Floats, market: int) -> list[Term]:
    """Return the term of coefficients (n, T) of an activity in the rows of one market."""
    periods = per_unit.shape[1]
    element, period = np.nonzero(per_unit)
    return [
        term(
            getattr(model, activity),
            row=market * periods + period,
            column=element * periods + period,
            coefficient=per_unit[element, period],
        )
    ]
