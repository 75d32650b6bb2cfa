"""What contenders of the simulation benchmark are given, and what their runs are compared by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
TIERS = 3  # plants, depots, shops


@dataclass(frozen=True)
class Given:
    """A distribution tree with everything a day-by-day run needs; one array a tier.

    Attributes
    ----------
    parents : position of the supplier in the tier above.
    leads : whole days from dispatch to arrival, by tier.
    stock : on the first morning; `rate` units a day are on the way for each day of the lead time.
    rate : planned supply, units a day.
    demand : of each day and shop, (H, shops).
    closes : days after whose last phase customers who still wait are lost, the last of each period.
    """

    parents: tuple[Integers, ...]
    leads: tuple[int, ...]
    stock: tuple[Floats, ...]
    rate: tuple[Floats, ...]
    demand: Floats
    closes: frozenset[int]

    @property
    def days(self) -> int:
        """Days to run."""
        return len(self.demand)

    @property
    def levels(self) -> tuple[Floats, ...]:
        """Base-stock levels: what there is and what is on the way on the first morning."""
        return tuple(s + r * lead for s, r, lead in zip(self.stock, self.rate, self.leads, strict=True))

    def children(self, tier: int) -> list[list[int]]:
        """Return the positions in the next tier that each site of a tier supplies."""
        below = self.parents[tier + 1]
        return [np.flatnonzero(below == i).tolist() for i in range(len(self.parents[tier]))]


@dataclass
class Path:
    """A sample path in figures: served by shop, and stock by site, on the last evening and as a mean."""

    served: Floats
    closing: Floats
    mean: Floats
    events: int = 0

    def difference(self, other: Path) -> float:
        """Return the largest difference over the largest figure of each kind."""
        pairs = ((self.served, other.served), (self.closing, other.closing), (self.mean, other.mean))
        return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in pairs)


class Tally:
    """Counts what sites do while a contender runs."""

    def __init__(self, given: Given) -> None:
        sizes = [len(p) for p in given.parents]
        self.served = [0.0] * sizes[2]
        self.evenings = [[0.0] * n for n in sizes]
        self.days = given.days

    def path(self, closing: list[list[float]], events: int) -> Path:
        """Return the path that was tallied."""
        mean = np.concatenate([np.array(tier) for tier in self.evenings]) / self.days
        return Path(np.array(self.served), np.concatenate([np.array(t) for t in closing]), mean, events)


def granted(stock: float, planned: list[float], wanted: list[float]) -> list[float]:
    """Return what a supplier sends to each of its customers.

    Planned quantities come first, in proportion where stock is short; what is wanted beyond them comes
    from the rest, the last customer by name first.
    """
    spare, shipped = stock - sum(planned), list(planned)
    for i in reversed(range(len(planned))):
        beyond = wanted[i] - planned[i]
        if beyond > 0.0:
            beyond = max(min(beyond, spare), 0.0)
            spare -= beyond
        shipped[i] = max(planned[i] + beyond, 0.0)
    total = sum(shipped)
    return [q * stock / total for q in shipped] if total > stock else shipped


def arrays_of(given: Given) -> dict[str, Any]:
    """Return everything given as named arrays, for another Python to read."""
    named: dict[str, Any] = {"demand": given.demand, "leads": np.array(given.leads)}
    for tier in range(TIERS):
        named |= {f"{name}_{tier}": getattr(given, name)[tier] for name in ("parents", "stock", "rate")}
    return named
