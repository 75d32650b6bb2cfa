"""The distribution tree in other packages: salabim, SupplyNetPy and stockpyl.

- salabim: a component for every site and every shipment, the same decisions as the textbook's: the same path.
- stockpyl: its own base-stock policy. What a supplier owes it keeps on its books, where the others order
  again the next day: the same path as long as no supplier runs short and nobody waits when a year closes.
- SupplyNetPy: orders up to the level each day. It ships whole orders only and knows no goods on the way
  at the start, so its path differs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path as File
from typing import Any

import numpy as np

from benchmarks.simulate_given import Given, Path, Tally, arrays_of, granted
from benchmarks.textbook_simpy import MOMENT

STOCKPYL = File(__file__).with_name("simulate_stockpyl.py")


def run_salabim(given: Given) -> Path:  # noqa: C901 - its classes need the package, which may be absent
    """Run all days with a component for every site and every shipment."""
    import salabim as sim

    sim.yieldless(False)  # noqa: FBT003 - it has no name
    env: Any = sim.Environment(trace=False, random_seed=1)
    tally, events = Tally(given), [0]

    class Shipment(sim.Component):  # type: ignore[misc, unused-ignore]
        def setup(self, to: Any, days: float, quantity: float) -> None:
            self.to, self.days, self.quantity = to, days, quantity

        def process(self) -> Iterator[Any]:
            yield self.hold(self.days)
            events[0] += 1
            self.to.on_way -= self.quantity
            self.to.stock += self.quantity

    class Site(sim.Component):  # type: ignore[misc, unused-ignore]
        def setup(self, tier: int, number: int, supplier: Any) -> None:
            self.tier, self.number, self.supplier = tier, number, supplier
            self.stock = float(given.stock[tier][number])
            self.level, self.planned = float(given.levels[tier][number]), float(given.rate[tier][number])
            self.lead, self.waiting = given.leads[tier], 0.0
            self.on_way, self.orders, self.customers = self.planned * self.lead, {}, []  # type: ignore[var-annotated]
            if supplier is not None:
                supplier.customers.append(self)
            for day in range(self.lead):
                Shipment(to=self, days=day, quantity=self.planned)

        def receive(self, quantity: float) -> None:
            if quantity > 0.0:
                self.on_way += quantity
                Shipment(to=self, days=self.lead - env.now() % 1.0, quantity=quantity)

        def process(self) -> Iterator[Any]:
            yield self.hold(MOMENT[self.tier])
            for day in range(given.days):
                events[0] += 1
                if self.tier == 2:
                    owed = self.waiting + float(given.demand[day, self.number])
                    served = min(owed, self.stock)
                    self.stock -= served
                    self.waiting = owed - served
                    tally.served[self.number] += served
                else:
                    planned = [customer.planned for customer in self.customers]
                    wanted = [self.orders[customer] for customer in self.customers]
                    shipped = granted(self.stock, planned, wanted)
                    for customer, quantity in zip(self.customers, shipped, strict=True):
                        self.stock -= quantity
                        customer.receive(quantity)
                order = max(self.level - (self.stock + self.on_way - self.waiting), 0.0)
                if self.supplier is None:
                    self.receive(order)
                else:
                    self.supplier.orders[self] = order
                tally.evenings[self.tier][self.number] += self.stock
                if day in given.closes:
                    self.waiting = 0.0
                yield self.hold(till=day + 1 + MOMENT[self.tier])

    tiers: list[list[Any]] = []
    for tier, parents in enumerate(given.parents):
        above = tiers[-1] if tiers else [None]
        tiers.append([Site(tier=tier, number=i, supplier=above[p]) for i, p in enumerate(parents)])
    env.run(till=given.days - 1e-6)
    return tally.path([[site.stock for site in tier] for tier in tiers], events[0])


def run_supplynetpy(given: Given) -> Path:
    """Run all days with the nodes, links and demands of SupplyNetPy."""
    import simpy
    from SupplyNetPy import Components as scm  # noqa: N813 - its own abbreviation

    env = simpy.Environment()
    source = scm.Supplier(env=env, ID="s", name="s", node_type="infinite_supplier", logging=False)
    nodes, links, demands, tiers = [source], [], [], []  # type: ignore[var-annotated]
    for tier, parents in enumerate(given.parents):
        own = []
        for i, parent in enumerate(parents):
            level, name = float(given.levels[tier][i]), f"{tier}_{i}"
            policy = {"s": level, "S": level, "period": 1, "first_review_delay": 0.05 + 0.01 * (2 - tier)}
            site = scm.InventoryNode(
                env=env,
                ID=name,
                name=name,
                node_type="warehouse",
                capacity=1e12,
                initial_level=level,
                inventory_holding_cost=1.0,
                replenishment_policy=scm.SSReplenishment,
                policy_param=policy,
                product_sell_price=2,
                product_buy_price=1,
                logging=False,
            )
            own.append(site)
            above = tiers[-1][parent] if tiers else source
            lead = _always(given.leads[tier] - 0.5)
            links.append(scm.Link(env=env, ID=f"l{name}", source=above, sink=site, cost=0, lead_time=lead))
        tiers.append(own)
        nodes += own
    for i, shop in enumerate(tiers[-1]):
        days = given.demand[:, i].tolist()
        quantities = iter([days[0], *days, *[1.0] * 5])  # the package asks once more before it starts
        demands.append(
            scm.Demand(
                env=env,
                ID=f"d{i}",
                name=f"d{i}",
                order_arrival_model=_always(1.0),
                order_quantity_model=_next_of(quantities),
                demand_node=shop,
                tolerance=float("inf"),
                logging=False,
            )
        )
    scm.simulate_sc_net(scm.create_sc_net(nodes, links, demands, env=env), sim_time=given.days, logging=False)
    served = [shop.stats.demand_fulfilled[1] for shop in tiers[-1]]
    mean = [site.stats.avg_inventory_level for tier in tiers for site in tier]
    closing = [site.inventory.level for tier in tiers for site in tier]
    return Path(np.array(served), np.array(closing), np.array(mean), next(env._eid))


def _always(value: float) -> Callable[[], float]:
    return lambda: value


def _next_of(values: Iterator[float]) -> Callable[[], float]:
    return lambda: max(1e-9, next(values))


def run_stockpyl(given: Given, python: str = sys.executable) -> tuple[Path, float]:
    """Run all days in stockpyl, in a Python that has it; return the path and the CPU seconds of its run.

    Raises
    ------
    RuntimeError : it failed; the text is its last line.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = File(folder) / "given.npz"
        np.savez(place, **arrays_of(given))
        done = subprocess.run(  # noqa: S603
            [python, str(STOCKPYL), str(place)], capture_output=True, text=True, check=False, timeout=600
        )
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["it ended without a word"])[-1])
    said = json.loads(done.stdout.splitlines()[-1])
    served, closing, mean = (np.array(said[name]) for name in ("served", "closing", "mean"))
    return Path(served, closing, mean), float(said["seconds"])
