"""Chains that run short, for trials worked out by hand: a customer and his lane, a mill and its two furnaces.

The customer asks for 1 t of ore a day and keeps 5 days of it; his lane takes a day. From the morning of
1 March 2025, day 59, nothing is sent for 20 days; what left on day 58 arrives on day 59, so that the first
day without arrivals is day 60, the last day 79.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pandas as pd
import xarray as xr

from optimizer import SolverSettings, optimize
from scenarios import CarbonSettings, Scenario, ScenarioSettings, scenario_from_tables
from scenarios.loading import _typed
from scenarios.schema import TABLES
from simulation import SimulationSettings, UncertaintySettings
from simulation.trials import Trials, prepare

Words = Mapping[str, str]  # a table's lines of words: the columns, then the rows; a dash is a blank


SETTINGS = ScenarioSettings(name="ore", data="", first_year=2025, last_year=2026, discount_rate=0.0)
CUSTOMER = {
    "sites": "site role lat lon region owner\nport supplier 40 118 north partner\n"
    "hub hub 40 118.5 north own\nmill customer 40 119 north own",
    "products": "product\nore\npellets",
    "offers": "offer site product price footprint\nport_ore port ore 10 1",
    "modes": "mode cost_per_tkm tank_to_wheel well_to_tank payload_t\nroad 0 100 20 30",
    "lanes": "origin destination mode products distance_km cost lead_days\nport mill road ore 100 4 1",
    "demand": "site product quantity shortage_cost\nmill ore 365 1000",
}
THROUGH_HUB = {
    "lanes": "origin destination mode products distance_km cost lead_days\n"
    "port hub road ore 100 4 1\nhub mill road ore 50 4 1"
}
FURNACES = {
    "sites": "site role lat lon region owner\nport supplier 40 118 north partner\n"
    "mill plant 40 118.5 north own\ncity customer 40 119 north own",
    "products": "product\nore\npellets\nsteel",
    "offers": "offer site product price footprint\nport_ore port ore 10 1\nmill_pellets mill pellets 20 0.5",
    "lanes": "origin destination mode products distance_km cost lead_days\nport mill road ore 100 4 1\n"
    "mill city road steel 100 4 1",
    "lines": "line site capacity\nof_ore mill 365\nof_pellets mill 730",
    "processes": "process operating_cost\nore_route 5\npellet_route 50",
    "recipes": "process product quantity\nore_route ore -1\nore_route steel 1\n"
    "pellet_route pellets -1\npellet_route steel 1",
    "line_processes": "line process\nof_ore ore_route\nof_pellets pellet_route",
    "demand": "site product quantity shortage_cost\ncity steel 730 1000",
}
PORT = "event kind site earliest mean_days\nclosed closes_site port 2025-03-01 {days}"
LANE = "event kind destination earliest mean_days\nclosed closes_lane mill 2025-03-01 {days}"
OVEN = "event kind line earliest mean_days\nclosed closes_line of_ore 2025-03-01 {days}"
ONLY_EVENTS = {**vars(UncertaintySettings.off()), "disruptions": 1.0}

_plans: dict[str, xr.Dataset] = {}


def tried(
    responses: str = "",
    event: str = PORT,
    days: int = 20,
    base: Words | None = None,
    carbon: CarbonSettings | None = None,
    safety: float = 5.0,
    uncertainty: Mapping[str, float] | None = None,
    **changes: str,
) -> Trials:
    """Return the trials of a case with `responses` and an event, of a plan that reads neither of them.

    Parameters
    ----------
    responses, event : tables in words; `days` is how long the event lasts.
    base, changes : tables that stand in place of those of the customer and his lane.
    safety : days of use kept where goods are bought, kept or made.
    uncertainty : what varies; the event alone if it is not given.
    """
    tables = {**CUSTOMER, **(base or {}), **changes}
    key = str((tables, carbon))
    if key not in _plans:
        _plans[key] = optimize(_scenario(tables, carbon), SolverSettings(mip_gap=0.0))
    tables |= {"responses": responses} if responses else {}
    tables |= {"disruptions": event.format(days=days)} if event else {}
    settings = SimulationSettings(
        uncertainty=UncertaintySettings(**(uncertainty or ONLY_EVENTS)),
        safety_days=safety,
        buffer_days=safety,
        surge=0.5,
    )
    return prepare(_scenario(tables, carbon), _plans[key], settings)


def _scenario(tables: Words, carbon: CarbonSettings | None) -> Scenario:
    frames = {name: _table(name, tables.get(name, "")).copy() for name in TABLES}
    return scenario_from_tables(frames, SETTINGS, carbon)


@cache
def _table(name: str, text: str) -> pd.DataFrame:
    head, *rows = [line.split() for line in text.splitlines()] or [[]]
    cells = [["" if word == "-" else word for word in row] for row in rows]
    return _typed(pd.DataFrame(cells, columns=head, dtype=str), TABLES[name], [])
