"""What the scenario's disruptions do in the simulated futures, for page, terminal and workbook."""

from __future__ import annotations

from typing import Any

from reporting.appearance import humanise
from reporting.figures import (
    count,
    interval,
    money,
    money_scale,
    money_unit,
    plain,
    sentences,
    shorten,
    whole_percent,
)
from reporting.intervals import ENDS, between
from reporting.language import gettext as _
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
    few = _("The dearest {shown} of {number}, all in the workbook.")
    few = few.format(shown=count(len(shown)), number=count(len(rows))) if len(shown) < len(rows) else ""
    unit = _(
        "Futures with it against those without it, \u00b1 95% interval; cost at planned prices in {money} "
        "over the horizon; what it sets off counts with it"
    )
    heads = (_("Disruption"), _("Futures with it"), _("Times a future"), _("Cost"))
    return [
        RiskTable(
            disruption_title(rows, currency),
            sentences([few, unit.format(money=money_unit(scale, currency))]),
            [*heads, _("Not delivered, points")],
            [
                [
                    shorten(humanise(row["key"]), 36),
                    _("{share} ({interval})").format(
                        share=whole_percent(row["share"]),
                        interval=interval(row["share_low"], row["share_high"]),
                    ),
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
        said = _("{name} costs most of all disruptions: {amount} where it happens")
        return said.format(name=name, amount=paid)
    if not any(row["share"] for row in rows):
        return _("None of the disruptions happened in these futures")
    return _("No disruption clearly adds cost")


def workbook_disruptions(payload: Payload) -> Table:
    """Return how often each disruption happened and what it adds, with intervals."""
    money_name = payload["scenario"]["currency"]
    shown = [
        ("Futures with it", "share", "share"),
        (f"{money_name} present cost added", "cost_added", "money"),
        ("Share of demand not delivered, added", "unmet_added", "share"),
    ]
    rows: list[Row] = [
        [row["key"], row["times"], *(row[f"{name}{end}"] for _head, name, _form in shown for end in ENDS)]
        for row in _dearest_first(payload["risk"]["disruptions"])
    ]
    columns = [Column("Disruption", width=30), Column("Times a future", "amount", 16)]
    columns += [
        Column(f"{head}{end}", form, 24)
        for head, _name, form in shown
        for end in ("", ", 95% low", ", 95% high")
    ]
    meaning = _("Futures in which a disruption happened against those without it.")
    note = _("Blank: fewer than two futures with it or without it.")
    return Table("Disruptions", meaning, columns, rows, note=note)


def _dearest_first(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: (row["cost_added"] is None, -(row["cost_added"] or 0.0), row["key"]))


def _change(row: dict[str, Any], name: str, divisor: float) -> str:
    """Return a change with half its interval, or that it cannot be told."""
    if row[name] is None:
        return _("too few to tell")
    return between(row, name, divisor, signed=True)
