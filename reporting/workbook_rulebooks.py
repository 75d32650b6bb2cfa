"""Sheets of the workbook about rulebooks: totals by year, and each mill under each rulebook."""

from __future__ import annotations

from reporting.language import gettext as _
from reporting.moments import whole_number
from reporting.payload import Payload
from reporting.workbook_columns import PERIOD, Column, Row, Table


def rulebook_sheets(payload: Payload) -> list[Table]:
    """Return the workbook's sheets: each rulebook by year, and each mill under each rulebook by year."""
    shown = payload["rulebooks"]
    if not shown["books"]:
        return []
    starts = [whole_number(start) for start in payload["periods"]["start"]]
    rows: list[Row] = []
    for book in shown["books"]:
        for t, start in enumerate(starts):
            before = book["reference"]
            treated = [book["treated"][part][t] for part in ("counted", "instead", "replaced", "left_out")]
            rows.append(
                [
                    book["name"],
                    book["version"],
                    start,
                    before["emissions"][t] if before else None,
                    book["plan"]["emissions"][t],
                    before["intensity"][t] if before else None,
                    book["plan"]["intensity"][t],
                    *treated,
                ]
            )
    columns = [
        Column("Rulebook", width=34),
        Column("Version", width=14),
        PERIOD,
        *(Column(f"{name}, t per year", "amount", 20) for name in ("Reference", "Plan")),
        *(Column(f"{name}, t per unit", "amount", 20) for name in ("Reference", "Plan")),
        *(
            Column(f"{name}, t per year", "amount", 22)
            for name in ("Ledger, counted", "By own factors", "Ledger, replaced", "Ledger, left out")
        ),
    ]
    meaning = _("The plan as each rulebook counts it; see docs/accounting.md for what each of them counts.")
    found = [Table("Rulebooks", meaning, columns, rows)]
    return [*found, *([_mill_sheet(payload, starts)] if shown["mills"] else [])]


def _mill_sheet(payload: Payload, starts: list[int]) -> Table:
    named = {book["key"]: book["name"] for book in payload["rulebooks"]["books"]}
    rows: list[Row] = []
    for mill in payload["rulebooks"]["mills"]:
        for t, start in enumerate(starts):
            if mill["intensity"][t] is None:
                continue
            of_reference = mill["reference_intensity"]
            rows.append(
                [
                    mill["name"],
                    mill["site"],
                    named[mill["rulebook"]],
                    start,
                    mill["made"][t],
                    of_reference[t] if of_reference else None,
                    mill["intensity"][t],
                    mill["scrap_share"][t],
                    mill["reference_class"][t] if mill["reference_class"] else "",
                    mill["class"][t] if mill["class"] else "",
                ]
            )
    columns = [
        Column("Mill", width=34),
        Column("Site", width=20),
        Column("Rulebook", width=34),
        PERIOD,
        Column("Made per year", "amount", 16),
        Column("Reference, t per unit", "amount", 20),
        Column("Plan, t per unit", "amount", 18),
        Column("Scrap in metal charged", "share", 20),
        Column("Class, Reference", width=16),
        Column("Class, Plan", width=14),
    ]
    meaning = _("Each mill as each rulebook counts it, with the class it reaches.")
    return Table("Mills", meaning, columns, rows)
