"""Rules that sourcing rules, minimum orders and single-sourced demands must satisfy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from scenarios.errors import Problem
from scenarios.schema import TABLES
from scenarios.sourcing import offers_with_sites, rule_members

if TYPE_CHECKING:
    from scenarios.scenario import Arcs, Demands, Lanes

Tables = Mapping[str, pd.DataFrame]

BOUNDS = ["minimum_share", "maximum_share", "share_if_used", "minimum_count", "maximum_count"]


def check_sourcing(tables: Tables) -> Iterator[Problem]:
    """Yield every broken rule of the tables about sourcing."""
    yield from sourcing_bounds(tables)
    yield from sourcing_filters(tables)
    yield from sourcing_members(tables)
    yield from orders_that_fit(tables)


def sourcing_bounds(tables: Tables) -> Iterator[Problem]:
    """A sourcing rule states a bound, and its bounds leave room."""
    for _, row in tables["sourcing_rules"].iterrows():
        if row[BOUNDS].isna().all() and not row["indicator"]:  # by an indicator: to be reported
            fix = f"fill in one of: {', '.join(BOUNDS)}"
            yield Problem("sourcing_rules", "states no bound", fix, row["row"], "rule", row["rule"])
        for kind in ("share", "count"):
            low, high = row[f"minimum_{kind}"], row[f"maximum_{kind}"]
            if low > high:
                fix = f"raise maximum_{kind} or lower minimum_{kind}"
                yield Problem(
                    "sourcing_rules",
                    f"the maximum is below the minimum {low:g}",
                    fix,
                    row["row"],
                    f"maximum_{kind}",
                    float(high),
                )
        if row["share_if_used"] * row["minimum_count"] > 1 + 1e-9:
            rule = f"{row['minimum_count']:.0f} offers of at least this share are more than there is"
            fix = f"write at most {1 / row['minimum_count']:.4g}, or lower minimum_count"
            share = float(row["share_if_used"])
            yield Problem("sourcing_rules", rule, fix, row["row"], "share_if_used", share)


def sourcing_filters(tables: Tables) -> Iterator[Problem]:
    """What a sourcing rule filters by exists."""
    tiers = TABLES["offers"].column("data_tier").choices
    groups = set(tables["sites"]["group"])
    marked = [*tables["sites"]["tags"], *tables["offers"]["tags"]]
    tags = {tag for names in marked for tag in names}
    for _, row in tables["sourcing_rules"].iterrows():
        if row["group"] and row["group"] not in groups:
            fix = "use the group of a site or leave it blank"
            yield Problem(
                "sourcing_rules", "no site is of this group", fix, row["row"], "group", row["group"]
            )
        if row["tag"] and row["tag"] not in tags:
            fix = "use a tag of a site or an offer, or leave it blank"
            yield Problem(
                "sourcing_rules", "no site or offer has this tag", fix, row["row"], "tag", row["tag"]
            )
        for name in row["data_tiers"]:
            if name not in tiers:
                fix = f"use some of: {', '.join(tiers)}"
                yield Problem("sourcing_rules", "is not a data tier", fix, row["row"], "data_tiers", name)


def sourcing_members(tables: Tables) -> Iterator[Problem]:
    """Offers fit a sourcing rule, as many as it counts, and not all where it bounds a part."""
    offers, frame = offers_with_sites(tables), tables["sourcing_rules"]
    verifies = (tables["effects"]["effect"] == "verifies_footprint").any()
    largest = frame.groupby("rule", sort=False)["maximum_share"].transform("min")
    for lowest, (_, row) in zip(largest, frame.iterrows(), strict=True):
        if frame["rule"].eq(row["rule"]).idxmax() != row.name:  # a later year of the same rule
            continue
        members, among = rule_members(row, offers)
        fixed = not (row["data_tiers"] and verifies)  # else what is verified changes who fits
        if fixed and not members.any():
            fix = "correct its product, site, region, group, tag or data_tiers, or remove the rule"
            yield Problem("sourcing_rules", "no offer fits the rule", fix, row["row"], "rule", row["rule"])
        elif row["minimum_count"] > members.sum():
            fix = f"write at most {members.sum()}, or add offers"
            rule = "more offers than fit the rule"
            yield Problem("sourcing_rules", rule, fix, row["row"], "minimum_count", int(row["minimum_count"]))
        elif fixed and lowest < 1 and members.sum() == among.sum() and not row["indicator"]:
            fix = "name a site, region, group, tag or data tier: one row for each that is bounded"
            rule = "all offers fit the rule, and their share is always 1"
            share = float(lowest)
            yield Problem("sourcing_rules", rule, fix, row["row"], "maximum_share", share)


def orders_that_fit(tables: Tables) -> Iterator[Problem]:
    """A minimum order is within the offer's capacity in some year."""
    offers = tables["offers"]
    capacity = offers.groupby("offer", sort=False)["capacity"].transform("max")
    beyond = ~offers.duplicated("offer") & (offers["minimum_order"] > capacity)
    for largest, (_, first) in zip(capacity[beyond], offers[beyond].iterrows(), strict=True):
        fix = f"write at most {largest:g}, the offer's capacity"
        yield Problem(
            "offers",
            "can never be ordered",
            fix,
            first["row"],
            "minimum_order",
            float(first["minimum_order"]),
        )


def lanes_that_serve_alone(tables: Tables, demands: Demands, arcs: Arcs, lanes: Lanes) -> Iterator[Problem]:
    """A demand that one lane must meet has a lane of that capacity."""
    frame = tables["demand"].drop_duplicates(["site", "product"])
    carried = lanes.capacity[arcs.lane] / np.where(arcs.tonnes_per_unit > 0, arcs.tonnes_per_unit, np.nan)
    carried = np.nan_to_num(carried, nan=np.inf, posinf=np.inf)
    for d in np.flatnonzero(demands.single_source).tolist():
        must = np.isfinite(demands.shortage_cost[d]) == 0
        need = float(np.max(demands.quantity[d][must], initial=0.0))
        largest = float(np.max(carried[arcs.head == demands.node[d]], initial=0.0))
        if need > largest:
            fix = f"raise a lane's capacity, allow several lanes, or give a shortage_cost (need {need:g})"
            yield Problem(
                "demand",
                f"no single lane carries it: the largest takes {largest:g}",
                fix,
                int(frame["row"].iloc[d]),
                "single_source",
                demands.label[d],
            )
