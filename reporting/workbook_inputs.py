"""The input sheets of the workbook: tables and settings of the run, to be edited and run again.

They are written as they stand in the tables, so that a run from an unedited workbook gives the same plan to
the bit; a number that a spreadsheet would round is kept as text. Read back by `scenarios.loading`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd
from xlsxwriter.worksheet import Worksheet

from reporting.language import gettext as _
from reporting.workbook_columns import Formats
from scenarios.carried_settings import settings_table
from scenarios.columns import Column, Table
from scenarios.edits import AS_RUN, as_run_rows, tables_as_run
from scenarios.exchange_reading import find_footprints
from scenarios.loading import SETTINGS, input_sheet, is_workbook, raw_tables
from scenarios.schema import TABLES

NUMBERS = ("number", "integer", "period")
PROVENANCE = ("source", "quality")
TAB = "#ffe699"
WIDEST, NARROWEST = 44, 11
MOST_CHOICES = 255  # signs of a list of choices that Excel takes


@dataclass(frozen=True)
class Inputs:
    """What a run was made from, as text.

    Attributes
    ----------
    tables : cells by table, the index being the line in the file; table `settings` holds the settings.
    rulebooks : whether the case has rulebooks of its own beside its tables, which no sheet holds.
    """

    tables: Mapping[str, pd.DataFrame]
    rulebooks: bool = False


def inputs_of(data: Path, values: Mapping[str, Any]) -> Inputs:
    """Return what a run reads: its tables at `data`, folder or workbook, and its settings by section.

    Raises DataError when the tables cannot be read, ConfigError when shared footprints are not found.
    """
    scenario = dict(values["scenario"])
    if scenario.get("footprints"):  # named beside the tables; from the workbook they are found by their place
        scenario["footprints"] = str(find_footprints(scenario["footprints"], data))
    settings = settings_table({**values, "scenario": scenario}, list(values))
    beside = data.parent if is_workbook(data) else data
    tables = {name: frame for name, frame in raw_tables(data).items() if name in TABLES}
    return Inputs({SETTINGS: settings, **tables}, (beside / "rulebooks").is_dir())


def inputs_as_run(workbook: Path) -> Inputs | None:
    """Return what the workbook of a former run says it was made from; None when it does not say."""
    tables = tables_as_run(workbook) if workbook.exists() else None
    return None if tables is None else Inputs(tables)


def write_inputs(book: Any, inputs: Inputs, formats: Formats) -> list[tuple[str, str]]:
    """Write a sheet for the settings and one for each table, and the hidden record of them.

    Returns
    -------
    name and meaning of each sheet.
    """
    written = []
    for name, frame in inputs.tables.items():
        table = TABLES.get(name)
        meaning = _(table.meaning) if table is not None else _("Settings of the run, as on the command line.")
        _write_sheet(book, name, frame, table, formats)
        written.append((input_sheet(name), meaning))
    hidden = book.add_worksheet(AS_RUN)
    hidden.hide()
    for row, cells in enumerate([["Table", "Row", "Cells"], *as_run_rows(inputs.tables)]):
        for column, cell in enumerate(cells):
            hidden.write_string(row, column, cell)
    return written


def _write_sheet(book: Any, name: str, frame: pd.DataFrame, table: Table | None, formats: Formats) -> None:
    """Write one table from the first row on, so that the rows are those that problems are told with."""
    sheet: Worksheet = book.add_worksheet(input_sheet(name))
    sheet.set_tab_color(TAB)
    known = {} if table is None else {column.name: column for column in table.all_columns}
    columns = [(str(head), known.get(str(head))) for head in frame.columns]
    kinds = [column.kind if column is not None else "setting" for _, column in columns]
    rows = [
        [cell_value(text, kind) for text, kind in zip(cells, kinds, strict=True)]
        for cells in frame.to_numpy().tolist()
    ] or [[None] * len(columns)]
    last = len(rows)
    heads = [
        {"header": head, "format": formats["text" if head in PROVENANCE else "input"]} for head, _ in columns
    ]
    options = {"name": f"Input_{name}", "style": "Table Style Light 1", "data": rows, "columns": heads}
    sheet.add_table(0, 0, last, len(columns) - 1, options)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
    for position, (head, column) in enumerate(columns):
        longest = max((len(str(row[position])) for row in rows[:200] if row[position] is not None), default=0)
        sheet.set_column(position, position, min(WIDEST, max(NARROWEST, len(head) + 3, longest + 1)))
        if column is not None:
            sheet.write_comment(0, position, _about(column, table), {"x_scale": 2, "visible": False})
            listed = list(column.choices)
            if listed and len(",".join(listed)) <= MOST_CHOICES:
                sheet.data_validation(1, position, last, position, {"validate": "list", "source": listed})
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)


def cell_value(text: Any, kind: str) -> Any:
    """Return a cell as a number where it is one and a spreadsheet keeps it to the bit, else as text.

    Parameters
    ----------
    kind : of the column, ``setting`` for values as YAML writes them.
    """
    shown = str(text)
    if not shown:
        return None
    if kind not in NUMBERS and not (kind == "setting" and re.fullmatch(r"-?\d+(\.\d+)?", shown)):
        return shown
    try:
        value = float(shown)
    except ValueError:
        return shown
    if not isfinite(value) or float(f"{value:.16G}") != value:  # what a spreadsheet file keeps of it
        return shown
    given_back = str(int(value)) if value.is_integer() else repr(value)
    exact = given_back == shown or pd.to_numeric(shown) == pd.to_numeric(given_back)
    return value if exact else shown


def _about(column: Column, table: Table | None) -> str:
    """Return what a header's comment says: meaning, unit and rules of a column."""
    said = [_(column.meaning)]
    if column.unit:
        said.append(_("Unit: {unit}").format(unit=_(column.unit)))
    if column.required:
        said.append(_("Required"))
    if column.minimum is not None:
        said.append(_("At least {value}").format(value=f"{column.minimum:g}"))
    if column.maximum is not None:
        said.append(_("At most {value}").format(value=f"{column.maximum:g}"))
    if column.default not in (None, "", ()):
        said.append(_("Blank: {value}").format(value=_default(column)))
    if column.choices:
        said.append(_("One of: {choices}").format(choices=", ".join(column.choices)))
    if column.refers_to:
        said.append(_("As in sheet {sheet}").format(sheet=input_sheet(column.refers_to)))
    if table is not None and column.name in table.full_key:
        said.append(_("Part of what tells rows apart"))
    return "\n".join(said)


def _default(column: Column) -> str:
    if column.kind == "flag":
        return "yes" if column.default else "no"
    return str(column.default)
