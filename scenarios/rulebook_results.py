"""What a plan says under each rulebook: totals, sites, products, and the class of each mill."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from scenarios.accounts import EMISSION_ACCOUNTS
from scenarios.plans import activities_of
from scenarios.rulebook_files import Rulebook, folder_of, rulebooks_asked
from scenarios.rulebook_ledger import TREATMENTS, applies, under_rulebook
from scenarios.steel_sites import charge, materials_of, steel_sites

if TYPE_CHECKING:
    from scenarios.ledger import Ledger
    from scenarios.scenario import Scenario

Floats = NDArray[np.float64]
Activities = Mapping[str, Floats]

MEANINGS = {
    "rulebook_emissions": ("tCO2e/year", "what the rulebook counts in all"),
    "rulebook_accounts": ("tCO2e/year", "what becomes of the ledger's accounts; instead: by own factors"),
    "rulebook_site_emissions": ("tCO2e/year", "what the rulebook counts at a site"),
    "rulebook_no_site": ("tCO2e/year", "what the rulebook counts at no single site"),
    "rulebook_passed_on": ("tCO2e/year", "in goods of one mill that another takes in: at both, in no total"),
    "rulebook_site_output": ("unit/year", "made at a site of what the rulebook counts up to"),
    "rulebook_product_emissions": ("tCO2e/year", "what the rulebook counts for a product"),
    "rulebook_product_output": ("unit/year", "of the product: delivered, or made where mills are counted"),
    "rulebook_scrap_share": ("1", "scrap in the metal charged at a mill"),
    "class_line": ("tCO2e/unit", "line of a steel class at the mill's scrap share"),
}


def with_rulebooks(plan: xr.Dataset, scenario: Scenario, ledger: Ledger) -> xr.Dataset:
    """Return the plan with its figures under the rulebooks of `carbon.rulebooks` that apply.

    Variables as in :data:`MEANINGS`: (rulebook, period), with site, product, or treatment and emission
    account; ``class_line`` (steel_class, site, period). Per year. The total is that of all sites and of none,
    less what is passed on. Raises ConfigError for a rulebook that there is not.
    """
    asked = rulebooks_asked(scenario.carbon.rulebooks, folder_of(scenario.path))
    books = [book for book in asked if applies(book, scenario)]
    if not books:
        return plan
    activities = activities_of(plan)
    rows = [
        _of_chain(book, plan, scenario, ledger)
        if book.of_chain
        else _of_mills(book, scenario, ledger, activities)
        for book in books
    ]
    found = {
        name: (dims, np.stack([row[name] for row in rows]))
        for name, dims in {
            "rulebook_emissions": ("rulebook", "period"),
            "rulebook_accounts": ("rulebook", "treatment", "emission_account", "period"),
            "rulebook_site_emissions": ("rulebook", "site", "period"),
            "rulebook_no_site": ("rulebook", "period"),
            "rulebook_passed_on": ("rulebook", "period"),
            "rulebook_site_output": ("rulebook", "site", "period"),
            "rulebook_product_emissions": ("rulebook", "product", "period"),
            "rulebook_product_output": ("rulebook", "product", "period"),
            "rulebook_scrap_share": ("rulebook", "site", "period"),
        }.items()
    }
    classes = [(b, book, each) for b, book in enumerate(books) for each in book.classes]
    share = found["rulebook_scrap_share"][1]
    lines = [each.base - each.slope * share[b] for b, _, each in classes]
    if classes:
        found["class_line"] = (("steel_class", "site", "period"), np.stack(lines))
    plan = plan.assign(found).assign_coords(_coordinates(scenario, books))
    if scenario.carbon.classes:
        targets = {name: asdict(each) for name, each in scenario.carbon.classes.items()}
        plan.attrs["classes_json"] = json.dumps(targets, ensure_ascii=False, sort_keys=True)
    for name, (units, meaning) in MEANINGS.items():
        if name in plan:
            plan[name].attrs = {"units": units, "long_name": meaning}
    return plan


def _coordinates(scenario: Scenario, books: list[Rulebook]) -> dict[str, object]:
    def text(values: list[str]) -> NDArray[np.str_]:
        return np.asarray(values, dtype=str)

    found: dict[str, object] = {
        "rulebook": text([book.label for book in books]),
        "treatment": text(list(TREATMENTS)),
        "product": text(scenario.products.label.tolist()),
    }
    for name in ("name", "version", "boundary", "says"):
        found[f"rulebook_{name}"] = ("rulebook", text([getattr(book, name) for book in books]))
    classes = [(book, each) for book in books for each in book.classes]
    if classes:
        found["steel_class"] = text([f"{book.label} {each.label}" for book, each in classes])
        found["steel_class_rulebook"] = ("steel_class", text([book.label for book, _ in classes]))
        found["steel_class_level"] = ("steel_class", text([each.label for _, each in classes]))
    return found


def _empty(scenario: Scenario) -> dict[str, Floats]:
    periods, sites = len(scenario.periods), len(scenario.sites.label)
    return {
        "rulebook_passed_on": np.zeros(periods),
        "rulebook_site_output": np.zeros((sites, periods)),
        "rulebook_scrap_share": np.full((sites, periods), np.nan),
    }


def _of_chain(book: Rulebook, plan: xr.Dataset, scenario: Scenario, ledger: Ledger) -> dict[str, Floats]:
    """Return the figures of a rulebook that counts accounts where the ledger books them."""
    counted = under_rulebook(book, scenario, ledger).counted
    kept = np.isin(list(EMISSION_ACCOUNTS), sorted({rate.account for rate in counted.rates}))
    emissions = plan["emissions"].transpose("emission_account", "period").to_numpy()
    at_sites = plan["site_emissions"].transpose("emission_account", "site", "period").to_numpy()
    served = plan["serve_emissions"].transpose("emission_account", "demand", "period").to_numpy()
    of_product = np.zeros((len(scenario.products.label), emissions.shape[-1]))
    output = np.zeros_like(of_product)
    np.add.at(of_product, scenario.demands.product, served[kept].sum(axis=0))
    np.add.at(output, scenario.demands.product, plan["delivered"].to_numpy())
    total = emissions[kept].sum(axis=0)
    placed = at_sites[kept].sum(axis=0)
    nothing = np.zeros_like(emissions)
    return _empty(scenario) | {
        "rulebook_emissions": total,
        "rulebook_accounts": np.stack(
            [emissions * kept[:, None], nothing, emissions * ~kept[:, None], nothing]
        ),
        "rulebook_site_emissions": placed,
        "rulebook_no_site": total - placed.sum(axis=0),
        "rulebook_product_emissions": of_product,
        "rulebook_product_output": output,
    }


def _of_mills(
    book: Rulebook, scenario: Scenario, ledger: Ledger, activities: Activities
) -> dict[str, Floats]:
    """Return the figures of a rulebook that counts what mills make."""
    under, steel = under_rulebook(book, scenario, ledger), steel_sites(scenario, book.boundary)
    total = _emitted(under.total.price(activities))
    placed = np.sum([under.of_sites.price(activities).by_site(a) for a in EMISSION_ACCOUNTS], axis=0)
    split = [
        np.array([getattr(under, name).price(activities).emitted(a) for a in EMISSION_ACCOUNTS])
        for name in TREATMENTS
    ]
    sites, operations = scenario.sites, scenario.operations
    made = np.zeros((len(sites.label), total.shape[-1]))
    np.add.at(made, operations.site, activities["run"] * steel.output[:, None])
    of_product = _made_by_product(book, scenario, activities)
    in_all = np.maximum(of_product.sum(axis=0), 1e-12)
    found = _empty(scenario) | {
        "rulebook_emissions": total,
        "rulebook_accounts": np.stack(split),
        "rulebook_site_emissions": placed[:-1],
        "rulebook_no_site": placed[-1],
        "rulebook_passed_on": _emitted(under.passed_on.price(activities)),
        "rulebook_site_output": made,
        "rulebook_product_emissions": of_product / in_all * total,
        "rulebook_product_output": of_product,
    }
    if book.metal:
        found["rulebook_scrap_share"] = scrap_shares(book, scenario, activities)
    return found


def _emitted(priced: object) -> Floats:
    total: Floats = np.sum([priced.emitted(a) for a in EMISSION_ACCOUNTS], axis=0)  # type: ignore[attr-defined]
    return total


def _made_by_product(book: Rulebook, scenario: Scenario, activities: Activities) -> Floats:
    recipe, nodes = scenario.recipe, scenario.nodes
    counts = (recipe.quantity > 0) & (materials_of(scenario)[nodes.product[recipe.node]] == book.boundary)
    made = np.zeros((len(scenario.products.label), len(scenario.periods)))
    per_run = recipe.quantity[counts, None] * activities["run"][recipe.operation[counts]]
    np.add.at(made, nodes.product[recipe.node[counts]], per_run)
    return made


def scrap_shares(book: Rulebook, scenario: Scenario, activities: Activities) -> Floats:
    """Return the scrap in the metal charged at each site, (S, T); nan where none is charged."""
    charged, operations, covers = charge(scenario, book), scenario.operations, scenario.covers
    shape = (len(scenario.sites.label), len(scenario.periods))
    on = np.flatnonzero(covers.family == "operation")
    found = []
    for per_run, spared in ((charged.scrap, charged.spared_scrap), (charged.metal, charged.spared_metal)):
        at_sites = np.zeros(shape)
        np.add.at(at_sites, operations.site, activities["run"] * per_run[:, None])
        np.subtract.at(
            at_sites, operations.site[covers.element[on]], activities["covered"][on] * spared[on, None]
        )
        found.append(at_sites)
    scrap, metal = found
    return np.divide(scrap, metal, out=np.full(shape, np.nan), where=metal > 1e-9)
