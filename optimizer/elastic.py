"""The elastic relaxation: policy may be missed at a price; the search for the cheapest sets of changes."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayObjective, ArrayVar
from optimizer.highs import HighsModel
from optimizer.models.build import build_model
from optimizer.models.instance import Instance, make_instance
from optimizer.policies import policies
from optimizer.policy import AT_MOST, Policy, Prices, prices
from optimizer.settings import SolverSettings
from optimizer.softening import loosen, soften_rows
from optimizer.solution import Solution, Status, relative_gap
from optimizer.start import rounded_start
from scenarios.scenario import Floats, Integers

NEGLIGIBLE = 1e-6  # of the limit, and of one unit
EXACT, ENOUGH = 1e-3, 1e-2  # gap of the searches, and where there are many decisions
WHOLE = 1e-6
FEW = 3  # names of one kind up to which each is tried on its own
Banned = frozenset[tuple[str, str | None]]  # kind and name, or all of the kind


@dataclass(frozen=True)
class Softened:
    """A policy and the variable that says how far each of its rows is missed; `column` are its elements."""

    policy: Policy
    variable: ArrayVar
    column: Integers


@dataclass(frozen=True)
class Found:
    """One set of changes: misses by softened policy (k,), and their price."""

    amounts: tuple[Floats, ...]
    new_limits: tuple[Floats, ...]
    price: float
    solution: Solution

    @property
    def excess(self) -> float:
        """By how much a set of changes could at most be cheaper, as a share of this one's price."""
        room = self.solution.objective - self.solution.bound
        return max(room, 0.0) / self.price if self.price > 0 else 0.0

    def names(self, softened: list[Softened]) -> frozenset[tuple[str, str]]:
        """Return kind and name of every rule that is changed."""
        return frozenset(
            (s.policy.kind, str(name))
            for s, missed in zip(softened, self.amounts, strict=True)
            for name in s.policy.name[missed > 0]
        )


