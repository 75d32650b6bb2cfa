"""The workbook's summary: totals as formulas on the tables, each with its value, and native charts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from reporting.appearance import CAP, INK, MUTED, REFERENCE, cost_account, emission_account
from reporting.appearance import PLAN as PLAN_COLOUR
from reporting.figures import currency_name
from reporting.language import N_
from reporting.language import gettext as _
from reporting.moments import whole_number
from reporting.payload import Payload, cap_line
from reporting.scope2 import in_words
from reporting.workbook_columns import Formats
from reporting.workbook_tables import FIRST_ROW, PLAN, YEARLY, paid


def write_summary(book: Any, sheet: Worksheet, payload: Payload, formats: Formats) -> None:
    """Write totals by year as formulas on the tables, and charts of them."""
    starts = [whole_number(start) for start in payload["periods"]["start"]]
    width = len(starts)
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, max(width + 1, 14), 15)
    sheet.write_string(0, 0, _("Summary"), formats["title"])
    sheet.write_string(
        1,
        0,
        _("Totals are formulas on the sheets' tables: change a number there and they follow."),
        formats["note"],
    )
    emissions, cost, header = payload["emissions"], payload["cost"], paid(payload)
    currency = header.removesuffix(" in period")

    row = _year_heads(sheet, 3, _("Emissions, t CO2e per year"), starts, formats)
    kept = 'Emissions[Pathway],"{0}",Emissions[Period],{1},Emissions[In total],"yes"'
    tons = f"SUMIFS(Emissions[{YEARLY}],{kept})"
    ours = _line(sheet, row, _("Plan"), tons, PLAN, emissions["plan"], formats["strong"], 3)
    theirs = _line(
        sheet, row + 1, _("Reference"), tons, "Reference", emissions["reference"], formats["whole"], 3
    )
    sheet.write_string(row + 2, 0, _("Plan less Reference"))
    for t in range(width):
        cell = xl_col_to_name(t + 1)
        difference = emissions["plan"][t] - emissions["reference"][t]
        sheet.write_formula(
            row + 2, t + 1, f"={cell}{ours + 1}-{cell}{theirs + 1}", formats["whole"], difference
        )
    cap = cap_line(payload)
    sheet.write_string(row + 3, 0, _("Cap") if cap else _("No yearly cap on the total"))
    for t, limit in enumerate(cap or []):
        if limit is not None:
            main = next(c["key"] for c in payload["caps"] if c["main"]).replace('"', '""')
            formula = f'=SUMIFS(Caps[Limit],Caps[Cap],"{main}",Caps[Period],{_head(t, 3)})'
            sheet.write_formula(row + 3, t + 1, formula, formats["whole"], limit)
    methods = emissions["methods"][emissions["other_scope2"]]["plan"]
    others = {f"scope2_{method}" for method in emissions["methods"] if method != emissions["other_scope2"]}
    keys = [a["key"] for a in emissions["accounts"] if a["key"] not in others]
    other = "+".join(
        f'SUMIFS(Emissions[{YEARLY}],Emissions[Pathway],"{{0}}",Emissions[Period],{{1}},Emissions[Key],"{k}")'
        for k in keys
    )
    _line(
        sheet,
        row + 4,
        _("Plan with scope 2 {method}").format(method=in_words(emissions["other_scope2"])),
        other,
        PLAN,
        methods,
        formats["whole"],
        3,
    )

    at = row + 6
    row = _year_heads(
        sheet, at, _("Cost, {money}, not discounted").format(money=_paid_in_words(currency)), starts, formats
    )
    money = f'SUMIFS(Cost[{header}],Cost[Pathway],"{{0}}",Cost[Period],{{1}})'
    _line(sheet, row, _("Plan"), money, PLAN, cost["plan"], formats["strong"], at)
    _line(sheet, row + 1, _("Reference"), money, "Reference", cost["reference"], formats["money"], at)

    row = _section_npv(sheet, row + 3, payload, currency, formats)
    _summary_charts(book, sheet, payload, row + 1, (ours, theirs, ours + 3 if cap else None))


def _paid_in_words(currency: str) -> str:
    """Return what the column of money says, as titles say it."""
    return _("{currency} in period").format(currency=currency_name(currency))


def _year_heads(sheet: Worksheet, row: int, name: str, starts: list[int], formats: Formats) -> int:
    """Write a heading row with the periods; return the next row."""
    sheet.write_string(row, 0, name, formats["head"])
    for t, start in enumerate(starts):
        sheet.write_number(row, t + 1, start, formats["year_head"])
    return row + 1


def _head(t: int, row: int) -> str:
    """Return the address of the heading of period `t`."""
    return f"{xl_col_to_name(t + 1)}${row + 1}"


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
    worth = _("{currency} net present value").format(currency=currency_name(currency))
    sheet.write_string(row, 0, _("Cost over the horizon, {money}").format(money=worth), formats["head"])
    for column, name in enumerate((N_("Plan"), N_("Reference"), N_("Extra"), N_("Solver gap allows"))):
        sheet.write_string(row, column + 1, _(name), formats["head"])
    sheet.write_string(row + 1, 0, _("In all"))
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
        sheet.write_string(row + 1, 4, _("unknown"))
    text = (
        ""
        if cost["clear"] or cost["same"]
        else _("No clear difference: the extra cost lies within what the solver's gap allows.")
    )
    sheet.write_string(row + 2, 0, text, formats["note"])
    return row + 3


def _summary_charts(
    book: Any, sheet: Worksheet, payload: Payload, row: int, at: tuple[int, int, int | None]
) -> None:
    """Draw emissions against the cap, and emissions and cost by account, below the totals."""
    width = len(payload["periods"]["start"])
    ours, theirs, cap = at
    chart = book.add_chart({"type": "line"})
    for where, colour, dash, weight in (
        (theirs, REFERENCE, "round_dot", 1.75),
        (ours, PLAN_COLOUR, "solid", 3),
        (cap, CAP, "dash", 1.5),
    ):
        if where is not None:
            style = {"color": colour, "dash_type": dash, "width": weight}
            chart.add_series(_series("Summary", where, 3, width, {"line": style}))
    emissions = payload["emissions"]
    _dress(chart, _("Emissions, t CO2e per year"), [*emissions["plan"], *emissions["reference"]])
    sheet.insert_chart(row, 0, chart, {"x_scale": 1.35, "y_scale": 1.25})
    hidden, currency = book.add_worksheet("Chart data"), paid(payload).removesuffix(" in period")
    hidden.hide()
    blocks = (
        (_("Emissions by account, t CO2e per year"), "emissions", 5),
        (_("Cost by account, {money}").format(money=_paid_in_words(currency)), "cost", 10),
    )
    head = 0
    for title, kind, place in blocks:
        rows = _account_block(hidden, payload, head, kind)
        stacked = book.add_chart({"type": "column", "subtype": "stacked"})
        for where, colour in rows:
            stacked.add_series(
                _series("Chart data", where, head, width, {"fill": {"color": colour}, "gap": 55})
            )
        _dress(stacked, title, [value for account in payload[kind]["accounts"] for value in account["plan"]])
        sheet.insert_chart(row, place, stacked, {"x_scale": 1.05, "y_scale": 1.25})
        head += len(rows) + 2


def _series(sheet: str, row: int, head: int, width: int, style: dict[str, Any]) -> dict[str, Any]:
    """Return one series of a chart: its name in column A, a value a period."""
    return {
        "name": [sheet, row, 0],
        "categories": [sheet, head, 1, head, width],
        "values": [sheet, row, 1, row, width],
        **style,
    }


def _account_block(sheet: Worksheet, payload: Payload, row: int, kind: str) -> list[tuple[int, str]]:
    """Write the plan's accounts by year as formulas; return row and colour of each one in use."""
    header = YEARLY if kind == "emissions" else paid(payload)
    table, starts = kind.capitalize(), [whole_number(start) for start in payload["periods"]["start"]]
    for t, start in enumerate(starts):
        sheet.write_number(row, t + 1, start)
    found = []
    for account in payload[kind]["accounts"]:
        if not any(account["plan"]) or not account.get("counted", True):
            continue
        row += 1
        shown = emission_account(account["key"]) if kind == "emissions" else cost_account(account["key"])
        sheet.write_string(row, 0, shown.label)
        for t, value in enumerate(account["plan"]):
            where = f'{table}[Pathway],"{PLAN}",{table}[Key],"{account["key"]}",{table}[Period],{starts[t]}'
            formula = f"=SUMIFS({table}[{header}],{where})"
            sheet.write_formula(row, t + 1, formula, None, value)
        found.append((row, shown.colour))
    return found


