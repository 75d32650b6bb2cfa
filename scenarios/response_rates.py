"""What responses to shortfalls book: the activity ``response``, which only trials have."""

from __future__ import annotations

import numpy as np

from scenarios.rate import Rate, every_period
from scenarios.scenario import Floats, Integers, Scenario

ACTIVITY, ACCOUNT = "response", "responses"
NO_SITE = -1  # the seller of a spot purchase is none of the chain


def response_rates(scenario: Scenario) -> list[Rate]:
    """Return price and footprint of a unit expedited, bought, substituted or curtailed, (M, T) each.

    A unit expedited pays and emits its own transport and no lane's; a unit bought is category 1, and one
    substituted emits where it is used: scope 1 of an own site, category 1 of a partner's.
    """
    responses, nodes, arcs = scenario.responses, scenario.nodes, scenario.arcs
    if not len(responses.label):
        return []
    sent, bought, instead = (responses.of(kind) for kind in ("expedite", "spot_purchase", "substitute"))
    site = nodes.site[responses.node]
    site[sent], site[bought] = arcs.origin[responses.arc[sent]], NO_SITE
    cost = every_period(np.nan_to_num(responses.price[responses.row]), scenario)
    usual = np.zeros(cost.shape)
    usual[sent] = arcs.cost[responses.arc[sent], None]
    usual[bought] = _mean_of_offers(scenario.offers.price, bought, scenario)
    premium = responses.premium[responses.row]
    dearer = np.isfinite(premium)
    cost[dearer] = usual[dearer] * (1.0 + premium[dearer, None])
    found = [Rate(ACTIVITY, ACCOUNT, cost, site)]
    own = scenario.sites.owner[site] == "own"
    stated = every_period(responses.footprint[responses.row], scenario)  # nan: by the usual one
    used = np.nan_to_num(stated)
    for account, emitted, rows in (
        *_transport(stated, sent, scenario),
        ("scope3_purchased_goods", _bought(stated, bought, scenario), bought),
        ("scope1", used, instead[own[instead]]),
        ("scope3_purchased_goods", used, instead[~own[instead]]),
    ):
        per_unit = np.zeros(cost.shape)
        per_unit[rows] = emitted[rows]
        found.append(Rate(ACTIVITY, account, per_unit, site))
    return found


def _transport(stated: Floats, sent: Integers, scenario: Scenario) -> list[tuple[str, Floats, Integers]]:
    """Return what an expedited unit emits by account; a stated footprint counts as tank to wheel."""
    arcs, arc, factor = scenario.arcs, scenario.responses.arc[sent], _factor(scenario)[sent, None]
    tank_to_wheel, well_to_tank = np.zeros(stated.shape), np.zeros(stated.shape)
    tank_to_wheel[sent] = arcs.tank_to_wheel[arc] * factor
    well_to_tank[sent] = arcs.well_to_tank[arc] * factor
    given = np.isfinite(stated)
    parts = {
        "ttw": np.where(given, stated, tank_to_wheel),
        "wtt": np.where(given, 0.0, well_to_tank),
    }
    to_customer = scenario.sites.role[arcs.destination[arc]] == "customer"
    return [
        (f"scope3_{way}_transport_{part}", values, rows)
        for way, rows in (("upstream", sent[~to_customer]), ("downstream", sent[to_customer]))
        for part, values in parts.items()
    ]


def _bought(stated: Floats, bought: Integers, scenario: Scenario) -> Floats:
    """Return the footprint of a unit bought: as stated, or the offers' mean times a factor."""
    usual = np.zeros(stated.shape)
    usual[bought] = _mean_of_offers(scenario.offers.booked_footprint, bought, scenario)
    result: Floats = np.where(np.isfinite(stated), stated, usual * _factor(scenario)[:, None])
    return result


def _factor(scenario: Scenario) -> Floats:
    factor = scenario.responses.footprint_factor[scenario.responses.row]
    return np.where(np.isfinite(factor), factor, 1.0)


def _mean_of_offers(figure: Floats, bought: Integers, scenario: Scenario) -> Floats:
    """Return the mean of a figure over all offers of each response's product, (n, T); 0: no offers."""
    offers = scenario.offers
    product = scenario.nodes.product[scenario.responses.node[bought]]
    total = np.zeros((len(scenario.products.label), len(scenario.periods)))
    np.add.at(total, offers.product, figure)
    count = np.bincount(offers.product, minlength=len(total))
    result: Floats = (total / np.maximum(count, 1)[:, None])[product]
    return result
