"""Scores of suppliers and verified data: which thresholds interventions reach, and what then counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar, Term, rows, term
from optimizer.models.columns import every_period
from optimizer.models.instance import Instance
from optimizer.models.modules import presence_in
from optimizer.models.purchases import in_block, measured, most_measured
from scenarios.scenario import Floats, Integers
from scenarios.score_thresholds import RaisingSet


def add_scorecards(model: pyo.ConcreteModel, instance: Instance, unit: float) -> None:
    """Declare ``reached`` (threshold, period) and ``counted`` (lift, period), in natural units per `unit`.

    ``reached`` is 0 or 1 by its rules wherever the decisions are whole.
    """
    thresholds = instance.scenario.scorecards.thresholds
    always, never = thresholds.always.ravel(), thresholds.never.ravel()
    model.reached = ArrayVar(always.size, lower=always.astype(float), upper=1.0 - never)
    most = lift_bounds(instance)
    model.counted = ArrayVar(most.size, upper=most.ravel(), unit=unit)


def lift_bounds(instance: Instance) -> Floats:
    """Return the most that can be bought from, or spent on, each offer that a threshold lifts, (J, T)."""
    rules = instance.scenario.sourcing_rules
    most = [
        most_measured(instance, np.array([offer]), bool(rules.by_spend[rule]))
        for rule, offer in zip(rules.lift_rule.tolist(), rules.lift_offer.tolist(), strict=True)
    ]
    return np.array(most).reshape(-1, len(instance.scenario.periods))


def threshold_reached(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Reach a threshold of a supplier's score when interventions that suffice for it are in effect.

    .. math:: reached_{k,t} \ge 1 - \sum_{i \in W} (1 - in\_effect_{i,t})

    Index: smallest sufficient set W of interventions, by threshold k and period. Unit: 0 or 1. Score:
    weighted points of the indicators, each at most its weight; a threshold may also be of one indicator, or
    say that the one intervention works that verifies footprints.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: prime implicants of a monotone Boolean function (Crama and Hammer 2011, ch. 1).
    """
    sets = instance.scenario.scorecards.thresholds.enough
    size = np.array([len(each.interventions) for each in sets], dtype=float)
    return rows(len(sets)).at_least(1.0 - size, _reached_minus(model, instance, sets))


