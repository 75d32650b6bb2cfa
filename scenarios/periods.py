"""The time axis: periods of years or of months, and the weights that discount money to the base year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.settings import ScenarioSettings

Floats = NDArray[np.float64]
MONTHS = 12
SAME_MOMENT = 1e-6  # years; twelfths are not exact


@dataclass(frozen=True)
class Periods:
    """Periods of a scenario, arrays of shape (T,).

    Attributes
    ----------
    start : first calendar year of each period; where periods are months, a number such as 2025.25
        for April 2025.
    years : length in years; a twelfth for a month.
    discount_yearly : present value of one currency unit a year, paid in the middle of every year of the
        period, or in the middle of the months.
    discount_once : present value of one currency unit paid at the start of the period.
    discount_end : present value of one currency unit paid at the end of the horizon, a scalar.
    """

    start: NDArray[np.int64] | Floats
    years: NDArray[np.int64] | Floats
    discount_yearly: Floats
    discount_once: Floats
    discount_end: float

    def __len__(self) -> int:
        return len(self.start)

    @property
    def end(self) -> int:
        """First calendar year after the horizon."""
        return round(float(self.start[-1] + self.years[-1]))

    @property
    def monthly(self) -> bool:
        """Whether periods are months, not whole years."""
        return self.start.dtype.kind == "f"

    @property
    def label(self) -> list[str]:
        """What people call each period: 2025, or 2025-03 where periods are months."""
        if not self.monthly:
            return [str(year) for year in self.start.tolist()]
        months = np.round(self.start * MONTHS).astype(int).tolist()
        return [f"{month // MONTHS}-{month % MONTHS + 1:02d}" for month in months]

    def interpolate(
        self, by_year: Mapping[int, float] | Mapping[float, float], before_first: float = np.nan
    ) -> Floats:
        """Return values at the start of each period, shape (T,).

        Linear between the given years and constant after the last; `before_first` before the
        first one (NaN: hold the first value).
        """
        given = sorted(by_year.items())
        years = np.array([year for year, _ in given], dtype=float)
        values = np.array([value for _, value in given], dtype=float)
        result = np.interp(self.start, years, values)
        if not np.isnan(before_first):
            result[self.start < years[0]] = before_first
        return result

    def position(self, year: int) -> int:
        """Return the period that holds the calendar year; raises ValueError outside the horizon."""
        if not self.start[0] <= year < self.end:
            message = f"year {year} lies outside the horizon {self.start[0]}-{self.end - 1}"
            raise ValueError(message)
        return int(np.searchsorted(self.start, year, side="right") - 1)


def make_periods(settings: ScenarioSettings) -> Periods:
    """Return the periods of a scenario; mid-year discounting of yearly flows to `base_year`."""
    if settings.months_per_period:
        return _make_months(settings)
    start = np.arange(settings.first_year, settings.last_year + 1, settings.years_per_period)
    ends = np.append(start[1:], settings.last_year + 1)
    rate, base = 1 + settings.discount_rate, settings.base_year
    yearly = [
        sum(rate ** -(year + 0.5 - base) for year in range(a, b)) for a, b in zip(start, ends, strict=True)
    ]
    return Periods(
        start=start.astype(np.int64),
        years=(ends - start).astype(np.int64),
        discount_yearly=np.array(yearly, dtype=float),
        discount_once=np.array([rate ** -float(a - base) for a in start], dtype=float),
        discount_end=float(rate ** -float(settings.last_year + 1 - base)),
    )


def _make_months(settings: ScenarioSettings) -> Periods:
    """Return periods of months; what a period pays is discounted from its middle."""
    first, last = settings.first_year * MONTHS, (settings.last_year + 1) * MONTHS
    start = np.arange(first, last, settings.months_per_period) / MONTHS
    length = settings.months_per_period / MONTHS
    rate, base = 1 + settings.discount_rate, settings.base_year
    return Periods(
        start=start,
        years=np.full(len(start), length),
        discount_yearly=length * rate ** -(start + length / 2 - base),
        discount_once=rate ** -(start - base),
        discount_end=float(rate ** -float(settings.last_year + 1 - base)),
    )
