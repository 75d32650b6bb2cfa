"""The workbook for planners: tidy tables, totals that are live formulas, native charts.

Every formula also carries its value, so that previews and readers that do not calculate show it.
Text of the user's data is written as text, never as a formula.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xarray as xr
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reporting.appearance import CAP, INK, MUTED, REFERENCE, cost_account, emission_account
from reporting.appearance import PLAN as PLAN_COLOUR
from reporting.basis import assumptions, limits
from reporting.findings import headline, summary
from reporting.payload import Payload, build_payload, cap_line
from reporting.workbook_tables import PLAN, YEARLY, Table, clean, paid, tables

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
FIRST_ROW = 3  # tables start in row 4: title, meaning, blank
Formats = dict[str, Format]


def write_workbook(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset | None, path: Path | str
) -> None:
    """Write plan and reference, and the outcome if there is one, as an Excel workbook at `path`.

    Raises
    ------
    OSError
        When `path` cannot be written.
    ValueError
        When the Datasets do not share their periods.
    """
    payload = build_payload(plan, reference, outcome)
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": "Calibri", "font_size": 11, "font_color": INK},
    }
    book = xlsxwriter.Workbook(str(path), options)
    formats = {name: book.add_format(style) for name, style in STYLES.items()}
    contents = tables(payload, plan, reference)
    read_me, first = book.add_worksheet("Read me"), book.add_worksheet("Summary")
    sheets = {table.name: _write_table(book, table, formats) for table in contents}
    _write_read_me(read_me, payload, contents, formats)
    _write_summary(book, first, payload, formats)
    if payload["risk"] is not None:
        _simulation_chart(book, sheets["Simulation"], payload)
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


def _write_summary(book: Any, sheet: Worksheet, payload: Payload, formats: Formats) -> None:
    """Write totals by year as formulas on the tables, and charts of them."""
    starts = payload["periods"]["start"]
    width = len(starts)
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, max(width + 1, 14), 15)
    sheet.write_string(0, 0, "Summary", formats["title"])
    sheet.write_string(
        1,
        0,
        "Totals are formulas on the sheets' tables: change a number there and they follow.",
        formats["note"],
    )
    emissions, cost, header = payload["emissions"], payload["cost"], paid(payload)
    currency = header.removesuffix(" in period")

    row = _year_heads(sheet, 3, "Emissions, t CO2e per year", starts, formats)
    tons = f'SUMIFS(Emissions[{YEARLY}],Emissions[Pathway],"{{0}}",Emissions[Period],{{1}},Emissions[In total],"yes")'
    ours = _line(sheet, row, "Plan", tons, PLAN, emissions["plan"], formats["strong"], 3)
    theirs = _line(
        sheet, row + 1, "Reference", tons, "Reference", emissions["reference"], formats["whole"], 3
    )
    sheet.write_string(row + 2, 0, "Plan less Reference")
    for t in range(width):
        cell = xlsxwriter.utility.xl_col_to_name(t + 1)
        difference = emissions["plan"][t] - emissions["reference"][t]
        sheet.write_formula(
            row + 2, t + 1, f"={cell}{ours + 1}-{cell}{theirs + 1}", formats["whole"], difference
        )
    cap = cap_line(payload)
    sheet.write_string(row + 3, 0, "Cap" if cap else "No yearly cap on the total")
    for t, limit in enumerate(cap or []):
        if limit is not None:
            main = next(c["key"] for c in payload["caps"] if c["main"]).replace('"', '""')
            formula = f'=SUMIFS(Caps[Limit],Caps[Cap],"{main}",Caps[Period],{_head(t, 3)})'
            sheet.write_formula(row + 3, t + 1, formula, formats["whole"], limit)
    methods = emissions["methods"][emissions["other_scope2"]]["plan"]
    kept = [a["key"] for a in emissions["accounts"] if a["key"] != f"scope2_{emissions['scope2']}"]
    other = "+".join(
        f'SUMIFS(Emissions[{YEARLY}],Emissions[Pathway],"{{0}}",Emissions[Period],{{1}},Emissions[Key],"{k}")'
        for k in kept
    )
    _line(
        sheet,
        row + 4,
        f"Plan with scope 2 {emissions['other_scope2']}-based",
        other,
        PLAN,
        methods,
        formats["whole"],
        3,
    )

    at = row + 6
    row = _year_heads(sheet, at, f"Cost, {header}, not discounted", starts, formats)
    money = f'SUMIFS(Cost[{header}],Cost[Pathway],"{{0}}",Cost[Period],{{1}})'
    paid_ours = _line(sheet, row, "Plan", money, PLAN, cost["plan"], formats["strong"], at)
    _line(sheet, row + 1, "Reference", money, "Reference", cost["reference"], formats["money"], at)

    row = _section_npv(sheet, row + 3, payload, currency, formats)
    _summary_charts(book, sheet, payload, row + 1, (ours, theirs, ours + 3 if cap else None, paid_ours))


def _year_heads(sheet: Worksheet, row: int, name: str, starts: list[int], formats: Formats) -> int:
    """Write a heading row with the periods; return the next row."""
    sheet.write_string(row, 0, name, formats["head"])
    for t, start in enumerate(starts):
        sheet.write_number(row, t + 1, start, formats["year_head"])
    return row + 1


def _head(t: int, row: int) -> str:
    """Return the address of the heading of period `t`."""
    return f"{xlsxwriter.utility.xl_col_to_name(t + 1)}${row + 1}"


def _line(
    sheet: Worksheet,
    row: int,
    name: str,
    formula: str,
    pathway: str,
    values: list[float],
    form: Format,
    head: int,
) -> int:
    """Write one row of formulas with their values and return the row."""
    sheet.write_string(row, 0, name)
    for t, value in enumerate(values):
        sheet.write_formula(row, t + 1, "=" + formula.format(pathway, _head(t, head)), form, value)
    return row


def _section_npv(sheet: Worksheet, row: int, payload: Payload, currency: str, formats: Formats) -> int:
    """Write discounted totals and the extra cost with its doubt; return the next row."""
    cost = payload["cost"]
    header = f"{currency} net present value"
    sheet.write_string(row, 0, f"Cost over the horizon, {header}", formats["head"])
    for column, name in enumerate(("Plan", "Reference", "Extra", "Solver gap allows")):
        sheet.write_string(row, column + 1, name, formats["head"])
    sheet.write_string(row + 1, 0, "In all")
    for column, name in ((1, PLAN), (2, "Reference")):
        value = cost["npv"][name.lower()]
        sheet.write_formula(
            row + 1, column, f'=SUMIFS(NPV[{header}],NPV[Pathway],"{name}")', formats["money"], value
        )
    extra = cost["npv"]["plan"] - cost["npv"]["reference"]
    sheet.write_formula(row + 1, 3, f"=B{row + 2}-C{row + 2}", formats["strong"], extra)
    if cost["slack"] is not None:
        sheet.write_number(row + 1, 4, cost["slack"], formats["money"])
    else:
        sheet.write_string(row + 1, 4, "unknown")
    text = (
        ""
        if cost["clear"] or cost["same"]
        else "No clear difference: the extra cost lies within what the solver's gap allows."
    )
    sheet.write_string(row + 2, 0, text, formats["note"])
    return row + 3


def _summary_charts(
    book: Any, sheet: Worksheet, payload: Payload, row: int, at: tuple[int, int, int | None, int]
) -> None:
    """Draw emissions against the cap, and emissions and cost by account, below the totals."""
    width = len(payload["periods"]["start"])
    ours, theirs, cap, _ = at
    chart = book.add_chart({"type": "line"})
    for where, colour, dash, weight in (
        (theirs, REFERENCE, "round_dot", 1.75),
        (ours, PLAN_COLOUR, "solid", 3),
        (cap, CAP, "dash", 1.5),
    ):
        if where is not None:
            style = {"color": colour, "dash_type": dash, "width": weight}
            chart.add_series(_series("Summary", where, 3, width, {"line": style}))
    _dress(chart, "Emissions, t CO2e per year")
    sheet.insert_chart(row, 0, chart, {"x_scale": 1.35, "y_scale": 1.25})
    hidden = book.add_worksheet("Chart data")
    hidden.hide()
    blocks = (
        ("Emissions by account, t CO2e per year", _account_block(hidden, payload, 0, "emissions"), 5),
        (f"Cost by account, {paid(payload)}", _account_block(hidden, payload, 20, "cost"), 10),
    )
    for title, rows, place in blocks:
        stacked = book.add_chart({"type": "column", "subtype": "stacked"})
        for where, colour in rows:
            head = rows[0][0] - 1
            stacked.add_series(
                _series("Chart data", where, head, width, {"fill": {"color": colour}, "gap": 55})
            )
        _dress(stacked, title)
        sheet.insert_chart(row, place, stacked, {"x_scale": 1.05, "y_scale": 1.25})


def _series(sheet: str, row: int, head: int, width: int, style: dict[str, Any]) -> dict[str, Any]:
    """Return one series of a chart: its name in column A, a value a period."""
    return {
        "name": [sheet, row, 0],
        "categories": [sheet, head, 1, head, width],
        "values": [sheet, row, 1, row, width],
        **style,
    }


def _account_block(sheet: Worksheet, payload: Payload, row: int, kind: str) -> list[tuple[int, str]]:
    """Write the plan's accounts by year as formulas; return row and colour of each account that is not zero."""
    header = YEARLY if kind == "emissions" else paid(payload)
    table = kind.capitalize()
    for t, start in enumerate(payload["periods"]["start"]):
        sheet.write_number(row, t + 1, start)
    found = []
    for account in payload[kind]["accounts"]:
        if not any(account["plan"]) or not account.get("counted", True):
            continue
        row += 1
        shown = emission_account(account["key"]) if kind == "emissions" else cost_account(account["key"])
        sheet.write_string(row, 0, shown.label)
        for t, value in enumerate(account["plan"]):
            formula = f'=SUMIFS({table}[{header}],{table}[Pathway],"{PLAN}",{table}[Key],"{account["key"]}",{table}[Period],{payload["periods"]["start"][t]})'
            sheet.write_formula(row, t + 1, formula, None, value)
        found.append((row, shown.colour))
    return found


