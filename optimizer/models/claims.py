"""Claims to green power that count by the same hour, where caps or prices read scope 2 so."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar, rows, term
from optimizer.models.columns import every_period, repeated
from optimizer.models.instance import Instance
from scenarios.claims import decides_by_hour, linear_share
from scenarios.scenario import Integers


def add_claims(model: pyo.ConcreteModel, instance: Instance, unit: float) -> None:
    """Declare what claims count, where decisions depend on it; (U, T) in `unit` MWh."""
    scenario = instance.scenario
    if not decides_by_hour(scenario.carbon):
        return
    most = np.where((linear_share(scenario) > 0)[:, None], instance.bounds.load[scenario.supplies.site], 0.0)
    model.claimed = ArrayVar(most.size, upper=most.ravel(), unit=unit)


def claim_counts(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Count of each supply's power what its claim covers in the hour of use and deliverably.

    .. math:: claimed_{u,t} = h_u\,power_{u,t}

    Index: supply whose claim counts in part or whole, period; none where nothing reads scope 2 by the same
    hour. Unit: MWh a year. h: its share of the same hour, one for what is matched by the hour.
    Dual: what one more MWh of claims that count would save, present value.
    Source: draft revision of the GHG Protocol Scope 2 Guidance (2025), as proposed: not final.
    """
    scenario = instance.scenario
    periods = len(scenario.periods)
    members = _counting(instance)
    row, column = np.arange(len(members) * periods), every_period(members, periods)
    share = repeated(linear_share(scenario)[members], periods)
    claimed = [+term(model.claimed, row=row, column=column)] if len(members) else []
    of_power = term(model.power, row=row, column=column, coefficient=share)
    return rows(len(row)).equal(0.0, [*claimed, -of_power])


def _counting(instance: Instance) -> Integers:
    scenario = instance.scenario
    if not decides_by_hour(scenario.carbon):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(linear_share(scenario) > 0)
