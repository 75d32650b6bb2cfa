"""Who supplies: shares, counts, minimum orders, and how far from a given plan."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar, Term, rows, term
from optimizer.models.columns import every_period, repeated
from optimizer.models.instance import Instance
from optimizer.models.purchases import in_block, measured, most_measured
from optimizer.models.scorecards import counted_terms, most_exceeded, most_missed, only_while_held
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
    r"""Buy at least a share from some of the suppliers.

    .. math:: \sum_{o \in members} m_{o,t} \ge share \sum_{o \in product} m_{o,t}

    Index: sourcing rule with a minimum share, period. Unit: product unit a year, or currency a year
    where the rule measures spend. m: purchase, or what is paid for it. Members: offers of a site,
    region, group, tag or data tier, or of suppliers whose scorecard has an indicator: ``counted`` where
    interventions decide on it, verified data at their chance. A quota that a grade brings holds while the
    supplier's score is between two thresholds; else what :math:`share \sum_{o \notin members} M_{o,t}` can
    miss is spared.
    Dual: cost of one more unit bought there, present value.
    Source: own; purchase shares and supplier counts as planners state them.
    """
    rules = instance.scenario.sourcing_rules
    bound, share = rules.with_least, rules.minimum_share
    terms = _share_terms(model, instance, bound, share)
    slack, spared = only_while_held(model, instance, bound, most_missed(instance, bound))
    lower = np.where(np.isnan(share[bound]), -np.inf, 0.0 - slack)
    return rows(lower.size).at_least(lower.ravel(), [*terms, *spared])


def largest_share(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Buy at most a share from some of the suppliers.

    .. math:: \sum_{o \in members} m_{o,t} \le share \sum_{o \in product} m_{o,t}

    Index: sourcing rule with a maximum share, period. Unit: product unit a year, or currency a year
    where the rule measures spend. m: purchase, or what is paid for it. Members: as for ``least_share``;
    a quota that does not hold spares :math:`(1 - share) \sum_{o \in members} M_{o,t}`.
    Dual: saving from one more unit allowed there, present value.
    Source: own; purchase shares and supplier counts as planners state them.
    """
    rules = instance.scenario.sourcing_rules
    bound, share = rules.with_largest, rules.maximum_share
    terms = _share_terms(model, instance, bound, share)
    slack, spared = only_while_held(model, instance, bound, most_exceeded(instance, bound))
    upper = np.where(np.isnan(share[bound]), np.inf, slack)
    return rows(upper.size).at_most(upper.ravel(), [*terms, *(-each for each in spared)])


def _share_terms(model: pyo.ConcreteModel, instance: Instance, bound: Integers, share: Floats) -> list[Term]:
    """Return the part that counts less `share` (R, T) of all, in blocks of T rows, one a rule of `bound`."""
    rules, terms = instance.scenario.sourcing_rules, []
    for row, rule in enumerate(bound.tolist()):
        by_spend = bool(rules.by_spend[rule])
        terms += measured(model, instance, rules.members[rule], by_spend, row, rules.counted[rule])
        terms += counted_terms(model, instance, rule, row)
        whole = np.nan_to_num(share[rule])
        terms += measured(model, instance, rules.among[rule], by_spend, row, -whole)
    return terms


def counted_rules(scenario: Scenario) -> Integers:
    """Return the sourcing rules that count suppliers."""
    rules = scenario.sourcing_rules
    counts = ~np.isnan(rules.minimum_count) | ~np.isnan(rules.maximum_count)
    return np.flatnonzero(rules.kept & counts)


def floored_rules(scenario: Scenario) -> Integers:
    """Return the sourcing rules that ask a least share of each offer used."""
    rules = scenario.sourcing_rules
    return np.flatnonzero(rules.kept & (np.nan_to_num(rules.share_if_used) > 0))


def switched_offers(scenario: Scenario) -> Integers:
    """Return the offers that some rule asks to be used or not, sorted: the index of ``use_offer``."""
    rules, offers = scenario.sourcing_rules, scenario.offers
    members = [rules.members[r] for r in (*counted_rules(scenario), *floored_rules(scenario))]
    return np.unique(
        np.concatenate([np.flatnonzero(offers.minimum_order > 0), scenario.offer_tiers.offers, *members])
    )


def minimum_counted_offers(scenario: Scenario) -> Integers:
    """Return the offers that a least number of suppliers counts, sorted."""
    rules = scenario.sourcing_rules
    asking = rules.kept & (np.nan_to_num(rules.minimum_count) > 0)
    members = [rules.members[r] for r in np.flatnonzero(asking)]
    return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *members]))


def add_use_offer(model: pyo.ConcreteModel, scenario: Scenario) -> None:
    """Declare ``use_offer`` (switched offer, period): 1 while the offer may be bought from."""
    model.use_offer = ArrayVar(len(switched_offers(scenario)) * len(scenario.periods), binary=True)


