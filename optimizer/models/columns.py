"""Positions in arrays of shape (n, T) laid out row by row, the layout of every variable family."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenarios.periods import SAME_MOMENT
from scenarios.scenario import Floats, Integers, Scenario


def every_period(elements: ArrayLike, periods: int) -> Integers:
    """Return the flat positions of `elements` in all periods, (k * T,)."""
    start = np.asarray(elements, dtype=np.int64)[:, None] * periods
    return (start + np.arange(periods)).ravel()


def repeated(values: ArrayLike, periods: int) -> Floats:
    """Return values (k,) of elements repeated for every period, (k * T,)."""
    return np.repeat(np.asarray(values, dtype=float), periods)


def active_after(scenario: Scenario) -> NDArray[np.bool_]:
    """Return whether a decision of intervention i in period d is in effect in period t, (I, d, t)."""
    interventions, periods = scenario.interventions, scenario.periods
    begins = periods.start[None, :] + interventions.lead_years[:, None]
    ends = begins + interventions.life_years[:, None]
    start = periods.start[None, None, :] + SAME_MOMENT
    return (begins[:, :, None] <= start) & (start < ends[:, :, None])


def contract_runs(scenario: Scenario) -> NDArray[np.bool_]:
    """Return whether a contract of supply u signed in period d still runs in period t, (U, d, t)."""
    start = scenario.periods.start
    ends = start[None, :] + scenario.supplies.term_years[:, None]
    now = start[None, None, :] + SAME_MOMENT
    return (start[None, :, None] <= now) & (now < ends[:, :, None])


HOURS_PER_YEAR = 8760.0


def yearly_output(scenario: Scenario) -> Floats:
    """Return MWh a year from one MW of each supply, (U, T)."""
    return scenario.supplies.capacity_factor * HOURS_PER_YEAR
