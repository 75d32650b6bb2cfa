"""The distribution tree in SimPy as textbooks write it: a process for every site and for every shipment.

Stocks are Containers, order books are Stores. Within a day shops serve and order first, then depots ship and
order, then plants; what a supplier cannot fill is ordered again the next day.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from benchmarks.simulate_given import Given, Path, Tally, granted

MOMENT = (0.5, 0.3, 0.1)  # of the day at which plants, depots and shops act
Steps = Generator[simpy.Event, Any, None]


class Site:
    """A plant, depot or shop; `supplier` is None where supply has no limit."""

    def __init__(
        self, env: simpy.Environment, given: Given, tier: int, number: int, supplier: Site | None
    ) -> None:
        self.env, self.given, self.tier, self.number, self.supplier = env, given, tier, number, supplier
        self.stock = simpy.Container(env, init=float(given.stock[tier][number]))
        self.book = simpy.Store(env)
        self.level = float(given.levels[tier][number])
        self.planned = float(given.rate[tier][number])
        self.lead = given.leads[tier]
        self.on_way = self.planned * self.lead
        self.waiting = 0.0
        self.customers: list[Site] = []
        if supplier is not None:
            supplier.customers.append(self)

    def arrive(self, days: float, quantity: float) -> Steps:
        """Bring a shipment."""
        yield self.env.timeout(days)
        self.on_way -= quantity
        yield self.stock.put(quantity)

    def order(self) -> Steps:
        """Order up to the base-stock level."""
        quantity = max(self.level - (self.stock.level + self.on_way - self.waiting), 0.0)
        if self.supplier is None:
            self.send(self, quantity)
        else:
            yield self.supplier.book.put((self, quantity))

    def send(self, customer: Site, quantity: float) -> None:
        """Let a shipment leave."""
        if quantity > 0.0:
            customer.on_way += quantity
            self.env.process(customer.arrive(customer.lead - self.env.now % 1.0, quantity))

    def ship(self) -> Steps:
        """Fill today's orders as far as the stock goes."""
        wanted = {}
        while self.book.items:
            customer, quantity = yield self.book.get()
            wanted[customer] = quantity
        planned = [customer.planned for customer in self.customers]
        orders = [wanted[customer] for customer in self.customers]
        for customer, share in zip(self.customers, granted(self.stock.level, planned, orders), strict=True):
            quantity = min(share, self.stock.level)  # not a hair more, or it would wait
            if quantity > 0.0:
                yield self.stock.get(quantity)
                self.send(customer, quantity)

    def serve(self, demand: float, tally: Tally) -> Steps:
        """Serve today's demand and those who wait."""
        owed = self.waiting + demand
        quantity = min(owed, self.stock.level)
        if quantity > 0.0:
            yield self.stock.get(quantity)
        self.waiting = owed - quantity
        tally.served[self.number] += quantity

    def live(self, tally: Tally) -> Steps:
        """Act once a day."""
        yield self.env.timeout(MOMENT[self.tier])
        for day in range(self.given.days):
            if self.tier == 2:
                yield from self.serve(float(self.given.demand[day, self.number]), tally)
            else:
                yield from self.ship()
            yield from self.order()
            tally.evenings[self.tier][self.number] += self.stock.level
            if day in self.given.closes:
                self.waiting = 0.0
            yield self.env.timeout(day + 1 + MOMENT[self.tier] - self.env.now)


def run(given: Given) -> Path:
    """Run all days and return the path."""
    env, tally = simpy.Environment(), Tally(given)
    tiers: list[list[Site]] = []
    for tier, parents in enumerate(given.parents):
        above = tiers[-1] if tiers else [None]
        tiers.append([Site(env, given, tier, i, above[p]) for i, p in enumerate(parents)])
    for site in (site for tier in tiers for site in tier):
        for day in range(site.lead):
            env.process(site.arrive(day, site.planned))
        env.process(site.live(tally))
    env.run(until=given.days)
    return tally.path([[site.stock.level for site in tier] for tier in tiers], next(env._eid))