def _dress(chart: Any, title: str) -> None:
    """Give a chart its title, thin grid lines and a legend below."""
    chart.set_title({"name": title, "name_font": {"size": 12, "bold": True, "color": INK}, "overlay": False})
    chart.set_legend({"position": "bottom", "font": {"color": MUTED}})
    chart.set_y_axis(
        {
            "major_gridlines": {"visible": True, "line": {"color": "#e9e6df"}},
            "line": {"none": True},
            "num_format": "#,##0",
        }
    )
    chart.set_x_axis({"line": {"color": "#b9b4a8"}, "num_font": {"color": MUTED}, "label_position": "low"})
    chart.set_chartarea({"border": {"none": True}})


def _simulation_chart(book: Any, sheet: Worksheet, payload: Payload) -> None:
    """Draw the range of simulated emissions with plan and cap beside their table."""
    last = FIRST_ROW + len(payload["periods"]["start"])
    chart = book.add_chart({"type": "line"})
    lines = [(1, "#a9c4de", "P5"), (3, "#0d5ea6", "Median"), (5, "#a9c4de", "P95"), (6, INK, "Plan")]
    for column, colour, name in [*lines, *([(7, CAP, "Cap")] if cap_line(payload) else [])]:
        chart.add_series(
            {
                "name": name,
                "categories": ["Simulation", FIRST_ROW + 1, 0, last, 0],
                "values": ["Simulation", FIRST_ROW + 1, column, last, column],
                "line": {
                    "color": colour,
                    "width": 2.25 if name == "Median" else 1.5,
                    "dash_type": "dash" if name == "Cap" else "solid",
                },
            }
        )
    _dress(chart, "Simulated emissions, t CO2e per year")
    sheet.insert_chart(last + 2, 0, chart, {"x_scale": 1.6, "y_scale": 1.3})
