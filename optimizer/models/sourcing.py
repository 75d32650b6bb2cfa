"""Who supplies: shares, counts and offers that must be unlocked."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar, Term, rows, term
from optimizer.models.columns import every_period, repeated
from optimizer.models.instance import Instance
from optimizer.models.unlocking import opened_by
from scenarios.scenario import Floats, Integers, Scenario


def offer_unlocked(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Buy from a locked offer only while an intervention that unlocks it is active.

    .. math:: purchase_{o,t} \le P_{o,t} \sum_{i \in unlocks(o)} in\_effect_{i,t}

    Index: locked offer, period. Unit: product unit a year. P: the offer's own bound.
    Dual: value of unlocking one more unit, present value.
    Source: disaggregated linking constraint (Krarup and Pruzan 1983).
    """
    scenario = instance.scenario
    return opened_by(
        model, scenario, model.purchase, "offer", scenario.offers.locked, instance.bounds.purchase
    )


def least_share(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Buy at least a share of a product from some of its suppliers.

    .. math:: \sum_{o \in members} purchase_{o,t} \ge share \sum_{o \in product} purchase_{o,t}

    Index: sourcing rule with a minimum share, period. Unit: product unit a year.
    Dual: cost of one more unit bought there, present value.
    Source: own; purchase shares and supplier counts as planners state them.
    """
    scenario = instance.scenario
    bound = np.flatnonzero(~np.isnan(scenario.sourcing_rules.minimum_share))
    terms = _share_terms(model, scenario, bound, scenario.sourcing_rules.minimum_share)
    return rows(len(bound) * len(scenario.periods)).at_least(0.0, terms)


def largest_share(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Buy at most a share of a product from some of its suppliers.

    .. math:: \sum_{o \in members} purchase_{o,t} \le share \sum_{o \in product} purchase_{o,t}

    Index: sourcing rule with a maximum share, period. Unit: product unit a year.
    Dual: saving from one more unit allowed there, present value.
    Source: own; purchase shares and supplier counts as planners state them.
    """
    scenario = instance.scenario
    bound = np.flatnonzero(~np.isnan(scenario.sourcing_rules.maximum_share))
    terms = _share_terms(model, scenario, bound, scenario.sourcing_rules.maximum_share)
    return rows(len(bound) * len(scenario.periods)).at_most(0.0, terms)


def _share_terms(model: pyo.ConcreteModel, scenario: Scenario, bound: Integers, share: Floats) -> list[Term]:
    periods, rules = len(scenario.periods), scenario.sourcing_rules
    terms = []
    for row, rule in enumerate(bound.tolist()):
        for offers, coefficient in ((rules.members[rule], 1.0), (rules.among[rule], -float(share[rule]))):
            where = every_period(np.full(len(offers), row), periods)
            terms.append(
                term(model.purchase, row=where, column=every_period(offers, periods), coefficient=coefficient)
            )
    return terms


def counted_rules(scenario: Scenario) -> Integers:
    """Return the sourcing rules that count suppliers."""
    rules = scenario.sourcing_rules
    return np.flatnonzero(~np.isnan(rules.minimum_count) | ~np.isnan(rules.maximum_count))


def counted_offers(scenario: Scenario) -> Integers:
    """Return the offers that such rules count, sorted."""
    members = [scenario.sourcing_rules.members[rule] for rule in counted_rules(scenario)]
    return np.unique(np.concatenate(members)) if members else np.array([], dtype=np.int64)


def add_use_offer(model: pyo.ConcreteModel, scenario: Scenario) -> None:
    """Declare ``use_offer`` (counted offer, period): 1 while the offer is bought from."""
    model.use_offer = ArrayVar(len(counted_offers(scenario)) * len(scenario.periods), binary=True)


def bought_only_if_used(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Count an offer as soon as anything is bought from it.

    .. math:: purchase_{o,t} \le P_{o,t}\,use\_offer_{o,t}

    Index: counted offer, period. Unit: product unit a year. P: the offer's own bound.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; purchase shares and supplier counts as planners state them.
    """
    scenario = instance.scenario
    periods, counted = len(scenario.periods), counted_offers(scenario)
    row = np.arange(len(counted) * periods)
    return rows(len(row)).at_most(
        0.0,
        [
            +term(model.purchase, row=row, column=every_period(counted, periods)),
            -term(model.use_offer, row=row, coefficient=instance.bounds.purchase[counted].ravel()),
        ],
    )


def used_only_if_bought(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Count an offer as used only if a real quantity is bought, so that a minimum count means suppliers.

    .. math:: purchase_{o,t} \ge 0.001\,P_{o,t}\,use\_offer_{o,t}

    Index: counted offer, period. Unit: product unit a year. A thousandth of the offer's bound counts.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; the threshold is a convention.
    """
    scenario = instance.scenario
    periods, counted = len(scenario.periods), counted_offers(scenario)
    row = np.arange(len(counted) * periods)
    return rows(len(row)).at_least(
        0.0,
        [
            +term(model.purchase, row=row, column=every_period(counted, periods)),
            -term(model.use_offer, row=row, coefficient=1e-3 * instance.bounds.purchase[counted].ravel()),
        ],
    )


def supplier_count(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Keep the number of offers bought from between a rule's instance.bounds.

    .. math:: minimum \le \sum_{o \in members} use\_offer_{o,t} \le maximum

    Index: sourcing rule with a count, period. Unit: offers.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; purchase shares and supplier counts as planners state them.
    """
    scenario = instance.scenario
    periods, rules = len(scenario.periods), scenario.sourcing_rules
    bound, counted = counted_rules(scenario), counted_offers(scenario)
    terms = [
        term(
            model.use_offer,
            row=every_period(np.full(len(rules.members[rule]), row), periods),
            column=every_period(np.searchsorted(counted, rules.members[rule]), periods),
        )
        for row, rule in enumerate(bound.tolist())
    ]
    low = np.nan_to_num(rules.minimum_count[bound], nan=0.0)
    high = np.nan_to_num(rules.maximum_count[bound], nan=np.inf)
    return rows(len(bound) * periods).between(repeated(low, periods), repeated(high, periods), terms)
