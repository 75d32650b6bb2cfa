"""What is bought from offers, and what is paid for it, as entries of rows and as bounds."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayVar, Term, term
from optimizer.models.columns import every_period
from optimizer.models.instance import Instance
from scenarios.scenario import Floats, Integers


def measured(
    model: pyo.ConcreteModel,
    instance: Instance,
    offers: Integers,
    by_spend: bool,
    row: int,
    factor: float | Floats,
) -> list[Term]:
    """Return `factor` times what is bought from `offers`, or spent on it, in block `row` of T rows.

    `factor` is one for all, one a period (T,), or one for each offer and period.
    """
    scenario = instance.scenario
    periods, tiers = len(scenario.periods), scenario.offer_tiers
    factors = np.broadcast_to(np.asarray(factor, dtype=float), (len(offers), periods))
    if not by_spend:
        return [in_block(model.purchase, offers, factors, row)]
    terms = []
    mine = np.flatnonzero(np.isin(tiers.offer, offers))
    place = {offer: m for m, offer in enumerate(offers.tolist())}
    of_tier = factors[[place[offer] for offer in tiers.offer[mine].tolist()]]
    for name, elements, each in (
        ("purchase", offers, factors),
        ("tier_purchase", mine, of_tier),
        ("tier_used", mine, of_tier),
    ):
        price = purchase_prices(instance, name)[elements]
        terms.append(in_block(getattr(model, name), elements, each * price, row))
    return terms


def purchase_prices(instance: Instance, activity: str) -> Floats:
    """Return what one unit of an activity books as purchase, (n, T), currency, undiscounted."""
    scenario = instance.scenario
    count = len(scenario.offers.label) if activity == "purchase" else len(scenario.offer_tiers.label)
    price = np.zeros((count, len(scenario.periods)))
    for rate in instance.ledger.rates:
        if rate.activity == activity and rate.account == "purchase":
            price += rate.per_unit
    return price


def in_block(variable: ArrayVar, elements: Integers, coefficient: Floats, row: int) -> Term:
    """Return entries of elements (k,) by period in block `row` of T rows; `coefficient` (k, T)."""
    periods = coefficient.shape[1]
    where = every_period(np.full(len(elements), row), periods)
    return term(variable, row=where, column=every_period(elements, periods), coefficient=coefficient.ravel())


def most_measured(instance: Instance, offers: Integers, by_spend: bool) -> Floats:
    """Return the most that can be bought from `offers`, or spent on it, (T,)."""
    largest = instance.bounds.purchase[offers]
    if not by_spend:
        return largest.sum(axis=0)
    price, tiers = purchase_prices(instance, "purchase")[offers], instance.scenario.offer_tiers
    flat = (largest * price).sum(axis=0)
    for offer, bound in zip(offers.tolist(), largest, strict=True):
        mine = np.flatnonzero(tiers.offer == offer)
        if len(mine):
            flat = flat + (tiers.price[mine] * bound + np.maximum(tiers.intercept[mine], 0)).max(axis=0)
    return flat
