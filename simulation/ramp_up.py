"""How interventions come up to their full effect after they go live: capacity, savings and onsite power.

The effect grows evenly from nothing over the ramp-up years of the `interventions` table, in steps of a month
each of which has the mean effect of its month. What an intervention unlocks is there from the first day; what
it replaces goes as its own capacity comes. The plan has the full effect at once, so the difference shows.
"""

from __future__ import annotations

import numpy as np

from simulation.layout import Flags, Floats
from simulation.network import Network
from simulation.outages import DAYS_PER_YEAR
from simulation.settings import UncertaintySettings

STEPS_PER_YEAR = 12
ROUNDING_DAYS = 1e-6


class RampUp:
    """Which share of its effect each intervention has reached by a day.

    Attributes
    ----------
    days : from go-live to full effect, (T, I), for the spell each period is in; zero for what was there
        before the first day.
    """

    def __init__(self, network: Network, factor: float) -> None:
        years = network.scenario.interventions.ramp_up_years
        self.days: Floats = np.where(
            np.logical_or.accumulate(network.adopted, axis=0), factor * years * DAYS_PER_YEAR, 0.0
        )
        self._steps = np.maximum(np.ceil(factor * years * STEPS_PER_YEAR - ROUNDING_DAYS), 1.0)

    def reached(self, day: float, period: int, go_live: Floats, live: Flags) -> tuple[Floats, float]:
        """Return the share of its effect that each live intervention has, (I,), and the day of the next step.

        Parameters
        ----------
        go_live : real days of the period's spells, (I,).

        Returns
        -------
        Zero where not live; the next step is infinite when none is left.
        """
        share, following = live.astype(float), np.inf
        rising = np.flatnonzero(live & (self.days[period] > 0))
        for i in rising.tolist():
            length, steps = float(self.days[period, i]), float(self._steps[i])
            done = np.floor((day - go_live[i] + ROUNDING_DAYS) * steps / length)
            if done < steps:
                share[i] = (done + 0.5) / steps
                following = min(following, float(go_live[i]) + (done + 1) * length / steps)
        return share, following

    def standing(self, first: Floats, end: Floats, go_live: Floats) -> Floats:
        """Return the mean share from `first` to `end`, days (T, 1), with go-lives at (T, I)."""
        return (self._until(end - go_live) - self._until(first - go_live)) / (end - first)

    def _until(self, age: Floats) -> Floats:
        """Return the days of full effect that an `age` in days, (T, I), is worth."""
        age = np.maximum(age, 0.0)
        rise = np.minimum(age, self.days)
        half = np.divide(rise * rise, 2 * self.days, out=np.zeros_like(rise), where=self.days > 0)
        return half + age - rise


def ramp_up(network: Network, uncertainty: UncertaintySettings) -> RampUp | None:
    """Return how the interventions of a plan come up; none where all have their full effect at once."""
    years = network.scenario.interventions.ramp_up_years
    if uncertainty.ramp_up == 0 or not (years * network.active.any(axis=0)).any():
        return None
    return RampUp(network, uncertainty.ramp_up)
