"""Cost to serve and carbon to serve: what each customer's goods have cost and emitted on their way.

Goods at a node are mixed: whatever leaves it, leaves with the node's average cost and emissions per unit
(proportional mixing, as in flow tracing: Bialek 1996). Per period this is a linear system in the value
that passes each node and each operation. What an entry of the ledger is attached to: purchases to the
offer's node, freight to the arc's end, production to the operation, lines and power to the operations
that use them, everything else at a site (investments, programmes) to what leaves the site. Co-products
share by mass; goods discarded carry nothing, what is kept bears it; stocks keep their value until they
are drawn; what comes back from customers starts from nothing (cut-off).

What cannot be attached stands in a remainder: entries of no site, of sites that nothing leaves in the
period, and what stocks take in or give out. Served and remainder add up to the plan's accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array, eye_array
from scipy.sparse.csgraph import breadth_first_order
from scipy.sparse.linalg import splu

from scenarios.accounts import COST_ACCOUNTS, EMISSION_ACCOUNTS
from scenarios.ledger import Ledger
from scenarios.scenario import Scenario

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Activities = Mapping[str, Floats]
Split = tuple[Integers, Integers, Floats]  # entries: element, place, share of the element's amount

ACCOUNTS = (*COST_ACCOUNTS, *EMISSION_ACCOUNTS)
NEGLIGIBLE = 1e-12  # of the largest quantity in the period


@dataclass(frozen=True)
class Served:
    """Accounts by customer, amounts as in the plan: money in the period, emissions per year.

    Attributes
    ----------
    cost, emissions : (accounts, D, T). cost_remainder, emissions_remainder : (accounts, T).
    """

    cost: Floats
    emissions: Floats
    cost_remainder: Floats
    emissions_remainder: Floats


def to_serve(scenario: Scenario, ledger: Ledger, activities: Activities) -> Served:
    """Return what each demand's goods have cost and emitted along the flows of `activities`, (n, T)."""
    periods, demands = len(scenario.periods), len(scenario.demands.label)
    booked = _Booked(scenario, ledger, activities)
    served = np.zeros((len(ACCOUNTS), demands, periods))
    remainder = np.zeros((len(ACCOUNTS), periods))
    pool = np.zeros((len(scenario.stores.label), len(ACCOUNTS)))  # value of what lies in stock
    for t in range(periods):
        period = _Period(scenario, activities, t)
        direct, to_customers, left_over = booked.attached(period)
        # A pool holds amounts; accounts of emissions are per year.
        scale = np.where(np.arange(len(ACCOUNTS)) < len(COST_ACCOUNTS), 1.0, scenario.periods.years[t])
        drawn = pool * period.drawn_share[:, None]
        np.add.at(direct, scenario.stores.node, drawn / scale)
        pool -= drawn
        value, lost = period.value_of(direct)
        delivered = value[scenario.demands.node] * period.delivered_share[:, None]
        stored = value[scenario.stores.node] * period.stored_share[:, None]
        pool += stored * scale
        served[:, :, t] = (delivered + to_customers).T
        remainder[:, t] = left_over + lost + stored.sum(axis=0) - (drawn / scale).sum(axis=0)
    costs = len(COST_ACCOUNTS)
    return Served(served[:costs], served[costs:], remainder[:costs], remainder[costs:])


