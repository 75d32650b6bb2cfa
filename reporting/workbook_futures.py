"""Tables of the workbook about a plan over several futures."""

from __future__ import annotations

from reporting.language import gettext as _
from reporting.payload import Payload
from reporting.workbook_columns import Column, Table


def futures_sheets(payload: Payload) -> list[Table]:
    """Return the tables there is something to say in; none where the plan is for the scenario alone."""
    shown = payload["futures"]
    if shown is None:
        return []
    return [_members(payload), *([_follows(payload)] if shown["follows"] else [])]


def _members(payload: Payload) -> Table:
    currency = payload["scenario"]["currency"]
    keys = ("name", "chance", "cost", "alone", "of_mean", "emissions", "unmet")
    rows = [[row[key] for key in keys] for row in payload["futures"]["members"]]
    columns = [
        Column("Future", width=32),
        Column("Chance", "share", 10),
        Column(f"Present cost, {currency}", "money", 22),
        Column(f"If it were known, {currency}", "money", 24),
        Column(f"Decided for the mean, {currency}", "money", 28),
        Column(f"Emissions in {payload['periods']['last']}, t CO2e", "whole", 24),
        Column("Share of demand unserved", "share", 24),
    ]
    return Table("Futures", _("What each future costs and emits with what is decided now."), columns, rows)


def _follows(payload: Payload) -> Table:
    members = [row["name"] for row in payload["futures"]["members"]]
    rows = [
        ["purchase" if row["family"] == "purchase" else "production", row["name"], row["unit"], member, value]
        for row in payload["futures"]["follows"]
        for member, value in zip(members, row["values"], strict=True)
    ]
    columns = [
        Column("Kind", width=14),
        Column("What", width=44),
        Column("Unit", width=8),
        Column("Future", width=32),
        Column(f"A year in {payload['periods']['last']}", "amount", 20),
    ]
    meaning = _("Quantities that follow the future, those that differ most.")
    return Table("FollowsFuture", meaning, columns, rows)
