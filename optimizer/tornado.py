"""How much one input moves the plan: each solved again at its lowest and its highest, all else as it was.

The decisions are free in every solve: a bar shows what the best plan costs and emits if the input were known
to be different, not what a plan made for another world would (the trials show that). Caps stay at the tonnes
that they were, also those written as a share of the baseline, which is history by then. One input at a time
says nothing about inputs that move together (Saltelli and others 2008, Global Sensitivity Analysis, ch. 1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import xarray as xr

from optimizer.lever_settings import TornadoSettings
from optimizer.objective_settings import ObjectiveKind, ObjectiveSettings
from optimizer.optimize import solve_session
from optimizer.repriced import Repriced, repriced
from optimizer.session import PlanSession, posed
from optimizer.settings import SolverSettings
from scenarios import load_scenario
from scenarios.scenario import Scenario
from scenarios.table_change_settings import changes_of
from scenarios.typed import did_you_mean, problem_of, refuse
from scenarios.variations import INPUTS, swing, usual, varied

ENDS = ("low", "high")
TABLES = "data."  # how an input begins that is a column of a table: data.offers[price].scale
SOLVED, SAME, IMPOSSIBLE, UNKNOWN = "solved", "same", "impossible", "unknown"
Tell = Callable[[int, int], None]


def with_tornado(
    plan: xr.Dataset,
    scenario: Scenario,
    asked: TornadoSettings,
    settings: SolverSettings,
    reference: xr.Dataset | None,
    objective: ObjectiveSettings | None = None,
    tell: Tell | None = None,
) -> xr.Dataset:
    """Return the plan with the tornado of the inputs asked for, if any, once.

    Raises
    ------
    ConfigError : as :func:`tornado`, or the plan is not one of least cost.
    """
    if not (asked.inputs or asked.ranges) or "tornado_input" in plan.dims:
        return plan
    refuse(tornado_problems(scenario, asked, objective))
    return plan.merge(tornado(plan, scenario, asked, settings, reference, tell), combine_attrs="override")


def tornado(
    plan: xr.Dataset,
    scenario: Scenario,
    asked: TornadoSettings,
    settings: SolverSettings,
    reference: xr.Dataset | None,
    tell: Tell | None = None,
) -> xr.Dataset:
    """Return cost and emissions of the best plan at both ends of each input.

    Parameters
    ----------
    plan, reference : of the scenario, and of its chain today. tell : called with solves done and in all.

    Returns
    -------
    Dataset over ``tornado_input`` and ``tornado_end`` (low, high): ``tornado_amount``, a factor on what the
    tables say or, of ``tornado_kind`` rate, the rate itself; ``tornado_usual``, what it is in the plan;
    ``tornado_cost``, present value, and ``tornado_bound``, that no plan can cost less than;
    ``tornado_emissions`` (also by period), tCO2e a year; ``tornado_changed``, interventions decided otherwise
    than in the plan. All are nan where ``tornado_state`` says impossible (no plan meets the rules) or unknown
    (none was found in time); same: the end is what the input is anyway.

    Raises
    ------
    ConfigError : an input does not exist.
    """
    ranges = input_ranges(scenario, asked)
    settings = replace(settings, time_limit_seconds=min(asked.seconds, settings.time_limit_seconds))
    instance, limits = posed(scenario, reference)
    session = PlanSession(instance, settings)
    answers: list[tuple[str, Repriced]] = []
    for name, ends in ranges.items():
        for amount in ends:
            if amount == _usual(scenario, name):
                answers.append((SAME, Repriced()))
            else:
                changed, _ = posed(changed_input(scenario, name, amount), reference)
                session.change(replace(changed, limits=instance.limits))
                found = repriced(session, solve_session(session, None, follow=False), limits)
                answers.append((_state(found), found))
            if tell is not None:
                tell(len(answers), 2 * len(ranges))
    return _dataset(plan, scenario, ranges, answers)


def input_ranges(scenario: Scenario, asked: TornadoSettings) -> dict[str, tuple[float, float]]:
    """Return the ends of each input asked for."""
    wanted = [name for name in asked.inputs if name != "all"]
    if "all" in asked.inputs:
        wanted += [name for name, each in INPUTS.items() if each.exists(scenario)]
    wanted = list(dict.fromkeys([*wanted, *asked.ranges]))
    refuse(_unknown(wanted, asked))
    return {name: _ends(scenario, asked, name) for name in wanted}


def tornado_problems(
    scenario: Scenario, asked: TornadoSettings, objective: ObjectiveSettings | None = None
) -> list[str]:
    """Return why the tornado asked for cannot be had: goal, inputs, changes of tables."""
    if not (asked.inputs or asked.ranges):
        return []
    found = _unknown([name for name in [*asked.inputs, *asked.ranges] if name != "all"], asked)
    if objective is not None and objective.kind is not ObjectiveKind.LEAST_COST:
        found.append("tornado.inputs needs objective.kind=least_cost: its bars are solved for least cost")
    for name, ends in asked.ranges.items():
        for end in ends if name.startswith(TABLES) else ():
            found += problem_of(partial(changed_input, scenario, name, end), f"tornado.ranges.{name}")
    return found


def _unknown(wanted: Sequence[str], asked: TornadoSettings) -> list[str]:
    """Return what is to be said of inputs that do not exist."""
    return [
        f"tornado.inputs: no input {name!r}{did_you_mean(name, INPUTS)}; use all, some of: "
        f"{', '.join(INPUTS)}, or a column of a table in tornado.ranges such as "
        "data.offers[price].scale: [0.8, 1.2]"
        for name in dict.fromkeys(wanted)
        if not (name in INPUTS or (name.startswith(TABLES) and name in asked.ranges))
    ]


def _ends(scenario: Scenario, asked: TornadoSettings, name: str) -> tuple[float, float]:
    if name in asked.ranges:
        low, high = asked.ranges[name]
        return float(low), float(high)
    return swing(scenario, name)


def _usual(scenario: Scenario, name: str) -> float:
    return usual(scenario, name) if name in INPUTS else 1.0 if name.endswith(".scale") else np.nan


def changed_input(scenario: Scenario, name: str, amount: float) -> Scenario:
    """Return the scenario with an input at an amount; a column of a table is changed as it is read."""
    if name in INPUTS:
        return varied(scenario, name, amount)
    settings = scenario.settings
    changes = {**settings.changes, **changes_of({name: amount})}
    settings = replace(settings, data=str(scenario.path), changes=changes)
    return load_scenario(settings, scenario.carbon, scenario.pathway, (), scenario.electricity)


def _state(found: Repriced) -> str:
    return SOLVED if found.found else IMPOSSIBLE if found.impossible else UNKNOWN


def _dataset(
    plan: xr.Dataset,
    scenario: Scenario,
    ranges: dict[str, tuple[float, float]],
    answers: list[tuple[str, Repriced]],
) -> xr.Dataset:
    shape, periods, money = (len(ranges), len(ENDS)), len(scenario.periods), scenario.currency
    decided = np.round(plan["adopt"].transpose("intervention", "period").to_numpy())
    emitted = np.full((*shape, periods), np.nan).reshape(-1, periods)
    changed = np.full(len(answers), np.nan)
    for i, (_, found) in enumerate(answers):
        if found.plan is not None:
            emitted[i] = found.emitted
            other = np.round(found.plan["adopt"].transpose("intervention", "period").to_numpy())
            changed[i] = np.count_nonzero((other != decided).any(axis=1))
    both = ("tornado_input", "tornado_end")
    figures = {
        "tornado_cost": (both, [found.cost for _, found in answers], money, "present cost of the best plan"),
        "tornado_bound": (both, [found.low for _, found in answers], money, "no plan can cost less"),
        "tornado_changed": (both, changed, "1", "interventions decided otherwise than in the plan"),
        "tornado_amount": (both, [each for ends in ranges.values() for each in ends], "1", "of the input"),
        "tornado_usual": (both[:1], [_usual(scenario, n) for n in ranges], "1", "of the input in the plan"),
        "tornado_emissions": ((*both, "period"), emitted, "tCO2e/year", "of the best plan, in all"),
    }
    sizes = dict(zip((*both, "period"), (*shape, periods), strict=True))
    data = {
        name: (
            dims,
            np.asarray(values, dtype=float).reshape([sizes[dim] for dim in dims]),
            {"units": unit, "long_name": meaning},
        )
        for name, (dims, values, unit, meaning) in figures.items()
    }
    kinds = ["rate" if name in INPUTS and INPUTS[name].is_rate else "factor" for name in ranges]
    states = np.array([state for state, _ in answers], dtype=str).reshape(shape)
    coords = {
        "tornado_input": np.array(list(ranges), dtype=str),
        "tornado_end": np.array(ENDS, dtype=str),
        "tornado_kind": ("tornado_input", np.array(kinds, dtype=str)),
        "tornado_state": (both, states),
        "period": scenario.periods.start,
    }
    return xr.Dataset(data, coords=coords)
