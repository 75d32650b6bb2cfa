"""Changing values of the tables after they are read, as the scenario's settings say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.columns import Table
from scenarios.errors import ConfigError, DataError, Problem
from scenarios.loading import TRUE_WORDS, in_files, typed_cells
from scenarios.schema import TABLES
from scenarios.table_change_settings import TableChange
from scenarios.typed import did_you_mean

Tables = Mapping[str, pd.DataFrame]
NUMERIC = ("number", "integer")


def with_changes(tables: Tables, changes: Mapping[str, TableChange], path: Path) -> dict[str, pd.DataFrame]:
    """Return tables with each change applied, in the order in which they are written.

    Parameters
    ----------
    tables : as :func:`scenarios.read_tables` returns them; they stay as they are.
    changes : by name, see :class:`scenarios.table_change_settings.TableChange`.
    path : where the tables stand.

    Raises
    ------
    ConfigError : a change names a table, a column or rows that do not exist, or reckons with text.
    DataError : a changed value is not allowed in its column.
    """
    changed = dict(tables)
    for name, change in changes.items():
        table = _table_of(name, change)
        frame = changed[table.name]
        rows = _rows_of(name, change, frame, table)
        after, problems = _changed(change, frame, rows, table)
        if problems:
            raise DataError(in_files([_told(problem, name) for problem in problems], path))
        changed[table.name] = frame.assign(**{change.column: after})
    return changed


def _table_of(name: str, change: TableChange) -> Table:
    """Return the table that a change is about; its columns exist."""
    place = f"scenario.changes.{name}"
    if change.table not in TABLES:
        message = f"{place}: no table {change.table!r}{did_you_mean(change.table, TABLES)}"
        raise ConfigError(message)
    table = TABLES[change.table]
    known = [column.name for column in table.all_columns]
    for column in (change.column, *change.where):
        if column not in known:
            hint = did_you_mean(column, known)
            message = f"{place}: table {change.table} has no column {column!r}{hint}: {', '.join(known)}"
            raise ConfigError(message)
    kind = table.column(change.column).kind
    if change.set is None and kind not in NUMERIC:
        message = f"{place}: {change.table}[{change.column}] holds no numbers to scale or add to: use set"
        raise ConfigError(message)
    return table


def _rows_of(name: str, change: TableChange, frame: pd.DataFrame, table: Table) -> NDArray[np.bool_]:
    """Return which rows a change is about, (n,)."""
    rows = np.ones(len(frame), dtype=bool)
    for column, wanted in change.where.items():
        values = [str(v) for v in (wanted if isinstance(wanted, list) else [wanted])]
        rows &= _among(frame[column], values, table.column(column).kind)
    if not rows.any():
        said = ", ".join(f"{column}={_shown(value)}" for column, value in change.where.items())
        rest = f" with {said}" if said else ": the table is empty or absent"
        message = f"scenario.changes.{name}: no row of table {change.table}{rest}"
        raise ConfigError(message)
    return rows


def _among(cells: pd.Series, values: list[str], kind: str) -> NDArray[np.bool_]:
    """Return which cells are one of `values`; of a list, which hold one of them."""
    if kind in (*NUMERIC, "period"):
        numbers = pd.to_numeric(pd.Series(values), errors="coerce").dropna()
        return cells.isin(numbers.tolist()).to_numpy(bool)
    if kind == "flag":
        return cells.isin([value.lower() in TRUE_WORDS for value in values]).to_numpy(bool)
    if kind == "list":
        return cells.map(lambda cell: not set(values).isdisjoint(cell)).to_numpy(bool)
    return cells.isin(values).to_numpy(bool)


def _changed(
    change: TableChange, frame: pd.DataFrame, rows: NDArray[np.bool_], table: Table
) -> tuple[pd.Series, list[Problem]]:
    """Return the changed column, and what is not allowed in it."""
    column, problems = table.column(change.column), list[Problem]()
    before, lines = frame[column.name], pd.Index(frame["row"][rows])
    if change.set is not None:
        new = typed_cells(pd.Series([str(change.set)] * len(lines), index=lines), column, table, problems)
    else:
        new = before[rows] * (1.0 if change.scale is None else change.scale)
        new = new + (0.0 if change.add is None else change.add)
        cells = pd.Series([repr(float(value)) for value in new], index=lines)
        typed_cells(cells[new.notna().to_numpy()], column, table, problems)  # blank cells stay blank
    after = before.copy()
    after[rows] = pd.Series(new.to_list(), index=before.index[rows], dtype=before.dtype)
    return after, problems


def _told(problem: Problem, name: str) -> Problem:
    """Return a problem that says that the value is not what the file has."""
    return replace(
        problem,
        rule=f"{problem.rule}, after scenario.changes.{name}",
        fix=f"{problem.fix}, or change it otherwise",
    )


def _shown(wanted: object) -> str:
    """Return the values of a filter as they are written on the command line."""
    return "|".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)
