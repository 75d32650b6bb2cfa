"""One trial: SimPy lets things happen, the kernel runs the days in between."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass

import numpy as np
import simpy

from scenarios.uncertainty import BUYING
from simulation.conditions import Situation
from simulation.draws import draw, go_live_days
from simulation.events import Jumps, close, counted, happenings, jumps, power_left
from simulation.kernel import run_days
from simulation.layout import Floats, Integers, World, fresh
from simulation.levels import outage_level
from simulation.network import Network, yearly
from simulation.opening import Opening
from simulation.outages import enter_outages
from simulation.power import onsite_built, renewable_factors, settle
from simulation.settings import SimulationSettings, UncertaintySettings
from simulation.streams import Streams

Steps = Generator[simpy.Event, None, None]
RunDays = Callable[[int, int, World], None]
AS_PLANNED = ("standing", "contracted", "adopt", "in_effect", "use_lane", "indebted")
BOOKED = ("operations", "arcs", "offers", "demands", "covers", "lanes", "takebacks", "disposals")
ROUNDING_DAYS = 1e-9  # of a day's capacity, for the rounding of sums


@dataclass(frozen=True)
class TrialResult:
    """What happened in a trial.

    Attributes
    ----------
    activities : for the ledger, per year, arrays (n, T) over all elements of the scenario.
    required, delivered : product units a year, (D, T) over all demands.
    mass_error : largest imbalance of a product over its throughput.
    closing_stock, closing_transit, mean_stock, mean_transit : product units by used node, (N,); means
        over the days.
    events : outages, disruptions and everything that SimPy let happen.
    jumps : what disruptions add to prices; none: nothing.
    streams : the trial's random streams, for what is drawn after the last day.
    happened : how often each disruption of the scenario did, (E,).
    """

    activities: Mapping[str, Floats]
    required: Floats
    delivered: Floats
    mass_error: float
    closing_stock: Floats
    closing_transit: Floats
    mean_stock: Floats
    mean_transit: Floats
    events: int
    jumps: Jumps | None = None
    streams: Streams | None = None
    happened: Integers | None = None


class CountingEnvironment(simpy.Environment):
    """An environment that counts its events."""

    def __init__(self) -> None:
        super().__init__()
        self.events = 0

    def step(self) -> None:
        """Let the next event happen."""
        super().step()
        self.events += 1


class Trial:
    """One trial of a plan; :meth:`run` may be called once.

    Parameters
    ----------
    network, opening : from :func:`build_network` and :func:`opening_balance`.
    settings : policy and root seed.
    uncertainty : what may vary; ``UncertaintySettings.off()`` gives the plan's twin.
    index : number of the trial.
    days : runs the days between two events: the compiled kernel, its plain twin, or a journal of either.
    """

    def __init__(
        self,
        network: Network,
        opening: Opening,
        settings: SimulationSettings,
        uncertainty: UncertaintySettings,
        index: int,
        days: RunDays = run_days,
    ) -> None:
        self._network, self._opening, self._uncertainty = network, opening, uncertainty
        self._run_days = days
        self._streams = Streams(settings.seed, index)
        self._happened = happenings(network, uncertainty, self._streams)
        draws, self._required = draw(network, uncertainty, self._streams, self._happened)
        self.world = fresh(
            network.template,
            gain=settings.gain,
            surge=settings.surge,
            patience=settings.patience_days,
            coming=opening.coming.copy(),
            **draws,
        )
        self.world.nodes["stock"] = opening.stock
        self.world.nodes["transit"] = opening.transit
        self.world.entries["scarce_below"] = opening.scarce_below
        self._go_live = go_live_days(network, uncertainty, self._streams)
        self._situation = Situation(network)
        self._live = np.zeros(network.active.shape[1], dtype=bool)
        self._period = 0
        self._books: list[dict[str, Floats]] = []
        self._closing: list[Floats] = []
        self._outages = -1  # not entered yet
        self.environment = CountingEnvironment()

    def run(self) -> TrialResult:
        """Run all days and return what happened."""
        self.enter_outages()
        for day, intervention in self.late_go_lives():
            self.environment.process(self._goes_live(day, intervention))
        self.environment.process(self._clock())
        self.environment.run()
        return self._result()

    # ---- events

    def _clock(self) -> Steps:
        """Open each period, run its days between events, and close it.

        A day is run once everything that happens on it has happened: at once when the next event
        is later, else at the day's end.
        """
        first = self._network.days.first
        for period in range(len(first) - 1):
            self._open(period)
            day, end = int(first[period]), int(first[period + 1])
            while day < end:
                quiet_until = int(min(self.environment.peek(), end))
                if quiet_until > day:
                    self._run_days(day, quiet_until, self.world)
                    day = quiet_until
                else:
                    yield self.environment.timeout(day + 1 - self.environment.now)
            if self.environment.now < end:
                yield self.environment.timeout(end - self.environment.now)
            self._close()

    def _goes_live(self, day: float, intervention: int) -> Steps:
        """Let a late intervention work from `day` on, if the plan still has it at work then."""
        yield self.environment.timeout(day)
        if self._network.active[self._period, intervention]:
            self._live[intervention] = True
            self._apply()

    # ---- what events change

    def _open(self, period: int) -> None:
        """Start a period: the plan, what is live now, and capacities that count from zero."""
        self._period = period
        morning = self._network.days.first[period]
        self._live = self._network.active[period] & (self._go_live[period] <= morning)
        self._situation.open_period(self.world, period)
        self._apply()
        world = self.world
        for family in (world.lines, world.lanes, world.offers, world.hubs, world.limits):
            family["room"] = ROUNDING_DAYS * family["capacity"]

    def _apply(self) -> None:
        self._situation.apply(self.world, self._period, self._live)

    def _close(self) -> None:
        """End a period: book it; what customers still wait for is lost to them and counts as unmet."""
        world = self.world
        self._books.append({name: getattr(world, name)["booked"].copy() for name in BOOKED})
        self._closing.append(world.nodes["stock"].copy())
        for name in BOOKED:
            getattr(world, name)["booked"] = 0.0
        np.subtract.at(world.nodes["deviation"], world.demands["node"], world.demands["waiting"])
        world.demands["waiting"] = 0.0

    # ---- set-up and result

    def enter_outages(self) -> None:
        """Enter all outages and closings of the horizon; :meth:`run` does it when it has not been done."""
        if self._outages >= 0:
            return
        network, chance, world = self._network, self._uncertainty, self.world
        role = network.scenario.sites.role[network.used.site].astype(str)
        buying = np.isin(role, BUYING)
        of_suppliers = outage_level(
            network,
            "supplier_outage",
            chance.supplier_disruptions_per_year,
            chance.supplier_disruption_mean_days,
        )
        of_sites = outage_level(
            network, "site_outage", chance.site_disruptions_per_year, chance.site_disruption_mean_days
        )
        per_year, mean = (np.where(buying, a, b) for a, b in zip(of_suppliers, of_sites, strict=True))
        per_year = per_year * (role != "customer")  # a customer does not close
        of_lanes = outage_level(
            network, "lane_outage", chance.lane_disruptions_per_year, chance.lane_disruption_mean_days
        )
        of_lines = outage_level(
            network, "line_breakdown", chance.breakdowns_per_year, chance.repair_mean_days
        )
        count = 0
        for family, up, cause, (often, long) in (
            ("site", world.site_up, "disruption", (per_year, mean)),
            ("lane", world.lane_up, "disruption", of_lanes),
            ("line", world.line_up, "breakdown", of_lines),
        ):
            chances = (np.full(up.shape[1], often), np.full(up.shape[1], long))
            count += enter_outages(up, network.entities[family], cause, chances, self._streams)
        close(network, self._happened, world)
        self._outages = count + len(self._happened)

    def late_go_lives(self) -> list[tuple[float, int]]:
        """Return day and intervention of what goes live late within the horizon, in the order of days."""
        horizon, first = self._network.days.count, self._network.days.first[:-1, None]
        late = (self._go_live > first) & (self._go_live < horizon)
        found = {(float(self._go_live[t, i]), int(i)) for t, i in np.argwhere(late)}
        return sorted(found)

    def conclude(self, books: list[dict[str, Floats]]) -> TrialResult:
        """Return what happened when another engine booked it, by period, and left the nodes as it ended."""
        self._books = books
        return self._result()

    def _result(self) -> TrialResult:
        network, scenario, plan = self._network, self._network.scenario, self._network.plan
        years = scenario.periods.years[:, None]

        def whole(family: str, period_totals: Floats, used: str = "") -> Floats:
            """Return activities a year of the whole scenario, (T, n)."""
            full = np.zeros((len(years), len(getattr(scenario, f"{family}s").label)))
            full[:, getattr(network.used, used or family)] = period_totals / years
            return full

        booked = {name: np.array([book[name] for book in self._books]) for name in BOOKED}
        run, covered = whole("operation", booked["operations"]), whole("cover", booked["covers"])
        required = whole("demand", self._required)
        delivered = np.minimum(whole("demand", booked["demands"]), required)
        available = renewable_factors(network, self._uncertainty, self._streams)
        available = available * onsite_built(network, self._go_live)
        if self._happened:
            available = available * power_left(network, self._happened)
        by_period = {
            "purchase": whole("offer", booked["offers"]),
            "flow": whole("arc", booked["arcs"]),
            "run": run,
            "covered": covered,
            "power": settle(network, run, covered, available),
            "unmet": required - delivered,
            "trips": network.kept.trips(booked["lanes"]),
            "returned": whole("return", booked["takebacks"], "takeback"),
            "discard": whole("disposal", booked["disposals"]),
            "stock": self._stocks(),
        } | {name: yearly(plan, name) for name in AS_PLANNED}
        nodes, days = self.world.nodes, network.days.count
        return TrialResult(
            activities={name: values.T for name, values in by_period.items()},
            required=required.T,
            delivered=delivered.T,
            mass_error=self._mass_error(booked),
            closing_stock=nodes["stock"].copy(),
            closing_transit=nodes["transit"].copy(),
            mean_stock=nodes["stock_days"] / days,
            mean_transit=nodes["transit_days"] / days,
            events=self._outages + self.environment.events,
            jumps=jumps(network, self._happened),
            streams=self._streams,
            happened=counted(network, self._happened),
        )

    def _stocks(self) -> Floats:
        """Return what the stores hold at the ends of periods, (T, n)."""
        if not self._closing:  # another engine's, that refuses stores
            return self._network.kept.stock
        # The opening may be of a longer horizon, of which this trial plays the first periods.
        planned = self._opening.closing[: len(self._closing)]
        return self._network.kept.stocks(np.array(self._closing), planned)

    def _mass_error(self, booked: Mapping[str, Floats]) -> float:
        """Opening + bought + made + returned = used + delivered + discarded + closing, by product.

        Opening and closing are stock and goods on the way.
        """
        network, world, opening = self._network, self.world, self._opening
        product = network.scenario.nodes.product[network.used.node]
        count, nodes = len(network.scenario.products.label), world.nodes
        came = np.bincount(product, opening.stock + opening.transit + nodes["made"], count)
        went = np.bincount(product, nodes["stock"] + nodes["transit"] + nodes["used"], count)
        moved = {
            family: np.bincount(product[getattr(world, family)["node"]], booked[family].sum(axis=0), count)
            for family in ("offers", "takebacks", "demands", "disposals")
        }
        came = came + moved["offers"] + moved["takebacks"]
        went = went + moved["demands"] + moved["disposals"]
        return float(np.max(np.abs(came - went) / np.maximum(came, 1e-9), initial=0.0))