class Elastic:
    """A model in which every policy may be missed at a price."""

    def __init__(self, instance: Instance, settings: SolverSettings) -> None:
        scenario = instance.scenario
        self.must = ~np.isfinite(scenario.demands.shortage_cost)
        free = replace(
            scenario.demands, shortage_cost=np.where(self.must, 0.0, scenario.demands.shortage_cost)
        )
        relaxed = replace(scenario, demands=free)
        caps, limits = instance.caps, instance.limits
        self.instance = make_instance(relaxed, instance.ledger, caps, limits)
        self.settings = settings
        self.deadline = time.monotonic() + settings.diagnosis.seconds
        self.prices: Prices = prices(scenario, settings.diagnosis)
        self.model = build_model(self.instance)
        asked = replace(instance, scenario=scenario)
        self.softened = [self._soften(policy) for policy in policies(self.model, asked, self.prices)]
        loosen(self.model, self.instance, {s.policy.rule: s.variable for s in self.softened})
        self.true_cost = self.model.least_cost
        for objective in list(self.model.component_objects(pyo.Objective, active=True)):
            objective.deactivate()
        self.model.least_change = ArrayObjective(self._penalties())
        self.many = np.count_nonzero(self.model.adopt.upper > 0) > settings.rounding_binaries
        gap = max(settings.mip_gap, ENOUGH if self.many else EXACT)
        self.highs = HighsModel(self.model, replace(settings, mip_gap=gap))

    def _soften(self, policy: Policy) -> Softened:
        if policy.rule in ("overrun", "unmet"):
            variable = getattr(self.model, policy.rule)
            if policy.rule == "overrun":
                variable.upper[policy.row] = np.inf
            return Softened(policy, variable, policy.row)
        side = "over" if policy.side == AT_MOST else "short"
        variable = ArrayVar(len(policy.row), unit=self._unit(policy))
        number = sum(
            1 for name in self.model.component_map(pyo.Var) if name.startswith(f"{side}_{policy.rule}")
        )
        self.model.add_component(f"{side}_{policy.rule}_{number}", variable)
        soften_rows(getattr(self.model, policy.rule), variable, policy.row, -float(policy.side))
        return Softened(policy, variable, np.arange(len(policy.row)))

    def _unit(self, policy: Policy) -> float:
        head = policy.unit.split("/")[0]
        if head == "MWh":
            return float(self.model.power.unit)
        return (
            float(self.model.purchase.unit) if head not in ("offers", "interventions", "1", "count") else 1.0
        )

    def _penalties(self) -> list[tuple[ArrayVar, Floats]]:
        """Return what misses cost: policy at its price, priced shortage and soft caps at their own."""
        own = self.instance.ledger.cost_coefficients()
        terms = [
            (getattr(self.model, name), own[name].ravel()) for name in ("unmet", "overrun") if name in own
        ]
        for s in self.softened:
            price = np.zeros(s.variable.n)
            price[s.column] = s.policy.price
            terms.append((s.variable, price))
        return terms

    # ------------------------------------------------------------ solving

    @property
    def seconds_left(self) -> float:
        """Wall time left for the diagnosis."""
        return max(self.deadline - time.monotonic(), 1.0)

    def slice_of(self, parts: int) -> float:
        """Return the wall time of one solve: no more than one of so many parts of the whole."""
        return min(self.seconds_left, self.settings.diagnosis.seconds / parts)

    def _search(self, parts: int, interior: bool = False) -> Solution:
        """Solve what the model says now; where much is to be decided, a good rounding will do.

        `interior`: a relaxation far from the last one is solved by interior point, then moved to a vertex.
        """
        self.highs.settings = replace(self.settings, time_limit_seconds=self.slice_of(parts))
        if self.many:
            relaxed = HighsModel(self.model, self.highs.settings, relax_integrality=True)
            if interior:
                relaxed.settings = replace(self.highs.settings, interior_point_columns=0)
            relaxation = relaxed.run()
            relaxed.settings = self.highs.settings
            if relaxation.status is Status.INFEASIBLE:
                return relaxation
            start = rounded_start(self.model, self.instance, self.highs.settings, relaxed, ENOUGH)
            if start is not None:
                start.bound = relaxation.objective if relaxation.status is Status.OPTIMAL else -np.inf
                start.gap = relative_gap(start.objective, start.bound)
                if start.gap <= ENOUGH and self._is_whole(start):
                    return start
                self.highs.suggest(start)
        return self.highs.run()

    def _is_whole(self, solution: Solution) -> bool:
        return all(
            np.abs(values - np.round(values)).max(initial=0.0) <= WHOLE
            for variable in self.model.component_objects(pyo.Var)
            if isinstance(variable, ArrayVar) and variable.whole
            for values in [solution.value(variable)]
        )

    def least(self, banned: Banned) -> Found | None:
        """Return the cheapest set of changes without touching what is banned, or None if there is none."""
        kept = [(s, s.variable.upper.copy()) for s in self.softened]
        for s in self.softened:
            stays = [
                (s.policy.kind, None) in banned or (s.policy.kind, str(n)) in banned for n in s.policy.name
            ]
            s.variable.upper[s.column[np.array(stays, dtype=bool)]] = 0.0
        for s in self.softened:
            self.highs.push_columns(s.variable)
        solution = self._search(4)
        self.highs.load(solution)
        for s, upper in kept[::-1]:
            s.variable.upper[:] = upper
        if not solution.has_values:
            return None
        amounts, limits = [], []
        for s in self.softened:
            missed = s.variable.value_array[s.column]
            base = s.policy.base()
            small = NEGLIGIBLE * np.maximum(np.abs(s.policy.limit) * base, s.variable.unit)
            missed = np.where(missed > small, missed, 0.0)
            amounts.append(missed)
            room = missed * (1 + self.settings.diagnosis.margin) / base
            limits.append(s.policy.limit + s.policy.side * room)
        paid = sum(float(s.policy.price @ a) for s, a in zip(self.softened, amounts, strict=True))
        return Found(tuple(amounts), tuple(limits), paid, solution)

    def cheapest_plan(self, found: Found) -> Solution:
        """Return the cheapest plan under a set of changes, started from the one that found it."""
        kept = [(s, s.variable.upper.copy()) for s in self.softened]
        margin = 1 + self.settings.diagnosis.margin
        for s, missed in zip(self.softened, found.amounts, strict=True):
            s.variable.upper[s.column] = missed * margin
        for s in self.softened:
            self.highs.push_columns(s.variable)
        self.model.least_change.deactivate()
        self.true_cost.activate()
        self.highs.push_objective()
        self.highs.suggest(found.solution)
        solution = self._search(4, interior=True)
        self.highs.load(solution)
        self.true_cost.deactivate()
        self.model.least_change.activate()
        self.highs.push_objective()
        for s, upper in kept[::-1]:
            s.variable.upper[:] = upper
        return solution

    @contextmanager
    def priced_misses(self, held: Iterable[tuple[int, int]]) -> Iterator[list[Floats]]:
        """Price misses of the held policies (number, row) alone, each unit of the solver at one.

        Yields the prices by softened policy; what the ledger prices is free meanwhile.
        """
        kept = [(cost, cost.copy()) for _, cost in self.model.least_change.terms]
        for cost, _ in kept:
            cost[:] = 0.0
        prices = [cost for cost, _ in kept[-len(self.softened) :]]
        for number, row in held:
            s = self.softened[number]
            prices[number][s.column[row]] = 1 / s.variable.unit
        try:
            yield prices
        finally:
            for cost, former in kept:
                cost[:] = former

    def sets(self, wanted: int) -> Iterator[Found]:
        """Yield the cheapest sets of changes, cheapest first: each touches other rules than those before.

        After a set, each of its rules is held in turn (all of a kind where it changes many), and the
        cheapest of what is then found comes next: the branching of Lawler (1972) for k best solutions.
        """
        order = count()
        waiting: list[tuple[float, int, Banned, Found]] = []
        given: set[frozenset[tuple[str, str]]] = set()
        first = self.least(frozenset())
        if first is not None:
            waiting.append((first.solution.objective, next(order), frozenset(), first))
        while waiting and len(given) < wanted:
            _, _, banned, found = heapq.heappop(waiting)
            names = found.names(self.softened)
            if names not in given:
                given.add(names)
                yield found
            if len(given) >= wanted or time.monotonic() > self.deadline:
                return
            for hold in _branches(names):
                if time.monotonic() < self.deadline:
                    other = self.least(banned | {hold})
                    if other is not None and other.names(self.softened):
                        heapq.heappush(
                            waiting, (other.solution.objective, next(order), banned | {hold}, other)
                        )


def _branches(names: frozenset[tuple[str, str]]) -> list[tuple[str, str | None]]:
    kinds = sorted({kind for kind, _ in names})
    found: list[tuple[str, str | None]] = []
    for kind in kinds:
        mine = sorted(name for k, name in names if k == kind)
        found += [(kind, name) for name in mine] if len(mine) <= FEW else [(kind, None)]
    return found
