"""Exchanging decisions that compete for shared rows, such as budgets, each judged by what it is worth.

A dive decides one thing after the other, so what comes late finds the budget spent by what came early. With
a plan at hand every decision that weighs in a shared row is made otherwise once, all others held and shared
rows left out: a relaxation on few columns (`optimizer.narrowing`) says what it saves or costs. Which of these
moves to make together is then a small knapsack: the most that is saved, within what the shared rows have
room for once what is moved has given back what it took. What moves together do to each other the knapsack
does not know: its answer is solved for, kept when it is better, and tried again with fewer moves when not.

Exchanges of decisions judged by relaxations, as in local search for capacitated location and network
design (Ghamlouche, Crainic and Gendreau 2003, Cycle-based neighbourhoods for fixed-charge capacitated
multicommodity network design); the knapsack of measured moves takes the place of pairwise swaps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, vstack

from optimizer.arrays import Floats
from optimizer.constructive import held
from optimizer.narrowing import narrowed
from optimizer.pricing import Thinned
from optimizer.restricted import Found, Problem, solve_restricted
from optimizer.settings import SolverSettings
from optimizer.shared_room import SharedRoom
from scenarios.scenario import Flags, Integers

WEIGHS = 0.005  # share of a shared row that a choice takes to be worth a move
MOST_CHOICES = 120
MEASURING = 0.4  # share of the time left that one round of measuring may take
RATIO = 5e-3  # reduced cost, relative, of the columns that moves are measured on
HOPELESS = 0.02  # share of the objective: a move that costs more is never part of an exchange
BETTER = 1e-5  # share of the objective
MOST_FAILED = 12  # answers of the knapsack, for one round of measuring
MOST_TOGETHER = 5  # moves in one answer: what they do to each other grows with their number
KNAPSACK_SECONDS = 5.0


@dataclass(frozen=True)
class Move:
    """Another way to make one choice: values of its columns, and what that saves (below zero) or costs."""

    choice: int
    columns: Integers
    values: Floats
    effect: float


@dataclass
class Exchanges:
    """Betters a plan by moves that give back and take of what decisions share.

    Attributes
    ----------
    thinned : solves the relaxation of the whole problem on the columns that matter.
    steps : how many exchanges were made; stopped : whether Ctrl-C was pressed.
    """

    problem: Problem
    settings: SolverSettings
    group: Integers
    thinned: Thinned
    steps: int = 0
    stopped: bool = False

    def __post_init__(self) -> None:
        self.shared = SharedRoom(self.problem, self.group)
        self.rows = self.problem.matrix[self.shared.rows]
        self.most = self.problem.row_upper[self.shared.rows]
        self.weighty = self._weighty()
        self._hopeless: set[tuple[int, bytes]] = set()

    def run(self, plan: Found, left: Callable[[], float]) -> Found:
        """Return the best plan that exchanges lead to from `plan`, itself if there is none."""
        better = len(self.weighty) > 0
        while better and left() > 0 and not self.stopped:
            start = self._held(self.thinned, plan.values, left)
            if not start.has_values:
                break
            found = self._on_few_columns(start, left)
            # Columns that the plan from before had no use for may be worth it now.
            found = self._held(self.thinned, found.values, left) if found is not start else start
            better = found.has_values and found.objective < plan.objective - BETTER * abs(plan.objective)
            if found.has_values and found.objective < plan.objective:
                plan = found
        return plan

    def _on_few_columns(self, start: Found, left: Callable[[], float]) -> Found:
        """Exchange on the columns that matter around a plan until nothing comes of it."""
        narrow = self._narrow(start)
        base = self._held(narrow, start.values, left)
        plan = start
        while base.has_values and left() > 0 and not self.stopped:
            following = self._exchange(narrow, base, list(self._moves(narrow, base, left)), left)
            if following is base:
                break
            plan = base = following
        self.thinned.join(narrow.at_work)
        return plan

    def _weighty(self) -> Integers:
        """Return the choices that take a good part of a shared row, the weightiest first."""
        most = np.maximum(self.most, 1e-12)
        share = np.zeros(len(self.group))
        shares = csr_array(self.rows.multiply((1 / most)[:, None]))
        np.maximum.at(share, self.group[shares.indices], shares.data)
        chosen = np.flatnonzero(share >= WEIGHS)
        return chosen[np.argsort(-share[chosen], kind="stable")][:MOST_CHOICES]

    def _columns(self, choice: int) -> Integers:
        return np.flatnonzero((self.group == choice) & self.problem.whole)

    def _held(
        self, thinned: Thinned, values: Floats, left: Callable[[], float], most: float = math.inf
    ) -> Found:
        measured = math.isfinite(most)  # only what is accepted needs the best of columns
        found = thinned.relax(*held(self.problem, values), left, priced=not measured, most=most)
        self.stopped |= found.stopped_by_user
        return found

    def _narrow(self, start: Found) -> Thinned:
        """Return the problem around a plan with all open that may move, without the shared rows."""
        problem, open_ = self.problem, np.isin(self.group, self.weighty) & self.problem.whole
        most = problem.row_upper.copy()
        most[self.shared.rows] = np.inf
        lower, upper = held(problem, start.values)
        lower[open_], upper[open_] = problem.lower[open_], problem.upper[open_]
        without = Problem(**(vars(problem) | {"row_upper": most}))
        return narrowed(without, self.settings, start, lower, upper, RATIO)

    def _moves(self, narrow: Thinned, base: Found, left: Callable[[], float]) -> Iterator[Move]:
        """Yield all moves with what they do to the objective, those that were hopeless once left out."""
        enough = (1 - MEASURING) * left()
        for choice in self.weighty.tolist():
            columns = self._columns(choice)
            now = np.round(base.values[columns])
            for values in self._ways(columns, now):
                if left() <= enough or self.stopped:
                    return
                key = (choice, np.concatenate([now, values]).tobytes())
                if key in self._hopeless:
                    continue
                effect = self._effect(narrow, base, columns, values, left)
                if math.isfinite(effect):
                    yield Move(choice, columns, values, effect)
                else:
                    self._hopeless.add(key)

    def _effect(
        self, narrow: Thinned, base: Found, columns: Integers, values: Floats, left: Callable[[], float]
    ) -> float:
        """Return what other values of some columns do to the objective; inf when there is no hope in it."""
        most = base.objective + HOPELESS * abs(base.objective)
        changed = base.values.copy()
        changed[columns] = values
        found = self._held(narrow, changed, left, most)
        hopeful = found.has_values and found.objective <= most
        return found.objective - base.objective if hopeful else math.inf

    def _ways(self, columns: Integers, now: Floats) -> Iterator[Floats]:
        """Yield other values of the columns of a choice: none or one made; of a number, one less or more."""
        lower, upper = self.problem.lower[columns], self.problem.upper[columns]
        if len(columns) == 1 and upper[0] - lower[0] > 1:
            ways = [now - 1, now + 1]
        else:
            ways = [np.zeros(len(columns)), *np.eye(len(columns))]
        for way in ways:
            if (way >= lower).all() and (way <= upper).all() and np.abs(way - now).max() > 0.5:
                yield way

    def _exchange(self, narrow: Thinned, base: Found, moves: list[Move], left: Callable[[], float]) -> Found:
        """Return a better plan by some of the moves, or `base`: few first, then more together."""
        knapsack, failed, together = _Knapsack(self, base, moves), 0, 1
        while failed < MOST_FAILED and left() > 0 and not self.stopped:
            chosen = knapsack.best(together)
            if len(chosen):
                changed = base.values.copy()
                for move in chosen:
                    changed[knapsack.moves[move].columns] = knapsack.moves[move].values
                enough = base.objective - BETTER * abs(base.objective)
                found = self._held(narrow, changed, left, enough)
                if found.has_values and found.objective < enough:
                    base, together = found, 1
                    self.steps += 1
                    moved = {knapsack.moves[move].choice for move in chosen}
                    knapsack = _Knapsack(self, base, [m for m in knapsack.moves if m.choice not in moved])
                    continue
                knapsack.refuse(chosen)
                failed += 1
            elif together == MOST_TOGETHER:
                break
            together = together % MOST_TOGETHER + 1
        return base


class _Knapsack:
    """Which moves to make together: the most saved within what the shared rows leave room for."""

    def __init__(self, exchanges: Exchanges, base: Found, moves: list[Move]) -> None:
        self.settings, self.moves = exchanges.settings, moves
        self.effects = np.array([move.effect for move in moves])
        rows = exchanges.rows.tocsc()
        now = np.round(base.values)
        self.enough = BETTER * abs(base.objective)
        count = len(moves)
        takes = np.zeros((len(exchanges.most), count))
        for number, move in enumerate(moves):
            takes[:, number] = rows[:, move.columns] @ (move.values - now[move.columns])
        once = np.array([move.choice for move in moves])
        choices = np.unique(once)
        self.rows = [csr_array(takes), csr_array((choices[:, None] == once[None, :]).astype(float))]
        room = exchanges.most - exchanges.rows @ np.where(exchanges.problem.whole, now, 0.0)
        self.most = [np.maximum(room, 0.0), np.ones(len(choices))]

    def refuse(self, chosen: Integers) -> None:
        """Never return these moves together again."""
        together = np.zeros((1, len(self.effects)))
        together[0, chosen] = 1.0
        self.rows.append(csr_array(together))
        self.most.append(np.array([len(chosen) - 1.0]))

    def best(self, together: int) -> Integers:
        """Return the moves that save most, at most `together`; none when nothing is saved."""
        count = len(self.effects)
        if not count:
            return np.zeros(0, dtype=np.int64)
        all_ = csr_array(np.ones((1, count)))
        matrix = csr_array(vstack([*self.rows, all_], format="csr"))
        most = np.concatenate([*self.most, [float(together)]])
        part = Problem(
            cost=self.effects,
            lower=np.zeros(count),
            upper=np.ones(count),
            whole=np.ones(count, dtype=bool),
            matrix=matrix,
            row_lower=np.full(len(most), -np.inf),
            row_upper=most,
            offset=0.0,
        )
        found = solve_restricted(
            part, self.settings, part.lower, part.upper, relaxed=False, seconds=KNAPSACK_SECONDS
        )
        if not found.has_values or found.objective > -self.enough:
            return np.zeros(0, dtype=np.int64)
        chosen: Flags = found.values > 0.5
        return np.flatnonzero(chosen)
