"""The smallest set of policies that cannot all hold: without any one of them there is a plan.

Physics and data always hold here. A policy is held by pricing its misses, and let go by making them
free; when the held ones cannot be met together, those that the dual prices of the misses leave out
are not part of the contradiction (Farkas), and the others are let go one by one (deletion filter).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar
from optimizer.elastic import Elastic, Found
from optimizer.highs import HighsModel
from optimizer.solution import Solution, Status
from scenarios.scenario import Floats, Integers

Rule = tuple[int, int]  # number among the softened policies, and row of it
ZERO = 1e-5  # of a unit of the solver: no miss
PRICED = 1e-7


@dataclass(frozen=True)
class Clash:
    """Policies that cannot all hold.

    Attributes
    ----------
    rules : by number of the softened policy and its row. smallest : whether each is shown to be needed.
    whole : whether they contradict each other only because decisions are whole.
    """

    rules: tuple[Rule, ...]
    smallest: bool
    whole: bool


def smallest_clash(elastic: Elastic, periods: Integers, found: Sequence[Found]) -> Clash:
    """Return a smallest set of policies that cannot all hold; an empty one if the data alone do not.

    Parameters
    ----------
    periods : positions of the periods looked at first; all are when their policies do not clash.
    found : sets of changes already known, each with a plan that keeps all other policies.

    Raises
    ------
    TimeoutError : the time does not suffice to tell whether any of them clash.
    """
    ask, everything = _Trial(elastic, whole=False), np.arange(len(elastic.instance.scenario.periods))
    rules: list[Rule] | None = None
    for when in (periods, everything):
        rules = ask.clash(_rules_of(elastic, when))
        if rules is not None:
            break
    relaxed = rules is not None
    if rules is not None:
        rules, smallest = _thinned(ask, rules, set())
        needed = {rule for rule in rules if any(_misses_only(one, rule, rules) for one in found)}
        if len(needed) == len(rules):
            return Clash(tuple(rules), smallest, whole=False)
    else:
        rules, smallest, needed = _rules_of(elastic, everything), True, set()
    thinner, proven = _thinned(_Trial(elastic, whole=True), rules, needed)
    return Clash(tuple(thinner), smallest and proven, not relaxed or len(thinner) < len(rules))


class _Trial:
    """Whether some policies can all hold, asked again and again of one model inside HiGHS."""

    def __init__(self, elastic: Elastic, whole: bool) -> None:
        self.elastic, self.whole = elastic, whole
        seconds = elastic.slice_of(6)
        settings = replace(elastic.settings, mip_gap=1e-3, time_limit_seconds=seconds)
        self.highs = HighsModel(elastic.model, settings, relax_integrality=not whole)
        self.last: Solution | None = None

    def clash(self, held: Sequence[Rule]) -> list[Rule] | None:
        """Return those of the held policies that already clash; None if all can hold.

        Raises TimeoutError when it cannot be told in time.
        """
        with self.elastic.priced_misses(held) as cost:
            self.highs.push_objective()
            self.highs.settings = replace(self.highs.settings, time_limit_seconds=self.elastic.slice_of(6))
            solution = self.highs.run()
            prices = [cost[number].copy() for number in range(len(cost))]
        self.last = None
        if solution.status is Status.INFEASIBLE:
            return []  # the data contradict each other
        settled = solution.status is Status.OPTIMAL
        missed = solution.has_values and any(self._missed(solution, rule) for rule in held)
        if solution.has_values and not missed:
            return None
        if not settled:
            raise TimeoutError
        self.last = solution
        if self.whole or not len(solution.column_duals):
            return list(held)
        kept = []
        for number, row in held:
            variable, column = self._place(number, row)
            reduced = float(solution.reduced_cost(variable)[column])
            price = float(prices[number][column])
            if price - reduced > PRICED * price:
                kept.append((number, row))
        return kept

    def _place(self, number: int, row: int) -> tuple[ArrayVar, int]:
        softened = self.elastic.softened[number]
        return softened.variable, int(softened.column[row])

    def _missed(self, solution: Solution, rule: Rule) -> bool:
        variable, column = self._place(*rule)
        limit = abs(float(self.elastic.softened[rule[0]].policy.limit[rule[1]]))
        return float(solution.value(variable)[column]) > ZERO * variable.unit + 1e-9 * limit


def proof(elastic: Elastic, clash: Clash) -> dict[str, Integers] | None:
    """Return, by component, the rows and the columns with which the linear relaxation proves a clash.

    These have a price when the least miss is found (Farkas); None when it has a plan.
    """
    if clash.whole:
        return None
    ask = _Trial(elastic, whole=False)
    solution = ask.last if ask.clash(clash.rules) is not None else None
    if solution is None or not len(solution.row_duals):
        return None
    found = {}
    for constraint in elastic.model.component_objects(pyo.Constraint, active=True):
        if isinstance(constraint, ArrayConstraint):
            found[constraint.local_name] = _nonzero(solution.dual(constraint))
    for variable in elastic.model.component_objects(pyo.Var):
        found[variable.local_name] = _nonzero(solution.reduced_cost(variable))
    return found


def _nonzero(duals: Floats) -> Integers:
    return np.flatnonzero(np.abs(duals) > 1e-9 * max(float(np.abs(duals).max(initial=0.0)), 1e-9))


def _rules_of(elastic: Elastic, periods: Integers) -> list[Rule]:
    """Return the policies of some periods and those without one, kinds of many rows first."""
    found = []
    for number, s in sorted(enumerate(elastic.softened), key=lambda pair: -len(pair[1].policy.row)):
        rows = np.flatnonzero(np.isin(s.policy.period, periods) | (s.policy.period < 0))
        found += [(number, int(row)) for row in rows]
    return found


def _misses_only(found: Found, rule: Rule, rules: Sequence[Rule]) -> bool:
    """Return whether the plan of a known set of changes keeps all of `rules` but one."""
    return all(found.amounts[number][row] == 0 for number, row in rules if (number, row) != rule)


def _thinned(ask: _Trial, rules: list[Rule], needed: set[Rule]) -> tuple[list[Rule], bool]:
    """Return clashing policies without those that are not needed, and whether each left is.

    Parts are let go at once, half as many after a failure and twice as many after a success.
    """
    kept = [rule for rule in rules if rule in needed]
    rest = [rule for rule in rules if rule not in needed]
    size, proven = max(len(rest) // 2, 1), True
    while rest:
        if time.monotonic() > ask.elastic.deadline:
            return [*kept, *rest], False
        try:
            clash = ask.clash([*kept, *rest[size:]])
        except TimeoutError:
            clash, proven = None, proven and size > 1
        if clash is not None:
            left = set(clash)
            kept, rest = [r for r in kept if r in left], [r for r in rest[size:] if r in left]
            size = max(min(size * 2, len(rest) // 2), 1)
        elif size == 1:
            kept.append(rest.pop(0))
        else:
            size = max(size // 2, 1)
    return kept, proven
