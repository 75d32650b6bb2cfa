"""Quantity discounts: each purchase lies in one price tier."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar, rows, term
from optimizer.models.columns import every_period
from optimizer.models.instance import Instance
from optimizer.models.sourcing import switched_offers
from scenarios.scenario import Floats


def tier_range(instance: Instance) -> tuple[Floats, Floats]:
    """Return the least and most that can be bought in each tier, (K, T); most < least: out of reach."""
    scenario, tiers = instance.scenario, instance.scenario.offer_tiers
    largest = instance.bounds.purchase[tiers.offer]
    least = np.maximum(tiers.lowest, scenario.offers.minimum_order[tiers.offer])
    return np.repeat(least[:, None], largest.shape[1], axis=1), np.minimum(tiers.highest[:, None], largest)


def add_tiers(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare ``tier_purchase`` and ``tier_used`` (tier, period); nothing where no offer has tiers."""
    least, most = tier_range(instance)
    model.tier_purchase = ArrayVar(most.size, upper=most.ravel(), unit=model.purchase.unit)
    model.tier_used = ArrayVar(most.size, upper=(least <= most).ravel(), binary=True)


def purchase_in_tiers(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Pay what is bought from an offer with quantity discounts in its price tiers.

    .. math:: purchase_{o,t} = \sum_{k \in o} tier\_purchase_{k,t}

    Index: offer with tiers, period. Unit: product unit a year.
    Dual: price of one more unit, present value.
    Source: multiple-choice model of a piecewise linear cost (Croxton, Gendron and Magnanti 2003).
    """
    scenario = instance.scenario
    periods, tiers = len(scenario.periods), scenario.offer_tiers
    tiered = tiers.offers
    return rows(len(tiered) * periods).equal(
        0.0,
        [
            +term(model.purchase, row=np.arange(len(tiered) * periods), column=every_period(tiered, periods)),
            -term(model.tier_purchase, row=every_period(np.searchsorted(tiered, tiers.offer), periods)),
        ],
    )


def tier_reached(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Buy at a tier's price only from its quantity on.

    .. math:: tier\_purchase_{k,t} \ge \max(from_k, order_o)\,tier\_used_{k,t}

    Index: price tier, period. Unit: product unit a year. order: the offer's minimum order.
    Dual: cost of having to buy one more unit for the price, present value.
    Source: multiple-choice model of a piecewise linear cost (Croxton, Gendron and Magnanti 2003).
    """
    least, _ = tier_range(instance)
    row = np.arange(least.size)
    return rows(least.size).at_least(
        0.0,
        [+term(model.tier_purchase, row=row), -term(model.tier_used, row=row, coefficient=least.ravel())],
    )


def tier_left(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Buy at a tier's price only up to where the next tier begins.

    .. math:: tier\_purchase_{k,t} \le \min(from_{k+1}, P_{o,t})\,tier\_used_{k,t}

    Index: price tier, period. Unit: product unit a year. P: the offer's own bound.
    Dual: value of one more unit at the price, present value.
    Source: multiple-choice model of a piecewise linear cost (Croxton, Gendron and Magnanti 2003).
    """
    _, most = tier_range(instance)
    row = np.arange(most.size)
    return rows(most.size).at_most(
        0.0,
        [+term(model.tier_purchase, row=row), -term(model.tier_used, row=row, coefficient=most.ravel())],
    )


def one_tier(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Let a year's purchase lie in one tier, in none while nothing is bought.

    .. math:: \sum_{k \in o} tier\_used_{k,t} = use\_offer_{o,t}

    Index: offer with tiers, period. Unit: tiers.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: multiple-choice model of a piecewise linear cost (Croxton, Gendron and Magnanti 2003).
    """
    scenario = instance.scenario
    periods, tiers = len(scenario.periods), scenario.offer_tiers
    tiered = tiers.offers
    switched = np.searchsorted(switched_offers(scenario), tiered)
    return rows(len(tiered) * periods).equal(
        0.0,
        [
            +term(model.tier_used, row=every_period(np.searchsorted(tiered, tiers.offer), periods)),
            -term(
                model.use_offer, row=np.arange(len(tiered) * periods), column=every_period(switched, periods)
            ),
        ],
    )
