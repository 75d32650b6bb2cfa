"""Bounds on goods that do not leave in the period they come: stored, taken back, thrown away.

They keep the bounds on purchases and flows finite and as tight as lot sizing needs: what is bought
in a period is at most what this and later periods use, as far as a store holds it.
"""

from __future__ import annotations

import numpy as np

from scenarios.scenario import Floats, Scenario


def return_bounds(scenario: Scenario) -> Floats:
    """Return the most that can come back, unit a year, (B, T)."""
    returns = scenario.returns
    most = returns.share[:, None] * returns.delivered_before(scenario.demands.quantity)
    bounds: Floats = most + returns.stream[:, None]
    return bounds


def discard_bounds(scenario: Scenario, run: Floats) -> Floats:
    """Return the most that can be discarded at each place, unit a year, (W, T).

    The limit of its row, and all of the product that can be made, bought from offers with a
    capacity, a minimum order or a quantity discount, come back or lie in stock.
    """
    disposals, recipe = scenario.disposals, scenario.recipe
    there = np.zeros((len(scenario.products.label), len(scenario.periods)))
    made = np.maximum(recipe.quantity, 0)[:, None] * run[recipe.operation]
    np.add.at(there, scenario.nodes.product[recipe.node], made)
    offers = scenario.offers
    asked = offers.minimum_order.copy()
    np.maximum.at(asked, scenario.offer_tiers.offer, scenario.offer_tiers.lowest)
    bought = np.where(np.isfinite(offers.capacity), offers.capacity, asked[:, None])
    np.add.at(there, offers.product, bought)
    np.add.at(there, scenario.returns.product, return_bounds(scenario))
    there += kept_before(there, scenario, scenario.stores.product)
    limit = np.append(disposals.limit, np.inf)[disposals.limit_of]
    bounds: Floats = np.minimum(there[disposals.product], limit[:, None])
    return bounds


def kept_for_later(used: Floats, scenario: Scenario, group: np.ndarray) -> Floats:
    """Return the use of later periods that stores let come now, unit a year, (groups, T).

    `used` is by group (nodes, or products), `group` the group of each store.
    """
    years = scenario.periods.years
    amount = used * years
    later = amount.sum(axis=1, keepdims=True) - np.cumsum(amount, axis=1)
    return np.minimum(_room(scenario, group, len(used))[:, None], later) / years


def kept_before(came: Floats, scenario: Scenario, group: np.ndarray) -> Floats:
    """Return what earlier periods and the opening stock leave for now, unit a year, (groups, T)."""
    years = scenario.periods.years
    amount = came * years
    opening = np.zeros(len(came))
    np.add.at(opening, group, scenario.stores.opening)
    earlier = np.cumsum(amount, axis=1) - amount + opening[:, None]
    return np.minimum(_room(scenario, group, len(came))[:, None], earlier) / years


def _room(scenario: Scenario, group: np.ndarray, groups: int) -> Floats:
    room = np.zeros(groups)
    np.add.at(room, group, scenario.stores.capacity)
    return room
