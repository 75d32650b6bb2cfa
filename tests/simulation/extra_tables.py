"""Tables that a plan does not read, such as disruptions, beside the plan's own."""

from dataclasses import replace

import pandas as pd

from scenarios import scenario_from_tables
from scenarios.loading import _typed
from scenarios.schema import TABLES


def table(name, *records):
    """Return a table with blanks where a record says nothing."""
    names = [column.name for column in TABLES[name].all_columns]
    rows = [{**dict.fromkeys(names, ""), **{k: str(v) for k, v in record.items()}} for record in records]
    return _typed(pd.DataFrame(rows, columns=names, dtype=str), TABLES[name], [])


def with_tables(case, tables):
    """Return a case with its plan and settings, and the scenario of `tables`."""
    old = case.scenario
    return replace(case, scenario=scenario_from_tables(tables, old.settings, old.carbon, old.pathway))
