"""Sites that make steel: which processes lie within a rulebook's boundary, what they make and charge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scenarios.rulebook_files import Rulebook
    from scenarios.scenario import Scenario

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.object_]

CRUDE = "crude_steel"


def materials_of(scenario: Scenario) -> Labels:
    """Return what rulebooks know each product as, (P,); "": nothing."""
    return np.asarray(scenario.tables["products"]["material"].to_numpy(object), dtype=object)


@dataclass(frozen=True)
class SteelSites:
    """What stands within a rulebook's boundary.

    Attributes
    ----------
    inside : operations up to the boundary's product, at sites that make it, (R,).
    makes : sites that make it, (S,).
    output : made of it per unit of activity, (R,), 0 of processes that do not.
    """

    inside: Flags
    makes: Flags
    output: Floats


def steel_sites(scenario: Scenario, boundary: str) -> SteelSites:
    """Return what lies within a boundary: processes that make its product, or make what they use there."""
    operations, recipe, nodes = scenario.operations, scenario.recipe, scenario.nodes
    known = materials_of(scenario)[nodes.product] == boundary
    output = np.zeros(len(operations.label))
    made = (recipe.quantity > 0) & known[recipe.node]
    np.add.at(output, recipe.operation[made], recipe.quantity[made])
    inside = output > 0
    needed = np.zeros(len(nodes.label), dtype=bool)
    while True:  # upstream, node by node, as far as the site itself makes it
        used = (recipe.quantity < 0) & inside[recipe.operation]
        needed[recipe.node[used]] = True
        makes = (recipe.quantity > 0) & needed[recipe.node] & ~inside[recipe.operation]
        if not makes.any():
            break
        inside[recipe.operation[makes]] = True
    sites = np.zeros(len(scenario.sites.label), dtype=bool)
    sites[operations.site[output > 0]] = True
    return SteelSites(inside, sites, output)


@dataclass(frozen=True)
class Charge:
    """Metal charged where steel is made, t of metal per unit of activity.

    Attributes
    ----------
    scrap, metal : of scrap and of all, (R,). spared_scrap, spared_metal : by covers that cut inputs, (V,).
    steel : operations that make crude steel, (R,).
    """

    scrap: Floats
    metal: Floats
    spared_scrap: Floats
    spared_metal: Floats
    steel: Flags

    def summed(
        self, activities: Mapping[str, Floats], here: Flags, scenario: Scenario
    ) -> tuple[Floats, Floats]:
        """Return scrap and all metal charged at the operations `here`, (..., T), t of metal a year."""
        at = scenario.covers.family == "operation"
        at[at] = here[scenario.covers.element[at]]
        found = []
        for per_run, spared in ((self.scrap, self.spared_scrap), (self.metal, self.spared_metal)):
            used = (activities["run"] * (per_run * here)[:, None]).sum(axis=-2)
            found.append(used - (activities["covered"] * (spared * at)[:, None]).sum(axis=-2))
        return found[0], found[1]


def charge(scenario: Scenario, book: Rulebook) -> Charge:
    """Return what is charged where crude steel is made, by the rulebook's shares of metal.

    A material without a share of metal is no metal. Internal scrap has none.
    """
    recipe, nodes, covers = scenario.recipe, scenario.nodes, scenario.covers
    material = materials_of(scenario)[nodes.product]
    mass = scenario.products.tonnes_per_unit[nodes.product]
    share = np.array([book.metal.get(str(name), 0.0) for name in material]) * mass
    of_scrap = share * (material == "scrap")
    steel = np.zeros(len(scenario.operations.label), dtype=bool)
    steel[recipe.operation[(recipe.quantity > 0) & (material[recipe.node] == CRUDE)]] = True

    def per_run(of_node: Floats) -> Floats:
        total = np.zeros(len(steel))
        np.add.at(total, recipe.operation, np.maximum(-recipe.quantity, 0.0) * of_node[recipe.node])
        return total * steel

    def spared(of_node: Floats) -> Floats:
        total = np.zeros(len(covers.label))
        np.add.at(total, covers.input_cover, covers.input_quantity * of_node[covers.input_node])
        on = covers.family == "operation"
        total[on] *= steel[covers.element[on]]
        return total

    return Charge(per_run(of_scrap), per_run(share), spared(of_scrap), spared(share), steel)


def largest_yield(scenario: Scenario, book: Rulebook, here: Flags) -> float:
    """Return the most of the boundary's product that a t of metal charged at sites `here` (S,) may give.

    The largest yield of a recipe, times the largest of a step from crude steel to the boundary: with it the
    scrap term of a class is never smaller than what the exact scrap share takes off its line.
    """
    operations, recipe, nodes = scenario.operations, scenario.recipe, scenario.nodes
    mine = here[operations.site]
    crude = steel_sites(scenario, CRUDE).output
    charged = charge(scenario, book)
    ratio = np.divide(crude, charged.metal, out=np.zeros_like(crude), where=(charged.metal > 0) & mine)
    found = float(ratio.max(initial=0.0))
    if book.boundary == CRUDE:
        return found
    known = materials_of(scenario)[nodes.product]
    used = np.zeros(len(crude))
    takes = (recipe.quantity < 0) & (known[recipe.node] == CRUDE)
    np.add.at(used, recipe.operation[takes], -recipe.quantity[takes])
    output = steel_sites(scenario, book.boundary).output
    step = np.divide(output, used, out=np.zeros_like(output), where=(used > 0) & mine)
    return found * (float(step.max(initial=0.0)) or 1.0)
