"""A rulebook's own ledger: what of the ledger it counts, replaces by factors of its own, or leaves out.

The quantities are the ledger's; only what a unit of them books changes. Every entry of the ledger ends in
exactly one of `counted`, `replaced` and `left_out`, so nothing is counted twice and nothing is lost; what
stands in place of the replaced is in `instead`, and the rulebook's total is `counted` and `instead`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.accounts import EMISSION_ACCOUNTS
from scenarios.ledger import Ledger
from scenarios.rate import Rate
from scenarios.rulebook_files import FOOTPRINT, Rulebook
from scenarios.steel_sites import SteelSites, materials_of, steel_sites
from scenarios.tables_footprints import OF_SUPPLIERS

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
Place = tuple[int, int]  # site, product

GOODS = "scope3_purchased_goods"
EVERY_ACCOUNT = tuple(EMISSION_ACCOUNTS)
TREATMENTS = ("counted", "replaced", "left_out", "instead")


@dataclass(frozen=True)
class RulebookLedger:
    """What a rulebook makes of a scenario's ledger.

    Attributes
    ----------
    counted, replaced, left_out : the ledger's own emission rates, each entry in one of them.
    instead : rates of the rulebook's own factors.
    passed_on : rates of goods of one mill that another one takes in: part of the mill's figure and of no
        total, where the first mill's emissions stand already.
    """

    book: Rulebook
    counted: Ledger
    replaced: Ledger
    left_out: Ledger
    instead: Ledger
    passed_on: Ledger

    @property
    def total(self) -> Ledger:
        """The rates that the rulebook's total sums."""
        return _joined(self.counted, self.instead)

    @property
    def of_sites(self) -> Ledger:
        """The rates that figures of single sites sum."""
        return _joined(self.counted, self.instead, self.passed_on)

    def coefficients(self, sites: Flags | None = None) -> dict[str, Floats]:
        """Return tCO2e a year per unit of each activity, (n, T): of all, or of the sites that count, (S,)."""
        if sites is None:
            return self.total.emission_coefficients(EVERY_ACCOUNT)
        return self.of_sites.emission_coefficients(EVERY_ACCOUNT, sites)


def _joined(*ledgers: Ledger) -> Ledger:
    rates = tuple(rate for ledger in ledgers for rate in ledger.rates)
    return Ledger(rates, ledgers[0].periods, ledgers[0].sites)


def applies(book: Rulebook, scenario: Scenario) -> bool:
    """Return whether a rulebook has something to count: what its boundary makes is made somewhere."""
    return book.of_chain or bool(steel_sites(scenario, book.boundary).makes.any())


def under_rulebook(book: Rulebook, scenario: Scenario, ledger: Ledger) -> RulebookLedger:
    """Return the ledger of a rulebook."""
    rates = [rate for rate in ledger.rates if rate.account in EMISSION_ACCOUNTS]
    if book.of_chain:
        split = [_by_account(rate, book) for rate in rates]
        return _gathered(book, ledger, split, [], [])
    steel = steel_sites(scenario, book.boundary)
    split = [_by_boundary(rate, book, scenario, steel) for rate in rates]
    arriving, passed_on = _arrivals(book, scenario, steel)
    instead = [*_fixed_electricity(book, scenario, steel), *_of_output(book, scenario, steel), *arriving]
    outside = list(_electricity_outside(book, scenario, steel))
    # What processes beyond the boundary draw is counted with their site and taken out again.
    split += [Split(rate, Share.COUNTED) for rate in outside]
    split += [Split(_times(rate, -1.0), Share.LEFT_OUT) for rate in outside]
    return _gathered(book, ledger, split, instead, passed_on)


class Share:
    """Names of the parts of a split."""

    COUNTED, REPLACED, LEFT_OUT = "counted", "replaced", "left_out"


