"""A reader of published lot-sizing files."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.readers_location import Floats, Numbers


@dataclass(frozen=True)
class LotSizing:
    """Items (n,) made on one machine over periods (T,).

    Attributes
    ----------
    capacity : hours of the machine in each period.
    hours, setup_hours : per unit and per setup, by item.
    demand : (T, n).
    """

    capacity: float
    hours: Floats
    holding_cost: Floats
    setup_hours: Floats
    setup_cost: Floats
    demand: Floats


def read_clsp(file: Path) -> LotSizing:
    """Read a file of Trigeiro's sets: numbers up to a legend in words, which is left unread."""
    lines = itertools.takewhile(_holds_numbers, file.read_text(encoding="latin-1").splitlines())
    numbers = Numbers(" ".join(lines))
    items, periods, machines = numbers.sizes(3)
    if machines != 1:
        message = f"{file.name}: {machines} machines, one expected"
        raise ValueError(message)
    capacity = float(numbers.take(1)[0])
    of_item = numbers.take(items, 4)
    demand = numbers.take(periods, items)
    return LotSizing(capacity, of_item[:, 0], of_item[:, 1], of_item[:, 2], of_item[:, 3], np.array(demand))


def _holds_numbers(line: str) -> bool:
    try:
        [float(cell) for cell in line.split()]
    except ValueError:
        return False
    return True
