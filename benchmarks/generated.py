"""Generated networks as scenario tables: one family from a few hundred to a million variables.

Collection points sell two grades of scrap each to scrap bases within 100 km; bases are opened and
expanded by interventions, sort each grade with a loss and send it by several modes to every plant;
vendors add primary metal. Plants run one of several technologies (switching is an intervention that
rivals the others of the plant), make every product by a recipe of grades and primary metal, draw
electricity from four kinds of power option, and may adopt cuts of their direct emissions. Hubs are
opened by interventions and keep stocks; customers are served from their nearest hubs or straight from
plants near by. A carbon cap in tonnes falls year by year, a budget bounds the investment of each year,
and unmet demand has a price, so that a plan always exists.

It differs from the network of the performance lab in what the tables of a scenario say otherwise:

- a base turns a collected grade into a sorted one by a process on its line, in place of a yield;
- an intervention is decided in a period and lasts from then on, in place of a yes or no of each period
  that may not fall; hubs may open in any period, and their lanes open with them one by one;
- costs and emissions of making a product depend on the technology, not on the plant; a plant's cut of
  emissions is a share of what it emits, which needs a variable for each activity covered;
- lanes carry lists of products and take emissions and route length from their mode and coordinates;
- grid power is unlimited, other power is bounded by a share of the load; onsite power is built;
- every collection point lies within reach of a base, where the lab adds a longer lane for those that
  do not; capital goods keep a residual value, hubs count towards the budget, money is discounted.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.generated_network import Network
from benchmarks.generated_places import FIRST_YEAR, Size
from benchmarks.tables import complete
from optimizer.models.instance import Instance, make_instance
from scenarios import CarbonSettings, Scenario, ScenarioSettings, scenario_from_tables
from scenarios.caps import cap_limits, cap_terms
from scenarios.ledger import rates
from scenarios.schema import TABLES
from scenarios.settings import CapSettings, LimitUnit

Tables = dict[str, pd.DataFrame]

SIZES = {
    "tiny": Size(12, 6, 2, 2, 4, 20, 2, 2, 1, 3, 2, 1, 2, 2, 250.0),
    "small": Size(40, 15, 3, 3, 8, 60, 4, 3, 2, 4, 2, 2, 3, 3, 400.0),
    "mid": Size(80, 30, 4, 4, 15, 180, 5, 3, 2, 5, 3, 2, 4, 3, 550.0),
    "medium": Size(150, 22, 6, 6, 16, 370, 6, 4, 2, 6, 3, 1, 5, 4, 700.0),
    "million": Size(400, 100, 8, 12, 60, 1200, 6, 4, 2, 10, 3, 2, 9, 8, 1200.0),
    "thousand_sites": Size(1500, 1000, 6, 7, 40, 480, 3, 4, 2, 6, 3, 2, 5, 3, 2000.0),
}


def sized(sites: int, periods: int = 3) -> Size:
    """Return the size with `sites` scrap bases: 1.5 collection points a base, the rest as it stands.

    The box grows with the bases, so that a collection point has as many bases in reach.
    """
    largest = SIZES["thousand_sites"]
    return replace(
        largest,
        bases=sites,
        collections=max(3 * sites // 2, 1),
        periods=periods,
        box_km=63.25 * float(np.sqrt(sites)),
    )


def network(sites: int, periods: int = 3, seed: int = 7) -> Tables:
    """Return the tables of a network with `sites` scrap bases to open and expand."""
    return tables_of(sized(sites, periods), seed)


def scenario(size: str | Size = "small", seed: int = 7) -> Scenario:
    """Return the scenario of a named or given size, through the ordinary loader and its checks."""
    chosen = SIZES[size] if isinstance(size, str) else size
    return scenario_of(tables_of(chosen, seed), chosen)


def scenario_of(tables: Tables, size: Size) -> Scenario:
    """Return the scenario of generated tables under their carbon cap."""
    return scenario_from_tables(tables, settings_of(size), carbon_of(tables, size))


def settings_of(size: Size, data: str = "") -> ScenarioSettings:
    """Return the horizon and the money; `data` names a folder where the tables were written."""
    return ScenarioSettings(
        name="generated",
        data=data,
        currency="EUR",
        first_year=FIRST_YEAR,
        last_year=FIRST_YEAR + size.periods - 1,
        base_year=FIRST_YEAR,
        demo_data=True,
    )


def carbon_of(tables: Tables, size: Size) -> CarbonSettings:
    """Return the cap: 1.05 t a tonne sold in the first year, 3 % of that less in each later one."""
    sold = float(tables["demand"].loc[tables["demand"]["period"] == FIRST_YEAR, "quantity"].sum())
    years = FIRST_YEAR + np.arange(size.periods)
    limit = {int(y): 1.05 * sold * (1 - 0.03 * t) for t, y in enumerate(years)}
    return CarbonSettings(caps={"network": CapSettings(limit=limit, unit=LimitUnit.TONNES)})


def instance_of(case: Scenario) -> Instance:
    """Return the instance to model; the cap is in tonnes, so that no baseline has to be solved for."""
    ledger = rates(case)
    caps = cap_terms(case, ledger)
    return make_instance(case, ledger, caps, cap_limits(caps, case, {}))


def write_folder(tables: Tables, folder: Path) -> None:
    """Write the tables as the CSV files a planner would keep."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        if frame.empty:
            continue
        shown = frame.drop(columns="row")
        for column in TABLES[name].all_columns:
            if column.kind == "list":
                shown[column.name] = shown[column.name].map("; ".join)
            elif column.kind == "flag":
                shown[column.name] = np.where(shown[column.name], "yes", "no")
        shown.to_csv(folder / f"{name}.csv", index=False)


def tables_of(size: Size, seed: int = 7) -> Tables:
    """Return all tables of a network, typed and with defaults, as reading files would give them."""
    return complete(**Network(size, np.random.default_rng(seed)).tables())
