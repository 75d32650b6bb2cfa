"""What lanes, hubs, stocks, returns and disposal book to the ledger."""

from __future__ import annotations

import numpy as np

from scenarios.accounts import SCOPE2_ACCOUNTS
from scenarios.rate import Rate, every_period
from scenarios.scenario import Flags, Floats, Integers, Scenario


def flow_rates(scenario: Scenario) -> list[Rate]:
    """Return the rates of ``use_lane``, ``trips``, ``stock``, ``returned``, ``discard`` and of handling."""
    stores, returns, disposals, lanes = scenario.stores, scenario.returns, scenario.disposals, scenario.lanes
    opened = lanes.opened
    return [
        Rate("use_lane", "freight", every_period(lanes.fixed_cost[opened], scenario), lanes.origin[opened]),
        *_trips(scenario),
        *_handling(scenario),
        # The stock at a period's end is held for the period's length: end stocks, as in lot sizing.
        Rate("stock", "storage", every_period(stores.holding_cost, scenario), stores.site),
        Rate("returned", "collection", every_period(returns.collection_cost, scenario), returns.site),
        Rate("discard", "disposal", every_period(disposals.cost, scenario), disposals.site),
        Rate("discard", "scope3_waste", every_period(disposals.emissions, scenario), disposals.site),
    ]


def paid_by_trip(scenario: Scenario) -> Flags:
    """Return which arcs lie on lanes paid by the whole vehicle, (A,)."""
    return scenario.lanes.whole_vehicles[scenario.arcs.lane]


def freight_left(scenario: Scenario) -> Floats:
    """Return the share of freight cost and factors that consolidation at hubs leaves, (A, T)."""
    hubs = scenario.hubs
    left = np.ones((len(scenario.arcs.label), len(scenario.periods)))
    np.multiply.at(left, hubs.leaving_arc, 1 - hubs.consolidation[hubs.leaving_hub])
    return left


def _trips(scenario: Scenario) -> list[Rate]:
    """A trip costs and emits what a full vehicle does; trips are counted over the whole period."""
    arcs, lanes = scenario.arcs, scenario.lanes
    by_trip = lanes.by_trip
    arc = np.array([_heaviest(scenario, lane) for lane in by_trip.tolist()], dtype=np.int64)
    mass = arcs.tonnes_per_unit[arc]
    per_year = (lanes.payload[by_trip] / mass)[:, None] / scenario.periods.years
    site = lanes.origin[by_trip]
    downstream = (scenario.sites.role[lanes.destination[by_trip]] == "customer")[:, None]
    found = [Rate("trips", "freight", every_period(arcs.cost[arc], scenario) * per_year, site)]
    for part, factor in (
        ("ttw", arcs.tank_to_wheel[arc]),
        ("wtt", arcs.well_to_tank[arc]),
    ):
        per_trip = factor * per_year
        found.append(Rate("trips", f"scope3_downstream_transport_{part}", per_trip * downstream, site))
        found.append(Rate("trips", f"scope3_upstream_transport_{part}", per_trip * ~downstream, site))
    return found


def _heaviest(scenario: Scenario, lane: int) -> int:
    """Return an arc of the lane whose figures per t are the lane's: that of its heaviest product."""
    members: Integers = np.flatnonzero(scenario.arcs.lane == lane)
    return int(members[np.argmax(scenario.arcs.tonnes_per_unit[members])])


def _handling(scenario: Scenario) -> list[Rate]:
    """Handling of what leaves a hub, at own hubs by scope, else part of the transport (ISO 14083).

    The grid's part at an own hub is scope 2 under every method: no power option serves it.
    """
    arcs, hubs = scenario.arcs, scenario.hubs

    def leaving(per_unit: Floats) -> Floats:
        of_arc = np.zeros((len(arcs.label), len(scenario.periods)))
        np.add.at(of_arc, hubs.leaving_arc, per_unit[hubs.leaving_hub])
        return of_arc

    cost, emitted = leaving(hubs.handling_cost), leaving(hubs.handling_emissions + hubs.energy_tank_to_wheel)
    made, grid = leaving(hubs.energy_well_to_tank), leaving(hubs.energy_grid)
    own = (scenario.sites.owner[arcs.origin] == "own")[:, None]
    downstream = (scenario.sites.role[arcs.destination] == "customer")[:, None]
    return [
        Rate("flow", "handling", cost, arcs.origin),
        Rate("flow", "scope1", emitted * own, arcs.origin),
        Rate("flow", "scope3_upstream_transport_ttw", emitted * ~own * ~downstream, arcs.origin),
        Rate("flow", "scope3_downstream_transport_ttw", emitted * ~own * downstream, arcs.origin),
        *(Rate("flow", account, grid * own, arcs.origin) for account in SCOPE2_ACCOUNTS),
        Rate("flow", "scope3_fuel_and_energy", made * own, arcs.origin),
        Rate("flow", "scope3_upstream_transport_wtt", (made + grid) * ~own * ~downstream, arcs.origin),
        Rate("flow", "scope3_downstream_transport_wtt", (made + grid) * ~own * downstream, arcs.origin),
    ]
