"""Tables about supplier programmes and primary data: who is how far by when, whose data to get first."""

from __future__ import annotations

import numpy as np

from reporting.figures import (
    count,
    currency_name,
    emission_scale,
    money,
    plain,
    shorten,
    whole_percent,
)
from reporting.language import gettext as _
from reporting.moments import whole_number
from reporting.payload import Payload
from reporting.risk_tables import RiskTable
from reporting.workbook_columns import Column, Row, Table

MOST_YEARS, MOST_ROWS = 8, 15


def programme_tables(payload: Payload) -> list[RiskTable]:
    """Return the tables there is something to say in."""
    found = (_funnel_table(payload), _data_table(payload))
    return [table for table in found if table is not None]


def _funnel_table(payload: Payload) -> RiskTable | None:
    stages = payload["funnel"]
    if not stages:
        return None
    years = payload["periods"]["labels"]
    shown = sorted({round(t) for t in np.linspace(0, len(years) - 1, min(MOST_YEARS, len(years)))})
    rows = []
    for stage in stages:
        name = {"stage": stage["stage"]}
        rows.append([_("{stage}, seats").format(**name), *(count(stage["seats"][t]) for t in shown)])
        rows.append([_("{stage}, expected").format(**name), *(plain(stage["expected"][t]) for t in shown)])
        if stage["reached"] is not None:
            mean, low, high = stage["reached"]
            cells = [f"{plain(mean[t])} \u00b1 {plain((high[t] - low[t]) / 2)}" for t in shown]
            rows.append([_("{stage}, in the futures").format(**name), *cells])
    taken = [stage for stage in stages if stage["seats"][-1]]
    title = _("No supplier has got through a stage of a programme by {year}").format(year=years[-1])
    if taken:
        last = taken[-1]
        title = _(
            "{seats} seats in {stage} bear fruit by {year}: {expected} suppliers are expected to have got "
            "there"
        ).format(
            seats=count(last["seats"][-1]),
            stage=last["stage"],
            year=years[-1],
            expected=plain(last["expected"][-1]),
        )
    unit = _(
        "Suppliers; seats and expected: as the plan counts on them; in the futures: by the end of the year, "
        "mean over the simulated futures with its 95% interval"
    )
    return RiskTable(title, unit, [_("Stage"), *(years[t] for t in shown)], rows)


def _data_table(payload: Payload) -> RiskTable | None:
    rows = [row for row in payload["data_worth"] if row["price"] is not None]
    if not rows:
        return None
    currency, scale = payload["scenario"]["currency"], emission_scale(max(row["emissions"] for row in rows))
    first = rows[0]
    title, unit = (
        _("{data} is the data to get first: {price} per t removed"),
        _(
            "{unit} CO\u2082e over the horizon of the planned purchases: their emissions, and what verified "
            "data remove of default mark-ups and of uncertainty (one standard deviation); cost in "
            "{currency}, present value with what it needs"
        ),
    )
    named = currency_name(currency)
    return RiskTable(
        title.format(data=shorten(first["name"], 70), price=money(first["price"], currency)),
        unit.format(unit=scale.unit, currency=named),
        [
            *(_("Data"), _("Emissions"), _("Mark-up"), _("Uncertainty"), _("Cost")),
            *(_("{currency} per t").format(currency=named), _("Chance"), _("Planned")),
        ],
        [
            [
                shorten(row["name"], 70),
                scale.show(row["emissions"]),
                scale.show(row["markup"]),
                "\u2013" if row["uncertainty"] is None else scale.show(row["uncertainty"]),
                money(row["cost"], currency),
                plain(row["price"]),
                whole_percent(row["chance"]),
                _("yes") if row["bought"] else _("no"),
            ]
            for row in rows[:MOST_ROWS]
        ],
    )


def programme_sheets(payload: Payload) -> list[Table]:
    """Return the workbook's tables of programmes and of data there is something to say in."""
    found = []
    if payload["funnel"]:
        found.append(_funnel_sheet(payload))
    if payload["data_worth"]:
        found.append(_data_sheet(payload))
    return found


def _funnel_sheet(payload: Payload) -> Table:
    rows: list[Row] = []
    for stage in payload["funnel"]:
        for t, start in enumerate(payload["periods"]["start"]):
            came = [None] * 3 if stage["reached"] is None else [values[t] for values in stage["reached"]]
            rows.append([stage["stage"], whole_number(start), stage["seats"][t], stage["expected"][t], *came])
    heads = ("Seats", "Expected", "In trials, mean", "In trials, 95% low", "In trials, 95% high")
    columns = [
        Column("Stage", width=30),
        Column("Period", "year", 10),
        *(Column(head, "amount", 18) for head in heads),
    ]
    meaning = _(
        "Suppliers by stage of a programme: seats and who is expected in the plan, who came in trials."
    )
    return Table("Programmes", meaning, columns, rows)


def _data_sheet(payload: Payload) -> Table:
    rows: list[Row] = [
        [
            row["name"],
            row["emissions"],
            row["markup"],
            row["uncertainty"],
            row["cost"],
            row["price"],
            row["chance"],
            "yes" if row["bought"] else "no",
        ]
        for row in payload["data_worth"]
    ]
    currency = payload["scenario"]["currency"]
    columns = [
        Column("Data", width=40),
        Column("t CO2e of purchases", "whole", 18),
        Column("t CO2e mark-up removed", "whole", 22),
        Column("t CO2e uncertainty removed", "whole", 24),
        Column(f"Cost, {currency}", "whole", 16),
        Column(f"{currency} per t removed", "amount", 18),
        Column("Chance", "share", 10),
        Column("Planned", width=10),
    ]
    meaning = _("Whose verified footprints to get first: over the horizon, at the planned purchases.")
    return Table("DataWorth", meaning, columns, rows)
