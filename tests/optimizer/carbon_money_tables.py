"""A mill that can be reckoned by hand: steel for a city at home and for a harbour abroad.

100 t of steel a year, 60 at home and 40 abroad. The coal route costs 100 a tonne and emits 2.0 t, the
electric one costs 200 and emits 0.5. Ore, freight and power cost and emit nothing. So the cheapest plan
costs 10,000 a year and emits 200 t.
"""

from __future__ import annotations

from scenarios import CarbonSettings
from tests.optimizer.small_tables import scenario_of


def carbon_tables(**more):
    """Return rows by table, with `more` rows after them."""
    place = {"lat": 40, "lon": 118}
    rows = {
        "sites": [
            {"site": "mine", "role": "supplier", "owner": "partner", "region": "home", **place},
            {"site": "mill", "role": "plant", "owner": "own", "region": "home", **place},
            {"site": "city", "role": "customer", "owner": "partner", "region": "home", **place},
            {"site": "harbour", "role": "customer", "owner": "partner", "region": "abroad", **place},
        ],
        "products": [{"product": "ore"}, {"product": "steel"}],
        "offers": [{"offer": "ore", "site": "mine", "product": "ore", "price": 0, "footprint": 0}],
        "processes": [
            {"process": "coal", "direct_emissions": 2.0, "operating_cost": 100},
            {"process": "electric", "direct_emissions": 0.5, "operating_cost": 200},
        ],
        "recipes": [
            {"process": process, "product": product, "quantity": quantity}
            for process in ("coal", "electric")
            for product, quantity in (("ore", -1), ("steel", 1))
        ],
        "lines": [
            {"line": "furnace", "site": "mill", "capacity": 1000},
            {"line": "arc", "site": "mill", "capacity": 1000},
        ],
        "line_processes": [
            {"line": "furnace", "process": "coal"},
            {"line": "arc", "process": "electric"},
        ],
        "modes": [{"mode": "truck", "cost_per_tkm": 0}],
        "lanes": [
            {"origin": origin, "destination": end, "mode": "truck", "products": product, "distance_km": 1}
            for origin, end, product in (
                ("mine", "mill", "ore"),
                ("mill", "city", "steel"),
                ("mill", "harbour", "steel"),
            )
        ],
        "demand": [
            {"site": "city", "product": "steel", "quantity": 60},
            {"site": "harbour", "product": "steel", "quantity": 40},
        ],
    }
    for name, added in more.items():
        rows[name] = [*rows.get(name, []), *added]
    return rows


def market(price, **columns):
    """Return the rows of a market called ``home`` with a price, or prices by year."""
    prices = price if isinstance(price, dict) else {None: price}
    return {
        "carbon_markets": [{"market": "home", **columns}],
        "carbon_prices": [{"market": "home", "period": y, "price": p} for y, p in prices.items()],
    }


def border(**good):
    """Return the rows of a border around the harbour: price 100, benchmark 1.4, half phased out."""
    steel = {"border": "cbam", "product": "steel", "default_value": 2.5, "markup": 0.2, "benchmark": 1.4}
    return {
        "carbon_markets": [{"market": "abroad"}],
        "carbon_prices": [{"market": "abroad", "price": 100}],
        "border_adjustments": [{"border": "cbam", "market": "abroad", "regions": "abroad", "factor": 0.5}],
        "border_goods": [{**steel, **good}],
    }


def together(*parts):
    """Return rows by table of several parts, one after the other."""
    found = {}
    for part in parts:
        for name, rows in part.items():
            found[name] = [*found.get(name, []), *rows]
    return found


def carbon_case(parts=(), carbon=None, **settings):
    """Return the scenario of these tables, with more parts, under carbon rules given as words."""
    rows = carbon_tables(**together(*parts))
    return scenario_of(rows, carbon=CarbonSettings(**(carbon or {})), **settings)
