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
    money_unit,
    sentences,
    shorten,
    whole_percent,
)
from reporting.intervals import ENDS, between
from reporting.language import N_
from reporting.language import gettext as _
from reporting.moments import lengths, moments, whole_number
from reporting.payload import Payload
from reporting.reading import array, labels
from reporting.risk_tables import RiskTable
from reporting.workbook_columns import Column, Row, Table

MEASURES = ("quantity", "cost", "emissions")
MOST_ROWS = 12
KINDS = {
    "expedite": N_("expedited"),
    "spot_purchase": N_("bought on the spot"),
    "substitute": N_("substituted"),
    "curtail_demand": N_("demand curtailed"),
    "curtail_production": N_("production curtailed"),
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
    shown = rows[:MOST_ROWS]
    few = _("The dearest {shown} of {number}, all in the workbook.")
    few = few.format(shown=count(len(shown)), number=count(len(rows))) if len(shown) < len(rows) else ""
    unit = _("Over the horizon: units of the product, cost in {money}, CO\u2082e in {carbon}")
    unit = unit.format(money=money_unit(of_cost, currency), carbon=of_carbon.unit)
    table = RiskTable(
        response_title(rows, currency),
        sentences([few, _("Mean over the futures \u00b1 95% interval."), unit]),
        [_("Response"), _("What it does"), _("Used in"), _("Units"), _("Cost"), "CO\u2082e"],
        [
            [
                shorten(row["key"], 36),
                _(KINDS[row["kind"]]),
                _("{share} ({interval})").format(
                    share=whole_percent(row["share"]),
                    interval=interval(row["share_low"], row["share_high"]),
                ),
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
        return _("No response to a shortfall was needed")
    paid = money(sum(row["total_cost"] for row in rows), currency)
    name = shorten(often["key"], 36)
    said = _("{name} answers shortfalls in {share} of futures; all responses cost {amount}")
    return said.format(name=name, share=whole_percent(often["share"]), amount=paid)


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
    meaning = _("What was done about shortfalls: means over the simulated futures.")
    return Table("Responses", meaning, columns, rows)