@dataclass(frozen=True)
class Split:
    """Where a rate goes: to `part` in the elements `mask` (n,), to what is left out in the others."""

    rate: Rate
    part: str
    mask: Flags | None = None
    moved_to: Integers | None = None  # site it counts at, (n,), where that is not where it is booked

    def parts(self) -> Iterator[tuple[str, Rate]]:
        """Yield each part with its rate."""
        if self.mask is None:
            yield self.part, self.rate
            return
        inside = _times(self.rate, self.mask[:, None].astype(float))
        if self.moved_to is not None:
            inside = Rate(inside.activity, inside.account, inside.per_unit, self.moved_to, inside.timing)
        yield self.part, inside
        yield Share.LEFT_OUT, _times(self.rate, (~self.mask)[:, None].astype(float))


def _times(rate: Rate, factor: Floats | float) -> Rate:
    return Rate(rate.activity, rate.account, rate.per_unit * factor, rate.site, rate.timing)


def _gathered(
    book: Rulebook, ledger: Ledger, split: list[Split], instead: list[Rate], passed_on: list[Rate]
) -> RulebookLedger:
    parts: dict[str, list[Rate]] = {Share.COUNTED: [], Share.REPLACED: [], Share.LEFT_OUT: []}
    for each in split:
        for part, rate in each.parts():
            parts[part].append(rate)

    def made(rates: list[Rate]) -> Ledger:
        return Ledger(tuple(rate for rate in rates if rate.per_unit.any()), ledger.periods, ledger.sites)

    return RulebookLedger(
        book,
        made(parts[Share.COUNTED]),
        made(parts[Share.REPLACED]),
        made(parts[Share.LEFT_OUT]),
        made(instead),
        made(passed_on),
    )


def _by_account(rate: Rate, book: Rulebook) -> Split:
    counts = any(fnmatchcase(rate.account, pattern) for pattern in book.accounts)
    return Split(rate, Share.COUNTED if counts else Share.LEFT_OUT)


def _by_boundary(rate: Rate, book: Rulebook, scenario: Scenario, steel: SteelSites) -> Split:
    """Return where a rate goes under a rulebook of what a mill makes."""
    nothing = Split(rate, Share.LEFT_OUT)
    if rate.activity in ("run", "covered") and _is_direct(rate, scenario):
        return Split(rate, book.direct, _of_processes(rate, scenario, steel)) if book.direct else nothing
    if rate.account.startswith("scope2_") or (rate.account == GOODS and rate.activity == "power"):
        return _of_electricity(rate, book, steel)
    if rate.activity in ("flow", "trips", "covered") and "_transport_" in rate.account:
        return _of_freight(rate, book, scenario, steel)
    if rate.account == GOODS and rate.activity in ("purchase", "covered"):
        return _of_purchases(rate, book, scenario)
    return nothing


def _is_direct(rate: Rate, scenario: Scenario) -> bool:
    """Return whether a rate of runs or covers is of processes: direct emissions, at partners' sites too."""
    if rate.account == "scope1":
        return True
    of_offers = (scenario.covers.family == "offer") if rate.activity == "covered" else np.zeros(0, dtype=bool)
    return rate.account == GOODS and not (of_offers.any() and rate.per_unit[of_offers].any())


def _of_processes(rate: Rate, scenario: Scenario, steel: SteelSites) -> Flags:
    if rate.activity == "run":
        return steel.inside
    mask: Flags = scenario.covers.family == "operation"
    mask[mask] = steel.inside[scenario.covers.element[mask]]
    return mask


def _of_electricity(rate: Rate, book: Rulebook, steel: SteelSites) -> Split:
    """Return where electricity goes; that of partners' mills is booked by location alone."""
    at_mills = steel.makes[rate.site] & (rate.site >= 0)
    if book.electricity == "fixed":
        by_location = rate.account in ("scope2_location", GOODS)
        return Split(rate, Share.REPLACED if by_location else Share.LEFT_OUT, at_mills)
    if rate.account in (f"scope2_{book.electricity}", GOODS) and book.electricity != "none":
        return Split(rate, Share.COUNTED, at_mills)
    return Split(rate, Share.LEFT_OUT)


