"""A plan when the time was up before the search found any: make every decision, or else none."""

from __future__ import annotations

import numpy as np

from optimizer.arrays import Floats
from optimizer.bridge import CompiledModel

SLACK = 1e-9  # of a row's size, for the rounding of sums


def every_or_none(compiled: CompiledModel, whole: np.ndarray) -> list[tuple[str, Floats]]:
    """Return what is decided, in words, and column values (n,) for it: `whole` at their most, at their least.

    Where capacity has a price and money no limit, with everything opened the rest can be solved; where it
    has one, but nothing must be done, with nothing opened.
    """
    ends = (("every decision that something uses", compiled.upper), ("no new decision", compiled.lower))
    return [(words, end) for words, end in ends if np.isfinite(end[whole]).all()]


def without_the_needless(compiled: CompiledModel, whole: np.ndarray, values: Floats) -> Floats:
    """Return values (n,) with those whole-number columns at their least that no row needs, dearest first."""
    result, columns = values.copy(), compiled.matrix.tocsc()
    activity = compiled.matrix @ values
    room = SLACK * np.maximum(1.0, np.abs(activity))
    least = compiled.row_lower - room
    most = compiled.row_upper + room
    for column in whole[np.argsort(-compiled.cost[whole], kind="stable")]:
        change = compiled.lower[column] - result[column]
        if compiled.cost[column] <= 0 or change >= 0:
            continue
        own = slice(columns.indptr[column], columns.indptr[column + 1])
        rows = columns.indices[own]
        then = activity[rows] + columns.data[own] * change
        if ((then >= least[rows]) & (then <= most[rows])).all():
            result[column] += change
            activity[rows] = then
    return result
