"""A rate: what one unit of an activity books to one account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scenarios.scenario import Scenario

Floats = NDArray[np.float64]
Timing = Literal["yearly", "once", "end"]


@dataclass(frozen=True)
class Rate:
    """What one unit of an activity books to one account.

    Attributes
    ----------
    per_unit : currency or tCO2e per unit, (n, T).
    site : site it is booked at, (n,); -1: no single site.
    timing : ``yearly`` flows, paid ``once`` at the period's start, or at the ``end`` of the horizon.
    """

    activity: str
    account: str
    per_unit: Floats
    site: NDArray[np.int64]
    timing: Timing = "yearly"


def every_period(values: Floats, scenario: Scenario) -> Floats:
    """Return (n,) values repeated for every period, (n, T)."""
    return np.repeat(np.asarray(values, dtype=float)[:, None], len(scenario.periods), axis=1)
