"""Money for interventions: what loans are being repaid, budgets, and how many are to be chosen."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar, Term, rows, term
from optimizer.models.instance import Instance
from optimizer.models.modules import choice, presence
from scenarios.scenario import Scenario


def add_indebted(model: pyo.ConcreteModel, scenario: Scenario) -> None:
    """Declare ``indebted`` (loan, period): modules whose loan is being repaid."""
    model.indebted = ArrayVar(len(scenario.loans.label) * len(scenario.periods))


def loan_repaid(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Repay each loan in equal instalments from the decision on, for as many years as agreed.

    .. math:: indebted_{b,t} = \sum_{d \le t} s_{b,d,t}\,adopt_{i(b),d}

    Index: loan, period. Unit: modules. s: share of the period's years in which a loan of period d is
    repaid; 1 but for the period in which the loan ends.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: annuity loan; the instalment is in `scenarios/investment.py`.
    """
    scenario = instance.scenario
    periods, loans = len(scenario.periods), scenario.loans
    loan, decided, paid = np.nonzero(loans.repaid)
    count = len(loans.label) * periods
    return rows(count).equal(
        0.0,
        [
            +term(model.indebted, row=np.arange(count)),
            -term(
                model.adopt,
                row=loan * periods + paid,
                column=loans.intervention[loan] * periods + decided,
                coefficient=loans.repaid[loan, decided, paid],
            ),
        ],
    )


def budget_kept(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Invest no more than each budget holds, net of subsidies, programme costs included.

    .. math:: \sum_{i \in budget} \sum_{t \in budget}
        ((1 - subsidy_i)\,capex_i + programme\_cost_i)\,adopt_{i,t} \le amount

    Index: budget, of one period or of the whole horizon. Unit: currency, undiscounted.
    Dual: value of one more currency unit to invest, present value.
    Source: own; capital rationing (Lorie and Savage 1955). What is borrowed counts as invested.
    """
    scenario = instance.scenario
    budgets, interventions, periods = scenario.budgets, scenario.interventions, len(scenario.periods)
    paid = interventions.capex * (1 - interventions.subsidy_share) + interventions.programme_cost
    terms: list[Term] = []
    for b, (members, when) in enumerate(zip(budgets.members, budgets.periods, strict=True)):
        column = (members[:, None] * periods + when).ravel()
        cost = np.repeat(paid[members], len(when))
        terms.append(term(model.adopt, row=np.full(len(column), b), column=column, coefficient=cost))
    return rows(len(budgets.label)).at_most(budgets.amount, terms)


def intervention_count(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Keep the number of interventions in effect by a year, or ever chosen, between bounds.

    .. math:: minimum \le \sum_{i \in rule} w_i\,in\_effect_{i,t} \le maximum \qquad
        minimum \le \sum_{i \in rule} w_i \sum_t adopt_{i,t} \le maximum

    Index: counting rule. Unit: interventions. The left form holds with a year, the right one without.
    An intervention of several modules counts once, by ``present`` and ``chosen``. w: 1, or in a rule
    that counts what is expected the chance that a supplier reaches the stage.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; targets as programmes state them ("at least 50 inventories by 2026").
    """
    scenario = instance.scenario
    periods, counts = len(scenario.periods), scenario.intervention_counts
    terms: list[Term] = []
    for k, (members, period) in enumerate(zip(counts.members, counts.period.tolist(), strict=True)):
        if period < 0:
            terms += choice(model, scenario, k, members, counts.weight[k])
        else:
            then = np.outer(counts.weight[k], np.arange(periods) == period).ravel()
            terms += presence(model, scenario, k, members, then)
    low = np.nan_to_num(counts.minimum, nan=-np.inf)
    high = np.nan_to_num(counts.maximum, nan=np.inf)
    return rows(len(counts.label)).between(low, high, terms)
