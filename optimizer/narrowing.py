"""What is left to solve once most decisions are held: far less than the columns of the whole model.

A closed base takes its lanes with it, a recipe nobody may run its inputs. What held decisions leave no
choice about is found by adding up rows, step by step (bound propagation: Savelsbergh 1994, Preprocessing
and probing techniques for mixed integer programming problems); the rest is solved on the columns that are
used or nearly worth it, and others may still join (`optimizer.pricing`). Such relaxations take tenths of a
second where those on all columns take many.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.arrays import Floats
from optimizer.pricing import Patience, Thinned, promising
from optimizer.restricted import Found, Problem
from optimizer.settings import SolverSettings

PASSES = 6  # of propagation: base, yard, lane, mill, and back
EXACT = 1e-9  # of the size of a row: the sums of bounds that leave no choice
ENDLESS = 1e12  # in place of a bound that is none
PATIENCE = Patience(3.0, 1)  # few columns are soon solved afresh too, but a vertex near by is worth more


def implied_bounds(problem: Problem, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Return column bounds (n,) each, tightened where rows leave columns within `lower`, `upper` no choice.

    Only columns that can take a single value change: the lane of a base that stays closed, not a lane
    that is a little too wide.
    """
    lower, upper = lower.copy(), upper.copy()
    matrix = problem.matrix
    above, below = matrix.maximum(0), matrix.minimum(0)
    row_of = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    for _ in range(PASSES):
        before = np.count_nonzero(upper > lower)
        low, high = np.maximum(lower, -ENDLESS), np.minimum(upper, ENDLESS)
        for way, ends, full in (
            (1, problem.row_upper, above @ low + below @ high),
            (-1, problem.row_lower, above @ high + below @ low),
        ):
            tight = (np.abs(ends - full) <= EXACT * np.maximum(1.0, np.abs(full))) & (np.abs(full) < ENDLESS)
            entry = tight[row_of]
            column, sign = matrix.indices[entry], matrix.data[entry] * way
            upper[column[sign > 0]] = lower[column[sign > 0]]
            lower[column[sign < 0]] = upper[column[sign < 0]]
        if np.count_nonzero(upper > lower) == before:
            break
    return lower, upper


def narrowed(
    problem: Problem, settings: SolverSettings, found: Found, lower: Floats, upper: Floats, ratio: float
) -> Thinned:
    """Return the problem within bounds (n,) each of its whole-number columns, on the columns that matter.

    Parameters
    ----------
    found : a relaxation within these bounds, or nearly, with row duals.
    ratio : reduced cost, as a share of what it is the difference of, up to which columns take part.
    """
    lower, upper = implied_bounds(problem, lower, upper)
    part = replace(problem, lower=lower, upper=upper)
    free = upper > lower
    kept = promising(part, found, ratio) & free | (found.values > lower + EXACT) & free
    return Thinned(part, settings, kept | problem.whole | (lower != 0), found.objective, PATIENCE)
