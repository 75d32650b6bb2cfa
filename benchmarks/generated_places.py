"""Places of a generated network: how many of each kind, and where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.geography import great_circle_km

Floats = NDArray[np.float64]
Words = NDArray[np.object_]

FIRST_YEAR = 2025
KM_PER_DEGREE = 111.195
REGIONS = ("north_east", "north_west", "south_east", "south_west")


@dataclass(frozen=True)
class Size:
    """How many of everything; `near_hubs` serve a customer, who wants `wants` products."""

    collections: int
    bases: int
    vendors: int
    plants: int
    hubs: int
    customers: int
    periods: int
    grades: int
    metals: int
    products: int
    technologies: int
    cuts: int
    near_hubs: int
    wants: int
    box_km: float
    modes: int = 2


@dataclass(frozen=True)
class Places:
    """Sites of one role: (n,) each."""

    label: Words
    role: str
    lat: Floats
    lon: Floats
    region: Words


def named(word: str, count: int) -> Words:
    """Return `count` short names."""
    return np.array([f"{word}_{i:04d}" for i in range(count)], dtype=object)


def lists(rows: Sequence[tuple[str, ...]]) -> Words:
    """Return tuples of names as an array of objects, one a place."""
    array = np.empty(len(rows), dtype=object)
    array[:] = rows
    return array


def kilometres(a: Places, b: Places) -> Floats:
    """Return great-circle km from every place of `a` to every place of `b`."""
    return great_circle_km(a.lat[:, None], a.lon[:, None], b.lat, b.lon)
