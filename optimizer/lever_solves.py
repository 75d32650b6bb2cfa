"""The solves behind an abatement curve: the plan without a lever, and today's chain with one.

See :mod:`optimizer.abatement` for what is held and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from optimizer.arrays import ArrayConstraint, ArrayObjective, rows, term
from optimizer.levers import Lever, with_those_needed, with_those_that_need
from optimizer.models.columns import every_period
from optimizer.models.instance import Instance
from optimizer.models.objective import least_cost_with_caps_priced
from optimizer.models.variables import decision_window
from optimizer.optimize import as_is, solve_session
from optimizer.repriced import Repriced, repriced
from optimizer.session import PlanSession
from optimizer.settings import SolverSettings
from optimizer.solution import Solution
from scenarios.errors import SolverError
from scenarios.scenario import Flags, Floats, Integers, Scenario
from scenarios.settings import CapKind

GOAL, DECIDED = "least_cost_with_caps_priced", "rivals_decided"
HELD_UP = ("run", "purchase", "power")  # kept up to what they were where they grew
BOUNDED = (*HELD_UP, "unmet", "contract")
ABOVE = 1e-3  # share by which the prices stand above the duals: what was just worth its cost stays
ROOM = 1e-6  # share by which a held quantity may exceed what it was, against rounding
WORTH = 10.0  # times its own cost that keeping up a unit is worth: more than giving up its chain saves
HELD, FREED, DROPPED, NEEDED, UNKNOWN = "held", "freed", "dropped", "needed", "unknown"


class _Priced:
    """A session in which caps have prices in place of limits, and quantities are kept up at a reward."""

    def __init__(self, session: PlanSession, prices: Floats) -> None:
        self.session, self.scenario = session, session.instance.scenario
        self._prices = prices * (1 + ABOVE)
        self._kept_up: Mapping[str, Flags] = {}
        session.add(GOAL, self._goal)
        session.minimise(GOAL)
        if len(prices):
            session.bound("cap_respected", upper=np.inf)
            session.bound("overrun", upper=0.0)
        self.free = {name: getattr(session.model, name).upper.copy() for name in BOUNDED}

    def _goal(self, model: pyo.ConcreteModel, instance: Instance) -> ArrayObjective:
        goal = least_cost_with_caps_priced(model, instance, self._prices)
        for name, mask in self._kept_up.items():
            variable = getattr(model, name)
            own = sum((cost for each, cost in goal.terms if each is variable), np.zeros(variable.n))
            usual = float(np.median(np.abs(own)[own != 0])) if own.any() else 0.0
            goal.terms.append((variable, -WORTH * np.maximum(np.abs(own), usual) * mask))
        return goal

    def solve(
        self,
        least: Floats,
        most: Floats,
        uppers: Mapping[str, Floats],
        closed: Mapping[str, Flags],
        kept_up: Mapping[str, Flags],
    ) -> Repriced:
        """Return the plan under bounds on decisions, (I, T), and on quantities, those of `closed` zero."""
        self._kept_up = kept_up
        self.session.ask_again(GOAL)
        self.session.bound("adopt", least, most)
        for name in {*BOUNDED, *closed}:
            upper = uppers.get(name, self.free.get(name))
            if upper is None:
                self.free[name] = upper = getattr(self.session.model, name).upper.copy()
            if name in closed:
                upper = np.where(np.repeat(closed[name], len(self.scenario.periods)), 0.0, upper)
            self.session.bound(name, upper=upper)
        return repriced(self.session, solve_session(self.session, None))


class LeftOut:
    """The plan, solved again with one lever after the other taken away.

    Attributes
    ----------
    prices : of the rows of the caps in the plan, (C, T). base : the plan under them.

    Raises
    ------
    SolverError : no plan was found in time with the interventions held.
    """

    def __init__(
        self, scenario: Scenario, plan: xr.Dataset, reference: xr.Dataset, settings: SolverSettings
    ) -> None:
        self.scenario = scenario
        self.session = PlanSession(scenario, settings, reference)
        self.decided = _decisions(plan)
        self.session.bound("adopt", self.decided, self.decided)
        solution = solve_session(self.session, None)
        planned = repriced(self.session, solution)
        if planned.plan is None:
            message = f"abatement.curve: the plan could not be solved again: {solution.termination}"
            raise SolverError(message)
        self.prices = _cap_prices(self.session, solution)
        self._priced = _Priced(self.session, self.prices)
        self._grown = _grown(planned.plan, reference, scenario)
        self._uppers = dict(self._priced.free)
        for name, mask in self._grown.items():
            most = np.where(mask, _values(planned.plan, name) * (1 + ROOM), np.inf)
            self._uppers[name] = np.minimum(most, self._priced.free[name])
        unmet = np.maximum(_values(planned.plan, "unmet"), _values(reference, "unmet")) * (1 + ROOM)
        self._uppers["unmet"] = np.minimum(unmet, self._priced.free["unmet"])
        self.base = self._solve(self.decided, self.decided, {})
        if not self.base.found:
            message = "abatement.curve: the plan could not be solved again under the prices of its caps"
            raise SolverError(message)

    def without(self, lever: Lever) -> tuple[str, Repriced]:
        """Return how the plan was solved without a lever, and what it then costs and emits."""
        if not lever.used:
            return HELD, Repriced()
        gone = with_those_that_need(lever.interventions, self.scenario.interventions.requires)
        kept = self.decided.copy()
        kept[gone] = 0.0
        found = self._solve(kept, kept, lever.closed)
        if found.found:
            return HELD, found
        for way, least in ((FREED, kept), (DROPPED, np.zeros_like(kept))):
            found = self._priced.solve(least, kept, self._priced.free, lever.closed, {})
            if found.found:
                return way, found
        return NEEDED if found.impossible else UNKNOWN, found

    def made_to_grow(self, without: Repriced) -> dict[str, Floats] | None:
        """Return the quantities that fell without a lever, at what they were, else zero; None: not known."""
        if self.base.plan is None or without.plan is None:
            return None
        grown = _grown(self.base.plan, without.plan, self.scenario)
        return {name: np.where(mask, _values(self.base.plan, name), 0.0) for name, mask in grown.items()}

    def _solve(self, least: Floats, most: Floats, closed: Mapping[str, Flags]) -> Repriced:
        return self._priced.solve(least, most, self._uppers, closed, self._grown)


class AddedAlone:
    """Today's chain at the prices of a plan's caps, with one lever after the other added.

    Parameters
    ----------
    prices : of the rows of the caps, (C, T).
    """

    def __init__(
        self,
        scenario: Scenario,
        plan: xr.Dataset,
        reference: xr.Dataset,
        levers: list[Lever],
        prices: Floats,
        settings: SolverSettings,
    ) -> None:
        today = as_is(scenario)
        self.scenario = replace(
            today, carbon=scenario.carbon, interventions=scenario.interventions, supplies=scenario.supplies
        )
        self.decided = _decisions(plan)
        session = PlanSession(self.scenario, settings, reference)
        self.group, groups = _rivals(self.scenario)
        session.add(DECIDED, lambda m, i: _decided(m, i, self.group, groups))
        self.no_group = np.zeros(groups)
        self._priced = _Priced(session, prices)
        self.today = {name: _values(reference, name) for name in (*HELD_UP, "unmet")}
        self.closed = _all_closed(self.scenario, levers)
        nothing = np.zeros_like(self.decided)
        self.base_held = self._solve(nothing, nothing, {}, self._held({}))
        self.base_free = self._solve(nothing, nothing, {}, self._priced.free)

    def added(self, lever: Lever, grows: Mapping[str, Floats] | None) -> tuple[Repriced, Repriced]:
        """Return today's chain without a lever and with it, as the plan pulls it or in whole.

        Parameters
        ----------
        grows : quantities that the lever made grow in the plan, up to those; None: not known.
        """
        least, most = np.zeros_like(self.decided), np.zeros_like(self.decided)
        asked, held = self.no_group.copy(), True
        if lever.used:
            chain = with_those_needed(lever.interventions, self.scenario.interventions.requires)
            least[chain] = most[chain] = self.decided[chain]
            held = grows is not None
        elif lever.interventions.size:
            most = self._as_early_as_can_be(lever.interventions)
            asked[self.group[lever.interventions]] = 1.0
            held = not self._opens_ways(most.max(axis=1) > 0)
        base = self.base_held if held else self.base_free
        if not base.found:
            return base, Repriced()
        uppers = self._held(grows or {}) if held else self._priced.free
        kept_up = {name: values > 0 for name, values in (grows or {}).items()} if held else {}
        return base, self._solve(least, most, lever.closed, uppers, asked, kept_up)

    def _held(self, grows: Mapping[str, Floats]) -> dict[str, Floats]:
        """Return upper bounds: what today's chain does, and what may grow; the grid gives what is asked."""
        found = dict(self._priced.free)
        grid = np.repeat(self.scenario.supplies.kind == "grid", len(self.scenario.periods))
        for name, values in self.today.items():
            most = np.maximum(values, grows.get(name, 0.0)) * (1 + ROOM)
            most = np.where(grid, np.inf, most) if name == "power" else most
            found[name] = np.minimum(most, self._priced.free[name])
        return found

    def _opens_ways(self, decided: Flags) -> bool:
        """Return whether any of the interventions adds capacity or power, or opens a way of doing things."""
        s = self.scenario
        parts = (s.capacity_changes, s.unlocks, s.power_additions)
        return any(bool(decided[part.intervention].any()) for part in parts)

    def _as_early_as_can_be(self, members: Integers) -> Floats:
        """Return 1 where members and what they need may be decided: each in the first period it can be."""
        interventions, start = self.scenario.interventions, self.scenario.periods.start
        window = decision_window(self.scenario) > 0
        most = np.zeros_like(self.decided)
        first: dict[int, float] = {}

        def decide(i: int) -> float:
            if i not in first:
                after = [decide(j) + interventions.lead_years[j] for j in interventions.requires[i].tolist()]
                can = np.flatnonzero(window[i] & (start >= max(after, default=-np.inf) - ROOM))
                first[i] = float(start[can[0]]) if len(can) else np.inf
                most[i, can[:1]] = 1.0
            return first[i]

        for i in members.tolist():
            decide(i)
        return most

    def _solve(
        self,
        least: Floats,
        most: Floats,
        opened: Mapping[str, Flags],
        uppers: Mapping[str, Floats],
        asked: Floats | None = None,
        kept_up: Mapping[str, Flags] | None = None,
    ) -> Repriced:
        self._priced.session.bound(DECIDED, self.no_group if asked is None else asked)
        shut = {name: mask & ~opened.get(name, np.zeros_like(mask)) for name, mask in self.closed.items()}
        return self._priced.solve(least, most, uppers, shut, kept_up or {})


