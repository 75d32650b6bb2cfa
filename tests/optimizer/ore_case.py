"""A case small enough to be solved by hand, and how tests change it.

Three suppliers sell ore to a mill that passes on the 100 t a year that the town needs; freight is free.
Prices: near 10, far 12, green 15 currency a tonne.
"""

from functools import cache

import pandas as pd
import pytest

from optimizer import SolverSettings, optimize
from scenarios import DataError, ScenarioSettings, scenario_from_tables
from scenarios.loading import _typed
from scenarios.schema import TABLES

SETTINGS = ScenarioSettings(name="ore", first_year=2025, last_year=2025, discount_rate=0.0)
EXACT = SolverSettings(mip_gap=0.0)
SITES = """site role lat lon region group tags
near supplier 40 118 north big -
far supplier 41 118 south big science_based_target
green supplier 42 118 south small -
mill plant 40 119 north - -
town customer 40 120 north - -"""
OFFERS = """offer site product price capacity data_tier tags minimum_order tier_pricing
near_ore near ore 10 - national - 0 all_unit
far_ore far ore 12 - supplier - 0 all_unit
green_ore green ore 15 - own labelled 0 all_unit"""
CASE = {
    "sites": SITES,
    "products": "product\nore",
    "offers": OFFERS,
    "modes": "mode cost_per_tkm\nroad 0",
    "lanes": "origin destination mode products\n"
    "near mill road ore\nfar mill road ore\ngreen mill road ore\nmill town road ore",
    "demand": "site product quantity\ntown ore 100",
}
TWO_PLANTS = {
    "sites": "site role lat lon region\nwest plant 40 118 north\neast plant 40 119 north\n"
    "town customer 40 120 north\nport customer 40 121 north",
    "offers": "offer site product price capacity\nwest_ore west ore 10 100\neast_ore east ore 11 100",
    "lanes": "origin destination mode products cost\nwest town road ore 0\neast town road ore 0\n"
    "west port road ore 5\neast port road ore 1",
}


@cache
def typed(name, text):
    """Return one table as read from a file: columns split by blanks, ``-`` for a blank cell."""
    head, *rows = [line.split() for line in text.splitlines()]
    if name == "offers" and "footprint" not in head:
        head, rows = [*head, "footprint"], [[*row, "0"] for row in rows]
    cells = [["" if cell == "-" else cell for cell in row] for row in rows]
    problems = []
    frame = _typed(pd.DataFrame(cells, columns=head, dtype=str), TABLES[name], problems)
    assert not problems, problems
    return frame


def tables(**changes):
    """Return the case with tables replaced."""
    empty = {name: " ".join(column.name for column in table.columns) for name, table in TABLES.items()}
    return {name: typed(name, text) for name, text in (empty | CASE | changes).items()}


def scenario(pathway=None, settings=SETTINGS, **changes):
    return scenario_from_tables(tables(**changes), settings, pathway=pathway)


def rule(**columns):
    given = {"rule": "tested", "product": "ore"} | columns
    return f"{' '.join(given)}\n{' '.join(str(cell) for cell in given.values())}"


def bought(plan, year=2025):
    return [float(q) for q in plan["purchase"].sel(period=year)]


def solved(**changes):
    plan = optimize(scenario(**changes), EXACT)
    return bought(plan), plan.attrs["objective"]


def problems(**changes):
    with pytest.raises(DataError) as caught:
        scenario(**changes)
    return [problem.rule for problem in caught.value.problems]
