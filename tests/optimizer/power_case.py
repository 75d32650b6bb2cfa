"""One mill with a load of 1 MW in every hour, and what it may draw: worked out by hand.

8,760 units a year at 1 MWh each. The grid costs 100 and emits 0.5 t/MWh. Whoever generates by day does so
from 6:00 to 18:00, on every day alike.
"""

from __future__ import annotations

from scenarios import ScenarioSettings, scenario_from_tables
from scenarios.schema import TABLES
from tests.optimizer.small_tables import empty, typed

LOAD = 8760.0
BY_DAY = [1.0 if 6 <= hour < 18 else 0.0 for hour in range(24)]


def profile(name, hours):
    """Return a profile of 365 days alike."""
    return [
        {"profile": name, "day": day, **{f"h{h:02d}": value for h, value in enumerate(hours)}}
        for day in range(1, 366)
    ]


def mill(options, carbon=None, pathway=None, electricity=None, grid=None, **settings):
    """Return the case with the given power options beside the grid; one year without discounting."""
    rows = {
        "sites": [
            {"site": "mill", "role": "plant", "lat": 40, "lon": 117, "region": "north", "owner": "own"},
            {"site": "town", "role": "customer", "lat": 40, "lon": 117.5, "region": "north"},
        ],
        "products": [{"product": "steel"}],
        "processes": [{"process": "melt", "electricity": 1.0}],
        "recipes": [{"process": "melt", "product": "steel", "quantity": 1.0}],
        "lines": [{"line": "furnace", "site": "mill", "capacity": 10_000.0}],
        "line_processes": [{"line": "furnace", "process": "melt"}],
        "modes": [{"mode": "road", "cost_per_tkm": 0.0}],
        "lanes": [{"origin": "mill", "destination": "town", "mode": "road", "products": "steel"}],
        "demand": [{"site": "town", "product": "steel", "quantity": LOAD}],
        "grid_factors": [{"region": "north", "factor": 0.5, **(grid or {})}],
        "power_options": [{"option": "grid", "kind": "grid", "price": 100.0}, *options],
        "power_profiles": profile("by_day", BY_DAY),
    }
    tables = {
        name: typed(table, rows[name]) if rows.get(name) else empty(name) for name, table in TABLES.items()
    }
    given = {"name": "mill", "first_year": 2025, "last_year": 2025, "discount_rate": 0.0} | settings
    chosen = ScenarioSettings(**given)
    return scenario_from_tables(tables, chosen, carbon, pathway, electricity=electricity)