def _of_freight(rate: Rate, book: Rulebook, scenario: Scenario, steel: SteelSites) -> Split:
    """Return where freight goes: the last leg of materials counts at the mill it brings them to."""
    arcs, lanes, covers = scenario.arcs, scenario.lanes, scenario.covers
    material = materials_of(scenario)[arcs.product]
    counts = steel.makes[arcs.destination] & np.isin(material.astype(str), list(_carried(rate.account, book)))
    moved_to = arcs.destination
    if rate.activity == "trips":  # of a lane all of whose goods count
        whole = np.ones(len(lanes.label), dtype=bool)
        np.logical_and.at(whole, arcs.lane, counts)
        counts, moved_to = whole[lanes.by_trip], lanes.destination[lanes.by_trip]
    elif rate.activity == "covered":
        mine = covers.family == "arc"
        element = covers.element[mine]
        full, sites = np.zeros(len(mine), dtype=bool), rate.site.copy()
        full[mine], sites[mine] = counts[element], moved_to[element]
        counts, moved_to = full, sites
    return Split(rate, Share.COUNTED, counts, np.where(counts, moved_to, rate.site))


def _carried(account: str, book: Rulebook) -> Iterator[str]:
    for material, part in book.freight.items():
        if part == "wtw" or account.endswith("_ttw"):
            yield material


def _of_purchases(rate: Rate, book: Rulebook, scenario: Scenario) -> Split:
    """Return where goods bought go: materials with a factor are counted where they arrive instead."""
    offers, covers = scenario.offers, scenario.covers
    named = materials_of(scenario)[offers.product]
    replaced = np.array([book.material(str(name)) is not None for name in named], dtype=bool)
    if rate.activity == "covered":
        mask = covers.family == "offer"
        mask[mask] = replaced[covers.element[mask]]
        return Split(rate, Share.REPLACED, mask)
    return Split(rate, Share.REPLACED, replaced)


def _fixed_electricity(book: Rulebook, scenario: Scenario, steel: SteelSites) -> Iterator[Rate]:
    """Yield what mills buy of electricity at the rulebook's one factor; what they make is not bought."""
    if book.electricity == "fixed":
        supplies = scenario.supplies
        bought = (supplies.kind != "onsite") & steel.makes[supplies.site]
        factor = np.repeat((book.fixed_factor * bought)[:, None], len(scenario.periods), axis=1)
        yield Rate("power", "scope2_location", factor, supplies.site)


def _electricity_outside(book: Rulebook, scenario: Scenario, steel: SteelSites) -> Iterator[Rate]:
    """Yield, negative, what processes beyond the boundary draw at the mills, at the factor of the grid.

    What a site supplies itself or contracts is thus counted for what lies within the boundary.
    """
    if book.electricity == "none":
        return
    operations, covers, supplies = scenario.operations, scenario.covers, scenario.supplies
    of_site = np.zeros((len(scenario.sites.label), len(scenario.periods)))
    grid = supplies.kind == "grid"
    of_site[supplies.site[grid]] = supplies.location_factor[grid]
    if book.electricity == "fixed":
        of_site = np.full_like(of_site, book.fixed_factor)
    own = scenario.sites.owner == "own"
    account = "scope2_location" if book.electricity == "fixed" else f"scope2_{book.electricity}"
    outside = ~steel.inside & steel.makes[operations.site]
    drawn = (operations.electricity * outside)[:, None] * of_site[operations.site]
    spared = np.zeros((len(covers.label), drawn.shape[1]))
    place = np.full(len(covers.label), -1, dtype=np.int64)
    mine = covers.family == "operation"
    spared[mine] = covers.electricity_cut[mine, None] * drawn[covers.element[mine]]
    place[mine] = operations.site[covers.element[mine]]
    for activity, per_unit, site in (("run", -drawn, operations.site), ("covered", spared, place)):
        at_own = (own[site] & (site >= 0))[:, None]
        yield Rate(activity, account, per_unit * at_own, site)
        yield Rate(activity, GOODS, per_unit * ~at_own, site)


