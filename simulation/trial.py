"""One trial: SimPy lets things happen, the kernel runs the days in between."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace

import numpy as np
import simpy

from scenarios.claims import claim_activities
from scenarios.primary_data import verified_offers
from scenarios.uncertainty import BUYING
from simulation.conditions import Situation
from simulation.departures import load_waiting
from simulation.draws import draw, go_live_days
from simulation.events import close, counted, happenings, jumps, power_left
from simulation.gatekeeping import close_gate_books, gate_activities, man_gates, of_periods, open_gates
from simulation.kernel import run_days
from simulation.layout import Floats, World, fresh
from simulation.levels import outage_level
from simulation.network import AS_PLANNED, Network
from simulation.opening import Opening, planned_use
from simulation.order_use import order_book
from simulation.outages import enter_outages
from simulation.performance import draw_performance
from simulation.power import daily_factors, onsite_built, renewable_factors, settlement
from simulation.prices import draw_prices
from simulation.programmes import lives_of, stage_days
from simulation.ramp_up import ramp_up
from simulation.replanning import Recourse, Replanning, opens_a_year
from simulation.response_use import bought_outside, curtailed, responded
from simulation.scores import keep_quotas, simulated_scores
from simulation.settings import SimulationSettings, UncertaintySettings
from simulation.streams import streams_of
from simulation.trial_result import TrialResult

Steps = Generator[simpy.Event, None, None]
RunDays = Callable[[int, int, World], None]
BOOKED = ("operations", "arcs", "offers", "demands", "covers", "lanes", "takebacks", "disposals", "answers")
ROUNDING_DAYS = 1e-9  # of a day's capacity, for the rounding of sums


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
    recourse : makes the plan again when a calendar year opens; none: it stays as it is.
    """

    def __init__(
        self,
        network: Network,
        opening: Opening,
        settings: SimulationSettings,
        uncertainty: UncertaintySettings,
        index: int,
        days: RunDays = run_days,
        recourse: Recourse | None = None,
    ) -> None:
        self._network, self._opening, self._uncertainty = network, opening, uncertainty
        self._replanning = None if recourse is None else Replanning(network, recourse, uncertainty)
        self._run_days, self._price_draws = days, settings.price_draws
        self._streams = streams_of(settings.seed, index, settings.antithetic)
        self._happened = happenings(network, uncertainty, self._streams)
        draws, self._required = draw(network, uncertainty, self._streams, self._happened)
        self.world = fresh(
            network.template,
            gain=settings.gain,
            surge=settings.surge,
            patience=settings.patience_days,
            coming=opening.coming.copy(),
            level=opening.level,
            **network.ordering.start(opening.stock + opening.transit, opening.use[0]),
            **draws,
        )
        self.world.nodes["stock"] = opening.stock
        self.world.nodes["transit"] = opening.transit
        self.world.entries["scarce_below"] = opening.scarce_below
        load_waiting(self.world, opening.waiting)
        network.ordering.enter(self.world)
        self.world = open_gates(self.world, network, uncertainty.gates, self._streams)
        self._gate_books: list[dict[str, Floats]] = []
        self._go_live = go_live_days(network, uncertainty, self._streams)
        self._scores = simulated_scores(network, uncertainty, self._streams, self._go_live)
        self._situation = Situation(network, draw_performance(network, uncertainty, self._streams))
        self._live = np.zeros(network.active.shape[1], dtype=bool)
        self._ramp, self._steps = ramp_up(network, uncertainty), {np.inf}
        self._period = 0
        self._books: list[dict[str, Floats]] = []
        self._closing: list[Floats] = []
        self._outages = -1  # not entered yet
        self.environment = CountingEnvironment()

    @property
    def network(self) -> Network:
        """The network of the plan that is followed."""
        return self._network

    def run(self) -> TrialResult:
        """Run all days and return what happened."""
        self.enter_outages()
        self._expect(self.late_go_lives())
        self.environment.process(self._clock())
        with np.errstate(over="ignore"):  # streams read in plain Python wrap around
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
            if self._replanning is not None and opens_a_year(self._network, period):
                self._plan_again(self._replanning, period)
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

    def _expect(self, late: list[tuple[float, int]]) -> None:
        """Let interventions go live on their day."""
        for day, intervention in late:
            self.environment.process(self._goes_live(day, intervention))

    def _goes_live(self, day: float, intervention: int) -> Steps:
        """Let a late intervention work from `day` on, if the plan still has it at work then."""
        yield self.environment.timeout(day - self.environment.now)
        at = (self._period, intervention)
        if self._network.active[at] and self._go_live[at] <= day:
            self._live[intervention] = True
            self._apply()

    def _comes_up(self, day: float) -> Steps:
        """Let interventions that went live before come up to more of their effect."""
        if day < self._network.days.count:
            yield self.environment.timeout(day - self.environment.now)
            self._apply()

    # ---- what events change

    def _open(self, period: int) -> None:
        """Start a period: the plan, what is live now, and capacities that count from zero."""
        self._period = period
        morning = self._network.days.first[period]
        self._live = self._network.active[period] & (self._go_live[period] <= morning)
        self._situation.open_period(self.world, period)
        if self._scores is not None:
            keep_quotas(self.world, self._network, period, self._scores, self._required)
        self._network.ordering.open_period(self.world, self._opening.use[period])
        self._apply()
        world = self.world
        world.shortages["use"] = self._opening.use[period, world.shortages["node"]]
        for family in (world.lines, world.lanes, world.offers, world.hubs, world.limits):
            family["room"] = ROUNDING_DAYS * family["capacity"]

    def _plan_again(self, replanning: Replanning, period: int) -> None:
        """Make the rest of the plan again, and follow it from this morning on."""
        network, world = self._network, self.world
        so_far = self._so_far() if replanning.counts_emissions else {}
        seen = (self._go_live, so_far, self._scores)
        state = replanning.state(network, period, self._required, world, *seen)
        renewed = replanning.renewed(network, state)
        if renewed is None:
            return
        replanning.follow(renewed, state, world, self._happened, self._streams)
        performance = draw_performance(renewed, self._uncertainty, self._streams)
        self._network, self._situation = renewed, Situation(renewed, performance)
        self._ramp = ramp_up(renewed, self._uncertainty)
        self._opening = replace(self._opening, use=planned_use(renewed))
        if replanning.free:
            known, morning = set(self.late_go_lives()), renewed.days.first[period]
            self._go_live = go_live_days(renewed, self._uncertainty, self._streams)
            self._scores = simulated_scores(renewed, self._uncertainty, self._streams, self._go_live)
            self._expect([late for late in self.late_go_lives() if late not in known and late[0] > morning])

    def _so_far(self) -> Mapping[str, Floats]:
        """Return activities a year of the periods that have closed; those of the rest mean nothing."""
        books, closing = self._books, self._closing
        rest = len(self._required) - len(books)
        self._books = [*books, *[{name: 0.0 * of for name, of in books[-1].items()}] * rest]
        self._closing = [*closing, *[closing[-1]] * rest]
        activities = self._result().activities
        self._books, self._closing = books, closing
        return activities

    def _apply(self) -> None:
        reached, following = None, np.inf
        if self._ramp is not None:
            now, go_live = float(self.environment.now), self._go_live[self._period]
            reached, following = self._ramp.reached(now, self._period, go_live, self._live)
        if following not in self._steps:
            self._steps.add(following)
            self.environment.process(self._comes_up(following))
        self._situation.apply(self.world, self._period, self._live, reached)
        man_gates(self.world, self._network, self._live, self._uncertainty.gates)

    def _close(self) -> None:
        """End a period: book it; what customers still wait for is lost to them and counts as unmet."""
        world = self.world
        self._books.append({name: getattr(world, name)["booked"].copy() for name in BOOKED})
        self._closing.append(world.nodes["stock"].copy())
        self._gate_books.append(close_gate_books(world, self._network))
        for name in BOOKED:
            getattr(world, name)["booked"] = 0.0
        np.subtract.at(world.nodes["deviation"], world.demands["node"], world.demands["waiting"])
        self._network.ordering.forget_waiting(world)
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
        network, scenario = self._network, self._network.scenario
        years = scenario.periods.years[:, None]

        def whole(family: str, period_totals: Floats, used: str = "") -> Floats:
            """Return activities a year of the whole scenario, (T, n)."""
            full = np.zeros((len(years), len(getattr(scenario, f"{family}s").label)))
            full[:, getattr(network.used, used or family)] = period_totals / years
            return full

        booked = {name: np.array([book[name] for book in self._books]) for name in BOOKED}
        run, covered = whole("operation", booked["operations"]), whole("cover", booked["covers"])
        required = whole("demand", self._required)
        response = responded(network, booked["answers"])
        delivered = np.minimum(whole("demand", booked["demands"]), required)
        available = renewable_factors(network, self._uncertainty, self._streams)
        available = available * onsite_built(network, self._go_live, self._ramp)
        if self._happened:
            available = available * power_left(network, self._happened)
        available = available[:, scenario.supplies.source]  # in a microgrid, luck is that of the plant
        daily = daily_factors(network, self._uncertainty, self._streams)
        by_period = {
            "purchase": whole("offer", booked["offers"]),
            "flow": whole("arc", booked["arcs"]),
            "run": run,
            "covered": covered,
            "unmet": required - delivered - curtailed(scenario, response) / years,
            "trips": network.kept.trips(booked["lanes"]),
            "returned": whole("return", booked["takebacks"], "takeback"),
            "discard": whole("disposal", booked["disposals"]),
            "response": response / years,
            "stock": self._stocks(),
        } | {name: network.as_planned[name] for name in AS_PLANNED}
        by_period |= settlement(network, run, covered, available, daily)
        by_period |= gate_activities(scenario, self._gate_books)
        activities = {name: values.T for name, values in by_period.items()}
        activities |= claim_activities(scenario, activities, available.T)
        nodes, days = self.world.nodes, network.days.count
        return TrialResult(
            activities=activities,
            required=required.T,
            delivered=delivered.T,
            mass_error=self._mass_error(booked),
            closing_stock=nodes["stock"].copy(),
            closing_transit=nodes["transit"].copy(),
            mean_stock=nodes["stock_days"] / days,
            orders=order_book(self.world.policies, nodes["stock_days"] / days, network),
            mean_transit=nodes["transit_days"] / days,
            events=self._outages + self.environment.events + int(self.world.departures.sum()),
            jumps=jumps(network, self._happened),
            prices=draw_prices(network, self._uncertainty, self._streams, self._price_draws),
            streams=self._streams,
            happened=counted(network, self._happened),
            gates=of_periods(scenario, self._gate_books),
            replans=None if self._replanning is None else self._replanning.counts,
            stages=stage_days(network, self._uncertainty, self._streams),
            verified=self._verified(),
            scores=self._scores,
        )

    def _verified(self) -> Floats | None:
        """Return the part of each period in which each offer's footprint is verified, (O, T), none: never."""
        scenario = self._network.scenario
        if not len(scenario.verifications):
            return None
        return verified_offers(scenario, lives_of(self._network, self._go_live).T)

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
        there = opening.stock + opening.transit + nodes["made"]
        came = np.asarray(np.bincount(product, there, count), dtype=float)
        went = np.bincount(product, nodes["stock"] + nodes["transit"] + nodes["used"], count)
        moved = {
            family: np.bincount(product[getattr(world, family)["node"]], booked[family].sum(axis=0), count)
            for family in ("offers", "takebacks", "demands", "disposals")
        }
        came = came + moved["offers"] + moved["takebacks"]
        came = came + bought_outside(network.scenario, responded(network, booked["answers"]))
        went = went + moved["demands"] + moved["disposals"]
        return float(np.max(np.abs(came - went) / np.maximum(came, 1e-9), initial=0.0))
