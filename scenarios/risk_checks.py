"""Rules that disruptions must satisfy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import pandas as pd

from scenarios.errors import Problem
from scenarios.tables_risk import CHANGES, SHARES

Tables = Mapping[str, pd.DataFrame]

FILTERS = {
    "closes_site": ("site", "region", "role"),
    "closes_line": ("line", "site", "region", "role"),
    "closes_lane": ("origin", "destination", "mode", "region"),
    "changes_demand": ("site", "region", "product"),
    "raises_price": ("offer", "site", "region", "product"),
    "raises_carbon_price": (),
    "raises_footprint": ("offer", "site", "region", "product"),
    "raises_grid_factor": ("option", "site", "region"),
    "cuts_power": ("option", "site", "region"),
}
ALL_FILTERS = tuple(dict.fromkeys(name for names in FILTERS.values() for name in names))


def day_of(text: str) -> date | None:
    """Return the day that a cell such as 2026-03-01 names, also as a spreadsheet writes it, or none."""
    try:
        return date.fromisoformat(text.removesuffix(" 00:00:00"))
    except ValueError:
        return None


def disruption_starts(tables: Tables) -> Iterator[Problem]:
    """A disruption starts within a window of days, or after another one."""
    for _, row in tables["disruptions"].iterrows():
        days = {name: day_of(row[name]) for name in ("earliest", "latest") if row[name]}
        for name, day in days.items():
            if day is None:
                fix = "write it like 2026-03-01"
                yield Problem("disruptions", "is not a day", fix, row["row"], name, row[name])
        first, last = days.get("earliest"), days.get("latest")
        if first and last and last < first:
            fix = f"write a day from {first} on"
            yield Problem(
                "disruptions", "lies before the earliest day", fix, row["row"], "latest", row["latest"]
            )
        if not row["earliest"] and not row["after"]:
            fix = "fill in the first day, or name an event in after"
            yield Problem("disruptions", "nothing says when it starts", fix, row["row"], "earliest")
        if row["after"]:
            yield from _dates_beside_a_trigger(row)
        elif row["delay_days"] > 0:
            fix = "name the event in after, or remove the delay"
            yield Problem(
                "disruptions", "no event comes before it", fix, row["row"], "delay_days", row["delay_days"]
            )


def _dates_beside_a_trigger(row: pd.Series) -> Iterator[Problem]:
    for name in ("earliest", "latest", "every_years"):
        if row[name] != "" and not pd.isna(row[name]):
            fix = f"leave it blank, or remove after={row['after']}"
            yield Problem(
                "disruptions",
                "is given although another event sets it off",
                fix,
                row["row"],
                name,
                row[name],
            )


def disruption_circles(tables: Tables) -> Iterator[Problem]:
    """No disruption sets itself off by way of others."""
    frame = tables["disruptions"]
    before = dict(zip(frame["event"], frame["after"], strict=True))
    for number, event in zip(frame["row"], frame["event"], strict=True):
        seen, name = {event}, before[event]
        while name and name not in seen:
            seen.add(name)
            name = before.get(name, "")
        if name == event:
            fix = "remove one of the triggers in the circle"
            yield Problem("disruptions", "sets itself off", fix, number, "after", before[event])


def disruption_filters(tables: Tables) -> Iterator[Problem]:
    """Filters are about what a kind can hit."""
    for _, row in tables["disruptions"].iterrows():
        able = FILTERS.get(row["kind"], ())
        for name in ALL_FILTERS:
            if row[name] and name not in able:
                fix = f"leave it blank, or filter by: {', '.join(able) or 'nothing'}"
                yield Problem(
                    "disruptions", f"is no filter of {row['kind']}", fix, row["row"], name, row[name]
                )


def disruption_amounts(tables: Tables) -> Iterator[Problem]:
    """Changes have an amount, and lengths what their distribution needs."""
    for _, row in tables["disruptions"].iterrows():
        needs, amount = row["kind"] in CHANGES, row["amount"]
        if needs and pd.isna(amount):
            fix = "fill in the amount"
            yield Problem("disruptions", f"{row['kind']} needs an amount", fix, row["row"], "amount")
        elif not needs and not pd.isna(amount):
            fix = "write the share lost into severity"
            yield Problem("disruptions", f"{row['kind']} has none", fix, row["row"], "amount", amount)
        elif row["kind"] in SHARES and amount < -1:
            fix = "write a share of at least -1"
            yield Problem("disruptions", "takes more than there is", fix, row["row"], "amount", amount)
        if row["duration"] != "fixed" and pd.isna(row["mean_days"]):
            fix = "fill in the mean, or write fixed"
            yield Problem(
                "disruptions", f"a length that is {row['duration']} needs it", fix, row["row"], "mean_days"
            )
        if (row["duration"] == "lognormal") == pd.isna(row["duration_cv"]):
            fix = "fill in both or neither"
            yield Problem(
                "disruptions",
                "belongs to a lognormal duration",
                fix,
                row["row"],
                "duration_cv",
                row["duration"],
            )


RISK_RULES = (disruption_starts, disruption_circles, disruption_filters, disruption_amounts)
