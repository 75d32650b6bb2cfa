"""MW of contracts and own plants: what is contracted or leased, and what interventions have built."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayVar
from scenarios.scenario import Floats, Integers, Scenario


def capacity_terms(
    model: pyo.ConcreteModel, scenario: Scenario, plants: Integers, energy: bool = False
) -> list[tuple[ArrayVar, Integers, Integers, Floats]]:
    """Return the variables that make up the MW of `plants`, with rows and factors.

    Parameters
    ----------
    plants : positions of supplies, ascending. energy : in MWh a year that the MW put out, not in MW.

    Returns
    -------
    For ``contracted`` and ``in_effect``: the variable, the place in `plants` of each entry, (n,), its flat
    columns, (n, T), and its factors, (n, T).
    """
    supplies, additions, periods = scenario.supplies, scenario.power_additions, len(scenario.periods)
    output = supplies.output_per_mw
    leased = np.flatnonzero(supplies.contractable[plants])
    built = np.flatnonzero(np.isin(additions.supply, plants))
    of_contract, of_built = output[plants[leased]], output[additions.supply[built]]
    per_contracted = np.ones_like(of_contract)
    if not energy:
        per_contracted = np.divide(1.0, of_contract, out=np.zeros_like(of_contract), where=of_contract > 0)
        of_built = np.ones_like(of_built)
    when = np.arange(periods)
    return [
        (model.contracted, leased, plants[leased][:, None] * periods + when, per_contracted),
        (
            model.in_effect,
            np.searchsorted(plants, additions.supply[built]),
            additions.intervention[built][:, None] * periods + when,
            of_built * additions.megawatt[built][:, None],
        ),
    ]