class _Period:
    """The flows of one period: where what leaves each node goes."""

    def __init__(self, scenario: Scenario, activities: Activities, t: int) -> None:
        self.scenario, self.t = scenario, t
        s = scenario
        self.x = {name: values[:, t] for name, values in activities.items()}
        x = self.x
        self.nodes = len(s.nodes.label)
        mass = s.products.tonnes_per_unit[s.nodes.product]
        self.mass = np.where(mass > 0, mass, 1.0)
        quantity = s.recipe.quantity * x["run"][s.recipe.operation]
        spared = s.covers.input_quantity * x["covered"][s.covers.input_cover]
        self.made = np.maximum(quantity, 0.0)
        used_by = np.concatenate([s.recipe.operation, s.covers.element[s.covers.input_cover]])
        used_at = np.concatenate([s.recipe.node, s.covers.input_node])
        used = self._summed(used_by, used_at, np.concatenate([np.maximum(-quantity, 0.0), -spared]))
        before = activities["stock"][:, t - 1] if t else s.stores.opening
        change = (x["stock"] - before) / s.periods.years[t]
        put = np.maximum(change, 0.0)
        out = np.zeros(self.nodes)
        np.add.at(out, s.arcs.tail, x["flow"])
        np.add.at(out, s.demands.node, x["delivered"])
        np.add.at(out, s.stores.node, put)
        np.add.at(out, used[1], used[2])
        largest = float(out.max(initial=0.0))
        self.out = np.where(out > NEGLIGIBLE * largest, out, 0.0)
        self.used = used
        self.delivered_share = self._of_out(x["delivered"], s.demands.node)
        self.stored_share = self._of_out(put, s.stores.node)
        drawn = np.maximum(-change, 0.0) * s.periods.years[t]
        self.drawn_share = np.divide(drawn, before, out=np.zeros(len(before)), where=before > 0)
        self.exits = np.zeros(self.nodes)
        np.add.at(self.exits, s.demands.node, self.delivered_share)
        np.add.at(self.exits, s.stores.node, self.stored_share)

    @staticmethod
    def _summed(first: Integers, second: Integers, values: Floats) -> tuple[Integers, Integers, Floats]:
        """Return entries with the values of equal (first, second) pairs added up, rounding cut at zero."""
        if not len(values):
            return first, second, values
        pairs, place = np.unique(np.stack([first, second]), axis=1, return_inverse=True)
        total = np.bincount(place.ravel(), values, pairs.shape[1])
        return pairs[0], pairs[1], np.maximum(total, 0.0)

    def _of_out(self, quantity: Floats, node: Integers) -> Floats:
        return np.divide(quantity, self.out[node], out=np.zeros(len(node)), where=self.out[node] > 0)

    def outputs(self) -> Split:
        """Return how the value of each operation is split over the goods it makes, by mass.

        Goods that are all discarded bear nothing.
        """
        recipe = self.scenario.recipe
        weight = self.made * self.mass[recipe.node] * (self.out[recipe.node] > 0)
        return _shares(recipe.operation, recipe.node, weight, len(self.scenario.operations.label))

    def leaving(self) -> Split:
        """Return how what is booked at a site is split over the goods that leave it, by mass."""
        s = self.scenario
        weight = np.zeros(self.nodes)
        np.add.at(weight, s.arcs.tail, self.x["flow"])
        np.add.at(weight, s.demands.node, self.x["delivered"])
        weight = weight * self.mass * (self.out > 0)
        return _shares(s.nodes.site, np.arange(self.nodes), weight, len(s.sites.label))

    def value_of(self, direct: Floats) -> tuple[Floats, Floats]:
        """Return the value that passes each node, (N, K), and what is lost on the way, (K,).

        `direct` : what is booked to nodes and then operations, (N + R, K).
        """
        s, n = self.scenario, self.nodes
        size = n + len(s.operations.label)
        operation, made_at, share = self.outputs()
        used_by, used_at, used = self.used
        ways = [
            (s.arcs.head, s.arcs.tail, self._of_out(self.x["flow"], s.arcs.tail)),
            (n + used_by, used_at, self._of_out(used, used_at)),
            (made_at, n + operation, share),
        ]
        to, of, weight = (np.concatenate(part) for part in zip(*ways, strict=True))
        matrix = coo_array((weight, (to, of)), shape=(size, size)).tocsc()
        matrix.eliminate_zeros()
        reaching = self._reaching(matrix)
        value = np.zeros(direct.shape)
        if len(reaching):
            inside = matrix[reaching][:, reaching]
            system = csc_array(eye_array(len(reaching), format="csc") - inside)
            value[reaching] = splu(system).solve(np.ascontiguousarray(direct[reaching]))
        astray = np.ones(size, dtype=bool)
        astray[reaching] = False
        return value[:n], direct[astray].sum(axis=0) + (matrix @ value)[astray].sum(axis=0)

    def _reaching(self, matrix: csc_array) -> Integers:
        """Return what leads on to a customer or a stock, nodes and operations: their system is regular."""
        size = matrix.shape[0]
        ends = np.flatnonzero(self.exits > 0)
        way = matrix.tocoo()  # entry (to, of) leads from `to` back to `of`; exits hang on one more place
        to = np.concatenate([way.coords[0], np.full(len(ends), size)])
        of = np.concatenate([way.coords[1], ends])
        backwards = coo_array((np.ones(len(to)), (to, of)), shape=(size + 1, size + 1)).tocsr()
        order = breadth_first_order(backwards, size, return_predecessors=False)
        return np.sort(order[order < size]).astype(np.int64)


def _shares(group: Integers, place: Integers, weight: Floats, groups: int) -> Split:
    """Return entries (group, place, share of the group); groups without weight have none."""
    total = np.bincount(group, weight, groups)
    keep = weight > 0
    return group[keep], place[keep], weight[keep] / total[group[keep]]


