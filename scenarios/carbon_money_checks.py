"""Rules that tables of carbon markets and border adjustments must satisfy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from scenarios.accounts import EMISSION_ACCOUNTS
from scenarios.errors import Problem

Tables = Mapping[str, pd.DataFrame]


def covered_regions_and_accounts(tables: Tables) -> Iterator[Problem]:
    """Regions of markets and borders are regions of sites, and accounts are those of the ledger."""
    regions = set(tables["sites"]["region"])
    for table in ("carbon_markets", "border_adjustments"):
        for _, row in tables[table].iterrows():
            for name in row["regions"]:
                if name not in regions:
                    fix = "use the region of a site"
                    yield Problem(table, "no site lies in this region", fix, row["row"], "regions", name)
    for _, row in tables["carbon_markets"].iterrows():
        for name in row["accounts"]:
            if name not in EMISSION_ACCOUNTS:
                fix = f"use some of: {', '.join(EMISSION_ACCOUNTS)}"
                yield Problem(
                    "carbon_markets", "is not an emission account", fix, row["row"], "accounts", name
                )


def allocation_says_of_what(tables: Tables) -> Iterator[Problem]:
    """A process has a benchmark; a share of emissions has none and is a share."""
    for _, row in tables["allocations"].iterrows():
        missing = np.isnan(row["benchmark"])
        if row["process"] and missing:
            fix = "fill in t per unit of activity"
            yield Problem("allocations", "a process needs a benchmark", fix, row["row"], "benchmark")
        elif not row["process"] and not missing:
            fix = "name the process it is about, or clear it: free_share of what is emitted is free"
            yield Problem(
                "allocations", "a benchmark of what", fix, row["row"], "benchmark", row["benchmark"]
            )
        elif not row["process"] and row["free_share"] > 1:
            fix = "use a share between 0 and 1"
            yield Problem(
                "allocations", "more than is emitted", fix, row["row"], "free_share", row["free_share"]
            )


def borders_are_crossed(tables: Tables) -> Iterator[Problem]:
    """A border lies around regions and asks for goods."""
    listed = set(tables["border_goods"]["border"])
    for _, row in tables["border_adjustments"].drop_duplicates("border").iterrows():
        if not row["regions"]:
            fix = "name the regions behind the border"
            yield Problem("border_adjustments", "lies around nothing", fix, row["row"], "regions")
        if row["border"] not in listed:
            fix = "list its goods in border_goods"
            yield Problem("border_adjustments", "asks for no goods", fix, row["row"], "border", row["border"])


CARBON_MONEY_RULES = (covered_regions_and_accounts, allocation_says_of_what, borders_are_crossed)
