"""Linear rules over decisions, as rows: what pins and custom rules become.

A row bounds a weighted sum of decisions, or the share of such a sum in another one. The optimiser
turns rows into constraints, `verify` recomputes them from a plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Labels = NDArray[np.object_]


@dataclass(frozen=True)
class Entries:
    """Coefficients of one decision, (E,): of which row, element and period."""

    decision: str
    row: Integers
    element: Integers
    period: Integers
    coefficient: Floats


@dataclass(frozen=True)
class Row:
    """One row while it is being gathered.

    Attributes
    ----------
    label : name of the rule it belongs to.
    period : position of the period, -1 for the whole horizon.
    lower, upper : bounds in `unit`, or as shares of `whole` when `is_share`.
    about : what the rule is about by its short name, e.g. a basin; empty: its label says it.
    """

    label: str
    period: int
    lower: float
    upper: float
    unit: str
    part: tuple[Entries, ...]
    whole: tuple[Entries, ...] = ()
    is_share: bool = False
    about: str = ""


@dataclass(frozen=True)
class LinearRules:
    """Rows (R,), and the entries of what they sum and of what a share is of."""

    label: Labels = field(default_factory=lambda: np.array([], dtype=object))
    period: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    lower: Floats = field(default_factory=lambda: np.zeros(0))
    upper: Floats = field(default_factory=lambda: np.zeros(0))
    unit: Labels = field(default_factory=lambda: np.array([], dtype=object))
    is_share: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    part: tuple[Entries, ...] = ()
    whole: tuple[Entries, ...] = ()
    about: Labels = field(default_factory=lambda: np.array([], dtype=object))

    def sums(self, activities: Mapping[str, Floats]) -> tuple[Floats, Floats]:
        """Return what each row sums and what a share is of, (R,) each; 1 for rows that are no share.

        `activities` are arrays (n, T) by decision.
        """
        whole = _summed(self.whole, activities, len(self.label))
        return _summed(self.part, activities, len(self.label)), np.where(self.is_share, whole, 1.0)


def gathered(rows: Sequence[Row]) -> LinearRules:
    """Return rows as one family."""
    return LinearRules(
        label=np.array([row.label for row in rows], dtype=object),
        period=np.array([row.period for row in rows], dtype=np.int64),
        lower=np.array([row.lower for row in rows], dtype=float),
        upper=np.array([row.upper for row in rows], dtype=float),
        unit=np.array([row.unit for row in rows], dtype=object),
        is_share=np.array([row.is_share for row in rows], dtype=bool),
        part=_merged([(r, entries) for r, row in enumerate(rows) for entries in row.part]),
        whole=_merged([(r, entries) for r, row in enumerate(rows) for entries in row.whole]),
        about=np.array([row.about for row in rows], dtype=object),
    )


def entries_of(decision: str, elements: Integers, periods: Integers, coefficient: Floats | float) -> Entries:
    """Return the entries of `elements` in all of `periods`; a coefficient for all or one a period."""
    element, period = (grid.ravel() for grid in np.meshgrid(elements, periods, indexing="ij"))
    by_period = np.broadcast_to(np.asarray(coefficient, dtype=float), (len(periods),))
    return Entries(
        decision,
        np.zeros(len(element), dtype=np.int64),
        element.astype(np.int64),
        period.astype(np.int64),
        np.tile(by_period, len(elements)),
    )


def _merged(parts: Sequence[tuple[int, Entries]]) -> tuple[Entries, ...]:
    """Return one `Entries` a decision, with the row each part stands in."""
    found = []
    for decision in dict.fromkeys(entries.decision for _, entries in parts):
        mine = [(r, e) for r, e in parts if e.decision == decision]
        found.append(
            Entries(
                decision,
                np.concatenate([np.full(len(e.element), r, dtype=np.int64) for r, e in mine]),
                np.concatenate([e.element for _, e in mine]),
                np.concatenate([e.period for _, e in mine]),
                np.concatenate([e.coefficient for _, e in mine]),
            )
        )
    return tuple(found)


def _summed(parts: Sequence[Entries], activities: Mapping[str, Floats], rows: int) -> Floats:
    total = np.zeros(rows)
    for e in parts:
        np.add.at(total, e.row, e.coefficient * activities[e.decision][e.element, e.period])
    return total
