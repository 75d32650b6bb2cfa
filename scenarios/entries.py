"""What single offers and lanes cost and emit: entries of the ledger by element, not summed to accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scenarios.ledger import Ledger
    from scenarios.scenario import Scenario

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Activities = Mapping[str, Floats]


def paid_to_offers(scenario: Scenario, ledger: Ledger) -> Iterator[tuple[str, Integers, Floats]]:
    """Yield each activity that pays for goods: its name, the offers paid (n,), currency per unit (n, T)."""
    tiers = scenario.offer_tiers
    every = np.arange(len(scenario.offers.label))
    paid = {"purchase": every, "tier_purchase": tiers.offer, "tier_used": tiers.offer}
    for rate in ledger.rates:
        if rate.account == "purchase" and rate.activity in paid:
            yield rate.activity, paid[rate.activity], rate.per_unit


def offer_spend(scenario: Scenario, ledger: Ledger, activities: Activities) -> Floats:
    """Return what is paid for each offer's goods in a period, undiscounted currency, (O, T)."""
    spent = np.zeros((len(scenario.offers.label), len(scenario.periods)))
    for activity, offer, price in paid_to_offers(scenario, ledger):
        np.add.at(spent, offer, activities[activity] * price)
    return spent * scenario.periods.years


def offer_emissions(scenario: Scenario, ledger: Ledger, activities: Activities) -> Floats:
    """Return what is emitted up to the gate for each offer's goods, after cuts, tCO2e a year, (O, T)."""
    covers = scenario.covers
    members = covers.of("offer")
    emitted = np.zeros((len(scenario.offers.label), len(scenario.periods)))
    for rate in ledger.rates:
        if rate.account != "scope3_purchased_goods":
            continue
        if rate.activity == "purchase":
            emitted += activities["purchase"] * rate.per_unit
        elif rate.activity == "covered":
            entries = activities["covered"] * rate.per_unit
            np.add.at(emitted, covers.element[members], entries[members])
    return emitted


def arc_emissions(scenario: Scenario, ledger: Ledger, activities: Activities, part: str) -> Floats:
    """Return one part of the emissions of freight by arc, tCO2e a year, (A, T).

    `part` : ``ttw`` (tank to wheel, handling at partners' hubs included) or ``wtt`` (well to tank). Trips
    of whole vehicles are shared by the goods on the lane, by mass.
    """
    arcs, covers = scenario.arcs, scenario.covers
    members = covers.of("arc")
    emitted = np.zeros((len(arcs.label), len(scenario.periods)))
    for rate in ledger.rates:
        if not rate.account.endswith(f"_transport_{part}"):
            continue
        if rate.activity == "flow":
            emitted += activities["flow"] * rate.per_unit
        elif rate.activity == "covered":
            entries = activities["covered"] * rate.per_unit
            np.add.at(emitted, covers.element[members], entries[members])
        elif rate.activity == "trips":
            emitted += _by_mass(scenario, activities["flow"], activities["trips"] * rate.per_unit)
    return emitted


def _by_mass(scenario: Scenario, flow: Floats, trips: Floats) -> Floats:
    """Return what trips emit, (trip lanes, T), shared by the arcs of their lanes, (A, T)."""
    arcs, lanes = scenario.arcs, scenario.lanes
    tonnes = flow * arcs.tonnes_per_unit[:, None]
    on_lane = np.zeros((len(lanes.label), tonnes.shape[1]))
    np.add.at(on_lane, arcs.lane, tonnes)
    of_lane = np.zeros_like(on_lane)
    of_lane[lanes.by_trip] = trips
    share = np.divide(tonnes, on_lane[arcs.lane], out=np.zeros_like(tonnes), where=tonnes > 0)
    return share * of_lane[arcs.lane]
