"""One mill with a load of 1 MW, all year the same, and whatever power options a test gives it."""

from __future__ import annotations

from optimizer import SolverSettings, optimize, reference_plan
from scenarios import ElectricitySettings, ScenarioSettings, scenario_from_tables
from scenarios.schema import TABLES
from scenarios.tables_power import HOURS
from tests.optimizer.small_tables import empty, typed

EXACT = SolverSettings(mip_gap=0.0)
LOAD = 8760.0  # MWh a year
DAY = [1.0] * 12 + [0.0] * 12  # output in the first half of the day
GRID = {"option": "grid", "kind": "grid", "price": 100}
WIND = {"option": "wind", "kind": "ppa", "price": 60, "profile": "day"}
BATTERY = {
    "option": "battery",
    "kind": "storage",
    "price": 0,
    "capacity_price": 200_000,
    "storage_hours": 12,
    "efficiency": 0.8,
}


def profile(name, hours, days=range(1, 366)):
    """Return the rows of a profile: 24 hours for every day, or those that a function of the day gives."""
    return [
        {
            "profile": name,
            "day": day,
            **dict(zip(HOURS, hours(day) if callable(hours) else hours, strict=True)),
        }
        for day in days
    ]


def site(name="mill", **cells):
    """Return the row of a site."""
    return {"site": name, "role": "plant", "lat": 39, "lon": 117, "region": "R", "owner": "own"} | cells


def tables(options, sites=None, profiles=None, **more):
    """Return all tables: each site makes and needs 8760 t a year, 1 MWh each."""
    places = sites or [site()]
    rows = {
        "sites": places,
        "products": [{"product": "steel"}],
        "processes": [{"process": "melt", "electricity": 1.0}],
        "recipes": [{"process": "melt", "product": "steel", "quantity": 1.0}],
        "lines": [{"line": f"line_{s['site']}", "site": s["site"], "capacity": LOAD} for s in places],
        "line_processes": [{"line": f"line_{s['site']}", "process": "melt"} for s in places],
        "demand": [{"site": s["site"], "product": "steel", "quantity": LOAD} for s in places],
        "grid_factors": [{"region": "R", "factor": 0.5}],
        "power_options": options,
        "power_profiles": profile("day", DAY) if profiles is None else profiles,
        **more,
    }
    return {
        name: typed(table, rows[name]) if rows.get(name) else empty(name) for name, table in TABLES.items()
    }


def scenario(options, last_year=2025, electricity=None, **more):
    """Return the scenario of one mill; one year without discounting unless told otherwise."""
    settings = ScenarioSettings(name="power", first_year=2025, last_year=last_year, discount_rate=0.0)
    return scenario_from_tables(
        tables(options, **more), settings, electricity=ElectricitySettings(**(electricity or {}))
    )


def plan_of(options, **more):
    """Return scenario and plan."""
    found = scenario(options, **more)
    return found, optimize(found, EXACT, reference_plan(found, EXACT))


def paid(plan):
    """Return what is paid for electricity by year."""
    return plan["cost"].sel(cost_account="electricity").to_numpy()
