"""Energy and water that sites draw: further impacts beside CO2e, by activity and by site.

They are neither money nor emissions, so the ledger does not book them; targets, water caps and reports
all read them from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.empty_arrays import no_floats, no_labels

if TYPE_CHECKING:
    from scenarios.scenario import Operations, Scenario

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Labels = NDArray[np.object_]

UNITS = {"energy": "MWh/year", "water": "m3/year"}


@dataclass(frozen=True)
class Impacts:
    """What operations draw per unit of activity, (R,), and where sites lie, (S,).

    Attributes
    ----------
    fuel : MWh in fuels. water : m3 of fresh water.
    park, basin : of each site, "" where it has none.
    """

    fuel: Floats = field(default_factory=no_floats)
    water: Floats = field(default_factory=no_floats)
    park: Labels = field(default_factory=no_labels)
    basin: Labels = field(default_factory=no_labels)


def make_impacts(tables: Mapping[str, pd.DataFrame], operations: Operations) -> Impacts:
    """Return what the tables say of fuels, water, parks and basins."""
    processes = tables["processes"].drop_duplicates("process").set_index("process")
    sites = tables["sites"].drop_duplicates("site")
    rows = processes.loc[list(operations.process)]
    return Impacts(
        fuel=rows["fuel"].to_numpy(float),
        water=rows["water"].to_numpy(float),
        park=sites["park"].to_numpy(object),
        basin=sites["basin"].to_numpy(object),
    )


def impact_rates(scenario: Scenario, impact: str) -> dict[str, tuple[Floats, Integers]]:
    """Return what one unit of each activity draws, (n,), and at which site, by activity.

    `impact` : ``energy``, MWh of electricity and fuels, or ``water``, m3.
    """
    impacts, operations, covers = scenario.impacts, scenario.operations, scenario.covers
    per_run = impacts.fuel if impact == "energy" else impacts.water
    cut = covers.fuel_cut if impact == "energy" else covers.water_cut
    spared, place = np.zeros(len(covers.label)), np.full(len(covers.label), -1, dtype=np.int64)
    mine = covers.of("operation")
    spared[mine] = cut[mine] * per_run[covers.element[mine]]
    place[mine] = operations.site[covers.element[mine]]
    found = {"run": (per_run, operations.site), "covered": (-spared, place)}
    if impact == "energy":
        found["power"] = (np.ones(len(scenario.supplies.label)), scenario.supplies.site)
    return {name: rate for name, rate in found.items() if rate[0].any()}


def impact_coefficients(scenario: Scenario, impact: str, site_counts: NDArray[np.bool_]) -> dict[str, Floats]:
    """Return what one unit of each activity draws at the sites that count, (n, T)."""
    periods = np.ones(len(scenario.periods))
    found = {
        name: (per_unit * site_counts[site] * (site >= 0))[:, None] * periods
        for name, (per_unit, site) in impact_rates(scenario, impact).items()
    }
    return {name: values for name, values in found.items() if values.any()}


def drawn_by_site(scenario: Scenario, impact: str, activities: Mapping[str, Floats]) -> Floats:
    """Return what each site draws a year, (S, T)."""
    total = np.zeros((len(scenario.sites.label), len(scenario.periods)))
    for name, (per_unit, site) in impact_rates(scenario, impact).items():
        keep = site >= 0
        np.add.at(total, site[keep], per_unit[keep, None] * activities[name][keep])
    return total