def bought_only_if_used(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Count an offer as soon as anything is bought from it.

    .. math:: purchase_{o,t} \le P_{o,t}\,use\_offer_{o,t}

    Index: offer that some rule switches, period. Unit: product unit a year. P: the offer's own bound.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; purchase shares and supplier counts as planners state them.
    """
    scenario = instance.scenario
    periods, switched = len(scenario.periods), switched_offers(scenario)
    row = np.arange(len(switched) * periods)
    return rows(len(row)).at_most(
        0.0,
        [
            +term(model.purchase, row=row, column=every_period(switched, periods)),
            -term(model.use_offer, row=row, coefficient=instance.bounds.purchase[switched].ravel()),
        ],
    )


def used_only_if_bought(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Count an offer as used only if a real quantity is bought, so that a minimum count means suppliers.

    .. math:: purchase_{o,t} \ge 0.001\,P_{o,t}\,use\_offer_{o,t}

    Index: offer of a rule with a minimum count, period. Unit: product unit a year. A thousandth of the
    offer's bound counts.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; the threshold is a convention.
    """
    counted = minimum_counted_offers(instance.scenario)
    return _at_least_if_used(model, instance, counted, 1e-3 * instance.bounds.purchase[counted])


def minimum_order(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Buy at least the minimum order from an offer, or nothing.

    .. math:: purchase_{o,t} \ge order_o\,use\_offer_{o,t}

    Index: offer with a minimum order, period. Unit: product unit a year.
    Dual: cost of having to buy one more unit, present value.
    Source: semi-continuous variable (Beale and Tomlin 1970).
    """
    scenario = instance.scenario
    bound = np.flatnonzero(scenario.offers.minimum_order > 0)
    least = np.repeat(scenario.offers.minimum_order[bound, None], len(scenario.periods), axis=1)
    return _at_least_if_used(model, instance, bound, least)


def _at_least_if_used(
    model: pyo.ConcreteModel, instance: Instance, offers: Integers, least: Floats
) -> ArrayConstraint:
    """Return rows ``purchase >= least x use_offer``, one an offer and period."""
    periods = len(instance.scenario.periods)
    switched = np.searchsorted(switched_offers(instance.scenario), offers)
    row = np.arange(len(offers) * periods)
    return rows(len(row)).at_least(
        0.0,
        [
            +term(model.purchase, row=row, column=every_period(offers, periods)),
            -term(
                model.use_offer, row=row, column=every_period(switched, periods), coefficient=least.ravel()
            ),
        ],
    )


def share_if_used(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Buy at least a share from each offer that is used at all.

    .. math:: m_{o,t} \ge share \sum_{p \in product} m_{p,t} - share\,M_{o,t}\,(1 - use\_offer_{o,t})

    Index: member of a sourcing rule with a share if used, period. Unit: product unit a year, or
    currency a year where the rule measures spend. m: purchase, or what is paid for it; M: the most
    that can be bought from, or spent on, all other offers of the product.
    Dual: cost of one more unit bought there, present value.
    Source: conditional bound with the tightest constant (Williams 2013, ch. 9).
    """
    scenario = instance.scenario
    periods, rules, switched = len(scenario.periods), scenario.sourcing_rules, switched_offers(scenario)
    terms: list[Term] = []
    right: list[Floats] = []
    for rule in floored_rules(scenario).tolist():
        share, by_spend = float(rules.share_if_used[rule]), bool(rules.by_spend[rule])
        for offer in rules.members[rule].tolist():
            row = len(right)
            others = rules.among[rule][rules.among[rule] != offer]
            terms += measured(model, instance, np.array([offer]), by_spend, row, 1 - share)
            terms += measured(model, instance, others, by_spend, row, -share)
            slack = share * most_measured(instance, others, by_spend)
            used = np.searchsorted(switched, [offer])
            terms.append(in_block(model.use_offer, used, -slack[None, :], row))
            right.append(-slack)
    return rows(len(right) * periods).at_least(np.array(right).reshape(-1), terms)


def supplier_count(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Keep the number of offers bought from between a rule's bounds.

    .. math:: minimum \le \sum_{o \in members} use\_offer_{o,t} \le \min(maximum, \lfloor 1/share \rfloor)

    Index: sourcing rule with a count or a share if used, period. Unit: offers. share: the least share
    of each offer used; more offers than fit would break it.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; purchase shares and supplier counts as planners state them.
    """
    scenario = instance.scenario
    periods, rules = len(scenario.periods), scenario.sourcing_rules
    bound = np.union1d(counted_rules(scenario), floored_rules(scenario))
    switched = switched_offers(scenario)
    terms = [
        term(
            model.use_offer,
            row=every_period(np.full(len(rules.members[rule]), row), periods),
            column=every_period(np.searchsorted(switched, rules.members[rule]), periods),
        )
        for row, rule in enumerate(bound.tolist())
    ]
    low = np.nan_to_num(rules.minimum_count[bound], nan=0.0)
    high = np.nan_to_num(rules.maximum_count[bound], nan=np.inf)
    share = np.nan_to_num(rules.share_if_used[bound])
    fit = np.floor(1 / np.where(share > 0, share, 1.0) + 1e-9)
    high = np.where(share > 0, np.minimum(high, fit), high)
    return rows(len(bound) * periods).between(repeated(low, periods), repeated(high, periods), terms)


def change_limited(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Keep each purchase near that of the given plan.

    .. math:: (1 - change)\,given_{o,t} \le purchase_{o,t} \le (1 + change)\,given_{o,t}

    Index: offer and period that the pathway's given plan limits. Unit: product unit a year.
    Dual: saving from one more unit of freedom, present value.
    Source: pathway setting ``change``; own.
    """
    limits = instance.scenario.purchase_limits
    column = np.flatnonzero(limits.limited)
    return rows(len(column)).between(
        limits.lowest.ravel()[column],
        limits.highest.ravel()[column],
        [term(model.purchase, row=np.arange(len(column)), column=column)],
    )
