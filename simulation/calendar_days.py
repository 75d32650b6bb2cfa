"""Days of the horizon: real calendar years and months."""

from __future__ import annotations

import calendar
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
MONTHS = 12


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


def days_of(start: Integers | Floats, years: Integers | Floats) -> Days:
    """Return the days of consecutive periods, (T,), of whole years, or of months as parts of a year.

    `start` is the first calendar year (2025.25: April 2025), `years` the length in years.
    """
    first_month = np.round(np.asarray(start, dtype=float) * MONTHS).astype(int)
    months = np.round(np.asarray(years, dtype=float) * MONTHS).astype(int)
    lengths = [
        [calendar.monthrange(month // MONTHS, month % MONTHS + 1)[1] for month in range(a, a + n)]
        for a, n in zip(first_month.tolist(), months.tolist(), strict=True)
    ]
    first = np.concatenate([[0], np.cumsum([sum(period) for period in lengths])]).astype(np.int64)
    flat = [days for period in lengths for days in period]
    year = (first_month[0] + np.arange(len(flat))) // MONTHS - first_month[0] // MONTHS
    return Days(first, np.repeat(year, flat).astype(np.int64))


def days_of_years(days: Days) -> Floats:
    """Return the share of each period's days that lies in each calendar year, (T, years)."""
    share = np.zeros((len(days.in_period), days.years))
    np.add.at(share, (days.period, days.year), 1.0)
    share /= days.in_period[:, None]
    return share
