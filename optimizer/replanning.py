"""Making the rest of a plan again from the state that a trial is in when a year opens.

The model of the whole horizon is kept and only numbers change: what lies before the year is held as it was
planned, so that all that reaches over years (interventions, contracts, loans, stocks, returns, sums of
emissions) is right by itself. Held columns are taken out before the solver sees the problem, and rows of
which everything is held with them: they could only say that what has been decided should not have been.
Enforced programme targets hold in the years ahead by the limits of the plan; where they cannot, there is no
new plan.

Every problem is solved from scratch, so that an answer depends on plan and state alone, whatever was solved
before and in whichever process.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

import numpy as np
import xarray as xr

from optimizer.arrays import Floats
from optimizer.bridge import CompiledModel, compile_model, load_values
from optimizer.models.instance import make_instance
from optimizer.models.serving import serving_arcs
from optimizer.models.sourcing import switched_offers
from optimizer.restricted import Found, Problem, problem_of, solve_restricted
from optimizer.results import read_activities
from optimizer.scaling import scale
from optimizer.session import PlanSession
from optimizer.settings import SolverSettings
from scenarios.caps import Cap, cap_terms
from scenarios.ledger import Ledger, rates
from scenarios.plans import ACTIVITY_DIMS
from scenarios.power_results import HOURLY
from scenarios.quotas import with_drift
from scenarios.replanning import PlanState, continued
from scenarios.scenario import Flags, Integers, Scenario
from scenarios.scorecard_figures import thresholds_reached
from scenarios.settings import CapKind
from scenarios.target_rows import with_target_rules

DECISIONS = ("adopt", "in_effect", "contract", "use_lane", "tier_used", "use_offer", "serve", "present")
ONCE = "chosen"  # the one decision that has no period
OVER_A_CAP = 20.0  # price of a tonne over a hard cap, times what a diagnosis weighs it with,
OVER_DUALS = 10.0  # and at least so many times what the plan's own caps cost a tonne
SHORT_OF_A_TRIP = 1e-6
MOST_KEPT = 200  # answers, of about as much memory as a plan


@dataclass
class SessionReplanner:
    """Makes the rest of a plan again in a model that it keeps; it can be sent to other processes.

    Demand is what the state expects, and quotas go by the scores it tells of. A node has more or less to
    begin with, an intervention that is late is not in effect, and a cap on the sum of emissions has less
    left. A hard cap of the plan, its margin included, is held as far as it can be: each tonne over it costs
    more than anything else.

    Attributes
    ----------
    scenario : from which the plan was made.
    settings : of the solver; where decisions are free, its gap and its time limit hold for each search.
    free : decisions from the state's period on may change; else they are kept, and what is left is a linear
        program: trips of whole vehicles are rounded up.
    solves : problems solved so far in this process.
    """

    scenario: Scenario
    settings: SolverSettings = field(default_factory=SolverSettings)
    free: bool = False
    solves: int = field(default=0, init=False)
    _kept: dict[bytes, xr.Dataset | None] = field(default_factory=dict, init=False, repr=False)
    _posed: _Posed | None = field(default=None, init=False, repr=False)
    _session: PlanSession | None = field(default=None, init=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs: it builds its own model."""
        return {
            "scenario": replace(self.scenario, tables={}),
            "settings": self.settings,
            "free": self.free,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Begin anew in another process."""
        self.__init__(**state)  # type: ignore[misc]

    def replan(self, plan: xr.Dataset, state: PlanState) -> xr.Dataset | None:
        """Return the plan with its rest made again; None where there is none, or none was found in time.

        The same plan and state are solved once. See :class:`scenarios.replanning.Replanner`.
        """
        if self._posed is None or self._posed.plan is not plan:
            self._posed = _posed(self.scenario, plan, self.settings)
        key = self._posed.digest + state.key
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = self._solved(self._posed, state)
        return self._kept[key]

    def _solved(self, posed: _Posed, state: PlanState) -> xr.Dataset | None:
        expected = replace(posed.scenario.demands, quantity=posed.scenario.demands.quantity * state.demand)
        scenario = replace(posed.scenario, demands=expected)
        if state.drift is not None:
            scenario = with_drift(scenario, state.drift)
        instance = make_instance(scenario, posed.ledger, posed.caps, _left(posed, state))
        if self._session is None:
            self._session = PlanSession(instance, self.settings)
        else:
            self._session.change(instance)
        problem = _Held(self._session, scenario, posed.plan, state, self.free)
        values = problem.best(self.settings)
        self.solves += 1
        if values is None:
            return None
        load_values(problem.compiled.layout, values)
        found = read_activities(self._session.solved, scenario)
        return continued(posed.plan, found, state.period)


def replanner_for(
    scenario: Scenario, settings: SolverSettings, replan: str, decisions: str
) -> SessionReplanner | None:
    """Return who makes plans again inside trials, by the words of their settings; None for ``none``.

    Parameters
    ----------
    replan : ``none`` or ``yearly``. decisions : ``kept`` or ``free``.
    """
    return None if replan == "none" else SessionReplanner(scenario, settings, decisions == "free")


@dataclass(frozen=True)
class _Posed:
    """A plan, and its scenario with the limits, (C, T), that it was made for, hard ones at a price."""

    plan: xr.Dataset
    digest: bytes
    scenario: Scenario
    ledger: Ledger
    caps: list[Cap]
    limits: Floats


def _posed(scenario: Scenario, plan: xr.Dataset, settings: SolverSettings) -> _Posed:
    """Return the scenario with hard caps at a price that nothing else comes near."""
    dual = float(np.abs(np.nan_to_num(plan["dual_cap_respected"].to_numpy())).max(initial=0.0))
    price = max(OVER_A_CAP * settings.diagnosis.carbon_price, OVER_DUALS * dual)
    carbon = scenario.carbon
    caps = {
        name: cap if cap.overrun_price is not None else replace(cap, overrun_price=price)
        for name, cap in carbon.all_caps.items()
    }
    milestones: dict[str, Any] = dict.fromkeys(f"cap_{year}" for year in carbon.milestones)
    priced = replace(scenario, carbon=replace(carbon, caps=caps, margins={}, **milestones))
    if len(scenario.targets.label):
        as_planned = plan["target_limit"].transpose("target", "period").to_numpy()
        priced = replace(priced, targets=scenario.targets.as_planned(as_planned))
    ledger = rates(priced)
    priced, _ = with_target_rules(priced, ledger, None)
    limit, margin = (plan[name].transpose("cap", "period").to_numpy() for name in ("cap_limit", "cap_margin"))
    limits = np.where(np.isnan(limit), np.inf, limit * (1 - margin))
    return _Posed(plan, _digest(plan), priced, ledger, cap_terms(priced, ledger), limits)


def _digest(plan: xr.Dataset) -> bytes:
    """Return what tells one plan from another."""
    digest = blake2b(digest_size=16)
    for name in sorted({*ACTIVITY_DIMS, "cap_limit", "cap_margin", "target_limit"} & set(plan.data_vars)):
        digest.update(np.ascontiguousarray(plan[name].to_numpy()).tobytes())
    return digest.digest()


def _left(posed: _Posed, state: PlanState) -> Floats:
    """Return the limits, (C, T), less what was emitted beyond the plan under caps that sum over the years."""
    sums = np.array([cap.settings.kind is CapKind.CUMULATIVE for cap in posed.caps], dtype=bool)
    ahead = np.arange(posed.limits.shape[1]) >= state.period
    taken = np.where(sums, state.emitted, 0.0)[:, None] * ahead
    return np.maximum(posed.limits - taken, 0.0)


class _Held:
    """The model as it stands, with what is past or decided held; bounds and rows in solver units."""

    def __init__(
        self, session: PlanSession, scenario: Scenario, plan: xr.Dataset, state: PlanState, free: bool
    ) -> None:
        self.free = free
        self.compiled: CompiledModel = compile_model(session.model)
        self._scaling, matrix = scale(self.compiled)
        self._model, self._scenario, self._plan, self._state = session.model, scenario, plan, state
        problem = problem_of(self.compiled, self._scaling, matrix)
        low, high = problem.row_lower.copy(), problem.row_upper.copy()
        self._add_surplus(low, high)
        self._drop(self._late_rows(), low, high)
        self._problem: Problem = replace(problem, row_lower=low, row_upper=high)
        self._past, self._values = self._of_plan()

    def best(self, settings: SolverSettings) -> Floats | None:
        """Return the best values, (n,) in natural units; None where there are none."""
        decided = self._past | self._columns_of(DECISIONS)
        found = self._solve(decided, self._values, settings, relaxed=True)
        if self.free:
            found = self._decide(found, settings)
        if found is None:
            return None
        values = self._scaling.values(found.values)
        trips = self.compiled.layout.columns(self._model.trips)
        values[trips] = np.ceil(values[trips] - SHORT_OF_A_TRIP)
        return values

    def _decide(self, kept: Found | None, settings: SolverSettings) -> Found | None:
        """Search for better decisions, from those of the plan where they are possible, and hold them."""
        start = None if kept is None else kept.values
        chosen = self._solve(self._past | self._late(), self._values, settings, relaxed=False, start=start)
        if chosen is None:
            return kept
        whole = self._problem.whole.copy()
        whole[self.compiled.layout.columns(self._model.trips)] = False
        values = np.where(whole, np.round(chosen.values), self._values)
        return self._solve(self._past | self._late() | whole, values, settings, relaxed=True) or kept

    def _solve(
        self,
        held: Flags,
        values: Floats,
        settings: SolverSettings,
        relaxed: bool,
        start: Floats | None = None,
    ) -> Found | None:
        problem = self._problem
        lower, upper = (np.where(held, values, bound) for bound in (problem.lower, problem.upper))
        low, high = problem.row_lower.copy(), problem.row_upper.copy()
        open_entries = np.diff(problem.matrix[:, np.flatnonzero(upper > lower)].indptr)
        self._drop(np.flatnonzero(open_entries == 0), low, high)
        found = solve_restricted(
            replace(problem, row_lower=low, row_upper=high),
            settings,
            lower,
            upper,
            relaxed=relaxed,
            seconds=settings.time_limit_seconds,
            gap=settings.mip_gap,
            start=start,
            crossover=True,
        )
        return found if found.has_values and (found.solved or not relaxed) else None

    def _of_plan(self) -> tuple[Flags, Floats]:
        """Return which columns lie before the state's period, and the plan's values of all, both (n,)."""
        past = np.zeros(len(self._problem.cost), dtype=bool)
        values = np.zeros(len(past))
        periods = len(self._scenario.periods)
        for variable in self.compiled.layout.variables:
            columns = self.compiled.layout.columns(variable)
            planned = self._planned(variable.name) if variable.n else np.zeros(0)
            if variable.n and planned.size == variable.n:  # a family that only a former state had is all held
                values[columns] = planned.ravel() / variable.unit
            if variable.name != ONCE:
                past[columns] = np.tile(np.arange(periods) < self._state.period, variable.n // periods)
        return past, values

    def _planned(self, name: str) -> Floats:
        """Return the plan's values of a decision, (n, T), also where they only follow from what it says."""
        plan, scenario = self._plan, self._scenario
        modular = scenario.interventions.modular
        follows = {
            "use_offer": lambda: _rows(plan, "purchase", switched_offers(scenario)) > 0,
            "serve": lambda: _rows(plan, "flow", serving_arcs(scenario)[0]) > 0,
            "present": lambda: (_rows(plan, "in_effect", modular) > 0.5) & ~self._state.late[modular],
            ONCE: lambda: _rows(plan, "adopt", modular).sum(axis=1) > 0.5,
            "reached": lambda: thresholds_reached(scenario, _every_row(plan, "in_effect")),
            "counted": lambda: np.zeros(0),  # what is bought in a period says it for that period alone
        }
        if name in follows:
            return follows[name]().astype(float)
        values = _every_row(plan, name)
        return values * ~self._state.late if name == "in_effect" else values

    def _columns_of(self, names: tuple[str, ...]) -> Flags:
        """Return which columns belong to the variables `names`, or to a decision without periods, (n,)."""
        found = np.zeros(len(self._problem.cost), dtype=bool)
        for name in (*names, ONCE):
            found[self.compiled.layout.columns(getattr(self._model, name))] = True
        return found

    def _late(self) -> Flags:
        """Return the columns of interventions that are late in a period, (n,)."""
        found = np.zeros(len(self._problem.cost), dtype=bool)
        layout, late = self.compiled.layout, self._state.late
        found[layout.columns(self._model.in_effect)] = late.ravel()
        found[layout.columns(self._model.present)] = late[self._scenario.interventions.modular].ravel()
        return found

    def _late_rows(self) -> Integers:
        """Return the rows that would put late interventions in effect."""
        first = self.compiled.layout.rows(self._model.effect_follows_adoption).start
        return first + np.flatnonzero(self._state.late.ravel())

    def _add_surplus(self, low: Floats, high: Floats) -> None:
        """Let nodes begin the state's period with more or less than planned."""
        periods, t = self._scenario.periods, self._state.period
        node = np.flatnonzero(self._state.surplus)
        row = self.compiled.layout.rows(self._model.node_balance).start + node * len(periods) + t
        more = self._state.surplus[node] / periods.years[t] * self._scaling.row[row]
        low[row] -= more
        high[row] -= more

    @staticmethod
    def _drop(rows: Integers, low: Floats, high: Floats) -> None:
        low[rows], high[rows] = -np.inf, np.inf


def _rows(plan: xr.Dataset, name: str, members: Integers) -> Floats:
    return plan[name].transpose(ACTIVITY_DIMS[name], "period").to_numpy().astype(float)[members]


def _every_row(plan: xr.Dataset, name: str) -> Floats:
    if name in HOURLY:  # (element, typical hour, period)
        values: Floats = plan[name].to_numpy().astype(float).reshape(-1, plan.sizes["period"])
        return values
    return _rows(plan, name, np.arange(plan.sizes[ACTIVITY_DIMS[name]]))
