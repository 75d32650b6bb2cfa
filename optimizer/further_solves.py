"""What a run solves for beside its plan, where it is asked to: curves, prices and swings of one input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import xarray as xr

from optimizer.abatement import with_abatement
from optimizer.break_even import with_break_even
from optimizer.no_regret import with_no_regret
from optimizer.premium import with_premium_curve
from optimizer.tornado import with_tornado
from scenarios.scenario import Scenario

Tell = Callable[[str, int, int], None]


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
    return with_no_regret(plan, scenario, settings["alternatives"], settings["tornado"], solver, reference)
