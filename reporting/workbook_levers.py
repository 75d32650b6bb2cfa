"""The workbook's sheets about levers and inputs; absent where they were not asked for."""

from __future__ import annotations

from reporting.charts_levers import lever_name
from reporting.charts_tornado import input_name
from reporting.language import gettext as _
from reporting.lever_tables import WAYS
from reporting.payload import Payload
from reporting.workbook_columns import Column, Table, number_columns, plainly


def lever_sheets(payload: Payload) -> list[Table]:
    """Return the sheets on what each lever brings and on how inputs swing the plan."""
    found = []
    if payload["abatement"] is not None:
        found.append(_levers(payload))
    if payload["tornado"] is not None:
        found.append(_tornado(payload))
    return found


def _levers(payload: Payload) -> Table:
    currency = payload["scenario"]["currency"]
    rows = [
        [
            plainly(lever_name, row),
            row["family"],
            "yes" if row["used"] else "no",
            *(
                row[f"{prefix}{name}"]
                for prefix in ("", "alone_")
                for name in ("cut", "cut_last", "cost", "per_tonne")
            ),
            WAYS[row["way"]] if row["used"] else "",
        ]
        for row in payload["abatement"]["levers"]
    ]
    columns = [Column("Lever", width=40), Column("Family", width=14), Column("Used", width=8)]
    for where in ("In plan", "Alone"):
        columns += number_columns("whole", 22, f"{where}, t CO2e", f"{where}, t CO2e last year")
        columns += [
            Column(f"{where}, {currency}", "money", 22),
            Column(f"{where}, {currency} per t", "amount", 20),
        ]
    columns.append(Column("How", width=40))
    meaning = _(
        "What each lever brings: taken out of the plan, and added alone to today's chain. Over the horizon, "
        "net present value."
    )
    return Table("Levers", meaning, columns, rows)


def _tornado(payload: Payload) -> Table:
    currency = payload["scenario"]["currency"]
    rows = [
        [
            plainly(input_name, row["key"]),
            row["key"],
            row["kind"],
            end["end"],
            end["amount"],
            end["state"],
            *(end[name] for name in ("cost", "cost_change")),
            "yes" if end["clear"] else "no",
            *(end[name] for name in ("emissions", "emissions_change", "decisions")),
        ]
        for row in payload["tornado"]["inputs"]
        for end in row["ends"]
    ]
    columns = [
        Column("Input", width=34),
        Column("Key", width=22),
        Column("Kind", width=10),
        Column("End", width=8),
        Column("Amount", "amount", 10),
        Column("State", width=12),
        *number_columns("money", 22, f"Cost, {currency}", f"Change, {currency}"),
        Column("Clear of the gap", width=16),
        *number_columns("whole", 20, "t CO2e", "Change, t CO2e"),
        Column("Decisions otherwise", "whole", 20),
    ]
    meaning = _(
        "The best plan with one input at its lowest and highest: factors on the tables, rates as they are."
    )
    return Table("Tornado", meaning, columns, rows)
