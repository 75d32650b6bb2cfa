"""Readers of published facility location files; ../cases README describes each format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Location:
    """Facilities (m,) and customers (n,).

    Attributes
    ----------
    cost : of serving the whole demand of a customer from a facility, (m, n).
    capacity : of a facility, (m,); inf: unlimited.
    """

    capacity: Floats
    fixed: Floats
    demand: Floats
    cost: Floats


@dataclass(frozen=True)
class Median:
    """Points of which `p` become medians; distance (n, n) from median to point, capacity of a median."""

    p: int
    distance: Floats
    demand: Floats
    capacity: float


@dataclass(frozen=True)
class TwoStage:
    """Plants (I), depots (J), customers (K), products (L): goods go plant, depot, customer.

    Attributes
    ----------
    demand : (K, L).
    plant_capacity, depot_capacity : by product, (I, L) and (J, L).
    inbound, outbound : cost per unit, (L, I, J) and (L, J, K).
    """

    demand: Floats
    plant_capacity: Floats
    plant_fixed: Floats
    inbound: Floats
    depot_capacity: Floats
    depot_fixed: Floats
    outbound: Floats


class Numbers:
    """The numbers of a text in reading order; words given in `words` stand for a number."""

    def __init__(self, text: str, words: dict[str, float] | None = None) -> None:
        tokens = text.replace("\0", " ").replace("\x1a", " ").split()
        known = words or {}
        self._values = np.array([known[t] if t in known else float(t) for t in tokens])
        self._next = 0

    def take(self, *shape: int) -> Floats:
        """Return the next numbers as an array; raises ValueError when the file ends before."""
        count = int(np.prod(shape, dtype=int))
        if self._next + count > len(self._values):
            message = f"the file ends after {len(self._values)} numbers, more are needed"
            raise ValueError(message)
        found = self._values[self._next : self._next + count]
        self._next += count
        return found.reshape(shape)

    def sizes(self, count: int) -> tuple[int, ...]:
        """Return the next whole numbers."""
        return tuple(int(v) for v in self.take(count))

    @property
    def left(self) -> int:
        """How many numbers are not read yet."""
        return len(self._values) - self._next


def _text(file: Path) -> str:
    return file.read_text(encoding="latin-1")


def read_orlib_cap(file: Path, capacity: float = np.nan) -> Location:
    """Read an OR-Library file; `capacity` stands for the word of that name in the large instances."""
    numbers = Numbers(_text(file), {"capacity": capacity})
    facilities, customers = numbers.sizes(2)
    sites = numbers.take(facilities, 2)
    rows = numbers.take(customers, 1 + facilities)
    return Location(sites[:, 0], sites[:, 1], rows[:, 0], rows[:, 1:].T)


def read_holmberg(file: Path) -> Location:
    """Read a file of Holmberg et al. 1999 or Yang et al. 2012."""
    numbers = Numbers(_text(file))
    facilities, customers = numbers.sizes(2)
    sites = numbers.take(facilities, 2)
    return Location(sites[:, 0], sites[:, 1], numbers.take(customers), numbers.take(facilities, customers))


def read_diaz(file: Path) -> Location:
    """Read a file of Diaz and Fernandez 2002."""
    numbers = Numbers(_text(file))
    customers, facilities = numbers.sizes(2)
    cost = numbers.take(customers, facilities).T
    demand, fixed = numbers.take(customers), numbers.take(facilities)
    return Location(numbers.take(facilities), fixed, demand, cost)


def read_tbed1(file: Path) -> Location:
    """Read a file of Avella and Boccia 2009, whose costs are per unit."""
    numbers = Numbers(_text(file))
    facilities, customers = numbers.sizes(2)
    demand, capacity, fixed = numbers.take(customers), numbers.take(facilities), numbers.take(facilities)
    return Location(capacity, fixed, demand, numbers.take(facilities, customers) * demand)


def read_ufllib(file: Path) -> Location:
    """Read an UflLib file in its simple format."""
    head, _, rest = _text(file).partition("\n")
    if not head.startswith("FILE"):
        message = f"{file.name}: the first line does not name the file"
        raise ValueError(message)
    numbers = Numbers(rest)
    facilities, customers, _ = numbers.sizes(3)
    rows = numbers.take(facilities, 2 + customers)
    return Location(np.full(facilities, np.inf), rows[:, 1], np.ones(customers), rows[:, 2:])


def read_pmedcap(file: Path) -> Median:
    """Read a capacitated p-median file of the OR-Library: distances are rounded down."""
    numbers = Numbers(_text(file))
    numbers.take(2)  # number of the problem, best value known
    points, p, capacity = numbers.sizes(3)
    rows = numbers.take(points, 4)
    gaps = rows[:, None, 1:3] - rows[None, :, 1:3]
    return Median(p, np.floor(np.hypot(gaps[..., 0], gaps[..., 1])), rows[:, 3], float(capacity))


def read_pmed(file: Path) -> Median:
    """Read a p-median file of the OR-Library: a graph, distances along it."""
    numbers = Numbers(_text(file))
    points, edges, p = numbers.sizes(3)
    distance = np.full((points, points), np.inf)
    np.fill_diagonal(distance, 0.0)
    for u, v, length in numbers.take(edges, 3):
        distance[int(u) - 1, int(v) - 1] = distance[int(v) - 1, int(u) - 1] = length
    for via in range(points):
        distance = np.minimum(distance, distance[:, via, None] + distance[None, via, :])
    return Median(p, distance, np.ones(points), np.inf)


def read_tscflp(file: Path) -> TwoStage:
    """Read a two-stage multi-product location file."""
    numbers = Numbers(_text(file))
    plants, depots, customers, products = numbers.sizes(4)
    demand = numbers.take(customers, products)
    at_plants = numbers.take(plants, products + 1)
    inbound = numbers.take(products, plants, depots)
    at_depots = numbers.take(depots, products + 1)
    outbound = numbers.take(products, depots, customers)
    return TwoStage(
        demand, at_plants[:, :-1], at_plants[:, -1], inbound, at_depots[:, :-1], at_depots[:, -1], outbound
    )
