"""Most decisions of a relaxation, settled a few at a time, each among what is near by.

In a wide network most choices that a relaxation splits matter only close around: a scrap base to its
neighbours and the mills they serve. A few such choices are solved to whole numbers at once, on the columns
around them, everything else held as the relaxation has it. Where a flow balance joins what is held, the
rest of the network may give or take a little at the relaxation's own prices, made dearer by a share, and
more at a price that hurts. Such models take fractions of a second. Choices that cost more than their part
of `LOSS` are not local: they stay open, for the dive.

Relax-and-fix over the network in place of time (Pochet and Wolsey 2006, Production planning by mixed
integer programming, chapter 3.6); prices in place of the rest, as in Lagrangian decomposition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array, hstack

from optimizer.constructive import SPLIT, held
from optimizer.neighbourhoods import Ways, entries_of
from optimizer.restricted import Found, Problem, solve_restricted
from optimizer.settings import SolverSettings
from scenarios.scenario import Flags, Integers

TOGETHER = 8  # choices settled at once
MOST_COLUMNS = 5000  # set free around them
FURTHEST = 12  # steps from choice to choice, through shared rows
SECONDS = 10.0  # for one settlement
LITTLE, DEARER, HURTING = 0.1, 0.1, 1.0  # share of what the rest does; added to its price as a share of it
PRICED = 1e-7  # a row whose price is less has room
BLUR = 1e-4  # an interior point is not exact, nor are the sums of it
LOSS = 0.02  # share of the objective that all settlements together may cost
GAP = 0.003  # and of that, what is left unproven


@dataclass
class LocalRounding:
    """Settles the choices of a relaxation that are local.

    Attributes
    ----------
    group : number of the choice of each column (n,), see :func:`optimizer.constructive.choices`.
    relaxed : the relaxation, with row duals.
    at_work : columns that may take part, (n,).
    lower, upper : bounds of all columns with what is settled so far, (n,) each.
    settled, open : how many choices, and those that are not local.
    stopped : whether Ctrl-C was pressed.
    """

    problem: Problem
    settings: SolverSettings
    group: Integers
    relaxed: Found
    at_work: Flags
    settled: int = 0
    open: list[int] = field(default_factory=list)
    stopped: bool = False

    def __post_init__(self) -> None:
        problem = self.problem
        self.matrix, self.ways = problem.matrix, Ways(problem)
        self.price = self.relaxed.row_duals
        self.values = np.where(np.abs(self.relaxed.values) < 1e-9, 0.0, self.relaxed.values)
        self.lent = np.zeros(self.matrix.shape[0])  # what the rest gives or takes by now, in each row
        self.logical = self._logical()
        whole = problem.whole
        apart = whole & (np.abs(self.values - np.round(self.values)) > SPLIT)
        self.split = np.unique(self.group[apart])
        self.lower, self.upper = problem.lower.copy(), problem.upper.copy()
        sure = whole & ~np.isin(self.group, self.split)
        lower, upper = held(problem, self.values)
        self.lower[sure], self.upper[sure] = lower[sure], upper[sure]

    def run(self, left: Callable[[], float]) -> None:
        """Settle choice after choice, as long as there are seconds left."""
        waiting = dict.fromkeys(self.split.tolist())  # in order, quick to take from
        while waiting and left() > 0 and not self.stopped:
            together = self._near(next(iter(waiting)), waiting)
            for choice in together:
                del waiting[choice]
            if self._settle(together, min(SECONDS, left())):
                self.settled += len(together)
            else:
                self.open += together
        self.open += list(waiting)

    def _logical(self) -> Flags:
        """Return the rows (m,) of decisions, or of columns that follow them: nobody lends in those."""
        problem, matrix = self.problem, self.matrix
        rows = np.unique(entries_of(self.ways.columns, np.flatnonzero(problem.whole)))
        following = problem.whole.copy()
        following[entries_of(matrix, rows[self.ways.narrow[rows]])] = True
        flags: Flags = abs(matrix) @ following.astype(float) > 0
        return flags

    def _columns_of(self, choices: list[int]) -> Integers:
        return np.flatnonzero(np.isin(self.group, choices) & self.problem.whole)

    def _near(self, choice: int, waiting: dict[int, None]) -> list[int]:
        """Return a choice and those waiting that are met first on the way outwards from it."""
        whole, found = self.problem.whole, [choice]
        walk = self.ways.from_columns(self._columns_of([choice]))
        for _ in range(FURTHEST):
            front = walk.step()
            if not len(front) or len(found) >= TOGETHER:
                break
            met = np.unique(self.group[front[whole[front]]]).tolist()
            found += [other for other in met if other in waiting and other not in found]
        return found[:TOGETHER]

    def _around(self, columns: Integers) -> Integers:
        """Return whole-number `columns` and the quantities near them, step by step outwards."""
        inside = np.zeros(self.matrix.shape[1], dtype=bool)
        inside[columns] = True
        walk, count = self.ways.from_columns(columns), len(columns)
        while len(walk.front):
            front = walk.step()
            walk.front = front[self.at_work[front] & ~self.problem.whole[front]]
            count += len(walk.front)
            if count > MOST_COLUMNS:
                break
            inside[walk.front] = True
        return np.flatnonzero(inside)

    def _settle(self, choices: list[int], seconds: float) -> bool:
        """Solve some choices to whole numbers; return whether that went well and cheaply enough."""
        problem, whole = self.problem, self._columns_of(choices)
        free = self._around(whole)
        part = self.matrix[:, free]
        rows = np.flatnonzero(np.diff(part.indptr))
        part = part[rows]
        rest = self.values.copy()
        rest[free] = 0.0
        others = (self.matrix @ rest + self.lent)[rows]
        shared = np.diff(part.indptr) < np.diff(self.matrix.indptr)[rows]
        blur = np.where(shared, BLUR * np.maximum(1.0, np.abs(others)), 0.0)
        lends = np.flatnonzero(shared & (np.abs(self.price[rows]) > PRICED) & ~self.logical[rows])
        price, most = self.price[rows][lends], np.abs(others[lends])
        little = np.maximum(LITTLE * most - np.abs(self.lent[rows][lends]), 0.0)
        much = most + np.abs(part @ self.values[free])[lends]
        size, count = np.abs(price), len(lends)
        sign = np.repeat([1.0, -1.0, 1.0, -1.0], count)
        dearer = np.repeat([DEARER, DEARER, HURTING, HURTING], count) * np.tile(size, 4)
        lent = csr_array((sign, (np.tile(lends, 4), np.arange(4 * count))), shape=(len(rows), 4 * count))
        room = np.concatenate([little, little, much, much])
        part_of_all = len(choices) / len(self.split) * abs(self.relaxed.objective)
        part = Problem(
            cost=np.r_[problem.cost[free], sign * np.tile(price, 4) + dearer],
            lower=np.r_[self.lower[free], np.zeros(4 * count)],
            upper=np.r_[self.upper[free], room],
            whole=np.r_[problem.whole[free], np.zeros(4 * count, dtype=bool)],
            matrix=csr_array(hstack([part, lent], format="csr")),
            row_lower=problem.row_lower[rows] - others - blur,
            row_upper=problem.row_upper[rows] - others + blur,
            offset=0.0,
        )
        found = solve_restricted(
            *(part, self.settings, part.lower, part.upper),
            relaxed=False,
            seconds=seconds,
            absolute_gap=GAP * part_of_all,
        )
        self.stopped |= found.stopped_by_user
        before = problem.cost[free] @ self.values[free]
        if not found.has_values or found.objective - before > LOSS * part_of_all:
            return False
        values, given = found.values[: len(free)], found.values[len(free) :]
        self.values[free] = values
        np.add.at(self.lent, rows[np.tile(lends, 4)], sign * given)
        self.values[whole] = np.round(self.values[whole])
        self.lower[whole] = self.upper[whole] = self.values[whole]
        return True