def tonne_prices(session: PlanSession, prices: Floats) -> Floats:
    """Return what caps charge for a tCO2e emitted in each period, (T,), present currency.

    Parameters
    ----------
    prices : of the rows of the session's caps, (C, T).
    """
    periods = session.instance.scenario.periods
    total = np.zeros(len(periods))
    for cap, each in zip(session.instance.caps, prices, strict=True):
        if cap.settings.kind is CapKind.CUMULATIVE:
            total += np.cumsum(each[::-1])[::-1]  # a tonne counts in all later totals
        else:
            total += each / periods.years
    return total


def _cap_prices(session: PlanSession, solution: Solution) -> Floats:
    """Return the price of each row of the caps, (C, T), present currency per unit of the row."""
    shape = (len(session.instance.caps), len(session.instance.scenario.periods))
    if not shape[0]:
        return np.zeros(shape)
    dual = solution.dual(session.model.cap_respected)
    return np.maximum(-np.nan_to_num(dual), 0.0).reshape(shape)


def _decisions(plan: xr.Dataset) -> Floats:
    """Return what a plan decides, (I, T)."""
    return np.round(plan["adopt"].transpose("intervention", "period").to_numpy())


def _values(dataset: xr.Dataset, name: str) -> Floats:
    """Return a family of a plan as the model lays it out, (n * T,)."""
    return np.ravel(dataset[name].transpose(..., "period").to_numpy())


