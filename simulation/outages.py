"""Outages: when entities go down and come back, and what is left of each day."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from simulation.compiled import NUMBA, compiled, inlined
from simulation.raw_streams import Words, next_uniform
from simulation.streams import Streams

Floats = NDArray[np.float64]
DAYS_PER_YEAR = 365.25


def enter_outages(
    up: Floats, entities: tuple[str, ...], purpose: str, chances: tuple[Floats, Floats], streams: Streams
) -> int:
    """Take the outages of entities off the daily shares of up time `up`, (H, n); return how many there are.

    Up and down times are exponential, each entity has a stream of its own. Nothing that happens in a
    trial changes an outage, so all are entered before the first day.

    Parameters
    ----------
    chances : outages a year of up time and their mean length in days, (n,) each; none where one is zero.
    """
    per_year, mean_days = chances
    those = np.flatnonzero((per_year > 0) & (mean_days > 0))
    if not NUMBA.DISABLE_JIT:
        started = streams.started(tuple(entities[i] for i in those), purpose)
        return int(take_down(up, those, started, per_year, mean_days))
    count = 0
    for i in those:
        luck = streams.exponentials(entities[i], purpose)
        for start, end in outage_times(float(per_year[i]), float(mean_days[i]), luck, len(up)):
            lose(up[:, i], start, end)
            count += 1
    return count


def outage_times(
    per_year: float, mean_days: float, luck: Iterator[float], horizon: float
) -> Iterator[tuple[float, float]]:
    """Yield start and end of outages before `horizon`, days; up and down times are exponential."""
    start = next(luck) * DAYS_PER_YEAR / per_year
    while start < horizon:
        end = start + next(luck) * mean_days
        yield start, end
        start = end + next(luck) * DAYS_PER_YEAR / per_year


def lose(up: Floats, start: float, end: float) -> None:
    """Take an outage from `start` to `end` off the daily shares of up time `up`, (H,)."""
    first, last = int(start), int(end)
    up[first] = max(up.item(first) - (min(end, first + 1) - start), 0.0)
    if last > first:
        up[first + 1 : last] = 0.0
        if last < len(up):
            up[last] = max(up.item(last) - (end - last), 0.0)


@compiled
def take_down(up: Floats, those: NDArray[np.int64], streams: Words, per_year: Floats, mean: Floats) -> int:
    """Do for the entities `those` what :func:`outage_times` and :func:`lose` say, and count the outages."""
    count, days = 0, len(up)
    for k in range(len(those)):
        n = those[k]
        start = next_exponential(streams, k) * DAYS_PER_YEAR / per_year[n]
        while start < days:
            end = start + next_exponential(streams, k) * mean[n]
            first, last = int(start), int(min(end, days))
            up[first, n] = max(up[first, n] - (min(end, first + 1) - start), 0.0)
            for day in range(first + 1, last):
                up[day, n] = 0.0
            if first < last < days:
                up[last, n] = max(up[last, n] - (end - last), 0.0)
            count += 1
            start = end + next_exponential(streams, k) * DAYS_PER_YEAR / per_year[n]
    return count


@inlined
def next_exponential(streams: Words, n: int) -> float:
    """Return the next exponential of mean one of stream `n`."""
    return -math.log1p(-next_uniform(streams, n))
