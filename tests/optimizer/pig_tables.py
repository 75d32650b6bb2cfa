"""A chain small enough to reckon by hand: two offers of pig iron, one mill, one city.

100 t of steel a year take 100 t of pig iron, 50 MWh of power, 100 MWh of fuel and 400 m3 of water. Cheap pig
costs 100 and carries 2.0 tCO2e/t, clean pig 120 and 1.0. The mill may save three quarters of the water for 10
a tonne of steel. Grid power is free and emits 0.6, certificates cost 50 a MWh. Nothing else costs anything,
so the cheapest plan pays 10,000 a year and emits 100 x (2.0 + 0.5 x 0.6) = 230 t.
"""

from __future__ import annotations

COST, EMITTED, WATER, ENERGY = 10_000.0, 230.0, 400.0, 150.0


def pig_tables(**more):
    """Return rows by table, with `more` rows after them or, for known tables, columns of their first rows."""
    place = {"lat": 40, "lon": 118, "region": "north"}
    rows = {
        "sites": [
            {"site": "cheap_works", "role": "supplier", "owner": "partner", **place},
            {"site": "clean_works", "role": "supplier", "owner": "partner", **place, "tags": "sbt"},
            {"site": "mill", "role": "plant", "owner": "own", **place, "park": "Baoshan", "basin": "Huangpu"},
            {"site": "city", "role": "customer", "owner": "partner", **place},
        ],
        "products": [{"product": "pig"}, {"product": "steel"}],
        "offers": [
            {"offer": "cheap", "site": "cheap_works", "product": "pig", "price": 100, "footprint": 2.0},
            {
                "offer": "clean",
                "site": "clean_works",
                "product": "pig",
                "price": 120,
                "footprint": 1.0,
                "data_tier": "supplier",
            },
        ],
        "processes": [
            {"process": "wet", "electricity": 0.5, "fuel": 1.0, "water": 4.0},
            {"process": "dry", "electricity": 0.5, "fuel": 1.0, "water": 1.0, "operating_cost": 10},
        ],
        "recipes": [
            {"process": process, "product": product, "quantity": quantity}
            for process in ("wet", "dry")
            for product, quantity in (("pig", -1), ("steel", 1))
        ],
        "lines": [{"line": "furnace", "site": "mill", "capacity": 1000}],
        "line_processes": [{"line": "furnace", "process": "wet"}, {"line": "furnace", "process": "dry"}],
        "modes": [{"mode": "truck", "cost_per_tkm": 0}],
        "lanes": [
            {"origin": origin, "destination": end, "mode": "truck", "products": product, "distance_km": 1}
            for origin, end, product in (
                ("cheap_works", "mill", "pig"),
                ("clean_works", "mill", "pig"),
                ("mill", "city", "steel"),
            )
        ],
        "demand": [{"site": "city", "product": "steel", "quantity": 100}],
        "power_options": [
            {"option": "grid", "kind": "grid", "price": 0},
            {"option": "certificate", "kind": "certificate", "price": 50},
        ],
        "grid_factors": [{"region": "north", "factor": 0.6}],
    }
    for name, added in more.items():
        rows[name] = [*rows.get(name, []), *added]
    return rows


def target(measure, kind, value=None, **more):
    """Return one row of ``targets``, enforced."""
    return {"target": "t", "measure": measure, "kind": kind, "value": value, "enforce": "yes", **more}
