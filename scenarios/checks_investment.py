"""Rules of the tables about counts of interventions and budgets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from scenarios.errors import Problem

Tables = Mapping[str, pd.DataFrame]


def intervention_counts(tables: Tables) -> Iterator[Problem]:
    """A count names interventions and states bounds that leave room."""
    known = set(tables["interventions"]["kind"])
    for _, row in tables["intervention_counts"].iterrows():
        where = ("intervention_counts", row["row"])
        if not row["kind"] and not row["interventions"]:
            fix = "fill in kind or interventions"
            yield Problem(where[0], "counts nothing", fix, where[1], "rule", row["rule"])
        if row["kind"] and row["kind"] not in known:
            yield _unknown_kind(where[0], row, known)
        low, high = row["minimum"], row["maximum"]
        if pd.isna(low) and pd.isna(high):
            fix = "fill in minimum or maximum"
            yield Problem(where[0], "states no bound", fix, where[1], "rule", row["rule"])
        if low > high:
            fix = "raise maximum or lower minimum"
            yield Problem(
                where[0], f"the maximum is below the minimum {low:g}", fix, where[1], "maximum", high
            )


def budget_kinds(tables: Tables) -> Iterator[Problem]:
    """A budget pays for interventions that exist."""
    known = set(tables["interventions"]["kind"])
    for _, row in tables["budgets"].iterrows():
        if row["kind"] and row["kind"] not in known:
            yield _unknown_kind("budgets", row, known)


def _unknown_kind(table: str, row: pd.Series, known: set[str]) -> Problem:
    fix = f"use one of: {', '.join(sorted(known))}" if known else "add interventions first"
    return Problem(table, "no intervention is of this kind", fix, row["row"], "kind", row["kind"])
