"""The workbook's tables of suppliers: what is paid and emitted by offer, scores and quotas by year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import xarray as xr

from reporting.language import gettext as _
from reporting.moments import moments, whole_number
from reporting.suppliers import SMALLEST, suppliers
from reporting.workbook_columns import PATHWAY, PERIOD, Column, Row, Table

Both = Sequence[tuple[str, xr.Dataset]]


def supplier_tables(both: Both, money: str) -> list[Table]:
    """Return a table of suppliers and, where anyone is scored, one of scores; none in runs without figures.

    Parameters
    ----------
    both : name and Dataset of plan and reference.
    money : header of what is paid, currency per year.
    """
    if any("offer_spend" not in dataset for _, dataset in both):
        return []
    bought, scored = list(_bought(both)), list(_scored(both))
    columns = [
        PATHWAY,
        Column("Supplier", width=38),
        Column("Region", width=16),
        Column("Product", width=18),
        Column("Offer", width=30),
        Column("Data tier", width=12),
        PERIOD,
        Column("Bought per year", "whole", 16),
        Column("Unit", width=10),
        Column("t CO2e per unit", "amount", 16),
        Column("t CO2e per year", "whole", 16),
        Column(money, "money", 20),
    ]
    found = [
        Table(
            "Suppliers",
            _("What is paid to whom for what, and what that emits up to the supplier's gate."),
            columns,
            bought,
            "t CO2e per year",
        )
    ]
    if scored:
        columns = [
            PATHWAY,
            Column("Supplier", width=38),
            PERIOD,
            Column("Score", "amount", 10),
            Column("Grade", width=8),
            Column("Quota, least", "share", 14),
            Column("Quota, most", "share", 14),
            Column("Next grade by", width=60),
        ]
        meaning = _("Scores of 100, grades, and how much of a product may be bought from the supplier.")
        found.append(Table("Scores", meaning, columns, scored, "Score"))
    return found


def _bought(both: Both) -> Iterator[Row]:
    """Yield one row for each offer and period in which anything is bought."""
    for pathway, dataset in both:
        starts = list(map(whole_number, moments(dataset)))
        for row in suppliers(dataset):
            for offer in row["offers"]:
                what = [row["name"], row["region"], offer["name"], offer["offer"], offer["tier"]]
                for t, start in enumerate(starts):
                    quantity, each = offer["bought"][t] or 0.0, offer["footprint"][t] or 0.0
                    if quantity <= SMALLEST:
                        continue
                    figures = [quantity, offer["unit"], each, quantity * each, offer["spend"][t]]
                    yield [pathway, *what, start, *figures]


def _scored(both: Both) -> Iterator[Row]:
    """Yield one row for each scored supplier and period."""
    for pathway, dataset in both:
        starts = list(map(whole_number, moments(dataset)))
        for row in suppliers(dataset):
            scored = row["scored"]
            if scored is None:
                continue
            improve = scored["improve"]
            by = "" if improve is None else f"{improve['grade']}: {', '.join(improve['indicators'])}"
            for t, start in enumerate(starts):
                figures = [scored[name][t] for name in ("score", "grade", "minimum", "maximum")]
                last = t == len(starts) - 1
                yield [pathway, row["name"], start, *figures, by if last else ""]
