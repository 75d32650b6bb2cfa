r"""What each lever brings in a plan, and what it would bring alone: a curve that knows interactions.

*In the plan*: the plan is solved again without the lever, and what rises in emissions and falls in cost is
what the lever brings. Everything else stays as planned as far as it can: other interventions are decided when
they were; what the plan runs, buys and draws of green power beyond what today's chain does is kept up, and
goes no further, so that nothing fills in for the lever; what is missing is made up at least cost, with each
cap replaced by its own price in the plan, its dual (Everett 1963, Operations Research 11:399-417). What needs
the lever goes with it.

*Alone*: the lever is added to today's chain, which pays the same prices, and nothing else grows but what the
lever itself made grow in the plan: the stand-alone measure that most abatement curves draw, blind to the
others. A lever that the plan does not pull is built in whole, as early as can be; where it adds capacity or
opens a way, all quantities are free, with it and without it.

The two differ because levers compete for the same tonnes or make each other work; neither set of widths adds
up to the cut of the plan (Kesicki and Ekins 2012, Climate Policy 12:219-236). A curve is a list of prices and
no timetable (Vogt-Schilb and Hallegatte 2014, Energy Policy 66:645-653).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import xarray as xr

from optimizer.lever_settings import AbatementSettings
from optimizer.lever_solves import AddedAlone, LeftOut, tonne_prices
from optimizer.levers import Lever, levers_of
from optimizer.objective_settings import ObjectiveKind, ObjectiveSettings
from optimizer.repriced import Repriced
from optimizer.settings import SolverSettings
from scenarios.scenario import Floats, Scenario
from scenarios.typed import refuse

Tell = Callable[[int, int], None]


def with_abatement(
    plan: xr.Dataset,
    scenario: Scenario,
    asked: AbatementSettings,
    settings: SolverSettings,
    reference: xr.Dataset,
    objective: ObjectiveSettings | None = None,
    tell: Tell | None = None,
) -> xr.Dataset:
    """Return the plan with its abatement curve where it is asked for, once.

    Raises
    ------
    ConfigError : the plan is not one of least cost, whose caps alone have prices in money.
    """
    if not asked.curve or "lever" in plan.dims:
        return plan
    refuse(abatement_problems(asked, objective))
    found = abatement_curve(plan, scenario, asked, settings, reference, tell)
    return plan.merge(found, combine_attrs="override")


def abatement_problems(asked: AbatementSettings, objective: ObjectiveSettings | None) -> list[str]:
    """Return why the curve asked for cannot be had, if anything stands in the way."""
    if not asked.curve or objective is None or objective.kind is ObjectiveKind.LEAST_COST:
        return []
    return ["abatement.curve needs objective.kind=least_cost: other goals do not price tonnes in money"]


def abatement_curve(
    plan: xr.Dataset,
    scenario: Scenario,
    asked: AbatementSettings,
    settings: SolverSettings,
    reference: xr.Dataset,
    tell: Tell | None = None,
) -> xr.Dataset:
    """Return what each lever brings in the plan and alone, see the module.

    Parameters
    ----------
    plan, reference : of the scenario, and of its chain today. tell : called with levers done and in all.

    Returns
    -------
    Dataset over ``lever``: ``lever_family`` (intervention, power, suppliers, mode), ``lever_name``,
    ``lever_used``; ``lever_cut`` (lever, period), tCO2e a year that would be emitted more without it, and
    ``lever_cost``, present value it adds to the cost, nan for levers the plan does not pull; ``lever_way``
    how the rest of the plan was treated (held; freed: quantities free; dropped: interventions that no
    longer pay given up too; needed: no plan without it; unknown: none found in time); ``lever_alone_cut``
    and ``lever_alone_cost``, added to today's chain by itself, nan where that cannot be; and ``cap_price``,
    present currency per tCO2e of each period that all caps together charge.

    Raises
    ------
    SolverError : no plan was found in time with the interventions held.
    """
    settings = replace(settings, time_limit_seconds=min(asked.seconds, settings.time_limit_seconds))
    levers = levers_of(scenario, plan, reference, asked.most)
    inside = LeftOut(scenario, plan, reference, settings)
    alone = AddedAlone(scenario, plan, reference, levers, inside.prices, settings)
    answers = []
    for done, lever in enumerate(levers, 1):
        without = inside.without(lever)
        answers.append((without, alone.added(lever, inside.made_to_grow(without[1]))))
        if tell is not None:
            tell(done, len(levers))
    return _dataset(scenario, levers, answers, inside)


def _difference(base: Repriced, other: Repriced, sign: int, periods: int) -> tuple[Floats, float]:
    """Return how emissions, (T,), and cost of two plans differ; nan where one is absent."""
    if not (base.found and other.found):
        return np.full(periods, np.nan), np.nan
    return sign * (other.emitted - base.emitted), sign * (base.cost - other.cost)


def _dataset(
    scenario: Scenario,
    levers: list[Lever],
    answers: list[tuple[tuple[str, Repriced], tuple[Repriced, Repriced]]],
    inside: LeftOut,
) -> xr.Dataset:
    shape = (len(levers), len(scenario.periods))
    brought = [_difference(inside.base, found, 1, shape[1]) for (_, found), _ in answers]
    added = [_difference(base, found, -1, shape[1]) for _, (base, found) in answers]

    def text(values: Iterator[str]) -> np.ndarray:
        return np.array(list(values), dtype=str)

    cut = {
        "lever_cut": (brought, "emitted more a year without the lever, in the plan"),
        "lever_alone_cut": (added, "emitted less a year with the lever alone, in today's chain"),
    }
    cost = {
        "lever_cost": (brought, "present cost the lever adds to the plan"),
        "lever_alone_cost": (added, "present cost the lever alone adds to today's chain"),
    }
    data: dict[str, object] = {
        name: (
            ("lever", "period"),
            np.array([tonnes for tonnes, _ in found]).reshape(shape),
            {"units": "tCO2e/year", "long_name": said},
        )
        for name, (found, said) in cut.items()
    }
    for name, (found, said) in cost.items():
        words = {"units": scenario.currency, "long_name": said}
        data[name] = (("lever",), np.array([paid for _, paid in found], dtype=float), words)
    words = {"units": "0 or 1", "long_name": "the plan pulls the lever"}
    data["lever_used"] = (("lever",), np.array([lever.used for lever in levers], dtype=float), words)
    words = {"units": f"{scenario.currency}/tCO2e", "long_name": "present value all caps charge for a tonne"}
    data["cap_price"] = (("period",), tonne_prices(inside.session, inside.prices), words)
    coords = {
        "lever": text(lever.key for lever in levers),
        "lever_family": ("lever", text(lever.family for lever in levers)),
        "lever_name": ("lever", text(lever.name for lever in levers)),
        "lever_way": ("lever", text(way for (way, _), _ in answers)),
        "period": scenario.periods.start,
    }
    return xr.Dataset(data, coords=coords)
