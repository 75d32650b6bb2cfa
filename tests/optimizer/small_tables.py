"""Scenarios from rows given as dictionaries, for cases that are drawn at random."""

from __future__ import annotations

from functools import cache

import pandas as pd

from scenarios import ScenarioSettings, scenario_from_tables
from scenarios.loading import _typed
from scenarios.schema import TABLES


def scenario_of(rows, carbon=None, **settings):
    """Return the scenario of rows by table; one year without discounting unless told otherwise."""
    given = {"name": "random", "first_year": 2025, "last_year": 2025, "discount_rate": 0.0} | settings
    found = {
        name: typed(table, rows[name]) if rows.get(name) else empty(name) for name, table in TABLES.items()
    }
    return scenario_from_tables(found, ScenarioSettings(**given), carbon)


def typed(table, rows):
    """Return rows as read from a file; None is a blank cell."""
    problems = []
    cells = pd.DataFrame(rows, dtype=object)
    frame = _typed(cells.where(cells.notna(), "").astype(str), table, problems)
    assert not problems, problems
    return frame


@cache
def empty(name):
    """Return a table without rows."""
    return _typed(pd.DataFrame(columns=[c.name for c in TABLES[name].columns], dtype=str), TABLES[name], [])
