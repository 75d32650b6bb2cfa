"""What a run solves for beside its plan, where it is asked to: curves, prices and swings of one input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import xarray as xr

from optimizer.abatement import abatement_problems, with_abatement
from optimizer.break_even import break_even_problems, with_break_even
from optimizer.futures import future_problems
from optimizer.no_regret import no_regret_problems, with_no_regret
from optimizer.premium import with_premium_curve
from optimizer.tornado import tornado_problems, with_tornado
from scenarios.scenario import Scenario
from scenarios.typed import refuse

Tell = Callable[[str, int, int], None]


def refuse_unknown(scenario: Scenario, settings: Mapping[str, Any], command: str = "run") -> None:
    """Refuse what no study can do, before anything is solved: all of it at once.

    Parameters
    ----------
    settings : typed settings of the run by section. command : of the command line.

    Raises
    ------
    ConfigError : inputs, interventions or changes that do not exist, goals that a study cannot have, and what
        does not go together with futures.
    """
    objective, swings = settings["objective"], settings["tornado"]
    problems = [
        *future_problems(scenario, settings, command),
        *break_even_problems(scenario, settings["break_even"]),
        *abatement_problems(settings["abatement"], objective),
        *tornado_problems(scenario, swings, objective),
        *no_regret_problems(scenario, settings["alternatives"], swings),
    ]
    refuse(list(dict.fromkeys(problems)))


def with_further_solves(
    plan: xr.Dataset,
    scenario: Scenario,
    settings: Mapping[str, Any],
    reference: xr.Dataset | None,
    tell: Tell | None = None,
) -> xr.Dataset:
    """Return the plan with what ``electricity.premium_curve`` and sections such as ``break_even`` ask for.

    Parameters
    ----------
    settings : typed settings of the run by section. reference : plan of today's chain.
    tell : called with what is solved for, how much of it is done and how much there is.
    """

    def told(what: str) -> Callable[[int, int], None] | None:
        return None if tell is None else partial(tell, what)

    plan = with_premium_curve(plan, scenario, settings["solver"], reference)
    solver, objective = settings["solver"], settings["objective"]
    plan = with_break_even(plan, scenario, settings["break_even"], solver, reference)
    if reference is not None:
        plan = with_abatement(
            plan, scenario, settings["abatement"], solver, reference, objective, told("levers")
        )
    plan = with_tornado(plan, scenario, settings["tornado"], solver, reference, objective, told("inputs"))
    swings = settings["tornado"]
    return with_no_regret(plan, scenario, settings["alternatives"], swings, solver, reference, tell)
