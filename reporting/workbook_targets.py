"""Sheets of the workbook about targets, factory statuses, parks, labels and public tasks."""

from __future__ import annotations

from reporting.language import gettext as _
from reporting.moments import whole_number
from reporting.payload import Payload
from reporting.workbook_columns import PERIOD, Column, Row, Table


def target_sheets(payload: Payload) -> list[Table]:
    """Return the sheets with something to say: disclosure by year, statuses, parks, labels, tasks."""
    shown = payload["programme"]
    found = []
    if shown["targets"]:
        found.append(_disclosure(payload))
    if shown["statuses"]:
        found.append(_statuses(payload))
    if shown["parks"]:
        found.append(_parks(payload))
    if shown["labels"]:
        found.append(_labels(payload))
    if shown["tasks"]:
        found.append(_tasks(payload))
    return found


def _starts(payload: Payload) -> list[int]:
    return [whole_number(start) for start in payload["periods"]["start"]]


def _disclosure(payload: Payload) -> Table:
    rows: list[Row] = []
    for target in payload["programme"]["targets"]:
        said = target["simulated"] or {}
        for t, start in enumerate(_starts(payload)):
            played = [said[name][t] if said else None for name in ("mean", "mean_low", "mean_high")]
            chance = [said[name][t] if said else None for name in ("chance", "chance_low", "chance_high")]
            held = target["limit"][t] is not None
            passed = ("no" if target["missed"][t] else "yes") if held else ""
            rows.append(
                [
                    target["programme"],
                    target["name"],
                    target["key"],
                    target["unit"],
                    "yes" if target["enforced"] else "no",
                    start,
                    target["limit"][t],
                    target["plan"][t],
                    *played,
                    passed,
                    *chance,
                    target["price"][t] if target["price"] is not None else None,
                ]
            )
    columns = [
        Column("Programme", width=30),
        Column("Target", width=36),
        Column("Key", width=18),
        Column("Unit", width=14),
        Column("Enforced", width=10),
        PERIOD,
        *(Column(name, "amount", 16) for name in ("Target value", "Plan")),
        *(Column(f"Simulated{end}", "amount", 18) for end in (", mean", ", 95% low", ", 95% high")),
        Column("Met by the plan", width=16),
        *(Column(f"Chance of missing{end}", "share", 20) for end in ("", ", 95% low", ", 95% high")),
        Column("Worth of one unit more", "amount", 22),
    ]
    meaning = _(
        "Disclosure by year: target, plan, simulated. The worth is a net present value, of targets kept."
    )
    return Table("Disclosure", meaning, columns, rows)


def _statuses(payload: Payload) -> Table:
    starts = _starts(payload)
    rows: list[Row] = [
        [row["key"], starts[t], number, ", ".join(row["last"]) if t == len(starts) - 1 else ""]
        for row in payload["programme"]["statuses"]
        for t, number in enumerate(row["count"])
    ]
    columns = [
        Column("Status", width=26),
        PERIOD,
        Column("Sites", "year", 10),
        Column("Which, last period", width=60),
    ]
    return Table("Statuses", _("Sites that pass all entry thresholds of a factory status."), columns, rows)


def _parks(payload: Payload) -> Table:
    rows: list[Row] = [
        [
            park["key"],
            park["sites"],
            start,
            *(park[name][t] if name in park else None for name in ("emissions", "energy", "water")),
        ]
        for park in payload["programme"]["parks"]
        for t, start in enumerate(_starts(payload))
    ]
    columns = [
        Column("Park", width=26),
        Column("Sites", "year", 10),
        PERIOD,
        Column("t CO2e per year", "whole", 18),
        Column("MWh per year", "whole", 18),
        Column("m3 water per year", "whole", 18),
    ]
    return Table("Parks", _("What the sites of each park or district emit and draw."), columns, rows)


def _labels(payload: Payload) -> Table:
    rows: list[Row] = [
        [row["product"], row["customer"], start, row["footprint"][t], row["label"][t]]
        for row in payload["programme"]["labels"]
        for t, start in enumerate(_starts(payload))
    ]
    columns = [
        Column("Product", width=22),
        Column("Customer", width=32),
        PERIOD,
        Column("t CO2e per unit", "amount", 18),
        Column("Class", width=10),
    ]
    meaning = _("Label classes of what is delivered, by what is emitted along its way.")
    return Table("Labels", meaning, columns, rows)


def _tasks(payload: Payload) -> Table:
    rows: list[Row] = [
        [
            each["title"],
            task["number"],
            task["aspect"],
            task["task"],
            "yes" if task["by"] else "no",
            ", ".join(task["by"]),
        ]
        for each in payload["programme"]["tasks"]
        for task in each["tasks"]
    ]
    columns = [
        Column("List", width=30),
        Column("Number", "year", 10),
        Column("Aspect", width=34),
        Column("Task", width=80),
        Column("Exercised", width=12),
        Column("By", width=60),
    ]
    return Table("Tasks", _("Which public tasks and pledge actions the scenario exercises."), columns, rows)
