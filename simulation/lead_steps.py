"""Lead times straight from uniforms: at which uniform a consignment arrives a day later.

Whole days of a lognormal lead time rise in steps with the uniform that they are drawn from. The steps are
the same in all trials: they are sought once, by bisection of all uniforms there are, and a draw is a look-up.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from simulation.compiled import compiled
from simulation.layout import Floats, Integers
from simulation.raw_streams import DOUBLE_UNIT, Words, next_uniform
from simulation.streams import LARGEST, SMALLEST, mean_one_lognormal

BITS = 53  # of a uniform


def days_at(uniforms: Floats, lead: Floats, most: Floats, cv: float) -> Floats:
    """Return whole days from dispatch to arrival, 1 to `most`, for uniforms; lognormal about `lead`."""
    normals = ndtri(np.maximum(uniforms, SMALLEST))
    return np.clip(np.rint(mean_one_lognormal(normals, cv) * lead), 1, most)


@lru_cache(maxsize=16)
def lead_steps(
    lead: tuple[float, ...], most: tuple[float, ...], cv: float
) -> tuple[Integers, Integers, Floats]:
    """Return the least days of each arc, (A,), where its steps begin, (A + 1,), and the uniform of each step.

    Parameters
    ----------
    lead, most : days from dispatch to arrival, and the most there may be, by arc, (A,).
    """
    kinds, kind = np.unique(np.array([lead, most]), axis=1, return_inverse=True)
    usual, limit = kinds[0], kinds[1]
    least = days_at(np.zeros(len(usual)), usual, limit, cv).astype(np.int64)
    last = days_at(np.full(len(usual), LARGEST), usual, limit, cv).astype(np.int64)
    count = last - least
    owner = np.repeat(np.arange(len(count)), count)
    rank = np.arange(len(owner)) - (np.cumsum(count) - count)[owner]
    wanted = least[owner] + 1 + rank
    too_few, enough = np.full(len(owner), -1, dtype=np.int64), np.full(len(owner), (1 << BITS) - 1)
    for _ in range(BITS + 1):
        middle = (too_few + enough) // 2
        there = days_at(middle * DOUBLE_UNIT, usual[owner], limit[owner], cv) >= wanted
        enough, too_few = np.where(there, middle, enough), np.where(there, too_few, middle)
    place = np.split(enough * DOUBLE_UNIT, np.cumsum(count)[:-1])
    first = np.concatenate([[0], np.cumsum(count[kind.ravel()])]).astype(np.int64)
    return least[kind.ravel()], first, np.concatenate([np.zeros(0), *(place[k] for k in kind.ravel())])


@compiled
def draw_lead_days(streams: Words, least: Integers, first: Integers, steps: Floats, drawn: Integers) -> None:
    """Fill `drawn`, (W, A), with days from dispatch to arrival: the least, and one for each step reached."""
    for week in range(len(drawn)):
        for a in range(len(streams)):
            uniform, low, high = next_uniform(streams, a), first[a], first[a + 1]
            while low < high:
                middle = (low + high) // 2
                if uniform >= steps[middle]:
                    low = middle + 1
                else:
                    high = middle
            drawn[week, a] = least[a] + low - first[a]