def _grown(more: xr.Dataset, less: xr.Dataset, scenario: Scenario) -> dict[str, Flags]:
    """Return by family which quantities one plan does more of than another; grid power is no such."""
    found = {}
    for name in HELD_UP:
        ours, theirs = _values(more, name), _values(less, name)
        found[name] = ours > theirs + ROOM * max(float(np.max(np.abs(ours), initial=0.0)), 1.0)
    found["power"] &= np.repeat(scenario.supplies.kind != "grid", len(scenario.periods))
    return found


def _all_closed(scenario: Scenario, levers: list[Lever]) -> dict[str, Flags]:
    """Return what all levers open by themselves, and contracts of power, as masks by family."""
    green = scenario.supplies.kind != "grid"
    built = np.zeros_like(green)
    built[scenario.power_additions.supply] = True
    found: dict[str, Flags] = {"power": green & ~built, "contract": green}
    for lever in levers:
        for name, mask in lever.closed.items():
            found[name] = found.get(name, np.zeros_like(mask)) | mask
    return found


def _rivals(scenario: Scenario) -> tuple[Integers, int]:
    """Return the group of each intervention, rivals together and others by themselves, and how many."""
    given = scenario.interventions.exclusive_group.astype(str).tolist()
    names = [group or f"{i}" for i, group in enumerate(given)]
    position = {name: g for g, name in enumerate(dict.fromkeys(names))}
    return np.array([position[name] for name in names], dtype=np.int64), len(position)


def _decided(model: pyo.ConcreteModel, instance: Instance, group: Integers, groups: int) -> ArrayConstraint:
    """Count how many of each group of rivals are decided; the bounds ask for one."""
    periods = len(instance.scenario.periods)
    column = every_period(np.arange(len(group)), periods)
    counted = term(model.adopt, row=np.repeat(group, periods), column=column)
    return rows(groups).between(np.zeros(groups), np.full(groups, np.inf), [counted])
