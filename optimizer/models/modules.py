"""Interventions built in modules: how many are at work, and whether there is any at all."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
from numpy.typing import ArrayLike

from optimizer.arrays import ArrayConstraint, ArrayVar, Term, rows, term
from optimizer.models.columns import every_period, repeated
from optimizer.models.instance import Instance
from scenarios.scenario import Integers, Scenario


def add_modules(model: pyo.ConcreteModel, scenario: Scenario) -> None:
    """Declare ``present`` (modular intervention, period) and ``chosen`` (modular intervention), 0 or 1.

    Interventions of one module need neither: their ``in_effect`` and ``adopt`` say the same.
    """
    modular = len(scenario.interventions.modular)
    model.present = ArrayVar(modular * len(scenario.periods), binary=True)
    model.chosen = ArrayVar(modular, binary=True)


def presence(
    model: pyo.ConcreteModel,
    scenario: Scenario,
    row: ArrayLike,
    intervention: ArrayLike,
    coefficient: ArrayLike = 1.0,
) -> list[Term]:
    """Return the entries that count an intervention as there, 1, from its first module in effect on.

    Parameters
    ----------
    row, coefficient : one for each of the k interventions and period, (k * T,); or one for all.
    intervention : positions, (k,).
    """
    periods = len(scenario.periods)
    who = np.repeat(np.asarray(intervention, dtype=np.int64), periods)
    when = np.arange(len(who)) % periods
    row, coefficient = (np.broadcast_to(values, who.shape) for values in (row, coefficient))
    return presence_in(model, scenario, row, who, when, coefficient)


def presence_in(
    model: pyo.ConcreteModel,
    scenario: Scenario,
    row: Integers,
    intervention: Integers,
    period: Integers,
    coefficient: ArrayLike = 1.0,
) -> list[Term]:
    """Return the entries that count an intervention as there in a period, (n,) each; see `presence`."""
    periods, modular = len(scenario.periods), scenario.interventions.modular
    coefficient = np.broadcast_to(coefficient, np.shape(row))
    counted = np.isin(intervention, modular)
    column = intervention * periods + period
    entries = [
        term(
            model.in_effect,
            row=row[~counted],
            column=column[~counted],
            coefficient=coefficient[~counted],
        )
    ]
    if counted.any():
        place = np.searchsorted(modular, intervention[counted]) * periods + period[counted]
        entries.append(term(model.present, row=row[counted], column=place, coefficient=coefficient[counted]))
    return entries


def choice(
    model: pyo.ConcreteModel,
    scenario: Scenario,
    row: ArrayLike,
    intervention: Integers,
    coefficient: ArrayLike = 1.0,
) -> list[Term]:
    """Return the entries that count an intervention as chosen, 1, once anything of it is decided.

    Parameters
    ----------
    row, coefficient : one for each of the k interventions, (k,).
    intervention : positions, (k,).
    """
    periods, modular = len(scenario.periods), scenario.interventions.modular
    weight = np.broadcast_to(np.asarray(coefficient, dtype=float), np.shape(intervention))
    row = np.broadcast_to(np.asarray(row, dtype=np.int64), np.shape(intervention))
    counted = np.isin(intervention, modular)
    return [
        term(
            model.adopt,
            row=np.repeat(row[~counted], periods),
            column=every_period(intervention[~counted], periods),
            coefficient=np.repeat(weight[~counted], periods),
        ),
        term(
            model.chosen,
            row=row[counted],
            column=np.searchsorted(modular, intervention[counted]),
            coefficient=weight[counted],
        ),
    ]


def present_with_a_module(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Count a modular intervention as there only with a module in effect.

    .. math:: present_{i,t} \le in\_effect_{i,t}

    Index: intervention of several modules, period. Unit: 0 or 1.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; effects that cannot be had twice (unlocks, cuts) need at least one module.
    """
    scenario = instance.scenario
    periods, modular = len(scenario.periods), scenario.interventions.modular
    row = np.arange(len(modular) * periods)
    return rows(len(row)).at_most(
        0.0,
        [
            +term(model.present, row=row),
            -term(model.in_effect, row=row, column=every_period(modular, periods)),
        ],
    )


def present_with_any_module(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Count a modular intervention as there whenever a module is in effect, wanted or not.

    .. math:: in\_effect_{i,t} \le M_i\,present_{i,t}

    Index: intervention of several modules, period. Unit: modules. M: the most that may be built.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; effects that cannot be had twice (unlocks, cuts) need at least one module.
    """
    scenario = instance.scenario
    periods, modular = len(scenario.periods), scenario.interventions.modular
    row = np.arange(len(modular) * periods)
    most = repeated(scenario.interventions.maximum_modules[modular], periods)
    return rows(len(row)).at_most(
        0.0,
        [
            +term(model.in_effect, row=row, column=every_period(modular, periods)),
            -term(model.present, row=row, coefficient=most),
        ],
    )


def chosen_when_decided(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Count a modular intervention as chosen when any module is ever decided, and only then.

    .. math:: 0 \le M_i\,chosen_i - \sum_t adopt_{i,t} \le M_i - 1

    Index: intervention of several modules. Unit: modules. M: the most that may be built.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: own; a 0/1 indicator of a whole number between 0 and M.
    """
    scenario = instance.scenario
    periods, modular = len(scenario.periods), scenario.interventions.modular
    most = scenario.interventions.maximum_modules[modular].astype(float)
    row = np.arange(len(modular))
    return rows(len(modular)).between(
        0.0,
        most - 1,
        [
            +term(model.chosen, row=row, coefficient=most),
            -term(model.adopt, row=np.repeat(row, periods), column=every_period(modular, periods)),
        ],
    )
