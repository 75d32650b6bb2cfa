"""What is asked for besides the trials: ladder, resilience and safety stocks, joined to the outcome."""

from __future__ import annotations

from collections.abc import Callable

import xarray as xr

from scenarios.replanning import Replanner
from scenarios.scenario import Scenario
from simulation.ladder import ladder
from simulation.resilience import resilience
from simulation.safety_stock import safety_stock
from simulation.settings import SimulationSettings

Tell = Callable[[str], None]
STEPS = 4  # lines of progress a study


def with_studies(
    scenario: Scenario,
    plan: xr.Dataset,
    outcome: xr.Dataset,
    settings: SimulationSettings,
    tell: Tell | None = None,
    replanner: Replanner | None = None,
) -> xr.Dataset:
    """Return the outcome with the studies that the settings ask for, as variables of their own dimensions.

    There is no ladder beside a trial that is replayed alone.

    Parameters
    ----------
    tell : called with a line now and then.
    replanner : makes the plan again inside the trials of the ladder, where the settings ask for that; sites
        that stand still and stocks are looked at under the plan as it is.

    Raises
    ------
    ConfigError : as :func:`simulation.resilience.resilience` does.
    """
    if settings.ladder and settings.trial is None:
        steps = _steps("ladder: trial", tell)
        outcome = joined(outcome, ladder(scenario, plan, outcome, settings, steps, replanner))
    if settings.resilience:
        outcome = joined(outcome, resilience(scenario, plan, settings, _steps("resilience: site", tell)))
    if settings.service_target is not None:
        outcome = joined(outcome, safety_stock(scenario, plan, settings, _steps("stocks: trial", tell)))
    return outcome


def joined(outcome: xr.Dataset, study: xr.Dataset) -> xr.Dataset:
    """Return the outcome with the variables and attributes of a study."""
    return outcome.merge(study, join="exact", combine_attrs="no_conflicts")


def _steps(name: str, tell: Tell | None) -> Callable[[int, int], None]:
    """Return a progress function that says a few lines."""

    def progress(done: int, count: int) -> None:
        if tell is not None and done * STEPS // count > (done - 1) * STEPS // count:
            tell(f"{name} {done} of {count}")

    return progress
