"""How long vehicles queue at gates in the simulated futures, for page, terminal and workbook."""

from __future__ import annotations

from typing import Any

import xarray as xr

from reporting.figures import clauses, count, plain, shorten
from reporting.intervals import WAIT
from reporting.language import gettext as _
from reporting.moments import lengths, moments, whole_number
from reporting.payload import Payload
from reporting.reading import array, labels
from reporting.risk_tables import RiskTable
from reporting.workbook_columns import Column, Row, Table

MOST_ROWS = 12
Rows = list[dict[str, Any]]


def gate_tables(payload: Payload) -> list[RiskTable]:
    """Return the page's table, the longest wait first; nothing where there are no gates."""
    rows = payload["risk"]["gates"] if payload["risk"] is not None else None
    if not rows:
        return []
    rows = sorted(rows, key=lambda row: -row["wait"])
    shown = rows[:MOST_ROWS]
    unit = [
        _(
            "mean over the futures, in the period with the longest wait there; waiting \u00b1 95% interval, "
            "in opening hours; the plan knows no queues"
        )
    ]
    if len(shown) < len(rows):
        few = _("the {shown} with the longest wait of {number}, all in the workbook")
        unit.insert(0, few.format(shown=count(len(shown)), number=count(len(rows))))
    return [
        RiskTable(
            gate_title(rows),
            clauses(unit),
            [
                *(_("Site"), _("Period"), _("Vehicles a year"), _("Wait, minutes"), _("Nights a vehicle")),
                _("Wrong grade, t a year"),
            ],
            [
                [
                    shorten(row["key"], 36),
                    row["period"],
                    plain(row["vehicles"]),
                    f"{plain(row['wait'])} \u00b1 {plain((row['wait_high'] - row['wait_low']) / 2)}",
                    plain(row["nights"]),
                    plain(row["misgraded"]),
                ]
                for row in shown
            ],
        )
    ]


def gate_title(rows: Rows) -> str:
    """Say where vehicles wait longest."""
    longest = max(rows, key=lambda row: row["wait"])
    if not longest["wait"]:
        return _("No vehicle waits at a gate")
    said = _("Vehicles wait longest at {site}: {minutes} minutes each in {period}")
    name = shorten(longest["key"], 36)
    return said.format(site=name, minutes=plain(longest["wait"]), period=longest["period"])


def workbook_gates(outcome: xr.Dataset, plan: xr.Dataset) -> Table:
    """Return how each gate fared in each period: means over the futures, the wait with its interval."""
    vehicles = array(outcome, "gate_vehicles", "trial", "gate_site", "period").mean(axis=0)
    names = (*WAIT, "gate_overnight", "gate_misgraded")
    values = [vehicles, *(array(outcome, name, "gate_site", "period") for name in names)]
    times = list(zip(map(whole_number, moments(plan)), lengths(plan), strict=True))
    rows: list[Row] = [
        [key, start, years, *(value[g, t] for value in values)]
        for g, key in enumerate(labels(outcome, "gate_site"))
        for t, (start, years) in enumerate(times)
    ]
    heads = ("Vehicles per year", "Wait, minutes", "Wait, 95% low", "Wait, 95% high")
    columns = [
        Column("Site", width=28),
        Column("Period", "year", 10),
        Column("Years", "year", 8),
        *(Column(head, "amount", 18) for head in (*heads, "Nights per vehicle", "Graded wrongly, t a year")),
    ]
    meaning = _("How vehicles queue at gates: means over the simulated futures, waiting in opening hours.")
    return Table("Gates", meaning, columns, rows)
