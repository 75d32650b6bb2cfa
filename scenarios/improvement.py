"""What a supplier has to improve for the next grade: the fewest indicators, of those sets the cheapest.

Improving an indicator brings it from where it is to best. Found by search with bounds, exactly: how many
are needed is clear from the largest gains; of the sets of that many, branches that cannot reach the score
or cannot be cheaper than the best found are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.scorecards import FULL_SCORE, SAME_SCORE, Scorecards

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SAME_COST = 1e-9  # currency


@dataclass(frozen=True)
class Improvement:
    """What lifts a supplier to the next grade.

    Attributes
    ----------
    indicators : positions, the largest gain first; empty in the highest grade.
    gain : points of 100 they add. cost : currency, by ``improvement_cost``.
    grade : position of the next grade, -1 in the highest.
    """

    indicators: tuple[int, ...]
    gain: float
    cost: float
    grade: int


def improvement_plan(cards: Scorecards, points: Floats) -> Improvement:
    """Return the smallest, then cheapest set of indicators that lifts a supplier to the next grade.

    Parameters
    ----------
    points : share of its points that each indicator earns now, (N,).
    """
    score = float(cards.score_of(points[None])[0])
    following = int(cards.grade_of(np.array([score]))[0]) + 1
    if following >= len(cards.grade):
        return Improvement((), 0.0, 0.0, -1)
    room = 1.0 - points
    gain, cost = FULL_SCORE * cards.weight * room, cards.improvement_cost * room
    chosen = fewest_then_cheapest(gain, cost, float(cards.lowest_score[following]) - score)
    picked = sorted(chosen, key=lambda n: (-gain[n], n))
    return Improvement(tuple(picked), float(gain[chosen].sum()), float(cost[chosen].sum()), following)


def fewest_then_cheapest(gain: Floats, cost: Floats, needed: float) -> list[int]:
    """Return the smallest set of positions whose gains sum to `needed`, the cheapest of that size.

    Of sets that cost the same, the one that gains most. Raises ValueError when all together do not.
    """
    largest_first = np.argsort(-gain, kind="stable")
    reach = np.cumsum(gain[largest_first])
    if needed <= SAME_SCORE:
        return []
    if not len(reach) or reach[-1] < needed - SAME_SCORE:
        message = f"all indicators together gain {reach[-1] if len(reach) else 0:g} of {needed:g} points"
        raise ValueError(message)
    count = int(np.argmax(reach >= needed - SAME_SCORE)) + 1
    return _Search(gain[largest_first], cost[largest_first], needed, count).best(largest_first)


class _Search:
    """Looks for the cheapest `count` of gains, given in falling order, that sum to `needed`."""

    def __init__(self, gain: Floats, cost: Floats, needed: float, count: int) -> None:
        self._gain, self._cost, self._needed, self._count = gain.tolist(), cost.tolist(), needed, count
        self._summed = np.concatenate([[0.0], np.cumsum(gain)]).tolist()
        # the least that r more of what stands from position p on cost, by p and r
        self._least = [
            np.concatenate([[0.0], np.cumsum(np.sort(cost[p:]))]).tolist() for p in range(len(cost) + 1)
        ]
        self._chosen: list[int] = []
        self._found: tuple[float, float, list[int]] = (np.inf, 0.0, [])

    def best(self, order: Integers) -> list[int]:
        """Return the positions found, in the order before sorting."""
        self._extend(0, self._needed, 0.0, 0.0)
        return [int(order[n]) for n in self._found[2]]

    def _extend(self, start: int, needed: float, cost: float, gained: float) -> None:
        left = self._count - len(self._chosen)
        if left == 0:
            if (cost, -gained) < (self._found[0] - SAME_COST, 0.0) or (
                cost <= self._found[0] + SAME_COST and gained > self._found[1] + SAME_SCORE
            ):
                self._found = (cost, gained, [*self._chosen])
            return
        for n in range(start, len(self._gain) - left + 1):
            # gains fall: the next `left` are the most that can still come
            if self._summed[n + left] - self._summed[n] < needed - SAME_SCORE:
                return
            if cost + self._least[n][left] > self._found[0] + SAME_COST:
                return  # what stands later costs no less
            self._chosen.append(n)
            self._extend(n + 1, needed - self._gain[n], cost + self._cost[n], gained + self._gain[n])
            self._chosen.pop()
