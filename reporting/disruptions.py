"""What the scenario's disruptions do in the simulated futures, for page, terminal and workbook."""

from __future__ import annotations

from typing import Any

from reporting.appearance import humanise
from reporting.figures import count, interval, money, money_scale, plain, shorten, whole_percent
from reporting.intervals import ENDS, between
from reporting.payload import Payload
from reporting.risk_tables import RiskTable
from reporting.workbook_columns import Column, Row, Table

MOST_ROWS = 12
Rows = list[dict[str, Any]]


def disruption_tables(payload: Payload) -> list[RiskTable]:
    """Return the page's table, what costs most first; nothing where there are no disruptions."""
    rows = payload["risk"]["disruptions"] if payload["risk"] is not None else None
    if not rows:
        return []
    rows = _dearest_first(rows)
    currency, shown = payload["scenario"]["currency"], rows[:MOST_ROWS]
    scale = money_scale(max(abs(row["cost_added"] or 0.0) for row in rows))
    few = f"The dearest {count(len(shown))} of {count(len(rows))}, all in the workbook. "
    return [
        RiskTable(
            disruption_title(rows, currency),
            f"{few if len(shown) < len(rows) else ''}Futures with it against those without it, \u00b1 95% "
            f"interval; cost at planned prices in {f'{currency} {scale.unit}'.rstrip()} over the horizon; "
            "what it sets off counts with it",
            ["Disruption", "Futures with it", "Times a future", "Cost", "Not delivered, points"],
            [
                [
                    shorten(humanise(row["key"]), 36),
                    f"{whole_percent(row['share'])} ({interval(row['share_low'], row['share_high'])})",
                    plain(row["times"]),
                    _change(row, "cost_added", scale.divisor),
                    _change(row, "unmet_added", 0.01),
                ]
                for row in shown
            ],
        )
    ]


def disruption_title(rows: Rows, currency: str) -> str:
    """Say which disruption costs most, if one clearly does."""
    clear = [row for row in rows if row["cost_added_low"] is not None and row["cost_added_low"] > 0]
    if clear:
        dearest = max(clear, key=lambda row: row["cost_added"])
        paid = money(dearest["cost_added"], currency)
        name = shorten(humanise(dearest["key"]), 36)
        return f"{name} costs most of all disruptions: {paid} where it happens"
    if not any(row["share"] for row in rows):
        return "None of the disruptions happened in these futures"
    return "No disruption clearly adds cost"


def workbook_disruptions(payload: Payload) -> Table:
    """Return how often each disruption happened and what it adds, with intervals."""
    money_name = payload["scenario"]["currency"]
    shown = [
        ("Futures with it", "share", "share"),
        (f"{money_name} present cost added", "cost_added", "money"),
        ("Share of demand not delivered, added", "unmet_added", "share"),
    ]
    rows: list[Row] = [
        [row["key"], row["times"], *(row[f"{name}{end}"] for _, name, _ in shown for end in ENDS)]
        for row in _dearest_first(payload["risk"]["disruptions"])
    ]
    columns = [Column("Disruption", width=30), Column("Times a future", "amount", 16)]
    columns += [
        Column(f"{head}{end}", form, 24) for head, _, form in shown for end in ("", ", 95% low", ", 95% high")
    ]
    meaning = "Futures in which a disruption happened against those without it."
    note = "Blank: fewer than two futures with it or without it."
    return Table("Disruptions", meaning, columns, rows, note=note)


def _dearest_first(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: (row["cost_added"] is None, -(row["cost_added"] or 0.0), row["key"]))


def _change(row: dict[str, Any], name: str, divisor: float) -> str:
    """Return a change with half its interval, or that it cannot be told."""
    if row[name] is None:
        return "too few to tell"
    return between(row, name, divisor, signed=True)
