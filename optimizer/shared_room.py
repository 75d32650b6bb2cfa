"""Rows that decisions share among themselves alone, such as budgets, and what is left of them.

A relaxation spends little parts of a budget on everything; decisions made whole spend it on the first few.
What takes little of such a row goes first, then, and what takes much gets what is left: a hub without
which customers go unserved is not lost to a furnace that is merely cheaper than none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from optimizer.arrays import Floats
from optimizer.restricted import Found, Problem
from scenarios.scenario import Integers

EMPTY = 1e-9  # room below which a row is spent
KEPT_BACK = 0.25  # of every row while local choices are settled
THRIFT = 0.005  # share of the objective that keeping it back may cost


class SharedRoom:
    """The rows with an upper limit on several choices and on nothing else.

    Parameters
    ----------
    group : number of the choice of each column (n,), see :func:`optimizer.constructive.choices`.

    Attributes
    ----------
    rows : their numbers.
    """

    def __init__(self, problem: Problem, group: Integers) -> None:
        matrix = problem.matrix
        count = matrix.shape[0]
        row_of = np.repeat(np.arange(count), np.diff(matrix.indptr))
        others = np.bincount(row_of[~problem.whole[matrix.indices] | (matrix.data <= 0)], minlength=count)
        chosen = group[matrix.indices]
        first, last = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
        np.minimum.at(first, row_of, chosen)
        np.maximum.at(last, row_of, chosen)
        least = np.full(count, np.inf)
        np.minimum.at(least, row_of, matrix.data)
        one_of_several = 2 * least > problem.row_upper
        limits = np.isfinite(problem.row_upper) & ~one_of_several
        self.rows: Integers = np.flatnonzero((others == 0) & (last > first) & limits)
        self._matrix = matrix[self.rows]
        self._by_column = self._matrix.tocsc()
        self._most = problem.row_upper[self.rows]

    def needed(self, columns: Integers, values: Floats, made: Floats) -> Floats:
        """Return what making each of `columns` whole takes, as a share of what is left, the most of any row.

        Parameters
        ----------
        values : of a relaxation, (n,). made : what is decided so far, (n,).

        Returns
        -------
        (len(columns),), zero for what stands in no such row.
        """
        left = np.maximum(self._most - self._matrix @ made, EMPTY)
        rest = np.maximum(np.ceil(values[columns]) - values[columns], 0.0)
        part = self._by_column[:, columns]
        shares = part.copy()
        shares.data = part.data / left[part.indices]
        most = np.zeros(len(columns))
        if part.nnz:
            most = np.asarray(shares.max(axis=0).todense()).ravel()
        result: Floats = most * rest
        return result

    def makes_room(self, before: Floats, after: Floats) -> bool:
        """Return whether decisions `after` keep every row where `before` with all of `after` would not.

        Both (n,): what is decided at least.
        """
        with_all = self._matrix @ np.maximum(before, after)
        lacking = with_all > self._most + EMPTY
        return bool(lacking.any() and (self._matrix @ after <= self._most + EMPTY).all())


def keeping_room(
    problem: Problem, group: Integers, relaxed: Found, relax: Callable[[Problem], Found]
) -> tuple[Problem, Found]:
    """Return the problem with part of every shared row kept back, and its relaxation, if that costs little.

    What is local takes little of a budget each time and all of it together, where it could as well wait a
    year; the decisions that come after need it at once. Otherwise problem and relaxation as they are.

    Parameters
    ----------
    group : number of the choice of each column (n,). relaxed : the relaxation. relax : solves one.
    """
    shared = SharedRoom(problem, group)
    if not len(shared.rows):
        return problem, relaxed
    most = problem.row_upper.copy()
    most[shared.rows] *= 1 - KEPT_BACK
    thrifty = replace(problem, row_upper=most)
    found = relax(thrifty)
    dearer = found.objective - relaxed.objective
    worth_it = found.solved and dearer <= THRIFT * abs(relaxed.objective)
    return (thrifty, found) if worth_it else (problem, relaxed)
