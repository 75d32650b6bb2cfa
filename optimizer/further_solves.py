"""What a run solves for beside its plan, where it is asked to: premium curve, break-even carbon prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import xarray as xr

from optimizer.break_even import with_break_even
from optimizer.premium import with_premium_curve
from scenarios.scenario import Scenario


def with_further_solves(
    plan: xr.Dataset, scenario: Scenario, settings: Mapping[str, Any], reference: xr.Dataset | None
) -> xr.Dataset:
    """Return the plan with what ``electricity.premium_curve`` and ``break_even`` ask for.

    Parameters
    ----------
    settings : typed settings of the run by section. reference : plan of today's chain.
    """
    plan = with_premium_curve(plan, scenario, settings["solver"], reference)
    return with_break_even(plan, scenario, settings["break_even"], settings["solver"], reference)
