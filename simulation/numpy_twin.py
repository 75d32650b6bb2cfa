"""The days of many trials at once in numpy: another hand's writing of what the kernel does.

It shares with the kernel what is drawn before the first day (demand, lead times, outages), the opening
stock and the conditions of each period, and nothing of the days themselves. Every quantity is an array over
trials, (K,); elements are visited one by one. Slower than the kernel for few trials, and there to be
compared with it: equal to 1e-9 in every trial.

It covers purchase, production, freight, delivery with backlog, outages of sites, lanes and lines, and
limits of offers, lines and lanes. It refuses interventions that go live late, which would give
every trial conditions of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np

from scenarios.errors import UnplayableError
from simulation.conditions import Situation
from simulation.layout import Floats, World, fresh
from simulation.network import Network
from simulation.numpy_sharing import hand_out
from simulation.playable import refuse_beyond_numpy
from simulation.trial import BOOKED, ROUNDING_DAYS, Trial
from simulation.trial_result import TrialResult

SOLVER_TOLERANCE = 1 + 1e-6
STATE = {
    "nodes": "stock transit deviation spare pull made used stock_days transit_days",
    "operations": "owed fitting want done booked starved",
    "arcs": "owed fitting correction booked",
    "offers": "room left done booked",
    "lines": "room left",
    "lanes": "room left passable booked",
    "demands": "waiting booked",
    "covers": "booked",
    "takebacks": "booked",
    "disposals": "booked",
    "answers": "booked",
}
Books = dict[str, Floats]


def play_all(trials: Sequence[Trial], network: Network) -> list[TrialResult]:
    """Play trials that have not been run, all at once, and return what happened in each.

    Raises UnplayableError when an intervention goes live late, and for what only the kernel plays: whole
    vehicles, hubs of limited capacity, stores, returns and disposal.
    """
    if any(trial.late_go_lives() for trial in trials):
        message = (
            "simulation.engine=numpy cannot play late go-lives: set "
            "simulation.uncertainty.intervention_delay_mean_years=0, or simulation.engine=kernel"
        )
        raise UnplayableError(message)
    refuse_beyond_numpy(network)
    for trial in trials:
        trial.enter_outages()
    days = _Days(network, [trial.world for trial in trials])
    books: list[Books] = []
    situation, world = Situation(network), fresh(network.template)
    for period in range(len(network.planned.run)):
        situation.open_period(world, period)
        situation.apply(world, period, network.active[period])
        days.open_period(world)
        for day in range(int(network.days.first[period]), int(network.days.first[period + 1])):
            days.play(day)
        books.append(days.close_period())
    results = []
    for k, trial in enumerate(trials):
        for name in ("stock", "transit", "made", "used", "stock_days", "transit_days"):
            trial.world.nodes[name] = getattr(days.nodes, name)[:, k]
        results.append(trial.conclude([{n: book[n][:, k].copy() for n in BOOKED} for book in books]))
    return results


class _Days:
    """State of all trials and the phases of a day; arrays (n, K), so that one element's row is (K,)."""

    nodes: SimpleNamespace
    operations: SimpleNamespace
    arcs: SimpleNamespace
    offers: SimpleNamespace
    lines: SimpleNamespace
    lanes: SimpleNamespace
    demands: SimpleNamespace
    covers: SimpleNamespace

    def __init__(self, network: Network, worlds: Sequence[World]) -> None:
        self.plan: World = worlds[0]
        self.trials = len(worlds)
        self.gain, self.surge, self.patience = worlds[0].gain, worlds[0].surge, worlds[0].patience
        for family, names in STATE.items():
            count = len(getattr(worlds[0], family))
            fields = {name: np.zeros((count, self.trials)) for name in names.split()}
            setattr(self, family, SimpleNamespace(**fields))
        self.nodes.stock = np.array([world.nodes["stock"] for world in worlds]).T.copy()
        self.nodes.transit = np.array([world.nodes["transit"] for world in worlds]).T.copy()
        self.scarce_below = worlds[0].entries["scarce_below"]
        self.on_the_way: list[Floats] = [row[:, None].repeat(self.trials, 1) for row in worlds[0].coming]
        self.lead = np.stack([world.lead for world in worlds], axis=-1)  # (W, A, K)
        self.demand = np.stack([world.demand for world in worlds], axis=-1)  # (H, D, K)
        self.up = {
            name: np.stack([getattr(world, f"{name}_up") for world in worlds], axis=-1)
            for name in ("site", "lane", "line")
        }
        t = network.template
        nodes = range(len(t.nodes))
        self.entries_of = [range(int(r.first_entry), int(r.end_entry)) for r in t.operations]
        self.makers = [[i for i in t.maker.tolist() if t.operations["made_node"][i] == n] for n in nodes]
        self.leaving = [np.flatnonzero(t.arcs["tail"] == n).tolist() for n in nodes]
        self.arriving = [np.flatnonzero(t.arcs["head"] == n).tolist() for n in nodes]
        self.sellers = [np.flatnonzero(t.offers["node"] == n).tolist() for n in nodes]

    # ---- periods

    def open_period(self, world: World) -> None:
        """Take the plan and what is possible in a period from `world`, common to all trials."""
        self.plan = world
        for family in ("lines", "lanes", "offers"):
            capacity = getattr(world, family)["capacity"]
            getattr(self, family).room[:] = (ROUNDING_DAYS * capacity)[:, None]

    def close_period(self) -> Books:
        """Return what was booked and start anew; who still waits is lost."""
        books = {name: getattr(self, name).booked.copy() for name in BOOKED}
        for name in BOOKED:
            getattr(self, name).booked[:] = 0.0
        for d, n in enumerate(self.plan.demands["node"]):
            self.nodes.deviation[n] -= self.demands.waiting[d]
        self.demands.waiting[:] = 0.0
        return books

    def play(self, day: int) -> None:
        """Play one day in all trials."""
        came = self.on_the_way[day % len(self.on_the_way)]
        self.nodes.stock += came
        self.nodes.transit -= came
        came[:] = 0.0
        self._want(day)
        self._produce()
        self._deliver(day)
        self._release(day)
        for c, cover in enumerate(self.plan.covers):
            booked = (self.operations.done, self.arcs_done, self.offers.done)[cover.family][cover.element]
            self.covers.booked[c] += cover.weight * booked
        self.nodes.stock_days += self.nodes.stock
        self.nodes.transit_days += self.nodes.transit

    # ---- production

    def _want(self, day: int) -> None:
        """Decide the runs, downstream first."""
        p, x = self.plan, self.operations
        use, line_of = p.operations["use"], p.operations["line"]
        capacity = p.lines["capacity"][:, None]
        up = self.up["line"][day] * self.up["site"][day][p.lines["site"]]
        self.lines.room += capacity
        self.lines.left = np.clip(np.minimum(up * (1 + self.surge) * capacity, self.lines.room), 0.0, None)
        load = np.zeros(len(p.lines))
        np.add.at(load, line_of, use * p.operations["possible"])
        fits = np.minimum(self.lines.left, load[:, None]) / np.where(load > 0, load, 1.0)[:, None]
        fits[load == 0] = 1.0
        x.fitting = p.operations["possible"][:, None] * fits[line_of]
        for r, entries in enumerate(self.entries_of):
            share = np.ones(self.trials)
            for e in entries:
                if self.scarce_below[e] > 0:
                    stock = np.maximum(self.nodes.stock[p.entries["node"][e]], 0.0)
                    x.starved[r] = np.where(stock < self.scarce_below[e], 1.0, x.starved[r])
                    share = np.minimum(share, stock / self.scarce_below[e])
            x.want[r] = x.fitting[r] * share
            self.lines.left[line_of[r]] -= use[r] * x.want[r]
        self.lines.left = np.maximum(self.lines.left, 0.0)
        self.nodes.pull[:] = 0.0
        for n in p.want_order:
            self._want_at(n)

    def _want_at(self, n: int) -> None:
        p, x, makers, made = self.plan, self.operations, self.makers[n], self.plan.operations["made_quantity"]
        owed = self._still_owed(n, x.owed, makers, made)
        correction = self.gain * (self.nodes.deviation[n] - owed) + self.nodes.pull[n]
        amount = p.nodes["missing_run"][n] + p.nodes["run_part"][n] * correction
        for r in makers:
            amount = amount + (x.fitting[r] - x.want[r]) * made[r]
            self._run_more(r, np.maximum(np.minimum(self.gain * x.owed[r], self._line_room(r)), 0.0))
        weights = [p.operations[name][makers] for name in ("possible", "reserve")]
        hand_out(amount, makers, weights, made[makers], self._line_room, self._run_more)
        total = sum((x.want[r] * made[r] for r in makers), np.zeros(self.trials))
        cut = np.where(
            (amount < 0) & (total > 0), np.minimum(-amount / np.where(total > 0, total, 1), 1), 0.0
        )
        for r in makers:
            self._run_more(r, -cut * x.want[r])
        for r in makers:
            for e in self.entries_of[r]:
                entry = p.entries[e]
                change = entry.quantity * x.want[r] - entry.planned * p.operations["planned"][r]
                self.nodes.pull[entry.node] -= change

    def _line_room(self, r: int) -> Floats:
        """Return how much more operation `r` could run."""
        operation, room = self.plan.operations[r], np.full(self.trials, np.inf)
        if operation.use > 0:
            room = self.lines.left[operation.line] / operation.use
        if operation.most_share < 1:
            most = operation.most_share * (1 + self.surge) * self.plan.lines["capacity"][operation.line]
            room = np.minimum(room, most - self.operations.want[r])
        return np.where(self.operations.starved[r] > 0, 0.0, room)

    def _run_more(self, r: int, more: Floats) -> None:
        self.operations.want[r] += more
        self.lines.left[self.plan.operations["line"][r]] -= more * self.plan.operations["use"][r]

    def _produce(self) -> None:
        """Run what inputs allow, upstream first; rivals share a short input by what they want."""
        p, x = self.plan, self.operations
        node, quantity = p.entries["node"], p.entries["quantity"]
        claim = np.zeros_like(self.nodes.stock)
        for r, entries in enumerate(self.entries_of):
            for e in entries:
                claim[node[e]] += max(-quantity[e], 0.0) * x.want[r]
        for r in p.run_order:
            done = x.want[r].copy()
            for e in self.entries_of[r]:
                if quantity[e] < 0:
                    stock, asked = np.maximum(self.nodes.stock[node[e]], 0.0), claim[node[e]]
                    part = np.where(asked > stock, stock / np.where(asked > stock, asked, 1.0), 1.0)
                    done = np.minimum(done, np.where(asked > stock, x.want[r] * part, done))
            line = p.operations["line"][r]
            lacking = x.want[r] - done
            x.starved[r] = lacking > 1e-6 * x.want[r] + 1e-12 * p.lines["capacity"][line]
            x.done[r] = done
            x.owed[r] = np.maximum(x.owed[r] + p.operations["possible"][r] - done, 0.0)
            x.booked[r] += done
            self.lines.room[line] -= done * p.operations["use"][r]
            for e in self.entries_of[r]:
                moved = quantity[e] * done
                self.nodes.stock[node[e]] += moved
                self.nodes.deviation[node[e]] -= moved - p.entries["planned"][e] * p.operations["planned"][r]
                claim[node[e]] -= max(-quantity[e], 0.0) * x.want[r]
                self.nodes.used[node[e]] += np.maximum(-moved, 0.0)
                self.nodes.made[node[e]] += np.maximum(moved, 0.0)

    # ---- customers

    def _deliver(self, day: int) -> None:
        for d, demand in enumerate(self.plan.demands):
            asked, n = self.demand[day, d], demand.node
            owed = self.demands.waiting[d] + asked
            served = np.minimum(owed, np.maximum(self.nodes.stock[n], 0.0))
            self.demands.waiting[d] = owed - served
            self.demands.booked[d] += served
            self.nodes.stock[n] -= served
            self.nodes.deviation[n] += asked - demand.planned

    # ---- purchase and freight

    def _release(self, day: int) -> None:
        """Order and send, the heads of arcs before their tails."""
        p, site_up = self.plan, self.up["site"][day]
        self.offers.room += p.offers["capacity"][:, None]
        self.offers.left[:] = 0.0
        for o, f in enumerate(p.offers):
            if f.possible + f.reserve > 0:
                self.offers.left[o] = self._most(self.offers.room[o], f.capacity, site_up[f.site], f.possible)
        source = p.nodes["source"]
        for n in range(len(source)):
            self.nodes.spare[n] = self._offered(n) if source[n] else self.nodes.stock[n]
        self._open_lanes(day, site_up)
        self.arcs_done = np.zeros_like(self.arcs.fitting)
        for n in p.send_order:
            if source[n]:
                there = self._offered(n) * SOLVER_TOLERANCE
                self._buy(n, p.nodes["missing_purchase"][n] + self._send(n, there, day))
                self.nodes.deviation[n] = 0.0
                continue
            self._send(n, np.maximum(self.nodes.stock[n], 0.0), day)
            self._order(n)

    def _open_lanes(self, day: int, site_up: Floats) -> None:
        arcs = self.plan.arcs
        for k, lane in enumerate(self.plan.lanes):
            members = range(int(lane.first_arc), int(lane.end_arc))
            load = sum((arcs["possible"][a] * arcs["mass"][a] for a in members), 0.0)
            self.lanes.room[k] += lane.capacity
            up = self.up["lane"][day][k] * site_up[lane.origin]
            passable = self._most(self.lanes.room[k], lane.capacity, up, load)
            fits = np.where(load > passable, passable / (load or 1.0), 1.0)
            for a in members:
                self.arcs.fitting[a] = arcs["possible"][a] * fits
                self.nodes.spare[arcs["tail"][a]] -= self.arcs.fitting[a]
            self.lanes.passable[k], self.lanes.left[k] = passable, np.maximum(passable - load, 0.0)

    def _most(self, room: Floats, capacity: float, up: Floats, planned: float) -> Floats:
        if np.isfinite(capacity):
            return np.maximum(np.minimum(room, up * (1 + self.surge) * capacity), 0.0)
        return np.where(up < 1, up * planned, room)

    def _offered(self, n: int) -> Floats:
        return sum((self.offers.left[o] for o in self.sellers[n]), np.zeros(self.trials))

    def _send(self, n: int, there: Floats, day: int) -> Floats:
        """Send what is `there` in proportion to what is asked for; return what goes beyond the plan."""
        x, arcs, beyond_plan = self.arcs, self.plan.arcs, np.zeros(self.trials)
        asked = {a: np.maximum(x.fitting[a] + x.correction[a], 0.0) for a in self.leaving[n]}
        total = sum(asked.values(), np.zeros(self.trials))
        part = np.where(total > there, there / np.where(total > there, total, 1.0), 1.0)
        for a, wanted in asked.items():
            lane, mass, passable = arcs["lane"][a], arcs["mass"][a], self.lanes.passable[arcs["lane"][a]]
            done = wanted * part
            done = np.where(done * mass > passable * SOLVER_TOLERANCE, np.maximum(passable, 0.0) / mass, done)
            x.owed[a] = np.maximum(x.owed[a] + arcs["possible"][a] - done, 0.0)
            x.booked[a] += done
            self.arcs_done[a] = done
            self.lanes.passable[lane] -= done * mass
            self.lanes.room[lane] -= done * mass
            self.nodes.stock[n] -= done
            head = arcs["head"][a]
            self.nodes.transit[head] += done
            for k, days in enumerate(self.lead[day // 7, a]):
                self.on_the_way[(day + days) % len(self.on_the_way)][head, k] += done[k]
            beyond = done - arcs["planned"][a]
            self.nodes.deviation[n] += beyond
            self.nodes.deviation[head] -= beyond
            beyond_plan = beyond_plan + beyond
        return beyond_plan

    def _order(self, n: int) -> None:
        """Buy and order what node `n` lacks against its planned position."""
        p, x, arriving = self.plan.nodes, self.arcs, self.arriving[n]
        for a in arriving:
            x.correction[a] = 0.0
        fitting = sum((x.fitting[a] for a in arriving), np.zeros(self.trials))
        owed = self._still_owed(n, x.owed, arriving, np.ones(len(x.owed)))
        wanted = self.gain * (self.nodes.deviation[n] - owed)
        if self.sellers[n]:
            self._buy(n, p["missing_purchase"][n] + p["purchase_part"][n] * wanted)
        extra = p["missing_flow"][n] + p["flow_part"][n] * wanted
        for a in arriving:
            self._send_more(a, np.maximum(np.minimum(self.gain * x.owed[a], self._way_room(a)), 0.0))
        cuts = (extra < 0) & (fitting > 0)
        cut = np.where(cuts, np.minimum(-extra / np.where(cuts, fitting, 1.0), 1.0), 0.0)
        for a in arriving:
            x.correction[a] -= cut * x.fitting[a]
        weights = [self.plan.arcs[name][arriving] for name in ("possible", "reserve")]
        hand_out(extra, arriving, weights, np.ones(len(arriving)), self._way_room, self._send_more)

    def _way_room(self, a: int) -> Floats:
        arc = self.plan.arcs[a]
        return np.minimum(self.lanes.left[arc.lane] / arc.mass, self.nodes.spare[arc.tail])

    def _send_more(self, a: int, more: Floats) -> None:
        arc = self.plan.arcs[a]
        self.arcs.correction[a] += more
        self.lanes.left[arc.lane] -= more * arc.mass
        self.nodes.spare[arc.tail] -= more

    def _buy(self, n: int, extra: Floats) -> None:
        """Buy as planned and `extra` beyond it, within what is offered today."""
        x, sellers, offers = self.offers, self.sellers[n], self.plan.offers
        total = np.zeros(self.trials)
        for o in sellers:
            x.done[o] = np.minimum(offers["possible"][o], x.left[o])
            x.left[o] -= x.done[o]
            total = total + x.done[o]
            if self.plan.nodes["source"][n]:
                extra = extra + offers["possible"][o] - x.done[o]
        less = (extra < 0) & (total > 0)
        keep = np.where(less, np.maximum(1 + extra / np.where(less, total, 1.0), 0.0), 1.0)
        for o in sellers:
            x.done[o] *= keep

        weights = [offers[name][sellers] for name in ("possible", "reserve")]
        hand_out(extra, sellers, weights, np.ones(len(sellers)), x.left.__getitem__, self._buy_more)
        for o in sellers:
            x.room[o] -= x.done[o]
            x.booked[o] += x.done[o]
            self.nodes.stock[n] += x.done[o]
            self.nodes.deviation[n] -= x.done[o] - offers["planned"][o]

    def _buy_more(self, o: int, more: Floats) -> None:
        self.offers.done[o] += more
        self.offers.left[o] -= more

    # ---- what the phases share

    def _still_owed(self, n: int, owed: Floats, members: Sequence[int], worth: Floats) -> Floats:
        """Fade what `members` owe, and return what they still do, in units of node `n`."""
        total = sum((owed[i] * worth[i] for i in members), np.zeros(self.trials))
        lacking = np.maximum(self.nodes.deviation[n], 0.0) / np.where(total > 0, total, 1.0)
        keep = np.where(total > 0, np.minimum(lacking, 1 - 1 / self.patience), 1.0)
        for i in members:
            owed[i] *= keep
        return np.where(total > 0, keep * total, 0.0)