class _Booked:
    """All entries of the ledger, attached to nodes, operations and customers period by period."""

    def __init__(self, scenario: Scenario, ledger: Ledger, activities: Activities) -> None:
        self.scenario = scenario
        place = {account: k for k, account in enumerate(ACCOUNTS)}
        years, last = scenario.periods.years, len(scenario.periods) - 1
        self.entries: list[tuple[str, int, Floats, Integers]] = []  # activity, account, amounts, site
        for rate in ledger.rates:
            if rate.activity not in activities:
                continue
            amount = activities[rate.activity] * rate.per_unit
            if rate.account in COST_ACCOUNTS and rate.timing == "yearly":
                amount = amount * years
            elif rate.timing == "end":
                total = amount.sum(axis=1)
                amount = np.zeros_like(amount)
                amount[:, last] = total
            self.entries.append((rate.activity, place[rate.account], amount, rate.site))

    def attached(self, period: _Period) -> tuple[Floats, Floats, Floats]:
        """Return amounts by node and operation (N + R, K), by demand (D, K), and what has no place (K,)."""
        s, t = self.scenario, period.t
        direct = np.zeros((period.nodes + len(s.operations.label), len(ACCOUNTS)))
        to_customers = np.zeros((len(s.demands.label), len(ACCOUNTS)))
        left_over = np.zeros(len(ACCOUNTS))
        leaving = period.leaving()
        splits: dict[str, Split | None] = {}
        for activity, account, amounts, site in self.entries:
            amount = amounts[:, t]
            if not amount.any():
                continue
            if activity == "unmet":
                to_customers[:, account] += amount
                continue
            if activity not in splits:
                splits[activity] = _split(activity, period)
            split, rest = splits[activity], amount
            if split is not None:
                element, target, share = split
                np.add.at(direct[:, account], target, amount[element] * share)
                placed = np.bincount(element, share, len(amount)) > 0
                rest = np.where(placed, 0.0, amount)
            at_site = np.bincount(site[site >= 0], rest[site >= 0], len(s.sites.label))
            where, target, share = leaving
            np.add.at(direct[:, account], target, at_site[where] * share)
            nothing_leaves = np.bincount(where, share, len(at_site)) == 0
            left_over[account] += at_site[nothing_leaves].sum() + rest[site < 0].sum()
        return direct, to_customers, left_over


def _split(activity: str, period: _Period) -> Split | None:
    """Return where entries of an activity are attached; None: to the goods that leave the site."""
    s, x = period.scenario, period.x
    operations = period.nodes + np.arange(len(s.operations.label))
    at_nodes = {
        "purchase": s.offers.node,
        "tier_purchase": s.offers.node[s.offer_tiers.offer],
        "tier_used": s.offers.node[s.offer_tiers.offer],
        "returned": s.returns.node,
        "stock": s.stores.node,
        "discard": s.disposals.node,
    }
    if activity in at_nodes:  # where nothing useful is left of it, the site bears it
        return _whole(at_nodes[activity], period.out[at_nodes[activity]] > 0)
    everywhere = {"flow": s.arcs.head, "run": operations, "covered": _improved(s, operations)}
    if activity in everywhere:
        return _whole(everywhere[activity], np.ones(len(everywhere[activity]), dtype=bool))
    if activity in ("use_lane", "trips"):
        return _by_load(period, s.lanes.opened if activity == "use_lane" else s.lanes.by_trip)
    if activity == "standing":
        use = s.operations.use * x["run"]
        return _shares(s.operations.line, operations, use, len(s.lines.label))
    if activity in ("power", "contracted", "claimed"):
        place, target, share = _shares(s.operations.site, operations, _loads(period), len(s.sites.label))
        supply, entry = np.nonzero(s.supplies.site[:, None] == place[None, :])
        return supply, target[entry], share[entry]
    return None


def _whole(target: Integers, keep: NDArray[np.bool_]) -> Split:
    """Return entries that go to one place each, where `keep` holds."""
    return np.flatnonzero(keep), target[keep], np.ones(int(keep.sum()))


def _improved(s: Scenario, operations: Integers) -> Integers:
    """Return the place of what each cover improves."""
    target = np.zeros(len(s.covers.label), dtype=np.int64)
    for family, places in (("operation", operations), ("arc", s.arcs.head), ("offer", s.offers.node)):
        members = s.covers.of(family)
        target[members] = places[s.covers.element[members]]
    return target


def _by_load(period: _Period, lanes: Integers) -> Split:
    """Return how what is paid for `lanes` as a whole is split over the goods they carry, by mass."""
    s = period.scenario
    place = np.full(len(s.lanes.label), -1, dtype=np.int64)
    place[lanes] = np.arange(len(lanes))
    on = np.flatnonzero(place[s.arcs.lane] >= 0)
    tonnes = period.x["flow"][on] * period.mass[s.arcs.tail[on]]
    return _shares(place[s.arcs.lane[on]], s.arcs.head[on], tonnes, len(lanes))


def _loads(period: _Period) -> Floats:
    """Return MWh a year that each operation draws, savings taken off, (R,)."""
    s, x = period.scenario, period.x
    load = s.operations.electricity * x["run"]
    members = s.covers.of("operation")
    element = s.covers.element[members]
    saved = s.covers.electricity_cut[members] * s.operations.electricity[element] * x["covered"][members]
    np.subtract.at(load, element, saved)
    return np.maximum(load, 0.0)
