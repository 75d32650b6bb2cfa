"""The carbon price from which an intervention pays, by solving again with it and without it.

One model is kept; a solve differs from the last one in costs and in two bounds alone. All other decisions
are free in every solve, so that what competes with an intervention, or needs it, is counted. With it and
without it the least cost is a concave function of the price, made of straight pieces: where the two meet is
found by following the pieces up from no price at all (Newton's method, kept inside a bracket), exactly but
for the gap of the solves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from optimizer.arrays import ArrayConstraint, rows, term
from optimizer.models.columns import every_period
from optimizer.models.instance import Instance
from optimizer.models.objective import emissions_priced, least_cost_at_price
from optimizer.objective_settings import BreakEvenSettings
from optimizer.session import PlanSession
from optimizer.settings import SolverSettings
from optimizer.solution import Solution, Status
from scenarios.errors import SolverError
from scenarios.scenario import Floats, Scenario
from scenarios.settings import CarbonSettings
from scenarios.typed import refuse

GOAL, DECIDED = "least_cost_at_price", "intervention_decided"
STEPS = 40  # of one search; straight pieces are few
PAYS, NEVER = -np.inf, np.inf  # without any price, and not up to the highest one
Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class _Answer:
    """The cheapest plan at a price: its cost and bound before it, t priced, discounted, and t emitted."""

    cost: float
    bound: float
    priced: float
    emitted: float


@dataclass(frozen=True)
class _Found:
    """Break-even price, between which prices it lies by the gaps of the solves, and t saved by then."""

    price: float
    low: float
    high: float
    saved: float = np.nan


def with_break_even(
    plan: xr.Dataset,
    scenario: Scenario,
    asked: BreakEvenSettings,
    settings: SolverSettings | None = None,
    reference: xr.Dataset | None = None,
    tell: Tell | None = None,
) -> xr.Dataset:
    """Return the plan with the break-even prices asked for, see :func:`break_even_prices`, once."""
    if not asked.interventions or "break_even_price" in plan:
        return plan
    found = break_even_prices(scenario, asked, settings, reference, tell)
    return plan.merge(found, combine_attrs="override")


def break_even_prices(
    scenario: Scenario,
    asked: BreakEvenSettings,
    settings: SolverSettings | None = None,
    reference: xr.Dataset | None = None,
    tell: Tell | None = None,
) -> xr.Dataset:
    """Return the carbon price from which each intervention asked for pays.

    The price is the same in all years, real, on the priced accounts of the pathway, and comes on top of its
    own carbon price and markets. The pathway's caps do not hold: under a cap that binds, what is cheap is
    needed at any price.

    Parameters
    ----------
    reference : the plan of :func:`optimizer.reference_plan`; needed where a target is a share of a baseline.
    tell : called with each intervention and its price when it is found.

    Returns
    -------
    Dataset over ``intervention`` in the order of the scenario: ``break_even_price``, currency per t, -inf:
    pays without any price, inf: not up to the highest price, NaN: not asked for, or cannot be chosen;
    ``break_even_asked``; ``break_even_low``, ``break_even_high``: between which prices the gaps of the
    solves leave it; ``break_even_saved``: t emitted less over the horizon with it, at that price.

    Raises
    ------
    ConfigError : an intervention asked for does not exist.
    SolverError : there is no plan at all, or none was found in time.
    """
    refuse(break_even_problems(scenario, asked))
    names = [str(label) for label in scenario.interventions.label]
    chosen = [
        i
        for i, name in enumerate(names)
        if name in asked.interventions or ("all" in asked.interventions and scenario.interventions.allowed[i])
    ]
    search = _Search(scenario, asked, settings or SolverSettings(), reference)
    nothing = _Found(np.nan, np.nan, np.nan)
    found = [nothing] * len(names)
    for i in chosen:
        found[i] = search.of(i)
        if tell is not None:
            tell(names[i], found[i].price)
    unit = f"{scenario.currency}/tCO2e"
    meanings = {
        "price": (unit, "carbon price from which the intervention pays"),
        "low": (unit, "the same, at the least by the gaps of the solves"),
        "high": (unit, "the same, at the most by the gaps of the solves"),
        "saved": ("tCO2e", "emitted less over the horizon with it, at that price"),
    }
    data = {
        f"break_even_{name}": (
            ("intervention",),
            np.array([getattr(each, name) for each in found]),
            {"units": units, "long_name": meaning},
        )
        for name, (units, meaning) in meanings.items()
    }
    words = {"units": "0 or 1", "long_name": "break-even price was asked for"}
    data["break_even_asked"] = (
        ("intervention",),
        np.isin(np.arange(len(names)), chosen).astype(float),
        words,
    )
    attributes = {"solves": search.solves, "rebuilds": search.session.rebuilds}
    return xr.Dataset(data, coords={"intervention": np.array(names, dtype=str)}, attrs=attributes)


def break_even_problems(scenario: Scenario, asked: BreakEvenSettings) -> list[str]:
    """Return which interventions asked for do not exist, if any."""
    names = [str(label) for label in scenario.interventions.label]
    unknown = sorted(set(asked.interventions) - {*names, "all"})
    if not unknown:
        return []
    return [f"break_even.interventions names {unknown}; use all, or some of: {', '.join(names)}"]


class _Search:
    """Solves one model again and again at other prices, with an intervention decided or ruled out."""

    def __init__(
        self,
        scenario: Scenario,
        asked: BreakEvenSettings,
        settings: SolverSettings,
        reference: xr.Dataset | None,
    ) -> None:
        self._scenario, self._asked = _uncapped(scenario), asked
        self.session = PlanSession(self._scenario, settings, reference)
        self._price, self.solves = 0.0, 0
        self._without: dict[tuple[int, float], _Answer] = {}
        self.session.add(GOAL, lambda m, i: least_cost_at_price(m, i, self._price))
        self.session.add(DECIDED, _decided)
        self.session.minimise(GOAL)
        self._last: Solution | None = None
        self._free_answers: dict[float, tuple[_Answer, Floats]] = {}

    def of(self, intervention: int) -> _Found:
        """Return from which price one intervention pays; later it may be outdone by what competes with it."""
        low, high, price, reached = 0.0, self._asked.highest_price, 0.0, False
        ends = self._pair(intervention, price)
        if ends is None:
            return _Found(np.nan, np.nan, np.nan)
        if _difference(*ends, price) <= 0:
            return _Found(PAYS, PAYS, PAYS)
        for _ in range(STEPS):
            former, price = price, _meeting(*ends)
            if abs(price - former) <= self._asked.tolerance:
                break
            if not low < price < high:
                price = (low + high) / 2 if reached else high
            ends = self._pair(intervention, price) or ends
            if _difference(*ends, price) <= 0:
                high, reached = price, True
            elif price == high:
                return _Found(NEVER, NEVER, NEVER)
            else:
                low = price
            if high - low <= self._asked.tolerance:
                break
        return _settled(*ends, price)

    def _pair(self, intervention: int, price: float) -> tuple[_Answer, _Answer] | None:
        """Return the cheapest plans with and without an intervention; None where there is no such."""
        with_it = self._solve(intervention, price, decided=True)
        without = self._solve(intervention, price, decided=False)
        return None if with_it is None or without is None else (with_it, without)

    def _solve(self, intervention: int, price: float, decided: bool) -> _Answer | None:
        """Return the cheapest plan with a decision made; the one that is free of it may agree."""
        free, chosen = self._free(price)
        if (chosen[intervention] > 0) == decided:
            return free
        n = len(self._scenario.interventions.label)
        only = np.arange(n) == intervention
        lower = np.where(only & decided, 1.0, 0.0)
        upper = np.where(only & (not decided), 0.0, np.inf)
        found = self._answer(price, lower, upper)
        return None if found is None else found[0]

    def _free(self, price: float) -> tuple[_Answer, Floats]:
        """Return the cheapest plan at a price, and what it decides, (I,)."""
        if price not in self._free_answers:
            n = len(self._scenario.interventions.label)
            found = self._answer(price, np.zeros(n), np.full(n, np.inf))
            if found is None:
                message = "no plan meets all rules, even without caps: zerolane diagnose says why"
                raise SolverError(message)
            self._free_answers[price] = found
        return self._free_answers[price]

    def _answer(self, price: float, lower: Floats, upper: Floats) -> tuple[_Answer, Floats] | None:
        session = self.session
        if price != self._price:
            self._price = price
            session.ask_again(GOAL)
        session.bound(DECIDED, lower, upper)
        solution = session.solve(start=self._last, duals=False)
        self.solves += 1
        if solution.stopped_by_user:
            raise KeyboardInterrupt
        if not solution.has_values:
            if solution.status is Status.INFEASIBLE:
                return None
            message = f"no plan found for a break-even price: {solution.termination}"
            raise SolverError(message)
        self._last = solution
        priced, emitted = (
            sum(
                float(solution.value(getattr(session.model, name)) @ per_unit.ravel())
                for name, per_unit in emissions_priced(session.instance, weight).items()
            )
            for weight in (
                self._scenario.periods.discount_yearly,
                self._scenario.periods.years.astype(float),
            )
        )
        decided = solution.value(session.model.adopt).reshape(len(lower), -1).sum(axis=1)
        paid = price * priced
        bound = solution.bound if np.isfinite(solution.bound) else solution.objective
        answer = _Answer(solution.objective - paid, bound - paid, priced, emitted)
        return answer, np.round(decided)


def _decided(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    """Count how often each intervention is decided; the bounds rule one in or out."""
    n, periods = len(instance.scenario.interventions.label), len(instance.scenario.periods)
    column = every_period(np.arange(n), periods)
    counted = term(model.adopt, row=np.repeat(np.arange(n), periods), column=column)
    return rows(n).between(np.zeros(n), np.full(n, np.inf), [counted])


def _difference(with_it: _Answer, without: _Answer, price: float) -> float:
    """Return what the intervention costs more at a price, present value."""
    return with_it.cost - without.cost + price * (with_it.priced - without.priced)


def _meeting(with_it: _Answer, without: _Answer) -> float:
    """Return the price at which two plans cost the same; inf where it makes no difference."""
    saved = without.priced - with_it.priced
    return (with_it.cost - without.cost) / saved if saved > 0 else np.inf


def _settled(with_it: _Answer, without: _Answer, price: float) -> _Found:
    saved = without.priced - with_it.priced
    if saved <= 0:
        return _Found(price, price, price, without.emitted - with_it.emitted)
    low = (with_it.bound - without.cost) / saved
    high = (with_it.cost - without.bound) / saved
    found = _meeting(with_it, without)
    return _Found(found, min(low, found), max(high, found), without.emitted - with_it.emitted)


def _uncapped(scenario: Scenario) -> Scenario:
    carbon = scenario.carbon
    free = CarbonSettings(scope2=carbon.scope2, price=carbon.price, priced_accounts=carbon.priced_accounts)
    return replace(scenario, carbon=free)
