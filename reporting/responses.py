"""What was done about shortfalls in the simulated futures, for page, terminal and workbook."""

from __future__ import annotations

from typing import Any

import xarray as xr

from reporting.figures import (
    count,
    emission_scale,
    interval,
    money,
    money_scale,
    shorten,
    whole_percent,
)
from reporting.intervals import ENDS, between
from reporting.moments import lengths, moments, whole_number
from reporting.payload import Payload
from reporting.reading import array, labels
from reporting.risk_tables import RiskTable
from reporting.workbook_columns import Column, Row, Table

MEASURES = ("quantity", "cost", "emissions")
MOST_ROWS = 12
KINDS = {
    "expedite": "expedited",
    "spot_purchase": "bought on the spot",
    "substitute": "substituted",
    "curtail_demand": "demand curtailed",
    "curtail_production": "production curtailed",
}


def response_tables(payload: Payload) -> list[RiskTable]:
    """Return the page's table, the dearest response first; nothing where there are no responses."""
    rows = payload["risk"]["responses"] if payload["risk"] is not None else None
    if not rows:
        return []
    rows = sorted(rows, key=lambda row: -row["total_cost"])
    currency = payload["scenario"]["currency"]
    of_cost = money_scale(max(abs(row["total_cost"]) for row in rows))
    of_carbon = emission_scale(max(abs(row["total_emissions"]) for row in rows))
    unit = f"{currency} {of_cost.unit}".rstrip()
    shown = rows[:MOST_ROWS]
    few = f"The dearest {count(len(shown))} of {count(len(rows))}, all in the workbook. "
    few = few if len(shown) < len(rows) else ""
    table = RiskTable(
        response_title(rows, currency),
        f"{few}Mean over the futures \u00b1 95% interval. Over the horizon: "
        f"units of the product, cost in {unit}, CO\u2082e in {of_carbon.unit}",
        ["Response", "What it does", "Used in", "Units", "Cost", "CO\u2082e"],
        [
            [
                shorten(row["key"], 36),
                KINDS[row["kind"]],
                f"{whole_percent(row['share'])} ({interval(row['share_low'], row['share_high'])})",
                between(row, "total_quantity", 1.0),
                between(row, "total_cost", of_cost.divisor),
                between(row, "total_emissions", of_carbon.divisor),
            ]
            for row in shown
        ],
    )
    return [table]


def response_title(rows: list[dict[str, Any]], currency: str) -> str:
    """Say which response is used most often, and what all of them cost."""
    often = max(rows, key=lambda row: row["share"])
    if not often["share"]:
        return "No response to a shortfall was needed"
    paid = money(sum(row["total_cost"] for row in rows), currency)
    name = shorten(often["key"], 36)
    return (
        f"{name} answers shortfalls in {whole_percent(often['share'])} of futures; all responses cost {paid}"
    )


def workbook_responses(payload: Payload, outcome: xr.Dataset, plan: xr.Dataset) -> Table:
    """Return what each response did in each period: means over the futures with intervals."""
    money_name = payload["scenario"]["currency"]
    values = [
        array(outcome, f"response_mean_{name}{end}", "response", "period")
        for name in MEASURES
        for end in ENDS
    ]
    times = list(zip(map(whole_number, moments(plan)), lengths(plan), strict=True))
    share, kinds = array(outcome, "response_share", "response"), labels(outcome, "response_kind")
    rows: list[Row] = [
        [key, KINDS[kinds[i]], share[i], start, years, *(value[i, t] for value in values)]
        for i, key in enumerate(labels(outcome, "response"))
        for t, (start, years) in enumerate(times)
    ]
    heads = ("Units per year", f"{money_name} in period", "t CO2e per year")
    columns = [
        Column("Response", width=28),
        Column("What it does", width=22),
        Column("Futures that used it", "share", 18),
        Column("Period", "year", 10),
        Column("Years", "year", 8),
        *(
            Column(f"{head}{end}", "money" if head.startswith(money_name) else "amount", 22)
            for head in heads
            for end in ("", ", 95% low", ", 95% high")
        ),
    ]
    meaning = "What was done about shortfalls: means over the simulated futures."
    return Table("Responses", meaning, columns, rows)