def threshold_missed(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Miss a threshold of a supplier's score while none of the interventions it needs is in effect.

    .. math:: reached_{k,t} \le \sum_{i \in N} in\_effect_{i,t}

    Index: set N that all other interventions together cannot do without, by threshold k and period.
    Unit: 0 or 1.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: prime implicates of a monotone Boolean function (Crama and Hammer 2011, ch. 1).
    """
    sets = instance.scenario.scorecards.thresholds.needed
    return rows(len(sets)).at_most(0.0, _reached_minus(model, instance, sets))


def _reached_minus(model: pyo.ConcreteModel, instance: Instance, sets: Sequence[RaisingSet]) -> list[Term]:
    """Return ``reached`` less the interventions in effect, one row a set."""
    scenario, row = instance.scenario, np.arange(len(sets))
    periods = len(scenario.periods)
    column = np.array([each.threshold * periods + each.period for each in sets], dtype=np.int64)
    members = [(r, i, each.period) for r, each in enumerate(sets) for i in each.interventions]
    which, intervention, period = np.array(members, dtype=np.int64).reshape(-1, 3).T
    present = presence_in(model, scenario, which, intervention, period)
    return [term(model.reached, row=row, column=column), *(-each for each in present)]


def counted_within_purchase(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Count no more of an offer towards a share than is bought from it.

    .. math:: counted_{j,t} \le m_{o,t}

    Index: lift j: offer o of a sourcing rule by an indicator that interventions may raise, or by data tier
    where they verify it, period. Unit: product unit a year, or currency a year where the rule measures spend.
    m: purchase, or what is paid.
    Dual: value of one more unit bought there, present value.
    Source: exact linearisation of a quantity times a 0/1 decision (McCormick 1976).
    """
    count, row, terms = _counted_minus_measured(model, instance)
    return rows(count).at_most(0.0, [term(model.counted, row=row), *terms])


def counted_only_if_reached(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Count an offer towards a share only once its supplier's indicator is good enough.

    .. math:: counted_{j,t} \le M_{j,t}\,reached_{k,t}

    Index: lift, period. Unit: as ``counted_within_purchase``. M: the most that can be bought from, or
    spent on, the offer; k: the threshold of the rule.
    Dual: value of having more of the interventions in effect, present value.
    Source: exact linearisation of a quantity times a 0/1 decision (McCormick 1976).
    """
    most, column = lift_bounds(instance), _reached_columns(instance)
    row = np.arange(most.size)
    return rows(most.size).at_most(
        0.0,
        [
            +term(model.counted, row=row),
            -term(model.reached, row=row, column=column, coefficient=most.ravel()),
        ],
    )


def counted_when_reached(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Count all of an offer towards a share while its supplier's indicator is good enough.

    .. math:: counted_{j,t} \ge m_{o,t} - M_{j,t}\,(1 - reached_{k,t})

    Index: lift, period. Unit: as ``counted_within_purchase``.
    Dual: cost of being made to count one more unit, present value.
    Source: exact linearisation of a quantity times a 0/1 decision (McCormick 1976).
    """
    most, column = lift_bounds(instance).ravel(), _reached_columns(instance)
    count, row, terms = _counted_minus_measured(model, instance)
    held = term(model.reached, row=row, column=column, coefficient=most)
    return rows(count).at_least(-most, [term(model.counted, row=row), *terms, -held])


def _counted_minus_measured(model: pyo.ConcreteModel, instance: Instance) -> tuple[int, Integers, list[Term]]:
    """Return how many rows lifts have, their numbers, and minus what is bought from, or spent on, offers."""
    rules, periods = instance.scenario.sourcing_rules, len(instance.scenario.periods)
    terms: list[Term] = []
    for j, (rule, offer) in enumerate(zip(rules.lift_rule.tolist(), rules.lift_offer.tolist(), strict=True)):
        terms += measured(model, instance, np.array([offer]), bool(rules.by_spend[rule]), j, -1.0)
    count = len(rules.lift_rule) * periods
    return count, np.arange(count), terms


def _reached_columns(instance: Instance) -> Integers:
    """Return where the threshold of each lift stands in ``reached``, (J * T,)."""
    return every_period(instance.scenario.sourcing_rules.lift_threshold, len(instance.scenario.periods))


def counted_terms(model: pyo.ConcreteModel, instance: Instance, rule: int, row: int) -> list[Term]:
    """Return what counts towards a rule's share by a threshold, in block `row` of T rows."""
    rules, periods = instance.scenario.sourcing_rules, len(instance.scenario.periods)
    lifts = np.flatnonzero(rules.lift_rule == rule)
    if not len(lifts):
        return []
    weight = np.repeat(rules.lift_weight[lifts, None], periods, axis=1)
    return [in_block(model.counted, lifts, weight, row)]


def most_missed(instance: Instance, bound: Integers) -> Floats:
    """Return by how much a least share can be missed, (B, T); 0 for rules that always hold."""
    rules = instance.scenario.sourcing_rules

    def missed(rule: int) -> Floats:
        others = np.setdiff1d(rules.among[rule], rules.members[rule])
        return rules.minimum_share[rule] * most_measured(instance, others, bool(rules.by_spend[rule]))

    return _where_held(instance, bound, missed)


def most_exceeded(instance: Instance, bound: Integers) -> Floats:
    """Return by how much a largest share can be exceeded, (B, T); 0 for rules that always hold."""
    rules = instance.scenario.sourcing_rules

    def exceeded(rule: int) -> Floats:
        most = most_measured(instance, rules.members[rule], bool(rules.by_spend[rule]))
        return (1.0 - rules.maximum_share[rule]) * most

    return _where_held(instance, bound, exceeded)


def _where_held(instance: Instance, bound: Integers, most: Callable[[int], Floats]) -> Floats:
    rules = instance.scenario.sourcing_rules
    found = np.zeros((len(bound), len(instance.scenario.periods)))
    for b, rule in enumerate(bound.tolist()):
        if rules.held_from[rule] >= 0 or rules.held_until[rule] >= 0:
            found[b] = np.nan_to_num(most(rule))
    return found


def only_while_held(
    model: pyo.ConcreteModel, instance: Instance, bound: Integers, most: Floats
) -> tuple[Floats, list[Term]]:
    r"""Return what spares a row of at least while its rule does not hold.

    ``slack`` (B, T) and terms such that ``... + terms >= -slack`` adds :math:`M (1 - held)` to the row, with
    ``held = reached[from] - reached[until]`` by the score that governs the period; ``-terms`` and ``slack``
    do the same for a row of at most.
    """
    rules, scored = instance.scenario.sourcing_rules, instance.scenario.scorecards.scored_in
    periods = len(instance.scenario.periods)
    slack, terms = np.zeros((len(bound), periods)), []
    for b, rule in enumerate(bound.tolist()):
        for threshold, sign in ((int(rules.held_from[rule]), -1.0), (int(rules.held_until[rule]), 1.0)):
            if threshold < 0:
                continue
            row, column = b * periods + np.arange(periods), threshold * periods + scored
            terms.append(term(model.reached, row=row, column=column, coefficient=sign * most[b]))
            if sign < 0:
                slack[b] = most[b]
    return slack, terms
