"""Which interventions lift a supplier over a threshold of its score or of one indicator.

A threshold is reached by some sets of interventions and not by others; adding one never undoes it. The
smallest sets that reach it and the largest that do not say all, exactly, whatever is capped at best:
the optimiser writes one row for each of them and needs no big constant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.empty_arrays import no_floats, no_integers
from scenarios.errors import Problem

if TYPE_CHECKING:
    from scenarios.scorecards import Scorecards

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

SCORE = -1  # stands for the score where an indicator is asked for,
VERIFIED = -2  # and for an intervention that verifies footprints, where that is at work
MOST_RAISES = 12  # interventions that raise one supplier: subsets are enumerated


class RaisingSet(NamedTuple):
    """Interventions of a threshold in a period: together they reach it, or all but they do not."""

    threshold: int
    period: int
    interventions: tuple[int, ...]


@dataclass(frozen=True)
class Thresholds:
    """Thresholds that interventions may lift a supplier over, (K,).

    Attributes
    ----------
    supplier : position among the scored ones. indicator : position, or `SCORE`; with `VERIFIED` the
        position is that of an intervention, and the threshold is reached while it works.
    threshold : points of 100 for the score, share of the way to best for an indicator.
    always, never : (K, T) reached without any intervention; not even with all of them.
    enough : smallest sets of interventions that reach it, by period.
    needed : sets of which at least one must be at work: all others together do not reach it.
    """

    supplier: Integers = field(default_factory=no_integers)
    indicator: Integers = field(default_factory=no_integers)
    threshold: Floats = field(default_factory=no_floats)
    always: Flags = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))
    never: Flags = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))
    enough: tuple[RaisingSet, ...] = ()
    needed: tuple[RaisingSet, ...] = ()

    def joined(self, more: Thresholds) -> Thresholds:
        """Return these thresholds, and others after them."""
        first = len(self.supplier)
        if not first or not len(more.supplier):
            return self if first else more
        columns = ("supplier", "indicator", "threshold", "always", "never")
        values: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), getattr(more, name)]) for name in columns
        }
        moved: dict[str, Any] = {
            name: (
                *getattr(self, name),
                *(each._replace(threshold=first + each.threshold) for each in getattr(more, name)),
            )
            for name in ("enough", "needed")
        }
        return Thresholds(**values, **moved)

    @property
    def of_interventions(self) -> Thresholds:
        """Those at the end that go by an intervention alone."""
        here = self.indicator == VERIFIED
        first = int(np.argmax(here)) if here.any() else len(here)
        columns = ("supplier", "indicator", "threshold", "always", "never")
        moved: dict[str, Any] = {
            name: tuple(
                each._replace(threshold=each.threshold - first)
                for each in getattr(self, name)
                if each.threshold >= first
            )
            for name in ("enough", "needed")
        }
        moved |= {name: getattr(self, name)[first:] for name in columns}
        return Thresholds(**moved)


class ThresholdsAsked:
    """Collects thresholds as rules ask for them; each is listed once, and only where it can change."""

    def __init__(self, cards: Scorecards) -> None:
        self._cards, self._points = cards, cards.points
        self._asked: dict[tuple[int, int, float], int] = {}
        self._always: list[Flags] = []
        self._never: list[Flags] = []
        self._enough: list[RaisingSet] = []
        self._needed: list[RaisingSet] = []

    def position(self, supplier: int, indicator: int, threshold: float) -> tuple[int, Flags]:
        """Return the position of a threshold, -1 where no intervention changes it, and where it is met.

        Met: without any intervention, (T,). `threshold` as in :class:`Thresholds`.
        """
        key = (supplier, indicator, threshold)
        if key in self._asked:
            k = self._asked[key]
            return k, self._always[k]
        reached, who = self._by_subset(supplier, indicator, threshold)
        if (reached[0] == reached[-1]).all():
            return -1, reached[0]
        k = self._asked[key] = len(self._asked)
        self._always.append(reached[0])
        self._never.append(~reached[-1])
        self._list_sets(k, reached, who)
        return k, reached[0]

    def _by_subset(self, supplier: int, indicator: int, threshold: float) -> tuple[Flags, Integers]:
        """Return whether each subset of what raises it reaches it, (2^n, T), and the interventions."""
        cards = self._cards
        mine = cards.raise_supplier == supplier
        if indicator != SCORE:
            mine &= cards.raise_indicator == indicator
        who = np.unique(cards.raise_intervention[mine])
        subset = (np.arange(2 ** len(who))[:, None] >> np.arange(len(who))) & 1
        points = np.repeat(self._points[supplier][:, None, :], len(subset), axis=1)  # (N, 2^n, T)
        for e in np.flatnonzero(mine).tolist():
            there = subset[:, np.searchsorted(who, cards.raise_intervention[e])]
            points[cards.raise_indicator[e]] += (cards.raised[e] * there)[:, None]
        return cards.reaches(supplier, indicator, threshold, np.minimum(points, 1.0)), who

    def _list_sets(self, k: int, reached: Flags, who: Integers) -> None:
        """Note the smallest subsets that reach threshold k and what the largest that do not leave out."""
        numbers = np.arange(len(reached))
        smallest, largest = reached.copy(), ~reached
        for bit in range(len(who)):
            holds = (numbers >> bit) & 1 == 1
            smallest[holds] &= ~reached[numbers[holds] ^ (1 << bit)]
            largest[~holds] &= reached[numbers[~holds] | (1 << bit)]
        for found, sets, inside in ((smallest, self._enough, 1), (largest, self._needed, 0)):
            for number, period in zip(*(part.tolist() for part in np.nonzero(found)), strict=True):
                members = tuple(int(i) for bit, i in enumerate(who) if (number >> bit) & 1 == inside)
                if members:  # without any: always or never
                    sets.append(RaisingSet(k, period, members))

    @property
    def thresholds(self) -> Thresholds:
        """All thresholds asked for so far that interventions can change."""
        if not self._asked:
            return Thresholds()
        supplier, indicator, threshold = (np.array(column) for column in zip(*self._asked, strict=True))
        return Thresholds(
            supplier=supplier.astype(np.int64),
            indicator=indicator.astype(np.int64),
            threshold=threshold.astype(float),
            always=np.array(self._always),
            never=np.array(self._never),
            enough=tuple(self._enough),
            needed=tuple(self._needed),
        )


def too_many_raises(cards: Scorecards, sites: np.ndarray, interventions: np.ndarray) -> list[Problem]:
    """Return a problem for each supplier that more interventions raise than can be enumerated."""
    problems = []
    for v in np.unique(cards.raise_supplier).tolist():
        who = np.unique(cards.raise_intervention[cards.raise_supplier == v])
        if len(who) > MOST_RAISES:
            name = sites[cards.supplier[v]]
            rule = f"{len(who)} interventions raise the score of {name}, at most {MOST_RAISES} may"
            fix = f"put some into one intervention: {', '.join(interventions[who[:MOST_RAISES]])} ..."
            problems.append(Problem("effects", rule, fix, column="site", value=name))
    return problems
