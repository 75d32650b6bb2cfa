"""How far a plan may move away from a given one: bounds on purchases around those of a former plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from scenarios.errors import ConfigError
from scenarios.settings import ChangeSettings

if TYPE_CHECKING:
    from scenarios.periods import Periods
    from scenarios.scenario import Offers

Floats = NDArray[np.float64]

PLAN_FILE = "plan.nc"


@dataclass(frozen=True)
class PurchaseLimits:
    """Least and most that may be bought from each offer, (O, T), units a year; 0 and inf: no limit."""

    lowest: Floats
    highest: Floats

    @property
    def limited(self) -> NDArray[np.bool_]:
        """Where there is a limit, (O, T)."""
        return (self.lowest > 0) | np.isfinite(self.highest)


def no_limits(offers: int, periods: int) -> PurchaseLimits:
    """Return limits that limit nothing."""
    return PurchaseLimits(np.zeros((offers, periods)), np.full((offers, periods), np.inf))


def find_plan(settings: ChangeSettings, search: Sequence[Path] = ()) -> Path:
    """Return the file that ``pathway.change.plan`` names: a plan or a run folder that holds one.

    Looks below each of `search`, then below the working directory. Raises ConfigError when there is
    none.
    """
    candidates = [root / settings.plan for root in search] + [Path(settings.plan).expanduser()]
    for candidate in candidates:
        file = candidate / PLAN_FILE if candidate.is_dir() else candidate
        if file.is_file():
            return file.resolve()
    looked = ", ".join(str(candidate) for candidate in candidates)
    message = f"pathway.change.plan {settings.plan!r} not found. Looked at: {looked}"
    raise ConfigError(message)


def read_limits(
    settings: ChangeSettings, offers: Offers, periods: Periods, search: Sequence[Path] = ()
) -> PurchaseLimits:
    """Return the limits that the pathway's given plan sets; none when it gives no plan.

    Raises ConfigError when the plan is not found, cannot be read, or shares no offer or no year with
    the scenario.
    """
    if not settings.plan:
        return no_limits(len(offers.label), len(periods))
    file = find_plan(settings, search)
    try:
        plan = xr.load_dataset(file, engine="netcdf4")
        given = plan["purchase"].transpose("offer", "period")
        years, names = plan["period"].to_numpy(), plan["offer"].to_numpy()
    except (OSError, ValueError, KeyError) as error:
        message = f"pathway.change.plan {file} cannot be read as a plan ({error})"
        raise ConfigError(message) from error
    limits = limits_around(settings, given.to_numpy(), names, years, offers, periods)
    if not limits.limited.any():
        message = f"pathway.change.plan {file} shares no offer or no year with the scenario"
        raise ConfigError(message)
    return limits


def limits_around(
    settings: ChangeSettings,
    purchase: Floats,
    names: NDArray[np.str_],
    years: NDArray[np.int64],
    offers: Offers,
    periods: Periods,
) -> PurchaseLimits:
    """Return the limits around purchases (k, y) of the offers `names` in the periods that start in `years`.

    Periods that the given plan does not have are not limited.
    """
    limits = no_limits(len(offers.label), len(periods))
    row_of = {str(name): row for row, name in enumerate(names)}
    column_of = {float(year): column for column, year in enumerate(years)}
    known = [row_of.get(str(label), -1) for label in offers.label]
    if max(known, default=-1) < 0:
        return limits
    for t, year in enumerate(periods.start.tolist()):
        if year not in column_of:
            continue
        given = np.array([purchase[row, column_of[year]] if row >= 0 else 0.0 for row in known])
        bought = given > 0
        limits.lowest[:, t] = given * max(1 - settings.largest, 0.0)
        limits.highest[:, t] = np.where(
            bought | (not settings.new_suppliers), given * (1 + settings.largest), np.inf
        )
    return limits
