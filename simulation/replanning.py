"""Making the plan again inside a trial: when a calendar year opens, with what the trial knows by then.

Quantities of the rest of the plan, and decisions where they are free, are chosen anew by an injected
:class:`scenarios.replanning.Replanner`. It is told

- demand: what was asked for in the year that closed moves what is expected of the years ahead, by its
  persistence from year to year;
- go-lives: an intervention that should have gone live by now and will not for at least half of a period
  counts as absent from it; whoever plans knows then when it will come;
- stocks: what stores hold beyond the plan, or less. Other nodes have no stock in the plan; what they lack is
  made good day by day, as ever;
- emissions beyond the plan so far, under caps that sum over the years;
- scores of suppliers, where they drift to a grade that the plan does not reckon with: quotas of the years
  ahead go by the last scoring, and by what is left of its drift.

Figures are rounded, so that what does not matter asks for no new plan. Where all is as planned the rest of
the plan is still the best one (Bellman 1957), and nothing is solved: a trial without uncertainty is the
plan's twin. Where no plan meets all rules, the one there is stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scenarios.caps import Cap
from scenarios.periods import SAME_MOMENT
from scenarios.plans import activities_of
from scenarios.replanning import PlanState, Replanner, continued
from scenarios.scenario import Scenario
from scenarios.settings import CapKind
from simulation.draws import demand_factors
from simulation.events import Happening, shift_demand
from simulation.layout import Flags, Floats, World
from simulation.levels import level
from simulation.network import Network
from simulation.scores import known_drift
from simulation.selection import yearly
from simulation.settings import UncertaintySettings
from simulation.streams import Streams

DEMAND_STEP = 1e-3  # steps in which factors on demand are told,
STOCK_STEP = 1e-3  # stocks, in parts of what the plan uses in its busiest year,
EMISSION_STEP = 1e-4  # and emissions, in parts of the last limit
LATE = 0.5  # share of a period without an intervention from which on it counts as absent
SAME_SHARE = 1e-9
TRACE = 1e-9  # product units, t: a step of figures that are zero


def opens_a_year(network: Network, period: int) -> bool:
    """Return whether a calendar year opens with a period, and it is not the first."""
    years = np.floor(network.scenario.periods.start + SAME_MOMENT)
    return 0 < period < len(years) and bool(years[period] != years[period - 1])


def open_to_plans(scenario: Scenario, active: Flags, free: bool) -> dict[str, Flags]:
    """Return by family what a plan that is made again may use: what is not locked, or unlocked by then.

    Parameters
    ----------
    active : interventions at work in the plan, (T, I).
    free : whether new ones may be adopted.
    """
    at_work = active.any(axis=0) | (scenario.interventions.allowed & free)
    unlocks = scenario.unlocks
    found: dict[str, Flags] = {"intervention": at_work}
    for family in ("offer", "arc", "operation"):
        members = getattr(scenario, f"{family}s")
        found[family] = ~members.locked
        here = (unlocks.family == family) & at_work[unlocks.intervention]
        found[family][unlocks.element[here]] = True
    found["offer"] &= (scenario.offers.capacity > 0).any(axis=1)
    for family in ("store", "return", "disposal"):
        found[family] = np.ones(len(getattr(scenario, f"{family}s").label), dtype=bool)
    return found


def expected_demand(seen: Floats, persistence: Floats, cv: Floats, ahead: Floats) -> Floats:
    r"""Return the factors, (D, k), expected on the demand of years ahead after a year with factors `seen`.

    The level of a year is a lognormal of mean one, :math:`\ln f = \sigma z - \sigma^2/2`, with correlation
    :math:`\rho` of z from year to year; given f, a level k years ahead has the mean

    .. math:: f^r \exp(\sigma^2 r (1 - r) / 2), \quad r = \rho^k

    Parameters
    ----------
    seen, persistence, cv : of each demand, (D,). ahead : whole years, (k,).

    Source: conditional mean of a lognormal; a Gaussian autoregression of order one.
    """
    kept = persistence[:, None] ** ahead
    return seen[:, None] ** kept * np.exp(np.log1p(cv * cv)[:, None] * kept * (1 - kept) / 2)


@dataclass(frozen=True)
class Recourse:
    """What the trials of a plan need to make it again.

    Attributes
    ----------
    replanner : makes the plan again.
    running : position and terms of the caps that sum over the years.
    caps : how many caps there are.
    """

    replanner: Replanner
    running: tuple[tuple[int, Cap], ...]
    caps: int


def recourse_of(replanner: Replanner, caps: Sequence[Cap]) -> Recourse:
    """Return what trials need to plan again; `caps` in the order of the plan."""
    sums = tuple((c, cap) for c, cap in enumerate(caps) if cap.settings.kind is CapKind.CUMULATIVE)
    return Recourse(replanner, sums, len(caps))


def late_interventions(network: Network, period: int, go_live: Floats) -> Flags:
    """Return which interventions do not work in a period, (I, T), of those that should by a period's opening.

    Parameters
    ----------
    go_live : days, (T, I).
    """
    days = network.days
    missing = go_live - days.first[:-1, None] > LATE * days.in_period[:, None]
    begun = np.logical_and.accumulate(network.active[period:], axis=0)
    late = np.zeros(network.active.shape, dtype=bool)
    late[period:] = begun & missing[period:]
    return late.T


class Replanning:
    """The re-planning of one trial.

    Attributes
    ----------
    asked, kept : how often the rest of the plan was to be made again, and how often no plan met all rules so
        that the one there was stayed.
    """

    def __init__(self, network: Network, recourse: Recourse, uncertainty: UncertaintySettings) -> None:
        self.asked, self.kept = 0, 0
        self._base, self._recourse, self._uncertainty = network, recourse, uncertainty
        self._served = _share(network.planned.delivered, network.planned.required)
        self._factors: Floats | None = None

    @property
    def free(self) -> bool:
        """Whether decisions may change."""
        return self._recourse.replanner.free

    @property
    def counts(self) -> tuple[int, int]:
        """How often a new plan was asked for, and how often there was none."""
        return self.asked, self.kept

    @property
    def counts_emissions(self) -> bool:
        """Whether what was emitted so far matters."""
        return len(self._recourse.running) > 0

    def state(
        self,
        network: Network,
        period: int,
        required: Floats,
        world: World,
        go_live: Floats,
        activities: Mapping[str, Floats],
        scores: Floats | None = None,
    ) -> PlanState:
        """Return what is known when a period opens.

        Parameters
        ----------
        network : of the plan that has been followed.
        required : demand of each period, product units, (T, D); what lies ahead is not looked at.
        go_live : days, (T, I).
        activities : so far, per year, (n, T); looked at where :attr:`counts_emissions`.
        scores : of the trial, (V, T), looked at up to the last scoring; none: they do not drift.
        """
        demand = np.ones((len(network.scenario.demands.label), len(network.planned.run)))
        demand[network.used.demand, period:] = _expected(network, self._uncertainty, period, required)
        return PlanState(
            period,
            np.round(demand / DEMAND_STEP) * DEMAND_STEP,
            self._surplus(network, period, world),
            late_interventions(network, period, go_live),
            self._emitted(network, period, activities),
            None if scores is None else known_drift(network, self._uncertainty, period, scores, go_live),
        )

    def _held(self, network: Network) -> Network:
        """Return the network of the plan whose past is held: the latest where decisions changed with it."""
        return network if self.free else self._base

    def _surplus(self, network: Network, period: int, world: World) -> Floats:
        """Return what nodes with a store hold beyond the plan that is held, (N,) of the whole scenario."""
        surplus = np.zeros(len(network.scenario.nodes.label))
        if not len(network.used.store):
            return surplus
        node = np.unique(network.kept.store_node)
        surplus[network.used.node[node]] = -world.nodes["deviation"][node]
        plans = (network.plan, self._held(network).plan)
        more = np.subtract(*(yearly(plan, "stock")[period - 1] for plan in plans))
        np.add.at(surplus, network.scenario.stores.node, more)
        step = np.maximum(STOCK_STEP * _throughput(network), TRACE)
        return np.round(surplus / step) * step

    def _emitted(self, network: Network, period: int, activities: Mapping[str, Floats]) -> Floats:
        """Return what was emitted beyond the plan that is held under caps that sum over the years, (C,)."""
        beyond, years = np.zeros(self._recourse.caps), network.scenario.periods.years
        planned = activities_of(self._held(network).plan) if self.counts_emissions else {}
        for c, cap in self._recourse.running:
            more = cap.value(activities, years)[period - 1] - cap.value(planned, years)[period - 1]
            step = max(EMISSION_STEP * float(np.nan_to_num(network.plan["cap_limit"][c]).max()), TRACE)
            beyond[c] = np.round(more / step) * step
        return beyond

    def renewed(self, network: Network, state: PlanState) -> Network | None:
        """Return the network with the rest of its plan made again; None where it stays as it is."""
        held = self._held(network)
        if state.is_as_planned:
            if network is held:
                return None
            plan = held.plan
        else:
            self.asked += 1
            found = self._recourse.replanner.replan(held.plan, state)
            if found is None:
                self.kept += 1
                return None
            plan = found
        new = network.with_plan(continued(network.plan, activities_of(plan), state.period))
        # An intervention that comes late in a year planned without it still does what it does.
        absent = state.late[new.cover_intervention].T
        share = np.where(absent, held.cover_share, new.cover_share)
        return replace(new, cover_share=share, kept=replace(new.kept, stock=self._base.kept.stock))

    def follow(
        self,
        network: Network,
        state: PlanState,
        world: World,
        happened: Sequence[Happening],
        streams: Streams,
    ) -> None:
        """Let a world follow the new plan of `network`: what stores have, and what customers are promised."""
        world.nodes["deviation"] += state.surplus[network.used.node]  # planned with now
        planned, first = network.planned, network.days.first
        served = _share(planned.delivered, planned.required * state.demand[network.used.demand].T)
        for t in range(state.period, len(served)):
            changed = np.flatnonzero(np.abs(served[t] - self._served[t]) > SAME_SHARE)
            if not len(changed):
                continue
            if self._factors is None:
                self._factors = demand_factors(network, self._uncertainty, streams)
                shift_demand(network, happened, self._factors)
            days = slice(int(first[t]), int(first[t + 1]))
            promised = planned.required[t, changed] * served[t, changed]
            world.demand[days, changed] = self._factors[days, changed] * promised
            self._served[t, changed] = served[t, changed]


def _expected(network: Network, uncertainty: UncertaintySettings, period: int, required: Floats) -> Floats:
    """Return the factors expected on demand from a period on, (D, k), by what the last year asked for."""
    periods, usual = network.scenario.periods, uncertainty.demand_annual_cv
    year = np.floor(periods.start + SAME_MOMENT)
    closed = np.flatnonzero(year[:period] == year[period - 1])
    planned = (network.planned.required * network.days.in_period[:, None])[closed].sum(axis=0)
    seen = np.ones(len(planned))
    np.divide(required[closed].sum(axis=0), planned, out=seen, where=planned > 0)
    each = np.zeros(len(seen))
    cv = each + level(network, "yearly_demand", "cv", usual, usual)
    keep = each + level(network, "yearly_demand", "persistence", uncertainty.demand_persistence, usual)
    middle = np.floor(periods.start + periods.years / 2 + SAME_MOMENT)
    ahead = np.maximum(middle[period:] - middle[closed].mean(), 1.0)
    found = expected_demand(np.maximum(seen, DEMAND_STEP), keep, cv, ahead)
    return np.where(cv[:, None] > 0, found, 1.0)  # the luck of days says nothing of another year


def _throughput(network: Network) -> Floats:
    """Return the most that comes to each node in a year of the plan, (N,) of the whole scenario."""
    scenario, plan = network.scenario, network.plan
    through = np.zeros((len(scenario.nodes.label), len(network.planned.run)))
    for name, node in (("flow", scenario.arcs.head), ("purchase", scenario.offers.node)):
        np.add.at(through, node, yearly(plan, name).T)
    recipe = scenario.recipe
    made = np.maximum(recipe.quantity, 0.0)[:, None] * yearly(plan, "run").T[recipe.operation]
    np.add.at(through, recipe.node, made)
    return np.asarray(through.max(axis=1))


def _share(part: Floats, whole: Floats) -> Floats:
    """Return the share that `part` is, at most all; all of nothing."""
    share = np.ones(whole.shape)
    np.divide(part, whole, out=share, where=whole > 0)
    return np.minimum(share, 1.0)
