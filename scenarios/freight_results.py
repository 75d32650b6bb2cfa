"""What a plan says of freight by energy: how full vehicles are, and what hub operations emit (ISO 14083)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

Floats = NDArray[np.float64]


def freight_figures(scenario: Scenario, activities: Mapping[str, Floats]) -> xr.Dataset:
    """Return load factors by arc and what handling at hubs emits; nothing without the tables of freight.

    ``freight_load_factor`` (arc, period), NaN where no vehicle is known; ``hub_handled`` product units a
    year, ``hub_ttw`` and ``hub_wtt`` tCO2e a year (hub, period). What hubs emit is booked with the freight
    that leaves them, or by scope at own hubs, and stands here a second time to be seen apart.
    """
    arcs, hubs, tables = scenario.arcs, scenario.hubs, scenario.tables
    if tables["vehicles"].empty and tables["hub_energy"].empty:
        return xr.Dataset()
    handled = np.zeros(hubs.handling_emissions.shape)
    np.add.at(handled, hubs.leaving_hub, activities["flow"][hubs.leaving_arc])
    used = hubs.handling_emissions + hubs.energy_tank_to_wheel
    made = hubs.energy_well_to_tank + hubs.energy_grid
    found = xr.Dataset(coords={"hub": hubs.label.astype(str), "period": scenario.periods.start})
    for name, dim, values, units, meaning in (
        ("freight_load_factor", "arc", arcs.load_factor, "1", "mean load over payload while loaded"),
        ("hub_handled", "hub", handled, "unit/year", "handled at the hub and sent on"),
        ("hub_ttw", "hub", handled * used, "tCO2e/year", "handling at the hub, where energy is used"),
        ("hub_wtt", "hub", handled * made, "tCO2e/year", "making the energy of handling, grid included"),
    ):
        found[name] = ((dim, "period"), values, {"units": units, "long_name": meaning})
    return found
