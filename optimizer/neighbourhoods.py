"""Which decisions to set free around a plan, so that branch and bound can better it in seconds.

Three kinds take turns: where plan and relaxation disagree (RINS: Danna, Rothberg and Le Pape 2005), what
is near one decision in the network (through the rows they share), and what is picked at random.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.restricted import Problem
from scenarios.scenario import Flags, Integers

FIRST_SIZE, SMALLEST_SIZE = 40, 8  # choices set free
WIDEST_ROW = 300  # rows with more entries (budgets, caps) join everything and say nothing of nearness
DISAGREE = 0.1
KINDS = ("disagreeing", "near", "random")


@dataclass
class Neighbourhoods:
    """Sets of columns to set free, of a size that grows when it was too easy and shrinks when too hard."""

    problem: Problem
    group: Integers
    relaxed: Floats
    seed: int
    size: int = FIRST_SIZE
    turn: int = 0

    def __post_init__(self) -> None:
        self.ways = Ways(self.problem)
        self.random = np.random.default_rng(self.seed)
        self.groups = np.unique(self.group[self.problem.decisions])

    def next(self, plan: Floats) -> Flags:
        """Return the whole-number columns to set free around `plan` (n,), as flags (n,)."""
        kind = KINDS[self.turn % len(KINDS)]
        self.turn += 1
        chosen = {"disagreeing": self._disagreeing, "near": self._near, "random": self._random}[kind](plan)
        return np.isin(self.group, chosen) & self.problem.whole

    def learn(self, solved: bool, better: bool) -> None:
        """Take in how the last one went: solved to its gap in time, and whether it gave a better plan."""
        if solved and not better:
            self.size = min(int(self.size * 1.3) + 1, max(len(self.groups), SMALLEST_SIZE))
        elif not solved and not better:
            self.size = max(int(self.size * 0.7), SMALLEST_SIZE)

    @property
    def is_all(self) -> bool:
        """Whether everything was set free."""
        return self.size >= len(self.groups)

    def _disagreeing(self, plan: Floats) -> Integers:
        """Return choices that the relaxation would make otherwise, those in most doubt likelier."""
        apart = np.abs(plan - self.relaxed)
        doubt = np.zeros(len(self.group))
        np.maximum.at(doubt, self.group[self.problem.whole], apart[self.problem.whole])
        doubtful = self.groups[doubt[self.groups] > DISAGREE]
        if len(doubtful) <= self.size:
            rest = np.setdiff1d(self.groups, doubtful)
            return np.concatenate([doubtful, self._some(rest, self.size - len(doubtful))])
        return self._some(doubtful, self.size)

    def _near(self, plan: Floats) -> Integers:
        """Return the choices found first on the way outwards from one that plan or relaxation makes."""
        whole = self.problem.whole
        made = np.flatnonzero(whole & ((plan > 0.5) | (self.relaxed > DISAGREE)))
        start = self.group[self.random.choice(made)] if len(made) else self.random.choice(self.groups)
        walk = self.ways.from_columns(np.flatnonzero((self.group == start) & whole))
        found: list[int] = [int(start)]
        while len(walk.front) and len(found) < self.size:
            front = walk.step()
            met = np.setdiff1d(self.group[front[whole[front]]], found)
            self.random.shuffle(met)
            found += np.intersect1d(met, self.groups, assume_unique=True).tolist()
            walk.front = np.union1d(front, np.flatnonzero(np.isin(self.group, met) & whole))
        return np.array(found[: self.size])

    def _random(self, plan: Floats) -> Integers:  # noqa: ARG002 (one signature for all kinds)
        return self._some(self.groups, self.size)

    def _some(self, groups: Integers, number: int) -> Integers:
        number = min(max(number, 0), len(groups))
        return self.random.choice(groups, number, replace=False) if number else groups[:0]


class Ways:
    """From column to column through the rows they share, those of at most `WIDEST_ROW` entries."""

    def __init__(self, problem: Problem) -> None:
        self.matrix, self.columns = problem.matrix, problem.matrix.tocsc()
        self.narrow: Flags = np.diff(self.matrix.indptr) <= WIDEST_ROW

    def from_columns(self, columns: Integers) -> Walk:
        """Return a walk outwards from some columns."""
        return Walk(self, columns)


class Walk:
    """A walk outwards, step by step; `front` is where it goes on from and may be changed between steps."""

    def __init__(self, ways: Ways, front: Integers) -> None:
        self.ways, self.front = ways, front
        self._seen = np.zeros(ways.matrix.shape[1], dtype=bool)
        self._seen_rows: Flags = ~ways.narrow

    def step(self) -> Integers:
        """Return the columns one step further that were in no front yet: the next front."""
        self._seen[self.front] = True
        rows = np.unique(entries_of(self.ways.columns, self.front))
        rows = rows[~self._seen_rows[rows]]
        self._seen_rows[rows] = True
        met = np.unique(entries_of(self.ways.matrix, rows))
        self.front = met[~self._seen[met]]
        return self.front


def entries_of(matrix: object, major: Integers) -> Integers:
    """Return the minor positions of all entries of some rows of a CSR matrix (or columns of a CSC one)."""
    starts, ends = matrix.indptr[major], matrix.indptr[major + 1]  # type: ignore[attr-defined]
    count = ends - starts
    where = np.repeat(starts - np.cumsum(count) + count, count) + np.arange(count.sum())
    return matrix.indices[where]  # type: ignore[attr-defined]
