"""The one way an intervention makes an activity available."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar, rows, term
from optimizer.models.columns import every_period
from optimizer.models.modules import presence
from scenarios.scenario import Flags, Floats, Scenario


def opened_by(
    model: pyo.ConcreteModel,
    scenario: Scenario,
    activity: ArrayVar,
    family: str,
    locked: Flags,
    largest: Floats,
) -> ArrayConstraint:
    """Bound locked elements of `activity` by their `largest` value times the unlocking interventions.

    One row an element and period: the disaggregated form, tighter than one row an intervention.
    """
    periods, unlocks = len(scenario.periods), scenario.unlocks
    closed = np.flatnonzero(locked)
    opens = np.flatnonzero((unlocks.family == family) & np.isin(unlocks.element, closed))
    row = every_period(np.searchsorted(closed, unlocks.element[opens]), periods)
    return rows(len(closed) * periods).at_most(
        0.0,
        [
            +term(activity, row=np.arange(len(closed) * periods), column=every_period(closed, periods)),
            *presence(
                model, scenario, row, unlocks.intervention[opens], -largest[unlocks.element[opens]].ravel()
            ),
        ],
    )
