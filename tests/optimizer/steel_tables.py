"""A mill small enough to reckon by hand: a blast furnace, a converter, an arc furnace, a rolling mill.

100 t of finished steel a year. By the converter: 90 t of hot metal of 1.5 t of ore and 0.6 t of coal each,
and 20 t of scrap. By the arc furnace, which costs 45 more a tonne: 110 t of scrap. The grid emits 0.3 t/MWh,
the way to the mill is 100 km, to the city 10 km, at 0.05 + 0.01 kg/tkm.
"""

from __future__ import annotations

DEARER = 45.0  # a tonne of steel by the arc furnace


def steel_tables(arc_furnace=False, **more):
    """Return rows by table, with `more` rows after them."""
    place = {"lat": 40, "lon": 118, "region": "north"}
    charges = {
        "iron": {"ore": -1.5, "coal": -0.6, "hot_metal": 1.0},
        "converter": {"hot_metal": -0.9, "scrap": -0.2, "crude": 1.0},
        "arc": {"scrap": -1.1, "crude": 1.0},
        "roll": {"crude": -1.0, "finished": 1.0},
    }
    lines = {"blast": "iron", "bof": "converter", "rolling": "roll"} | ({"eaf": "arc"} if arc_furnace else {})
    rows = {
        "sites": [
            {"site": "mine", "role": "supplier", **place},
            {"site": "yard", "role": "supplier", **place},
            {"site": "mill_benxi", "name": "Bengang, Benxi", "role": "plant", "owner": "own", **place},
            {"site": "city", "role": "customer", **place},
        ],
        "products": [
            {"product": "ore", "material": "iron_ore"},
            {"product": "coal", "material": "coal"},
            {"product": "scrap", "material": "scrap"},
            {"product": "hot_metal", "material": "hot_metal"},
            {"product": "crude", "material": "crude_steel"},
            {"product": "finished", "material": "hot_rolled_steel"},
        ],
        "offers": [
            {"offer": "ore", "site": "mine", "product": "ore", "price": 0, "footprint": 0.04},
            {"offer": "coal", "site": "mine", "product": "coal", "price": 0, "footprint": 0.2},
            {"offer": "scrap", "site": "yard", "product": "scrap", "price": 0, "footprint": 0.01},
        ],
        "processes": [
            {"process": "iron", "direct_emissions": 2.0, "electricity": 0.1},
            {"process": "converter", "direct_emissions": 0.1},
            {"process": "arc", "direct_emissions": 0.1, "electricity": 0.5, "operating_cost": DEARER},
            {"process": "roll", "direct_emissions": 0.05, "electricity": 0.1},
        ],
        "recipes": [
            {"process": process, "product": product, "quantity": quantity}
            for process, charge in charges.items()
            for product, quantity in charge.items()
        ],
        "lines": [{"line": line, "site": "mill_benxi", "capacity": 1000} for line in lines],
        "line_processes": [{"line": line, "process": process} for line, process in lines.items()],
        "modes": [{"mode": "truck", "cost_per_tkm": 0, "tank_to_wheel": 0.05, "well_to_tank": 0.01}],
        "lanes": [
            {"origin": "mine", "destination": "mill_benxi", "products": "ore; coal", "distance_km": 100},
            {"origin": "yard", "destination": "mill_benxi", "products": "scrap", "distance_km": 100},
            {"origin": "mill_benxi", "destination": "city", "products": "finished", "distance_km": 10},
        ],
        "demand": [{"site": "city", "product": "finished", "quantity": 100}],
        "power_options": [{"option": "grid", "kind": "grid", "price": 0}],
        "grid_factors": [{"region": "north", "factor": 0.3}],
    }
    rows["lanes"] = [{**lane, "mode": "truck"} for lane in rows["lanes"]]
    for name, added in more.items():
        rows[name] = [*rows.get(name, []), *added]
    return rows