def _dress(chart: Any, title: str, shown: Iterable[float | None]) -> None:
    """Give a chart its title, grid lines, a legend below, and an axis from zero where nothing is less."""
    chart.set_title({"name": title, "name_font": {"size": 12, "bold": True, "color": INK}, "overlay": False})
    chart.set_legend({"position": "bottom", "font": {"color": MUTED}})
    chart.set_y_axis(
        {
            "major_gridlines": {"visible": True, "line": {"color": "#e9e6df"}},
            "line": {"none": True},
            "num_format": "#,##0",
            **({} if any(value is not None and value < 0 for value in shown) else {"min": 0}),
        }
    )
    chart.set_x_axis({"line": {"color": "#b9b4a8"}, "num_font": {"color": MUTED}, "label_position": "low"})
    chart.set_chartarea({"border": {"none": True}})


def simulation_chart(book: Any, sheet: Worksheet, payload: Payload) -> None:
    """Draw the range of simulated emissions with plan and cap beside their table."""
    last = FIRST_ROW + len(payload["periods"]["start"])
    chart = book.add_chart({"type": "line"})
    lines = [(1, "#a9c4de", "P5"), (3, "#0d5ea6", N_("Median")), (5, "#a9c4de", "P95"), (6, INK, N_("Plan"))]
    for column, colour, name in [*lines, *([(7, CAP, N_("Cap"))] if cap_line(payload) else [])]:
        chart.add_series(
            {
                "name": _(name),
                "categories": ["Simulation", FIRST_ROW + 1, 0, last, 0],
                "values": ["Simulation", FIRST_ROW + 1, column, last, column],
                "line": {
                    "color": colour,
                    "width": 2.25 if name == "Median" else 1.5,
                    "dash_type": "dash" if name == "Cap" else "solid",
                },
            }
        )
    _dress(chart, _("Simulated emissions, t CO2e per year"), payload["risk"]["quantiles"]["0.05"])
    sheet.insert_chart(last + 2, 0, chart, {"x_scale": 1.6, "y_scale": 1.3})
