"""The workbook for planners: tidy tables, totals that are live formulas, native charts.

Every formula also carries its value, so that previews and readers that do not calculate show it.
Text of the user's data is written as text, never as a formula.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xarray as xr
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from reporting.appearance import INK, MUTED
from reporting.appearance import PLAN as PLAN_COLOUR
from reporting.basis import assumptions, limits
from reporting.findings import headline, summary
from reporting.payload import Payload, build_payload
from reporting.workbook_summary import Formats, simulation_chart, write_summary
from reporting.workbook_tables import FIRST_ROW, Table, clean, tables

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
    "link": {"font_color": PLAN_COLOUR, "underline": 1},
    **FORMS,
}


def write_workbook(
    plan: xr.Dataset,
    reference: xr.Dataset,
    outcome: xr.Dataset | None,
    path: Path | str,
    frontier: xr.Dataset | None = None,
) -> None:
    """Write plan and reference, and outcome and frontier if there are any, as an Excel workbook at `path`.

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
    formats = {name: book.add_format(style) for name, style in STYLES.items()}
    contents = tables(payload, plan, reference, outcome)
    read_me, first = book.add_worksheet("Read me"), book.add_worksheet("Summary")
    sheets = {table.name: _write_table(book, table, formats) for table in contents}
    _write_read_me(read_me, payload, contents, formats)
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


def _write_read_me(sheet: Worksheet, payload: Payload, contents: list[Table], formats: Formats) -> None:
    """Write what the run is, what each sheet holds, and what the numbers rest on."""
    scenario, periods = payload["scenario"], payload["periods"]
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 110)
    sheet.write_string(0, 0, headline(payload), formats["title"])
    sheet.write_string(
        1,
        0,
        f"{scenario['company'] or scenario['title']}, {periods['first']}\u2013{periods['end']}",
        formats["note"],
    )
    row = 3
    if scenario["demo"]:
        sheet.write_string(row, 0, "Demonstration data: do not decide on it.", formats["strong"])
        row += 2
    sheet.write_string(row, 1, "".join(text for text, _ in summary(payload)), formats["wrap"])
    row = _section(sheet, row + 2, "Sheets", formats)
    for name, meaning in [
        ("Summary", "Totals as formulas on the tables, with charts"),
        *((t.name, t.meaning) for t in contents),
    ]:
        sheet.write_url(row, 0, f"internal:'{name}'!A1", formats["link"], name)
        sheet.write_string(row, 1, meaning)
        row += 1
    row = _section(sheet, row + 1, "Units", formats)
    currency = scenario["currency"]
    for name, meaning in (
        ("Emissions", "t CO2e per year of the period; amounts in period are that times its years"),
        (
            "Money",
            f"{currency} in constant prices; paid in the whole period unless it says net present value",
        ),
        ("Goods", "the product's own unit, tonnes unless the tables of the case say otherwise, per year"),
        ("Electricity", "MWh per year"),
    ):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, meaning)
        row += 1
    row = _section(sheet, row + 1, "Assumptions", formats)
    for name, value, meaning in assumptions(payload):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, f"{value}: {meaning}" if meaning else value)
        row += 1
    row = _section(sheet, row + 1, "What is left out", formats)
    for sentence in limits(payload):
        sheet.write_string(row, 1, sentence, formats["wrap"])
        row += 1


def _section(sheet: Worksheet, row: int, name: str, formats: Formats) -> int:
    """Write a small heading and return the next row."""
    sheet.write_string(row, 0, name, formats["head"])
    sheet.write_blank(row, 1, None, formats["head"])
    return row + 1
