"""What the plan says of trips, stocks and returns, and what a trial makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from scenarios.scenario import Scenario
from simulation.layout import Floats, Integers
from simulation.selection import Used, yearly
from simulation.wiring import places_of

ROUNDING = 1e-9  # of a trip, for the rounding of sums


@dataclass(frozen=True)
class KeptGoods:
    """The plan's trips, stocks and returns.

    Attributes
    ----------
    trip_slack : trips that the goods of the plan need beyond its own, by the solver's tolerance, and some
        rounding, (T, K) over the used lanes.
    idle_trips : trips of the plan beyond what its goods need, (T, n) over all lanes paid by the trip; they
        are paid in every trial.
    lane, trip_lane : used lanes paid by the trip, and their places among all of them.
    stock : at the end of each period, (T, n) over all stores.
    opening : before the first day at each used node, (N,).
    store_node : used node of each used store.
    returned_share : returned per unit delivered the lag before, (T, B) over the used returns.
    """

    trip_slack: Floats
    idle_trips: Floats
    lane: Integers
    trip_lane: Integers
    stock: Floats
    opening: Floats
    used_store: Integers
    store_node: Integers
    returned_share: Floats

    def trips(self, departed: Floats) -> Floats:
        """Return trips of whole periods, (T, n), when `departed`, (T, K), left on the used lanes."""
        trips = self.idle_trips.copy()
        trips[:, self.trip_lane] += departed[:, self.lane]
        return trips

    def stocks(self, there: Floats, planned: Floats) -> Floats:
        """Return stocks at the ends of periods, (T, n) over all stores.

        A store holds what the plan has it hold, and what its node has beyond the `planned` stock on hand
        (below it: less, and not below nothing); both (T, N). The capacity of a store binds the plan alone:
        what luck leaves beyond it is kept, and paid.
        """
        stock = self.stock.copy()
        beyond = (there - planned)[:, self.store_node]
        stock[:, self.used_store] = np.maximum(stock[:, self.used_store] + beyond, 0.0)
        return stock


def kept_goods(scenario: Scenario, plan: xr.Dataset, used: Used) -> KeptGoods:
    """Return what the plan says of trips, stocks and returns."""
    lanes, arcs, years = scenario.lanes, scenario.arcs, scenario.periods.years[:, None]
    by_trip, trips = lanes.by_trip, np.round(yearly(plan, "trips"))
    tonnes = np.zeros((len(lanes.label), len(years)))
    np.add.at(tonnes, arcs.lane, (yearly(plan, "flow") * np.maximum(arcs.tonnes_per_unit, 1e-12)).T)
    needed = tonnes[by_trip].T * years / lanes.payload[by_trip]
    slack = np.maximum(needed - trips, 0.0) + ROUNDING
    place = places_of(by_trip, used.lane)
    trip_slack = np.zeros((len(years), len(used.lane)))
    trip_slack[:, place[place >= 0]] = slack[:, place >= 0]
    opening = np.zeros(len(used.node))
    store_node = places_of(scenario.stores.node[used.store], used.node)
    np.add.at(opening, store_node, scenario.stores.opening[used.store])
    return KeptGoods(
        trip_slack=trip_slack,
        idle_trips=np.maximum(trips - np.ceil(needed - slack), 0.0),
        lane=place[place >= 0],
        trip_lane=np.flatnonzero(place >= 0),
        stock=yearly(plan, "stock"),
        opening=opening,
        used_store=used.store,
        store_node=store_node,
        returned_share=_returned_share(scenario, plan, used),
    )


def _returned_share(scenario: Scenario, plan: xr.Dataset, used: Used) -> Floats:
    """Return what the plan takes back per unit delivered the lag before, (T, B); the stream comes anyway."""
    returns, returned = scenario.returns, yearly(plan, "returned")
    before = returns.delivered_before(yearly(plan, "delivered").T).T
    share = np.zeros(returned.shape)
    np.divide(np.maximum(returned - returns.stream, 0.0), before, out=share, where=before > 0)
    return share[:, used.takeback]
