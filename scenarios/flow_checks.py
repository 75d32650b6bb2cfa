"""Rules that lanes, hubs, stocks, returns, disposal and ceilings must satisfy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from scenarios.errors import Problem

Tables = Mapping[str, pd.DataFrame]


def lane_minimums(tables: Tables) -> Iterator[Problem]:
    """A lane's minimum fits its capacity."""
    lanes = tables["lanes"]
    for _, row in lanes[lanes["minimum"] > lanes["capacity"]].iterrows():
        fix = f"write at most {row['capacity']:g}"
        yield Problem("lanes", "is above the capacity", fix, row["row"], "minimum", row["minimum"])


def vehicles_with_weight(tables: Tables) -> Iterator[Problem]:
    """Whole vehicles carry weight, and do not leave a hub that already says how full they are."""
    mass = dict(zip(tables["products"]["product"], tables["products"]["tonnes_per_unit"], strict=True))
    hubs = tables["hubs"]
    consolidating = set(hubs[(hubs["consolidation"] > 0) | hubs["load_factor"].notna()]["site"])
    for _, row in tables["lanes"][tables["lanes"]["whole_vehicles"]].iterrows():
        if not any(mass.get(product, 0) > 0 for product in row["products"]):
            fix = "give a product tonnes_per_unit, or do not ask for whole vehicles"
            yield Problem(
                "lanes", "counts vehicles for goods without weight", fix, row["row"], "whole_vehicles"
            )
        if row["origin"] in consolidating:
            fix = "remove whole_vehicles here, or consolidation in hubs"
            yield Problem(
                "lanes",
                "leaves a hub whose consolidation already fills the vehicles",
                fix,
                row["row"],
                "whole_vehicles",
            )


def part_loads(tables: Tables) -> Iterator[Problem]:
    """Only vehicles that are counted leave full or in part."""
    lanes = tables["lanes"]
    for name in ("least_load", "longest_wait_days"):
        for _, row in lanes[lanes[name].notna() & ~lanes["whole_vehicles"]].iterrows():
            fix = "write whole_vehicles yes, or leave it blank"
            yield Problem("lanes", "no whole vehicle leaves here", fix, row["row"], name, row[name])


def hub_sites(tables: Tables) -> Iterator[Problem]:
    """Hubs stand at hub sites, what opens them is named, and a lane is locked once only."""
    sites, hubs, effects = tables["sites"], tables["hubs"], tables["effects"]
    role = dict(zip(sites["site"], sites["role"], strict=True))
    first = hubs.drop_duplicates(["site", "product"])
    opens = effects[effects["effect"] == "opens_hub"]
    for _, row in first.iterrows():
        if role.get(row["site"]) != "hub":
            fix = "set its role to hub in sites"
            yield Problem("hubs", "is not a hub", fix, row["row"], "site", row["site"])
        if row["locked"] and not _opened(row, opens):
            fix = "add an effect opens_hub for the site, or remove locked"
            yield Problem("hubs", "is locked and nothing opens it", fix, row["row"], "locked", row["site"])
    locked = first[first["locked"]]
    for _, row in locked.iterrows():
        rivals = locked[(locked["site"] == row["site"]) & (locked["product"] == "") & (row["product"] != "")]
        if len(rivals):
            fix = "lock the row of all products, or the rows of single products"
            yield Problem(
                "hubs", "is locked as a whole and by product", fix, row["row"], "locked", row["site"]
            )
    modes = tables["modes"]
    closed_modes = set(modes[modes["locked"]]["mode"])
    for name, column in (("lanes", "origin"), ("lane_rules", "origin_role")):
        lanes = tables[name]
        at_hub = lanes[column].isin(set(locked["site"])) | ((lanes[column] == "hub") & bool(len(locked)))
        closed = lanes["locked"].astype(bool) | lanes["mode"].isin(closed_modes)
        for _, row in lanes[at_hub & closed].iterrows():
            fix = "lock the hub or the mode that leaves it, not both"
            yield Problem(name, "is locked by its mode and by its hub", fix, row["row"], column, row[column])


def _opened(hub: pd.Series, opens: pd.DataFrame) -> bool:
    fits = opens["site"].isin(["", hub["site"]]) & opens["product"].isin(["", hub["product"]])
    return bool(fits.any())


def stores_hold_their_opening(tables: Tables) -> Iterator[Problem]:
    """What is there at the start fits into the store."""
    for _, row in tables["storage"].iterrows():
        if row["opening"] > row["capacity"]:
            fix = f"write at most {row['capacity']:g}"
            yield Problem("storage", "is above the capacity", fix, row["row"], "opening", row["opening"])


def returns_of_deliveries(tables: Tables) -> Iterator[Problem]:
    """Something is delivered where it comes back from, and the least share is not above the largest."""
    demand = set(zip(tables["demand"]["site"], tables["demand"]["product"], strict=True))
    for _, row in tables["returns"].iterrows():
        if (row["demand_site"], row["product"]) not in demand:
            fix = "name a site and product of the demand table"
            yield Problem(
                "returns",
                f"nothing of {row['product']} is delivered there",
                fix,
                row["row"],
                "demand_site",
                row["demand_site"],
            )
        if row["minimum_share"] > row["share"]:
            fix = f"write at most {row['share']:g}"
            yield Problem(
                "returns", "is above the share", fix, row["row"], "minimum_share", row["minimum_share"]
            )


def ceilings_bind_something(tables: Tables) -> Iterator[Problem]:
    """A ceiling is about a product that is made in its region or at its site."""
    lines, recipes, sites = tables["lines"], tables["recipes"], tables["sites"]
    region = dict(zip(sites["site"], sites["region"], strict=True))
    site_of = dict(zip(lines["line"], lines["site"], strict=True))
    made = recipes[recipes["quantity"] > 0].groupby("process")["product"].agg(set).to_dict()
    places = {
        (product, site_of.get(line, ""))
        for line, process in zip(
            tables["line_processes"]["line"], tables["line_processes"]["process"], strict=True
        )
        for product in made.get(process, ())
    }
    for _, row in tables["ceilings"].drop_duplicates("ceiling").iterrows():
        if not any(
            row["product"] == product
            and row["site"] in ("", site)
            and row["region"] in ("", region.get(site, np.nan))
            for product, site in places
        ):
            fix = "name a product that a line there makes"
            yield Problem(
                "ceilings", "bounds nothing that is made", fix, row["row"], "product", row["product"]
            )


FLOW_RULES = (
    lane_minimums,
    vehicles_with_weight,
    part_loads,
    hub_sites,
    stores_hold_their_opening,
    returns_of_deliveries,
    ceilings_bind_something,
)
