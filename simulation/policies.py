"""What trials do otherwise than the plan by choice: reorder policies of nodes, part loads of vehicles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scenarios.policies import LEVELS
from scenarios.scenario import Scenario
from simulation.layout import POLICY, Flags, Floats, Integers, Records, World, records
from simulation.selection import Labels, Used
from simulation.wiring import places_of

FIELDS = dict(zip(LEVELS, ("point", "level", "lot"), strict=True))
PER_USE = "days_of_planned_use"
IDLE = 1e-6  # of a day's planned use: less is none


@dataclass(frozen=True)
class Ordering:
    """Nodes that order by a policy, (P,), and when the vehicles of the used lanes, (K,), leave.

    Attributes
    ----------
    node : position among the used nodes.
    kind : name of the policy.
    policies : as the kernel reads them, levels in the table's own measure.
    by_use : whether these are days of the plan's use.
    least_load, longest_wait : share of the payload, and days, with which whole vehicles leave, (K,).
    """

    node: Integers
    kind: Labels
    policies: Records
    by_use: Flags
    least_load: Floats
    longest_wait: Floats

    def start(self, position: Floats, use: Floats) -> dict[str, Any]:
        """Return the fields of a world before its first day.

        Parameters
        ----------
        position : stock and goods on the way, product units by used node, (N,).
        use : planned use of a day in the first period, (N,); recent use until there is some.
        """
        policies = self.policies.copy()
        policies["position"] = position[self.node]
        longest = int(policies["window"].max(initial=0))
        return {"policies": policies, "recent": np.tile(use[self.node], (longest, 1))}

    def by_plan(self) -> Ordering:
        """Return the same for nobody: all follow the plan, and whole vehicles leave when they are full."""
        nobody = np.zeros(0, dtype=np.int64)
        lanes = len(self.least_load)
        return Ordering(
            nobody,
            nobody.astype(object),
            records(POLICY, 0),
            by_use=nobody.astype(bool),
            least_load=np.ones(lanes),
            longest_wait=np.full(lanes, np.inf),
        )

    def notes(self) -> list[str]:
        """Return what a reader of the outcome must know about the twin."""
        count = len(self.node)
        if not count:
            return []
        places = "one site orders a product" if count == 1 else f"sites order {count} products"
        return [f"in trials {places} by a reorder policy; the check against the plan follows the plan"]

    def usual_stock(self, stock: Floats, transit: Floats, use: Floats) -> Floats:
        """Return `stock`, (N,), with what policies keep at their nodes when nothing varies.

        That is a position in the middle between the least and the most that a policy leaves, less what is
        on the way. `use` is planned, of a day in the first period; what it does not use yet stays as it is.
        """
        policies, result = self.policies, stock.copy()
        scale = np.where(self.by_use | (policies["window"] > 0), use[self.node], 1.0)
        most = np.where(policies["lot"] > 0, policies["point"] + policies["lot"], policies["level"])
        least = np.where(policies["daily"], policies["level"], policies["point"])
        middle = (least + most) / 2
        used = use[self.node] > 0
        kept = np.maximum(middle * scale - transit[self.node], 0.0)
        result[self.node[used]] = kept[used]
        return result

    def enter(self, world: World) -> None:
        """Let the nodes order in this world: by their arcs and at their own gates.

        Their stock is what the policy keeps, not safety days of the plan, so no operation eases off by those.
        """
        nodes = world.nodes
        nodes["orders"][self.node] = True
        nodes["policy"][self.node] = np.arange(len(self.node))
        world.arcs["by_order"] = nodes["orders"][world.arcs["head"]]
        world.offers["by_order"] = nodes["orders"][world.offers["node"]]
        world.entries["scarce_below"][nodes["orders"][world.entries["node"]]] = 0.0
        world.lanes["least_load"] = self.least_load
        world.lanes["longest_wait"] = self.longest_wait

    def forget_waiting(self, world: World) -> None:
        """Keep in recent use what customers waited for who are lost now."""
        nodes, demands = world.nodes, world.demands
        lost = nodes["orders"][demands["node"]]
        policy = nodes["policy"][demands["node"][lost]]
        np.add.at(world.policies["position"], policy, demands["waiting"][lost])

    def open_period(self, world: World, use: Floats) -> None:
        """Write the levels of a period, in which the plan uses `use`, (N,), a day.

        Where there was no use of late, the plan's is recent use: else nothing would ever be ordered there.
        """
        scale = np.where(self.by_use, use[self.node], 1.0)
        idle = world.recent.sum(axis=0) <= IDLE * use[self.node]
        world.recent[:, idle] = use[self.node[idle]]
        for name in FIELDS.values():
            world.policies[name] = self.policies[name] * scale


def make_ordering(scenario: Scenario, used: Used, nodes: Records) -> Ordering:
    """Return the policies of the used nodes, (N,); none for a supplier's, who ships what he buys."""
    given = scenario.policies
    node = places_of(given.node, used.node)
    kept = np.flatnonzero((node >= 0) & ~nodes["source"][node])
    policies = records(POLICY, len(kept))
    for column, name in FIELDS.items():
        policies[name] = np.nan_to_num(getattr(given, column)[kept])
    policies["daily"] = np.isin(given.kind[kept].astype(str), ("base_stock", "periodic"))
    policies["review"] = given.review_days[kept]
    policies["window"] = given.recent_days[kept]
    return Ordering(
        node[kept],
        given.kind[kept],
        policies,
        by_use=given.measured_in[kept] == PER_USE,
        least_load=scenario.lanes.least_load[used.lane],
        longest_wait=scenario.lanes.longest_wait_days[used.lane],
    )
