"""Tables of the workbook about decisions that hold whatever happens, the plans compared, and what flips."""

from __future__ import annotations

from reporting.language import gettext as _
from reporting.no_regret_page import plan_name, swung_name
from reporting.payload import Payload
from reporting.workbook_columns import Column, Table, plainly

IN_WORDS = {"always": "in nearly all", "mixed": "in some", "never": "in none", None: ""}


def no_regret_sheets(payload: Payload) -> list[Table]:
    """Return the tables there is something to say in; none where it was not asked for."""
    if payload["no_regret"] is None:
        return []
    found = (_decisions(payload), _plans(payload), _flips(payload))
    return [table for table in found if table is not None]


def _decisions(payload: Payload) -> Table:
    rows = [
        [
            row["name"],
            row["kind"],
            row["site"],
            "yes" if row["chosen"] else "no",
            row["alternatives"],
            row["futures"],
            IN_WORDS[row["verdict"]],
        ]
        for row in payload["no_regret"]["decisions"]
    ]
    columns = [
        Column("Decision", width=44),
        Column("Kind", width=26),
        Column("Site", width=26),
        Column("In the plan", width=12),
        Column("Share of plans nearly as cheap", "share", 28),
        Column("Share of futures", "share", 18),
        Column("Taken", width=16),
    ]
    return Table("NoRegret", _("Which decisions nearly all plans share; this plan counts."), columns, rows)


def _plans(payload: Payload) -> Table | None:
    shown, currency = payload["no_regret"], payload["scenario"]["currency"]
    plans = [*shown["alternatives"], *shown["futures"]]
    if len(plans) < 2:
        return None
    rows = [
        [plainly(plan_name, p, row, payload), row["cost"], row["low"], row["emissions"], row["other"]]
        for p, row in enumerate(plans)
    ]
    columns = [
        Column("Plan", width=40),
        Column(f"Present cost, {currency}", "money", 24),
        Column(f"Cannot cost less than, {currency}", "money", 28),
        Column("Emissions over the horizon, t CO2e", "whole", 30),
        Column("Decisions taken otherwise", "whole", 24),
    ]
    return Table("Alternatives", _("Plans nearly as cheap, and plans of other futures."), columns, rows)


def _flips(payload: Payload) -> Table | None:
    shown = payload["no_regret"]
    if not shown["flips"]:
        return None
    names = {row["key"]: row["name"] for row in shown["decisions"]}
    sides = ("below", "above")
    rows = [
        [
            names.get(row["decision"], row["decision"]),
            plainly(swung_name, row["input"]),
            "yes" if row["open"] else "no",
            *(row[side][figure] for side in sides for figure in ("value", "near", "far", "reach")),
        ]
        for row in shown["flips"]
    ]
    words = ("flips at", "clearly stays to", "clearly flipped from", "looked at to")
    columns = [
        Column("Decision", width=44),
        Column("Input", width=34),
        Column("Open by the gap", width=16),
        *(Column(f"{side.capitalize()}: {word}", "amount", 24) for side in sides for word in words),
    ]
    meaning = _("Where a decision flips: factors on what the tables say, a rate, or currency per t.")
    return Table("Flips", meaning, columns, rows)
