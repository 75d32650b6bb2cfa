"""Orders in which a network is walked through."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def upstream_first(count: int, edges: Iterable[tuple[int, int]]) -> Integers:
    """Return 0 .. `count` - 1 so that the start of each edge comes before its end.

    Ties go to the lower number, so the order does not depend on the order of the edges. A cycle is
    broken at its lowest member.
    """
    ends: list[set[int]] = [set() for _ in range(count)]
    waiting = [0] * count
    for start, end in set(edges):
        if start != end:
            ends[start].add(end)
            waiting[end] += 1
    ready = [i for i in range(count) if waiting[i] == 0]
    placed: list[int] = []
    done = [False] * count
    next_in_cycle = 0
    while len(placed) < count:
        if not ready:
            while done[next_in_cycle]:
                next_in_cycle += 1
            ready = [next_in_cycle]
        i = heapq.heappop(ready)
        if done[i]:
            continue
        done[i] = True
        placed.append(i)
        for end in ends[i]:
            waiting[end] -= 1
            if waiting[end] == 0 and not done[end]:
                heapq.heappush(ready, end)
    return np.array(placed, dtype=np.int64)


def by_group(group: Integers, groups: int) -> tuple[Integers, Integers]:
    """Return where each group starts, (groups + 1,), and the members group by group, (n,)."""
    start = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=groups))]).astype(np.int64)
    return start, np.argsort(group, kind="stable").astype(np.int64)
