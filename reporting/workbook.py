"""The workbook for planners: tidy tables, totals that are live formulas, native charts.

Every formula also carries its value, so that previews and readers that do not calculate show it.
Text of the user's data is written as text, never as a formula.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import xarray as xr
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from reporting.appearance import INK, MUTED
from reporting.appearance import PLAN as PLAN_COLOUR
from reporting.payload import build_payload
from reporting.workbook_columns import Formats
from reporting.workbook_inputs import Inputs, write_inputs
from reporting.workbook_read_me import write_read_me
from reporting.workbook_summary import simulation_chart, write_summary
from reporting.workbook_tables import FIRST_ROW, Table, clean, tables

A_MOMENT = timedelta(seconds=2)  # before now, or saving it within the same second would not show
FORMS = {
    "text": {},
    "year": {"num_format": "0"},
    "whole": {"num_format": "#,##0"},
    "amount": {"num_format": "#,##0.00"},
    "money": {"num_format": "#,##0"},
    "share": {"num_format": "0.0%"},
    "degrees": {"num_format": "0.00"},
}
STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": INK},
    "note": {"font_color": MUTED},
    "wrap": {"text_wrap": True, "valign": "top"},
    "head": {"bold": True, "bottom": 1, "bottom_color": "#c9c4b8", "font_color": MUTED},
    "year_head": {
        "bold": True,
        "bottom": 1,
        "bottom_color": "#c9c4b8",
        "font_color": MUTED,
        "num_format": "0",
    },
    "strong": {"bold": True, "num_format": "#,##0"},
    "input": {"font_color": "#0000c8", "bg_color": "#fff9d6"},
    "link": {"font_color": PLAN_COLOUR, "underline": 1, "valign": "top"},
    **FORMS,
}


def write_workbook(
    plan: xr.Dataset,
    reference: xr.Dataset,
    outcome: xr.Dataset | None,
    path: Path | str,
    frontier: xr.Dataset | None = None,
    inputs: Inputs | None = None,
) -> None:
    """Write plan and reference, and outcome and frontier if there are any, as an Excel workbook at `path`.

    With `inputs` it also carries the tables and settings of the run, to be edited and run again.

    Raises
    ------
    OSError
        When `path` cannot be written.
    ValueError
        When the Datasets do not share their periods.
    """
    payload = build_payload(plan, reference, outcome, frontier)
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": "Calibri", "font_size": 11, "font_color": INK},
    }
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"created": datetime.now(UTC) - A_MOMENT})
    formats = {name: book.add_format(style) for name, style in STYLES.items()}
    contents = tables(payload, plan, reference, outcome)
    read_me, first = book.add_worksheet("Read me"), book.add_worksheet("Summary")
    sheets = {table.name: _write_table(book, table, formats) for table in contents}
    edited = write_inputs(book, inputs, formats) if inputs is not None else []
    write_read_me(read_me, payload, [(t.name, t.meaning) for t in contents], inputs, edited, formats)
    write_summary(book, first, payload, formats)
    if payload["risk"] is not None:
        simulation_chart(book, sheets["Simulation"], payload)
    for sheet in book.worksheets():
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&F&C&A&R&P / &N")
    first.activate()
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        message = f"cannot write the workbook {path}: {error}"
        raise OSError(message) from error


def _write_table(book: Any, table: Table, formats: Formats) -> Worksheet:
    """Write one table on its own sheet, as an Excel table with filters and a frozen header."""
    sheet: Worksheet = book.add_worksheet(table.name)
    sheet.write_string(0, 0, table.name, formats["title"])
    sheet.write_string(1, 0, f"{table.meaning} {table.note}".strip(), formats["note"])
    rows = [[clean(value) for value in row] for row in table.rows] or [[None] * len(table.columns)]
    last = FIRST_ROW + len(rows)
    sheet.add_table(
        FIRST_ROW,
        0,
        last,
        len(table.columns) - 1,
        {
            "name": table.name,
            "style": "Table Style Light 1",
            "data": rows,
            "columns": [{"header": c.header, "format": formats[c.form]} for c in table.columns],
        },
    )
    for position, column in enumerate(table.columns):
        sheet.set_column(position, position, column.width)
        if column.header == table.bar and table.rows:
            bar = {
                "type": "data_bar",
                "bar_color": "#a9c4de",
                "bar_solid": True,
                "min_type": "num",
                "min_value": 0,
            }
            sheet.conditional_format(FIRST_ROW + 1, position, last, position, bar)
    sheet.freeze_panes(FIRST_ROW + 1, 0)
    sheet.repeat_rows(FIRST_ROW)
    return sheet
