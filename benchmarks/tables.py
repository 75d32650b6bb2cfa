"""Scenario tables made in memory, as ``scenarios.read_tables`` would return them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from scenarios import Scenario, ScenarioSettings, scenario_from_tables
from scenarios.custom_rule_settings import CustomRule
from scenarios.loading import FIRST_DATA_ROW
from scenarios.schema import TABLES, Column

FIRST_YEAR = 2025
REGION = "here"
NUMBERS = ("number", "integer", "period")

Columns = Mapping[str, object] | pd.DataFrame


class NotCoveredError(Exception):
    """The instance cannot be written as a scenario; the text says why."""


@dataclass(frozen=True)
class Problem:
    """A published instance as scenario tables.

    The published figure is ``offset + sign * cost``: -1 for a profit, where cost counts the profit of
    everything that could be sold and is not.

    Attributes
    ----------
    periods : years of the horizon; a published month or day is a year here, money is not discounted.
    rules : rules in the scenario's settings, for what no table says.
    broken : says which condition of the instance a plan does not meet, '' for none. Only where the tables
        leave a condition out: a plan that meets it all the same is the optimum of the instance too.
    """

    tables: Mapping[str, pd.DataFrame]
    periods: int = 1
    offset: float = 0.0
    sign: float = 1.0
    rules: Sequence[CustomRule] = ()
    broken: Callable[[xr.Dataset], str] | None = None

    def scenario(self, name: str) -> Scenario:
        """Return the scenario, by the same checks and assembly as a folder of tables."""
        settings = ScenarioSettings(
            name=name,
            first_year=FIRST_YEAR,
            last_year=FIRST_YEAR + self.periods - 1,
            base_year=FIRST_YEAR,
            discount_rate=0.0,
            rules=list(self.rules),
        )
        return scenario_from_tables(self.tables, settings)


def complete(**given: Columns) -> dict[str, pd.DataFrame]:
    """Return all tables of the schema: `given` columns, defaults in the others, nothing in absent tables.

    Parameters
    ----------
    given : columns by table, each a sequence or one value for all rows.

    Raises
    ------
    ValueError : an unknown table or column, a missing required one, a value out of range or not allowed,
        as reading a file would refuse it.
    """
    unknown = set(given) - set(TABLES)
    if unknown:
        message = f"unknown tables: {sorted(unknown)}"
        raise ValueError(message)
    frames = {}
    for table in TABLES.values():
        raw = pd.DataFrame(dict(given.get(table.name, {})))
        unknown = set(raw.columns) - {c.name for c in table.all_columns}
        if unknown:
            message = f"{table.name}: unknown columns {sorted(unknown)}"
            raise ValueError(message)
        columns = {column.name: _column(raw, column, table.name) for column in table.all_columns}
        frame = pd.DataFrame(columns, index=raw.index).reset_index(drop=True)
        frame["row"] = np.arange(len(frame)) + FIRST_DATA_ROW
        frames[table.name] = frame
    return frames


def _column(raw: pd.DataFrame, column: Column, table: str) -> pd.Series:
    if column.name not in raw:
        if column.required and len(raw):
            message = f"{table}: column {column.name} is missing"
            raise ValueError(message)
        return _blank(column, raw.index)
    values = raw[column.name]
    if column.kind in NUMBERS:
        values = values.astype(float)
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        out = (values < low) | (values > high) | values.abs().eq(np.inf)
        if column.kind == "integer":
            out |= values % 1 > 0
        if column.required:
            out |= values.isna()
        elif column.default is not None:
            values = values.fillna(float(str(column.default)))
    elif column.kind == "flag":
        return values.astype(bool)
    elif column.kind == "list":
        return values.map(tuple)
    else:
        values = values.astype(object)
        out = ~values.isin(column.choices) & (values != "") if column.choices else values.isna()
        if column.required:
            out |= values == ""
    if out.any():
        message = f"{table}.{column.name}: {values[out].iloc[0]!r} is not allowed"
        raise ValueError(message)
    return values


def _blank(column: Column, index: pd.Index) -> pd.Series:
    if column.kind in NUMBERS:
        default = np.nan if column.default is None else float(str(column.default))
        return pd.Series(default, index=index, dtype=float)
    if column.kind == "flag":
        return pd.Series(data=False, index=index, dtype=bool)
    if column.kind == "list":
        return pd.Series([()] * len(index), index=index, dtype=object)
    return pd.Series("" if column.default is None else str(column.default), index=index, dtype=object)


def places(names: object, role: str) -> pd.DataFrame:
    """Return rows of ``sites`` that all lie at one point: published costs already hold the distance."""
    return pd.DataFrame({"site": list(names), "role": role, "lat": 0.0, "lon": 0.0, "region": REGION})  # type: ignore[call-overload]


def modes(*names: str) -> dict[str, object]:
    """Return rows of ``modes`` without cost or emissions of their own."""
    return {"mode": list(names), "cost_per_tkm": 0.0}


def stacked(*frames: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of all frames, blank where a frame lacks a column."""
    return pd.concat(frames, ignore_index=True)