def _of_output(book: Rulebook, scenario: Scenario, steel: SteelSites) -> Iterator[Rate]:
    """Yield what the rulebook counts for a t made, whatever it took: default values."""
    path = book.output.get(book.boundary)
    if path:
        start = scenario.periods.start
        factor = np.zeros(len(start))
        for year, value in path:
            factor[start >= year] = value
        operations = scenario.operations
        yield Rate("run", "scope1", steel.output[:, None] * factor, operations.site)


def _arrivals(book: Rulebook, scenario: Scenario, steel: SteelSites) -> tuple[list[Rate], list[Rate]]:
    """Return rates of materials that arrive at mills: bought, and of other mills.

    The supplier's own figure holds where it is primary data, else the rulebook's factor. Goods that come
    from a site that offers none of them are of another mill where one makes them.
    """
    arcs, offers = scenario.arcs, scenario.offers
    footprint, primary = _of_origins(scenario)
    named = materials_of(scenario)
    mass = scenario.products.tonnes_per_unit
    made = np.zeros(len(scenario.products.label), dtype=bool)
    recipe = scenario.recipe
    gives = (recipe.quantity > 0) & steel.inside[recipe.operation]
    made[scenario.nodes.product[recipe.node[gives]]] = True
    offered = set(zip(offers.site.tolist(), offers.product.tolist(), strict=True))
    elsewhere = _largest_of_product(scenario)
    bought = np.zeros((len(arcs.label), len(scenario.periods)))
    passed = np.zeros_like(bought)
    for a in np.flatnonzero(steel.makes[arcs.destination]).tolist():
        origin, product = int(arcs.origin[a]), int(arcs.product[a])
        factor = book.material(str(named[product]))
        if factor is None:
            continue
        at = (origin, product)
        known = footprint.get(at, elsewhere[product])
        own = factor == FOOTPRINT or primary.get(at, False)
        value = known if own else np.full(len(known), float(factor) * mass[product])
        if at not in offered and made[product]:
            passed[a] = value
        else:
            bought[a] = value
    at_mill = arcs.destination
    instead = [Rate("flow", GOODS, bought, at_mill), *_bought_at_mills(book, scenario, steel)]
    return instead, [Rate("flow", GOODS, passed, at_mill)]


def _bought_at_mills(book: Rulebook, scenario: Scenario, steel: SteelSites) -> Iterator[Rate]:
    """Yield what mills buy at their own gate."""
    offers = scenario.offers
    named, mass = materials_of(scenario)[offers.product], scenario.products.tonnes_per_unit[offers.product]
    own = offers.booked_footprint
    per_unit = np.zeros_like(own)
    for o in np.flatnonzero(steel.makes[offers.site]).tolist():
        factor = book.material(str(named[o]))
        if factor is not None:
            supplied = factor == FOOTPRINT or offers.data_tier[o] in OF_SUPPLIERS
            per_unit[o] = own[o] if supplied else float(factor) * mass[o]
    yield Rate("purchase", GOODS, per_unit, offers.site)


def _of_origins(scenario: Scenario) -> tuple[dict[Place, Floats], dict[Place, bool]]:
    """Return by place the largest footprint offered there, (T,), and whether all are primary data."""
    offers = scenario.offers
    footprint: dict[Place, Floats] = {}
    primary: dict[Place, bool] = {}
    for o, at in enumerate(zip(offers.site.tolist(), offers.product.tolist(), strict=True)):
        figures = offers.booked_footprint[o]
        footprint[at] = np.maximum(footprint.get(at, figures), figures)
        primary[at] = primary.get(at, True) and offers.data_tier[o] in OF_SUPPLIERS
    return footprint, primary


def _largest_of_product(scenario: Scenario) -> Floats:
    """Return the largest footprint that products are offered with, (P, T): of goods pooled on their way."""
    largest = np.zeros((len(scenario.products.label), len(scenario.periods)))
    np.maximum.at(largest, scenario.offers.product, scenario.offers.booked_footprint)
    return largest
