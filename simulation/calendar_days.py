"""Days of the horizon: real calendar years of 365 or 366 days."""

from __future__ import annotations

import calendar
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Days:
    """Integer days from 0, grouped into calendar years and periods.

    Attributes
    ----------
    first : first day of each period, and the day after the last, (T + 1,).
    year : calendar year of each day counted from 0, (days,).
    """

    first: Integers
    year: Integers

    @property
    def count(self) -> int:
        """Days of the horizon."""
        return int(self.first[-1])

    @property
    def years(self) -> int:
        """Calendar years of the horizon."""
        return int(self.year[-1]) + 1

    @property
    def in_period(self) -> Integers:
        """Days of each period, (T,)."""
        return np.diff(self.first)

    @property
    def period(self) -> Integers:
        """Period of each day, (days,)."""
        return np.repeat(np.arange(len(self.first) - 1), self.in_period)


def days_of(start: Integers, years: Integers) -> Days:
    """Return the days of consecutive periods given by first calendar year and length in years, (T,)."""
    lengths = [
        [366 if calendar.isleap(int(a) + y) else 365 for y in range(int(n))]
        for a, n in zip(start, years, strict=True)
    ]
    first = np.concatenate([[0], np.cumsum([sum(period) for period in lengths])]).astype(np.int64)
    flat = [days for period in lengths for days in period]
    return Days(first, np.repeat(np.arange(len(flat)), flat).astype(np.int64))
