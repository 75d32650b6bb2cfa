"""One trial: SimPy lets things happen, the kernel runs the days in between."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass

import numpy as np
import simpy
from numpy.typing import NDArray

from simulation.conditions import Situation
from simulation.draws import draw, go_live_days, lose, outage_times
from simulation.kernel import run_days
from simulation.layout import Conditions, Floats, Rules, State, World, empty_booked, empty_scratch
from simulation.network import Network, yearly
from simulation.opening import Opening
from simulation.power import onsite_built, renewable_factors, settle
from simulation.settings import SimulationSettings, UncertaintySettings
from simulation.streams import Streams

Steps = Generator[simpy.Event, None, None]
BUYING = ("supplier", "collection")  # roles of sites whose outage is a supplier's


@dataclass(frozen=True)
class TrialResult:
    """What happened in a trial.

    Attributes
    ----------
    activities : for the ledger, per year, arrays (n, T) over all elements of the scenario.
    required, delivered : product units a year, (D, T) over all demands.
    mass_error : largest imbalance of a product over its throughput.
    closing_stock, mean_stock, mean_transit : product units by used node, (N,).
    """

    activities: Mapping[str, Floats]
    required: Floats
    delivered: Floats
    mass_error: float
    closing_stock: Floats
    mean_stock: Floats
    mean_transit: Floats


class Trial:
    """One trial of a plan; :meth:`run` may be called once.

    Parameters
    ----------
    network, opening : from :func:`build_network` and :func:`opening_balance`.
    settings : policy and root seed.
    uncertainty : what may vary; ``UncertaintySettings.off()`` gives the plan's twin.
    index : number of the trial.
    """

    def __init__(
        self,
        network: Network,
        opening: Opening,
        settings: SimulationSettings,
        uncertainty: UncertaintySettings,
        index: int,
    ) -> None:
        self._network, self._opening, self._uncertainty = network, opening, uncertainty
        self._streams = Streams(settings.seed, index)
        self._rules = Rules(settings.gain, settings.surge, free=False)
        self._draws, self._required = draw(network, uncertainty, self._streams)
        self._go_live = go_live_days(network, uncertainty, self._streams)
        self._situation = Situation(network)
        self._state: State = opening.state(network)
        self._booked = empty_booked(network.structure, network.planned)
        self._scratch = empty_scratch(network.structure)
        self._live = np.zeros(network.active.shape[1], dtype=bool)
        self._period = 0
        self._world: World | None = None
        self.environment = simpy.Environment()

    def run(self) -> TrialResult:
        """Run all days and return what happened."""
        self._start_outages()
        for day, intervention in self._late_go_lives():
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
                    run_days(day, quiet_until, period, self._world)
                    day = quiet_until
                else:
                    yield self.environment.timeout(day + 1 - self.environment.now)
            if self.environment.now < end:
                yield self.environment.timeout(end - self.environment.now)
            self._close()

    def _outages(self, up: NDArray[np.float32], per_year: float, mean_days: float, entity: str, cause: str) -> Steps:
        """Take an entity down at random; the time of repair is known when it goes down."""
        luck = self._streams.exponentials(entity, cause)
        for start, end in outage_times(per_year, mean_days, luck, len(up)):
            yield self.environment.timeout(start - self.environment.now)
            lose(up, start, end)

    def _goes_live(self, day: float, intervention: int) -> Steps:
        """Let a late intervention work from `day` on, if the plan still has it at work then."""
        yield self.environment.timeout(day)
        if self._network.active[self._period, intervention]:
            self._live[intervention] = True
            self._apply()

    # ---- what events change

    def _open(self, period: int) -> None:
        """Start a period: what is live now, and capacities that count from zero."""
        self._period = period
        morning = self._network.days.first[period]
        self._live = self._network.active[period] & (self._go_live[period] <= morning)
        for room in (self._state.line_room, self._state.lane_room, self._state.offer_room):
            room[:] = 0.0
        self._apply()
        tolerance = 1e-9  # of a day, for the rounding of sums
        self._state.line_room[:] = tolerance * self._now.line_capacity
        self._state.lane_room[:] = tolerance * self._network.planned.lane_capacity[period]
        self._state.offer_room[:] = tolerance * self._network.planned.offer_capacity[period]

    def _apply(self) -> None:
        self._now: Conditions = self._situation.conditions(self._period, self._live)
        self._world = World(
            self._rules,
            self._network.structure,
            self._network.planned,
            self._now,
            self._state,
            self._draws,
            self._booked,
            self._scratch,
        )

    def _close(self) -> None:
        """End a period: what customers still wait for is lost to them and booked as unmet."""
        demand_node = self._network.structure.demand_node
        np.subtract.at(self._state.deviation, demand_node, self._state.backlog)
        self._state.backlog[:] = 0.0

    # ---- set-up and result

    def _start_outages(self) -> None:
        network, chance = self._network, self._uncertainty
        roles = network.scenario.sites.role[network.used.site]
        for j, (label, role) in enumerate(zip(network.labels("site"), roles, strict=True)):
            per_year, mean = chance.site_disruptions_per_year, chance.site_disruption_mean_days
            if role in BUYING:
                per_year, mean = chance.supplier_disruptions_per_year, chance.supplier_disruption_mean_days
            if role != "customer":
                self._start(self._draws.site_up[:, j], per_year, mean, f"site {label}", "disruption")
        for k, label in enumerate(network.labels("lane")):
            per_year, mean = chance.lane_disruptions_per_year, chance.lane_disruption_mean_days
            self._start(self._draws.lane_up[:, k], per_year, mean, f"lane {label}", "disruption")
        for line, label in enumerate(network.labels("line")):
            per_year, mean = chance.breakdowns_per_year, chance.repair_mean_days
            self._start(self._draws.line_up[:, line], per_year, mean, f"line {label}", "breakdown")

    def _start(self, up: NDArray[np.float32], per_year: float, mean_days: float, entity: str, cause: str) -> None:
        if per_year > 0 and mean_days > 0:
            self.environment.process(self._outages(up, per_year, mean_days, entity, cause))

    def _late_go_lives(self) -> list[tuple[float, int]]:
        horizon, first = self._network.days.count, self._network.days.first[:-1, None]
        late = (self._go_live > first) & (self._go_live < horizon)
        found = {(float(self._go_live[t, i]), int(i)) for t, i in np.argwhere(late)}
        return sorted(found)

    def _result(self) -> TrialResult:
        network, booked = self._network, self._booked
        scenario, plan, used = network.scenario, network.plan, network.used
        years = scenario.periods.years[:, None]

        def whole(family: str, count: int, values: Floats) -> Floats:
            full = np.zeros((len(years), count))
            full[:, getattr(used, family)] = values / years
            return full

        run = whole("operation", len(scenario.operations.label), booked.run)
        covered = whole("cover", len(scenario.covers.label), booked.covered)
        required = whole("demand", len(scenario.demands.label), self._required)
        delivered = np.minimum(whole("demand", len(scenario.demands.label), booked.delivered), required)
        available = renewable_factors(network, self._uncertainty, self._streams)
        available = available * onsite_built(network, self._go_live)
        by_period = {
            "purchase": whole("offer", len(scenario.offers.label), booked.purchase),
            "flow": whole("arc", len(scenario.arcs.label), booked.flow),
            "run": run,
            "covered": covered,
            "power": settle(network, run, covered, available),
            "unmet": required - delivered,
            "standing": yearly(plan, "standing"),
        } | {name: yearly(plan, name) for name in ("contracted", "adopt", "in_effect")}
        days = network.days.count
        return TrialResult(
            activities={name: values.T for name, values in by_period.items()},
            required=required.T,
            delivered=delivered.T,
            mass_error=self._mass_error(),
            closing_stock=self._state.stock.copy(),
            mean_stock=booked.stock_days / days,
            mean_transit=booked.transit_days / days,
        )

    def _mass_error(self) -> float:
        """Opening + bought + made = used + delivered + closing, by product, stock and goods on the way."""
        network, booked, state = self._network, self._booked, self._state
        product = network.scenario.nodes.product[network.used.node]
        structure, count = network.structure, len(network.scenario.products.label)
        offer_product = network.scenario.offers.product[network.used.offer]
        demand_product = product[structure.demand_node]
        came = np.bincount(product, self._opening.stock + self._opening.transit + booked.made, count)
        came += np.bincount(offer_product, booked.purchase.sum(axis=0), count)
        went = np.bincount(product, state.stock + state.transit + booked.used, count)
        went += np.bincount(demand_product, booked.delivered.sum(axis=0), count)
        return float(np.max(np.abs(came - went) / np.maximum(came, 1e-9), initial=0.0))
