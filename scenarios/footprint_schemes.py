"""Mutual recognition: a supplier's own footprint counts only under a scheme that is accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from scenarios.errors import Problem
from scenarios.tables_footprints import OF_SUPPLIERS

Tables = Mapping[str, pd.DataFrame]

REPLACED = "national"  # data tier of a default


def with_accepted_footprints(tables: Tables) -> tuple[Tables, list[Problem]]:
    """Return the tables with footprints that are not accepted replaced by defaults, and offers without one.

    A default is a footprint of the table ``footprint_defaults`` times 1 + its mark-up, for the supplier's
    region before any region. Averages (sector, regional, national) are under no scheme and stay. The same
    when given again.
    """
    if not len(tables["accepted_schemes"]):
        return tables, []
    offers, problems = tables["offers"].copy(), []
    region_of = dict(zip(tables["sites"]["site"], tables["sites"]["region"], strict=True))
    accepted = set(
        zip(tables["accepted_schemes"]["scheme"], tables["accepted_schemes"]["region"], strict=True)
    )
    defaults = {
        (row["product"], row["region"]): row["footprint"] * (1 + row["markup"])
        for row in tables["footprint_defaults"].to_dict("records")
    }
    for position, row in zip(offers.index, offers.to_dict("records"), strict=True):
        region = region_of.get(row["site"], "")
        known = {(row["scheme"], region), (row["scheme"], "")} & accepted
        if row["data_tier"] not in OF_SUPPLIERS or (row["scheme"] and known):
            continue
        default = defaults.get((row["product"], region), defaults.get((row["product"], "")))
        if default is None:
            fix = f"add {row['product']} to footprint_defaults, or accept the scheme in accepted_schemes"
            rule = "its footprint is under no accepted scheme, and there is no default"
            problems.append(Problem("offers", rule, fix, row["row"], "scheme", row["scheme"] or row["offer"]))
            continue
        offers.loc[position, "footprint"] = default
        offers.loc[position, "data_tier"] = REPLACED
    return {**tables, "offers": offers}, problems


def schemes_in_use(tables: Tables) -> Iterator[Problem]:
    """Schemes are named by offers only where some are accepted, else the column does nothing."""
    if len(tables["accepted_schemes"]):
        return
    offers = tables["offers"].drop_duplicates("offer")
    for _, row in offers[offers["scheme"] != ""].iterrows():
        fix = "add the schemes that are accepted to accepted_schemes, or leave the column blank"
        yield Problem("offers", "no scheme is accepted", fix, row["row"], "scheme", row["scheme"])
