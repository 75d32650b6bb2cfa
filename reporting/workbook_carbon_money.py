"""Tables of the workbook about allowances, borders and break-even prices."""

from __future__ import annotations

from reporting.carbon_money_tables import SAID
from reporting.language import gettext as _
from reporting.payload import Payload
from reporting.workbook_columns import PERIOD, Column, Table


def carbon_money_sheets(payload: Payload) -> list[Table]:
    """Return the tables there is something to say in."""
    found = (_allowances(payload), _borders(payload), _break_even(payload))
    return [table for table in found if table is not None]


def _allowances(payload: Payload) -> Table | None:
    markets, currency = payload["carbon_money"]["markets"], payload["scenario"]["currency"]
    if not markets:
        return None
    names = ("price", "emitted", "allocated", "bought", "sold", "bank")
    rows = [
        [market["name"], start, *(market[name][t] for name in names)]
        for market in markets
        for t, start in enumerate(payload["periods"]["start"])
    ]
    columns = [
        Column("Market", width=34),
        PERIOD,
        Column(f"Price, {currency} per t", "amount", 18),
        *(
            Column(name, "whole", 18)
            for name in ("Emitted, t a year", "Free, t a year", "Bought, t a year", "Sold, t a year")
        ),
        Column("Carried over, t", "whole", 18),
    ]
    return Table("Allowances", _("Allowances of carbon markets by period."), columns, rows)


def _borders(payload: Payload) -> Table | None:
    shown, currency = payload["carbon_money"], payload["scenario"]["currency"]
    if not shown["due"]:
        return None
    rows = [
        [row["border"], row["site"], start, row["due"][t], row["paid"][t]]
        for row in shown["due"]
        for t, start in enumerate(payload["periods"]["start"])
    ]
    columns = [
        Column("Border", width=20),
        Column("Exporting site", width=34),
        PERIOD,
        Column("Paid for, t CO2e a year", "whole", 22),
        Column(f"Paid in the period, {currency}", "money", 24),
    ]
    return Table("Borders", _("What exporting sites pay at borders by period."), columns, rows)


def _break_even(payload: Payload) -> Table | None:
    shown, currency = payload["carbon_money"]["break_even"], payload["scenario"]["currency"]
    if not shown:
        return None
    rows = [
        [
            row["name"],
            row["kind"],
            "yes" if row["adopted"] else "no",
            "" if row["price"] is not None else SAID[row["says"]],
            *(row[name] for name in ("price", "low", "high", "saved")),
        ]
        for row in shown
    ]
    columns = [
        Column("Intervention", width=40),
        Column("Kind", width=28),
        Column("Decided", width=10),
        Column("Otherwise", width=24),
        Column(f"Pays from, {currency} per t", "amount", 22),
        Column("At least", "amount", 14),
        Column("At most", "amount", 14),
        Column("Saved over the horizon, t CO2e", "whole", 28),
    ]
    return Table("BreakEven", _("From which carbon price each intervention pays."), columns, rows)
