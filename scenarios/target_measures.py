"""What targets measure: coefficients of activities to be summed, and what the sum is divided by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.accounts import total_accounts
from scenarios.entries import paid_to_offers
from scenarios.factory_status import Statuses, make_statuses, site_statuses
from scenarios.impacts import impact_coefficients
from scenarios.labels import good_enough
from scenarios.steel_classes import class_of_filters, class_terms

if TYPE_CHECKING:
    from scenarios.ledger import Ledger
    from scenarios.scenario import Scenario

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Filters = Mapping[str, object]
Coefficients = Mapping[str, Floats]

PLACES = ("site", "region", "park", "basin", "owner")


@dataclass(frozen=True)
class Terms:
    """What a target sums over activities, (n, T) each, and what it divides by; none: by nothing.

    `count` counts sites with a status instead, which no sum can.
    """

    part: Coefficients = field(default_factory=dict)
    whole: Coefficients | None = None
    count: tuple[Statuses, str, Flags] | None = None

    def value(self, activities: Mapping[str, Floats], periods: int) -> Floats:
        """Return the figure by period, (..., T); nan where there is nothing to measure."""
        if self.count is not None:
            statuses, status, sites = self.count
            reached = site_statuses(statuses, activities)[..., statuses.position(status), :, :]
            total: Floats = (reached & sites[:, None]).sum(axis=-2).astype(float)
            return total
        if not self.part and self.whole is None:
            return np.full(periods, np.nan)
        part = _summed(self.part, activities, periods)
        if self.whole is None:
            return part
        whole = _summed(self.whole, activities, periods)
        return np.divide(part, whole, out=np.full_like(part + whole, np.nan), where=whole > 1e-9)


def _summed(coefficients: Coefficients, activities: Mapping[str, Floats], periods: int) -> Floats:
    found = [
        (activities[name] * each).sum(axis=-2) for name, each in coefficients.items() if name in activities
    ]
    return np.sum(found, axis=0) if found else np.zeros(periods)


def measured_terms(measure: str, filters: Filters, scenario: Scenario, ledger: Ledger) -> Terms:
    """Return the terms of a measure over what passes the filters."""
    sites = counted_sites(filters, scenario)
    if measure == "status_count":
        return Terms(count=(make_statuses(scenario, ledger), str(filters["status"]), sites))
    if measure == "steel_class":
        return class_terms(scenario, ledger, *class_of_filters(filters, scenario), sites)
    if measure == "renewable_share":
        return _renewable(scenario, sites)
    if measure in ("purchase_share", "spend_share"):
        return _purchases(measure == "spend_share", filters, scenario, ledger, sites)
    if measure == "production":
        return Terms(_made(scenario, sites, str(filters["product"])))
    return _totals(measure, filters, scenario, ledger, sites)


def _totals(measure: str, filters: Filters, scenario: Scenario, ledger: Ledger, sites: Flags) -> Terms:
    """Return emissions, energy or water, or their intensity."""
    stem = measure.removesuffix("_intensity")
    if stem == "emissions":
        accounts = tuple(filters["accounts"]) or total_accounts(scenario.carbon.scope2)  # type: ignore[arg-type]
        part = ledger.emission_coefficients(accounts, None if sites.all() else sites)
    else:
        part = impact_coefficients(scenario, stem, sites)
    part = {name: each for name, each in part.items() if each.any()}
    if stem == measure or not part:
        return Terms(part)
    return Terms(part, output(filters, scenario, sites))


def counted_sites(filters: Filters, scenario: Scenario) -> Flags:
    """Return the sites that pass the filters of place, (S,)."""
    sites, impacts = scenario.sites, scenario.impacts
    counts = np.ones(len(sites.label), dtype=bool)
    for name, labels in zip(
        PLACES, (sites.label, sites.region, impacts.park, impacts.basin, sites.owner), strict=True
    ):
        if filters[name]:
            counts &= labels == filters[name]
    return counts


def output(filters: Filters, scenario: Scenario, sites: Flags) -> dict[str, Floats]:
    """Return what intensities divide by: units delivered, or made where a filter of place is filled."""
    product = str(filters["product"])
    if any(filters[name] for name in PLACES):
        return _made(scenario, sites, product)
    demands = scenario.demands
    counted = np.ones(len(demands.label), dtype=bool)
    if product:
        counted = scenario.products.label[demands.product] == product
    return {"delivered": _every(counted.astype(float), scenario)}


def _every(per_unit: Floats, scenario: Scenario) -> Floats:
    return per_unit[:, None] * np.ones(len(scenario.periods))


def _made(scenario: Scenario, sites: Flags, product: str) -> dict[str, Floats]:
    recipe, operations = scenario.recipe, scenario.operations
    counts = (recipe.quantity > 0) & sites[operations.site[recipe.operation]]
    if product:
        counts &= scenario.products.label[scenario.nodes.product[recipe.node]] == product
    per_run = np.zeros(len(operations.label))
    np.add.at(per_run, recipe.operation[counts], recipe.quantity[counts])
    return {"run": _every(per_run, scenario)}


def _renewable(scenario: Scenario, sites: Flags) -> Terms:
    supplies = scenario.supplies
    here = sites[supplies.site].astype(float)
    green = here * (supplies.kind != "grid")
    return Terms({"power": _every(green, scenario)}, {"power": _every(here, scenario)})


def _purchases(by_spend: bool, filters: Filters, scenario: Scenario, ledger: Ledger, sites: Flags) -> Terms:
    """Return the share of purchases, of suppliers that pass the filters of place, that fits tag and label."""
    offers = scenario.offers
    among = np.ones((len(offers.label), len(scenario.periods)), dtype=bool)
    among &= sites[offers.site][:, None]
    if filters["product"]:
        among &= (scenario.products.label[offers.product] == filters["product"])[:, None]
    fits = among.copy()
    if filters["tag"]:
        fits &= np.asarray(filters["tagged"])[:, None]
    if filters["label"]:
        fits &= good_enough(scenario.labels, str(filters["label"]), offers, scenario.products.label)
    if not by_spend:
        return Terms({"purchase": fits.astype(float)}, {"purchase": among.astype(float)})
    part: dict[str, Floats] = {}
    whole: dict[str, Floats] = {}
    for activity, offer, price in paid_to_offers(scenario, ledger):
        part[activity] = part.get(activity, 0.0) + price * fits[offer]
        whole[activity] = whole.get(activity, 0.0) + price * among[offer]
    return Terms(part, whole)
